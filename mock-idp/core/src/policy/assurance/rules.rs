//! Which rules decide about a sign-in. Okta: the first rule by priority whose conditions all hold.

use serde_json::Value;

use super::demand::Demand;
use super::verification::{VerificationMethod, seconds};
use crate::model::{App, DirectoryKind, DirectoryObject, User};
use crate::moment::{Moment, timestamp};
use crate::org::Org;
use crate::policy::circumstances::Circumstances;
use crate::policy::conditions::PolicySubject;
use crate::policy::session::{self, DeviceMemory, SessionUser};
use crate::trace::NoteStatus;

/// Okta: `postAuthPromptFrequency`, P30D.
const DEFAULT_PROMPT_FREQUENCY: i64 = 30 * 24 * 3600;

/// What the global session policy demands of a new session; the error says that it denies it. `remembered`: when the user has proved a second
/// authenticator in this browser.
pub(super) fn session_demand(
    org: &Org,
    user: SessionUser<'_>,
    remembered: Option<i64>,
    moment: &mut Moment<'_>,
) -> Result<Option<Demand>, String> {
    const TITLE: &str = "global session policy";
    let Some((policy, rule)) = session::matching_rule(org, user, moment) else { return Ok(None) };
    let name = format!("{}, {}", policy.name, rule.name);
    let actions = &rule.actions.signon;
    if actions.access.as_deref() == Some("DENY") {
        moment.trace.note(NoteStatus::Refused, TITLE, format!("{name} denies access"));
        return Err(format!("the global session policy {name} denies access"));
    }
    if actions.require_factor != Some(true) {
        return Ok(None);
    }
    let known = DeviceMemory::of(rule).zip(remembered);
    if let Some((_, at)) = known.filter(|(memory, at)| memory.covers(*at, moment.now)) {
        let at = timestamp(at);
        let because =
            format!("{name} demands a second authenticator, and the user has proved one in this browser at {at}");
        moment.trace.note(NoteStatus::PassedOver, TITLE, because);
        return Ok(None);
    }
    moment.trace.note(NoteStatus::Matched, TITLE, format!("{name} demands a second authenticator"));
    Ok(Some(Demand::second_authenticator(format!("the global session policy {name} demands a second authenticator"))))
}

/// What the authentication policy of an app demands; the error says that it denies the sign-in, or that the mock does not implement it.
pub(super) fn app_demand(
    org: &Org,
    client: &App,
    user: &User,
    moment: &mut Moment<'_>,
) -> Result<Option<Demand>, String> {
    const TITLE: &str = "authentication policy";
    let policy = policy_of(org, client);
    // Okta: an app without a policy of its own has the default one, which needs two factors; here it needs one.
    let Some(policy) = policy else { return Ok(None) };
    let subject = PolicySubject::new(org, user);
    let circumstances = Circumstances::new(org, user, moment);
    for rule in rules(policy) {
        let name = format!("{}, {}", policy.name(), rule["name"].as_str().unwrap_or_default());
        if let Some(because) = passed_over(rule, &subject, circumstances) {
            moment.trace.note(NoteStatus::PassedOver, TITLE, format!("{name}: {because}"));
            continue;
        }
        let actions = &rule["actions"]["appSignOn"];
        if actions["access"] == "DENY" {
            moment.trace.note(NoteStatus::Refused, TITLE, format!("{name} denies access"));
            return Err(format!("the authentication policy {name} denies access"));
        }
        let method = VerificationMethod::deserialize_from(&actions["verificationMethod"]);
        let demand = method.and_then(|method| Demand::of_rule(&name, method))?;
        moment.trace.note(NoteStatus::Matched, TITLE, demand.source());
        return Ok(Some(demand));
    }
    moment.trace.note(NoteStatus::Refused, TITLE, format!("no rule of {} matches", policy.name()));
    Err(format!("no rule of the authentication policy {} matches", policy.name()))
}

/// That users are asked after a sign-in whether to stay signed in. Okta: `keepMeSignedIn.postAuth`.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct KeepMeSignedIn {
    /// The policy and the rule that say so.
    pub rule: String,
    /// Seconds from one question to the next.
    pub frequency: i64,
}

/// What the rule for a user of an app says. `None`: the user is not asked.
#[must_use]
pub fn keep_me_signed_in(org: &Org, client: &App, user: &User, moment: &Moment<'_>) -> Option<KeepMeSignedIn> {
    let policy = policy_of(org, client)?;
    let (subject, circumstances) = (PolicySubject::new(org, user), Circumstances::new(org, user, moment));
    let rule = rules(policy).into_iter().find(|rule| passed_over(rule, &subject, circumstances).is_none())?;
    let settings = &rule["actions"]["appSignOn"]["keepMeSignedIn"];
    let frequency = match settings["postAuthPromptFrequency"].as_str() {
        None => DEFAULT_PROMPT_FREQUENCY,
        Some(text) => seconds(text).unwrap_or(DEFAULT_PROMPT_FREQUENCY),
    };
    let rule = format!("{}, {}", policy.name(), rule["name"].as_str().unwrap_or_default());
    (settings["postAuth"] == "ALLOWED").then_some(KeepMeSignedIn { rule, frequency })
}

/// Whether a rule of an app asks some users to stay signed in.
#[must_use]
pub fn asks_to_stay(org: &Org, client: &App) -> bool {
    let allows = |rule: &&Value| rule["actions"]["appSignOn"]["keepMeSignedIn"]["postAuth"] == "ALLOWED";
    policy_of(org, client).is_some_and(|policy| rules(policy).iter().any(allows))
}

fn policy_of<'o>(org: &'o Org, client: &App) -> Option<&'o DirectoryObject> {
    client.access_policy.as_deref().and_then(|id| org.object(DirectoryKind::Policy, id))
}

/// The rules of a policy, in their order.
fn rules(policy: &DirectoryObject) -> Vec<&Value> {
    let mut rules: Vec<&Value> = policy.members.get("rules").and_then(Value::as_array).into_iter().flatten().collect();
    rules.sort_by_key(|rule| rule["priority"].as_u64());
    rules
}

/// Why a rule does not apply.
fn passed_over(rule: &Value, subject: &PolicySubject<'_>, circumstances: Circumstances<'_>) -> Option<String> {
    match rule["status"] == "INACTIVE" {
        true => Some("it is inactive".to_owned()),
        false => subject.unmet_in(&rule["conditions"], Some(circumstances)),
    }
}

impl VerificationMethod {
    fn deserialize_from(value: &Value) -> Result<Self, String> {
        serde_json::from_value(value.clone())
            .map_err(|error| format!("the verification method cannot be read: {error}"))
    }
}

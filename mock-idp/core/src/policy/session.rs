//! Global session policies: the limits of sessions. Okta: the first policy by priority that covers the user, and its first such
//! rule; otherwise the default rule.

use serde_json::Value;

use super::circumstances::Circumstances;
use super::conditions::PolicySubject;
use crate::model::{GlobalSessionPolicy, GlobalSessionRule, People, SessionActions, SessionConditions, User};
use crate::moment::Moment;
use crate::org::Org;
use crate::trace::NoteStatus;

const TITLE: &str = "global session policy";

/// A user, and the external identity provider by which the user has authenticated.
pub type SessionUser<'a> = (&'a User, Option<&'a str>);

/// The limits of a new session of this user.
pub fn limits(org: &Org, user: SessionUser<'_>, moment: &mut Moment<'_>) -> SessionActions {
    let (name, limits) = match matching_rule(org, user, moment) {
        Some((policy, rule)) => (format!("{}, {}", policy.name, rule.name), rule.actions.signon.session),
        None => ("the default rule".to_owned(), SessionActions::default()),
    };
    moment.trace.note(NoteStatus::Matched, TITLE, format!("{name}: {}", describe(limits)));
    limits
}

/// Whether the cookie of a session outlives the browser. Okta: if the rule allows it and the user wants to stay signed in, until the
/// session ends; never for administrators.
pub fn keeps_cookie(limits: SessionActions, user: &User, wanted: bool, moment: &mut Moment<'_>) -> bool {
    const TITLE: &str = "session cookie";
    if !wanted {
        moment.trace.note(
            NoteStatus::PassedOver,
            TITLE,
            "it ends with the browser: the user has not asked to stay signed in",
        );
        return false;
    }
    if limits.use_persistent_cookie != Some(true) {
        let because = "it ends with the browser: the global session policy has no usePersistentCookie";
        moment.trace.note(NoteStatus::PassedOver, TITLE, because);
        return false;
    }
    if !user.roles.is_empty() {
        moment.trace.note(
            NoteStatus::PassedOver,
            TITLE,
            "it ends with the browser: administrators do not stay signed in",
        );
        return false;
    }
    moment.trace.note(NoteStatus::Matched, TITLE, "it outlives the browser: the user stays signed in");
    true
}

/// The policy that covers a user, and its rule; `None`: the default rule. Notes say which rules are passed over, and why.
pub(super) fn matching_rule<'o>(
    org: &'o Org,
    (user, idp): SessionUser<'_>,
    moment: &mut Moment<'_>,
) -> Option<(&'o GlobalSessionPolicy, &'o GlobalSessionRule)> {
    let subject = PolicySubject::new(org, user);
    let covers = |people: &People| subject.unmet_or_everyone(people).is_none();
    let mut policies: Vec<_> = org.session_policies().collect();
    policies.sort_by_key(|policy| (policy.system, policy.priority));
    let policy = policies.into_iter().find(|policy| policy.status.is_active() && covers(&policy.conditions.people))?;
    let mut rules: Vec<_> = policy.rules.iter().collect();
    rules.sort_by_key(|rule| rule.priority);
    let circumstances = Circumstances::new(org, user, moment);
    for rule in rules.into_iter().filter(|rule| rule.status.is_active() && covers(&rule.conditions.people)) {
        match unmet(&rule.conditions, idp, circumstances) {
            Some(because) => {
                let note = format!("{}, {}: {because}", policy.name, rule.name);
                moment.trace.note(NoteStatus::PassedOver, TITLE, note);
            }
            None => return Some((policy, rule)),
        }
    }
    None
}

/// Why a condition of a rule does not hold, people aside. The mock passes over what it cannot evaluate: a rule that denies access where it
/// does not apply would lock users out.
fn unmet(conditions: &SessionConditions, idp: Option<&str>, circumstances: Circumstances<'_>) -> Option<String> {
    let SessionConditions { people: _, network, auth_context, risk, risk_score, identity_provider } = conditions;
    let text = |condition: &Option<Value>, name: &str| Some(condition.as_ref()?.get(name)?.as_str()?.to_owned());
    if let Some(because) = network.as_ref().and_then(|network| circumstances.network(network)) {
        return Some(because);
    }
    if let Some(kind) = text(auth_context, "authType").filter(|kind| kind != "ANY") {
        return Some(format!("the condition on the kind of authentication does not hold: {kind} is not served"));
    }
    let behaviors = risk.as_ref().and_then(|risk| risk.get("behaviors")?.as_array());
    if behaviors.is_some_and(|behaviors| !behaviors.is_empty()) {
        return Some("the condition on the behavior of users does not hold: the mock detects none".to_owned());
    }
    if let Some(level) = text(risk_score, "level").filter(|level| !matches!(level.as_str(), "ANY" | "LOW")) {
        return Some(format!("the condition on the risk does not hold: here it is LOW, and not {level}"));
    }
    let provider = identity_provider.as_ref()?;
    let is_listed = || provider["idpIds"].as_array().into_iter().flatten().any(|id| id.as_str() == idp);
    let holds = match provider["provider"].as_str() {
        None | Some("ANY") => true,
        Some("OKTA") => idp.is_none(),
        Some("SPECIFIC_IDP") => idp.is_some() && is_listed(),
        Some(_) => false,
    };
    (!holds).then(|| "the condition on identity providers does not hold".to_owned())
}

/// How a browser is remembered in which a user has proved a second authenticator. Okta: `factorPromptMode`.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct DeviceMemory {
    /// Seconds for which the user is not asked again; `None`: without an end.
    pub lifetime: Option<i64>,
    /// Whether users need not ask for it.
    pub by_default: bool,
}

impl DeviceMemory {
    /// Minutes of a rule that leaves `factorLifetime` out. Okta: 15.
    const DEFAULT_MINUTES: u32 = 15;

    /// That of a rule; `None`: it asks for a second authenticator at each sign-in.
    pub(super) fn of(rule: &GlobalSessionRule) -> Option<Self> {
        let signon = &rule.actions.signon;
        let lifetime = match signon.factor_prompt_mode.as_deref() {
            _ if signon.require_factor != Some(true) => return None,
            Some("DEVICE") => None,
            Some("SESSION") => Some(i64::from(signon.factor_lifetime.unwrap_or(Self::DEFAULT_MINUTES)) * 60),
            _ => return None,
        };
        Some(Self { lifetime, by_default: signon.remember_device_by_default == Some(true) })
    }

    /// Whether a second authenticator that was proved at this time is enough.
    pub(super) fn covers(self, proved_at: i64, now: i64) -> bool {
        self.lifetime.is_none_or(|lifetime| now - proved_at < lifetime)
    }
}

/// How the rule for a user remembers browsers, if it does.
pub fn device_memory(org: &Org, user: SessionUser<'_>, moment: &mut Moment<'_>) -> Option<DeviceMemory> {
    matching_rule(org, user, moment).and_then(|(_, rule)| DeviceMemory::of(rule))
}

/// Whether some rule remembers browsers.
#[must_use]
pub fn remembers_devices(org: &Org) -> bool {
    org.session_policies().flat_map(|policy| &policy.rules).any(|rule| DeviceMemory::of(rule).is_some())
}

fn describe(limits: SessionActions) -> String {
    let SessionActions { max_session_idle_minutes: idle, max_session_lifetime_minutes: lifetime, .. } = limits;
    let ends = if lifetime == 0 {
        "without a maximum lifetime".to_owned()
    } else {
        format!("at most {lifetime} minutes in all")
    };
    format!("{idle} idle minutes, {ends}")
}

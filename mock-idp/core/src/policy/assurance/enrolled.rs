//! What users have enrolled, and what they can enroll.

use serde_json::Value;

use crate::ledger::{EnrollmentGrace, GraceEnd, SkippedEnrollments};
use crate::model::unix_time::from_rfc3339;
use crate::model::{DirectoryKind, DirectoryObject, Factor, SignInMethod, User};
use crate::org::Tables;
use crate::policy::conditions::PolicySubject;

/// The methods that a user can sign in with.
#[must_use]
pub fn enrolled_methods(org: &Tables, user: &User) -> Vec<SignInMethod> {
    let has = |method: &SignInMethod| match method {
        SignInMethod::Password => user.credentials.password.is_some(),
        other => user.active_factors().any(|factor| factor.method() == Some(*other) && is_usable(org, &factor)),
    };
    SignInMethod::ALL.into_iter().filter(has).collect()
}

/// Whether a factor can be used for signing in.
#[must_use]
pub fn is_usable(org: &Tables, factor: &Factor) -> bool {
    factor.is_active() && factor.method().is_some_and(|method| is_for_sign_in(org, method))
}

/// The methods of the authenticators that a user lacks and can enroll. Okta: one of each.
pub(super) fn enrollable_methods(org: &Tables, user: &User) -> Vec<SignInMethod> {
    let has = |method: SignInMethod| user.active_factors().any(|factor| factor.method() == Some(method));
    let lacks = |method: &SignInMethod| {
        !SignInMethod::ALL.into_iter().any(|other| other.shares_authenticator(*method) && has(other))
    };
    let allowed = allowed_methods(org, user).into_iter();
    allowed.filter(|method| method.is_enrolled_in_sign_in() && lacks(method)).collect()
}

/// The methods that a user lacks and can enroll one by one. Okta: the catalog of factors.
#[must_use]
pub fn enrollable_factors(org: &Tables, user: &User) -> Vec<SignInMethod> {
    // The primary address of a user is a factor of the list when it is enrolled.
    let has = |method: SignInMethod| user.factors.iter().any(|it| it.is_active() && it.method() == Some(method));
    let has_all = |method: SignInMethod| method != SignInMethod::WebAuthn && has(method);
    let is_offered = |method: &SignInMethod| !has_all(*method);
    allowed_methods(org, user).into_iter().filter(is_offered).collect()
}

/// The methods besides the password that the enrollment policy of a user allows.
fn allowed_methods(org: &Tables, user: &User) -> Vec<SignInMethod> {
    let policy = enrollment_policy(org, user);
    let allowed =
        |method: &SignInMethod| policy.as_ref().and_then(|policy| policy.enrollment(*method)) != Some("NOT_ALLOWED");
    let methods = SignInMethod::ALL.into_iter();
    methods
        .filter(|method| {
            *method != SignInMethod::Password
                && can_enroll(org, *method)
                && is_listed(policy.as_ref(), *method)
                && allowed(method)
        })
        .collect()
}

/// What a user still has to enroll.
#[derive(Clone, Debug, Default)]
pub struct RequiredEnrollments {
    pub now: Vec<SignInMethod>,
    /// What can be left out for a while.
    pub later: Vec<SignInMethod>,
    /// For how long.
    pub grace: Vec<EnrollmentGrace>,
}

/// The methods that a user has to enroll. `challenged`: the user has been asked for a second factor. `skipped`: what the user has left
/// out before.
pub(super) fn required(
    org: &Tables,
    user: &User,
    challenged: bool,
    (skipped, now): (&SkippedEnrollments, i64),
) -> RequiredEnrollments {
    let Some(policy) = enrollment_policy(org, user) else { return RequiredEnrollments::default() };
    // Okta: LOGIN, CHALLENGE or NEVER.
    let asks = match policy.when() {
        Some("LOGIN") => true,
        Some("CHALLENGE") => challenged,
        _ => false,
    };
    let mut methods = if asks { enrollable_methods(org, user) } else { Vec::new() };
    methods.retain(|method| policy.enrollment(*method) == Some("REQUIRED"));
    let mut required = RequiredEnrollments::default();
    for method in methods {
        let Some(ends) = policy.grace(method, skipped, now) else {
            required.now.push(method);
            continue;
        };
        required.later.push(method);
        let authenticator = method.row().authenticator;
        if !required.grace.iter().any(|known| known.authenticator == authenticator) {
            required.grace.push(EnrollmentGrace { authenticator: authenticator.to_owned(), ends });
        }
    }
    required
}

/// Whether a policy limits how often enrollments are left out.
#[must_use]
pub fn counts_skips(org: &Tables) -> bool {
    let policies = org.objects(DirectoryKind::Policy).filter(|policy| policy.text("type") == Some("MFA_ENROLL"));
    let settings = policies.filter_map(|policy| policy.members.get("settings"));
    let entries = settings.filter_map(|settings| settings["authenticators"].as_array()).flatten();
    entries.into_iter().any(|entry| grace_period(entry)["type"] == "BY_SKIP_COUNT")
}

fn grace_period(entry: &Value) -> &Value {
    &entry["enroll"]["gracePeriod"]
}

/// What the enrollment policy of a user says of a method: `REQUIRED`, `OPTIONAL` or `NOT_ALLOWED`.
#[must_use]
pub fn enrollment_of<'o>(org: &'o Tables, user: &User, method: SignInMethod) -> Option<&'o str> {
    enrollment_policy(org, user)?.enrollment(method)
}

/// Okta: authenticators that a policy does not list are not allowed.
fn is_listed(policy: Option<&EnrollmentPolicy<'_>>, method: SignInMethod) -> bool {
    policy.is_none_or(|policy| policy.enrollment(method).is_some())
}

/// Whether the org has the authenticator, and users sign in with it.
#[must_use]
pub fn is_for_sign_in(org: &Tables, method: SignInMethod) -> bool {
    let allowed = |authenticator: &DirectoryObject| {
        let settings = authenticator.members.get("settings");
        let purpose = settings.and_then(|settings| settings["allowedFor"].as_str());
        purpose.is_none_or(|purpose| matches!(purpose, "any" | "sso"))
    };
    authenticator(org, method).is_some_and(allowed)
}

/// Whether the org has the authenticator of a method.
#[must_use]
pub fn can_enroll(org: &Tables, method: SignInMethod) -> bool {
    authenticator(org, method).is_some()
}

fn authenticator(org: &Tables, method: SignInMethod) -> Option<&DirectoryObject> {
    let mut known = org.objects(DirectoryKind::Authenticator).filter(|authenticator| authenticator.is_active());
    let row = method.row();
    // Okta: methods are switched on and off one by one, too.
    let is_off = |authenticator: &DirectoryObject| {
        let methods = authenticator.members.get("methods");
        methods.is_some_and(|methods| methods[row.method]["status"] == "INACTIVE")
    };
    known.find(|authenticator| authenticator.text("key") == Some(row.authenticator) && !is_off(authenticator))
}

/// Whether passkeys and security keys verify the user. WebAuthn 5.8.6.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum UserVerification {
    Required,
    Preferred,
    Discouraged,
}

impl UserVerification {
    /// Its name in options.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Required => "required",
            Self::Preferred => "preferred",
            Self::Discouraged => "discouraged",
        }
    }
}

/// The setting `userVerification` of the method `webauthn`. Okta: `DISCOURAGED`, unless the settings of the method say otherwise.
#[must_use]
pub fn user_verification(org: &Tables) -> UserVerification {
    let row = SignInMethod::WebAuthn.row();
    let methods = org.authenticator(row.authenticator).and_then(|authenticator| authenticator.members.get("methods"));
    match methods.and_then(|methods| methods[row.method]["settings"]["userVerification"].as_str()) {
        Some("REQUIRED") => UserVerification::Required,
        Some("PREFERRED") => UserVerification::Preferred,
        _ => UserVerification::Discouraged,
    }
}

/// Whether users can sign in by a passkey without their name. Okta: the setting `enableAutofillUI` of the method `webauthn`.
#[must_use]
pub fn autofills_passkeys(org: &Tables) -> bool {
    let row = SignInMethod::WebAuthn.row();
    let known = authenticator(org, SignInMethod::WebAuthn).filter(|_| is_for_sign_in(org, SignInMethod::WebAuthn));
    let methods = known.and_then(|known| known.members.get("methods"));
    methods.is_some_and(|methods| methods[row.method]["settings"]["enableAutofillUI"] == true)
}

/// The enrollment policy that covers a user, and its rule. Okta: the first policy by priority that covers the user.
struct EnrollmentPolicy<'o> {
    policy: &'o DirectoryObject,
    rule: Option<&'o Value>,
}

impl<'o> EnrollmentPolicy<'o> {
    /// `REQUIRED`, `OPTIONAL` or `NOT_ALLOWED`; `None` if it does not list the authenticator.
    fn enrollment(&self, method: SignInMethod) -> Option<&'o str> {
        self.entry(method)?["enroll"]["self"].as_str()
    }

    fn entry(&self, method: SignInMethod) -> Option<&'o Value> {
        let settings = self.policy.members.get("settings")?;
        let mut listed = settings["authenticators"].as_array()?.iter();
        listed.find(|entry| entry["key"] == method.row().authenticator)
    }

    /// For how long a required enrollment can be left out; `None`: it cannot any more.
    fn grace(&self, method: SignInMethod, skipped: &SkippedEnrollments, now: i64) -> Option<GraceEnd> {
        let period = grace_period(self.entry(method)?);
        match period["type"].as_str()? {
            "BY_DATE_TIME" => {
                let expiry = period["expiry"].as_str()?;
                (now < from_rfc3339(expiry)?).then(|| GraceEnd::At(expiry.to_owned()))
            }
            "BY_SKIP_COUNT" => {
                let allowed = u32::try_from(period["skipCount"].as_u64()?).ok()?;
                let left = allowed.saturating_sub(skipped.count(method.row().authenticator));
                (left > 0).then_some(GraceEnd::AfterSkips(left))
            }
            _ => None,
        }
    }

    /// When users are asked to enroll.
    fn when(&self) -> Option<&'o str> {
        self.rule?.pointer("/actions/enroll/self")?.as_str()
    }
}

fn enrollment_policy<'o>(org: &'o Tables, user: &User) -> Option<EnrollmentPolicy<'o>> {
    let subject = PolicySubject::new(org, user);
    let covers = |conditions: &Value| subject.unmet_in(conditions, None).is_none();
    let mut policies: Vec<_> = org
        .objects(DirectoryKind::Policy)
        .filter(|policy| policy.text("type") == Some("MFA_ENROLL") && policy.is_active())
        .filter(|policy| policy.members.get("conditions").is_none_or(covers))
        .collect();
    policies.sort_by_key(|policy| (policy.is_system(), policy.members.get("priority").and_then(Value::as_u64)));
    policies.into_iter().next().map(|policy| {
        let mut rules: Vec<&Value> =
            policy.members.get("rules").and_then(Value::as_array).into_iter().flatten().collect();
        rules.sort_by_key(|rule| rule["priority"].as_u64());
        let rule = rules.into_iter().find(|rule| rule["status"] != "INACTIVE" && covers(&rule["conditions"]));
        EnrollmentPolicy { policy, rule }
    })
}

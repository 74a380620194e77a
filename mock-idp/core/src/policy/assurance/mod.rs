//! Assurance: what a user has to prove. Okta: the global session policy and the authentication policy of the app both have to be met;
//! `acr_values` of the request come after them.

mod demand;
mod enrolled;
mod rules;
mod verification;

pub use rules::{KeepMeSignedIn, asks_to_stay, keep_me_signed_in};

pub use enrolled::{
    RequiredEnrollments, UserVerification, autofills_passkeys, can_enroll, counts_skips, enrollable_factors,
    enrolled_methods, enrollment_of, is_for_sign_in, is_usable, user_verification,
};

use std::fmt::Write as _;

use demand::{Demand, authenticators, next_proofs};
use enrolled::enrollable_methods;
use rules::{app_demand, session_demand};

use crate::ledger::{Proof, SkippedEnrollments};
use crate::model::{App, SignInMethod, User};
use crate::moment::Moment;
use crate::org::{Org, Tables};
use crate::protocol::acr::AcrValue;
use crate::trace::NoteStatus;

const TITLE: &str = "assurance";

/// A user who has proved something, and what for.
#[derive(Clone, Copy, Debug)]
pub struct AssuranceRequest<'a> {
    pub user: &'a User,
    /// The client that the user signs in for, if it is known.
    pub client: Option<&'a App>,
    pub acr_values: Option<&'a str>,
    /// Whether a request is granted that no value of the list is met for. OIDC Core 3.1.2.1.
    pub acr_is_voluntary: bool,
    pub proofs: &'a [Proof],
    /// Proofs since then are new, whatever their age.
    pub began: i64,
    /// Whether a session begins, about which the global session policy decides.
    pub begins_session: bool,
    /// The external identity provider by which the user has authenticated.
    pub idp: Option<&'a str>,
    /// When the user has proved a second authenticator in this browser, if it is remembered.
    pub remembered: Option<i64>,
    /// Whether the user can authenticate again at an external identity provider. Okta: that counts as the password ("Password / IdP").
    pub has_provider: bool,
}

/// Whether the proofs are enough.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Assurance {
    /// They are. `acr` is the first requested value that they meet.
    Met { acr: Option<AcrValue> },
    /// A proof by one of these methods is next. The user has them.
    Prove(NextProof),
    /// The user has to enroll one of these methods.
    Enroll(Vec<SignInMethod>),
    /// A policy denies the sign-in.
    Denied(String),
    /// Neither what the user has nor what the user can enroll is enough.
    Unsatisfiable(String),
}

/// What a user can prove next.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct NextProof {
    pub methods: Vec<SignInMethod>,
    /// Whether a passkey among them has to verify the user, though the org does not demand it of each.
    pub verifies_user: bool,
}

/// Decides whether the proofs of a user are enough.
pub fn decide(org: &Org, request: AssuranceRequest<'_>, moment: &mut Moment<'_>) -> Assurance {
    let mut demands = Vec::new();
    if request.begins_session {
        match session_demand(org, (request.user, request.idp), request.remembered, moment) {
            Ok(demand) => demands.extend(demand),
            Err(reason) => return Assurance::Denied(reason),
        }
    }
    if let Some(client) = request.client {
        match app_demand(org, client, request.user, moment) {
            Ok(demand) => demands.extend(demand),
            Err(reason) => return Assurance::Denied(reason),
        }
    }
    let situation = Situation::new(org, request, moment.now);
    match situation.missing(&demands) {
        Missing::Nothing => situation.with_acr(demands, moment),
        missing => missing.into_assurance(&demands, moment),
    }
}

/// When the last of several authenticators was proved; `None`: there is only one.
#[must_use]
pub fn second_authenticator(proofs: &[Proof]) -> Option<i64> {
    let all: Vec<&Proof> = proofs.iter().collect();
    (authenticators(&all) > 1).then(|| proofs.iter().map(|proof| proof.at).max()).flatten()
}

/// The required enrollments that a user still lacks. Okta: `MFA_ENROLL` policies, "Enrollment is required if a policy says so".
#[must_use]
pub fn required_enrollments(
    org: &Tables,
    user: &User,
    proved: &[Proof],
    (skipped, now): (&SkippedEnrollments, i64),
) -> RequiredEnrollments {
    let challenged = proved.iter().any(|proof| proof.method != SignInMethod::Password);
    enrolled::required(org, user, challenged, (skipped, now))
}

/// The optional enrollments that a user lacks.
#[must_use]
pub fn optional_enrollments(org: &Tables, user: &User) -> Vec<SignInMethod> {
    enrollable_methods(org, user)
}

/// What a user has and can get, for one decision.
struct Situation<'a> {
    request: AssuranceRequest<'a>,
    now: i64,
    enrolled: Vec<SignInMethod>,
    enrollable: Vec<SignInMethod>,
    /// Whether passkeys and security keys are asked to verify the user.
    verifies_user: bool,
}

/// What is missing to meet demands.
enum Missing {
    Nothing,
    Proof(NextProof),
    Enrollment(Vec<SignInMethod>),
    Impossible,
}

impl<'a> Situation<'a> {
    fn new(org: &Org, request: AssuranceRequest<'a>, now: i64) -> Self {
        let (mut enrolled, mut enrollable) =
            (enrolled_methods(org, request.user), enrollable_methods(org, request.user));
        if request.has_provider && !enrolled.contains(&SignInMethod::Password) {
            enrolled.insert(0, SignInMethod::Password);
        }
        enrollable.retain(|method| is_for_sign_in(org, *method));
        let verifies_user = user_verification(org) != UserVerification::Discouraged;
        Self { request, now, enrolled, enrollable, verifies_user }
    }

    fn missing(&self, demands: &[Demand]) -> Missing {
        let AssuranceRequest { proofs, began, .. } = self.request;
        let met = |proofs: &[Proof]| demands.iter().all(|demand| demand.is_met(proofs, began, self.now));
        if met(proofs) {
            return Missing::Nothing;
        }
        let next = next_proofs(&met, proofs, &self.enrolled, |method| self.proof(method));
        if !next.is_empty() {
            return self.proof_by(next, &self.enrolled, &met);
        }
        let all: Vec<_> = self.enrolled.iter().chain(&self.enrollable).copied().collect();
        let (first, enrolled): (Vec<_>, Vec<_>) = next_proofs(&met, proofs, &all, |method| self.proof(method))
            .into_iter()
            .partition(|method| self.enrollable.contains(method));
        match (first.is_empty(), enrolled.is_empty()) {
            (true, true) => Missing::Impossible,
            // Okta: what the user has comes first.
            (_, false) => self.proof_by(enrolled, &all, &met),
            (false, true) => Missing::Enrollment(first),
        }
    }

    /// A proof by one of these methods. A browser that may verify the user need not do it: it has to where the demands are not met
    /// without.
    fn proof_by(
        &self,
        methods: Vec<SignInMethod>,
        candidates: &[SignInMethod],
        met: &impl Fn(&[Proof]) -> bool,
    ) -> Missing {
        let without = || next_proofs(met, self.request.proofs, candidates, |method| Proof::by(method, self.now));
        let can_verify = self.verifies_user && methods.contains(&SignInMethod::WebAuthn);
        let verifies_user = can_verify && !without().contains(&SignInMethod::WebAuthn);
        Missing::Proof(NextProof { methods, verifies_user })
    }

    /// What a method would prove now.
    fn proof(&self, method: SignInMethod) -> Proof {
        let user_verified = method == SignInMethod::WebAuthn && self.verifies_user;
        Proof { user_verified, ..Proof::by(method, self.now) }
    }

    /// The requested class that is met, or that can be.
    fn with_acr(&self, mut demands: Vec<Demand>, moment: &mut Moment<'_>) -> Assurance {
        let requested: Vec<_> = AcrValue::requested(self.request.acr_values).collect();
        let mut possible = None;
        for value in &requested {
            demands.push(self.acr_demand(*value));
            match self.missing(&demands) {
                Missing::Nothing => return Assurance::Met { acr: Some(*value) },
                Missing::Impossible => {}
                missing => {
                    possible.get_or_insert((missing, Demand::named(value.name())));
                }
            }
            demands.pop();
        }
        match possible {
            _ if self.request.acr_is_voluntary => Assurance::Met { acr: None },
            Some((missing, demand)) => missing.into_assurance(&[demand], moment),
            None if requested.is_empty() => Assurance::Met { acr: None },
            None => {
                let names: Vec<&str> = requested.iter().map(|value| value.name()).collect();
                let login = &self.request.user.profile.login;
                Assurance::Unsatisfiable(format!(
                    "acr_values requires {}, and {login} has nothing enrolled that meets it: enroll a factor, request \
                     urn:okta:loa:1fa:pwd or urn:okta:loa:1fa:any, or leave acr_values out",
                    names.join(" or ")
                ))
            }
        }
    }

    fn acr_demand(&self, value: AcrValue) -> Demand {
        match value {
            AcrValue::OneFactor => Demand::one_factor(),
            AcrValue::Password => Demand::password(),
            AcrValue::TwoFactors => Demand::two_factors(),
            AcrValue::TwoFactorsIfPossible => {
                let two = Demand::two_factors();
                let all: Vec<_> = self.enrolled.iter().map(|method| self.proof(*method)).collect();
                if two.is_met(&all, self.now, self.now) { two } else { Demand::one_factor() }
            }
            AcrValue::PhishingResistant => Demand::phishing_resistant(false),
            AcrValue::PhishingResistantHardware => Demand::phishing_resistant(true),
        }
    }
}

impl Missing {
    fn into_assurance(self, demands: &[Demand], moment: &mut Moment<'_>) -> Assurance {
        let mut because = String::new();
        for demand in demands {
            let separator = if because.is_empty() { "" } else { "; " };
            let _ = write!(because, "{separator}{}", demand.source());
        }
        let named = |methods: &[SignInMethod]| {
            methods.iter().map(|method| method.row().display_name).collect::<Vec<_>>().join(" or ")
        };
        match self {
            Self::Nothing => Assurance::Met { acr: None },
            Self::Proof(next) => {
                let verified = if next.verifies_user { " that verifies the user" } else { "" };
                let text = format!("a proof by {}{verified}: {because}", named(&next.methods));
                moment.trace.note(NoteStatus::Absent, TITLE, text);
                Assurance::Prove(next)
            }
            Self::Enrollment(methods) => {
                let text = format!("the user has to enroll {}: {because}", named(&methods));
                moment.trace.note(NoteStatus::Absent, TITLE, text);
                Assurance::Enroll(methods)
            }
            Self::Impossible => Assurance::Unsatisfiable(format!(
                "nothing that the user has enrolled or can enroll is enough: {because}"
            )),
        }
    }
}

#[cfg(test)]
mod tests;

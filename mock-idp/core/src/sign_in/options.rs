//! What can be done next in a sign-in.

use std::borrow::Cow;

use super::answer::SignInFacts;
use super::consent::missing_consent;
use super::passkeys::passkeys;
use super::profile_update;
use super::registration::registration_rules;
use crate::ledger::{
    AppEnrollment, ChosenPasskey, EnrollmentGrace, PartialSignIn, ProofStep, Purpose, Recovery, RecoveryKind,
    RecoveryStep, Registration, SentCode, SentPush, Stage, Transaction,
};
use crate::model::{Factor, Scope, SignInMethod, User};
use crate::moment::RequestOrigin;
use crate::org::{CompiledServer, Org, SignInForm};
use crate::policy::assurance::autofills_passkeys;
use crate::policy::recovery::is_offered;
use crate::policy::registration::RegistrationAttribute;
use crate::policy::routing::{self, Routing};

/// One thing that can be done next.
#[derive(Clone, Debug, PartialEq)]
pub enum Remediation {
    /// Say who signs in.
    Identify {
        /// The initial value: what was typed before, or the client's hint.
        identifier: Option<String>,
        /// Whether the password belongs to it.
        with_password: bool,
    },
    /// Enter the password of the user with this identifier, who may be unknown.
    Password { identifier: String },
    /// Enter a new password: that of this user has expired, or expires in so many days.
    NewPassword { user_id: String, days_left: Option<i64> },
    /// A step of a recovery.
    Recovery(RecoveryOption),
    /// A step of a registration.
    Registration(RegistrationOption),
    /// Sign in at this external identity provider.
    SignInAtProvider { id: String, name: String, kind: String },
    /// Begin to create an account.
    Register,
    /// Go back to signing in.
    SelectIdentify,
    /// Begin to set a new password without the old one.
    ResetPassword,
    /// Begin to unlock the account.
    Unlock,
    /// Sign in by a passkey that the browser offers, which says who signs in.
    AutofillPasskey,
    /// Answer what this factor of the user asks.
    Verify {
        user_id: String,
        factor: Factor,
        /// The methods by which the user can have a code sent, if none has been sent.
        unsent: Vec<SignInMethod>,
        /// Whether a link was sent that confirms the code.
        has_link: bool,
    },
    /// Answer a push notification on the phone.
    Wait { user_id: String, factor: Factor, push: SentPush },
    /// Sign this challenge by one of these passkeys and security keys of the user.
    UsePasskey {
        user_id: String,
        challenge: String,
        factors: Vec<Factor>,
        /// Whether a policy demands that the user is verified.
        verifies_user: bool,
    },
    /// Choose one of these methods to prove.
    ChooseMethod { user_id: String, methods: Vec<SignInMethod> },
    /// Complete the enrollment of this factor.
    Enroll {
        user_id: String,
        factor: Factor,
        /// The methods by which the user can have a code sent, if none has been sent.
        unsent: Vec<SignInMethod>,
    },
    /// Set the app Okta Verify up on a phone.
    EnrollApp { user_id: String, app: AppEnrollment },
    /// Choose how the phone gets to know what the app is set up for.
    ChooseAppChannel { user_id: String },
    /// Choose one of these methods to enroll.
    ChooseEnrollment {
        user_id: String,
        methods: Vec<SignInMethod>,
        /// Those that are required, and can be left out for a while.
        grace: Vec<EnrollmentGrace>,
    },
    /// Leave out what is optional.
    Skip { user_id: String },
    /// Enter these attributes, which the user lacks.
    CompleteProfile { user_id: String, attributes: Vec<RegistrationAttribute> },
    /// Say whether to stay signed in.
    KeepMeSignedIn { user_id: String },
    /// Allow these scopes, or refuse.
    Consent { user_id: String, scopes: Vec<Scope> },
}

/// What can be done next in a registration.
#[derive(Clone, Debug, PartialEq)]
pub enum RegistrationOption {
    /// Enter these attributes.
    Profile { attributes: Vec<RegistrationAttribute> },
    /// Enter a password for the new user.
    Password { user: Box<User> },
    /// Enter the code that was sent to this address.
    Code { email: String },
}

/// What can be done next in a recovery.
#[derive(Clone, Debug, PartialEq)]
pub enum RecoveryOption {
    /// Say whose account it is.
    Identify { is_unlock: bool, identifier: Option<String> },
    /// Enter the code that was sent to the user with this identifier, who may be unknown.
    Code { is_unlock: bool, identifier: String },
    /// Answer the recovery question.
    Question { user_id: String, question: String },
    /// Confirm that the account is to be unlocked.
    Confirm { user_id: String },
    /// Enter a new password.
    Password { user_id: String, is_activation: bool },
    /// Nothing: the account is unlocked.
    Unlocked { user_id: String },
}

/// What can be done next, the first thing to offer first. Nothing, if the sign-in waits for no answer.
#[must_use]
pub fn options(org: &Org, server: &CompiledServer, transaction: &Transaction, facts: &SignInFacts) -> Vec<Remediation> {
    let with_password = org.settings().sign_in_page.form != SignInForm::IdentifierFirst;
    let purpose = &transaction.purpose;
    match &transaction.stage {
        Stage::Identify => {
            let identifier = purpose.request().and_then(|request| request.login_hint.clone());
            let mut options =
                with_others(org, (purpose, facts), None, Remediation::Identify { identifier, with_password });
            let asks = matches!(options.first(), Some(Remediation::Identify { .. }));
            options.extend((asks && autofills_passkeys(org)).then_some(Remediation::AutofillPasskey));
            options
        }
        Stage::Challenge { identifier } if with_password => {
            let first = Remediation::Identify { identifier: Some(identifier.clone()), with_password };
            with_others(org, (purpose, facts), Some(identifier), first)
        }
        Stage::Challenge { identifier } => with_others(
            org,
            (purpose, facts),
            Some(identifier),
            Remediation::Password { identifier: identifier.clone() },
        ),
        Stage::Registration(registration) => {
            let back = matches!(registration, Registration::Profile).then_some(Remediation::SelectIdentify);
            let first = Remediation::Registration(registration_option(org, purpose, registration));
            std::iter::once(first).chain(back).collect()
        }
        Stage::Recovery(recovery) => vec![Remediation::Recovery(recovery_option(org, purpose, recovery))],
        Stage::NewPassword { user_id } => {
            vec![Remediation::NewPassword { user_id: user_id.clone(), days_left: None }]
        }
        Stage::PasswordWarning(warning) => {
            let (user_id, days_left) = (warning.partial.user_id.clone(), Some(warning.days));
            vec![Remediation::NewPassword { user_id: user_id.clone(), days_left }, Remediation::Skip { user_id }]
        }
        Stage::MoreProofs(partial) => proof_options(org, partial),
        Stage::ProfileUpdate(signed_in) => {
            let user = org.user(&signed_in.user_id);
            let attributes = user.map(|user| profile_update::missing(org, purpose, user)).unwrap_or_default();
            vec![Remediation::CompleteProfile { user_id: signed_in.user_id.clone(), attributes }]
        }
        Stage::KeepMeSignedIn(signed_in) => {
            vec![Remediation::KeepMeSignedIn { user_id: signed_in.user_id.clone() }]
        }
        Stage::Consent { user } => {
            let client = purpose.client_id().and_then(|client_id| org.client(client_id));
            let scopes = match (purpose, client) {
                (Purpose::Activate(activation), _) => {
                    activation.scopes.iter().filter_map(|name| server.scope(name)).cloned().collect()
                }
                (_, Some(client)) => purpose
                    .request()
                    .map(|request| missing_consent(server, client, request, &facts.consent))
                    .unwrap_or_default(),
                (_, None) => Vec::new(),
            };
            vec![Remediation::Consent { user_id: user.authentication().user_id.clone(), scopes }]
        }
        Stage::SignedIn(_) | Stage::Decided { .. } | Stage::ProviderFailed => Vec::new(),
    }
}

/// Where the user of a transaction signs in. `None`: the user has signed in, or does something else.
#[must_use]
pub fn routing_of(org: &Org, transaction: &Transaction, origin: &RequestOrigin) -> Option<Routing> {
    match &transaction.stage {
        Stage::Identify => Some(routing_for(org, &transaction.purpose, None, origin)),
        Stage::Challenge { identifier } => Some(routing_for(org, &transaction.purpose, Some(identifier), origin)),
        _ => None,
    }
}

fn routing_for(org: &Org, purpose: &Purpose, identifier: Option<&str>, origin: &RequestOrigin) -> Routing {
    // Okta: the parameter `idp` leaves the sign-in page out.
    match purpose.request().and_then(|request| request.idp.as_deref()) {
        Some(named) => Routing::to(named),
        None => {
            let client = purpose.client_id().and_then(|client_id| org.client(client_id));
            Routing::of(org, client, identifier, origin)
        }
    }
}

/// What can be done without the password, beside its form.
fn with_others(
    org: &Org,
    (purpose, facts): (&Purpose, &SignInFacts),
    identifier: Option<&str>,
    first: Remediation,
) -> Vec<Remediation> {
    let routing = routing_for(org, purpose, identifier, &facts.origin);
    let providers = routing.providers.iter().filter_map(|id| routing::provider(org, id));
    let providers = providers.map(|provider| Remediation::SignInAtProvider {
        id: provider.id().to_owned(),
        name: provider.name().to_owned(),
        kind: provider.kind().to_owned(),
    });
    if !routing.at_org {
        return providers.collect();
    }
    let reset = is_offered(org, "selfServicePasswordReset").then_some(Remediation::ResetPassword);
    let unlock = is_offered(org, "selfServiceUnlock").then_some(Remediation::Unlock);
    let register = registration_rules(org, purpose).map(|_| Remediation::Register);
    [Some(first), register, reset, unlock].into_iter().flatten().chain(providers).collect()
}

fn recovery_option(org: &Org, purpose: &Purpose, recovery: &Recovery) -> RecoveryOption {
    let is_unlock = recovery.kind == RecoveryKind::Unlock;
    match &recovery.step {
        RecoveryStep::Identify => {
            let identifier = purpose.request().and_then(|request| request.login_hint.clone());
            RecoveryOption::Identify { is_unlock, identifier }
        }
        RecoveryStep::Code { identifier, .. } => RecoveryOption::Code { is_unlock, identifier: identifier.clone() },
        RecoveryStep::Question { user_id, .. } => {
            let question = org.user(user_id).and_then(|user| user.credentials.recovery_question.as_ref());
            let question = question.map(|question| question.question.clone()).unwrap_or_default();
            RecoveryOption::Question { user_id: user_id.clone(), question }
        }
        RecoveryStep::Confirm { user_id, .. } => RecoveryOption::Confirm { user_id: user_id.clone() },
        RecoveryStep::Password { user_id, .. } => {
            let is_activation = recovery.kind == RecoveryKind::Activation;
            RecoveryOption::Password { user_id: user_id.clone(), is_activation }
        }
        RecoveryStep::Unlocked { user_id } => RecoveryOption::Unlocked { user_id: user_id.clone() },
    }
}

fn registration_option(org: &Org, purpose: &Purpose, registration: &Registration) -> RegistrationOption {
    match registration {
        Registration::Profile => {
            let rules = registration_rules(org, purpose);
            RegistrationOption::Profile { attributes: rules.map(|rules| rules.attributes).unwrap_or_default() }
        }
        Registration::Password { user } => RegistrationOption::Password { user: user.clone() },
        Registration::Code { user, .. } => RegistrationOption::Code { email: user.profile.email.clone() },
    }
}

/// Okta: the list of methods is offered beside the one that was chosen.
fn proof_options(org: &Org, partial: &PartialSignIn) -> Vec<Remediation> {
    let user_id = || partial.user_id.clone();
    let login = || org.user(&partial.user_id).map(|user| user.profile.login.clone()).unwrap_or_default();
    let factor = |id: &str| {
        let mut known = org.user(&partial.user_id)?.active_factors();
        known.find(|factor| factor.id == id).map(Cow::into_owned)
    };
    let choose = || Remediation::ChooseMethod { user_id: user_id(), methods: partial.choices.clone() };
    let others = || has_several_rows(&partial.choices).then(choose);
    let choose_enrollment = || {
        let (methods, grace) = (partial.choices.clone(), partial.grace.clone());
        Remediation::ChooseEnrollment { user_id: user_id(), methods, grace }
    };
    let skip = |optional: bool| optional.then(|| Remediation::Skip { user_id: user_id() });
    match &partial.step {
        ProofStep::Choose => vec![choose()],
        ProofStep::EnterPassword => {
            [Remediation::Password { identifier: login() }].into_iter().chain(others()).collect()
        }
        ProofStep::Verify { factor_id, sent } => match factor(factor_id) {
            Some(factor) => {
                let unsent = unsent(partial, &factor, sent.as_ref());
                let has_link = partial.step.link().is_some();
                let verify = Remediation::Verify { user_id: user_id(), factor, unsent, has_link };
                [verify].into_iter().chain(others()).collect()
            }
            None => vec![choose()],
        },
        ProofStep::Wait { factor_id, push } => match factor(factor_id) {
            Some(factor) => {
                let wait = Remediation::Wait { user_id: user_id(), factor, push: push.clone() };
                [wait].into_iter().chain(others()).collect()
            }
            None => vec![choose()],
        },
        ProofStep::UsePasskey { challenge, chosen } => {
            let factor_id = chosen.as_ref().and_then(ChosenPasskey::factor_id);
            let known = org.user(&partial.user_id).into_iter().flat_map(passkeys);
            let is_offered = |factor: &&Factor| factor_id.is_none_or(|id| id == factor.id);
            let factors = known.filter(is_offered).cloned().collect();
            let (challenge, verifies_user) = (challenge.clone(), partial.verifies_user);
            let sign = Remediation::UsePasskey { user_id: user_id(), challenge, factors, verifies_user };
            [sign].into_iter().chain(others()).collect()
        }
        ProofStep::ChooseEnrollment { optional } => [choose_enrollment()].into_iter().chain(skip(*optional)).collect(),
        ProofStep::EnrollApp { app, optional, .. } => {
            let enroll = Remediation::EnrollApp { user_id: user_id(), app: app.clone() };
            let channel = Remediation::ChooseAppChannel { user_id: user_id() };
            [enroll, channel, choose_enrollment()].into_iter().chain(skip(*optional)).collect()
        }
        ProofStep::Enroll { factor, optional, sent } => {
            let unsent = unsent(partial, factor, sent.as_ref());
            let enroll = Remediation::Enroll { user_id: user_id(), factor: (**factor).clone(), unsent };
            [enroll, choose_enrollment()].into_iter().chain(skip(*optional)).collect()
        }
    }
}

/// The methods by which a code of the step can be sent, if none has been sent.
fn unsent(partial: &PartialSignIn, factor: &Factor, sent: Option<&SentCode>) -> Vec<SignInMethod> {
    let Some(method) = factor.method().filter(|method| sent.is_none() && method.is_asked_for()) else {
        return Vec::new();
    };
    partial.choices.iter().copied().filter(|other| other.shares_row(method)).collect()
}

/// Whether users choose between methods in more than one row of a list.
#[must_use]
pub fn has_several_rows(methods: &[SignInMethod]) -> bool {
    methods.iter().any(|method| !method.shares_row(methods[0]))
}

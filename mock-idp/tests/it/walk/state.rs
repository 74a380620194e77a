//! The states of the sign-in. A stage that has no row here does not compile.

use mock_idp::MockIdp;
use mock_idp_core::ledger::{ProofStep, RecoveryStep, Registration, Stage, Transaction};
use mock_idp_core::model::SignInMethod;
use serde_json::Value;

use crate::flow::browser;

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum State {
    Identify,
    Challenge,
    NewPassword,
    PasswordWarning,
    RecoveryIdentify,
    RecoveryCode,
    RecoveryQuestion,
    RecoveryConfirm,
    RecoveryPassword,
    Unlocked,
    Profile,
    RegistrationPassword,
    RegistrationCode,
    ChooseMethod,
    EnterPassword,
    Verify(SignInMethod),
    Wait,
    UsePasskey,
    ChooseEnrollment,
    Enroll(SignInMethod),
    ProfileUpdate,
    KeepMeSignedIn,
    SignedIn,
    ProviderFailed,
    Consent,
    Decided,
}

impl State {
    pub(super) fn all() -> Vec<Self> {
        let mut all = vec![
            Self::Identify,
            Self::Challenge,
            Self::NewPassword,
            Self::PasswordWarning,
            Self::RecoveryIdentify,
            Self::RecoveryCode,
            Self::RecoveryQuestion,
            Self::RecoveryConfirm,
            Self::RecoveryPassword,
            Self::Unlocked,
            Self::Profile,
            Self::RegistrationPassword,
            Self::RegistrationCode,
            Self::ChooseMethod,
            Self::EnterPassword,
        ];
        // Password, notifications and passkeys have states of their own.
        let own = [SignInMethod::Password, SignInMethod::OktaVerifyPush, SignInMethod::WebAuthn];
        let coded = SignInMethod::ALL.into_iter().filter(|method| !own.contains(method));
        all.extend(coded.map(Self::Verify));
        all.extend([Self::Wait, Self::UsePasskey, Self::ChooseEnrollment]);
        all.extend(SignInMethod::ALL.map(Self::Enroll));
        all.extend([
            Self::ProfileUpdate,
            Self::KeepMeSignedIn,
            Self::SignedIn,
            Self::ProviderFailed,
            Self::Consent,
            Self::Decided,
        ]);
        all
    }

    /// The state of a stage. `method_of`: finds the method of a factor of the user.
    fn of(stage: &Stage, method_of: impl Fn(&str) -> SignInMethod) -> Self {
        match stage {
            Stage::Identify => Self::Identify,
            Stage::Challenge { .. } => Self::Challenge,
            Stage::NewPassword { .. } => Self::NewPassword,
            Stage::PasswordWarning(_) => Self::PasswordWarning,
            Stage::Recovery(recovery) => match &recovery.step {
                RecoveryStep::Identify => Self::RecoveryIdentify,
                RecoveryStep::Code { .. } => Self::RecoveryCode,
                RecoveryStep::Question { .. } => Self::RecoveryQuestion,
                RecoveryStep::Confirm { .. } => Self::RecoveryConfirm,
                RecoveryStep::Password { .. } => Self::RecoveryPassword,
                RecoveryStep::Unlocked { .. } => Self::Unlocked,
            },
            Stage::Registration(Registration::Profile) => Self::Profile,
            Stage::Registration(Registration::Password { .. }) => Self::RegistrationPassword,
            Stage::Registration(Registration::Code { .. }) => Self::RegistrationCode,
            Stage::MoreProofs(partial) => match &partial.step {
                ProofStep::Choose => Self::ChooseMethod,
                ProofStep::EnterPassword => Self::EnterPassword,
                ProofStep::Verify { factor_id, .. } => Self::Verify(method_of(factor_id)),
                ProofStep::Wait { .. } => Self::Wait,
                ProofStep::UsePasskey { .. } => Self::UsePasskey,
                ProofStep::ChooseEnrollment { .. } => Self::ChooseEnrollment,
                ProofStep::Enroll { factor, .. } | ProofStep::EnrollApp { factor, .. } => {
                    Self::Enroll(factor.method().unwrap())
                }
            },
            Stage::ProfileUpdate(_) => Self::ProfileUpdate,
            Stage::KeepMeSignedIn(_) => Self::KeepMeSignedIn,
            Stage::SignedIn(_) => Self::SignedIn,
            Stage::ProviderFailed => Self::ProviderFailed,
            Stage::Consent { .. } => Self::Consent,
            Stage::Decided { .. } => Self::Decided,
        }
    }
}

/// The state of the transaction that is stored under a state handle; `None`: there is none.
pub(super) async fn stored(mock: &MockIdp, handle: &str) -> Option<State> {
    let response = browser().get(format!("{}/_mock/state", mock.url())).send().await.unwrap();
    let saved: Value = response.json().await.unwrap();
    let records = saved["ledger"]["transactions"].as_array().unwrap();
    let record = records.iter().find(|record| record["key"] == handle)?;
    let transaction: Transaction = serde_json::from_value(record["value"].clone()).unwrap();
    let factors = saved["org"]["users"].as_array().unwrap().iter().flat_map(|user| user["factors"].as_array());
    let factors: Vec<&Value> = factors.flatten().collect();
    let method_of = |id: &str| match factors.iter().find(|factor| factor["id"] == id) {
        Some(factor) => serde_json::from_value::<mock_idp_core::model::Factor>((*factor).clone()).unwrap().method(),
        // The address of a user is no factor of the document.
        None => id.starts_with("emf").then_some(SignInMethod::Email),
    };
    Some(State::of(&transaction.stage, |id| method_of(id).unwrap()))
}

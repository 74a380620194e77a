//! The sign-in as a state machine over [`Transaction`](crate::ledger::Transaction): [`options()`] says what can be done next, as data that every
//! front end renders, and [`apply()`] takes one step. No step calls another: after each one the caller decides what follows from the stage.

mod after_proofs;
mod answer;
mod apply;
mod autofill;
mod choices;
mod consent;
pub(crate) mod direct;
mod enrollment_key;
mod enrollments;
pub mod events;
mod factor_checks;
mod factor_states;
mod keep_signed_in;
mod messages;
mod options;
mod passkeys;
mod password;
pub mod primary;
mod problem;
mod profile_update;
mod proofs;
pub mod provider;
mod pushes;
mod recovery;
pub mod recovery_states;
mod registration;
mod security_questions;
mod sender;
mod sent_codes;
mod step_records;
mod step_up;

pub use answer::{
    ProviderSignInChange, RecoveryAnswer, RegistrationAnswer, RejectedAnswer, SentLink, SentRecovery, SignInAnswer,
    SignInEffect, SignInFacts,
};
pub use apply::apply;
pub use autofill::autofill_challenge;
pub use consent::missing_consent;
pub use enrollment_key::{enrollment_image, enrollment_svg, enrollment_uri, qr_image};
pub use enrollments::of_app;
pub use factor_checks::{check_factor, check_sent, expected_answer};
pub use factor_states::{FactorState, activation, app_activation, profile};
pub use messages::recovery_denied;
pub use options::{RecoveryOption, RegistrationOption, Remediation, has_several_rows, options, routing_of};
pub use passkeys::{
    PasskeyAssertion, PasskeyChallenge, PasskeyRegistration, activation_data, assert_passkey, challenge_data,
    descriptor, passkeys, register,
};
pub use password::verify_password;
pub use problem::{SignInProblem, SignInProblemKind};
pub(crate) use pushes::number_to_show;
pub use pushes::{app_enrollment_message, new_app_enrollment, new_push, phone_url, push_message};
pub use recovery::{has_recoverable_status, new_token, opened, send as send_recovery};
pub use registration::registration_rules;
pub use security_questions::{SECURITY_QUESTIONS, SecurityQuestion, question_text};
pub use sent_codes::{masked_email, new_code};
pub use step_records::{enrolling_user, factor_of_step, link_of_step, push_of_step, user_of_step};
pub(crate) use step_up::{RequestedAcr, StepUp, step_up};

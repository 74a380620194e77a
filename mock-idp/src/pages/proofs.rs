//! The steps in which a user proves more, or enrolls a factor. Texts and marks are those of Okta's pages, as on the sign-in page.

use askama::Template;
use mock_idp_core::ledger::PushResult;
use mock_idp_core::model::SignInMethod;

use super::chrome::Chrome;
use super::sent_code_words::SentCodeWords;
use crate::pages::view::{ProofPageStep, ProofView, SignInProblemKind as Kind};

#[derive(Debug, Template)]
#[template(path = "proofs.html")]
pub(super) struct ProofPage<'a> {
    chrome: Chrome<'a>,
    view: &'a ProofView,
    heading: String,
    lead: &'static str,
    view_class: String,
    problem: Option<&'static str>,
}

impl<'a> ProofPage<'a> {
    pub(super) fn new(view: &'a ProofView) -> Self {
        let title = format!("{} - Sign In", view.frame.org_name);
        let (heading, lead, view_class) = words(&view.step);
        Self {
            chrome: Chrome::titled(&view.frame, title).with_problem(view.problem.is_some()),
            view,
            heading,
            lead,
            view_class,
            problem: view.problem.as_ref().map(|problem| problem_text(problem.kind)),
        }
    }

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "templates pass references")]
    #[expect(clippy::unused_self, reason = "templates call methods")]
    fn sent_code_words(&self, method: &SignInMethod) -> SentCodeWords {
        SentCodeWords::of(*method)
    }

    /// The name of the field for a code.
    fn code_field(&self, key: &str) -> &'static str {
        if key == "okta_verify" { "credentials.totp" } else { "credentials.passcode" }
    }

    /// Whether a push notification can still be answered.
    fn is_waiting(&self) -> bool {
        let waiting = Some(PushResult::Waiting);
        matches!(
            &self.view.step,
            ProofPageStep::Push { result, .. } | ProofPageStep::EnrollApp { result, .. } if *result == waiting
        )
    }

    /// Whether it is a step with a script.
    fn has_script(&self) -> bool {
        matches!(self.view.step, ProofPageStep::Passkey { .. })
    }

    /// How a push notification has ended.
    fn push_ended(&self) -> Option<&'static str> {
        match self.view.step {
            ProofPageStep::Push { result: Some(PushResult::Rejected), .. } => {
                Some("You have chosen to reject this login.")
            }
            ProofPageStep::Push { result: Some(PushResult::TimedOut), .. } => {
                Some("Your push notification has expired.")
            }
            _ => None,
        }
    }

    /// The link back to the list.
    fn choices_text(&self) -> &'static str {
        match self.view.step {
            ProofPageStep::EnrollCode { .. }
            | ProofPageStep::EnrollQuestion { .. }
            | ProofPageStep::EnrollPhone { .. }
            | ProofPageStep::EnrollApp { .. }
            | ProofPageStep::Passkey { enrolls: true, .. }
            | ProofPageStep::SentCode { enrolls: true, .. } => "Return to authenticator list",
            _ => "Verify with something else",
        }
    }
}

/// Heading, lead and classes of a step.
fn words(step: &ProofPageStep) -> (String, &'static str, String) {
    match step {
        ProofPageStep::Code { key: "okta_verify", .. } => (
            "Enter a code".to_owned(),
            "Enter code from Okta Verify app",
            "mfa-verify-totp challenge-authenticator--okta_verify mfa-okta-verify".to_owned(),
        ),
        ProofPageStep::Push { result: Some(_), .. } => {
            ("Get a push notification".to_owned(), "", "challenge-poll--okta_verify mfa-okta-verify".to_owned())
        }
        ProofPageStep::Push { result: None, .. } => (
            "Get a push notification".to_owned(),
            "",
            "authenticator-verification-data--okta_verify mfa-okta-verify".to_owned(),
        ),
        ProofPageStep::Code { authenticator, key, .. } => (
            format!("Verify with {authenticator}"),
            "Enter the temporary code generated in your authenticator app",
            format!("mfa-verify-passcode challenge-authenticator--{key} mfa-google-auth"),
        ),
        ProofPageStep::SentCode { method, sent, enrolls: false, .. } => {
            let words = SentCodeWords::of(*method);
            let view_class = format!("challenge-authenticator--{} mfa-verify-passcode", method.row().authenticator);
            (words.heading.to_owned(), if *sent { "" } else { words.lead }, view_class)
        }
        ProofPageStep::SentCode { enrolls: true, .. } => {
            ("Set up phone authentication".to_owned(), "", "enroll-authenticator--phone_number enroll-sms".to_owned())
        }
        ProofPageStep::EnrollPhone { method, .. } => (
            "Set up phone authentication".to_owned(),
            SentCodeWords::of(*method).enroll,
            "authenticator-enrollment-data--phone_number enroll-sms".to_owned(),
        ),
        ProofPageStep::EnrollApp { .. } => {
            ("Set up Okta Verify".to_owned(), "", "enroll-poll--okta_verify oie-enroll-ov-poll".to_owned())
        }
        ProofPageStep::Passkey { enrolls: false, .. } => (
            "Verify with Security Key or Biometric Authenticator".to_owned(),
            "",
            "mfa-verify-webauthn challenge-authenticator--webauthn oie-verify-webauthn".to_owned(),
        ),
        ProofPageStep::Passkey { enrolls: true, .. } => (
            "Set up security key or biometric authenticator".to_owned(),
            "",
            "enroll-authenticator--webauthn enroll-webauthn oie-enroll-webauthn".to_owned(),
        ),
        ProofPageStep::Question { .. } => (
            "Verify with your Security Question".to_owned(),
            "",
            "challenge-authenticator--security_question mfa-verify-question".to_owned(),
        ),
        ProofPageStep::ChooseMethod { .. } => (
            "Verify it’s you with a security method".to_owned(),
            "Select from the following options",
            "select-authenticator-authenticate authenticator-list".to_owned(),
        ),
        ProofPageStep::ChooseEnrollment { .. } => (
            "Set up security methods".to_owned(),
            "Security methods help protect your account by ensuring only you have access.",
            "select-authenticator-enroll enroll-choices".to_owned(),
        ),
        ProofPageStep::EnrollCode { authenticator, .. } => (
            format!("Set up {authenticator}"),
            "Launch your authenticator app, then scan the QR code.",
            "enroll-authenticator--google_otp enroll-google".to_owned(),
        ),
        ProofPageStep::EnrollQuestion { .. } => (
            "Set up security question".to_owned(),
            "Choose a security question and answer that will be used for signing in",
            "enroll-authenticator--security_question enroll-question".to_owned(),
        ),
    }
}

/// What the page says about a passkey that cannot be used.
const PASSKEY_FAILURE: &str = "You are currently unable to use a Security key or biometric authenticator. Try again.";

fn problem_text(kind: Kind) -> &'static str {
    match kind {
        Kind::InvalidPhoneNumber => "Invalid Phone Number.",
        Kind::WrongCode | Kind::WrongSentCode => "Your code doesn’t match our records. Please try again.",
        Kind::UsedCode => "Each code can only be used once. Please wait for a new code and try again.",
        Kind::RefusedPasskey => PASSKEY_FAILURE,
        Kind::WrongAnswer => "Your answer doesn’t match our records. Please try again.",
        Kind::ShortAnswer => "The security question answer must be at least 4 characters in length",
        Kind::MissingPassword | Kind::MissingIdentifier => "This field cannot be left blank",
        _ => "Unable to sign in",
    }
}

//! The steps in which a user proves more, or enrolls a factor. Texts and marks are those of Okta's pages, as on the sign-in page.

use askama::Template;
use mock_idp_core::ledger::PushResult;
use mock_idp_core::model::SignInMethod;

use super::chrome::Chrome;
use super::words::{ProblemWords, SentCodeWords, Words, question_text};
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
        let words = Words::of(view.frame.language);
        let title = (words.sign_in.title)(&view.frame.org_name);
        let (heading, lead, view_class) = step_words(&view.step, words);
        Self {
            chrome: Chrome::titled(&view.frame, title).with_problem(view.problem.is_some()),
            view,
            heading,
            lead,
            view_class,
            problem: view.problem.as_ref().map(|problem| problem_text(problem.kind, &words.problems)),
        }
    }

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "templates pass references")]
    fn sent_code_words(&self, method: &SignInMethod) -> &'static SentCodeWords {
        self.chrome.words.of_sent_code(*method)
    }

    fn question_text(&self, text: &str) -> String {
        question_text(self.view.frame.language, text)
    }

    fn set_up(&self, name: &str) -> String {
        (self.chrome.words.proofs.set_up_method)(name)
    }

    /// The name of the field for a code.
    fn code_field(&self, key: &str) -> &'static str {
        if key == "okta_verify" { "credentials.totp" } else { "credentials.passcode" }
    }

    /// Whether the phone can still answer.
    fn is_waiting(&self) -> bool {
        self.view.step.waits_for_phone()
    }

    /// The script of the step.
    fn script(&self) -> Option<&'static str> {
        match self.view.step {
            ProofPageStep::Passkey { .. } => Some("passkey.js"),
            _ if self.view.step.waits_for_phone() => Some("push.js"),
            _ => None,
        }
    }

    /// How a push notification has ended.
    fn push_ended(&self) -> Option<&'static str> {
        match self.view.step {
            ProofPageStep::Push { result: Some(PushResult::Rejected), .. } => {
                Some(self.chrome.words.proofs.push_rejected)
            }
            ProofPageStep::Push { result: Some(PushResult::TimedOut), .. } => {
                Some(self.chrome.words.proofs.push_expired)
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
            | ProofPageStep::SentCode { enrolls: true, .. } => self.chrome.words.proofs.other_enrollment,
            _ => self.chrome.words.proofs.other_method,
        }
    }
}

/// Heading, lead and classes of a step.
fn step_words(step: &ProofPageStep, words: &Words) -> (String, &'static str, String) {
    let proofs = &words.proofs;
    let (heading, lead, view_class) = match step {
        ProofPageStep::Code { key: "okta_verify", .. } => {
            let view_class = "mfa-verify-totp challenge-authenticator--okta_verify mfa-okta-verify";
            (proofs.totp_heading, proofs.totp_lead, view_class)
        }
        ProofPageStep::Push { result: Some(_), .. } => {
            (proofs.push_heading, "", "challenge-poll--okta_verify mfa-okta-verify")
        }
        ProofPageStep::Push { result: None, .. } => {
            (proofs.push_heading, "", "authenticator-verification-data--okta_verify mfa-okta-verify")
        }
        ProofPageStep::Code { authenticator, key, .. } => {
            let view_class = format!("mfa-verify-passcode challenge-authenticator--{key} mfa-google-auth");
            return ((proofs.code_heading)(authenticator), proofs.code_lead, view_class);
        }
        ProofPageStep::SentCode { method, sent, enrolls: false, .. } => {
            let words = words.of_sent_code(*method);
            let view_class = format!("challenge-authenticator--{} mfa-verify-passcode", method.row().authenticator);
            return (words.heading.to_owned(), if *sent { "" } else { words.lead }, view_class);
        }
        ProofPageStep::SentCode { enrolls: true, .. } => {
            (proofs.enroll_phone_heading, "", "enroll-authenticator--phone_number enroll-sms")
        }
        ProofPageStep::EnrollPhone { method, .. } => (
            proofs.enroll_phone_heading,
            words.of_sent_code(*method).enroll,
            "authenticator-enrollment-data--phone_number enroll-sms",
        ),
        ProofPageStep::EnrollApp { .. } => {
            (proofs.enroll_app_heading, "", "enroll-poll--okta_verify oie-enroll-ov-poll")
        }
        ProofPageStep::Passkey { enrolls: false, .. } => {
            let view_class = "mfa-verify-webauthn challenge-authenticator--webauthn oie-verify-webauthn";
            (proofs.passkey_heading, "", view_class)
        }
        ProofPageStep::Passkey { enrolls: true, .. } => {
            let view_class = "enroll-authenticator--webauthn enroll-webauthn oie-enroll-webauthn";
            (proofs.enroll_passkey_heading, "", view_class)
        }
        ProofPageStep::Question { .. } => {
            (proofs.question_heading, "", "challenge-authenticator--security_question mfa-verify-question")
        }
        ProofPageStep::ChooseMethod { .. } => {
            (proofs.choose_heading, proofs.choose_lead, "select-authenticator-authenticate authenticator-list")
        }
        ProofPageStep::ChooseEnrollment { .. } => {
            (proofs.enroll_heading, proofs.enroll_lead, "select-authenticator-enroll enroll-choices")
        }
        ProofPageStep::EnrollCode { authenticator, .. } => {
            let view_class = "enroll-authenticator--google_otp enroll-google".to_owned();
            return ((proofs.enroll_code_heading)(authenticator), proofs.enroll_code_lead, view_class);
        }
        ProofPageStep::EnrollQuestion { .. } => (
            proofs.enroll_question_heading,
            proofs.enroll_question_lead,
            "enroll-authenticator--security_question enroll-question",
        ),
    };
    (heading.to_owned(), lead, view_class.to_owned())
}

fn problem_text(kind: Kind, words: &ProblemWords) -> &'static str {
    match kind {
        Kind::InvalidPhoneNumber => words.phone_number,
        Kind::WrongCode | Kind::WrongSentCode => words.wrong_code,
        Kind::UsedCode => words.used_code,
        Kind::RefusedPasskey => words.passkey,
        Kind::WrongAnswer => words.wrong_answer,
        Kind::ShortAnswer => words.short_answer,
        Kind::MissingPassword | Kind::MissingIdentifier => words.blank,
        _ => words.refused,
    }
}

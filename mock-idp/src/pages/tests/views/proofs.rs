//! Pages on which users prove more.

use mock_idp_core::ledger::PushResult;
use mock_idp_core::model::SignInMethod;

use super::frame;
use crate::pages::view::{MethodChoice, PageView, ProofPageStep, ProofView, SignInProblem, SignInProblemKind};

/// A step in which the user proves more. `problem`: why the last answer was refused.
pub(crate) fn proofs(step: ProofPageStep, problem: Option<SignInProblemKind>) -> PageView {
    let refused = |kind| SignInProblem::new(kind, "it is another one");
    PageView::Proofs(ProofView {
        frame: frame(),
        skip_action: matches!(step, ProofPageStep::ChooseEnrollment { .. }).then(|| "/signin/skip".to_owned()),
        choices_href: problem.is_some().then(|| "/signin/choose?stateHandle=02.id.state".to_owned()),
        step,
        state_handle: "02.id.state~c.example".to_owned(),
        identifier: "mfa@example.test".to_owned(),
        problem: problem.map(refused),
        restart_href: "/signin/restart?stateHandle=02.id.state".to_owned(),
    })
}

pub(crate) fn methods() -> Vec<MethodChoice> {
    let choice = |method: SignInMethod| MethodChoice {
        method,
        mark: method.row().authenticator,
        label: method.row().display_name.to_owned(),
        select: format!("Select {}.", method.row().display_name),
        href: "/signin/choose?stateHandle=02.id.state&method=x".to_owned(),
    };
    [SignInMethod::SecurityQuestion, SignInMethod::GoogleOtp].map(choice).to_vec()
}

pub(crate) fn proof_pages() -> Vec<(String, PageView)> {
    let action = || "/signin/verify".to_owned();
    let authenticator = || "Google Authenticator".to_owned();
    let expected = || Some("123456".to_owned());
    let code = ProofPageStep::Code {
        action: action(),
        authenticator: authenticator(),
        key: "google_otp",
        expected: expected(),
    };
    let sent_code = |sent| ProofPageStep::SentCode {
        action: action(),
        resend_action: "/signin/resend".to_owned(),
        poll_action: None,
        address: "b***r@example.test".to_owned(),
        method: SignInMethod::Email,
        sent,
        others: Vec::new(),
        enrolls: false,
        expected: sent.then(|| "654321".to_owned()),
    };
    let phone_code = |method, sent, enrolls| ProofPageStep::SentCode {
        action: action(),
        resend_action: "/signin/resend".to_owned(),
        poll_action: None,
        address: "+1 XXX-XXX-1337".to_owned(),
        method,
        sent,
        others: if sent { Vec::new() } else { vec![SignInMethod::Voice] },
        enrolls,
        expected: None,
    };
    let push = |result, number| ProofPageStep::Push {
        action: "/signin/poll".to_owned(),
        resend_action: "/signin/resend".to_owned(),
        result,
        number,
        phone_href: Some("/signin/phone".to_owned()),
    };
    let app = |result| ProofPageStep::EnrollApp {
        action: "/signin/poll".to_owned(),
        resend_action: "/signin/resend".to_owned(),
        image: "data:image/svg+xml;base64,PHN2Zy8+".to_owned(),
        result: Some(result),
        phone_href: Some("/signin/phone".to_owned()),
    };
    let verify_code = ProofPageStep::Code {
        action: action(),
        authenticator: "Okta Verify".to_owned(),
        key: "okta_verify",
        expected: None,
    };
    let enroll_phone = || ProofPageStep::EnrollPhone {
        action: "/signin/enroll".to_owned(),
        method: SignInMethod::Sms,
        others: vec![SignInMethod::Voice],
    };
    let question = ProofPageStep::Question { action: action(), question: "Who?".to_owned(), expected: None };
    let enroll_code = ProofPageStep::EnrollCode {
        action: action(),
        authenticator: authenticator(),
        image: "data:image/svg+xml;base64,PHN2Zy8+".to_owned(),
        secret: "JBSWY3DPEHPK3PXP".to_owned(),
        expected: expected(),
    };
    let enroll_question =
        ProofPageStep::EnrollQuestion { action: action(), questions: vec![("disliked_food", "What is the food?")] };
    [
        ("proof_code", proofs(code.clone(), None)),
        ("proof_code_wrong", proofs(code, Some(SignInProblemKind::WrongCode))),
        ("proof_email", proofs(sent_code(false), None)),
        ("proof_email_code", proofs(sent_code(true), Some(SignInProblemKind::WrongCode))),
        ("proof_okta_verify", proofs(verify_code, None)),
        ("proof_push", proofs(push(None, None), None)),
        ("proof_push_number", proofs(push(Some(PushResult::Waiting), Some(42)), None)),
        ("proof_push_rejected", proofs(push(Some(PushResult::Rejected), Some(42)), None)),
        ("proof_enroll_app", proofs(app(PushResult::Waiting), None)),
        ("proof_enroll_app_expired", proofs(app(PushResult::TimedOut), None)),
        ("proof_phone", proofs(phone_code(SignInMethod::Sms, false, false), None)),
        ("proof_phone_call", proofs(phone_code(SignInMethod::Voice, true, false), None)),
        ("enroll_phone", proofs(enroll_phone(), None)),
        ("enroll_phone_wrong", proofs(enroll_phone(), Some(SignInProblemKind::InvalidPhoneNumber))),
        (
            "enroll_phone_code",
            proofs(phone_code(SignInMethod::Sms, true, true), Some(SignInProblemKind::WrongSentCode)),
        ),
        ("proof_question", proofs(question, Some(SignInProblemKind::WrongAnswer))),
        ("proof_choose", proofs(ProofPageStep::ChooseMethod { choices: methods() }, None)),
        ("enroll_choose", proofs(ProofPageStep::ChooseEnrollment { choices: methods() }, None)),
        ("enroll_code", proofs(enroll_code, None)),
        ("enroll_question", proofs(enroll_question, Some(SignInProblemKind::ShortAnswer))),
    ]
    .map(|(name, view)| (name.to_owned(), view))
    .to_vec()
}

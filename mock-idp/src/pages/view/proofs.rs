//! The steps in which a user proves more, or enrolls a factor.

use mock_idp_core::ledger::{AppEnrollment, PushResult, SentPush};
use mock_idp_core::model::{Factor, FactorType, PhoneNumber, SharedSecret, SignInMethod};
use mock_idp_core::org::{Org, Urls};
use mock_idp_core::sign_in::{
    Remediation, SECURITY_QUESTIONS, SignInProblem, activation_data, challenge_data, descriptor, enrollment_image,
    expected_answer, has_several_rows, masked_email, phone_url, qr_image,
};
use serde::Serialize;

use super::frame::Frame;
use crate::pages::words::Words;

/// A page of these steps.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct ProofView {
    pub frame: Frame,
    pub step: ProofPageStep,
    pub state_handle: String,
    /// The login of the user.
    pub identifier: String,
    /// Why the last answer was refused.
    pub problem: Option<SignInProblem>,
    /// Where the other methods are; `None`: there is no other.
    pub choices_href: Option<String>,
    /// Where the button that leaves the step out posts to.
    pub skip_action: Option<String>,
    pub restart_href: String,
}

/// What the page asks.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "step", rename_all = "snake_case")]
pub(crate) enum ProofPageStep {
    /// A one-time password.
    Code {
        action: String,
        authenticator: String,
        #[serde(skip_serializing)]
        key: &'static str,
        expected: Option<String>,
    },
    /// A code that the org sends to this address or phone.
    SentCode {
        action: String,
        resend_action: String,
        /// The address of the request that asks whether the link in the email was opened; `None`: there is no link.
        poll_action: Option<String>,
        address: String,
        /// How it has been sent, or is sent first.
        #[serde(skip_serializing)]
        method: SignInMethod,
        sent: bool,
        /// How else it can be sent.
        #[serde(skip_serializing)]
        others: Vec<SignInMethod>,
        enrolls: bool,
        /// The code, for developers.
        expected: Option<String>,
    },
    /// The number of a phone to enroll.
    EnrollPhone {
        action: String,
        /// How a code is sent first.
        #[serde(skip_serializing)]
        method: SignInMethod,
        #[serde(skip_serializing)]
        others: Vec<SignInMethod>,
    },
    /// The answer to a push notification.
    Push {
        /// Where the button posts to that asks whether it has been answered.
        action: String,
        resend_action: String,
        /// `None`: it has not been sent.
        #[serde(skip_serializing)]
        result: Option<PushResult>,
        /// What the user chooses on the phone.
        number: Option<u8>,
        /// Where the phone is, for developers.
        phone_href: Option<String>,
    },
    /// The answer to this question.
    Question { action: String, question: String, expected: Option<String> },
    /// A method to prove.
    ChooseMethod { choices: Vec<MethodChoice> },
    /// A method to enroll.
    ChooseEnrollment { choices: Vec<MethodChoice> },
    /// A one-time password of an app that has scanned this image.
    EnrollCode { action: String, authenticator: String, image: String, secret: String, expected: Option<String> },
    /// The app Okta Verify, which is set up on a phone.
    EnrollApp {
        /// Where the button posts to that asks whether it has been.
        action: String,
        resend_action: String,
        image: String,
        #[serde(skip_serializing)]
        result: Option<PushResult>,
        /// Where the phone is, for developers.
        phone_href: Option<String>,
    },
    /// A passkey or a security key, to use or to register.
    Passkey {
        action: String,
        /// What the browser needs, as JSON.
        #[serde(skip_serializing)]
        options: String,
        enrolls: bool,
    },
    /// A question with its answer.
    EnrollQuestion {
        action: String,
        #[serde(skip_serializing)]
        questions: Vec<(&'static str, &'static str)>,
    },
}

impl ProofPageStep {
    /// Whether the phone can still answer: a push notification, or the request to set the app up.
    pub(crate) fn waits_for_phone(&self) -> bool {
        let waiting = Some(PushResult::Waiting);
        matches!(self, Self::Push { result, .. } | Self::EnrollApp { result, .. } if *result == waiting)
    }
}

/// A row of a list of methods.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct MethodChoice {
    #[serde(skip_serializing)]
    pub method: SignInMethod,
    /// Okta's mark of the row.
    #[serde(skip_serializing)]
    pub mark: &'static str,
    pub label: String,
    /// What a screen reader says about the link.
    #[serde(skip_serializing)]
    pub select: String,
    pub href: String,
}

/// What the page of a code that is sent depends on, besides the factor.
#[derive(Clone, Copy)]
struct Shown {
    has_link: bool,
    enrolls: bool,
}

/// The parts of a page that do not depend on its step.
#[derive(Debug)]
pub(crate) struct ProofPage<'a> {
    pub org: &'a Org,
    pub urls: &'a Urls,
    pub now: i64,
    pub state_handle: &'a str,
    /// Whether the page says what the user would answer: for developers.
    pub shows_expected_answers: bool,
    /// The code that the user was sent last, for developers.
    pub sent_code: Option<String>,
    pub frame: Frame,
}

impl ProofPage<'_> {
    /// The page of these options; `None`: they belong to another page.
    pub(crate) fn view(self, options: &[Remediation], problem: Option<SignInProblem>) -> Option<ProofView> {
        let prefix = &self.frame.path_prefix;
        let (user_id, step) = match options.first()? {
            Remediation::Verify { user_id, factor, unsent, has_link } => {
                (user_id, self.verify(user_id, factor, unsent, *has_link))
            }
            Remediation::Wait { user_id, push, .. } => (user_id, self.push(Some(push))),
            Remediation::UsePasskey { user_id, challenge, factors, verifies_user } => {
                (user_id, self.use_passkey(challenge, factors, *verifies_user))
            }
            Remediation::ChooseMethod { user_id, methods } => {
                (user_id, ProofPageStep::ChooseMethod { choices: self.choices(methods, false) })
            }
            Remediation::ChooseEnrollment { user_id, methods, .. } => {
                (user_id, ProofPageStep::ChooseEnrollment { choices: self.choices(methods, true) })
            }
            Remediation::EnrollApp { user_id, app } => (user_id, self.enroll_app(app)),
            Remediation::Enroll { user_id, factor, unsent } => (user_id, self.enroll(user_id, factor, unsent)),
            _ => return None,
        };
        let has_choices = options[1..].iter().any(|option| match option {
            Remediation::ChooseMethod { .. } => true,
            Remediation::ChooseEnrollment { methods, .. } => has_several_rows(methods),
            _ => false,
        });
        let skippable = options.iter().any(|option| matches!(option, Remediation::Skip { .. }));
        let handle = self.state_handle;
        Some(ProofView {
            choices_href: has_choices.then(|| format!("{prefix}/signin/choose?stateHandle={handle}")),
            skip_action: skippable.then(|| format!("{prefix}/signin/skip")),
            restart_href: format!("{prefix}/signin/restart?stateHandle={handle}"),
            state_handle: handle.to_owned(),
            identifier: self.org.user(user_id).map(|user| user.profile.login.clone()).unwrap_or_default(),
            problem,
            step,
            frame: self.frame,
        })
    }

    fn verify(&self, user_id: &str, factor: &Factor, unsent: &[SignInMethod], has_link: bool) -> ProofPageStep {
        let action = format!("{}/signin/verify", self.frame.path_prefix);
        match factor.factor_type {
            FactorType::Question => ProofPageStep::Question {
                action,
                question: factor.profile.question_text.clone().unwrap_or_default(),
                expected: self.expected(factor),
            },
            FactorType::Email | FactorType::Sms | FactorType::Call => {
                self.sent_code(user_id, factor, unsent, Shown { has_link, enrolls: false })
            }
            FactorType::Push => self.push(None),
            // It has a step of its own.
            FactorType::WebAuthn => self.use_passkey("", &[], false),
            FactorType::Totp => {
                let method = factor.method().unwrap_or(SignInMethod::GoogleOtp);
                ProofPageStep::Code {
                    action,
                    authenticator: self.name(method),
                    key: method.row().authenticator,
                    expected: self.expected(factor),
                }
            }
        }
    }

    fn use_passkey(&self, challenge: &str, factors: &[Factor], verifies_user: bool) -> ProofPageStep {
        let mut options = challenge_data(self.org, self.urls, challenge, verifies_user);
        options["allowCredentials"] = factors.iter().map(descriptor).collect();
        let action = format!("{}/signin/verify", self.frame.path_prefix);
        ProofPageStep::Passkey { action, options: options.to_string(), enrolls: false }
    }

    fn push(&self, sent: Option<&SentPush>) -> ProofPageStep {
        let prefix = &self.frame.path_prefix;
        ProofPageStep::Push {
            action: format!("{prefix}/signin/poll"),
            resend_action: format!("{prefix}/signin/resend"),
            result: sent.map(|push| push.result),
            number: sent.and_then(|push| push.number),
            phone_href: self.shows_expected_answers.then(|| format!("{prefix}/signin/phone")),
        }
    }

    fn enroll_app(&self, app: &AppEnrollment) -> ProofPageStep {
        let prefix = &self.frame.path_prefix;
        ProofPageStep::EnrollApp {
            action: format!("{prefix}/signin/poll"),
            resend_action: format!("{prefix}/signin/resend"),
            image: qr_image(&phone_url(self.urls)),
            result: app.push.as_ref().map(|push| push.result),
            phone_href: self.shows_expected_answers.then(|| format!("{prefix}/signin/phone")),
        }
    }

    fn sent_code(&self, user_id: &str, factor: &Factor, unsent: &[SignInMethod], shown: Shown) -> ProofPageStep {
        let prefix = &self.frame.path_prefix;
        let address = match &factor.profile.phone_number {
            Some(number) => PhoneNumber::masked(number),
            None => self.org.user(user_id).map(|user| masked_email(&user.profile.email)).unwrap_or_default(),
        };
        ProofPageStep::SentCode {
            action: format!("{prefix}/signin/verify"),
            resend_action: format!("{prefix}/signin/resend"),
            poll_action: shown.has_link.then(|| format!("{prefix}/signin/poll")),
            address,
            method: unsent.first().copied().or(factor.method()).unwrap_or(SignInMethod::Email),
            sent: unsent.is_empty(),
            others: unsent.get(1..).unwrap_or_default().to_vec(),
            enrolls: shown.enrolls,
            expected: self.sent_code.clone().filter(|_| unsent.is_empty()),
        }
    }

    fn enroll(&self, user_id: &str, factor: &Factor, unsent: &[SignInMethod]) -> ProofPageStep {
        let prefix = &self.frame.path_prefix;
        if let [method, others @ ..] = unsent {
            let action = format!("{prefix}/signin/enroll");
            return ProofPageStep::EnrollPhone { action, method: *method, others: others.to_vec() };
        }
        if factor.method().is_some_and(SignInMethod::is_phone) {
            return self.sent_code(user_id, factor, unsent, Shown { has_link: false, enrolls: true });
        }
        if let (FactorType::WebAuthn, Some(user)) = (factor.factor_type, self.org.user(user_id)) {
            let options = activation_data(self.org, self.urls, user, factor).to_string();
            return ProofPageStep::Passkey { action: format!("{prefix}/signin/verify"), options, enrolls: true };
        }
        match (&factor.shared_secret, self.org.user(user_id)) {
            (Some(secret), Some(user)) => ProofPageStep::EnrollCode {
                action: format!("{prefix}/signin/verify"),
                authenticator: self.name(factor.method().unwrap_or(SignInMethod::GoogleOtp)),
                image: enrollment_image(self.org, user, secret),
                secret: SharedSecret::as_str(secret).to_owned(),
                expected: self.expected(factor),
            },
            _ => ProofPageStep::EnrollQuestion {
                action: format!("{prefix}/signin/enroll"),
                questions: SECURITY_QUESTIONS.iter().map(|question| (question.key, question.text)).collect(),
            },
        }
    }

    fn expected(&self, factor: &Factor) -> Option<String> {
        expected_answer(factor, self.now).filter(|_| self.shows_expected_answers)
    }

    /// A row for each authenticator. How a code is sent to a phone is chosen on the next page.
    fn choices(&self, methods: &[SignInMethod], enrolls: bool) -> Vec<MethodChoice> {
        let (prefix, handle) = (&self.frame.path_prefix, self.state_handle);
        let words = &Words::of(self.frame.language).proofs;
        let choice = |method: SignInMethod| {
            let row = method.row();
            let chosen = if method.is_phone() { String::new() } else { format!("&method={}", row.method) };
            let authenticator = row.authenticator;
            let name = self.name(method);
            let (mark, label, select) = match method {
                SignInMethod::OktaVerifyTotp => {
                    ("okta_verify-totp", words.totp_heading.to_owned(), words.select_totp.to_owned())
                }
                // The app is enrolled as a whole.
                SignInMethod::OktaVerifyPush if enrolls => (authenticator, name.clone(), (words.select_method)(&name)),
                SignInMethod::OktaVerifyPush => {
                    ("okta_verify-push", words.push_heading.to_owned(), words.select_push.to_owned())
                }
                _ => (authenticator, name.clone(), (words.select_method)(&name)),
            };
            MethodChoice {
                method,
                mark,
                label,
                select,
                href: format!("{prefix}/signin/choose?stateHandle={handle}&authenticator={authenticator}{chosen}"),
            }
        };
        let mut rows: Vec<SignInMethod> = Vec::new();
        for method in methods {
            if !rows.iter().any(|row| row.shares_row(*method)) {
                rows.push(*method);
            }
        }
        rows.into_iter().map(choice).collect()
    }

    fn name(&self, method: SignInMethod) -> String {
        let known = self.org.authenticator(method.row().authenticator);
        Words::of(self.frame.language).authenticator_name(method, known)
    }
}

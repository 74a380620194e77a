//! The texts of the hosted pages, in each language.
//!
//! A language is a value of [`Words`], so none of its texts can be missing.

mod arabic;
mod english;
mod german;
mod japanese;
mod kinds;
mod password_rules;
mod table;
#[cfg(test)]
mod tests;

use mock_idp_core::model::{DirectoryObject, SignInMethod};
use mock_idp_core::protocol::Language;
use mock_idp_core::sign_in::SECURITY_QUESTIONS;

use table::MethodNames;
pub(super) use table::{ProblemWords, SentCodeWords, SignInWords, Words};

impl Words {
    pub(super) fn of(language: Language) -> &'static Self {
        match language {
            Language::English => &english::WORDS,
            Language::German => &german::WORDS,
            Language::Japanese => &japanese::WORDS,
            Language::Arabic => &arabic::WORDS,
        }
    }

    /// What the pages say about a code that this method sends.
    pub(super) fn of_sent_code(&self, method: SignInMethod) -> &SentCodeWords {
        match method {
            SignInMethod::Sms => &self.sms,
            SignInMethod::Voice => &self.voice,
            _ => &self.email,
        }
    }

    /// The name of a method's authenticator: that of the org, if it has changed Okta's.
    pub(super) fn authenticator_name(&self, method: SignInMethod, known: Option<&DirectoryObject>) -> String {
        let default = method.row().display_name;
        let name = known.map_or(default, DirectoryObject::name);
        if name == default { self.methods.name(method) } else { name }.to_owned()
    }
}

impl MethodNames {
    fn name(&self, method: SignInMethod) -> &'static str {
        match method {
            SignInMethod::Password => self.password,
            SignInMethod::Email => self.email,
            SignInMethod::Sms | SignInMethod::Voice => self.phone,
            SignInMethod::SecurityQuestion => self.security_question,
            SignInMethod::WebAuthn => self.passkey,
            // Product names.
            SignInMethod::GoogleOtp | SignInMethod::OktaVerifyTotp | SignInMethod::OktaVerifyPush => {
                method.row().display_name
            }
        }
    }
}

/// The text of a question: translated if it is one of Okta's, else the user's own.
pub(super) fn question_text(language: Language, text: &str) -> String {
    let position = SECURITY_QUESTIONS.iter().position(|question| question.text == text);
    position.map_or(text, |position| Words::of(language).proofs.questions[position]).to_owned()
}

//! What a user goes on with: a method to prove or to enroll, and codes and notifications that are sent for it.

use super::answer::{SignInAnswer, SignInEffect};
use super::enrollments;
use super::passkeys::passkeys;
use super::password::NextStage;
use super::problem::{SignInProblem, SignInProblemKind};
use super::proofs::{ProvingUser, for_other_step};
use super::sender::{Sender, verification};
use crate::ledger::{AppChannel, ChosenPasskey, PartialSignIn, ProofStep, Stage};
use crate::model::{Factor, SignInMethod};
use crate::moment::Moment;
use crate::protocol::webauthn;

impl<'a> ProvingUser<'a> {
    /// Takes an answer that proves nothing. `None`: it is another one.
    pub(super) fn go_on_with(self, answer: SignInAnswer<'_>, moment: &mut Moment<'_>) -> Option<NextStage> {
        let step = &self.partial.step;
        Some(match answer {
            SignInAnswer::ShowChoices => Ok((self.at(step.choices()), self.replaced_link())),
            SignInAnswer::Choose(method) => self.choose(method, moment),
            SignInAnswer::ChoosePasskey { factor_id } => self.choose_passkey(factor_id, moment),
            SignInAnswer::ChooseAuthenticator(method) => self.choose_authenticator(method, moment),
            SignInAnswer::EnrollApp { channel, address } => self.begin_app(channel, address, moment),
            SignInAnswer::EnrollPhone { method, number } => self.begin_phone(method, number, moment),
            SignInAnswer::Resend => self.resend(moment),
            _ => return None,
        })
    }

    /// Another step of the user, with the same choices.
    pub(super) fn at(self, step: ProofStep) -> Stage {
        Stage::MoreProofs(Box::new(PartialSignIn { step, ..self.partial.clone() }))
    }

    /// The same step again.
    pub(super) fn again(self, problem: SignInProblem) -> NextStage {
        Err((Stage::MoreProofs(Box::new(self.partial.clone())), problem))
    }

    fn sender(self) -> Sender<'a> {
        let transaction = self.transaction;
        Sender {
            org: self.org,
            user: self.user,
            purpose: &transaction.purpose,
            browser: transaction.browser.as_deref(),
        }
    }

    /// The link of the step cannot be used any more.
    fn replaced_link(self) -> Vec<SignInEffect> {
        self.partial.step.link().map(|key| SignInEffect::ReplaceLink { key: key.to_owned() }).into_iter().collect()
    }

    fn choose(self, method: SignInMethod, moment: &mut Moment<'_>) -> NextStage {
        if !self.partial.choices.contains(&method) {
            return self.again(not_offered());
        }
        let (step, mut effects) = match self.partial.step.optional_enrollment() {
            Some(_) if method == SignInMethod::OktaVerifyPush => {
                return self.begin_app(AppChannel::QrCode, None, moment);
            }
            Some(optional) => (enrollments::begin(method, optional, moment), Vec::new()),
            None => self.sender().chosen(method, moment),
        };
        effects.extend(self.replaced_link());
        Ok((self.at(step), effects))
    }

    fn choose_passkey(self, factor_id: Option<&str>, moment: &mut Moment<'_>) -> NextStage {
        let is_wanted = |factor: &Factor| factor_id.is_none_or(|id| id == factor.id);
        let is_offered = self.partial.choices.contains(&SignInMethod::WebAuthn) && passkeys(self.user).any(is_wanted);
        if !is_offered || self.partial.step.optional_enrollment().is_some() {
            return self.again(not_offered());
        }
        let challenge = webauthn::new_challenge(moment);
        let chosen = factor_id.map_or(ChosenPasskey::Any, |id| ChosenPasskey::One(id.to_owned()));
        Ok((self.at(ProofStep::UsePasskey { challenge, chosen: Some(chosen) }), Vec::new()))
    }

    fn choose_authenticator(self, method: SignInMethod, moment: &mut Moment<'_>) -> NextStage {
        let mut offered = self.partial.choices.iter().copied();
        let Some(method) = offered.find(|offered| offered.shares_authenticator(method)) else {
            return self.again(not_offered());
        };
        let step = match self.partial.step.optional_enrollment() {
            Some(optional) => enrollments::begin(method, optional, moment),
            None => verification(self.user, method, moment).unwrap_or(ProofStep::Choose),
        };
        Ok((self.at(step), self.replaced_link()))
    }

    /// The step in which the user sets the app Okta Verify up by a channel. `address`: where the link is sent to, if it is sent.
    fn begin_app(self, channel: AppChannel, address: Option<&str>, moment: &mut Moment<'_>) -> NextStage {
        let Some(optional) = self.partial.step.optional_enrollment() else { return self.again(for_other_step()) };
        if !self.partial.choices.contains(&SignInMethod::OktaVerifyPush) {
            return self.again(not_offered());
        }
        let org = (self.org, &self.facts.urls);
        match enrollments::begin_app(org, self.user, (channel, address), optional, moment) {
            Ok((step, effects)) => Ok((self.at(step), effects)),
            Err(problem) => self.again(problem),
        }
    }

    fn begin_phone(self, method: SignInMethod, number: &str, moment: &mut Moment<'_>) -> NextStage {
        if !self.partial.choices.contains(&method) {
            return self.again(not_offered());
        }
        let Some(optional) = self.partial.step.optional_enrollment().filter(|_| method.is_phone()) else {
            return self.again(for_other_step());
        };
        match enrollments::begin_phone(self.org, self.user, method, number, optional, moment) {
            Ok((step, effects)) => Ok((self.at(step), effects)),
            Err(problem) => Err((self.at(enrollments::begin(method, optional, moment)), problem)),
        }
    }

    fn resend(self, moment: &mut Moment<'_>) -> NextStage {
        if let ProofStep::EnrollApp { app, .. } = &self.partial.step {
            return self.begin_app(app.channel, app.address.as_deref(), moment);
        }
        match self.sender().resend(&self.partial.step, moment) {
            Some((step, mut effects)) => {
                effects.extend(self.replaced_link());
                Ok((self.at(step), effects))
            }
            None => self.again(SignInProblem::new(SignInProblemKind::AuthenticationFailed, "no code has been sent")),
        }
    }
}

impl ProofStep {
    /// The key of the link that confirms the code of the step.
    pub(super) fn link(&self) -> Option<&str> {
        match self {
            Self::Verify { sent: Some(sent), .. } => sent.link.as_deref(),
            _ => None,
        }
    }

    /// The step in which the user chooses.
    fn choices(&self) -> Self {
        match self.optional_enrollment() {
            Some(optional) => Self::ChooseEnrollment { optional },
            None => Self::Choose,
        }
    }

    /// Whether the enrollment of the step is optional; `None`: it is not an enrollment.
    pub(super) fn optional_enrollment(&self) -> Option<bool> {
        match self {
            Self::ChooseEnrollment { optional } | Self::Enroll { optional, .. } | Self::EnrollApp { optional, .. } => {
                Some(*optional)
            }
            Self::Choose | Self::EnterPassword | Self::Verify { .. } | Self::Wait { .. } | Self::UsePasskey { .. } => {
                None
            }
        }
    }
}

fn not_offered() -> SignInProblem {
    SignInProblem::new(SignInProblemKind::AuthenticationFailed, "this method is not offered")
}

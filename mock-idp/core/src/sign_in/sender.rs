//! What the steps of further proofs send to users: codes, links and notifications.

use super::answer::{SentLink, SignInEffect};
use super::enrollments;
use super::passkeys::passkeys;
use super::pushes::{new_push, push_message};
use super::sent_codes::new_code;
use crate::ledger::{
    MagicLink, MagicLinkState, OneTimeToken, OutgoingMessage, ProofStep, Purpose, PushNotification, PushResult,
    SealedCode, SentCode, SentPush,
};
use crate::model::{Factor, SignInMethod, User};
use crate::moment::Moment;
use crate::org::Org;
use crate::protocol::webauthn;

/// The step in which a user proves a method.
pub(super) fn verification(user: &User, method: SignInMethod, moment: &mut Moment<'_>) -> Option<ProofStep> {
    match method {
        SignInMethod::Password => Some(ProofStep::EnterPassword),
        SignInMethod::WebAuthn => {
            let challenge = webauthn::new_challenge(moment);
            passkeys(user).next().map(|_| ProofStep::UsePasskey { challenge, chosen: None })
        }
        other => {
            let factor = user.active_factors().find(|factor| factor.method() == Some(other));
            factor.map(|factor| ProofStep::Verify { factor_id: factor.id.clone(), sent: None })
        }
    }
}

/// What is sent to users, and what for.
#[derive(Clone, Copy)]
pub(super) struct Sender<'a> {
    pub(super) org: &'a Org,
    pub(super) user: &'a User,
    pub(super) purpose: &'a Purpose,
    /// The browser that a link has to be opened in.
    pub(super) browser: Option<&'a str>,
}

impl Sender<'_> {
    /// The step in which the user proves a method that was chosen: what it needs is sent.
    pub(super) fn chosen(self, method: SignInMethod, moment: &mut Moment<'_>) -> (ProofStep, Vec<SignInEffect>) {
        let mut known = self.user.active_factors();
        match known.find(|factor| method.is_asked_for() && factor.method() == Some(method)) {
            Some(factor) => self.send(&factor, moment),
            None => (verification(self.user, method, moment).unwrap_or(ProofStep::Choose), Vec::new()),
        }
    }

    /// Sends a code or a notification, or another one, to the owner of a factor.
    fn send(self, factor: &Factor, moment: &mut Moment<'_>) -> (ProofStep, Vec<SignInEffect>) {
        let Self { org, user, purpose, .. } = self;
        let factor_id = factor.id.clone();
        if factor.method() == Some(SignInMethod::OktaVerifyPush) {
            let client = purpose.client_id().and_then(|client_id| org.client(client_id));
            let app = client.map_or(&*org.identity().name, |client| &*client.label);
            let push = new_push(org, user, factor, app, None, moment);
            let message = SignInEffect::SendMessage(Box::new(push_message(user, &push)));
            let step = ProofStep::Wait { factor_id, push: SentPush::of(&push) };
            return (step, vec![SignInEffect::SendPush(Box::new(push)), message]);
        }
        let (mut sent, message) = new_code(org, user, factor, moment);
        let effect = match self.link(factor, &sent, &message, moment) {
            Some((secret, link)) => {
                sent.link = Some(OneTimeToken::hash(&secret));
                SignInEffect::SendLink(Box::new(SentLink { secret, link, message }))
            }
            None => SignInEffect::SendMessage(Box::new(message)),
        };
        (ProofStep::Verify { factor_id, sent: Some(sent) }, vec![effect])
    }

    /// A link that confirms a code, with its secret. Okta: only in emails, for a client that has sent the browser.
    fn link(
        self,
        factor: &Factor,
        sent: &SentCode,
        message: &OutgoingMessage,
        moment: &mut Moment<'_>,
    ) -> Option<(String, MagicLink)> {
        let has_link = factor.method() == Some(SignInMethod::Email) && matches!(self.purpose, Purpose::Authorize(_));
        let browser = self.browser.filter(|_| has_link)?.to_owned();
        let (user_id, expires) = (self.user.id.clone(), sent.expires);
        let secret = format!("ft{}", moment.token());
        let code = SealedCode::seal(message.code.as_deref()?, &secret);
        Some((secret, MagicLink { user_id, browser, code, expires, state: MagicLinkState::Sent }))
    }

    /// Sends another code or notification, or the first one, in a step that has one.
    pub(super) fn resend(self, step: &ProofStep, moment: &mut Moment<'_>) -> Option<(ProofStep, Vec<SignInEffect>)> {
        match step {
            ProofStep::Verify { factor_id, .. } | ProofStep::Wait { factor_id, .. } => {
                let factor = self.user.active_factors().find(|factor| factor.id == *factor_id)?;
                factor.method()?.is_asked_for().then(|| self.send(&factor, moment))
            }
            ProofStep::Enroll { factor, optional, sent: Some(_) } => {
                Some(enrollments::send_code(self.org, self.user, (**factor).clone(), *optional, moment))
            }
            _ => None,
        }
    }
}

impl SentPush {
    pub(super) fn of(push: &PushNotification) -> Self {
        let number = push.challenge.as_ref().map(|challenge| challenge.correct);
        Self { id: push.id.clone(), expires: push.expires, number, result: PushResult::Waiting }
    }
}

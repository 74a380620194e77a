//! The answers of the primary authentication API about factors. Okta: `MFA_REQUIRED`, `MFA_ENROLL`, `MFA_ENROLL_ACTIVATE`.

use serde_json::{Map, Value, json};

use super::enrollment_key::{enrollment_image, qr_image};
use super::passkeys::{activation_data, challenge_data, passkeys};
use super::primary::{link, named_link, shown as shown_user};
use super::pushes::phone_url;
use super::sent_codes::masked_email;
use crate::ledger::{AppEnrollment, ChosenPasskey, PartialSignIn, ProofStep, PushResult, SentPush};
use crate::model::{Factor, FactorType, PhoneNumber, SharedSecret, SignInMethod, User};
use crate::moment::timestamp;
use crate::org::{Org, Urls};
use crate::policy::assurance::enrollment_of;
use crate::policy::session::DeviceMemory;
use crate::protocol::totp;

/// A user who has proved something, as the primary authentication API shows it.
#[derive(Clone, Copy, Debug)]
pub struct FactorState<'a> {
    pub org: &'a Org,
    pub user: &'a User,
    pub state_token: &'a str,
    /// RFC 3339.
    pub expires_at: &'a str,
    pub urls: &'a Urls,
    /// Whether the user can ask for not being asked for a second factor on this device again.
    pub memory: Option<DeviceMemory>,
}

impl FactorState<'_> {
    /// The body, in Okta's order.
    #[must_use]
    pub fn body(self, partial: &PartialSignIn) -> Value {
        let factors = |list: Vec<Value>| json!({ "user": shown_user(self.user), "factors": list });
        match &partial.step {
            ProofStep::Verify { factor_id, sent: Some(_) } => self.challenge(factor_id, None),
            ProofStep::UsePasskey { challenge, chosen: Some(chosen) } => {
                let challenge = challenge_data(self.org, self.urls, challenge, partial.verifies_user);
                self.passkey_challenge(challenge, chosen)
            }
            ProofStep::Wait { factor_id, push } => self.challenge(factor_id, Some(push)),
            ProofStep::Choose
            | ProofStep::EnterPassword
            | ProofStep::Verify { .. }
            | ProofStep::UsePasskey { chosen: None, .. } => {
                let offered = self.user.active_factors();
                let is_offered = |method| partial.choices.contains(&method);
                let offered = offered.filter(|factor| factor.method().is_some_and(is_offered));
                let mut embedded = factors(offered.map(|factor| self.to_verify(&factor)).collect());
                let minutes = self.memory.and_then(|memory| memory.lifetime).map_or(0, |seconds| seconds / 60);
                embedded["policy"] = json!({
                    "allowRememberDevice": self.memory.is_some(),
                    "rememberDeviceLifetimeInMinutes": minutes,
                    "rememberDeviceByDefault": self.memory.is_some_and(|memory| memory.by_default),
                    "factorsPolicyInfo": self.policy_info(partial),
                });
                self.with("MFA_REQUIRED", embedded, json!({ "cancel": self.link("cancel") }))
            }
            ProofStep::ChooseEnrollment { optional } => {
                let listed = partial.choices.iter().map(|method| self.to_enroll(*method)).collect();
                let mut links = Map::new();
                if *optional {
                    links.insert("skip".to_owned(), self.link("skip"));
                }
                links.insert("cancel".to_owned(), self.link("cancel"));
                self.with("MFA_ENROLL", factors(listed), Value::Object(links))
            }
            ProofStep::EnrollApp { factor, app, .. } => self.app_enrollment(factor, app),
            ProofStep::Enroll { factor, sent, .. } => {
                let path = format!("factors/{}/lifecycle", factor.id);
                let mut links = Map::new();
                links.insert("next".to_owned(), self.named("activate", &format!("{path}/activate")));
                links.insert("prev".to_owned(), self.link("previous"));
                if sent.is_some() {
                    let resend = self.named(factor.factor_type.name(), &format!("{path}/resend"));
                    links.insert("resend".to_owned(), json!([resend]));
                }
                links.insert("cancel".to_owned(), self.link("cancel"));
                let embedded = json!({ "user": shown_user(self.user), "factor": self.to_activate(factor) });
                self.with("MFA_ENROLL_ACTIVATE", embedded, Value::Object(links))
            }
        }
    }

    /// Okta: for each app that gets notifications, whether one is sent without a request. Here none is.
    fn policy_info(self, partial: &PartialSignIn) -> Value {
        let is_push = |factor: &Factor| factor.method() == Some(SignInMethod::OktaVerifyPush);
        let offered = partial.choices.contains(&SignInMethod::OktaVerifyPush);
        let apps = self.user.factors.iter().filter(|factor| offered && factor.is_active() && is_push(factor));
        Value::Object(apps.map(|factor| (factor.id.clone(), json!({ "autoPushEnabled": false }))).collect())
    }

    /// The app is set up on a phone.
    fn app_enrollment(self, factor: &Factor, app: &AppEnrollment) -> Value {
        let path = format!("factors/{}/lifecycle/activate", factor.id);
        let result = app.push.as_ref().map_or(PushResult::Waiting, |push| push.result);
        let waits = result == PushResult::Waiting;
        let next = if waits { self.named("poll", &format!("{path}/poll")) } else { self.named("activate", &path) };
        let expires = app.push.as_ref().map_or(0, |push| push.expires);
        let mut shown = described(factor);
        shown["_embedded"] = json!({ "activation": app_activation(self.urls, expires, result) });
        json!({
            "stateToken": self.state_token,
            "expiresAt": self.expires_at,
            "status": "MFA_ENROLL_ACTIVATE",
            "factorResult": result.name(),
            "_embedded": { "user": shown_user(self.user), "factor": shown },
            "_links": { "next": next, "prev": self.link("previous"), "cancel": self.link("cancel") },
        })
    }

    /// A passkey has to sign a challenge. Okta: `challengeType` says whether one was chosen.
    fn passkey_challenge(self, challenge: Value, chosen: &ChosenPasskey) -> Value {
        let shown = |factor: &Factor| {
            let mut object = described(factor);
            object["profile"] = profile(self.user, factor);
            object
        };
        let mut embedded = json!({ "user": shown_user(self.user) });
        let chosen = chosen.factor_id().and_then(|id| passkeys(self.user).find(|factor| factor.id == id));
        let (kind, path) = match chosen {
            Some(factor) => {
                embedded["factor"] = shown(factor);
                embedded["factor"]["_embedded"] = json!({ "challenge": challenge });
                ("FACTOR", format!("factors/{}/verify", factor.id))
            }
            None => {
                embedded["challenge"] = challenge;
                embedded["factors"] = passkeys(self.user).map(shown).collect();
                ("FACTOR_TYPE", "factors/webauthn/verify".to_owned())
            }
        };
        json!({
            "stateToken": self.state_token,
            "expiresAt": self.expires_at,
            "status": "MFA_CHALLENGE",
            "factorResult": "CHALLENGE",
            "challengeType": kind,
            "_embedded": embedded,
            "_links": {
                "next": self.named("verify", &path), "prev": self.link("previous"), "cancel": self.link("cancel"),
            },
        })
    }

    /// A code or a notification has been sent. Okta: `MFA_CHALLENGE`.
    fn challenge(self, factor_id: &str, push: Option<&SentPush>) -> Value {
        let path = format!("factors/{factor_id}/verify");
        let factor = self.user.active_factors().find(|factor| factor.id == factor_id);
        let name = factor.as_ref().map_or("", |factor| factor.factor_type.name());
        let resend = self.named(name, &format!("{path}/resend"));
        let factor = factor.map_or(Value::Null, |factor| {
            let mut object = described(&factor);
            object["profile"] = profile(self.user, &factor);
            if let Some(number) = push.and_then(|push| push.number) {
                object["_embedded"] = json!({ "challenge": { "correctAnswer": number } });
            }
            object
        });
        let waits = push.is_some_and(|push| push.result == PushResult::Waiting);
        json!({
            "stateToken": self.state_token,
            "expiresAt": self.expires_at,
            "status": "MFA_CHALLENGE",
            "factorResult": push.map_or("CHALLENGE", |push| push.result.name()),
            "_embedded": { "user": shown_user(self.user), "factor": factor },
            "_links": {
                "next": self.named(if waits { "poll" } else { "verify" }, &path),
                "prev": self.link("previous"),
                "cancel": self.link("cancel"),
                "resend": [resend],
            },
        })
    }

    fn with(self, status: &str, embedded: Value, links: Value) -> Value {
        json!({
            "stateToken": self.state_token, "expiresAt": self.expires_at, "status": status, "_embedded": embedded,
            "_links": links,
        })
    }

    fn link(self, path: &str) -> Value {
        link(&self.urls.endpoint_base, path)
    }

    fn named(self, name: &str, path: &str) -> Value {
        named_link(name, &self.urls.endpoint_base, path)
    }

    fn to_verify(self, factor: &Factor) -> Value {
        let mut object = described(factor);
        object["profile"] = profile(self.user, factor);
        object["_links"] = json!({ "verify": self.link(&format!("factors/{}/verify", factor.id)) });
        object
    }

    fn to_enroll(self, method: SignInMethod) -> Value {
        let (factor_type, provider) = Factor::kind_of(method);
        let mut links = json!({ "enroll": self.link("factors") });
        if factor_type == FactorType::Question {
            let href = format!("{}/api/v1/users/{}/factors/questions", &self.urls.endpoint_base, self.user.id);
            links = json!({ "questions": { "href": href, "hints": { "allow": ["GET"] } }, "enroll": links["enroll"] });
        }
        json!({
            "factorType": factor_type.name(), "provider": provider.name(), "vendorName": provider.vendor(),
            "_links": links, "status": "NOT_SETUP",
            "enrollment": enrollment_of(self.org, self.user, method).unwrap_or("OPTIONAL"),
        })
    }

    fn to_activate(self, factor: &Factor) -> Value {
        let mut object = described(factor);
        if factor.method().is_some_and(SignInMethod::is_phone) {
            object["profile"] = profile(self.user, factor);
        }
        if factor.factor_type == FactorType::WebAuthn {
            object["_embedded"] = json!({ "activation": activation_data(self.org, self.urls, self.user, factor) });
        }
        if let Some(secret) = &factor.shared_secret {
            let image = enrollment_image(self.org, self.user, secret);
            object["_embedded"] = json!({ "activation": activation(secret, &image) });
        }
        object
    }
}

/// Type, provider and id of a factor.
fn described(factor: &Factor) -> Value {
    let (factor_type, provider) = (factor.factor_type, factor.provider);
    json!({
        "id": factor.id, "factorType": factor_type.name(), "provider": provider.name(), "vendorName": provider.vendor(),
    })
}

/// What an answer shows of the profile of a factor.
#[must_use]
pub fn profile(user: &User, factor: &Factor) -> Value {
    match factor.factor_type {
        FactorType::Question => json!({
            "question": factor.profile.question.as_deref().unwrap_or("custom"),
            "questionText": factor.profile.question_text,
        }),
        FactorType::Totp => json!({ "credentialId": user.profile.login }),
        FactorType::Push => json!({
            "credentialId": user.profile.login, "deviceType": "SmartPhone_Android", "name": "Simulated phone",
            "platform": "ANDROID",
        }),
        FactorType::WebAuthn => json!({
            "credentialId": factor.profile.credential_id, "authenticatorName": factor.profile.authenticator_name,
        }),
        FactorType::Email => json!({ "email": classic_email(&user.profile.email) }),
        FactorType::Sms | FactorType::Call => {
            let number = factor.profile.phone_number.as_deref().unwrap_or_default();
            json!({ "phoneNumber": PhoneNumber::masked(number) })
        }
    }
}

/// What an authenticator app needs. Okta: as recorded; the QR code is a link there.
#[must_use]
pub fn activation(secret: &SharedSecret, image: &str) -> Value {
    json!({
        "timeStep": totp::STEP, "sharedSecret": secret.as_str(), "encoding": "base32", "keyLength": totp::DIGITS,
        "_links": { "qrcode": { "href": image, "type": "image/svg+xml" } },
    })
}

/// What a phone needs to set the app up. Okta: links that send it are listed beside the QR code; here the channels of the Identity Engine
/// do that.
#[must_use]
pub fn app_activation(urls: &Urls, expires: i64, result: PushResult) -> Value {
    json!({
        "expiresAt": timestamp(expires), "factorResult": result.name(),
        "_links": { "qrcode": { "href": qr_image(&phone_url(urls)), "type": "image/svg+xml" } },
    })
}

/// Okta: the Classic Engine masks an address in another way than the Identity Engine.
fn classic_email(email: &str) -> String {
    masked_email(email).replacen("***", "...", 1)
}

//! The states of a recovery in the primary authentication API. Okta: `/api/v1/authn/recovery/…`.

use serde_json::{Map, Value, json};

use super::primary::{complexity, link, named_link, shown};
use crate::ledger::{MessageKind, RecoveryKind, RecoveryStep};
use crate::model::User;
use crate::org::Org;
use crate::policy::password_rules::PasswordRules;

/// What every state of a recovery has.
#[derive(Clone, Copy, Debug)]
pub struct RecoveryState<'a> {
    pub org: &'a Org,
    pub org_url: &'a str,
    pub kind: RecoveryKind,
    /// RFC 3339.
    pub expires_at: &'a str,
    /// What the program gets back unchanged.
    pub relay_state: Option<&'a str>,
}

impl RecoveryState<'_> {
    /// Okta: the same whether there is such a user or not.
    #[must_use]
    pub fn sent_by_email(self) -> Value {
        let mut state = self.head("RECOVERY_CHALLENGE", None);
        state.remove("expiresAt");
        state.insert("factorResult".to_owned(), "WAITING".into());
        state.insert("factorType".to_owned(), "EMAIL".into());
        Value::Object(state)
    }

    /// A code has been sent to a phone.
    #[must_use]
    pub fn sent_to_phone(self, channel: MessageKind, state_token: &str) -> Value {
        let (factor, name) = phone(channel);
        let mut state = self.head("RECOVERY_CHALLENGE", Some(state_token));
        state.insert("factorType".to_owned(), factor.into());
        let path = |action: &str| format!("recovery/factors/{factor}/{action}");
        state.insert(
            "_links".to_owned(),
            json!({
                "next": named_link("verify", self.org_url, &path("verify")),
                "resend": named_link(name, self.org_url, &path("resend")),
                "cancel": link(self.org_url, "cancel"),
            }),
        );
        Value::Object(state)
    }

    /// The token of a link, for a program that sends it to the user itself.
    #[must_use]
    pub fn token(self, user: &User, recovery_token: &str) -> Value {
        let mut state = self.head("RECOVERY", None);
        state.insert("recoveryToken".to_owned(), recovery_token.into());
        state.insert("_embedded".to_owned(), json!({ "user": self.user(user) }));
        state.insert("_links".to_owned(), json!({ "next": named_link("recovery", self.org_url, "recovery/token") }));
        Value::Object(state)
    }

    /// A step of which the program has to answer something. `None`: none of this API.
    #[must_use]
    pub fn step(self, step: &RecoveryStep, state_token: &str) -> Option<Value> {
        let user = self.org.user(step.user_id()?)?;
        let (status, next) = match step {
            RecoveryStep::Question { .. } => ("RECOVERY", named_link("answer", self.org_url, "recovery/answer")),
            RecoveryStep::Password { .. } => {
                ("PASSWORD_RESET", named_link("resetPassword", self.org_url, "credentials/reset_password"))
            }
            RecoveryStep::Unlocked { .. } => {
                let mut state = self.head("SUCCESS", None);
                state.insert("_embedded".to_owned(), json!({ "user": self.user(user) }));
                return Some(Value::Object(state));
            }
            RecoveryStep::Identify | RecoveryStep::Code { .. } | RecoveryStep::Confirm { .. } => return None,
        };
        let mut state = self.head(status, Some(state_token));
        let mut embedded = json!({ "user": self.user(user) });
        if let RecoveryStep::Password { .. } = step {
            embedded["user"] = shown(user);
            let rules = PasswordRules::of(self.org, user);
            embedded["policy"] = json!({ "complexity": complexity(&rules), "age": rules.age() });
        }
        state.insert("_embedded".to_owned(), embedded);
        state.insert("_links".to_owned(), json!({ "next": next, "cancel": link(self.org_url, "cancel") }));
        Some(Value::Object(state))
    }

    fn head(self, status: &str, state_token: Option<&str>) -> Map<String, Value> {
        let recovery_type = match self.kind {
            RecoveryKind::Password => "PASSWORD",
            RecoveryKind::Unlock => "UNLOCK",
            RecoveryKind::Activation => "ACCOUNT_ACTIVATION",
        };
        let members = [
            ("stateToken", state_token),
            ("expiresAt", Some(self.expires_at)),
            ("status", Some(status)),
            ("relayState", self.relay_state),
            ("recoveryType", Some(recovery_type)),
        ];
        let given = members.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?.into())));
        given.collect()
    }

    /// The user, with the recovery question.
    fn user(self, user: &User) -> Value {
        let mut described = shown(user);
        if let Some(question) = &user.credentials.recovery_question {
            described["recovery_question"] = json!({ "question": question.question });
        }
        described
    }
}

fn phone(channel: MessageKind) -> (&'static str, &'static str) {
    if channel == MessageKind::Voice { ("CALL", "call") } else { ("SMS", "sms") }
}

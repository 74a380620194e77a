//! Users. Okta: Users API.

use std::borrow::Cow;

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::factor::{Factor, FactorType};
use super::password::Password;
use super::role::{AdminRole, RoleType};

/// A user of the org.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct User {
    /// `00u` and 17 more characters. Derived from the login if a document leaves it out.
    #[serde(default)]
    pub id: String,
    #[serde(default)]
    pub status: UserStatus,
    pub profile: UserProfile,
    #[serde(default)]
    pub credentials: UserCredentials,
    /// What the user has enrolled besides the password.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub factors: Vec<Factor>,
    /// Groups that the user is a member of, without `Everyone`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub group_ids: Vec<String>,
    /// Of these groups, those that a group rule assigned, with the id of the rule.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub rule_memberships: IndexMap<String, String>,
    /// The id of the user type. Without one: the default type.
    #[serde(rename = "type", default, skip_serializing_if = "Option::is_none")]
    pub user_type: Option<UserTypeReference>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub realm_id: Option<String>,
    /// The standard administrator roles.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub roles: Vec<AdminRole>,
    /// RFC 3339, like the times below. Expressions read them by `user.getInternalProperty(…)`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub activated: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status_changed: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_login: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password_changed: Option<String>,
    /// When the profile last changed; RFC 3339. Becomes the `updated_at` claim.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_updated: Option<String>,
    /// A note for developers, shown by the user picker.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

impl User {
    /// Whether the user has a standard administrator role.
    #[must_use]
    pub fn has_role(&self, role: RoleType) -> bool {
        self.roles.iter().any(|assigned| assigned.kind == role)
    }

    /// Gives the user a password that the user has chosen. Okta: a user who waits for one is active then. `remembered`: how many of
    /// the last passwords cannot be chosen again.
    pub fn set_password(&mut self, password: Password, now: String, remembered: usize) {
        if let Some(former) = self.credentials.password.replace(password) {
            self.credentials.password_history.insert(0, former);
        }
        // The present one is one of them.
        self.credentials.password_history.truncate(remembered.saturating_sub(1));
        self.password_changed = Some(now.clone());
        if self.status != UserStatus::Staged && self.status != UserStatus::Active {
            self.status = UserStatus::Active;
            self.status_changed = Some(now);
        }
    }

    /// The factor with this id.
    #[must_use]
    pub fn factor(&self, id: &str) -> Option<&Factor> {
        self.factors.iter().find(|factor| factor.id == id)
    }

    /// What the user can prove besides the password: the primary email address, and what is enrolled.
    pub fn active_factors(&self) -> impl Iterator<Item = Cow<'_, Factor>> {
        let is_email = |factor: &Factor| factor.is_active() && factor.factor_type == FactorType::Email;
        let is_implied = !self.profile.email.is_empty() && !self.factors.iter().any(is_email);
        let email = is_implied.then(|| Cow::Owned(Factor::primary_email(&self.id)));
        let enrolled = self.factors.iter().filter(|factor| factor.is_active());
        email.into_iter().chain(enrolled.map(Cow::Borrowed))
    }

    /// Adds a factor, or changes it. Okta: one of each kind, and any number of passkeys and security keys.
    pub fn enroll(&mut self, factor: Factor) {
        let is_replaced = |other: &Factor| match factor.factor_type {
            FactorType::WebAuthn => {
                other.id == factor.id || other.factor_type == factor.factor_type && !other.is_active()
            }
            _ => other.method() == factor.method(),
        };
        self.factors.retain(|other| !is_replaced(other));
        self.factors.push(factor);
    }

    /// Notes how often a passkey has signed, if the user still has it.
    pub fn count_signature(&mut self, factor_id: &str, sign_count: u32) {
        let passkey = self.factors.iter_mut().find(|factor| factor.id == factor_id);
        if let Some(credential) = passkey.and_then(|factor| factor.credential.as_mut()) {
            credential.sign_count = sign_count;
        }
    }

    /// The times, by their names.
    #[must_use]
    pub fn times(&self) -> [(&'static str, Option<&str>); 6] {
        [
            ("created", self.created.as_deref()),
            ("activated", self.activated.as_deref()),
            ("statusChanged", self.status_changed.as_deref()),
            ("lastLogin", self.last_login.as_deref()),
            ("passwordChanged", self.password_changed.as_deref()),
            ("lastUpdated", self.last_updated.as_deref()),
        ]
    }
}

/// Whether a text has the form of an email address: one `@` with something on both sides, and no blanks.
#[must_use]
pub fn is_email_address(text: &str) -> bool {
    text.split_once('@').is_some_and(|(name, host)| {
        !name.is_empty() && !host.is_empty() && !host.contains('@') && !text.contains(char::is_whitespace)
    })
}

/// The type of a user.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct UserTypeReference {
    pub id: String,
}

/// The state of a user in the lifecycle.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum UserStatus {
    Staged,
    Provisioned,
    #[default]
    Active,
    Recovery,
    PasswordExpired,
    LockedOut,
    Suspended,
    Deprovisioned,
}

impl UserStatus {
    /// Whether tokens may be issued and used for this user.
    #[must_use]
    pub fn may_hold_tokens(self) -> bool {
        matches!(self, Self::Active)
    }

    /// Its wire name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Staged => "STAGED",
            Self::Provisioned => "PROVISIONED",
            Self::Active => "ACTIVE",
            Self::Recovery => "RECOVERY",
            Self::PasswordExpired => "PASSWORD_EXPIRED",
            Self::LockedOut => "LOCKED_OUT",
            Self::Suspended => "SUSPENDED",
            Self::Deprovisioned => "DEPROVISIONED",
        }
    }
}

/// The profile: attributes that every org has, and custom ones.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct UserProfile {
    pub login: String,
    pub email: String,
    pub first_name: String,
    pub last_name: String,
    /// All other attributes, standard (`nickName`, `locale`, `timezone`, `department` …) or custom, as written.
    #[serde(flatten)]
    pub others: IndexMap<String, Value>,
}

impl UserProfile {
    /// The value of an attribute by its name.
    #[must_use]
    pub fn attribute(&self, name: &str) -> Option<Value> {
        match name {
            "login" => Some(Value::from(self.login.as_str())),
            "email" => Some(Value::from(self.email.as_str())),
            "firstName" => Some(Value::from(self.first_name.as_str())),
            "lastName" => Some(Value::from(self.last_name.as_str())),
            other => self.others.get(other).filter(|value| !value.is_null()).cloned(),
        }
    }

    /// A copy with these attributes.
    ///
    /// # Errors
    /// An attribute that every org has would not be a text.
    pub fn with(&self, given: &Map<String, Value>) -> serde_json::Result<Self> {
        let mut members = serde_json::to_value(self)?;
        if let Some(members) = members.as_object_mut() {
            members.extend(given.clone());
        }
        serde_json::from_value(members)
    }

    /// The value of a textual attribute.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        self.others.get(name).and_then(Value::as_str).filter(|text| !text.is_empty())
    }

    /// Okta: `displayName`, else first and last name.
    #[must_use]
    pub fn display_name(&self) -> String {
        self.text("displayName").map_or_else(|| format!("{} {}", self.first_name, self.last_name), str::to_owned)
    }
}

/// The credentials of a user.
#[derive(Clone, Debug, Default, Eq, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct UserCredentials {
    /// Without a value, as in Okta's answers, it is not known: the user has a password, and no entered password matches.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password: Option<Password>,
    /// Former passwords, the latest first, which the user cannot choose again.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub password_history: Vec<Password>,
    #[serde(rename = "recovery_question", default, skip_serializing_if = "Option::is_none")]
    pub recovery_question: Option<RecoveryQuestion>,
    /// Who checks the password. Without one: Okta.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider: Option<CredentialProvider>,
}

/// A question that a user answers to reset the password.
#[derive(Clone, Eq, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RecoveryQuestion {
    pub question: String,
    #[serde(default)]
    pub answer: String,
}

impl RecoveryQuestion {
    /// Whether an answer is right. Nothing answers a question whose answer is unknown.
    #[must_use]
    pub fn is_answered_by(&self, given: &str) -> bool {
        !self.answer.is_empty() && is_same_answer(&self.answer, given)
    }
}

/// Whether two answers are the same. Okta: upper and lower case do not matter.
#[must_use]
pub(crate) fn is_same_answer(known: &str, given: &str) -> bool {
    known.trim().to_lowercase() == given.trim().to_lowercase()
}

impl std::fmt::Debug for RecoveryQuestion {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RecoveryQuestion").field("question", &self.question).finish_non_exhaustive()
    }
}

/// Who checks a user's password.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CredentialProvider {
    /// `OKTA`, `IMPORT`, `ACTIVE_DIRECTORY`, `FEDERATION` …
    #[serde(rename = "type")]
    pub kind: String,
    pub name: String,
}

impl Default for CredentialProvider {
    fn default() -> Self {
        Self { kind: "OKTA".to_owned(), name: "OKTA".to_owned() }
    }
}

//! What users have enrolled besides a password. Okta: User Factors API.

use std::fmt;

use data_encoding::BASE32_NOPAD;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::sign_in_method::SignInMethod;
use crate::moment::Moment;
use crate::protocol::jose::Jwk;
use crate::protocol::webauthn;

/// The fewest characters of an answer. Okta: as recorded.
pub const MIN_ANSWER: usize = 4;

/// A factor of a user, in Okta's shape and with its secrets.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Factor {
    /// Three letters that depend on the type, and 17 more characters. Derived from the user and the type if a document leaves it out.
    #[serde(default)]
    pub id: String,
    pub factor_type: FactorType,
    #[serde(default)]
    pub provider: FactorProvider,
    #[serde(default)]
    pub status: FactorStatus,
    /// RFC 3339, like the time below.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_updated: Option<String>,
    #[serde(default, skip_serializing_if = "FactorProfile::is_empty")]
    pub profile: FactorProfile,
    /// The key of one-time passwords.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shared_secret: Option<SharedSecret>,
    /// The key of a passkey or a security key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub credential: Option<Box<PublicKeyCredential>>,
    /// The challenge of a registration that is not complete, as base64url.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub challenge: Option<String>,
}

/// What is known of a passkey or a security key. Its id is in the profile.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PublicKeyCredential {
    /// An EC key of the curve P-256, or an RSA key.
    pub public_key: Jwk,
    /// How often the authenticator has signed, if it counts. A lower count than before is refused.
    #[serde(default)]
    pub sign_count: u32,
    /// The model of the authenticator, as a UUID.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub aaguid: Option<String>,
    /// How browsers reach it: `internal`, `hybrid`, `usb`, `nfc`, `ble`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub transports: Vec<String>,
}

/// The types of factors that this mock verifies.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize, Deserialize, JsonSchema)]
pub enum FactorType {
    #[serde(rename = "question")]
    Question,
    #[serde(rename = "token:software:totp")]
    Totp,
    #[serde(rename = "email")]
    Email,
    #[serde(rename = "sms")]
    Sms,
    #[serde(rename = "call")]
    Call,
    #[serde(rename = "push")]
    Push,
    #[serde(rename = "webauthn")]
    WebAuthn,
}

/// Who provides a factor.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum FactorProvider {
    #[default]
    Okta,
    Google,
    Fido,
}

/// Whether a factor can be used.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum FactorStatus {
    #[default]
    Active,
    PendingActivation,
}

/// The members that depend on the type.
#[derive(Clone, Default, Eq, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct FactorProfile {
    /// The key of a question.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub question: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub question_text: Option<String>,
    /// Compared without regard to case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<String>,
    /// The number that text messages and calls go to: `+`, and up to 15 digits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone_number: Option<String>,
    /// What is dialed after the number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone_extension: Option<String>,
    /// The id of a passkey or a security key, as base64url.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub credential_id: Option<String>,
    /// What answers call a passkey or a security key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authenticator_name: Option<String>,
    /// What the user calls it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nickname: Option<String>,
}

/// A phone number as `+` and digits.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct PhoneNumber(String);

/// A key of one-time passwords, as base32 without padding. RFC 4648 6.
#[derive(Clone, Eq, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct SharedSecret(String);

impl Factor {
    /// A factor that the user has not proved yet. A one-time password has a new key (Okta: 16 characters, as recorded), a passkey a
    /// challenge.
    #[must_use]
    pub fn pending(factor_type: FactorType, provider: FactorProvider, moment: &mut Moment<'_>) -> Self {
        let shared_secret = (factor_type == FactorType::Totp).then(|| SharedSecret::new(&moment.bytes::<10>()));
        let challenge = (factor_type == FactorType::WebAuthn).then(|| webauthn::new_challenge(moment));
        let mut factor = Self {
            id: String::new(),
            factor_type,
            provider,
            status: FactorStatus::PendingActivation,
            created: None,
            last_updated: None,
            profile: FactorProfile::default(),
            shared_secret,
            credential: None,
            challenge,
        };
        // Okta: as recorded.
        let prefix = if factor_type == FactorType::Sms { "mbl" } else { factor.id_prefix() };
        factor.id = moment.id(prefix);
        factor
    }

    /// A factor whose codes go to this number, and that the user has not proved yet.
    #[must_use]
    pub fn pending_phone(method: SignInMethod, number: PhoneNumber, moment: &mut Moment<'_>) -> Self {
        let (factor_type, provider) = Self::kind_of(method);
        let profile = FactorProfile { phone_number: Some(number.0), ..FactorProfile::default() };
        Self { profile, ..Self::pending(factor_type, provider, moment) }
    }

    /// The type and the provider of the factors of a method.
    #[must_use]
    pub fn kind_of(method: SignInMethod) -> (FactorType, FactorProvider) {
        match method {
            SignInMethod::GoogleOtp => (FactorType::Totp, FactorProvider::Google),
            SignInMethod::Email => (FactorType::Email, FactorProvider::Okta),
            SignInMethod::Sms => (FactorType::Sms, FactorProvider::Okta),
            SignInMethod::Voice => (FactorType::Call, FactorProvider::Okta),
            SignInMethod::OktaVerifyTotp => (FactorType::Totp, FactorProvider::Okta),
            SignInMethod::OktaVerifyPush => (FactorType::Push, FactorProvider::Okta),
            SignInMethod::WebAuthn => (FactorType::WebAuthn, FactorProvider::Fido),
            // A password is not a factor of this API.
            SignInMethod::SecurityQuestion | SignInMethod::Password => (FactorType::Question, FactorProvider::Okta),
        }
    }

    /// The primary email address of a user, which is a factor without being enrolled. Okta: on Identity Engine.
    #[must_use]
    pub fn primary_email(user_id: &str) -> Self {
        Self {
            id: format!("emf{}", user_id.get(3..).unwrap_or_default()),
            factor_type: FactorType::Email,
            provider: FactorProvider::Okta,
            status: FactorStatus::Active,
            created: None,
            last_updated: None,
            profile: FactorProfile::default(),
            shared_secret: None,
            credential: None,
            challenge: None,
        }
    }

    /// How it is verified. `None`: Okta has no factor of this type from this provider, or the mock does not verify it.
    #[must_use]
    pub fn method(&self) -> Option<SignInMethod> {
        match (self.factor_type, self.provider) {
            (FactorType::Question, FactorProvider::Okta) => Some(SignInMethod::SecurityQuestion),
            (FactorType::Totp, FactorProvider::Google) => Some(SignInMethod::GoogleOtp),
            (FactorType::Email, FactorProvider::Okta) => Some(SignInMethod::Email),
            (FactorType::Sms, FactorProvider::Okta) => Some(SignInMethod::Sms),
            (FactorType::Call, FactorProvider::Okta) => Some(SignInMethod::Voice),
            (FactorType::Totp, FactorProvider::Okta) => Some(SignInMethod::OktaVerifyTotp),
            (FactorType::Push, FactorProvider::Okta) => Some(SignInMethod::OktaVerifyPush),
            (FactorType::WebAuthn, FactorProvider::Fido) => Some(SignInMethod::WebAuthn),
            _ => None,
        }
    }

    /// The first three characters of its id. Okta: as recorded.
    #[must_use]
    pub fn id_prefix(&self) -> &'static str {
        match self.factor_type {
            FactorType::Question => "ufs",
            FactorType::Totp if self.provider == FactorProvider::Okta => "ost",
            FactorType::Totp => "uft",
            FactorType::Push => "opf",
            FactorType::Email => "emf",
            FactorType::Sms => "sms",
            FactorType::Call => "clf",
            FactorType::WebAuthn => "fwf",
        }
    }

    /// Whether it can be used.
    #[must_use]
    pub fn is_active(&self) -> bool {
        self.status == FactorStatus::Active
    }

    /// What is wrong with it: the member and the message.
    #[must_use]
    pub fn problem(&self) -> Option<(&'static str, String)> {
        let Some(method) = self.method() else {
            let message =
                format!("no factor of the type {} has the provider {}", self.factor_type.name(), self.provider.name());
            return Some(("provider", message));
        };
        match method {
            SignInMethod::Password | SignInMethod::OktaVerifyPush | SignInMethod::Email => None,
            SignInMethod::Sms | SignInMethod::Voice => match self.profile.phone_number.as_deref() {
                Some(number) if PhoneNumber::new(number).is_some_and(|read| read.0 == number) => None,
                _ => Some(("profile", "a phone has a `phoneNumber`: + and up to 15 digits".to_owned())),
            },
            SignInMethod::SecurityQuestion => match (&self.profile.question_text, &self.profile.answer) {
                (None, _) => Some(("profile", "a question has a `questionText`".to_owned())),
                (_, Some(answer)) if answer.chars().count() >= MIN_ANSWER => None,
                _ => Some(("profile", format!("a question has an `answer` of at least {MIN_ANSWER} characters"))),
            },
            SignInMethod::GoogleOtp | SignInMethod::OktaVerifyTotp => {
                match self.shared_secret.as_ref().map(SharedSecret::bytes) {
                    None => Some(("sharedSecret", "a TOTP factor has a `sharedSecret`: a key as base32".to_owned())),
                    Some(None) => Some(("sharedSecret", "it is not base32 (A-Z and 2-7, without padding)".to_owned())),
                    Some(Some(_)) => None,
                }
            }
            SignInMethod::WebAuthn => self.credential_problem(),
        }
    }

    fn credential_problem(&self) -> Option<(&'static str, String)> {
        if !self.is_active() {
            let problem = "a passkey that is not active has the `challenge` of its registration";
            return self.challenge.is_none().then(|| ("challenge", problem.to_owned()));
        }
        let id = self.profile.credential_id.as_deref().unwrap_or_default();
        let id = webauthn::decode("credentialId", id).unwrap_or_default();
        if !(1..=webauthn::MAX_CREDENTIAL_ID).contains(&id.len()) {
            return Some(("profile", "a passkey has a `credentialId`: 1 to 1023 bytes as base64url".to_owned()));
        }
        let Some(credential) = &self.credential else {
            return Some(("credential", "a passkey has a `credential` with its `publicKey`".to_owned()));
        };
        webauthn::unusable(&credential.public_key).map(|reason| ("credential", format!("`publicKey`: {reason}")))
    }
}

impl FactorType {
    /// Its wire name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Question => "question",
            Self::Totp => "token:software:totp",
            Self::Email => "email",
            Self::Sms => "sms",
            Self::Call => "call",
            Self::Push => "push",
            Self::WebAuthn => "webauthn",
        }
    }
}

impl FactorProvider {
    /// Its wire name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Okta => "OKTA",
            Self::Google => "GOOGLE",
            Self::Fido => "FIDO",
        }
    }

    /// What answers call it.
    #[must_use]
    pub fn vendor(self) -> &'static str {
        self.name()
    }
}

impl FactorStatus {
    /// Its wire name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Active => "ACTIVE",
            Self::PendingActivation => "PENDING_ACTIVATION",
        }
    }
}

impl PhoneNumber {
    /// The number in a text, in which digits may be grouped. ITU-T E.164: up to 15 digits, of which the first is not 0.
    #[must_use]
    pub fn new(text: &str) -> Option<Self> {
        let grouping = |character: char| character.is_whitespace() || "-.()".contains(character);
        let number: String = text.chars().filter(|character| !grouping(*character)).collect();
        let digits = number.strip_prefix('+')?;
        let is_number = (2..=15).contains(&digits.len())
            && digits.bytes().all(|digit| digit.is_ascii_digit())
            && !digits.starts_with('0');
        is_number.then_some(Self(number))
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What pages and documents show of it. Okta: the country code and the last four digits.
    #[must_use]
    pub fn masked(number: &str) -> String {
        let digits = number.trim_start_matches('+');
        let (country, rest) = digits.split_at(country_code_length(digits).min(digits.len()));
        let last = rest.get(rest.len().saturating_sub(4)..).unwrap_or_default();
        format!("+{country} XXX-XXX-{last}")
    }
}

/// How many digits the country code has that a number begins with. ITU-T E.164, list of assigned country codes.
fn country_code_length(digits: &str) -> usize {
    const OF_TWO: [&str; 44] = [
        "20", "27", "30", "31", "32", "33", "34", "36", "39", "40", "41", "43", "44", "45", "46", "47", "48", "49",
        "51", "52", "53", "54", "55", "56", "57", "58", "60", "61", "62", "63", "64", "65", "66", "81", "82", "84",
        "86", "90", "91", "92", "93", "94", "95", "98",
    ];
    match digits.get(..2) {
        Some(two) if two.starts_with(['1', '7']) => 1,
        Some(two) if OF_TWO.contains(&two) => 2,
        Some(_) => 3,
        None => digits.len(),
    }
}

impl FactorProfile {
    fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

impl fmt::Debug for FactorProfile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FactorProfile").field("question", &self.question).finish_non_exhaustive()
    }
}

impl SharedSecret {
    /// A key of these bytes.
    #[must_use]
    pub fn new(bytes: &[u8]) -> Self {
        Self(BASE32_NOPAD.encode(bytes))
    }

    /// Its base32.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Its bytes, if it is base32.
    #[must_use]
    pub fn bytes(&self) -> Option<Vec<u8>> {
        BASE32_NOPAD.decode(self.0.as_bytes()).ok().filter(|bytes| !bytes.is_empty())
    }
}

impl fmt::Debug for SharedSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SharedSecret")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_phone_number_is_read_with_its_country_code_whatever_groups_its_digits() {
        for (text, number) in [
            ("+15554151337", Some("+15554151337")),
            ("+1-555-415-1337", Some("+15554151337")),
            (" +49 (30) 1234.5678 ", Some("+493012345678")),
            ("5554151337", None),
            ("+0301234567", None),
            ("+1555415133712345", None),
            ("+1555x151337", None),
            ("+", None),
            ("", None),
        ] {
            assert_eq!(PhoneNumber::new(text).as_ref().map(PhoneNumber::as_str), number, "{text}");
        }
    }

    #[test]
    fn a_masked_number_shows_country_code_and_last_four_digits() {
        assert_eq!(PhoneNumber::masked("+15554151337"), "+1 XXX-XXX-1337");
        assert_eq!(PhoneNumber::masked("+493012345678"), "+49 XXX-XXX-5678");
        assert_eq!(PhoneNumber::masked("+35312345678"), "+353 XXX-XXX-5678");
        assert_eq!(PhoneNumber::masked("+12"), "+1 XXX-XXX-2");
    }
}

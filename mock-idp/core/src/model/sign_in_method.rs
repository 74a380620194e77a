//! How users prove who they are. Okta: authenticators and their methods.

use serde::{Deserialize, Serialize};

/// A method of an authenticator.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize, Deserialize)]
pub enum SignInMethod {
    Password,
    Email,
    /// A code in a text message.
    Sms,
    /// A code in a call.
    Voice,
    SecurityQuestion,
    GoogleOtp,
}

/// What proofs by a method are worth, and what the method is called.
#[derive(Clone, Copy, Debug)]
pub struct SignInMethodRow {
    /// The key of its authenticator.
    pub authenticator: &'static str,
    /// The type of its authenticator.
    pub authenticator_type: &'static str,
    /// Its own type.
    pub method: &'static str,
    /// What users read of the authenticator.
    pub display_name: &'static str,
    /// What users read of the method, where they choose between those of an authenticator.
    pub method_name: &'static str,
    /// RFC 8176 values.
    pub amr: &'static [&'static str],
    pub classes: &'static [FactorClass],
    pub traits: MethodTraits,
}

/// A class of factors. Okta: two factors are of two classes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum FactorClass {
    Knowledge,
    Possession,
    Inherence,
}

/// Okta: "Authenticator characteristics".
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct MethodTraits {
    pub device_bound: bool,
    pub hardware_protected: bool,
    pub phishing_resistant: bool,
    pub verifies_user: bool,
}

const NO_TRAITS: MethodTraits =
    MethodTraits { device_bound: false, hardware_protected: false, phishing_resistant: false, verifies_user: false };

/// What the methods of the phone have in common.
const PHONE: SignInMethodRow = SignInMethodRow {
    authenticator: "phone_number",
    authenticator_type: "phone",
    method: "",
    display_name: "Phone",
    method_name: "",
    amr: &[],
    classes: &[FactorClass::Possession],
    traits: NO_TRAITS,
};

impl SignInMethod {
    /// All methods, in the order in which they are offered.
    pub const ALL: [Self; 6] =
        [Self::Password, Self::Email, Self::Sms, Self::Voice, Self::SecurityQuestion, Self::GoogleOtp];

    /// Whether the org sends a code for it.
    #[must_use]
    pub fn is_sent(self) -> bool {
        matches!(self, Self::Email) || self.is_phone()
    }

    /// Whether it is a method of the phone.
    #[must_use]
    pub fn is_phone(self) -> bool {
        matches!(self, Self::Sms | Self::Voice)
    }

    /// Whether both are methods of one authenticator.
    #[must_use]
    pub fn shares_authenticator(self, other: Self) -> bool {
        self.row().authenticator == other.row().authenticator
    }

    /// Its row.
    #[must_use]
    pub fn row(self) -> SignInMethodRow {
        match self {
            Self::Password => SignInMethodRow {
                authenticator: "okta_password",
                authenticator_type: "password",
                method: "password",
                display_name: "Password",
                method_name: "Password",
                amr: &["pwd"],
                classes: &[FactorClass::Knowledge],
                traits: NO_TRAITS,
            },
            Self::Email => SignInMethodRow {
                authenticator: "okta_email",
                authenticator_type: "email",
                method: "email",
                display_name: "Email",
                method_name: "Email",
                // Okta: the value of enrollments; that of proofs has not been recorded.
                amr: &["email"],
                classes: &[FactorClass::Possession],
                traits: NO_TRAITS,
            },
            Self::Sms => SignInMethodRow {
                method: "sms",
                method_name: "SMS",
                // Okta: as recorded. RFC 8176: `mca` is the use of another channel.
                amr: &["sms", "mca"],
                ..PHONE
            },
            Self::Voice => {
                SignInMethodRow { method: "voice", method_name: "Voice call", amr: &["tel", "mca"], ..PHONE }
            }
            Self::SecurityQuestion => SignInMethodRow {
                authenticator: "security_question",
                authenticator_type: "security_question",
                method: "security_question",
                display_name: "Security Question",
                method_name: "Security Question",
                amr: &["kba"],
                classes: &[FactorClass::Knowledge],
                traits: NO_TRAITS,
            },
            Self::GoogleOtp => SignInMethodRow {
                authenticator: "google_otp",
                authenticator_type: "app",
                method: "otp",
                display_name: "Google Authenticator",
                method_name: "Google Authenticator",
                amr: &["otp"],
                classes: &[FactorClass::Possession],
                traits: MethodTraits { device_bound: true, ..NO_TRAITS },
            },
        }
    }
}

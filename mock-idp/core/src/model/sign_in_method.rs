//! How users prove who they are. Okta: authenticators and their methods.

use serde::{Deserialize, Serialize};

/// A method of an authenticator.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize, Deserialize)]
pub enum SignInMethod {
    Password,
    Email,
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
    /// What users read.
    pub display_name: &'static str,
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

impl SignInMethod {
    /// All methods, in the order in which they are offered.
    pub const ALL: [Self; 4] = [Self::Password, Self::Email, Self::SecurityQuestion, Self::GoogleOtp];

    /// Whether the org sends a code for it.
    #[must_use]
    pub fn is_sent(self) -> bool {
        matches!(self, Self::Email)
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
                amr: &["pwd"],
                classes: &[FactorClass::Knowledge],
                traits: NO_TRAITS,
            },
            Self::Email => SignInMethodRow {
                authenticator: "okta_email",
                authenticator_type: "email",
                method: "email",
                display_name: "Email",
                // Okta: the value of enrollments; that of proofs has not been recorded.
                amr: &["email"],
                classes: &[FactorClass::Possession],
                traits: NO_TRAITS,
            },
            Self::SecurityQuestion => SignInMethodRow {
                authenticator: "security_question",
                authenticator_type: "security_question",
                method: "security_question",
                display_name: "Security Question",
                amr: &["kba"],
                classes: &[FactorClass::Knowledge],
                traits: NO_TRAITS,
            },
            Self::GoogleOtp => SignInMethodRow {
                authenticator: "google_otp",
                authenticator_type: "app",
                method: "otp",
                display_name: "Google Authenticator",
                amr: &["otp"],
                classes: &[FactorClass::Possession],
                traits: MethodTraits { device_bound: true, ..NO_TRAITS },
            },
        }
    }
}

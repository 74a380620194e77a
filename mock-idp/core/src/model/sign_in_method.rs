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
    /// A code of the app Okta Verify.
    OktaVerifyTotp,
    /// A notification that is approved in the app Okta Verify.
    OktaVerifyPush,
    /// A passkey or a security key.
    WebAuthn,
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

/// What the methods of Okta Verify have in common.
const OKTA_VERIFY: SignInMethodRow =
    SignInMethodRow { authenticator: "okta_verify", authenticator_type: "app", display_name: "Okta Verify", ..PHONE };

impl SignInMethod {
    /// All methods, in the order in which they are offered.
    pub const ALL: [Self; 9] = [
        Self::Password,
        Self::Email,
        Self::Sms,
        Self::Voice,
        Self::SecurityQuestion,
        Self::GoogleOtp,
        Self::OktaVerifyTotp,
        Self::OktaVerifyPush,
        Self::WebAuthn,
    ];

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

    /// Whether the org sends something to the user for it: a code or a notification.
    #[must_use]
    pub fn is_asked_for(self) -> bool {
        self.is_sent() || self == Self::OktaVerifyPush
    }

    /// Whether an app of the user shows a code for it.
    #[must_use]
    pub fn is_shown(self) -> bool {
        matches!(self, Self::GoogleOtp | Self::OktaVerifyTotp)
    }

    /// Whether users enroll it while they sign in. The app Okta Verify enrolls its codes together with its notifications.
    #[must_use]
    pub fn is_enrolled_in_sign_in(self) -> bool {
        !matches!(self, Self::Password | Self::OktaVerifyTotp)
    }

    /// Whether users choose both in one row of a list, and between them later. Okta: the methods of a phone.
    #[must_use]
    pub fn shares_row(self, other: Self) -> bool {
        self == other || self.is_phone() && other.is_phone()
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
            Self::OktaVerifyTotp => SignInMethodRow {
                method: "totp",
                method_name: "Enter a code",
                amr: &["otp"],
                classes: &[FactorClass::Possession],
                traits: MethodTraits { device_bound: true, ..NO_TRAITS },
                ..OKTA_VERIFY
            },
            Self::OktaVerifyPush => SignInMethodRow {
                method: "push",
                method_name: "Get a push notification",
                amr: &["swk"],
                classes: &[FactorClass::Possession, FactorClass::Inherence],
                traits: MethodTraits { device_bound: true, hardware_protected: true, verifies_user: true, ..NO_TRAITS },
                ..OKTA_VERIFY
            },
            // A proof says whether the authenticator has verified the user.
            Self::WebAuthn => SignInMethodRow {
                authenticator: "webauthn",
                authenticator_type: "security_key",
                method: "webauthn",
                display_name: "Security Key or Biometric",
                method_name: "Security Key or Biometric",
                amr: &["hwk"],
                classes: &[FactorClass::Possession],
                traits: MethodTraits {
                    device_bound: true,
                    hardware_protected: true,
                    phishing_resistant: true,
                    ..NO_TRAITS
                },
            },
        }
    }
}

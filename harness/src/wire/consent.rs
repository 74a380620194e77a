//! The decision on a consent page.

/// The user's decision on a consent page.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Consent {
    Allow,
    Deny,
}

impl Consent {
    /// The name in reports.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Allow => "allow",
            Self::Deny => "deny",
        }
    }
}

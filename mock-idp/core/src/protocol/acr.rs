//! Authentication context classes. Okta: `acr_values` of the authorize request; unknown values are ignored.

/// A class that a request can name.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum AcrValue {
    OneFactor,
    Password,
    TwoFactors,
    /// Two factors of a user who has enrolled a second one, else one.
    TwoFactorsIfPossible,
    PhishingResistant,
    PhishingResistantHardware,
}

impl AcrValue {
    const ALL: [Self; 6] = [
        Self::OneFactor,
        Self::Password,
        Self::TwoFactors,
        Self::TwoFactorsIfPossible,
        Self::PhishingResistant,
        Self::PhishingResistantHardware,
    ];

    /// Those that some user can meet.
    pub const SERVED: [Self; 5] =
        [Self::OneFactor, Self::Password, Self::TwoFactors, Self::TwoFactorsIfPossible, Self::PhishingResistant];

    /// Its wire name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::OneFactor => "urn:okta:loa:1fa:any",
            Self::Password => "urn:okta:loa:1fa:pwd",
            Self::TwoFactors => "urn:okta:loa:2fa:any",
            Self::TwoFactorsIfPossible => "urn:okta:loa:2fa:any:ifpossible",
            Self::PhishingResistant => "phr",
            Self::PhishingResistantHardware => "phrh",
        }
    }

    /// The known values of a space-separated list.
    pub fn requested(acr_values: Option<&str>) -> impl Iterator<Item = Self> {
        let named = |name: &str| Self::ALL.into_iter().find(|value| value.name() == name);
        acr_values.unwrap_or_default().split(' ').filter_map(named)
    }
}

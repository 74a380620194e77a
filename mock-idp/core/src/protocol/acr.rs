//! Authentication context classes. Okta: `acr_values` of the authorize request; unknown values are ignored.

/// What a password alone satisfies: one factor, and two "if possible", which is not possible here.
pub const MET_BY_PASSWORD: [&str; 3] =
    ["urn:okta:loa:1fa:any", "urn:okta:loa:1fa:pwd", "urn:okta:loa:2fa:any:ifpossible"];
/// What a password does not satisfy.
const BEYOND_PASSWORD: [&str; 3] = ["urn:okta:loa:2fa:any", "phr", "phrh"];

/// Whether a sign-in by password meets the requested values.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Acr {
    /// No known value was requested.
    NotRequested,
    /// The first value of the list that is met: the `acr` claim.
    Met(String),
    /// Known values were requested, and none of them is met.
    Unmet,
}

impl Acr {
    /// Checks the space-separated list.
    #[must_use]
    pub fn of(acr_values: Option<&str>) -> Self {
        let requested = || acr_values.unwrap_or_default().split(' ');
        if let Some(met) = requested().find(|value| MET_BY_PASSWORD.contains(value)) {
            Self::Met(met.to_owned())
        } else if requested().any(|value| BEYOND_PASSWORD.contains(&value)) {
            Self::Unmet
        } else {
            Self::NotRequested
        }
    }
}

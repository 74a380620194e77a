//! Authentication context classes. Okta: `acr_values` of the authorize request; unknown values are ignored.

/// What a password alone satisfies: one factor, and two "if possible", which it is not here.
pub const MET_BY_PASSWORD: [&str; 3] =
    ["urn:okta:loa:1fa:any", "urn:okta:loa:1fa:pwd", "urn:okta:loa:2fa:any:ifpossible"];
/// What takes more than a password.
const BEYOND_PASSWORD: [&str; 3] = ["urn:okta:loa:2fa:any", "phr", "phrh"];

/// What a sign-in by password is worth to a request.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Acr {
    /// Nothing known was asked for.
    Unasked,
    /// The first value of the list that is met: it goes into the tokens.
    Met(String),
    /// Known values were asked for, none of which is met.
    Unmet,
}

impl Acr {
    /// Judges the space-separated list.
    #[must_use]
    pub fn of(acr_values: Option<&str>) -> Self {
        let asked = || acr_values.unwrap_or_default().split(' ');
        if let Some(met) = asked().find(|value| MET_BY_PASSWORD.contains(value)) {
            Self::Met(met.to_owned())
        } else if asked().any(|value| BEYOND_PASSWORD.contains(&value)) {
            Self::Unmet
        } else {
            Self::Unasked
        }
    }
}

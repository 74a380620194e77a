//! Password policies. Okta: the complexity of the default password policy.

use crate::model::{Password, UserProfile};

/// The fewest characters.
pub const MIN_LENGTH: usize = 8;

/// The most characters.
const MAX_LENGTH: usize = 72;

/// How many earlier passwords cannot be used again. Only the latest is known here.
pub const HISTORY: usize = 4;

/// The requirements in Okta's words.
pub const REQUIREMENTS: &str = "Password requirements: at least 8 characters, a lowercase letter, an uppercase letter, a number, \
                                no parts of your username. Your password cannot be any of your last 4 passwords.";

/// Whether a password is complex enough.
#[must_use]
pub fn is_complex(password: &str, profile: &UserProfile) -> bool {
    let any = |accepts: fn(&char) -> bool| password.chars().any(|letter| accepts(&letter));
    let lower = password.to_lowercase();
    // Parts of the user name that are long enough to matter.
    let mut parts = profile.login.split(['@', '.', ',', '_', '-', '#']).filter(|part| part.len() > 3);
    (MIN_LENGTH..=MAX_LENGTH).contains(&password.chars().count())
        && any(|letter| letter.is_lowercase())
        && any(|letter| letter.is_uppercase())
        && any(|letter| letter.is_numeric())
        && !parts.any(|part| lower.contains(&part.to_lowercase()))
}

/// Whether a password may follow the known one.
#[must_use]
pub fn may_follow(password: &str, known: Option<&Password>, profile: &UserProfile) -> bool {
    is_complex(password, profile) && !known.is_some_and(|known| known.is(password))
}

//! Password policies. Okta: the complexity of the default password policy.

use serde_json::{Value, json};

use super::recovery::{applies, policies};
use crate::model::unix_time::from_rfc3339;
use crate::model::{DirectoryKind, DirectoryObject, User, UserProfile};
use crate::org::Tables;

/// The fewest characters.
const MIN_LENGTH: usize = 8;

/// The most characters.
const MAX_LENGTH: usize = 72;

/// The requirements in Okta's words.
pub const REQUIREMENTS: &str = "Password requirements: at least 8 characters, a lowercase letter, an uppercase letter, a number, \
                                no parts of your username. Your password cannot be any of your last 4 passwords.";

/// The requirements as documents have them.
#[must_use]
pub fn complexity() -> Value {
    json!({
        "minLength": MIN_LENGTH, "minLowerCase": 1, "minUpperCase": 1, "minNumber": 1, "minSymbol": 0,
        "excludeUsername": true,
    })
}

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

/// How many of the last passwords cannot be chosen again. Okta: `age.historyCount` of the default password policy.
#[must_use]
pub fn remembered(org: &Tables) -> usize {
    let is_default = |policy: &&DirectoryObject| policy.text("type") == Some("PASSWORD") && policy.is_system();
    let policy = org.objects(DirectoryKind::Policy).find(is_default);
    let settings = policy.and_then(|policy| policy.members.get("settings"));
    let count = settings.and_then(|settings| settings.pointer("/password/age/historyCount")).and_then(Value::as_u64);
    count.and_then(|count| usize::try_from(count).ok()).unwrap_or_default()
}

/// How much longer a password can be used.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum PasswordAge {
    /// It is not old enough to say anything, or it does not expire.
    Valid,
    /// It expires in so many days; 0: within a day.
    ExpiresIn {
        days: i64,
    },
    Expired,
}

/// How old the password of a user is. Okta: `age` of the first policy by priority that covers the user; 0 days are unlimited.
#[must_use]
pub fn age(org: &Tables, user: &User, now: i64) -> PasswordAge {
    const DAY: i64 = 24 * 3600;
    if user.credentials.password.is_none() {
        return PasswordAge::Valid;
    }
    let mut covering = policies(org).into_iter().filter(|policy| applies(policy.members.get("conditions"), org, user));
    let days = |policy: &DirectoryObject, name: &str| {
        let settings = policy.members.get("settings")?;
        settings.pointer(&format!("/password/age/{name}"))?.as_i64().filter(|days| *days > 0)
    };
    let changed = user.password_changed.as_deref().or(user.created.as_deref()).and_then(from_rfc3339);
    let (Some(policy), Some(changed)) = (covering.next(), changed) else { return PasswordAge::Valid };
    let Some(most) = days(policy, "maxAgeDays") else { return PasswordAge::Valid };
    let left = changed.saturating_add(most.saturating_mul(DAY)).saturating_sub(now);
    let warned = days(policy, "expireWarnDays").unwrap_or_default().saturating_mul(DAY);
    match left {
        ..=0 => PasswordAge::Expired,
        _ if left <= warned => PasswordAge::ExpiresIn { days: left / DAY },
        _ => PasswordAge::Valid,
    }
}

/// Whether a password is the present one of a user.
#[must_use]
pub fn is_current(password: &str, user: &User) -> bool {
    user.credentials.password.as_ref().is_some_and(|known| known.is(password))
}

/// Whether a password is one of the last ones before the present one, which is one of the `remembered` itself.
#[must_use]
pub fn is_former(password: &str, user: &User, remembered: usize) -> bool {
    user.credentials.password_history.iter().take(remembered.saturating_sub(1)).any(|known| known.is(password))
}

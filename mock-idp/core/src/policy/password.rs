//! The age of passwords, and those that were used before.

use super::password_rules::covering;
use crate::model::unix_time::from_rfc3339;
use crate::model::{DirectoryObject, User};
use crate::org::Tables;

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
    let days = |policy: &DirectoryObject, name: &str| {
        let settings = policy.members.get("settings")?;
        settings.pointer(&format!("/password/age/{name}"))?.as_i64().filter(|days| *days > 0)
    };
    let changed = user.password_changed.as_deref().or(user.created.as_deref()).and_then(from_rfc3339);
    let (Some(policy), Some(changed)) = (covering(org, user), changed) else { return PasswordAge::Valid };
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

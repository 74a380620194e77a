//! The order of a Java `HashMap`, in which Okta sends free maps and sets of strings.

use serde_json::{Map, Value};

/// The members in the order of a Java `HashMap`.
#[must_use]
pub fn java_ordered(members: Map<String, Value>) -> Map<String, Value> {
    let mask = capacity(members.len()) - 1;
    let mut sorted: Vec<(String, Value)> = members.into_iter().collect();
    // The sort is stable: equal buckets keep their order.
    sorted.sort_by_key(|(name, _)| spread(name) & mask);
    sorted.into_iter().collect()
}

/// The strings in the order of a Java `HashSet`, each once.
#[must_use]
pub fn java_set(strings: impl IntoIterator<Item = String>) -> Vec<String> {
    let mut sorted: Vec<String> = strings.into_iter().collect::<indexmap::IndexSet<_>>().into_iter().collect();
    let mask = capacity(sorted.len()) - 1;
    sorted.sort_by_key(|name| spread(name) & mask);
    sorted
}

/// `String.hashCode` over UTF-16 units, with its upper half folded in as `HashMap.hash` does.
fn spread(text: &str) -> u32 {
    let hash = text.encode_utf16().fold(0_u32, |hash, unit| hash.wrapping_mul(31).wrapping_add(u32::from(unit)));
    hash ^ (hash >> 16)
}

/// A map doubles its capacity of 16 when it is filled to more than three quarters.
fn capacity(entries: usize) -> u32 {
    let mut capacity = 16;
    while entries > capacity / 4 * 3 {
        capacity *= 2;
    }
    u32::try_from(capacity).unwrap_or(u32::MAX / 2 + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ordered(names: &[&str]) -> Vec<String> {
        let members = names.iter().map(|name| ((*name).to_owned(), Value::Null)).collect();
        java_ordered(members).into_iter().map(|(name, _)| name).collect()
    }

    #[test]
    fn profiles_and_links_have_the_recorded_order() {
        assert_eq!(
            ordered(&["login", "email", "firstName", "lastName", "mobilePhone", "secondEmail", "nickName"]),
            ["firstName", "lastName", "mobilePhone", "nickName", "secondEmail", "login", "email"]
        );
        assert_eq!(
            ordered(&[
                "changePassword",
                "changeRecoveryQuestion",
                "deactivate",
                "expirePassword",
                "forgotPassword",
                "resetFactors",
                "resetPassword",
                "suspend",
                "schema",
                "self",
                "type",
            ]),
            [
                "suspend",
                "schema",
                "resetPassword",
                "forgotPassword",
                "expirePassword",
                "changeRecoveryQuestion",
                "self",
                "resetFactors",
                "type",
                "changePassword",
                "deactivate",
            ]
        );
    }

    #[test]
    fn a_set_has_the_recorded_order_and_no_duplicates() {
        let grants = ["authorization_code", "client_credentials", "authorization_code"].map(str::to_owned);
        assert_eq!(java_set(grants), ["client_credentials", "authorization_code"]);
    }

    #[test]
    fn the_capacity_doubles_beyond_three_quarters() {
        assert_eq!([0, 12, 13, 24, 25, 48, 49].map(capacity), [16, 16, 32, 32, 64, 64, 128]);
    }
}

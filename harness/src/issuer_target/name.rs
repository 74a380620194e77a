//! Names of clients and accounts. They are open: a target file may use any.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Deserializer};

/// The name of a client in a target file, such as `web`.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct ClientName(&'static str);

/// The name of an account in a target file, such as `buyer`.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct AccountName(&'static str);

macro_rules! open_name {
    ($name:ident) => {
        impl $name {
            /// A name that is known at compile time.
            #[must_use]
            pub const fn new(name: &'static str) -> Self {
                Self(name)
            }

            /// The name in files and reports.
            #[must_use]
            pub const fn word(self) -> &'static str {
                self.0
            }
        }

        impl From<&str> for $name {
            fn from(name: &str) -> Self {
                Self(interned(name))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.0)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer).map(|name| Self::from(name.as_str()))
            }
        }
    };
}

open_name!(ClientName);
open_name!(AccountName);

/// The one copy of a name, kept for the rest of the process. The files that names come from are few and small.
fn interned(name: &str) -> &'static str {
    static NAMES: Mutex<BTreeSet<&'static str>> = Mutex::new(BTreeSet::new());
    let mut names = NAMES.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = names.get(name) {
        return known;
    }
    let known: &'static str = Box::leak(name.into());
    names.insert(known);
    known
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::issuer_target::market::WEB;

    #[test]
    fn a_name_from_a_file_equals_the_constant_of_the_same_text() {
        assert_eq!(ClientName::from("web"), WEB);
        assert_ne!(ClientName::from("payments"), WEB);
        assert_eq!(ClientName::from("payments").word(), "payments");
    }
}

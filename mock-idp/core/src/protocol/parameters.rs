//! Request parameters: `application/x-www-form-urlencoded`, from a query string or a body.

use std::collections::HashSet;

use indexmap::IndexSet;
use serde::{Deserialize, Serialize};

/// The parameters of one request, in wire order.
#[derive(Clone, Debug, Default, Eq, PartialEq, Serialize, Deserialize)]
pub struct Parameters(Vec<(String, String)>);

impl Parameters {
    /// Parses a query string or a form body.
    #[must_use]
    pub fn parse(encoded: &[u8]) -> Self {
        Self(form_urlencoded::parse(encoded).map(|(name, value)| (name.into_owned(), value.into_owned())).collect())
    }

    /// The value of a parameter. RFC 6749 3.1: a parameter without a value is treated as if it were omitted.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
            .filter(|value| !value.is_empty())
    }

    /// Whether a parameter is there, with or without a value.
    #[must_use]
    pub fn contains(&self, name: &str) -> bool {
        self.0.iter().any(|(known, _)| known == name)
    }

    /// The names that occur more than once, each once. RFC 6749 3.1: parameters must not be included more than once.
    #[must_use]
    pub fn duplicates(&self) -> Vec<&str> {
        Self::repeated_in(&[self])
    }

    /// The same for several parts of one request, such as its query and its body.
    #[must_use]
    pub fn repeated_in<'a>(parts: &[&'a Self]) -> Vec<&'a str> {
        let (mut seen, mut repeated) = (HashSet::new(), IndexSet::new());
        for (name, _) in parts.iter().flat_map(|part| &part.0) {
            if !seen.insert(name.as_str()) {
                repeated.insert(name.as_str());
            }
        }
        repeated.into_iter().collect()
    }

    /// The parameters in wire order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }
}

impl<N: Into<String>, V: Into<String>> FromIterator<(N, V)> for Parameters {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(pairs: I) -> Self {
        Self(pairs.into_iter().map(|(name, value)| (name.into(), value.into())).collect())
    }
}

//! The contents of a source.

use serde_json::Value;

/// What a source has of a list.
#[derive(Debug)]
pub(super) enum FoundList {
    /// The answers, one for each page.
    Pages(Vec<Value>),
    /// The org is not licensed for it.
    NotLicensed,
    /// It is not there, or the token may not read it: the status, and Okta's error.
    Refused(String),
}

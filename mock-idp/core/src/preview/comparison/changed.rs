//! A value that differs between two results.

use serde::Serialize;
use serde_json::Value;

use crate::preview::TokenCase;

/// One request whose result is another than before.
#[derive(Clone, Debug, Serialize)]
pub struct Alteration {
    pub case: TokenCase,
    pub changes: Vec<Changed>,
}

/// One thing that is different.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Changed {
    /// `outcome`, `error`, `token.scope`, `token.access_token.claim_name`, …
    pub what: String,
    /// Whether it is a claim of a token or of userinfo.
    pub is_claim: bool,
    /// Null: it was not there.
    pub before: Value,
    pub after: Value,
    /// The claim rule, the policy rule or the attribute that it comes from.
    pub cause: String,
}

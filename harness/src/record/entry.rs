//! The entries of a record.

use serde::{Deserialize, Serialize};

/// How much a check weighs (RFC 2119).
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    Must,
    Should,
    May,
}

impl Severity {
    /// The word.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Must => "must",
            Self::Should => "should",
            Self::May => "may",
        }
    }
}

/// What a check found.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    Pass,
    Fail,
    /// A precondition was missing.
    Skip,
    /// Failed, and a known divergence says that it would.
    ExpectedFail,
    /// Passed, although a known divergence says that it would fail.
    UnexpectedPass,
    /// Nothing speaks against it, and only a person can tell: a page that says it in its own words.
    Review,
}

impl Verdict {
    /// The word that reports print.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::Skip => "skip",
            Self::ExpectedFail => "expected-fail",
            Self::UnexpectedPass => "unexpected-pass",
            Self::Review => "review",
        }
    }
}

/// One entry of a scenario's record, in the order of events.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Entry {
    /// What the scenario is about to do, in words.
    Step {
        text: String,
    },
    Exchange(Exchange),
    Finding(Finding),
    /// Something that happened in the browser.
    Note {
        text: String,
    },
}

/// One HTTP request with its answer, scrubbed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Exchange {
    pub method: String,
    pub url: String,
    pub request_headers: Vec<(String, String)>,
    pub request_body: String,
    pub status: u16,
    pub response_headers: Vec<(String, String)>,
    pub response_body: String,
    /// Milliseconds from sending to the last byte.
    pub millis: f64,
    /// The same request as a command line, secrets masked.
    pub curl: String,
}

impl Exchange {
    /// The request id that the issuer sent, by which its own log finds the exchange.
    #[must_use]
    pub fn request_id(&self) -> Option<&str> {
        self.response_headers
            .iter()
            .find(|(name, _)| name.eq_ignore_ascii_case("x-okta-request-id"))
            .map(|(_, value)| value.as_str())
    }
}

/// One judgement.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    /// The check's stable id.
    pub check: String,
    /// The check's sentence.
    pub says: String,
    pub severity: Severity,
    pub citations: Vec<String>,
    pub verdict: Verdict,
    pub expected: String,
    pub actual: String,
    /// Why it was skipped, or which known divergence explains it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The finding compares a claim snapshot: `harness review` can settle it.
    #[serde(default)]
    pub snapshot: bool,
}

//! The entries of a record.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// The severity of a check (RFC 2119).
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    Must,
    Should,
    May,
}

impl Severity {
    /// The name in reports.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Must => "must",
            Self::Should => "should",
            Self::May => "may",
        }
    }
}

/// The result of a check.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    Pass,
    Fail,
    /// A precondition was missing.
    Skip,
    /// Failed, as a known divergence says.
    ExpectedFail,
    /// Passed, although a known divergence says that it fails.
    UnexpectedPass,
    /// A manual review is needed, for example of the text of a page.
    Review,
}

impl Verdict {
    /// The name in reports.
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

/// An entry in the record of a scenario.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Entry {
    /// The next step of the scenario, in words.
    Step {
        text: String,
    },
    Exchange(Exchange),
    Finding(Finding),
    /// Passed checks and how often each passed: the stored form of scenarios with an expected result.
    Passed {
        checks: BTreeMap<String, usize>,
    },
    /// A remark, for example about the browser.
    Note {
        text: String,
    },
}

/// An HTTP request and its response, with secrets masked.
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
}

impl Exchange {
    /// The request as a curl command.
    #[must_use]
    pub fn curl(&self) -> String {
        let quoted = |text: &str| format!("'{}'", text.replace('\'', r"'\''"));
        let mut line = format!("curl -sS -i -X {} {}", self.method, quoted(&self.url));
        for (name, value) in &self.request_headers {
            line.push_str(&format!(" -H {}", quoted(&format!("{name}: {value}"))));
        }
        if !self.request_body.is_empty() {
            line.push_str(&format!(" --data {}", quoted(&self.request_body)));
        }
        line
    }

    /// The request id in the issuer's log.
    #[must_use]
    pub fn request_id(&self) -> Option<&str> {
        self.response_headers
            .iter()
            .find(|(name, _)| name.eq_ignore_ascii_case("x-okta-request-id"))
            .map(|(_, value)| value.as_str())
    }
}

/// The result of one check with its values.
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
    /// Why it was skipped, or the reason of the known divergence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Whether the finding compares a snapshot.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub snapshot: bool,
}

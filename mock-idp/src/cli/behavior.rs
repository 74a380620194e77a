//! `mock-idp behavior`: where Okta deviates from OpenID Connect, and what the setting changes.

use std::fmt::Write as _;

use mock_idp_core::behavior::DEPARTURES;
use serde_json::json;

use super::wrap::{WIDTH, wrapped};

const ABOUT: &str = "Where Okta deviates from OpenID Connect. The mock behaves like Okta, unless `--behavior openid` is given or \
                     `settings` of the org document has `behavior: openid`; then it follows OpenID everywhere.";

/// The table, for a person or as JSON.
pub(super) fn render(as_json: bool) -> String {
    if as_json {
        return format!("{:#}\n", json!(DEPARTURES));
    }
    let mut text = wrapped(ABOUT, WIDTH).join("\n") + "\n";
    for row in DEPARTURES {
        let _ = writeln!(text, "\n{}", row.id);
        for (side, words) in [("okta", row.okta), ("openid", row.openid), ("source", row.source)] {
            for (index, line) in wrapped(words, WIDTH - 10).into_iter().enumerate() {
                let _ = writeln!(text, "  {:<7} {line}", if index == 0 { side } else { "" });
            }
        }
    }
    text
}

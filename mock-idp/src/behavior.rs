//! `mock-idp behavior`: where Okta departs from OpenID Connect, and what the setting changes.

use std::fmt::Write as _;

use mock_idp_core::behavior::DEPARTURES;
use serde_json::json;

use crate::banner::{WIDTH, wrapped};

const ABOUT: &str = "Where Okta departs from OpenID Connect. The mock takes Okta's side, unless `--behavior openid` is given or \
                     `behavior: openid` stands under `settings` of the org document: then it takes the other one, everywhere.";

/// The table, for a person or as JSON.
pub(crate) fn render(as_json: bool) -> String {
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

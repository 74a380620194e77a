//! `mock-idp behavior`: where Okta deviates from OpenID Connect, and what the setting changes.

use std::fmt::Write as _;

use mock_idp_core::behavior::{DEPARTURES, PROFILE_RULES};
use serde_json::json;

use super::wrap::{WIDTH, wrapped};

const ABOUT: &str = "Where Okta deviates from OpenID Connect. The mock behaves like Okta, unless `--behavior openid` is given or \
                     `settings` of the org document has `behavior: openid`; then it follows OpenID everywhere. `fapi2` in their place also follows the FAPI 2 Security Profile; \
                     its rules are at the end.";

/// The table, for a person or as JSON.
pub(super) fn render(as_json: bool) -> String {
    if as_json {
        let rules = DEPARTURES.iter().map(|row| json!(row)).chain(PROFILE_RULES.iter().map(|rule| json!(rule)));
        return format!("{:#}\n", rules.collect::<serde_json::Value>());
    }
    let mut text = wrapped(ABOUT, WIDTH).join("\n") + "\n";
    for row in DEPARTURES {
        write(&mut text, row.id, &[("okta", row.okta), ("openid", row.openid), ("source", row.source)]);
    }
    for rule in PROFILE_RULES {
        write(&mut text, rule.id, &[("fapi2", rule.fapi2), ("source", rule.source)]);
    }
    text
}

fn write(text: &mut String, id: &str, lines: &[(&str, &str)]) {
    let _ = writeln!(text, "\n{id}");
    for (side, words) in lines {
        for (index, line) in wrapped(words, WIDTH - 10).into_iter().enumerate() {
            let _ = writeln!(text, "  {:<7} {line}", if index == 0 { side } else { "" });
        }
    }
}

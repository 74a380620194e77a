//! `mock-idp behavior`: where Okta departs from OpenID Connect, and what the setting changes.

use std::fmt::Write as _;

use mock_idp_core::behavior::DEPARTURES;
use serde_json::json;

/// The table, for a person or as JSON.
pub(crate) fn render(as_json: bool) -> String {
    if as_json {
        return format!("{:#}\n", json!(DEPARTURES));
    }
    let mut text =
        "Where Okta departs from OpenID Connect. `--behavior openid`, or `behavior: openid` under `settings` of the\n\
                    org document, takes the second side everywhere.\n"
            .to_owned();
    for row in DEPARTURES {
        let _ =
            write!(text, "\n{}\n  okta    {}\n  openid  {}\n  source  {}\n", row.id, row.okta, row.openid, row.source);
    }
    text
}

//! What the program prints when it is ready: a banner for a person, one line for a script.

use std::fmt::Write as _;

use mock_idp::MockIdp;

use super::wrap::{WIDTH, wrapped};

/// The largest number of users and of further orgs in the banner.
const MAX_ROWS: usize = 2;
const MAX_WARNINGS: usize = 6;

/// The one line for scripts.
pub(super) fn ready_line(mock: &MockIdp) -> String {
    let control = mock.control_url().map(|url| format!(" control={url}")).unwrap_or_default();
    format!("READY issuer={}{control}", mock.issuer())
}

/// The banner; with `styled`, the most important parts are bold.
pub(super) fn banner(mock: &MockIdp, styled: bool) -> String {
    let bold = |text: &str| if styled { format!("\x1b[1m{text}\x1b[0m") } else { text.to_owned() };
    let mut text = format!(
        "{}  local mock of an Okta org. Not Okta. Test use only.\n\n",
        bold(concat!("mock-idp ", env!("CARGO_PKG_VERSION")))
    );
    let either = if mock.issuer().starts_with(mock.url()) { "   (or https://)" } else { "" };
    line(&mut text, "Issuer", &format!("{}{either}", bold(mock.issuer())));
    for name in mock.org_names().skip(1).take(MAX_ROWS) {
        line(&mut text, "", &format!("{}/_org/{name}/oauth2/default", mock.url()));
    }
    more(&mut text, mock.org_names().count().saturating_sub(1 + MAX_ROWS), "orgs");
    if let Some(control) = mock.control_url() {
        line(&mut text, "Console", &format!("{}/console", mock.url()));
        line(&mut text, "Control", control);
    } else {
        line(&mut text, "Control", "closed: other machines can connect (--control-token opens it)");
    }
    text.push('\n');

    let people = mock.people();
    for (index, person) in people.iter().take(MAX_ROWS).enumerate() {
        let note = person.note.as_ref().map(|note| format!("   ({note})")).unwrap_or_default();
        let title = if index == 0 { "Sign in" } else { "" };
        let password = if mock.is_built_in() { format!(" / {}", person.password) } else { String::new() };
        line(&mut text, title, &clipped(&format!("{}{password}{note}", person.login)));
    }
    more(&mut text, people.len().saturating_sub(MAX_ROWS), "in the org document");
    if !people.is_empty() {
        text.push('\n');
    }

    let warnings = mock.warnings();
    for warning in warnings.iter().take(MAX_WARNINGS) {
        for (index, part) in wrapped(warning, WIDTH - 12).into_iter().enumerate() {
            line(&mut text, if index == 0 { "Warning" } else { "" }, &bold(&part));
        }
    }
    more(&mut text, warnings.len().saturating_sub(MAX_WARNINGS), "warnings, at /_mock/info and with --check");
    let limits = if mock.enforces_rate_limits() { "enforced" } else { "off" };
    let place = mock.state_place();
    let data = if place.is_some() { "data is kept" } else { "data in memory (lost on exit)" };
    let _ = writeln!(text, "  Clock real · faults none · rate limits {limits} · {data}");
    if let Some(place) = place {
        line(&mut text, "State", &clipped(&place));
    }
    if let Some(path) = mock.ca_path() {
        line(&mut text, "https", &format!("trust {}", path.display()));
        line(&mut text, "", "(how: mock-idp ca hint)");
    }
    text.push_str("  Use your own app:  mock-idp env --for spring|node|flask|dotnet|react|go\n  Stop: Ctrl-C\n");
    text
}

fn line(text: &mut String, title: &str, content: &str) {
    let _ = writeln!(text, "  {title:<9} {content}");
}

fn more(text: &mut String, count: usize, what: &str) {
    if count > 0 {
        line(text, "", &format!("… {count} more {what}"));
    }
}

/// The text, cut to the width of a line.
fn clipped(text: &str) -> String {
    let room = WIDTH - 12;
    if text.chars().count() <= room {
        return text.to_owned();
    }
    text.chars().take(room - 1).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_lines_are_cut_with_an_ellipsis() {
        assert_eq!(clipped(&"x".repeat(100)).chars().count(), WIDTH - 12);
        assert_eq!(clipped("short"), "short");
    }

    #[tokio::test]
    async fn the_banner_fits_an_80_column_terminal_and_has_the_addresses_and_commands() {
        let mock = MockIdp::builder().allow_host("idp.test").start().await.unwrap();
        let text = banner(&mock, false);
        assert!(text.lines().count() <= 23, "{text}");
        assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
        for needed in [mock.issuer(), "Not Okta", "/console", "/_mock/info", "mock-idp env", "Ctrl-C", "idp.test"] {
            assert!(text.contains(needed), "{needed}: {text}");
        }
        assert!(!text.contains('\x1b'));
        let issuer = mock.issuer();
        assert_eq!(ready_line(&mock), format!("READY issuer={issuer} control={}/_mock/info", mock.url()));
    }
}

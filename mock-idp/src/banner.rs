//! What the program says when it is ready: a banner for a person, one line for a script.

use std::fmt::Write as _;

use mock_idp::MockIdp;

/// Widest line of the banner.
pub(crate) const WIDTH: usize = 78;

/// How many users and further orgs are shown.
const SHOWN: usize = 2;

/// The one line for scripts.
pub(crate) fn ready_line(mock: &MockIdp) -> String {
    format!("READY issuer={} control={}/_mock/info", mock.issuer(), mock.url())
}

/// The banner; with `styled`, what matters most stands out.
pub(crate) fn banner(mock: &MockIdp, styled: bool) -> String {
    let bold = |text: &str| if styled { format!("\x1b[1m{text}\x1b[0m") } else { text.to_owned() };
    let mut text = format!(
        "{}  local mock of an Okta org. Not Okta. Test use only.\n\n",
        bold(concat!("mock-idp ", env!("CARGO_PKG_VERSION")))
    );
    let either = if mock.issuer().starts_with(mock.url()) { "   (or https://)" } else { "" };
    line(&mut text, "Issuer", &format!("{}{either}", bold(mock.issuer())));
    for name in mock.org_names().skip(1).take(SHOWN) {
        line(&mut text, "", &format!("{}/_org/{name}/oauth2/default", mock.url()));
    }
    more(&mut text, mock.org_names().count().saturating_sub(1 + SHOWN), "orgs, in the same way");
    line(&mut text, "Control", &format!("{}/_mock/info", mock.url()));
    text.push('\n');

    let people = mock.people();
    for (index, person) in people.iter().take(SHOWN).enumerate() {
        let note = person.note.as_ref().map(|note| format!("   ({note})")).unwrap_or_default();
        let title = if index == 0 { "Sign in" } else { "" };
        line(&mut text, title, &clipped(&format!("{} / {}{note}", person.login, person.password)));
    }
    more(&mut text, people.len().saturating_sub(SHOWN), "in the org's document");
    if !people.is_empty() {
        text.push('\n');
    }

    for warning in mock.warnings() {
        for (index, part) in wrapped(warning, WIDTH - 12).into_iter().enumerate() {
            line(&mut text, if index == 0 { "Warning" } else { "" }, &bold(&part));
        }
    }
    text.push_str("  Clock real · faults none · data in memory (lost on exit)\n");
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

/// What a line has room for.
fn clipped(text: &str) -> String {
    let room = WIDTH - 12;
    if text.chars().count() <= room {
        return text.to_owned();
    }
    text.chars().take(room - 1).chain(['…']).collect()
}

/// Lines of at most `width`, broken between words.
pub(crate) fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let last = lines.len() - 1;
        if !lines[last].is_empty() && lines[last].chars().count() + 1 + word.chars().count() > width {
            lines.push(word.to_owned());
        } else {
            if !lines[last].is_empty() {
                lines[last].push(' ');
            }
            lines[last].push_str(word);
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_wrapped_between_words_and_clipped_with_a_mark() {
        assert_eq!(wrapped("one two three", 7), ["one two", "three"]);
        assert_eq!(wrapped("a-very-long-word b", 5), ["a-very-long-word", "b"]);
        assert_eq!(clipped(&"x".repeat(100)).chars().count(), WIDTH - 12);
        assert_eq!(clipped("short"), "short");
    }

    #[tokio::test]
    async fn the_banner_fits_a_small_terminal_and_says_what_to_do() {
        let mock = MockIdp::builder().allow_host("idp.test").start().await.unwrap();
        let text = banner(&mock, false);
        assert!(text.lines().count() <= 23, "{text}");
        assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
        for needed in [mock.issuer(), "Not Okta", "/_mock/info", "mock-idp env", "Ctrl-C", "idp.test"] {
            assert!(text.contains(needed), "{needed}: {text}");
        }
        assert!(!text.contains('\x1b'));
        let issuer = mock.issuer();
        assert_eq!(ready_line(&mock), format!("READY issuer={issuer} control={}/_mock/info", mock.url()));
    }
}

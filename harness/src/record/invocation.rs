//! The command line of a run, so that a report can say how to repeat it.

use serde::{Deserialize, Serialize};

/// The driver option of a run that leaves the choice to each scenario.
const AUTO: &str = "auto";

/// The options of `harness run` that decide what a run does.
#[derive(Clone, Debug, Default, Eq, PartialEq, Serialize, Deserialize)]
pub struct Invocation {
    /// The target as it was named: a name, a file or a URL.
    pub target: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fixtures: Option<String>,
    /// The custom server of the target file, if it was chosen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub server: Option<String>,
    /// A folder of snapshots that is not that of the fixtures.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub snapshots: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub behavior: Option<String>,
    /// `auto`, `http`, `browser` or `both`.
    pub driver: String,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub require_browser: bool,
    /// A file with certificates of authorities to trust.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ca: Option<String>,
    /// The folder of reports, if it is not the default one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub report_dir: Option<String>,
    /// The arguments that select scenarios.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub selection: Vec<String>,
}

impl Invocation {
    /// The command that repeats the whole run.
    #[must_use]
    pub fn whole(&self) -> String {
        self.command(&self.selection, &self.driver, self.server.as_deref())
    }

    /// The command that repeats one scenario with the driver and the server that it ran with.
    #[must_use]
    pub fn scenario(&self, id: &str, driver: &str, server: Option<&str>) -> String {
        let driver = match (self.driver.as_str(), driver) {
            (AUTO, _) => AUTO,
            (_, "browser") => "browser",
            _ => "http",
        };
        self.command(&[id.to_owned()], driver, server)
    }

    fn command(&self, selection: &[String], driver: &str, server: Option<&str>) -> String {
        let mut words = vec!["harness".to_owned(), "run".to_owned()];
        words.extend(selection.iter().cloned());
        let mut option = |name: &str, value: Option<&str>| {
            words.extend(value.into_iter().flat_map(|value| [name.to_owned(), value.to_owned()]));
        };
        option("--target", Some(self.target.as_str()).filter(|target| *target != "mock"));
        option("--server", server);
        option("--behavior", self.behavior.as_deref());
        option("--driver", Some(driver).filter(|driver| *driver != AUTO));
        option("--ca", self.ca.as_deref());
        option("--fixtures", self.fixtures.as_deref());
        option("--snapshots", self.snapshots.as_deref());
        option("--report-dir", self.report_dir.as_deref());
        if self.require_browser {
            words.push("--require-browser".to_owned());
        }
        let words: Vec<String> = words.iter().map(|word| shell_quoted(word)).collect();
        words.join(" ")
    }
}

/// A word as a POSIX shell reads it.
#[must_use]
pub fn shell_quoted(word: &str) -> String {
    let plain =
        |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | '/' | ':' | '@' | '%' | '+' | ',' | '=');
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scenario_is_repeated_with_every_option_of_the_run() {
        let invocation = Invocation {
            target: "./my targets/shop's.toml".to_owned(),
            fixtures: Some("docs".to_owned()),
            server: Some("payments".to_owned()),
            snapshots: Some("tokens".to_owned()),
            behavior: Some("openid".to_owned()),
            driver: "both".to_owned(),
            require_browser: true,
            ca: Some("ca.pem".to_owned()),
            report_dir: Some("out".to_owned()),
            selection: vec!["code.*".to_owned(), "--not".to_owned(), "code.pkce".to_owned()],
        };
        let options = r"--ca ca.pem --fixtures docs --snapshots tokens --report-dir out --require-browser";
        assert_eq!(
            invocation.scenario("code.reuse", "http", Some("payments")),
            format!(
                r"harness run code.reuse --target './my targets/shop'\''s.toml' --server payments --behavior openid --driver http {options}"
            )
        );
        assert!(invocation.scenario("code.reuse", "browser", None).contains(" --driver browser "));
        assert_eq!(
            invocation.whole(),
            format!(
                r"harness run 'code.*' --not code.pkce --target './my targets/shop'\''s.toml' --server payments --behavior openid --driver both {options}"
            )
        );
    }

    #[test]
    fn a_run_with_the_default_options_is_repeated_without_options() {
        let invocation = Invocation { target: "mock".to_owned(), driver: "auto".to_owned(), ..Invocation::default() };
        assert_eq!(invocation.scenario("browser.code", "browser", None), "harness run browser.code");
        assert_eq!(invocation.whole(), "harness run");
    }
}

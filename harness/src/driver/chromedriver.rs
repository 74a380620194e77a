//! Finds, starts and stops chromedriver and the browser.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;

use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};
use tokio::sync::Semaphore;

/// The number of simultaneous sessions.
const SESSIONS: usize = 2;

/// Why the browser is not available.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Missing {
    #[error("no {what} found: install it, or name it in the environment variable {variable}")]
    Program { what: &'static str, variable: &'static str },
    #[error("chromedriver did not start: {0}")]
    Start(String),
}

/// What the browser and ChromeDriver say about their versions.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct BrowserVersions {
    pub browser: String,
    pub driver: String,
}

impl BrowserVersions {
    /// Whether both have the same main version, as ChromeDriver demands. Unknown versions are not compared.
    #[must_use]
    pub fn match_each_other(&self) -> bool {
        let main =
            |text: &str| text.split(|c: char| !c.is_ascii_digit()).find(|part| !part.is_empty()).map(str::to_owned);
        match (main(&self.browser), main(&self.driver)) {
            (Some(browser), Some(driver)) => browser == driver,
            _ => true,
        }
    }
}

/// Asks both programs for their versions.
///
/// # Errors
/// When one is missing or does not run.
pub async fn browser_versions() -> Result<BrowserVersions, Missing> {
    let (driver, browser) = programs()?;
    Ok(BrowserVersions { browser: version(&browser).await?, driver: version(&driver).await? })
}

/// Name and version of a program: its first two or three words.
async fn version(program: &Path) -> Result<String, Missing> {
    let failed = |reason: String| Missing::Start(format!("{}: {reason}", program.display()));
    let output = Command::new(program).arg("--version").output().await.map_err(|error| failed(error.to_string()))?;
    let text = String::from_utf8_lossy(&output.stdout);
    let words: Vec<&str> = text.split_whitespace().collect();
    let end =
        words.iter().position(|word| word.starts_with(|c: char| c.is_ascii_digit())).map_or(words.len(), |at| at + 1);
    if words.is_empty() { Err(failed("no version".to_owned())) } else { Ok(words[..end].join(" ")) }
}

/// The paths of ChromeDriver and of the browser.
fn programs() -> Result<(PathBuf, PathBuf), Missing> {
    let driver = find("CHROMEDRIVER", "chromedriver", &["chromedriver"])?;
    Ok((driver, find("CHROMIUM", "Chromium", &["chromium", "chromium-browser", "google-chrome"])?))
}

/// A running chromedriver in its own process group.
#[derive(Debug)]
pub struct Chromedriver {
    address: String,
    browser: PathBuf,
    process: Child,
    pub(super) sessions: Arc<Semaphore>,
}

impl Chromedriver {
    /// Finds and starts it.
    ///
    /// # Errors
    /// When chromedriver or the browser is missing, or doesn't start.
    pub async fn start() -> Result<Self, Missing> {
        let (driver, browser) = programs()?;
        let failed = |error: std::io::Error| Missing::Start(error.to_string());
        let mut process = Command::new(driver)
            .arg("--port=0")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .stdin(Stdio::null())
            // Its browsers are in the same group, so one signal stops all.
            .process_group(0)
            .kill_on_drop(true)
            .spawn()
            .map_err(failed)?;
        let output = process.stdout.take().ok_or_else(|| Missing::Start("no output".to_owned()))?;
        let mut lines = BufReader::new(output).lines();
        let port = loop {
            match lines.next_line().await.map_err(failed)? {
                Some(line) => match port_in(&line) {
                    Some(port) => break port,
                    None => continue,
                },
                None => return Err(Missing::Start("no port in its output".to_owned())),
            }
        };
        // Read its output, so that the pipe does not fill up.
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        Ok(Self {
            address: format!("http://127.0.0.1:{port}"),
            browser,
            process,
            sessions: Arc::new(Semaphore::new(SESSIONS)),
        })
    }

    /// Its address, for WebDriver clients.
    #[must_use]
    pub fn address(&self) -> &str {
        &self.address
    }

    /// The path of the browser.
    #[must_use]
    pub fn browser(&self) -> &Path {
        &self.browser
    }
}

impl Drop for Chromedriver {
    /// Stops it and all its browsers.
    fn drop(&mut self) {
        if let Some(group) = self.process.id() {
            let _ = std::process::Command::new("kill").args(["-KILL", "--", &format!("-{group}")]).status();
        }
    }
}

fn port_in(line: &str) -> Option<u16> {
    line.strip_prefix("ChromeDriver was started successfully on port ")?.trim_end_matches('.').parse().ok()
}

fn find(variable: &'static str, what: &'static str, names: &[&str]) -> Result<PathBuf, Missing> {
    let missing = Missing::Program { what, variable };
    if let Some(named) = std::env::var_os(variable).filter(|named| !named.is_empty()) {
        let named = PathBuf::from(named);
        return if named.is_file() { Ok(named) } else { Err(missing) };
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    names
        .iter()
        .flat_map(|name| folders.iter().map(move |folder| folder.join(name)))
        .find(|candidate| candidate.is_file())
        .ok_or(missing)
}

#[cfg(test)]
mod tests {
    use super::{BrowserVersions, port_in};

    #[test]
    fn only_the_main_versions_have_to_be_equal() {
        let versions = |browser: &str, driver: &str| {
            BrowserVersions { browser: browser.to_owned(), driver: driver.to_owned() }.match_each_other()
        };
        assert!(versions("Chromium 142.0.7444.175", "ChromeDriver 142.0.7444.59"));
        assert!(!versions("Chromium 142.0.7444.175", "ChromeDriver 141.0.1.1"));
        assert!(versions("Chromium", "ChromeDriver 141.0.1.1"));
    }

    #[test]
    fn the_port_is_read_from_the_output() {
        assert_eq!(port_in("ChromeDriver was started successfully on port 35467."), Some(35467));
        assert_eq!(port_in("Please see https://chromedriver.chromium.org/security-considerations"), None);
    }
}

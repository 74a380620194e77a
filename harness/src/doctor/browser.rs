//! The browser and ChromeDriver: found, of the same version, and able to start.

use std::sync::Arc;

use super::report_line::Lines;
use crate::driver::{BrowserDriver, Chromedriver, Listener, Trust, browser_versions};
use crate::exit::Exit;
use crate::record::Recorder;
use crate::record::scrub::Scrubber;

const SUBJECT: &str = "browser";

/// Finds both programs, compares their versions and opens a session.
pub(super) async fn examine(lines: &mut Lines<'_>) {
    let versions = match browser_versions().await {
        Ok(versions) => versions,
        Err(missing) => {
            let fix = "install Chromium and ChromeDriver of one version, or use --driver http";
            return lines.problem(Exit::Unreachable, SUBJECT, missing.to_string(), fix);
        }
    };
    if !versions.match_each_other() {
        let text = format!("{} and {} are different versions", versions.browser, versions.driver);
        let fix = "install both in the same version, or name them in CHROMIUM and CHROMEDRIVER";
        return lines.problem(Exit::Unreachable, SUBJECT, text, fix);
    }
    match session().await {
        Ok(()) => lines.sound(SUBJECT, format!("{} and {} start", versions.browser, versions.driver)),
        Err(reason) => {
            let fix = "start the browser by hand to see what it lacks, or use --driver http";
            lines.problem(Exit::Unreachable, SUBJECT, reason, fix);
        }
    }
}

async fn session() -> Result<(), String> {
    let chromedriver = Chromedriver::start().await.map_err(|missing| missing.to_string())?;
    let listener = Listener::start(0).await.map_err(|error| error.to_string())?;
    let recorder = Recorder::new(Scrubber::default());
    let mut driver =
        BrowserDriver::new(Arc::new(chromedriver), Arc::new(listener), Vec::new(), recorder, Trust::default());
    let started = driver.start().await.map_err(|error| error.to_string());
    driver.close().await;
    started
}

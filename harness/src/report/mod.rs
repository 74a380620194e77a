//! Reports: terminal, JUnit XML, JSON, Markdown and HTML. They read only the record.

mod condense;
mod diagram;
mod html;
mod junit;
mod markdown;
mod terminal;

use std::io;
use std::path::{Path, PathBuf};

use crate::record::run::{RunRecord, SCHEMA};

use self::condense::{MAX_WHOLE, condensed};

pub use terminal::{Terminal, summary};

/// The files of a report.
#[derive(Clone, Debug)]
pub struct Files {
    pub html: PathBuf,
    pub junit: PathBuf,
    pub json: PathBuf,
    pub markdown: PathBuf,
}

/// The path of the record of the last run.
#[must_use]
pub fn last_run(folder: &Path) -> PathBuf {
    folder.join("run.json")
}

/// Reads the record of a run.
///
/// # Errors
/// When the text is not a record, or one of another version.
pub fn read(text: &str) -> Result<RunRecord, String> {
    #[derive(serde::Deserialize)]
    struct Version {
        schema: String,
    }
    let Version { schema } = serde_json::from_str(text).map_err(|error| error.to_string())?;
    if schema != SCHEMA {
        return Err(format!("the record has the schema {schema}, expected {SCHEMA}; run again"));
    }
    serde_json::from_str(text).map_err(|error| error.to_string())
}

/// Writes all files.
///
/// # Errors
/// When the folder can't be written.
pub fn write(run: &RunRecord, folder: &Path) -> io::Result<Files> {
    std::fs::create_dir_all(folder)?;
    let files = Files {
        html: folder.join("index.html"),
        junit: folder.join("junit.xml"),
        json: last_run(folder),
        markdown: folder.join("summary.md"),
    };
    let stored = stored(run);
    std::fs::write(&files.json, lines(&stored)?)?;
    std::fs::write(&files.junit, junit::render(run).map_err(io::Error::other)?)?;
    std::fs::write(&files.markdown, markdown::render(run))?;
    std::fs::write(&files.html, html::render(run, &stored)?)?;
    Ok(files)
}

/// The run as it is stored: scenarios with an expected result are condensed.
fn stored(run: &RunRecord) -> RunRecord {
    let mut whole = 0;
    let scenarios = run.scenarios.iter().map(|scenario| {
        whole += usize::from(scenario.state.is_bad());
        if scenario.state.is_bad() && whole <= MAX_WHOLE { scenario.clone() } else { condensed(scenario) }
    });
    let scenarios = scenarios.collect();
    RunRecord { scenarios, ..run.clone() }
}

/// The record as JSON with a line for each scenario.
fn lines(run: &RunRecord) -> io::Result<String> {
    let head = serde_json::to_string(&RunRecord { scenarios: Vec::new(), ..run.clone() })?;
    let scenarios: Vec<String> = run.scenarios.iter().map(serde_json::to_string).collect::<Result<_, _>>()?;
    let end = "\"scenarios\":[]}";
    let head = head.strip_suffix(end).ok_or_else(|| io::Error::other("scenarios are not the last member"))?;
    Ok(format!("{head}\"scenarios\":[\n{}\n]}}\n", scenarios.join(",\n")))
}

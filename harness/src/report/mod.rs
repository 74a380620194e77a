//! Reports: terminal, JUnit XML, JSON, Markdown and HTML. They read only the record.

mod html;
mod junit;
mod markdown;
mod terminal;

use std::io;
use std::path::{Path, PathBuf};

use crate::record::run::RunRecord;

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
    let json = serde_json::to_string_pretty(run).map_err(io::Error::other)?;
    std::fs::write(&files.json, json + "\n")?;
    std::fs::write(&files.junit, junit::render(run).map_err(io::Error::other)?)?;
    std::fs::write(&files.markdown, markdown::render(run))?;
    std::fs::write(&files.html, html::render(run).map_err(io::Error::other)?)?;
    Ok(files)
}

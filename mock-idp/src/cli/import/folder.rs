//! A folder with answers: each file is the answer of the path that is its name, or a tape.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use mock_idp_core::transfer::{Tape, TapeCall};
use serde_json::Value;

use super::found::FoundList;
use crate::cli::failure::Failure;

/// Answers by their path, one for each page.
#[derive(Debug, Default)]
pub(super) struct Folder {
    has_files: bool,
    pages: BTreeMap<String, Vec<Value>>,
    /// The paths of operations that the recorded orgs are not licensed for.
    not_licensed: Vec<String>,
}

impl Folder {
    pub(super) fn read(root: &Path) -> Result<Self, Failure> {
        let mut folder = Self::default();
        folder.read_folder(root, "")?;
        if !folder.has_files {
            return Err(Failure::invalid(format!("{} has no *.json and *.jsonl files", root.display())));
        }
        Ok(folder)
    }

    fn read_folder(&mut self, folder: &Path, path: &str) -> Result<(), Failure> {
        let failed = |error| Failure::invalid(format!("{} cannot be read: {error}", folder.display()));
        let mut entries: Vec<_> = fs::read_dir(folder).and_then(Iterator::collect).map_err(failed)?;
        entries.sort_by_key(fs::DirEntry::file_name);
        for entry in entries {
            let (file, name) = (entry.path(), entry.file_name().to_string_lossy().into_owned());
            if file.is_dir() {
                self.read_folder(&file, &format!("{path}/{name}"))?;
            } else if let Some(name) = name.strip_suffix(".json") {
                self.has_files = true;
                let answer = parse(&read_text(&file)?, &file, 1)?;
                self.pages.entry(format!("{path}/{name}")).or_default().push(answer);
            } else if name.ends_with(".jsonl") {
                self.has_files = true;
                self.read_recording(&file)?;
            }
        }
        Ok(())
    }

    /// The org as it was before the tape.
    fn read_recording(&mut self, file: &Path) -> Result<(), Failure> {
        let text = read_text(file)?;
        let mut tape = Tape::default();
        for (index, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
            let call = parse(line, file, index + 1)?;
            let body = |name: &str| serde_json::from_str(call[name].as_str().unwrap_or_default()).unwrap_or_default();
            tape.add(TapeCall {
                method: call["method"].as_str().unwrap_or_default(),
                target: call["path"].as_str().unwrap_or_default(),
                status: call["status"].as_u64().unwrap_or_default(),
                request: body("request"),
                answer: body("answer"),
            });
        }
        let (pages, not_licensed) = tape.into_pages();
        for (path, found) in pages {
            self.pages.entry(path).or_default().extend(found);
        }
        self.not_licensed.extend(not_licensed);
        Ok(())
    }

    pub(super) fn pages(&self, path: &str) -> FoundList {
        match self.pages.get(path) {
            Some(pages) => FoundList::Pages(pages.clone()),
            None if self.not_licensed.iter().any(|refused| is_below(refused, path)) => FoundList::NotLicensed,
            None => FoundList::Refused("the folder does not have it".to_owned()),
        }
    }
}

/// Whether a path is that of a list, or of something in it.
fn is_below(path: &str, list: &str) -> bool {
    path.strip_prefix(list).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

fn read_text(file: &Path) -> Result<String, Failure> {
    fs::read_to_string(file).map_err(|error| Failure::invalid(format!("{} cannot be read: {error}", file.display())))
}

fn parse(text: &str, file: &Path, line: usize) -> Result<Value, Failure> {
    let invalid = |error: serde_json::Error| {
        let (line, column) = (line + error.line() - 1, error.column());
        Failure::invalid(format!("{}:{line}:{column}: {error}", file.display()))
    };
    serde_json::from_str(text).map_err(invalid)
}

//! A folder with answers: each file is the answer of the path that is its name, or a recording.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use indexmap::IndexMap;
use serde_json::Value;

use super::found::FoundList;
use crate::cli::failure::Failure;

/// Answers by their path; those of a recording by path and query, the last one of each, in the order of the recording.
#[derive(Debug, Default)]
pub(super) struct Folder(BTreeMap<String, IndexMap<String, Value>>);

impl Folder {
    pub(super) fn read(root: &Path) -> Result<Self, Failure> {
        let mut folder = Self::default();
        folder.read_folder(root, "")?;
        if folder.0.is_empty() {
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
                let answer = parse(&read_text(&file)?, &file, 1)?;
                self.add(&format!("{path}/{name}"), "", answer);
            } else if name.ends_with(".jsonl") {
                self.read_recording(&file)?;
            }
        }
        Ok(())
    }

    /// The successful answers to GET.
    fn read_recording(&mut self, file: &Path) -> Result<(), Failure> {
        let text = read_text(file)?;
        for (index, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
            let exchange = parse(line, file, index + 1)?;
            let is_read = exchange["method"] == "GET" && exchange["status"] == 200;
            if let Some(path) = exchange["path"].as_str().filter(|_| is_read) {
                let (path, query) = path.split_once('?').unwrap_or((path, ""));
                let answer = exchange["answer"].as_str().unwrap_or_default();
                self.add(path, query, serde_json::from_str(answer).unwrap_or_default());
            }
        }
        Ok(())
    }

    fn add(&mut self, path: &str, query: &str, answer: Value) {
        self.0.entry(path.to_owned()).or_default().insert(query.to_owned(), answer);
    }

    pub(super) fn pages(&self, path: &str) -> FoundList {
        match self.0.get(path) {
            Some(pages) => FoundList::Pages(pages.values().cloned().collect()),
            None => FoundList::Refused("the folder does not have it".to_owned()),
        }
    }
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

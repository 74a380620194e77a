//! Reads all lists of a source.

use std::collections::BTreeMap;

use mock_idp_core::transfer::{ApiAnswers, ApiList, LeftOut, WALK, not_read};
use serde_json::Value;

use super::found::FoundList;
use super::source::Source;
use crate::cli::failure::Failure;
use crate::cli::output::print_error;

/// The answers of a source, and the lists that it does not have.
pub(super) fn read(source: &mut Source) -> Result<(ApiAnswers, Vec<LeftOut>), Failure> {
    let mut reading = ListReading { source, answers: ApiAnswers::default(), refused: BTreeMap::new() };
    for list in WALK {
        let objects = reading.list(list, &[])?;
        if reading.source.is_live() {
            print_error(&format!("{}: {objects}\n", list.name));
        }
    }
    if reading.source.is_live() && reading.answers.list("/api/v1/users").is_empty() {
        return Err(Failure::invalid("the org has no users: it is not an org of Okta, or the token may not read them"));
    }
    let ListReading { answers, refused, .. } = reading;
    let refused = refused.into_iter().map(|(name, (times, reason))| LeftOut {
        kind: name,
        name: String::new(),
        member: if times > 1 { format!("{times} lists") } else { String::new() },
        reason,
    });
    Ok((answers, refused.chain(not_read()).collect()))
}

struct ListReading<'s> {
    source: &'s mut Source,
    answers: ApiAnswers,
    /// The lists that were refused: how often, and why the first time.
    refused: BTreeMap<&'static str, (usize, String)>,
}

impl ListReading<'_> {
    /// Reads a list and those below it. Returns the number of its objects.
    fn list(&mut self, list: &'static ApiList, keys: &[&str]) -> Result<usize, Failure> {
        let path = list.path_of(keys);
        let pages = match self.source.pages(list, &path)? {
            FoundList::Pages(pages) => pages,
            FoundList::NotLicensed => {
                self.answers.add_not_licensed(&path);
                return Ok(self.refuse(list, "the org is not licensed for it".to_owned()));
            }
            FoundList::Refused(reason) => return Ok(self.refuse(list, reason)),
        };
        let objects: Vec<Value> = pages.into_iter().flat_map(|page| objects(list, page)).collect();
        self.answers.add(&path, objects.iter().cloned());
        for object in &objects {
            let Some(key) = (list.key)(object) else { continue };
            let keys: Vec<&str> = keys.iter().copied().chain([key]).collect();
            for below in list.below.iter().filter(|below| (below.of)(object)) {
                self.list(below, &keys)?;
            }
        }
        Ok(objects.len())
    }

    /// Notes that a list was not read. Returns the number of its objects.
    fn refuse(&mut self, list: &'static ApiList, reason: String) -> usize {
        let (times, _) = self.refused.entry(list.name).or_insert((0, reason));
        *times += 1;
        0
    }
}

/// The objects of an answer.
fn objects(list: &ApiList, answer: Value) -> Vec<Value> {
    let answer = match list.member {
        Some(member) if answer.is_object() => answer[member].clone(),
        _ => answer,
    };
    match answer {
        Value::Array(objects) => objects,
        Value::Null => Vec::new(),
        object => vec![object],
    }
}

//! Removes what refers to nothing or is out of bounds, so that a mock starts with the document.

use std::collections::{BTreeMap, HashMap};

use serde_json::{Value, json};

use super::super::left_out::{LeftOut, name};
use crate::org::{Document, Org, Problems};

/// How often the rest of a document is checked again.
const MAX_ROUNDS: usize = 50;

/// The largest valid part of a document. What it lacks is added to the list.
///
/// # Errors
/// A problem that is not in an object of a list.
pub(super) fn fitting(document: Document, left_out: &mut Vec<LeftOut>) -> Result<Document, Problems> {
    let mut problems = match Org::from_document(document.clone()) {
        Ok(_) => return Ok(document),
        Err(problems) => problems,
    };
    let mut rest = json!(document);
    // A place that has a problem again after it was removed: more is removed then.
    let mut tried: HashMap<String, usize> = HashMap::new();
    for _ in 0..MAX_ROUNDS {
        for (place, reason) in places(&problems) {
            let times = tried.entry(place.clone()).or_default();
            loop {
                let removed = shortened(&place, *times).ok_or_else(|| problems.clone())?;
                *times += 1;
                if let Some(object) = take(&mut rest, removed) {
                    left_out.push(description(&object, removed, &reason));
                    break;
                }
            }
        }
        let document: Document = match serde_json::from_value(rest.clone()) {
            Ok(document) => document,
            Err(_) => return Err(problems),
        };
        match Org::from_document(document.clone()) {
            Ok(_) => return Ok(document),
            Err(others) => problems = others,
        }
    }
    Err(problems)
}

/// The places of the problems with their reasons, the last element of a list first: removing one does not move those before.
fn places(problems: &Problems) -> Vec<(String, String)> {
    let by_place: BTreeMap<Vec<Segment>, &str> =
        problems.0.iter().map(|problem| (segments(&problem.path), problem.message.as_str())).collect();
    let text = |place: &[Segment]| place.iter().map(|segment| format!("/{}", segment.text)).collect::<String>();
    by_place.iter().rev().map(|(place, reason)| (text(place), (*reason).to_owned())).collect()
}

#[derive(Eq, Ord, PartialEq, PartialOrd)]
struct Segment {
    index: Option<usize>,
    text: String,
}

fn segments(pointer: &str) -> Vec<Segment> {
    let parts = pointer.split('/').skip(1);
    parts.map(|part| Segment { index: part.parse().ok(), text: part.to_owned() }).collect()
}

/// The place without its last segments. What is left names at least an object of a list.
fn shortened(place: &str, times: usize) -> Option<&str> {
    let mut place = place;
    for _ in 0..times {
        place = place.rsplit_once('/')?.0;
    }
    (place.matches('/').count() >= 2).then_some(place)
}

/// Removes a value. Returns the document's object that it was in, as it was before; `None` if there is no such value, or if the object
/// cannot be without it.
fn take(document: &mut Value, place: &str) -> Option<Value> {
    let own = own_place(place);
    let object = document.pointer(&own)?.clone();
    let mut changed = object.clone();
    if place.len() > own.len() {
        remove(&mut changed, &place[own.len()..])?;
        if !is_readable(&own, &changed) {
            return None;
        }
        *document.pointer_mut(&own)? = changed;
    } else {
        remove(document, place)?;
    }
    Some(object)
}

/// Whether an object of a list can be read.
fn is_readable(own: &str, object: &Value) -> bool {
    let mut segments = own.split('/').skip(1);
    let document = match (segments.next(), segments.next()) {
        (Some("directory"), Some(kind)) => json!({ "directory": { kind: [object] } }),
        (Some(list), _) => json!({ list: [object] }),
        _ => return false,
    };
    serde_json::from_value::<Document>(document).is_ok()
}

/// The place of the document's object that a place is in.
fn own_place(place: &str) -> String {
    let segments: Vec<&str> = place.split('/').skip(1).collect();
    let depth = if segments.first() == Some(&"directory") { 3 } else { 2 };
    segments.iter().take(depth).map(|segment| format!("/{segment}")).collect()
}

fn remove(value: &mut Value, place: &str) -> Option<Value> {
    let (parent, last) = place.rsplit_once('/')?;
    match value.pointer_mut(parent)? {
        Value::Object(members) => members.shift_remove(&last.replace("~1", "/").replace("~0", "~")),
        Value::Array(elements) => {
            let index = last.parse::<usize>().ok().filter(|index| *index < elements.len())?;
            Some(elements.remove(index))
        }
        _ => None,
    }
}

/// The object, and the member in it.
fn description(object: &Value, place: &str, reason: &str) -> LeftOut {
    let own = own_place(place);
    let list = own.rsplit('/').nth(1).unwrap_or_default();
    let member = place[own.len()..].trim_start_matches('/').replace('/', ".");
    LeftOut::new(kind(list), name(object), member, reason)
}

/// What a report calls the objects of a list of the document.
fn kind(list: &str) -> &'static str {
    const KINDS: [(&str, &str); 6] = [
        ("users", "user"),
        ("groups", "group"),
        ("apps", "app"),
        ("authorizationServers", "authorization server"),
        ("globalSessionPolicies", "global session policy"),
        ("trustedOrigins", "trusted origin"),
    ];
    KINDS.iter().find(|(key, _)| *key == list).map_or("directory object", |(_, kind)| kind)
}

//! What an import or export could not take over.

use serde::Serialize;
use serde_json::Value;

/// Something that is not in the result.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct LeftOut {
    /// What the object is: `user`, `app` …
    pub kind: &'static str,
    /// Its name, else its id. Empty if all objects of the kind are meant.
    pub name: String,
    /// The member; empty if the whole object is left out.
    pub member: String,
    pub reason: String,
}

impl LeftOut {
    pub(super) fn new(
        kind: &'static str,
        name: impl Into<String>,
        member: impl Into<String>,
        reason: impl Into<String>,
    ) -> Self {
        Self { kind, name: name.into(), member: member.into(), reason: reason.into() }
    }

    /// One line for each kind, member and reason, with the number of objects and the names of the first ones.
    #[must_use]
    pub fn lines(all: &[Self]) -> Vec<String> {
        const NAMES: usize = 3;
        let mut groups: Vec<(&Self, Vec<&str>)> = Vec::new();
        for one in all {
            let same = |(first, _): &&mut (&Self, Vec<&str>)| {
                (first.kind, &first.member, &first.reason) == (one.kind, &one.member, &one.reason)
            };
            match groups.iter_mut().find(same) {
                Some((_, names)) => names.push(&one.name),
                None => groups.push((one, vec![&one.name])),
            }
        }
        let line = |(first, names): (&Self, Vec<&str>)| {
            let member = if first.member.is_empty() { String::new() } else { format!(", {}", first.member) };
            let named = match names.as_slice() {
                [""] => first.kind.to_owned(),
                [name] => format!("{} {name}", first.kind),
                [..] => {
                    let shown = names.iter().take(NAMES).copied().collect::<Vec<_>>().join(", ");
                    let more = if names.len() > NAMES { ", …" } else { "" };
                    format!("{} of type {} ({shown}{more})", names.len(), first.kind)
                }
            };
            format!("{named}{member}: {}", first.reason)
        };
        groups.into_iter().map(line).collect()
    }
}

/// What people call an object.
pub(super) fn name(object: &Value) -> &str {
    let pointers = ["/profile/login", "/profile/name", "/label", "/name", "/primary/name", "/id"];
    pointers.iter().find_map(|pointer| object.pointer(pointer)?.as_str()).unwrap_or_default()
}

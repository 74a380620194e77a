//! The input files under `fixtures/expressions`: an expression, its subject and the expected result.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use indexmap::IndexMap;
use mock_idp_core::expression::{GroupView, Relation, Roots, Value};
use serde::Deserialize;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// One case; its format is described in `fixtures/expressions/README.md`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct ExpressionCase {
    pub(crate) expression: String,
    #[serde(flatten)]
    pub(crate) outcome: ExpressionOutcome,
    /// Where the example is documented.
    #[expect(dead_code, reason = "for readers")]
    source: String,
    #[expect(dead_code, reason = "for readers")]
    #[serde(default)]
    note: Option<String>,
    /// The name of a file in `subjects`, which `subject` entries here override.
    #[serde(default)]
    like: Option<String>,
    #[serde(default)]
    subject: ExpressionSubject,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum ExpressionOutcome {
    /// The value.
    Result(serde_json::Value),
    /// Part of the evaluation error.
    Fails(String),
    /// Part of the parse error.
    Rejected(String),
}

/// The subject of the expression.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct ExpressionSubject {
    #[serde(default)]
    now: Option<String>,
    #[serde(default)]
    roots: BTreeMap<String, serde_json::Value>,
    #[serde(default)]
    internal: BTreeMap<String, serde_json::Value>,
    /// Related profiles, by the debug form of the relation: `LinkedObject("manager")`.
    #[serde(default)]
    related: BTreeMap<String, serde_json::Value>,
    #[serde(default)]
    groups: Vec<Group>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct Group {
    id: String,
    name: String,
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    source_id: Option<String>,
    #[serde(default)]
    source_name: Option<String>,
    #[serde(default)]
    attributes: IndexMap<String, serde_json::Value>,
}

pub(crate) struct View {
    subject: ExpressionSubject,
    groups: Vec<Arc<GroupView>>,
}

impl View {
    pub(crate) fn new(subject: ExpressionSubject) -> Self {
        let view = |group: &Group| {
            Arc::new(GroupView {
                id: group.id.clone(),
                name: group.name.clone(),
                kind: group.kind.clone(),
                source_id: group.source_id.clone(),
                source_name: group.source_name.clone(),
                attributes: group.attributes.iter().map(|(name, value)| (name.clone(), value.clone().into())).collect(),
            })
        };
        Self { groups: subject.groups.iter().map(view).collect(), subject }
    }
}

impl Roots for View {
    fn root(&self, name: &str) -> Option<Value> {
        self.subject.roots.get(name).cloned().map(Value::from)
    }

    fn groups(&self) -> &[Arc<GroupView>] {
        &self.groups
    }

    fn internal_property(&self, name: &str) -> Option<Value> {
        self.subject.internal.get(name).cloned().map(Value::from)
    }

    fn related(&self, relation: Relation<'_>) -> Option<Value> {
        self.subject.related.get(&format!("{relation:?}")).cloned().map(Value::from)
    }

    fn now(&self) -> i64 {
        self.now_millis() / 1000
    }

    fn now_millis(&self) -> i64 {
        let now = self.subject.now.as_deref().expect("the case needs a time: `now`");
        let now = OffsetDateTime::parse(now, &Rfc3339).expect("`now` is RFC 3339");
        i64::try_from(now.unix_timestamp_nanos() / 1_000_000).expect("in range")
    }
}

pub(crate) fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/expressions")
}

pub(crate) fn cases(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a readable folder") {
        let path = entry.expect("a readable entry").path();
        if path.is_dir() && path.file_name().is_some_and(|name| name != "subjects") {
            cases(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "yaml") {
            found.push(path);
        }
    }
    found.sort();
}

fn read<T: serde::de::DeserializeOwned>(path: &Path) -> Result<T, String> {
    let text = fs::read_to_string(path).map_err(|error| error.to_string())?;
    serde_saphyr::from_str(&text).map_err(|error| error.to_string())
}

/// A case with its subject.
pub(crate) fn load(path: &Path) -> Result<(ExpressionCase, View), String> {
    let mut case: ExpressionCase = read(path)?;
    let mut subject = match &case.like {
        Some(name) => read(&folder().join("subjects").join(format!("{name}.yaml")))?,
        None => ExpressionSubject::default(),
    };
    let ExpressionSubject { now, roots, internal, related, groups } = std::mem::take(&mut case.subject);
    subject.now = now.or(subject.now);
    subject.roots.extend(roots);
    subject.internal.extend(internal);
    subject.related.extend(related);
    subject.groups.extend(groups);
    Ok((case, View::new(subject)))
}

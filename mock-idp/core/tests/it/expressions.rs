//! Runs every file under `fixtures/expressions`: one expression, what it may see, and what must come out.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use indexmap::IndexMap;
use mock_idp_core::expression::{Expression, GroupView, Relation, Roots, Value};
use serde::Deserialize;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// One case; its format is described in `fixtures/expressions/README.md`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Case {
    expression: String,
    #[serde(flatten)]
    outcome: Outcome,
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
    subject: Subject,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
enum Outcome {
    /// The value.
    Result(serde_json::Value),
    /// Part of the evaluation error.
    Fails(String),
    /// Part of the parse error.
    Rejected(String),
}

/// What the expression can see.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Subject {
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
struct Group {
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

struct View {
    subject: Subject,
    groups: Vec<GroupView>,
}

impl View {
    fn new(subject: Subject) -> Self {
        let view = |group: &Group| GroupView {
            id: group.id.clone(),
            name: group.name.clone(),
            kind: group.kind.clone(),
            source_id: group.source_id.clone(),
            source_name: group.source_name.clone(),
            attributes: group.attributes.iter().map(|(name, value)| (name.clone(), value.clone().into())).collect(),
        };
        Self { groups: subject.groups.iter().map(view).collect(), subject }
    }
}

impl Roots for View {
    fn root(&self, name: &str) -> Option<Value> {
        self.subject.roots.get(name).cloned().map(Value::from)
    }

    fn groups(&self) -> &[GroupView] {
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

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/expressions")
}

fn cases(folder: &Path, found: &mut Vec<PathBuf>) {
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

fn check(path: &Path) -> Result<(), String> {
    let case: Case = read(path)?;
    let mut subject = match &case.like {
        Some(name) => read(&folder().join("subjects").join(format!("{name}.yaml")))?,
        None => Subject::default(),
    };
    let Subject { now, roots, internal, related, groups } = case.subject;
    subject.now = now.or(subject.now);
    subject.roots.extend(roots);
    subject.internal.extend(internal);
    subject.related.extend(related);
    subject.groups.extend(groups);

    let parsed = Expression::parse(&case.expression);
    let outcome = match (&case.outcome, parsed) {
        (Outcome::Rejected(_), parsed) => {
            Outcome::Rejected(parsed.err().map_or(String::new(), |error| error.to_string()))
        }
        (_, Err(error)) => Outcome::Rejected(error.to_string()),
        (_, Ok(expression)) => match expression.evaluate(&View::new(subject)) {
            Ok(value) => Outcome::Result(value.into()),
            Err(error) => Outcome::Fails(error.to_string()),
        },
    };
    let matches = match (&case.outcome, &outcome) {
        (Outcome::Result(wanted), Outcome::Result(value)) => wanted == value,
        (Outcome::Fails(wanted), Outcome::Fails(error)) | (Outcome::Rejected(wanted), Outcome::Rejected(error)) => {
            error.contains(wanted.as_str()) && !wanted.is_empty()
        }
        _ => false,
    };
    if matches {
        Ok(())
    } else {
        Err(format!("{}\n  wanted {:?}\n  found  {outcome:?}", case.expression, case.outcome))
    }
}

#[test]
fn every_input_file_has_its_documented_outcome() {
    let mut paths = Vec::new();
    cases(&folder(), &mut paths);
    assert!(paths.len() > 100, "only {} input files", paths.len());
    let failures: Vec<String> = (paths.iter())
        .filter_map(|path| check(path).err().map(|failure| format!("{}: {failure}", path.display())))
        .collect();
    assert!(failures.is_empty(), "{} of {} fail:\n{}", failures.len(), paths.len(), failures.join("\n"));
}

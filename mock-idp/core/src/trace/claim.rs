//! Notes about claims: the source of each, or why it is absent.

use std::borrow::Cow;
use std::sync::Arc;

use serde::Serialize;
use serde_json::{Map, Value, json};

/// The longest value that a note keeps whole, in bytes of JSON.
const MAX_VALUE: usize = 2_048;

/// One claim of one token.
#[derive(Clone, Debug, PartialEq)]
pub struct ClaimNote {
    pub token: ClaimTarget,
    pub name: Cow<'static, str>,
    pub source: ClaimSource,
    /// The values of the parts of the expression, in the order of evaluation.
    pub steps: Vec<EvaluationStep>,
    /// Its value, or why there is none.
    pub value: Result<Value, Absence>,
}

impl ClaimNote {
    /// About how many bytes of memory it takes.
    pub(super) fn size(&self) -> usize {
        let steps: usize = self.steps.iter().map(|step| size_of::<EvaluationStep>() + value_size(&step.value)).sum();
        size_of::<Self>() + self.name.len() + steps + self.value.as_ref().map_or(0, value_size)
    }
}

pub(super) fn value_size(value: &Value) -> usize {
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) => 0,
        Value::String(text) => text.len(),
        Value::Array(items) => items.iter().map(|item| size_of::<Value>() + value_size(item)).sum(),
        Value::Object(members) => {
            members.iter().map(|(name, value)| 2 * size_of::<Value>() + name.len() + value_size(value)).sum()
        }
    }
}

/// Where a claim is returned.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ClaimTarget {
    AccessToken,
    IdToken,
    Userinfo,
}

impl ClaimTarget {
    /// As text.
    #[must_use]
    pub fn text(self) -> &'static str {
        match self {
            Self::AccessToken => "access token",
            Self::IdToken => "ID token",
            Self::Userinfo => "userinfo",
        }
    }
}

/// Where a claim comes from.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum ClaimSource {
    /// A claim of OpenID Connect, from an attribute of the user's profile; needs a scope.
    Standard { attribute: &'static str, scope: &'static str },
    /// A claim rule with an expression.
    Expression { rule: Arc<str>, text: Arc<str> },
    /// A claim rule that lists groups.
    Groups { rule: Arc<str>, filter: &'static str, operand: Arc<str> },
    /// The app's own groups claim at the org authorization server.
    AppGroups { filter: &'static str, operand: String },
    /// A token inline hook, by its name.
    Hook(String),
}

/// Why a claim is absent.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Absence {
    /// None of these scopes was granted.
    ScopeNotGranted(NeededScopes),
    /// It is at userinfo only, because an access token is returned as well.
    ThinIdToken,
    /// No scope selects it, and such claims are at userinfo only.
    NotRequested,
    /// Null is left out.
    Null,
    /// Its rule is inactive.
    Inactive,
    /// A token inline hook removed it.
    Removed,
    /// It could not be evaluated, and the request failed.
    Failed(String),
}

/// The scopes of which one is needed.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum NeededScopes {
    One(&'static str),
    Any(Arc<[String]>),
}

/// A part of an expression and its value.
#[derive(Clone, Debug, PartialEq)]
pub struct EvaluationStep {
    /// The part, in bytes of the expression's text.
    pub start: usize,
    pub end: usize,
    pub value: Value,
}

impl ClaimSource {
    /// Its public name.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Standard { .. } => "standard",
            Self::Expression { .. } => "expression",
            Self::Groups { .. } => "groups",
            Self::AppGroups { .. } => "app_groups",
            Self::Hook(_) => "inline_hook",
        }
    }

    /// Id of the claim rule, if it has one.
    #[must_use]
    pub fn rule(&self) -> Option<&str> {
        match self {
            Self::Expression { rule, .. } | Self::Groups { rule, .. } => Some(rule),
            Self::Standard { .. } | Self::AppGroups { .. } | Self::Hook(_) => None,
        }
    }

    fn text(&self) -> Cow<'static, str> {
        match self {
            Self::Standard { attribute, scope } => format!("profile attribute `{attribute}`, scope {scope}").into(),
            Self::Expression { text, .. } => format!("expression `{text}`").into(),
            Self::Groups { filter, operand, .. } => format!("groups {filter} `{operand}`").into(),
            Self::AppGroups { .. } => "the app's groups claim".into(),
            Self::Hook(name) => format!("inline hook \"{name}\"").into(),
        }
    }

    fn describe(&self, fields: &mut Map<String, Value>) {
        let mut put = |name: &str, value: Value| _ = fields.insert(name.to_owned(), value);
        put("source", self.name().into());
        match self {
            Self::Standard { attribute, scope } => {
                put("attribute", (*attribute).into());
                put("scope", (*scope).into());
            }
            Self::Expression { rule, text } => {
                put("rule", rule.as_ref().into());
                put("expression", text.as_ref().into());
            }
            Self::Groups { rule, filter, operand } => {
                put("rule", rule.as_ref().into());
                put("filter", (*filter).into());
                put("operand", operand.as_ref().into());
            }
            Self::AppGroups { filter, operand } => {
                put("filter", (*filter).into());
                put("operand", operand.as_str().into());
            }
            Self::Hook(name) => put("hook", name.as_str().into()),
        }
    }
}

impl Absence {
    /// Its public name.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::ScopeNotGranted(_) => "scope_not_granted",
            Self::ThinIdToken => "thin_id_token",
            Self::NotRequested => "no_scope_asks",
            Self::Null => "null",
            Self::Inactive => "inactive",
            Self::Removed => "removed",
            Self::Failed(_) => "failed",
        }
    }

    fn text(&self) -> Cow<'_, str> {
        match self {
            Self::ScopeNotGranted(NeededScopes::One(scope)) => format!("its scope {scope} was not granted").into(),
            Self::ScopeNotGranted(NeededScopes::Any(scopes)) => match &**scopes {
                [scope] => format!("its scope {scope} was not granted").into(),
                scopes => format!("none of its scopes {} was granted", scopes.join(", ")).into(),
            },
            Self::ThinIdToken => "alwaysIncludeInToken is false, and an access token is returned with it".into(),
            Self::NotRequested => "no scope selects it, so that it is at userinfo only".into(),
            Self::Null => "its value is null".into(),
            Self::Inactive => "its rule is inactive".into(),
            Self::Removed => "an inline hook removed it".into(),
            Self::Failed(reason) => reason.into(),
        }
    }
}

impl ClaimNote {
    /// Where it comes from, in words.
    #[must_use]
    pub fn source_text(&self) -> Cow<'static, str> {
        self.source.text()
    }

    /// Where it comes from, or why it is absent, in words.
    #[must_use]
    pub fn text(&self) -> Cow<'_, str> {
        match &self.value {
            Ok(_) => self.source.text(),
            Err(absence) => absence.text(),
        }
    }

    pub(super) fn detail(&self) -> Value {
        let mut fields = Map::new();
        fields.insert("kind".to_owned(), "claim".into());
        fields.insert("token".to_owned(), json!(self.token));
        fields.insert("claim".to_owned(), self.name.as_ref().into());
        self.source.describe(&mut fields);
        if let (ClaimSource::Expression { text, .. }, false) = (&self.source, self.steps.is_empty()) {
            let steps = self.steps.iter().map(|step| json!({"part": step.part(text), "value": step.value}));
            fields.insert("steps".to_owned(), steps.collect());
        }
        match &self.value {
            Ok(value) => fields.insert("value".to_owned(), value.clone()),
            Err(absence) => fields.insert("absent".to_owned(), absence.name().into()),
        };
        Value::Object(fields)
    }
}

impl EvaluationStep {
    /// The text of the part.
    #[must_use]
    pub fn part<'t>(&self, text: &'t str) -> &'t str {
        text.get(self.start..self.end).unwrap_or_default().trim()
    }
}

/// A value for a note: whole, or its beginning if it is long.
#[must_use]
pub fn shortened(value: &Value) -> Value {
    if let Value::Null | Value::Bool(_) | Value::Number(_) = value {
        return value.clone();
    }
    if let Value::String(text) = value
        && text.len() <= MAX_VALUE
    {
        return value.clone();
    }
    let written = value.to_string();
    if written.len() <= MAX_VALUE {
        return value.clone();
    }
    let end = (0..=MAX_VALUE).rev().find(|end| written.is_char_boundary(*end)).unwrap_or(0);
    format!("{}… ({} bytes)", &written[..end], written.len()).into()
}

//! Which targets a document is about.

use serde::Deserialize;

use super::kind::Behavior;
use super::target::Target;

/// The targets that a table or an entry of a list is about.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Applicability {
    /// Names or kinds of targets, or ids of Okta orgs. By default every target.
    pub target: Option<TargetNames>,
    /// Only targets with this behavior.
    pub behavior: Option<Behavior>,
}

/// One name or several.
#[derive(Clone, Debug, Eq, PartialEq, Deserialize)]
#[serde(untagged)]
pub enum TargetNames {
    One(String),
    Some(Vec<String>),
}

impl TargetNames {
    /// The names.
    #[must_use]
    pub fn list(&self) -> &[String] {
        match self {
            Self::One(name) => std::slice::from_ref(name),
            Self::Some(names) => names,
        }
    }
}

impl Applicability {
    /// Why the document is not about this target.
    #[must_use]
    pub fn unmet(&self, target: &Target) -> Option<String> {
        if let Some(names) = self.target.as_ref().map(TargetNames::list)
            && !names.iter().any(|name| target.goes_by(name))
        {
            return Some(format!("needs the target or org {}", names.join(" or ")));
        }
        let behavior = self.behavior.filter(|behavior| *behavior != target.behavior)?;
        Some(format!("needs the behavior {}", behavior.word()))
    }
}

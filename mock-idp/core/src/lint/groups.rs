//! Functions about groups whose constants name no group of the org.

use super::Lint;
use super::expressions::Finding;
use crate::expression::{Expression, Value};
use crate::java_regex::JavaRegex;
use crate::model::{Group, GroupType};

impl Lint<'_> {
    pub(super) fn group_call(&self, text: &str, function: &str, arguments: &[Option<Value>]) -> Option<Finding> {
        let constant = |index: usize| arguments.get(index).and_then(Option::as_ref);
        let string = |index| match constant(index) {
            Some(Value::String(text)) => Some(text.as_str()),
            _ => None,
        };
        match function {
            "isMemberOfGroup" | "isMemberOfAnyGroup" => arguments.iter().flatten().find_map(|id| self.ids(text, id)),
            "getFilteredGroups" => constant(0).and_then(|ids| self.ids(text, ids)).or_else(|| group_format(string(1)?)),
            "isMemberOfGroupName" => self.named(text, string(0)?, "is", |name, wanted| name == wanted),
            "isMemberOfGroupNameStartsWith" => {
                self.named(text, string(0)?, "begins with", |name, start| name.starts_with(start))
            }
            "isMemberOfGroupNameContains" => self.named(text, string(0)?, "contains", |name, part| name.contains(part)),
            "isMemberOfGroupNameRegex" => {
                let pattern = string(0)?;
                let matches = |name: &str, pattern: &str| {
                    JavaRegex::new(pattern).is_ok_and(|regex| regex.matches(name) != Ok(false))
                };
                self.pattern(pattern).or_else(|| self.named(text, pattern, "as a whole matches", matches))
            }
            "Groups.startsWith" | "Groups.endsWith" | "Groups.contains" if is_outside(constant(2)) => {
                let message = "the limit is 1 to 100, so that requests for tokens with the claim fail";
                Some(Finding::new(format!("`{text}`: {message}")))
            }
            "Groups.startsWith" => {
                self.of_app(text, string(0)?, string(1), "begins with", |name, start| name.starts_with(start))
            }
            "Groups.endsWith" => self.of_app(text, string(0)?, string(1), "ends with", |name, end| name.ends_with(end)),
            "Groups.contains" => self.of_app(text, string(0)?, string(1), "contains", |name, part| name.contains(part)),
            "user.getGroups" | "user.isMemberOf" => {
                arguments.iter().flatten().find_map(|criterion| self.criterion(text, criterion))
            }
            _ => None,
        }
    }

    /// A regular expression that cannot be used.
    pub(super) fn pattern(&self, pattern: &str) -> Option<Finding> {
        let reason = JavaRegex::new(pattern).err()?;
        Some(Finding::new(format!("{reason}, so that requests for tokens with the claim fail")))
    }

    /// Constant ids: a text, or a list of texts.
    fn ids(&self, text: &str, ids: &Value) -> Option<Finding> {
        let ids: Vec<&str> = match ids {
            Value::String(ids) => ids.split(',').map(str::trim).collect(),
            Value::List(items) => items
                .iter()
                .filter_map(|id| if let Value::String(id) = id { Some(id.as_str()) } else { None })
                .collect(),
            _ => return None,
        };
        ids.into_iter().find_map(|id| self.id(text, id))
    }

    fn id(&self, text: &str, id: &str) -> Option<Finding> {
        if self.org.group(id).is_some() {
            return None;
        }
        if let Some(named) = self.org.groups().find(|group| group.profile.name == id) {
            let message = format!("`{text}` takes ids of groups, and `{id}` is the name of `{}`", named.id);
            return Some(Finding::new(message));
        }
        let known = self.org.groups().map(|group| group.id.as_str());
        Some(Finding::new(format!("`{text}`: no group has the id `{id}`")).near(id, known))
    }

    fn named(&self, text: &str, wanted: &str, how: &str, matches: fn(&str, &str) -> bool) -> Option<Finding> {
        let mut names = self.org.groups().map(|group| group.profile.name.as_str());
        if names.any(|name| matches(name, wanted)) {
            return None;
        }
        let message = format!("`{text}` is false for all users: the name of no group {how} `{wanted}`");
        Some(Finding::new(message).near(wanted, self.org.groups().map(|group| group.profile.name.as_str())))
    }

    /// Okta: `Groups.startsWith(app, pattern, limit)` and its like ignore case.
    fn of_app(
        &self,
        text: &str,
        app: &str,
        pattern: Option<&str>,
        how: &str,
        matches: fn(&str, &str) -> bool,
    ) -> Option<Finding> {
        let of_okta = app.eq_ignore_ascii_case("OKTA");
        let comes_from = |group: &&Group| match &group.source {
            Some(source) if !of_okta => source.id == app || source.name.as_deref() == Some(app),
            _ => of_okta && group.kind != GroupType::AppGroup,
        };
        let mut names = self.org.groups().filter(comes_from).map(|group| group.profile.name.to_lowercase()).peekable();
        if names.peek().is_none() {
            let sources = self.org.groups().filter_map(|group| group.source.as_ref());
            let known = sources.flat_map(|source| [Some(source.id.as_str()), source.name.as_deref()]).flatten();
            let message = format!("`{text}` is null: no group comes from the app `{app}`");
            return Some(Finding::new(message).near(app, known.chain(["OKTA"])));
        }
        let wanted = pattern?.to_lowercase();
        if names.any(|name| matches(&name, &wanted)) {
            return None;
        }
        let message = format!("`{text}` is null: the name of no group from the app {how} `{}`", pattern?);
        Some(Finding::new(message))
    }

    /// A search criterion of Identity Engine: `{'group.id': {…}}`, `{'group.profile.name': …}`.
    fn criterion(&self, text: &str, criterion: &Value) -> Option<Finding> {
        let Value::Map(entries) = criterion else { return None };
        if let Some(ids) = entries.get("group.id") {
            return self.ids(text, ids);
        }
        let names = entries.get("group.profile.name")?;
        let exact = matches!(entries.get("operator"), Some(Value::String(operator)) if operator == "EXACT");
        let names: Vec<&str> = match names {
            Value::String(name) => vec![name],
            Value::List(names) => names
                .iter()
                .filter_map(|name| if let Value::String(name) = name { Some(name.as_str()) } else { None })
                .collect(),
            _ => return None,
        };
        let found = |wanted: &&str| {
            let wanted = wanted.trim_end_matches('*').trim_end_matches('.');
            let mut groups = self.org.groups();
            groups
                .any(|group| if exact { group.profile.name == wanted } else { group.profile.name.starts_with(wanted) })
        };
        if names.is_empty() || names.iter().any(found) {
            return None;
        }
        let known = self.org.groups().map(|group| group.profile.name.as_str());
        let how = if exact { "is" } else { "begins with" };
        let message =
            format!("`{text}` finds no group: the name of none {how} {}", super::listed(names.iter().copied()));
        Some(Finding::new(message).near(names[0], known))
    }
}

/// Whether a constant is not a limit of the `Groups` functions.
fn is_outside(limit: Option<&Value>) -> bool {
    matches!(limit, Some(Value::Int(limit)) if !(1..=100).contains(limit))
}

/// The format of `getFilteredGroups` is an expression of its own.
fn group_format(format: &str) -> Option<Finding> {
    let error = Expression::parse_group_format(format).err()?;
    let message =
        format!("`{format}` is not a valid group expression, so that requests for tokens with the claim fail: {error}");
    Some(Finding::new(message))
}

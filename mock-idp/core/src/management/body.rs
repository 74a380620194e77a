//! Reading the objects of bodies. A value of another type than Okta documents makes a body not well-formed (`E0000003`); values that
//! break a rule are causes of a validation error (`E0000001`).

use std::ops::RangeInclusive;

use serde_json::{Map, Value};

use super::ApiError;

/// The members of an object in a body. Okta: a member that is null counts as left out.
#[derive(Clone, Copy, Debug)]
pub struct BodyMembers<'a> {
    members: &'a Map<String, Value>,
    /// The path to the object, for reasons.
    path: &'a str,
}

impl<'a> BodyMembers<'a> {
    #[must_use]
    pub fn of(members: &'a Map<String, Value>) -> Self {
        Self { members, path: "" }
    }

    /// A member that is given.
    #[must_use]
    pub fn value(self, name: &str) -> Option<&'a Value> {
        self.members.get(name).filter(|value| !value.is_null())
    }

    /// Whether a member is there, null or not.
    #[must_use]
    pub fn contains(self, name: &str) -> bool {
        self.members.contains_key(name)
    }

    /// A textual member.
    ///
    /// # Errors
    /// Another type.
    pub fn text(self, name: &str) -> Result<Option<&'a str>, ApiError> {
        self.typed(name, "a string", Value::as_str)
    }

    /// # Errors
    /// Another type.
    pub fn boolean(self, name: &str) -> Result<Option<bool>, ApiError> {
        self.typed(name, "a boolean", Value::as_bool)
    }

    /// # Errors
    /// Another type.
    pub fn integer(self, name: &str) -> Result<Option<i64>, ApiError> {
        self.typed(name, "an integer", Value::as_i64)
    }

    /// A member that is an object.
    ///
    /// # Errors
    /// Another type.
    pub fn object(self, name: &'a str) -> Result<Option<BodyMembers<'a>>, ApiError> {
        let members = self.typed(name, "an object", Value::as_object)?;
        Ok(members.map(|members| BodyMembers { members, path: name }))
    }

    /// A member that is a list.
    ///
    /// # Errors
    /// Another type.
    pub fn list(self, name: &str) -> Result<Option<&'a Vec<Value>>, ApiError> {
        self.typed(name, "a list", Value::as_array)
    }

    /// A member that is a list of strings.
    ///
    /// # Errors
    /// Another type.
    pub fn texts(self, name: &str) -> Result<Option<Vec<String>>, ApiError> {
        let texts = |list: &Vec<Value>| -> Option<Vec<String>> {
            list.iter().map(|value| value.as_str().map(str::to_owned)).collect()
        };
        match self.list(name)? {
            None => Ok(None),
            Some(list) => texts(list).map(Some).ok_or_else(|| self.mismatch(name, "a list of strings")),
        }
    }

    /// The members with these names, in this order. Those whose name ends with `?` are null if they are left out, others are not there.
    #[must_use]
    pub fn arranged(self, names: &[&str]) -> Map<String, Value> {
        let mut arranged = Map::new();
        for name in names {
            let (name, shown_as_null) = name.strip_suffix('?').map_or((*name, false), |name| (name, true));
            match self.value(name) {
                Some(value) => _ = arranged.insert(name.to_owned(), value.clone()),
                None if shown_as_null => _ = arranged.insert(name.to_owned(), Value::Null),
                None => {}
            }
        }
        arranged
    }

    /// All members.
    #[must_use]
    pub fn all(self) -> &'a Map<String, Value> {
        self.members
    }

    fn typed<T>(
        self,
        name: &str,
        expected: &str,
        read: impl FnOnce(&'a Value) -> Option<T>,
    ) -> Result<Option<T>, ApiError> {
        match self.value(name) {
            None => Ok(None),
            Some(value) => read(value).map(Some).ok_or_else(|| self.mismatch(name, expected)),
        }
    }

    fn mismatch(self, name: &str, expected: &str) -> ApiError {
        let dot = if self.path.is_empty() { "" } else { "." };
        ApiError::not_well_formed(format!("`{}{dot}{name}` is not {expected}", self.path))
    }
}

/// The causes of a validation error, collected.
#[derive(Debug, Default)]
pub struct Causes(Vec<(String, String)>);

impl Causes {
    /// A problem of a member. The cause is `{member}: {message}`.
    pub fn add(&mut self, member: &str, message: &str) {
        self.0.push((member.to_owned(), format!("{member}: {message}")));
    }

    /// Okta: a required member that is missing or empty. Returns the text, or an empty one.
    pub fn required<'t>(&mut self, member: &str, text: Option<&'t str>) -> &'t str {
        let text = text.unwrap_or_default();
        if text.trim().is_empty() {
            self.add(member, "The field cannot be left blank");
        }
        text
    }

    /// A text whose number of characters has bounds.
    pub fn length(&mut self, member: &str, text: &str, bounds: RangeInclusive<usize>) {
        let count = text.chars().count();
        if count > *bounds.end() {
            self.add(member, "The field is too long");
        } else if count < *bounds.start() {
            self.add(member, "The field is too short");
        }
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// # Errors
    /// The validation error, if there are causes. Okta: its summary names the first member with a problem.
    pub fn into_result(self) -> Result<(), ApiError> {
        let Some((first, _)) = self.0.first() else { return Ok(()) };
        let subject = first.clone();
        Err(ApiError::validation(&subject, self.0.into_iter().map(|(_, cause)| cause).collect()))
    }
}

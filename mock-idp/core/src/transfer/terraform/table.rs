//! A row of the table of resources.

use serde_json::Value;

/// A resource type of the provider.
#[derive(Debug)]
pub(super) struct ResourceType {
    pub(super) name: &'static str,
    /// The list of the API that has the objects. `{}` stands for what the objects belong to, the outermost first.
    pub(super) path: &'static str,
    /// The attributes that `{}` of the path stand for.
    pub(super) parents: &'static [&'static str],
    pub(super) attributes: &'static [AttributeRow],
    /// Members that all objects of the type have in the API, and no attribute.
    pub(super) fixed: &'static [(&'static str, &'static str)],
}

/// An attribute, and where its value stands in an object of the API.
#[derive(Debug)]
pub(super) struct AttributeRow {
    pub(super) name: &'static str,
    /// A JSON pointer.
    pub(super) pointer: &'static str,
    pub(super) form: Form,
}

/// How an attribute writes a value of the API.
#[derive(Clone, Copy, Debug)]
pub(super) enum Form {
    /// The same.
    Same,
    /// The same; an empty text if there is none: the provider demands the attribute.
    RequiredText,
    /// The same; in a configuration what it names are references to other resources.
    Reference,
    /// All members of the object that have no attribute of their own, as a JSON text.
    RestAsJson,
    /// The value as a JSON text.
    Json,
    /// A secret: a variable of the configuration.
    Secret,
    /// `true` for `ACTIVE`.
    IsActive,
    /// A list of objects with one member each: `type`.
    Types,
    /// A list of addresses: CIDR blocks and ranges.
    Addresses,
    /// A list of places: `country` and `region`.
    Locations,
    /// `FILTER` for `GROUPS`.
    GroupsClaimType,
    /// A value that only a state has.
    Computed,
    /// The status of a user, as far as a configuration can demand it.
    UserStatus,
    /// A block with attributes of its own, for an object.
    Block(&'static [AttributeRow]),
    /// The same for each object of a list.
    Blocks(&'static [AttributeRow]),
}

impl AttributeRow {
    /// The value in an object of the API.
    pub(super) fn of<'v>(&self, object: &'v Value) -> Option<&'v Value> {
        object.pointer(self.pointer).filter(|value| !value.is_null())
    }
}

pub(super) const fn same(name: &'static str, pointer: &'static str) -> AttributeRow {
    with(name, pointer, Form::Same)
}

pub(super) const fn required(name: &'static str, pointer: &'static str) -> AttributeRow {
    with(name, pointer, Form::RequiredText)
}

pub(super) const fn with(name: &'static str, pointer: &'static str, form: Form) -> AttributeRow {
    AttributeRow { name, pointer, form }
}

//! Resources whose objects are kept as they are: creating, reading, replacing, removing, activating and deactivating are the same for
//! all of them. What differs is data and a few functions of a [`DirectoryResource`].

mod change;
mod view;

use serde_json::{Map, Value};

use super::{ApiError, Links, ListStyle, ManagementCall, ManagementChange};
use crate::model::{DirectoryKind, DirectoryObject};
use crate::org::Tables;

pub use change::{create, remove, replace, set_status};
pub use view::{find, get, list, list_of_type, show};

/// A resource of the management API.
#[derive(Debug)]
pub struct DirectoryResource {
    pub kind: DirectoryKind,
    /// What Okta calls the type in `E0000007`.
    pub type_name: &'static str,
    /// The members of an answer in their order, without `_links`. Members that are not listed are not accepted.
    pub members: &'static [&'static str],
    pub lifecycle: DirectoryLifecycle,
    pub list: ListStyle,
    /// The path of an object.
    pub path: fn(&DirectoryObject) -> String,
    /// Checks and completes what a body says. `known` is the object that it replaces. Members that Okta computes are not there.
    pub prepare: PrepareObject,
    /// The links of an object; null for one without `_links`.
    pub links: fn(&Tables, ManagementCall<'_>, &DirectoryObject) -> Value,
}

/// Checks and completes the members of an object.
pub type PrepareObject = fn(
    &mut ManagementChange<'_, '_>,
    body: &mut Map<String, Value>,
    known: Option<&DirectoryObject>,
) -> Result<(), ApiError>;

/// What can happen to the status of an object.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum DirectoryLifecycle {
    /// It has none.
    None,
    /// Created ACTIVE, and changed by its operations only.
    ByOperations,
    /// Replacing the object may change it too.
    ByOperationsAndReplacing,
}

/// Members that Okta computes; they are ignored in bodies.
const COMPUTED: [&str; 9] =
    ["id", "created", "createdBy", "lastUpdated", "lastUpdatedBy", "system", "orn", "_links", "_embedded"];

/// The links that most objects have: to itself, and to the operation that changes its status.
#[must_use]
pub fn lifecycle_links(call: ManagementCall<'_>, path: &str, object: &DirectoryObject) -> Value {
    let operation = if object.is_active() { "deactivate" } else { "activate" };
    Links::at(call.base())
        .allowing("self", path, &["GET", "PUT", "DELETE"])
        .allowing(operation, &format!("{path}/lifecycle/{operation}"), &["POST"])
        .into_value()
}

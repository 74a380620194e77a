//! The brands of an org, as they are stored.

use crate::management::ApiError;
use crate::model::{DirectoryKind, DirectoryObject};
use crate::org::{Tables, derived_id};

pub(super) const KIND: DirectoryKind = DirectoryKind::Brand;

/// The id of the brand of the org.
pub(super) fn default_id(org: &Tables) -> String {
    derived_id(KIND.prefix(), &[&org.identity().id, "brand"])
}

/// The brand of the org. It is stored only if it has been changed.
pub(super) fn default_brand(org: &Tables) -> DirectoryObject {
    let id = default_id(org);
    org.object(KIND, &id).cloned().unwrap_or_else(|| {
        let members = [("name", org.identity().name.as_str()), ("locale", "en")];
        let members = members.into_iter().map(|(name, text)| (name.to_owned(), text.into())).collect();
        DirectoryObject { id, owner: String::new(), members }
    })
}

/// The brand with an id.
///
/// # Errors
/// There is none.
pub(super) fn find(org: &Tables, id: &str) -> Result<DirectoryObject, ApiError> {
    if id == default_id(org) {
        return Ok(default_brand(org));
    }
    org.object(KIND, id).cloned().ok_or_else(|| ApiError::not_found(id, "Brand"))
}

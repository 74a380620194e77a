//! Owners of signing keys: apps and identity providers.

use crate::management::ApiError;
use crate::model::{App, DirectoryKind, DirectoryObject};
use crate::org::Tables;

/// What has signing keys.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum KeyOwner {
    App,
    IdentityProvider,
}

impl KeyOwner {
    /// The id of the app or provider.
    ///
    /// # Errors
    /// There is none.
    pub fn find(self, org: &Tables, id: &str) -> Result<String, ApiError> {
        match self {
            Self::App => app(org, id).map(|app| app.id.clone()),
            Self::IdentityProvider => {
                let found = org.object(DirectoryKind::IdentityProvider, id);
                found.map(|provider| provider.id.clone()).ok_or_else(|| ApiError::not_found(id, "IdpAppInstance"))
            }
        }
    }

    /// Its path.
    pub(super) fn path(self, id: &str) -> String {
        match self {
            Self::App => format!("/api/v1/apps/{id}"),
            Self::IdentityProvider => format!("/api/v1/idps/{id}"),
        }
    }
}

/// The app with an id.
pub(super) fn app<'t>(org: &'t Tables, id: &str) -> Result<&'t App, ApiError> {
    org.app(id).ok_or_else(|| ApiError::not_found(id, "AppInstance"))
}

/// The id of an object of an app or provider: a key may belong to several of them.
pub(super) fn owned_id(owner: &str, name: &str) -> String {
    format!("{owner}/{name}")
}

/// An object of an app or provider by its name.
pub(super) fn owned<'t>(
    org: &'t Tables,
    kind: DirectoryKind,
    owner: &str,
    name: &str,
    type_name: &str,
) -> Result<&'t DirectoryObject, ApiError> {
    org.object(kind, &owned_id(owner, name)).ok_or_else(|| ApiError::not_found(name, type_name))
}

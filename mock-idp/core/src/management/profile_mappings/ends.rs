//! The profiles that mappings are between: those of user types, of apps and of identity providers.

use serde_json::{Value, json};

use crate::management::{Links, ManagementCall};
use crate::model::{App, DirectoryObject};

/// One end of a mapping.
#[derive(Clone, Debug)]
pub(super) struct MappingEnd<'t> {
    pub(super) id: &'t str,
    pub(super) profile: MappedProfile<'t>,
}

/// Whose profile it is.
#[derive(Clone, Copy, Debug)]
pub(super) enum MappedProfile<'t> {
    UserType(&'t DirectoryObject),
    App(&'t App),
    IdentityProvider(&'t DirectoryObject),
}

/// What the default mappings of a profile depend on.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum ProfileKind {
    UserType,
    Client,
    OtherApp,
    OidcProvider,
    OtherProvider,
}

impl ProfileKind {
    /// The kind of an end in an answer. Okta: the name of a provider is that of its type.
    pub(super) fn of_answer(end: &Value) -> Self {
        match (end["type"].as_str(), end["name"].as_str().unwrap_or_default()) {
            (Some("user"), _) => Self::UserType,
            (_, "oidc_client") => Self::Client,
            (_, "oidc_idp") => Self::OidcProvider,
            (_, name) if name.ends_with("_idp") => Self::OtherProvider,
            _ => Self::OtherApp,
        }
    }
}

impl<'t> MappingEnd<'t> {
    pub(super) fn kind(&self) -> ProfileKind {
        match self.profile {
            MappedProfile::UserType(_) => ProfileKind::UserType,
            MappedProfile::App(app) if app.is_client() => ProfileKind::Client,
            MappedProfile::App(_) => ProfileKind::OtherApp,
            MappedProfile::IdentityProvider(provider) if provider.text("type") == Some("OIDC") => {
                ProfileKind::OidcProvider
            }
            MappedProfile::IdentityProvider(_) => ProfileKind::OtherProvider,
        }
    }

    pub(super) fn of_user_type(kind: &'t DirectoryObject) -> Self {
        Self { id: &kind.id, profile: MappedProfile::UserType(kind) }
    }

    pub(super) fn of_app(app: &'t App) -> Self {
        Self { id: &app.id, profile: MappedProfile::App(app) }
    }

    pub(super) fn of_identity_provider(provider: &'t DirectoryObject) -> Self {
        Self { id: &provider.id, profile: MappedProfile::IdentityProvider(provider) }
    }

    pub(super) fn is_user_type(&self) -> bool {
        matches!(self.profile, MappedProfile::UserType(_))
    }

    pub(super) fn name(&self) -> &'static str {
        if self.is_user_type() { "user" } else { "app" }
    }

    /// Okta: type and schema by their links.
    pub(super) fn show(&self, call: ManagementCall<'_>) -> Value {
        let (name, kind, own, schema) = match self.profile {
            MappedProfile::UserType(kind) => {
                let schema = kind.id.replacen("oty", "osc", 1);
                let own = format!("/api/v1/meta/types/user/{}", kind.id);
                (kind.name().to_owned(), "user", own, format!("/api/v1/meta/schemas/user/{schema}"))
            }
            MappedProfile::App(app) => (app.name.clone(), "appuser", app_path(&app.id), app_schema_path(&app.id)),
            MappedProfile::IdentityProvider(provider) => {
                let name = format!("{}_idp", provider.text("type").unwrap_or_default().to_lowercase());
                (name, "appuser", app_path(&provider.id), app_schema_path(&provider.id))
            }
        };
        let links = Links::at(call.base()).bare("self", &own).bare("schema", &schema);
        json!({ "id": self.id, "name": name, "type": kind, "_links": links.in_order() })
    }
}

fn app_path(id: &str) -> String {
    format!("/api/v1/apps/{id}")
}

fn app_schema_path(id: &str) -> String {
    format!("/api/v1/meta/schemas/apps/{id}/default")
}

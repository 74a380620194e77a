//! Users that are linked to users of identity providers. Okta: `/api/v1/idps/{id}/users`, `/api/v1/users/{id}/idps`.

use serde_json::{Map, Value, json};

use super::directory;
use super::identity_providers::IDENTITY_PROVIDERS;
use super::{
    ApiError, BodyMembers, Causes, Links, ListQuery, ListStyle, ListedPage, ManagementCall, ManagementChange, users,
};
use crate::model::{DirectoryKind, DirectoryObject, identity_provider_link, identity_provider_link_id};
use crate::org::Tables;
use crate::protocol::Parameters;

const KIND: DirectoryKind = DirectoryKind::IdentityProviderUser;

/// The providers that a user is linked to.
///
/// # Errors
/// There is no such user.
pub fn providers_of(org: &Tables, call: ManagementCall<'_>, name: &str) -> Result<Vec<Value>, ApiError> {
    let user = users::find(org, call, name)?;
    let links = org.objects_of(KIND, &user.id).filter_map(|link| link.text("provider"));
    let providers = links.filter_map(|id| org.object(DirectoryKind::IdentityProvider, id));
    Ok(providers.map(|provider| directory::show(org, call, &IDENTITY_PROVIDERS, provider)).collect())
}

/// The users that are linked to a provider. Okta: `q` is the beginning of the external id.
///
/// # Errors
/// There is no such provider; an invalid limit or cursor.
pub fn list(
    org: &Tables,
    call: ManagementCall<'_>,
    provider: &str,
    query: &Parameters,
) -> Result<ListedPage, ApiError> {
    let provider = directory::find(org, &IDENTITY_PROVIDERS, provider)?;
    let paging = ListQuery::read(query, ListStyle::paged(20, 200))?;
    let beginning = query.get("q").unwrap_or_default();
    let links: Vec<&DirectoryObject> = org
        .objects(KIND)
        .filter(|link| link.text("provider") == Some(&provider.id))
        .filter(|link| link.text("externalId").unwrap_or_default().starts_with(beginning))
        .collect();
    let (page, next) = paging.page(links, |link| &link.owner)?;
    let shown = page.into_iter().map(|link| show(call, link)).collect();
    Ok(paging.listed(call, &format!("/api/v1/idps/{}/users", provider.id), shown, next))
}

/// One user that is linked to a provider.
///
/// # Errors
/// There is no such provider or user, or they are not linked.
pub fn get(org: &Tables, call: ManagementCall<'_>, provider: &str, user: &str) -> Result<Value, ApiError> {
    find(org, provider, user).map(|link| show(call, link))
}

/// Links a user to a provider.
///
/// # Errors
/// There is no such provider or user, or the body has no `externalId`.
pub fn link(
    change: &mut ManagementChange<'_, '_>,
    provider: &str,
    user: &str,
    body: &Map<String, Value>,
) -> Result<Value, ApiError> {
    let provider = directory::find(change.draft, &IDENTITY_PROVIDERS, provider)?.id.clone();
    let user = users::find(change.draft, change.call, user)?.id.clone();
    let mut causes = Causes::default();
    let external = causes.required("externalId", BodyMembers::of(body).text("externalId")?).to_owned();
    causes.length("externalId", &external, 0..=512);
    causes.into_result()?;
    let now = change.now();
    let link = identity_provider_link(&provider, &user, &external, &now);
    let shown = show(change.call, &link);
    change.draft.put_object(KIND, link);
    Ok(shown)
}

/// # Errors
/// There is no such provider or user, or they are not linked.
pub fn unlink(change: &mut ManagementChange<'_, '_>, provider: &str, user: &str) -> Result<(), ApiError> {
    let id = find(change.draft, provider, user)?.id.clone();
    change.draft.remove_object(KIND, &id);
    Ok(())
}

fn find<'t>(org: &'t Tables, provider: &str, user: &str) -> Result<&'t DirectoryObject, ApiError> {
    let provider = directory::find(org, &IDENTITY_PROVIDERS, provider)?;
    let found = org.object(KIND, &identity_provider_link_id(&provider.id, user));
    found.ok_or_else(|| ApiError::not_found(user, "IdpAppUser"))
}

fn show(call: ManagementCall<'_>, link: &DirectoryObject) -> Value {
    let text = |name: &str| link.text(name).unwrap_or_default();
    let provider = format!("/api/v1/idps/{}", text("provider"));
    let links = Links::at(call.base())
        .allowing("idp", &provider, &["GET", "DELETE"])
        .allowing("self", &format!("{provider}/users/{}", link.owner), &["GET", "DELETE"])
        .allowing("user", &format!("/api/v1/users/{}", link.owner), &["GET"]);
    json!({
        "id": link.owner,
        "externalId": text("externalId"),
        "created": text("created"),
        "lastUpdated": text("lastUpdated"),
        "profile": {},
        "_links": links.in_order(),
    })
}

//! Identity providers. Okta: `/api/v1/idps`.

use serde_json::{Map, Value, json};

use super::directory::{self, DirectoryLifecycle, DirectoryResource};
use super::{ApiError, BodyMembers, Causes, Links, ListStyle, ListedPage, ManagementCall, ManagementChange};
use crate::model::{DirectoryKind, DirectoryObject};
use crate::org::Tables;
use crate::protocol::Parameters;

/// The resource.
pub const IDENTITY_PROVIDERS: DirectoryResource = DirectoryResource {
    kind: DirectoryKind::IdentityProvider,
    type_name: "Idp",
    members: &["id", "issuerMode", "name", "status", "created", "lastUpdated", "protocol", "policy", "type"],
    lifecycle: DirectoryLifecycle::ByOperations,
    list: ListStyle::paged(20, 200),
    path: |provider| format!("/api/v1/idps/{}", provider.id),
    prepare,
    links,
};

/// The types that are served: those of OpenID Connect and OAuth 2.0.
const TYPES: [&str; 19] = [
    "AMAZON",
    "APPLE",
    "DISCORD",
    "FACEBOOK",
    "GITHUB",
    "GITLAB",
    "GOOGLE",
    "LINKEDIN",
    "MICROSOFT",
    "OIDC",
    "OKTA_INTEGRATION",
    "PAYPAL",
    "PAYPAL_SANDBOX",
    "SALESFORCE",
    "SPOTIFY",
    "XERO",
    "YAHOO",
    "YAHOOJP",
    "LOGINGOV",
];

/// The endpoints that Okta knows by the type: authorization and token.
const KNOWN_ENDPOINTS: [(&str, &str, &str); 3] = [
    ("FACEBOOK", "https://www.facebook.com/dialog/oauth", "https://graph.facebook.com/v2.8/oauth/access_token"),
    ("GOOGLE", "https://accounts.google.com/o/oauth2/auth", "https://www.googleapis.com/oauth2/v3/token"),
    (
        "MICROSOFT",
        "https://login.microsoftonline.com/common/oauth2/v2.0/authorize",
        "https://login.microsoftonline.com/common/oauth2/v2.0/token",
    ),
];

/// What authorize links have behind the id of the provider.
const AUTHORIZE_QUERY: &str = "client_id={clientId}&response_type={responseType}&response_mode={responseMode}&scope={scopes}&redirect_uri={redirectUri}&state={state}&nonce={nonce}";

/// Lists identity providers. Okta: a list by `q` has no link to itself.
///
/// # Errors
/// An invalid limit or cursor.
pub fn list(
    org: &Tables,
    call: ManagementCall<'_>,
    resource: &DirectoryResource,
    path: &str,
    query: &Parameters,
) -> Result<ListedPage, ApiError> {
    let mut page = directory::list_of_type(org, call, resource, path, query)?;
    if query.get("q").is_some() {
        page.links.retain(|link| !link.ends_with("rel=\"self\""));
    }
    Ok(page)
}

/// Replaces an identity provider. Okta: the answer does not say when it was created.
///
/// # Errors
/// No provider has the id, or the body is not valid.
pub fn replace(
    change: &mut ManagementChange<'_, '_>,
    resource: &DirectoryResource,
    id: &str,
    body: Map<String, Value>,
) -> Result<Value, ApiError> {
    let mut replaced = directory::replace(change, resource, id, body)?;
    replaced["created"] = Value::Null;
    Ok(replaced)
}

fn links(_: &Tables, call: ManagementCall<'_>, provider: &DirectoryObject) -> Value {
    let authorize = format!("{}/oauth2/v1/authorize?idp={}&{AUTHORIZE_QUERY}", call.browser_base(), provider.id);
    let authorize = json!({ "href": authorize, "templated": true, "hints": { "allow": ["GET"] } });
    // Both are for browsers.
    Links::at(call.browser_base())
        .with("authorize", authorize)
        .allowing("clientRedirectUri", "/oauth2/v1/authorize/callback", &["POST"])
        .in_order()
}

fn prepare(
    change: &mut ManagementChange<'_, '_>,
    provider: &mut Map<String, Value>,
    known: Option<&DirectoryObject>,
) -> Result<(), ApiError> {
    let body = BodyMembers::of(provider);
    let mut causes = Causes::default();
    let name = causes.required("name", body.text("name")?);
    causes.length("name", name, 0..=100);
    let is_other = |provider: &&DirectoryObject| known.is_none_or(|known| known.id != provider.id);
    if change.draft.objects(DirectoryKind::IdentityProvider).filter(is_other).any(|other| other.name() == name) {
        causes.add("name", "An object with this field already exists in the current organization");
    }
    let kind = causes.required("type", body.text("type")?);
    if !kind.is_empty() && !TYPES.contains(&kind) {
        return Err(ApiError::not_well_formed(format!("`{kind}` is not a type of identity provider that is served")));
    }
    let (protocol, policy) = (body.object("protocol")?, body.object("policy")?);
    for (member, written) in [("protocol", protocol), ("policy", policy)] {
        if written.is_none() {
            causes.add(member, "The field cannot be left blank");
        }
    }
    causes.into_result()?;
    let protocol = protocol.map(|protocol| shown_protocol(kind, protocol)).transpose()?;
    let policy = policy.map(|policy| shown_policy(kind, policy)).transpose()?;
    let mode = body.text("issuerMode")?.unwrap_or("DYNAMIC").to_owned();
    for (member, value) in [("protocol", json!(protocol)), ("policy", json!(policy)), ("issuerMode", mode.into())] {
        provider.insert(member.to_owned(), value);
    }
    Ok(())
}

fn shown_protocol(kind: &str, written: BodyMembers<'_>) -> Result<Map<String, Value>, ApiError> {
    let mut protocol = Map::new();
    let default = if kind == "FACEBOOK" { "OAUTH2" } else { "OIDC" };
    protocol.insert("type".to_owned(), written.text("type")?.unwrap_or(default).into());
    protocol.insert("endpoints".to_owned(), endpoints(kind, written.object("endpoints")?)?.into());
    if let Some(algorithms) = written.value("algorithms").filter(|algorithms| signs_requests(algorithms)) {
        protocol.insert("algorithms".to_owned(), algorithms.clone());
    }
    if kind == "OIDC" {
        let settings =
            written.object("settings")?.map(|settings| settings.arranged(&["nameFormat?", "participateSlo"]));
        protocol.insert("settings".to_owned(), settings.map_or_else(|| json!({ "nameFormat": null }), Value::Object));
    }
    protocol.extend(written.arranged(&["scopes", "issuer"]));
    if let Some(credentials) = written.object("credentials")? {
        let mut shown = credentials.arranged(&["trust", "signing"]);
        if let Some(client) = credentials.object("client")? {
            let client = client.arranged(&["client_id", "client_secret", "pkce_required"]);
            shown.insert("client".to_owned(), client.into());
        }
        protocol.insert("credentials".to_owned(), shown.into());
    }
    Ok(protocol)
}

fn endpoints(kind: &str, written: Option<BodyMembers<'_>>) -> Result<Map<String, Value>, ApiError> {
    let mut shown = Map::new();
    for name in ["slo", "authorization", "token", "userInfo", "jwks"] {
        let binding = if name == "token" { "HTTP-POST" } else { "HTTP-REDIRECT" };
        let known = KNOWN_ENDPOINTS.iter().find(|(known, ..)| *known == kind).and_then(|(_, authorization, token)| {
            [("authorization", *authorization), ("token", *token)].into_iter().find(|(known, _)| *known == name)
        });
        let endpoint = written.map(|written| written.value(name)).unwrap_or_default();
        let endpoint = endpoint.map(|endpoint| (endpoint["url"].as_str(), endpoint["binding"].as_str()));
        if let Some((url, binding)) = match endpoint {
            Some((url, written)) => Some((url, written.unwrap_or(binding))),
            None => known.map(|(_, url)| (Some(url), binding)),
        } {
            shown.insert(name.to_owned(), json!({ "url": url, "binding": binding }));
        }
    }
    Ok(shown)
}

/// Okta: algorithms that OpenID Connect does not know are dropped.
fn signs_requests(algorithms: &Value) -> bool {
    let algorithm = algorithms.pointer("/request/signature/algorithm").and_then(Value::as_str);
    algorithm.is_some_and(|name| matches!(name.get(..2), Some("HS" | "RS" | "ES")) && name.len() == 5)
}

fn shown_policy(kind: &str, written: BodyMembers<'_>) -> Result<Map<String, Value>, ApiError> {
    let mut policy = Map::new();
    if let Some(provisioning) = written.object("provisioning")? {
        let shown = provisioning.arranged(&["action", "profileMaster", "groups", "conditions"]);
        policy.insert("provisioning".to_owned(), shown.into());
    }
    if let Some(link) = written.object("accountLink")? {
        policy.insert("accountLink".to_owned(), link.arranged(&["filter?", "action"]).into());
    }
    if let Some(subject) = written.object("subject")? {
        let shown = subject.arranged(&["userNameTemplate", "filter?", "matchType", "matchAttribute?"]);
        policy.insert("subject".to_owned(), shown.into());
    }
    policy.insert("maxClockSkew".to_owned(), written.integer("maxClockSkew")?.unwrap_or_default().into());
    if kind == "OIDC" {
        policy.insert("trustClaims".to_owned(), written.boolean("trustClaims")?.unwrap_or_default().into());
    }
    let transformed = written.boolean("transformedUsernameMatchingEnabled")?.unwrap_or_default();
    policy.insert("transformedUsernameMatchingEnabled".to_owned(), transformed.into());
    Ok(policy)
}

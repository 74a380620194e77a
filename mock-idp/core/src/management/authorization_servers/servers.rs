//! The servers themselves.

use serde_json::{Map, Value, json};

use crate::management::{ApiError, BodyMembers, Causes, Links, ListQuery, ListStyle, ManagementCall, ManagementChange};
use crate::model::{AuthorizationServer, IssuerMode, RotationMode, Status};
use crate::moment::timestamp;
use crate::org::{Tables, Times};
use crate::protocol::Parameters;

/// Okta: 200 servers on a page.
const LIST: ListStyle = ListStyle::paged(200, 200);

/// The state of a server's keys.
#[derive(Clone, Debug)]
pub struct SigningState {
    pub kid: String,
    pub last_rotated: i64,
    /// When the keys will be rotated, if that is automatic.
    pub next_rotation: Option<i64>,
}

/// The server with an id, or the one that is called `default`.
///
/// # Errors
/// There is none.
pub fn find<'t>(org: &'t Tables, id: &str) -> Result<&'t AuthorizationServer, ApiError> {
    let by_name = || org.authorization_servers().find(|server| server.path_name() == id);
    let found = org.authorization_server(id).or_else(by_name);
    found.ok_or_else(|| ApiError::not_found(id, "AuthorizationServer"))
}

/// The ids of the servers of a page, the query that asked for it, and the cursor of the next page. Okta: `q` is the beginning of a name
/// or an audience.
///
/// # Errors
/// An invalid limit or cursor.
pub fn list(org: &Tables, query: &Parameters) -> Result<(Vec<String>, ListQuery, Option<String>), ApiError> {
    let paging = ListQuery::read(query, LIST)?;
    let beginning = query.get("q").map(str::to_lowercase).unwrap_or_default();
    let begins = |text: &str| text.to_lowercase().starts_with(&beginning);
    let found = org.authorization_servers().filter(|server| begins(&server.name) || begins(server.audience()));
    let (page, next) = paging.page(found, |server| &server.id)?;
    let ids = page.into_iter().map(|server| server.id.clone()).collect();
    Ok((ids, paging, next))
}

/// Creates a server, without policies. Returns its id.
///
/// # Errors
/// The body is not a server.
pub fn create(change: &mut ManagementChange<'_, '_>, body: &Map<String, Value>) -> Result<String, ApiError> {
    let mut server = AuthorizationServer::fresh(change.moment.id("aus"));
    write(change.draft, &mut server, BodyMembers::of(body))?;
    let id = server.id.clone();
    change.draft.put_server(server);
    Ok(id)
}

/// Replaces a server. Okta: its status stays. Returns its id.
///
/// # Errors
/// There is none with that id, or the body is not a server.
pub fn replace(change: &mut ManagementChange<'_, '_>, id: &str, body: &Map<String, Value>) -> Result<String, ApiError> {
    let mut server = find(change.draft, id)?.clone();
    write(change.draft, &mut server, BodyMembers::of(body))?;
    let id = server.id.clone();
    change.draft.put_server(server);
    Ok(id)
}

fn write(org: &Tables, server: &mut AuthorizationServer, body: BodyMembers<'_>) -> Result<(), ApiError> {
    let mut causes = Causes::default();
    let name = causes.required("name", body.text("name")?).to_owned();
    let audiences = body.texts("audiences")?.unwrap_or_default();
    if audiences.len() != 1 || audiences.iter().any(String::is_empty) {
        causes.add("audiences", "The field cannot be left blank");
    }
    if org.authorization_servers().any(|other| other.id != server.id && other.name == name) {
        causes.add("name", "An object with this field already exists in the current organization");
    }
    causes.into_result()?;
    server.name = name;
    server.audiences = audiences;
    body.text("description")?.unwrap_or_default().clone_into(&mut server.description);
    server.issuer_mode = match body.text("issuerMode")? {
        None | Some("DYNAMIC") => IssuerMode::Dynamic,
        Some("ORG_URL") => IssuerMode::OrgUrl,
        Some("CUSTOM_URL") => IssuerMode::CustomUrl,
        Some(other) => return Err(ApiError::not_well_formed(format!("`{other}` is not an issuer mode"))),
    };
    let credentials = body.object("credentials")?;
    let signing = credentials.map(|credentials| credentials.object("signing")).transpose()?.flatten();
    match signing.map(|signing| signing.text("rotationMode")).transpose()?.flatten() {
        None => {}
        Some("AUTO") => server.credentials.signing.rotation_mode = RotationMode::Auto,
        Some("MANUAL") => server.credentials.signing.rotation_mode = RotationMode::Manual,
        Some(other) => return Err(ApiError::not_well_formed(format!("`{other}` is not a rotation mode"))),
    }
    Ok(())
}

/// Activates or deactivates a server.
///
/// # Errors
/// There is none with that id.
pub fn set_status(change: &mut ManagementChange<'_, '_>, id: &str, status: Status) -> Result<(), ApiError> {
    let mut server = find(change.draft, id)?.clone();
    if server.status != status {
        server.status = status;
        change.draft.put_server(server);
    }
    Ok(())
}

/// Removes a server with all that belongs to it. Okta: an active one too, but not the default one.
///
/// # Errors
/// There is none with that id, or it is the default one.
pub fn remove(change: &mut ManagementChange<'_, '_>, id: &str) -> Result<(), ApiError> {
    let server = find(change.draft, id)?;
    if server.default {
        return Err(ApiError::access_denied("the default authorization server cannot be removed"));
    }
    let id = server.id.clone();
    let associated = change.draft.authorization_servers().filter(|other| other.associated_servers.contains(&id));
    for mut other in associated.cloned().collect::<Vec<_>>() {
        other.associated_servers.retain(|known| *known != id);
        change.draft.put_server(other);
    }
    change.draft.remove_server(&id);
    Ok(())
}

/// A server in answers. Okta: all URLs of the default one have its name instead of its id.
#[must_use]
pub fn view(
    org: &Tables,
    call: ManagementCall<'_>,
    server: &AuthorizationServer,
    signing: &SigningState,
    with_links: bool,
) -> Value {
    let times = org.times(&server.id).unwrap_or(Times { created: 0, last_updated: 0 });
    let mut state = json!({
        "kid": signing.kid,
        "rotationMode": server.credentials.signing.rotation_mode,
        "lastRotated": timestamp(signing.last_rotated),
    });
    if let Some(next) = signing.next_rotation {
        state["nextRotation"] = timestamp(next).into();
    }
    let links = if with_links { links(call, server) } else { Value::Null };
    json!({
        "id": server.id,
        "name": server.name,
        "description": server.description,
        "audiences": server.audiences,
        "issuer": format!("{}/oauth2/{}", call.urls.issuer_base, server.path_name()),
        "issuerMode": server.issuer_mode,
        "status": server.status,
        "created": timestamp(times.created),
        "lastUpdated": timestamp(times.last_updated),
        "credentials": { "signing": state },
        "default": server.default,
        "_links": links,
    })
}

fn links(call: ManagementCall<'_>, server: &AuthorizationServer) -> Value {
    let own = format!("/api/v1/authorizationServers/{}", server.path_name());
    let issuer = format!("{}/oauth2/{}", call.base(), server.path_name());
    let metadata = ["oauth-authorization-server", "openid-configuration"].map(
        |name| json!({ "name": name, "href": format!("{issuer}/.well-known/{name}"), "hints": { "allow": ["GET"] } }),
    );
    let operation = if server.status.is_active() { "deactivate" } else { "activate" };
    Links::at(call.base())
        .allowing("rotateKey", &format!("{own}/credentials/lifecycle/keyRotate"), &["POST"])
        .with("metadata", json!(metadata))
        .allowing("resourceServerCredentialsKeys", &format!("{own}/resourceservercredentials/keys"), &["GET"])
        .allowing("keys", &format!("{own}/credentials/keys"), &["GET"])
        .allowing("claims", &format!("{own}/claims"), &["GET", "POST"])
        .allowing("policies", &format!("{own}/policies"), &["GET", "POST"])
        .allowing("self", &own, &["GET", "DELETE", "PUT"])
        .allowing("scopes", &format!("{own}/scopes"), &["GET", "POST"])
        .allowing(operation, &format!("{own}/lifecycle/{operation}"), &["POST"])
        .into_value()
}

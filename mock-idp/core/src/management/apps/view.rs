//! An app in answers, in Okta's order.

use indexmap::IndexMap;
use serde_json::{Map, Value, json};

use super::kinds::{AppKind, OFFICE_365};
use super::logo::own_address;
use crate::management::{Links, java_ordered};
use crate::model::{App, AppHiding, ApplicationType, AuthMethod, CredentialScheme, OauthClientSettings, SignOnMode};
use crate::moment::timestamp;
use crate::org::{Tables, Times, derived_id};
use crate::protocol::jose::Jwk;

/// Okta: the logos of bookmarks and of other apps that have no own one.
const BOOKMARK_LOGO: &str =
    "https://op3static.oktacdn.com/assets/img/logos/bookmark-app.b81c03e2607468e5b5f9c9351c99313e.png";
const DEFAULT_LOGO: &str =
    "https://op3static.oktacdn.com/assets/img/logos/default.6770228fb0dab49a1695ef440a5279bb.png";

/// What answers say about an app beyond what the app itself holds.
#[derive(Clone, Copy, Debug)]
pub(super) struct AppContext<'a> {
    pub org: &'a Tables,
    /// The URL of the org.
    pub base: &'a str,
    /// The same for browsers.
    pub browser_base: &'a str,
    /// The id of the key that signs ID tokens of the org authorization server.
    pub kid: &'a str,
    pub access_policy: Option<&'a str>,
    pub profile_enrollment_policy: Option<&'a str>,
}

/// An app. Okta: the secret is shown to who creates or replaces the app.
#[must_use]
pub(super) fn view(app: &App, context: AppContext<'_>, with_secret: bool) -> Value {
    let times = context.org.times(&app.id).unwrap_or(Times { created: 0, last_updated: 0 });
    let org_id = &context.org.identity().id;
    let mut view = Map::new();
    let mut put = |name: &str, value: Value| _ = view.insert(name.to_owned(), value);
    put("id", app.id.as_str().into());
    put("orn", format!("orn:okta:idp:{org_id}:apps:{}:{}", app.name, app.id).into());
    put("name", app.name.as_str().into());
    put("label", app.label.as_str().into());
    put("status", json!(app.status));
    put("lastUpdated", timestamp(times.last_updated).into());
    put("created", timestamp(times.created).into());
    put("accessibility", json!(app.accessibility));
    if let Some(licensing) = app.licensing {
        put("licensing", json!(licensing));
    }
    put("visibility", visibility(app));
    put("features", json!(app.features));
    put("signOnMode", json!(app.sign_on_mode));
    put("credentials", credentials(app, context.kid, with_secret));
    put("universalLogout", universal_logout(app));
    put("settings", settings(app));
    if !app.profile.is_empty() {
        put("profile", ordered(&app.profile));
    }
    put("_links", links(app, context));
    Value::Object(view)
}

/// A free map, in the order of Okta.
pub(super) fn ordered(members: &IndexMap<String, Value>) -> Value {
    Value::Object(java_ordered(members.iter().map(|(name, value)| (name.clone(), value.clone())).collect()))
}

/// The links of an app, and whether each is shown.
fn app_links(app: &App) -> Vec<(String, bool)> {
    let shown = |name: &str| app.visibility.app_links.get(name).copied();
    match AppKind::named(&app.name) {
        Some(kind) => {
            let own = kind.links.iter().map(|(name, _)| ((*name).to_owned(), shown(name).unwrap_or(true)));
            let optional = kind.optional_links.iter().filter_map(|name| Some(((*name).to_owned(), shown(name)?)));
            own.chain(optional).collect()
        }
        None => {
            let name = format!("{}_link", app.name);
            let on = shown(&name).unwrap_or(true);
            vec![(name, on)]
        }
    }
}

fn visibility(app: &App) -> Value {
    let hidden = app.is_client();
    let links = app_links(app).into_iter().map(|(name, shown)| (name, shown.into())).collect::<Map<_, _>>();
    json!({
        "autoLaunch": app.visibility.auto_launch,
        "autoSubmitToolbar": app.visibility.auto_submit_toolbar,
        "hide": app.visibility.hide.unwrap_or(AppHiding { ios: hidden, web: hidden }),
        "appLinks": java_ordered(links),
    })
}

fn credentials(app: &App, kid: &str, with_secret: bool) -> Value {
    let own = &app.credentials;
    let mut view = Map::new();
    let mut put = |name: &str, value: Value| _ = view.insert(name.to_owned(), value);
    if let Some(scheme) = own.scheme {
        put("scheme", json!(scheme));
    }
    put("userNameTemplate", json!(own.user_name_template));
    if own.scheme == Some(CredentialScheme::SharedUsernameAndPassword) {
        put("userName", json!(own.user_name));
        // Okta: the password is never shown.
        put("password", json!({}));
    }
    if app.is_client() {
        put("signing", json!({ "kid": kid }));
        put("oauthClient", oauth_credentials(app, with_secret));
    } else {
        if app.sign_on_mode != SignOnMode::Bookmark {
            put("revealPassword", own.reveal_password.into());
        }
        put("signing", json!(own.signing));
    }
    Value::Object(view)
}

fn oauth_credentials(app: &App, with_secret: bool) -> Value {
    let own = &app.credentials.oauth_client;
    let mut view = Map::new();
    let mut put = |name: &str, value: Value| _ = view.insert(name.to_owned(), value);
    put("autoKeyRotation", own.auto_key_rotation.into());
    put("client_id", app.client_id().into());
    if let Some(secret) = own.client_secret.as_deref().filter(|_| with_secret) {
        put("client_secret", secret.into());
    }
    put("token_endpoint_auth_method", json!(app.auth_method()));
    put("pkce_required", app.pkce_required().into());
    Value::Object(view)
}

/// Okta: what the org does to the sessions of an app.
fn universal_logout(app: &App) -> Value {
    let disabled = |support: &str, stack: &str, protocol: &str| json!({ "status": "DISABLED", "supportType": support, "identityStack": stack, "protocol": protocol });
    match (app.name.as_str(), app.sign_on_mode) {
        ("oidc_client", _) => disabled("FULL", "NOT_SHARED", "GLOBAL_TOKEN_REVOCATION"),
        (OFFICE_365, _) => disabled("PARTIAL", "SHARED", "PROPRIETARY"),
        (_, SignOnMode::Bookmark) => json!({ "status": "UNSUPPORTED" }),
        _ => Value::Null,
    }
}

fn settings(app: &App) -> Value {
    let own = &app.settings;
    let mut view = Map::new();
    let mut put = |name: &str, value: Value| _ = view.insert(name.to_owned(), value);
    put("app", ordered(&own.app));
    put("notifications", json!(own.notifications));
    put("manualProvisioning", own.manual_provisioning.into());
    put("implicitAssignment", own.implicit_assignment.into());
    put("emOptInStatus", "NONE".into());
    put("notes", json!(own.notes));
    match sign_on(app) {
        Value::Null => {}
        sign_on => put("signOn", sign_on),
    }
    if app.is_client() {
        put("oauthClient", oauth_settings(&own.oauth_client));
    }
    Value::Object(view)
}

/// Okta: an app that the org made itself has the URLs of its sign-in, a federated one the overrides of its assertions.
fn sign_on(app: &App) -> Value {
    let defaults: &[&str] = match app.sign_on_mode {
        SignOnMode::AutoLogin => &["redirectUrl", "loginUrl"],
        SignOnMode::Saml1 | SignOnMode::Saml2 => {
            &["defaultRelayState", "ssoAcsUrlOverride", "audienceOverride", "recipientOverride", "destinationOverride"]
        }
        _ => return Value::Null,
    };
    let written = |name: &str| app.settings.sign_on.get(name).cloned().unwrap_or_default();
    let mut view: Map<String, Value> = defaults.iter().map(|name| ((*name).to_owned(), written(name))).collect();
    for (name, value) in &app.settings.sign_on {
        view.entry(name.clone()).or_insert_with(|| value.clone());
    }
    if app.sign_on_mode != SignOnMode::AutoLogin {
        view.entry("attributeStatements").or_insert_with(|| json!([]));
    }
    Value::Object(view)
}

fn oauth_settings(own: &OauthClientSettings) -> Value {
    let mut view = Map::new();
    let mut put = |name: &str, value: Value| _ = view.insert(name.to_owned(), value);
    let text = |text: &Option<String>| text.as_deref().map(Value::from);
    put("client_uri", json!(own.client_uri));
    put("logo_uri", json!(own.logo_uri));
    put("redirect_uris", json!(own.redirect_uris));
    if !own.post_logout_redirect_uris.is_empty() {
        put("post_logout_redirect_uris", json!(own.post_logout_redirect_uris));
    }
    put("response_types", json!(own.response_types));
    put("grant_types", json!(own.grant_types));
    let mut put_some = |name: &str, value: Option<Value>| {
        if let Some(value) = value {
            put(name, value);
        }
    };
    put_some("initiate_login_uri", text(&own.initiate_login_uri));
    put_some("jwks", own.jwks.as_ref().map(|set| json!({ "keys": set.keys.iter().map(key).collect::<Vec<_>>() })));
    put_some("jwks_uri", text(&own.jwks_uri));
    put_some("application_type", Some(json!(own.application_type)));
    put_some("tos_uri", text(&own.tos_uri));
    put_some("policy_uri", text(&own.policy_uri));
    put_some("consent_method", Some(json!(own.consent_method)));
    put_some("issuer_mode", Some(json!(own.issuer_mode)));
    put_some("refresh_token", own.refresh_token.map(|rotation| json!(rotation)));
    put_some("idp_initiated_login", Some(json!(own.idp_initiated_login)));
    put_some("wildcard_redirect", Some(json!(own.wildcard_redirect)));
    put_some("dpop_bound_access_tokens", Some(own.dpop_bound_access_tokens.into()));
    put_some("network", own.network.as_ref().map(|network| json!(network)));
    // Okta: browser apps do not show it.
    let slo = own.participate_slo || own.application_type != ApplicationType::Browser;
    put_some("participate_slo", slo.then(|| own.participate_slo.into()));
    put_some("frontchannel_logout_uri", text(&own.frontchannel_logout_uri));
    let notices = own.frontchannel_logout_uri.as_ref();
    put_some("frontchannel_logout_session_required", notices.map(|_| own.frontchannel_logout_session_required.into()));
    put_some("backchannel_logout_uri", text(&own.backchannel_logout_uri));
    put_some("request_object_signing_alg", own.request_object_signing_alg.map(|algorithm| json!(algorithm)));
    put_some("id_token_encrypted_response_alg", own.id_token_encrypted_response_alg.map(|algorithm| json!(algorithm)));
    Value::Object(view)
}

/// A key of a client. Okta: the members depend on the type.
fn key(key: &Jwk) -> Value {
    let mut view = json!({
        "kty": key.kty, "id": key.id, "status": key.status, "kid": key.kid, "use": key.key_use,
    });
    match key.kty.as_str() {
        "EC" => {
            view["x"] = json!(key.x);
            view["y"] = json!(key.y);
            view["crv"] = json!(key.crv);
        }
        _ => {
            view["e"] = json!(key.e);
            view["n"] = json!(key.n);
        }
    }
    view
}

fn links(app: &App, context: AppContext<'_>) -> Value {
    let own = format!("/api/v1/apps/{}", app.id);
    let mut links = Links::at(context.base);
    if matches!(app.sign_on_mode, SignOnMode::Saml1 | SignOnMode::Saml2) {
        let href = links.url(&format!("{own}/sso/saml/metadata"));
        links = links.with("metadata", json!({ "href": href, "type": "application/xml" }));
    }
    links = links
        .allowing("uploadLogo", &format!("{own}/logo"), &["POST"])
        .with("appLinks", json!(home_links(app, context.browser_base)))
        .allowing("policies", &format!("{own}/policies"), &["PUT"])
        .bare("groups", &format!("{own}/groups"))
        .with(
            "logo",
            json!([{ "name": "medium", "href": logo(context.org, app, context.browser_base), "type": "image/png" }]),
        )
        .bare("users", &format!("{own}/users"));
    for (name, policy) in [
        ("profileEnrollment", app.profile_enrollment_policy.as_deref().or(context.profile_enrollment_policy)),
        ("accessPolicy", app.access_policy.as_deref().or(context.access_policy)),
    ] {
        if let Some(id) = policy {
            links = links.bare(name, &format!("/api/v1/policies/{id}"));
        }
    }
    let next = if app.status.is_active() { "deactivate" } else { "activate" };
    links = links.bare(next, &format!("{own}/lifecycle/{next}"));
    let credentials = match app.auth_method() {
        _ if !app.is_client() => None,
        AuthMethod::PrivateKeyJwt => Some("jwks"),
        AuthMethod::None => None,
        _ => Some("secrets"),
    };
    if let Some(name) = credentials {
        let href = links.url(&format!("{own}/credentials/{name}"));
        links = links.with("clientCredentials", json!([{ "name": name, "href": href }]));
    }
    links.into_value()
}

/// The links of an app on the dashboard of a user. Okta: those of hidden apps are listed too.
#[must_use]
pub fn links_for(org: &Tables, app: &App, user_id: &str, base: &str) -> Vec<Value> {
    let hidden = app.visibility.hide.unwrap_or(AppHiding { ios: app.is_client(), web: app.is_client() }).web;
    let links = home_links(app, base).into_iter();
    let shown = links.map(|link| {
        json!({
            "id": user_id,
            "label": app.label,
            "linkUrl": link["href"],
            "logoUrl": logo(org, app, base),
            "appName": app.name,
            "appInstanceId": app.id,
            "appAssignmentId": derived_id("0ua", &[&app.id, user_id]),
            "credentialsSetup": false,
            "hidden": hidden,
        })
    });
    shown.collect()
}

fn logo(org: &Tables, app: &App, base: &str) -> String {
    let of_kind = if app.sign_on_mode == SignOnMode::Bookmark { BOOKMARK_LOGO } else { DEFAULT_LOGO };
    own_address(org, base, &app.id).unwrap_or_else(|| of_kind.to_owned())
}

/// The links to start the app with.
fn home_links(app: &App, base: &str) -> Vec<Value> {
    let number = |link: &str| {
        let known = AppKind::named(&app.name).and_then(|kind| kind.links.iter().find(|(name, _)| *name == link));
        known.map_or_else(|| app.id.replacen("0oa", "aln", 1), |(_, number)| (*number).to_owned())
    };
    let shown = app_links(app).into_iter().filter(|(_, shown)| *shown);
    let link = |(name, _): (String, bool)| {
        let href = format!("{base}/home/{}/{}/{}", app.name, app.id, number(&name));
        json!({ "name": name, "href": href, "type": "text/html" })
    };
    shown.map(link).collect()
}

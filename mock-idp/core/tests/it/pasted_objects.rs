//! Objects as Okta's API answers them, with all their keys, in an org document.

use std::fmt::Write as _;

use mock_idp_core::model::DirectoryKind;
use mock_idp_core::org::{Document, Org};
use serde_json::{Value, json};

const BASE: &str = "https://example.okta.com";

/// A link, as most objects have them.
fn link(path: &str) -> Value {
    json!({ "href": format!("{BASE}{path}"), "hints": { "allow": ["GET", "PUT", "DELETE"] } })
}

fn user() -> Value {
    let id = "00upastedada000005d7";
    json!({
        "id": id, "status": "ACTIVE", "created": "2026-02-03T10:11:12.000Z", "activated": "2026-02-03T10:11:12.000Z",
        "statusChanged": "2026-02-03T10:11:12.000Z", "lastLogin": "2026-03-04T05:06:07.000Z",
        "lastUpdated": "2026-03-04T05:06:07.000Z", "passwordChanged": "2026-02-03T10:11:12.000Z",
        "realmId": "guopastedrealm0005d7", "type": { "id": "otypastedtype00005d7" },
        "profile": { "firstName": "Ada", "lastName": "Pasted", "mobilePhone": null, "secondEmail": null,
                     "login": "ada@example.test", "email": "ada@example.test" },
        "credentials": {
            "password": {}, "recovery_question": { "question": "The first street?" },
            "emails": [{ "value": "ada@example.test", "status": "VERIFIED", "type": "PRIMARY" }],
            "provider": { "type": "OKTA", "name": "OKTA" },
        },
        "_links": {
            "suspend": { "href": format!("{BASE}/api/v1/users/{id}/lifecycle/suspend"), "method": "POST" },
            "schema": { "href": format!("{BASE}/api/v1/meta/schemas/user/oscpastedtype00005d7") },
            "self": { "href": format!("{BASE}/api/v1/users/{id}") },
        },
    })
}

fn group() -> Value {
    json!({
        "id": "00gpastedstaff0005d7", "created": "2026-02-03T10:11:12.000Z", "lastUpdated": "2026-02-03T10:11:12.000Z",
        "lastMembershipUpdated": "2026-02-04T10:11:12.000Z", "objectClass": ["okta:user_group"], "type": "OKTA_GROUP",
        "profile": { "name": "Staff", "description": null },
        "_links": {
            "logo": [
                { "name": "medium", "href": format!("{BASE}/assets/group-medium.png"), "type": "image/png" },
                { "name": "large", "href": format!("{BASE}/assets/group-large.png"), "type": "image/png" },
            ],
            "owners": { "href": format!("{BASE}/api/v1/groups/00gpastedstaff0005d7/owners") },
            "users": { "href": format!("{BASE}/api/v1/groups/00gpastedstaff0005d7/users") },
            "apps": { "href": format!("{BASE}/api/v1/groups/00gpastedstaff0005d7/apps") },
        },
    })
}

fn app() -> Value {
    let id = "0oapastedshop00005d7";
    json!({
        "id": id, "orn": format!("orn:okta:idp:00opastedorg000005d7:apps:oidc_client:{id}"), "name": "oidc_client",
        "label": "Shop", "status": "ACTIVE", "lastUpdated": "2026-02-03T10:11:12.000Z",
        "created": "2026-02-03T10:11:12.000Z",
        "accessibility": { "selfService": false, "errorRedirectUrl": null, "loginRedirectUrl": null },
        "licensing": { "seatCount": 0 },
        "visibility": { "autoLaunch": false, "autoSubmitToolbar": false, "hide": { "iOS": true, "web": true },
                        "appLinks": { "oidc_client_link": true } },
        "features": [], "signOnMode": "OPENID_CONNECT",
        "credentials": {
            "userNameTemplate": { "template": "${source.login}", "type": "BUILT_IN" },
            "signing": { "kid": "pastedKeyOfTheApp" },
            "oauthClient": { "autoKeyRotation": true, "client_id": id, "client_secret": "pasted-secret-0123456789",
                             "token_endpoint_auth_method": "client_secret_basic", "pkce_required": false },
        },
        "universalLogout": { "status": "DISABLED", "supportType": "FULL", "identityStack": "NOT_SHARED",
                             "protocol": "GLOBAL_TOKEN_REVOCATION" },
        "settings": {
            "app": {},
            "notifications": { "vpn": { "network": { "connection": "DISABLED" }, "message": null, "helpUrl": null } },
            "manualProvisioning": false, "implicitAssignment": false, "emOptInStatus": "NONE",
            "notes": { "admin": null, "enduser": null }, "signOn": null,
            "oauthClient": {
                "client_uri": null, "logo_uri": null, "redirect_uris": ["https://shop.example.test/callback"],
                "post_logout_redirect_uris": ["https://shop.example.test/"], "response_types": ["code"],
                "grant_types": ["authorization_code", "refresh_token"],
                "initiate_login_uri": "https://shop.example.test/start", "application_type": "web",
                "consent_method": "TRUSTED", "issuer_mode": "DYNAMIC",
                "idp_initiated_login": { "mode": "DISABLED", "default_scope": [] }, "wildcard_redirect": "DISABLED",
                "refresh_token": { "rotation_type": "STATIC" }, "dpop_bound_access_tokens": false,
                "network": { "connection": "ANYWHERE" }, "participate_slo": false,
                "frontchannel_logout_session_required": false,
            },
        },
        "profile": { "team": "shop" },
        "_links": {
            "uploadLogo": { "href": format!("{BASE}/api/v1/apps/{id}/logo"), "hints": { "allow": ["POST"] } },
            "appLinks": [{ "name": "oidc_client_link", "href": format!("{BASE}/home/oidc_client/{id}/aln"), "type": "text/html" }],
            "clientCredentials": [{ "name": "secrets", "href": format!("{BASE}/api/v1/apps/{id}/credentials/secrets") }],
            "groups": { "href": format!("{BASE}/api/v1/apps/{id}/groups") },
        },
    })
}

fn scope() -> Value {
    json!({
        "id": "scppastedread00005d7", "name": "stock:read", "displayName": "Read the stock", "description": "Reads the stock",
        "system": false, "metadataPublish": "NO_CLIENTS", "consent": "IMPLICIT", "optional": false, "apiResourceId": null,
        "default": false, "_links": { "self": link("/api/v1/authorizationServers/auspastedstock0005d7/scopes/scppastedread00005d7") },
    })
}

fn claim() -> Value {
    json!({
        "id": "oclpastedteams0005d7", "name": "teams", "status": "ACTIVE", "claimType": "RESOURCE", "valueType": "GROUPS",
        "value": "Team", "group_filter_type": "STARTS_WITH", "conditions": { "scopes": [] }, "system": false,
        "alwaysIncludeInToken": true, "apiResourceId": null,
        "_links": { "self": link("/api/v1/authorizationServers/auspastedstock0005d7/claims/oclpastedteams0005d7") },
    })
}

fn rule() -> Value {
    json!({
        "id": "0prpastedall000005d7", "status": "ACTIVE", "name": "Everything", "priority": 1,
        "created": "2026-02-03T10:11:12.000Z", "lastUpdated": "2026-02-03T10:11:12.000Z", "system": false,
        "conditions": {
            "people": { "users": { "include": [], "exclude": [] }, "groups": { "include": ["EVERYONE"], "exclude": [] } },
            "grantTypes": { "include": ["client_credentials", "authorization_code"] }, "scopes": { "include": ["*"] },
        },
        "actions": { "token": { "accessTokenLifetimeMinutes": 60, "refreshTokenLifetimeMinutes": 0,
                                "refreshTokenWindowMinutes": 10080 } },
        "_links": { "self": link("/api/v1/authorizationServers/auspastedstock0005d7/policies/00ppastedstock0005d7/rules/0prpastedall000005d7"),
                    "deactivate": link("/api/v1/authorizationServers/auspastedstock0005d7/policies/00ppastedstock0005d7/rules/0prpastedall000005d7/lifecycle/deactivate") },
        "type": "RESOURCE_ACCESS",
    })
}

fn access_policy() -> Value {
    json!({
        "id": "00ppastedstock0005d7", "status": "ACTIVE", "name": "Stock", "description": "All clients", "priority": 1,
        "system": false, "conditions": { "clients": { "include": ["ALL_CLIENTS"] } },
        "created": "2026-02-03T10:11:12.000Z", "lastUpdated": "2026-02-03T10:11:12.000Z",
        "_links": { "self": link("/api/v1/authorizationServers/auspastedstock0005d7/policies/00ppastedstock0005d7"),
                    "rules": link("/api/v1/authorizationServers/auspastedstock0005d7/policies/00ppastedstock0005d7/rules"),
                    "deactivate": link("/api/v1/authorizationServers/auspastedstock0005d7/policies/00ppastedstock0005d7/lifecycle/deactivate") },
        "type": "OAUTH_AUTHORIZATION_POLICY",
        "rules": [rule()],
    })
}

/// The server as `GET /api/v1/authorizationServers/{id}` answers it, and what is below it.
fn server() -> Value {
    let id = "auspastedstock0005d7";
    json!({
        "id": id, "name": "Stock", "description": "The stock of the shop", "audiences": ["api://stock"],
        "issuer": format!("{BASE}/oauth2/{id}"), "issuerMode": "DYNAMIC", "status": "ACTIVE",
        "created": "2026-02-03T10:11:12.000Z", "lastUpdated": "2026-02-03T10:11:12.000Z",
        "credentials": { "signing": { "kid": "pastedKeyOfTheServer", "rotationMode": "AUTO", "use": "sig",
            "lastRotated": "2026-02-03T10:11:12.000Z", "nextRotation": "2026-05-04T10:11:12.000Z" } },
        "default": false, "accessTokenEncryptedResponseAlgorithm": null, "jwks_uri": null,
        "_links": {
            "rotateKey": link(&format!("/api/v1/authorizationServers/{id}/credentials/lifecycle/keyRotate")),
            "metadata": [
                { "name": "oauth-authorization-server", "href": format!("{BASE}/oauth2/{id}/.well-known/oauth-authorization-server") },
                { "name": "openid-configuration", "href": format!("{BASE}/oauth2/{id}/.well-known/openid-configuration") },
            ],
            "self": link(&format!("/api/v1/authorizationServers/{id}")),
        },
        "scopes": [scope()], "claims": [claim()], "policies": [access_policy()],
    })
}

fn session_policy() -> Value {
    json!({
        "id": "00ppastedlogin0005d7", "status": "ACTIVE", "name": "Sessions", "description": "Of all people", "priority": 1,
        "system": false, "conditions": { "people": { "groups": { "include": ["00gpastedstaff0005d7"] } } },
        "created": "2026-02-03T10:11:12.000Z", "lastUpdated": "2026-02-03T10:11:12.000Z",
        "_links": { "self": link("/api/v1/policies/00ppastedlogin0005d7"), "rules": link("/api/v1/policies/00ppastedlogin0005d7/rules") },
        "type": "OKTA_SIGN_ON",
        "rules": [{
            "id": "0prpastedlogin0005d7", "status": "ACTIVE", "name": "A working day", "priority": 1,
            "created": "2026-02-03T10:11:12.000Z", "lastUpdated": "2026-02-03T10:11:12.000Z", "system": false,
            "conditions": { "people": { "users": { "exclude": [] } }, "network": { "connection": "ANYWHERE" },
                            "authContext": { "authType": "ANY" }, "risk": { "behaviors": [] }, "riskScore": { "level": "ANY" },
                            "identityProvider": { "provider": "ANY" } },
            "actions": { "signon": { "access": "ALLOW", "requireFactor": false, "primaryFactor": "PASSWORD_IDP_ANY_FACTOR",
                "rememberDeviceByDefault": false,
                "session": { "usePersistentCookie": false, "maxSessionIdleMinutes": 120, "maxSessionLifetimeMinutes": 480 } } },
            "_links": { "self": link("/api/v1/policies/00ppastedlogin0005d7/rules/0prpastedlogin0005d7") },
            "type": "SIGN_ON",
        }],
    })
}

fn trusted_origin() -> Value {
    json!({
        "id": "tospastedshop00005d7", "name": "Shop", "origin": "https://shop.example.test",
        "scopes": [{ "type": "CORS" }, { "type": "REDIRECT" }, { "type": "IFRAME_EMBED", "allowedOktaApps": ["OKTA_ENDUSER"] }],
        "status": "ACTIVE", "created": "2026-02-03T10:11:12.000Z", "createdBy": "00upastedada000005d7",
        "lastUpdated": "2026-02-03T10:11:12.000Z", "lastUpdatedBy": "00upastedada000005d7",
        "_links": { "self": link("/api/v1/trustedOrigins/tospastedshop00005d7") },
    })
}

fn identity_provider() -> Value {
    let id = "0oapastedpartner05d7";
    let endpoint = |path: &str, binding: &str| json!({ "url": format!("https://partner.example.test/{path}"), "binding": binding });
    json!({
        "id": id, "issuerMode": "DYNAMIC", "name": "Partner", "status": "ACTIVE", "created": "2026-02-03T10:11:12.000Z",
        "lastUpdated": "2026-02-03T10:11:12.000Z",
        "protocol": {
            "type": "OIDC",
            "endpoints": { "authorization": endpoint("authorize", "HTTP-REDIRECT"), "token": endpoint("token", "HTTP-POST"),
                           "userInfo": endpoint("userinfo", "HTTP-REDIRECT"), "jwks": endpoint("keys", "HTTP-REDIRECT") },
            "settings": { "nameFormat": null, "participateSlo": false }, "scopes": ["openid", "profile", "email"],
            "issuer": { "url": "https://partner.example.test" },
            "credentials": { "client": { "client_id": "shop", "client_secret": "pasted-secret-of-partner", "pkce_required": true } },
        },
        "policy": {
            "provisioning": { "action": "AUTO", "profileMaster": false, "groups": { "action": "NONE" },
                "conditions": { "deprovisioned": { "action": "NONE" }, "suspended": { "action": "NONE" } } },
            "accountLink": { "filter": null, "action": "AUTO" },
            "subject": { "userNameTemplate": { "template": "idpuser.email" }, "filter": null, "matchType": "USERNAME",
                         "matchAttribute": null },
            "maxClockSkew": 0, "trustClaims": false, "transformedUsernameMatchingEnabled": false,
        },
        "type": "OIDC",
        "_links": {
            "authorize": { "href": format!("{BASE}/oauth2/v1/authorize?idp={id}&client_id={{clientId}}"), "templated": true,
                           "hints": { "allow": ["GET"] } },
            "clientRedirectUri": { "href": format!("{BASE}/oauth2/v1/authorize/callback"), "hints": { "allow": ["POST"] } },
        },
    })
}

fn zone() -> Value {
    json!({
        "type": "IP", "id": "nzopastedoffice005d7", "name": "Office", "status": "ACTIVE", "usage": "POLICY",
        "created": "2026-02-03T10:11:12.000Z", "lastUpdated": "2026-02-03T10:11:12.000Z", "system": false,
        "gateways": [{ "type": "CIDR", "value": "192.0.2.0/24" }, { "type": "RANGE", "value": "198.51.100.1-198.51.100.9" }],
        "proxies": null, "_links": { "self": link("/api/v1/zones/nzopastedoffice005d7") },
    })
}

/// A document of those objects. JSON is YAML.
fn document() -> Value {
    json!({
        "org": { "name": "Pasted", "subdomain": "pasted" },
        "users": [user()],
        "groups": [group()],
        "apps": [app()],
        "authorizationServers": [server()],
        "globalSessionPolicies": [session_policy()],
        "trustedOrigins": [trusted_origin()],
        "directory": { "identityProviders": [identity_provider()], "networkZones": [zone()] },
    })
}

#[test]
fn objects_with_all_keys_of_oktas_answers_are_accepted_and_keep_what_has_an_effect() {
    let pasted = document();
    Org::parse(&pasted.to_string()).unwrap_or_else(|problems| panic!("{}", problems.lines("org.yaml")));
    let document = Document::parse(&pasted.to_string()).unwrap();
    let user = &document.users[0];
    assert_eq!((user.profile.login.as_str(), user.profile.attribute("mobilePhone")), ("ada@example.test", None));
    assert_eq!((document.groups[0].profile.name.as_str(), &document.groups[0].profile.description), ("Staff", &None));
    let client = &document.apps[0].settings.oauth_client;
    assert_eq!(client.redirect_uris, ["https://shop.example.test/callback"]);
    let server = &document.authorization_servers[0];
    assert_eq!((server.scopes[0].name.as_str(), server.claims[0].name.as_str()), ("stock:read", "teams"));
    assert_eq!(server.policies.as_ref().unwrap()[0].rules[0].actions.token.access_token_lifetime_minutes, 60);
    let session = &document.global_session_policies[0].rules[0].actions.signon.session;
    assert_eq!(session.max_session_idle_minutes, 120);
    assert_eq!(document.trusted_origins[0].origin, "https://shop.example.test");
    let of_kind = |kind: DirectoryKind| &document.directory[&kind][0];
    let provider = of_kind(DirectoryKind::IdentityProvider);
    assert_eq!(provider.members["protocol"]["issuer"]["url"], "https://partner.example.test");
    assert_eq!(of_kind(DirectoryKind::NetworkZone).members["gateways"][0]["value"], "192.0.2.0/24");
}

/// Parts of which any key is accepted: maps that are the user's own, objects of the directory, and what nothing depends on.
const FREE: [&str; 14] = [
    "_links",
    "app",
    "appLinks",
    "authContext",
    "directory",
    "emails",
    "identityProvider",
    "network",
    "profile",
    "risk",
    "riskScore",
    "type",
    "universalLogout",
    "vpn",
];

/// The other objects, as JSON pointers.
fn places(value: &Value, at: &str, places: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            places.push(at.to_owned());
            for (name, member) in members.iter().filter(|(name, _)| !FREE.contains(&name.as_str())) {
                self::places(member, &format!("{at}/{name}"), places);
            }
        }
        Value::Array(items) => {
            for (position, item) in items.iter().enumerate() {
                self::places(item, &format!("{at}/{position}"), places);
            }
        }
        _ => {}
    }
}

#[test]
fn a_key_that_okta_does_not_have_is_refused_in_each_object() {
    let pasted = document();
    let mut found = Vec::new();
    places(&pasted, "", &mut found);
    assert!(found.len() > 40, "{found:?}");
    let mut accepted = String::new();
    for place in found {
        let mut changed = pasted.clone();
        let object = changed.pointer_mut(&place).and_then(Value::as_object_mut).unwrap();
        object.insert("nonsense".to_owned(), json!(1));
        let problems = Document::parse(&changed.to_string()).err().map(|problems| problems.lines("org.yaml"));
        if !problems.as_ref().is_some_and(|lines| lines.contains("unknown key `nonsense`")) {
            writeln!(accepted, "{place}: {problems:?}").unwrap();
        }
    }
    assert_eq!(accepted, "");
}

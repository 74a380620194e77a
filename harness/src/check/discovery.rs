//! Discovery documents: OpenID Connect Discovery 1.0, RFC 8414, and Okta's four documents to the letter.

use serde_json::{Map, Value, json};

use super::checks;
use crate::issuer_target::ServerKind;
use crate::record::Recorder;
use crate::wire::Reply;
use crate::wire::error::summary;

checks! {
    STATUS = Must "discovery.status", "The document is served as JSON", ["OIDC Discovery 4.2", "OIDF oidcc-discovery-endpoint-verification"];
    ISSUER = Must "discovery.issuer", "It names the very issuer that it was asked of", ["OIDC Discovery 4.3", "RFC 8414 3.3"];
    REQUIRED = Must "discovery.required", "It has every member that the specification requires", ["OIDC Discovery 3", "RFC 8414 2"];
    ALGORITHM = Must "discovery.rs256", "ID tokens can be signed with RS256", ["OIDC Discovery 3", "OIDF oidcc-discovery-endpoint-verification"];
    OPENID = Must "discovery.openid", "The openid scope is supported", ["OIDC Discovery 3", "OIDF oidcc-discovery-endpoint-verification"];
    VALUE = Must "discovery.value", "The member has Okta's value", ["Okta: OpenID Connect metadata, recorded traffic"];
    SCOPES = Must "discovery.scopes", "The standard scopes are there, in Okta's order", ["Okta: OpenID Connect metadata, recorded traffic"];
    ABSENT = Must "discovery.absent", "Members that Okta does not send are not there", ["Okta: OpenID Connect metadata, recorded traffic"];
    ORDER = Should "discovery.order", "The members come in Okta's order", ["Okta: OpenID Connect metadata, recorded traffic"];
    UNKNOWN_SERVER = Must "discovery.unknown-server", "An unknown authorization server is 404 E0000007", ["Okta: error codes, E0000007"];
    UNKNOWN_CLIENT = Must "discovery.unknown-client", "An unknown client_id is 400 invalid_client in Okta's envelope", ["Okta: OpenID Connect metadata, client_id"];
    SAME = Must "discovery.same", "Both forms of the address serve the same document", ["RFC 8414 3.1"];
    SCHEME = Must "discovery.scheme", "Asked over https, every address in the document is https", ["OIDC Discovery 3", "OIDF oidcc-discovery-endpoint-verification"];
}

/// Which of an authorization server's two documents.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Document {
    /// `/.well-known/openid-configuration`
    OpenId,
    /// `/.well-known/oauth-authorization-server`
    OAuth,
}

impl Document {
    /// The path under the issuer.
    #[must_use]
    pub const fn path(self) -> &'static str {
        match self {
            Self::OpenId => "/.well-known/openid-configuration",
            Self::OAuth => "/.well-known/oauth-authorization-server",
        }
    }
}

/// Judges a document by the specification. Answers its members.
pub fn standard(recorder: &Recorder, reply: &Reply, issuer: &str, document: Document) -> Option<Map<String, Value>> {
    let body: Option<Map<String, Value>> = serde_json::from_str(&reply.body).ok();
    let json = reply.content_type().starts_with("application/json");
    let served = reply.status == 200 && json && body.is_some();
    STATUS.holds(recorder, served, "200 application/json", format!("{} {}", summary(reply), reply.content_type()));
    let body = body?;
    ISSUER.equals(recorder, issuer, body.get("issuer").and_then(Value::as_str));
    let required: &[&str] = match document {
        Document::OpenId => &[
            "authorization_endpoint",
            "token_endpoint",
            "jwks_uri",
            "response_types_supported",
            "subject_types_supported",
            "id_token_signing_alg_values_supported",
        ],
        Document::OAuth => &["authorization_endpoint", "token_endpoint", "response_types_supported"],
    };
    let missing = required.iter().find(|name| !body.contains_key(**name)).copied();
    REQUIRED.absent(recorder, "missing member", missing);
    let lists = |member: &str, value: &str| {
        body.get(member).and_then(Value::as_array).is_some_and(|list| list.iter().any(|item| item == value))
    };
    if document == Document::OpenId {
        let algorithms = body.get("id_token_signing_alg_values_supported").map_or(String::new(), Value::to_string);
        ALGORITHM.holds(recorder, lists("id_token_signing_alg_values_supported", "RS256"), "RS256", algorithms);
        match body.get("scopes_supported") {
            Some(scopes) => drop(OPENID.holds(recorder, lists("scopes_supported", "openid"), "openid", scopes)),
            None => OPENID.skip(recorder, "the document does not list its scopes"),
        }
    }
    Some(body)
}

/// Judges a document by what Okta sends: values, order, and what is not there.
pub fn okta(recorder: &Recorder, body: &Map<String, Value>, issuer: &str, role: ServerKind, document: Document) {
    let expected = expected(issuer, role, document);
    for (name, value) in &expected {
        if name == "scopes_supported" {
            scopes(recorder, body, value);
            continue;
        }
        let came = body.get(name).map_or("nothing".to_owned(), Value::to_string);
        VALUE.holds(recorder, body.get(name) == Some(value), format!("{name} {value}"), format!("{name} {came}"));
    }
    let stranger = body.keys().find(|name| !expected.contains_key(*name) && !may_be_there(name, role));
    ABSENT.absent(recorder, "other member", stranger.map(String::as_str));
    let order = |members: &Map<String, Value>, other: &Map<String, Value>| {
        members.keys().map(String::as_str).filter(|name| other.contains_key(*name)).collect::<Vec<_>>().join(" ")
    };
    ORDER.equals(recorder, &order(&expected, body), Some(&order(body, &expected)));
}

/// Members that come and go with a feature of the org.
fn may_be_there(name: &str, role: ServerKind) -> bool {
    match role {
        ServerKind::Custom => false,
        // Recorded in 2023 and 2026 with different tails.
        ServerKind::Org => {
            name.starts_with("backchannel_")
                || name.starts_with("id_token_encryption_")
                || name.starts_with("frontchannel_")
        }
    }
}

/// The scopes that must be there in this order; customs may stand between.
fn scopes(recorder: &Recorder, body: &Map<String, Value>, expected: &Value) {
    let wanted: Vec<&str> = expected.as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let came: Vec<&str> = body
        .get("scopes_supported")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .filter(|scope| wanted.contains(scope))
        .collect();
    SCOPES.holds(recorder, came == wanted, wanted.join(" "), came.join(" "));
}

/// What Okta sends, in the order in which it sends it.
fn expected(issuer: &str, role: ServerKind, document: Document) -> Map<String, Value> {
    let org = issuer.split("/oauth2/").next().unwrap_or(issuer);
    let base = match role {
        ServerKind::Custom => issuer.to_owned(),
        ServerKind::Org => format!("{org}/oauth2"),
    };
    let at = |path: &str| json!(format!("{base}/v1/{path}"));
    let methods = json!(["client_secret_basic", "client_secret_post", "client_secret_jwt", "private_key_jwt", "none"]);
    let request_algorithms = json!(["HS256", "HS384", "HS512", "RS256", "RS384", "RS512", "ES256", "ES384", "ES512"]);
    let is_openid = document == Document::OpenId;
    let is_org = role == ServerKind::Org;
    let mut members = Map::new();
    let mut put = |name: &str, value: Value| drop(members.insert(name.to_owned(), value));
    put("issuer", json!(issuer));
    put("authorization_endpoint", at("authorize"));
    put("token_endpoint", at("token"));
    if is_openid {
        put("userinfo_endpoint", at("userinfo"));
    }
    put("registration_endpoint", json!(format!("{org}/oauth2/v1/clients")));
    if is_openid || !is_org {
        put("jwks_uri", at("keys"));
    }
    put("response_types_supported", response_types(document));
    put("response_modes_supported", json!(["query", "fragment", "form_post", "okta_post_message"]));
    put("grant_types_supported", grant_types(role, document));
    put("subject_types_supported", json!(["public"]));
    if is_openid {
        put("id_token_signing_alg_values_supported", json!(["RS256"]));
        if !is_org {
            put("id_token_encryption_alg_values_supported", json!(["RSA-OAEP-256", "RSA-OAEP-384", "RSA-OAEP-512"]));
            put("id_token_encryption_enc_values_supported", json!(["A256GCM"]));
        }
    }
    put("scopes_supported", standard_scopes(role));
    put("token_endpoint_auth_methods_supported", methods.clone());
    put("claims_supported", claims(document));
    put("code_challenge_methods_supported", json!(["S256"]));
    put("introspection_endpoint", at("introspect"));
    put("introspection_endpoint_auth_methods_supported", methods.clone());
    put("revocation_endpoint", at("revoke"));
    put("revocation_endpoint_auth_methods_supported", methods);
    put("end_session_endpoint", at("logout"));
    put("request_parameter_supported", json!(true));
    put("request_object_signing_alg_values_supported", request_algorithms.clone());
    put("device_authorization_endpoint", at("device/authorize"));
    put("pushed_authorization_request_endpoint", at("par"));
    if is_openid || !is_org {
        put("backchannel_token_delivery_modes_supported", json!(["poll"]));
        put("backchannel_authentication_request_signing_alg_values_supported", request_algorithms);
    }
    put("dpop_signing_alg_values_supported", json!(["RS256", "RS384", "RS512", "ES256", "ES384", "ES512"]));
    if !is_openid && is_org {
        put("frontchannel_logout_supported", json!(true));
        put("frontchannel_logout_session_supported", json!(true));
        let id_jag = json!(["urn:ietf:params:oauth:token-type:id-jag"]);
        put("identity_chaining_requested_token_types_supported", id_jag);
    }
    members
}

fn response_types(document: Document) -> Value {
    match document {
        Document::OpenId => {
            json!(["code", "id_token", "code id_token", "code token", "id_token token", "code id_token token"])
        }
        Document::OAuth => {
            json!(["code", "token", "id_token", "code id_token", "code token", "id_token token", "code id_token token"])
        }
    }
}

fn grant_types(role: ServerKind, document: Document) -> Value {
    const DEVICE: &str = "urn:ietf:params:oauth:grant-type:device_code";
    const CIBA: &str = "urn:openid:params:grant-type:ciba";
    const DIRECT: [&str; 4] = [
        "urn:okta:params:oauth:grant-type:otp",
        "http://auth0.com/oauth/grant-type/mfa-otp",
        "urn:okta:params:oauth:grant-type:oob",
        "http://auth0.com/oauth/grant-type/mfa-oob",
    ];
    let mut grants = vec!["authorization_code", "implicit", "refresh_token", "password"];
    if document == Document::OAuth {
        grants.push("client_credentials");
    }
    grants.push(DEVICE);
    if role == ServerKind::Custom || document == Document::OpenId {
        grants.push(CIBA);
    }
    grants.extend(DIRECT);
    if role == ServerKind::Org {
        grants.push("urn:ietf:params:oauth:grant-type:token-exchange");
    }
    json!(grants)
}

fn standard_scopes(role: ServerKind) -> Value {
    match role {
        ServerKind::Custom => json!([
            "openid",
            "profile",
            "email",
            "address",
            "phone",
            "offline_access",
            "device_sso",
            "interclient_access"
        ]),
        // The org server's document has email before profile.
        ServerKind::Org => json!(["openid", "email", "profile", "address", "phone", "offline_access", "groups"]),
    }
}

fn claims(document: Document) -> Value {
    match document {
        Document::OpenId => json!([
            "iss",
            "ver",
            "sub",
            "aud",
            "iat",
            "exp",
            "jti",
            "auth_time",
            "amr",
            "idp",
            "nonce",
            "name",
            "nickname",
            "preferred_username",
            "given_name",
            "middle_name",
            "family_name",
            "email",
            "email_verified",
            "profile",
            "zoneinfo",
            "locale",
            "address",
            "phone_number",
            "picture",
            "website",
            "gender",
            "birthdate",
            "updated_at",
            "at_hash",
            "c_hash"
        ]),
        Document::OAuth => json!(["ver", "jti", "iss", "aud", "iat", "exp", "cid", "uid", "scp", "sub"]),
    }
}

/// Judges the answer for an authorization server that isn't there.
pub fn unknown_server(recorder: &Recorder, reply: &Reply, id: &str) {
    envelope(
        recorder,
        &UNKNOWN_SERVER,
        reply,
        (404, "E0000007", &format!("Not found: Resource not found: {id} (AuthorizationServer)")),
    );
}

/// Judges the answer for a client that isn't there.
pub fn unknown_client(recorder: &Recorder, reply: &Reply) {
    let expected = (400, "invalid_client", "Invalid value for 'client_id' parameter.");
    envelope(recorder, &UNKNOWN_CLIENT, reply, expected);
}

fn envelope(recorder: &Recorder, check: &super::Check, reply: &Reply, expected: (u16, &str, &str)) {
    let (status, code, text) = expected;
    check.equals(recorder, &format!("{status} {code}: {text}"), Some(&summary(reply)));
}

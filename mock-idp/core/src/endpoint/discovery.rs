//! The discovery documents: OpenID Connect Discovery 1.0 and RFC 8414. Keys, order and values are Okta's, as recorded.

use serde_json::{Map, Value, json};

use crate::model::MetadataPublish;
use crate::org::{API_SCOPES, CompiledServer, Urls};
use crate::protocol::GrantType;
use crate::protocol::acr::AcrValue;
use crate::protocol::jose::{CONTENT_ENCRYPTION, KeyEncryptionAlgorithm};
use crate::tokens::SignatureAlgorithm;

/// The type of a discovery document.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum MetadataType {
    /// `openid-configuration`
    OpenidConfiguration,
    /// `oauth-authorization-server`
    OauthAuthorizationServer,
}

const AUTH_METHODS: [&str; 5] =
    ["client_secret_basic", "client_secret_post", "client_secret_jwt", "private_key_jwt", "none"];
const SIGNING_ALGORITHMS: [&str; 9] = ["HS256", "HS384", "HS512", "RS256", "RS384", "RS512", "ES256", "ES384", "ES512"];
/// FAPI 2 Security Profile 5.4.
const PROFILE_ALGORITHMS: [&str; 1] = ["ES256"];
/// OIDC Core 6.1: without a signature too.
const REQUEST_OBJECT_ALGORITHMS: [&str; 10] =
    ["none", "HS256", "HS384", "HS512", "RS256", "RS384", "RS512", "ES256", "ES384", "ES512"];
const DPOP_ALGORITHMS: [&str; 6] = ["RS256", "RS384", "RS512", "ES256", "ES384", "ES512"];
const OPENID_CLAIMS: [&str; 31] = [
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
    "c_hash",
];
const ACCESS_TOKEN_CLAIMS: [&str; 10] = ["ver", "jti", "iss", "aud", "iat", "exp", "cid", "uid", "scp", "sub"];

/// The document of a server.
#[must_use]
pub fn document(metadata_type: MetadataType, server: &CompiledServer, urls: &Urls) -> Value {
    let openid = metadata_type == MetadataType::OpenidConfiguration;
    let org = server.is_org();
    let endpoints = urls.endpoints(server);
    let endpoint = |name: &str| Value::from(format!("{endpoints}/v1/{name}"));
    let for_browsers = urls.browser_endpoints(server);
    let page = |name: &str| Value::from(format!("{for_browsers}/v1/{name}"));
    let mut document = Map::new();
    let mut put = |name: &str, value: Value| _ = document.insert(name.to_owned(), value);

    put("issuer", urls.issuer(server).into());
    put("authorization_endpoint", page("authorize"));
    put("token_endpoint", endpoint("token"));
    if openid {
        put("userinfo_endpoint", endpoint("userinfo"));
    }
    // Okta: the registration endpoint is that of the org, also in a custom server's document.
    put("registration_endpoint", format!("{}/oauth2/v1/clients", urls.endpoint_base).into());
    // Okta: the org server's RFC 8414 document names no key set.
    if openid || !org {
        put("jwks_uri", endpoint("keys"));
    }
    let strict = server.behavior.restricts_algorithms();
    let algorithms = if strict { &PROFILE_ALGORITHMS[..] } else { &SIGNING_ALGORITHMS[..] };
    let auth_methods =
        if server.behavior.requires_client_keys() { &["private_key_jwt"][..] } else { &AUTH_METHODS[..] };
    put("response_types_supported", response_types(server, openid));
    put("response_modes_supported", json!(["query", "fragment", "form_post", "okta_post_message"]));
    put("grant_types_supported", grant_types(server, openid));
    put("subject_types_supported", json!(["public"]));
    if openid {
        put("id_token_signing_alg_values_supported", json!([SignatureAlgorithm::of(server.behavior).name()]));
        if !org {
            put("id_token_encryption_alg_values_supported", json!(KeyEncryptionAlgorithm::ALL));
            put("id_token_encryption_enc_values_supported", json!([CONTENT_ENCRYPTION]));
        }
    }
    put("scopes_supported", scopes(server, openid));
    put("token_endpoint_auth_methods_supported", json!(auth_methods));
    if server.behavior.lists_assertion_algorithms() {
        put("token_endpoint_auth_signing_alg_values_supported", json!(algorithms));
    }
    put("claims_supported", if openid { openid_claims(server) } else { json!(ACCESS_TOKEN_CLAIMS) });
    if server.behavior.returns_issuer() {
        put("authorization_response_iss_parameter_supported", true.into());
    }
    put("code_challenge_methods_supported", json!(["S256"]));
    put("introspection_endpoint", endpoint("introspect"));
    put("introspection_endpoint_auth_methods_supported", json!(auth_methods));
    put("revocation_endpoint", endpoint("revoke"));
    put("revocation_endpoint_auth_methods_supported", json!(auth_methods));
    put("end_session_endpoint", page("logout"));
    put("request_parameter_supported", true.into());
    if server.behavior.fetches_request_objects() {
        put("request_uri_parameter_supported", (!strict).into());
        put("require_request_uri_registration", (!strict).into());
    }
    if openid && server.behavior.supports_claims_parameter() {
        put("claims_parameter_supported", true.into());
    }
    if openid && server.behavior.acr_values_are_voluntary() {
        put("acr_values_supported", json!(AcrValue::SERVED.map(AcrValue::name)));
    }
    let unsigned = server.behavior.accepts_unsigned_objects() && !strict;
    let object_algorithms = if unsigned { &REQUEST_OBJECT_ALGORITHMS[..] } else { algorithms };
    put("request_object_signing_alg_values_supported", json!(object_algorithms));
    if openid && server.behavior.signs_userinfo() && !strict {
        put("userinfo_signing_alg_values_supported", json!([SignatureAlgorithm::of(server.behavior).name()]));
    }
    put("device_authorization_endpoint", endpoint("device/authorize"));
    put("pushed_authorization_request_endpoint", endpoint("par"));
    if server.behavior.requires_pushed_requests() {
        put("require_pushed_authorization_requests", true.into());
    }
    if openid || !org {
        put("backchannel_token_delivery_modes_supported", json!(["poll"]));
        put("backchannel_authentication_request_signing_alg_values_supported", json!(algorithms));
    }
    let proof_algorithms = if strict { &PROFILE_ALGORITHMS[..] } else { &DPOP_ALGORITHMS[..] };
    put("dpop_signing_alg_values_supported", json!(proof_algorithms));
    if openid && server.behavior.advertises_single_logout() {
        put("frontchannel_logout_supported", true.into());
        put("frontchannel_logout_session_supported", true.into());
        put("backchannel_logout_supported", true.into());
        put("backchannel_logout_session_supported", true.into());
    }
    if openid && server.behavior.manages_sessions() {
        // Session Management 3.3.
        put("check_session_iframe", page("check_session"));
    }
    if org && !openid {
        put("frontchannel_logout_supported", true.into());
        put("frontchannel_logout_session_supported", true.into());
        put("identity_chaining_requested_token_types_supported", json!(["urn:ietf:params:oauth:token-type:id-jag"]));
    }
    Value::Object(document)
}

fn openid_claims(server: &CompiledServer) -> Value {
    let mut names = OPENID_CLAIMS.to_vec();
    if server.behavior.only_requested_claims() {
        names.retain(|name| !matches!(*name, "ver" | "idp"));
        names.push("acr");
    }
    if server.behavior.completes_standard_claims() {
        names.push("phone_number_verified");
    }
    json!(names)
}

/// Okta: bare `token` is listed by the RFC 8414 document only.
fn response_types(server: &CompiledServer, openid: bool) -> Value {
    if server.behavior.issues_codes_only() {
        json!(["code"])
    } else if openid {
        json!(["code", "id_token", "code id_token", "code token", "id_token token", "code id_token token"])
    } else {
        json!(["code", "token", "id_token", "code id_token", "code token", "id_token token", "code id_token token"])
    }
}

/// Okta: `client_credentials` is listed by the RFC 8414 document only, right after `password`.
fn grant_types(server: &CompiledServer, openid: bool) -> Value {
    let org = server.is_org();
    let mut grants = vec!["authorization_code", "implicit", "refresh_token", "password"];
    if !openid {
        grants.push("client_credentials");
    }
    grants.push("urn:ietf:params:oauth:grant-type:device_code");
    if openid || !org {
        grants.push("urn:openid:params:grant-type:ciba");
    }
    grants.extend([
        "urn:okta:params:oauth:grant-type:otp",
        "http://auth0.com/oauth/grant-type/mfa-otp",
        "urn:okta:params:oauth:grant-type:oob",
        "http://auth0.com/oauth/grant-type/mfa-oob",
    ]);
    if org {
        grants.push("urn:ietf:params:oauth:grant-type:token-exchange");
    }
    if server.behavior.issues_codes_only() {
        let is_excluded = |grant: GrantType| grant == GrantType::Implicit || grant.takes_credentials();
        grants.retain(|name| !GrantType::named(name).is_some_and(is_excluded));
    }
    json!(grants)
}

/// Okta: custom scopes are named when they are published, in alphabetical order before the built-in ones; those of the org's own APIs
/// by the org server's RFC 8414 document only.
fn scopes(server: &CompiledServer, openid: bool) -> Value {
    let published = |scope: &&crate::model::Scope| scope.metadata_publish == MetadataPublish::AllClients;
    let mut custom: Vec<&str> =
        server.scopes.iter().filter(|scope| !scope.system).filter(published).map(|scope| scope.name.as_str()).collect();
    custom.sort_unstable();
    if server.is_org() && !openid {
        custom.extend(API_SCOPES);
    }
    let system = server.scopes.iter().filter(|scope| scope.system).filter(published);
    custom.extend(system.map(|scope| scope.name.as_str()));
    json!(custom)
}

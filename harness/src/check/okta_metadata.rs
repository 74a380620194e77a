//! The discovery documents that Okta sends.

use serde_json::{Map, Value, json};

use crate::issuer_target::ServerKind;

/// The two discovery documents of an authorization server.
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

/// The members that Okta sends, in order.
pub(super) fn expected(issuer: &str, role: ServerKind, document: Document) -> Map<String, Value> {
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

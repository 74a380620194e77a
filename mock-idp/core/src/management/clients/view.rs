//! Client metadata in responses.

use serde_json::{Map, Value, json};

use crate::model::App;

/// The client metadata of an app, in Okta's order. The secret is only included in the response that creates it.
#[must_use]
pub fn view(app: &App, include_secret: bool) -> Value {
    let oauth = app.oauth();
    let mut metadata = Map::new();
    let mut put = |name: &str, value: Value| _ = metadata.insert(name.to_owned(), value);
    put("client_id", app.client_id().into());
    if let Some(secret) = app.credentials.oauth_client.client_secret.as_deref().filter(|_| include_secret) {
        put("client_secret", secret.into());
    }
    if let Some(created) = app.created {
        put("client_id_issued_at", created.into());
    }
    put("client_secret_expires_at", 0.into());
    put("client_name", app.label.as_str().into());
    put("client_uri", json!(oauth.client_uri));
    put("logo_uri", json!(oauth.logo_uri));
    put("redirect_uris", json!(oauth.redirect_uris));
    put("post_logout_redirect_uris", json!(oauth.post_logout_redirect_uris));
    put("response_types", json!(oauth.response_types));
    put("grant_types", json!(oauth.grant_types));
    put("token_endpoint_auth_method", json!(app.auth_method()));
    put("application_type", json!(oauth.application_type));
    if let Some(jwks) = &oauth.jwks {
        put("jwks", json!(jwks));
    }
    for (name, uri) in [
        ("jwks_uri", &oauth.jwks_uri),
        ("initiate_login_uri", &oauth.initiate_login_uri),
        ("tos_uri", &oauth.tos_uri),
        ("policy_uri", &oauth.policy_uri),
        ("backchannel_logout_uri", &oauth.backchannel_logout_uri),
    ] {
        if let Some(uri) = uri {
            put(name, uri.as_str().into());
        }
    }
    if let Some(uri) = &oauth.frontchannel_logout_uri {
        put("frontchannel_logout_uri", uri.as_str().into());
        put("frontchannel_logout_session_required", oauth.frontchannel_logout_session_required.into());
    }
    if let Some(algorithm) = oauth.request_object_signing_alg {
        put("request_object_signing_alg", json!(algorithm));
    }
    if oauth.require_signed_request_object {
        put("require_signed_request_object", true.into());
    }
    if !oauth.request_uris.is_empty() {
        put("request_uris", json!(oauth.request_uris));
    }
    if let Some(algorithm) = oauth.userinfo_signed_response_alg {
        put("userinfo_signed_response_alg", json!(algorithm));
    }
    if let Some(algorithm) = oauth.id_token_encrypted_response_alg {
        put("id_token_encrypted_response_alg", json!(algorithm));
    }
    if oauth.dpop_bound_access_tokens {
        put("dpop_bound_access_tokens", true.into());
    }
    Value::Object(metadata)
}

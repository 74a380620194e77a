//! Finds out what the clients of a target may use, so that scenarios that need more are skipped with the reason.
//!
//! An issuer that refuses a response type or a grant type to a client says so before anything else (RFC 6749 4.1.2.1
//! and 5.2). What the target file states is not asked.

use futures_util::future::join_all;

use crate::flow::{self, AuthorizationRequest, FormRequest};
use crate::issuer_target::{AuthMethod, Client, Endpoint, Server, Target};
use crate::wire::Request;
use crate::wire::error::OAuthError;

/// The response types that scenarios use.
const RESPONSE_TYPES: [&str; 6] =
    ["code", "id_token", "id_token token", "code id_token", "code token", "code id_token token"];

/// A value that no issuer has issued.
const UNKNOWN: &str = "harness-probe";

/// Asks the first server of the target about each client.
pub(super) async fn probe(target: &mut Target) {
    let Some(server) = target.servers.values().next() else { return };
    let refusals = join_all(target.clients.values().map(|client| refusals(target, server, client))).await;
    for (client, refusals) in target.clients.values_mut().zip(refusals) {
        for (value, words) in refusals {
            client.capabilities.refuse(&value, words);
        }
    }
}

/// What the issuer refuses to a client, with its words.
async fn refusals(target: &Target, server: &Server, client: &Client) -> Vec<(String, String)> {
    let mut refusals = Vec::new();
    if !client.capabilities.states_response_types() {
        for value in RESPONSE_TYPES {
            refusals.extend(response_type(target, server, client, value).await.map(|words| (value.to_owned(), words)));
        }
    }
    // A client that authenticates with a key needs an assertion; its grants show when they are used.
    let with_key = matches!(client.auth, AuthMethod::PrivateKeyJwt | AuthMethod::ClientSecretJwt);
    if let Some(endpoint) = server.endpoint(Endpoint::Token)
        && !client.capabilities.states_grant_types()
        && !with_key
    {
        let code = FormRequest::new(endpoint)
            .with("grant_type", "authorization_code")
            .with("code", UNKNOWN)
            .with("redirect_uri", target.redirect_uri.as_str())
            .with("code_verifier", &flow::random_text(43))
            .as_client(client);
        let forms = [
            ("authorization_code", code),
            ("refresh_token", flow::refresh(endpoint, client, UNKNOWN)),
            ("client_credentials", flow::client_credentials(endpoint, client, Some(UNKNOWN))),
        ];
        for (value, form) in forms {
            refusals.extend(grant_type(target, &form).await.map(|words| (value.to_owned(), words)));
        }
    }
    refusals
}

async fn response_type(target: &Target, server: &Server, client: &Client, value: &str) -> Option<String> {
    let request = AuthorizationRequest::of(target, client).with("response_type", value).with("prompt", "none");
    let request = if value.contains("code") { request } else { request.without_pkce() };
    let url = request.url(server.endpoint(Endpoint::Authorization)?);
    let reply = target.http.with_cookies().send(Request::get(url)).await.ok()?;
    let to = reply.location()?;
    let fragment = to.fragment().unwrap_or_default().as_bytes();
    let params: Vec<(String, String)> =
        to.query_pairs().chain(url::form_urlencoded::parse(fragment)).map(|(n, v)| (n.into(), v.into())).collect();
    let get = |name: &str| params.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
    refusal(get("error")?, get("error_description"), &["unsupported_response_type", "unauthorized_client"])
}

async fn grant_type(target: &Target, form: &FormRequest) -> Option<String> {
    let reply = form.send(&target.http).await.ok()?;
    let error: OAuthError = serde_json::from_str(&reply.body).ok()?;
    refusal(&error.error, error.error_description.as_deref(), &["unauthorized_client", "unsupported_grant_type"])
}

/// The issuer's words, if the error means that the client may not use what it asked for.
fn refusal(error: &str, description: Option<&str>, meaning: &[&str]) -> Option<String> {
    let words = description.map_or_else(|| error.to_owned(), |description| format!("{error}: {description}"));
    meaning.contains(&error).then_some(words)
}

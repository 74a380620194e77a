//! The parameters that a client sends for a question.

use mock_idp_core::model::Password;
use mock_idp_core::org::{CompiledServer, Org};
use mock_idp_core::preview::Question;
use mock_idp_core::protocol::token_type::{ACCESS_TOKEN, DEVICE_SECRET, ID_TOKEN};
use mock_idp_core::protocol::{GrantType, Parameters, Scopes, pkce};
use serde_json::{Map, Value};

/// In place of what a client chooses at random.
const STATE: &str = "preview";
const NONCE: &str = "preview";
/// What is typed for a user who has none.
const NO_PASSWORD: &str = "none";
/// What is presented for a token that the sign-in did not give.
const NO_TOKEN: &str = "none";
const VERIFIER: &str = "preview-preview-preview-preview-preview-preview";

/// The authorization request of a question, at the client's first redirect URI.
pub(super) fn authorize(org: &Org, question: &Question, scopes: &Scopes) -> Parameters {
    let client = org.client(&question.client_id);
    let response_type = question.authorization_response_type(org);
    let redirect_uri = client.and_then(|client| client.oauth().redirect_uris.first()).map(|uri| {
        // A wildcard stands for one label.
        uri.replacen('*', "preview", 1)
    });
    let code = response_type.split(' ').any(|word| word == "code");
    let front_channel = response_type.split(' ').any(|word| word != "code");
    let nonce = question.nonce.clone().or_else(|| front_channel.then(|| NONCE.to_owned()));
    let challenge = code.then(|| pkce::challenge(VERIFIER));
    let mut pairs = vec![("client_id", Some(question.client_id.clone())), ("response_type", Some(response_type))];
    pairs.push(("scope", Some(scopes.join()).filter(|scopes| !scopes.is_empty())));
    pairs.push(("redirect_uri", redirect_uri));
    pairs.push(("state", Some(STATE.to_owned())));
    pairs.push(("nonce", nonce));
    pairs.push(("code_challenge_method", challenge.is_some().then(|| "S256".to_owned())));
    pairs.push(("code_challenge", challenge));
    pairs.push(("acr_values", question.acr_values.clone()));
    pairs.push(("prompt", question.prompt.clone()));
    pairs.push(("max_age", question.max_age.map(|seconds| seconds.to_string())));
    pairs.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
}

pub(super) fn redeem_code(code: &str, authorize: &Parameters) -> Parameters {
    let redirect_uri = authorize.get("redirect_uri").unwrap_or_default();
    [
        ("grant_type", GrantType::AuthorizationCode.name()),
        ("code", code),
        ("redirect_uri", redirect_uri),
        ("code_verifier", VERIFIER),
    ]
    .into_iter()
    .collect()
}

pub(super) fn refresh(token: &str) -> Parameters {
    [("grant_type", GrantType::RefreshToken.name()), ("refresh_token", token)].into_iter().collect()
}

/// A grant without a sign-in in a browser; for a question about refreshes, the one that comes before them.
pub(super) fn directly(org: &Org, question: &Question, scopes: &Scopes) -> Parameters {
    let user = question.user(org);
    let grant = match question.grant_type {
        GrantType::RefreshToken => GrantType::Password,
        grant => grant,
    };
    let mut pairs = vec![("grant_type", grant.name().to_owned())];
    if grant == GrantType::Password {
        let password = user.and_then(|user| user.credentials.password.as_ref());
        pairs.push(("username", user.map_or_else(String::new, |user| user.profile.login.clone())));
        pairs.push(("password", password.and_then(Password::text).unwrap_or(NO_PASSWORD).to_owned()));
    }
    if !scopes.is_empty() {
        pairs.push(("scope", scopes.join()));
    }
    pairs.into_iter().collect()
}

pub(super) fn device(question: &Question) -> Parameters {
    [("scope", question.scopes.join())].into_iter().filter(|(_, scopes)| !scopes.is_empty()).collect()
}

pub(super) fn back_channel(org: &Org, question: &Question) -> Parameters {
    let login = question.user(org).map_or_else(String::new, |user| user.profile.login.clone());
    [("scope", question.scopes.join()), ("login_hint", login)]
        .into_iter()
        .filter(|(_, value)| !value.is_empty())
        .collect()
}

pub(super) fn redeem_polled(question: &Question, (name, code): (&str, &str)) -> Parameters {
    [("grant_type", question.grant_type.name()), (name, code)].into_iter().collect()
}

/// Okta: "Set up OAuth 2.0 On-Behalf-Of Token Exchange".
pub(super) fn exchange_access_token(question: &Question, server: &CompiledServer, token: &str) -> Parameters {
    let subject = [("subject_token_type", ACCESS_TOKEN), ("subject_token", token)];
    exchange(question, server, subject.into_iter())
}

/// Okta: "Configure SSO for native apps". The answer is that of the sign-in which gave the device secret.
pub(super) fn exchange_device_secret(
    question: &Question,
    server: &CompiledServer,
    answer: &Map<String, Value>,
) -> Parameters {
    let text = |name: &str| answer.get(name).and_then(Value::as_str).unwrap_or(NO_TOKEN);
    let subject = [
        ("subject_token_type", ID_TOKEN),
        ("subject_token", text("id_token")),
        ("actor_token_type", DEVICE_SECRET),
        ("actor_token", text("device_secret")),
    ];
    exchange(question, server, subject.into_iter())
}

fn exchange<'p>(
    question: &Question,
    server: &CompiledServer,
    subject: impl Iterator<Item = (&'p str, &'p str)>,
) -> Parameters {
    let mut pairs = vec![("grant_type", GrantType::TokenExchange.name().to_owned())];
    pairs.extend(subject.map(|(name, value)| (name, value.to_owned())));
    pairs.extend(server.audience.clone().map(|audience| ("audience", audience)));
    pairs.extend(Some(question.scopes.join()).filter(|scopes| !scopes.is_empty()).map(|scopes| ("scope", scopes)));
    pairs.into_iter().collect()
}

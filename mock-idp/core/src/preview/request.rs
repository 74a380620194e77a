//! The requests that a client would make, and how they look on the wire.

use serde::Serialize;

use super::Question;
use crate::model::{App, AuthMethod};
use crate::org::{CompiledServer, Org, Urls};
use crate::protocol::{GrantType, Parameters, Scopes, pkce};

/// What stands for what a client makes up anew each time.
const STATE: &str = "preview";
const NONCE: &str = "preview";
/// What is typed for a user who has none.
const NO_PASSWORD: &str = "none";
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
        pairs.push(("password", password.map_or_else(|| NO_PASSWORD.to_owned(), |password| password.value.clone())));
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

/// A request as a person would make it.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct ShownRequest {
    pub method: &'static str,
    pub url: String,
    /// Of the query or the form, in wire order.
    pub parameters: Vec<(String, String)>,
    /// A command that makes it; `None` for what a browser has to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub curl: Option<String>,
}

impl ShownRequest {
    /// Its address without the query.
    #[must_use]
    pub fn path(&self) -> &str {
        self.url.split_once('?').map_or(&self.url, |(path, _)| path)
    }

    pub(super) fn authorize(urls: &Urls, server: &CompiledServer, parameters: &Parameters) -> Self {
        let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(parameters.iter()).finish();
        let url = format!("{}/v1/authorize?{query}", urls.endpoints(server));
        Self { method: "GET", url, parameters: owned(parameters), curl: None }
    }

    /// What only the real flow knows (codes, tokens, secrets) is left to variables.
    pub(super) fn post(urls: &Urls, server: &CompiledServer, client: &App, endpoint: &str, body: &Parameters) -> Self {
        let url = format!("{}/v1/{endpoint}", urls.endpoints(server));
        let mut parameters = owned(body);
        for (name, value) in &mut parameters {
            if matches!(name.as_str(), "code" | "refresh_token" | "password" | "device_code" | "auth_req_id") {
                *value = format!("${}", name.to_uppercase());
            }
        }
        let mut curl = format!("curl -sS {url}");
        let id = client.client_id();
        match client.auth_method() {
            AuthMethod::ClientSecretBasic => curl.push_str(&format!(" --user \"{id}:$CLIENT_SECRET\"")),
            AuthMethod::ClientSecretPost => {
                curl.push_str(&format!(" --data client_id={id} --data \"client_secret=$CLIENT_SECRET\""));
            }
            AuthMethod::ClientSecretJwt | AuthMethod::PrivateKeyJwt => {
                let kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
                curl.push_str(&format!(" --data client_assertion_type={kind} --data \"client_assertion=$ASSERTION\""));
            }
            AuthMethod::None => curl.push_str(&format!(" --data client_id={id}")),
        }
        for (name, value) in &parameters {
            let quoted =
                if value.starts_with('$') { format!("\"{name}={value}\"") } else { quote(&format!("{name}={value}")) };
            curl.push_str(" --data-urlencode ");
            curl.push_str(&quoted);
        }
        Self { method: "POST", url, parameters, curl: Some(curl) }
    }
}

fn owned(parameters: &Parameters) -> Vec<(String, String)> {
    parameters.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

/// One word for a shell, whatever it holds.
fn quote(text: &str) -> String {
    let plain = |character: char| character.is_ascii_alphanumeric() || "=_-.:/".contains(character);
    if text.chars().all(plain) { text.to_owned() } else { format!("'{}'", text.replace('\'', "'\\''")) }
}

/// The command that puts a question to a running mock again.
pub fn ask_again(org: &Org, base: &str, question: &Question) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    for (name, value) in question.parameters(org) {
        query.append_pair(name, &value);
    }
    format!("curl -sS '{base}/_mock/explain?{}'", query.finish())
}

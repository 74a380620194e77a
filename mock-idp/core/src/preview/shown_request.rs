//! How requests of a client look on the wire.

use serde::Serialize;

use super::Question;
use crate::model::{App, AuthMethod};
use crate::org::{CompiledServer, Org, Urls};
use crate::protocol::Parameters;

/// A request as a person would make it.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct ShownRequest {
    pub method: &'static str,
    pub url: String,
    /// The parameters of the query or the form, in wire order.
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

    /// An authorization request.
    #[must_use]
    pub fn authorize(urls: &Urls, server: &CompiledServer, parameters: &Parameters) -> Self {
        let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(parameters.iter()).finish();
        let url = format!("{}/v1/authorize?{query}", urls.browser_endpoints(server));
        Self { method: "GET", url, parameters: owned(parameters), curl: None }
    }

    /// A request of the client itself. What only the real flow knows (codes, tokens, secrets) is left to variables.
    #[must_use]
    pub fn post(urls: &Urls, server: &CompiledServer, client: &App, endpoint: &str, body: &Parameters) -> Self {
        let url = format!("{}/v1/{endpoint}", urls.endpoints(server));
        let mut parameters = owned(body);
        for (name, value) in &mut parameters {
            if matches!(
                name.as_str(),
                "code" | "refresh_token" | "password" | "device_code" | "auth_req_id" | "subject_token" | "actor_token"
            ) {
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

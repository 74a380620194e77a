//! A previewed token request: a client, a user or none, a grant, scopes, a server, and the facts of a session.

use indexmap::IndexSet;

use super::names::{clients, fitting_grant, grant, has_user, logins, servers, users};
use super::parameter::{BadParameter, PARAMETERS};
use crate::model::{ResponseWord, User};
use crate::org::Org;
use crate::protocol::{GrantType, ResponseType, Scopes};

/// A question, whose names are all known to the org that it was read for.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Question {
    pub client_id: String,
    /// `None` for a client that acts for itself.
    pub user_id: Option<String>,
    /// Id of the authorization server; the org's id for the org authorization server.
    pub server: String,
    pub grant_type: GrantType,
    pub response_type: Option<String>,
    pub scopes: Scopes,
    pub nonce: Option<String>,
    pub acr_values: Option<String>,
    pub prompt: Option<String>,
    /// Seconds.
    pub max_age: Option<i64>,
    pub session: Session,
    /// Whether the user has allowed, or allows, what they are asked.
    pub consent_given: bool,
    /// Whether the client proves that it holds a key (DPoP), so that its tokens are bound to it.
    pub proves_key: bool,
}

/// The facts of the session; without them the user signs in now.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Session {
    /// Seconds since the epoch; `None`: now.
    pub auth_time: Option<i64>,
    /// RFC 8176 values; none: what the sign-in gives.
    pub amr: Vec<String>,
}

/// The largest number of scopes in a question.
const MAX_SCOPES: usize = 1_000;

impl Question {
    /// Reads a question from its parameters.
    ///
    /// # Errors
    /// The first parameter that is unknown, doubled, missing, or names what the org does not have.
    pub fn read<'p>(org: &Org, parameters: impl IntoIterator<Item = (&'p str, &'p str)>) -> Result<Self, BadParameter> {
        let mut given: Vec<(&str, &str)> = Vec::new();
        for (name, value) in parameters {
            if !PARAMETERS.iter().any(|(known, _)| *known == name) {
                let known = PARAMETERS.iter().map(|(known, _)| *known);
                return Err(BadParameter::unknown(name, "no parameter is named", name, known));
            }
            if given.iter().any(|(known, _)| *known == name) {
                return Err(BadParameter::new(name, format!("{name} is given twice"), Vec::new()));
            }
            given.push((name, value.trim()));
        }
        let get = |name: &str| {
            given.iter().find(|(known, _)| *known == name).map(|(_, value)| *value).filter(|value| !value.is_empty())
        };
        let Some(client) = get("client") else {
            let ids = org.clients().map(|app| app.client_id().to_owned()).collect();
            return Err(BadParameter::new("client", "client is missing", ids));
        };
        let client_id = only(clients(&[org], client)?);
        let user_id = get("user").map(|user| users(&[org], user)).transpose()?.map(only);
        let grant_type = match get("grant") {
            Some(given) => grant(given)?,
            None => fitting_grant(org, &client_id, user_id.is_some()),
        };
        match (&user_id, has_user(grant_type)) {
            (None, true) => {
                let error = format!("{} needs a user", grant_type.name());
                return Err(BadParameter::new("user", error, logins(org)));
            }
            (Some(_), false) => {
                let error = format!("{} has no user: the client acts for itself", grant_type.name());
                return Err(BadParameter::new("user", error, Vec::new()));
            }
            _ => {}
        }
        let scopes = Scopes::parse(&get("scope").unwrap_or_default().replace(',', " "));
        if scopes.as_slice().len() > MAX_SCOPES {
            let error = format!("{} scopes are given, {MAX_SCOPES} are possible", scopes.as_slice().len());
            return Err(BadParameter::new("scope", error, Vec::new()));
        }
        let bound = org.client(&client_id).is_some_and(|client| client.oauth().dpop_bound_access_tokens);
        let proves_key = either("dpop", "proved", get("dpop"))?.unwrap_or(bound);
        Ok(Self {
            response_type: response_type(get("response_type"), grant_type)?,
            client_id,
            user_id,
            server: only(servers(&[org], get("server").unwrap_or("default"))?),
            grant_type,
            scopes,
            nonce: get("nonce").map(str::to_owned),
            acr_values: get("acr_values").map(str::to_owned),
            prompt: get("prompt").map(str::to_owned),
            max_age: number("max_age", get("max_age"))?,
            session: Session {
                auth_time: time("auth_time", get("auth_time"))?,
                amr: get("amr").unwrap_or_default().split_whitespace().map(str::to_owned).collect(),
            },
            consent_given: either("consent", "given", get("consent"))?.unwrap_or(true),
            proves_key,
        })
    }

    /// The user, as the org knows them.
    #[must_use]
    pub fn user<'a>(&self, org: &'a Org) -> Option<&'a User> {
        self.user_id.as_deref().and_then(|id| org.user(id))
    }

    /// The name under which the server is asked for: `org`, `default` or its id.
    #[must_use]
    pub fn server_name<'a>(&'a self, org: &'a Org) -> &'a str {
        match org.server_by_id(&self.server) {
            Some(server) if server.is_org() => "org",
            Some(server) => &server.path_name,
            None => &self.server,
        }
    }

    /// The parameters that ask the same again.
    #[must_use]
    pub fn parameters(&self, org: &Org) -> Vec<(&'static str, String)> {
        let amr = (!self.session.amr.is_empty()).then(|| self.session.amr.join(" "));
        let pairs = [
            ("client", Some(self.client_id.clone())),
            ("user", self.user(org).map(|user| user.profile.login.clone()).or_else(|| self.user_id.clone())),
            ("grant", Some(self.grant_type.name().to_owned())),
            ("response_type", self.effective_response_type(org)),
            ("scope", Some(self.scopes.join()).filter(|scopes| !scopes.is_empty())),
            ("server", Some(self.server_name(org).to_owned())),
            ("nonce", self.nonce.clone()),
            ("acr_values", self.acr_values.clone()),
            ("prompt", self.prompt.clone()),
            ("max_age", self.max_age.map(|seconds| seconds.to_string())),
            ("auth_time", self.session.auth_time.map(|time| time.to_string())),
            ("amr", amr),
            ("consent", (!self.consent_given).then(|| "missing".to_owned())),
            ("dpop", self.proves_key.then(|| "proved".to_owned())),
        ];
        pairs.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
    }

    /// The response type that the request will say, where the grant has one.
    #[must_use]
    pub fn effective_response_type(&self, org: &Org) -> Option<String> {
        matches!(self.grant_type, GrantType::AuthorizationCode | GrantType::Implicit | GrantType::RefreshToken)
            .then(|| self.authorization_response_type(org))
            .filter(|response_type| !response_type.is_empty())
    }

    /// The response type of the authorization request: that of the question, or one that fits the grant, which is `code` or the
    /// tokens that the app may get from the authorization endpoint.
    #[must_use]
    pub fn authorization_response_type(&self, org: &Org) -> String {
        let client = org.client(&self.client_id);
        if let Some(asked) = &self.response_type {
            return asked.clone();
        }
        if self.grant_type != GrantType::Implicit {
            return "code".to_owned();
        }
        let enabled = |word: ResponseWord| client.is_none_or(|client| client.oauth().response_types.contains(&word));
        let openid = self.scopes.contains("openid");
        let words: Vec<&str> = [(ResponseWord::IdToken, openid), (ResponseWord::Token, true)]
            .into_iter()
            .filter(|(word, fits)| *fits && enabled(*word))
            .map(|(word, _)| word.name())
            .collect();
        if words.is_empty() { "token".to_owned() } else { words.join(" ") }
    }
}

/// What a name means in a single org.
fn only(found: IndexSet<String>) -> String {
    found.into_iter().next().unwrap_or_default()
}

/// A parameter that says yes by a word of its own, and no by `missing`.
fn either(name: &str, yes: &str, given: Option<&str>) -> Result<Option<bool>, BadParameter> {
    match given {
        None => Ok(None),
        Some("missing") => Ok(Some(false)),
        Some(word) if word == yes => Ok(Some(true)),
        Some(other) => {
            Err(BadParameter::unknown(name, &format!("{name} cannot be"), other, [yes, "missing"].into_iter()))
        }
    }
}

fn response_type(given: Option<&str>, grant_type: GrantType) -> Result<Option<String>, BadParameter> {
    let Some(given) = given else { return Ok(None) };
    let wrong = |error: String, allowed: &[&str]| {
        Err(BadParameter::new("response_type", error, allowed.iter().map(|known| (*known).to_owned()).collect()))
    };
    let Some(parsed) = ResponseType::parse(given) else {
        let error = format!("{given:?} is not a response type");
        return wrong(error, &["code", "token", "id_token", "code id_token", "id_token token"]);
    };
    match grant_type {
        GrantType::Implicit if parsed.code => wrong(
            "implicit has no code; the grant with one is authorization_code".to_owned(),
            &["token", "id_token", "id_token token"],
        ),
        GrantType::AuthorizationCode | GrantType::RefreshToken if !parsed.code => wrong(
            format!("{} needs a code", grant_type.name()),
            &["code", "code id_token", "code token", "code id_token token"],
        ),
        GrantType::ClientCredentials
        | GrantType::Password
        | GrantType::DeviceCode
        | GrantType::Ciba
        | GrantType::TokenExchange => wrong(format!("{} has no response type", grant_type.name()), &[]),
        _ => Ok(Some(given.to_owned())),
    }
}

/// A time, up to the last second of the year 9999.
fn time(name: &str, given: Option<&str>) -> Result<Option<i64>, BadParameter> {
    const LAST: i64 = 253_402_300_799;
    let seconds = number(name, given)?;
    if seconds.is_some_and(|seconds| !(0..=LAST).contains(&seconds)) {
        return Err(BadParameter::new(name, format!("{name} is between 0 and {LAST}"), Vec::new()));
    }
    Ok(seconds)
}

fn number(name: &str, given: Option<&str>) -> Result<Option<i64>, BadParameter> {
    let wrong =
        |given: &str| BadParameter::new(name, format!("{name} is a number of seconds, not {given:?}"), Vec::new());
    given.map(|given| given.parse().map_err(|_| wrong(given))).transpose()
}

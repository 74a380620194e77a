//! What is asked: a client, a user or none, a grant, scopes, a server, and the facts of a session.

use crate::ledger::Authentication;
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

/// The names that a question is asked with, and what each wants.
pub const PARAMETERS: &[(&str, &str)] = &[
    ("client", "client id or label"),
    ("user", "login or id; none for client_credentials"),
    (
        "grant",
        "authorization_code, implicit, refresh_token, client_credentials, password, or the URN of device_code or ciba; none: what fits the user",
    ),
    ("response_type", "code, token, id_token, or several, where the grant has one"),
    ("scope", "scopes, with spaces between; none: the server's default ones"),
    ("server", "default, org, or an authorization server's id"),
    ("nonce", "as in the authorization request"),
    ("acr_values", "as in the authorization request"),
    ("prompt", "as in the authorization request"),
    ("max_age", "seconds, as in the authorization request"),
    ("auth_time", "when the session was signed in to, in seconds since 1970; none: now"),
    ("amr", "how, with spaces between; none: pwd"),
    ("consent", "given or missing"),
    ("dpop", "proved or missing; none: proved where the app asks for it"),
];

/// A parameter that makes no sense here.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{error}")]
pub struct BadParameter {
    pub parameter: String,
    /// What is wrong, with the nearest name that would be right.
    pub error: String,
    /// What would be right.
    pub allowed: Vec<String>,
}

impl BadParameter {
    fn new(parameter: &str, error: impl Into<String>, allowed: Vec<String>) -> Self {
        Self { parameter: parameter.to_owned(), error: error.into(), allowed }
    }

    fn unknown(parameter: &str, what: &str, given: &str, allowed: Vec<String>) -> Self {
        let nearest = nearest(given, allowed.iter().map(String::as_str));
        let hint = nearest.map(|nearest| format!("; did you mean {nearest:?}?")).unwrap_or_default();
        Self::new(parameter, format!("{what} {given:?}{hint}"), allowed)
    }
}

fn nearest<'a>(given: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let likeness = |known: &str| strsim::jaro_winkler(&given.to_lowercase(), &known.to_lowercase());
    known.max_by(|left, right| likeness(left).total_cmp(&likeness(right))).filter(|known| likeness(known) > 0.7)
}

impl Question {
    /// Reads a question from its parameters.
    ///
    /// # Errors
    /// The first parameter that is unknown, doubled, missing, or names what the org does not have.
    pub fn read<'p>(org: &Org, parameters: impl IntoIterator<Item = (&'p str, &'p str)>) -> Result<Self, BadParameter> {
        let mut given: Vec<(&str, &str)> = Vec::new();
        for (name, value) in parameters {
            if !PARAMETERS.iter().any(|(known, _)| *known == name) {
                let allowed = PARAMETERS.iter().map(|(known, _)| (*known).to_owned()).collect();
                return Err(BadParameter::unknown(name, "no parameter is named", name, allowed));
            }
            if given.iter().any(|(known, _)| *known == name) {
                return Err(BadParameter::new(name, format!("{name} is given twice"), Vec::new()));
            }
            given.push((name, value.trim()));
        }
        let get = |name: &str| {
            given.iter().find(|(known, _)| *known == name).map(|(_, value)| *value).filter(|value| !value.is_empty())
        };
        let client_id = client(org, get("client"))?;
        let user_id = get("user").map(|user| find_user(org, user)).transpose()?;
        let grant_type = grant(org, get("grant"), &client_id, user_id.is_some())?;
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
        let bound = org.client(&client_id).is_some_and(|client| client.oauth().dpop_bound_access_tokens);
        let proves_key = either("dpop", "proved", get("dpop"))?.unwrap_or(bound);
        Ok(Self {
            response_type: response_type(get("response_type"), grant_type)?,
            client_id,
            user_id,
            server: server(org, get("server").unwrap_or("default"))?,
            grant_type,
            scopes: Scopes::parse(&get("scope").unwrap_or_default().replace(',', " ")),
            nonce: get("nonce").map(str::to_owned),
            acr_values: get("acr_values").map(str::to_owned),
            prompt: get("prompt").map(str::to_owned),
            max_age: number("max_age", get("max_age"))?,
            session: Session {
                auth_time: number("auth_time", get("auth_time"))?,
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
    pub(super) fn authorization_response_type(&self, org: &Org) -> String {
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

    /// The session that was there before, if the question has one.
    pub(super) fn earlier_session(&self) -> Option<Authentication> {
        let auth_time = self.session.auth_time?;
        let user_id = self.user_id.clone()?;
        let amr = if self.session.amr.is_empty() { vec!["pwd".to_owned()] } else { self.session.amr.clone() };
        Some(Authentication { user_id, auth_time, amr, session_id: SESSION.to_owned() })
    }

    /// What a sign-in now gives.
    pub(super) fn fresh_authentication(&self, user_id: String, amr: Vec<String>, now: i64) -> Authentication {
        let amr = if self.session.amr.is_empty() { amr } else { self.session.amr.clone() };
        Authentication { user_id, auth_time: now, amr, session_id: SESSION.to_owned() }
    }
}

const SESSION: &str = "idxpreview";

/// A parameter that says yes by a word of its own, and no by `missing`.
fn either(name: &str, yes: &str, given: Option<&str>) -> Result<Option<bool>, BadParameter> {
    match given {
        None => Ok(None),
        Some("missing") => Ok(Some(false)),
        Some(word) if word == yes => Ok(Some(true)),
        Some(other) => {
            let allowed = vec![yes.to_owned(), "missing".to_owned()];
            Err(BadParameter::unknown(name, &format!("{name} cannot be"), other, allowed))
        }
    }
}

/// Whether somebody signs in.
pub(super) fn has_user(grant_type: GrantType) -> bool {
    grant_type != GrantType::ClientCredentials
}

fn client(org: &Org, given: Option<&str>) -> Result<String, BadParameter> {
    let allowed = || org.apps().map(|app| app.client_id().to_owned()).collect::<Vec<_>>();
    let Some(given) = given else { return Err(BadParameter::new("client", "client is missing", allowed())) };
    let known = org.apps().find(|app| app.client_id() == given || app.label.eq_ignore_ascii_case(given));
    known.map(|app| app.client_id().to_owned()).ok_or_else(|| {
        let names: Vec<String> = org.apps().flat_map(|app| [app.client_id().to_owned(), app.label.clone()]).collect();
        BadParameter::unknown("client", "no client is", given, names)
    })
}

fn logins(org: &Org) -> Vec<String> {
    const MOST: usize = 100;
    org.users().take(MOST).map(|user| user.profile.login.clone()).collect()
}

fn find_user(org: &Org, given: &str) -> Result<String, BadParameter> {
    let user = org.user(given).or_else(|| org.user_by_identifier(given));
    user.map(|user| user.id.clone()).ok_or_else(|| BadParameter::unknown("user", "no user is", given, logins(org)))
}

fn server(org: &Org, given: &str) -> Result<String, BadParameter> {
    if given == "org" {
        return Ok(org.identity().id.clone());
    }
    org.server(given).or_else(|| org.server_by_id(given)).map(|server| server.id.clone()).ok_or_else(|| {
        let custom = org.servers().iter().skip(1).map(|server| server.path_name.clone());
        let allowed = std::iter::once("org".to_owned()).chain(custom).collect();
        BadParameter::unknown("server", "no authorization server is", given, allowed)
    })
}

/// The grants that can be previewed.
pub const GRANTS: [GrantType; 7] = [
    GrantType::AuthorizationCode,
    GrantType::Implicit,
    GrantType::RefreshToken,
    GrantType::ClientCredentials,
    GrantType::Password,
    GrantType::DeviceCode,
    GrantType::Ciba,
];

/// Without one: what fits the user or their absence.
fn grant(org: &Org, given: Option<&str>, client_id: &str, user: bool) -> Result<GrantType, BadParameter> {
    let Some(given) = given else {
        let client = org.client(client_id);
        let has = |grant| client.is_some_and(|client| client.oauth().grant_types.contains(&grant));
        return Ok(match user {
            false => GrantType::ClientCredentials,
            true => GRANTS
                .into_iter()
                .filter(|grant| has_user(*grant) && *grant != GrantType::RefreshToken)
                .find(|grant| has(*grant))
                .unwrap_or(GrantType::AuthorizationCode),
        });
    };
    // The last part of a URN is enough.
    let short = |grant: &GrantType| grant.name().rsplit(':').next().is_some_and(|last| last == given);
    GRANTS.into_iter().find(|grant| grant.name() == given || short(grant)).ok_or_else(|| {
        let allowed = GRANTS.map(|grant| grant.name().to_owned()).into();
        BadParameter::unknown("grant", "no preview is made of the grant", given, allowed)
    })
}

fn response_type(given: Option<&str>, grant_type: GrantType) -> Result<Option<String>, BadParameter> {
    let Some(given) = given else { return Ok(None) };
    let wrong = |error: String, allowed: &[&str]| {
        Err(BadParameter::new("response_type", error, allowed.iter().map(|known| (*known).to_owned()).collect()))
    };
    let Some(parsed) = ResponseType::parse(given) else {
        let error = format!("{given:?} is no response type");
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
        GrantType::ClientCredentials | GrantType::Password | GrantType::DeviceCode | GrantType::Ciba => {
            wrong(format!("{} has no response type", grant_type.name()), &[])
        }
        _ => Ok(Some(given.to_owned())),
    }
}

fn number(name: &str, given: Option<&str>) -> Result<Option<i64>, BadParameter> {
    let wrong =
        |given: &str| BadParameter::new(name, format!("{name} is a number of seconds, not {given:?}"), Vec::new());
    given.map(|given| given.parse().map_err(|_| wrong(given))).transpose()
}

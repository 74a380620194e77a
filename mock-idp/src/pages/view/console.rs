//! What the console pages show, as plain data.

use mock_idp_core::org::Org;
use mock_idp_core::preview::{
    Asks, EndpointTokens, GRANTS, Preview, PreviewOutcome, PreviewedToken, Question, Refused, Remedies, ShownRequest,
    Why, ask_again,
};
use serde_json::Value;

use super::control_api::ControlApiView;
use super::coverage::CoverageView;
use super::frame::Frame;
use super::inbox::InboxView;
use super::journal::{RequestView, RequestsView};
use super::start::StartView;

/// A page of the console.
#[derive(Clone, Debug)]
pub(crate) enum ConsoleView {
    Start(Box<StartView>),
    Preview(Box<PreviewView>),
    Requests(Box<RequestsView>),
    Request(Box<RequestView>),
    ControlApi(Box<ControlApiView>),
    Coverage(Box<CoverageView>),
    Inbox(Box<InboxView>),
}

/// The preview page: the form, and the result of the submitted question.
#[derive(Clone, Debug)]
pub(crate) struct PreviewView {
    pub frame: Frame,
    pub form: FormView,
    /// What is wrong with a parameter.
    pub problem: Option<String>,
    pub result: Option<ResultView>,
}

/// The form, with the submitted values.
#[derive(Clone, Debug)]
pub(crate) struct FormView {
    pub clients: Vec<Choice>,
    pub users: Vec<Choice>,
    pub grants: Vec<Choice>,
    pub servers: Vec<Choice>,
    /// The name of the chosen server.
    pub server_name: String,
    /// Its scopes.
    pub scopes: Vec<Choice>,
    /// The submitted scopes that it does not have.
    pub other_scopes: String,
    pub response_type: String,
}

/// One choice of a list.
#[derive(Clone, Debug)]
pub(crate) struct Choice {
    pub value: String,
    pub label: String,
    pub chosen: bool,
}

/// The result of a question.
#[derive(Clone, Debug)]
pub(crate) struct ResultView {
    /// In one sentence.
    pub headline: String,
    pub granted: bool,
    pub refusal: Option<RefusalView>,
    pub tokens: Vec<TokenView>,
    pub remedies: Vec<String>,
    /// Why the search for remedies ended before everything was tried.
    pub search_cut_short: Option<&'static str>,
    pub why: Why,
    pub requests: Vec<ShownRequest>,
    /// A command for the same question to the running mock.
    pub curl: String,
}

/// A refusal, in the words that a client sees.
#[derive(Clone, Debug)]
pub(crate) struct RefusalView {
    pub error: String,
    pub description: String,
    pub status: u16,
    pub shown: &'static str,
    pub reason: String,
}

/// One token, or one body of claims.
#[derive(Clone, Debug)]
pub(crate) struct TokenView {
    pub title: String,
    /// Facts besides the claims.
    pub facts: Vec<(&'static str, String)>,
    /// JSON, for reading.
    pub header: Option<String>,
    pub payload: Option<String>,
}

impl FormView {
    /// The form of an org, with the submitted parameters.
    #[must_use]
    pub(crate) fn new(org: &Org, given: &[(String, String)]) -> Self {
        let get = |name: &str| given.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value.as_str());
        let choice = |value: &str, label: String, chosen: &str| Choice {
            value: value.to_owned(),
            label,
            chosen: value == chosen,
        };
        let (client, user, server) = (get("client"), get("user"), get("server"));
        let clients =
            org.clients().map(|app| choice(app.client_id(), format!("{} ({})", app.label, app.client_id()), client));
        let no_user = choice("", "no user (client credentials)".to_owned(), user);
        let users = org.users().map(|known| {
            let note = known.note.as_ref().map(|note| format!(" ({note})")).unwrap_or_default();
            choice(&known.profile.login, format!("{}{note}", known.profile.login), user)
        });
        let fitting = choice("", "what fits the user".to_owned(), get("grant"));
        let grants = GRANTS.iter().map(|grant| choice(grant.name(), grant.name().to_owned(), get("grant")));
        let servers = org
            .authorization_servers()
            .map(|known| choice(known.path_name(), format!("{} ({})", known.name, known.path_name()), server));
        let org_server = choice("org", format!("{} (org authorization server)", org.identity().name), server);
        let servers: Vec<Choice> = servers.chain([org_server]).collect();
        let chosen = match server {
            "org" => Some(org.org_server()),
            "" => org.server("default"),
            name => org.server(name),
        };
        let submitted: Vec<&str> = get("scope").split_whitespace().collect();
        let known = chosen.map_or(&[][..], |server| server.scopes.as_slice());
        let is_known = |name: &str| known.iter().any(|scope| scope.name == name);
        let other_scopes: Vec<&str> = submitted.iter().copied().filter(|name| !is_known(name)).collect();
        Self {
            clients: clients.collect(),
            users: std::iter::once(no_user).chain(users).collect(),
            grants: std::iter::once(fitting).chain(grants).collect(),
            server_name: chosen.filter(|server| !server.is_org()).map_or("the org", |server| &server.name).to_owned(),
            scopes: known
                .iter()
                .map(|scope| Choice {
                    value: scope.name.clone(),
                    label: String::new(),
                    chosen: submitted.contains(&scope.name.as_str()),
                })
                .collect(),
            other_scopes: other_scopes.join(" "),
            servers,
            response_type: get("response_type").to_owned(),
        }
    }
}

impl ResultView {
    /// The result of a question.
    #[must_use]
    pub(crate) fn new(org: &Org, base: &str, question: &Question, preview: &Preview, remedies: &Remedies) -> Self {
        let mut tokens = Vec::new();
        let mut refusal = None;
        let (headline, granted) = match &preview.outcome {
            PreviewOutcome::Granted(granted) => {
                for (place, answer) in
                    [("authorization endpoint", &granted.authorize), ("token endpoint", &granted.token)]
                {
                    tokens.extend(answer.iter().flat_map(|answer| TokenView::of(place, answer)));
                }
                tokens.extend(granted.userinfo.as_ref().map(|claims| TokenView {
                    title: "Userinfo".to_owned(),
                    facts: Vec::new(),
                    header: None,
                    payload: Some(pretty(&Value::Object(claims.clone()))),
                }));
                ("Granted".to_owned(), true)
            }
            PreviewOutcome::Asks(Asks::SignIn) => ("The user would be asked to sign in again".to_owned(), true),
            PreviewOutcome::Asks(Asks::Consent { scopes }) => {
                (format!("The user would be asked to allow {}", scopes.join(", ")), true)
            }
            PreviewOutcome::Refused(refused) => {
                refusal = Some(RefusalView::of(refused));
                (format!("Refused: {}", refused.error), false)
            }
        };
        Self {
            headline,
            granted,
            refusal,
            tokens,
            search_cut_short: remedies.cut_short,
            remedies: remedies.found.iter().map(|remedy| remedy.words.clone()).collect(),
            why: Why::of(&preview.notes),
            requests: preview.requests.clone(),
            curl: ask_again(org, base, question),
        }
    }
}

impl RefusalView {
    fn of(refused: &Refused) -> Self {
        Self {
            error: refused.error.clone(),
            description: refused.error_description.clone(),
            status: refused.status,
            shown: refused.shown.words(),
            reason: refused.reason.clone(),
        }
    }
}

impl TokenView {
    fn of(place: &str, answer: &EndpointTokens) -> Vec<Self> {
        let view = |title: &str, token: &PreviewedToken| Self {
            title: format!("{title}, from the {place}"),
            facts: token.encrypted.iter().map(|how| ("encrypted", how.words())).collect(),
            header: Some(pretty(&Value::Object(token.header.clone()))),
            payload: Some(pretty(&Value::Object(token.payload.clone()))),
        };
        let access = answer.access_token.as_ref().map(|token| {
            let mut shown = view("Access token", token);
            let facts = [
                ("type", answer.token_type.to_owned()),
                ("scope", answer.scope.clone()),
                ("expires in", format!("{} s", answer.expires_in)),
            ];
            shown.facts.splice(0..0, facts);
            shown
        });
        let id = answer.id_token.as_ref().map(|token| view("ID token", token));
        let refresh = answer.refresh_token.as_ref().map(|token| Self {
            title: "Refresh token".to_owned(),
            facts: vec![
                ("each use", if token.rotates { "gives a new one".to_owned() } else { "keeps it".to_owned() }),
                ("expires in", token.expires_in.map_or_else(|| "never".to_owned(), |seconds| format!("{seconds} s"))),
                ("unused at most", format!("{} s", token.idle)),
            ],
            header: None,
            payload: None,
        });
        [access, id, refresh].into_iter().flatten().collect()
    }
}

fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default()
}

//! The effect of a change of the org: every token that two org documents decide differently, claim by claim, scope by scope,
//! error by error. Asked of the same rules, over users, clients, servers, grants and scope sets.

use indexmap::IndexSet;
use rand::SeedableRng as _;
use rand::rngs::StdRng;
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::question::{Session, has_user};
use super::run::preview;
use super::{Asks, EndpointTokens, Granted, Outcome, Question};
use crate::org::{CompiledServer, Org, Urls};
use crate::protocol::{GrantType, Scopes};

/// What two orgs decide differently.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Difference {
    /// How many questions were put to both.
    pub cases: usize,
    pub alterations: Vec<Alteration>,
}

/// One question that the two orgs answer differently.
#[derive(Clone, Debug, Serialize)]
pub struct Alteration {
    pub case: Case,
    pub changes: Vec<Changed>,
}

/// A question, in names that a person knows.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct Case {
    pub user: Option<String>,
    pub client: String,
    pub grant: &'static str,
    pub server: String,
    /// None: the server's default scopes.
    pub scope: Option<String>,
}

/// One thing that is different.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Changed {
    /// `outcome`, `error`, `token.scope`, `token.access_token.claim_name`, …
    pub what: String,
    /// Null: it was not there.
    pub before: Value,
    pub after: Value,
}

/// Compares two orgs. `wanted` narrows the users and clients, by login and client id.
#[must_use]
pub fn difference(before: &Org, after: &Org, urls: &Urls, now: i64, wanted: impl Fn(&Case) -> bool) -> Difference {
    let mut difference = Difference::default();
    for (case, question) in questions(before, after) {
        if !wanted(&case) {
            continue;
        }
        difference.cases += 1;
        // The same randomness for both, so that what is made up anew is the same in both.
        let ask = |org: &Org| preview(org, urls, &question, now, &mut StdRng::seed_from_u64(0)).outcome;
        let (was, is) = (comparable(&ask(before)), comparable(&ask(after)));
        let changes = compare(&was, &is);
        if !changes.is_empty() {
            difference.alterations.push(Alteration { case, changes });
        }
    }
    difference
}

fn questions(before: &Org, after: &Org) -> Vec<(Case, Question)> {
    let orgs = [before, after];
    let clients: IndexSet<&str> = orgs.iter().flat_map(|org| org.apps()).map(|app| app.client_id()).collect();
    let users: IndexSet<&str> = orgs.iter().flat_map(|org| org.users()).map(|user| user.id.as_str()).collect();
    let org_id = before.identity().id.as_str();
    let custom = orgs.iter().flat_map(|org| org.authorization_servers()).map(|server| server.id.as_str());
    let servers: IndexSet<&str> = std::iter::once(org_id).chain(custom).collect();
    let mut questions = Vec::new();
    for client in clients {
        let grants: IndexSet<GrantType> = orgs
            .iter()
            .filter_map(|org| org.client(client))
            .flat_map(|app| app.oauth().grant_types.iter().copied())
            .filter(|grant| super::question::GRANTS.contains(grant))
            .collect();
        for server in &servers {
            let scopes = scope_sets(&orgs, client, server);
            for grant in &grants {
                let nobody = [None];
                let somebody: Vec<Option<&str>> = users.iter().map(|user| Some(*user)).collect();
                for user in if has_user(*grant) { somebody.as_slice() } else { &nobody } {
                    for scopes in &scopes {
                        questions.push(question(&orgs, *user, client, *grant, server, scopes));
                    }
                }
            }
        }
    }
    questions
}

/// The server's default scopes, each scope alone, and all that the rules for this client mention.
fn scope_sets(orgs: &[&Org; 2], client: &str, server: &str) -> IndexSet<String> {
    let servers: Vec<_> = orgs.iter().filter_map(|org| org.server_by_id(server)).collect();
    let mut sets = IndexSet::from([String::new()]);
    sets.extend(servers.iter().flat_map(|server| &server.scopes).map(|scope| scope.name.clone()));
    let mentioned: Scopes = std::iter::once("openid".to_owned())
        .chain(servers.iter().flat_map(|server| mentioned(server, client)))
        .filter(|scope| scope != "*")
        .collect();
    sets.insert(mentioned.join());
    sets
}

fn mentioned(server: &CompiledServer, client: &str) -> Vec<String> {
    let policies = server
        .policies
        .iter()
        .filter(|policy| policy.summary.clients.iter().any(|listed| listed == "ALL_CLIENTS" || listed == client));
    policies.flat_map(|policy| &policy.rules).flat_map(|rule| rule.summary.scopes.clone()).collect()
}

fn question(
    orgs: &[&Org; 2],
    user: Option<&str>,
    client: &str,
    grant: GrantType,
    server: &str,
    scopes: &str,
) -> (Case, Question) {
    let login = |id: &str| orgs.iter().find_map(|org| org.user(id)).map(|user| user.profile.login.clone());
    let name = match orgs.iter().find_map(|org| org.server_by_id(server)) {
        Some(found) if found.is_org() => "org".to_owned(),
        Some(found) => found.path_name.clone(),
        None => server.to_owned(),
    };
    let case = Case {
        user: user.map(|id| login(id).unwrap_or_else(|| id.to_owned())),
        client: client.to_owned(),
        grant: grant.name(),
        server: name,
        scope: (!scopes.is_empty()).then(|| scopes.to_owned()),
    };
    let question = Question {
        client_id: client.to_owned(),
        user_id: user.map(str::to_owned),
        server: server.to_owned(),
        grant_type: grant,
        response_type: None,
        scopes: Scopes::parse(scopes),
        nonce: None,
        acr_values: None,
        prompt: None,
        max_age: None,
        session: Session::default(),
        consent_given: true,
        proves_key: orgs
            .iter()
            .any(|org| org.client(client).is_some_and(|client| client.oauth().dpop_bound_access_tokens)),
    };
    (case, question)
}

/// An outcome as flat names and values.
fn comparable(outcome: &Outcome) -> Map<String, Value> {
    let mut fields = Map::new();
    let mut put = |name: &str, value: Value| _ = fields.insert(name.to_owned(), value);
    match outcome {
        Outcome::Granted(granted) => {
            put("outcome", "granted".into());
            tell_granted(granted, &mut fields);
        }
        Outcome::Asks(Asks::SignIn) => put("outcome", "asks to sign in".into()),
        Outcome::Asks(Asks::Consent { scopes }) => {
            put("outcome", "asks for consent".into());
            put("consent", json!(scopes));
        }
        Outcome::Refused(refused) => {
            put("outcome", "refused".into());
            put("error", format!("{}: {}", refused.error, refused.error_description).into());
            put("shown", json!(refused.shown));
        }
    }
    fields
}

fn tell_granted(granted: &Granted, fields: &mut Map<String, Value>) {
    for (place, answer) in [("authorize", &granted.authorize), ("token", &granted.token)] {
        let Some(answer) = answer else { continue };
        let EndpointTokens { token_type, scope, expires_in, access_token, id_token, refresh_token } = answer;
        fields.insert(format!("{place}.token_type"), (*token_type).into());
        fields.insert(format!("{place}.scope"), scope.as_str().into());
        fields.insert(format!("{place}.expires_in"), (*expires_in).into());
        fields.extend(refresh_token.as_ref().map(|token| (format!("{place}.refresh_token"), json!(token))));
        for (kind, token) in [("access_token", access_token), ("id_token", id_token)] {
            let encrypted = token.as_ref().and_then(|token| token.encrypted.as_ref());
            fields.extend(encrypted.map(|how| (format!("encryption of {place}.{kind}"), how.words().into())));
            for (claim, value) in token.iter().flat_map(|token| &token.payload) {
                fields.insert(format!("{place}.{kind}.{claim}"), value.clone());
            }
        }
    }
    for (claim, value) in granted.userinfo.iter().flatten() {
        fields.insert(format!("userinfo.{claim}"), value.clone());
    }
}

/// What is different; when one is refused and the other not, only that and the error.
fn compare(before: &Map<String, Value>, after: &Map<String, Value>) -> Vec<Changed> {
    let names: IndexSet<&String> = before.keys().chain(after.keys()).collect();
    let same_kind = before.get("outcome") == after.get("outcome");
    let mut changes = Vec::new();
    for name in names {
        let (was, is) = (before.get(name), after.get(name));
        let telling = same_kind || matches!(name.as_str(), "outcome" | "error" | "consent") || name.ends_with(".scope");
        if was != is && telling {
            let value = |value: Option<&Value>| value.cloned().unwrap_or(Value::Null);
            changes.push(Changed { what: name.clone(), before: value(was), after: value(is) });
        }
    }
    changes
}

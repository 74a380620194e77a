//! The snapshot matrix: each snapshot of the fixtures (`snapshots/**/*.json`) is a scenario that makes its token request and compares the
//! result. What `snapshots/snapshots.toml` spells out and has no file yet is a scenario too. `docs/snapshots.md` describes the files.

mod requests;
mod result;
mod selection;

use super::context::ScenarioContext;
use super::definition::{RequiredDriver, Scenario};
use super::needs::Need;
use super::stopped::Stopped;
use super::table::TableError;
use crate::claims::{Context, FoundResult, Snapshot, SnapshotCase, scenario_id};
use crate::issuer_target::fixtures::{Fixtures, SNAPSHOTS};
use crate::issuer_target::{Account, Applicability, Client, Server, ServerKind, Target};
use crate::nearest::did_you_mean;
use selection::Selection;

/// The file that selects cases.
const DOCUMENT: &str = "snapshots/snapshots.toml";

/// The tag of scenarios that compare results with snapshots.
pub const SNAPSHOT_TAG: &str = "claims";

/// One field of the matrix.
#[derive(Clone, Debug)]
struct Field {
    /// The name of its snapshot.
    name: String,
    case: SnapshotCase,
    stored: Option<Snapshot>,
}

pub(super) fn scenarios(fixtures: &Fixtures) -> Result<Vec<Scenario>, TableError> {
    let wrong = |reason: String| TableError::new(DOCUMENT, reason);
    let text = fixtures.read(DOCUMENT).map_err(|error| wrong(error.to_string()))?;
    let selection = text.map(|text| Selection::parse(&text)).transpose().map_err(wrong)?;
    let mut fields = stored(fixtures, selection.as_ref())?;
    if let Some(selection) = &selection {
        let new = selection.spelled_out(|case| fields.iter().any(|field| selection::is_same(&field.case, case)));
        fields.extend(new.into_iter().map(|(name, case)| Field { name, case, stored: None }));
    }
    let applicability = selection.map(|selection| selection.applicability).unwrap_or_default();
    Ok(fields.into_iter().map(|field| field.scenario(&applicability)).collect())
}

/// The snapshots that the selection does not exclude.
fn stored(fixtures: &Fixtures, selection: Option<&Selection>) -> Result<Vec<Field>, TableError> {
    let mut fields = Vec::new();
    for name in fixtures.names(SNAPSHOTS, ".json").map_err(|error| TableError::new(DOCUMENT, error.to_string()))? {
        let path = format!("{SNAPSHOTS}/{name}.json");
        let wrong = |reason: String| TableError::new(&path, reason);
        let text = fixtures.read(&path).map_err(|error| wrong(error.to_string()))?.unwrap_or_default();
        let snapshot = Snapshot::parse(&text).map_err(|reason| wrong(format!("no snapshot: {reason}")))?;
        if selection.is_none_or(|selection| selection.selects(&snapshot.case)) {
            fields.push(Field { name, case: snapshot.case.clone(), stored: Some(snapshot) });
        }
    }
    Ok(fields)
}

impl Field {
    fn scenario(self, applicability: &Applicability) -> Scenario {
        let SnapshotCase { user, client, grant, server, .. } = &self.case;
        let who = user.as_ref().map_or_else(|| "no user".to_owned(), |user| format!("user {user}"));
        let scopes = Some(self.case.scopes()).filter(|scopes| !scopes.is_empty()).unwrap_or("no scopes");
        let title =
            format!("The result equals the snapshot: {who}, client {client}, {grant}, server {server}, {scopes}");
        let driver = if user.is_some() { RequiredDriver::Http } else { RequiredDriver::None };
        // The user agrees in the control API, for all requests that wait.
        let needs: &[Need] = if self.case.short_grant() == "ciba" { &[Need::ExclusiveIssuer] } else { &[] };
        let (field, login) = (self.clone(), self.case.user.clone());
        Scenario::from_data(scenario_id(&self.name), title, self, |field, context| Box::pin(field.run(context)))
            .unless(move |target| field.unmet(target))
            .signing_in(login)
            .tags(&[SNAPSHOT_TAG, "matrix"])
            .cites(&["Okta: access token claims", "Okta: ID token claims"])
            .needs(needs)
            .of_table(DOCUMENT, applicability)
            .driver(driver)
    }

    /// Makes the request and compares the result with the snapshot.
    async fn run(&self, context: &ScenarioContext) -> Result<(), Stopped> {
        let target = &context.target;
        let parties = || Ok((self.server(target)?, self.client(target)?, self.account(target)?));
        let (server, client, account) = parties().map_err(Stopped::Skipped)?;
        let (case, stored) = (&self.case, self.stored.as_ref());
        let reached = requests::Requester { context, server, client, account, case, stored }.request().await?;
        let found = result::found(context, server, reached, self.case.scopes()).await?;
        let base = base(target);
        let now = context.target.now();
        let normalising = Context { base: &base, now, nonce: found.nonce.as_deref(), hashes: found.hashes };
        let (okta_texts, user_id) = (context.target.speaks_okta(), found.user_id.as_deref());
        let result = FoundResult { result: found.result, client_id: &client.id, user_id, okta_texts };
        Ok(context.snapshots.judge(&context.recorder, &self.name, &self.case, result, &normalising)?)
    }

    /// Why a target cannot make the request.
    fn unmet(&self, target: &Target) -> Option<String> {
        let parties = self.server(target).and(self.client(target).map(|_| ()));
        parties.and(self.account(target).map(|_| ())).err()
    }

    fn account<'a>(&self, target: &'a Target) -> Result<Option<&'a Account>, String> {
        self.case.user.as_deref().map(|login| account(target, login)).transpose()
    }

    fn client<'a>(&self, target: &'a Target) -> Result<&'a Client, String> {
        let SnapshotCase { client, client_id, .. } = &self.case;
        let clients = || target.clients.values();
        let found = clients().find(|known| known.id == *client_id);
        found.or_else(|| clients().find(|known| known.name.word() == client)).ok_or_else(|| {
            let suggestion = did_you_mean(client, target.clients.keys().map(|name| name.word()));
            format!("needs a client with the id {client_id:?} or the name {client:?}{suggestion}")
        })
    }

    fn server<'a>(&self, target: &'a Target) -> Result<&'a Server, String> {
        let name = self.case.server.as_str();
        let base = base(target);
        // A name that is not in the URL of the issuer: the issuer is in the token.
        let issuer = self.stored.as_ref().and_then(|stored| {
            ["token", "authorize"].iter().find_map(|answer| {
                stored
                    .result
                    .get(*answer)?
                    .pointer("/access_token/payload/iss")?
                    .as_str()
                    .map(|iss| iss.replace("[base]", &base))
            })
        });
        let is_meant = |server: &&Server| {
            let named = match name {
                "org" => server.kind == ServerKind::Org,
                _ => server.kind.word() == name || server.issuer.ends_with(&format!("/oauth2/{name}")),
            };
            named || issuer.as_deref() == Some(server.issuer.as_str())
        };
        let found = target.servers.values().find(is_meant);
        found.ok_or_else(|| format!("needs the authorization server {name}"))
    }
}

fn account<'a>(target: &'a Target, login: &str) -> Result<&'a Account, String> {
    let accounts = || target.accounts.values();
    let found = accounts().find(|known| known.login == login);
    found.or_else(|| accounts().find(|known| known.name.word() == login)).ok_or_else(|| {
        let suggestion = did_you_mean(login, accounts().map(|account| account.login.as_str()));
        format!("needs the account of {login:?}{suggestion}")
    })
}

/// The base URL of the issuer.
fn base(target: &Target) -> String {
    let base = url::Url::parse(target.issuer()).map(|issuer| issuer.origin().ascii_serialization());
    base.unwrap_or_default()
}

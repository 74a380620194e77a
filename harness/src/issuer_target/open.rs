//! Makes a [`Target`] from a target file: fills in values, reads the environment, fetches the discovery documents.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::AtomicI64;
use std::time::{SystemTime, UNIX_EPOCH};

use chrono::DateTime;
use serde_json::Value;
use url::Url;

use super::client::{Account, AuthMethod, Capabilities, Client};
use super::control::{Control, FoundState};
use super::file::{AccountFile, ServerFile, TargetFile, Text};
use super::fixtures::{Fixtures, FixturesError};
use super::kind::{Behavior, TargetKind};
use super::name::{AccountName, ClientName};
use super::roles::Roles;
use super::server::{Server, ServerKind};
use super::sign_in::Script;
use super::target::Target;
use crate::nearest::did_you_mean;
use crate::record::Recorder;
use crate::record::scrub::Scrubber;
use crate::wire::metadata::Metadata;
use crate::wire::totp::TotpKey;
use crate::wire::{Http, Reply, WireError};

/// Why a target cannot be opened.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TargetError {
    /// Neither the name of a target file nor a URL.
    #[error("no target {name:?}{suggestion}: use one of {known}, a target file (./name.toml), or the URL of an issuer")]
    Unknown { name: String, known: String, suggestion: String },
    /// Fixtures that cannot be read.
    #[error(transparent)]
    Fixtures(#[from] FixturesError),
    /// A fixture that is missing or cannot be read.
    #[error("{path}: {reason}")]
    Document { path: String, reason: String },
    /// An environment variable that is not set.
    #[error("the environment variable {variable} is not set ({path} needs it)")]
    Variable { variable: String, path: String },
    /// The issuer does not answer, or not as an issuer.
    #[error("target not reachable: {0}")]
    Unreachable(#[from] WireError),
    /// The discovery document has another issuer (OIDC Discovery 4.3).
    #[error("the discovery document has the issuer {found}, the target file has {expected}: they must be identical")]
    Issuer { expected: String, found: String },
    /// A server that the target file does not have.
    #[error("{path} has no custom server {name:?}{suggestion}; it has {known}")]
    Server { path: String, name: String, known: String, suggestion: String },
}

/// What is needed to open a target besides its file.
#[derive(Debug)]
pub struct Opening<'a> {
    pub fixtures: &'a Fixtures,
    /// Fills `{base}`: the URL of an issuer that the harness has started.
    pub base: Option<Url>,
    /// Replaces the issuer of the file: the URL on the command line.
    pub issuer: Option<String>,
    /// The name of the custom server. By default the first of the file.
    pub server: Option<String>,
    /// Replaces the origin of the redirect URIs in the file, when the harness listens on a free port.
    pub callback: Option<Url>,
    /// The certificate authorities to trust besides those of the system, PEM.
    pub ca_pem: Option<String>,
    /// The URL of the same issuer over https, with a certificate of that authority.
    pub https_base: Option<Url>,
    pub api: Option<Url>,
    /// Replaces the behavior of the file.
    pub behavior: Option<Behavior>,
    pub scrubber: Scrubber,
    /// Reads an environment variable.
    pub environment: fn(&str) -> Option<String>,
}

impl Opening<'_> {
    /// Opens the target that `file` describes.
    ///
    /// # Errors
    /// When a variable is missing, a fixture cannot be read, or the issuer cannot be reached.
    pub async fn open(self, file: &TargetFile) -> Result<Target, TargetError> {
        let path = file.source.path.clone();
        let recorder = Recorder::new(self.scrubber.clone());
        let mut left_out = LeftOut::default();
        let clients = self.clients(file, &path, &mut left_out)?;
        let api_token = file.api_token.as_ref().map(|token| self.text(token, &path)).transpose()?.flatten();
        if let Some(token) = &api_token {
            self.scrubber.learn("secret", token);
        }
        let accounts = self.accounts(file, &path, &mut left_out)?;
        let scripts = self.scripts(file)?;
        let http = Http::new(self.ca_pem.as_deref(), recorder)?;
        let servers = self.servers(file, &path, &http).await?;
        let org_base = self.base.clone().or_else(|| org_base(&servers.values().next()?.issuer));
        let roles = Roles::of(file, &clients, &accounts)
            .map_err(|reason| TargetError::Document { path: path.clone(), reason })?;
        let mut notes = left_out.notes;
        notes.extend(roles.notes());
        let mut control = None;
        let (mut software, mut behavior, mut found) = (None, None, FoundState::default());
        if let Some(base) = org_base.clone().filter(|_| file.kind == TargetKind::Mock) {
            let candidate = Control::new(base.clone(), http.clone());
            match candidate.about().await {
                Ok(about) => {
                    (software, behavior) = (Some(about.software), about.behavior);
                    found = candidate.state().await?;
                    notes.extend(found.notes());
                    control = Some(candidate);
                }
                Err(error) => notes.push(format!("the mock at {base} has no control API: {error}")),
            }
        }
        let org_id = match org_base.filter(|_| file.kind != TargetKind::Generic) {
            Some(base) => org_id(&base, &http).await,
            None => None,
        };
        let address = |text: &str| {
            Url::parse(text)
                .map_err(|error| TargetError::Document { path: path.clone(), reason: format!("{text}: {error}") })
        };
        let (redirect_uri, signed_out_uri) = match &self.callback {
            Some(base) => (join(base, "callback"), join(base, "signed-out")),
            None => (address(&file.redirect_uri)?, address(&file.signed_out_uri)?),
        };
        Ok(Target {
            name: file.name.clone(),
            kind: file.kind,
            org_id,
            behavior: self.behavior.or(behavior).or(file.behavior).unwrap_or(match file.kind {
                TargetKind::Mock | TargetKind::Okta => Behavior::Okta,
                TargetKind::Generic => Behavior::OpenId,
            }),
            servers,
            clients,
            accounts,
            roles,
            redirect_uri,
            signed_out_uri,
            scripts,
            control,
            api_token,
            unregistered_key: self.key("spare-1.pem")?,
            registration_keys: [self.key("registered.pem")?, self.key("registered-next.pem")?],
            api: self.api,
            https: self.https_base.zip(self.ca_pem.clone()),
            ca_pem: self.ca_pem,
            software,
            http,
            declared: file
                .clients
                .keys()
                .map(|name| name.word())
                .chain(file.accounts.keys().map(|name| name.word()))
                .map(str::to_owned)
                .collect(),
            notes,
            unset_variables: left_out.variables,
            found,
            clock_offset: AtomicI64::new(0),
        })
    }

    fn text(&self, text: &Text, path: &str) -> Result<Option<String>, TargetError> {
        match text {
            Text::Plain(value) => Ok(Some(value.clone())),
            Text::Variable { env, optional } => match (self.environment)(env).filter(|value| !value.is_empty()) {
                Some(value) => Ok(Some(value)),
                None if *optional => Ok(None),
                None => Err(TargetError::Variable { variable: env.clone(), path: path.to_owned() }),
            },
        }
    }

    fn key(&self, name: &str) -> Result<String, TargetError> {
        let path = format!("keys/{name}");
        self.fixtures.read(&path)?.ok_or_else(|| TargetError::Document { path, reason: "not found".to_owned() })
    }

    /// A key of a client: a file beside the target file, or one of the fixtures.
    fn client_key(&self, file: &TargetFile, name: &str) -> Result<String, TargetError> {
        let beside = file.source.folder.as_ref().map(|folder| folder.join(name)).filter(|path| path.exists());
        match beside {
            Some(path) => read_file(&path),
            None => self.key(name),
        }
    }

    fn clients(
        &self,
        file: &TargetFile,
        path: &str,
        left_out: &mut LeftOut,
    ) -> Result<BTreeMap<ClientName, Client>, TargetError> {
        let mut clients = BTreeMap::new();
        for (name, client) in &file.clients {
            let Some(id) = self.text(&client.id, path)? else {
                left_out.add(format!("the {name} client is left out"), &[&client.id]);
                continue;
            };
            let secret = client.secret.as_ref().map(|secret| self.text(secret, path)).transpose()?.flatten();
            match (&secret, &client.secret) {
                (Some(secret), _) => drop(self.scrubber.learn("secret", secret)),
                (None, Some(variable)) => {
                    left_out.add(format!("the {name} client is used as a public client"), &[variable]);
                }
                (None, None) => {}
            }
            let known = Client {
                name: *name,
                id,
                // A client without its secret is used as a public one.
                auth: if secret.is_some() || client.key.is_some() { client.auth } else { AuthMethod::None },
                secret,
                key: client.key.as_ref().map(|key| self.client_key(file, key)).transpose()?,
                pkce_required: client.pkce_required,
                scopes: client.scopes.clone(),
                consent_scope: client.consent_scope.clone(),
                capabilities: Capabilities::stated(client.response_types.as_deref(), client.grant_types.as_deref()),
                registration: None,
            };
            clients.insert(*name, known);
        }
        Ok(clients)
    }

    fn accounts(
        &self,
        file: &TargetFile,
        path: &str,
        left_out: &mut LeftOut,
    ) -> Result<BTreeMap<AccountName, Account>, TargetError> {
        let mut accounts = BTreeMap::new();
        for (name, AccountFile { login: login_text, password: password_text, totp_key, security_answer, .. }) in
            &file.accounts
        {
            let (login, password) = (self.text(login_text, path)?, self.text(password_text, path)?);
            let (Some(login), Some(password)) = (login.clone(), password.clone()) else {
                let missing = [(login_text, login.is_none()), (password_text, password.is_none())];
                let missing: Vec<&Text> =
                    missing.into_iter().filter_map(|(text, missing)| missing.then_some(text)).collect();
                left_out.add(format!("the {name} account is left out"), &missing);
                continue;
            };
            self.scrubber.learn("password", &password);
            let second = |text: &Option<Text>| text.as_ref().map_or(Ok(None), |text| self.text(text, path));
            let (totp_key, security_answer) = (second(totp_key)?, second(security_answer)?);
            for (kind, secret) in [("key of an authenticator app", &totp_key), ("security answer", &security_answer)] {
                secret.iter().for_each(|secret| drop(self.scrubber.learn(kind, secret)));
            }
            let totp_key = totp_key.map(|key| {
                TotpKey::parse(&key).ok_or_else(|| TargetError::Document {
                    path: path.to_owned(),
                    reason: format!("accounts.{name}.totp_key is not Base32, as issuers show it for typing"),
                })
            });
            let totp_key = totp_key.transpose()?;
            accounts.insert(*name, Account { name: *name, login, password, totp_key, security_answer });
        }
        Ok(accounts)
    }

    fn scripts(&self, file: &TargetFile) -> Result<Vec<Script>, TargetError> {
        let read = |name: &String| {
            let path = format!("sign_in/{name}.toml");
            let text = if name.contains('/') || name.to_ascii_lowercase().ends_with(".toml") {
                read_file(&file.source.folder.clone().unwrap_or_default().join(name))?
            } else {
                self.fixtures.read(&path)?.ok_or_else(|| TargetError::Document {
                    path: path.clone(),
                    reason: self.not_found("sign_in", name),
                })?
            };
            Script::parse(&text).map_err(|error| TargetError::Document { path, reason: error.to_string() })
        };
        file.sign_in.iter().map(read).collect()
    }

    fn not_found(&self, area: &str, name: &str) -> String {
        let known = self.fixtures.names(area, ".toml").unwrap_or_default();
        format!("not found{}", did_you_mean(name, known.iter().map(String::as_str)))
    }

    async fn servers(
        &self,
        file: &TargetFile,
        path: &str,
        http: &Http,
    ) -> Result<BTreeMap<ServerKind, Server>, TargetError> {
        let mut servers = BTreeMap::new();
        let mut main_issuer = self.issuer.clone();
        let custom = self.custom_server(file, path)?;
        let org = file.servers_of(ServerKind::Org).next();
        let chosen = [(ServerKind::Custom, custom), (ServerKind::Org, org)];
        for (kind, (name, server)) in chosen.into_iter().filter_map(|(kind, server)| Some((kind, server?))) {
            let ServerFile { issuer, audience, own_claims, .. } = server;
            let first = servers.is_empty();
            let issuer = match &self.issuer {
                Some(issuer) if first => Some(issuer.clone()),
                _ => self.text(issuer, path)?,
            };
            let Some(issuer) = issuer else { continue };
            let issuer = self.filled(&issuer, main_issuer.as_deref());
            // Another server with the issuer of the first one is the same server.
            if servers.values().any(|server: &Server| server.issuer == issuer) {
                continue;
            }
            let found = discover(&issuer, http).await;
            let (status, metadata, clock_ahead) = match found {
                Ok(found) => found,
                Err(error) if first => return Err(error),
                // The main server is enough; scenarios that need the other one are skipped.
                Err(_) => continue,
            };
            let issuer = metadata.issuer.clone();
            main_issuer.get_or_insert_with(|| issuer.clone());
            let audience = audience.as_ref().map(|audience| self.filled(audience, main_issuer.as_deref()));
            let server = Server::new(kind, issuer, audience, metadata).with_own_claims(own_claims);
            let server = server.named(name).with_document_status(status).with_clock_ahead(clock_ahead);
            servers.insert(kind, server);
        }
        Ok(servers)
    }

    /// The custom server of the run.
    fn custom_server<'b>(
        &self,
        file: &'b TargetFile,
        path: &str,
    ) -> Result<Option<(&'b str, &'b ServerFile)>, TargetError> {
        let Some(wanted) = &self.server else { return Ok(file.servers_of(ServerKind::Custom).next()) };
        let known: Vec<&str> = file.servers_of(ServerKind::Custom).map(|(name, _)| name).collect();
        let found = file.servers_of(ServerKind::Custom).find(|(name, _)| name == wanted);
        found.map(Some).ok_or_else(|| TargetError::Server {
            path: path.to_owned(),
            name: wanted.clone(),
            known: known.join(", "),
            suggestion: did_you_mean(wanted, known.iter().copied()),
        })
    }

    fn filled(&self, text: &str, main_issuer: Option<&str>) -> String {
        let base = self.base.as_ref().map_or("", |base| base.as_str().trim_end_matches('/'));
        let issuer = main_issuer.unwrap_or_default();
        let origin = Url::parse(issuer).map(|issuer| issuer.origin().ascii_serialization()).unwrap_or_default();
        text.replace("{base}", base).replace("{issuer}", issuer).replace("{origin}", &origin)
    }
}

/// What is left out of a target because environment variables are not set.
#[derive(Default)]
struct LeftOut {
    notes: Vec<String>,
    variables: Vec<String>,
}

impl LeftOut {
    fn add(&mut self, what: String, missing: &[&Text]) {
        let variables: Vec<&str> = missing
            .iter()
            .filter_map(|text| match text {
                Text::Variable { env, .. } => Some(env.as_str()),
                Text::Plain(_) => None,
            })
            .collect();
        let verb = if variables.len() == 1 { "is" } else { "are" };
        self.notes.push(format!("{what}: {} {verb} not set", variables.join(" and ")));
        self.variables.extend(variables.into_iter().map(str::to_owned));
    }
}

/// The text of a file.
pub fn read_file(path: &Path) -> Result<String, TargetError> {
    std::fs::read_to_string(path)
        .map_err(|error| TargetError::Document { path: path.display().to_string(), reason: error.to_string() })
}

/// The base URL of the org of an issuer: Okta's custom servers are below `/oauth2`.
#[must_use]
pub fn org_base(issuer: &str) -> Option<Url> {
    let base = issuer.split_once("/oauth2/").map_or(issuer, |(base, _)| base);
    Url::parse(base).ok()
}

/// The id of an Okta org, which its public document has.
pub async fn org_id(base: &Url, http: &Http) -> Option<String> {
    let address = format!("{}/.well-known/okta-organization", base.as_str().trim_end_matches('/'));
    let document: Value = http.get(&Url::parse(&address).ok()?).await.ok()?.json("a description of an org").ok()?;
    document.get("id").and_then(Value::as_str).map(str::to_owned)
}

/// The URL with that path.
fn join(base: &Url, path: &str) -> Url {
    let mut url = base.clone();
    url.set_path(path);
    url
}

/// The discovery document, the status of its response, and the seconds by which the issuer's clock is ahead. OIDC Discovery
/// 4: the document is below the issuer and has the same issuer.
async fn discover(issuer: &str, http: &Http) -> Result<(u16, Metadata, Option<i64>), TargetError> {
    let reply = http.get(&discovery_address(issuer)?).await?;
    let metadata: Metadata = reply.json("a discovery document")?;
    // OIDC Discovery 4.1: a slash at the end of the issuer is left out in the address of the document.
    if metadata.issuer.trim_end_matches('/') != issuer.trim_end_matches('/') {
        return Err(TargetError::Issuer { expected: issuer.to_owned(), found: metadata.issuer });
    }
    Ok((reply.status, metadata, clock_ahead(&reply)))
}

/// The address of the discovery document of an issuer. OIDC Discovery 4.
///
/// # Errors
/// When the issuer is not a URL.
pub fn discovery_address(issuer: &str) -> Result<Url, WireError> {
    Ok(Url::parse(&format!("{}/.well-known/openid-configuration", issuer.trim_end_matches('/')))?)
}

/// The seconds by which the clock of a server is ahead of this machine's, by its `Date` header.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "the clock that the issuer's is compared with")]
pub fn clock_ahead(reply: &Reply) -> Option<i64> {
    let date = DateTime::parse_from_rfc2822(reply.header("date")?).ok()?;
    let here = SystemTime::now().duration_since(UNIX_EPOCH).ok()?.as_secs();
    Some(date.timestamp() - i64::try_from(here).ok()?)
}

//! Makes a [`Target`] from a target file: fills in values, reads the environment, fetches the discovery documents.

use std::collections::BTreeMap;
use std::sync::atomic::AtomicI64;

use url::Url;

use super::client::{Account, AuthMethod, Client};
use super::control::Control;
use super::file::{AccountFile, ClientFile, ServerFile, TargetFile, Text};
use super::fixtures::Fixtures;
use super::kind::{Behavior, TargetKind};
use super::name::{AccountName, ClientName};
use super::server::{Server, ServerKind};
use super::sign_in::Script;
use super::target::Target;
use crate::record::Recorder;
use crate::record::scrub::Scrubber;
use crate::wire::metadata::Metadata;
use crate::wire::{Http, WireError};

/// Why a target cannot be opened.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TargetError {
    /// Neither the name of a target file nor a URL.
    #[error("no target {name:?}: use one of {known}, or the URL of an issuer")]
    Unknown { name: String, known: String },
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
}

/// What is needed to open a target besides its file.
#[derive(Debug)]
pub struct Opening<'a> {
    pub fixtures: &'a Fixtures,
    /// Fills `{base}`: the URL of an issuer that the harness has started.
    pub base: Option<Url>,
    /// Replaces the issuer of the file: the URL on the command line.
    pub issuer: Option<String>,
    /// Replaces the origin of the redirect URIs in the file, when the harness listens on a free port.
    pub callback: Option<Url>,
    /// The certificate authority to trust instead of those of the system, PEM.
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
        let path = format!("targets/{}.toml", file.name);
        let recorder = Recorder::new(self.scrubber.clone());
        let clients = self.clients(file, &path)?;
        let api_token = file.api_token.as_ref().map(|token| self.text(token, &path)).transpose()?.flatten();
        if let Some(token) = &api_token {
            self.scrubber.learn("secret", token);
        }
        let accounts = self.accounts(file, &path)?;
        let scripts = self.scripts(file)?;
        let trusted = self.ca_pem.as_deref().filter(|_| self.base.as_ref().is_none_or(|base| base.scheme() == "https"));
        let http = Http::new(trusted, recorder)?;
        let servers = self.servers(file, &path, &http).await?;
        let control_base = self.base.clone().or_else(|| {
            let server = servers.values().next().filter(|_| file.kind == TargetKind::Mock)?;
            Url::parse(&server.issuer).ok()?.join("/").ok()
        });
        let control =
            control_base.filter(|_| file.kind == TargetKind::Mock).map(|base| Control::new(base, http.clone()));
        let about = match &control {
            Some(control) => control.about().await.ok(),
            None => None,
        };
        let (software, behavior) = about.map(|about| (about.software, about.behavior)).unzip();
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
            behavior: self.behavior.or(behavior.flatten()).or(file.behavior).unwrap_or(match file.kind {
                TargetKind::Mock | TargetKind::Okta => Behavior::Okta,
                TargetKind::Generic => Behavior::OpenId,
            }),
            servers,
            clients,
            accounts,
            redirect_uri,
            signed_out_uri,
            scripts,
            control,
            api_token,
            unregistered_key: self.key("spare-1.pem")?,
            registration_keys: [self.key("registered.pem")?, self.key("registered-next.pem")?],
            api: self.api,
            https: self.https_base.zip(self.ca_pem),
            software,
            http,
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
        self.fixtures.read(&path).ok_or_else(|| TargetError::Document { path, reason: "not found".to_owned() })
    }

    fn clients(&self, file: &TargetFile, path: &str) -> Result<BTreeMap<ClientName, Client>, TargetError> {
        let mut clients = BTreeMap::new();
        for (name, ClientFile { id, secret, key, auth, pkce_required, scopes, consent_scope }) in &file.clients {
            let Some(id) = self.text(id, path)? else { continue };
            let secret = secret.as_ref().map(|secret| self.text(secret, path)).transpose()?.flatten();
            if let Some(secret) = &secret {
                self.scrubber.learn("secret", secret);
            }
            let client = Client {
                name: *name,
                id,
                // A client without its secret is used as a public one.
                auth: if secret.is_some() || key.is_some() { *auth } else { AuthMethod::None },
                secret,
                key: key.as_ref().map(|key| self.key(key)).transpose()?,
                pkce_required: *pkce_required,
                scopes: scopes.clone(),
                consent_scope: consent_scope.clone(),
            };
            clients.insert(*name, client);
        }
        Ok(clients)
    }

    fn accounts(&self, file: &TargetFile, path: &str) -> Result<BTreeMap<AccountName, Account>, TargetError> {
        let mut accounts = BTreeMap::new();
        for (name, AccountFile { login, password }) in &file.accounts {
            let (Some(login), Some(password)) = (self.text(login, path)?, self.text(password, path)?) else { continue };
            self.scrubber.learn("password", &password);
            accounts.insert(*name, Account { name: *name, login, password });
        }
        Ok(accounts)
    }

    fn scripts(&self, file: &TargetFile) -> Result<Vec<Script>, TargetError> {
        let read = |name: &String| {
            let path = format!("sign_in/{name}.toml");
            let text = self
                .fixtures
                .read(&path)
                .ok_or_else(|| TargetError::Document { path: path.clone(), reason: "not found".to_owned() })?;
            Script::parse(&text).map_err(|error| TargetError::Document { path, reason: error.to_string() })
        };
        file.sign_in.iter().map(read).collect()
    }

    async fn servers(
        &self,
        file: &TargetFile,
        path: &str,
        http: &Http,
    ) -> Result<BTreeMap<ServerKind, Server>, TargetError> {
        let mut servers = BTreeMap::new();
        let mut main_issuer = self.issuer.clone();
        for (kind, ServerFile { issuer, audience, own_claims }) in &file.servers {
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
            let metadata = match found {
                Ok(metadata) => metadata,
                Err(error) if first => return Err(error),
                // The main server is enough; scenarios that need the other one are skipped.
                Err(_) => continue,
            };
            let issuer = metadata.issuer.clone();
            main_issuer.get_or_insert_with(|| issuer.clone());
            let audience = audience.as_ref().map(|audience| self.filled(audience, main_issuer.as_deref()));
            servers.insert(*kind, Server::new(*kind, issuer, audience, metadata).with_own_claims(own_claims));
        }
        Ok(servers)
    }

    fn filled(&self, text: &str, main_issuer: Option<&str>) -> String {
        let base = self.base.as_ref().map_or("", |base| base.as_str().trim_end_matches('/'));
        let issuer = main_issuer.unwrap_or_default();
        let origin = Url::parse(issuer).map(|issuer| issuer.origin().ascii_serialization()).unwrap_or_default();
        text.replace("{base}", base).replace("{issuer}", issuer).replace("{origin}", &origin)
    }
}

/// The URL with that path.
fn join(base: &Url, path: &str) -> Url {
    let mut url = base.clone();
    url.set_path(path);
    url
}

/// OIDC Discovery 4: the document is below the issuer and has the same issuer.
async fn discover(issuer: &str, http: &Http) -> Result<Metadata, TargetError> {
    let address = format!("{}/.well-known/openid-configuration", issuer.trim_end_matches('/'));
    let address = Url::parse(&address).map_err(WireError::from)?;
    let metadata: Metadata = http.get(&address).await?.json("a discovery document")?;
    // OIDC Discovery 4.1: a slash at the end of the issuer is left out in the address of the document.
    if metadata.issuer.trim_end_matches('/') != issuer.trim_end_matches('/') {
        return Err(TargetError::Issuer { expected: issuer.to_owned(), found: metadata.issuer });
    }
    Ok(metadata)
}

//! From a target file to a target: fill in, look up the environment, discover.

use std::collections::BTreeMap;
use std::sync::atomic::AtomicI64;

use url::Url;

use super::file::{AccountFile, ClientFile, ServerFile, Text};
use super::fixtures::Fixtures;
use super::{
    Account, Behavior, Client, ClientRole, Control, Kind, Role, Script, Server, ServerRole, Target, TargetFile,
};
use crate::record::Recorder;
use crate::record::scrub::Scrubber;
use crate::wire::metadata::Metadata;
use crate::wire::{Http, WireError};

/// Why a target can't be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TargetError {
    /// No file of that name, and not an address either.
    #[error("no target {name:?}: known are {known}, or give an issuer's address")]
    Unknown { name: String, known: String },
    /// A document that is wrong.
    #[error("{path}: {reason}")]
    Document { path: String, reason: String },
    /// A variable that isn't set.
    #[error("the environment variable {variable} is not set ({path} asks for it)")]
    Variable { variable: String, path: String },
    /// Nobody there, or not an issuer.
    #[error("target not reachable: {0}")]
    Unreachable(#[from] WireError),
    /// The discovery document belongs to someone else (OIDC Discovery 4.3).
    #[error(
        "the issuer calls itself {found}, the target file calls it {expected}: they must be equal to the character"
    )]
    Issuer { expected: String, found: String },
}

/// What the one who opens a target knows and the file doesn't.
#[derive(Debug)]
pub struct Opening<'a> {
    pub fixtures: &'a Fixtures,
    /// Fills `{base}`: where an issuer started by us is.
    pub base: Option<Url>,
    /// Replaces the issuer of the file: the address on the command line.
    pub issuer: Option<String>,
    /// Replaces the file's redirect URIs, when a free port was taken.
    pub callback: Option<Url>,
    /// The certificate authority to trust instead of the system's.
    pub ca_pem: Option<String>,
    /// Whether the issuer is reachable over https with that authority too.
    pub https_base: Option<Url>,
    pub api: Option<Url>,
    /// Replaces the behaviour of the file.
    pub behavior: Option<Behavior>,
    pub scrubber: Scrubber,
    /// Looks a variable up.
    pub environment: fn(&str) -> Option<String>,
}

impl Opening<'_> {
    /// Opens the target that `file` describes.
    ///
    /// # Errors
    /// When a variable is missing, a document is wrong or the issuer can't be reached.
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
            let server = servers.values().next().filter(|_| file.kind == Kind::Mock)?;
            Url::parse(&server.issuer).ok()?.join("/").ok()
        });
        let control = control_base.filter(|_| file.kind == Kind::Mock).map(|base| Control::new(base, http.clone()));
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
                Kind::Mock | Kind::Okta => Behavior::Okta,
                Kind::Generic => Behavior::OpenId,
            }),
            servers,
            clients,
            accounts,
            redirect_uri,
            signed_out_uri,
            scripts,
            control,
            api_token,
            stray_key: self.key("spare-1.pem")?,
            own_keys: [self.key("registered.pem")?, self.key("registered-next.pem")?],
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

    fn clients(&self, file: &TargetFile, path: &str) -> Result<BTreeMap<ClientRole, Client>, TargetError> {
        let mut clients = BTreeMap::new();
        for (role, ClientFile { id, secret, key, auth, pkce_required, scopes, consent_scope }) in &file.clients {
            let Some(id) = self.text(id, path)? else { continue };
            let secret = secret.as_ref().map(|secret| self.text(secret, path)).transpose()?.flatten();
            if let Some(secret) = &secret {
                self.scrubber.learn("secret", secret);
            }
            let client = Client {
                role: *role,
                id,
                // Without its secret a client can still be used as a public one.
                auth: if secret.is_some() || key.is_some() { *auth } else { super::AuthMethod::None },
                secret,
                key: key.as_ref().map(|key| self.key(key)).transpose()?,
                pkce_required: *pkce_required,
                scopes: scopes.clone(),
                consent_scope: consent_scope.clone(),
            };
            clients.insert(*role, client);
        }
        Ok(clients)
    }

    fn accounts(&self, file: &TargetFile, path: &str) -> Result<BTreeMap<Role, Account>, TargetError> {
        let mut accounts = BTreeMap::new();
        for (role, AccountFile { login, password }) in &file.accounts {
            let (Some(login), Some(password)) = (self.text(login, path)?, self.text(password, path)?) else { continue };
            self.scrubber.learn("password", &password);
            accounts.insert(*role, Account { role: *role, login, password });
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
    ) -> Result<BTreeMap<ServerRole, Server>, TargetError> {
        let mut servers = BTreeMap::new();
        let mut main_issuer = self.issuer.clone();
        for (role, ServerFile { issuer, audience, own_claims }) in &file.servers {
            let first = servers.is_empty();
            let issuer = match &self.issuer {
                Some(issuer) if first => Some(issuer.clone()),
                _ => self.text(issuer, path)?,
            };
            let Some(issuer) = issuer else { continue };
            let issuer = self.filled(&issuer, main_issuer.as_deref());
            // A second server that goes by the first one's issuer is the same server.
            if servers.values().any(|server: &Server| server.issuer == issuer) {
                continue;
            }
            let found = discover(&issuer, http).await;
            let metadata = match found {
                Ok(metadata) => metadata,
                Err(error) if first => return Err(error),
                // The target has its main server; scenarios of the other one are skipped.
                Err(_) => continue,
            };
            main_issuer.get_or_insert_with(|| issuer.clone());
            let audience = audience.as_ref().map(|audience| self.filled(audience, main_issuer.as_deref()));
            servers.insert(*role, Server::new(*role, issuer, audience, metadata).with_own_claims(own_claims));
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

/// A path beside the folder that `base` names.
fn join(base: &Url, path: &str) -> Url {
    let mut url = base.clone();
    url.set_path(path);
    url
}

/// OIDC Discovery 4: the document is under the issuer, and names that very issuer.
async fn discover(issuer: &str, http: &Http) -> Result<Metadata, TargetError> {
    let address = format!("{}/.well-known/openid-configuration", issuer.trim_end_matches('/'));
    let address = Url::parse(&address).map_err(WireError::from)?;
    let metadata: Metadata = http.get(&address).await?.json("a discovery document")?;
    if metadata.issuer != issuer {
        return Err(TargetError::Issuer { expected: issuer.to_owned(), found: metadata.issuer });
    }
    Ok(metadata)
}

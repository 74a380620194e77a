//! The target of a run and the servers that the run starts: mock, demo app and listener.

use std::path::Path;
use std::sync::Arc;

use url::Url;

use super::capabilities;
use super::error::RunError;
use crate::driver::{Listener, Trust};
use crate::embedded;
use crate::issuer_target::fixtures::Fixtures;
use crate::issuer_target::market::{ORG, WEB, WITHOUT_REDIRECT_URI};
use crate::issuer_target::{
    Behavior, Control, Endpoint, Opening, Source, Target, TargetError, TargetFile, TargetKind, org_base, org_id,
    read_file,
};
use crate::nearest::did_you_mean;
use crate::record::Recorder;
use crate::record::scrub::Scrubber;
use crate::subject::Subject;
use crate::wire::Http;

/// An opened target with the servers that were started for it. Dropping it stops them.
#[derive(Debug)]
pub struct Bench {
    pub target: Arc<Target>,
    /// The listener at the redirect URI, if its port was free.
    pub(super) listener: Option<Arc<Listener>>,
    /// Whether a second bench with the same options can be opened at the same time.
    pub(super) is_repeatable: bool,
    /// Hashes of the public keys of servers whose certificates only the harness can verify.
    public_keys: Vec<String>,
    mock: Option<embedded::Mock>,
    _demo: Option<embedded::Demo>,
}

/// What a bench contains besides the target.
#[derive(Clone, Debug)]
pub(super) struct BenchOptions {
    /// The resource server of the demo app.
    pub(super) api: bool,
    /// A listener at the redirect URI.
    pub(super) listener: bool,
    /// Whether a missing listener is an error.
    pub(super) listener_required: bool,
    /// The behavior of the mock; by default the target file's.
    pub(super) behavior: Option<Behavior>,
    /// The custom server; by default the first of the target file.
    pub(super) server: Option<String>,
    /// Certificate authorities of the command line, PEM.
    pub(super) ca_pem: Option<String>,
}

impl Bench {
    /// Opens a target by name, by the path of its file, or by the URL of its issuer.
    pub(super) async fn open(
        name: &str,
        fixtures: &Fixtures,
        scrubber: &Scrubber,
        options: BenchOptions,
    ) -> Result<Self, RunError> {
        let issuer = match target_file(name, fixtures)? {
            TargetSource::File(file) if file.embedded => return Self::start(&file, fixtures, scrubber, options).await,
            TargetSource::File(file) => return Self::connect(&file, None, None, fixtures, scrubber, options).await,
            TargetSource::Issuer => name,
        };
        // A mock that is already running has a control API; other issuers are generic providers.
        let base = org_base(issuer);
        let mock = match &base {
            Some(base) => running_mock(base, &options, scrubber).await,
            None => None,
        };
        let market = mock == Some(Org::Market);
        let mut file = named(fixtures, if market { "mock" } else { "generic" })?;
        if mock.is_some() {
            file.kind = TargetKind::Mock;
        }
        file.embedded = false;
        Self::connect(&file, Some(name), base.filter(|_| mock.is_some()), fixtures, scrubber, options).await
    }

    async fn start(
        file: &TargetFile,
        fixtures: &Fixtures,
        scrubber: &Scrubber,
        options: BenchOptions,
    ) -> Result<Self, RunError> {
        let failed = |error: embedded::StartError| RunError::Start(error.to_string());
        let mock = embedded::Mock::start_as(options.behavior.or(file.behavior).unwrap_or(Behavior::Okta))
            .await
            .map_err(failed)?;
        let listener = if options.listener { Some(listen(0).await?) } else { None };
        // Without a listener nothing is sent to the redirect URI: any registered port will do.
        let callback = listener.as_ref().and_then(|listener| listener.base());
        let opening = Opening {
            fixtures,
            base: Some(mock.base.clone()),
            issuer: None,
            callback,
            ca_pem: mock.ca_pem.clone(),
            https_base: mock.https_base.clone(),
            api: None,
            behavior: options.behavior,
            server: options.server.clone(),
            scrubber: scrubber.clone(),
            environment,
        };
        let mut target = opening.open(file).await?;
        register(&mock, &target)?;
        let demo = match target.client(WEB).filter(|_| options.api) {
            Some(web) => {
                let secret = web.secret.as_deref().unwrap_or_default();
                Some(embedded::Demo::start(target.issuer(), &web.id, secret).await.map_err(failed)?)
            }
            None => None,
        };
        target.api = demo.as_ref().map(|demo| demo.base.clone());
        Ok(Self {
            target: Arc::new(target),
            listener,
            is_repeatable: true,
            public_keys: Vec::new(),
            mock: Some(mock),
            _demo: demo,
        })
    }

    async fn connect(
        file: &TargetFile,
        issuer: Option<&str>,
        base: Option<Url>,
        fixtures: &Fixtures,
        scrubber: &Scrubber,
        options: BenchOptions,
    ) -> Result<Self, RunError> {
        let opening = Opening {
            fixtures,
            base,
            issuer: issuer.map(str::to_owned),
            callback: None,
            ca_pem: authorities(file, options.ca_pem.as_deref())?,
            https_base: None,
            api: None,
            behavior: None,
            server: options.server.clone(),
            scrubber: scrubber.clone(),
            environment,
        };
        let mut target = opening.open(file).await?;
        // The clients of the market are known to have what scenarios use.
        if !target.goes_by(ORG) {
            capabilities::probe(&mut target).await;
        }
        let listener = match target.redirect_uri.port_or_known_default() {
            Some(port) if options.listener => match listen(port).await {
                // Another process has the port: only the scenarios with a browser need it.
                Err(_) if !options.listener_required => None,
                listener => Some(listener?),
            },
            _ => None,
        };
        let public_keys = if listener.is_some() { public_keys(&target).await? } else { Vec::new() };
        Ok(Self { target: Arc::new(target), listener, is_repeatable: false, public_keys, mock: None, _demo: None })
    }

    /// Makes a mock that a scenario had for itself as it was when it was started.
    pub(super) async fn renew(&self) -> Result<(), RunError> {
        let (Some(mock), Some(control)) = (&self.mock, &self.target.control) else { return Ok(()) };
        control.reset().await.map_err(TargetError::from)?;
        self.target.clock_was_restored();
        register(mock, &self.target)
    }

    /// Whether the harness has started the issuer itself.
    #[must_use]
    pub const fn is_embedded(&self) -> bool {
        self.is_repeatable
    }

    /// What the run judges.
    pub(super) fn subject(&self) -> Subject {
        Subject::Issuer(Arc::clone(&self.target))
    }

    /// What a browser may reach, and whose certificates it accepts.
    pub(super) fn trust(&self) -> Trust {
        let issuer = Url::parse(self.target.issuer());
        let on_this_machine = issuer.is_ok_and(|issuer| matches!(issuer.host_str(), Some("localhost" | "127.0.0.1")));
        Trust {
            local_only: self.target.kind == TargetKind::Mock && on_this_machine,
            public_keys: self.public_keys.clone(),
        }
    }
}

/// Registers the redirect URIs of the harness, which a reset of the mock removes.
fn register(mock: &embedded::Mock, target: &Target) -> Result<(), RunError> {
    let clients = target.clients.values().filter(|client| !WITHOUT_REDIRECT_URI.contains(&client.name));
    let clients: Vec<&str> = clients.map(|client| client.id.as_str()).collect();
    mock.register(&clients, &target.redirect_uri, &target.signed_out_uri)
        .map_err(|error| RunError::Start(error.to_string()))
}

/// The keys of the target's servers that a browser visits, if they have certificates of a private authority.
async fn public_keys(target: &Target) -> Result<Vec<String>, TargetError> {
    let mut origins: Vec<Url> = Vec::new();
    for server in target.servers.values().filter(|_| target.ca_pem.is_some()) {
        let endpoints =
            [Endpoint::Authorization, Endpoint::EndSession].map(|endpoint| server.endpoint(endpoint).cloned());
        let visited = endpoints.into_iter().flatten().chain(Url::parse(&server.issuer));
        for url in visited.filter(|url| url.scheme() == "https") {
            if !origins.iter().any(|known| known.origin() == url.origin()) {
                origins.push(url);
            }
        }
    }
    let mut keys = Vec::new();
    for origin in &origins {
        keys.push(target.http.public_key_hash(&origin.join("/").unwrap_or_else(|_| origin.clone())).await?);
    }
    Ok(keys)
}

async fn listen(port: u16) -> Result<Arc<Listener>, RunError> {
    Listener::start(port)
        .await
        .map(Arc::new)
        .map_err(|error| RunError::Listen { address: format!("localhost:{port}"), reason: error.to_string() })
}

fn environment(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// What a target is named by.
#[derive(Debug)]
pub enum TargetSource {
    File(Box<TargetFile>),
    /// The URL of an issuer.
    Issuer,
}

/// Reads the file of a target that is named on the command line.
///
/// # Errors
/// When there is no such target, or its file is invalid.
pub fn target_file(name: &str, fixtures: &Fixtures) -> Result<TargetSource, TargetError> {
    if Url::parse(name).is_ok_and(|url| matches!(url.scheme(), "http" | "https")) {
        return Ok(TargetSource::Issuer);
    }
    let path = Path::new(name);
    if name.contains('/') || path.extension().is_some_and(|extension| extension == "toml") {
        let source = Source { path: name.to_owned(), folder: path.parent().map(Path::to_owned) };
        return parsed(&read_file(path)?, source).map(|file| TargetSource::File(Box::new(file)));
    }
    named(fixtures, name).map(|file| TargetSource::File(Box::new(file)))
}

/// The target file of that name in the fixtures.
fn named(fixtures: &Fixtures, name: &str) -> Result<TargetFile, TargetError> {
    let path = format!("targets/{name}.toml");
    let Some(text) = fixtures.read(&path)? else {
        let known = fixtures.names("targets", ".toml")?;
        return Err(TargetError::Unknown {
            name: name.to_owned(),
            suggestion: did_you_mean(name, known.iter().map(String::as_str)),
            known: known.join(", "),
        });
    };
    let folder = fixtures.folder().filter(|_| fixtures.is_own(&path)).map(|folder| folder.join("targets"));
    parsed(&text, Source { path, folder })
}

fn parsed(text: &str, source: Source) -> Result<TargetFile, TargetError> {
    let path = source.path.clone();
    TargetFile::parse(text, source).map_err(|error| TargetError::Document { path, reason: error.to_string() })
}

/// The certificate authorities of the command line and of the target file, PEM.
///
/// # Errors
/// When the file that the target file names cannot be read.
pub fn authorities(file: &TargetFile, of_command_line: Option<&str>) -> Result<Option<String>, TargetError> {
    let folder = file.source.folder.clone().unwrap_or_default();
    let of_file = file.ca.as_ref().map(|ca| read_file(&folder.join(ca))).transpose()?;
    let all: Vec<String> = of_command_line.map(str::to_owned).into_iter().chain(of_file).collect();
    Ok((!all.is_empty()).then(|| all.join("\n")))
}

/// The org of a running mock.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Org {
    Market,
    Other,
}

/// The org of the mock that answers at this base URL, if its control API does.
async fn running_mock(base: &Url, options: &BenchOptions, scrubber: &Scrubber) -> Option<Org> {
    let http = Http::new(options.ca_pem.as_deref(), Recorder::new(scrubber.clone())).ok()?;
    Control::new(base.clone(), http.clone()).about().await.ok()?;
    let market = org_id(base, &http).await.as_deref() == Some(ORG);
    Some(if market { Org::Market } else { Org::Other })
}

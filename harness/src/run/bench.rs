//! The target of a run and the servers that the run starts: mock, demo app and listener.

use std::sync::Arc;

use url::Url;

use super::error::RunError;
use crate::driver::Listener;
use crate::embedded;
use crate::issuer_target::fixtures::Fixtures;
use crate::issuer_target::market::{WEB, WITHOUT_REDIRECT_URI};
use crate::issuer_target::{Behavior, Opening, Target, TargetError, TargetFile, TargetKind};
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
    _mock: Option<embedded::Mock>,
    _demo: Option<embedded::Demo>,
}

/// What a bench contains besides the target.
#[derive(Clone, Copy, Debug)]
pub(super) struct BenchOptions {
    /// The resource server of the demo app.
    pub(super) api: bool,
    /// A listener at the redirect URI.
    pub(super) listener: bool,
    /// Whether a missing listener is an error.
    pub(super) listener_required: bool,
    /// The behavior of the mock; by default the target file's.
    pub(super) behavior: Option<Behavior>,
}

impl Bench {
    /// Opens a target by name or by the URL of its issuer.
    pub(super) async fn open(
        name: &str,
        fixtures: &Fixtures,
        scrubber: &Scrubber,
        options: BenchOptions,
    ) -> Result<Self, RunError> {
        let issuer = Url::parse(name).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
        let Some(issuer) = issuer else {
            let file = read(fixtures, name)?;
            return if file.embedded {
                Self::start(&file, fixtures, scrubber, options).await
            } else {
                Self::connect(&file, None, None, fixtures, scrubber, options).await
            };
        };
        // A mock that is already running has a control interface; other issuers are generic providers.
        let origin = issuer.join("/").ok();
        let mock = match &origin {
            Some(origin) => is_mock(origin, scrubber).await,
            None => false,
        };
        let file = read(fixtures, if mock { "mock" } else { "generic" })?;
        Self::connect(&file, Some(name), origin.filter(|_| mock), fixtures, scrubber, options).await
    }

    async fn start(
        file: &TargetFile,
        fixtures: &Fixtures,
        scrubber: &Scrubber,
        options: BenchOptions,
    ) -> Result<Self, RunError> {
        let failed = |error: embedded::StartError| RunError::Start(error.to_string());
        let mock = embedded::Mock::start_as(options.behavior.or(file.behavior) == Some(Behavior::OpenId))
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
            scrubber: scrubber.clone(),
            environment,
        };
        let mut target = opening.open(file).await?;
        let clients: Vec<&str> = target
            .clients
            .values()
            .filter(|client| !WITHOUT_REDIRECT_URI.contains(&client.name))
            .map(|client| client.id.as_str())
            .collect();
        mock.register(&clients, &target.redirect_uri, &target.signed_out_uri).map_err(failed)?;
        let demo = match target.clients.get(&WEB).filter(|_| options.api) {
            Some(web) => {
                let secret = web.secret.as_deref().unwrap_or_default();
                Some(embedded::Demo::start(target.issuer(), &web.id, secret).await.map_err(failed)?)
            }
            None => None,
        };
        target.api = demo.as_ref().map(|demo| demo.base.clone());
        Ok(Self { target: Arc::new(target), listener, is_repeatable: true, _mock: Some(mock), _demo: demo })
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
            ca_pem: None,
            https_base: None,
            api: None,
            behavior: None,
            scrubber: scrubber.clone(),
            environment,
        };
        let target = opening.open(file).await?;
        let listener = match target.redirect_uri.port_or_known_default() {
            Some(port) if options.listener => match listen(port).await {
                // Another process has the port: only the scenarios with a browser need it.
                Err(_) if !options.listener_required => None,
                listener => Some(listener?),
            },
            _ => None,
        };
        Ok(Self { target: Arc::new(target), listener, is_repeatable: false, _mock: None, _demo: None })
    }

    /// What the run judges.
    pub(super) fn subject(&self) -> Subject {
        Subject::Issuer(Arc::clone(&self.target))
    }

    /// Whether all servers run on this machine.
    pub(super) fn is_local(&self) -> bool {
        self.target.kind == TargetKind::Mock
    }
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

fn read(fixtures: &Fixtures, name: &str) -> Result<TargetFile, TargetError> {
    let path = format!("targets/{name}.toml");
    let text = fixtures.read(&path).ok_or_else(|| TargetError::Unknown {
        name: name.to_owned(),
        known: fixtures.names("targets", ".toml").join(", "),
    })?;
    TargetFile::parse(&text).map_err(|error| TargetError::Document { path, reason: error.to_string() })
}

/// Whether a mock with a control interface answers at this origin.
async fn is_mock(origin: &Url, scrubber: &Scrubber) -> bool {
    let Ok(http) = Http::new(None, Recorder::new(scrubber.clone())) else { return false };
    crate::issuer_target::Control::new(origin.clone(), http).about().await.is_ok()
}

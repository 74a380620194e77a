//! A relying party, token viewer and API in one process: shows the tokens of an issuer and checks them.
//!
//! ```no_run
//! # async fn run() -> Result<(), Box<dyn std::error::Error>> {
//! use demo_app::DemoApp;
//!
//! // Without an issuer a mock org starts in the process and the app is registered there.
//! let demo = DemoApp::builder().start().await?;
//! println!("open {} and press Log In", demo.url());
//! demo.stop().await;
//!
//! // Against an issuer of your own.
//! let demo = DemoApp::builder()
//!     .issuer("https://dev-123.okta.com/oauth2/default")
//!     .client_id("0oa…")
//!     .client_secret("…")
//!     .port(7802)
//!     .start()
//!     .await?;
//! println!("register {} as sign-in redirect URI", demo.redirect_uri());
//! # Ok(()) }
//! ```
//!
//! The relying party, the resource server and the viewer do not use one another; this file combines them.

mod body;
mod builder;
mod catalogue;
mod clock;
mod config;
mod control_api;
mod decision;
mod embedded;
mod endpoint;
mod guard;
mod listen;
mod outbound;
mod pages;
mod relying_party;
mod resource_server;
mod session;
mod timestamp;
mod token;
mod viewer;

use std::sync::Arc;
use std::time::Duration;

use axum::routing::get;
use axum::{Json, Router, middleware};
use serde_json::json;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tower_http::catch_panic::CatchPanicLayer;
use tower_sessions::cookie::{SameSite, time as cookie_time};
use tower_sessions::{Expiry, SessionManagerLayer};
use url::Url;

pub use builder::{Builder, StartError};
use clock::Clock;
use config::{CALLBACK_PATH, Client, Settings};
pub use config::{Cli, ClientAuth, Command};
use control_api::ControlApi;
use decision::Decisions;
use embedded::{Embedded, MockIdp};
use guard::RequestGuard;
use listen::RunningRequests;
use pages::Pages;
use relying_party::RelyingParty;
use resource_server::ResourceServer;
use session::BoundedStore;
use token::keys::KeyCache;
use viewer::Viewer;

/// A distinctive name, because browsers share cookies between all ports of localhost.
const COOKIE: &str = "demo_sid";

/// A session ends after this time without use.
const SESSION_IDLE: cookie_time::Duration = cookie_time::Duration::hours(8);

/// How long running requests may take to finish when the app stops, all together.
const STOP_TIMEOUT: Duration = Duration::from_millis(250);

impl Builder {
    /// Listens, starts the mock if one is needed, and serves. A configured issuer is first contacted at sign-in.
    ///
    /// # Errors
    ///
    /// When a setting is unusable, an address is taken, or the mock does not start.
    pub async fn start(self) -> Result<DemoApp, StartError> {
        let listeners = listen::listen(&self.host, self.port).await.map_err(|source| StartError::Listen {
            host: self.host.clone(),
            port: self.port,
            source,
        })?;
        let port = listeners.first().and_then(|it| it.local_addr().ok()).map_or(self.port, |address| address.port());
        let authority = listen::authority(&self.host, port);
        let url = format!("http://{authority}");
        let redirect_uri = format!("{url}{CALLBACK_PATH}");

        let (embedded, client) = match (&self.issuer, self.client_id) {
            (Some(_), None) => return Err(StartError::ClientId),
            (Some(_), Some(id)) => (None, Client { id, secret: self.client_secret }),
            (None, id) => {
                let client = id.map_or_else(embedded::client, |id| Client { id, secret: self.client_secret });
                let embedded = Embedded::start(self.mock_port, &client.id, &url, &redirect_uri).await;
                (Some(embedded.map_err(StartError::Mock)?), client)
            }
        };
        let issuer = self.issuer.or(embedded.as_ref().map(Embedded::issuer)).unwrap_or_default();
        let issuer_url = Url::parse(&issuer)
            .ok()
            .filter(|url| matches!(url.scheme(), "http" | "https"))
            .ok_or_else(|| StartError::Issuer(issuer.clone()))?;
        let settings = Arc::new(Settings {
            scopes: self.scopes.unwrap_or_else(|| config::default_scopes(&issuer_url)),
            issuer_origin: issuer_url.origin().ascii_serialization(),
            issuer,
            client_id: client.id,
            client_secret: client.secret,
            client_auth: self.client_auth,
            audience: self.audience,
            url: url.clone(),
            redirect_uri,
        });
        let http = outbound::client(self.ca_pem.as_deref(), &issuer_url)?;
        let guard =
            RequestGuard::new(&url, &authority, &settings.issuer_origin, listen::is_reachable_from_outside(&self.host));
        let running = RunningRequests::default();
        let count = middleware::from_fn_with_state(running.clone(), listen::count);
        let router = compose(settings.clone(), http, guard).layer(count);
        let (stop, stopped) = watch::channel(false);
        let servers =
            listeners.into_iter().map(|listener| listen::serve(listener, router.clone(), stopped.clone())).collect();
        Ok(DemoApp { settings, embedded, stop, servers, running })
    }
}

/// A running app. Dropping it stops it.
#[derive(Debug)]
pub struct DemoApp {
    settings: Arc<Settings>,
    embedded: Option<Embedded>,
    stop: watch::Sender<bool>,
    servers: Vec<JoinHandle<()>>,
    running: RunningRequests,
}

impl DemoApp {
    /// A builder with the default settings.
    #[must_use]
    pub fn builder() -> Builder {
        Builder::default()
    }

    /// `http://localhost:PORT`, without a slash at the end.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.settings.url
    }

    /// The sign-in redirect URI to register at the issuer: `{url}/authorization-code/callback`.
    #[must_use]
    pub fn redirect_uri(&self) -> &str {
        &self.settings.redirect_uri
    }

    /// The issuer in use.
    #[must_use]
    pub fn issuer(&self) -> &str {
        &self.settings.issuer
    }

    /// The embedded mock, when no issuer was given.
    #[must_use]
    pub fn mock(&self) -> Option<&MockIdp> {
        self.embedded.as_ref().map(Embedded::mock)
    }

    /// How many requests the app and the embedded mock are answering.
    #[must_use]
    pub fn running_requests(&self) -> usize {
        self.running.count() + self.mock().map_or(0, MockIdp::running_requests)
    }

    /// Stops the app, and the embedded mock after it. Running requests get a moment to finish.
    pub async fn stop(mut self) {
        let _ = self.stop.send(true);
        let end = tokio::time::Instant::now() + STOP_TIMEOUT;
        for server in &mut self.servers {
            if tokio::time::timeout_at(end, &mut *server).await.is_err() {
                server.abort();
            }
        }
        if let Some(embedded) = self.embedded.take() {
            embedded.stop().await;
        }
    }
}

impl Drop for DemoApp {
    fn drop(&mut self) {
        for server in &self.servers {
            server.abort();
        }
    }
}

/// Combines the relying party, the viewer and the API. The API has neither cookies nor sessions.
fn compose(settings: Arc<Settings>, http: reqwest::Client, guard: RequestGuard) -> Router {
    let control = Arc::new(ControlApi::new(http.clone(), &settings.issuer_origin, settings.control_base()));
    let clock = Arc::new(Clock::new(control.clone()));
    let pages = Pages::new(settings.clone(), control.clone(), clock.clone());
    let keys = Arc::new(KeyCache::new(http.clone(), &settings.issuer));
    let decisions = Arc::new(Decisions::new(control));
    let relying_party =
        RelyingParty::new(settings.clone(), http.clone(), pages.clone(), decisions.clone(), clock.clone());
    let viewer = Viewer::new(settings.clone(), http, keys.clone(), pages.clone(), decisions, clock.clone());
    let api = ResourceServer::new(settings, keys, clock);

    // The app listens on plain http: WebKit drops Secure cookies there, so sign-in would fail.
    let sessions = SessionManagerLayer::new(BoundedStore::default())
        .with_name(COOKIE)
        .with_secure(false)
        .with_http_only(true)
        .with_same_site(SameSite::Lax)
        .with_expiry(Expiry::OnInactivity(SESSION_IDLE));
    Router::new()
        .merge(relying_party.routes())
        .merge(viewer.routes())
        .layer(sessions)
        .nest("/api", api.routes())
        .route("/assets/{name}", get(pages::assets::asset))
        .route("/healthz", get(async || Json(json!({ "status": "ok", "name": "demo-app" }))))
        .fallback(async move || pages.not_found().await)
        .layer(middleware::from_fn(pages::negotiate))
        .layer(CatchPanicLayer::new())
        .layer(middleware::from_fn_with_state(Arc::new(guard), guard::check))
}

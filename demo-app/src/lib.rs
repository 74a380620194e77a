//! A relying party, token viewer and API in one process: shows what an issuer gives, and judges it.
//!
//! ```no_run
//! # async fn run() -> Result<(), Box<dyn std::error::Error>> {
//! use demo_app::DemoApp;
//!
//! // Without an issuer a mock org starts inside and the app is registered there.
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
//! The relying party, the resource server and the viewer know nothing of one another; they meet in this file.

mod clock;
mod config;
mod decision;
mod embedded;
mod endpoint;
mod guard;
mod outbound;
mod pages;
mod relying_party;
mod resource_server;
mod session;
mod token;
mod viewer;

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use axum::routing::get;
use axum::{Json, Router, middleware};
use openidconnect::ClientSecret;
use serde_json::json;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tower_http::catch_panic::CatchPanicLayer;
use tower_sessions::cookie::{SameSite, time as cookie_time};
use tower_sessions::{Expiry, MemoryStore, SessionManagerLayer};
use url::Url;

use config::{CALLBACK_PATH, Client, Settings};
pub use config::{Cli, ClientAuth};
use decision::Decisions;
use embedded::{Embedded, MockIdp};
use guard::RequestGuard;
use pages::Pages;
use relying_party::RelyingParty;
use resource_server::ResourceServer;
use token::keys::KeyCache;
use viewer::Viewer;

/// Not "session" or the like: browsers share cookies between all ports of localhost.
const COOKIE: &str = "demo_sid";

/// A session ends when it was not used for this long.
const SESSION_IDLE: cookie_time::Duration = cookie_time::Duration::hours(8);

/// Time that open requests get when the app stops.
const STOP_TIMEOUT: Duration = Duration::from_millis(800);

/// Why the app did not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// The issuer is no absolute http or https URL.
    #[error("the issuer {0} is not an http or https URL")]
    Issuer(String),
    /// An issuer was given without a client.
    #[error("an issuer needs a client id: --client-id or OKTA_CLIENT_ID")]
    ClientId,
    /// The address could not be listened on.
    #[error("cannot listen on {host} port {port}")]
    Listen {
        /// What was asked for.
        host: String,
        /// What was asked for.
        port: u16,
        /// What the system said.
        source: io::Error,
    },
    /// The CA's PEM or the TLS set-up is unusable.
    #[error("the HTTP client could not be made")]
    Client(#[from] reqwest::Error),
    /// The mock org inside did not start, or did not take the app's redirect URI.
    #[error("the embedded mock did not start: {0}")]
    Mock(String),
}

/// Collects the settings of a [`DemoApp`].
#[derive(Clone, Debug)]
pub struct Builder {
    issuer: Option<String>,
    client_id: Option<String>,
    client_secret: Option<ClientSecret>,
    client_auth: ClientAuth,
    scopes: Option<Vec<String>>,
    audience: String,
    ca_pem: Option<String>,
    host: String,
    port: u16,
    mock_port: u16,
}

impl Default for Builder {
    fn default() -> Self {
        Self {
            issuer: None,
            client_id: None,
            client_secret: None,
            client_auth: ClientAuth::default(),
            scopes: None,
            audience: config::DEFAULT_AUDIENCE.to_owned(),
            ca_pem: None,
            host: "localhost".to_owned(),
            port: 0,
            mock_port: 0,
        }
    }
}

impl Builder {
    /// URL of the authorization server, without a slash at the end. Without one, an embedded mock org starts.
    #[must_use]
    pub fn issuer(mut self, url: impl Into<String>) -> Self {
        self.issuer = Some(url.into().trim_end_matches('/').to_owned());
        self
    }

    /// The app's client id at the issuer.
    #[must_use]
    pub fn client_id(mut self, id: impl Into<String>) -> Self {
        self.client_id = Some(id.into());
        self
    }

    /// The app's client secret. Without one it is a public client, held together by PKCE.
    #[must_use]
    pub fn client_secret(mut self, secret: impl Into<String>) -> Self {
        self.client_secret = Some(ClientSecret::new(secret.into()));
        self
    }

    /// How the client secret is sent; by HTTP Basic unless told otherwise.
    #[must_use]
    pub fn client_auth(mut self, method: ClientAuth) -> Self {
        self.client_auth = method;
        self
    }

    /// Scopes asked for at sign-in. By default OpenID Connect's and, from an issuer on this machine, the market's.
    #[must_use]
    pub fn scopes<S: Into<String>>(mut self, scopes: impl IntoIterator<Item = S>) -> Self {
        self.scopes = Some(scopes.into_iter().map(Into::into).collect());
        self
    }

    /// Audience that the API accepts; `api://default` by default.
    #[must_use]
    pub fn audience(mut self, audience: impl Into<String>) -> Self {
        self.audience = audience.into();
        self
    }

    /// PEM of the CA behind an https issuer; no other is trusted then.
    #[must_use]
    pub fn ca_pem(mut self, pem: impl Into<String>) -> Self {
        self.ca_pem = Some(pem.into());
        self
    }

    /// Address to listen on and name in the app's URL; `localhost` by default.
    #[must_use]
    pub fn host(mut self, host: impl Into<String>) -> Self {
        self.host = host.into();
        self
    }

    /// Port of the app; 0, the default, takes a free one.
    #[must_use]
    pub fn port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// Port of the embedded mock; 0, the default, takes a free one.
    #[must_use]
    pub fn mock_port(mut self, port: u16) -> Self {
        self.mock_port = port;
        self
    }

    /// Listens, starts the mock if one is needed, and serves. A given issuer is not contacted yet.
    ///
    /// # Errors
    ///
    /// When a setting is unusable, an address is taken, or the mock does not start.
    pub async fn start(self) -> Result<DemoApp, StartError> {
        let listeners = listen(&self.host, self.port).await?;
        let port = listeners.first().and_then(|it| it.local_addr().ok()).map_or(self.port, |address| address.port());
        let authority = authority(&self.host, port);
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
        let guard = RequestGuard::new(&url, &authority, &settings.issuer_origin, listens_beyond(&self.host));
        let router = compose(settings.clone(), http, guard);
        let (stop, stopped) = watch::channel(false);
        let servers = listeners.into_iter().map(|listener| serve(listener, router.clone(), stopped.clone())).collect();
        Ok(DemoApp { settings, embedded, stop, servers })
    }
}

/// A running app. Dropping it stops it.
#[derive(Debug)]
pub struct DemoApp {
    settings: Arc<Settings>,
    embedded: Option<Embedded>,
    stop: watch::Sender<bool>,
    servers: Vec<JoinHandle<()>>,
}

impl DemoApp {
    /// Starts collecting settings.
    #[must_use]
    pub fn builder() -> Builder {
        Builder::default()
    }

    /// `http://localhost:PORT`, without a slash at the end.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.settings.url
    }

    /// What the issuer must know as sign-in redirect URI: `{url}/authorization-code/callback`.
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

    /// Stops the app, and the embedded mock after it. Requests under way get a moment to finish.
    pub async fn stop(mut self) {
        let _ = self.stop.send(true);
        for server in &mut self.servers {
            if tokio::time::timeout(STOP_TIMEOUT, &mut *server).await.is_err() {
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

/// Where the three rooms meet. The API has neither cookies nor sessions.
fn compose(settings: Arc<Settings>, http: reqwest::Client, guard: RequestGuard) -> Router {
    let pages = Pages::new(settings.clone());
    let keys = Arc::new(KeyCache::new(http.clone(), &settings.issuer));
    let decisions = Arc::new(Decisions::new(http.clone(), settings.control_base()));
    let relying_party = RelyingParty::new(settings.clone(), http.clone(), pages.clone(), decisions.clone());
    let viewer = Viewer::new(settings.clone(), http, keys.clone(), pages.clone(), decisions);
    let api = ResourceServer::new(settings, keys);

    // The app listens on plain http: WebKit drops Secure cookies there, and sign-in would never end.
    let sessions = SessionManagerLayer::new(MemoryStore::default())
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
        .fallback(async move || pages.not_found())
        .layer(middleware::from_fn(pages::negotiate))
        .layer(CatchPanicLayer::new())
        .layer(middleware::from_fn_with_state(Arc::new(guard), guard::check))
}

/// `localhost` means both loopback addresses, as some runtimes try the IPv6 one first.
async fn listen(host: &str, port: u16) -> Result<Vec<TcpListener>, StartError> {
    let failed = |source| StartError::Listen { host: host.to_owned(), port, source };
    if host != "localhost" {
        let name = host.trim_matches(['[', ']']);
        return Ok(vec![TcpListener::bind((name, port)).await.map_err(failed)?]);
    }
    let first = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await.map_err(failed)?;
    let port = first.local_addr().map_err(failed)?.port();
    // A machine without IPv6 does without.
    let second = TcpListener::bind(SocketAddr::from((Ipv6Addr::LOCALHOST, port))).await.ok();
    Ok(std::iter::once(first).chain(second).collect())
}

fn serve(listener: TcpListener, router: Router, mut stopped: watch::Receiver<bool>) -> JoinHandle<()> {
    tokio::spawn(async move {
        let stop = async move {
            // An error means that the app itself is gone.
            let _ = stopped.wait_for(|stop| *stop).await;
        };
        if let Err(error) = axum::serve(listener, router).with_graceful_shutdown(stop).await {
            tracing::error!(reason = %error, "the listener failed");
        }
    })
}

/// Host and port as they stand in a URL.
fn authority(host: &str, port: u16) -> String {
    match host.trim_matches(['[', ']']).parse::<IpAddr>() {
        Ok(ip) if ip.is_unspecified() => format!("localhost:{port}"),
        Ok(IpAddr::V6(ip)) => format!("[{ip}]:{port}"),
        _ => format!("{host}:{port}"),
    }
}

fn listens_beyond(host: &str) -> bool {
    match host.trim_matches(['[', ']']).parse::<IpAddr>() {
        Ok(ip) => !ip.is_loopback(),
        Err(_) => host != "localhost",
    }
}

//! What a scenario runs with: the target, the recorder, a driver and connections of the back channel.

use std::sync::Arc;

use tokio::sync::Mutex;
use url::Url;

use super::client_registration::{ClientRegistration, RegisteredClients};
use super::needs::Need;
use super::stopped::Stopped;
use crate::claims::Snapshots;
use crate::driver::{Driver, HttpDriver, User};
use crate::flow::FormRequest;
use crate::issuer_target::{Account, AccountName, Client, ClientName, Control, Endpoint, Server, ServerKind, Target};
use crate::record::{Entry, Recorder};
use crate::wire::journey::Journey;
use crate::wire::{Http, Reply, Request};

/// The surroundings of one run of one scenario.
#[derive(Debug)]
pub struct ScenarioContext {
    pub target: Arc<Target>,
    pub recorder: Recorder,
    /// Connections without cookies: the back channel.
    pub http: Http,
    pub snapshots: Snapshots,
    /// Whether the provider is claimed to follow the certification plan of the scenario.
    pub claimed: bool,
    registered_clients: RegisteredClients,
    driver: Mutex<Driver>,
}

impl ScenarioContext {
    /// A context with that driver.
    #[must_use]
    pub fn new(target: Arc<Target>, recorder: Recorder, driver: Driver, snapshots: Snapshots) -> Self {
        let http = target.http.recorded_by(recorder.clone());
        let registered_clients = RegisteredClients::default();
        let driver = Mutex::new(driver);
        Self { target, recorder, http, snapshots, claimed: false, registered_clients, driver }
    }

    /// Removes the clients that the scenario has registered and ends the browser session. Must be called however the
    /// scenario ends.
    pub async fn close(&self) {
        self.registered_clients.remove(&self.registration()).await;
        self.driver.lock().await.close().await;
    }

    /// Records what the scenario does next.
    pub(super) fn step(&self, text: impl AsRef<str>) {
        self.recorder.step(text);
    }

    /// Records a step, unless the scenario has just recorded one for the same request.
    pub(super) fn default_step(&self, text: impl FnOnce() -> String) {
        if !matches!(self.recorder.entries().last(), Some(Entry::Step { .. })) {
            self.step(text());
        }
    }

    pub(super) fn server(&self, kind: ServerKind) -> Result<&Server, Stopped> {
        self.target.servers.get(&kind).ok_or_else(|| missing(Need::Server(kind)))
    }

    pub(super) fn client(&self, name: ClientName) -> Result<&Client, Stopped> {
        self.target.client(name).ok_or_else(|| missing(Need::Client(name)))
    }

    /// The private key of a client, PEM.
    pub(super) fn private_key(&self, name: ClientName) -> Result<&str, Stopped> {
        self.client(name)?.key.as_deref().ok_or_else(|| missing(Need::Key(name)))
    }

    pub(super) fn account(&self, name: AccountName) -> Result<&Account, Stopped> {
        self.target.account(name).ok_or_else(|| missing(Need::Account(name)))
    }

    /// The issuer over https, and the certificate authority of its certificate.
    pub(super) fn https(&self) -> Result<&(Url, String), Stopped> {
        self.target.https.as_ref().ok_or_else(|| missing(Need::Https))
    }

    /// The resource server of the market.
    pub(super) fn resource_server(&self) -> Result<&Url, Stopped> {
        self.target.api.as_ref().ok_or_else(|| missing(Need::ResourceServer))
    }

    /// The control API of the issuer.
    pub(super) fn control(&self) -> Result<&Control, Stopped> {
        self.target.control.as_ref().ok_or_else(|| missing(Need::ExclusiveIssuer))
    }

    pub(super) fn endpoint<'a>(&self, server: &'a Server, endpoint: Endpoint) -> Result<&'a Url, Stopped> {
        server.endpoint(endpoint).ok_or_else(|| missing(Need::Endpoint(server.kind, endpoint)))
    }

    /// An endpoint of the server of that kind.
    pub(super) fn server_endpoint(&self, kind: ServerKind, endpoint: Endpoint) -> Result<&Url, Stopped> {
        self.endpoint(self.server(kind)?, endpoint)
    }

    /// The error text that Okta sends, if the target is expected to send it and the text is known.
    pub(super) fn okta_text<'a>(&self, text: &'a str) -> Option<&'a str> {
        Some(text).filter(|text| self.target.speaks_okta() && !text.is_empty())
    }

    /// Sends a form of the back channel.
    pub(super) async fn post(&self, form: &FormRequest) -> Result<Reply, Stopped> {
        self.default_step(|| format!("send a form to {}", form.url().path()));
        Ok(form.send(&self.http).await?)
    }

    /// Sends a request of the back channel.
    pub(super) async fn send(&self, call: Request) -> Result<Reply, Stopped> {
        self.default_step(|| format!("send {} {}", call.method, call.url.path()));
        Ok(self.http.send(call).await?)
    }

    /// Opens a URL in the browser and follows it until `landing` is reached or a page stays.
    pub(super) async fn browse(&self, url: &Url, landing: &Url, user: User<'_>) -> Result<Journey, Stopped> {
        Ok(self.driver.lock().await.walk(url, landing, user.at(self.target.now())).await?)
    }

    /// What a frame of the issuer answers to a message from a page of the client.
    pub(super) async fn ask_frame(&self, frame: &Url, message: &str) -> Result<String, Stopped> {
        Ok(self.driver.lock().await.ask_frame(frame, &self.target.redirect_uri, message).await?)
    }

    /// Sends any first request from the browser and follows its answer to the redirect URI.
    pub(super) async fn browse_from(&self, first: Request, user: User<'_>) -> Result<Journey, Stopped> {
        let mut driver = self.driver.lock().await;
        Ok(driver.follow(first, &self.target.redirect_uri, user.at(self.target.now())).await?)
    }

    /// Continues with another browser that has no cookies.
    pub(super) async fn new_browser(&self) {
        let mut driver = self.driver.lock().await;
        driver.close().await;
        if matches!(*driver, Driver::Http(_)) {
            *driver = Driver::Http(HttpDriver::new(&self.http).with_scripts(&self.target.scripts));
        }
    }

    /// Advances the issuer's clock, or waits if the target has no control API.
    pub(super) async fn pass_time(&self, seconds: u32) -> Result<(), Stopped> {
        if self.target.control.is_some() {
            return self.advance_clock(i64::from(seconds)).await;
        }
        self.step(format!("wait {seconds} seconds"));
        #[expect(clippy::disallowed_methods, reason = "the clock of this issuer cannot be advanced")]
        tokio::time::sleep(std::time::Duration::from_secs(u64::from(seconds))).await;
        Ok(())
    }

    /// Advances the issuer's clock.
    pub(super) async fn advance_clock(&self, seconds: i64) -> Result<(), Stopped> {
        let control = self.control()?;
        self.step(format!("advance the issuer's clock by {seconds} seconds"));
        control.advance(seconds).await?;
        self.target.clock_was_advanced(seconds);
        Ok(())
    }

    /// The registration endpoint.
    pub(super) fn registration(&self) -> ClientRegistration<'_> {
        ClientRegistration { target: &self.target, http: &self.http, recorder: &self.recorder }
    }

    /// The client of this scenario, registered at first use with these members besides its name and redirect URI.
    pub(super) async fn registered_client(&self, members: &serde_json::Value) -> Result<&Client, Stopped> {
        self.registered_clients.first(&self.registration(), members).await
    }

    /// A second client of this scenario, registered in the same way.
    pub(super) async fn second_registered_client(&self, members: &serde_json::Value) -> Result<&Client, Stopped> {
        self.registered_clients.second(&self.registration(), members).await
    }
}

fn missing(need: Need) -> Stopped {
    Stopped::Skipped(need.reason())
}

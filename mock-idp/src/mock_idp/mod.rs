//! A mock org in this process: built, started, stopped when dropped.

mod builder;
mod checked_org;
mod org_control;
mod reload;
mod sandbox_org;
mod spawned;
mod start;
mod state_store;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use mock_idp_core::org::{Document, Problems, RateLimits};
use parking_lot::Mutex;

pub use self::builder::Builder;
pub use self::checked_org::CheckedOrg;
pub use self::org_control::{
    AssignmentSpec, BackchannelRequest, ChangedDirectory, ChangedGroup, ChangedUser, ControlFailure, DirectorySpec,
    ExplainedRequest, FaultSpec, GroupSpec, KeyRotation, LoginSpec, LoginTokens, MessageQuery, MintSpec, MintedToken,
    NextToken, NextTokenSpec, OrgClock, OrgControl, OrgInfo, PublishedKey, PushNotification, RecordedConsent,
    RecordedMessage, RecordedRequest, RequestQuery, SavedState, SentMessage, StateChange, StateComparison, UserSpec,
    WaitingSignIn,
};
pub use self::sandbox_org::{ListedOrg, SandboxOrg, SandboxSpec};
pub use self::spawned::SpawnedMockIdp;
use self::state_store::StateStore;
use crate::engine::Orgs;
use crate::http::front::Front;
use crate::listen::Serving;
use crate::listen::port::DEFAULT_PORT;
use crate::logging;
use crate::org_source::OrgSource;
use crate::people::{Person, people};
use crate::start_error::StartError;
use crate::state_dir::default_state_dir;
use crate::tls;

/// A running mock: one port for http and https. It stops when it is dropped.
///
/// It runs on the tokio runtime on which it was started; blocking the only thread of that runtime blocks the mock too.
#[derive(Debug)]
pub struct MockIdp {
    orgs: Arc<Orgs>,
    front: Front,
    serving: Serving,
    port: u16,
    url: String,
    https_url: String,
    issuer: String,
    ca_pem: String,
    ca_path: Option<PathBuf>,
    warnings: Vec<String>,
    control_url: Option<String>,
    builder: Builder,
    stopping: Arc<AtomicBool>,
    /// The documents of the orgs, the default one's first.
    sources: Mutex<Vec<OrgSource>>,
    /// Dropped last: what the requests have changed is on the disk then.
    _state: StateStore,
}

impl MockIdp {
    /// The default port of the program.
    pub const DEFAULT_PORT: u16 = DEFAULT_PORT;

    /// A mock of the built-in org, on loopback and a free port, with a certificate authority in memory, silent.
    pub fn builder() -> Builder {
        Builder::default()
    }

    /// Where it is over http: `http://localhost:7801`.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Where it is over https: the same port.
    #[must_use]
    pub fn https_url(&self) -> &str {
        &self.https_url
    }

    /// The issuer of the first org's `default` authorization server over http, or under the pinned issuer URL.
    #[must_use]
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// The port.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The certificate of the local authority, PEM: what a client has to trust for https.
    #[must_use]
    pub fn ca_pem(&self) -> &str {
        &self.ca_pem
    }

    /// The file of the certificate, if it is saved.
    #[must_use]
    pub fn ca_path(&self) -> Option<&Path> {
        self.ca_path.as_deref()
    }

    /// Where the state is kept: a directory, or the URL of a server without its password. `None` if it is in memory.
    #[must_use]
    pub fn state_place(&self) -> Option<String> {
        self.builder.state_place()
    }

    /// Whether the default org refuses requests beyond Okta's rate limits.
    #[must_use]
    pub fn enforces_rate_limits(&self) -> bool {
        self.orgs.default_org().org().rate_limits() == RateLimits::Enforced
    }

    /// What a person must know of: leniencies, another port than the usual, an address that others can reach, and what is probably a
    /// mistake in the org documents, as they were at the start.
    #[must_use]
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }

    /// Where the control API is; none if it is closed, because others can connect and there is no control token.
    #[must_use]
    pub fn control_url(&self) -> Option<&str> {
        self.control_url.as_deref()
    }

    /// Whether it serves the built-in org, whose passwords are public.
    #[must_use]
    pub fn is_built_in(&self) -> bool {
        self.builder.orgs.is_empty()
    }

    /// The default org as a document, with the changes since the start.
    #[must_use]
    pub fn document(&self) -> Document {
        self.orgs.default_org().org().to_document()
    }

    /// How many requests are being answered.
    #[must_use]
    pub fn running_requests(&self) -> usize {
        self.serving.running()
    }

    /// The names of the orgs that it was started with, the default one first.
    pub fn org_names(&self) -> impl Iterator<Item = &str> {
        self.orgs.loaded().map(|org| org.name.as_str())
    }

    /// Registers a redirect URI for a client of the default org.
    ///
    /// # Errors
    /// No client of that id, or no absolute URI.
    pub fn allow_redirect_uri(&self, client_id: &str, uri: &str) -> Result<(), ChangeError> {
        self.orgs.default_org().change_seed(|draft| {
            let changed = draft.change_client(client_id, |app| {
                push_new(&mut app.settings.oauth_client.redirect_uris, uri);
                Some(())
            });
            changed.ok_or_else(|| ChangeError::UnknownClient(client_id.to_owned()))
        })
    }

    /// Registers a redirect URI and a post-logout redirect URI for several clients of the default org, in one change.
    ///
    /// # Errors
    /// No client of one of these ids, or no absolute URI; nothing is changed then.
    pub fn allow_return(&self, client_ids: &[&str], redirect_uri: &str, signed_out: &str) -> Result<(), ChangeError> {
        self.orgs.default_org().change_seed(|draft| {
            for id in client_ids {
                let changed = draft.change_client(id, |app| {
                    let oauth = &mut app.settings.oauth_client;
                    push_new(&mut oauth.redirect_uris, redirect_uri);
                    push_new(&mut oauth.post_logout_redirect_uris, signed_out);
                    Some(())
                });
                changed.ok_or_else(|| ChangeError::UnknownClient((*id).to_owned()))?;
            }
            Ok(())
        })
    }

    /// Lets browser pages of this origin read answers of the default org.
    ///
    /// # Errors
    /// Not an origin.
    pub fn allow_origin(&self, origin: &str) -> Result<(), ChangeError> {
        self.orgs.default_org().change_seed(|draft| {
            draft.trust_origin(origin);
            Ok(())
        })
    }

    /// Everybody of the default org who can sign in.
    #[must_use]
    pub fn people(&self) -> Vec<Person> {
        people(self.orgs.default_org())
    }

    /// The directory that the program keeps its certificate authority in: `$XDG_STATE_HOME/mock-idp`, else
    /// `~/.local/state/mock-idp`.
    #[must_use]
    pub fn default_state_dir() -> Option<PathBuf> {
        default_state_dir()
    }

    /// Makes sure that `dir` holds a certificate authority, and returns the path of its certificate. No trust store is changed.
    ///
    /// # Errors
    /// The directory cannot be made, read or written.
    pub fn ensure_certificate_authority(dir: &Path) -> Result<PathBuf, StartError> {
        tls::keep_authority(dir, &[]).map_err(|error| StartError::Certificate(error.to_string()))
    }

    /// Lets `/readyz` say that the mock is stopping. Requests are still answered.
    pub fn announce_stop(&self) {
        self.stopping.store(true, Ordering::Release);
    }

    /// Puts the state of the last start in the place of a damaged one, which is kept; where that is.
    ///
    /// # Errors
    /// There is no state of the last start, a mock uses the state, or it cannot be copied.
    #[cfg(feature = "disk")]
    pub fn recover_state(dir: &Path) -> Result<PathBuf, StartError> {
        Ok(crate::ledger::StateDir::lock_existing(dir)?.recover()?)
    }

    /// Puts what can be read of a damaged state in its place. Returns where the damaged file is kept, and how many records could be read.
    ///
    /// # Errors
    /// Nothing can be read, a mock uses the state, or it cannot be written.
    #[cfg(feature = "disk")]
    pub fn salvage_state(dir: &Path) -> Result<(PathBuf, String), StartError> {
        Ok(crate::ledger::StateDir::lock_existing(dir)?.salvage()?)
    }

    /// Stops listening, lets running requests finish, and ends all tasks.
    pub async fn stop(self) {
        self.serving.stop().await;
        for org in self.orgs.loaded() {
            // What an embedding program or a changed file has changed since the last request.
            if let Err(error) = org.settle().await {
                tracing::error!(target: "mock_idp", "the last changes of the org {} are not stored: {error}", org.name);
            }
            if let Err(error) = org.write_log().await {
                tracing::error!(target: "mock_idp", "the last events of the org {} are not stored: {error}", org.name);
            }
        }
        logging::flush_stderr();
    }
}

/// Why an org was not changed.
#[derive(Debug, thiserror::Error)]
pub enum ChangeError {
    #[error("no client of the org has the id `{0}`")]
    UnknownClient(String),
    #[error("the changed org is not sound: {0}")]
    Unsound(#[from] Problems),
}

fn push_new(uris: &mut Vec<String>, uri: &str) {
    if !uris.iter().any(|known| known == uri) {
        uris.push(uri.to_owned());
    }
}

impl Drop for MockIdp {
    fn drop(&mut self) {
        self.serving.abandon();
    }
}

//! A mock of an Okta org, for development and tests: issuer, sign-in pages, policies.
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), mock_idp::StartError> {
//! let mock = mock_idp::MockIdp::builder().start().await?;
//! assert_eq!(mock.issuer(), format!("{}/oauth2/default", mock.url()));
//! // … point the app under test at `mock.issuer()`, over https with `mock.ca_pem()` …
//! mock.stop().await;
//! # Ok(())
//! # }
//! ```
//!
//! `docs/rust-tests.md` has complete tests, for one mock per test and for one that all tests share.

mod address;
mod clock;
mod control;
mod current_request;
mod engine;
mod environment;
mod faults;
mod http;
mod journal;
mod keys;
mod ledger;
mod listen;
mod logging;
mod metrics;
mod mock_idp;
mod org_document;
mod org_source;
mod outbound;
mod pages;
mod people;
pub mod preview;
mod request_id;
mod routing;
mod seed;
mod settings;
mod start_error;
mod state_dir;
mod tls;

pub use environment::{Environment, OrgAddress};
pub use logging::LogFormat;
#[doc(hidden)]
pub use logging::{flush_stderr, write_stderr};
pub use mock_idp::{
    AssignmentSpec, BackchannelRequest, Builder, ChangeError, ChangedDirectory, ChangedGroup, ChangedUser, CheckedOrg,
    ControlFailure, DirectorySpec, ExplainedRequest, FaultSpec, GroupSpec, KeyRotation, ListedOrg, LoginSpec,
    LoginTokens, MessageQuery, MintSpec, MintedToken, MockIdp, NextToken, NextTokenSpec, OrgClock, OrgControl, OrgInfo,
    PublishedKey, PushNotification, RecordedConsent, RecordedMessage, RecordedRequest, RequestQuery, SandboxOrg,
    SandboxSpec, SavedState, SentMessage, SpawnedMockIdp, StateChange, StateComparison, UserSpec, WaitingSignIn,
};
pub use mock_idp_core::behavior::Behavior;
pub use org_document::{OrgDocument, PreviewError};
pub use org_source::{BUILT_IN_ORG, OrgSource};
pub use people::Person;
pub use settings::{IssuerUrl, IssuerUrlError};
pub use start_error::StartError;

/// The examples of the documentation.
#[cfg(doctest)]
#[doc = include_str!("../../docs/rust-tests.md")]
pub struct RustTests;

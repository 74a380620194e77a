//! The issuer under test, in one struct for the mock, Okta and any other provider: [`Target`].
//!
//! They differ in data only: a target file (`fixtures/targets/*.toml`) and the discovery documents. Both decide which
//! scenarios can be run.

mod applicability;
mod client;
mod control;
mod divergence;
mod file;
pub mod fixtures;
mod kind;
pub mod market;
mod name;
mod open;
mod roles;
mod server;
mod sign_in;
mod target;

pub use applicability::{Applicability, TargetNames};
pub use client::{Account, AuthMethod, Capabilities, Client, RegistrationAccess};
pub use control::{Control, FoundState};
pub use divergence::{Divergence, Divergences};
pub use file::{Source, TargetFile, Text};
pub use kind::{Behavior, TargetKind};
pub use name::{AccountName, ClientName};
pub use open::{Opening, TargetError, clock_ahead, discovery_address, org_base, org_id, read_file};
pub use roles::Roles;
pub use server::{Endpoint, PublishedKeys, Server, ServerKind};
pub use sign_in::{Credential, Script, ScriptStep};
pub use target::Target;

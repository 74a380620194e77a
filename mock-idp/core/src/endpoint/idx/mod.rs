//! The documents of the IDX API, in the ion format. Okta: `/idp/idx/…`, the API of the sign-in widget and of the embedded SDKs.

mod authenticators;
mod choices;
mod document;
mod form;
mod message;
mod proofs;
mod recovery;
mod registration;
mod state_handle;

pub use choices::{ChosenAuthenticator, chosen};
pub use document::{IdxTransaction, expired, failed};
pub use message::IdxError;
pub use state_handle::{expires, new_state_handle, provider_of_request_uri};

//! The endpoints of direct authentication, by which a client asks its user for proofs itself. Okta: `/v1/primary-authenticate` and
//! `/v1/challenge`.

mod body;
mod challenge;
mod primary;
mod started;

pub use challenge::{Challenged, challenge, mfa_token};
pub use primary::{begin, user};
pub use started::StartedChallenge;

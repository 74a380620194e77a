//! The vocabulary of the specifications: parameters, scopes, grant types, response types and modes, prompts, languages, PKCE, JOSE
//! objects, errors.

pub mod acr;
mod catalogue;
pub mod certificate;
mod grant_type;
pub mod jose;
mod language;
mod oauth_error;
mod parameters;
pub mod pkce;
mod prompt;
mod requested_claims;
mod reserved_claims;
mod response;
mod scopes;
pub mod session_state;
mod status;
pub mod token_type;
pub mod totp;
pub mod webauthn;

pub use catalogue::{CATALOGUE, ErrorId};
pub use grant_type::GrantType;
pub use language::Language;
pub use oauth_error::OAuthError;
pub use parameters::Parameters;
pub use prompt::Prompt;
pub use requested_claims::RequestedClaims;
pub use reserved_claims::{is_reserved_in_access_token, is_reserved_in_id_token};
pub use response::{ResponseMode, ResponseType};
pub use scopes::{INTERCLIENT_ACCESS, OIDC_SCOPES, Scopes, is_oidc};
pub use status::Status;

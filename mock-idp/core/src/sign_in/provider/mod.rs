//! Sign-ins at external identity providers: the request to the provider, its answer, and the user whom the answer is about.

mod account;
mod answer;
mod groups;
mod request;
#[cfg(test)]
mod tests;
mod user;

pub(super) use account::{found_user, sign_in};
pub use answer::{ProviderAnswerError, authorization_code, token_request, verify_id_token, with_userinfo};
pub use request::{ProviderRequest, provider_request};
pub use user::ProviderUser;

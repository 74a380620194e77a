//! Sign-ins whose clients ask the user themselves. Okta: direct authentication. Its endpoints send codes and notifications, and grants of
//! the token endpoint redeem the answers.

mod demand;
mod proofs;
mod records;

pub(crate) use demand::{DirectDemand, demand, grant_of};
pub(crate) use proofs::{AcceptedCode, has_code_app, push_answered, require_unlocked, verify_otp, verify_sent};
pub(crate) use records::{check_user, expired, hinted_user, open_challenge, open_sign_in};

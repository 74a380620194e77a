//! Passkeys on the first page, where they take the place of the user's name. Okta: the passkeys autofill UI.

use aws_lc_rs::digest::{SHA256, digest};

use super::answer::{SignInEffect, SignInFacts};
use super::events;
use super::passkeys::{PasskeyAssertion, PasskeyChallenge, assert_passkey};
use super::password::{NextStage, check_user};
use super::problem::{SignInProblem, SignInProblemKind};
use super::proofs::counted;
use crate::ledger::{FailedSignIns, SignedIn, Stage};
use crate::model::User;
use crate::moment::Moment;
use crate::org::Org;
use crate::protocol::webauthn::{decode, encode};

/// The challenge of the first page of a transaction. It is as unguessable as the state handle, and belongs to this transaction only.
#[must_use]
pub fn autofill_challenge(state_handle: &str) -> String {
    encode(digest(&SHA256, format!("passkey autofill {state_handle}").as_bytes()).as_ref())
}

/// The user whom a passkey names. WebAuthn 7.2 step 6: without a user who is known before, the user handle says who it is.
pub(super) fn owner<'o>(org: &'o Org, assertion: PasskeyAssertion<'_>) -> Option<&'o User> {
    let handle = decode("userHandle", assertion.user_handle?).ok()?;
    // Okta: the user handle is the id, read as base64url.
    org.user(&encode(&handle))
}

/// Signs in the user whom a passkey names.
pub(super) fn sign_in(
    org: &Org,
    stage: &Stage,
    assertion: PasskeyAssertion<'_>,
    facts: &SignInFacts,
    failed: &FailedSignIns,
    moment: &mut Moment<'_>,
) -> NextStage {
    let mut verified = || -> Result<(Stage, Vec<SignInEffect>), SignInProblem> {
        let refused = |reason| SignInProblem::new(SignInProblemKind::RefusedPasskey, reason);
        let user = owner(org, assertion).ok_or_else(|| refused("the passkey names no user of this org"))?;
        let challenge = facts.autofill_challenge.as_deref().ok_or_else(|| refused("no challenge was shown"))?;
        let challenge = PasskeyChallenge { challenge, factor_id: None, verifies_user: false };
        let (proof, factor) = assert_passkey(org, &facts.urls, user, challenge, assertion, moment)?;
        check_user(org, user, failed, moment)?;
        moment.trace.event(events::verified(user, None));
        let signed_in = SignedIn::new(&user.id, moment.now, vec![proof]);
        Ok((Stage::SignedIn(signed_in), counted(user, &factor)))
    };
    verified().map_err(|problem| (stage.clone(), problem))
}

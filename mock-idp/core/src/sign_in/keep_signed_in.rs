//! The question whether to stay signed in. Okta: post-authentication "Keep me signed in".

use super::answer::SignInFacts;
use crate::ledger::{SignedIn, Stage, Transaction};
use crate::model::User;
use crate::moment::{Moment, timestamp};
use crate::org::Org;
use crate::policy::assurance;
use crate::trace::NoteStatus;

const TITLE: &str = "keep me signed in";

/// The stage of a user who has authenticated: the question, where the policy of the app wants it, or the end of the sign-in.
pub(super) fn ask(
    org: &Org,
    transaction: &Transaction,
    (user, signed_in): (Option<&User>, SignedIn),
    facts: &SignInFacts,
    moment: &mut Moment<'_>,
) -> Stage {
    let client = transaction.purpose.client_id().and_then(|client_id| org.client(client_id));
    let Some(wanted) =
        client.zip(user).and_then(|(client, user)| assurance::keep_me_signed_in(org, client, user, moment))
    else {
        return Stage::SignedIn(signed_in);
    };
    if transaction.remember {
        let because = format!("{} asks, and the user has answered before the sign-in", wanted.rule);
        moment.trace.note(NoteStatus::PassedOver, TITLE, because);
        return Stage::SignedIn(signed_in);
    }
    let last = facts.prompts.as_ref().and_then(|prompts| prompts.last(&signed_in.user_id));
    if let Some(last) = last.filter(|last| moment.now - last < wanted.frequency) {
        let next = timestamp(last + wanted.frequency);
        let because = format!("{} asks, and does so in this browser from {next} on", wanted.rule);
        moment.trace.note(NoteStatus::PassedOver, TITLE, because);
        return Stage::SignedIn(signed_in);
    }
    moment.trace.note(NoteStatus::Matched, TITLE, format!("{} asks", wanted.rule));
    Stage::KeepMeSignedIn(signed_in)
}

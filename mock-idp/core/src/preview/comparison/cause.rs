//! The cause of a change: the claim rule, the policy rule or the attribute that a value comes from, by the notes of the decision.

use super::field::Field;
use crate::protocol::{CATALOGUE, ErrorId};
use crate::trace::{About, ClaimTarget, Note, NoteStatus};

/// What a value of a result comes from, in words. If it comes from something else than before, both.
pub(super) fn cause(field: &Field<'_>, before: &[Note], after: &[Note]) -> String {
    let (was, is) = (source(field, before), source(field, after));
    match (was, is) {
        (Some(was), Some(is)) if was != is => format!("{is}; before: {was}"),
        (_, Some(is)) => is,
        (Some(was), None) => format!("before: {was}"),
        (None, None) => "no rule of the org says more".to_owned(),
    }
}

fn source(field: &Field<'_>, notes: &[Note]) -> Option<String> {
    match field {
        Field::Claim { name: "exp", target: ClaimTarget::AccessToken, .. } => lifetimes(notes),
        Field::Claim { name: "scp", .. } => rule(notes),
        Field::Claim { target, name, .. } => claim(*target, name, notes),
        Field::Member { name: "expires_in" | "refresh_token", .. } => lifetimes(notes),
        Field::Member { .. } => rule(notes),
        Field::Outcome | Field::Refusal(_) | Field::Question(_) => refusal(notes).or_else(|| rule(notes)),
        Field::Header { .. } | Field::Encryption { .. } | Field::Other(_) => None,
    }
}

fn claim(target: ClaimTarget, name: &str, notes: &[Note]) -> Option<String> {
    let found = notes.iter().rev().find_map(|note| match &note.about {
        About::Claim(claim) if claim.token == target && claim.name == name => Some(claim),
        _ => None,
    });
    found.map(|claim| match claim.value {
        Ok(_) => claim.source_text().into_owned(),
        Err(_) => format!("{}: {}", claim.source_text(), claim.text()),
    })
}

fn lifetimes(notes: &[Note]) -> Option<String> {
    notes.iter().rev().find_map(|note| match &note.about {
        About::Lifetimes(lifetimes) => Some(lifetimes.source()),
        _ => None,
    })
}

/// The policy rule that matched.
fn rule(notes: &[Note]) -> Option<String> {
    let matched =
        |note: &&Note| note.verdict == NoteStatus::Matched && matches!(note.about, About::Rule { unmet: None, .. });
    notes.iter().rev().find(matched).map(|note| note.subject().into_owned())
}

fn refusal(notes: &[Note]) -> Option<String> {
    let refused = notes.iter().rev().find(|note| note.verdict == NoteStatus::Refused)?;
    let subject = refused.subject();
    Some(match CATALOGUE.iter().find(|row| row.id == subject) {
        Some(row) if row.id == ErrorId::NoMatchingPolicy.row().id => {
            "no rule of the access policies matches".to_owned()
        }
        // The reason names the user, the client or the scopes of one request.
        Some(row) => row.id.replace('_', " "),
        None => refused.because().into_owned(),
    })
}

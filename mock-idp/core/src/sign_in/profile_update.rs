//! A user who signs in and lacks attributes that the app's policy requires enters them. Okta: progressive profiling.

use serde_json::{Map, Value};

use super::answer::SignInEffect;
use super::events;
use super::factor_checks::removed;
use super::password::NextStage;
use super::problem::{SignInProblem, SignInProblemKind};
use super::registration::entered;
use crate::ledger::{Purpose, SignedIn, Stage};
use crate::model::User;
use crate::moment::{Moment, timestamp};
use crate::org::Org;
use crate::policy::registration::{RegistrationAttribute, is_text_attribute, missing_attributes};
use crate::trace::NoteStatus;

/// What the user is asked for: what the profile lacks for the app that the user signs in to.
pub(super) fn missing(org: &Org, purpose: &Purpose, user: &User) -> Vec<RegistrationAttribute> {
    let mut asked = lacking(org, purpose, user);
    // The forms have fields for texts only.
    asked.retain(|attribute| is_text_attribute(org, user, &attribute.name));
    if asked.iter().any(|attribute| attribute.required) { asked } else { Vec::new() }
}

fn lacking(org: &Org, purpose: &Purpose, user: &User) -> Vec<RegistrationAttribute> {
    // The primary authentication API has no state for it.
    if matches!(purpose, Purpose::Authn { .. }) {
        return Vec::new();
    }
    let client = purpose.client_id().and_then(|client_id| org.client(client_id));
    missing_attributes(org, client, &user.profile)
}

/// The stage of a user who has authenticated: the question for attributes, or the end of the sign-in.
pub(super) fn ask(
    org: &Org,
    purpose: &Purpose,
    (user, signed_in): (Option<&User>, SignedIn),
    moment: &mut Moment<'_>,
) -> Stage {
    let Some(user) = user else { return Stage::SignedIn(signed_in) };
    let lacking = lacking(org, purpose, user).into_iter().map(|attribute| attribute.name);
    let others: Vec<String> = lacking.filter(|name| !is_text_attribute(org, user, name)).collect();
    if !others.is_empty() {
        let because = format!("{} cannot be entered: only texts can", others.join(", "));
        moment.trace.note(NoteStatus::PassedOver, "profile", because);
    }
    let missing = missing(org, purpose, user);
    if missing.is_empty() {
        return Stage::SignedIn(signed_in);
    }
    let names: Vec<&str> = missing.iter().map(|attribute| attribute.name.as_str()).collect();
    let because = format!("the profile enrollment policy asks for {}", names.join(", "));
    moment.trace.note(NoteStatus::Matched, "profile", because);
    Stage::ProfileUpdate(signed_in)
}

/// Takes the attributes of a user.
pub(super) fn answer(
    org: &Org,
    purpose: &Purpose,
    signed_in: &SignedIn,
    given: &Map<String, Value>,
    moment: &mut Moment<'_>,
) -> NextStage {
    let user = org.user(&signed_in.user_id).filter(|user| user.status.may_hold_tokens());
    let Some(user) = user else { return Err((Stage::Identify, removed())) };
    let again = |problem| (Stage::ProfileUpdate(signed_in.clone()), problem);
    let given = entered(&missing(org, purpose, user), given).map_err(again)?;
    let mut user = user.clone();
    let invalid =
        |error: serde_json::Error| again(SignInProblem::new(SignInProblemKind::InvalidAttribute, error.to_string()));
    user.profile = user.profile.with(&given).map_err(invalid)?;
    user.last_updated = Some(timestamp(moment.now));
    moment.trace.event(events::profile_completed(&user));
    let effect = SignInEffect::CompleteProfile { user: Box::new(user), given };
    Ok((Stage::SignedIn(signed_in.clone()), vec![effect]))
}

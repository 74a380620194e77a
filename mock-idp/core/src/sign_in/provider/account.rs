//! The user of the org whom a provider's user is: linked before, linked now, or created now. Okta: `policy` of an identity provider.

use serde_json::Value;

use super::groups;
use super::user::ProviderUser;
use crate::claims::ProviderUserRoots;
use crate::java_regex::JavaRegex;
use crate::ledger::{FailedSignIns, SignedIn, Stage};
use crate::model::{
    DirectoryKind, DirectoryObject, IdentityProvider, User, UserProfile, UserStatus, identity_provider_link,
    is_email_address,
};
use crate::moment::{Moment, timestamp};
use crate::org::Org;
use crate::policy::password_rules::lockout;
use crate::policy::routing;
use crate::sign_in::answer::{ProviderSignInChange, SignInEffect};
use crate::sign_in::events;
use crate::sign_in::password::{NextStage, locked};
use crate::sign_in::problem::{SignInProblem, SignInProblemKind};
use crate::trace::NoteStatus;

const TITLE: &str = "identity provider";

/// The user of the org who is linked to a user of a provider, or will be.
pub(in crate::sign_in) fn found_user<'o>(org: &'o Org, found: &ProviderUser, now: i64) -> Option<&'o User> {
    let provider = routing::provider(org, &found.provider)?;
    linked(org, provider, &found.external_id).or_else(|| {
        let name = user_name(provider, &ProviderUserRoots::new(&found.claims, now)).ok()?;
        matching(org, provider, &name).filter(|user| why_not_linked(org, provider, user).is_none())
    })
}

/// Signs the user of a provider in. `failed`: the wrong passwords and codes of the user who is found.
pub(in crate::sign_in) fn sign_in(
    org: &Org,
    found: &ProviderUser,
    failed: &FailedSignIns,
    moment: &mut Moment<'_>,
) -> NextStage {
    let user = found_user(org, found, moment.now);
    if let Some(user) = user.filter(|user| failed.lock(&lockout(org, user), moment.now)) {
        return Err((Stage::Identify, locked(org, user, "is locked by wrong passwords and codes", moment)));
    }
    resolve(org, found, moment)
        .map_err(|reason| (Stage::Identify, SignInProblem::new(SignInProblemKind::ProviderFailed, reason)))
}

fn resolve(org: &Org, found: &ProviderUser, moment: &mut Moment<'_>) -> Result<(Stage, Vec<SignInEffect>), String> {
    let provider = routing::provider(org, &found.provider);
    let provider = provider.ok_or_else(|| "the identity provider has been removed or deactivated".to_owned())?;
    let roots = ProviderUserRoots::new(&found.claims, moment.now);
    let provisions = provider.text("/policy/provisioning/action") == Some("AUTO");
    let (known, is_linked) = match linked(org, provider, &found.external_id) {
        Some(user) => (Some(user), true),
        None => (to_link(org, provider, found, &roots, moment)?, false),
    };
    let (mut user, is_new) = match known {
        Some(user) => (user.clone(), false),
        None if provisions => (created(org, provider, &roots, moment)?, true),
        None => return Err(format!("no user is linked or can be linked, and {} creates none", provider.name())),
    };
    let before = user.clone();
    if !is_new {
        revive(provider, &mut user, moment)?;
        if provider.flag("/policy/provisioning/profileMaster") {
            update(org, provider, &roots, &mut user);
        }
    }
    if provisions {
        groups::assign(org, provider, found, &mut user);
    }
    let changed = is_new || user != before;
    if changed && !is_new {
        user.last_updated = Some(timestamp(moment.now));
    }
    let how = match (is_new, is_linked) {
        (true, _) => "is created",
        (_, true) => "is linked",
        (..) => "is linked now",
    };
    moment.trace.note(NoteStatus::Matched, TITLE, format!("{} {how}", user.profile.login));
    if is_new {
        moment.trace.event(events::registered(&user));
    }
    let proof = SignedIn::at_provider(&user.id, provider.id(), moment.now);
    let link = (!is_linked)
        .then(|| identity_provider_link(provider.id(), &user.id, &found.external_id, &timestamp(moment.now)));
    let user = changed.then(|| Box::new(user));
    let changes = user.is_some() || link.is_some();
    let effect = SignInEffect::ChangeByProvider(ProviderSignInChange { user, is_new, link });
    Ok((Stage::SignedIn(proof), changes.then_some(effect).into_iter().collect()))
}

/// The user who is linked to a user of the provider.
fn linked<'o>(org: &'o Org, provider: IdentityProvider<'_>, external_id: &str) -> Option<&'o User> {
    let is_same = |link: &&DirectoryObject| {
        link.text("provider") == Some(provider.id()) && link.text("externalId") == Some(external_id)
    };
    org.objects(DirectoryKind::IdentityProviderUser).find(is_same).and_then(|link| org.user(&link.owner))
}

/// The user name that the provider's template gives.
fn user_name(provider: IdentityProvider<'_>, roots: &ProviderUserRoots) -> Result<String, String> {
    let template = provider.text("/policy/subject/userNameTemplate/template").unwrap_or("idpuser.email");
    let name = roots.text(template).ok_or_else(|| format!("the user name template `{template}` gives no text"))?;
    // Okta: a filter has to match the whole name.
    if let Some(filter) = provider.text("/policy/subject/filter") {
        let matches = JavaRegex::new(filter).ok().and_then(|regex| regex.matches(&name).ok()).unwrap_or_default();
        if !matches {
            return Err(format!("the filter `{filter}` does not match the user name {name}"));
        }
    }
    Ok(name)
}

/// The user who matches a user name of the provider.
fn matching<'o>(org: &'o Org, provider: IdentityProvider<'_>, name: &str) -> Option<&'o User> {
    let by_email = || org.users().find(|user| user.profile.email.eq_ignore_ascii_case(name));
    let by_attribute = |attribute: &str| {
        let is_name = |value: Value| match value {
            Value::String(text) => text == name,
            Value::Number(number) => number.to_string() == name,
            _ => false,
        };
        org.users().find(|user| user.profile.attribute(attribute).is_some_and(is_name))
    };
    match provider.text("/policy/subject/matchType") {
        Some("EMAIL") => by_email(),
        Some("USERNAME_OR_EMAIL") => org.user_by_login(name).or_else(by_email),
        Some("CUSTOM_ATTRIBUTE") => provider.text("/policy/subject/matchAttribute").and_then(by_attribute),
        _ => org.user_by_login(name),
    }
}

/// The user who matches and can be linked.
fn to_link<'o>(
    org: &'o Org,
    provider: IdentityProvider<'_>,
    found: &ProviderUser,
    roots: &ProviderUserRoots,
    moment: &mut Moment<'_>,
) -> Result<Option<&'o User>, String> {
    let name = user_name(provider, roots)?;
    let Some(user) = matching(org, provider, &name) else {
        let external = &found.external_id;
        moment.trace.note(NoteStatus::Absent, TITLE, format!("no user matches {name} ({external})"));
        return Ok(None);
    };
    let passed_over = why_not_linked(org, provider, user);
    if let Some(because) = passed_over {
        let login = &user.profile.login;
        moment.trace.note(NoteStatus::PassedOver, TITLE, format!("{login} matches, but {because}"));
        return Ok(None);
    }
    Ok(Some(user))
}

/// Why a user who matches is not linked. Okta: such a user is not a candidate, and a new user may be created.
fn why_not_linked(org: &Org, provider: IdentityProvider<'_>, user: &User) -> Option<&'static str> {
    let is_of_user = |link: &DirectoryObject| link.text("provider") == Some(provider.id()) && link.owner == user.id;
    if org.objects(DirectoryKind::IdentityProviderUser).any(is_of_user) {
        return Some("is linked to another user of the identity provider");
    }
    if provider.text("/policy/accountLink/action") != Some("AUTO") {
        return Some("the identity provider does not link accounts");
    }
    let mut groups = provider.list("/policy/accountLink/filter/groups/include").peekable();
    if groups.peek().is_some() && !groups.any(|id| user.group_ids.iter().any(|own| own == id)) {
        return Some("is in none of the groups whose members are linked");
    }
    if provider.list("/policy/accountLink/filter/users/exclude").any(|id| id == user.id) {
        return Some("is excluded from account links");
    }
    if provider.flag("/policy/accountLink/filter/users/excludeAdmins") && !user.roles.is_empty() {
        return Some("administrators are excluded from account links");
    }
    None
}

/// A user with the profile that the mapping of the provider gives.
fn created(
    org: &Org,
    provider: IdentityProvider<'_>,
    roots: &ProviderUserRoots,
    moment: &mut Moment<'_>,
) -> Result<User, String> {
    let login = user_name(provider, roots)?;
    let mut attributes = roots.mapped(org, provider);
    attributes.insert("login".to_owned(), login.clone().into());
    for name in ["firstName", "lastName", "email"] {
        attributes.entry(name).or_insert_with(|| "".into());
    }
    let profile: UserProfile = serde_json::from_value(Value::Object(attributes))
        .map_err(|error| format!("the mapped profile is not that of a user: {error}"))?;
    if !is_email_address(&profile.email) {
        return Err(format!("the mapped profile of {login} has no email address"));
    }
    if org.user_by_login(&login).is_some() {
        return Err(format!("another user has the user name {login}"));
    }
    let now = timestamp(moment.now);
    Ok(User {
        id: moment.id("00u"),
        status: UserStatus::Active,
        profile,
        created: Some(now.clone()),
        activated: Some(now.clone()),
        status_changed: Some(now.clone()),
        last_updated: Some(now),
        ..User::default()
    })
}

/// Makes a user active again, if the provider does. Okta: `policy.provisioning.conditions`.
fn revive(provider: IdentityProvider<'_>, user: &mut User, moment: &Moment<'_>) -> Result<(), String> {
    let condition = |name: &str| provider.text(&format!("/policy/provisioning/conditions/{name}/action"));
    match user.status {
        UserStatus::Active => return Ok(()),
        UserStatus::Deprovisioned if condition("deprovisioned") == Some("REACTIVATE") => {}
        UserStatus::Suspended if condition("suspended") == Some("UNSUSPEND") => {}
        status => return Err(format!("{} is {}", user.profile.login, status.name())),
    }
    user.status = UserStatus::Active;
    user.status_changed = Some(timestamp(moment.now));
    Ok(())
}

/// Takes the mapped attributes over, except the user name. Okta: `profileMaster`.
fn update(org: &Org, provider: IdentityProvider<'_>, roots: &ProviderUserRoots, user: &mut User) {
    let Ok(Value::Object(mut profile)) = serde_json::to_value(&user.profile) else { return };
    let mut mapped = roots.mapped(org, provider);
    mapped.shift_remove("login");
    profile.extend(mapped);
    if let Ok(profile) = serde_json::from_value(Value::Object(profile)) {
        user.profile = profile;
    }
}

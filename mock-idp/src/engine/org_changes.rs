//! What a step of a sign-in changes in the org.

use mock_idp_core::management::group_rules;
use mock_idp_core::model::{DirectoryKind, Factor, Password, User, UserStatus};
use mock_idp_core::moment::timestamp;
use mock_idp_core::org::Problems;
use mock_idp_core::policy::password_rules::PasswordRules;
use mock_idp_core::sign_in::ProviderSignInChange;
use serde_json::{Map, Value};

use super::Context;

/// A passkey that has signed a challenge.
#[derive(Debug)]
pub(super) struct SignedPasskey {
    pub(super) user_id: String,
    pub(super) factor_id: String,
    /// How often it has signed.
    pub(super) sign_count: u32,
}

/// What a step changes in the org.
#[derive(Debug, Default)]
pub(super) struct OrgChanges {
    /// The id of a user, and the user's new password.
    pub(super) new_password: Option<(String, Password)>,
    /// Ids of users, each with a factor that the user has enrolled.
    pub(super) enrolled: Vec<(String, Factor)>,
    pub(super) signed: Option<SignedPasskey>,
    /// A user whose status says that the account is locked.
    pub(super) unlocked: Option<String>,
    pub(super) new_user: Option<User>,
    /// The id of a user, and attributes that the user has entered.
    pub(super) profile: Option<(String, Map<String, Value>)>,
    pub(super) by_provider: Option<ProviderSignInChange>,
}

impl OrgChanges {
    pub(super) fn is_empty(&self) -> bool {
        let Self { new_password, enrolled, signed, unlocked, new_user, profile, by_provider } = self;
        let changes_user = new_password.is_some() || !enrolled.is_empty() || signed.is_some() || unlocked.is_some();
        !changes_user && new_user.is_none() && profile.is_none() && by_provider.is_none()
    }

    /// Makes them, until the next reset.
    pub(super) fn make(self, context: &Context) {
        let Self { new_password, enrolled, signed, unlocked, new_user, profile, by_provider } = self;
        if let Some((user_id, password)) = new_password {
            let rules = PasswordRules::of_known(&context.org, context.org.user(&user_id));
            change_user(context, &user_id, |user| {
                user.set_password(password.clone(), timestamp(context.now), rules.history_count);
            });
        }
        for (user_id, factor) in enrolled {
            change_user(context, &user_id, |user| user.enroll(factor.clone()));
        }
        if let Some(passkey) = signed {
            change_user(context, &passkey.user_id, |user| {
                user.count_signature(&passkey.factor_id, passkey.sign_count);
            });
        }
        if let Some(user_id) = unlocked {
            change_user(context, &user_id, |user| {
                if user.status == UserStatus::LockedOut {
                    user.status = UserStatus::Active;
                }
            });
        }
        if let Some(user) = new_user {
            create_user(context, user);
        }
        if let Some((user_id, given)) = profile {
            complete_profile(context, &user_id, &given);
        }
        if let Some(change) = by_provider {
            change_by_provider(context, change);
        }
    }
}

/// Adds a user who has registered to the org, until the next reset. If another user has taken the name in the meantime, none is added.
fn create_user(context: &Context, mut user: User) {
    let added = context.instance.change::<_, Problems>(|draft| {
        group_rules::apply(draft, &mut user, context.now);
        draft.put_user(user);
        Ok(())
    });
    if let Err(problems) = added {
        tracing::warn!("a user who has registered cannot be added: {problems}");
    }
}

/// Adds attributes to the profile of a user, until the next reset.
fn complete_profile(context: &Context, user_id: &str, given: &Map<String, Value>) {
    let changed = context.instance.change::<_, Problems>(|draft| {
        let Some(mut user) = draft.user(user_id).cloned() else { return Ok(()) };
        // The step has checked them.
        if let Ok(profile) = user.profile.with(given) {
            user.profile = profile;
            user.last_updated = Some(timestamp(context.now));
            group_rules::apply(draft, &mut user, context.now);
            draft.put_user(user);
        }
        Ok(())
    });
    if let Err(problems) = changed {
        tracing::warn!("the profile of a user cannot be stored: {problems}");
    }
}

/// Stores what a sign-in at an external identity provider changes, until the next reset.
fn change_by_provider(context: &Context, change: ProviderSignInChange) {
    let changed = context.instance.change::<_, Problems>(|draft| {
        let ProviderSignInChange { user, is_new, link } = change;
        if let Some(mut user) = user {
            // Another request may have changed or removed the user while the provider was asked.
            let known = draft.user(&user.id).cloned();
            if let Some(known) = known {
                let User { profile, group_ids, status, status_changed, last_updated, .. } = std::mem::take(&mut *user);
                *user = User { profile, group_ids, status, status_changed, last_updated, ..known };
            } else if !is_new {
                return Ok(());
            }
            group_rules::apply(draft, &mut user, context.now);
            draft.put_user(*user);
        }
        if let Some(link) = link {
            draft.put_object(DirectoryKind::IdentityProviderUser, link);
        }
        Ok(())
    });
    if let Err(problems) = changed {
        tracing::warn!("a user of an identity provider cannot be stored: {problems}");
    }
}

/// Changes a user of the org, until the next reset.
fn change_user(context: &Context, user_id: &str, change: impl Fn(&mut User)) {
    let change = |user: &mut User| {
        change(user);
        Some(())
    };
    // The user is as valid with it as without.
    let _ = context.instance.change::<_, Problems>(|draft| Ok(draft.change_user(user_id, change)));
}

//! The people of an org, for whoever starts it and wants to sign in.

use mock_idp_core::model::UserStatus;

use crate::engine::OrgInstance;

/// Somebody who can sign in.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Person {
    /// What to type first.
    pub login: String,
    /// What to type then. Passwords of a mock are public.
    pub password: String,
    /// What makes this one interesting.
    pub note: Option<String>,
}

/// Everybody who can sign in, in the document's order.
pub(crate) fn people(org: &OrgInstance) -> Vec<Person> {
    let org = org.org();
    let active = org.document().users.iter().filter(|user| user.status == UserStatus::Active);
    let person = |user: &mock_idp_core::model::User| {
        let password = user.credentials.password.as_ref()?.value.clone();
        Some(Person { login: user.profile.login.clone(), password, note: user.note.clone() })
    };
    active.filter_map(person).collect()
}

//! The people of an org who can sign in.

use mock_idp_core::model::UserStatus;

use crate::engine::OrgInstance;

/// A user who can sign in.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Person {
    /// The login name.
    pub login: String,
    /// The password. Passwords of a mock are public.
    pub password: String,
    /// The user's note in the org document.
    pub note: Option<String>,
}

/// The users who can sign in, in the document's order.
pub(crate) fn people(org: &OrgInstance) -> Vec<Person> {
    let org = org.org();
    let active = org.users().filter(|user| user.status == UserStatus::Active);
    let person = |user: &mock_idp_core::model::User| {
        let password = user.credentials.password.as_ref()?.text()?.to_owned();
        Some(Person { login: user.profile.login.clone(), password, note: user.note.clone() })
    };
    active.filter_map(person).collect()
}

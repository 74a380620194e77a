//! What the page shows that asks whether to stay signed in.

use mock_idp_core::org::Org;
use serde::Serialize;

use super::frame::Frame;

/// The page that asks whether to stay signed in.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct KeepMeSignedInView {
    pub frame: Frame,
    /// Where the form posts to: a path on this host.
    pub action: String,
    /// Hidden `stateHandle`.
    pub state_handle: String,
    pub user_login: String,
}

impl KeepMeSignedInView {
    pub(crate) fn new(org: &Org, user_id: &str, state_handle: &str, frame: Frame) -> Self {
        let user_login = org.user(user_id).map(|user| user.profile.login.clone()).unwrap_or_default();
        let action = format!("{}/signin/keep-me-signed-in", frame.path_prefix);
        Self { frame, action, state_handle: state_handle.to_owned(), user_login }
    }
}

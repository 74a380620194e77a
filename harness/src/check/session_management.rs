//! Session management (OpenID Connect Session Management 1.0).

use super::checks;
use crate::record::Recorder;

checks! {
    STATE = Must "session-management.state", "The authorization response has a session_state", ["OIDC Session Management 2", "OIDF oidcc-session-management-rp-initiated-logout"];
    UNCHANGED = Must "session-management.unchanged", "The provider's frame says that the session is unchanged while the user is signed in", ["OIDC Session Management 3.1", "OIDF oidcc-session-management-rp-initiated-logout"];
    CHANGED = Must "session-management.changed", "The provider's frame says that the session has changed after the sign-out", ["OIDC Session Management 3.1", "OIDF oidcc-session-management-rp-initiated-logout"];
}

/// Checks the session_state of an authorization response. Session Management 2: it has no blank.
pub fn state<'a>(recorder: &Recorder, session_state: Option<&'a str>) -> Option<&'a str> {
    let usable = session_state.filter(|state| !state.is_empty() && !state.contains(' '));
    STATE.holds(recorder, usable.is_some(), "a session_state without blanks", session_state.unwrap_or("nothing"));
    usable
}

//! Signing out (OIDC RP-Initiated Logout 1.0).

use super::checks;
use crate::record::Recorder;
use crate::wire::journey::Journey;

checks! {
    LED_BACK = Must "logout.led-back", "The browser is led to the registered address", ["OIDC RP-Initiated Logout 3", "OIDF oidcc-rp-initiated-logout"];
    STATE = Must "logout.state", "The state comes back exactly when it was sent", ["OIDC RP-Initiated Logout 3", "OIDF oidcc-rp-initiated-logout-no-state"];
    PARAMETERS = Should "logout.parameters", "Nothing but the state comes back", ["OIDF oidcc-rp-initiated-logout"];
    SESSION_OVER = Must "logout.session-over", "The session is over: prompt=none is refused", ["OIDC RP-Initiated Logout 2", "OIDF oidcc-rp-initiated-logout"];
    STAYS = Must "logout.stays", "The browser stays with the issuer, on a page that says so", ["OIDC RP-Initiated Logout 3", "OIDC RP-Initiated Logout 4", "OIDF oidcc-rp-initiated-logout-bad-post-logout-redirect-uri"];
    NOT_LED_BACK = Must "logout.not-led-back", "A hint that can't be trusted signs nobody out", ["OIDC RP-Initiated Logout 4", "OIDF oidcc-rp-initiated-logout-bad-id-token-hint"];
    SESSION_ALIVE = Must "logout.session-alive", "The session lives: prompt=none succeeds", ["OIDC RP-Initiated Logout 4"];
    TOKENS_LIVE = Should "logout.tokens-live", "Tokens outlive the session", ["Okta: /logout"];
}

/// Judges where signing out led to.
pub fn led_back(recorder: &Recorder, journey: &Journey, state: Option<&str>) {
    let callback = journey.callback();
    LED_BACK.holds(recorder, callback.is_some(), "the registered address", journey.summary());
    let Some(callback) = callback else { return };
    match state {
        Some(state) => STATE.equals(recorder, state, callback.get("state")),
        None => STATE.absent(recorder, "state", callback.get("state")),
    };
    let other = callback.params.iter().map(|(name, _)| name.as_str()).find(|name| *name != "state");
    PARAMETERS.absent(recorder, "other parameter", other);
}

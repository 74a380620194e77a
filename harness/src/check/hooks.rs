//! Token inline hooks.

use super::checks;

checks! {
    CALLED = Must "hook.called", "The hook is called once, with its secret and the claims of the token", ["Okta: token inline hook, objects in the request"];
    PATCHED = Must "hook.patched", "The access token has the claim that the hook adds", ["Okta: token inline hook, commands"];
    ALL_OR_NOTHING = Must "hook.all-or-nothing", "One command that is not allowed voids the others", ["Okta: token inline hook, commands"];
    REFUSED = Must "hook.error", "An error of the hook is the error of the token request", ["Okta: token inline hook, error"];
    IGNORED = Must "hook.unavailable", "A hook that fails leaves the token as it is", ["Okta: inline hooks, timeout and retry"];
}

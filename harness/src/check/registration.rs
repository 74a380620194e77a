//! Clients that register themselves (RFC 7591, RFC 7592).

use super::checks;

checks! {
    REGISTERED = Must "registration.created", "The client is registered, and its secret is told", ["RFC 7591 3.2.1", "Okta: dynamic client registration"];
    SECRET_ONCE = Must "registration.secret-once", "Reading the registration does not tell the secret again", ["Okta: dynamic client registration"];
    GONE = Must "registration.removed", "A removed client can't sign anybody in", ["RFC 7592 2.3"];
    REFUSED = Must "registration.refused", "The registration is refused", ["RFC 7591 3.2.2", "Okta: dynamic client registration"];
}

//! Scope checks: what was granted to whom, and what a token opens at the resource server.

use super::checks;

checks! {
    GRANTED = Must "scope.granted", "The token carries exactly the scopes that the access policies grant", ["RFC 6749 3.3", "Okta: access policies"];
    REFUSED_CODE = Must "scope.refused", "A request that no rule covers is refused with the right error", ["RFC 6749 5.2", "Okta: access policies"];
    REFUSED_WHERE = Must "scope.refused-where", "The refusal arrives where it belongs", ["RFC 6749 4.1.2.1", "RFC 6749 5.2"];
    LIFETIME = Must "scope.lifetime", "The token lives as long as the rule that granted it says", ["Okta: access policies, token lifetime"];
    API_STATUS = Must "api.status", "The resource server opens for the right scope and for no other", ["RFC 6750 3.1", "Okta: protect your API endpoints"];
    API_CHALLENGE = Must "api.challenge", "The resource server's refusal names the reason", ["RFC 6750 3"];
}

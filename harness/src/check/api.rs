//! Granted scopes, and access to the resource server.

use super::checks;

checks! {
    GRANTED = Must "scope.granted", "The token carries exactly the scopes that the access policies grant", ["RFC 6749 3.3", "Okta: access policies"];
    REFUSED_CODE = Must "scope.refused", "A request that no rule allows is rejected with the right error", ["RFC 6749 5.2", "Okta: access policies"];
    REFUSED_WHERE = Must "scope.refused-where", "The error goes to the redirect URI or to a page, as the specification requires", ["RFC 6749 4.1.2.1", "RFC 6749 5.2"];
    LIFETIME = Must "scope.lifetime", "The lifetime of the token is that of the rule", ["Okta: access policies, token lifetime"];
    API_STATUS = Must "api.status", "The resource server accepts the right scope and no other", ["RFC 6750 3.1", "Okta: protect your API endpoints"];
    API_CHALLENGE = Must "api.challenge", "The resource server's challenge names the error", ["RFC 6750 3"];
}

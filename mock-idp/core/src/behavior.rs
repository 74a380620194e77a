//! The differences between Okta and OpenID Connect, as one table, and what the FAPI 2 Security Profile requires beyond that, as another.
//!
//! The default is Okta's behavior. `behavior: openid` follows OpenID Connect instead, so that a provider test suite can
//! distinguish Okta's deviations from errors of the mock. `behavior: fapi2` follows OpenID Connect and the profile.

use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Which behavior an org has where the two differ.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Behavior {
    /// As Okta's servers.
    #[default]
    Okta,
    /// As OpenID Connect and the RFCs require.
    Openid,
    /// As the FAPI 2 Security Profile requires, for clients with `private_key_jwt` and DPoP.
    Fapi2,
}

/// One difference.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Departure {
    /// Its public name.
    pub id: &'static str,
    /// What Okta does.
    pub okta: &'static str,
    /// What OpenID Connect requires.
    pub openid: &'static str,
    /// The specification of that.
    pub source: &'static str,
}

macro_rules! departures {
    ($($method:ident $id:literal $okta:literal $openid:literal $source:literal;)*) => {
        /// All differences.
        pub const DEPARTURES: &[Departure] = &[
            $(Departure { id: $id, okta: $okta, openid: $openid, source: $source }),*
        ];

        impl Behavior {
            $(
                #[doc = concat!("OpenID behavior: ", $openid)]
                #[must_use]
                pub fn $method(self) -> bool {
                    self != Self::Okta
                }
            )*
        }
    };
}

departures! {
    state_is_optional "authorize.state"
        "an authorization request without `state` is refused with invalid_request"
        "`state` is optional"
        "RFC 6749 4.1.1; OIDC Core 3.1.2.1";
    nonce_only_for_id_tokens "authorize.nonce"
        "`nonce` is required whenever the authorization endpoint returns a token, also for `code token`"
        "`nonce` is required only where the authorization endpoint returns an ID token"
        "OIDC Core 3.2.2.1, 3.3.2.11; OIDF oidcc-ensure-request-without-nonce-succeeds-for-code-flow";
    supports_select_account "authorize.prompt"
        "`prompt=select_account` is refused with invalid_request"
        "`prompt=select_account` shows the sign-in page, where another account can be chosen"
        "OIDC Core 3.1.2.1";
    acr_values_are_voluntary "authorize.acr-values"
        "a request only for authentication that a password cannot provide is refused with unmet_authentication_requirements; metadata name no values"
        "`acr_values` are voluntary: the request succeeds without the claim; metadata name the values that can be met"
        "OIDC Core 3.1.2.1; OIDF oidcc-ensure-request-with-acr-values-succeeds";
    supports_claims_parameter "authorize.claims"
        "the `claims` parameter is ignored"
        "claims that it names are returned where it asks for them, and metadata say so"
        "OIDC Core 5.5; OIDF oidcc-claims-essential";
    checks_id_token_hint "authorize.id-token-hint"
        "`id_token_hint` is ignored"
        "with prompt=none, a hint about another user than the one signed in is answered with login_required"
        "OIDC Core 3.1.2.1";
    fetches_request_objects "authorize.request-uri"
        "a `request_uri` that is a URL is refused with invalid_request_uri, like an unknown name of a pushed request; metadata do not say that URLs are not supported"
        "a `request_uri` that the client has registered is fetched, and its request object is used; metadata say so. Under `fapi2` it is refused with request_uri_not_supported"
        "OIDC Core 6.2, 15.2; OIDC Discovery 3; OIDF oidcc-request-uri-signed-rs256";
    accepts_unsigned_objects "authorize.unsigned-object"
        "a request object without a signature is refused with request_not_supported"
        "it is used, unless the client has registered an algorithm; the claims `iss`, `aud` and `exp` are optional. Not under `fapi2`"
        "OIDC Core 6.1; OIDF oidcc-request-uri-unsigned";
    requires_signed_requests "authorize.signed-requests"
        "a client cannot register that all its requests are signed"
        "a request without a request object is refused with invalid_request if the client has registered `require_signed_request_object`"
        "RFC 9101 10.5; OIDF fapi2-security-profile-final: ensure-unsigned-request-at-par-endpoint-fails";
    shows_client_at_sign_in "sign-in.about-client"
        "logo, policy and terms of a client are shown where the user is asked for consent, not where they sign in"
        "the sign-in page shows them too"
        "OIDC Registration 2; OIDF oidcc-registration-logo-uri, -policy-uri, -tos-uri";
    returns_issuer "authorize.iss"
        "the authorization response does not name its issuer"
        "the authorization response names its issuer in `iss`, and metadata say so"
        "RFC 9207 2, 3; FAPI 2 Security Profile 5.3.2.2; OIDF fapi2-security-profile-final-happy-flow";
    returns_201_for_pushed_requests "par.status"
        "a pushed request is answered with 200"
        "a pushed request is answered with 201"
        "RFC 9126 2.2; OIDF fapi2-security-profile-final-happy-flow";
    only_requested_claims "id-token.extra-claims"
        "ID tokens contain `ver`, `idp` and the claims that an administrator adds to every token"
        "ID tokens contain the claims of the protocol and those that a scope or the request selects; the others are at userinfo"
        "OIDC Core 2, 5.4; OIDF oidcc-server";
    scope_claims_at_userinfo "id-token.scope-claims"
        "`name`, `preferred_username` and `email` are in the ID token beside an access token, and all claims in that of `code id_token`"
        "claims of scopes are in the ID token only when the response type gives no access token at all"
        "OIDC Core 5.4; OIDF oidcc-scope-email";
    completes_standard_claims "userinfo.standard-claims"
        "`phone_number_verified` and the address's `formatted` are left out"
        "the scopes phone and address give all their claims"
        "OIDC Core 5.4, 5.1.1; OIDF oidcc-scope-phone, oidcc-scope-address";
    signs_userinfo "userinfo.signed"
        "userinfo is JSON for every client"
        "a client that registers `userinfo_signed_response_alg: RS256` gets a signed JWT; metadata say so. Not under `fapi2`"
        "OIDC Core 5.3.2; OIDF oidcc-userinfo-rs256";
    challenges_without_error "userinfo.no-token"
        "the challenge to a request without a token names an error, invalid_request"
        "the challenge to a request without a token names no error"
        "RFC 6750 3.1";
    accepts_assertions_for_issuer "token.assertion-audience"
        "a client assertion is made for the address of the endpoint that is called"
        "it may be made for the issuer too"
        "RFC 7523 3 step 3; OIDC Core 9; OIDF oidcc-ensure-client-assertion-with-iss-aud-succeeds";
    ignores_client_id_beside_header "token.client-id-beside-header"
        "`client_id` in the body beside a Basic header is a second set of credentials, and refused, except in pushed requests"
        "`client_id` may be there too; it has to be that of the header"
        "RFC 6749 2.3, 3.2.1";
    lists_assertion_algorithms "token.assertion-algorithms"
        "metadata do not say how client assertions may be signed"
        "metadata list the algorithms"
        "RFC 8414 2; OIDF fapi2-security-profile-final-discovery-end-point-verification";
    tolerates_clock_skew "token.clock-skew"
        "client assertions, request objects and DPoP proofs from the future are refused"
        "a time of up to ten seconds ahead is put down to clocks"
        "FAPI 2 Security Profile 5.3.2.1";
    replay_revokes "token.code-replay"
        "a second use of a code is refused, and revokes nothing"
        "a second use of a code is refused and revokes the tokens of the first"
        "RFC 6749 4.1.2; OIDF oidcc-codereuse-30seconds";
    registers_standard_clients "registration.access"
        "registration needs an API token or a scope of the org's APIs, and a name"
        "it needs nothing, or an API token as initial access token; the answer has a registration access token and its URI, and the name is optional"
        "RFC 7591 2, 3; RFC 7592 3; OIDC Registration 3; OIDF oidcc-server with dynamic clients";
    asks_before_sign_out "logout.no-hint"
        "signing out without `id_token_hint` is refused with invalid_client"
        "signing out without `id_token_hint` shows a page that asks the user first; it leads nowhere else"
        "OIDC RP-Initiated Logout 2, 3; OIDF oidcc-rp-initiated-logout-no-params, -no-id-token-hint, -only-state";
    advertises_single_logout "logout.metadata"
        "front-channel and back-channel logout are served; only the org server's RFC 8414 document says so, of the front channel"
        "openid-configuration says that both are served"
        "OIDC Front-Channel Logout 3; OIDC Back-Channel Logout 2.1";
    manages_sessions "session.management"
        "authorization responses have no `session_state`, and there is no `check_session_iframe`"
        "the response has a `session_state`, and a frame of the page that metadata name says whether the session has changed"
        "OpenID Connect Session Management 2, 3.2, 3.3; OIDF oidcc-session-management-rp-initiated-logout";
}

/// Something that the FAPI 2 Security Profile requires.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct ProfileRule {
    /// Its public name.
    pub id: &'static str,
    /// What the profile requires.
    pub fapi2: &'static str,
    /// The section.
    pub source: &'static str,
}

macro_rules! profile_rules {
    ($($method:ident $id:literal $fapi2:literal $source:literal;)*) => {
        /// What `fapi2` requires beyond `openid`.
        pub const PROFILE_RULES: &[ProfileRule] = &[$(ProfileRule { id: $id, fapi2: $fapi2, source: $source }),*];

        impl Behavior {
            $(
                #[doc = concat!("FAPI 2: ", $fapi2)]
                #[must_use]
                pub fn $method(self) -> bool {
                    self == Self::Fapi2
                }
            )*
        }
    };
}

profile_rules! {
    requires_pushed_requests "fapi2.pushed-requests"
        "authorization requests have to be pushed, and metadata say so; a request_uri lives five minutes and can be used again until the user has signed in"
        "FAPI 2 Security Profile 5.3.2.2; RFC 9126 5";
    requires_code_challenges "fapi2.pkce"
        "every authorization request needs a code challenge with S256, and every redemption its verifier"
        "FAPI 2 Security Profile 5.3.2.2";
    issues_codes_only "fapi2.response-type"
        "`code` is the only response type, and the password grant is refused"
        "FAPI 2 Security Profile 5.3.2.1, 5.3.2.2";
    shortens_codes "fapi2.code-lifetime"
        "an authorization code lives 60 seconds"
        "FAPI 2 Security Profile 5.3.2.2";
    requires_client_keys "fapi2.client-authentication"
        "clients authenticate with private_key_jwt; the audience of an assertion is the issuer alone, as a string"
        "FAPI 2 Security Profile 5.3.2.1";
    binds_tokens "fapi2.sender-constrained"
        "access tokens are bound to the key of a DPoP proof"
        "FAPI 2 Security Profile 5.3.2.1; RFC 9449";
    restricts_algorithms "fapi2.algorithms"
        "tokens are signed with PS256; client assertions, request objects and DPoP proofs with ES256"
        "FAPI 2 Security Profile 5.4";
}

impl Behavior {
    /// The seconds by which a time may be in the future.
    #[must_use]
    pub fn clock_skew(self) -> i64 {
        if self.tolerates_clock_skew() { 10 } else { 0 }
    }

    const NAMES: [(&str, Self); 3] = [("okta", Self::Okta), ("openid", Self::Openid), ("fapi2", Self::Fapi2)];
}

impl fmt::Display for Behavior {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(Self::NAMES.iter().find(|(_, known)| known == self).map_or("", |(name, _)| name))
    }
}

impl FromStr for Behavior {
    type Err = UnknownBehavior;

    fn from_str(name: &str) -> Result<Self, UnknownBehavior> {
        let found = Self::NAMES.iter().find(|(known, _)| *known == name);
        found.map(|(_, behavior)| *behavior).ok_or_else(|| UnknownBehavior(name.to_owned()))
    }
}

/// A text that is none of the names.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{0:?} is not a behavior: expected okta, openid or fapi2")]
pub struct UnknownBehavior(String);

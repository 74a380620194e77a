//! Okta's catalogue of OAuth errors, as far as this issuer can cause them.
//!
//! A row is Okta's internal id (what its System Log calls the reason), the body status, the public `error` and the
//! literal `error_description`; `{0}` and `{1}` are filled in. Source: Okta's published `oauth2-error-codes.json`.

/// One row of the catalogue.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// Okta's internal id.
    pub id: &'static str,
    /// HTTP status when the error is a body, not a redirect.
    pub status: u16,
    /// The public `error`.
    pub error: &'static str,
    /// The public `error_description`.
    pub description: &'static str,
}

macro_rules! catalogue {
    ($($variant:ident $id:literal $status:literal $error:literal $description:literal;)*) => {
        /// The errors of the catalogue that this issuer can cause.
        #[derive(Clone, Copy, Debug, Eq, PartialEq)]
        pub enum ErrorId { $($variant),* }

        impl ErrorId {
            /// All errors.
            pub const ALL: &[Self] = &[$(Self::$variant),*];
        }

        /// The rows, in the order of [`ErrorId`].
        pub const CATALOGUE: &[Row] = &[
            $(Row { id: $id, status: $status, error: $error, description: $description }),*
        ];
    };
}

impl ErrorId {
    /// Its row.
    #[must_use]
    pub fn row(self) -> &'static Row {
        &CATALOGUE[self as usize]
    }
}

catalogue! {
    CibaFeatureNotSupported "ciba_feature_not_supported" 400 "access_denied" "The Client-Initiated Backchannel Authentication flow currently only supports web applications.";
    InteractionCodeNotEnabled "oie_not_enabled_for_interact" 400 "access_denied" "The requested feature (Interaction Code flow) isn't enabled in this environment. Ensure that you have Okta Identity Engine enabled and the Interaction Code flow enabled for this application and authorization server.";
    RefreshScopesDenied "refresh_scopes_denied" 400 "access_denied" "Some of the scopes requested for the refresh request were not granted in the original authorize request. Denied scopes: {0}.";
    ScopeDenied "scope_denied" 400 "access_denied" "Some of the requested scopes were denied by the policy. Denied scopes: [{0}].";
    UserNotAssigned "user_not_assigned" 400 "access_denied" "User is not assigned to the client application.";
    NoMatchingPolicy "no_matching_policy" 401 "access_denied" "Policy evaluation failed for this request, please check the policy configurations.";
    AccessDenied "access_denied" 403 "access_denied" "The resource owner or authorization server denied the request.";
    AssociatedServerNotTrusted "associated_server_not_trusted" 403 "access_denied" "The 'subject_token' issuer isn't a trusted authorization server.";
    InterclientRelationshipNotConfigured "interclient_relationship_not_configured" 403 "access_denied" "No trust relationship exists between the client app and the target app.";
    InterclientTokenTargetNotPermitted "interclient_token_target_not_permitted" 403 "access_denied" "Only SAML and OIDC apps support the use of the 'interclient_token'.";
    UnsupportedMfaAttestation "unsupported_mfa_attestation" 403 "access_denied" "'acr_values' not supported.";
    EnrollAuthenticatorNotAllowed "enroll_authenticator_not_allowed" 403 "access_denied" "Authenticator enrollment is not allowed at this time. Please contact support for assistance.";
    InvalidUserStatus "invalid_user_status_error" 403 "access_denied" "User status is invalid.";
    OpenidScopeRequiredAccessToken "openid_scope_required_access_token" 403 "access_denied" "Requests for ID tokens or access tokens with OpenID scopes require the 'openid' scope.";
    DirectAuthExpiredToken "direct_auth_expired_token" 403 "access_denied" "'{0}' has expired. Use a new '{1}' and try again.";
    DirectAuthFactorEnrollmentRequired "direct_auth_factor_enrollment_required" 403 "access_denied" "The required authenticator cannot be used. Check if it is required by policy and the user is enrolled in the authenticator and try again.";
    DirectAuthGrantTypesSupportedNotPrompted "direct_auth_grant_types_supported_not_prompted" 403 "access_denied" "The 'grant_types_supported' '{0}' are not sufficient to satisfy the authentication policy. Configure additional grant types for the client or revise the authentication policy to allow the user to sign-in.";
    DirectAuthNotChallengedForRequiredFactorType "direct_auth_not_challenged_for_required_factor_type" 403 "access_denied" "Unable to prompt for the requested authenticators. Review the Authentication Policy’s requirements or request another authenticator and try again.";
    DirectAuthPolicyDenied "direct_auth_policy_denied" 403 "access_denied" "User couldn't be signed-in through direct authentication because authentication policy wasn't satisfied.";
    DirectAuthPromptedGrantTypeDisabledForClient "direct_auth_prompted_grant_type_disabled_for_client" 403 "access_denied" "The grant types required to satisfy sign on policy are disabled for the client.";
    AuthorizationPending "authorization_pending" 400 "authorization_pending" "The device authorization is pending. Please try again later.";
    CibaAuthorizationPending "ciba_authorization_pending" 400 "authorization_pending" "The authorization request is still pending as the user hasn't yet been authenticated.";
    DirectAuthAuthorizationPending "direct_auth_authorization_pending" 400 "authorization_pending" "No user response received on the out-of-band authenticator yet. Continue polling to wait for a response.";
    ClientCredentialsSelfScope "client_credentials_self_scope_requested" 400 "client_credentials_self_scope_requested" "The 'client_credentials' grant type may not request .self scopes.";
    ConsentRequired "consent_required" 400 "consent_required" "The following scopes require user consent: [{0}].";
    ConsentRequiredClientCredentials "consent_required_client_credentials" 400 "consent_required" "The following scopes require user consent and cannot be granted for the client credentials grant type: [{0}].";
    ConsentRequiredPassword "consent_required_ropf" 400 "consent_required" "The following scopes require user consent: [{0}]. To access protected scopes using the resource owner password grant type, please uncheck 'Require consent' in the app settings or set the 'consent_method' to 'TRUSTED' through the apps API.";
    NoOrgScopesGranted "no_org_scopes_granted" 400 "consent_required" "You are not allowed any of the requested scopes.";
    CibaExpiredAuthReqId "ciba_expired_auth_req_id" 400 "expired_token" "The 'auth_req_id' is invalid or has expired. Make a new authentication request.";
    ConsentRequiredTokenExchange "consent_required_token_exchange" 400 "consent_required" "The following scopes require user consent: [{0}]. To access protected scopes using the token_exchange password grant type, please uncheck 'Require consent' in the app settings or set the apps 'consent_method' to 'TRUSTED'.";
    ExpiredToken "expired_token" 400 "expired_token" "The device code has expired.";
    IdTokenDoesNotMatchSession "id_token_does_not_match_session" 400 "id_token_does_not_match_session" "The ID token subject does not match the current session's user.";
    InsufficientAuthenticationContext "insufficient_authentication_context" 403 "insufficient_authentication_context" "The access token requires additional assurance to access the resource";
    AccessTokenInsufficientScopes "access_token_insufficient_scopes" 403 "insufficient_scope" "The access token provided does not contain the required scopes.";
    ClientAssertionTypeInvalid "client_assertion_type_invalid" 400 "invalid_request" "The client_assertion_type is invalid.";
    AuthorizeRequestUriMismatchedClient "authorize_request_uri_mismatched_client" 401 "invalid_client" "The 'client_id' parameter does not match the expected value for the provided request_uri.";
    ClientAssertionAlreadyUsed "client_assertion_already_used" 401 "invalid_client" "The client_assertion token has already been used.";
    ClientAssertionExpirationRequired "client_assertion_expiration_required" 401 "invalid_client" "The client_assertion must contain the 'exp' claim as seconds since epoch.";
    ClientAssertionExpiredToken "client_assertion_expired_token" 401 "invalid_client" "The client_assertion token is expired.";
    ClientAssertionExpiresTooFarInFuture "client_assertion_expires_too_far_in_future" 401 "invalid_client" "The client_assertion token has an expiration too far into the future.";
    ClientAssertionInvalidAudience "client_assertion_invalid_audience" 401 "invalid_client" "The audience claim for client_assertion must be the endpoint invoked for the request.";
    ClientAssertionInvalidIssuer "client_assertion_invalid_issuer" 401 "invalid_client" "The issuer claim for client_assertion is not a valid client_id.";
    ClientAssertionInvalidJwks "client_assertion_invalid_jwks" 401 "invalid_client" "The client JWKSet is invalid.";
    ClientAssertionInvalidJwt "client_assertion_invalid_jwt" 401 "invalid_client" "The parsing of the client_assertion failed.";
    ClientAssertionInvalidKid "client_assertion_invalid_kid" 401 "invalid_client" "The client_assertion JWT kid is invalid.";
    ClientAssertionInvalidNoSecret "client_assertion_invalid_no_secret" 401 "invalid_client" "The issuer and subject claim for client_assertion is invalid because the client does not have a client secret.";
    ClientAssertionInvalidSecretLength "client_assertion_invalid_secret_length" 401 "invalid_client" "The client secret is too short to verify a JWT HMAC.";
    ClientAssertionInvalidSignature "client_assertion_invalid_signature" 401 "invalid_client" "The client_assertion signature is invalid.";
    ClientAssertionInvalidSignatureAlgorithm "client_assertion_invalid_signature_algorithm" 401 "invalid_client" "The client_assertion JWT signature algorithm is invalid.";
    ClientAssertionInvalidSubject "client_assertion_invalid_subject" 401 "invalid_client" "The subject claim for client_assertion is not a valid client_id.";
    ClientAssertionIssuedAtInFuture "client_assertion_issued_at_in_future" 401 "invalid_client" "The client_assertion token must be issued before the current time.";
    ClientAssertionJwksNotConfigured "client_assertion_jwks_not_configured" 401 "invalid_client" "The client does not have a JWKSet configured, but the client_assertion requires one.";
    ClientAssertionNotSignedWithSigningKey "client_assertion_not_signed_with_signing_key" 401 "invalid_client" "The client_assertion JWT needs to be signed using a signing key.";
    InvalidApplicationTypeClientCredentials "invalid_application_type_client_credentials" 401 "invalid_client" "Only clients with 'application_type' of 'service' may use the client_credentials 'grant_type' with the Org Authorization Server.";
    CibaGrantTypeNotConfigured "ciba_request_grant_type_not_configured" 401 "invalid_client" "The client doesn't have the 'urn:openid:params:grant-type:ciba' grant type configured.";
    CibaSignedAlgorithmNotConfigured "ciba_request_signed_algo_not_configured" 401 "invalid_client" "The client doesn't have a RequestObjectSigningAlgorithm configured for signing authentication requests for the Client-Initiated Backchannel Authentication flow.";
    InvalidBasicAuthCredentials "invalid_basic_auth_creds" 401 "invalid_client" "Found Authentication header but was not valid client credentials.";
    InvalidClientId "invalid_client_id" 401 "invalid_client" "Invalid value for 'client_id' parameter.";
    InvalidClientSecret "invalid_client_secret" 401 "invalid_client" "The client secret supplied for a confidential client is invalid.";
    InvalidTokenEndpointAuthMethod "invalid_token_endpoint_auth_method" 401 "invalid_client" "Client authentication failed. Either the client or the client credentials are invalid.";
    JwksUriAlgorithmRequired "jwks_uri_algorithm_required" 401 "invalid_client" "The client JWKSet from jwks_uri must contain at least one key with an algorithm matching the request_object_signature_algorithm.";
    JwksUriAmbiguousKeys "jwks_uri_ambiguous_keys" 401 "invalid_client" "All keys in the client JWKSet from jwks_uri must have a unique kid.";
    JwksUriError "jwks_uri_error" 401 "invalid_client" "Error retrieving the client JWKSet from jwks_uri.";
    JwksUriInvalidKeyUse "jwks_uri_invalid_key_use" 401 "invalid_client" "The public key being used has an invalid 'use' parameter. Valid values for the 'use' parameter are {0}.";
    JwksUriJkuMismatch "jwks_uri_jku_mismatch_error" 401 "invalid_client" "The 'jku' in JWT and 'jwks_uri' doesn't match.";
    JwksUriNoKey "jwks_uri_no_key" 401 "invalid_client" "The client JWKSet from jwks_uri must contain at least one key.";
    MissingClientCredentials "missing_client_credentials" 401 "invalid_client" "No client credentials found.";
    RequestObjectInvalidIssuer "request_object_invalid_issuer" 401 "invalid_client" "The issuer of the request object is invalid.";
    RequestObjectJwksNotConfigured "request_object_jwks_not_configured" 401 "invalid_client" "The client does not have a JWKSet configured, but the request object requires one.";
    InvalidEncryptionKeyClient "token_encryption_invalid_encryption_key_client" 401 "invalid_client" "Invalid encryption key for client with kid={0}.";
    JwksUriMultipleEncryptionKeys "token_encryption_jwks_uri_multiple_encryption_keys" 401 "invalid_client" "Multiple encryption keys found for the client at the 'jwks_uri'.";
    JwksUriNoEncryptionKey "token_encryption_jwks_uri_no_encryption_key" 401 "invalid_client" "No encryption key found for the client at the 'jwks_uri'.";
    NoActiveEncryptionKey "token_encryption_no_active_encryption_key" 401 "invalid_client" "No active encryption key found for the client.";
    NoEncryptionKey "token_encryption_no_encryption_key" 401 "invalid_client" "No encryption key found for the client.";
    UnsupportedAuthMethodBrowserRequest "unsupported_auth_method_browser_request" 401 "invalid_client" "Browser requests to the token endpoint must use Proof Key for Code Exchange.";
    UnsupportedAuthMethodClientCredentials "unsupported_auth_method_client_creds" 401 "invalid_client" "Client Credentials requests to the Org Authorization Server must use the private_key_jwt token_endpoint_auth_method.";
    DirectAuthInvalidClientId "direct_auth_invalid_client_id" 401 "invalid_client" "The client_id '{0}' does not match the client_id in the original request '{1}'. Use the original client id and try again.";
    ExpiredPasswordCredentials "expired_password_credentials" 400 "invalid_grant" "Password has expired.";
    DpopProofAlreadyUsed "dpop_proof_already_used" 400 "invalid_dpop_proof" "The DPoP proof JWT has already been used.";
    DpopInvalidAth "dpop_proof_invalid_ath" 400 "invalid_dpop_proof" "'ath' claim in the DPoP proof does not match the presented access_token.";
    InvalidAccessTokenDpopBinding "invalid_access_token_dpop_binding" 400 "invalid_dpop_proof" "The access_token is not bound to the provided DPoP proof.";
    InvalidDpopProof "invalid_dpop_proof" 400 "invalid_dpop_proof" "The DPoP proof JWT is invalid.";
    DpopInvalidHtm "invalid_dpop_proof_invalid_htm" 400 "invalid_dpop_proof" "'htm' claim in the DPoP proof JWT is invalid.";
    DpopInvalidHtu "invalid_dpop_proof_invalid_htu" 400 "invalid_dpop_proof" "'htu' claim in the DPoP proof JWT is invalid.";
    DpopInvalidIat "invalid_dpop_proof_invalid_iat" 400 "invalid_dpop_proof" "'iat' claim in the DPoP proof JWT is invalid.";
    DpopInvalidJti "invalid_dpop_proof_invalid_jti" 400 "invalid_dpop_proof" "'jti' claim in the DPoP proof JWT is invalid.";
    DpopInvalidJwt "invalid_dpop_proof_invalid_jwt" 400 "invalid_dpop_proof" "The DPoP proof JWT cannot be parsed.";
    DpopInvalidPublicKeyBinding "invalid_dpop_proof_invalid_public_key_binding" 400 "invalid_dpop_proof" "Invalid DPoP Public Key binding in refresh token";
    DpopInvalidSignature "invalid_dpop_proof_invalid_signature" 400 "invalid_dpop_proof" "The DPoP proof JWT signature is invalid.";
    DpopInvalidSignatureAlgorithm "invalid_dpop_proof_invalid_signature_algorithm" 400 "invalid_dpop_proof" "The DPoP proof JWT signature algorithm is invalid.";
    DpopInvalidType "invalid_dpop_proof_invalid_type" 400 "invalid_dpop_proof" "'typ' must be 'dpop+jwt' in the DPoP proof JWT.";
    DpopJwtExpired "invalid_dpop_proof_jwt_expired" 400 "invalid_dpop_proof" "The DPoP proof JWT is expired.";
    DpopJwtIssuedInFuture "invalid_dpop_proof_jwt_issued_in_future" 400 "invalid_dpop_proof" "The DPoP proof JWT is issued in the future.";
    DpopJwtTooOld "invalid_dpop_proof_jwt_too_old" 400 "invalid_dpop_proof" "The DPoP proof JWT is issued more than five minutes in the past.";
    DpopMissingHeader "invalid_dpop_proof_missing_header" 400 "invalid_dpop_proof" "The DPoP proof JWT header is missing.";
    DpopMultipleHeaders "invalid_dpop_proof_multiple_headers_not_allowed" 400 "invalid_dpop_proof" "Multiple DPoP proof JWT headers are not allowed.";
    IdJagClientMismatch "id_jag_client_mismatch" 400 "invalid_grant" "The 'client_id' in the JWT Bearer Grant must match the 'client_id' used to authenticate the client.";
    IdJagExpired "id_jag_expired" 400 "invalid_grant" "The id-jag is expired.";
    IdJagInvalidSignature "id_jag_invalid_signature" 400 "invalid_grant" "The signature of the id-jag is invalid.";
    IdJagInvalidSubject "id_jag_invalid_subject" 400 "invalid_grant" "The 'sub' claim in the id-jag is invalid.";
    IdJagIssuedInFuture "id_jag_issued_in_future" 400 "invalid_grant" "The id-jag is issued in the future.";
    IdJagLackingScopes "id_jag_lacking_scopes" 400 "invalid_grant" "The id-jag must include at least one scope.";
    IdJagLifetimeTooLong "id_jag_lifetime_too_long" 400 "invalid_grant" "The lifetime of the id-jag must not exceed 5 minutes.";
    IdJagReplayed "id_jag_replayed" 400 "invalid_grant" "The id-jag was already used.";
    IdJagResourceMismatch "id_jag_resource_mismatch" 400 "invalid_grant" "The 'resource' claim in the id-jag does not match the 'resource' parameter in the request.";
    IdJagResourceNotAllowed "id_jag_resource_not_allowed_for_as" 400 "invalid_grant" "The 'resource' claim in the id-jag is not valid for this authorization server.";
    IdJagUntrustedIssuer "id_jag_untrusted_issuer" 400 "invalid_grant" "The issuer of the id-jag is not a trusted authorization server.";
    InvalidAuthorizationCode "invalid_authorization_code" 400 "invalid_grant" "The authorization code is invalid or has expired.";
    InvalidDeviceCode "invalid_device_code" 400 "invalid_grant" "The device code is invalid or has expired.";
    InvalidGrant "invalid_grant" 400 "invalid_grant" "Invalid grant";
    UserRateLimited "user_rate_limited" 429 "invalid_grant" "API call exceeded rate limit due to too many requests.";
    InvalidInteractionCode "invalid_interaction_code" 400 "invalid_grant" "The interaction code is invalid or has expired.";
    InvalidPasswordCredentials "invalid_password_credentials" 400 "invalid_grant" "The credentials provided were invalid.";
    InvalidRefreshToken "invalid_refresh_token" 400 "invalid_grant" "The refresh token is invalid or expired.";
    JwtBearerGrantInvalidAudience "jwt_bearer_grant_invalid_audience" 400 "invalid_grant" "The audience of the JWT Bearer Grant must match the the issuer of the authorization server.";
    MismatchedClient "mismatched_client" 400 "invalid_grant" "The grant was issued to another client. Please make sure the 'client_id' matches the one used at the authorize request.";
    MismatchedRedirectUri "mismatched_redirect_uri" 400 "invalid_grant" "The 'redirect_uri' does not match the redirection URI used in the authorization request.";
    MissingPasswordEnrollment "missing_password_enrollment" 400 "invalid_grant" "The user does not configure a password.";
    InterclientTokenExchangeRequestRequiresScope "interclient_token_exchange_request_requires_scope" 400 "invalid_grant" "The 'actor_token' must have the 'interclient_access' scope to request a 'interclient_token'.";
    WebSsoActorTokenWrongAudience "web_sso_actor_token_wrong_audience" 400 "invalid_grant" "The 'actor_token' must be issued to the client making the request.";
    WebSsoSubjectTokenClientMismatch "web_sso_subject_token_client_mismatch" 400 "invalid_grant" "The 'subject_token' must be issued to the client making the request.";
    TokenExchangeSubjectTokenExpired "token_exchange_subject_token_expired" 400 "invalid_grant" "The 'subject_token' either expired or the session associated with it was terminated.";
    UnsupportedSamlAssertion "unsupported_saml_assertion" 400 "invalid_grant" "SAML Assertion Bearer Grant is not supported by OIE.";
    PkceVerificationFailed "pkce_verification_failed" 400 "invalid_grant" "PKCE verification failed.";
    DirectAuthInvalidLoginHint "direct_auth_invalid_login_hint" 400 "invalid_grant" "The 'login_hint' does not uniquely identify a user.";
    DirectAuthInvalidOtp "direct_auth_invalid_otp" 400 "invalid_grant" "The 'otp' provided is either empty or incorrect. Use the correct OTP and try again.";
    DirectAuthOobReject "direct_auth_oob_reject" 400 "invalid_grant" "User rejected out-of-band authentication prompt.";
    PasswordAuthDeniedMfa "password_auth_denied_mfa" 400 "invalid_grant" "Resource owner password credentials cannot be used with MFA enabled.";
    PasswordAuthDeniedPolicy "password_auth_denied_policy" 400 "invalid_grant" "Resource owner password credentials authentication denied by sign on policy.";
    AccessTokenDuplicate "access_token_duplicate" 400 "invalid_request" "The access token cannot be specified in both the Authorization header and the request-body.";
    AccessTokenInQuery "access_token_in_query" 400 "invalid_request" "The access token cannot be presented in a query string.";
    CibaInvalidHint "ciba_request_invalid_hint" 400 "invalid_request" "The Client-Initiated Backchannel Authentication Flow must contain only one of 'id_token_hint' or 'login_hint'.";
    CibaUnknownUser "ciba_request_unknown_user_id" 400 "invalid_request" "The hint provided in the request did not match a user assigned to the client app.";
    ClientCredentialsInQuery "client_credentials_in_query" 400 "invalid_request" "Client credentials cannot be supplied via query parameters.";
    DpopAuthenticationSchemeRequired "dpop_authentication_scheme_required" 400 "invalid_request" "The resource request must use the DPoP authentication scheme when using a DPoP bound token.";
    DpopProofRequiredForToken "dpop_proof_required_for_token" 400 "invalid_request" "The resource request requires a DPoP proof.";
    DuplicateOauthParameters "duplicate_oauth_params" 400 "invalid_request" "The request contained multiple parameters with the same name.";
    IllegalDuplicatedParameters "illegal_duplicated_parameters" 400 "invalid_request" "Duplicate parameter provided in request. Duplicated parameters: [{0}].";
    IllegalOriginBrowserRequest "illegal_origin_browser_request" 400 "invalid_request" "Browser requests to the token endpoint must be part of at least one whitelisted redirect_uri.";
    IllegalPostLogoutRedirectUri "illegal_post_logout_redirect_uri_enhanced" 400 "invalid_request" "The 'post_logout_redirect_uri' parameter must be a Logout redirect URI in the client app settings: {0}";
    IllegalRedirectUri "illegal_redirect_uri_enhanced" 400 "invalid_request" "The 'redirect_uri' parameter must be a Login redirect URI in the client app settings: {0}";
    AuthorizeRequestObjectAndRequestUri "authorize_request_object_and_request_uri_provided" 400 "invalid_request" "The authorize request must not contain both a request object and a request uri.";
    InvalidActorToken "invalid_actor_token" 400 "invalid_request" "'actor_token' is invalid.";
    InvalidActorTokenType "invalid_actor_token_type" 400 "invalid_request" "'actor_token_type' is invalid or not supported.";
    InvalidClientTypeNativeSso "invalid_client_type_native_sso" 400 "invalid_request" "A service client may not use the native sso flow.";
    InvalidClientApplicationType "invalid_client_application_type" 400 "invalid_request" "Clients with 'application_type' of 'service' are not allowed to access the '{0}' endpoint.";
    InvalidAcrValuesForEnrollAuthenticator "invalid_acr_values_for_enroll_authenticator_prompt" 400 "invalid_request" "'acr_values' parameter must have the value 'urn:okta:loa:2fa:any:ifpossible' for request with 'enroll_authenticator' as prompt.";
    InvalidEnrollAmrForNoneResponseType "invalid_enroll_amr_for_none_response_type" 400 "invalid_request" "'enroll_amr_values' parameter must have valid space delimited authenticators list for request with 'none' as response_type.";
    InvalidMaxAge "invalid_max_age" 400 "invalid_request" "Invalid value for 'max_age' parameter. It should be within range 0 - 2^31-1.";
    InvalidMaxAgeForEnrollAuthenticator "invalid_max_age_for_enroll_authenticator_prompt" 400 "invalid_request" "'max_age' parameter must have the value '0' for request with 'enroll_authenticator' as prompt.";
    InvalidNonce "invalid_nonce" 400 "invalid_request" "The 'nonce' parameter is required for authorize requests with either the 'id_token' or 'token' response types..";
    InvalidPrompt "invalid_prompt" 400 "invalid_request" "Invalid value for 'prompt' parameter. Supported values: [{0}]";
    InvalidPromptForNoneResponseType "invalid_prompt_for_none_response_type" 400 "invalid_request" "'prompt' parameter must have the value 'enroll_authenticator' for request with 'none' as response_type.";
    InvalidPromptForZeroMaxAge "invalid_prompt_for_zero_max_age" 400 "invalid_request" "'prompt' parameter must not have the value 'none' for request with 'zero' as max_age.";
    InvalidRequest "invalid_request" 400 "invalid_request" "Invalid request";
    InvalidResponseTypeForAuthenticatorEnrollment "invalid_response_type_for_authenticator_enrollment" 400 "invalid_request" "Authenticator enrollment requires 'none' response_type.";
    InvalidRequestedExpiry "invalid_requested_expiry" 400 "invalid_request" "Invalid value for 'requested_expiry' parameter. It should be within range 0 - 2^31-1.";
    InvalidRequestedTokenType "invalid_requested_token_type" 400 "invalid_request" "'requested_token_type' is invalid or not supported.";
    InvalidState "invalid_state" 400 "invalid_request" "The authentication request has an invalid 'state' parameter.";
    InvalidSubjectActorTokenMatch "invalid_subject_actor_token_match" 400 "invalid_request" "When 'actor_token_type' is '{0}', 'subject_token_type' must be '{1}'.";
    InvalidSubjectToken "invalid_subject_token" 400 "invalid_request" "'subject_token' is invalid.";
    InvalidSubjectTokenActClaimDepth "invalid_subject_token_act_claim_depth" 400 "invalid_request" "The 'subject_token' 'act' claim contains too many nested actors.";
    InvalidSubjectTokenAuthorizationServer "invalid_subject_token_authorization_server" 400 "invalid_request" "'subject_token' is invalid: the authorization server that issued it is not valid.";
    InvalidSubjectTokenClientInactive "invalid_subject_token_client_inactive" 400 "invalid_request" "'subject_token' is invalid: the client application referenced in the token is not active.";
    InvalidSubjectTokenClientNotRegistered "invalid_subject_token_client_not_registered" 400 "invalid_request" "'subject_token' is invalid: the client application is not registered for delegation to this agent.";
    InvalidSubjectTokenSamlApp "invalid_subject_token_saml_source_app_not_saml" 400 "invalid_request" "'subject_token' is invalid.";
    InvalidSubjectTokenType "invalid_subject_token_type" 400 "invalid_request" "'subject_token_type' is invalid or not supported.";
    InvalidSubjectTokenUserInactive "invalid_subject_token_user_inactive" 400 "invalid_request" "'subject_token' is invalid: the user account is not active.";
    InvalidSubjectTokenUserNotAssigned "invalid_subject_token_user_not_assigned" 400 "invalid_request" "'subject_token' is invalid: the user is not assigned to the client application.";
    IdJagScopesInRequest "id_jag_scopes_in_request" 400 "invalid_request" "The id-jag request must not include a 'scope' parameter.";
    MismatchedAuthorizationServer "mismatched_authorization_server" 400 "invalid_request" "The grant was issued for another authorization server.";
    MissingTokenRequestParameter "missing_token_request_parameter" 400 "invalid_request" "The required parameter '{0}' is missing.";
    OnBehalfInvalidClientType "on_behalf_invalid_client_type" 400 "invalid_request" "Only service clients may use on-behalf token exchange.";
    PkceChallengeRequired "pkce_challenge_required" 400 "invalid_request" "PKCE code challenge is required to use the interaction code flow.";
    InvalidActivationToken "invalid_activation_token" 400 "invalid_request" "The activation token is invalid";
    InvalidRecoveryToken "invalid_recovery_token" 400 "invalid_request" "The recovery token is invalid";
    PkceInvalidChallenge "pkce_invalid_challenge" 400 "invalid_request" "PKCE code challenge contains illegal characters.";
    PkceMissingChallenge "pkce_missing_challenge" 400 "invalid_request" "PKCE code challenge is required by the application.";
    PkceMissingChallengeVerifierPresent "pkce_missing_challenge_verifier_present" 400 "invalid_request" "PKCE code challenge should be specified in the authorize request for code verification.";
    PkceMissingVerifier "pkce_missing_verifier" 400 "invalid_request" "PKCE code verifier is required by the application.";
    PkceUnsupportedChallengeMethod "pkce_unsupported_code_challenge_method" 400 "invalid_request" "PKCE code challenge method is not supported. Valid values: [{0}]";
    PushedAuthorizationRequestUriPresent "pushed_authorization_request_uri_present" 400 "invalid_request" "The 'request_uri' parameter must not be present in the request.";
    RequestMissingToken "request_missing_token" 400 "invalid_request" "The 'token' parameter is required.";
    TokenRequestMissingGrantType "token_request_missing_grant_type" 400 "invalid_request" "The token request must specify a 'grant_type'. Valid values: [{0}]";
    UnknownIdp "unknown_idp" 400 "invalid_request" "Identity provider is not valid.";
    UnsupportedApiResourceForNoneResponseType "unsupported_api_resource_for_none_response_type" 400 "invalid_request" "'resource' parameter is not supported for request with 'none' as response_type.";
    UnsupportedNonceForNoneResponseType "unsupported_nonce_for_none_response_type" 400 "invalid_request" "'nonce' parameter is not supported for request with 'none' as response_type.";
    UnsupportedScopeForNoneResponseType "unsupported_scope_for_none_response_type" 400 "invalid_request" "'scope' parameter is not supported for request with 'none' as response_type.";
    InvalidEncryptionKeyAuthServer "token_encryption_invalid_encryption_key_auth_server" 400 "invalid_request" "Invalid encryption key for authorization server with kid={0}.";
    JwksUriErrorAuthServer "jwks_uri_error_auth_server" 400 "invalid_request" "Error retrieving the authorization server JWKSet from jwks_uri.";
    JwksUriMultipleEncryptionKeysAuthServer "token_encryption_jwks_uri_multiple_encryption_keys_auth_server" 400 "invalid_request" "Multiple encryption keys found for the authorization server at the 'jwksUri'.";
    JwksUriNoEncryptionKeyAuthServer "token_encryption_jwks_uri_no_encryption_key_auth_server" 400 "invalid_request" "No encryption key found for the authorization server at the 'jwksUri'.";
    NoEncryptionKeyAuthServer "token_encryption_no_encryption_key_auth_server" 400 "invalid_request" "No encryption key found for the authorization server.";
    DirectAuthInvalidAsId "direct_auth_invalid_as_id" 400 "invalid_request" "The authorization server id '{0}' in the url_path parameter does not match the authorization server id in the original request '{1}'. Use the original authorization server id and try again.";
    DirectAuthInvalidChallengeHint "direct_auth_invalid_challenge_hint" 400 "invalid_request" "'{0}' is not supported as a 'challenge_hint'. Try again with another value.";
    DirectAuthInvalidChallengeType "direct_auth_invalid_challenge_type" 400 "invalid_request" "{0} is not supported as a 'challenge_type'. Try again with another value.";
    DirectAuthInvalidChannelHint "direct_auth_invalid_channel_hint" 400 "invalid_request" "'{0}' is not supported as a 'channel_hint'. Try again with another value.";
    DirectAuthInvalidGrantTypeSupported "direct_auth_invalid_grant_type_supported" 400 "invalid_request" "{0} is not supported as a 'grant_type'. Remove or replace the value and try again.";
    DirectAuthMissingLoginHint "direct_auth_missing_login_hint" 400 "invalid_request" "A 'login_hint' is required for the request.";
    DirectAuthOobCodeNotForMfaToken "direct_auth_oob_code_not_for_mfa_token" 400 "invalid_request" "The 'oob_code' and the 'mfa_token' provided are not associated with each other. Review the values and try again.";
    AccessTokenMissing "access_token_missing" 401 "invalid_request" "The access token is missing.";
    MultipleClientCredentials "multiple_client_credentials" 401 "invalid_request" "Cannot supply multiple client credentials. Use one of the following: credentials in the Authorization header, credentials in the post body, or a client_assertion in the post body.";
    InvalidRequestObject "invalid_request_object" 400 "invalid_request_object" "The authorize request object is invalid.";
    RequestObjectAlreadyUsed "request_object_already_used" 400 "invalid_request_object" "The request object has already been used.";
    RequestObjectAudienceMismatch "request_object_audience_mismatch" 400 "invalid_request_object" "The audience of the request object is invalid.";
    RequestObjectBadSignature "request_object_bad_signature" 400 "invalid_request_object" "The signature of the request object is invalid.";
    RequestObjectBeforeNbf "request_object_before_nbf" 400 "invalid_request_object" "The request object is issued too early.";
    RequestObjectHeaderAlgoMismatch "request_object_header_algo_mismatch" 400 "invalid_request_object" "The signing algorithm used is not supported by this client.";
    RequestObjectInvalid "request_object_invalid" 400 "invalid_request_object" "The request object cannot be parsed.";
    RequestObjectInvalidJwks "request_object_invalid_jwks" 400 "invalid_request_object" "The client JWKSet is invalid.";
    RequestObjectInvalidKid "request_object_invalid_kid" 400 "invalid_request_object" "The JWT kid of the request object is invalid.";
    RequestObjectInvalidSecretLength "request_object_invalid_secret_length" 400 "invalid_request_object" "The JWT signature secret length is too short.";
    RequestObjectInvalidSignatureAlgorithm "request_object_invalid_signature_algorithm" 400 "invalid_request_object" "The JWT signature algorithm of the request object is invalid.";
    RequestObjectIssuedInFuture "request_object_issued_in_future" 400 "invalid_request_object" "The request object is issued in the future.";
    RequestObjectJwtExpirationTooLong "request_object_jwt_expiration_too_long" 400 "invalid_request_object" "The request object expires too far in the future.";
    RequestObjectJwtExpired "request_object_jwt_expired" 400 "invalid_request_object" "The request object is expired.";
    RequestObjectJwtNotSignedWithSigningKey "request_object_jwt_not_signed_with_signing_key" 400 "invalid_request_object" "The request object needs to be signed using a signing key.";
    AuthorizeRequestUriMismatchedAuthorizationServer "authorize_request_uri_mismatched_authorization_server" 400 "invalid_request_uri" "The request_uri was issued for another authorization server.";
    InvalidRequestUri "invalid_request_uri" 400 "invalid_request_uri" "The authorize request_uri is invalid.";
    CibaInvalidScope "ciba_request_invalid_scope" 400 "invalid_scope" "The Client-Initiated Backchannel Authentication Flow must contain 'openid' scope.";
    CibaMissingScope "ciba_request_missing_scope" 400 "invalid_scope" "No scopes were requested.";
    MissingScopes "missing_scopes" 400 "invalid_scope" "No scopes were requested.";
    InterclientAccessScopeNotPermitted "interclient_access_scope_not_permitted" 400 "invalid_scope" "The 'interclient_access' scope can only be granted to clients with a configured trust relationship.";
    NoDefaultScopes "no_default_scopes" 400 "invalid_scope" "The authorization server resource does not have any configured default scopes, 'scope' must be provided.";
    NoMatchingScope "no_matching_scope" 400 "invalid_scope" "One or more scopes are not configured for the authorization server resource.";
    OpenidNotAllowedClientCredentials "openid_not_allowed_client_creds" 400 "invalid_scope" "Cannot request 'openid' scopes using client credentials.";
    OpenidNotAllowedTokenExchange "openid_not_allowed_token_exchange" 400 "invalid_scope" "Can't request 'openid' scopes using the Token Exchange flow for a service app.";
    UnsupportedScopeBrowserRequest "unsupported_scope_browser_request" 400 "invalid_scope" "Browser requests to the token endpoint may not include the offline_access scope.";
    DirectAuthInvalidScope "direct_auth_invalid_scope" 400 "invalid_scope" "The requested scopes '{0}' do not match the scopes requested in the original request '{1}'. Use the originally requested scopes and try again.";
    DirectAuthScopeNotAllowed "direct_auth_scope_not_allowed" 400 "invalid_scope" "The 'scope' parameter is unsupported on this endpoint. Try again without this parameter.";
    TokenExchangeInvalidAudience "token_exchange_invalid_audience" 400 "invalid_target" "Token Exchange requests must include a valid audience of the authorization server.";
    TokenExchangeInvalidResource "token_exchange_invalid_resource" 400 "invalid_target" "'resource' is invalid or not supported.";
    AccessTokenInvalid "access_token_invalid" 401 "invalid_token" "The access token is invalid.";
    AccessTokenInvalidIssuer "access_token_invalid_issuer" 401 "invalid_token" "The access token provided has an invalid issuer.";
    AccessTokenNotDpopBound "access_token_not_dpop_bound" 401 "invalid_token" "The presented access_token is not DPoP bound.";
    AccessTokenRevoked "access_token_revoked" 401 "invalid_token" "The access token has been revoked.";
    IdTokenInvalid "id_token_invalid" 401 "invalid_token" "The id token is invalid.";
    InterclientTokenInvalidTid "interclient_token_invalid_tid" 401 "invalid_token" "The 'interclient_token' has an invalid target ID.";
    OneTimeSsoTokenInvalid "one_time_sso_token_invalid" 401 "invalid_token" "The '{0}' is invalid.";
    OneTimeSsoTokenInvalidIss "one_time_sso_token_invalid_iss" 401 "invalid_token" "The '{0}' has an invalid issuer.";
    OneTimeSsoTokenInvalidJti "one_time_sso_token_invalid_jti" 401 "invalid_token" "The '{0}' contains an invalid 'jti'.";
    OneTimeSsoTokenRevoked "one_time_sso_token_revoked" 401 "invalid_token" "The '{0}' was revoked.";
    JwtBearerGrantInvalidIssuer "jwt_bearer_grant_invalid_issuer" 401 "invalid_token" "The issuer of the token is not permitted to use the JWT Bearer Grant.";
    InteractionRequired "interaction_required" 400 "interaction_required" "Your client is configured to use the interaction code flow and user interaction is required to complete the request.";
    LoginRequired "login_required" 400 "login_required" "The client specified not to prompt, but the user is not logged in.";
    ReauthenticationRequired "app_sign_on_required" 400 "login_required" "The client specified not to prompt, but the client app requires re-authentication or MFA.";
    RequestExpired "request_expired" 400 "login_required" "Request expired, please start over and try again.";
    MfaRequired "mfa_required" 403 "mfa_required" "Verify with an additional authenticator to complete the sign-in process.";
    OneTimeSsoTokenReplayed "one_time_sso_token_replayed" 400 "one_time_sso_token_replayed" "The '{0}' was already consumed.";
    RequestObjectsNotSupported "request_not_supported" 400 "request_not_supported" "The authorize request object is not supported by this client.";
    RequestObjectNoClientSecret "request_object_no_client_secret" 400 "request_not_supported" "The issuer of the request object does not have a client secret.";
    RequestUriNotSupported "request_uri_not_supported" 400 "request_uri_not_supported" "The authorize request uri is not supported by this client.";
    CibaSlowDown "ciba_slow_down" 400 "slow_down" "Slow down the polling frequency. Try again later.";
    SlowDown "slow_down" 400 "slow_down" "Slow down the polling frequency. Please try again later.";
    CallbackReturnedError "callback_returned_error" 400 "server_error" "{0}";
    CallbackReturnedErrorWithoutDescription "callback_returned_error_without_description" 400 "server_error" "The callback service returned an error.";
    TooManyGroups "too_many_groups_in_groups_claim" 400 "server_error" "The groups claim matched too many groups and must be configured to match fewer groups.";
    UserClaimEvaluationFailure "user_claim_evaluation_failure" 400 "server_error" "The '{0}' user claim could not be evaluated.";
    IdJagNotGenerated "id_jag_not_generated" 500 "server_error" "Failed to create the id assertion authorization grant.";
    ServerError "server_error" 500 "server_error" "The authorization server encountered an unexpected condition that prevented it from fulfilling the request.";
    // Okta lists 400, which is the status of the page; as a body it is 503, so that clients try again. RFC 6749 4.1.2.1.
    TemporarilyUnavailable "temporarily_unavailable" 503 "temporarily_unavailable" "The authorization server is currently unable to handle the request due to a temporary overloading or maintenance of the server.";
    ConfidentialClientRequired "confidential_client_required" 400 "unauthorized_client" "Confidential client is required to make this request.";
    UnauthorizedClient "unauthorized_client" 400 "unauthorized_client" "The client is not authorized to use the provided grant type. Configured grant types: [{0}].";
    UnmetAuthenticationRequirements "unmet_authentication_requirements" 400 "unmet_authentication_requirements" "Unable to meet the authentication requirements imposed by 'acr_values' parameter.";
    UnsupportedGrantTypeBrowserRequest "unsupported_grant_type_browser_request" 400 "unauthorized_client" "Browser requests to the token endpoint may only use the authorization_code grant_type.";
    UnsupportedGrantType "unsupported_grant_type" 400 "unsupported_grant_type" "The authorization grant type is not supported by the authorization server. Configured grant types: [{0}].";
    UnsupportedGrantTypeTokenExchange "unsupported_grant_type_token_exchange" 400 "unsupported_grant_type" "'urn:ietf:params:oauth:grant-type:token-exchange' grant type is not supported.";
    UnsupportedResponseMode "unsupported_response_mode" 400 "unsupported_response_mode" "The response mode is not supported by the authorization server. Valid response modes: [query, fragment, form_post, okta_post_message].";
    PostMessageWithCode "unsupported_response_mode_okta_post_message_with_code" 400 "unsupported_response_mode" "'okta_post_message' response mode cannot be used with the 'code' response type.";
    QueryWithTokens "unsupported_response_mode_query_with_tokens" 400 "unsupported_response_mode" "'query' response mode cannot be used with either the 'id_token' or 'token' response types.";
    UnsupportedResponseType "unsupported_response_type" 400 "unsupported_response_type" "The response type is not supported by the authorization server. Configured response types: [{0}].";
    UseDpopNonce "use_dpop_nonce" 400 "use_dpop_nonce" "Authorization server requires nonce in DPoP proof.";
}

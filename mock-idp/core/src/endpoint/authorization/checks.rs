//! The checks of an authorization request whose client and redirect URI are known, in the order in which Okta reports errors.

use super::enrollment;
use super::redirect::mode_error;
use super::request_uri::check_no_request_uri;
use crate::ledger::{AuthorizationRequest, RedirectTarget};
use crate::model::App;
use crate::org::{CompiledServer, Org};
use crate::policy::{routing, scope_rules};
use crate::protocol::{
    ErrorId, GrantType, INTERCLIENT_ACCESS, Language, OAuthError, Parameters, Prompt, RequestedClaims, ResponseMode,
    ResponseType, Scopes, pkce,
};
use crate::text::did_you_mean;

/// Checks all parameters.
pub(super) fn request(
    org: &Org,
    server: &CompiledServer,
    client: &App,
    target: &RedirectTarget,
    parameters: &Parameters,
    hinted_user: Option<String>,
) -> Result<AuthorizationRequest, OAuthError> {
    let repeated = parameters.duplicates();
    if !repeated.is_empty() {
        return Err(OAuthError::with(
            ErrorId::IllegalDuplicatedParameters,
            repeated.join(", "),
            "duplicate parameters",
        ));
    }
    check_no_request_uri(server, parameters)?;
    // Okta requires state, which OAuth only recommends.
    if target.state.is_none() && !server.behavior.state_is_optional() {
        return Err(OAuthError::new(ErrorId::InvalidState, "state is missing"));
    }
    check_unsupported(org, parameters)?;
    enrollment::check(parameters)?;
    let response_type = response_type(server, client, parameters)?;
    response_mode(client, target, response_type, parameters)?;
    // OIDC Core 3.2.2.1; Okta requires it with `token` too.
    let needs_nonce = response_type.id_token || (response_type.token && !server.behavior.nonce_only_for_id_tokens());
    if needs_nonce && parameters.get("nonce").is_none() {
        return Err(OAuthError::new(ErrorId::InvalidNonce, "nonce is missing"));
    }
    let request = common(org, server, client, target, response_type, parameters)?;
    Ok(AuthorizationRequest { hinted_user, ..request })
}

/// Checks the parameters of a client that asks the user itself. Okta: `/v1/interact`.
pub(super) fn interaction(
    org: &Org,
    server: &CompiledServer,
    client: &App,
    target: &RedirectTarget,
    parameters: &Parameters,
) -> Result<AuthorizationRequest, OAuthError> {
    check_unsupported(org, parameters)?;
    if parameters.get("code_challenge").is_none() {
        return Err(OAuthError::new(ErrorId::PkceChallengeRequired, "code_challenge is missing"));
    }
    let response_type = ResponseType { code: true, ..ResponseType::default() };
    let request = common(org, server, client, target, response_type, parameters)?;
    Ok(AuthorizationRequest { interaction: true, ..request })
}

/// What all requests to authorize a client have in common.
fn common(
    org: &Org,
    server: &CompiledServer,
    client: &App,
    target: &RedirectTarget,
    response_type: ResponseType,
    parameters: &Parameters,
) -> Result<AuthorizationRequest, OAuthError> {
    let scopes = scopes(org, server, client, response_type, parameters)?;
    let prompt =
        Prompt::parse(parameters.get("prompt"), server.behavior.supports_select_account()).map_err(|value| {
            let hint = did_you_mean(&value.0, ["none", "login", "consent", "enroll_authenticator"]);
            OAuthError::with(ErrorId::InvalidPrompt, Prompt::SUPPORTED, format!("prompt `{}`{hint}", value.0))
        })?;
    let max_age = max_age(parameters)?;
    if prompt.none && max_age == Some(0) {
        return Err(OAuthError::new(ErrorId::InvalidPromptForZeroMaxAge, "prompt=none with max_age=0"));
    }
    Ok(AuthorizationRequest {
        server: server.id.clone(),
        client_id: client.client_id().to_owned(),
        target: target.clone(),
        response_type,
        scopes_by_default: parameters.get("scope").is_none(),
        scopes,
        nonce: parameters.get("nonce").map(str::to_owned),
        code_challenge: code_challenge(server, client, response_type, parameters)?,
        // Okta: only apps that are set to bound tokens get them.
        dpop_jkt: dpop_jkt(parameters)?.filter(|_| server.binds_tokens_of(client)),
        prompt_none: prompt.none,
        prompt_login: prompt.login || prompt.select_account,
        prompt_consent: prompt.consent,
        max_age,
        login_hint: parameters.get("login_hint").map(str::to_owned),
        acr_values: parameters.get("acr_values").map(str::to_owned),
        language: parameters.get("ui_locales").and_then(Language::of_ui_locales),
        claims: claims(server, parameters)?,
        hinted_user: None,
        // Set by the caller, who has read the pushed request.
        pushed_as: None,
        idp: parameters.get("idp").map(str::to_owned),
        interaction: false,
    })
}

/// Unsupported parameters that would change the meaning of the request are rejected, not ignored.
fn check_unsupported(org: &Org, parameters: &Parameters) -> Result<(), OAuthError> {
    if let Some(id) = parameters.get("idp")
        && routing::provider(org, id).is_none()
    {
        let reason = format!("the org has no active identity provider `{id}` that users can sign in at");
        return Err(OAuthError::new(ErrorId::UnknownIdp, reason));
    }
    let acr = parameters.get("acr_values").unwrap_or_default();
    if acr.split(' ').any(|value| value == "urn:okta:app:mfa:attestation") {
        return Err(OAuthError::new(ErrorId::UnsupportedMfaAttestation, "apps cannot attest factors"));
    }
    Ok(())
}

fn response_type(server: &CompiledServer, client: &App, parameters: &Parameters) -> Result<ResponseType, OAuthError> {
    let oauth = client.oauth();
    let configured = || oauth.response_types.iter().map(|word| word.name()).collect::<Vec<_>>().join(", ");
    let unsupported = |reason: String| OAuthError::with(ErrorId::UnsupportedResponseType, configured(), reason);
    let requested =
        parameters.get("response_type").ok_or_else(|| unsupported("response_type is missing".to_owned()))?;
    let parsed = ResponseType::parse(requested).ok_or_else(|| {
        let unknown = requested.split(' ').find(|word| !ResponseType::WORDS.contains(word)).unwrap_or_default();
        let hint = did_you_mean(unknown, ResponseType::WORDS);
        unsupported(format!("response_type `{requested}` is unknown{hint}"))
    })?;
    let enabled = |word: &str| oauth.response_types.iter().any(|known| known.name() == word);
    if let Some(word) = parsed.words().find(|word| !enabled(word)) {
        return Err(unsupported(format!("response_type `{word}` is not enabled on the app")));
    }
    // FAPI 2 Security Profile 5.3.2.2.
    if server.behavior.issues_codes_only() && parsed.front_channel_token() {
        return Err(unsupported(format!("response_type `{requested}` is not `code`")));
    }
    for (used, grant) in
        [(parsed.code, GrantType::AuthorizationCode), (parsed.front_channel_token(), GrantType::Implicit)]
    {
        if used && !oauth.grant_types.contains(&grant) {
            return Err(unsupported(format!("the app lacks the grant type {}", grant.name())));
        }
    }
    Ok(parsed)
}

fn response_mode(
    client: &App,
    target: &RedirectTarget,
    response_type: ResponseType,
    parameters: &Parameters,
) -> Result<(), OAuthError> {
    let Some(requested) = parameters.get("response_mode") else { return Ok(()) };
    let reason = format!("response_mode `{requested}`");
    match ResponseMode::named(requested) {
        None => {
            let hint = did_you_mean(requested, ResponseMode::ALL.map(ResponseMode::name));
            Err(OAuthError::new(ErrorId::UnsupportedResponseMode, format!("{reason} is unknown{hint}")))
        }
        Some(mode) => match mode_error(client, target, mode, response_type, parameters) {
            None => Ok(()),
            Some(id) => Err(OAuthError::new(id, reason)),
        },
    }
}

fn scopes(
    org: &Org,
    server: &CompiledServer,
    client: &App,
    response_type: ResponseType,
    parameters: &Parameters,
) -> Result<Scopes, OAuthError> {
    let requested = Scopes::parse(parameters.get("scope").unwrap_or_default());
    let scopes = scope_rules::resolve(org, server, client, &requested)?;
    scope_rules::check_openid(&scopes, response_type.id_token)?;
    // Okta: an app that uses an interclient token cannot get another one.
    if parameters.get("interclient_token").is_some() && scopes.contains(INTERCLIENT_ACCESS) {
        let reason = "interclient_access beside an interclient_token";
        return Err(OAuthError::new(ErrorId::InterclientAccessScopeNotPermitted, reason));
    }
    Ok(scopes)
}

/// OIDC Core 5.5. Okta: ignored.
fn claims(server: &CompiledServer, parameters: &Parameters) -> Result<RequestedClaims, OAuthError> {
    match parameters.get("claims").filter(|_| server.behavior.supports_claims_parameter()) {
        None => Ok(RequestedClaims::default()),
        Some(text) => RequestedClaims::parse(text)
            .map_err(|reason| OAuthError::new(ErrorId::InvalidRequest, format!("claims: {reason}"))),
    }
}

fn max_age(parameters: &Parameters) -> Result<Option<i64>, OAuthError> {
    let Some(text) = parameters.get("max_age") else { return Ok(None) };
    match text.parse::<i64>() {
        Ok(seconds) if (0..=i64::from(i32::MAX)).contains(&seconds) => Ok(Some(seconds)),
        _ => Err(OAuthError::new(ErrorId::InvalidMaxAge, format!("max_age `{text}`"))),
    }
}

/// RFC 7636 4.3; Okta: S256 only, and apps can require it.
fn code_challenge(
    server: &CompiledServer,
    client: &App,
    response_type: ResponseType,
    parameters: &Parameters,
) -> Result<Option<String>, OAuthError> {
    let Some(challenge) = parameters.get("code_challenge") else {
        if response_type.code && (client.pkce_required() || server.behavior.requires_code_challenges()) {
            return Err(OAuthError::new(ErrorId::PkceMissingChallenge, "the app or the profile requires PKCE"));
        }
        return Ok(None);
    };
    // RFC 7636 4.3: the default is `plain`, which Okta does not accept.
    let method = parameters.get("code_challenge_method").unwrap_or("plain");
    if method != "S256" {
        return Err(OAuthError::with(
            ErrorId::PkceUnsupportedChallengeMethod,
            "S256",
            format!("code_challenge_method `{method}`"),
        ));
    }
    if !pkce::well_formed(challenge) {
        return Err(OAuthError::new(
            ErrorId::PkceInvalidChallenge,
            "code_challenge is not 43 to 128 unreserved characters",
        ));
    }
    Ok(Some(challenge.to_owned()))
}

/// RFC 9449 10: the thumbprint of a key, a SHA-256 hash in base64url.
fn dpop_jkt(parameters: &Parameters) -> Result<Option<String>, OAuthError> {
    let Some(thumbprint) = parameters.get("dpop_jkt") else { return Ok(None) };
    let well_formed =
        thumbprint.len() == 43 && thumbprint.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
    if well_formed {
        Ok(Some(thumbprint.to_owned()))
    } else {
        Err(OAuthError::new(ErrorId::InvalidRequest, "dpop_jkt is not a SHA-256 thumbprint"))
    }
}

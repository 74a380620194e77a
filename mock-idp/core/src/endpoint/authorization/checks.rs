//! The checks of an authorization request, in the order in which Okta reports them.

use super::enrollment;
use crate::ledger::{AuthorizationRequest, RedirectTarget};
use crate::model::{App, ApplicationType, WildcardRedirect};
use crate::org::{CompiledServer, Org, Urls};
use crate::policy::scope_rules;
use crate::protocol::{
    ErrorId, GrantType, INTERCLIENT_ACCESS, OAuthError, Parameters, Prompt, RequestedClaims, ResponseMode,
    ResponseType, Scopes, pkce,
};

/// A request that names its client or redirect URI twice names neither.
pub(super) fn unambiguous(parameters: &Parameters) -> Result<(), OAuthError> {
    let twice = parameters.duplicates();
    if twice.iter().any(|name| matches!(*name, "client_id" | "redirect_uri")) {
        return Err(OAuthError::with(ErrorId::IllegalDuplicatedParameters, twice.join(", "), "duplicate parameters"));
    }
    Ok(())
}

/// Okta: unknown and inactive clients alike.
pub(super) fn client<'a>(org: &'a Org, client_id: Option<&str>) -> Result<&'a App, OAuthError> {
    let client_id = client_id.ok_or_else(|| OAuthError::new(ErrorId::InvalidClientId, "client_id is missing"))?;
    let client = org.client(client_id).filter(|client| client.status.is_active()).ok_or_else(|| {
        OAuthError::new(ErrorId::InvalidClientId, format!("no active client has the id `{client_id}`"))
    })?;
    if client.oauth().application_type == ApplicationType::Service {
        return Err(OAuthError::with(ErrorId::InvalidClientApplicationType, "authorize", "a service app has no users"));
    }
    Ok(client)
}

/// RFC 9700 2.1: exact comparison. Okta: byte for byte, with one wildcard label where the app allows it.
pub(super) fn redirect_uri(client: &App, received: Option<&str>, urls: &Urls) -> Result<String, OAuthError> {
    let refused =
        |reason: String| OAuthError::with(ErrorId::IllegalRedirectUri, urls.admin_app_page(client.client_id()), reason);
    let received = received.ok_or_else(|| refused("redirect_uri is missing".to_owned()))?;
    let wildcard = client.oauth().wildcard_redirect == WildcardRedirect::Subdomain;
    let registered =
        client.oauth().redirect_uris.iter().any(|uri| uri == received || (wildcard && matches_wildcard(uri, received)));
    if registered { Ok(received.to_owned()) } else { Err(refused(format!("`{received}` is not registered"))) }
}

/// Okta: `wildcard_redirect: SUBDOMAIN` allows one `*` in the left-most label of an https URI.
fn matches_wildcard(registered: &str, received: &str) -> bool {
    let Some((head, tail)) = registered.split_once('*') else { return false };
    let label = received.strip_prefix(head).and_then(|rest| rest.strip_suffix(tail));
    head.starts_with("https://")
        && !head["https://".len()..].contains(['.', '/'])
        && label.is_some_and(|label| {
            !label.is_empty() && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        })
}

/// Where errors go from now on. A mode that cannot be honoured falls back to the response type's own.
pub(super) fn target(client: &App, redirect_uri: String, parameters: &Parameters) -> RedirectTarget {
    let response_type = parameters.get("response_type").and_then(ResponseType::parse).unwrap_or_default();
    let asked = parameters.get("response_mode").and_then(ResponseMode::named);
    let state = parameters.get("state").map(str::to_owned);
    let target = RedirectTarget { redirect_uri, mode: response_type.default_mode(), state };
    match asked.filter(|mode| mode_refusal(client, &target, *mode, response_type, parameters).is_none()) {
        Some(mode) => RedirectTarget { mode, ..target },
        None => target,
    }
}

fn mode_refusal(
    client: &App,
    target: &RedirectTarget,
    mode: ResponseMode,
    response_type: ResponseType,
    parameters: &Parameters,
) -> Option<ErrorId> {
    let proves_key =
        client.oauth().application_type == ApplicationType::Browser && parameters.get("code_challenge").is_some();
    match mode {
        ResponseMode::Query if response_type.front_channel_token() => Some(ErrorId::QueryWithTokens),
        // Okta: its own browser library receives codes so; any other client is refused by the catalogue.
        ResponseMode::OktaPostMessage if response_type.code && !response_type.front_channel_token() && !proves_key => {
            Some(ErrorId::PostMessageWithCode)
        }
        // A message has to be addressed to an origin, which a native app's own scheme has not.
        ResponseMode::OktaPostMessage if target.origin() == "null" => Some(ErrorId::UnsupportedResponseMode),
        _ => None,
    }
}

/// Everything else.
pub(super) fn request(
    org: &Org,
    server: &CompiledServer,
    client: &App,
    target: &RedirectTarget,
    parameters: &Parameters,
) -> Result<AuthorizationRequest, OAuthError> {
    let twice = parameters.duplicates();
    if !twice.is_empty() {
        return Err(OAuthError::with(ErrorId::IllegalDuplicatedParameters, twice.join(", "), "duplicate parameters"));
    }
    // RFC 9126 4: what was to be found under a name is not to be found outside.
    no_unknown_name(server, parameters)?;
    // Okta requires state, which OAuth only recommends.
    if target.state.is_none() && !server.behavior.state_is_optional() {
        return Err(OAuthError::new(ErrorId::InvalidState, "state is missing"));
    }
    unsupported(parameters)?;
    enrollment::refuse(parameters)?;
    let response_type = response_type(client, parameters)?;
    response_mode(client, target, response_type, parameters)?;
    // OIDC Core 3.2.2.1; Okta asks for it with `token` too.
    let wants_nonce = response_type.id_token || (response_type.token && !server.behavior.nonce_only_for_id_tokens());
    if wants_nonce && parameters.get("nonce").is_none() {
        return Err(OAuthError::new(ErrorId::InvalidNonce, "nonce is missing"));
    }
    let scopes = scopes(org, server, client, response_type, parameters)?;
    let prompt = Prompt::parse(parameters.get("prompt"), server.behavior.knows_select_account()).map_err(|value| {
        OAuthError::with(ErrorId::InvalidPrompt, Prompt::SUPPORTED, format!("prompt `{}`", value.0))
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
        code_challenge: code_challenge(client, response_type, parameters)?,
        // Okta: an app that does not ask for bound tokens gets none.
        dpop_jkt: dpop_jkt(parameters)?.filter(|_| client.oauth().dpop_bound_access_tokens),
        prompt_none: prompt.none,
        prompt_login: prompt.login || prompt.select_account,
        prompt_consent: prompt.consent,
        max_age,
        login_hint: parameters.get("login_hint").map(str::to_owned),
        acr_values: parameters.get("acr_values").map(str::to_owned),
        claims: claims(server, parameters)?,
        // An ID token takes keys to read: the caller does.
        hinted_user: None,
    })
}

/// Parameters that would change the request's meaning and are not served are refused, never ignored.
fn unsupported(parameters: &Parameters) -> Result<(), OAuthError> {
    if parameters.get("idp").is_some() {
        return Err(OAuthError::new(ErrorId::UnknownIdp, "the org has no external identity provider"));
    }
    let acr = parameters.get("acr_values").unwrap_or_default();
    if acr.split(' ').any(|value| value == "urn:okta:app:mfa:attestation") {
        return Err(OAuthError::new(ErrorId::UnsupportedMfaAttestation, "no app attests to factors"));
    }
    Ok(())
}

/// A pushed request has been put in the place of its name before; what is still a name here, nobody has given.
pub(super) fn no_unknown_name(server: &CompiledServer, parameters: &Parameters) -> Result<(), OAuthError> {
    if let Some(name) = parameters.get("request_uri") {
        // OIDC Core 3.1.2.6: what would have to be fetched. RFC 9126 4: what is a name of ours.
        let elsewhere = server.behavior.names_request_uri_refusals() && !name.starts_with(super::pushed::PREFIX);
        let id = if elsewhere { ErrorId::RequestUriNotSupported } else { ErrorId::InvalidRequestUri };
        return Err(OAuthError::new(id, "no request was pushed under this request_uri"));
    }
    Ok(())
}

fn response_type(client: &App, parameters: &Parameters) -> Result<ResponseType, OAuthError> {
    let oauth = client.oauth();
    let configured = || oauth.response_types.iter().map(|word| word.name()).collect::<Vec<_>>().join(", ");
    let refused = |reason: String| OAuthError::with(ErrorId::UnsupportedResponseType, configured(), reason);
    let asked = parameters.get("response_type").ok_or_else(|| refused("response_type is missing".to_owned()))?;
    let parsed = ResponseType::parse(asked).ok_or_else(|| refused(format!("response_type `{asked}` is unknown")))?;
    let enabled = |word: &str| oauth.response_types.iter().any(|known| known.name() == word);
    if let Some(word) = parsed.words().find(|word| !enabled(word)) {
        return Err(refused(format!("response_type `{word}` is not enabled on the app")));
    }
    for (used, grant) in
        [(parsed.code, GrantType::AuthorizationCode), (parsed.front_channel_token(), GrantType::Implicit)]
    {
        if used && !oauth.grant_types.contains(&grant) {
            return Err(refused(format!("the app lacks the grant type {}", grant.name())));
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
    let Some(asked) = parameters.get("response_mode") else { return Ok(()) };
    let reason = format!("response_mode `{asked}`");
    match ResponseMode::named(asked) {
        None => Err(OAuthError::new(ErrorId::UnsupportedResponseMode, reason)),
        Some(mode) => match mode_refusal(client, target, mode, response_type, parameters) {
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
    let asked = Scopes::parse(parameters.get("scope").unwrap_or_default());
    let scopes = scope_rules::resolve(org, server, client, &asked)?;
    scope_rules::openid_present(&scopes, response_type.id_token)?;
    // Okta: who is handed over is not handed on.
    if parameters.get("interclient_token").is_some() && scopes.contains(INTERCLIENT_ACCESS) {
        let reason = "interclient_access beside an interclient_token";
        return Err(OAuthError::new(ErrorId::InterclientAccessScopeNotPermitted, reason));
    }
    Ok(scopes)
}

/// OIDC Core 5.5. Okta: ignored.
fn claims(server: &CompiledServer, parameters: &Parameters) -> Result<RequestedClaims, OAuthError> {
    match parameters.get("claims").filter(|_| server.behavior.takes_claims_parameter()) {
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

/// RFC 7636 4.3; Okta: S256 only, and the app may insist on it.
fn code_challenge(
    client: &App,
    response_type: ResponseType,
    parameters: &Parameters,
) -> Result<Option<String>, OAuthError> {
    let Some(challenge) = parameters.get("code_challenge") else {
        if response_type.code && client.pkce_required() {
            return Err(OAuthError::new(ErrorId::PkceMissingChallenge, "the app requires PKCE"));
        }
        return Ok(None);
    };
    // RFC 7636 4.3: without a method it is `plain`, which Okta does not accept.
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

/// RFC 9449 10: the thumbprint of a key, which is a SHA-256 hash in base64url.
fn dpop_jkt(parameters: &Parameters) -> Result<Option<String>, OAuthError> {
    let Some(thumbprint) = parameters.get("dpop_jkt") else { return Ok(None) };
    let well_formed =
        thumbprint.len() == 43 && thumbprint.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
    if well_formed {
        Ok(Some(thumbprint.to_owned()))
    } else {
        Err(OAuthError::new(ErrorId::InvalidRequest, "dpop_jkt is no SHA-256 thumbprint"))
    }
}

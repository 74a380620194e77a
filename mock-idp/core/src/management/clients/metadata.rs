//! Client metadata in requests. RFC 7591 2: unknown members are ignored.

use serde::Deserialize;
use serde_json::Value;

use super::error::ClientError;
use crate::behavior::Behavior;
use crate::model::{
    ApplicationType, AuthMethod, ConsentMethod, OauthClientSettings, RequestObjectAlgorithm, ResponseWord,
    WildcardRedirect,
};
use crate::protocol::GrantType;
use crate::protocol::jose::{Algorithm, JwkSet, KeyEncryptionAlgorithm};

/// The name of a client that registers without one.
const UNNAMED: &str = "Registered client";

/// The body of a request that registers a client or replaces its metadata.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Metadata {
    pub client_id: Option<String>,
    client_name: Option<String>,
    client_uri: Option<String>,
    logo_uri: Option<String>,
    tos_uri: Option<String>,
    policy_uri: Option<String>,
    #[serde(default)]
    redirect_uris: Option<Vec<String>>,
    #[serde(default)]
    post_logout_redirect_uris: Option<Vec<String>>,
    response_types: Option<Vec<ResponseWord>>,
    grant_types: Option<Vec<GrantType>>,
    token_endpoint_auth_method: Option<AuthMethod>,
    application_type: Option<ApplicationType>,
    jwks: Option<JwkSet>,
    jwks_uri: Option<String>,
    initiate_login_uri: Option<String>,
    frontchannel_logout_uri: Option<String>,
    frontchannel_logout_session_required: Option<bool>,
    backchannel_logout_uri: Option<String>,
    request_object_signing_alg: Option<RequestObjectAlgorithm>,
    require_signed_request_object: Option<bool>,
    request_uris: Option<Vec<String>>,
    userinfo_signed_response_alg: Option<Algorithm>,
    id_token_encrypted_response_alg: Option<KeyEncryptionAlgorithm>,
    dpop_bound_access_tokens: Option<bool>,
}

impl Metadata {
    /// Reads a JSON object.
    ///
    /// # Errors
    /// A member of the wrong type, or an unknown value.
    pub fn read(body: Value) -> Result<Self, ClientError> {
        serde_json::from_value(body).map_err(|error| ClientError::metadata(error.to_string()))
    }

    /// Okta: the default is `client_secret_basic`.
    pub(super) fn auth_method(&self) -> AuthMethod {
        self.token_endpoint_auth_method.unwrap_or_default()
    }

    /// Okta: a name is required. RFC 7591 2: it is optional.
    pub(super) fn name(&self, behavior: Behavior) -> Result<String, ClientError> {
        let name = self.client_name.as_deref().map(str::trim).filter(|name| !name.is_empty());
        let default = behavior.registers_standard_clients().then_some(UNNAMED);
        name.or(default).map(str::to_owned).ok_or_else(|| ClientError::blank("client_name"))
    }

    /// Okta: an encryption algorithm needs an active encryption key.
    fn check_encryption(&self) -> Result<(), ClientError> {
        let keys = self.jwks.iter().flat_map(|set| &set.keys);
        let has_key = keys.clone().any(|key| key.is_for_encryption() && key.status.is_active());
        if self.id_token_encrypted_response_alg.is_some() && self.jwks_uri.is_none() && !has_key {
            return Err(ClientError::metadata("id_token_encrypted_response_alg needs an active key with `use: enc`"));
        }
        Ok(())
    }

    /// What OpenID Connect defines and Okta does not: the URLs of request objects, unsigned ones, and signed userinfo.
    fn check_openid(&self, behavior: Behavior) -> Result<(), ClientError> {
        let strict = behavior.restricts_algorithms();
        let unsigned = matches!(self.request_object_signing_alg, Some(RequestObjectAlgorithm::Unsigned(_)));
        if unsigned && (strict || !behavior.accepts_unsigned_objects()) {
            return Err(ClientError::metadata("request_object_signing_alg is none"));
        }
        let signed = self.userinfo_signed_response_alg.filter(|_| behavior.signs_userinfo());
        if signed.is_some_and(|algorithm| strict || algorithm != Algorithm::Rs256) {
            return Err(ClientError::metadata("userinfo can be signed with RS256 only"));
        }
        Ok(())
    }

    /// The settings of the app, with Okta's defaults: a web app that uses codes.
    pub(super) fn settings(&self, behavior: Behavior) -> Result<OauthClientSettings, ClientError> {
        self.check_openid(behavior)?;
        let grant_types = self.grant_types.clone().unwrap_or_else(|| vec![GrantType::AuthorizationCode]);
        let redirects =
            grant_types.iter().any(|grant| matches!(grant, GrantType::AuthorizationCode | GrantType::Implicit));
        let response_types = self
            .response_types
            .clone()
            .unwrap_or_else(|| redirects.then_some(ResponseWord::Code).into_iter().collect());
        let application_type = self.application_type.unwrap_or(ApplicationType::Web);
        check_grant_types(application_type, &grant_types, &response_types)?;
        let redirect_uris = self.redirect_uris.clone().unwrap_or_default();
        if redirects && redirect_uris.is_empty() {
            return Err(ClientError::blank("redirect_uris"));
        }
        // OIDC Core 4: https.
        if self.initiate_login_uri.as_deref().is_some_and(|uri| !uri.starts_with("https://")) {
            return Err(ClientError::metadata("initiate_login_uri is not https"));
        }
        // Pages link to them, so they must be http or https.
        let linked = [&self.client_uri, &self.logo_uri, &self.tos_uri, &self.policy_uri];
        let web = |uri: &str| url::Url::parse(uri).is_ok_and(|uri| matches!(uri.scheme(), "http" | "https"));
        if let Some(uri) = linked.into_iter().flatten().find(|uri| !web(uri)) {
            return Err(ClientError::metadata(format!("`{uri}` is not a web address")));
        }
        // RFC 7591 2: not both.
        if self.jwks.is_some() && self.jwks_uri.is_some() {
            return Err(ClientError::metadata("jwks and jwks_uri exclude each other"));
        }
        self.check_encryption()?;
        Ok(OauthClientSettings {
            application_type,
            grant_types,
            response_types,
            redirect_uris,
            post_logout_redirect_uris: self.post_logout_redirect_uris.clone().unwrap_or_default(),
            // Okta: registered clients need the user's consent.
            consent_method: ConsentMethod::Required,
            refresh_token: None,
            wildcard_redirect: WildcardRedirect::Disabled,
            jwks: self.jwks.clone(),
            jwks_uri: self.jwks_uri.clone(),
            request_object_signing_alg: self.request_object_signing_alg,
            // Okta does not know these three. RFC 7591 2: unknown members are ignored.
            require_signed_request_object: behavior.requires_signed_requests()
                && self.require_signed_request_object.unwrap_or_default(),
            request_uris: self.request_uris.clone().filter(|_| behavior.fetches_request_objects()).unwrap_or_default(),
            userinfo_signed_response_alg: self.userinfo_signed_response_alg.filter(|_| behavior.signs_userinfo()),
            id_token_encrypted_response_alg: self.id_token_encrypted_response_alg,
            dpop_bound_access_tokens: self.dpop_bound_access_tokens.unwrap_or_default(),
            participate_slo: self.frontchannel_logout_uri.is_some(),
            frontchannel_logout_uri: self.frontchannel_logout_uri.clone(),
            frontchannel_logout_session_required: self.frontchannel_logout_session_required.unwrap_or_default(),
            backchannel_logout_uri: self.backchannel_logout_uri.clone(),
            initiate_login_uri: self.initiate_login_uri.clone(),
            client_uri: self.client_uri.clone(),
            logo_uri: self.logo_uri.clone(),
            policy_uri: self.policy_uri.clone(),
            tos_uri: self.tos_uri.clone(),
            ..OauthClientSettings::of_type(application_type)
        })
    }
}

/// Checks that the grant types fit the application type and the response types. Okta: the error lists all missing ones, as recorded.
fn check_grant_types(
    application_type: ApplicationType,
    grant_types: &[GrantType],
    response_types: &[ResponseWord],
) -> Result<(), ClientError> {
    let implicit = |word: &ResponseWord| match word {
        ResponseWord::Code => None,
        // Okta: service apps are registered with `token`, without any front channel.
        ResponseWord::Token if application_type == ApplicationType::Service => None,
        ResponseWord::Token | ResponseWord::IdToken => {
            Some((GrantType::Implicit, "response_types", "contains", word.name()))
        }
    };
    let by_type = match application_type {
        ApplicationType::Web => Some((GrantType::AuthorizationCode, "application_type", "is", "web")),
        ApplicationType::Service => Some((GrantType::ClientCredentials, "application_type", "is", "service")),
        ApplicationType::Browser | ApplicationType::Native => None,
    };
    let missing: Vec<String> = response_types
        .iter()
        .filter_map(implicit)
        .chain(by_type)
        .filter(|(grant, ..)| !grant_types.contains(grant))
        .map(|(grant, member, verb, value)| {
            format!("'grant_types' must contain '{}' when '{member}' {verb} '{value}'.", grant.name())
        })
        .collect();
    if missing.is_empty() { Ok(()) } else { Err(ClientError::disagreeing(missing.join(" "))) }
}

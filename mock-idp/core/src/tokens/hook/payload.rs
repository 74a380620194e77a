//! The payload of a token inline hook.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Map, Value, json};
use url::form_urlencoded::Serializer;

use crate::ledger::{HookedRequest, Session};
use crate::model::AuthMethod;
use crate::model::TOKEN_HOOK;
use crate::moment::{Moment, timestamp};
use crate::protocol::GrantType;
use crate::tokens::hook_call::{HookData, TokenHookCall};
use crate::tokens::spec::{TokenOrigin, TokenSpec};
use crate::tokens::unsigned::{UnsignedToken, UnsignedTokens};
use crate::tokens::verify::family_of;
use crate::trace::RuleSummary;

/// The request that is answered while the hook is called.
#[derive(Clone, Copy, Debug)]
pub struct CallingRequest<'a> {
    pub id: &'a str,
    pub ip_address: &'a str,
}

/// Okta: claims that are not in the payload of a hook.
const HIDDEN: [&str; 6] = ["iat", "exp", "scp", "at_hash", "c_hash", "ds_hash"];

/// What is known before the call.
pub(super) fn data(spec: &TokenSpec<'_>, rule: &RuleSummary) -> HookData {
    let family_id = family_of(spec.access_token_id).map(str::to_owned);
    let (method, url) = endpoint(spec);
    let mut context = Map::new();
    context.insert("protocol".to_owned(), protocol(spec, family_id.as_deref()));
    if let Some(user) = user(spec) {
        context.insert("user".to_owned(), user);
    }
    context.insert("policy".to_owned(), json!({ "id": rule.policy.id, "rule": { "id": rule.id } }));
    let scope = |name: &str| (name.to_owned(), json!({ "id": scope_id(spec, name), "action": "GRANT" }));
    HookData {
        method,
        url,
        login: spec.subject.user.map(|user| user.profile.login.clone()).unwrap_or_default(),
        idp: spec.subject.org.identity().id.clone(),
        context,
        scopes: Value::Object(spec.scopes.iter().map(scope).collect()),
        family_id,
    }
}

fn scope_id(spec: &TokenSpec<'_>, name: &str) -> String {
    spec.server.scope(name).map(|scope| scope.id.clone()).unwrap_or_default()
}

fn endpoint(spec: &TokenSpec<'_>) -> (&'static str, String) {
    let TokenOrigin { request, grant, .. } = spec.origin;
    match (grant, request) {
        (None, Some(request)) => {
            let mut query = Serializer::new(String::new());
            query.append_pair("scope", &request.scope).append_pair("response_type", &request.response_type);
            query.append_pair("redirect_uri", &request.redirect_uri);
            for (name, value) in [("state", &request.state), ("nonce", &request.nonce)] {
                query.extend_pairs(value.as_ref().map(|value| (name, value)));
            }
            query.append_pair("client_id", spec.subject.client.client_id());
            query.append_pair("response_mode", &request.response_mode);
            ("GET", format!("{}/v1/authorize?{}", spec.urls.endpoints(spec.server), query.finish()))
        }
        (None, None) => ("GET", format!("{}/v1/authorize", spec.urls.endpoints(spec.server))),
        (Some(_), _) => ("POST", format!("{}/v1/token", spec.urls.endpoints(spec.server))),
    }
}

fn protocol(spec: &TokenSpec<'_>, family_id: Option<&str>) -> Value {
    let TokenOrigin { request, grant, .. } = spec.origin;
    let client = spec.subject.client;
    let is_refresh = grant.is_some_and(|grant| grant.grant_type == GrantType::RefreshToken);
    let mut protocol = Map::new();
    let mut put = |name: &str, value: Value| _ = protocol.insert(name.to_owned(), value);
    put("type", "OAUTH2.0".into());
    let described = |request: Option<&HookedRequest>, scope: String| {
        let mut members = Map::new();
        members.insert("scope".to_owned(), scope.into());
        if let Some(request) = request {
            members.extend(request.state.as_ref().map(|state| ("state".to_owned(), state.as_str().into())));
            members.insert("redirect_uri".to_owned(), request.redirect_uri.as_str().into());
            members.insert("response_mode".to_owned(), request.response_mode.as_str().into());
            members.insert("response_type".to_owned(), request.response_type.as_str().into());
        }
        members.insert("client_id".to_owned(), client.client_id().into());
        members
    };
    let scope = match (grant, request) {
        (None, Some(request)) => request.scope.clone(),
        (Some(grant), Some(request)) if !is_refresh => grant.scope.unwrap_or(&request.scope).to_owned(),
        (grant, _) => grant.and_then(|grant| grant.scope).map_or_else(|| spec.scopes.join(), str::to_owned),
    };
    let mut answered = described(request.filter(|_| !is_refresh), scope);
    answered.extend(grant.map(|grant| ("grant_type".to_owned(), grant.grant_type.name().into())));
    put("request", Value::Object(answered));
    if is_refresh {
        let scope = request.map_or_else(|| spec.scopes.join(), |request| request.scope.clone());
        let authorization = described(request, scope);
        put("OriginalGrant", json!({ "authorization": authorization, "refresh_token": { "jti": family_id } }));
    }
    put("issuer", json!({ "uri": spec.urls.issuer(spec.server) }));
    let kind = if client.auth_method() == AuthMethod::None { "PUBLIC" } else { "CONFIDENTIAL" };
    put("client", json!({ "id": client.client_id(), "name": client.label, "type": kind }));
    Value::Object(protocol)
}

fn user(spec: &TokenSpec<'_>) -> Option<Value> {
    let user = spec.subject.user?;
    let (profile, base) = (&user.profile, &spec.urls.endpoint_base);
    Some(json!({
        "id": user.id,
        "passwordChanged": user.password_changed,
        "profile": {
            "login": profile.login,
            "firstName": profile.first_name,
            "lastName": profile.last_name,
            "locale": profile.text("locale").unwrap_or("en"),
            "timeZone": profile.text("timezone").unwrap_or("America/Los_Angeles"),
        },
        "_links": {
            "groups": { "href": format!("{base}/{}/groups", user.id) },
            "factors": { "href": format!("{base}/api/v1/users/{}/factors", user.id) },
        },
    }))
}

impl TokenHookCall {
    /// The payload. There is a session if the user has one that is not over.
    pub fn payload(
        &self,
        tokens: &UnsignedTokens,
        session: Option<&Session>,
        request: CallingRequest<'_>,
        moment: &mut Moment<'_>,
    ) -> Value {
        let data = &self.data;
        let mut context = Map::new();
        context.insert(
            "request".to_owned(),
            json!({
                "id": request.id,
                "method": data.method,
                "url": { "value": data.url },
                "ipAddress": request.ip_address,
            }),
        );
        let mut known = data.context.clone();
        context.extend(known.shift_remove_entry("protocol"));
        if let (Some(session), Some(id)) = (session, &self.session_id) {
            context.insert("session".to_owned(), self.session(id, session));
        }
        context.extend(known);
        let mut payload = Map::new();
        payload.insert("context".to_owned(), Value::Object(context));
        if let Some(token) = &tokens.id_token {
            payload.insert("identity".to_owned(), shown(token));
        }
        if let Some(token) = &tokens.access_token {
            let mut access = shown(token);
            access["scopes"] = data.scopes.clone();
            payload.insert("access".to_owned(), access);
        }
        if let (Some(_), Some(family_id)) = (&tokens.refresh_token, &data.family_id) {
            payload.insert("refresh_token".to_owned(), json!({ "jti": family_id }));
        }
        json!({
            "source": data.url.split('?').next(),
            "eventId": URL_SAFE_NO_PAD.encode(moment.bytes::<16>()),
            "eventTime": timestamp(moment.now),
            "eventTypeVersion": "1.0",
            "cloudEventVersion": "0.1",
            "contentType": "application/json",
            "eventType": TOKEN_HOOK,
            "data": payload,
        })
    }

    fn session(&self, id: &str, session: &Session) -> Value {
        let signed_in = timestamp(session.auth_time);
        let by_password = session.amr.iter().any(|method| method == "pwd");
        json!({
            "id": id,
            "userId": session.user_id,
            "login": self.data.login,
            "createdAt": signed_in,
            "expiresAt": timestamp(session.expires()),
            "status": "ACTIVE",
            "lastPasswordVerification": by_password.then_some(&signed_in),
            "amr": session.amr.iter().map(|method| session_method(method)).collect::<Vec<_>>(),
            "idp": session.provider(&self.data.idp),
            "mfaActive": session.amr.iter().any(|method| method == "mfa"),
        })
    }
}

/// Okta: sessions have names of their own for authentication methods.
fn session_method(method: &str) -> &str {
    match method {
        "pwd" => "PASSWORD",
        "mfa" => "MULTIFACTOR_AUTHENTICATION",
        "swk" => "POP_SOFTWARE_KEY",
        other => other,
    }
}

fn shown(token: &UnsignedToken) -> Value {
    let claims = token.payload.iter().filter(|(name, _)| !HIDDEN.contains(&name.as_str()));
    let claims: Map<String, Value> = claims.map(|(name, value)| (name.clone(), value.clone())).collect();
    json!({ "claims": claims, "token": { "lifetime": { "expiration": token.lifetime() } } })
}

//! Pushed authorization requests (RFC 9126) and signed request objects (RFC 9101).

use serde_json::{Value, json};
use url::Url;

use super::actors::Actors;
use super::context::ScenarioContext;
use super::definition::{Scenario, ScenarioFn};
use super::needs::Need;
use super::stopped::Stopped;
use crate::check::{authorization, extension, token};
use crate::driver::User;
use crate::flow::signed::{Key, request_object};
use crate::flow::{AuthorizationRequest, FormRequest, random_text};
use crate::issuer_target::Endpoint;
use crate::issuer_target::ServerKind::Custom;
use crate::issuer_target::market::{BUYER, SECOND, WEB};
use crate::wire::Reply;
use crate::wire::error::summary;
use crate::wire::journey::Journey;

pub(super) fn scenarios() -> Vec<Scenario> {
    vec![
        pushed("pushed.followed", "A pushed request is used by its request_uri", |context| Box::pin(followed(context))),
        pushed("pushed.outside-ignored", "Parameters besides request_uri are ignored", |context| {
            Box::pin(outside(context))
        }),
        pushed("pushed.once", "A request_uri that is used twice is rejected", |context| Box::pin(once(context)))
            .cites(&["OIDF fapi2-security-profile-final-ensure-request-uri-cannot-be-reused"]),
        pushed("pushed.other-client", "A request_uri of another client is rejected", |context| {
            Box::pin(other_client(context))
        })
        .needs(&[Need::Secret(SECOND)]),
        pushed("pushed.made-up", "A made-up request_uri is rejected", |context| Box::pin(made_up(context))),
        pushed("pushed.no-credentials", "A pushed request without credentials is rejected", |context| {
            Box::pin(no_credentials(context))
        }),
        pushed("pushed.name-inside", "A pushed request with a request_uri is rejected", |context| {
            Box::pin(name_inside(context))
        })
        .cites(&["OIDF fapi2-security-profile-final-par-attempt-to-use-request-uri"]),
        pushed("pushed.expired", "An expired request_uri is rejected", |context| Box::pin(expired(context)))
            .needs(&[Need::ExclusiveIssuer]),
        object("request-object.signed", "The parameters of a signed request object are used", |context| {
            Box::pin(signed(context))
        }),
        object("request-object.forged", "A request object with a wrong signature is rejected", |context| {
            Box::pin(invalid(context, |_| {}, |_| Key::secret(&random_text(48))))
        }),
        object("request-object.expired", "An expired request object is rejected", |context| {
            Box::pin(invalid(
                context,
                |claims| claims["exp"] = json!(claims["exp"].as_i64().unwrap_or_default() - 86_400),
                own,
            ))
        }),
        object("request-object.other-audience", "A request object with another audience is rejected", |context| {
            Box::pin(invalid(context, |claims| claims["aud"] = json!("https://elsewhere.example"), own))
        }),
        object("request-object.other-issuer", "A request object of another client is rejected", |context| {
            Box::pin(invalid(context, |claims| claims["iss"] = json!("somebody-else"), own))
        }),
    ]
}

fn pushed(id: &'static str, title: &'static str, function: ScenarioFn) -> Scenario {
    Scenario::new(id, title, function).cites(&["RFC 9126 2", "Okta: /par"]).tags(&["pushed"]).needs(&[
        Need::Secret(WEB),
        Need::Account(BUYER),
        Need::Endpoint(Custom, Endpoint::Push),
    ])
}

fn object(id: &'static str, title: &'static str, function: ScenarioFn) -> Scenario {
    Scenario::new(id, title, function).cites(&["RFC 9101 4", "OIDC Core 6.1"]).tags(&["request-object"]).needs(&[
        Need::Secret(WEB),
        Need::Account(BUYER),
        Need::MetadataTrue("request_parameter_supported"),
        Need::MetadataLists("request_object_signing_alg_values_supported", "HS256"),
    ])
}

fn form(actors: &Actors<'_>, request: &AuthorizationRequest) -> Result<FormRequest, Stopped> {
    let mut form = FormRequest::new(actors.endpoint(Endpoint::Push)?);
    for (name, value) in request.params() {
        form = form.replacing(name, value);
    }
    Ok(form)
}

/// Pushes a request.
pub(super) async fn push(
    context: &ScenarioContext,
    actors: &Actors<'_>,
    request: &AuthorizationRequest,
) -> Result<(String, i64), Stopped> {
    context.step("push the request");
    // RFC 9126 2.1: client_id is required with any client authentication.
    let form =
        form(actors, request)?.without("client_id").as_client(actors.client).replacing("client_id", &actors.client.id);
    let reply = context.post(&form).await?;
    accepted(context, &reply)
}

/// Judges the answer to a pushed request. Returns the request_uri and its lifetime.
pub(super) fn accepted(context: &ScenarioContext, reply: &Reply) -> Result<(String, i64), Stopped> {
    let body: Value = serde_json::from_str(&reply.body).unwrap_or_default();
    let name = body["request_uri"].as_str().unwrap_or_default().to_owned();
    let lifetime = body["expires_in"].as_i64().unwrap_or_default();
    let taken = matches!(reply.status, 200 | 201) && !name.is_empty() && lifetime > 0;
    let expected = "request_uri and expires_in";
    if extension::PUSHED.holds(&context.recorder, taken, expected, summary(reply)) {
        // RFC 9126 2.2: 201. Okta answers 200.
        let status = if context.target.speaks_okta() { 200 } else { 201 };
        extension::PUSHED_STATUS.holds(&context.recorder, reply.status == status, status, reply.status);
        extension::no_error(&context.recorder, &extension::PUSHED_NO_ERROR, reply);
        Ok((name, lifetime))
    } else {
        Err(Stopped::CheckFailed)
    }
}

/// The URL of an authorization request with a request_uri and those parameters.
pub(super) fn address(actors: &Actors<'_>, name: &str, extra: &[(&str, &str)]) -> Result<Url, Stopped> {
    let mut url = actors.endpoint(Endpoint::Authorization)?.clone();
    url.query_pairs_mut()
        .append_pair("client_id", &actors.client.id)
        .append_pair("request_uri", name)
        .extend_pairs(extra);
    Ok(url)
}

/// Sends an authorization request with a request_uri; the user signs in and consents.
pub(super) async fn follow(
    context: &ScenarioContext,
    actors: &Actors<'_>,
    name: &str,
    extra: &[(&str, &str)],
) -> Result<Journey, Stopped> {
    context.step("send an authorization request with the request_uri");
    let url = address(actors, name, extra)?;
    context.browse(&url, &context.target.redirect_uri, User::consenting(actors.account)).await
}

async fn finish(
    context: &ScenarioContext,
    actors: &Actors<'_>,
    request: AuthorizationRequest,
    journey: &Journey,
) -> Result<(), Stopped> {
    let callback = actors.authorization().callback(&request, journey)?;
    let code = authorization::code(&context.recorder, callback).ok_or(Stopped::CheckFailed)?.to_owned();
    actors.tokens().exchange(request, &code).await?;
    Ok(())
}

async fn followed(context: &ScenarioContext) -> Result<(), Stopped> {
    let actors = context.actors(Custom, WEB, BUYER)?;
    let request = actors.authorization().request();
    let (name, _) = push(context, &actors, &request).await?;
    let journey = follow(context, &actors, &name, &[]).await?;
    finish(context, &actors, request, &journey).await
}

async fn outside(context: &ScenarioContext) -> Result<(), Stopped> {
    let actors = context.actors(Custom, WEB, BUYER)?;
    let request = actors.authorization().request();
    let (name, _) = push(context, &actors, &request).await?;
    let beside = [("state", "beside"), ("redirect_uri", "https://evil.example/callback")];
    let journey = follow(context, &actors, &name, &beside).await?;
    finish(context, &actors, request, &journey).await
}

async fn once(context: &ScenarioContext) -> Result<(), Stopped> {
    let actors = context.actors(Custom, WEB, BUYER)?;
    let request = actors.authorization().request();
    let (name, _) = push(context, &actors, &request).await?;
    let journey = follow(context, &actors, &name, &[]).await?;
    finish(context, &actors, request, &journey).await?;
    let again = follow(context, &actors, &name, &[]).await?;
    extension::turned_away(&context.recorder, &extension::NOT_FOLLOWED, &again);
    Ok(())
}

async fn other_client(context: &ScenarioContext) -> Result<(), Stopped> {
    let actors = context.actors(Custom, WEB, BUYER)?;
    let (name, _) = push(context, &actors, &actors.authorization().request()).await?;
    let other = actors.with_client(context.client(SECOND)?);
    let journey = follow(context, &other, &name, &[]).await?;
    extension::turned_away(&context.recorder, &extension::NOT_FOLLOWED, &journey);
    Ok(())
}

async fn made_up(context: &ScenarioContext) -> Result<(), Stopped> {
    let actors = context.actors(Custom, WEB, BUYER)?;
    let name = format!("urn:ietf:params:oauth:request_uri:{}", random_text(32));
    let journey = follow(context, &actors, &name, &[]).await?;
    extension::turned_away(&context.recorder, &extension::NOT_FOLLOWED, &journey);
    Ok(())
}

async fn no_credentials(context: &ScenarioContext) -> Result<(), Stopped> {
    let actors = context.actors(Custom, WEB, BUYER)?;
    let form = form(&actors, &actors.authorization().request())?;
    let reply = context.post(&form).await?;
    // RFC 6749 5.2: 400 or 401.
    let status = if reply.status == 400 { 400 } else { 401 };
    token::refusal(&context.recorder, &reply, status, "invalid_client", None);
    Ok(())
}

async fn name_inside(context: &ScenarioContext) -> Result<(), Stopped> {
    let actors = context.actors(Custom, WEB, BUYER)?;
    let request = actors.authorization().request().with("request_uri", "urn:example:name");
    let form = form(&actors, &request)?
        .without("client_id")
        .as_client(actors.client)
        .replacing("client_id", &actors.client.id);
    let reply = context.post(&form).await?;
    token::ERROR_STATUS.holds(&context.recorder, reply.status == 400, 400, summary(&reply));
    Ok(())
}

async fn expired(context: &ScenarioContext) -> Result<(), Stopped> {
    let actors = context.actors(Custom, WEB, BUYER)?;
    let (name, lifetime) = push(context, &actors, &actors.authorization().request()).await?;
    context.advance_clock(lifetime + 1).await?;
    let journey = follow(context, &actors, &name, &[]).await?;
    extension::turned_away(&context.recorder, &extension::NOT_FOLLOWED, &journey);
    Ok(())
}

/// The client's secret as a key.
fn own(secret: &str) -> Key {
    Key::secret(secret)
}

async fn signed(context: &ScenarioContext) -> Result<(), Stopped> {
    let actors = context.actors(Custom, WEB, BUYER)?;
    let inner = actors.authorization().request();
    let claims = request_object(&inner, actors.client, &actors.server.issuer, context.target.now());
    let key = own(actors.client.secret.as_deref().unwrap_or_default());
    let outer = inner.clone().with("state", "beside").with("nonce", "beside");
    let journey = actors.authorization().send(&outer.with("request", &key.sign(&json!({}), &claims)?)).await?;
    let state = journey.callback().and_then(|callback| callback.get("state"));
    extension::INSIDE_COUNTS.equals(&context.recorder, inner.get("state").unwrap_or_default(), state);
    finish(context, &actors, inner, &journey).await
}

async fn invalid(context: &ScenarioContext, change: fn(&mut Value), key: fn(&str) -> Key) -> Result<(), Stopped> {
    let actors = context.actors(Custom, WEB, BUYER)?;
    let request = actors.authorization().request();
    let mut claims = request_object(&request, actors.client, &actors.server.issuer, context.target.now());
    change(&mut claims);
    let key = key(actors.client.secret.as_deref().unwrap_or_default());
    let journey = actors.authorization().send(&request.with("request", &key.sign(&json!({}), &claims)?)).await?;
    extension::turned_away(&context.recorder, &extension::OBJECT_REFUSED, &journey);
    Ok(())
}

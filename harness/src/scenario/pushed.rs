//! Pushed authorization requests (RFC 9126) and signed request objects (RFC 9101).

use serde_json::{Value, json};
use url::Url;

use super::stage::{Cast, Halt, Stage};
use super::{Need, Scenario, Told};
use crate::check::{authorization, extension, token};
use crate::driver::Visitor;
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
        pushed("pushed.followed", "A pushed request is followed by its name", |s| Box::pin(followed(s))).steps(&[
            "push the request",
            "send the browser with client_id and request_uri only",
            "sign in and exchange the code",
        ]),
        pushed("pushed.outside-ignored", "What stands beside the name does not count", |s| Box::pin(outside(s))).steps(
            &["push the request", "send the browser with another state beside the name", "the pushed state returns"],
        ),
        pushed("pushed.once", "A name stands for one request, once", |s| Box::pin(once(s)))
            .cites(&["OIDF fapi2-security-profile-final-ensure-request-uri-cannot-be-reused"])
            .steps(&["push and follow", "follow the same name again", "no code comes"]),
        pushed("pushed.other-client", "A name belongs to the client that pushed it", |s| Box::pin(other_client(s)))
            .steps(&["one client pushes", "another follows the name", "no code comes"])
            .needs(&[Need::Secret(SECOND)]),
        pushed("pushed.made-up", "A name that nobody got is refused", |s| Box::pin(made_up(s)))
            .steps(&["follow a made-up name", "no code comes"]),
        pushed("pushed.no-credentials", "Nobody pushes without credentials", |s| Box::pin(no_credentials(s)))
            .steps(&["push without credentials", "401 invalid_client"]),
        pushed("pushed.name-inside", "A name can't be pushed", |s| Box::pin(name_inside(s)))
            .cites(&["OIDF fapi2-security-profile-final-par-attempt-to-use-request-uri"])
            .steps(&["push a request with request_uri", "400"]),
        pushed("pushed.expired", "A name dies at the end of its life", |s| Box::pin(expired(s)))
            .steps(&["push", "let its lifetime go by", "no code comes"])
            .needs(&[Need::Alone]),
        object("request-object.signed", "What a signed request object says counts", |s| Box::pin(signed(s))).steps(&[
            "sign the request with the secret",
            "send another state beside it",
            "the signed state returns",
        ]),
        object("request-object.forged", "A request object with a wrong signature is refused", |s| {
            Box::pin(spoilt(s, |_| {}, |_| Key::secret(&random_text(48))))
        })
        .steps(&["sign the request with another secret", "no code comes"]),
        object("request-object.expired", "A request object of yesterday is refused", |s| {
            Box::pin(spoilt(
                s,
                |claims| claims["exp"] = json!(claims["exp"].as_i64().unwrap_or_default() - 86_400),
                own,
            ))
        })
        .steps(&["sign a request that has expired", "no code comes"]),
        object("request-object.other-audience", "A request object for somebody else is refused", |s| {
            Box::pin(spoilt(s, |claims| claims["aud"] = json!("https://elsewhere.example"), own))
        })
        .steps(&["sign a request for another issuer", "no code comes"]),
        object("request-object.other-issuer", "A request object of another client is refused", |s| {
            Box::pin(spoilt(s, |claims| claims["iss"] = json!("somebody-else"), own))
        })
        .steps(&["sign a request in another client's name", "no code comes"]),
    ]
}

fn pushed(id: &'static str, title: &'static str, story: Told) -> Scenario {
    Scenario::told(id, title, story).cites(&["RFC 9126 2", "Okta: /par"]).tags(&["pushed"]).needs(&[
        Need::Secret(WEB),
        Need::Account(BUYER),
        Need::Endpoint(Custom, Endpoint::Push),
    ])
}

fn object(id: &'static str, title: &'static str, story: Told) -> Scenario {
    Scenario::told(id, title, story).cites(&["RFC 9101 4", "OIDC Core 6.1"]).tags(&["request-object"]).needs(&[
        Need::Secret(WEB),
        Need::Account(BUYER),
        Need::Stated("request_parameter_supported"),
        Need::Listed("request_object_signing_alg_values_supported", "HS256"),
    ])
}

fn form(stage: &Stage, cast: &Cast<'_>, request: &AuthorizationRequest) -> Result<FormRequest, Halt> {
    let mut form = FormRequest::new(stage.endpoint(cast.server, Endpoint::Push)?);
    for (name, value) in request.params() {
        form = form.replacing(name, value);
    }
    Ok(form)
}

/// Pushes a request.
pub(super) async fn push(
    stage: &Stage,
    cast: &Cast<'_>,
    request: &AuthorizationRequest,
) -> Result<(String, i64), Halt> {
    stage.step("push the request");
    // RFC 9126 2.1: client_id belongs to the request, however the client authenticates.
    let form =
        form(stage, cast, request)?.without("client_id").as_client(cast.client).replacing("client_id", &cast.client.id);
    let reply = stage.post(&form).await?;
    taken(stage, &reply)
}

/// Judges the answer to a push; answers the request's name and how long it lives.
pub(super) fn taken(stage: &Stage, reply: &Reply) -> Result<(String, i64), Halt> {
    let body: Value = serde_json::from_str(&reply.body).unwrap_or_default();
    let name = body["request_uri"].as_str().unwrap_or_default().to_owned();
    let lifetime = body["expires_in"].as_i64().unwrap_or_default();
    let taken = matches!(reply.status, 200 | 201) && !name.is_empty() && lifetime > 0;
    let expected = "request_uri and expires_in";
    if extension::PUSHED.holds(&stage.recorder, taken, expected, summary(reply)) {
        // RFC 9126 2.2 has 201; Okta answers 200.
        let status = if stage.target.speaks_okta() { 200 } else { 201 };
        extension::PUSHED_STATUS.holds(&stage.recorder, reply.status == status, status, reply.status);
        Ok((name, lifetime))
    } else {
        Err(Halt::Failed)
    }
}

/// The address that follows a name, with those parameters beside it.
pub(super) fn address(stage: &Stage, cast: &Cast<'_>, name: &str, extra: &[(&str, &str)]) -> Result<Url, Halt> {
    let mut url = stage.endpoint(cast.server, Endpoint::Authorization)?.clone();
    url.query_pairs_mut()
        .append_pair("client_id", &cast.client.id)
        .append_pair("request_uri", name)
        .extend_pairs(extra);
    Ok(url)
}

/// Sends the browser to follow a name; the person signs in and agrees.
pub(super) async fn follow(
    stage: &Stage,
    cast: &Cast<'_>,
    name: &str,
    extra: &[(&str, &str)],
) -> Result<Journey, Halt> {
    stage.step("follow the name");
    let url = address(stage, cast, name, extra)?;
    stage.browse(&url, &stage.target.redirect_uri, Visitor::agreeing(cast.account)).await
}

async fn finish(stage: &Stage, cast: &Cast<'_>, request: AuthorizationRequest, journey: &Journey) -> Result<(), Halt> {
    let callback = stage.arrived(cast, &request, journey)?;
    let code = authorization::code(&stage.recorder, callback).ok_or(Halt::Failed)?.to_owned();
    stage.exchange(cast, request, &code).await?;
    Ok(())
}

async fn followed(stage: &Stage) -> Result<(), Halt> {
    let cast = stage.cast(Custom, WEB, BUYER)?;
    let request = stage.request(&cast);
    let (name, _) = push(stage, &cast, &request).await?;
    let journey = follow(stage, &cast, &name, &[]).await?;
    finish(stage, &cast, request, &journey).await
}

async fn outside(stage: &Stage) -> Result<(), Halt> {
    let cast = stage.cast(Custom, WEB, BUYER)?;
    let request = stage.request(&cast);
    let (name, _) = push(stage, &cast, &request).await?;
    let beside = [("state", "beside"), ("redirect_uri", "https://evil.example/callback")];
    let journey = follow(stage, &cast, &name, &beside).await?;
    finish(stage, &cast, request, &journey).await
}

async fn once(stage: &Stage) -> Result<(), Halt> {
    let cast = stage.cast(Custom, WEB, BUYER)?;
    let request = stage.request(&cast);
    let (name, _) = push(stage, &cast, &request).await?;
    let journey = follow(stage, &cast, &name, &[]).await?;
    finish(stage, &cast, request, &journey).await?;
    let again = follow(stage, &cast, &name, &[]).await?;
    extension::turned_away(&stage.recorder, &extension::NOT_FOLLOWED, &again);
    Ok(())
}

async fn other_client(stage: &Stage) -> Result<(), Halt> {
    let cast = stage.cast(Custom, WEB, BUYER)?;
    let (name, _) = push(stage, &cast, &stage.request(&cast)).await?;
    let other = cast.with_client(stage.client(SECOND)?);
    let journey = follow(stage, &other, &name, &[]).await?;
    extension::turned_away(&stage.recorder, &extension::NOT_FOLLOWED, &journey);
    Ok(())
}

async fn made_up(stage: &Stage) -> Result<(), Halt> {
    let cast = stage.cast(Custom, WEB, BUYER)?;
    let name = format!("urn:ietf:params:oauth:request_uri:{}", random_text(32));
    let journey = follow(stage, &cast, &name, &[]).await?;
    extension::turned_away(&stage.recorder, &extension::NOT_FOLLOWED, &journey);
    Ok(())
}

async fn no_credentials(stage: &Stage) -> Result<(), Halt> {
    let cast = stage.cast(Custom, WEB, BUYER)?;
    let form = form(stage, &cast, &stage.request(&cast))?;
    let reply = stage.post(&form).await?;
    // RFC 6749 5.2: 400, or 401 where the provider likes.
    let status = if reply.status == 400 { 400 } else { 401 };
    token::refusal(&stage.recorder, &reply, status, "invalid_client", None);
    Ok(())
}

async fn name_inside(stage: &Stage) -> Result<(), Halt> {
    let cast = stage.cast(Custom, WEB, BUYER)?;
    let request = stage.request(&cast).with("request_uri", "urn:example:name");
    let form = form(stage, &cast, &request)?
        .without("client_id")
        .as_client(cast.client)
        .replacing("client_id", &cast.client.id);
    let reply = stage.post(&form).await?;
    token::ERROR_STATUS.holds(&stage.recorder, reply.status == 400, 400, summary(&reply));
    Ok(())
}

async fn expired(stage: &Stage) -> Result<(), Halt> {
    let cast = stage.cast(Custom, WEB, BUYER)?;
    let (name, lifetime) = push(stage, &cast, &stage.request(&cast)).await?;
    stage.wait(lifetime + 1).await?;
    let journey = follow(stage, &cast, &name, &[]).await?;
    extension::turned_away(&stage.recorder, &extension::NOT_FOLLOWED, &journey);
    Ok(())
}

/// The client's own secret as a key.
fn own(secret: &str) -> Key {
    Key::secret(secret)
}

async fn signed(stage: &Stage) -> Result<(), Halt> {
    let cast = stage.cast(Custom, WEB, BUYER)?;
    let inner = stage.request(&cast);
    let claims = request_object(&inner, cast.client, &cast.server.issuer, stage.target.now());
    let key = own(cast.client.secret.as_deref().unwrap_or_default());
    let outer = inner.clone().with("state", "beside").with("nonce", "beside");
    let journey = stage.authorize(&cast, &outer.with("request", &key.sign(&json!({}), &claims)?)).await?;
    let state = journey.callback().and_then(|callback| callback.get("state"));
    extension::INSIDE_COUNTS.equals(&stage.recorder, inner.get("state").unwrap_or_default(), state);
    finish(stage, &cast, inner, &journey).await
}

async fn spoilt(stage: &Stage, change: fn(&mut Value), key: fn(&str) -> Key) -> Result<(), Halt> {
    let cast = stage.cast(Custom, WEB, BUYER)?;
    let request = stage.request(&cast);
    let mut claims = request_object(&request, cast.client, &cast.server.issuer, stage.target.now());
    change(&mut claims);
    let key = key(cast.client.secret.as_deref().unwrap_or_default());
    let journey = stage.authorize(&cast, &request.with("request", &key.sign(&json!({}), &claims)?)).await?;
    extension::turned_away(&stage.recorder, &extension::OBJECT_REFUSED, &journey);
    Ok(())
}

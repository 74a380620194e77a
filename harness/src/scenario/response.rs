//! Response types and modes: where the response arrives and what it carries.

use super::stage::{Cast, Halt, Stage};
use super::{Need, Scenario, Told};
use crate::check::{authorization, id_token};
use crate::flow::AuthorizationRequest;
use crate::issuer_target::ServerKind::Custom;
use crate::issuer_target::market::{BUYER, WEB};
use crate::wire::token::TokenReply;

pub(super) fn scenarios() -> Vec<Scenario> {
    vec![
        told("response.mode.query", "The code arrives in the query", |s| Box::pin(mode(s, "query")))
            .steps(&["ask with response_mode=query", "the code is in the query"]),
        told("response.mode.fragment", "The code arrives in the fragment", |s| Box::pin(mode(s, "fragment")))
            .steps(&["ask with response_mode=fragment", "the code is in the fragment"]),
        told("response.mode.form-post", "The code arrives in a form", |s| Box::pin(mode(s, "form_post")))
            .cites(&["OAuth 2.0 Form Post Response Mode 2"])
            .steps(&["ask with response_mode=form_post", "the code is in a posted form"]),
        told("response.mode.unknown", "A response mode that nobody knows is refused", |s| Box::pin(unknown(s)))
            .steps(&["ask with response_mode=carrier_pigeon", "the refusal comes by redirect"])
            .needs(&[Need::Okta]),
        told("response.mode.query-with-token", "Tokens never travel in a query", |s| Box::pin(query_with_token(s)))
            .cites(&["OAuth 2.0 Multiple Response Types 5"])
            .steps(&["ask for an ID token in the query", "the refusal comes by redirect"])
            .needs(&[Need::Market]),
        told("response.mode.error-form-post", "Errors arrive by the response mode that was asked for", |s| {
            Box::pin(error_by_form(s))
        })
        .cites(&["OAuth 2.0 Form Post Response Mode 2", "OIDF oidcc-response-type-missing"])
        .steps(&["ask for an unknown scope with response_mode=form_post", "the refusal is in a posted form"])
        .needs(&[Need::Okta]),
        told("response.implicit.id-token", "An ID token alone carries all claims of its scopes", |s| {
            Box::pin(implicit_id_token(s))
        })
        .cites(&["OIDC Core 3.2", "OIDF oidcc-implicit-certification-test-plan"])
        .steps(&["ask for an ID token in the front channel", "judge it: all claims, no at_hash"])
        .needs(&[Need::Market]),
        told("response.implicit.id-token-token", "ID token and access token arrive together", |s| {
            Box::pin(implicit_both(s))
        })
        .cites(&["OIDC Core 3.2", "OIDF oidcc-implicit-certification-test-plan"])
        .steps(&["ask for both tokens in the front channel", "judge both, and at_hash"])
        .needs(&[Need::Market]),
        told("response.hybrid.code-id-token", "Code and ID token arrive together, and c_hash ties them", |s| {
            Box::pin(hybrid(s))
        })
        .cites(&["OIDC Core 3.3", "OIDF oidcc-hybrid-certification-test-plan"])
        .steps(&["ask for code and ID token", "judge c_hash", "exchange the code", "the subject is the same"])
        .needs(&[Need::Market]),
        told("response.implicit.nonce-missing", "A token in the front channel needs a nonce", |s| {
            Box::pin(nonce_missing(s))
        })
        .cites(&["OIDC Core 3.2.2.1", "OIDF oidcc-ensure-request-without-nonce-fails"])
        .steps(&["ask for an ID token without a nonce", "the refusal comes by redirect"])
        .needs(&[Need::Market]),
    ]
}

fn told(id: &'static str, title: &'static str, story: Told) -> Scenario {
    Scenario::told(id, title, story).cites(&["OAuth 2.0 Multiple Response Types 2.1"]).tags(&["response"]).needs(&[
        Need::Client(WEB),
        Need::Account(BUYER),
        Need::Server(Custom),
    ])
}

pub(super) async fn mode(stage: &Stage, mode: &str) -> Result<(), Halt> {
    let cast = stage.cast(Custom, WEB, BUYER)?;
    stage.sign_in(&cast, stage.request(&cast).with("response_mode", mode)).await?;
    Ok(())
}

async fn unknown(stage: &Stage) -> Result<(), Halt> {
    let cast = stage.cast(Custom, WEB, BUYER)?;
    let request = stage.request(&cast).with("response_mode", "carrier_pigeon");
    let text = "The response mode is not supported by the authorization server. Valid response modes: \
                [query, fragment, form_post, okta_post_message].";
    stage.refuse(&cast, &request, "unsupported_response_mode", text).await
}

async fn query_with_token(stage: &Stage) -> Result<(), Halt> {
    let cast = stage.cast(Custom, WEB, BUYER)?;
    let request = stage.request(&cast).with("response_type", "id_token").with("response_mode", "query");
    let journey = stage.authorize(&cast, &request).await?;
    let text = "'query' response mode cannot be used with either the 'id_token' or 'token' response types.";
    // The mode that was asked for is the very one that can't be used, so any safe one will do.
    let delivery = journey.callback().map_or(stage.expected(&cast, &request).delivery, |callback| callback.delivery);
    let expected = authorization::Expected { delivery, ..stage.expected(&cast, &request) };
    authorization::refusal(&stage.recorder, &journey, expected, "unsupported_response_mode", Some(text));
    Ok(())
}

async fn error_by_form(stage: &Stage) -> Result<(), Halt> {
    let cast = stage.cast(Custom, WEB, BUYER)?;
    let request = stage.request(&cast).scopes("openid nobody:knows").with("response_mode", "form_post");
    let text = "One or more scopes are not configured for the authorization server resource.";
    stage.refuse(&cast, &request, "invalid_scope", text).await
}

async fn implicit_id_token(stage: &Stage) -> Result<(), Halt> {
    let cast = stage.cast(Custom, WEB, BUYER)?;
    let request = stage.request(&cast).with("response_type", "id_token");
    let journey = stage.authorize(&cast, &request).await?;
    let callback = stage.arrived(&cast, &request, &journey)?;
    authorization::ACCESS_TOKEN.absent(&stage.recorder, "access token", callback.get("access_token"));
    let token = stage.id_token(&cast, callback.get("id_token"), request.get("nonce"), None, None).await?;
    id_token::fat(&stage.recorder, &token);
    Ok(())
}

async fn implicit_both(stage: &Stage) -> Result<(), Halt> {
    let cast = stage.cast(Custom, WEB, BUYER)?;
    let request = stage.request(&cast).with("response_type", "id_token token");
    let journey = stage.authorize(&cast, &request).await?;
    let callback = stage.arrived(&cast, &request, &journey)?;
    authorization::ACCESS_TOKEN.present(&stage.recorder, "an access token", callback.get("access_token"));
    let reply = TokenReply::in_front(callback).ok_or(Halt::Failed)?;
    stage.judged(&cast, request, reply).await?;
    Ok(())
}

async fn hybrid(stage: &Stage) -> Result<(), Halt> {
    let cast = stage.cast(Custom, WEB, BUYER)?;
    let request = stage.request(&cast).with("response_type", "code id_token");
    let (code, front) = hybrid_front(stage, &cast, &request).await?;
    stage.step("exchange the code");
    let tokens = stage.exchange(&cast, request, &code).await?;
    if let Some(back) = &tokens.id_token {
        id_token::same_sign_in(&stage.recorder, &front, back);
    }
    Ok(())
}

async fn hybrid_front(
    stage: &Stage,
    cast: &Cast<'_>,
    request: &AuthorizationRequest,
) -> Result<(String, crate::wire::jwt::Jwt), Halt> {
    let journey = stage.authorize(cast, request).await?;
    let callback = stage.arrived(cast, request, &journey)?;
    let code = authorization::code(&stage.recorder, callback).ok_or(Halt::Failed)?;
    let raw = callback.get("id_token");
    let token = stage.id_token(cast, raw, request.get("nonce"), None, Some(code)).await?;
    Ok((code.to_owned(), token))
}

async fn nonce_missing(stage: &Stage) -> Result<(), Halt> {
    let cast = stage.cast(Custom, WEB, BUYER)?;
    let request = stage.request(&cast).with("response_type", "id_token").without("nonce");
    // Two dots at the end: that is how Okta sends it.
    let text = "The 'nonce' parameter is required for authorize requests with either the 'id_token' or 'token' response types..";
    stage.refuse(&cast, &request, "invalid_request", text).await
}

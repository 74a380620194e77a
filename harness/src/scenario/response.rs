//! Response types and modes: where the response arrives and what it carries.

use super::actors::Actors;
use super::context::ScenarioContext;
use super::definition::{Scenario, ScenarioFn};
use super::needs::Need;
use super::stopped::Stopped;
use crate::check::{authorization, id_token};
use crate::flow::AuthorizationRequest;
use crate::issuer_target::ServerKind::Custom;
use crate::issuer_target::market::{BUYER, WEB};
use crate::wire::token::TokenReply;

pub(super) fn scenarios() -> Vec<Scenario> {
    vec![
        scenario("response.mode.query", "The code arrives in the query", |context| Box::pin(mode(context, "query"))),
        scenario("response.mode.fragment", "The code arrives in the fragment", |context| {
            Box::pin(mode(context, "fragment"))
        }),
        scenario("response.mode.form-post", "The code arrives in a posted form", |context| {
            Box::pin(mode(context, "form_post"))
        })
        .cites(&["OAuth 2.0 Form Post Response Mode 2"]),
        scenario("response.mode.unknown", "An unknown response mode is rejected", |context| Box::pin(unknown(context)))
            .needs(&[Need::Okta]),
        scenario(
            "response.mode.query-with-token",
            "A response type with a token is rejected with response_mode=query",
            |context| Box::pin(query_with_token(context)),
        )
        .cites(&["OAuth 2.0 Multiple Response Types 5"])
        .needs(&[Need::Market]),
        scenario("response.mode.error-form-post", "An error arrives with the requested response mode", |context| {
            Box::pin(error_by_form(context))
        })
        .cites(&["OAuth 2.0 Form Post Response Mode 2", "OIDF oidcc-response-type-missing"])
        .needs(&[Need::Okta]),
        scenario(
            "response.implicit.id-token",
            "response_type=id_token returns an ID token with all claims of its scopes",
            |context| Box::pin(implicit_id_token(context)),
        )
        .cites(&["OIDC Core 3.2", "OIDF oidcc-implicit-certification-test-plan"])
        .needs(&[Need::Market]),
        scenario("response.implicit.id-token-token", "response_type=id_token token returns both tokens", |context| {
            Box::pin(implicit_both(context))
        })
        .cites(&["OIDC Core 3.2", "OIDF oidcc-implicit-certification-test-plan"])
        .needs(&[Need::Market]),
        scenario(
            "response.hybrid.code-id-token",
            "response_type=code id_token returns a code and an ID token with its c_hash",
            |context| Box::pin(hybrid(context)),
        )
        .cites(&["OIDC Core 3.3", "OIDF oidcc-hybrid-certification-test-plan"])
        .needs(&[Need::Market]),
        scenario("response.implicit.nonce-missing", "response_type=id_token without a nonce is rejected", |context| {
            Box::pin(nonce_missing(context))
        })
        .cites(&["OIDC Core 3.2.2.1", "OIDF oidcc-ensure-request-without-nonce-fails"])
        .needs(&[Need::Market]),
    ]
}

fn scenario(id: &'static str, title: &'static str, function: ScenarioFn) -> Scenario {
    Scenario::new(id, title, function).cites(&["OAuth 2.0 Multiple Response Types 2.1"]).tags(&["response"]).needs(&[
        Need::Client(WEB),
        Need::Account(BUYER),
        Need::Server(Custom),
    ])
}

pub(super) async fn mode(context: &ScenarioContext, mode: &str) -> Result<(), Stopped> {
    let actors = context.actors(Custom, WEB, BUYER)?;
    actors.tokens().sign_in(actors.authorization().request().with("response_mode", mode)).await?;
    Ok(())
}

async fn unknown(context: &ScenarioContext) -> Result<(), Stopped> {
    let actors = context.actors(Custom, WEB, BUYER)?;
    let request = actors.authorization().request().with("response_mode", "carrier_pigeon");
    let text = "The response mode is not supported by the authorization server. Valid response modes: \
                [query, fragment, form_post, okta_post_message].";
    actors.authorization().expect_error(&request, "unsupported_response_mode", text).await
}

async fn query_with_token(context: &ScenarioContext) -> Result<(), Stopped> {
    let actors = context.actors(Custom, WEB, BUYER)?;
    let request = actors.authorization().request().with("response_type", "id_token").with("response_mode", "query");
    let journey = actors.authorization().send(&request).await?;
    let text = "'query' response mode cannot be used with either the 'id_token' or 'token' response types.";
    // The requested mode cannot be used, so the error may arrive in any other.
    let delivery =
        journey.callback().map_or(actors.authorization().expected(&request).delivery, |callback| callback.delivery);
    let expected = authorization::ExpectedCallback { delivery, ..actors.authorization().expected(&request) };
    authorization::refusal(&context.recorder, &journey, expected, "unsupported_response_mode", Some(text));
    Ok(())
}

async fn error_by_form(context: &ScenarioContext) -> Result<(), Stopped> {
    let actors = context.actors(Custom, WEB, BUYER)?;
    let request = actors.authorization().request().scopes("openid nobody:knows").with("response_mode", "form_post");
    let text = "One or more scopes are not configured for the authorization server resource.";
    actors.authorization().expect_error(&request, "invalid_scope", text).await
}

async fn implicit_id_token(context: &ScenarioContext) -> Result<(), Stopped> {
    let actors = context.actors(Custom, WEB, BUYER)?;
    let request = actors.authorization().request().with("response_type", "id_token");
    let journey = actors.authorization().send(&request).await?;
    let callback = actors.authorization().callback(&request, &journey)?;
    authorization::ACCESS_TOKEN.absent(&context.recorder, "access token", callback.get("access_token"));
    let token = actors.tokens().judge_id_token(callback.get("id_token"), request.get("nonce"), None, None).await?;
    id_token::fat(&context.recorder, &token);
    Ok(())
}

async fn implicit_both(context: &ScenarioContext) -> Result<(), Stopped> {
    let actors = context.actors(Custom, WEB, BUYER)?;
    let request = actors.authorization().request().with("response_type", "id_token token");
    let journey = actors.authorization().send(&request).await?;
    let callback = actors.authorization().callback(&request, &journey)?;
    authorization::ACCESS_TOKEN.present(&context.recorder, "an access token", callback.get("access_token"));
    let reply = TokenReply::in_front(callback).ok_or(Stopped::CheckFailed)?;
    actors.tokens().judge(request, reply).await?;
    Ok(())
}

async fn hybrid(context: &ScenarioContext) -> Result<(), Stopped> {
    let actors = context.actors(Custom, WEB, BUYER)?;
    let request = actors.authorization().request().with("response_type", "code id_token");
    let (code, front) = hybrid_front(context, &actors, &request).await?;
    context.step("exchange the code");
    let tokens = actors.tokens().exchange(request, &code).await?;
    if let Some(back) = &tokens.id_token {
        id_token::same_sign_in(&context.recorder, &front, back);
    }
    Ok(())
}

async fn hybrid_front(
    context: &ScenarioContext,
    actors: &Actors<'_>,
    request: &AuthorizationRequest,
) -> Result<(String, crate::wire::jwt::Jwt), Stopped> {
    let journey = actors.authorization().send(request).await?;
    let callback = actors.authorization().callback(request, &journey)?;
    let code = authorization::code(&context.recorder, callback).ok_or(Stopped::CheckFailed)?;
    let raw = callback.get("id_token");
    let token = actors.tokens().judge_id_token(raw, request.get("nonce"), None, Some(code)).await?;
    Ok((code.to_owned(), token))
}

async fn nonce_missing(context: &ScenarioContext) -> Result<(), Stopped> {
    let actors = context.actors(Custom, WEB, BUYER)?;
    let request = actors.authorization().request().with("response_type", "id_token").without("nonce");
    // Okta sends two dots at the end.
    let text = "The 'nonce' parameter is required for authorize requests with either the 'id_token' or 'token' response types..";
    actors.authorization().expect_error(&request, "invalid_request", text).await
}

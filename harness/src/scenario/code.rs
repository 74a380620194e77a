//! The code flow, from request to tokens, for each kind of client on both servers.

use super::context::ScenarioContext;
use super::definition::{Scenario, ScenarioFn};
use super::needs::Need;
use super::stopped::Stopped;
use crate::check::{authorization, token};
use crate::flow::random_text;
use crate::issuer_target::ClientName;
use crate::issuer_target::ServerKind::{self, Custom, Org};
use crate::issuer_target::market::{BUYER, NATIVE, PARTNER, SPA, WEB};

const CITES: &[&str] = &["RFC 6749 4.1", "OIDC Core 3.1", "OIDF oidcc-server"];

pub(super) fn scenarios() -> Vec<Scenario> {
    let flow = |id, title, client, server, function| {
        scenario(id, title, function).needs(&[Need::Client(client), Need::Account(BUYER), Need::Server(server)])
    };
    vec![
        flow("code.web.custom", "A web client signs a user in at the custom server", WEB, Custom, |context| {
            Box::pin(signs_in(context, WEB, Custom))
        }),
        flow("code.web.org", "A web client signs a user in at the org server", WEB, Org, |context| {
            Box::pin(signs_in(context, WEB, Org))
        }),
        flow("code.spa.custom", "A browser client signs a user in at the custom server", SPA, Custom, |context| {
            Box::pin(signs_in(context, SPA, Custom))
        }),
        flow("code.spa.org", "A browser client signs a user in at the org server", SPA, Org, |context| {
            Box::pin(signs_in(context, SPA, Org))
        }),
        flow("code.native.custom", "A native client signs a user in at the custom server", NATIVE, Custom, |context| {
            Box::pin(signs_in(context, NATIVE, Custom))
        }),
        flow("code.native.org", "A native client signs a user in at the org server", NATIVE, Org, |context| {
            Box::pin(signs_in(context, NATIVE, Org))
        }),
        flow(
            "code.partner.custom",
            "A third-party client signs a user in at the custom server",
            PARTNER,
            Custom,
            |context| Box::pin(signs_in(context, PARTNER, Custom)),
        ),
        flow("code.partner.org", "A third-party client signs a user in at the org server", PARTNER, Org, |context| {
            Box::pin(signs_in(context, PARTNER, Org))
        }),
        scenario(
            "code.state.echoed",
            "A state of 128 characters with every permitted character is returned unchanged",
            |context| Box::pin(long_state(context)),
        )
        .cites(&["OIDF oidcc-prompt-none-not-logged-in"]),
        scenario("code.state.missing", "A request without a state is rejected", |context| {
            Box::pin(state_missing(context))
        })
        .cites(&["Okta: /authorize, state"])
        .needs(&[Need::Okta]),
        scenario(
            "code.nonce.missing",
            "A code flow without a nonce succeeds, and the ID token has no nonce",
            |context| Box::pin(nonce_missing(context)),
        )
        .cites(&["OIDC Core 3.1.2.1", "OIDF oidcc-ensure-request-without-nonce-succeeds-for-code-flow"]),
        scenario("code.scope.unknown", "A request with an unknown scope is rejected", |context| {
            Box::pin(scope_unknown(context))
        })
        .cites(&["RFC 6749 4.1.2.1"])
        .needs(&[Need::Okta]),
        scenario("code.scope.missing", "A request without a scope is rejected if no scope is a default", |context| {
            Box::pin(scope_missing(context))
        })
        .cites(&["RFC 6749 3.3"])
        .needs(&[Need::Market]),
        scenario(
            "code.scope.without-openid",
            "A request without the openid scope returns an access token and no ID token",
            |context| Box::pin(without_openid(context)),
        )
        .cites(&["OIDC Core 3.1.2.1"])
        .needs(&[Need::Market]),
        scenario(
            "code.scope.profile-without-openid",
            "A request for the profile scope without openid is rejected",
            |context| Box::pin(profile_without_openid(context)),
        )
        .cites(&["Okta: OAuth 2.0 and OpenID Connect error codes"])
        .needs(&[Need::Okta]),
        scenario("code.parameter.unknown", "An unknown parameter is ignored", |context| {
            Box::pin(unknown_parameter(context))
        })
        .cites(&["RFC 6749 3.1", "OIDF oidcc-ensure-request-with-unknown-parameter-succeeds"]),
        scenario("code.parameter.duplicate", "A duplicate parameter is rejected", |context| {
            Box::pin(duplicate_parameter(context))
        })
        .cites(&["RFC 6749 3.1", "Okta: OAuth 2.0 and OpenID Connect error codes"])
        .needs(&[Need::Okta]),
        scenario("code.response-type.missing", "A request without a response type is rejected", |context| {
            Box::pin(response_type_missing(context))
        })
        .cites(&["RFC 6749 4.1.2.1", "OIDF oidcc-response-type-missing"]),
        scenario(
            "code.response-type.unsupported",
            "A response type that the client may not use is rejected",
            |context| Box::pin(response_type_unsupported(context)),
        )
        .cites(&["RFC 6749 4.1.2.1"])
        .needs(&[Need::Market, Need::Client(NATIVE)]),
    ]
}

fn scenario(id: &'static str, title: &'static str, function: ScenarioFn) -> Scenario {
    Scenario::new(id, title, function).cites(CITES).tags(&["code"]).needs(&[
        Need::Client(WEB),
        Need::Account(BUYER),
        Need::Server(Custom),
    ])
}

pub(super) async fn signs_in(context: &ScenarioContext, client: ClientName, server: ServerKind) -> Result<(), Stopped> {
    let actors = context.actors(server, client, BUYER)?;
    context.step("sign in and exchange the code");
    actors.tokens().sign_in(actors.authorization().request()).await?;
    Ok(())
}

async fn long_state(context: &ScenarioContext) -> Result<(), Stopped> {
    let actors = context.actors(Custom, WEB, BUYER)?;
    let state = format!("{}-._~", random_text(93));
    context.step("send a state of 128 characters");
    actors.authorization().code(&actors.authorization().request().with("state", &state)).await?;
    Ok(())
}

async fn state_missing(context: &ScenarioContext) -> Result<(), Stopped> {
    let actors = context.actors(Custom, WEB, BUYER)?;
    let request = actors.authorization().request().without("state");
    let text = "The authentication request has an invalid 'state' parameter.";
    actors.authorization().expect_error(&request, "invalid_request", text).await
}

async fn nonce_missing(context: &ScenarioContext) -> Result<(), Stopped> {
    let actors = context.actors(Custom, WEB, BUYER)?;
    actors.tokens().sign_in(actors.authorization().request().without("nonce")).await?;
    Ok(())
}

async fn scope_unknown(context: &ScenarioContext) -> Result<(), Stopped> {
    let actors = context.actors(Custom, WEB, BUYER)?;
    let request = actors.authorization().request().scopes("openid nobody:knows");
    let text = "One or more scopes are not configured for the authorization server resource.";
    actors.authorization().expect_error(&request, "invalid_scope", text).await
}

async fn scope_missing(context: &ScenarioContext) -> Result<(), Stopped> {
    let actors = context.actors(Custom, WEB, BUYER)?;
    let request = actors.authorization().request().without("scope");
    let text =
        "The authorization server resource does not have any configured default scopes, 'scope' must be provided.";
    actors.authorization().expect_error(&request, "invalid_scope", text).await
}

async fn without_openid(context: &ScenarioContext) -> Result<(), Stopped> {
    let actors = context.actors(Custom, WEB, BUYER)?;
    actors.tokens().sign_in(actors.authorization().request().scopes("products:read").without("nonce")).await?;
    Ok(())
}

async fn profile_without_openid(context: &ScenarioContext) -> Result<(), Stopped> {
    let actors = context.actors(Custom, WEB, BUYER)?;
    let request = actors.authorization().request().scopes("profile");
    let text = "Requests for ID tokens or access tokens with OpenID scopes require the 'openid' scope.";
    actors.authorization().expect_error(&request, "access_denied", text).await
}

async fn unknown_parameter(context: &ScenarioContext) -> Result<(), Stopped> {
    let actors = context.actors(Custom, WEB, BUYER)?;
    actors.tokens().sign_in(actors.authorization().request().with("extra", "foobar")).await?;
    Ok(())
}

async fn duplicate_parameter(context: &ScenarioContext) -> Result<(), Stopped> {
    let actors = context.actors(Custom, WEB, BUYER)?;
    let request = actors.authorization().request().repeating("scope", "openid");
    let text = "Duplicate parameter provided in request. Duplicated parameters: [scope].";
    actors.authorization().expect_error(&request, "invalid_request", text).await
}

async fn response_type_missing(context: &ScenarioContext) -> Result<(), Stopped> {
    let actors = context.actors(Custom, WEB, BUYER)?;
    let request = actors.authorization().request().without("response_type");
    let journey = actors.authorization().send(&request).await?;
    let callback = journey.callback();
    // RFC 6749 has unsupported_response_type; the conformance suite accepts either.
    let error = callback.and_then(|callback| callback.get("error"));
    let known = matches!(error, Some("unsupported_response_type" | "invalid_request"));
    authorization::ERROR_CODE.holds(
        &context.recorder,
        known,
        "unsupported_response_type or invalid_request",
        journey.summary(),
    );
    let state = callback.and_then(|callback| callback.get("state"));
    authorization::ERROR_STATE.equals(&context.recorder, request.get("state").unwrap_or_default(), state);
    Ok(())
}

async fn response_type_unsupported(context: &ScenarioContext) -> Result<(), Stopped> {
    let actors = context.actors(Custom, NATIVE, BUYER)?;
    let request = actors.authorization().request().with("response_type", "id_token").without_pkce();
    let text = "The response type is not supported by the authorization server. Configured response types: [code].";
    actors.authorization().expect_error(&request, "unsupported_response_type", text).await
}

/// Exchanges a code, which must be rejected with that status and error.
pub(super) async fn refused_exchange(
    context: &ScenarioContext,
    form: &crate::flow::FormRequest,
    (status, error): (u16, &str),
    text: &str,
) -> Result<(), Stopped> {
    let reply = context.post(form).await?;
    token::refusal(&context.recorder, &reply, status, error, context.okta_text(text));
    Ok(())
}

//! The code flow, from request to tokens, for each kind of client on both servers.

use super::stage::{Halt, Stage};
use super::{Need, Scenario, Told};
use crate::check::{authorization, token};
use crate::flow::random_text;
use crate::issuer_target::ClientName;
use crate::issuer_target::ServerKind::{self, Custom, Org};
use crate::issuer_target::market::{BUYER, NATIVE, PARTNER, SPA, WEB};

const CITES: &[&str] = &["RFC 6749 4.1", "OIDC Core 3.1", "OIDF oidcc-server"];

pub(super) fn scenarios() -> Vec<Scenario> {
    let flow = |id, title, client, server, story| {
        told(id, title, story)
            .steps(&[
                "send the browser to the authorization endpoint",
                "sign in",
                "exchange the code",
                "judge both tokens",
            ])
            .needs(&[Need::Client(client), Need::Account(BUYER), Need::Server(server)])
    };
    vec![
        flow("code.web.custom", "A web client signs a person in at the custom server", WEB, Custom, |s| {
            Box::pin(signs_in(s, WEB, Custom))
        }),
        flow("code.web.org", "A web client signs a person in at the org server", WEB, Org, |s| {
            Box::pin(signs_in(s, WEB, Org))
        }),
        flow("code.spa.custom", "A browser client signs a person in at the custom server", SPA, Custom, |s| {
            Box::pin(signs_in(s, SPA, Custom))
        }),
        flow("code.spa.org", "A browser client signs a person in at the org server", SPA, Org, |s| {
            Box::pin(signs_in(s, SPA, Org))
        }),
        flow("code.native.custom", "A native client signs a person in at the custom server", NATIVE, Custom, |s| {
            Box::pin(signs_in(s, NATIVE, Custom))
        }),
        flow("code.native.org", "A native client signs a person in at the org server", NATIVE, Org, |s| {
            Box::pin(signs_in(s, NATIVE, Org))
        }),
        flow(
            "code.partner.custom",
            "A third party's client signs a person in at the custom server",
            PARTNER,
            Custom,
            |s| Box::pin(signs_in(s, PARTNER, Custom)),
        ),
        flow("code.partner.org", "A third party's client signs a person in at the org server", PARTNER, Org, |s| {
            Box::pin(signs_in(s, PARTNER, Org))
        }),
        told("code.state.echoed", "A long state with every permitted sign comes back byte for byte", |s| {
            Box::pin(long_state(s))
        })
        .cites(&["OIDF oidcc-prompt-none-not-logged-in"])
        .steps(&["ask with a state of 128 characters", "compare it"]),
        told("code.state.missing", "Okta refuses a request without a state", |s| Box::pin(state_missing(s)))
            .cites(&["Okta: /authorize, state"])
            .steps(&["ask without a state", "the refusal comes by redirect, without a state"])
            .needs(&[Need::Okta]),
        told("code.nonce.missing", "The code flow works without a nonce, and the ID token has none", |s| {
            Box::pin(nonce_missing(s))
        })
        .cites(&["OIDC Core 3.1.2.1", "OIDF oidcc-ensure-request-without-nonce-succeeds-for-code-flow"])
        .steps(&["ask without a nonce", "exchange the code", "the ID token has no nonce"]),
        told("code.scope.unknown", "A scope that the server does not know is refused", |s| Box::pin(scope_unknown(s)))
            .cites(&["RFC 6749 4.1.2.1"])
            .steps(&["ask for a scope that is not there", "the refusal comes by redirect"])
            .needs(&[Need::Okta]),
        told("code.scope.missing", "A request without a scope is refused when no scope is a default", |s| {
            Box::pin(scope_missing(s))
        })
        .cites(&["RFC 6749 3.3"])
        .steps(&["ask without a scope", "the refusal comes by redirect"])
        .needs(&[Need::Market]),
        told("code.scope.without-openid", "Without the openid scope there is an access token and no ID token", |s| {
            Box::pin(without_openid(s))
        })
        .cites(&["OIDC Core 3.1.2.1"])
        .steps(&["ask for a custom scope only", "exchange the code", "there is no ID token"])
        .needs(&[Need::Market]),
        told("code.scope.profile-without-openid", "OpenID scopes need the openid scope", |s| {
            Box::pin(profile_without_openid(s))
        })
        .cites(&["Okta: OAuth 2.0 and OpenID Connect error codes"])
        .steps(&["ask for profile without openid", "the refusal comes by redirect"])
        .needs(&[Need::Okta]),
        told("code.parameter.unknown", "A parameter that nobody knows is ignored", |s| Box::pin(unknown_parameter(s)))
            .cites(&["RFC 6749 3.1", "OIDF oidcc-ensure-request-with-unknown-parameter-succeeds"])
            .steps(&["ask with an extra parameter", "sign in as usual"]),
        told("code.parameter.duplicate", "A parameter that comes twice is refused", |s| {
            Box::pin(duplicate_parameter(s))
        })
        .cites(&["RFC 6749 3.1", "Okta: OAuth 2.0 and OpenID Connect error codes"])
        .steps(&["ask with scope twice", "the refusal comes by redirect"])
        .needs(&[Need::Okta]),
        told("code.response-type.missing", "A request without a response type is refused", |s| {
            Box::pin(response_type_missing(s))
        })
        .cites(&["RFC 6749 4.1.2.1", "OIDF oidcc-response-type-missing"])
        .steps(&["ask without a response type", "the refusal comes by redirect"]),
        told("code.response-type.unsupported", "A response type that the client may not use is refused", |s| {
            Box::pin(response_type_unsupported(s))
        })
        .cites(&["RFC 6749 4.1.2.1"])
        .steps(&["the native client asks for an ID token in the front channel", "the refusal comes by redirect"])
        .needs(&[Need::Market, Need::Client(NATIVE)]),
    ]
}

fn told(id: &'static str, title: &'static str, story: Told) -> Scenario {
    Scenario::told(id, title, story).cites(CITES).tags(&["code"]).needs(&[
        Need::Client(WEB),
        Need::Account(BUYER),
        Need::Server(Custom),
    ])
}

pub(super) async fn signs_in(stage: &Stage, client: ClientName, server: ServerKind) -> Result<(), Halt> {
    let cast = stage.cast(server, client, BUYER)?;
    stage.step("sign in and exchange the code");
    stage.sign_in(&cast, stage.request(&cast)).await?;
    Ok(())
}

async fn long_state(stage: &Stage) -> Result<(), Halt> {
    let cast = stage.cast(Custom, WEB, BUYER)?;
    let state = format!("{}-._~", random_text(93));
    stage.step("ask with a state of 128 characters");
    stage.code(&cast, &stage.request(&cast).with("state", &state)).await?;
    Ok(())
}

async fn state_missing(stage: &Stage) -> Result<(), Halt> {
    let cast = stage.cast(Custom, WEB, BUYER)?;
    let request = stage.request(&cast).without("state");
    let text = "The authentication request has an invalid 'state' parameter.";
    stage.refuse(&cast, &request, "invalid_request", text).await
}

async fn nonce_missing(stage: &Stage) -> Result<(), Halt> {
    let cast = stage.cast(Custom, WEB, BUYER)?;
    stage.sign_in(&cast, stage.request(&cast).without("nonce")).await?;
    Ok(())
}

async fn scope_unknown(stage: &Stage) -> Result<(), Halt> {
    let cast = stage.cast(Custom, WEB, BUYER)?;
    let request = stage.request(&cast).scopes("openid nobody:knows");
    let text = "One or more scopes are not configured for the authorization server resource.";
    stage.refuse(&cast, &request, "invalid_scope", text).await
}

async fn scope_missing(stage: &Stage) -> Result<(), Halt> {
    let cast = stage.cast(Custom, WEB, BUYER)?;
    let request = stage.request(&cast).without("scope");
    let text =
        "The authorization server resource does not have any configured default scopes, 'scope' must be provided.";
    stage.refuse(&cast, &request, "invalid_scope", text).await
}

async fn without_openid(stage: &Stage) -> Result<(), Halt> {
    let cast = stage.cast(Custom, WEB, BUYER)?;
    stage.sign_in(&cast, stage.request(&cast).scopes("products:read").without("nonce")).await?;
    Ok(())
}

async fn profile_without_openid(stage: &Stage) -> Result<(), Halt> {
    let cast = stage.cast(Custom, WEB, BUYER)?;
    let request = stage.request(&cast).scopes("profile");
    let text = "Requests for ID tokens or access tokens with OpenID scopes require the 'openid' scope.";
    stage.refuse(&cast, &request, "access_denied", text).await
}

async fn unknown_parameter(stage: &Stage) -> Result<(), Halt> {
    let cast = stage.cast(Custom, WEB, BUYER)?;
    stage.sign_in(&cast, stage.request(&cast).with("extra", "foobar")).await?;
    Ok(())
}

async fn duplicate_parameter(stage: &Stage) -> Result<(), Halt> {
    let cast = stage.cast(Custom, WEB, BUYER)?;
    let request = stage.request(&cast).repeating("scope", "openid");
    let text = "Duplicate parameter provided in request. Duplicated parameters: [scope].";
    stage.refuse(&cast, &request, "invalid_request", text).await
}

async fn response_type_missing(stage: &Stage) -> Result<(), Halt> {
    let cast = stage.cast(Custom, WEB, BUYER)?;
    let request = stage.request(&cast).without("response_type");
    let journey = stage.authorize(&cast, &request).await?;
    let callback = journey.callback();
    // Both codes are right: RFC 6749 names the one, the conformance suite takes either.
    let error = callback.and_then(|callback| callback.get("error"));
    let known = matches!(error, Some("unsupported_response_type" | "invalid_request"));
    authorization::ERROR_CODE.holds(
        &stage.recorder,
        known,
        "unsupported_response_type or invalid_request",
        journey.summary(),
    );
    let state = callback.and_then(|callback| callback.get("state"));
    authorization::ERROR_STATE.equals(&stage.recorder, request.get("state").unwrap_or_default(), state);
    Ok(())
}

async fn response_type_unsupported(stage: &Stage) -> Result<(), Halt> {
    let cast = stage.cast(Custom, NATIVE, BUYER)?;
    let request = stage.request(&cast).with("response_type", "id_token").without_pkce();
    let text = "The response type is not supported by the authorization server. Configured response types: [code].";
    stage.refuse(&cast, &request, "unsupported_response_type", text).await
}

/// Exchanges a code that must be refused.
pub(super) async fn refused_exchange(
    stage: &Stage,
    form: &crate::flow::FormRequest,
    (status, error): (u16, &str),
    text: &str,
) -> Result<(), Halt> {
    let reply = stage.post(form).await?;
    token::refusal(&stage.recorder, &reply, status, error, stage.okta_text(text));
    Ok(())
}

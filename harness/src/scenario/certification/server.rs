//! The plain sign-in: signature, nonce, userinfo, parameters that must not cause an error.

use reqwest::Method;

use super::module::Module;
use super::module_run::{ModuleRun, SignInResult};
use super::plan::Variant;
use super::runs;
use crate::check::{authorization, id_token, module, userinfo};
use crate::issuer_target::Endpoint;
use crate::issuer_target::ServerKind::Custom;
use crate::scenario::context::ScenarioContext;
use crate::scenario::definition::RequiredDriver;
use crate::scenario::needs::Need;
use crate::scenario::stopped::Stopped;
use crate::wire::Request;

pub(super) const MODULES: &[Module] = &[
    Module::new("oidcc-server", "A sign-in returns the requested tokens and no others", |context, variant| {
        Box::pin(server(context, variant))
    })
    .dynamic_too(),
    Module::new("oidcc-response-type-missing", "A request without a response type is rejected", |context, variant| {
        Box::pin(response_type_missing(context, variant))
    })
    .runs(runs::once),
    Module::new(
        "oidcc-idtoken-signature",
        "The ID token is signed with RS256, and its header has the kid",
        |context, variant| Box::pin(plain(context, variant)),
    ),
    Module::new(
        "oidcc-idtoken-unsigned",
        "An ID token is signed unless the client registered for none",
        |context, variant| Box::pin(unsigned(context, variant)),
    )
    .runs(runs::in_basic)
    .dynamic_too()
    .needs(&[Need::MetadataLists("id_token_signing_alg_values_supported", "none")]),
    Module::new("oidcc-userinfo-get", "Userinfo accepts GET with the token in the header", |context, variant| {
        Box::pin(userinfo_by(context, variant, Method::GET))
    })
    .runs(runs::with_access)
    .needs(&[Need::Endpoint(Custom, Endpoint::Userinfo)]),
    Module::new(
        "oidcc-userinfo-post-header",
        "Userinfo accepts POST with the token in the header",
        |context, variant| Box::pin(userinfo_by(context, variant, Method::POST)),
    )
    .runs(runs::with_access)
    .needs(&[Need::Endpoint(Custom, Endpoint::Userinfo)]),
    Module::new("oidcc-userinfo-post-body", "Userinfo accepts POST with the token in the form", |context, variant| {
        Box::pin(userinfo_in_body(context, variant))
    })
    .runs(runs::with_access)
    .needs(&[Need::Endpoint(Custom, Endpoint::Userinfo)]),
    Module::new(
        "oidcc-ensure-request-without-nonce-succeeds-for-code-flow",
        "A request without a nonce succeeds if the response has no ID token",
        |context, variant| Box::pin(without(context, variant, "nonce")),
    )
    .runs(runs::not_needing_nonce),
    Module::new(
        "oidcc-ensure-request-without-nonce-fails",
        "A request without a nonce is rejected if the response has an ID token",
        |context, variant| Box::pin(nonce_missing(context, variant)),
    )
    .runs(runs::needing_nonce),
    Module::new("oidcc-display-page", "display=page is accepted", |context, variant| {
        Box::pin(with(context, variant, "display", "page"))
    }),
    Module::new("oidcc-display-popup", "display=popup is accepted", |context, variant| {
        Box::pin(with(context, variant, "display", "popup"))
    }),
    Module::new(
        "oidcc-ensure-request-with-unknown-parameter-succeeds",
        "An unknown parameter is ignored",
        |context, variant| Box::pin(with(context, variant, "extra", "foobar")),
    ),
    Module::new("oidcc-ui-locales", "ui_locales is accepted", |context, variant| {
        Box::pin(with(context, variant, "ui_locales", "se"))
    }),
    Module::new("oidcc-claims-locales", "claims_locales is accepted", |context, variant| {
        Box::pin(with(context, variant, "claims_locales", "se"))
    }),
    Module::new(
        "oidcc-ensure-post-request-succeeds",
        "The authorization endpoint accepts a posted form",
        |context, variant| Box::pin(posted(context, variant)),
    )
    .runs(runs::in_basic)
    .driver(RequiredDriver::Http),
    Module::new(
        "oidcc-ensure-request-with-valid-pkce-succeeds",
        "A confidential client may use PKCE too",
        |context, variant| Box::pin(pkce(context, variant)),
    )
    .runs(runs::in_basic_and_first_hybrid),
];

async fn server(context: &ScenarioContext, variant: Variant) -> Result<(), Stopped> {
    let run = ModuleRun::begin(context, variant).await?;
    let result = run.sign_in(run.request()).await?;
    run.userinfo(&result).await?;
    nothing_else(&run, &result);
    Ok(())
}

/// Judges that the ID tokens have no unrequested claims.
pub(super) fn nothing_else(run: &ModuleRun<'_>, result: &SignInResult) {
    let scope = result.request.get("scope").unwrap_or_default();
    for token in result.id_tokens() {
        module::only_requested(&run.context.recorder, token, scope, &run.actors.server.own_claims);
        if result.access_token.is_some() {
            module::NO_NAME.absent(&run.context.recorder, "name", token.text("name"));
        }
    }
}

async fn response_type_missing(context: &ScenarioContext, variant: Variant) -> Result<(), Stopped> {
    let run = ModuleRun::begin(context, variant).await?;
    let request = run.request().without("response_type");
    run.refused(&request, &["unsupported_response_type", "invalid_request"], true).await
}

async fn plain(context: &ScenarioContext, variant: Variant) -> Result<(), Stopped> {
    let run = ModuleRun::begin(context, variant).await?;
    let result = run.sign_in(run.request()).await?;
    result.id_token()?;
    // The suite runs this module only with clients that it has registered without an algorithm.
    result.id_tokens().for_each(|token| id_token::rs256(&context.recorder, token));
    Ok(())
}

async fn unsigned(context: &ScenarioContext, variant: Variant) -> Result<(), Stopped> {
    let run = ModuleRun::begin(context, variant).await?;
    // The base flow judges the signature: this client did not register for `none`.
    run.sign_in(run.request()).await?.id_token()?;
    Ok(())
}

async fn userinfo_by(context: &ScenarioContext, variant: Variant, method: Method) -> Result<(), Stopped> {
    let run = ModuleRun::begin(context, variant).await?;
    let result = run.sign_in(run.request()).await?;
    run.userinfo_by(&result, method).await?;
    Ok(())
}

async fn userinfo_in_body(context: &ScenarioContext, variant: Variant) -> Result<(), Stopped> {
    let run = ModuleRun::begin(context, variant).await?;
    let result = run.sign_in(run.request()).await?;
    run.step("POST userinfo with the token in the form");
    let endpoint = run.actors.endpoint(Endpoint::Userinfo)?;
    let form = vec![("access_token".to_owned(), result.access_token()?.to_owned())];
    let reply = context.send(Request::form(endpoint.clone(), form)).await?;
    let taken = (200..300).contains(&reply.status);
    let summary = crate::wire::error::summary(&reply);
    if module::IN_BODY.holds(&context.recorder, taken, "200", summary) {
        let subject = result.id_token()?.text("sub");
        userinfo::success(&context.recorder, &reply, subject, &[], context.target.now());
    }
    Ok(())
}

async fn without(context: &ScenarioContext, variant: Variant, name: &str) -> Result<(), Stopped> {
    let run = ModuleRun::begin(context, variant).await?;
    run.sign_in(run.request().without(name)).await?;
    Ok(())
}

async fn with(context: &ScenarioContext, variant: Variant, name: &str, value: &str) -> Result<(), Stopped> {
    let run = ModuleRun::begin(context, variant).await?;
    run.sign_in(run.request().with(name, value)).await?;
    Ok(())
}

async fn nonce_missing(context: &ScenarioContext, variant: Variant) -> Result<(), Stopped> {
    let run = ModuleRun::begin(context, variant).await?;
    run.refused(&run.request().without("nonce"), &["invalid_request"], true).await
}

async fn posted(context: &ScenarioContext, variant: Variant) -> Result<(), Stopped> {
    let run = ModuleRun::begin(context, variant).await?;
    let request = run.request();
    let journey = run.actors.authorization().send_by_post(&request).await?;
    let succeeded = journey.callback().is_some_and(|callback| callback.get("code").is_some());
    if module::POSTED.holds(&context.recorder, succeeded, "a code at the redirect URI", journey.summary()) {
        run.judge_response(request, &journey).await?;
    }
    Ok(())
}

async fn pkce(context: &ScenarioContext, variant: Variant) -> Result<(), Stopped> {
    let run = ModuleRun::begin(context, variant).await?;
    let result = run.sign_in(run.request().with_pkce()).await?;
    authorization::CODE.present(&context.recorder, "a code", result.code.as_deref());
    Ok(())
}

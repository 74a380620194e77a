//! Valid requests, and requests that may be accepted or rejected.

use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::module_run::{Fapi2Run, is_accepted, run_with_clients};
use crate::check::{authorization, extension, fapi, module};
use crate::flow::{AuthorizationRequest, random_text};
use crate::issuer_target::Endpoint;
use crate::issuer_target::market::{COMPLETE, PARTNER};
use crate::scenario::actors::Actors;
use crate::scenario::certification::module::Module;
use crate::scenario::certification::runs;
use crate::scenario::needs::Need;
use crate::scenario::pushed;
use crate::scenario::stopped::Stopped;
use crate::wire::Request;
use crate::wire::error::summary;

pub(super) const MODULES: &[Module] = &[
    Module::new(
        "fapi2-security-profile-final-happy-flow",
        "Two clients sign a user in, and neither can use the other's tokens",
        |context, variant| run_with_clients(context, variant, |p| Box::pin(happy(p))),
    )
    .runs(runs::in_fapi2),
    Module::new(
        "fapi2-security-profile-final-user-rejects-authentication",
        "A user who denies consent sends access_denied to the client",
        |context, variant| run_with_clients(context, variant, |p| Box::pin(rejects(p))),
    )
    .runs(runs::in_fapi2)
    .needs(&[Need::Secret(PARTNER)]),
    Module::new(
        "fapi2-security-profile-final-ensure-authorization-request-without-state-success",
        "A request without a state succeeds",
        |context, variant| run_with_clients(context, variant, |p| Box::pin(p.plain(p.request().without("state")))),
    )
    .runs(runs::in_fapi2),
    Module::new(
        "fapi2-security-profile-final-ensure-authorization-request-without-nonce-success",
        "A request without a nonce succeeds",
        |context, variant| run_with_clients(context, variant, |p| Box::pin(p.plain(p.request().without("nonce")))),
    )
    .runs(runs::in_fapi2),
    Module::new(
        "fapi2-security-profile-final-ensure-authorization-request-with-64-char-nonce-success",
        "A nonce of 64 characters is accepted",
        |context, variant| {
            run_with_clients(context, variant, |p| Box::pin(p.plain(p.request().with("nonce", &random_text(48)))))
        },
    )
    .runs(runs::in_fapi2),
    Module::new(
        "fapi2-security-profile-final-ensure-other-scope-order-succeeds",
        "The order of scopes does not matter",
        |context, variant| {
            run_with_clients(context, variant, |p| Box::pin(p.plain(p.request().scopes("email profile openid"))))
        },
    )
    .runs(runs::in_fapi2),
    Module::new(
        "fapi2-security-profile-final-test-claims-parameter-identity-claims",
        "Claims of the claims parameter are returned",
        |context, variant| run_with_clients(context, variant, |p| Box::pin(claims(p))),
    )
    .runs(runs::in_fapi2)
    .needs(&[Need::MetadataTrue("claims_parameter_supported"), Need::Account(COMPLETE)]),
    Module::new(
        "fapi2-security-profile-final-access-token-type-header-case-sensitivity",
        "The scheme of the Authorization header is case-insensitive",
        |context, variant| run_with_clients(context, variant, |p| Box::pin(scheme(p))),
    )
    .runs(runs::in_fapi2),
    Module::new(
        "fapi2-security-profile-final-ensure-different-nonce-inside-and-outside-request-object",
        "The pushed nonce is used",
        |context, variant| run_with_clients(context, variant, |p| Box::pin(beside(p, p.request(), "nonce"))),
    )
    .runs(runs::in_fapi2),
    Module::new(
        "fapi2-security-profile-final-ensure-different-state-inside-and-outside-request-object",
        "The pushed state is used",
        |context, variant| run_with_clients(context, variant, |p| Box::pin(beside(p, p.request(), "state"))),
    )
    .runs(runs::in_fapi2),
    Module::new(
        "fapi2-security-profile-final-ensure-authorization-request-with-long-nonce",
        "A nonce of 384 characters is returned unchanged, or rejected",
        |context, variant| run_with_clients(context, variant, |p| Box::pin(long(p, "nonce", 288))),
    )
    .runs(runs::in_fapi2),
    Module::new(
        "fapi2-security-profile-final-ensure-authorization-request-with-long-state",
        "A state of 1000 characters is returned unchanged, or rejected",
        |context, variant| run_with_clients(context, variant, |p| Box::pin(long(p, "state", 750))),
    )
    .runs(runs::in_fapi2),
    Module::new(
        "fapi2-security-profile-final-state-only-outside-request-object-not-used",
        "A state that was not pushed is ignored",
        |context, variant| {
            run_with_clients(context, variant, |p| Box::pin(beside(p, p.request().without("state"), "state")))
        },
    )
    .runs(runs::in_fapi2),
];

async fn happy(run: &Fapi2Run<'_>) -> Result<(), Stopped> {
    let recorder = &run.context.recorder;
    run.step("push with the issuer as audience of the assertion");
    let to_issuer = Fapi2Run { assertion: |claims, server| claims["aud"] = json!(server.issuer), ..*run };
    let reply = to_issuer.send(&run.form(&run.request())?).await?;
    fapi::ISSUER_AUDIENCE.holds(recorder, is_accepted(&reply), "a name", summary(&reply));
    let tokens = run.sign_in(run.request()).await?;
    let id_token = tokens.id_token.as_ref().ok_or(Stopped::CheckFailed)?;
    module::only_requested(recorder, id_token, "openid", &run.actors.server.own_claims);
    run.userinfo(&tokens).await?;
    run.step("call userinfo with the token in the query");
    let mut url = run.endpoint(Endpoint::Userinfo)?.clone();
    url.query_pairs_mut().append_pair("access_token", &tokens.reply.access_token);
    let reply = run.context.send(Request::get(url)).await?;
    extension::QUERY_TOKEN.holds(recorder, matches!(reply.status, 400 | 401 | 414), "400 or 401", summary(&reply));
    for accept in ["application/json; charset=utf-8", "application/json, */*"] {
        run.step(format!("call userinfo with Accept: {accept}"));
        let reply = run.resource_with(&tokens.reply.access_token, "DPoP", &Uuid::new_v4(), accept).await?;
        fapi::ACCEPTS.holds(recorder, matches!(reply.status, 200 | 201), "200 or 201", summary(&reply));
    }
    run.step("the second client");
    let second = run.swapped();
    let request = second.request().with("dpop_jkt", &second.possession().thumbprint()?);
    let others = second.sign_in(request).await?;
    second.userinfo(&others).await?;
    run.step("call userinfo with the second client's token and the first client's key");
    let reply = run.resource(&others.reply.access_token, "DPoP").await?;
    extension::BOUND_REFUSED.holds(recorder, (400..500).contains(&reply.status), "a status of 4xx", summary(&reply));
    Ok(())
}

/// The registered clients have no scope that needs consent, so this pushes as the client of the target that does.
async fn rejects(run: &Fapi2Run<'_>) -> Result<(), Stopped> {
    let context = run.context;
    let actors = run.actors.with_client(context.client(PARTNER)?);
    let scope = actors.client.consent_scope.as_deref();
    let scope = scope.ok_or_else(|| Stopped::Skipped("no scope needs consent".to_owned()))?;
    // FAPI 2 Security Profile 5.3.2.1: a server may refuse clients with secrets.
    let metadata = &actors.server.metadata;
    if metadata.lists("token_endpoint_auth_methods_supported", "client_secret_basic") == Some(false) {
        let reason = "the client with a scope that needs consent has a secret, which the server does not accept";
        return Err(Stopped::Skipped(reason.to_owned()));
    }
    let request =
        actors.authorization().request().scopes(&format!("openid {scope}")).with("prompt", "consent").with_pkce();
    let request = request.with("state", &random_text(96));
    let (name, _) = pushed::push(context, &actors, &request).await?;
    let url = pushed::address(&actors, &name, &[])?;
    let journey = context.browse(&url, &context.target.redirect_uri, actors.authorization().denying()).await?;
    let expected = actors.authorization().expected(&request);
    authorization::refusal_by(&context.recorder, &journey, expected, &["access_denied"], None);
    Ok(())
}

async fn claims(run: &Fapi2Run<'_>) -> Result<(), Stopped> {
    let metadata = &run.actors.server.metadata;
    let all = ["profile", "email", "address", "phone"].into_iter().flat_map(module::claims_of).copied();
    let asked: Vec<&str> = all.filter(|claim| metadata.lists("claims_supported", claim) == Some(true)).collect();
    if asked.is_empty() {
        return Err(Stopped::Skipped("the discovery document lists no standard claim".to_owned()));
    }
    let each: Map<String, Value> = asked.iter().map(|&claim| (claim.to_owned(), Value::Null)).collect();
    let parameter = json!({ "id_token": each, "userinfo": each }).to_string();
    let actors = Actors { account: run.context.account(COMPLETE)?, ..run.actors };
    let run = Fapi2Run { actors, ..*run };
    let tokens = run.sign_in(run.request().with("claims", &parameter)).await?;
    let mut came = run.userinfo(&tokens).await?;
    came.extend(tokens.id_token.ok_or(Stopped::CheckFailed)?.claims);
    fapi::claims(&run.context.recorder, &asked, &came);
    Ok(())
}

async fn scheme(run: &Fapi2Run<'_>) -> Result<(), Stopped> {
    let tokens = run.sign_in(run.request()).await?;
    run.userinfo_as(&tokens, "dpOp").await?;
    Ok(())
}

/// Sends a request_uri with another value of a pushed parameter.
async fn beside(run: &Fapi2Run<'_>, request: AuthorizationRequest, parameter: &str) -> Result<(), Stopped> {
    let (name, _) = run.push(&request).await?;
    let journey = run.follow(&request, &name, &[(parameter, &random_text(12))]).await?;
    run.either(request, &journey, &["access_denied", "invalid_request_object"]).await?;
    Ok(())
}

/// Pushes a request with a value of so many octets in base64url.
async fn long(run: &Fapi2Run<'_>, parameter: &str, octets: usize) -> Result<(), Stopped> {
    let request = run.request().with(parameter, &random_text(octets));
    let reply = run.send(&run.form(&request)?).await?;
    let taken = if is_accepted(&reply) {
        let (name, _) = run.request_uri(&reply)?;
        let journey = run.follow(&request, &name, &[]).await?;
        run.either(request, &journey, &[]).await?
    } else {
        run.denied(&reply, &["invalid_request"]);
        false
    };
    fapi::LONG_VALUE.holds(&run.context.recorder, taken, "taken", if taken { "taken" } else { "refused" });
    Ok(())
}

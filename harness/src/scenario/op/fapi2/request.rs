//! Requests as well-behaved clients make them, and requests that may be taken or refused.

use serde_json::{Map, Value, json};

use super::super::{Module, Need, runs};
use super::play::{Play, act, is_taken};
use crate::check::{authorization, extension, fapi, module};
use crate::flow::{AuthorizationRequest, random_text};
use crate::issuer_target::Endpoint;
use crate::issuer_target::market::{COMPLETE, PARTNER};
use crate::scenario::pushed;
use crate::scenario::stage::{Cast, Halt};
use crate::wire::Call;
use crate::wire::error::summary;

pub(super) const MODULES: &[Module] = &[
    Module::new(
        "fapi2-security-profile-final-happy-flow",
        "Two clients sign a person in, and neither can use what the other got",
        &[
            "push with an assertion for the issuer",
            "push, sign in, exchange the code, call userinfo",
            "a token in the query opens nothing",
            "the same with the second client, a redirect URI with parameters and dpop_jkt",
            "the first client's key does not open userinfo with the second one's token",
        ],
        |s, v| act(s, v, |p| Box::pin(happy(p))),
    )
    .runs(runs::in_fapi2),
    Module::new(
        "fapi2-security-profile-final-user-rejects-authentication",
        "A person who refuses sends the client away",
        &["push a request that asks for consent", "refuse", "access_denied comes by redirect"],
        |s, v| act(s, v, |p| Box::pin(rejects(p))),
    )
    .runs(runs::in_fapi2)
    .needs(&[Need::Secret(PARTNER)]),
    Module::new(
        "fapi2-security-profile-final-ensure-authorization-request-without-state-success",
        "A request may have no state",
        &["push a request without state", "sign in as usual", "no state comes back"],
        |s, v| act(s, v, |p| Box::pin(p.plain(p.request().without("state")))),
    )
    .runs(runs::in_fapi2),
    Module::new(
        "fapi2-security-profile-final-ensure-authorization-request-without-nonce-success",
        "A request may have no nonce",
        &["push a request without nonce", "sign in as usual", "no nonce is in the ID token"],
        |s, v| act(s, v, |p| Box::pin(p.plain(p.request().without("nonce")))),
    )
    .runs(runs::in_fapi2),
    Module::new(
        "fapi2-security-profile-final-ensure-authorization-request-with-64-char-nonce-success",
        "A nonce may have 64 characters",
        &["push a request with such a nonce", "sign in as usual", "it is in the ID token"],
        |s, v| act(s, v, |p| Box::pin(p.plain(p.request().with("nonce", &random_text(48))))),
    )
    .runs(runs::in_fapi2),
    Module::new(
        "fapi2-security-profile-final-ensure-other-scope-order-succeeds",
        "The order of scopes means nothing",
        &["push a request with openid as the last scope", "sign in as usual"],
        |s, v| act(s, v, |p| Box::pin(p.plain(p.request().scopes("email profile openid")))),
    )
    .runs(runs::in_fapi2),
    Module::new(
        "fapi2-security-profile-final-test-claims-parameter-identity-claims",
        "Claims that the claims parameter asks for are given",
        &["ask for every standard claim by the claims parameter", "each is in the ID token or at userinfo"],
        |s, v| act(s, v, |p| Box::pin(claims(p))),
    )
    .runs(runs::in_fapi2)
    .needs(&[Need::Stated("claims_parameter_supported"), Need::Account(COMPLETE)]),
    Module::new(
        "fapi2-security-profile-final-access-token-type-header-case-sensitivity",
        "The scheme of the Authorization header ignores case",
        &["sign in", "call userinfo with the scheme in other letters"],
        |s, v| act(s, v, |p| Box::pin(scheme(p))),
    )
    .runs(runs::in_fapi2),
    Module::new(
        "fapi2-security-profile-final-ensure-different-nonce-inside-and-outside-request-object",
        "The nonce that was pushed counts",
        &["follow a pushed request with another nonce beside it", "the pushed one is in the ID token, or an error"],
        |s, v| act(s, v, |p| Box::pin(beside(p, p.request(), "nonce"))),
    )
    .runs(runs::in_fapi2),
    Module::new(
        "fapi2-security-profile-final-ensure-different-state-inside-and-outside-request-object",
        "The state that was pushed counts",
        &["follow a pushed request with another state beside it", "the pushed one comes back, or an error"],
        |s, v| act(s, v, |p| Box::pin(beside(p, p.request(), "state"))),
    )
    .runs(runs::in_fapi2),
    Module::new(
        "fapi2-security-profile-final-ensure-authorization-request-with-long-nonce",
        "A nonce of 384 characters is given back whole, or refused",
        &["push a request with such a nonce", "it is in the ID token, or an error"],
        |s, v| act(s, v, |p| Box::pin(long(p, "nonce", 288))),
    )
    .runs(runs::in_fapi2),
    Module::new(
        "fapi2-security-profile-final-ensure-authorization-request-with-long-state",
        "A state of 1000 characters is given back whole, or refused",
        &["push a request with such a state", "it comes back, or an error"],
        |s, v| act(s, v, |p| Box::pin(long(p, "state", 750))),
    )
    .runs(runs::in_fapi2),
    Module::new(
        "fapi2-security-profile-final-state-only-outside-request-object-not-used",
        "A state that was not pushed does not count",
        &["push a request without state", "follow it with a state beside it", "no state comes back, or an error"],
        |s, v| act(s, v, |p| Box::pin(beside(p, p.request().without("state"), "state"))),
    )
    .runs(runs::in_fapi2),
];

async fn happy(play: &Play<'_>) -> Result<(), Halt> {
    let recorder = &play.stage.recorder;
    play.step("push with an assertion for the issuer");
    let to_issuer = Play { assertion: |claims, server| claims["aud"] = json!(server.issuer), ..*play };
    let reply = to_issuer.send(&play.form(&play.request())?).await?;
    fapi::ISSUER_AUDIENCE.holds(recorder, is_taken(&reply), "a name", summary(&reply));
    let tokens = play.sign_in(play.request()).await?;
    let id_token = tokens.id_token.as_ref().ok_or(Halt::Failed)?;
    module::only_requested(recorder, id_token, "openid", &play.cast.server.own_claims);
    play.userinfo(&tokens).await?;
    play.step("call userinfo with the token in the query");
    let mut url = play.endpoint(Endpoint::Userinfo)?.clone();
    url.query_pairs_mut().append_pair("access_token", &tokens.reply.access_token);
    let reply = play.stage.send(Call::get(url)).await?;
    extension::QUERY_TOKEN.holds(recorder, matches!(reply.status, 400 | 401 | 414), "400 or 401", summary(&reply));
    play.step("the second client");
    let second = play.swapped();
    let request = second.request().with("dpop_jkt", &second.possession().thumbprint()?);
    let others = second.sign_in(request).await?;
    second.userinfo(&others).await?;
    play.step("the first client's key with the second one's token");
    let reply = play.resource(&others.reply.access_token, "DPoP").await?;
    extension::BOUND_REFUSED.holds(recorder, (400..500).contains(&reply.status), "a status of 4xx", summary(&reply));
    Ok(())
}

/// No scope that these clients get asks anybody: the client that asks for consent pushes here.
async fn rejects(play: &Play<'_>) -> Result<(), Halt> {
    let stage = play.stage;
    let cast = play.cast.with_client(stage.client(PARTNER)?);
    let scope = cast.client.consent_scope.as_deref();
    let scope = scope.ok_or_else(|| Halt::Skip("no scope asks for consent".to_owned()))?;
    let request = stage.request(&cast).scopes(&format!("openid {scope}")).with("prompt", "consent").with_pkce();
    let request = request.with("state", &random_text(96));
    let (name, _) = pushed::push(stage, &cast, &request).await?;
    let url = pushed::address(stage, &cast, &name, &[])?;
    let journey = stage.browse(&url, &stage.target.redirect_uri, stage.denying(&cast)).await?;
    let expected = stage.expected(&cast, &request);
    authorization::refusal_by(&stage.recorder, &journey, expected, &["access_denied"], None);
    Ok(())
}

async fn claims(play: &Play<'_>) -> Result<(), Halt> {
    let metadata = &play.cast.server.metadata;
    let all = ["profile", "email", "address", "phone"].into_iter().flat_map(module::claims_of).copied();
    let asked: Vec<&str> = all.filter(|claim| metadata.lists("claims_supported", claim) == Some(true)).collect();
    if asked.is_empty() {
        return Err(Halt::Skip("discovery lists no standard claim".to_owned()));
    }
    let each: Map<String, Value> = asked.iter().map(|&claim| (claim.to_owned(), Value::Null)).collect();
    let parameter = json!({ "id_token": each, "userinfo": each }).to_string();
    let cast = Cast { account: play.stage.account(COMPLETE)?, ..play.cast };
    let play = Play { cast, ..*play };
    let tokens = play.sign_in(play.request().with("claims", &parameter)).await?;
    let mut came = play.userinfo(&tokens).await?;
    came.extend(tokens.id_token.ok_or(Halt::Failed)?.claims);
    fapi::claims(&play.stage.recorder, &asked, &came);
    Ok(())
}

async fn scheme(play: &Play<'_>) -> Result<(), Halt> {
    let tokens = play.sign_in(play.request()).await?;
    play.userinfo_as(&tokens, "dpOp").await?;
    Ok(())
}

/// Follows a pushed request with another value of a parameter beside its name.
async fn beside(play: &Play<'_>, request: AuthorizationRequest, parameter: &str) -> Result<(), Halt> {
    let (name, _) = play.push(&request).await?;
    let journey = play.follow(&request, &name, &[(parameter, &random_text(12))]).await?;
    play.either(request, &journey, &["access_denied", "invalid_request_object"]).await?;
    Ok(())
}

/// Pushes a request with a long value: so many octets in base64url.
async fn long(play: &Play<'_>, parameter: &str, octets: usize) -> Result<(), Halt> {
    let request = play.request().with(parameter, &random_text(octets));
    let reply = play.send(&play.form(&request)?).await?;
    let taken = if is_taken(&reply) {
        let (name, _) = play.named(&reply)?;
        let journey = play.follow(&request, &name, &[]).await?;
        play.either(request, &journey, &[]).await?
    } else {
        play.denied(&reply, &["invalid_request"]);
        false
    };
    fapi::LONG_VALUE.holds(&play.stage.recorder, taken, "taken", if taken { "taken" } else { "refused" });
    Ok(())
}

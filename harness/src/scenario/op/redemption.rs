//! The token endpoint: a code twice, the other way to authenticate, refreshing.

use serde_json::json;

use super::play::{Gained, Play};
use super::{Module, Need, Variant, runs};
use crate::check::{id_token, module, token};
use crate::flow::{self, AuthorizationRequest};
use crate::issuer_target::Endpoint;
use crate::issuer_target::market::SECOND;
use crate::scenario::stage::{Cast, Halt, Stage};
use crate::wire::error::summary;
use crate::wire::jwt::Jwt;
use crate::wire::token::TokenReply;

pub(super) const MODULES: &[Module] = &[
    Module::new(
        "oidcc-codereuse",
        "A code that comes twice is refused",
        &["sign in and exchange the code", "exchange it again at once", "400 invalid_grant"],
        |s, v| Box::pin(reuse(s, v)),
    )
    .runs(runs::with_code),
    Module::new(
        "oidcc-codereuse-30seconds",
        "A code that comes again after half a minute is refused, and its tokens end",
        &[
            "sign in and exchange the code",
            "let 30 seconds go by",
            "exchange it again: 400 invalid_grant",
            "userinfo refuses the first token",
        ],
        |s, v| Box::pin(reuse_later(s, v)),
    )
    .runs(runs::with_code)
    .needs(&[Need::Time]),
    Module::new(
        "oidcc-server-client-secret-post",
        "A client may send its secret in the form",
        &["sign in", "exchange the code with client_id and client_secret in the form"],
        |s, v| Box::pin(secret_post(s, v)),
    )
    .runs(runs::with_code)
    .needs(&[Need::Secret(SECOND)]),
    Module::new(
        "oidcc-refresh-token",
        "A refresh token gives new tokens of the same sign-in, to its own client only",
        &["ask for offline_access", "refresh", "judge the new tokens", "another client's refresh is refused"],
        |s, v| Box::pin(refresh(s, v)),
    )
    .runs(runs::with_code)
    .dynamic_too()
    .needs(&[Need::Secret(SECOND), Need::Time]),
];

async fn reuse(stage: &Stage, variant: Variant) -> Result<(), Halt> {
    let play = Play::begin(stage, variant).await?;
    let gained = play.sign_in(play.request()).await?;
    play.step("exchange the same code again");
    let again = stage.post(&form(&play, &gained)?).await?;
    let refused = again.status != 200;
    if module::REUSED_AT_ONCE.holds(&stage.recorder, refused, "400 invalid_grant", summary(&again)) {
        token::refusal(&stage.recorder, &again, 400, "invalid_grant", None);
    }
    Ok(())
}

fn form(play: &Play<'_>, gained: &Gained) -> Result<flow::FormRequest, Halt> {
    let code = gained.code.as_deref().ok_or(Halt::Failed)?;
    play.stage.exchange_form(&play.cast, &gained.request, code)
}

async fn reuse_later(stage: &Stage, variant: Variant) -> Result<(), Halt> {
    let play = Play::begin(stage, variant).await?;
    let gained = play.sign_in(play.request()).await?;
    stage.pass(30).await?;
    play.step("exchange the same code again");
    let again = stage.post(&form(&play, &gained)?).await?;
    token::refusal(&stage.recorder, &again, 400, "invalid_grant", None);
    play.step("use the access token that it gave");
    let endpoint = stage.endpoint(play.cast.server, Endpoint::Userinfo)?;
    let reply = stage.send(flow::userinfo(endpoint, reqwest::Method::GET, gained.access_token()?)?).await?;
    let ended = (400..500).contains(&reply.status);
    module::REUSE_ENDS_TOKEN.holds(&stage.recorder, ended, "a status of 4xx", summary(&reply));
    Ok(())
}

async fn secret_post(stage: &Stage, variant: Variant) -> Result<(), Halt> {
    let play = Play::begin(stage, variant).await?;
    let play = Play { cast: play.cast.with_client(stage.client(SECOND)?), ..play };
    play.lists_auth_method();
    play.sign_in(play.request()).await?;
    Ok(())
}

/// What a client registers for that wants refresh tokens.
pub(super) const GRANTS: [&str; 2] = ["authorization_code", "refresh_token"];

/// Asks for a refresh token.
pub(super) async fn offline(play: &Play<'_>) -> Result<Gained, Halt> {
    play.sign_in(play.request().scopes("openid offline_access").with("prompt", "consent")).await
}

async fn refresh(stage: &Stage, variant: Variant) -> Result<(), Halt> {
    let play = Play::registering(stage, variant, json!({ "grant_types": GRANTS })).await?;
    if Need::Scope("offline_access").unmet(&stage.target).is_some() {
        return Err(Halt::Skip("discovery does not offer offline_access".to_owned()));
    }
    let first = offline(&play).await?;
    let Some(refresh_token) = first.refresh_token.clone() else {
        if play.cast.server.metadata.lists("grant_types_supported", "refresh_token") == Some(true) {
            module::REFRESH_OFFERED.present(&stage.recorder, "a refresh token", None);
            return Ok(());
        }
        return Err(Halt::Skip("no refresh token is issued".to_owned()));
    };
    // OIDC Core 12.2: the new iat is the time of the new token, so a second has to go by.
    stage.pass(1).await?;
    refreshed(&play, play.cast, &first, &refresh_token).await?;
    play.step("another client gets a refresh token, and the first one tries it");
    let second = play.other(json!({ "grant_types": GRANTS })).await?;
    let others = offline(&second).await?.refresh_token.ok_or(Halt::Failed)?;
    let reply = stage.post(&stage.refresh_form(&play.cast, &others)?).await?;
    token::refusal(&stage.recorder, &reply, 400, "invalid_grant", None);
    Ok(())
}

pub(super) async fn refreshed(
    play: &Play<'_>,
    cast: Cast<'_>,
    first: &Gained,
    refresh_token: &str,
) -> Result<(), Halt> {
    let stage = play.stage;
    play.step("refresh");
    let reply = stage.post(&stage.refresh_form(&cast, refresh_token)?.with("scope", "openid")).await?;
    let expected = token::Expected { scope: None, id_token: true, refresh_token: None, speaks_okta: false };
    let tokens = token::success(&stage.recorder, &reply, expected).ok_or(Halt::Failed)?;
    let other = Some(tokens.access_token.as_str()) != first.access_token.as_deref();
    let actual = if other { "another" } else { "the same" };
    token::NEW_ACCESS_TOKEN.holds(&stage.recorder, other, "another", actual);
    judge_refreshed(stage, &cast, &first.request, first.back.as_ref().ok_or(Halt::Failed)?, &tokens).await
}

/// Judges a refreshed ID token, if there is one, beside the first one, which that request gave.
pub(super) async fn judge_refreshed(
    stage: &Stage,
    cast: &Cast<'_>,
    request: &AuthorizationRequest,
    first: &Jwt,
    tokens: &TokenReply,
) -> Result<(), Halt> {
    let Some(raw) = tokens.id_token.as_deref() else { return Ok(()) };
    let keys = cast.server.keys(&stage.http).await?;
    let has_nonce = Jwt::parse(raw).is_ok_and(|token| token.text("nonce").is_some());
    let expected = id_token::Expected {
        issuer: &cast.server.issuer,
        client_id: &cast.client.id,
        // OIDC Core 12.2: it should have none, and if it has one it is the first one's.
        nonce: request.get("nonce").filter(|_| has_nonce),
        now: stage.target.now(),
        access_token: Some(&tokens.access_token),
        code: None,
        hashes_required: false,
        speaks_okta: stage.target.speaks_okta(),
    };
    let second = id_token::judge(&stage.recorder, Some(raw), keys, expected).ok_or(Halt::Failed)?;
    module::refreshed(&stage.recorder, first, &second);
    id_token::same_sign_in(&stage.recorder, first, &second);
    Ok(())
}

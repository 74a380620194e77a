//! Consent: a third party's client asks for a scope that the user must agree to.
//!
//! Consent is remembered, so each of these has an issuer of its own.

use super::stage::{Cast, Halt, Stage};
use super::{Need, Scenario, Told};
use crate::check::authorization;
use crate::flow::AuthorizationRequest;
use crate::issuer_target::ServerKind::Custom;
use crate::issuer_target::market::{BUYER, PARTNER};

pub(super) fn scenarios() -> Vec<Scenario> {
    vec![
        told("consent.allow", "A user who agrees gives the client its scope", |s| Box::pin(allow(s))).steps(&[
            "ask for a scope that needs consent",
            "agree",
            "exchange the code",
            "the scope is granted",
        ]),
        told("consent.deny", "A user who denies sends the client away", |s| Box::pin(deny(s)))
            .cites(&["RFC 6749 4.1.2.1"])
            .steps(&["ask for a scope that needs consent", "deny", "access_denied comes by redirect"]),
        told("consent.remembered", "Consent once given is not asked for again", |s| Box::pin(remembered(s))).steps(&[
            "ask and agree",
            "ask again",
            "nobody is asked",
        ]),
        told("consent.denied-is-not-remembered", "Consent once denied is asked for again", |s| {
            Box::pin(not_remembered(s))
        })
        .steps(&["ask and deny", "ask again", "the user is asked again"]),
        told("consent.prompt-consent", "prompt=consent asks although consent was given", |s| Box::pin(prompt(s)))
            .cites(&["OIDC Core 3.1.2.1"])
            .steps(&["ask and agree", "ask with prompt=consent", "the user is asked again"]),
        told("consent.prompt-none", "prompt=none without consent is refused", |s| Box::pin(none(s)))
            .cites(&["OIDC Core 3.1.2.6"])
            .steps(&[
                "sign in",
                "ask with prompt=none for a scope that needs consent",
                "consent_required comes by redirect",
            ]),
        told("consent.implicit-scope", "Scopes without the need for consent are granted in silence", |s| {
            Box::pin(implicit(s))
        })
        .steps(&["ask for openid, profile and email only", "nobody is asked for consent"]),
    ]
}

fn told(id: &'static str, title: &'static str, story: Told) -> Scenario {
    Scenario::told(id, title, story)
        .cites(&["OIDC Core 3.1.2.4", "Okta: user consent for OAuth 2.0 and OpenID Connect flows"])
        .tags(&["consent"])
        .needs(&[Need::Market, Need::Alone, Need::Secret(PARTNER), Need::Account(BUYER), Need::Server(Custom)])
}

fn asking(stage: &Stage, cast: &Cast<'_>) -> AuthorizationRequest {
    let scope = cast.client.consent_scope.as_deref().unwrap_or_default();
    stage.request(cast).scopes(&format!("openid {scope}"))
}

/// Asks and agrees; judges whether consent was asked for.
async fn agree(stage: &Stage, cast: &Cast<'_>, request: AuthorizationRequest, asked: bool) -> Result<(), Halt> {
    let journey = stage.authorize(cast, &request).await?;
    authorization::asked_for_consent(&stage.recorder, &journey, asked);
    let callback = stage.arrived(cast, &request, &journey)?;
    let code = authorization::code(&stage.recorder, callback).ok_or(Halt::Failed)?;
    stage.exchange(cast, request, code).await?;
    Ok(())
}

async fn refuse(stage: &Stage, cast: &Cast<'_>) -> Result<(), Halt> {
    let request = asking(stage, cast);
    let journey = stage.visit(cast, &request, stage.denying(cast)).await?;
    authorization::asked_for_consent(&stage.recorder, &journey, true);
    let text = "The resource owner or authorization server denied the request.";
    stage.refused(cast, &request, &journey, "access_denied", text);
    Ok(())
}

pub(super) async fn allow(stage: &Stage) -> Result<(), Halt> {
    let cast = stage.cast(Custom, PARTNER, BUYER)?;
    agree(stage, &cast, asking(stage, &cast), true).await
}

async fn deny(stage: &Stage) -> Result<(), Halt> {
    let cast = stage.cast(Custom, PARTNER, BUYER)?;
    refuse(stage, &cast).await
}

async fn remembered(stage: &Stage) -> Result<(), Halt> {
    let cast = stage.cast(Custom, PARTNER, BUYER)?;
    agree(stage, &cast, asking(stage, &cast), true).await?;
    stage.step("ask again in another browser");
    stage.new_browser().await;
    agree(stage, &cast, asking(stage, &cast), false).await
}

async fn not_remembered(stage: &Stage) -> Result<(), Halt> {
    let cast = stage.cast(Custom, PARTNER, BUYER)?;
    refuse(stage, &cast).await?;
    stage.step("ask again");
    agree(stage, &cast, asking(stage, &cast), true).await
}

async fn prompt(stage: &Stage) -> Result<(), Halt> {
    let cast = stage.cast(Custom, PARTNER, BUYER)?;
    agree(stage, &cast, asking(stage, &cast), true).await?;
    stage.step("ask with prompt=consent");
    agree(stage, &cast, asking(stage, &cast).with("prompt", "consent"), true).await
}

async fn none(stage: &Stage) -> Result<(), Halt> {
    let cast = stage.cast(Custom, PARTNER, BUYER)?;
    stage.step("sign in for scopes that need no consent");
    stage.sign_in(&cast, stage.request(&cast)).await?;
    stage.step("ask with prompt=none for a scope that needs consent");
    let request = asking(stage, &cast).with("prompt", "none");
    let scope = cast.client.consent_scope.as_deref().unwrap_or_default();
    let text = format!("The following scopes require user consent: [{scope}].");
    stage.refuse(&cast, &request, "consent_required", &text).await
}

async fn implicit(stage: &Stage) -> Result<(), Halt> {
    let cast = stage.cast(Custom, PARTNER, BUYER)?;
    agree(stage, &cast, stage.request(&cast), false).await
}

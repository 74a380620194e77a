//! Native to Web SSO: an app hands its user over to another one, which signs them in.

use serde_json::json;

use super::stage::{Halt, Stage, Tokens};
use super::{Need, Scenario, Told};
use crate::check::{authorization, extension, id_token, token};
use crate::driver::Visitor;
use crate::flow::signed::Key;
use crate::flow::{AuthorizationRequest, FormRequest};
use crate::issuer_target::ClientName;
use crate::issuer_target::Endpoint;
use crate::issuer_target::ServerKind::Org;
use crate::issuer_target::market::{BUYER, COURIER, SECOND, WEB};
use crate::wire::Reply;
use crate::wire::jwt::Jwt;

const SCOPE: &str = "openid interclient_access";

pub(super) fn scenarios() -> Vec<Scenario> {
    vec![
        told(
            "interclient.hand-over",
            "Who has signed in to one app is signed in to another without being asked",
            |s| Box::pin(hand_over(s)),
        )
        .steps(&[
            "a user signs in to the first app",
            "the app exchanges its tokens",
            "the second app sends another browser with the new one, and prompt=none",
            "the same sign-in",
        ]),
        told("interclient.again", "An interclient token works once", |s| Box::pin(again(s))).steps(&[
            "hand over",
            "the same token in another browser",
            "it was consumed already",
        ]),
        told("interclient.forged", "An interclient token that somebody else signed signs nobody in", |s| {
            Box::pin(forged(s))
        })
        .steps(&["another key signs the claims of an interclient token", "it is refused by redirect"]),
        told("interclient.other-app", "An interclient token is for one app", |s| Box::pin(other_app(s)))
            .steps(&["another app presents an interclient token", "it is refused by redirect"]),
        told("interclient.untrusted", "Nobody is handed over to an app that does not trust the first", |s| {
            Box::pin(untrusted(s))
        })
        .steps(&["ask for an interclient token for another app", "403 access_denied"]),
        told("interclient.no-scope", "Nobody is handed over by a token without the scope", |s| Box::pin(no_scope(s)))
            .steps(&["sign in without interclient_access", "400 invalid_grant"]),
        told("interclient.untrusted-scope", "An app that nobody trusts does not get the scope", |s| {
            Box::pin(untrusted_scope(s))
        })
        .steps(&["the web client asks for interclient_access", "it is refused by redirect"]),
    ]
}

fn told(id: &'static str, title: &'static str, story: Told) -> Scenario {
    Scenario::told(id, title, story).cites(&["RFC 8693 2", "Okta: Native to Web SSO"]).tags(&["interclient"]).needs(&[
        Need::Market,
        Need::Client(COURIER),
        Need::Secret(SECOND),
        Need::Secret(WEB),
        Need::Account(BUYER),
        Need::Server(Org),
    ])
}

/// A user signs in to the first app.
async fn own(stage: &Stage, scope: &str) -> Result<Tokens, Halt> {
    let cast = stage.cast(Org, COURIER, BUYER)?;
    stage.step("a user signs in to the first app");
    stage.sign_in(&cast, stage.request(&cast).scopes(scope)).await
}

/// The first app asks for an interclient token.
async fn exchange(stage: &Stage, own: &Tokens, target: ClientName) -> Result<Reply, Halt> {
    stage.step("the app exchanges its tokens");
    let form = FormRequest::new(stage.endpoint(stage.server(Org)?, Endpoint::Token)?)
        .with("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange")
        .with("requested_token_type", "urn:okta:params:oauth:token-type:interclient_token")
        .with("subject_token", own.hint()?)
        .with("subject_token_type", "urn:ietf:params:oauth:token-type:id_token")
        .with("actor_token", &own.reply.access_token)
        .with("actor_token_type", "urn:ietf:params:oauth:token-type:access_token")
        .with("audience", &format!("urn:okta:apps:{}", stage.client(target)?.id))
        .as_client(stage.client(COURIER)?);
    stage.post(&form).await
}

/// An interclient token for the second app, as it travels.
async fn handed(stage: &Stage) -> Result<String, Halt> {
    let own = own(stage, SCOPE).await?;
    extension::handed_over(&stage.recorder, &exchange(stage, &own, SECOND).await?).ok_or(Halt::Failed)
}

/// The request of an app that another one has opened.
fn request(stage: &Stage, client: ClientName, token: &str) -> Result<AuthorizationRequest, Halt> {
    let cast = stage.cast(Org, client, BUYER)?;
    Ok(stage.request(&cast).with("prompt", "none").with("interclient_token", token))
}

/// Another browser brings the token, and the app is refused.
async fn refused(stage: &Stage, client: ClientName, token: &str, error: &str, text: &str) -> Result<(), Halt> {
    stage.new_browser().await;
    stage.step("another browser brings the token");
    stage.refuse(&stage.cast(Org, client, BUYER)?, &request(stage, client, token)?, error, text).await
}

async fn hand_over(stage: &Stage) -> Result<(), Halt> {
    let own = own(stage, SCOPE).await?;
    let reply = exchange(stage, &own, SECOND).await?;
    let token = extension::handed_over(&stage.recorder, &reply).ok_or(Halt::Failed)?;
    stage.new_browser().await;
    stage.step("the second app sends another browser with it, and prompt=none");
    let (cast, request) = (stage.cast(Org, SECOND, BUYER)?, request(stage, SECOND, &token)?);
    let journey = stage.visit(&cast, &request, Visitor::nobody()).await?;
    authorization::asked_to_sign_in(&stage.recorder, &journey, false);
    let callback = stage.arrived(&cast, &request, &journey)?;
    let code = authorization::code(&stage.recorder, callback).ok_or(Halt::Failed)?;
    let gained = stage.exchange(&cast, request, code).await?;
    if let (Some(first), Some(second)) = (&own.id_token, &gained.id_token) {
        id_token::same_sign_in(&stage.recorder, first, second);
    }
    Ok(())
}

async fn again(stage: &Stage) -> Result<(), Halt> {
    let token = handed(stage).await?;
    stage.step("hand over");
    let cast = stage.cast(Org, SECOND, BUYER)?;
    stage.visit(&cast, &request(stage, SECOND, &token)?, Visitor::nobody()).await?;
    let text = "The 'interclient_token' was already consumed.";
    refused(stage, SECOND, &token, "one_time_sso_token_replayed", text).await
}

async fn forged(stage: &Stage) -> Result<(), Halt> {
    let token = Jwt::parse(&handed(stage).await?).map_err(|_| Halt::Failed)?;
    let header = json!({ "kid": token.header.get("kid") });
    let forged = Key::rsa(&stage.target.unregistered_key)?.sign(&header, &json!(token.claims))?;
    refused(stage, SECOND, &forged, "invalid_token", "The 'interclient_token' is invalid.").await
}

async fn other_app(stage: &Stage) -> Result<(), Halt> {
    let token = handed(stage).await?;
    refused(stage, WEB, &token, "invalid_token", "The 'interclient_token' has an invalid target ID.").await
}

async fn untrusted(stage: &Stage) -> Result<(), Halt> {
    let reply = exchange(stage, &own(stage, SCOPE).await?, WEB).await?;
    let text = stage.okta_text("No trust relationship exists between the client app and the target app.");
    token::refusal(&stage.recorder, &reply, 403, "access_denied", text);
    Ok(())
}

async fn no_scope(stage: &Stage) -> Result<(), Halt> {
    let reply = exchange(stage, &own(stage, "openid").await?, SECOND).await?;
    let text = "The 'actor_token' must have the 'interclient_access' scope to request a 'interclient_token'.";
    token::refusal(&stage.recorder, &reply, 400, "invalid_grant", stage.okta_text(text));
    Ok(())
}

async fn untrusted_scope(stage: &Stage) -> Result<(), Halt> {
    let cast = stage.cast(Org, WEB, BUYER)?;
    let text = "The 'interclient_access' scope can only be granted to clients with a configured trust relationship.";
    stage.refuse(&cast, &stage.request(&cast).scopes(SCOPE), "invalid_scope", text).await
}

//! Native to Web SSO: an app exchanges its tokens for an interclient token, which signs the user in to another app.

use serde_json::json;

use super::context::ScenarioContext;
use super::definition::{Scenario, ScenarioFn};
use super::needs::Need;
use super::stopped::Stopped;
use super::token_flow::Tokens;
use crate::check::{authorization, extension, id_token, token};
use crate::driver::User;
use crate::flow::signed::Key;
use crate::flow::{AuthorizationRequest, FormRequest};
use crate::issuer_target::ServerKind::Org;
use crate::issuer_target::market::{BUYER, COURIER, SECOND, WEB};
use crate::issuer_target::{ClientName, Endpoint};
use crate::wire::Reply;
use crate::wire::jwt::Jwt;

const SCOPE: &str = "openid interclient_access";

pub(super) fn scenarios() -> Vec<Scenario> {
    vec![
        scenario(
            "interclient.hand-over",
            "A user who is signed in to one app is signed in to another one with an interclient token, without a prompt",
            |context| Box::pin(hand_over(context)),
        ),
        scenario("interclient.again", "An interclient token that is used twice is rejected", |context| {
            Box::pin(again(context))
        }),
        scenario("interclient.forged", "An interclient token with a signature of another key is rejected", |context| {
            Box::pin(forged(context))
        }),
        scenario("interclient.other-app", "An interclient token for another app is rejected", |context| {
            Box::pin(other_app(context))
        }),
        scenario(
            "interclient.untrusted",
            "No interclient token is issued for an app without a trust relationship",
            |context| Box::pin(untrusted(context)),
        ),
        scenario(
            "interclient.no-scope",
            "No interclient token is issued without the interclient_access scope",
            |context| Box::pin(no_scope(context)),
        ),
        scenario(
            "interclient.untrusted-scope",
            "A client without a trust relationship cannot request interclient_access",
            |context| Box::pin(untrusted_scope(context)),
        ),
    ]
}

fn scenario(id: &'static str, title: &'static str, function: ScenarioFn) -> Scenario {
    Scenario::new(id, title, function).cites(&["RFC 8693 2", "Okta: Native to Web SSO"]).tags(&["interclient"]).needs(
        &[
            Need::Market,
            Need::Client(COURIER),
            Need::Secret(SECOND),
            Need::Secret(WEB),
            Need::Account(BUYER),
            Need::Server(Org),
        ],
    )
}

/// A user signs in to the first app.
async fn own(context: &ScenarioContext, scope: &str) -> Result<Tokens, Stopped> {
    let actors = context.actors(Org, COURIER, BUYER)?;
    context.step("a user signs in to the first app");
    actors.tokens().sign_in(actors.authorization().request().scopes(scope)).await
}

/// The first app requests an interclient token.
async fn exchange(context: &ScenarioContext, own: &Tokens, target: ClientName) -> Result<Reply, Stopped> {
    context.step("the first app exchanges its tokens for an interclient token");
    let form = FormRequest::new(context.server_endpoint(Org, Endpoint::Token)?)
        .with("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange")
        .with("requested_token_type", "urn:okta:params:oauth:token-type:interclient_token")
        .with("subject_token", own.hint()?)
        .with("subject_token_type", "urn:ietf:params:oauth:token-type:id_token")
        .with("actor_token", &own.reply.access_token)
        .with("actor_token_type", "urn:ietf:params:oauth:token-type:access_token")
        .with("audience", &format!("urn:okta:apps:{}", context.client(target)?.id))
        .as_client(context.client(COURIER)?);
    context.post(&form).await
}

/// An interclient token for the second app, encoded.
async fn handed(context: &ScenarioContext) -> Result<String, Stopped> {
    let own = own(context, SCOPE).await?;
    extension::handed_over(&context.recorder, &exchange(context, &own, SECOND).await?).ok_or(Stopped::CheckFailed)
}

/// An authorization request with an interclient token.
fn request(context: &ScenarioContext, client: ClientName, token: &str) -> Result<AuthorizationRequest, Stopped> {
    let actors = context.actors(Org, client, BUYER)?;
    Ok(actors.authorization().request().with("prompt", "none").with("interclient_token", token))
}

/// Sends the token from another browser, which must be rejected.
async fn refused(
    context: &ScenarioContext,
    client: ClientName,
    token: &str,
    error: &str,
    text: &str,
) -> Result<(), Stopped> {
    context.new_browser().await;
    context.step("send the interclient token from another browser");
    let request = request(context, client, token)?;
    context.actors(Org, client, BUYER)?.authorization().expect_error(&request, error, text).await
}

async fn hand_over(context: &ScenarioContext) -> Result<(), Stopped> {
    let own = own(context, SCOPE).await?;
    let reply = exchange(context, &own, SECOND).await?;
    let token = extension::handed_over(&context.recorder, &reply).ok_or(Stopped::CheckFailed)?;
    context.new_browser().await;
    context.step("the second app sends the interclient token from another browser, with prompt=none");
    let (actors, request) = (context.actors(Org, SECOND, BUYER)?, request(context, SECOND, &token)?);
    let journey = actors.authorization().send_as(&request, User::anonymous()).await?;
    authorization::asked_to_sign_in(&context.recorder, &journey, false);
    let callback = actors.authorization().callback(&request, &journey)?;
    let code = authorization::code(&context.recorder, callback).ok_or(Stopped::CheckFailed)?;
    let result = actors.tokens().exchange(request, code).await?;
    if let (Some(first), Some(second)) = (&own.id_token, &result.id_token) {
        id_token::same_sign_in(&context.recorder, first, second);
    }
    Ok(())
}

async fn again(context: &ScenarioContext) -> Result<(), Stopped> {
    let token = handed(context).await?;
    context.step("use the interclient token");
    let actors = context.actors(Org, SECOND, BUYER)?;
    actors.authorization().send_as(&request(context, SECOND, &token)?, User::anonymous()).await?;
    let text = "The 'interclient_token' was already consumed.";
    refused(context, SECOND, &token, "one_time_sso_token_replayed", text).await
}

async fn forged(context: &ScenarioContext) -> Result<(), Stopped> {
    let token = Jwt::parse(&handed(context).await?).map_err(|_| Stopped::CheckFailed)?;
    let header = json!({ "kid": token.header.get("kid") });
    let forged = Key::rsa(&context.target.unregistered_key)?.sign(&header, &json!(token.claims))?;
    refused(context, SECOND, &forged, "invalid_token", "The 'interclient_token' is invalid.").await
}

async fn other_app(context: &ScenarioContext) -> Result<(), Stopped> {
    let token = handed(context).await?;
    refused(context, WEB, &token, "invalid_token", "The 'interclient_token' has an invalid target ID.").await
}

async fn untrusted(context: &ScenarioContext) -> Result<(), Stopped> {
    let reply = exchange(context, &own(context, SCOPE).await?, WEB).await?;
    let text = context.okta_text("No trust relationship exists between the client app and the target app.");
    token::refusal(&context.recorder, &reply, 403, "access_denied", text);
    Ok(())
}

async fn no_scope(context: &ScenarioContext) -> Result<(), Stopped> {
    let reply = exchange(context, &own(context, "openid").await?, SECOND).await?;
    let text = "The 'actor_token' must have the 'interclient_access' scope to request a 'interclient_token'.";
    token::refusal(&context.recorder, &reply, 400, "invalid_grant", context.okta_text(text));
    Ok(())
}

async fn untrusted_scope(context: &ScenarioContext) -> Result<(), Stopped> {
    let actors = context.actors(Org, WEB, BUYER)?;
    let text = "The 'interclient_access' scope can only be granted to clients with a configured trust relationship.";
    actors.authorization().expect_error(&actors.authorization().request().scopes(SCOPE), "invalid_scope", text).await
}

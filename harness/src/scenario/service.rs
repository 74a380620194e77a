//! The client credentials grant.

use super::code::refused_exchange;
use super::context::ScenarioContext;
use super::definition::{RequiredDriver, Scenario, ScenarioFn};
use super::needs::Need;
use super::stopped::Stopped;
use super::token_flow::judge_access_token;
use crate::check::token;
use crate::flow::{self, FormRequest};
use crate::issuer_target::ServerKind::{self, Custom, Org};
use crate::issuer_target::market::{REPORTS, SERVICE};
use crate::issuer_target::{ClientName, Endpoint};

pub(super) fn scenarios() -> Vec<Scenario> {
    vec![
        scenario("service.basic", "A service gets a token with its secret in the header", |context| {
            Box::pin(issued(context, SERVICE))
        }),
        scenario("service.post", "A service gets a token with its secret in the body", |context| {
            Box::pin(issued(context, REPORTS))
        })
        .needs(&[Need::Secret(REPORTS)]),
        scenario("service.openid", "A service cannot request the openid scope", |context| Box::pin(openid(context))),
        scenario("service.unknown-scope", "A service cannot request an unknown scope", |context| {
            Box::pin(unknown_scope(context))
        }),
        scenario(
            "service.missing-scope",
            "A service that requests no scope is rejected if no scope is a default",
            |context| Box::pin(missing_scope(context)),
        ),
        scenario("service.policy", "A service is rejected if no policy rule grants the scope", |context| {
            Box::pin(policy(context))
        })
        .cites(&["Okta: access policies"])
        .needs(&[Need::Secret(REPORTS)]),
        scenario("service.consent-scope", "A service cannot request a scope that needs consent", |context| {
            Box::pin(consent_scope(context))
        })
        .cites(&["Okta: user consent"]),
        scenario("service.wrong-secret", "A wrong client secret is rejected", |context| {
            Box::pin(wrong_secret(context))
        }),
        scenario("service.org", "The org server requires a signed assertion from services", |context| {
            Box::pin(org(context))
        })
        .cites(&["Okta: OAuth for Okta, service apps"])
        .needs(&[Need::Server(Org)]),
    ]
}

fn scenario(id: &'static str, title: &'static str, function: ScenarioFn) -> Scenario {
    Scenario::new(id, title, function)
        .cites(&["RFC 6749 4.4", "Okta: client credentials"])
        .tags(&["service", "token"])
        .driver(RequiredDriver::None)
        .needs(&[Need::Market, Need::Secret(SERVICE), Need::Server(Custom)])
}

fn form(
    context: &ScenarioContext,
    server: ServerKind,
    client: ClientName,
    scope: Option<&str>,
) -> Result<FormRequest, Stopped> {
    let (endpoint, client) = (context.server_endpoint(server, Endpoint::Token)?, context.client(client)?);
    match client.lacks_grant_type("client_credentials") {
        Some(reason) => Err(Stopped::Skipped(reason)),
        None => Ok(flow::client_credentials(endpoint, client, scope)),
    }
}

async fn issued(context: &ScenarioContext, client: ClientName) -> Result<(), Stopped> {
    let (server, client) = (context.server(Custom)?, context.client(client)?);
    let scope = client.scopes.join(" ");
    let reply = context.post(&form(context, Custom, client.name, Some(&scope))?).await?;
    let expected = token::ExpectedTokenResponse {
        scope: Some(&scope),
        id_token: false,
        refresh_token: Some(false),
        speaks_okta: true,
    };
    let reply = token::success(&context.recorder, &reply, expected).ok_or(Stopped::CheckFailed)?;
    judge_access_token(context, server, client, &reply, None, None).await?;
    Ok(())
}

async fn openid(context: &ScenarioContext) -> Result<(), Stopped> {
    let form = form(context, Custom, SERVICE, Some("openid"))?;
    let text = "Cannot request 'openid' scopes using client credentials.";
    refused_exchange(context, &form, (400, "invalid_scope"), text).await
}

async fn unknown_scope(context: &ScenarioContext) -> Result<(), Stopped> {
    let form = form(context, Custom, SERVICE, Some("nobody:knows"))?;
    let text = "One or more scopes are not configured for the authorization server resource.";
    refused_exchange(context, &form, (400, "invalid_scope"), text).await
}

async fn missing_scope(context: &ScenarioContext) -> Result<(), Stopped> {
    let form = form(context, Custom, SERVICE, None)?;
    let text =
        "The authorization server resource does not have any configured default scopes, 'scope' must be provided.";
    refused_exchange(context, &form, (400, "invalid_scope"), text).await
}

async fn policy(context: &ScenarioContext) -> Result<(), Stopped> {
    let form = form(context, Custom, REPORTS, Some("products:update"))?;
    let text = "Policy evaluation failed for this request, please check the policy configurations.";
    refused_exchange(context, &form, (401, "access_denied"), text).await
}

async fn consent_scope(context: &ScenarioContext) -> Result<(), Stopped> {
    let form = form(context, Custom, SERVICE, Some("orders:read:user"))?;
    let text = "The following scopes require user consent and cannot be granted for the client credentials grant type: \
                [orders:read:user].";
    refused_exchange(context, &form, (400, "consent_required"), text).await
}

async fn wrong_secret(context: &ScenarioContext) -> Result<(), Stopped> {
    let client = context.client(SERVICE)?;
    let form = form(context, Custom, SERVICE, Some("products:read"))?.basic(&client.id, "not-the-secret");
    let text = "The client secret supplied for a confidential client is invalid.";
    refused_exchange(context, &form, (401, "invalid_client"), text).await
}

async fn org(context: &ScenarioContext) -> Result<(), Stopped> {
    let form = form(context, Org, SERVICE, Some("okta.users.read"))?;
    let text = "Client Credentials requests to the Org Authorization Server must use the private_key_jwt \
                token_endpoint_auth_method.";
    refused_exchange(context, &form, (401, "invalid_client"), text).await
}

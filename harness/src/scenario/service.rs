//! Machines: the client credentials grant.

use super::code::refused_exchange;
use super::stage::{Halt, Stage};
use super::{Front, Need, Scenario, Told};
use crate::check::token;
use crate::flow::{self, FormRequest};
use crate::issuer_target::ClientName;
use crate::issuer_target::Endpoint;
use crate::issuer_target::ServerKind::{self, Custom, Org};
use crate::issuer_target::market::{REPORTS, SERVICE};

pub(super) fn scenarios() -> Vec<Scenario> {
    vec![
        told("service.basic", "A machine gets a token, its secret in the header", |s| Box::pin(issued(s, SERVICE)))
            .steps(&[
                "ask with client_secret_basic",
                "judge the access token: no user in it, no refresh token beside it",
            ]),
        told("service.post", "A machine gets a token, its secret in the body", |s| Box::pin(issued(s, REPORTS)))
            .steps(&["ask with client_secret_post", "judge the access token"])
            .needs(&[Need::Secret(REPORTS)]),
        told("service.openid", "A machine can't ask for the openid scope", |s| Box::pin(openid(s)))
            .steps(&["ask for openid", "it is refused"]),
        told("service.unknown-scope", "A machine can't ask for a scope that is not there", |s| {
            Box::pin(unknown_scope(s))
        })
        .steps(&["ask for a scope that nobody knows", "it is refused"]),
        told("service.missing-scope", "A machine must name a scope when none is a default", |s| {
            Box::pin(missing_scope(s))
        })
        .steps(&["ask without a scope", "it is refused"]),
        told("service.policy", "A machine gets nothing that its policy does not grant", |s| Box::pin(policy(s)))
            .cites(&["Okta: access policies"])
            .steps(&["the reports client asks for more than reading", "401 access_denied"])
            .needs(&[Need::Secret(REPORTS)]),
        told("service.consent-scope", "A machine can't ask for a scope that a user must agree to", |s| {
            Box::pin(consent_scope(s))
        })
        .cites(&["Okta: user consent"])
        .steps(&["ask for a scope with required consent", "it is refused"]),
        told("service.wrong-secret", "A wrong secret is refused", |s| Box::pin(wrong_secret(s)))
            .steps(&["ask with a wrong secret", "401 invalid_client"]),
        told("service.org", "The org server wants a signed assertion from machines", |s| Box::pin(org(s)))
            .cites(&["Okta: OAuth for Okta, service apps"])
            .steps(&["ask at the org server with a secret", "401 invalid_client"])
            .needs(&[Need::Server(Org)]),
    ]
}

fn told(id: &'static str, title: &'static str, story: Told) -> Scenario {
    Scenario::told(id, title, story)
        .cites(&["RFC 6749 4.4", "Okta: client credentials"])
        .tags(&["service", "token"])
        .front(Front::None)
        .needs(&[Need::Market, Need::Secret(SERVICE), Need::Server(Custom)])
}

fn form(stage: &Stage, server: ServerKind, client: ClientName, scope: Option<&str>) -> Result<FormRequest, Halt> {
    let endpoint = stage.endpoint(stage.server(server)?, Endpoint::Token)?;
    Ok(flow::client_credentials(endpoint, stage.client(client)?, scope))
}

async fn issued(stage: &Stage, client: ClientName) -> Result<(), Halt> {
    let (server, client) = (stage.server(Custom)?, stage.client(client)?);
    let scope = client.scopes.join(" ");
    let reply = stage.post(&form(stage, Custom, client.name, Some(&scope))?).await?;
    let expected =
        token::Expected { scope: Some(&scope), id_token: false, refresh_token: Some(false), speaks_okta: true };
    let reply = token::success(&stage.recorder, &reply, expected).ok_or(Halt::Failed)?;
    stage.access_token(server, client, &reply, None, None).await?;
    Ok(())
}

async fn openid(stage: &Stage) -> Result<(), Halt> {
    let form = form(stage, Custom, SERVICE, Some("openid"))?;
    let text = "Cannot request 'openid' scopes using client credentials.";
    refused_exchange(stage, &form, (400, "invalid_scope"), text).await
}

async fn unknown_scope(stage: &Stage) -> Result<(), Halt> {
    let form = form(stage, Custom, SERVICE, Some("nobody:knows"))?;
    let text = "One or more scopes are not configured for the authorization server resource.";
    refused_exchange(stage, &form, (400, "invalid_scope"), text).await
}

async fn missing_scope(stage: &Stage) -> Result<(), Halt> {
    let form = form(stage, Custom, SERVICE, None)?;
    let text =
        "The authorization server resource does not have any configured default scopes, 'scope' must be provided.";
    refused_exchange(stage, &form, (400, "invalid_scope"), text).await
}

async fn policy(stage: &Stage) -> Result<(), Halt> {
    let form = form(stage, Custom, REPORTS, Some("products:update"))?;
    let text = "Policy evaluation failed for this request, please check the policy configurations.";
    refused_exchange(stage, &form, (401, "access_denied"), text).await
}

async fn consent_scope(stage: &Stage) -> Result<(), Halt> {
    let form = form(stage, Custom, SERVICE, Some("orders:read:user"))?;
    let text = "The following scopes require user consent and cannot be granted for the client credentials grant type: \
                [orders:read:user].";
    refused_exchange(stage, &form, (400, "consent_required"), text).await
}

async fn wrong_secret(stage: &Stage) -> Result<(), Halt> {
    let client = stage.client(SERVICE)?;
    let form = form(stage, Custom, SERVICE, Some("products:read"))?.basic(&client.id, "not-the-secret");
    let text = "The client secret supplied for a confidential client is invalid.";
    refused_exchange(stage, &form, (401, "invalid_client"), text).await
}

async fn org(stage: &Stage) -> Result<(), Halt> {
    let form = form(stage, Org, SERVICE, Some("okta.users.read"))?;
    let text = "Client Credentials requests to the Org Authorization Server must use the private_key_jwt \
                token_endpoint_auth_method.";
    refused_exchange(stage, &form, (401, "invalid_client"), text).await
}

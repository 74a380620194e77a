//! The same issuer over https: every URL that it publishes has the scheme https.

use super::context::ScenarioContext;
use super::definition::{RequiredDriver, Scenario};
use super::needs::Need;
use super::stopped::Stopped;
use super::token_flow::judge_access_token;
use crate::check::discovery::{self, Document};
use crate::check::token;
use crate::flow;
use crate::issuer_target::ServerKind::Custom;
use crate::issuer_target::market::SERVICE;
use crate::issuer_target::{Endpoint, Server};
use crate::wire::Http;

pub(super) fn scenarios() -> Vec<Scenario> {
    vec![
        Scenario::new("https.token", "Over https the discovery document and tokens have https URLs", |context| {
            Box::pin(over_https(context))
        })
        .cites(&["OIDC Discovery 3", "OIDF oidcc-discovery-endpoint-verification"])
        .tags(&["https", "discovery"])
        .driver(RequiredDriver::None)
        .needs(&[Need::Https, Need::Secret(SERVICE), Need::Server(Custom)]),
    ]
}

async fn over_https(context: &ScenarioContext) -> Result<(), Stopped> {
    let (base, ca) = context.https()?;
    let http = Http::new(Some(ca), context.recorder.clone())?;
    let plain = context.server(Custom)?;
    let path = plain.issuer.splitn(4, '/').nth(3).unwrap_or_default();
    let issuer = base.join(path)?.to_string();
    context.step("fetch the discovery document over https");
    let reply = http.get(&base.join(&format!("{path}{}", Document::OpenId.path()))?).await?;
    let members =
        discovery::standard(&context.recorder, &reply, &issuer, Document::OpenId).ok_or(Stopped::CheckFailed)?;
    discovery::schemes(&context.recorder, &members);
    let server = Server::new(Custom, issuer, plain.audience.clone(), reply.json("a discovery document")?);
    context.step("request a token over https");
    let client = context.client(SERVICE)?;
    let form = flow::client_credentials(context.endpoint(&server, Endpoint::Token)?, client, Some("products:read"));
    let reply = form.send(&http).await?;
    let expected = token::ExpectedTokenResponse {
        scope: Some("products:read"),
        id_token: false,
        refresh_token: Some(false),
        speaks_okta: true,
    };
    let tokens = token::success(&context.recorder, &reply, expected).ok_or(Stopped::CheckFailed)?;
    // Fetches the keys over https; they are cached for the check below.
    server.keys(&http).await?;
    judge_access_token(context, &server, client, &tokens, None, None).await?;
    Ok(())
}

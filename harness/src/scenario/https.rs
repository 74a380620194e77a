//! The same issuer over https: everything that it says of itself follows the scheme.

use serde_json::{Map, Value};

use super::stage::{Halt, Stage};
use super::{Front, Need, Scenario};
use crate::check::discovery::{self, Document};
use crate::check::token;
use crate::flow;
use crate::issuer_target::ServerKind::Custom;
use crate::issuer_target::market::SERVICE;
use crate::issuer_target::{Endpoint, Server};
use crate::wire::Http;

pub(super) fn scenarios() -> Vec<Scenario> {
    vec![
        Scenario::told("https.token", "Over https the issuer and its tokens say https", |s| Box::pin(over_https(s)))
            .cites(&["OIDC Discovery 3", "OIDF oidcc-discovery-endpoint-verification"])
            .steps(&[
                "trust the issuer's certificate authority",
                "fetch the discovery document over https",
                "ask for a token over https",
                "every address and the token's issuer are https",
            ])
            .tags(&["https", "discovery"])
            .front(Front::None)
            .needs(&[Need::Https, Need::Secret(SERVICE), Need::Server(Custom)]),
    ]
}

async fn over_https(stage: &Stage) -> Result<(), Halt> {
    let (base, ca) = stage.target.https.as_ref().ok_or_else(|| Halt::Skip("no https".to_owned()))?;
    let http = Http::new(Some(ca), stage.recorder.clone())?;
    let plain = stage.server(Custom)?;
    let path = plain.issuer.splitn(4, '/').nth(3).unwrap_or_default();
    let issuer = base.join(path)?.to_string();
    stage.step("fetch the discovery document over https");
    let reply = http.get(&base.join(&format!("{path}{}", Document::OpenId.path()))?).await?;
    let members = discovery::standard(&stage.recorder, &reply, &issuer, Document::OpenId).ok_or(Halt::Failed)?;
    schemes(stage, &members);
    let server = Server::new(Custom, issuer, plain.audience.clone(), reply.json("a discovery document")?);
    stage.step("ask for a token over https");
    let client = stage.client(SERVICE)?;
    let form = flow::client_credentials(stage.endpoint(&server, Endpoint::Token)?, client, Some("products:read"));
    let reply = form.send(&http).await?;
    let expected = token::Expected {
        scope: Some("products:read"),
        id_token: false,
        refresh_token: Some(false),
        speaks_okta: true,
    };
    let tokens = token::success(&stage.recorder, &reply, expected).ok_or(Halt::Failed)?;
    // The keys come over https too; from here on they are known.
    server.keys(&http).await?;
    stage.access_token(&server, client, &tokens, None, None).await?;
    Ok(())
}

fn schemes(stage: &Stage, members: &Map<String, Value>) {
    let addresses = members.iter().filter(|(name, _)| name.ends_with("_endpoint") || *name == "jwks_uri");
    let plain = addresses.filter_map(|(_, address)| address.as_str()).find(|address| !address.starts_with("https://"));
    discovery::SCHEME.absent(&stage.recorder, "plain address", plain);
}

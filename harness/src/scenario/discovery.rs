//! Discovery documents and keys, of both servers.

use url::Url;

use super::stage::{Halt, Stage};
use super::{Front, Need, Scenario};
use crate::check::discovery::{self, Document};
use crate::check::{headers, keys};
use crate::issuer_target::Endpoint;
use crate::issuer_target::ServerKind::{self, Custom, Org};

pub(super) fn scenarios() -> Vec<Scenario> {
    let document = |id, title, story| {
        Scenario::told(id, title, story)
            .cites(&["OIDC Discovery 4", "RFC 8414 3", "Okta: OpenID Connect metadata"])
            .steps(&["fetch the document", "compare issuer, members, values and order"])
            .tags(&["discovery"])
            .front(Front::None)
    };
    vec![
        document("discovery.custom.openid", "The custom server's OpenID configuration is right", |stage| {
            Box::pin(served(stage, Custom, Document::OpenId))
        })
        .needs(&[Need::Server(Custom)]),
        document("discovery.custom.oauth", "The custom server's OAuth metadata is right", |stage| {
            Box::pin(served(stage, Custom, Document::OAuth))
        })
        .needs(&[Need::Okta, Need::Server(Custom)]),
        document("discovery.org.openid", "The org server's OpenID configuration is right", |stage| {
            Box::pin(served(stage, Org, Document::OpenId))
        })
        .needs(&[Need::Okta, Need::Server(Org)]),
        document("discovery.org.oauth", "The org server's OAuth metadata is right", |stage| {
            Box::pin(served(stage, Org, Document::OAuth))
        })
        .needs(&[Need::Okta, Need::Server(Org)]),
        document("discovery.custom.insertion", "The RFC 8414 form of the address serves the same document", |stage| {
            Box::pin(insertion(stage))
        })
        .needs(&[Need::Okta, Need::Server(Custom), Need::Server(Org)]),
        document("discovery.unknown-server", "An authorization server that is not there is not found", |stage| {
            Box::pin(unknown_server(stage))
        })
        .needs(&[Need::Okta, Need::Server(Org)]),
        document("discovery.unknown-client", "A client that is not there gets no document", |stage| {
            Box::pin(unknown_client(stage))
        })
        .needs(&[Need::Okta, Need::Server(Custom)]),
        document("keys.custom", "The custom server publishes usable keys", |stage| Box::pin(published(stage, Custom)))
            .needs(&[Need::Endpoint(Custom, Endpoint::Keys)]),
        document("keys.org", "The org server publishes usable keys", |stage| Box::pin(published(stage, Org)))
            .needs(&[Need::Endpoint(Org, Endpoint::Keys)]),
    ]
}

async fn served(stage: &Stage, role: ServerKind, document: Document) -> Result<(), Halt> {
    let server = stage.server(role)?;
    stage.step(format!("fetch the {} server's document", role.word()));
    let reply = stage.http.get(&server.under_issuer(document.path())?).await?;
    let members = discovery::standard(&stage.recorder, &reply, &server.issuer, document).ok_or(Halt::Failed)?;
    if stage.target.speaks_okta() {
        discovery::okta(&stage.recorder, &members, &server.issuer, role, document);
        headers::discovery(&stage.recorder, &reply);
    }
    Ok(())
}

async fn insertion(stage: &Stage) -> Result<(), Halt> {
    let custom = stage.server(Custom)?;
    let issuer = Url::parse(&custom.issuer)?;
    stage.step("fetch both forms of the address");
    let usual = stage.http.get(&custom.under_issuer(Document::OAuth.path())?).await?;
    let inserted = issuer.join(&format!("{}{}", Document::OAuth.path(), issuer.path()))?;
    let reply = stage.http.get(&inserted).await?;
    discovery::SAME.holds(&stage.recorder, reply.body == usual.body, &usual.body, &reply.body);
    Ok(())
}

async fn unknown_server(stage: &Stage) -> Result<(), Halt> {
    let org = stage.server(Org)?;
    stage.step("ask for a server that is not there");
    let path = format!("/oauth2/ausnotthere00000005d7{}", Document::OpenId.path());
    let reply = stage.http.get(&org.under_issuer(&path)?).await?;
    discovery::unknown_server(&stage.recorder, &reply, "ausnotthere00000005d7");
    Ok(())
}

async fn unknown_client(stage: &Stage) -> Result<(), Halt> {
    let mut address = stage.server(Custom)?.under_issuer(Document::OpenId.path())?;
    address.query_pairs_mut().append_pair("client_id", "0oanotthere000000005");
    stage.step("ask on behalf of a client that is not there");
    let reply = stage.http.get(&address).await?;
    discovery::unknown_client(&stage.recorder, &reply);
    Ok(())
}

async fn published(stage: &Stage, role: ServerKind) -> Result<(), Halt> {
    let address = stage.endpoint(stage.server(role)?, Endpoint::Keys)?;
    stage.step(format!("fetch the {} server's keys", role.word()));
    let reply = stage.http.get(address).await?;
    keys::judge(&stage.recorder, &reply, stage.target.speaks_okta());
    Ok(())
}

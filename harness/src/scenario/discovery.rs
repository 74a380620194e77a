//! Discovery documents and keys, of both servers.

use url::Url;

use super::context::ScenarioContext;
use super::definition::{RequiredDriver, Scenario};
use super::needs::Need;
use super::stopped::Stopped;
use crate::check::discovery::{self, Document};
use crate::check::{headers, keys};
use crate::issuer_target::Endpoint;
use crate::issuer_target::ServerKind::{self, Custom, Org};

pub(super) fn scenarios() -> Vec<Scenario> {
    let document = |id, title, function| {
        Scenario::new(id, title, function)
            .cites(&["OIDC Discovery 4", "RFC 8414 3", "Okta: OpenID Connect metadata"])
            .tags(&["discovery"])
            .driver(RequiredDriver::None)
    };
    vec![
        document("discovery.custom.openid", "The custom server serves a correct OpenID configuration", |context| {
            Box::pin(served(context, Custom, Document::OpenId))
        })
        .needs(&[Need::Server(Custom)]),
        document("discovery.custom.oauth", "The custom server serves correct OAuth metadata", |context| {
            Box::pin(served(context, Custom, Document::OAuth))
        })
        .needs(&[Need::Okta, Need::Server(Custom)]),
        document("discovery.org.openid", "The org server serves a correct OpenID configuration", |context| {
            Box::pin(served(context, Org, Document::OpenId))
        })
        .needs(&[Need::Okta, Need::Server(Org)]),
        document("discovery.org.oauth", "The org server serves correct OAuth metadata", |context| {
            Box::pin(served(context, Org, Document::OAuth))
        })
        .needs(&[Need::Okta, Need::Server(Org)]),
        document("discovery.custom.insertion", "The RFC 8414 form of the URL serves the same document", |context| {
            Box::pin(insertion(context))
        })
        .needs(&[Need::Okta, Need::Server(Custom), Need::Server(Org)]),
        document("discovery.unknown-server", "An unknown authorization server is answered with 404", |context| {
            Box::pin(unknown_server(context))
        })
        .needs(&[Need::Okta, Need::Server(Org)]),
        document("discovery.unknown-client", "A request with an unknown client_id gets no document", |context| {
            Box::pin(unknown_client(context))
        })
        .needs(&[Need::Okta, Need::Server(Custom)]),
        document("keys.custom", "The custom server publishes usable keys", |context| {
            Box::pin(published(context, Custom))
        })
        .needs(&[Need::Endpoint(Custom, Endpoint::Keys)]),
        document("keys.org", "The org server publishes usable keys", |context| Box::pin(published(context, Org)))
            .needs(&[Need::Endpoint(Org, Endpoint::Keys)]),
    ]
}

async fn served(context: &ScenarioContext, role: ServerKind, document: Document) -> Result<(), Stopped> {
    let server = context.server(role)?;
    context.step(format!("fetch the discovery document of the {} server", role.word()));
    let reply = context.http.get(&server.under_issuer(document.path())?).await?;
    let members =
        discovery::standard(&context.recorder, &reply, &server.issuer, document).ok_or(Stopped::CheckFailed)?;
    if context.target.speaks_okta() {
        discovery::okta(&context.recorder, &members, &server.issuer, role, document);
        headers::discovery(&context.recorder, &reply);
    }
    Ok(())
}

async fn insertion(context: &ScenarioContext) -> Result<(), Stopped> {
    let custom = context.server(Custom)?;
    let issuer = Url::parse(&custom.issuer)?;
    context.step("fetch both forms of the URL");
    let usual = context.http.get(&custom.under_issuer(Document::OAuth.path())?).await?;
    let inserted = issuer.join(&format!("{}{}", Document::OAuth.path(), issuer.path()))?;
    let reply = context.http.get(&inserted).await?;
    discovery::SAME.holds(&context.recorder, reply.body == usual.body, &usual.body, &reply.body);
    Ok(())
}

async fn unknown_server(context: &ScenarioContext) -> Result<(), Stopped> {
    let org = context.server(Org)?;
    context.step("fetch the document of an unknown server");
    let path = format!("/oauth2/ausnotthere00000005d7{}", Document::OpenId.path());
    let reply = context.http.get(&org.under_issuer(&path)?).await?;
    discovery::unknown_server(&context.recorder, &reply, "ausnotthere00000005d7");
    Ok(())
}

async fn unknown_client(context: &ScenarioContext) -> Result<(), Stopped> {
    let mut address = context.server(Custom)?.under_issuer(Document::OpenId.path())?;
    address.query_pairs_mut().append_pair("client_id", "0oanotthere000000005");
    context.step("fetch the document with an unknown client_id");
    let reply = context.http.get(&address).await?;
    discovery::unknown_client(&context.recorder, &reply);
    Ok(())
}

async fn published(context: &ScenarioContext, role: ServerKind) -> Result<(), Stopped> {
    let address = context.server_endpoint(role, Endpoint::Keys)?;
    context.step(format!("fetch the keys of the {} server", role.word()));
    let reply = context.http.get(address).await?;
    keys::judge(&context.recorder, &reply, context.target.speaks_okta());
    Ok(())
}

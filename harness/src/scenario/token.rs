//! The token endpoint's refusals that any grant shares: who asks, and for what grant.

use super::code::refused_exchange;
use super::stage::{Halt, Stage};
use super::{Front, Need, Scenario, Told};
use crate::check::token;
use crate::flow::{FormRequest, random_text};
use crate::issuer_target::Endpoint;
use crate::issuer_target::ServerKind::Custom;
use crate::issuer_target::market::{SERVICE, SPA, WEB};

pub(super) fn scenarios() -> Vec<Scenario> {
    vec![
        told("token.unknown-client", "An unknown client is refused in Okta's own envelope", |s| {
            Box::pin(unknown_client(s))
        })
        .steps(&["ask as a client that is not there", "errorCode invalid_client"]),
        told("token.wrong-secret", "A wrong secret is refused", |s| Box::pin(wrong_secret(s)))
            .cites(&["RFC 6749 5.2"])
            .steps(&["ask with a wrong secret", "401 invalid_client"]),
        told("token.no-credentials", "A client with a secret must show it", |s| Box::pin(no_credentials(s)))
            .cites(&["RFC 6749 3.2.1"])
            .steps(&["ask without any credentials", "401 invalid_client"]),
        told("token.public-as-confidential", "A client with a secret can't pass as one without", |s| {
            Box::pin(public(s))
        })
        .cites(&["RFC 6749 3.2.1"])
        .steps(&["ask with the client_id alone", "401 invalid_client"]),
        told("token.double-credentials", "Credentials come one way, not two", |s| Box::pin(double(s)))
            .cites(&["RFC 6749 2.3"])
            .steps(&["ask with the secret in header and body", "401 invalid_request"]),
        told("token.malformed-basic", "A header that is no credentials is refused", |s| Box::pin(malformed(s)))
            .steps(&["ask with a broken Authorization header", "401 invalid_client"]),
        told("token.credentials-in-query", "Credentials never travel in a query", |s| Box::pin(query(s)))
            .cites(&["RFC 6749 2.3.1"])
            .steps(&["ask with the secret in the query", "400 invalid_request"]),
        told("token.duplicate-parameter", "A parameter that comes twice is refused", |s| Box::pin(duplicate(s)))
            .cites(&["RFC 6749 3.2"])
            .steps(&["send the scope twice", "400 invalid_request"])
            .needs(&[Need::Secret(SERVICE)]),
        told("token.missing-grant-type", "A request without a grant type is refused", |s| Box::pin(missing_grant(s)))
            .cites(&["RFC 6749 5.2"])
            .steps(&["ask without a grant type", "400 invalid_request"]),
        told("token.unknown-grant-type", "A grant type that nobody knows is refused", |s| Box::pin(unknown_grant(s)))
            .cites(&["RFC 6749 5.2"])
            .steps(&["ask with a made-up grant type", "400 unsupported_grant_type"]),
        told("token.unauthorized-grant-type", "A grant type that the client may not use is refused", |s| {
            Box::pin(unauthorized_grant(s))
        })
        .cites(&["RFC 6749 5.2"])
        .steps(&["the browser client asks for client credentials", "400 unauthorized_client"])
        .needs(&[Need::Market, Need::Client(SPA)]),
        told("token.missing-code", "The code grant needs a code", |s| Box::pin(missing_code(s)))
            .cites(&["RFC 6749 4.1.3"])
            .steps(&["ask without a code", "400 invalid_request"]),
    ]
}

fn told(id: &'static str, title: &'static str, story: Told) -> Scenario {
    Scenario::told(id, title, story)
        .cites(&["Okta: OAuth 2.0 and OpenID Connect error codes"])
        .tags(&["token"])
        .front(Front::None)
        .needs(&[Need::Okta, Need::Secret(WEB), Need::Server(Custom)])
}

/// A code request as it would be, without any credentials.
fn bare(stage: &Stage) -> Result<FormRequest, Halt> {
    let endpoint = stage.endpoint(stage.server(Custom)?, Endpoint::Token)?;
    Ok(FormRequest::new(endpoint)
        .with("grant_type", "authorization_code")
        .with("code", &random_text(32))
        .with("redirect_uri", stage.target.redirect_uri.as_str()))
}

fn secret(stage: &Stage) -> Result<(&str, &str), Halt> {
    let client = stage.client(WEB)?;
    Ok((&client.id, client.secret.as_deref().unwrap_or_default()))
}

async fn unknown_client(stage: &Stage) -> Result<(), Halt> {
    let form = bare(stage)?.basic("0oanotthere000000005", "no-secret-at-all");
    let reply = stage.post(&form).await?;
    token::unknown_client(&stage.recorder, &reply);
    token::ERROR_STATUS.holds(
        &stage.recorder,
        matches!(reply.status, 400 | 401),
        "401, or 400 on some orgs",
        reply.status,
    );
    Ok(())
}

async fn wrong_secret(stage: &Stage) -> Result<(), Halt> {
    let form = bare(stage)?.basic(secret(stage)?.0, "not-the-secret");
    let text = "The client secret supplied for a confidential client is invalid.";
    let reply = stage.post(&form).await?;
    token::refusal(&stage.recorder, &reply, 401, "invalid_client", Some(text));
    token::ERROR_NO_CHALLENGE.absent(&stage.recorder, "WWW-Authenticate", reply.header("www-authenticate"));
    Ok(())
}

async fn no_credentials(stage: &Stage) -> Result<(), Halt> {
    refused_exchange(stage, &bare(stage)?, (401, "invalid_client"), "No client credentials found.").await
}

async fn public(stage: &Stage) -> Result<(), Halt> {
    let form = bare(stage)?.with("client_id", secret(stage)?.0);
    let text = "Client authentication failed. Either the client or the client credentials are invalid.";
    refused_exchange(stage, &form, (401, "invalid_client"), text).await
}

async fn double(stage: &Stage) -> Result<(), Halt> {
    let (id, secret) = secret(stage)?;
    let form = bare(stage)?.basic(id, secret).secret_in_body(id, secret);
    let text = "Cannot supply multiple client credentials. Use one of the following: credentials in the Authorization \
                header, credentials in the post body, or a client_assertion in the post body.";
    refused_exchange(stage, &form, (401, "invalid_request"), text).await
}

async fn malformed(stage: &Stage) -> Result<(), Halt> {
    let form = bare(stage)?.with_header("authorization", "Basic !!!");
    let text = "Found Authentication header but was not valid client credentials.";
    refused_exchange(stage, &form, (401, "invalid_client"), text).await
}

async fn query(stage: &Stage) -> Result<(), Halt> {
    let (id, secret) = secret(stage)?;
    let form = bare(stage)?.in_query("client_id", id).in_query("client_secret", secret);
    let text = "Client credentials cannot be supplied via query parameters.";
    refused_exchange(stage, &form, (400, "invalid_request"), text).await
}

async fn duplicate(stage: &Stage) -> Result<(), Halt> {
    let client = stage.client(SERVICE)?;
    let endpoint = stage.endpoint(stage.server(Custom)?, Endpoint::Token)?;
    let form = crate::flow::client_credentials(endpoint, client, Some("products:read")).with("scope", "products:read");
    let text = "The request contained multiple parameters with the same name.";
    refused_exchange(stage, &form, (400, "invalid_request"), text).await
}

async fn missing_grant(stage: &Stage) -> Result<(), Halt> {
    let (id, secret) = secret(stage)?;
    let form = bare(stage)?.without("grant_type").basic(id, secret);
    // The description lists the grants of the org, so only the code is judged.
    refused_exchange(stage, &form, (400, "invalid_request"), "").await
}

async fn unknown_grant(stage: &Stage) -> Result<(), Halt> {
    let (id, secret) = secret(stage)?;
    let form = bare(stage)?.replacing("grant_type", "carrier_pigeon").basic(id, secret);
    refused_exchange(stage, &form, (400, "unsupported_grant_type"), "").await
}

async fn unauthorized_grant(stage: &Stage) -> Result<(), Halt> {
    let endpoint = stage.endpoint(stage.server(Custom)?, Endpoint::Token)?;
    let form = crate::flow::client_credentials(endpoint, stage.client(SPA)?, Some("products:read"));
    refused_exchange(stage, &form, (400, "unauthorized_client"), "").await
}

async fn missing_code(stage: &Stage) -> Result<(), Halt> {
    let (id, secret) = secret(stage)?;
    let form = bare(stage)?.without("code").basic(id, secret);
    refused_exchange(stage, &form, (400, "invalid_request"), "The required parameter 'code' is missing.").await
}

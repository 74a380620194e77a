//! Errors of the token endpoint that all grants share: client authentication and grant types.

use super::code::refused_exchange;
use super::context::ScenarioContext;
use super::definition::{RequiredDriver, Scenario, ScenarioFn};
use super::needs::Need;
use super::stopped::Stopped;
use crate::check::token;
use crate::flow::{FormRequest, random_text};
use crate::issuer_target::Endpoint;
use crate::issuer_target::ServerKind::Custom;
use crate::issuer_target::market::{SERVICE, SPA, WEB};

pub(super) fn scenarios() -> Vec<Scenario> {
    vec![
        scenario("token.unknown-client", "An unknown client is rejected with Okta's API error", |context| {
            Box::pin(unknown_client(context))
        }),
        scenario("token.wrong-secret", "A wrong client secret is rejected", |context| Box::pin(wrong_secret(context)))
            .cites(&["RFC 6749 5.2"]),
        scenario("token.no-credentials", "A confidential client without its secret is rejected", |context| {
            Box::pin(no_credentials(context))
        })
        .cites(&["RFC 6749 3.2.1"]),
        scenario(
            "token.public-as-confidential",
            "A confidential client that sends only its client_id is rejected",
            |context| Box::pin(public(context)),
        )
        .cites(&["RFC 6749 3.2.1"]),
        scenario("token.double-credentials", "Credentials in the header and in the body are rejected", |context| {
            Box::pin(double(context))
        })
        .cites(&["RFC 6749 2.3"]),
        scenario("token.malformed-basic", "A malformed Basic header is rejected", |context| {
            Box::pin(malformed(context))
        }),
        scenario("token.credentials-in-query", "Credentials in the query are rejected", |context| {
            Box::pin(query(context))
        })
        .cites(&["RFC 6749 2.3.1"]),
        scenario("token.duplicate-parameter", "A duplicate parameter is rejected", |context| {
            Box::pin(duplicate(context))
        })
        .cites(&["RFC 6749 3.2"])
        .needs(&[Need::Secret(SERVICE)]),
        scenario("token.missing-grant-type", "A request without a grant type is rejected", |context| {
            Box::pin(missing_grant(context))
        })
        .cites(&["RFC 6749 5.2"]),
        scenario("token.unknown-grant-type", "An unknown grant type is rejected", |context| {
            Box::pin(unknown_grant(context))
        })
        .cites(&["RFC 6749 5.2"]),
        scenario("token.unauthorized-grant-type", "A grant type that the client may not use is rejected", |context| {
            Box::pin(unauthorized_grant(context))
        })
        .cites(&["RFC 6749 5.2"])
        .needs(&[Need::Market, Need::Client(SPA)]),
        scenario("token.missing-code", "A code grant without a code is rejected", |context| {
            Box::pin(missing_code(context))
        })
        .cites(&["RFC 6749 4.1.3"]),
    ]
}

fn scenario(id: &'static str, title: &'static str, function: ScenarioFn) -> Scenario {
    Scenario::new(id, title, function)
        .cites(&["Okta: OAuth 2.0 and OpenID Connect error codes"])
        .tags(&["token"])
        .driver(RequiredDriver::None)
        .needs(&[Need::Okta, Need::Secret(WEB), Need::Server(Custom)])
}

/// A code grant without credentials.
fn bare(context: &ScenarioContext) -> Result<FormRequest, Stopped> {
    let endpoint = context.server_endpoint(Custom, Endpoint::Token)?;
    Ok(FormRequest::new(endpoint)
        .with("grant_type", "authorization_code")
        .with("code", &random_text(32))
        .with("redirect_uri", context.target.redirect_uri.as_str()))
}

fn secret(context: &ScenarioContext) -> Result<(&str, &str), Stopped> {
    let client = context.client(WEB)?;
    Ok((&client.id, client.secret.as_deref().unwrap_or_default()))
}

async fn unknown_client(context: &ScenarioContext) -> Result<(), Stopped> {
    let form = bare(context)?.basic("0oanotthere000000005", "no-secret-at-all");
    let reply = context.post(&form).await?;
    token::unknown_client(&context.recorder, &reply);
    token::ERROR_STATUS.holds(
        &context.recorder,
        matches!(reply.status, 400 | 401),
        "401, or 400 on some orgs",
        reply.status,
    );
    Ok(())
}

async fn wrong_secret(context: &ScenarioContext) -> Result<(), Stopped> {
    let form = bare(context)?.basic(secret(context)?.0, "not-the-secret");
    let text = "The client secret supplied for a confidential client is invalid.";
    let reply = context.post(&form).await?;
    token::refusal(&context.recorder, &reply, 401, "invalid_client", Some(text));
    token::ERROR_NO_CHALLENGE.absent(&context.recorder, "WWW-Authenticate", reply.header("www-authenticate"));
    Ok(())
}

async fn no_credentials(context: &ScenarioContext) -> Result<(), Stopped> {
    refused_exchange(context, &bare(context)?, (401, "invalid_client"), "No client credentials found.").await
}

async fn public(context: &ScenarioContext) -> Result<(), Stopped> {
    let form = bare(context)?.with("client_id", secret(context)?.0);
    let text = "Client authentication failed. Either the client or the client credentials are invalid.";
    refused_exchange(context, &form, (401, "invalid_client"), text).await
}

async fn double(context: &ScenarioContext) -> Result<(), Stopped> {
    let (id, secret) = secret(context)?;
    let form = bare(context)?.basic(id, secret).secret_in_body(id, secret);
    let text = "Cannot supply multiple client credentials. Use one of the following: credentials in the Authorization \
                header, credentials in the post body, or a client_assertion in the post body.";
    refused_exchange(context, &form, (401, "invalid_request"), text).await
}

async fn malformed(context: &ScenarioContext) -> Result<(), Stopped> {
    let form = bare(context)?.with_header("authorization", "Basic !!!");
    let text = "Found Authentication header but was not valid client credentials.";
    refused_exchange(context, &form, (401, "invalid_client"), text).await
}

async fn query(context: &ScenarioContext) -> Result<(), Stopped> {
    let (id, secret) = secret(context)?;
    let form = bare(context)?.in_query("client_id", id).in_query("client_secret", secret);
    let text = "Client credentials cannot be supplied via query parameters.";
    refused_exchange(context, &form, (400, "invalid_request"), text).await
}

async fn duplicate(context: &ScenarioContext) -> Result<(), Stopped> {
    let client = context.client(SERVICE)?;
    let endpoint = context.server_endpoint(Custom, Endpoint::Token)?;
    let form = crate::flow::client_credentials(endpoint, client, Some("products:read")).with("scope", "products:read");
    let text = "The request contained multiple parameters with the same name.";
    refused_exchange(context, &form, (400, "invalid_request"), text).await
}

async fn missing_grant(context: &ScenarioContext) -> Result<(), Stopped> {
    let (id, secret) = secret(context)?;
    let form = bare(context)?.without("grant_type").basic(id, secret);
    // The description lists the grants of the org, so only the code is judged.
    refused_exchange(context, &form, (400, "invalid_request"), "").await
}

async fn unknown_grant(context: &ScenarioContext) -> Result<(), Stopped> {
    let (id, secret) = secret(context)?;
    let form = bare(context)?.replacing("grant_type", "carrier_pigeon").basic(id, secret);
    refused_exchange(context, &form, (400, "unsupported_grant_type"), "").await
}

async fn unauthorized_grant(context: &ScenarioContext) -> Result<(), Stopped> {
    let endpoint = context.server_endpoint(Custom, Endpoint::Token)?;
    let form = crate::flow::client_credentials(endpoint, context.client(SPA)?, Some("products:read"));
    refused_exchange(context, &form, (400, "unauthorized_client"), "").await
}

async fn missing_code(context: &ScenarioContext) -> Result<(), Stopped> {
    let (id, secret) = secret(context)?;
    let form = bare(context)?.without("code").basic(id, secret);
    refused_exchange(context, &form, (400, "invalid_request"), "The required parameter 'code' is missing.").await
}

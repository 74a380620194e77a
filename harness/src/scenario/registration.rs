//! Dynamic client registration (RFC 7591, RFC 7592).

use serde_json::{Value, json};

use super::actors::Actors;
use super::context::ScenarioContext;
use super::definition::{RequiredDriver, Scenario, ScenarioFn};
use super::needs::Need;
use super::stopped::Stopped;
use crate::check::registration;
use crate::issuer_target::Endpoint;
use crate::issuer_target::ServerKind::Custom;
use crate::issuer_target::market::BUYER;
use crate::wire::error::summary;

pub(super) fn scenarios() -> Vec<Scenario> {
    vec![
        scenario("registration.life", "A client is registered, signs a user in, and is removed", |context| {
            Box::pin(life_cycle(context))
        })
        .driver(RequiredDriver::Http)
        .needs(&[Need::Account(BUYER)]),
        scenario("registration.no-token", "A registration without a token is rejected", |context| {
            Box::pin(no_token(context))
        }),
    ]
}

fn scenario(id: &'static str, title: &'static str, function: ScenarioFn) -> Scenario {
    Scenario::new(id, title, function)
        .cites(&["RFC 7591 3", "Okta: dynamic client registration"])
        .tags(&["registration"])
        .driver(RequiredDriver::None)
        .needs(&[Need::Okta, Need::ApiToken, Need::Endpoint(Custom, Endpoint::Registration)])
}

async fn life_cycle(context: &ScenarioContext) -> Result<(), Stopped> {
    let endpoint = context.registration();
    let client = endpoint.register(&json!({})).await?;
    let actors = Actors { context, server: context.server(Custom)?, client: &client, account: context.account(BUYER)? };
    actors.tokens().sign_in(actors.authorization().request()).await?;
    let read = endpoint.read(&client).await?;
    let body: Value = serde_json::from_str(&read.body).unwrap_or_default();
    let kept = read.status == 200 && body["client_id"] == json!(client.id) && body["client_secret"].is_null();
    registration::SECRET_ONCE.holds(&context.recorder, kept, "200 without client_secret", summary(&read));
    let removed = endpoint.delete(&client).await?;
    let journey = actors.authorization().send(&actors.authorization().request()).await?;
    let gone = removed.status == 204 && journey.callback().is_none();
    let actual = format!("{}, then {}", removed.status, journey.summary());
    registration::GONE.holds(&context.recorder, gone, "204, then an error page", actual);
    Ok(())
}

async fn no_token(context: &ScenarioContext) -> Result<(), Stopped> {
    let reply = context.registration().create_without_token().await?;
    let refused = matches!(reply.status, 401 | 403);
    registration::REFUSED.holds(&context.recorder, refused, "401 or 403", summary(&reply));
    Ok(())
}

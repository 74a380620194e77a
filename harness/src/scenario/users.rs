//! Users who cannot sign in, each for another reason.

use super::context::ScenarioContext;
use super::definition::{Scenario, ScenarioFn};
use super::needs::Need;
use super::stopped::Stopped;
use crate::check::authorization;
use crate::driver::User;
use crate::issuer_target::ServerKind::Custom;
use crate::issuer_target::market::{
    BUYER, DENIED, DEPROVISIONED, EXPIRED, LOCKED, STAGED, SUSPENDED, UNASSIGNED, WARNED, WEB,
};
use crate::issuer_target::{Account, AccountName};
use crate::wire::journey::Journey;
use crate::wire::page::PageKind;

pub(super) fn scenarios() -> Vec<Scenario> {
    let on_the_page = |id, title, role, function| scenario(id, title, function).needs(&[Need::Account(role)]);
    vec![
        scenario("users.wrong-password", "A wrong password leads to an error on the page", |context| {
            Box::pin(wrong_password(context))
        })
        .needs(&[Need::Market, Need::ExclusiveIssuer, Need::Account(BUYER)]),
        scenario("users.unknown", "An unknown user leads to an error on the page", |context| {
            Box::pin(unknown(context))
        }),
        on_the_page("users.locked", "A locked-out user cannot sign in", LOCKED, |context| {
            Box::pin(refused(context, LOCKED))
        }),
        on_the_page("users.suspended", "A suspended user cannot sign in", SUSPENDED, |context| {
            Box::pin(refused(context, SUSPENDED))
        }),
        on_the_page("users.deprovisioned", "A deactivated user cannot sign in", DEPROVISIONED, |context| {
            Box::pin(refused(context, DEPROVISIONED))
        }),
        on_the_page("users.staged", "A user who was never activated cannot sign in", STAGED, |context| {
            Box::pin(refused(context, STAGED))
        }),
        on_the_page("users.expired", "A user with an expired password has to set a new one", EXPIRED, |context| {
            Box::pin(asked_for_new_password(context, EXPIRED))
        }),
        on_the_page(
            "users.warned",
            "A user whose password expires soon can set a new one in time",
            WARNED,
            |context| Box::pin(asked_for_new_password(context, WARNED)),
        ),
        scenario("users.unassigned", "A user who is not assigned to the client gets access_denied", |context| {
            Box::pin(sent_back(context, UNASSIGNED, "User is not assigned to the client application."))
        })
        .cites(&["Okta: OAuth 2.0 and OpenID Connect error codes"])
        .needs(&[Need::Account(UNASSIGNED)]),
        scenario("users.policy-denied", "A user without a matching policy rule gets access_denied", |context| {
            let text = "Policy evaluation failed for this request, please check the policy configurations.";
            Box::pin(sent_back(context, DENIED, text))
        })
        .cites(&["Okta: access policies"])
        .needs(&[Need::Account(DENIED)]),
    ]
}

fn scenario(id: &'static str, title: &'static str, function: ScenarioFn) -> Scenario {
    Scenario::new(id, title, function).cites(&["Okta: user status", "OIDC Core 3.1.2.3"]).tags(&["users"]).needs(&[
        Need::Market,
        Need::Client(WEB),
        Need::Server(Custom),
    ])
}

async fn visit(context: &ScenarioContext, account: &Account) -> Result<Journey, Stopped> {
    let actors = context.actors(Custom, WEB, BUYER)?;
    let user = User::consenting(account);
    actors.authorization().send_as(&actors.authorization().request(), user).await
}

async fn refused_as(context: &ScenarioContext, account: &Account) -> Result<(), Stopped> {
    let journey = visit(context, account).await?;
    authorization::sign_in_refused(&context.recorder, &journey);
    Ok(())
}

async fn asked_for_new_password(context: &ScenarioContext, role: AccountName) -> Result<(), Stopped> {
    let journey = visit(context, context.account(role)?).await?;
    authorization::asks(&context.recorder, &journey, PageKind::NewPassword);
    Ok(())
}

pub(super) async fn refused(context: &ScenarioContext, role: AccountName) -> Result<(), Stopped> {
    refused_as(context, context.account(role)?).await
}

async fn wrong_password(context: &ScenarioContext) -> Result<(), Stopped> {
    let account = context.account(BUYER)?.clone();
    refused_as(context, &Account { password: "not the password".to_owned(), ..account }).await
}

async fn unknown(context: &ScenarioContext) -> Result<(), Stopped> {
    let account = context.account(BUYER)?.clone();
    refused_as(context, &Account { login: "nobody@example.test".to_owned(), ..account }).await
}

async fn sent_back(context: &ScenarioContext, role: AccountName, text: &str) -> Result<(), Stopped> {
    let actors = context.actors(Custom, WEB, role)?;
    // Policies decide on custom scopes only.
    let request = actors.authorization().request().scopes("openid products:read");
    actors.authorization().expect_error(&request, "access_denied", text).await
}

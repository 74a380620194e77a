//! Users who sign in with a second factor.

use super::actors::Actors;
use super::context::ScenarioContext;
use super::definition::{Scenario, ScenarioFn};
use super::needs::Need;
use super::stopped::Stopped;
use super::token_flow::Tokens;
use crate::check::{authorization, id_token};
use crate::driver::User;
use crate::flow::AuthorizationRequest;
use crate::issuer_target::ServerKind::Custom;
use crate::issuer_target::market::{APP_FACTOR, BUYER, NO_FACTOR, QUESTION_FACTOR, WEB};
use crate::issuer_target::{Account, AccountName};
use crate::wire::page::PageKind;

/// Okta: any two factors.
const TWO_FACTORS: &str = "urn:okta:loa:2fa:any";

pub(super) fn scenarios() -> Vec<Scenario> {
    vec![
        scenario("second-factor.app", "A user signs in with a code of an authenticator app", APP_FACTOR, |context| {
            Box::pin(app(context))
        })
        .cites(&["RFC 6238"])
        .needs(&[Need::ExclusiveIssuer]),
        scenario(
            "second-factor.question",
            "A user signs in with the answer to a security question",
            QUESTION_FACTOR,
            |context| Box::pin(signs_in(context, QUESTION_FACTOR, &["pwd", "kba", "mfa"])),
        ),
        scenario("second-factor.wrong", "A wrong answer is rejected with an alert", QUESTION_FACTOR, |context| {
            Box::pin(wrong(context))
        })
        .needs(&[Need::ExclusiveIssuer]),
        scenario(
            "second-factor.asked",
            "Without the second factor the sign-in does not end",
            QUESTION_FACTOR,
            |context| Box::pin(asked(context)),
        ),
        scenario(
            "second-factor.enrollment",
            "A user without a second factor is asked to set one up",
            NO_FACTOR,
            |context| Box::pin(enrollment(context)),
        )
        .cites(&["Okta: authenticator enrollment policies"]),
        scenario("second-factor.acr", "A request for two factors is answered with its acr", APP_FACTOR, |context| {
            Box::pin(acr(context))
        })
        .cites(&["Okta: step-up authentication", "OIDC Core 5.5.1.1"])
        .needs(&[Need::Okta, Need::ExclusiveIssuer]),
        scenario(
            "second-factor.unmet",
            "A request for a passkey fails for a user who can have none",
            BUYER,
            |context| Box::pin(unmet(context)),
        )
        .cites(&["Okta: step-up authentication"])
        .needs(&[Need::Okta]),
    ]
}

fn scenario(id: &'static str, title: &'static str, account: AccountName, function: ScenarioFn) -> Scenario {
    Scenario::new(id, title, function).cites(&["OIDC Core 3.1.2.3"]).tags(&["users", "second-factor"]).needs(&[
        Need::Market,
        Need::Client(WEB),
        Need::Server(Custom),
        Need::Account(account),
    ])
}

fn actors(context: &ScenarioContext, role: AccountName) -> Result<Actors<'_>, Stopped> {
    context.actors(Custom, WEB, role)
}

async fn tokens(actors: &Actors<'_>, request: AuthorizationRequest) -> Result<Tokens, Stopped> {
    let tokens = actors.tokens().sign_in(request).await?;
    if tokens.id_token.is_none() { Err(Stopped::CheckFailed) } else { Ok(tokens) }
}

/// Waits for a code that no other scenario has used: each is accepted once, half a minute early or late.
async fn unused_code(context: &ScenarioContext) -> Result<(), Stopped> {
    context.advance_clock(60).await
}

async fn app(context: &ScenarioContext) -> Result<(), Stopped> {
    unused_code(context).await?;
    signs_in(context, APP_FACTOR, &["pwd", "otp", "mfa"]).await
}

pub(super) async fn signs_in(context: &ScenarioContext, role: AccountName, proved: &[&str]) -> Result<(), Stopped> {
    let actors = actors(context, role)?;
    let tokens = tokens(&actors, actors.authorization().request()).await?;
    tokens.id_token.iter().for_each(|token| id_token::factors(&context.recorder, token, proved));
    Ok(())
}

async fn wrong(context: &ScenarioContext) -> Result<(), Stopped> {
    let actors = actors(context, QUESTION_FACTOR)?;
    let account = Account { security_answer: Some("another answer".to_owned()), ..actors.account.clone() };
    let flow = actors.authorization();
    let journey = flow.send_as(&flow.request(), User::consenting(&account)).await?;
    authorization::sign_in_refused(&context.recorder, &journey);
    Ok(())
}

async fn asked(context: &ScenarioContext) -> Result<(), Stopped> {
    let actors = actors(context, QUESTION_FACTOR)?;
    let account = Account { security_answer: None, totp_key: None, ..actors.account.clone() };
    let flow = actors.authorization();
    let journey = flow.send_as(&flow.request(), User::consenting(&account)).await?;
    authorization::asks(&context.recorder, &journey, PageKind::SecondFactor);
    Ok(())
}

async fn enrollment(context: &ScenarioContext) -> Result<(), Stopped> {
    let flow = actors(context, NO_FACTOR)?.authorization();
    let journey = flow.send(&flow.request()).await?;
    authorization::asks(&context.recorder, &journey, PageKind::Enrollment);
    Ok(())
}

async fn acr(context: &ScenarioContext) -> Result<(), Stopped> {
    // A password and an answer are both knowledge: Okta wants two kinds.
    let actors = actors(context, APP_FACTOR)?;
    unused_code(context).await?;
    let request = actors.authorization().request().with("acr_values", TWO_FACTORS);
    let tokens = tokens(&actors, request).await?;
    tokens.id_token.iter().for_each(|token| id_token::context(&context.recorder, token, TWO_FACTORS));
    Ok(())
}

async fn unmet(context: &ScenarioContext) -> Result<(), Stopped> {
    let flow = actors(context, BUYER)?.authorization();
    let request = flow.request().with("acr_values", "phr");
    let text = "Unable to meet the authentication requirements imposed by 'acr_values' parameter.";
    flow.expect_error(&request, "unmet_authentication_requirements", text).await
}

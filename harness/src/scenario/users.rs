//! People who may not sign in, each for another reason.

use super::stage::{Halt, Stage};
use super::{Need, Scenario, Told};
use crate::check::authorization;
use crate::driver::Visitor;
use crate::issuer_target::Account;
use crate::issuer_target::AccountName;
use crate::issuer_target::ServerKind::Custom;
use crate::issuer_target::market::{BUYER, DENIED, DEPROVISIONED, EXPIRED, LOCKED, STAGED, SUSPENDED, UNASSIGNED, WEB};
use crate::wire::page::Consent;

pub(super) fn scenarios() -> Vec<Scenario> {
    let on_the_page = |id, title, role, story| {
        told(id, title, story)
            .steps(&["ask as usual", "type the right password", "the sign-in page refuses; nothing is issued"])
            .needs(&[Need::Account(role)])
    };
    vec![
        told("users.wrong-password", "A wrong password is refused on the page", |s| Box::pin(wrong_password(s)))
            .steps(&["ask as usual", "type a wrong password", "the sign-in page refuses"])
            .needs(&[Need::Market, Need::Alone, Need::Account(BUYER)]),
        told("users.unknown", "Somebody who is not there is refused on the page", |s| Box::pin(unknown(s))).steps(&[
            "ask as usual",
            "type a user name that nobody has",
            "the sign-in page refuses",
        ]),
        on_the_page("users.locked", "A locked-out user can't sign in", LOCKED, |s| Box::pin(refused(s, LOCKED))),
        on_the_page("users.suspended", "A suspended user can't sign in", SUSPENDED, |s| {
            Box::pin(refused(s, SUSPENDED))
        }),
        on_the_page("users.deprovisioned", "A deactivated user can't sign in", DEPROVISIONED, |s| {
            Box::pin(refused(s, DEPROVISIONED))
        }),
        on_the_page("users.staged", "A user who was never activated can't sign in", STAGED, |s| {
            Box::pin(refused(s, STAGED))
        }),
        on_the_page("users.expired", "A user whose password has expired can't sign in with it", EXPIRED, |s| {
            Box::pin(refused(s, EXPIRED))
        }),
        told("users.unassigned", "A user who is not assigned to the client is sent back", |s| {
            Box::pin(sent_back(s, UNASSIGNED, "User is not assigned to the client application."))
        })
        .cites(&["Okta: OAuth 2.0 and OpenID Connect error codes"])
        .steps(&["sign in", "access_denied comes by redirect"])
        .needs(&[Need::Account(UNASSIGNED)]),
        told("users.policy-denied", "A user whom no policy rule covers is sent back", |s| {
            let text = "Policy evaluation failed for this request, please check the policy configurations.";
            Box::pin(sent_back(s, DENIED, text))
        })
        .cites(&["Okta: access policies"])
        .steps(&["sign in", "access_denied comes by redirect"])
        .needs(&[Need::Account(DENIED)]),
    ]
}

fn told(id: &'static str, title: &'static str, story: Told) -> Scenario {
    Scenario::told(id, title, story).cites(&["Okta: user status", "OIDC Core 3.1.2.3"]).tags(&["users"]).needs(&[
        Need::Market,
        Need::Client(WEB),
        Need::Server(Custom),
    ])
}

async fn visit(stage: &Stage, account: &Account) -> Result<(), Halt> {
    let cast = stage.cast(Custom, WEB, BUYER)?;
    let visitor = Visitor { account: Some(account), consent: Consent::Allow };
    let journey = stage.visit(&cast, &stage.request(&cast), visitor).await?;
    authorization::sign_in_refused(&stage.recorder, &journey);
    Ok(())
}

pub(super) async fn refused(stage: &Stage, role: AccountName) -> Result<(), Halt> {
    visit(stage, stage.account(role)?).await
}

async fn wrong_password(stage: &Stage) -> Result<(), Halt> {
    let account = stage.account(BUYER)?.clone();
    visit(stage, &Account { password: "not the password".to_owned(), ..account }).await
}

async fn unknown(stage: &Stage) -> Result<(), Halt> {
    let account = stage.account(BUYER)?.clone();
    visit(stage, &Account { login: "nobody@example.test".to_owned(), ..account }).await
}

async fn sent_back(stage: &Stage, role: AccountName, text: &str) -> Result<(), Halt> {
    let cast = stage.cast(Custom, WEB, role)?;
    // A custom scope, so that the policies have something to decide.
    let request = stage.request(&cast).scopes("openid products:read");
    stage.refuse(&cast, &request, "access_denied", text).await
}

//! A whole sign-in: the pages, the code, the tokens, and the sign-out.

use serde_json::Value;

use super::registration::words;
use super::report_line::{Lines, quoted};
use crate::driver::{Driver, DriverError, User};
use crate::exit::Exit;
use crate::flow::{self, AuthorizationRequest, random_text};
use crate::issuer_target::market::{
    DENIED, DEPROVISIONED, EXPIRED, LOCKED, NO_FACTOR, STAGED, SUSPENDED, UNASSIGNED, WARNED, WEB,
};
use crate::issuer_target::{Account, AuthMethod, Client, Endpoint, Server, Target};
use crate::record::{Entry, Recorder};
use crate::run::Runner;
use crate::wire::authorization::Callback;
use crate::wire::error::summary;
use crate::wire::journey::Arrival;
use crate::wire::page::{HtmlPage, PageKind};

const SUBJECT: &str = "sign-in";

/// Whether the account can sign in at all: some are about users in other states.
pub(super) fn is_expected(target: &Target, account: &Account) -> bool {
    let without = [LOCKED, SUSPENDED, DEPROVISIONED, EXPIRED, WARNED, STAGED, UNASSIGNED, DENIED, NO_FACTOR];
    !without.iter().any(|role| target.account(*role).is_some_and(|other| other.name == account.name))
}

/// Signs the account in with the client that scenarios use most, exchanges the code, and signs out if that is asked for.
pub(super) async fn examine(runner: &Runner, account: &Account, signs_out: bool, lines: &mut Lines<'_>) {
    let target = &runner.bench.target;
    let client = target.client(WEB).or_else(|| {
        let public =
            |client: &&Client| client.auth == AuthMethod::None && client.scopes.iter().any(|scope| scope == "openid");
        target.clients.values().find(public)
    });
    let Some(client) = client else {
        return lines.note(
            SUBJECT,
            format!("account {}: not checked, the target has no client that signs users in", account.name),
        );
    };
    let Some(server) = target.servers.values().next() else { return };
    let recorder = Recorder::new(target.http.recorder().scrubber().child());
    let mut driver = match runner.sign_in_driver(&recorder) {
        Ok(driver) => driver,
        Err(reason) => return lines.note(SUBJECT, format!("account {}: not checked, {reason}", account.name)),
    };
    let id_token = with(target, server, client, account, &mut driver, &recorder, lines).await;
    if let Some(id_token) = id_token.filter(|_| signs_out) {
        signed_out(server, target, &mut driver, &id_token, (client, account), lines).await;
    }
    driver.close().await;
}

/// The ID token of the sign-in.
async fn with(
    target: &Target,
    server: &Server,
    client: &Client,
    account: &Account,
    driver: &mut Driver,
    recorder: &Recorder,
    lines: &mut Lines<'_>,
) -> Option<String> {
    let endpoint = server.endpoint(Endpoint::Authorization)?;
    let request = AuthorizationRequest::of(target, client);
    let user = User::consenting(account).at(target.now());
    let walked = driver.walk(&request.url(endpoint), &target.redirect_uri, user).await;
    let callback = match walked.map(|journey| journey.arrival) {
        Ok(Arrival::Landed(callback)) => callback,
        Ok(Arrival::Stopped(page)) => {
            stopped(&page, account, recorder, lines);
            return None;
        }
        Ok(Arrival::Astray(url)) => {
            let text =
                format!("account {}: the browser was sent to {}", account.name, url.origin().ascii_serialization());
            lines.problem(Exit::Configuration, SUBJECT, text, "register the redirect URI of the target file");
            return None;
        }
        Err(error) => {
            failed(&error, account, lines);
            return None;
        }
    };
    let Some(code) = callback.get("code") else {
        refused(&callback, client, account, lines);
        return None;
    };
    redeemed(server, client, &request, code, target, account, lines).await
}

fn failed(error: &DriverError, account: &Account, lines: &mut Lines<'_>) {
    let fix = match error {
        DriverError::NeedsScript(_) => "run with --driver browser",
        DriverError::UnknownForm { .. } => "run with --driver browser, or write a sign-in script (docs/own-issuer.md)",
        DriverError::Browser(_) | DriverError::Crashed(_) => {
            "describe the page in a sign-in script and add it to sign_in in the target file (docs/own-issuer.md)"
        }
        _ => "read the log of the issuer",
    };
    lines.problem(Exit::Configuration, SUBJECT, format!("account {}: {error}", account.name), fix);
}

/// The sign-in ended on a page of the issuer.
fn stopped(page: &HtmlPage, account: &Account, recorder: &Recorder, lines: &mut Lines<'_>) {
    let at = last_address(recorder).map(|address| format!(" ({address})")).unwrap_or_default();
    let text = format!(
        "account {}: stopped on the {} {:?}{at}: {}",
        account.name,
        page.kind.word(),
        page.title,
        quoted(&words(page))
    );
    let fix = match page.kind {
        PageKind::Refused | PageKind::SignIn => {
            "correct login and password of the account, and check that it is active"
        }
        PageKind::NewPassword => "set a new password for the account: the present one has expired",
        PageKind::Error | PageKind::Broken => "read the log of the issuer",
        PageKind::SecondFactor => {
            "give the account its totp_key or security_answer, or use one without a second factor (docs/own-issuer.md)"
        }
        PageKind::Enrollment => "set up the second factor, or use an account that needs none",
        _ => "use an account without open tasks, or write a sign-in script (docs/own-issuer.md)",
    };
    lines.problem(Exit::Configuration, SUBJECT, text, fix);
}

/// The address of the last page.
fn last_address(recorder: &Recorder) -> Option<String> {
    let entries = recorder.entries();
    let exchange = entries.iter().rev().find_map(|entry| match entry {
        Entry::Exchange(exchange) => Some(exchange),
        _ => None,
    })?;
    exchange.url.split(['?', '#']).next().map(str::to_owned)
}

/// The issuer has sent an error to the redirect URI.
fn refused(callback: &Callback, client: &Client, account: &Account, lines: &mut Lines<'_>) {
    let fix = match callback.get("error").unwrap_or_default() {
        "access_denied" => {
            format!("assign the account to {}, and allow its scopes in the issuer's policies", client.id)
        }
        "invalid_scope" => format!("correct scopes of the client {} in the target file", client.name),
        "unauthorized_client" | "unsupported_response_type" => {
            format!("allow the authorization code flow for {}", client.id)
        }
        _ => "read the log of the issuer".to_owned(),
    };
    let text = format!("account {}: the issuer answers {}", account.name, quoted(&callback.summary()));
    lines.problem(Exit::Configuration, SUBJECT, text, fix);
}

/// Exchanges the code and returns the ID token.
async fn redeemed(
    server: &Server,
    client: &Client,
    request: &AuthorizationRequest,
    code: &str,
    target: &Target,
    account: &Account,
    lines: &mut Lines<'_>,
) -> Option<String> {
    if matches!(client.auth, AuthMethod::PrivateKeyJwt | AuthMethod::ClientSecretJwt) {
        lines.sound(SUBJECT, format!("account {} signs in to {}", account.name, client.name));
        return None;
    }
    let form = flow::exchange(server.endpoint(Endpoint::Token)?, client, request, code);
    let reply = form.send(&target.http).await.ok()?;
    let id_token = serde_json::from_str::<Value>(&reply.body).ok()?.get("id_token")?.as_str().map(str::to_owned);
    if id_token.is_some() {
        lines.sound(
            SUBJECT,
            format!("account {} signs in to {}, and the code is exchanged for tokens", account.name, client.name),
        );
    } else {
        let text =
            format!("account {} signs in, but the code is not exchanged: {}", account.name, quoted(&summary(&reply)));
        lines.problem(
            Exit::Configuration,
            SUBJECT,
            text,
            format!("correct the credentials of the client {}", client.name),
        );
    }
    id_token
}

/// OIDC RP-Initiated Logout 3: the browser comes back only to a registered URI.
async fn signed_out(
    server: &Server,
    target: &Target,
    driver: &mut Driver,
    id_token: &str,
    (client, account): (&Client, &Account),
    lines: &mut Lines<'_>,
) {
    let Some(endpoint) = server.endpoint(Endpoint::EndSession) else { return };
    let (uri, state) = (&target.signed_out_uri, random_text(12));
    let params = [("id_token_hint", id_token), ("post_logout_redirect_uri", uri.as_str()), ("state", &state)];
    let subject = "sign-out URI";
    match driver
        .walk(&flow::sign_out(endpoint, &params), uri, User::consenting(account))
        .await
        .map(|journey| journey.arrival)
    {
        Ok(Arrival::Landed(_)) => lines.sound(subject, format!("client {}: the issuer returns to {uri}", client.name)),
        Ok(Arrival::Stopped(page)) if matches!(page.kind, PageKind::Error | PageKind::Broken) => {
            let text =
                format!("client {}: the issuer refuses to return to {uri}: {}", client.name, quoted(&words(&page)));
            let fix = format!("register {uri} as a sign-out redirect URI of {}", client.id);
            lines.problem(Exit::Configuration, subject, text, fix);
        }
        _ => lines.note(subject, format!("client {}: not checked, the issuer asks the user first", client.name)),
    }
}

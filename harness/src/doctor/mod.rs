//! The doctor: finds out why a target cannot be tested, before a run blames the issuer for a wrong configuration.
//!
//! Each check is one line: what was found and, if that is a problem, the fix. Checks that depend on another one are left
//! out when that fails.

mod browser;
mod connection;
mod registration;
mod report_line;
mod sign_in;
mod target_file;

pub use report_line::{DoctorLine, LineState};

use self::report_line::Lines;
use crate::exit::Exit;
use crate::issuer_target::market::WITHOUT_REDIRECT_URI;
use crate::issuer_target::{Account, Endpoint, Target};
use crate::run::{Drivers, Options, Runner};
use crate::scenario::Need;

/// Makes all checks of the target of `options`. `on_line` is called for each line. Returns the exit code: reachable and
/// configured, or which of both is missing.
pub async fn examine(options: &Options, on_line: &mut dyn FnMut(&DoctorLine)) -> Exit {
    let mut lines = Lines::new(on_line);
    let Some(described) = target_file::examine(options, &mut lines) else { return lines.exit() };
    let mut reachable = true;
    for issuer in &described.issuers {
        reachable &= connection::examine(issuer, described.ca_pem.as_deref(), &mut lines).await;
    }
    if reachable && lines.exit() == Exit::Expected {
        configuration(options, described.embedded, &mut lines).await;
    }
    if options.drivers != Drivers::Http {
        browser::examine(&mut lines).await;
    }
    lines.exit()
}

/// Opens the target and checks what is registered there.
async fn configuration(options: &Options, embedded: bool, lines: &mut Lines<'_>) {
    // A browser that is missing has a line of its own.
    let http = Options {
        drivers: if options.drivers == Drivers::Auto { Drivers::Http } else { options.drivers },
        ..options.clone()
    };
    let runner = match Runner::open(http).await {
        Ok(runner) => runner,
        Err(error) => return lines.problem(error.exit(), "target", error.to_string(), "correct it in the target file"),
    };
    let target = &runner.bench.target;
    let software = target.software.as_deref().unwrap_or(target.kind.word());
    lines.sound(
        "target",
        format!("{} ({software}), {} clients, {} accounts", target.name, target.clients.len(), target.accounts.len()),
    );
    // Variables that are not set have lines of their own.
    let about_variables = |note: &String| target.unset_variables.iter().any(|variable| note.contains(variable));
    target.notes.iter().filter(|note| !about_variables(note)).for_each(|note| lines.note("note", note.clone()));
    if embedded {
        return;
    }
    registered(target, |_| true, lines).await;
    if lines.exit() != Exit::Expected {
        return lines.note("sign-in", "not checked: it needs what is wrong above");
    }
    for account in target.accounts.values().filter(|account| sign_in::is_expected(target, account)) {
        sign_in::examine(&runner, account, true, lines).await;
    }
}

/// The quick checks before a run: what the selected scenarios need, with the facts that opening the target has found.
/// Returns the problems. A mock that the harness has started has none, and one with faults answers wrongly on purpose.
pub async fn before_run(runner: &Runner) -> Vec<DoctorLine> {
    let target = &runner.bench.target;
    let mut problems = Vec::new();
    let mut on_line = |line: &DoctorLine| {
        if matches!(line.state, LineState::Problem { .. }) {
            problems.push(line.clone());
        }
    };
    let mut lines = Lines::new(&mut on_line);
    if runner.bench.is_embedded() || !target.found.faults.is_empty() {
        return problems;
    }
    if target.control.is_none() {
        for server in target.servers.values() {
            connection::clock(&server.issuer, server.clock_ahead, &mut lines);
        }
    }
    let needs: Vec<Need> = runner.runnable().flat_map(|scenario| scenario.needs.iter().copied()).collect();
    let clients: Vec<&str> = needs
        .iter()
        .filter_map(|need| match need {
            Need::Client(name) | Need::Secret(name) | Need::Key(name) => Some(target.client(*name)?.name.word()),
            _ => None,
        })
        .collect();
    registered(target, |name| clients.contains(&name), &mut lines).await;
    if lines.exit() != Exit::Expected {
        return problems;
    }
    let signs_out = needs.iter().any(|need| matches!(need, Need::Endpoint(_, Endpoint::EndSession)));
    let mut accounts: Vec<&Account> = runner.runnable().flat_map(|scenario| scenario.accounts(target)).collect();
    accounts.sort_by_key(|account| account.name.word());
    accounts.dedup_by_key(|account| account.name.word());
    // A code of an authenticator app is accepted once: it is left to the scenario.
    for account in accounts.into_iter().filter(|account| account.totp_key.is_none()) {
        if sign_in::is_expected(target, account) {
            sign_in::examine(runner, account, signs_out, &mut lines).await;
        }
    }
    problems
}

/// Checks the redirect URI and the credentials of each client.
async fn registered(target: &Target, is_used: impl Fn(&str) -> bool, lines: &mut Lines<'_>) {
    let Some(server) = target.servers.values().next() else { return };
    for client in target.clients.values().filter(|client| is_used(client.name.word())) {
        let signs_in = client.lacks_grant_type("authorization_code").is_none()
            && client.scopes.iter().any(|scope| scope == "openid")
            && !WITHOUT_REDIRECT_URI.contains(&client.name);
        if signs_in {
            registration::redirect_uri(target, server, client, lines).await;
        }
        registration::credentials(target, server, client, lines).await;
    }
}

//! Explanations for a terminal.

use std::fmt::Write as _;

use mock_idp_core::preview::{Asks, EndpointTokens, PreviewOutcome, PreviewedToken, Report, Why};
use mock_idp_core::trace::{ClaimTarget, NoteStatus};
use serde_json::{Map, Value};

use crate::cli::output::brief;

/// A preview: the tokens or the refusal, and with `why` the reasons.
pub(super) fn report(report: &Report, with_why: bool) -> String {
    let mut text = String::new();
    match &report.outcome {
        PreviewOutcome::Granted(granted) => {
            for (place, answer) in [("authorize", &granted.authorize), ("token", &granted.token)] {
                if let Some(answer) = answer {
                    tokens(&mut text, place, answer);
                }
            }
            if let Some(claims) = &granted.userinfo {
                object(&mut text, "userinfo", claims);
            }
        }
        PreviewOutcome::Asks(Asks::SignIn) => text.push_str("The user would be asked to sign in again.\n"),
        PreviewOutcome::Asks(Asks::Consent { scopes }) => {
            let _ = writeln!(text, "The user would be asked to allow: {}", scopes.join(", "));
        }
        PreviewOutcome::Refused(refused) => {
            let _ = writeln!(text, "refused  {}: {}", refused.error, refused.error_description);
            let _ = writeln!(text, "shown    {} (status {})", refused.shown.words(), refused.status);
            let _ = writeln!(text, "because  {}", refused.reason);
            if !report.what_would_it_take.is_empty() {
                text.push_str("\nWhat would it take? One of:\n");
                for remedy in &report.what_would_it_take {
                    let _ = writeln!(text, "  - {}", remedy.words);
                }
            }
            if let Some(reason) = report.search_cut_short {
                let _ = writeln!(text, "\nThere may be other changes that would help: {reason}.");
            }
        }
    }
    if with_why {
        text.push('\n');
        why(&mut text, &report.why);
    }
    text
}

fn tokens(text: &mut String, place: &str, answer: &EndpointTokens) {
    let _ = writeln!(
        text,
        "from /v1/{place}: {} token, scope \"{}\", expires in {} s",
        answer.token_type, answer.scope, answer.expires_in
    );
    for (title, token) in [("access token", &answer.access_token), ("ID token", &answer.id_token)] {
        if let Some(PreviewedToken { payload, encrypted, .. }) = token {
            let encrypted = encrypted.as_ref().map(|how| format!(", encrypted: {}", how.words())).unwrap_or_default();
            object(text, &format!("{title}{encrypted}"), payload);
        }
    }
    if let Some(token) = &answer.refresh_token {
        let lifetime = token.expires_in.map_or_else(|| "unlimited".to_owned(), |seconds| format!("{seconds} s"));
        let rotates = if token.rotates { "rotates" } else { "stays the same" };
        let _ = writeln!(text, "refresh token: {rotates}, lifetime {lifetime}, unused at most {} s\n", token.idle);
    }
}

fn object(text: &mut String, title: &str, claims: &Map<String, Value>) {
    let width = claims.keys().map(String::len).max().unwrap_or_default();
    let _ = writeln!(text, "{title}");
    for (name, value) in claims {
        let value = match value {
            Value::Null => "(made with the signature)".to_owned(),
            other => other.to_string(),
        };
        let _ = writeln!(text, "  {name:<width$}  {value}");
    }
    text.push('\n');
}

/// Policies and rules in order, then scopes, lifetimes, claims, and the rest.
pub(super) fn why(text: &mut String, why: &Why) {
    if !why.policies.is_empty() {
        text.push_str("Policies, in the order of evaluation\n");
    }
    for policy in &why.policies {
        let _ = writeln!(text, "  {} {}: {}", mark(policy.verdict), policy.name, policy.because);
        for rule in &policy.rules {
            let _ = writeln!(text, "    {} {}: {}", mark(rule.verdict), rule.name, rule.because);
        }
    }
    if !why.scopes.is_empty() {
        text.push_str("Scopes\n");
    }
    for scope in &why.scopes {
        let granted = if scope.note.granted { '+' } else { '-' };
        let _ = writeln!(text, "  {granted} {}: {}", scope.note.scope, scope.because);
    }
    if let Some(lifetimes) = &why.lifetimes {
        let _ = writeln!(text, "Lifetimes\n  {}", lifetimes.because);
    }
    for (title, kind) in [
        ("Claims of the access token", ClaimTarget::AccessToken),
        ("Claims of the ID token", ClaimTarget::IdToken),
        ("Claims at userinfo", ClaimTarget::Userinfo),
    ] {
        let mut claims = why.claims.iter().filter(|claim| claim.token == kind).peekable();
        if claims.peek().is_some() {
            let _ = writeln!(text, "{title}");
        }
        for claim in claims {
            let value = claim.value.as_ref().map(|value| format!(" = {value}")).unwrap_or_default();
            let _ = writeln!(text, "  {} {}{value}: {}", mark(claim.verdict), claim.claim, claim.because);
            for part in &claim.parts {
                let _ = writeln!(text, "      {} = {}", part.part, brief(&part.value));
            }
        }
    }
    if !why.steps.is_empty() {
        text.push_str("Steps\n");
    }
    for step in &why.steps {
        let _ = writeln!(text, "  {} {}: {}", mark(step.verdict), step.subject, step.because);
    }
}

fn mark(verdict: NoteStatus) -> char {
    match verdict {
        NoteStatus::Matched | NoteStatus::Added => '+',
        NoteStatus::PassedOver | NoteStatus::Absent => '-',
        NoteStatus::Refused => '!',
    }
}

//! A row of the table, and the usual mutations.

use std::sync::Arc;

use axum::http::StatusCode;
use harness::record::Severity;
use serde_json::Value;

use super::message::{Change, Message};
use super::proxy::Mutation;
use super::signer::Parts;

/// What the harness believes to test.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum IssuerSetup {
    /// Any OpenID provider: only the specifications count.
    Provider,
    /// A provider without a control API, with the answers of Okta.
    Okta,
    /// The mock with its control API, with the answers of Okta.
    Mock,
    /// The mock with its control API, with the behavior of FAPI 2.
    Fapi2,
}

impl IssuerSetup {
    /// The same rows for an issuer of this setup.
    pub(crate) fn of(self, rows: Vec<Row>) -> Vec<Row> {
        rows.into_iter().map(|row| Row { setup: self, ..row }).collect()
    }
}

/// What must happen.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Effect {
    Fails {
        check: &'static str,
        severity: Severity,
    },
    /// No check may fail.
    Harmless,
}

/// A mutation, the scenario that it is run with, and its effect.
#[derive(Clone)]
pub(crate) struct Row {
    pub(crate) name: String,
    pub(crate) scenario: &'static str,
    pub(crate) setup: IssuerSetup,
    pub(crate) effect: Effect,
    pub(crate) mutation: Mutation,
}

fn row(name: String, scenario: &'static str, effect: Effect, mutation: Mutation) -> Row {
    Row { name, scenario, setup: IssuerSetup::Provider, effect, mutation }
}

/// A row whose check is a failure.
pub(crate) fn must(name: impl Into<String>, scenario: &'static str, check: &'static str, mutation: Mutation) -> Row {
    row(name.into(), scenario, Effect::Fails { check, severity: Severity::Must }, mutation)
}

/// A row whose check is a warning.
pub(crate) fn should(name: impl Into<String>, scenario: &'static str, check: &'static str, mutation: Mutation) -> Row {
    row(name.into(), scenario, Effect::Fails { check, severity: Severity::Should }, mutation)
}

/// A row that may fail nothing.
pub(crate) fn harmless(name: impl Into<String>, scenario: &'static str, mutation: Mutation) -> Row {
    row(name.into(), scenario, Effect::Harmless, mutation)
}

pub(crate) fn mutate(change: impl Fn(&mut Message<'_>) + Send + Sync + 'static) -> Mutation {
    Arc::new(change)
}

/// Changes responses of a path that ends so.
pub(crate) fn at(end: &'static str, change: impl Fn(&mut Message<'_>) + Send + Sync + 'static) -> Mutation {
    mutate(move |message| {
        if message.at(end) {
            change(message);
        }
    })
}

pub(crate) fn set(value: impl Into<Value>) -> Change {
    Change::Set(value.into())
}

/// A claim of every ID token.
pub(crate) fn claim(name: &'static str, change: Change) -> Mutation {
    mutate(move |message| message.id_tokens(|token| change.apply(name, &mut token.claims)))
}

/// A header member of every ID token.
pub(crate) fn head(name: &'static str, change: Change) -> Mutation {
    mutate(move |message| message.id_tokens(|token| change.apply(name, &mut token.header)))
}

pub(crate) fn id_tokens(change: impl Fn(&mut Parts) + Send + Sync + 'static) -> Mutation {
    mutate(move |message| message.id_tokens(&change))
}

/// A member of a successful JSON response.
pub(crate) fn member(end: &'static str, name: &'static str, change: Change) -> Mutation {
    at(end, move |message| {
        if message.status.is_success() {
            message.json(|members| change.apply(name, members));
        }
    })
}

/// A member of an error of a JSON response.
pub(crate) fn error_member(end: &'static str, name: &'static str, change: Change) -> Mutation {
    at(end, move |message| {
        if message.status.is_client_error() {
            message.json(|members| change.apply(name, members));
        }
    })
}

pub(crate) fn header(end: &'static str, name: &'static str, value: Option<&'static str>) -> Mutation {
    at(end, move |message| message.set_header(name, value))
}

/// The status of a successful response.
pub(crate) fn status(end: &'static str, status: u16) -> Mutation {
    at(end, move |message| {
        if message.status.is_success() {
            message.status = StatusCode::from_u16(status).expect("a status");
        }
    })
}

/// The status of an error.
pub(crate) fn error_status(end: &'static str, status: u16) -> Mutation {
    at(end, move |message| {
        if message.status.is_client_error() {
            message.status = StatusCode::from_u16(status).expect("a status");
        }
    })
}

/// A parameter of the authorization or logout response: set, or removed.
pub(crate) fn parameter(name: &'static str, value: Option<&'static str>) -> Mutation {
    mutate(move |message| {
        message.parameters(|pairs| {
            let at = pairs.iter().position(|(known, _)| known == name);
            match (at, value) {
                (Some(at), Some(value)) => value.clone_into(&mut pairs[at].1),
                (Some(at), None) => drop(pairs.remove(at)),
                (None, Some(value)) => pairs.push((name.to_owned(), value.to_owned())),
                (None, None) => {}
            }
        });
    })
}

/// A parameter that comes twice.
pub(crate) fn twice(name: &'static str) -> Mutation {
    mutate(move |message| {
        message.parameters(|pairs| {
            let found = pairs.iter().find(|(known, _)| known == name).cloned();
            pairs.extend(found);
        });
    })
}

/// A member of one published key. The key is the one that changed tokens are not signed with.
pub(crate) fn key(name: &'static str, change: Change) -> Mutation {
    mutate(move |message| message.keys(|keys| change.apply(name, keys[0].as_object_mut().expect("a key"))))
}

/// A further published key.
pub(crate) fn further_key(key: Value) -> Mutation {
    mutate(move |message| message.keys(|keys| keys.push(key.clone())))
}

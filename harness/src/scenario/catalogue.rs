//! The list of all scenarios and checks.

use super::definition::Scenario;
use super::table::TableError;
use super::{
    binding, browser, certification, code, consent, cross_app, discovery, dpop, encryption, exchange, headers, hooks,
    https, interclient, introspection, logout, machines, pkce, polled, prompt, pushed, redirect, refresh, registration,
    response, scope_table, second_factors, security, service, snapshot_matrix, token, userinfo, users,
};
use crate::issuer_target::fixtures::Fixtures;
use crate::record::Check;

/// Every scenario, in the order of the areas.
///
/// # Errors
/// When a table of scopes or a snapshot cannot be read.
pub fn catalogue(fixtures: &Fixtures) -> Result<Vec<Scenario>, TableError> {
    let mut scenarios: Vec<Scenario> = [
        discovery::scenarios(),
        code::scenarios(),
        pkce::scenarios(),
        redirect::scenarios(),
        response::scenarios(),
        binding::scenarios(),
        prompt::scenarios(),
        consent::scenarios(),
        refresh::scenarios(),
        service::scenarios(),
        token::scenarios(),
        introspection::scenarios(),
        userinfo::scenarios(),
        logout::scenarios(),
        users::scenarios(),
        second_factors::scenarios(),
        pushed::scenarios(),
        dpop::scenarios(),
        polled::scenarios(),
        exchange::scenarios(),
        cross_app::scenarios(),
        interclient::scenarios(),
        machines::scenarios(),
        encryption::scenarios(),
        registration::scenarios(),
        security::scenarios(),
        headers::scenarios(),
        hooks::scenarios(),
        https::scenarios(),
        browser::scenarios(),
    ]
    .into_iter()
    .flatten()
    .collect();
    scenarios.extend(scope_table::scenarios(fixtures)?);
    scenarios.extend(snapshot_matrix::scenarios(fixtures)?);
    scenarios.extend(certification::scenarios());
    Ok(scenarios)
}

/// Every check.
pub fn checks() -> impl Iterator<Item = &'static Check> {
    crate::check::all().chain(crate::claims::ALL)
}

#[cfg(test)]
#[path = "catalogue_tests.rs"]
mod tests;

//! Which scenarios run, and with which driver.

use std::sync::Arc;

use super::error::RunError;
use super::options::{Drivers, Options};
use crate::issuer_target::Target;
use crate::issuer_target::fixtures::Fixtures;
use crate::issuer_target::market::is_role;
use crate::nearest::did_you_mean;
use crate::scenario::{Need, RequiredDriver, Scenario};

/// A scenario and its driver.
#[derive(Clone, Debug)]
pub(super) struct PlannedScenario {
    pub(super) scenario: Arc<Scenario>,
    pub(super) browser: bool,
    /// Whether it was asked for by name.
    pub(super) named: bool,
}

/// Selects the scenarios and their drivers.
///
/// # Errors
/// When nothing is selected.
pub(super) fn plan(options: &Options, scenarios: &[Scenario]) -> Result<Vec<PlannedScenario>, RunError> {
    let mut planned = Vec::new();
    options.filter.check(scenarios)?;
    let selected: Vec<&Scenario> = scenarios.iter().filter(|scenario| options.filter.selects(scenario)).collect();
    let selected: Vec<&Scenario> =
        selected.into_iter().filter(|scenario| !options.continuing || scenario.is_about_one_server()).collect();
    for scenario in &selected {
        let named = options.filter.names(scenario);
        let scenario = Arc::new((*scenario).clone());
        let (http, browser) = match (scenario.driver, options.drivers) {
            (RequiredDriver::None | RequiredDriver::Http, _) => (true, false),
            (RequiredDriver::Any, Drivers::Auto | Drivers::Http) => (true, false),
            (RequiredDriver::Any, Drivers::Browser) => (false, true),
            (RequiredDriver::Any, Drivers::Both) => (true, true),
            (RequiredDriver::Browser, drivers) => (false, drivers != Drivers::Http),
        };
        if http {
            planned.push(PlannedScenario { scenario: Arc::clone(&scenario), browser: false, named });
        }
        if browser {
            planned.push(PlannedScenario { scenario, browser: true, named });
        }
    }
    match (selected.is_empty(), planned.is_empty()) {
        (true, _) => Err(RunError::NothingSelected("")),
        (_, true) => Err(RunError::NothingSelected(": those named need a browser, and --driver http excludes it")),
        _ => Ok(planned),
    }
}

/// Checks that the target file has the clients and accounts of the user's own tables that are about this target.
///
/// # Errors
/// When a table names another one.
pub(super) fn check_names(planned: &[PlannedScenario], fixtures: &Fixtures, target: &Target) -> Result<(), RunError> {
    for scenario in planned.iter().map(|planned| &planned.scenario) {
        let Some(table) = &scenario.table else { continue };
        if !fixtures.is_own(&table.document) || table.applicability.unmet(target).is_some() {
            continue;
        }
        let mut names = scenario.needs.iter().filter_map(|need| match need {
            Need::Client(name) => Some(name.word()),
            Need::Account(name) => Some(name.word()),
            _ => None,
        });
        // A role that no client or account of the target file has is a reason to skip, not a wrong name.
        if let Some(name) = names.find(|name| !target.declared.contains(*name) && !is_role(name)) {
            return Err(RunError::UnknownName {
                document: table.document.to_string(),
                target: target.name.clone(),
                name: name.to_owned(),
                suggestion: did_you_mean(name, target.declared.iter().map(String::as_str)),
            });
        }
    }
    Ok(())
}

//! Which scenarios run, and with which driver.

use std::sync::Arc;

use super::error::RunError;
use super::options::{Drivers, Options};
use crate::scenario::{RequiredDriver, Scenario, catalogue};

/// A scenario and its driver.
#[derive(Clone, Debug)]
pub(super) struct PlannedScenario {
    pub(super) scenario: Arc<Scenario>,
    pub(super) browser: bool,
}

/// Selects the scenarios and their drivers.
///
/// # Errors
/// When nothing is selected.
pub(super) fn plan(options: &Options) -> Result<Vec<PlannedScenario>, RunError> {
    let mut planned = Vec::new();
    for scenario in catalogue(&options.fixtures)?.into_iter().filter(|scenario| options.filter.selects(scenario)) {
        let scenario = Arc::new(scenario);
        let (http, browser) = match (scenario.driver, options.drivers) {
            (RequiredDriver::None | RequiredDriver::Http, _) => (true, false),
            (RequiredDriver::Any, Drivers::Auto | Drivers::Http) => (true, false),
            (RequiredDriver::Any, Drivers::Browser) => (false, true),
            (RequiredDriver::Any, Drivers::Both) => (true, true),
            (RequiredDriver::Browser, drivers) => (false, drivers != Drivers::Http),
        };
        if http {
            planned.push(PlannedScenario { scenario: Arc::clone(&scenario), browser: false });
        }
        if browser {
            planned.push(PlannedScenario { scenario, browser: true });
        }
    }
    if planned.is_empty() { Err(RunError::NothingSelected) } else { Ok(planned) }
}

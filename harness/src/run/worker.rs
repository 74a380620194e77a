//! Runs one scenario.

use std::any::Any;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use futures_util::FutureExt as _;

use super::bench::{Bench, BenchOptions};
use super::divergences;
use super::error::RunError;
use super::plan::PlannedScenario;
use crate::claims::Snapshots;
use crate::driver::{BrowserDriver, Chromedriver, Driver, HttpDriver, Missing};
use crate::issuer_target::Divergences;
use crate::issuer_target::market::{BUYER, PARTNER};
use crate::record::run::{ScenarioRecord, State};
use crate::record::scrub::Scrubber;
use crate::record::{Entry, Recorder, Verdict};
use crate::scenario::{RequiredDriver, ScenarioContext, Stopped};
use crate::subject::Subject;

/// What all scenarios of a run share.
pub(super) struct Worker {
    pub(super) bench: Arc<Bench>,
    pub(super) chromedriver: Option<Result<Arc<Chromedriver>, Missing>>,
    pub(super) divergences: Arc<Divergences>,
    pub(super) snapshots: Snapshots,
    pub(super) scrubber: Scrubber,
    pub(super) bench_options: BenchOptions,
    /// The name of the target.
    pub(super) name: String,
    /// Benches that scenarios had for themselves, as they were when they were opened.
    pub(super) spare: Mutex<Vec<Arc<Bench>>>,
}

/// How the execution of a scenario ended.
enum Execution {
    Finished(Result<(), Stopped>),
    Skipped(String),
    Failed(String),
}

impl Worker {
    /// Runs a scenario and judges its findings. After a crash of the browser it runs once more.
    pub(super) async fn run(&self, planned: &PlannedScenario) -> ScenarioRecord {
        let clock = Instant::now();
        let mut recorder = Recorder::new(self.scrubber.child());
        let mut execution = self.execute(planned, &recorder).await;
        if let Execution::Finished(Err(Stopped::BrowserCrashed(crash))) = &execution {
            recorder = Recorder::new(self.scrubber.child());
            recorder.note(format!("{crash}; second attempt with a new browser"));
            execution = self.execute(planned, &recorder).await;
        }
        let mut entries = recorder.entries();
        divergences::apply(&self.divergences, &planned.scenario.id, &mut entries);
        let judged = ScenarioRecord::judge(&entries);
        let (state, reason) = match execution {
            Execution::Skipped(reason) | Execution::Finished(Err(Stopped::Skipped(reason))) => {
                (State::Skip, Some(reason))
            }
            Execution::Failed(reason)
            | Execution::Finished(Err(Stopped::HarnessError(reason) | Stopped::BrowserCrashed(reason))) => {
                (State::Error, Some(reason))
            }
            // A scenario that a failed check stopped must have that check in its record.
            Execution::Finished(Err(Stopped::CheckFailed)) if judged < State::ExpectedFail => {
                (State::Error, Some("the scenario stopped early without a failed check, which is a defect of the harness: please report it".to_owned()))
            }
            Execution::Finished(Ok(())) if nothing_checked(&entries) => unchecked(&entries),
            Execution::Finished(Err(Stopped::CheckFailed) | Ok(())) => (judged, None),
        };
        ScenarioRecord {
            state,
            reason: reason.map(|reason| recorder.scrubber().text(&reason)),
            millis: clock.elapsed().as_secs_f64() * 1000.0,
            entries,
            ..Self::unfinished(planned, state, String::new())
        }
    }

    /// The record of a scenario that did not run to its end.
    pub(super) fn unfinished(planned: &PlannedScenario, state: State, reason: String) -> ScenarioRecord {
        let scenario = &planned.scenario;
        ScenarioRecord {
            id: scenario.id.to_string(),
            title: scenario.title.to_string(),
            area: scenario.area().to_owned(),
            tags: scenario.tags.iter().map(|&tag| tag.to_owned()).collect(),
            plan: scenario.plan().map(|plan| plan.word().to_owned()),
            module: scenario.module().map(str::to_owned),
            citations: scenario.citations.iter().map(|&cite| cite.to_owned()).collect(),
            driver: match (scenario.driver, planned.browser) {
                (_, true) => "browser",
                (RequiredDriver::None, _) => "none",
                (..) => "http",
            }
            .to_owned(),
            server: None,
            state,
            reason: Some(reason),
            millis: 0.0,
            entries: Vec::new(),
        }
    }

    async fn execute(&self, planned: &PlannedScenario, recorder: &Recorder) -> Execution {
        let Subject::Issuer(target) = self.bench.subject();
        let claimed = planned.named || planned.scenario.is_announced_by(&target);
        if let Some(reason) = planned.scenario.unmet(&target, claimed) {
            return Execution::Skipped(reason);
        }
        // An issuer of its own, whose clock it may change.
        let own = planned.scenario.is_exclusive() && self.bench.is_repeatable;
        let bench = match if own { self.own_bench(recorder).await } else { Ok(Arc::clone(&self.bench)) } {
            Ok(bench) => bench,
            Err(error) => return Execution::Failed(error.to_string()),
        };
        let driver = match driver(planned.browser, &bench, self.chromedriver.as_ref(), recorder) {
            Ok(driver) => driver,
            Err(reason) => return Execution::Skipped(reason),
        };
        let Subject::Issuer(target) = bench.subject();
        let mut context = ScenarioContext::new(target, recorder.clone(), driver, self.snapshots.clone());
        context.claimed = claimed;
        let result = AssertUnwindSafe(planned.scenario.run(&context)).catch_unwind().await;
        // Always: dropping a session leaves its browser running.
        context.close().await;
        if own && bench.renew().await.is_ok() {
            self.lock_spare().push(bench);
        }
        result.map_or_else(|panic| Execution::Failed(described(&*panic)), Execution::Finished)
    }

    /// A bench that no other scenario uses at the same time: one that another scenario has used before, or a new one.
    async fn own_bench(&self, recorder: &Recorder) -> Result<Arc<Bench>, RunError> {
        let spare = self.lock_spare().pop();
        if let Some(bench) = spare {
            return Ok(bench);
        }
        let options = BenchOptions { api: false, ..self.bench_options.clone() };
        Bench::open(&self.name, self.snapshots.fixtures(), recorder.scrubber(), options).await.map(Arc::new)
    }

    fn lock_spare(&self) -> MutexGuard<'_, Vec<Arc<Bench>>> {
        self.spare.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sets the clock and the faults of a shared mock as they were before the run, and revokes the consents that
    /// scenarios give. Everything else of the mock is left as it is: others use it too.
    pub(super) async fn restore_target(&self) {
        let target = &self.bench.target;
        let Some(control) = target.control.as_ref().filter(|_| !self.bench.is_repeatable) else { return };
        if let (Some(account), Some(client)) = (target.account(BUYER), target.client(PARTNER)) {
            let _ = control.revoke_consents(&account.login, &client.id).await;
        }
        let _ = control.restore(&target.found).await;
        target.clock_was_restored();
    }
}

/// A driver for the users of that bench.
pub(super) fn driver(
    browser: bool,
    bench: &Bench,
    chromedriver: Option<&Result<Arc<Chromedriver>, Missing>>,
    recorder: &Recorder,
) -> Result<Driver, String> {
    if !browser {
        let http = bench.target.http.recorded_by(recorder.clone());
        return Ok(Driver::Http(HttpDriver::new(&http).with_scripts(&bench.target.scripts)));
    }
    let chromedriver = match chromedriver {
        Some(Ok(chromedriver)) => Arc::clone(chromedriver),
        Some(Err(missing)) => return Err(missing.to_string()),
        None => return Err("no browser was started".to_owned()),
    };
    let listener = bench.listener.clone().ok_or("the port of the redirect URI is in use")?;
    let scripts = bench.target.scripts.clone();
    let driver = BrowserDriver::new(chromedriver, listener, scripts, recorder.clone(), bench.trust());
    Ok(Driver::Browser(Box::new(driver)))
}

/// Whether no check was made.
fn nothing_checked(entries: &[Entry]) -> bool {
    entries.iter().all(|entry| !matches!(entry, Entry::Finding(finding) if finding.verdict != Verdict::Skip))
}

/// The state of a scenario in which no check was made.
fn unchecked(entries: &[Entry]) -> (State, Option<String>) {
    let reason = entries.iter().find_map(|entry| match entry {
        Entry::Finding(finding) => finding.reason.clone(),
        _ => None,
    });
    match reason {
        Some(reason) => (State::Skip, Some(reason)),
        None => (
            State::Error,
            Some("the scenario made no check, which is a defect of the harness: please report it".to_owned()),
        ),
    }
}

/// The message of a panic.
fn described(panic: &(dyn Any + Send)) -> String {
    let message = panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    format!("the scenario panicked: {}", message.unwrap_or("no message"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::token::{JSON, STATUS};

    #[test]
    fn a_scenario_whose_checks_were_all_skipped_is_skipped_and_one_without_checks_is_an_error() {
        let recorder = Recorder::new(Scrubber::default());
        recorder.step("do nothing");
        assert!(nothing_checked(&recorder.entries()));
        assert_eq!(unchecked(&recorder.entries()).0, State::Error);
        STATUS.skip(&recorder, "no endpoint");
        assert_eq!(unchecked(&recorder.entries()), (State::Skip, Some("no endpoint".to_owned())));
        JSON.holds(&recorder, true, "JSON", "JSON");
        assert!(!nothing_checked(&recorder.entries()));
    }

    #[test]
    fn the_message_of_a_panic_is_the_reason() {
        let panic = std::panic::catch_unwind(|| panic!("no {}", "token")).expect_err("a panic");
        assert_eq!(described(&*panic), "the scenario panicked: no token");
    }
}

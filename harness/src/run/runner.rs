//! Runs the selected scenarios: most in parallel against one issuer, exclusive ones each against an issuer of its own.

use std::sync::Arc;
use std::time::Instant;

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use super::bench::{Bench, BenchOptions};
use super::error::RunError;
use super::options::{Drivers, Options};
use super::plan::{PlannedScenario, plan};
use super::result::verdict;
use super::worker::Worker;
use crate::claims::Snapshots;
use crate::driver::{Chromedriver, Missing};
use crate::issuer_target::{Divergences, TargetFile};
use crate::record::run::{PlanRecord, RunRecord, SCHEMA, ScenarioRecord, TargetRecord, Totals};
use crate::record::scrub::Scrubber;
use crate::scenario::Need;
use crate::subject::Subject;

/// The progress of a run.
#[derive(Debug)]
pub enum Event<'a> {
    Planned { total: usize },
    Finished { scenario: &'a ScenarioRecord, done: usize, total: usize },
}

/// A run that is ready to start.
#[derive(Debug)]
pub struct Runner {
    options: Options,
    pub bench: Arc<Bench>,
    planned: Vec<PlannedScenario>,
    chromedriver: Option<Result<Arc<Chromedriver>, Missing>>,
    divergences: Arc<Divergences>,
    snapshots: Snapshots,
    scrubber: Scrubber,
    bench_options: BenchOptions,
}

impl Runner {
    /// Selects the scenarios, opens the target and starts the browser driver.
    ///
    /// # Errors
    /// When nothing is selected, the target can't be opened, or a required browser is missing.
    pub async fn open(options: Options) -> Result<Self, RunError> {
        let divergences = options.fixtures.read("divergences.toml").unwrap_or_default();
        let divergences = Divergences::parse(&divergences).map_err(|error| RunError::Divergences(error.to_string()))?;
        reject_behavior(&options)?;
        let planned = plan(&options)?;
        let browser = planned.iter().any(|planned| planned.browser);
        let bench_options = BenchOptions {
            api: planned.iter().any(|planned| planned.scenario.needs.contains(&Need::ResourceServer)),
            listener: browser,
            listener_required: options.require_browser || matches!(options.drivers, Drivers::Browser | Drivers::Both),
            behavior: options.behavior,
        };
        let chromedriver = if browser { Some(Chromedriver::start().await.map(Arc::new)) } else { None };
        if let Some(Err(missing)) = chromedriver.as_ref().filter(|_| options.require_browser) {
            return Err(RunError::NoBrowser(missing.to_string()));
        }
        let scrubber = Scrubber::default();
        let bench = Bench::open(&options.target, &options.fixtures, &scrubber, bench_options).await?;
        let snapshots = Snapshots::new(options.fixtures.clone(), &options.reports);
        let target = &bench.target;
        let divergences = divergences.of(&[&target.name, target.kind.word()], target.behavior);
        Ok(Self {
            options,
            bench: Arc::new(bench),
            planned,
            chromedriver,
            divergences: Arc::new(divergences),
            snapshots,
            scrubber,
            bench_options,
        })
    }

    /// Runs the selected scenarios. `on_event` is called for each step of progress.
    pub async fn run(mut self, mut on_event: impl FnMut(Event<'_>)) -> RunRecord {
        #[expect(clippy::disallowed_methods, reason = "a report contains its start time")]
        let started = OffsetDateTime::now_utc();
        let clock = Instant::now();
        self.snapshots.clear();
        let planned = std::mem::take(&mut self.planned);
        let total = planned.len();
        on_event(Event::Planned { total });
        let worker = Arc::new(Worker {
            bench: Arc::clone(&self.bench),
            chromedriver: self.chromedriver.clone(),
            divergences: Arc::clone(&self.divergences),
            snapshots: self.snapshots.clone(),
            scrubber: self.scrubber.clone(),
            bench_options: self.bench_options,
            name: self.options.target.clone(),
        });
        let mut records: Vec<(usize, ScenarioRecord)> = Vec::with_capacity(total);
        let mut finished = |index: usize, record: ScenarioRecord| {
            on_event(Event::Finished { scenario: &record, done: records.len() + 1, total });
            records.push((index, record));
        };
        // Scenarios that change the clock of a shared issuer run after all others, one at a time.
        let shared_clock = !worker.bench.is_repeatable && worker.bench.target.control.is_some();
        let (exclusive, parallel): (Vec<_>, Vec<_>) =
            planned.into_iter().enumerate().partition(|(_, planned)| shared_clock && planned.scenario.is_exclusive());
        let permits = Arc::new(Semaphore::new(self.options.jobs.max(1)));
        let mut tasks = JoinSet::new();
        for (index, planned) in parallel {
            let (worker, permits) = (Arc::clone(&worker), Arc::clone(&permits));
            tasks.spawn(async move {
                let _permit = permits.acquire_owned().await;
                (index, worker.run(&planned).await)
            });
        }
        while let Some(result) = tasks.join_next().await {
            // Worker::run catches panics.
            if let Ok((index, record)) = result {
                finished(index, record);
            }
        }
        for (index, planned) in exclusive {
            finished(index, worker.run(&planned).await);
            worker.reset_target().await;
        }
        records.sort_by_key(|(index, _)| *index);
        let scenarios: Vec<ScenarioRecord> = records.into_iter().map(|(_, record)| record).collect();
        let totals = Totals::of(&scenarios);
        let mut drivers: Vec<String> = scenarios.iter().map(|scenario| scenario.driver.clone()).collect();
        drivers.sort();
        drivers.dedup();
        RunRecord {
            schema: SCHEMA.to_owned(),
            started: started.format(&Rfc3339).unwrap_or_default(),
            millis: clock.elapsed().as_secs_f64() * 1000.0,
            harness: env!("CARGO_PKG_VERSION").to_owned(),
            target: described(&self.bench.subject()),
            drivers,
            verdict: verdict(&totals),
            totals,
            plans: PlanRecord::all(&scenarios),
            scenarios,
        }
    }
}

fn described(subject: &Subject) -> TargetRecord {
    let Subject::Issuer(target) = subject;
    TargetRecord {
        name: target.name.clone(),
        kind: target.kind.word().to_owned(),
        issuer: target.issuer().to_owned(),
        software: target.software.clone(),
        fingerprint: target.fingerprint(),
        behavior: target.behavior.word().to_owned(),
    }
}

/// `--behavior` is allowed for the built-in mock only.
fn reject_behavior(options: &Options) -> Result<(), RunError> {
    let embedded = options.fixtures.read(&format!("targets/{}.toml", options.target));
    let embedded = embedded.and_then(|text| TargetFile::parse(&text).ok()).is_some_and(|file| file.embedded);
    if options.behavior.is_some() && !embedded {
        return Err(RunError::Behavior(options.target.clone()));
    }
    Ok(())
}

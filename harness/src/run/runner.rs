//! Runs the selected scenarios: most in parallel against one issuer, exclusive ones each against an issuer of its own.

use std::sync::{Arc, Mutex};
use std::time::Instant;

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::bench::{Bench, BenchOptions, TargetSource, target_file};
use super::error::RunError;
use super::options::{Drivers, Options};
use super::plan::{PlannedScenario, check_names, plan};
use super::pool::Pool;
use super::result::verdict;
use super::worker::{Worker, driver};
use crate::claims::Snapshots;
use crate::driver::{Chromedriver, Driver, Missing};
use crate::issuer_target::fixtures::{DIVERGENCES, Fixtures};
use crate::issuer_target::{Divergence, Divergences, ServerKind, read_file};
use crate::nearest::did_you_mean;
use crate::record::Recorder;
use crate::record::run::{PlanRecord, RunRecord, SCHEMA, ScenarioRecord, TargetRecord, Totals};
use crate::record::scrub::Scrubber;
use crate::scenario::{Need, SNAPSHOT_TAG, Scenario, catalogue, checks};
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
    orphans: Vec<String>,
    scrubber: Scrubber,
    bench_options: BenchOptions,
}

impl Runner {
    /// Selects the scenarios, opens the target and starts the browser driver.
    ///
    /// # Errors
    /// When nothing is selected, the target can't be opened, a document names something unknown, or a required browser
    /// is missing.
    pub async fn open(options: Options) -> Result<Self, RunError> {
        reject_options(&options)?;
        let scenarios = catalogue(&options.fixtures)?;
        let divergences = known_divergences(&options.fixtures, &scenarios)?;
        let planned = plan(&options, &scenarios)?;
        let browser = planned.iter().any(|planned| planned.browser);
        let bench_options = BenchOptions {
            api: planned.iter().any(|planned| planned.scenario.needs.contains(&Need::ResourceServer)),
            listener: browser,
            listener_required: options.require_browser || matches!(options.drivers, Drivers::Browser | Drivers::Both),
            behavior: options.behavior,
            server: options.server.clone(),
            ca_pem: options.ca.as_deref().map(read_file).transpose()?,
        };
        let chromedriver = if browser { Some(Chromedriver::start().await.map(Arc::new)) } else { None };
        if let Some(Err(missing)) = chromedriver.as_ref().filter(|_| options.require_browser) {
            return Err(RunError::NoBrowser(missing.to_string()));
        }
        let scrubber = Scrubber::default();
        let bench = Bench::open(&options.target, &options.fixtures, &scrubber, bench_options.clone()).await?;
        check_names(&planned, &options.fixtures, &bench.target)?;
        let snapshots = Snapshots::new(options.fixtures.clone(), &options.reports);
        let orphans = if planned.iter().any(|planned| planned.scenario.tags.contains(&SNAPSHOT_TAG)) {
            snapshots.orphans(scenarios.iter().map(|scenario| &*scenario.id))?
        } else {
            Vec::new()
        };
        let divergences = divergences.of_target(&bench.target);
        Ok(Self {
            options,
            bench: Arc::new(bench),
            planned,
            chromedriver,
            divergences: Arc::new(divergences),
            snapshots,
            orphans,
            scrubber,
            bench_options,
        })
    }

    /// What a reader has to know about the target.
    #[must_use]
    pub fn notes(&self) -> &[String] {
        &self.bench.target.notes
    }

    /// The selected scenarios that the target can run.
    pub fn runnable(&self) -> impl Iterator<Item = &Scenario> {
        let target = &self.bench.target;
        let planned = self.planned.iter().filter(|planned| planned.scenario.unmet(target, planned.named).is_none());
        planned.map(|planned| &*planned.scenario)
    }

    /// A driver that signs users in as most scenarios of the run do.
    ///
    /// # Errors
    /// When the run needs a browser and there is none.
    pub fn sign_in_driver(&self, recorder: &Recorder) -> Result<Driver, String> {
        driver(self.options.drivers == Drivers::Browser, &self.bench, self.chromedriver.as_ref(), recorder)
    }

    /// Runs the selected scenarios. `on_event` is called for each step of progress.
    pub async fn run(self, on_event: impl FnMut(Event<'_>)) -> RunRecord {
        self.run_until(std::future::pending(), on_event).await
    }

    /// Runs the selected scenarios until `stop` is ready. Running scenarios may then end; all others are skipped.
    pub async fn run_until(mut self, stop: impl Future<Output = ()>, mut on_event: impl FnMut(Event<'_>)) -> RunRecord {
        #[expect(clippy::disallowed_methods, reason = "a report contains its start time")]
        let started = OffsetDateTime::now_utc();
        let clock = Instant::now();
        if !self.options.continuing {
            self.snapshots.clear();
        }
        let planned: Vec<Arc<PlannedScenario>> = std::mem::take(&mut self.planned).into_iter().map(Arc::new).collect();
        let total = planned.len();
        on_event(Event::Planned { total });
        let worker = Arc::new(self.worker());
        // Scenarios that change the clock of a shared issuer run after all others, one at a time.
        let shared_clock = !worker.bench.is_repeatable && worker.bench.target.control.is_some();
        let (mut exclusive, parallel): (Vec<_>, Vec<_>) =
            planned.into_iter().enumerate().partition(|(_, planned)| shared_clock && planned.scenario.is_exclusive());
        let mut records: Vec<(usize, ScenarioRecord)> = Vec::with_capacity(total);
        let server = self.options.server.clone();
        let mut finished = |index: usize, record: ScenarioRecord| {
            let record = ScenarioRecord { server: server.clone(), ..record };
            on_event(Event::Finished { scenario: &record, done: records.len() + 1, total });
            records.push((index, record));
        };
        let stop = std::pin::pin!(stop);
        let mut pool = Pool::new(Arc::clone(&worker), stop);
        pool.run(parallel, self.options.jobs.max(1), &mut finished).await;
        // The keys of the target are read once, so those that rotate them are the last.
        exclusive.sort_by_key(|(_, planned)| planned.scenario.needs.contains(&Need::KeyRotation));
        for scenario in exclusive {
            pool.run(vec![scenario], 1, &mut finished).await;
            worker.restore_target().await;
        }
        let interrupted = pool.is_stopped();
        drop(pool);
        worker.restore_target().await;
        records.sort_by_key(|(index, _)| *index);
        let scenarios: Vec<ScenarioRecord> = records.into_iter().map(|(_, record)| record).collect();
        let totals = Totals::of(&scenarios);
        let mut drivers: Vec<String> = scenarios.iter().map(|scenario| scenario.driver.clone()).collect();
        drivers.sort();
        drivers.dedup();
        let mut run = RunRecord {
            schema: SCHEMA.to_owned(),
            started: started.format(&Rfc3339).unwrap_or_default(),
            millis: clock.elapsed().as_secs_f64() * 1000.0,
            harness: env!("CARGO_PKG_VERSION").to_owned(),
            target: described(&self.bench.subject()),
            drivers,
            totals,
            plans: PlanRecord::all(&scenarios),
            verdict: String::new(),
            invocation: self.options.invocation(),
            fixtures: self.options.fixtures.description(),
            notes: self.notes().to_vec(),
            unset_variables: self.bench.target.unset_variables.clone(),
            interrupted,
            orphans: std::mem::take(&mut self.orphans),
            scenarios,
        };
        run.verdict = verdict(&run);
        run
    }

    fn worker(&self) -> Worker {
        Worker {
            bench: Arc::clone(&self.bench),
            chromedriver: self.chromedriver.clone(),
            divergences: Arc::clone(&self.divergences),
            snapshots: self.snapshots.clone(),
            scrubber: self.scrubber.clone(),
            bench_options: self.bench_options.clone(),
            name: self.options.target.clone(),
            spare: Mutex::default(),
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

/// The custom servers of a target file with several. A target with one has no choice.
///
/// # Errors
/// When the target file cannot be read.
pub fn servers(options: &Options) -> Result<Vec<String>, RunError> {
    let TargetSource::File(file) = target_file(&options.target, &options.fixtures)? else { return Ok(Vec::new()) };
    let names: Vec<String> = file.servers_of(ServerKind::Custom).map(|(name, _)| name.to_owned()).collect();
    Ok(if names.len() > 1 { names } else { Vec::new() })
}

/// `--behavior` is allowed for the built-in mock only, `--ca` for all other targets.
fn reject_options(options: &Options) -> Result<(), RunError> {
    let source = target_file(&options.target, &options.fixtures)?;
    let embedded = matches!(source, TargetSource::File(file) if file.embedded);
    match (options.behavior, &options.ca) {
        (Some(_), _) if !embedded => Err(RunError::Behavior(options.target.clone())),
        (_, Some(_)) if embedded => Err(RunError::Ca),
        _ => Ok(()),
    }
}

/// The known divergences. Those of a fixtures folder must be about something that exists.
fn known_divergences(fixtures: &Fixtures, scenarios: &[Scenario]) -> Result<Divergences, RunError> {
    let text = fixtures.read(DIVERGENCES)?.unwrap_or_default();
    let divergences = Divergences::parse(&text).map_err(|error| RunError::Divergences(error.to_string()))?;
    if fixtures.is_own(DIVERGENCES) {
        for entry in divergences.iter() {
            check_divergence(entry, scenarios)?;
        }
    }
    Ok(divergences)
}

fn check_divergence(entry: &Divergence, scenarios: &[Scenario]) -> Result<(), RunError> {
    let unknown = |what: &str, name: &str, suggestion: String| {
        Err(RunError::Divergences(format!("there is no {what} {name:?}{suggestion}")))
    };
    if !checks().any(|check| check.id == entry.check) {
        return unknown("check", &entry.check, did_you_mean(&entry.check, checks().map(|check| check.id)));
    }
    if !scenarios.iter().any(|scenario| entry.is_about(&scenario.id)) {
        let ids = scenarios.iter().map(|scenario| &*scenario.id);
        return unknown("scenario", entry.scenario(), did_you_mean(entry.scenario(), ids));
    }
    Ok(())
}

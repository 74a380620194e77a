//! Runs the selected scenarios: most side by side against one issuer, those that need one alone each against
//! its own.

use std::panic::AssertUnwindSafe;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use futures_util::FutureExt as _;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use super::house::{House, Wants};
use super::{Filter, RunError, judge, verdict};
use crate::claims::Snapshots;
use crate::driver::{BrowserDriver, Chromedriver, Driver, HttpDriver, Missing};
use crate::issuer_target::fixtures::Fixtures;
use crate::issuer_target::{Behavior, Divergences, Target, TargetFile};
use crate::record::Recorder;
use crate::record::run::{PlanRecord, RunRecord, SCHEMA, ScenarioRecord, State, TargetRecord, Totals};
use crate::record::scrub::Scrubber;
use crate::scenario::{Need, RequiredDriver, Scenario, ScenarioContext, Stopped, catalogue};

/// Which drivers to use.
#[derive(Clone, Copy, Debug, Eq, PartialEq, clap::ValueEnum)]
pub enum Drivers {
    /// As http, and some scenarios with a real Chromium too.
    Auto,
    /// Walk the forms without a script engine: fast.
    Http,
    /// A real Chromium.
    Browser,
    /// Each scenario with either.
    Both,
}

/// What to run, and how.
#[derive(Clone, Debug)]
pub struct Options {
    /// A target's name, or an issuer's address.
    pub target: String,
    pub fixtures: Fixtures,
    pub filter: Filter,
    /// The behaviour that the built-in mock is started with; without one the target file's.
    pub behavior: Option<Behavior>,
    pub drivers: Drivers,
    /// A missing browser is a failure rather than a skip.
    pub require_browser: bool,
    /// Scenarios at a time.
    pub jobs: usize,
    /// Where reports and pending snapshots go.
    pub reports: PathBuf,
}

/// What a run tells while it goes.
#[derive(Debug)]
pub enum Event<'a> {
    Planned { total: usize },
    Finished { scenario: &'a ScenarioRecord, done: usize, total: usize },
}

/// One scenario with one driver.
#[derive(Clone, Debug)]
struct Job {
    scenario: Arc<Scenario>,
    browser: bool,
}

/// A run that is ready to begin.
#[derive(Debug)]
pub struct Runner {
    options: Options,
    pub house: Arc<House>,
    jobs: Vec<Job>,
    chromedriver: Option<Result<Arc<Chromedriver>, Missing>>,
    divergences: Arc<Divergences>,
    snapshots: Snapshots,
    scrubber: Scrubber,
    wants: Wants,
}

impl Runner {
    /// Selects, opens the target and finds the browser.
    ///
    /// # Errors
    /// When nothing is selected, the target can't be opened, or a required browser is missing.
    pub async fn open(options: Options) -> Result<Self, RunError> {
        let divergences = options.fixtures.read("divergences.toml").unwrap_or_default();
        let divergences = Divergences::parse(&divergences).map_err(|error| RunError::Divergences(error.to_string()))?;
        refuse_behavior(&options)?;
        let jobs = plan(&options)?;
        let browser = jobs.iter().any(|job| job.browser);
        let wants = Wants {
            api: jobs.iter().any(|job| job.scenario.needs.contains(&Need::ResourceServer)),
            listener: browser,
            listener_required: options.require_browser || matches!(options.drivers, Drivers::Browser | Drivers::Both),
            behavior: options.behavior,
        };
        let chromedriver = if browser { Some(Chromedriver::start().await.map(Arc::new)) } else { None };
        if let Some(Err(missing)) = chromedriver.as_ref().filter(|_| options.require_browser) {
            return Err(RunError::NoBrowser(missing.to_string()));
        }
        let scrubber = Scrubber::default();
        let house = House::open(&options.target, &options.fixtures, &scrubber, wants).await?;
        let snapshots = Snapshots::new(options.fixtures.clone(), &options.reports);
        let target = &house.target;
        let divergences = divergences.of(&[&target.name, target.kind.word()], target.behavior);
        Ok(Self {
            options,
            house: Arc::new(house),
            jobs,
            chromedriver,
            divergences: Arc::new(divergences),
            snapshots,
            scrubber,
            wants,
        })
    }

    /// Runs everything.
    pub async fn run(mut self, mut tell: impl FnMut(Event<'_>)) -> RunRecord {
        #[expect(clippy::disallowed_methods, reason = "a report says when it was made")]
        let started = OffsetDateTime::now_utc();
        let clock = Instant::now();
        self.snapshots.clear();
        let jobs = std::mem::take(&mut self.jobs);
        let total = jobs.len();
        tell(Event::Planned { total });
        let worker = Arc::new(Worker {
            house: Arc::clone(&self.house),
            chromedriver: self.chromedriver.clone(),
            divergences: Arc::clone(&self.divergences),
            snapshots: self.snapshots.clone(),
            scrubber: self.scrubber.clone(),
            wants: self.wants,
            name: self.options.target.clone(),
        });
        let mut records: Vec<(usize, ScenarioRecord)> = Vec::with_capacity(total);
        let mut finished = |index: usize, record: ScenarioRecord| {
            tell(Event::Finished { scenario: &record, done: records.len() + 1, total });
            records.push((index, record));
        };
        // An issuer that can't be repeated can only be used alone after everybody else has gone.
        let shared_clock = !worker.house.can_be_repeated && worker.house.target.control.is_some();
        let (alone, together): (Vec<_>, Vec<_>) =
            jobs.into_iter().enumerate().partition(|(_, job)| shared_clock && job.scenario.is_exclusive());
        let permits = Arc::new(Semaphore::new(self.options.jobs.max(1)));
        let mut tasks = JoinSet::new();
        for (index, job) in together {
            let (worker, permits) = (Arc::clone(&worker), Arc::clone(&permits));
            tasks.spawn(async move {
                let _permit = permits.acquire_owned().await;
                (index, worker.perform(&job).await)
            });
        }
        while let Some(outcome) = tasks.join_next().await {
            // Panics were caught inside.
            if let Ok((index, record)) = outcome {
                finished(index, record);
            }
        }
        for (index, job) in alone {
            finished(index, worker.perform(&job).await);
            worker.tidy().await;
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
            target: described(&self.house.target),
            drivers,
            verdict: verdict(&totals),
            totals,
            plans: PlanRecord::all(&scenarios),
            scenarios,
        }
    }
}

fn described(target: &Target) -> TargetRecord {
    TargetRecord {
        name: target.name.clone(),
        kind: target.kind.word().to_owned(),
        issuer: target.issuer().to_owned(),
        software: target.software.clone(),
        fingerprint: target.fingerprint(),
        behavior: target.behavior.word().to_owned(),
    }
}

/// A behaviour can only be chosen where the issuer is started here.
fn refuse_behavior(options: &Options) -> Result<(), RunError> {
    let embedded = options.fixtures.read(&format!("targets/{}.toml", options.target));
    let embedded = embedded.and_then(|text| TargetFile::parse(&text).ok()).is_some_and(|file| file.embedded);
    if options.behavior.is_some() && !embedded {
        return Err(RunError::Behavior(options.target.clone()));
    }
    Ok(())
}

fn plan(options: &Options) -> Result<Vec<Job>, RunError> {
    let mut jobs = Vec::new();
    for scenario in catalogue(&options.fixtures)?.into_iter().filter(|scenario| options.filter.takes(scenario)) {
        let scenario = Arc::new(scenario);
        let (http, browser) = match (scenario.driver, options.drivers) {
            (RequiredDriver::None | RequiredDriver::Http, _) => (true, false),
            (RequiredDriver::Any, Drivers::Auto | Drivers::Http) => (true, false),
            (RequiredDriver::Any, Drivers::Browser) => (false, true),
            (RequiredDriver::Any, Drivers::Both) => (true, true),
            (RequiredDriver::Browser, drivers) => (false, drivers != Drivers::Http),
        };
        if http {
            jobs.push(Job { scenario: Arc::clone(&scenario), browser: false });
        }
        if browser {
            jobs.push(Job { scenario, browser: true });
        }
    }
    if jobs.is_empty() { Err(RunError::NothingSelected) } else { Ok(jobs) }
}

/// What every scenario needs around it.
struct Worker {
    house: Arc<House>,
    chromedriver: Option<Result<Arc<Chromedriver>, Missing>>,
    divergences: Arc<Divergences>,
    snapshots: Snapshots,
    scrubber: Scrubber,
    wants: Wants,
    name: String,
}

/// How a scenario came to its end.
enum End {
    Told(Result<(), Stopped>),
    Skipped(String),
    Broken(String),
}

impl Worker {
    async fn perform(&self, job: &Job) -> ScenarioRecord {
        let clock = Instant::now();
        let mut recorder = Recorder::new(self.scrubber.child());
        let mut end = self.tell(job, &recorder).await;
        if let End::Told(Err(Stopped::BrowserCrashed(crash))) = &end {
            recorder = Recorder::new(self.scrubber.child());
            recorder.note(format!("{crash}; told once more, with another"));
            end = self.tell(job, &recorder).await;
        }
        let mut entries = recorder.entries();
        judge::apply(&self.divergences, &job.scenario.id, &mut entries);
        let judged = ScenarioRecord::judge(&entries);
        let (state, reason) = match end {
            End::Skipped(reason) | End::Told(Err(Stopped::Skipped(reason))) => (State::Skip, Some(reason)),
            End::Broken(reason) | End::Told(Err(Stopped::HarnessError(reason) | Stopped::BrowserCrashed(reason))) => {
                (State::Error, Some(reason))
            }
            // A story that was cut short by a failed check has that check to show for it.
            End::Told(Err(Stopped::CheckFailed)) if judged < State::ExpectedFail => {
                (State::Error, Some("the story ended early and no check says why".to_owned()))
            }
            End::Told(Err(Stopped::CheckFailed) | Ok(())) => (judged, None),
        };
        let scenario = &job.scenario;
        ScenarioRecord {
            id: scenario.id.to_string(),
            title: scenario.title.to_string(),
            area: scenario.area().to_owned(),
            tags: scenario.tags.iter().map(|&tag| tag.to_owned()).collect(),
            plan: scenario.plan().map(|plan| plan.word().to_owned()),
            module: scenario.module().map(str::to_owned),
            citations: scenario.citations.iter().map(|&cite| cite.to_owned()).collect(),
            driver: match (scenario.driver, job.browser) {
                (_, true) => "browser",
                (RequiredDriver::None, _) => "none",
                (..) => "http",
            }
            .to_owned(),
            state,
            reason: reason.map(|reason| recorder.scrubber().text(&reason)),
            millis: clock.elapsed().as_secs_f64() * 1000.0,
            entries,
        }
    }

    async fn tell(&self, job: &Job, recorder: &Recorder) -> End {
        if let Some(reason) = job.scenario.needs.iter().find_map(|need| need.unmet(&self.house.target)) {
            return End::Skipped(reason);
        }
        let house = if job.scenario.is_exclusive() && self.house.can_be_repeated {
            // Its own issuer, which nobody else asks and whose clock nobody else reads.
            let fixtures = self.snapshots.fixtures();
            match House::open(&self.name, fixtures, recorder.scrubber(), Wants { api: false, ..self.wants }).await {
                Ok(house) => Arc::new(house),
                Err(error) => return End::Broken(error.to_string()),
            }
        } else {
            Arc::clone(&self.house)
        };
        let driver = match self.driver(job, &house, recorder) {
            Ok(driver) => driver,
            Err(reason) => return End::Skipped(reason),
        };
        let context = ScenarioContext::new(Arc::clone(&house.target), recorder.clone(), driver, self.snapshots.clone());
        let told = AssertUnwindSafe(job.scenario.run(&context)).catch_unwind().await;
        // In every outcome: a session that is merely dropped leaves its browser running.
        context.close().await;
        told.map_or_else(|_| End::Broken("the scenario panicked".to_owned()), End::Told)
    }

    fn driver(&self, job: &Job, house: &House, recorder: &Recorder) -> Result<Driver, String> {
        if !job.browser {
            return Ok(Driver::Http(HttpDriver::new(&house.target.http.recorded_by(recorder.clone()))));
        }
        let chromedriver = match &self.chromedriver {
            Some(Ok(chromedriver)) => Arc::clone(chromedriver),
            Some(Err(missing)) => return Err(missing.to_string()),
            None => return Err("no browser was asked for".to_owned()),
        };
        let listener = house.listener.clone().ok_or("the port of the redirect URI is taken by somebody else")?;
        let scripts = house.target.scripts.clone();
        let driver = BrowserDriver::new(chromedriver, listener, scripts, recorder.clone(), house.is_local());
        Ok(Driver::Browser(Box::new(driver)))
    }

    /// After a scenario that moved the clock of an issuer which others use too.
    async fn tidy(&self) {
        if let Some(control) = &self.house.target.control {
            // Sessions and tokens of a time that never was go with it.
            let _ = control.reset().await;
            self.house.target.clock_was_reset();
        }
    }
}

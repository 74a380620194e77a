//! A scenario: its description, its needs and the function that runs it.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use futures_util::future::BoxFuture;

use super::certification::plan::Plan;
use super::context::ScenarioContext;
use super::needs::Need;
use super::stopped::Stopped;
use crate::issuer_target::{Account, Applicability, Target};

/// A function that runs a scenario.
pub type ScenarioFn = for<'a> fn(&'a ScenarioContext) -> BoxFuture<'a, Result<(), Stopped>>;

/// The future of a running scenario.
pub(super) type Running<'a> = BoxFuture<'a, Result<(), Stopped>>;

/// A function that runs a scenario with its data.
pub(super) type DataFn<T> = for<'a> fn(&'a T, &'a ScenarioContext) -> Running<'a>;

/// What runs a scenario: a [`ScenarioFn`], or a function with the data that it works on.
#[derive(Clone)]
struct Procedure(Arc<dyn Fn(&ScenarioContext) -> Running<'_> + Send + Sync>);

impl Procedure {
    fn new<F>(function: F) -> Self
    where
        F: Fn(&ScenarioContext) -> Running<'_> + Send + Sync + 'static,
    {
        Self(Arc::new(function))
    }
}

impl fmt::Debug for Procedure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Procedure")
    }
}

/// The reason for which a target cannot run a scenario; for needs that depend on the data of the scenario.
#[derive(Clone)]
struct Precondition(Arc<UnmetFn>);

type UnmetFn = dyn Fn(&Target) -> Option<String> + Send + Sync;

impl fmt::Debug for Precondition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Precondition")
    }
}

/// Which driver a scenario needs.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum RequiredDriver {
    /// No browser at all.
    None,
    /// Either driver.
    Any,
    /// The HTTP driver: the scenario reads answers that a browser does not show.
    Http,
    /// A real browser.
    Browser,
}

/// The module of a certification plan that a scenario mirrors.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Certification {
    pub plan: Plan,
    /// The name of the module in the conformance suite of the OpenID Foundation.
    pub module: &'static str,
}

/// The table that a scenario is a row of.
#[derive(Clone, Debug)]
pub struct Table {
    /// The path of the file in the fixtures.
    pub document: Cow<'static, str>,
    pub applicability: Applicability,
}

/// A scenario.
#[derive(Clone, Debug)]
pub struct Scenario {
    /// Stable: `code.pkce.missing-verifier`.
    pub id: Cow<'static, str>,
    /// What is sent and what must happen, in one sentence.
    pub title: Cow<'static, str>,
    pub tags: Vec<&'static str>,
    pub citations: Vec<&'static str>,
    pub needs: Vec<Need>,
    /// What a provider offers that claims the certification plan.
    pub plan_needs: Vec<Need>,
    pub driver: RequiredDriver,
    pub certification: Option<Certification>,
    pub table: Option<Table>,
    /// The login of the user who signs in, if the needs do not name the account.
    login: Option<String>,
    precondition: Option<Precondition>,
    procedure: Procedure,
}

impl Scenario {
    pub(super) fn new(id: &'static str, title: &'static str, function: ScenarioFn) -> Self {
        Self::with(id.into(), title.into(), Procedure::new(function))
    }

    /// A scenario that runs `function` with `data`: a row of a table, or a module of a certification plan in one
    /// variant.
    pub(super) fn from_data<T: Send + Sync + 'static>(
        id: impl Into<Cow<'static, str>>,
        title: impl Into<Cow<'static, str>>,
        data: T,
        function: DataFn<T>,
    ) -> Self {
        let data = Arc::new(data);
        let procedure = Procedure::new(move |context| {
            let data = Arc::clone(&data);
            Box::pin(async move { function(&data, context).await })
        });
        Self::with(id.into(), title.into(), procedure)
    }

    fn with(id: Cow<'static, str>, title: Cow<'static, str>, procedure: Procedure) -> Self {
        Self {
            id,
            title,
            tags: Vec::new(),
            citations: Vec::new(),
            needs: Vec::new(),
            plan_needs: Vec::new(),
            driver: RequiredDriver::Any,
            certification: None,
            table: None,
            login: None,
            precondition: None,
            procedure,
        }
    }

    pub(super) fn cites(mut self, citations: &[&'static str]) -> Self {
        self.citations.extend(citations);
        self
    }

    pub(super) fn needs(mut self, needs: &[Need]) -> Self {
        self.needs.extend(needs);
        self
    }

    pub(super) fn plan_needs(mut self, needs: &[Need]) -> Self {
        self.plan_needs.extend(needs);
        self
    }

    pub(super) fn tags(mut self, tags: &[&'static str]) -> Self {
        self.tags.extend(tags);
        self
    }

    pub(super) const fn driver(mut self, driver: RequiredDriver) -> Self {
        self.driver = driver;
        self
    }

    pub(super) const fn certification(mut self, plan: Plan, module: &'static str) -> Self {
        self.certification = Some(Certification { plan, module });
        self
    }

    /// With the login of the user who signs in.
    pub(super) fn signing_in(mut self, login: Option<String>) -> Self {
        self.login = login;
        self
    }

    /// The accounts of the target that the scenario uses.
    pub fn accounts<'a>(&'a self, target: &'a Target) -> impl Iterator<Item = &'a Account> {
        let roles = self.needs.iter().filter_map(|need| match need {
            Need::Account(role) => target.account(*role),
            _ => None,
        });
        let own = self.login.as_ref().and_then(|login| target.accounts.values().find(|known| known.login == *login));
        roles.chain(own)
    }

    /// Lets only targets run the scenario for which `unmet` returns no reason.
    pub(super) fn unless(mut self, unmet: impl Fn(&Target) -> Option<String> + Send + Sync + 'static) -> Self {
        self.precondition = Some(Precondition(Arc::new(unmet)));
        self
    }

    pub(super) fn of_table(mut self, document: impl Into<Cow<'static, str>>, applicability: &Applicability) -> Self {
        self.table = Some(Table { document: document.into(), applicability: applicability.clone() });
        self
    }

    /// The reason to skip the scenario, if the target lacks something that it needs. A provider that is
    /// `claimed` to follow the plan has to offer what the plan requires: the scenario then fails instead of being skipped.
    #[must_use]
    pub fn unmet(&self, target: &Target, claimed: bool) -> Option<String> {
        let table = self.table.as_ref().and_then(|table| table.applicability.unmet(target));
        let plan_needs = self.plan_needs.iter().filter(|_| !claimed);
        let needs = || self.needs.iter().chain(plan_needs).find_map(|need| need.unmet(target));
        table.or_else(needs).or_else(|| self.precondition.as_ref().and_then(|precondition| precondition.0(target)))
    }

    /// Whether the provider itself says that it follows the plan of the scenario.
    #[must_use]
    pub fn is_announced_by(&self, target: &Target) -> bool {
        self.plan().is_some_and(|plan| plan.is_announced_by(target))
    }

    /// Runs the scenario. Its steps, requests and findings are in the context's recorder afterwards.
    ///
    /// # Errors
    /// When it stops before its end.
    pub async fn run(&self, context: &ScenarioContext) -> Result<(), Stopped> {
        (self.procedure.0)(context).await
    }

    /// The part of the protocol that it belongs to: the first word of the id.
    #[must_use]
    pub fn area(&self) -> &str {
        self.id.split('.').next().unwrap_or_default()
    }

    /// The certification plan that it belongs to.
    #[must_use]
    pub fn plan(&self) -> Option<Plan> {
        self.certification.map(|certification| certification.plan)
    }

    /// The module of the OpenID Foundation's conformance suite that it mirrors.
    #[must_use]
    pub fn module(&self) -> Option<&'static str> {
        self.certification.map(|certification| certification.module)
    }

    /// Whether the scenario is about one custom server, and not about the org or recorded claims.
    #[must_use]
    pub fn is_about_one_server(&self) -> bool {
        self.table.is_none() && !self.id.ends_with(".org")
    }

    /// Whether no other scenario may use its issuer at the same time.
    #[must_use]
    pub fn is_exclusive(&self) -> bool {
        let exclusive = [Need::ExclusiveIssuer, Need::KeyRotation, Need::ElapsedTime];
        exclusive.iter().any(|need| self.needs.contains(need))
    }
}

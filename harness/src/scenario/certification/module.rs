//! A module of a certification plan: what it is called, what it needs, the variants that it is run in, and its
//! function.

use super::plan::Variant;
use super::runs;
use crate::check::module::ENDPOINTS;
use crate::issuer_target::Endpoint;
use crate::issuer_target::ServerKind::Custom;
use crate::scenario::context::ScenarioContext;
use crate::scenario::definition::{DataFn, RequiredDriver, Running, Scenario};
use crate::scenario::needs::Need;
use crate::scenario::stopped::Stopped;

/// A function that runs a module in a variant.
pub(in crate::scenario) type ModuleFn = for<'a> fn(&'a ScenarioContext, Variant) -> Running<'a>;

/// A module.
#[derive(Debug)]
pub(in crate::scenario) struct Module {
    /// Its name in the conformance suite.
    name: &'static str,
    title: &'static str,
    needs: &'static [Need],
    plan_needs: &'static [Need],
    /// The variants that it is run in.
    runs: fn(Variant) -> bool,
    /// Whether the dynamic plan runs it too.
    dynamic_too: bool,
    driver: RequiredDriver,
    function: ModuleFn,
}

impl Module {
    pub(super) const fn new(name: &'static str, title: &'static str, function: ModuleFn) -> Self {
        let (runs, driver) = (runs::in_every_flow, RequiredDriver::Any);
        Self { name, title, needs: &[], plan_needs: &[], runs, dynamic_too: false, driver, function }
    }

    pub(super) const fn needs(self, needs: &'static [Need]) -> Self {
        Self { needs, ..self }
    }

    /// What a provider of the plan has to offer for the module.
    pub(super) const fn plan_needs(self, plan_needs: &'static [Need]) -> Self {
        Self { plan_needs, ..self }
    }

    pub(super) const fn runs(self, runs: fn(Variant) -> bool) -> Self {
        Self { runs, ..self }
    }

    /// In the dynamic plan too.
    pub(super) const fn dynamic_too(self) -> Self {
        Self { dynamic_too: true, ..self }
    }

    pub(super) const fn driver(self, driver: RequiredDriver) -> Self {
        Self { driver, ..self }
    }

    /// Whether the module is run in that variant.
    pub(super) fn runs_in(&self, variant: Variant) -> bool {
        (self.runs)(variant) || (self.dynamic_too && variant == Variant::Dynamic)
    }

    /// The module in that variant.
    pub(super) fn scenario(&'static self, variant: Variant) -> Scenario {
        let id = format!("{}.{}", variant.path(), self.name.to_ascii_lowercase().replace('_', "-"));
        let run: DataFn<(&'static Self, Variant)> = |(module, variant), context| {
            Box::pin(async move {
                offers(context, module.endpoints(*variant))?;
                (module.function)(context, *variant).await
            })
        };
        Scenario::from_data(id, self.title, (self, variant), run)
            .tags(&["certification", variant.plan().word()])
            .cites(&[variant.plan().certification()])
            .needs(&self.needs_in(variant))
            .plan_needs(&self.plan_needs_in(variant))
            .driver(self.driver)
            .certification(variant.plan(), self.name)
    }

    /// The endpoints that the provider must have.
    fn endpoints(&self, variant: Variant) -> &'static [Endpoint] {
        match self.driver {
            RequiredDriver::None => variant.documented_endpoints(),
            RequiredDriver::Any | RequiredDriver::Http | RequiredDriver::Browser => variant.endpoints(),
        }
    }

    fn plan_needs_in(&self, variant: Variant) -> Vec<Need> {
        let mut needs: Vec<Need> =
            self.endpoints(variant).iter().map(|endpoint| Need::Endpoint(Custom, *endpoint)).collect();
        if self.driver != RequiredDriver::None {
            needs.extend(variant.features());
        } else if variant == Variant::Dynamic {
            // Its documents are those of any provider: without the endpoint the module is not about this one.
            needs.push(Need::Endpoint(Custom, Endpoint::Registration));
        }
        needs.extend(self.plan_needs);
        needs
    }

    fn needs_in(&self, variant: Variant) -> Vec<Need> {
        let mut needs = variant.needs();
        // Where clients are registered by the scenario, a module that only reads documents needs none.
        let registers = variant.registers() || matches!(variant, Variant::Fapi2 { .. });
        if !(registers && self.driver == RequiredDriver::None) {
            needs.extend(variant.client_needs());
        }
        // Clients that are registered for a plan replace those of the target.
        needs.extend(self.needs.iter().filter(|need| !(variant.registers() && matches!(need, Need::Secret(_)))));
        needs
    }
}

/// Judges that the provider has the endpoints.
fn offers(context: &ScenarioContext, endpoints: &[Endpoint]) -> Result<(), Stopped> {
    if endpoints.is_empty() {
        return Ok(());
    }
    let server = context.server(Custom)?;
    let missing = endpoints.iter().find(|endpoint| server.endpoint(**endpoint).is_none());
    let found = ENDPOINTS.absent(&context.recorder, "missing endpoint", missing.map(|endpoint| endpoint.member()));
    if found { Ok(()) } else { Err(Stopped::CheckFailed) }
}

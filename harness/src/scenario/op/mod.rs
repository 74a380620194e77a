//! The modules of the OpenID Foundation's conformance suite for OpenID Providers, mirrored one by one.
//!
//! A module is data ([`Module`]) with one small story, told in every variant that its plans run it in. The rules
//! that every flow keeps are judged by [`play::Play`]; a story adds what its module is about. Severities are
//! the suite's: its failures are *must*, its warnings *should*, and where it asks a person for a screenshot the
//! page itself is judged, or left to a person when it can't be told apart.

mod config;
mod dynamic;
mod fapi2;
mod logout;
mod plan;
mod play;
mod redemption;
mod request;
mod scopes;
mod server;
mod session;
mod single_logout;

use std::borrow::Cow;

use futures_util::future::BoxFuture;

use plan::ResponseType;
pub use plan::{Plan, Variant};

use super::stage::{Halt, Stage};
use super::{Front, Need, Scenario, Story};
use crate::issuer_target::Endpoint;
use crate::issuer_target::ServerKind::Custom;
use crate::issuer_target::market::{BUYER, WEB};

/// How a module's story comes to be told.
type Told = for<'a> fn(&'a Stage, Variant) -> BoxFuture<'a, Result<(), Halt>>;

/// A module.
#[derive(Debug)]
pub struct Module {
    /// The suite's name of it.
    pub name: &'static str,
    title: &'static str,
    /// What it sends and what it demands.
    steps: &'static [&'static str],
    needs: &'static [Need],
    /// The variants that it is run in.
    runs: fn(Variant) -> bool,
    /// Whether the dynamic plan runs it too.
    dynamic_too: bool,
    front: Front,
    told: Told,
}

impl Module {
    const fn new(name: &'static str, title: &'static str, steps: &'static [&'static str], told: Told) -> Self {
        Self { name, title, steps, needs: &[], runs: runs::in_every_flow, dynamic_too: false, front: Front::Any, told }
    }

    const fn needs(self, needs: &'static [Need]) -> Self {
        Self { needs, ..self }
    }

    const fn runs(self, runs: fn(Variant) -> bool) -> Self {
        Self { runs, ..self }
    }

    /// In the dynamic plan too.
    const fn dynamic_too(self) -> Self {
        Self { dynamic_too: true, ..self }
    }

    const fn front(self, front: Front) -> Self {
        Self { front, ..self }
    }

    /// Tells its story in that variant.
    pub(super) async fn tell(&self, stage: &Stage, variant: Variant) -> Result<(), Halt> {
        (self.told)(stage, variant).await
    }

    fn scenario(&'static self, variant: Variant) -> Scenario {
        let mut needs = match variant {
            Variant::Config => vec![Need::Server(Custom)],
            Variant::Logout | Variant::FrontChannel | Variant::BackChannel => {
                vec![Need::Endpoint(Custom, Endpoint::EndSession)]
            }
            Variant::Dynamic => vec![Need::Endpoint(Custom, Endpoint::Registration)],
            Variant::Flow { .. } => variant.needs(),
            Variant::Fapi2 { .. } => vec![Need::Server(Custom), Need::ApiToken, Need::Account(BUYER)],
        };
        if variant.registers() {
            // Whoever only looks at documents needs no client.
            if self.front != Front::None {
                needs.extend([Need::ApiToken, Need::Account(BUYER)]);
            }
        } else if !matches!(variant, Variant::Config | Variant::Fapi2 { .. }) {
            needs.extend([Need::Server(Custom), Need::Secret(WEB), Need::Account(BUYER)]);
        }
        // Clients that are registered for a plan take the places of the target's own.
        needs.extend(self.needs.iter().filter(|need| !(variant.registers() && matches!(need, Need::Secret(_)))));
        Scenario {
            id: Cow::Owned(format!("{}.{}", variant.path(), self.name.to_ascii_lowercase().replace('_', "-"))),
            title: Cow::Borrowed(self.title),
            tags: vec!["certification", variant.plan().word()],
            citations: vec![variant.plan().certification()],
            steps: self.steps.iter().map(|&step| Cow::Borrowed(step)).collect(),
            needs,
            front: self.front,
            story: Story::Module(self, variant),
        }
    }
}

/// Which variants a module is run in.
mod runs {
    use super::{ResponseType, Variant};

    pub(super) const fn in_every_flow(variant: Variant) -> bool {
        matches!(variant, Variant::Flow { .. })
    }

    pub(super) const fn with_code(variant: Variant) -> bool {
        in_every_flow(variant) && variant.response_type().has_code()
    }

    pub(super) const fn with_access(variant: Variant) -> bool {
        in_every_flow(variant) && variant.response_type().gives_access()
    }

    pub(super) const fn in_basic(variant: Variant) -> bool {
        matches!(variant, Variant::Flow { response_type: ResponseType::Code, .. })
    }

    /// In the first run of the hybrid plan only, as the suite has it.
    pub(super) const fn in_basic_and_first_hybrid(variant: Variant) -> bool {
        let kind = variant.response_type();
        in_every_flow(variant) && matches!(kind, ResponseType::Code | ResponseType::CodeIdToken)
    }

    /// In the first run of the hybrid plan, and in both of the implicit plan.
    pub(super) const fn but_later_hybrid(variant: Variant) -> bool {
        let kind = variant.response_type();
        in_every_flow(variant) && !matches!(kind, ResponseType::CodeToken | ResponseType::CodeIdTokenToken)
    }

    /// Once a plan.
    pub(super) const fn once(variant: Variant) -> bool {
        let kind = variant.response_type();
        let one = matches!(kind, ResponseType::Code | ResponseType::IdTokenToken | ResponseType::CodeIdToken);
        in_every_flow(variant) && one
    }

    /// OIDC Core 3.2.2.1 and 3.3.2.11: an ID token in the front channel needs a nonce.
    pub(super) const fn needing_nonce(variant: Variant) -> bool {
        in_every_flow(variant) && variant.response_type().has_id_token()
    }

    pub(super) const fn not_needing_nonce(variant: Variant) -> bool {
        in_every_flow(variant) && !variant.response_type().has_id_token()
    }

    pub(super) const fn in_config(variant: Variant) -> bool {
        matches!(variant, Variant::Config)
    }

    pub(super) const fn in_dynamic(variant: Variant) -> bool {
        matches!(variant, Variant::Dynamic)
    }

    pub(super) const fn in_front_channel(variant: Variant) -> bool {
        matches!(variant, Variant::FrontChannel)
    }

    pub(super) const fn in_back_channel(variant: Variant) -> bool {
        matches!(variant, Variant::BackChannel)
    }

    pub(super) const fn in_logout(variant: Variant) -> bool {
        matches!(variant, Variant::Logout)
    }

    pub(super) const fn in_fapi2(variant: Variant) -> bool {
        matches!(variant, Variant::Fapi2 { .. })
    }

    /// Where requests are signed.
    pub(super) const fn in_message_signing(variant: Variant) -> bool {
        matches!(variant, Variant::Fapi2 { signed: true })
    }
}

/// Every module, in the order of the basic plan.
fn modules() -> impl Iterator<Item = &'static Module> {
    let tables: [&'static [Module]; 11] = [
        server::MODULES,
        scopes::MODULES,
        session::MODULES,
        request::MODULES,
        redemption::MODULES,
        config::MODULES,
        logout::MODULES,
        single_logout::MODULES,
        dynamic::redirects::MODULES,
        dynamic::pages::MODULES,
        dynamic::keys::MODULES,
    ];
    tables.into_iter().chain(fapi2::MODULES).flatten()
}

pub(super) fn scenarios() -> Vec<Scenario> {
    let runs = |module: &Module, variant| (module.runs)(variant) || (module.dynamic_too && variant == Variant::Dynamic);
    let of =
        |variant| modules().filter(move |module| runs(module, variant)).map(move |module| module.scenario(variant));
    Variant::all().flat_map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The suite's own counts, with the modules for clients that register themselves.
    #[test]
    fn each_plan_has_as_many_modules_as_the_suite_s() {
        let count = |plan| scenarios().iter().filter(|scenario| scenario.plan() == Some(plan)).count();
        assert_eq!(count(Plan::Basic), 38);
        assert_eq!(count(Plan::Config), 1);
        assert_eq!(count(Plan::Implicit), 58);
        assert_eq!(count(Plan::Hybrid), 102);
        assert_eq!(count(Plan::FormPost), 38 + 58 + 102);
        assert_eq!(count(Plan::RpLogout), 11);
        assert_eq!(count(Plan::FrontChannel), 2);
        assert_eq!(count(Plan::BackChannel), 2);
        assert_eq!(count(Plan::Dynamic), 23);
        // Its list less the modules of national profiles.
        assert_eq!(count(Plan::Fapi2), 56);
        assert_eq!(count(Plan::Fapi2MessageSigning), 70);
    }
}

//! The modules of the OpenID Foundation's conformance suite for OpenID Providers, mirrored one by one.
//!
//! A module is data (`module::Module`) with a function that runs in every variant of its plans. The rules that every
//! flow keeps are judged by `module_run::ModuleRun`; the function adds what its module is about. Severities are the
//! suite's: its failures are *must*, its warnings *should*. Where it asks a person for a screenshot, the page itself is
//! judged, or left for review when that is not possible.

mod config;
mod dynamic;
mod fapi2;
mod logout;
mod module;
mod module_run;
pub(super) mod plan;
mod redemption;
mod request;
mod runs;
mod scopes;
mod server;
mod session;
mod session_management;
mod single_logout;
mod third_party_login;
use module::Module;
use plan::Variant;

use super::definition::Scenario;

pub(super) fn scenarios() -> Vec<Scenario> {
    let of =
        |variant| modules().filter(move |module| module.runs_in(variant)).map(move |module| module.scenario(variant));
    Variant::all().flat_map(of).collect()
}

/// Every module, in the order of the basic plan.
fn modules() -> impl Iterator<Item = &'static Module> {
    let tables: [&'static [Module]; 13] = [
        server::MODULES,
        scopes::MODULES,
        session::MODULES,
        request::MODULES,
        redemption::MODULES,
        config::MODULES,
        logout::MODULES,
        single_logout::MODULES,
        session_management::MODULES,
        dynamic::redirects::MODULES,
        dynamic::pages::MODULES,
        dynamic::keys::MODULES,
        third_party_login::MODULES,
    ];
    tables.into_iter().chain(fapi2::MODULES).flatten()
}

#[cfg(test)]
mod tests {
    use super::scenarios;
    use crate::scenario::Plan;

    /// The suite's counts, with the modules for dynamic registration.
    #[test]
    fn each_plan_has_as_many_modules_as_in_the_suite() {
        let count = |plan| scenarios().iter().filter(|scenario| scenario.plan() == Some(plan)).count();
        assert_eq!(count(Plan::Basic), 38);
        assert_eq!(count(Plan::Config), 1);
        assert_eq!(count(Plan::Implicit), 58);
        assert_eq!(count(Plan::Hybrid), 102);
        assert_eq!(count(Plan::FormPost), 38 + 58 + 102);
        assert_eq!(count(Plan::RpLogout), 11);
        assert_eq!(count(Plan::FrontChannel), 2);
        assert_eq!(count(Plan::BackChannel), 2);
        assert_eq!(count(Plan::SessionManagement), 2);
        assert_eq!(count(Plan::Dynamic), 23);
        assert_eq!(count(Plan::ThirdPartyLogin), 2);
        // The suite's list without the modules of national profiles.
        assert_eq!(count(Plan::Fapi2), 56);
        assert_eq!(count(Plan::Fapi2MessageSigning), 70);
    }
}

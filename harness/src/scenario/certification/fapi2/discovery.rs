//! The discovery document by the rules of FAPI 2.

use crate::check::{configuration, fapi};
use crate::scenario::certification::module::Module;
use crate::scenario::certification::plan::Variant;
use crate::scenario::certification::{config, runs};
use crate::scenario::context::ScenarioContext;
use crate::scenario::definition::RequiredDriver;
use crate::scenario::stopped::Stopped;

pub(super) const MODULES: &[Module] = &[Module::new(
    "fapi2-security-profile-final-discovery-end-point-verification",
    "The discovery document has what the profile requires",
    |context, variant| Box::pin(verify(context, variant)),
)
.runs(runs::in_fapi2)
.driver(RequiredDriver::None)];

async fn verify(context: &ScenarioContext, variant: Variant) -> Result<(), Stopped> {
    let (_, address, document) = config::document(context).await?;
    configuration::judge(&context.recorder, &address, &document);
    fapi::metadata(&context.recorder, &document, variant == Variant::Fapi2 { signed: true });
    Ok(())
}

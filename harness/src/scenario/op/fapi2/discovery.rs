//! What metadata say, by FAPI 2.

use super::super::{Front, Module, Variant, config, runs};
use crate::check::{configuration, fapi};
use crate::scenario::stage::{Halt, Stage};

pub(super) const MODULES: &[Module] = &[Module::new(
    "fapi2-security-profile-final-discovery-end-point-verification",
    "The discovery document says what the profile asks for",
    &["fetch the document over https", "judge it by the rules of discovery", "judge it by the profile's"],
    |s, v| Box::pin(verify(s, v)),
)
.runs(runs::in_fapi2)
.front(Front::None)];

async fn verify(stage: &Stage, variant: Variant) -> Result<(), Halt> {
    let (_, address, document) = config::document(stage).await?;
    configuration::judge(&stage.recorder, &address, &document);
    fapi::metadata(&stage.recorder, &document, variant == Variant::Fapi2 { signed: true });
    Ok(())
}

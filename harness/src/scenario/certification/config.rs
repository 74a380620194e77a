//! The config plan: the discovery document and keys, over https if possible.

use serde_json::{Map, Value};
use url::Url;

use super::module::Module;
use super::plan::Variant;
use super::runs;
use crate::check::discovery::{self, Document};
use crate::check::{configuration, keys};
use crate::issuer_target::ServerKind::Custom;
use crate::scenario::context::ScenarioContext;
use crate::scenario::definition::RequiredDriver;
use crate::scenario::stopped::Stopped;
use crate::wire::Http;
use crate::wire::keys::KeySet;

pub(super) const MODULES: &[Module] = &[Module::new(
    "oidcc-discovery-endpoint-verification",
    "The discovery document and the keys follow the specification",
    |context, variant| Box::pin(verify(context, variant)),
)
.runs(runs::in_config)
.dynamic_too()
.driver(RequiredDriver::None)];

/// The connections and the issuer over https, if possible.
pub(super) fn way(context: &ScenarioContext) -> Result<(Http, String), Stopped> {
    let issuer = &context.server(Custom)?.issuer;
    let Some((base, ca)) = &context.target.https else { return Ok((context.http.clone(), issuer.clone())) };
    let path = issuer.splitn(4, '/').nth(3).unwrap_or_default();
    let http = Http::new(Some(ca), context.recorder.clone())?;
    Ok((http, base.join(path)?.as_str().trim_end_matches('/').to_owned()))
}

/// Fetches the document and judges it by the rules of discovery. Returns it with its URL.
pub(super) async fn document(context: &ScenarioContext) -> Result<(Http, Url, Map<String, Value>), Stopped> {
    let (http, issuer) = way(context)?;
    let address = Url::parse(&format!("{}{}", issuer.trim_end_matches('/'), Document::OpenId.path()))?;
    context.step("fetch the discovery document");
    let reply = http.get(&address).await?;
    let document =
        discovery::standard(&context.recorder, &reply, &issuer, Document::OpenId).ok_or(Stopped::CheckFailed)?;
    Ok((http, address, document))
}

async fn verify(context: &ScenarioContext, variant: Variant) -> Result<(), Stopped> {
    let (http, address, document) = document(context).await?;
    configuration::judge(&context.recorder, &address, &document);
    if variant == Variant::Dynamic {
        configuration::mandatory(&context.recorder, &document);
    }
    context.step("fetch the keys");
    let keys_at = document.get("jwks_uri").and_then(Value::as_str).ok_or(Stopped::CheckFailed)?;
    let reply = http.get(&Url::parse(keys_at)?).await?;
    keys::judge(&context.recorder, &reply, false);
    keys::standard(&context.recorder, &reply.json::<KeySet>("a key set")?);
    Ok(())
}

//! The Config plan: the provider's own description of itself, over https where there is a choice.

use serde_json::{Map, Value};
use url::Url;

use super::{Front, Module, Variant, runs};
use crate::check::discovery::{self, Document};
use crate::check::{configuration, keys};
use crate::issuer_target::ServerKind::Custom;
use crate::scenario::stage::{Halt, Stage};
use crate::wire::Http;
use crate::wire::keys::KeySet;

pub(super) const MODULES: &[Module] = &[Module::new(
    "oidcc-discovery-endpoint-verification",
    "The discovery document and the keys are as the specification has them",
    &["fetch the document over https", "judge every member", "fetch and judge the keys"],
    |s, v| Box::pin(verify(s, v)),
)
.runs(runs::in_config)
.dynamic_too()
.front(Front::None)];

/// How the issuer is reached over https if it can be, and what it is called there.
pub(super) fn way(stage: &Stage) -> Result<(Http, String), Halt> {
    let issuer = &stage.server(Custom)?.issuer;
    let Some((base, ca)) = &stage.target.https else { return Ok((stage.http.clone(), issuer.clone())) };
    let path = issuer.splitn(4, '/').nth(3).unwrap_or_default();
    let http = Http::new(Some(ca), stage.recorder.clone())?;
    Ok((http, base.join(path)?.as_str().trim_end_matches('/').to_owned()))
}

/// Fetches the document and judges it by discovery's own rules. Answers it with its address.
pub(super) async fn document(stage: &Stage) -> Result<(Http, Url, Map<String, Value>), Halt> {
    let (http, issuer) = way(stage)?;
    let address = Url::parse(&format!("{}{}", issuer.trim_end_matches('/'), Document::OpenId.path()))?;
    stage.step("fetch the discovery document");
    let reply = http.get(&address).await?;
    let document = discovery::standard(&stage.recorder, &reply, &issuer, Document::OpenId).ok_or(Halt::Failed)?;
    Ok((http, address, document))
}

async fn verify(stage: &Stage, variant: Variant) -> Result<(), Halt> {
    let (http, address, document) = document(stage).await?;
    configuration::judge(&stage.recorder, &address, &document);
    if variant == Variant::Dynamic {
        configuration::mandatory(&stage.recorder, &document);
    }
    stage.step("fetch the keys");
    let keys_at = document.get("jwks_uri").and_then(Value::as_str).ok_or(Halt::Failed)?;
    let reply = http.get(&Url::parse(keys_at)?).await?;
    keys::judge(&stage.recorder, &reply, false);
    keys::standard(&stage.recorder, &reply.json::<KeySet>("a key set")?);
    Ok(())
}

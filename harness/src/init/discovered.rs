//! What an issuer says about itself.

use serde_json::Value;
use url::Url;

use crate::issuer_target::{Behavior, Control, TargetError, TargetKind, discovery_address, org_base, org_id};
use crate::wire::Http;
use crate::wire::metadata::Metadata;

/// What the file is written from.
pub(super) struct Discovered {
    pub(super) issuer: String,
    pub(super) kind: TargetKind,
    pub(super) behavior: Option<Behavior>,
    /// The issuer of the org's own server, if there is another one.
    pub(super) org: Option<String>,
    pub(super) metadata: Metadata,
}

/// Reads the discovery document of an issuer and finds out what software it is.
pub(super) async fn discovered(issuer: &str, http: &Http) -> Result<Discovered, TargetError> {
    let reply = http.get(&discovery_address(issuer)?).await?;
    let metadata: Metadata = reply.json("a discovery document")?;
    if metadata.issuer.trim_end_matches('/') != issuer.trim_end_matches('/') {
        return Err(TargetError::Issuer { expected: issuer.to_owned(), found: metadata.issuer });
    }
    let base = org_base(issuer);
    let (mut kind, mut behavior, mut org) = (TargetKind::Generic, None, None);
    if let Some(base) = base {
        if let Ok(about) = Control::new(base.clone(), http.clone()).about().await {
            (kind, behavior) = (TargetKind::Mock, about.behavior);
        } else if org_id(&base, http).await.is_some() {
            kind = TargetKind::Okta;
        }
        let origin = base.as_str().trim_end_matches('/').to_owned();
        org = Some(origin).filter(|origin| kind != TargetKind::Generic && origin != issuer.trim_end_matches('/'));
    }
    Ok(Discovered { issuer: metadata.issuer.clone(), kind, behavior, org, metadata })
}

/// The host of an issuer.
pub(super) fn host(issuer: &str) -> String {
    Url::parse(issuer).ok().and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_default()
}

/// The values of a list in a discovery document.
pub(super) fn listed(metadata: &Metadata, member: &str) -> Vec<String> {
    let list = metadata.rest.get(member).and_then(Value::as_array);
    list.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}

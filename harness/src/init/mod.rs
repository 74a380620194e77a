//! Writes the first target file for an issuer, from its discovery document.

mod gaps;
mod text;

use serde_json::Value;
use url::Url;

use crate::issuer_target::fixtures::Fixtures;
use crate::issuer_target::{
    Behavior, Control, Opening, Source, TargetError, TargetFile, TargetKind, discovery_address, org_base, org_id,
};
use crate::record::Recorder;
use crate::record::scrub::Scrubber;
use crate::run::RunError;
use crate::scenario::catalogue;
use crate::wire::Http;
use crate::wire::metadata::Metadata;

pub use gaps::Gap;

/// A new target file.
#[derive(Debug)]
pub struct Draft {
    pub text: String,
    /// What the issuer is taken for.
    pub kind: TargetKind,
    /// How many scenarios run with the file as it is.
    pub runs: usize,
    /// The values that are missing, in the order in which they are best filled in.
    pub gaps: Vec<Gap>,
}

/// What the file is written from.
struct Discovered {
    issuer: String,
    kind: TargetKind,
    behavior: Option<Behavior>,
    /// The issuer of the org's own server, if there is another one.
    org: Option<String>,
    metadata: Metadata,
}

/// Reads the discovery document of `issuer` and writes a target file for it.
///
/// # Errors
/// When the issuer cannot be reached, or has no discovery document of its own.
pub async fn draft(issuer: &str, ca_pem: Option<&str>, fixtures: &Fixtures) -> Result<Draft, RunError> {
    let http = Http::new(ca_pem, Recorder::new(Scrubber::default())).map_err(TargetError::from)?;
    let found = discovered(issuer, &http).await?;
    let slots = text::slots(&found);
    let empty = text::render(&found, &slots, &[]);
    let file = TargetFile::parse(&empty, Source { path: "the new target file".to_owned(), folder: None })
        .map_err(|error| TargetError::Document { path: "the new target file".to_owned(), reason: error.to_string() })?;
    // Every variable has a value here, so that the scenarios of each can be counted.
    let opening = Opening {
        fixtures,
        base: None,
        issuer: None,
        server: None,
        callback: None,
        ca_pem: ca_pem.map(str::to_owned),
        https_base: None,
        api: None,
        behavior: None,
        scrubber: Scrubber::default(),
        environment: |_| Some("unknown".to_owned()),
    };
    let target = opening.open(&file).await?;
    let (runs, gaps) = gaps::count(target, &slots, &catalogue(fixtures)?);
    Ok(Draft { text: text::render(&found, &slots, &gaps), kind: found.kind, runs, gaps })
}

async fn discovered(issuer: &str, http: &Http) -> Result<Discovered, TargetError> {
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
fn host(issuer: &str) -> String {
    Url::parse(issuer).ok().and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_default()
}

/// The values of a list in a discovery document.
fn listed(metadata: &Metadata, member: &str) -> Vec<String> {
    let list = metadata.rest.get(member).and_then(Value::as_array);
    list.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}

//! Writes the first target file for an issuer, from its discovery document.

mod discovered;
mod gaps;
mod slot;
mod text;

use crate::issuer_target::fixtures::Fixtures;
use crate::issuer_target::{Opening, Source, TargetError, TargetFile, TargetKind};
use crate::record::Recorder;
use crate::record::scrub::Scrubber;
use crate::run::RunError;
use crate::scenario::catalogue;
use crate::wire::Http;

use self::discovered::discovered;

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

/// Reads the discovery document of `issuer` and writes a target file for it.
///
/// # Errors
/// When the issuer cannot be reached, or has no discovery document of its own.
pub async fn draft(issuer: &str, ca_pem: Option<&str>, fixtures: &Fixtures) -> Result<Draft, RunError> {
    let http = Http::new(ca_pem, Recorder::new(Scrubber::default())).map_err(TargetError::from)?;
    let found = discovered(issuer, &http).await?;
    let slots = slot::slots(&found);
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

//! Arguments of `snapshot`.

use std::path::PathBuf;

use clap::Args;

/// The org, the folder, and what may be written.
#[derive(Debug, Args)]
pub(in crate::cli) struct SnapshotArgs {
    /// Folder of the snapshots. Its snapshots.toml selects the token requests; without it, all are taken.
    #[arg(value_name = "DIR")]
    pub(in crate::cli) dir: PathBuf,
    /// The org document. Default: the built-in org.
    #[arg(long, value_name = "FILE", env = "MOCK_IDP_ORG")]
    pub(in crate::cli) org: Option<PathBuf>,
    /// Write nothing; the exit code is 1 if a snapshot is changed, new or removed.
    #[arg(long)]
    pub(in crate::cli) check: bool,
    /// Write changed snapshots too, and remove those without a case. Not where CI is set.
    #[arg(long, conflicts_with = "check")]
    pub(in crate::cli) accept: bool,
    /// Write the differences as JUnit XML.
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) junit: Option<PathBuf>,
    /// Write the differences as Markdown.
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) markdown: Option<PathBuf>,
}

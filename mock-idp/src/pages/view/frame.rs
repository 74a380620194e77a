//! What every page shows.

use mock_idp_core::protocol::Language;
use serde::Serialize;

/// The frame that every page shares.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Frame {
    /// The org's name, shown as the page's brand.
    pub org_name: String,
    /// `""` or `/_org/{name}`: what every link and asset path starts with.
    pub path_prefix: String,
    /// The request id in the log line.
    pub request_id: String,
    /// Leniencies, active faults, a moved clock. Mostly empty.
    pub warnings: Vec<String>,
    #[serde(skip_serializing)]
    pub language: Language,
}

//! The org of a running mock.

use mock_idp_core::org::Document;
use serde::Deserialize as _;

use crate::cli::failure::Failure;
use crate::cli::http_client::get;

/// The present document of the org at this base. `None`: no mock answers there.
///
/// # Errors
/// The mock's control API is closed to this request, or it is not a mock.
pub(super) fn document(base: &str, token: Option<&str>) -> Result<Option<Document>, Failure> {
    // The port serves http and https.
    let base = base.strip_prefix("https:").map_or_else(|| base.to_owned(), |rest| format!("http:{rest}"));
    let Ok((status, answer)) = get(&format!("{base}/_mock/state"), token) else { return Ok(None) };
    match status {
        200 => Document::deserialize(&answer["org"]).map(Some).map_err(Failure::machine),
        401 | 403 => {
            let error = answer["error"].as_str().unwrap_or("its control API is closed");
            Err(Failure::invalid(format!("the mock at {base} refuses: {error}. Give --control-token, or --org")))
        }
        _ => {
            Err(Failure::invalid(format!("{base} is not a mock-idp, or has no such org. Give another --url, or --org")))
        }
    }
}

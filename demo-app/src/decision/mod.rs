//! Why the issuer decided as it did, from the control API of the mock. Other issuers do not have it: they are probed once.

mod detail;
mod journal;
mod note;
mod preview;

pub(crate) use journal::{Decision, Decisions, Refusal};
pub(crate) use note::Note;
pub(crate) use preview::{Forecast, ForecastRequest};

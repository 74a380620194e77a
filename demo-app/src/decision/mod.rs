//! Why the issuer decided as it did, from the control API of the mock. Other issuers do not have it: they are probed once.

mod detail;
mod forecast;
mod journal;
mod note;

pub(crate) use forecast::{Forecast, ForecastRequest};
pub(crate) use journal::{Decision, Decisions, Refusal};
pub(crate) use note::Note;

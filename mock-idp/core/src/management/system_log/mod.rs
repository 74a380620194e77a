//! The System Log. Okta: `/api/v1/logs`.

mod changes;
mod parts;
mod policy_changes;
mod query;
mod show;
#[cfg(test)]
mod tests;

pub use changes::events_of;
pub use query::{LogOrder, LogPage, LogQuery};
pub use show::{hook_event, show};

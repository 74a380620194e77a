//! Events of the System Log, as data. Rules emit them where they decide; the server adds when and in which request they happened.

mod event;
mod event_type;

pub use event::{EventEntity, EventOutcome, LogEvent, TokenDetail};
pub use event_type::{EventType, EventTypeRow};

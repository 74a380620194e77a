//! Tapes: recorded requests and answers of an org, one JSON line for each (`docs/tapes.md`). They are recorded with a proxy or read
//! from a HAR file, and replayed against another target.

mod compare;
mod entry;
mod expected;
mod har;
mod ids;
mod masked;
mod origin;
mod proxy;
mod replay;
mod report;
mod similar_elements;

pub use compare::{Difference, DifferenceType};
pub use entry::{TapeError, TapeLine, read_tape};
pub use expected::{ExpectedDifferences, ExpectedFileError};
pub use har::{HarError, read_har};
pub use origin::ORIGIN;
pub use proxy::{Recording, RecordingError};
pub use replay::{LineResult, ReplayTarget, TapeResult, replay};
pub use report::{ReplayReport, summary};

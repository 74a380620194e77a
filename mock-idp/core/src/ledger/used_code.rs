//! One-time passwords that have been used.

use serde::{Deserialize, Serialize};

/// The last one-time password of a factor that was accepted. RFC 6238 5.2: none is accepted twice.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, Serialize, Deserialize)]
pub struct UsedCode {
    /// The number of its time step: no code of this step or an earlier one is accepted again.
    pub step: i64,
}

impl UsedCode {
    /// How long it matters, in seconds: longer than a code is accepted.
    pub const LIFETIME: i64 = 300;
}

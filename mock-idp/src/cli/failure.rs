//! Failures of the program, and its exit codes.

use std::fmt;

use mock_idp::StartError;

/// The result is negative: the token is refused, the orgs differ.
pub(super) const NEGATIVE: u8 = 1;
/// Invalid argument or org document.
const INVALID: u8 = 2;
/// The port is taken.
const PORT_TAKEN: u8 = 4;
/// Something of this machine is missing: an address, a directory, a runtime.
const MACHINE: u8 = 5;

/// Why the program ends without a result.
#[derive(Debug)]
pub(super) struct Failure {
    pub(super) code: u8,
    pub(super) text: String,
}

impl Failure {
    /// This machine lacks something.
    pub(super) fn machine(text: impl fmt::Display) -> Self {
        Self { code: MACHINE, text: text.to_string() }
    }

    /// An argument or a document is invalid.
    pub(super) fn invalid(text: impl fmt::Display) -> Self {
        Self { code: INVALID, text: text.to_string() }
    }
}

impl From<StartError> for Failure {
    fn from(error: StartError) -> Self {
        let code = match error {
            StartError::PortTaken { .. } => PORT_TAKEN,
            StartError::OrgFile { .. }
            | StartError::OrgDocument { .. }
            | StartError::SameName { .. }
            | StartError::Setting(_) => INVALID,
            _ => MACHINE,
        };
        Self { code, text: error.to_string() }
    }
}

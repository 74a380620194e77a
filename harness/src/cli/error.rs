//! Errors of commands.

use std::io;

use crate::exit::Exit;
use crate::run::RunError;

/// Why a command failed: the exit code and the message.
pub(super) struct CommandError(pub(super) Exit, pub(super) String);

impl From<RunError> for CommandError {
    fn from(error: RunError) -> Self {
        Self(error.exit(), error.to_string())
    }
}

impl From<io::Error> for CommandError {
    fn from(error: io::Error) -> Self {
        // The reader has closed the pipe and needs no more output.
        let exit = if error.kind() == io::ErrorKind::BrokenPipe { Exit::Expected } else { Exit::Internal };
        Self(exit, error.to_string())
    }
}

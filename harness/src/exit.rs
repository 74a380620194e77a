//! Exit codes.

use std::process::ExitCode;

/// The result of a command.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Exit {
    /// All results are as expected.
    Expected,
    /// At least one scenario failed, or a known divergence no longer occurs.
    Failures,
    /// The command line is invalid.
    Usage,
    /// The filters select no scenario, or the target can run none of them.
    NothingSelected,
    /// The target is not reachable, or the built-in one does not start.
    Unreachable,
    /// A target file, a fixture or an environment variable is missing or invalid, or the report cannot be written.
    Configuration,
    /// Claim snapshots are pending.
    SnapshotsPending,
    /// The harness panicked or failed.
    Internal,
    /// Stopped by a signal.
    Interrupted,
}

impl Exit {
    /// Every exit code with the text in `--help`.
    pub const ALL: &[(Self, &str)] = &[
        (Self::Expected, "all as expected"),
        (Self::Failures, "failures"),
        (Self::Usage, "usage"),
        (Self::NothingSelected, "no scenario selected, or none could run"),
        (Self::Unreachable, "target not reachable, or start failed"),
        (Self::Configuration, "configuration or secrets missing, or report not writable"),
        (Self::SnapshotsPending, "snapshots pending"),
        (Self::Internal, "internal error"),
        (Self::Interrupted, "interrupted"),
    ];

    /// The exit status.
    #[must_use]
    pub const fn code(self) -> u8 {
        match self {
            Self::Expected => 0,
            Self::Failures => 1,
            Self::Usage => 2,
            Self::NothingSelected => 3,
            Self::Unreachable => 4,
            Self::Configuration => 5,
            Self::SnapshotsPending => 6,
            Self::Internal => 101,
            Self::Interrupted => 130,
        }
    }

    /// The table of exit codes, one per line.
    #[must_use]
    pub fn table() -> String {
        Self::ALL.iter().map(|(exit, means)| format!("  {:>3}  {means}\n", exit.code())).collect()
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

//! Exit codes: what the process tells the shell.

use std::process::ExitCode;

/// How a command ended.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Exit {
    /// All as expected.
    Expected,
    /// At least one scenario failed, or a known divergence no longer occurs.
    Failures,
    /// The command line can't be understood, or asks for something that is refused.
    Usage,
    /// The filters select no scenario.
    NothingSelected,
    /// The target can't be reached, or the built-in one can't be started.
    Unreachable,
    /// A target file, a fixture or an environment variable is missing or wrong.
    Configuration,
    /// Claim snapshots wait for `harness review`.
    SnapshotsPending,
    /// The harness itself broke.
    Internal,
    /// Somebody stopped it.
    Interrupted,
}

impl Exit {
    /// Every exit with the sentence that `--help` prints.
    pub const ALL: &[(Self, &str)] = &[
        (Self::Expected, "all as expected"),
        (Self::Failures, "failures"),
        (Self::Usage, "usage"),
        (Self::NothingSelected, "no scenario selected"),
        (Self::Unreachable, "target not reachable, or start failed"),
        (Self::Configuration, "configuration or secrets missing"),
        (Self::SnapshotsPending, "snapshots pending"),
        (Self::Internal, "internal error"),
        (Self::Interrupted, "interrupted"),
    ];

    /// The number of the process's exit status.
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

    /// The table of exit codes, one a line.
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

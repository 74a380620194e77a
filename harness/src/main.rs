//! `harness`: run the scenarios, read the report.

use std::process::ExitCode;

fn main() -> ExitCode {
    harness::cli::main()
}

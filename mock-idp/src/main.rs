//! The program `mock-idp`.

mod cli;

use std::process::ExitCode;

use mimalloc::MiMalloc;

/// Requests leave records that another thread frees much later, for which the allocator of glibc takes its locks.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    cli::main()
}

//! The program `mock-idp`.

mod cli;

use std::process::ExitCode;

use mimalloc::MiMalloc;

/// Records are freed by other threads than those that made them, which is slow with the allocator of glibc.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    cli::main()
}

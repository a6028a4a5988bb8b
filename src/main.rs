//! Arguments and logging, then the explorer or a subcommand.

use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: latentarium::memory::Allocator = latentarium::memory::Allocator;

fn main() -> ExitCode {
    latentarium::cli::main()
}

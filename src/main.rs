//! Arguments and logging, then the explorer or a subcommand.

use std::process::ExitCode;

// Training allocates and frees the same sizes at every step.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    latentarium::cli::main()
}

//! The `tripline` command.

use std::process::ExitCode;

/// Reading rules makes many small pieces: with this allocator a build takes about an eighth less time
/// than with the C library's, and a third more memory.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    tripline_cli::run()
}

//! `tripline completions SHELL`.

use crate::exit::{Exit, Problem};
use crate::output::print;
use clap::CommandFactory as _;
use clap_complete::Shell;

/// Writes a completion script for a shell to standard output.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The shell.
    #[arg(value_enum)]
    shell: Shell,
}

pub(crate) fn run(args: &Args) -> Result<Exit, Problem> {
    let mut script = Vec::new();
    let mut command = crate::args::Args::command();
    clap_complete::generate(args.shell, &mut command, "tripline", &mut script);
    print(&String::from_utf8_lossy(&script))?;
    Ok(Exit::Success)
}

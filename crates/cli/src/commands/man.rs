//! `tripline man DIR`.

use crate::exit::{Exit, Problem};
use clap::CommandFactory as _;
use std::path::PathBuf;

/// Writes the manual pages into a folder.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The folder; it is made when missing.
    #[arg(value_name = "DIR")]
    folder: PathBuf,
}

pub(crate) fn run(args: &Args) -> Result<Exit, Problem> {
    let failure = |error: std::io::Error| {
        let message = format!(
            "manual pages cannot be written to {}: {error}",
            args.folder.display()
        );
        Problem::new(Exit::Failure, message)
    };
    std::fs::create_dir_all(&args.folder).map_err(failure)?;
    let command = crate::args::Args::command().disable_help_subcommand(true);
    clap_mangen::generate_to(command, &args.folder).map_err(failure)?;
    Ok(Exit::Success)
}

//! Developer commands: what is generated, and what a rule becomes.
//!
//! | command | does |
//! |---|---|
//! | `generate [--check]` | writes `docs/reference` and `docs/schema`, or fails when they are stale |
//! | `print-ir FILE` | the detections of a rule file, as JSON |
//! | `print-plan FILE` | their plans, in the printer's form |
//! | `losses FOLDER...` | every loss of the rules in a folder of corpora, one line each |

mod codes;
mod generate;
mod print;
mod schemas;

use clap::{Parser, Subcommand};
use std::path::PathBuf;
use std::process::ExitCode;

/// Developer commands of Tripline.
#[derive(Debug, Parser)]
#[command(name = "tripline-dev")]
struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Writes the generated files: the reference of codes and commands, the JSON schemas.
    Generate {
        /// Write nothing; fail when a file is stale.
        #[arg(long)]
        check: bool,
    },
    /// Prints the detections of a rule file as JSON.
    PrintIr {
        /// The rule file.
        file: PathBuf,
    },
    /// Prints the plans of a rule file.
    PrintPlan {
        /// The rule file.
        file: PathBuf,
    },
    /// Prints every loss of the rules in folders of corpora: rule, reason, detail.
    Losses {
        /// Folders of corpora.
        #[arg(required = true)]
        folders: Vec<PathBuf>,
    },
}

#[expect(clippy::print_stderr, reason = "a tool for developers")]
fn main() -> ExitCode {
    let outcome = match Args::parse().command {
        Command::Generate { check } => generate::generate(check),
        Command::PrintIr { file } => print::ir(&file),
        Command::PrintPlan { file } => print::plan(&file),
        Command::Losses { folders } => print::losses(&folders),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("error: {message}");
            ExitCode::FAILURE
        }
    }
}

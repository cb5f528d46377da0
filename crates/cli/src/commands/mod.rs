//! One file per command: its arguments and the call of its operation.

mod completions;
mod explain;
mod man;

use crate::exit::{Exit, Problem};
use crate::settings::Settings;
use clap::Subcommand;
use tripline_app::AppError;

/// The commands, in the order of the help.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Explain(explain::Args),
    Completions(completions::Args),
    Man(man::Args),
}

/// Runs a command.
pub(crate) fn run(command: Command, settings: &Settings) -> Result<Exit, Problem> {
    match command {
        Command::Explain(args) => explain::run(&args, settings),
        Command::Completions(args) => completions::run(&args),
        Command::Man(args) => man::run(&args),
    }
}

impl From<AppError> for Problem {
    fn from(error: AppError) -> Self {
        let exit = match &error {
            AppError::Request { .. } => Exit::Usage,
            AppError::NotFound { .. } => Exit::NotFound,
            AppError::Rule { .. } => Exit::Findings,
            AppError::Failure { .. } => Exit::Failure,
        };
        let problem = Self::new(exit, error.message());
        error
            .hints()
            .iter()
            .fold(problem, |problem, hint| problem.hint(hint.as_str()))
    }
}

//! One file per command: its arguments and the call of its operation.

mod build;
mod check;
mod completions;
mod coverage;
mod detection;
mod dossier;
mod eval;
mod event;
mod explain;
mod field;
mod indicator;
mod input;
mod ledger;
mod man;
mod overlap;
mod rule;
mod search;
mod sequences;
mod serve;
mod shared;
mod signals;
mod site;
mod technique;

use crate::exit::{Exit, Problem};
use crate::settings::Settings;
use clap::Subcommand;
use tripline_app::AppError;

/// The commands, in the order of the help.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Serve(serve::Args),
    Site(site::Args),
    Build(build::Args),
    Technique(technique::Args),
    Detection(detection::Args),
    Dossier(dossier::Args),
    Tests(signals::Args),
    Rule(rule::Args),
    Event(event::Args),
    Field(field::Args),
    Indicator(indicator::Args),
    Search(search::Args),
    Coverage(coverage::Args),
    Overlap(overlap::Args),
    Sequences(sequences::Args),
    Ledger(ledger::Args),
    Check(check::Args),
    Eval(eval::Args),
    Explain(explain::Args),
    Completions(completions::Args),
    Man(man::Args),
}

/// Runs a command.
pub(crate) fn run(command: Command, settings: &Settings) -> Result<Exit, Problem> {
    match command {
        Command::Site(args) => site::run(&args, settings),
        Command::Serve(args) => serve::run(&args, settings),
        Command::Build(args) => build::run(args, settings),
        Command::Technique(args) => technique::run(&args, settings),
        Command::Detection(args) => detection::run(&args, settings),
        Command::Dossier(args) => dossier::run(&args, settings),
        Command::Tests(args) => signals::run(&args, settings),
        Command::Rule(args) => rule::run(&args, settings),
        Command::Event(args) => event::run(&args, settings),
        Command::Field(args) => field::run(&args, settings),
        Command::Indicator(args) => indicator::run(&args, settings),
        Command::Search(args) => search::run(&args, settings),
        Command::Coverage(args) => coverage::run(&args, settings),
        Command::Overlap(args) => overlap::run(&args, settings),
        Command::Sequences(args) => sequences::run(&args, settings),
        Command::Ledger(args) => ledger::run(&args, settings),
        Command::Check(args) => check::run(args, settings),
        Command::Eval(args) => eval::run(&args, settings),
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

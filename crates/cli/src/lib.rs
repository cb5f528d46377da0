//! The `tripline` command: parses what was typed, decides what it means, calls one operation of
//! `tripline-app`, shows the answer. No logic lives here.
//!
//! | file | input -> output |
//! |---|---|
//! | `args.rs` | words -> `Args`: what was typed |
//! | `settings.rs` | `Args`, environment, terminal -> `Settings`: what it means |
//! | `commands/` | one file per command: its arguments, and the call of its operation |
//! | `pages/` | one file per answer: answer -> `Page` |
//! | `layout/` | `Page` -> terminal text or Markdown |
//! | `output.rs` | text -> standard output; problems -> standard error |
//! | `reference.rs` | the commands as Markdown |
//! | `exit.rs` | how a run ends |

mod args;
mod commands;
mod exit;
mod layout;
mod output;
mod pages;
mod reference;
mod settings;

pub use reference::reference;

use clap::Parser as _;
use std::process::ExitCode;

/// Runs the command that the process was started with.
pub fn run() -> ExitCode {
    let args = match args::Args::try_parse() {
        Ok(args) => args,
        Err(error) => return output::usage(&error).into(),
    };
    let settings = settings::Settings::interpret(&args.global);
    let outcome = commands::run(args.command, &settings);
    let exit = outcome.unwrap_or_else(|problem| output::problem(&problem, &settings));
    exit.into()
}

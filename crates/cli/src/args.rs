//! What was typed, before anything is done about it.

use crate::commands::Command;
use crate::exit::Exit;
use clap::{Parser, ValueEnum};
use std::fmt::Write as _;
use std::path::PathBuf;

/// Reads detection rules of many languages as one, and answers what a detection engineer asks.
#[derive(Debug, Parser)]
#[command(
    name = "tripline",
    version,
    disable_help_subcommand = true,
    after_long_help = after_help(),
    max_term_width = 100
)]
pub(crate) struct Args {
    #[command(flatten)]
    pub(crate) global: Global,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// Options of every command.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Global options")]
pub(crate) struct Global {
    /// Catalogue file; without it the one in the platform's data folder, else the starter
    /// catalogue inside the program.
    #[arg(
        long,
        global = true,
        value_name = "FILE",
        env = "TRIPLINE_CATALOG",
        hide_env_values = true
    )]
    pub(crate) catalog: Option<PathBuf>,
    /// How the answer is written.
    #[arg(long, global = true, value_enum, default_value_t = Format::Text, value_name = "FORMAT")]
    pub(crate) format: Format,
    /// When to use colour. `NO_COLOR` in the environment means never.
    #[arg(long, global = true, value_enum, default_value_t = Colour::Auto, value_name = "WHEN")]
    pub(crate) color: Colour,
}

/// How an answer is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For a terminal.
    Text,
    /// One JSON object; `docs/schema` has its schema.
    Json,
    /// A Markdown document.
    Markdown,
    /// `dossier` only: one HTML file that needs nothing beside it.
    Html,
    /// `check` only: one line per diagnostic.
    Concise,
    /// `check` only: one JSON object per diagnostic and line.
    JsonLines,
    /// `check` only: SARIF 2.1.0.
    Sarif,
}

impl Format {
    /// Name on the command line.
    pub(crate) fn name(self) -> String {
        self.to_possible_value()
            .map(|value| value.get_name().to_owned())
            .unwrap_or_default()
    }
}

/// When to use colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Colour {
    /// When standard output is a terminal.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// The part of the long help that follows the options.
fn after_help() -> String {
    let mut help = String::from("Exit codes:\n");
    for exit in Exit::ALL {
        // Writing to a `String` cannot fail.
        let _ = writeln!(help, "  {}  {}", exit.number(), exit.meaning());
    }
    help.push_str(
        "\nEnvironment:\n  TRIPLINE_CATALOG  catalogue file, as --catalog\n  \
         NO_COLOR          no colour\n  COLUMNS           width of the page\n",
    );
    help
}

#[cfg(test)]
mod tests {
    use super::Args;
    use clap::CommandFactory as _;

    #[test]
    fn the_definition_is_sound() {
        Args::command().debug_assert();
    }
}

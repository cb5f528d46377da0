//! `tripline rule ID|TITLE|PATH`.

use super::shared::{Names, open_with};
use crate::exit::{Exit, Problem};
use crate::output::show;
use crate::pages;
use crate::settings::Settings;
use tripline_app::rule::rule;

/// Shows a rule: what it looks for, leaves out and needs, and its body.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// An id, title or path of the catalogue, or a rule file outside it (FILE#N for the rule
    /// number N of a file, from 0).
    #[arg(value_name = "ID|TITLE|PATH")]
    name: String,
    #[command(flatten)]
    names: Names,
}

pub(crate) fn run(args: &Args, settings: &Settings) -> Result<Exit, Problem> {
    let library = open_with(settings, &args.names)?;
    show(settings, &rule(library, &args.name)?, pages::rule::page)
}

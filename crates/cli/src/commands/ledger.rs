//! `tripline ledger`.

use super::shared::{Rows, open};
use crate::exit::{Exit, Problem};
use crate::output::show;
use crate::pages;
use crate::settings::Settings;
use tripline_app::ledger::ledger;

/// Shows what was read, how well, and what was not.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    rows: Rows,
}

pub(crate) fn run(args: &Args, settings: &Settings) -> Result<Exit, Problem> {
    let library = open(settings)?;
    let shown = args.rows.shown();
    show(settings, &ledger(library), |answer| {
        pages::ledger::page(answer, shown)
    })
}

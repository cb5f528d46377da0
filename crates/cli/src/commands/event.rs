//! `tripline event PROVIDER/ID`.

use super::shared::{Names, Rows, open_with};
use crate::exit::{Exit, Problem};
use crate::output::show;
use crate::pages;
use crate::settings::Settings;

/// Shows an event: who writes it, what rules look for in it.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Provider and event id, as Sysmon/1.
    #[arg(value_name = "PROVIDER/ID")]
    name: String,
    #[command(flatten)]
    rows: Rows,
    #[command(flatten)]
    names: Names,
}

pub(crate) fn run(args: &Args, settings: &Settings) -> Result<Exit, Problem> {
    let library = open_with(settings, &args.names)?;
    let answer = tripline_app::event::event(library, &args.name)?;
    let shown = args.rows.shown();
    show(settings, &answer, |answer| {
        pages::event::page(answer, shown)
    })
}

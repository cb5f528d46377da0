//! `tripline field NAME`.

use super::shared::{Names, Rows, open_with};
use crate::exit::{Exit, Problem};
use crate::output::show;
use crate::pages;
use crate::settings::Settings;

/// Shows a field: its spellings, what rules look for in it.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// A canonical id or any vendor's spelling.
    #[arg(value_name = "NAME")]
    name: String,
    #[command(flatten)]
    rows: Rows,
    #[command(flatten)]
    names: Names,
}

pub(crate) fn run(args: &Args, settings: &Settings) -> Result<Exit, Problem> {
    let library = open_with(settings, &args.names)?;
    let answer = tripline_app::field::field(library, &args.name)?;
    let shown = args.rows.shown();
    show(settings, &answer, |answer| {
        pages::field::page(answer, shown)
    })
}

//! `tripline indicator FIELD VALUE`.

use super::shared::{Names, Rows, open_with};
use crate::exit::{Exit, Problem};
use crate::output::show;
use crate::pages;
use crate::settings::Settings;
use tripline_app::indicator::indicator;

/// Shows a value of a field: every rule that looks for its family, and what they look for besides.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// A canonical id or any vendor's spelling.
    #[arg(value_name = "FIELD")]
    field: String,
    /// A value as a table of indicators shows it, or the name of a family.
    #[arg(value_name = "VALUE", allow_hyphen_values = true)]
    value: String,
    #[command(flatten)]
    rows: Rows,
    #[command(flatten)]
    names: Names,
}

pub(crate) fn run(args: &Args, settings: &Settings) -> Result<Exit, Problem> {
    let library = open_with(settings, &args.names)?;
    let answer = indicator(library, &args.field, &args.value)?;
    let shown = args.rows.shown();
    show(settings, &answer, |answer| {
        pages::indicator::page(answer, shown)
    })
}

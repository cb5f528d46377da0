//! `tripline field [NAME]`.

use super::shared::{Names, Rows, open_with};
use crate::exit::{Exit, Problem};
use crate::output::show;
use crate::pages;
use crate::settings::Settings;

/// Shows a field: its spellings, what rules look for in it; or lists fields.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// A canonical id or any vendor's spelling; without one, all fields that rules test are
    /// listed.
    #[arg(value_name = "NAME")]
    name: Option<String>,
    #[command(flatten)]
    rows: Rows,
    #[command(flatten)]
    names: Names,
}

pub(crate) fn run(args: &Args, settings: &Settings) -> Result<Exit, Problem> {
    let library = open_with(settings, &args.names)?;
    let shown = args.rows.shown();
    let Some(name) = &args.name else {
        let answer = tripline_app::fields::fields(library);
        return show(settings, &answer, |answer| {
            pages::field::list(answer, shown)
        });
    };
    let answer = tripline_app::field::field(library, name)?;
    show(settings, &answer, |answer| {
        pages::field::page(answer, shown)
    })
}

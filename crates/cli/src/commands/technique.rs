//! `tripline technique ID`.

use super::shared::{Names, Rows, open_with};
use crate::exit::{Exit, Problem};
use crate::output::show;
use crate::pages;
use crate::settings::Settings;
use tripline_app::technique::technique;

/// Shows the authoring guide of a technique: events, fields, indicators, exclusions, rules.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// ATT&CK technique, as T1204.001.
    #[arg(value_name = "ID")]
    id: String,
    /// Count rules of sub-techniques too.
    #[arg(long)]
    with_subtechniques: bool,
    #[command(flatten)]
    rows: Rows,
    #[command(flatten)]
    names: Names,
}

pub(crate) fn run(args: &Args, settings: &Settings) -> Result<Exit, Problem> {
    let library = open_with(settings, &args.names)?;
    let answer = technique(library, &args.id, args.with_subtechniques)?;
    let shown = args.rows.shown();
    show(settings, &answer, |answer| {
        pages::technique::page(answer, shown)
    })
}

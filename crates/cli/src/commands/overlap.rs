//! `tripline overlap ID`.

use super::shared::{Names, open_with};
use crate::exit::{Exit, Problem};
use crate::output::show;
use crate::pages;
use crate::settings::Settings;
use tripline_app::overlap::overlap;

/// Shows which vendors look for the same things under a technique.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// ATT&CK technique, as T1204.001.
    #[arg(value_name = "ID")]
    id: String,
    /// Count rules of sub-techniques too.
    #[arg(long)]
    with_subtechniques: bool,
    #[command(flatten)]
    names: Names,
}

pub(crate) fn run(args: &Args, settings: &Settings) -> Result<Exit, Problem> {
    let library = open_with(settings, &args.names)?;
    let answer = overlap(library, &args.id, args.with_subtechniques)?;
    show(settings, &answer, pages::overlap::page)
}

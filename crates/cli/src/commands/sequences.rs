//! `tripline sequences ID`.

use super::shared::{Names, open_with};
use crate::exit::{Exit, Problem};
use crate::output::show;
use crate::pages;
use crate::settings::Settings;
use tripline_app::sequences::sequences;

/// Shows what the rules of a technique look for one after the other.
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
    let answer = sequences(library, &args.id, args.with_subtechniques)?;
    show(settings, &answer, pages::sequences::page)
}

//! `tripline tests ID`.

use super::shared::open;
use crate::exit::{Exit, Problem};
use crate::output::show;
use crate::pages;
use crate::settings::Settings;
use tripline_app::signals::signals;

/// Shows the Atomic Red Team tests of a technique: the events that each leaves behind, derived from
/// its command, the rules that fire on them, and the rules that miss by one test.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// ATT&CK technique, as T1059.001.
    #[arg(value_name = "ID")]
    id: String,
    /// Tests of sub-techniques too.
    #[arg(long)]
    with_subtechniques: bool,
}

pub(crate) fn run(args: &Args, settings: &Settings) -> Result<Exit, Problem> {
    let library = open(settings)?;
    let answer = signals(library, &args.id, args.with_subtechniques)?;
    show(settings, &answer, pages::signals::page)
}

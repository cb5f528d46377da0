//! `tripline search TEXT`.

use super::shared::open;
use crate::exit::{Exit, Problem};
use crate::output::show;
use crate::pages;
use crate::settings::Settings;
use tripline_app::search::search;

/// Finds rules by their text.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Words that a rule must have.
    #[arg(value_name = "TEXT", required = true)]
    text: Vec<String>,
    /// Most rules shown.
    #[arg(long, value_name = "N", default_value_t = 20)]
    limit: usize,
}

pub(crate) fn run(args: &Args, settings: &Settings) -> Result<Exit, Problem> {
    let library = open(settings)?;
    let answer = search(library, &args.text.join(" "), args.limit)?;
    show(settings, &answer, pages::search::page)
}

//! `tripline detection ID`.

use super::shared::open;
use crate::exit::{Exit, Problem};
use crate::output::show;
use crate::pages;
use crate::settings::Settings;
use clap::builder::PossibleValuesParser;
use tripline_app::answers::SHOWN;
use tripline_app::detection::{detection, detections, platforms};

/// Shows the best rules of a technique on a platform, why they are, and what they take; without
/// a platform, the platforms that have any.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// ATT&CK technique, as T1204.001.
    #[arg(value_name = "ID")]
    id: String,
    /// Where the rules are to run.
    #[arg(long, value_name = "PLATFORM", value_parser = PossibleValuesParser::new(platforms()))]
    platform: Option<String>,
    /// Rules of sub-techniques too.
    #[arg(long)]
    with_subtechniques: bool,
    /// Rules shown whole; the others stand in a list.
    #[arg(long, value_name = "N", default_value_t = SHOWN, requires = "platform")]
    rules: usize,
}

pub(crate) fn run(args: &Args, settings: &Settings) -> Result<Exit, Problem> {
    let library = open(settings)?;
    let below = args.with_subtechniques;
    let Some(platform) = &args.platform else {
        let answer = detections(library, &args.id, below)?;
        return show(settings, &answer, pages::detection::platforms);
    };
    let answer = detection(library, &args.id, platform, below, args.rules)?;
    show(settings, &answer, pages::detection::page)
}

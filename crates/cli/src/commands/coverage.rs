//! `tripline coverage`.

use super::shared::open;
use crate::exit::{Exit, Problem};
use crate::output::{notice, show};
use crate::pages;
use crate::settings::Settings;
use std::path::PathBuf;
use tripline_app::coverage::{coverage, write_navigator};

/// Shows how many rules each technique has.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Also write an ATT&CK Navigator layer (format 4.5) to this file.
    #[arg(long, value_name = "FILE")]
    navigator: Option<PathBuf>,
    /// Show techniques without a rule too.
    #[arg(long)]
    all: bool,
}

pub(crate) fn run(args: &Args, settings: &Settings) -> Result<Exit, Problem> {
    let library = open(settings)?;
    let answer = coverage(library);
    if let Some(path) = &args.navigator {
        write_navigator(library, &answer, path)?;
        notice(settings, &format!("wrote {}", path.display()));
    }
    show(settings, &answer, |answer| {
        pages::coverage::page(answer, args.all)
    })
}

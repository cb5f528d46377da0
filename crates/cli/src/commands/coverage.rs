//! `tripline coverage`.

use super::shared::open;
use crate::exit::{Exit, Problem};
use crate::output::{notice, show};
use crate::pages;
use crate::settings::Settings;
use std::path::PathBuf;
use tripline_app::coverage::{CoverageQuery, coverage, write_navigator};

/// Shows how many rules each technique has, or compares two sets of rules.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Also write an ATT&CK Navigator layer (format 4.5) to this file.
    #[arg(long, value_name = "FILE")]
    navigator: Option<PathBuf>,
    /// Show techniques without a rule too.
    #[arg(long)]
    all: bool,
    /// Only techniques that ATT&CK has for this platform, as windows.
    #[arg(long, value_name = "NAME")]
    platform: Option<String>,
    /// Only rules of this vendor.
    #[arg(long, value_name = "NAME")]
    vendor: Option<String>,
    /// Which classes count: counted (alert and building_block), any, or one class.
    #[arg(long, value_name = "CLASS")]
    class: Option<String>,
    /// Compare two sides, as sigma..elastic or mine..rest: a vendor, a corpus, all, or rest
    /// (every rule that is not on the other side).
    #[arg(long, value_name = "LEFT..RIGHT")]
    compare: Option<String>,
}

pub(crate) fn run(args: &Args, settings: &Settings) -> Result<Exit, Problem> {
    let library = open(settings)?;
    let query = CoverageQuery {
        platform: args.platform.clone(),
        vendor: args.vendor.clone(),
        class: args.class.clone(),
        compare: args.compare.clone(),
    };
    let answer = coverage(library, &query)?;
    if let Some(path) = &args.navigator {
        write_navigator(library, &answer, path)?;
        notice(settings, &format!("wrote {}", path.display()));
    }
    show(settings, &answer, |answer| {
        pages::coverage::page(answer, args.all)
    })
}

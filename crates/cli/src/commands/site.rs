//! `tripline site OUT`.

use super::shared::open;
use crate::exit::{Exit, Problem};
use crate::output::show;
use crate::pages;
use crate::settings::Settings;
use std::path::PathBuf;
use tripline_web::site::{self, SiteOptions};

/// Writes every page as files: a site for any web server, or to be read from a disk.
///
/// The folder must be new, empty, or that of an earlier site, which is brought up to date.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Folder of the site.
    #[arg(value_name = "OUT")]
    out: PathBuf,
    /// Write the pages of tests, too. Rules are run over the events of every test, which takes
    /// minutes on a large catalogue.
    #[arg(long)]
    tests: bool,
}

pub(crate) fn run(args: &Args, settings: &Settings) -> Result<Exit, Problem> {
    let library = open(settings)?;
    let report = site::write(
        library,
        &args.out,
        SiteOptions { tests: args.tests },
        &|_, _| {},
    )?;
    let exit = show(settings, &report, |report| {
        pages::site::page(report, &args.out)
    })?;
    if report.failed.is_empty() {
        Ok(exit)
    } else {
        Ok(Exit::Failure)
    }
}

//! `tripline dossier ID`.

use super::shared::{Names, open_with};
use crate::args::Format;
use crate::exit::{Exit, Problem};
use crate::output::{print, show};
use crate::pages;
use crate::settings::Settings;
use tripline_app::dossier::dossier;

/// Shows the dossier of a technique: what it is, who uses it, where it shows, what sees it, what to
/// do about it; every line with its evidence.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// ATT&CK technique, as T1204.001.
    #[arg(value_name = "ID")]
    id: String,
    /// Include rules and uses of sub-techniques.
    #[arg(long)]
    with_subtechniques: bool,
    #[command(flatten)]
    names: Names,
}

pub(crate) fn run(args: &Args, settings: &Settings) -> Result<Exit, Problem> {
    let library = open_with(settings, &args.names)?;
    let answer = dossier(library, &args.id, args.with_subtechniques)?;
    if settings.format == Format::Html {
        let page = tripline_web::dossier_file(&answer);
        print(&page.map_err(|error| Problem::new(Exit::Failure, error))?)?;
        return Ok(Exit::Success);
    }
    show(settings, &answer, pages::dossier::page)
}

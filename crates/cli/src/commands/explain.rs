//! `tripline explain [CODE]`.

use crate::exit::{Exit, Problem};
use crate::output::show;
use crate::pages;
use crate::settings::Settings;
use tripline_app::explain;

/// Explains a diagnostic code, or lists all codes.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// A code as diagnostics show it, such as E0120.
    code: Option<String>,
}

pub(crate) fn run(args: &Args, settings: &Settings) -> Result<Exit, Problem> {
    match &args.code {
        Some(code) => show(settings, &explain::explain(code)?, pages::explain::page),
        None => show(settings, &explain::list(), pages::explain::list),
    }
}

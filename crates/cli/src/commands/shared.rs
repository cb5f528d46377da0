//! Arguments and steps that several commands share.

use crate::exit::Problem;
use crate::output::notice;
use crate::pages::Shown;
use crate::settings::Settings;
use tripline_app::Library;

/// How many rows of each table are shown.
#[derive(Debug, clap::Args)]
pub(super) struct Rows {
    /// Rows shown of each table; JSON always has all of them.
    #[arg(long, value_name = "N", default_value_t = 15)]
    limit: usize,
    /// Show every row, those that only select events included.
    #[arg(long, conflicts_with = "limit")]
    all: bool,
}

impl Rows {
    pub(super) fn shown(&self) -> Shown {
        Shown((!self.all).then_some(self.limit))
    }
}

/// Whose field names are shown.
#[derive(Debug, clap::Args)]
pub(super) struct Names {
    /// Show fields under the names of this scheme.
    #[arg(long, value_name = "SCHEME", default_value = "sigma", value_parser = schemes())]
    names: String,
}

fn schemes() -> clap::builder::PossibleValuesParser {
    clap::builder::PossibleValuesParser::new(Library::schemes())
}

/// Opens the catalogue and says so when it is the starter.
pub(super) fn open(settings: &Settings) -> Result<&'static Library, Problem> {
    Ok(kept(opened(settings)?))
}

/// Opens the catalogue, with fields under the names asked for.
pub(super) fn open_with(settings: &Settings, names: &Names) -> Result<&'static Library, Problem> {
    Ok(kept(opened(settings)?.with_names(&names.names)?))
}

/// The library for as long as the process runs: a command ends with its answer, and taking a
/// catalogue apart piece by piece before that would take as long as reading it.
fn kept(library: Library) -> &'static Library {
    Box::leak(Box::new(library))
}

fn opened(settings: &Settings) -> Result<Library, Problem> {
    let library = Library::open(&settings.place())?;
    if library.is_starter() {
        notice(
            settings,
            "the starter catalogue inside the program answers; `tripline build PATH` makes a larger one",
        );
    }
    Ok(library)
}

//! `tripline event [PROVIDER[/ID]]`.

use super::shared::{Names, Rows, open_with};
use crate::exit::{Exit, Problem};
use crate::output::show;
use crate::pages;
use crate::settings::Settings;

/// Shows an event: who writes it, what rules look for in it; or lists events.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Provider and event id, as Sysmon/1. A provider alone lists its events; without one, all
    /// events are listed.
    #[arg(value_name = "PROVIDER/ID")]
    name: Option<String>,
    #[command(flatten)]
    rows: Rows,
    #[command(flatten)]
    names: Names,
}

pub(crate) fn run(args: &Args, settings: &Settings) -> Result<Exit, Problem> {
    let library = open_with(settings, &args.names)?;
    let shown = args.rows.shown();
    match args.name.as_deref() {
        Some(key) if key.contains('/') => {
            let answer = tripline_app::event::event(library, key)?;
            show(settings, &answer, |answer| {
                pages::event::page(answer, shown)
            })
        }
        provider => {
            let answer = tripline_app::events::events(library, provider)?;
            show(settings, &answer, |answer| {
                pages::event::list(answer, shown)
            })
        }
    }
}

//! What the global options mean, given the environment and the terminal.

use crate::args::{Colour, Format, Global};
use std::io::IsTerminal as _;
use std::path::PathBuf;
use tripline_app::locate::{Place, locate};

/// Width of the page when standard output is not a terminal and nothing says otherwise.
const PIPED_WIDTH: usize = 120;
/// Widest page: longer lines are hard to read.
const MAX_WIDTH: usize = 160;

/// What the global options mean.
#[derive(Debug, Clone)]
pub(crate) struct Settings {
    /// How the answer is written.
    pub(crate) format: Format,
    /// Whether standard output gets ANSI colour.
    pub(crate) colour: bool,
    /// Whether standard error gets ANSI colour.
    pub(crate) error_colour: bool,
    /// Columns of the page.
    pub(crate) width: usize,
    /// Whether progress may be shown.
    pub(crate) progress: bool,
    /// The catalogue file that was named, if one was.
    named: Option<PathBuf>,
}

impl Settings {
    /// Interprets the options.
    pub(crate) fn interpret(global: &Global) -> Self {
        let stdout = anstream::AutoStream::choice(&std::io::stdout());
        let stderr = anstream::AutoStream::choice(&std::io::stderr());
        let decide = |auto: anstream::ColorChoice| match global.color {
            Colour::Always => true,
            Colour::Never => false,
            Colour::Auto => auto != anstream::ColorChoice::Never,
        };
        Self {
            format: global.format,
            colour: decide(stdout),
            error_colour: decide(stderr),
            width: width(),
            progress: std::io::stderr().is_terminal(),
            named: global.catalog.clone(),
        }
    }

    /// The catalogue to read.
    pub(crate) fn place(&self) -> Place {
        locate(self.named.as_deref())
    }

    /// The catalogue file that was named, if one was.
    pub(crate) fn named_catalog(&self) -> Option<&std::path::Path> {
        self.named.as_deref()
    }
}

/// `$COLUMNS` when it is a number, else the terminal's width, else a width for pages.
fn width() -> usize {
    let named = std::env::var("COLUMNS").ok();
    let named = named.and_then(|columns| columns.parse::<usize>().ok());
    let terminal = || terminal_size::terminal_size_of(std::io::stdout());
    named
        .filter(|columns| *columns > 0)
        .or_else(|| terminal().map(|(width, _)| usize::from(width.0)))
        .unwrap_or(PIPED_WIDTH)
        .min(MAX_WIDTH)
}

//! Renderers of diagnostics: one file per format.
//!
//! Input: [`Diagnostic`]s and the [`Sources`] they point into. Output: a text. [`render`] is the
//! only entry; what a format looks like is said in its own file. Every format shows diagnostics
//! in the order given, and a diagnostic whose source is not among the sources keeps its byte span
//! but has no line and column. Text from rules is shown with control characters made visible, so
//! that a rule file cannot write to the reader's terminal.

mod concise;
mod full;
mod json;
mod place;
mod sarif;

use crate::{Diagnostic, Source};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The formats diagnostics can be written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// The source lines with the places underlined.
    Full,
    /// One line each: `path:line:column: severity[CODE] message`.
    Concise,
    /// One JSON array.
    Json,
    /// One JSON object per line.
    JsonLines,
    /// SARIF 2.1.0, for code-scanning services and editors.
    Sarif,
}

impl Format {
    /// Every format, in display order.
    pub const ALL: [Self; 5] = [
        Self::Full,
        Self::Concise,
        Self::Json,
        Self::JsonLines,
        Self::Sarif,
    ];

    /// Name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::Concise => "concise",
            Self::Json => "json",
            Self::JsonLines => "json-lines",
            Self::Sarif => "sarif",
        }
    }
}

/// How the formats for people look; the others ignore it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Style {
    /// Colour by ANSI escapes.
    pub colour: bool,
    /// Columns of the reader's terminal.
    pub width: usize,
}

impl Default for Style {
    /// Plain, 140 columns.
    fn default() -> Self {
        Self {
            colour: false,
            width: 140,
        }
    }
}

/// Sources by name.
#[derive(Debug, Clone, Default)]
pub struct Sources(BTreeMap<Arc<str>, Source>);

impl Sources {
    /// No source.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a source; one of the same name is replaced.
    pub fn insert(&mut self, source: Source) {
        self.0.insert(Arc::clone(source.name()), source);
    }

    /// The source of this name.
    pub fn get(&self, name: &str) -> Option<&Source> {
        self.0.get(name)
    }
}

impl FromIterator<Source> for Sources {
    fn from_iter<I: IntoIterator<Item = Source>>(sources: I) -> Self {
        let mut all = Self::new();
        sources.into_iter().for_each(|source| all.insert(source));
        all
    }
}

/// Writes diagnostics in a format. The text ends with a line break, unless there is nothing to
/// write in a format for people or in [`Format::JsonLines`].
pub fn render(
    format: Format,
    diagnostics: &[Diagnostic],
    sources: &Sources,
    style: Style,
) -> String {
    match format {
        Format::Full => full::render(diagnostics, sources, style),
        Format::Concise => concise::render(diagnostics, sources, style),
        Format::Json => json::array(diagnostics, sources),
        Format::JsonLines => json::lines(diagnostics, sources),
        Format::Sarif => sarif::render(diagnostics, sources),
    }
}

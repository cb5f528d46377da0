//! What can go wrong with a catalogue as a whole.

use std::fmt;
use std::path::Path;
use tripline_text::{Code, Diagnostic};

/// Why a catalogue could not be built, opened or read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CatalogError {
    diagnostic: Box<Diagnostic>,
}

/// The result of catalogue operations.
pub type Result<T> = std::result::Result<T, CatalogError>;

impl CatalogError {
    pub(crate) fn new(code: Code, path: &Path, message: impl Into<String>) -> Self {
        let shown = path.display().to_string();
        Self {
            diagnostic: Box::new(Diagnostic::for_file(code, shown, message)),
        }
    }

    pub(crate) fn hint(mut self, hint: &str) -> Self {
        *self.diagnostic = self.diagnostic.hint(hint);
        self
    }

    /// What SQLite or a decoder says of a catalogue that should have been whole.
    pub(crate) fn damaged(path: &Path, what: impl fmt::Display) -> Self {
        let message = format!("the catalogue cannot be read: {what}");
        Self::new(Code::CatalogueDamaged, path, message)
            .hint("`tripline build` makes it again from its corpora")
    }

    /// What the operating system or SQLite says while the catalogue is written.
    pub(crate) fn unwritable(path: &Path, what: impl fmt::Display) -> Self {
        let message = format!("the catalogue cannot be written: {what}");
        Self::new(Code::CatalogueUnwritable, path, message)
    }

    /// What to show.
    pub fn diagnostic(&self) -> &Diagnostic {
        &self.diagnostic
    }

    /// What kind it is.
    pub fn code(&self) -> Code {
        self.diagnostic.code
    }
}

impl fmt::Display for CatalogError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let found = &self.diagnostic;
        write!(f, "{}: {} ({})", found.source, found.message, found.code)
    }
}

impl std::error::Error for CatalogError {}

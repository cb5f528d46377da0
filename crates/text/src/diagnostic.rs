//! One diagnostic value for every stage and every renderer.

use crate::{Code, Severity, Source, Span};
use std::borrow::Cow;
use std::sync::Arc;

/// A place in the source and what is to be said of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// Bytes of the diagnostic's source.
    pub span: Span,
    /// A short phrase, or empty to only underline.
    pub text: String,
}

/// Something to tell the author of a rule.
///
/// The voice: state what is wrong with the text, name what was expected, never address the
/// reader. The first letter is lower case and there is no full stop.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// What kind it is.
    pub code: Code,
    /// How bad it is; the code's own severity unless set otherwise.
    pub severity: Severity,
    /// What is wrong, in one line.
    pub message: String,
    /// Name of the source, as shown to the user.
    pub source: Arc<str>,
    /// The place that is wrong; `None` when the whole file is.
    pub primary: Option<Label>,
    /// Other places that explain it.
    pub secondary: Vec<Label>,
    /// What to do about it, in one line.
    pub hint: Option<String>,
}

impl Diagnostic {
    /// A diagnostic without a place.
    pub fn new(code: Code, source: &Source, message: impl Into<String>) -> Self {
        Self::for_file(code, Arc::clone(source.name()), message)
    }

    /// A diagnostic about a file whose text could not be had.
    pub fn for_file(code: Code, name: impl Into<Arc<str>>, message: impl Into<String>) -> Self {
        Self {
            code,
            severity: code.severity(),
            message: message.into(),
            source: name.into(),
            primary: None,
            secondary: Vec::new(),
            hint: None,
        }
    }

    /// Sets the place that is wrong, with a phrase shown beside it.
    #[must_use]
    pub fn at(mut self, span: Span, text: impl Into<String>) -> Self {
        self.primary = Some(Label {
            span,
            text: text.into(),
        });
        self
    }

    /// Adds a place that explains the first.
    #[must_use]
    pub fn also(mut self, span: Span, text: impl Into<String>) -> Self {
        self.secondary.push(Label {
            span,
            text: text.into(),
        });
        self
    }

    /// What to do about it: its own hint, else what mends most of its kind.
    pub fn advice(&self) -> Cow<'_, str> {
        match &self.hint {
            Some(hint) => Cow::Borrowed(hint),
            None => Cow::Owned(self.code.remedy()),
        }
    }

    /// Sets what to do about it.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Most diagnostics of one query: nobody reads more, and a hostile text could have millions.
    pub const MOST: usize = 64;

    /// Adds it to the list of one query, which keeps the first [`Diagnostic::MOST`] and one error
    /// at least. Where the last one there says the same of the place right before, that one's
    /// place is widened instead: one diagnostic for a run of wrong characters.
    pub fn add_to(self, list: &mut Vec<Self>) {
        if let Some(last) = list.last_mut()
            && last.code == self.code
            && last.message == self.message
            && let (Some(before), Some(own)) = (&mut last.primary, &self.primary)
            && before.span.end == own.span.start
        {
            before.span.end = own.span.end;
            return;
        }
        if list.len() < Self::MOST || (self.is_error() && !list.iter().any(Self::is_error)) {
            list.push(self);
        }
    }

    /// Whether it is an error.
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }

    /// Moves every span right by `by` bytes: for a query that is part of a larger file.
    #[must_use]
    pub fn shifted(mut self, by: u32) -> Self {
        for label in self.primary.iter_mut().chain(&mut self.secondary) {
            label.span = label.span.shifted(by);
        }
        self
    }
}

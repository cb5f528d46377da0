//! The tree of a YAML stream.

use crate::{Diagnostic, SmolStr, Span};

/// What could be read of a file.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Stream {
    /// The documents in order; those after a syntax error are missing. Empty documents (nothing
    /// between two `---`) are left out.
    pub documents: Vec<Document>,
    /// What is wrong with the file.
    pub diagnostics: Vec<Diagnostic>,
}

/// One document of a stream.
#[derive(Debug, Clone, PartialEq)]
pub struct Document {
    /// Its content.
    pub root: Node,
    /// Its text: from the line after its `---` (or the start of the file) up to the next `---`,
    /// `...` or the end of the file. Comments inside are part of it.
    pub span: Span,
}

/// A value with its place.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// What it is.
    pub value: Value,
    /// Its text: quotes included, trailing blank space not; of a block scalar the content only,
    /// without `|` or `>`. A collection reaches from its first to its last part. A node that an alias stands for has the alias's
    /// place, and so have all its parts.
    pub span: Span,
}

/// What a node is.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// A text, number, truth value or null, as written.
    Scalar(Scalar),
    /// A list.
    Sequence(Vec<Node>),
    /// Keys with values, in order, without repeated keys.
    Mapping(Vec<Entry>),
}

/// A key with its value.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// The key; almost always a scalar.
    pub key: Node,
    /// Its value.
    pub value: Node,
}

/// A scalar, escapes and folding resolved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scalar {
    /// The text.
    pub text: SmolStr,
    /// How it was written.
    pub style: Style,
    /// Its tag, with the core schema's prefix shortened: `!!str`, `!custom`.
    pub tag: Option<SmolStr>,
}

/// How a scalar was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Style {
    /// Without quotes: may stand for a number, a truth value or null.
    Plain,
    /// `'...'`.
    SingleQuoted,
    /// `"..."`.
    DoubleQuoted,
    /// `|`.
    Literal,
    /// `>`.
    Folded,
}

impl Node {
    /// The scalar, if it is one.
    pub fn scalar(&self) -> Option<&Scalar> {
        match &self.value {
            Value::Scalar(scalar) => Some(scalar),
            _ => None,
        }
    }

    /// The text of a scalar, whatever it stands for; `None` for null and collections.
    pub fn text(&self) -> Option<&SmolStr> {
        self.scalar()
            .filter(|scalar| !scalar.is_null())
            .map(|scalar| &scalar.text)
    }

    /// The items of a sequence.
    pub fn items(&self) -> Option<&[Self]> {
        match &self.value {
            Value::Sequence(items) => Some(items),
            _ => None,
        }
    }

    /// The entries of a mapping.
    pub fn entries(&self) -> Option<&[Entry]> {
        match &self.value {
            Value::Mapping(entries) => Some(entries),
            _ => None,
        }
    }

    /// The value of a key of a mapping.
    pub fn get(&self, key: &str) -> Option<&Self> {
        self.entry(key).map(|entry| &entry.value)
    }

    /// A key of a mapping, with its value.
    pub fn entry(&self, key: &str) -> Option<&Entry> {
        self.entries()?
            .iter()
            .find(|entry| entry.key.scalar().is_some_and(|scalar| scalar.text == key))
    }

    /// Whether it is a null scalar.
    pub fn is_null(&self) -> bool {
        self.scalar().is_some_and(Scalar::is_null)
    }

    /// `a text`, `a list` or `a map`: for diagnostics.
    pub fn kind(&self) -> &'static str {
        match &self.value {
            Value::Scalar(scalar) => scalar.kind(),
            Value::Sequence(_) => "a list",
            Value::Mapping(_) => "a map",
        }
    }

    /// Moves the place of the node and everything in it left by `by` bytes.
    pub fn shift_left(&mut self, by: u32) {
        let left = |at: u32| at.saturating_sub(by);
        self.span = Span::new(left(self.span.start), left(self.span.end));
        match &mut self.value {
            Value::Scalar(_) => {}
            Value::Sequence(items) => items.iter_mut().for_each(|item| item.shift_left(by)),
            Value::Mapping(entries) => {
                for entry in entries {
                    entry.key.shift_left(by);
                    entry.value.shift_left(by);
                }
            }
        }
    }
}

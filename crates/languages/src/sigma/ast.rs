//! The detection section as written.

use super::condition::Expression;
use super::modifiers::Chain;
use tripline_ir::Text;
use tripline_text::Span;

/// A rule's `detection`, or a filter's `filter`.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Detection {
    /// The named selections, in order.
    pub selections: Vec<Selection>,
    /// The conditions; several are alternatives.
    pub conditions: Vec<Condition>,
    /// The legacy `timeframe`, as written.
    pub timeframe: Option<Text>,
}

/// A condition with what the text after a legacy `|` was.
#[derive(Debug, Clone, PartialEq)]
pub struct Condition {
    /// The search part; `None` when it cannot be read.
    pub expression: Option<Expression>,
    /// The legacy aggregation after `|`, verbatim.
    pub aggregation: Option<(Text, Span)>,
    /// The whole condition.
    pub span: Span,
}

/// A named search.
#[derive(Debug, Clone, PartialEq)]
pub struct Selection {
    /// Its name.
    pub name: Text,
    /// Where the name stands.
    pub span: Span,
    /// What it searches.
    pub body: Group,
}

/// How items are joined.
#[derive(Debug, Clone, PartialEq)]
pub enum Group {
    /// A map: every item must hold.
    All(Vec<Item>),
    /// A list of maps: one must hold.
    Any(Vec<Group>),
    /// A part that could not be read; the diagnostics say why.
    Broken(Span),
}

/// One key with its values.
#[derive(Debug, Clone, PartialEq)]
pub struct Item {
    /// The field; `None` searches every field.
    pub field: Option<Text>,
    /// The key with its modifiers; for keywords, the first value.
    pub span: Span,
    /// The modifiers, checked.
    pub chain: Chain,
    /// The values; more than one are alternatives unless `all` says otherwise.
    pub values: Vec<Literal>,
}

/// A value as written.
#[derive(Debug, Clone, PartialEq)]
pub struct Literal {
    /// What it is.
    pub value: LiteralValue,
    /// Where it stands.
    pub span: Span,
}

/// What a value is.
#[derive(Debug, Clone, PartialEq)]
pub enum LiteralValue {
    /// Absent or null.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A whole number, with its text.
    Int(i64, Text),
    /// Another number, with its text.
    Float(f64, Text),
    /// A text; wildcards and escapes are still in it.
    Text(Text),
}

impl LiteralValue {
    /// The text of a text or a number.
    pub fn text(&self) -> Option<&Text> {
        match self {
            Self::Null | Self::Bool(_) => None,
            Self::Int(_, text) | Self::Float(_, text) | Self::Text(text) => Some(text),
        }
    }
}

//! Computed values: expressions over the fields of a row.
//!
//! [`Function`] is the closed list of what can be computed; [`table`] says which function of
//! which language lowers to what.

mod flags;
mod function;
pub mod table;

pub use flags::{Coerce, Filling, Hash, PairOp, Round, TimeFormat, TypeNames, Unit};
pub use function::Function;

use crate::{FieldRef, Text, Value};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A value computed from an event. A function of a null argument is null unless its own
/// documentation says otherwise.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Expr {
    /// A constant.
    Literal(Value),
    /// A field's value; null when absent, a list when it has several. Where only fields below it
    /// are there (`a.b`, `a.c`), `a` is the object of them.
    Field(FieldRef),
    /// A function applied to arguments.
    Call {
        /// Which.
        function: Function,
        /// Its arguments, in the function's own order.
        arguments: Vec<Expr>,
    },
    /// What an enclosing [`Expr::Each`] or [`Expr::Let`] bound to this name; null when none did.
    /// Never a field.
    Variable(Text),
    /// A body computed for every element of a list (a value that is no list counts as a list of
    /// itself; null gives null).
    Each {
        /// What becomes of the results.
        how: Each,
        /// The list.
        list: Box<Expr>,
        /// The name that stands for the element in the body.
        variable: Text,
        /// What is computed for each.
        body: Box<Expr>,
    },
    /// A value that a body uses under a name.
    Let {
        /// The name.
        variable: Text,
        /// The value.
        value: Box<Expr>,
        /// Where the name stands for it.
        body: Box<Expr>,
    },
}

/// What becomes of a body's results over the elements of a list.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Each {
    /// The list of results, nulls left out, results that are lists spliced in. Null when empty.
    Map,
    /// The list of elements for which the body is true; null when there is none.
    Filter,
    /// Whether the body is true for an element.
    Any,
    /// Whether the body is true for every element (true for the empty list).
    All,
}

impl Expr {
    /// A function call.
    pub fn call(function: Function, arguments: Vec<Self>) -> Self {
        Self::Call {
            function,
            arguments,
        }
    }

    /// A constant.
    pub fn literal(value: impl Into<Value>) -> Self {
        Self::Literal(value.into())
    }

    /// Whether its value is the same for every event and at any time.
    pub fn is_constant(&self) -> bool {
        match self {
            Self::Literal(_) | Self::Variable(_) => true,
            Self::Field(_) => false,
            Self::Call {
                function,
                arguments,
            } => !function.reads_more() && arguments.iter().all(Self::is_constant),
            Self::Each { list, body, .. } => list.is_constant() && body.is_constant(),
            Self::Let { value, body, .. } => value.is_constant() && body.is_constant(),
        }
    }

    /// Every field read, in order of appearance.
    pub fn fields(&self) -> Vec<&FieldRef> {
        match self {
            Self::Literal(_) | Self::Variable(_) => Vec::new(),
            Self::Field(field) => vec![field],
            Self::Call { arguments, .. } => arguments.iter().flat_map(Self::fields).collect(),
            Self::Each { list, body, .. } => both(list, body),
            Self::Let { value, body, .. } => both(value, body),
        }
    }
}

fn both<'e>(first: &'e Expr, second: &'e Expr) -> Vec<&'e FieldRef> {
    let mut fields = first.fields();
    fields.extend(second.fields());
    fields
}

/// A regular-expression replacement as [`Function::RegexReplace`] reads it, of one in which `\\1`
/// stands for a group (SPL, Kusto, YARA-L): `\\1` becomes `${1}`, `$` becomes `$$`, `\\\\` a backslash.
pub fn replacement(text: &str) -> Text {
    let mut out = String::new();
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match (c, chars.peek()) {
            ('\\', Some(digit)) if digit.is_ascii_digit() => {
                out.push_str("${");
                out.extend(chars.next());
                out.push('}');
            }
            ('\\', Some('\\')) => out.extend(chars.next()),
            ('$', _) => out.push_str("$$"),
            (other, _) => out.push(other),
        }
    }
    out.into()
}

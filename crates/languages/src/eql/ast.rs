//! The syntax tree: what was written, with the place of every node.
//!
//! Private to the front end. [`Expr::Error`] stands for a part that could not be read; everything
//! outside such a node is as the author wrote it.

use tripline_ir::{Duration, Text};
use tripline_text::Span;

/// A whole query.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Query {
    /// What it finds.
    pub(crate) body: Body,
    /// What is done with it.
    pub(crate) pipes: Vec<Pipe>,
}

/// What a query finds.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Body {
    /// Single events.
    Event(Box<EventFilter>),
    /// Events in order.
    Sequence(Box<Sequence>),
    /// Events in any order.
    Sample(Sample),
}

/// `category where condition`.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct EventFilter {
    /// Which events; `None` for `any`.
    pub(crate) category: Option<Text>,
    /// Where the category stands.
    pub(crate) category_span: Span,
    /// The test.
    pub(crate) condition: Expr,
}

/// `sequence by .. with maxspan=.. [..] [..] until [..]`.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Sequence {
    /// Keys of every step.
    pub(crate) by: Vec<Expr>,
    /// Longest time.
    pub(crate) max_span: Option<Duration>,
    /// The steps.
    pub(crate) steps: Vec<Step>,
    /// What ends pending matches.
    pub(crate) until: Option<Step>,
    /// The word `sequence`.
    pub(crate) span: Span,
}

/// `sample by .. [..] [..]`, and Endgame's `join`.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Sample {
    /// Keys of every step.
    pub(crate) by: Vec<Expr>,
    /// The steps.
    pub(crate) steps: Vec<Step>,
    /// The word `sample`.
    pub(crate) span: Span,
}

/// `[category where condition] by .. with runs=..`.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Step {
    /// Which events.
    pub(crate) filter: EventFilter,
    /// Keys of this step.
    pub(crate) by: Vec<Expr>,
    /// How many times.
    pub(crate) runs: u32,
    /// Written `![ ]`.
    pub(crate) missing: bool,
    /// `as name`: Endgame and Endpoint.
    pub(crate) alias: Option<(Text, Span)>,
    /// From bracket to bracket.
    pub(crate) span: Span,
}

/// `| name arguments`.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Pipe {
    /// The pipe's name.
    pub(crate) name: Text,
    /// Its arguments.
    pub(crate) arguments: Vec<Expr>,
    /// From bar to last argument.
    pub(crate) span: Span,
}

/// A value or condition.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Expr {
    /// A constant.
    Literal(Literal, Span),
    /// A field.
    Field(Field),
    /// A function call.
    Call(Call),
    /// `left op right` with numbers.
    Arithmetic {
        /// The operator.
        op: ArithmeticOp,
        /// Left operand.
        left: Box<Expr>,
        /// Right operand.
        right: Box<Expr>,
        /// From operand to operand.
        span: Span,
    },
    /// `-value`.
    Negate(Box<Expr>, Span),
    /// `left op right`.
    Compare {
        /// The operator.
        op: CompareOp,
        /// Left operand.
        left: Box<Expr>,
        /// Right operand.
        right: Box<Expr>,
        /// The operator's place.
        op_span: Span,
        /// From operand to operand.
        span: Span,
    },
    /// `left in (..)` and `left not in (..)`.
    In {
        /// What is looked for.
        left: Box<Expr>,
        /// `not in`.
        negated: bool,
        /// `in~`.
        insensitive: bool,
        /// The list.
        list: Vec<Expr>,
        /// Whole.
        span: Span,
    },
    /// `left : "x"`, `like`, `regex`, with one value or a list.
    Text {
        /// What is tested.
        left: Box<Expr>,
        /// The operator.
        op: TextOp,
        /// The values.
        list: Vec<Expr>,
        /// Whole.
        span: Span,
    },
    /// `relation of [..]`.
    Lineage {
        /// How the processes relate.
        relation: tripline_ir::LineageRelation,
        /// Finds the other process.
        of: Box<EventFilter>,
        /// Whole.
        span: Span,
    },
    /// `not x`.
    Not(Box<Expr>, Span),
    /// `a and b and c`.
    And(Vec<Expr>),
    /// `a or b or c`.
    Or(Vec<Expr>),
    /// What could not be read; reported already.
    Error(Span),
}

/// A constant.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Literal {
    /// `null`.
    Null,
    /// `true`, `false`.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// Any other number.
    Float(f64),
    /// A text.
    Text(Text),
}

/// A field or a part of a variable.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Field {
    /// The path without backticks and indexes: `a.b.c`. Of a variable, what follows its name.
    pub(crate) path: Text,
    /// Written with `?`.
    pub(crate) optional: bool,
    /// The variable's name, when written `$name.path`.
    pub(crate) variable: Option<Text>,
    /// The first index, `[0]`, if there is one, with its place.
    pub(crate) index: Option<(u64, Span)>,
    /// The path as written, for printing.
    pub(crate) written: Text,
    /// Whole.
    pub(crate) span: Span,
}

/// A function call.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Call {
    /// The function's name without `~`.
    pub(crate) name: Text,
    /// Written with `~`.
    pub(crate) tilde: bool,
    /// The arguments.
    pub(crate) arguments: Vec<Expr>,
    /// The name's place.
    pub(crate) name_span: Span,
    /// Whole.
    pub(crate) span: Span,
}

/// An arithmetic operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ArithmeticOp {
    /// `+`
    Add,
    /// `-`
    Subtract,
    /// `*`
    Multiply,
    /// `/`
    Divide,
    /// `%`
    Modulo,
}

/// A comparison operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CompareOp {
    /// `==`
    Eq,
    /// `!=`
    Ne,
    /// `<`
    Lt,
    /// `<=`
    Lte,
    /// `>`
    Gt,
    /// `>=`
    Gte,
}

/// A text operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TextOp {
    /// `:`
    Colon,
    /// `like`
    Like,
    /// `like~`
    LikeTilde,
    /// `regex`
    Regex,
    /// `regex~`
    RegexTilde,
}

impl ArithmeticOp {
    /// As written.
    pub(crate) fn spelling(self) -> &'static str {
        match self {
            Self::Add => "+",
            Self::Subtract => "-",
            Self::Multiply => "*",
            Self::Divide => "/",
            Self::Modulo => "%",
        }
    }
}

impl CompareOp {
    /// As written.
    pub(crate) fn spelling(self) -> &'static str {
        match self {
            Self::Eq => "==",
            Self::Ne => "!=",
            Self::Lt => "<",
            Self::Lte => "<=",
            Self::Gt => ">",
            Self::Gte => ">=",
        }
    }

    /// The same with the operands exchanged.
    pub(crate) fn flipped(self) -> Self {
        match self {
            Self::Eq | Self::Ne => self,
            Self::Lt => Self::Gt,
            Self::Lte => Self::Gte,
            Self::Gt => Self::Lt,
            Self::Gte => Self::Lte,
        }
    }

    /// What `not` makes of it.
    pub(crate) fn negated(self) -> Self {
        match self {
            Self::Eq => Self::Ne,
            Self::Ne => Self::Eq,
            Self::Lt => Self::Gte,
            Self::Lte => Self::Gt,
            Self::Gt => Self::Lte,
            Self::Gte => Self::Lt,
        }
    }
}

impl TextOp {
    /// As written.
    pub(crate) fn spelling(self) -> &'static str {
        match self {
            Self::Colon => ":",
            Self::Like => "like",
            Self::LikeTilde => "like~",
            Self::Regex => "regex",
            Self::RegexTilde => "regex~",
        }
    }
}

impl Expr {
    /// Where it stands.
    pub(crate) fn span(&self) -> Span {
        match self {
            Self::Literal(_, span)
            | Self::Negate(_, span)
            | Self::Not(_, span)
            | Self::Error(span)
            | Self::Arithmetic { span, .. }
            | Self::Compare { span, .. }
            | Self::In { span, .. }
            | Self::Text { span, .. }
            | Self::Lineage { span, .. } => *span,
            Self::Field(field) => field.span,
            Self::Call(call) => call.span,
            Self::And(parts) | Self::Or(parts) => match (parts.first(), parts.last()) {
                (Some(first), Some(last)) => first.span().cover(last.span()),
                _ => Span::default(),
            },
        }
    }

    /// Whether it is a constant.
    pub(crate) fn literal(&self) -> Option<&Literal> {
        match self {
            Self::Literal(literal, _) => Some(literal),
            _ => None,
        }
    }

    /// The field, if it is one and nothing else.
    pub(crate) fn field(&self) -> Option<&Field> {
        match self {
            Self::Field(field) => Some(field),
            _ => None,
        }
    }

    /// Whether an error is anywhere inside.
    pub(crate) fn is_error(&self) -> bool {
        matches!(self, Self::Error(_))
    }
}

//! The syntax tree: commands in order, expressions as written, a span on everything.

use tripline_ir::Text;
use tripline_text::Span;

/// A whole query.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Query {
    /// `SET name = value;` before the first command.
    pub(crate) settings: Vec<Setting>,
    /// The source command, then those after each `|`.
    pub(crate) commands: Vec<Command>,
}

/// One setting.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Setting {
    pub(crate) name: Name,
    pub(crate) value: Expr,
}

/// One command with its place.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Command {
    pub(crate) kind: CommandKind,
    pub(crate) span: Span,
}

/// What a command is.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum CommandKind {
    /// `FROM a, b METADATA _id`.
    From(From),
    /// `ROW a = 1`.
    Row(Vec<Assignment>),
    /// `SHOW INFO`.
    Show,
    /// `WHERE condition`.
    Where(Expr),
    /// `EVAL a = x, b = y`.
    Eval(Vec<Assignment>),
    /// `STATS a = f(x) WHERE c BY k` and `INLINE STATS`.
    Stats(Stats),
    /// `KEEP a, b*`.
    Keep(Vec<Name>),
    /// `DROP a, b*`.
    Drop(Vec<Name>),
    /// `RENAME old AS new`: old and new.
    Rename(Vec<(Name, Name)>),
    /// `SORT a DESC NULLS LAST`.
    Sort(Vec<SortKey>),
    /// `LIMIT n` and, in newer versions, `LIMIT n BY a`.
    Limit { count: Expr, by: Vec<Assignment> },
    /// `TOPK a, n BY b` and `BOTTOMK`.
    Top {
        key: SortKey,
        count: Expr,
        by: Vec<Assignment>,
    },
    /// `DEDUP`.
    Dedup,
    /// `URI_PARTS prefix = text`.
    UriParts { prefix: Name, input: Expr },
    /// `REGISTERED_DOMAIN prefix = text` and its like: what they add is known only elsewhere.
    Parts {
        command: &'static str,
        prefix: Name,
        input: Expr,
        parts: &'static [&'static str],
    },
    /// A command of the language that is not run.
    NotRun(&'static str),
    /// `DISSECT a "pattern" APPEND_SEPARATOR=","`.
    Dissect {
        input: Expr,
        pattern: Word,
        separator: Text,
    },
    /// `GROK a "pattern", "pattern"`.
    Grok { input: Expr, patterns: Vec<Word> },
    /// `ENRICH policy ON a WITH b = c`: new and policy names.
    Enrich {
        policy: Word,
        on: Option<Name>,
        with: Vec<(Name, Name)>,
    },
    /// `MV_EXPAND a`.
    MvExpand(Name),
    /// `LOOKUP JOIN index ON a`.
    Join { index: Word, on: Vec<Expr> },
    /// `CHANGE_POINT value ON key AS type, p`.
    ChangePoint {
        value: Name,
        key: Option<Name>,
        columns: Option<(Name, Name)>,
    },
    /// `COMPLETION a = prompt WITH {..}`.
    Completion { target: Option<Name>, prompt: Expr },
    /// `RERANK a = "query" ON fields WITH {..}`.
    Rerank { target: Option<Name> },
    /// `SAMPLE 0.1`.
    Sample(Expr),
    /// `FORK (..) (..)`.
    Fork(Vec<Vec<Command>>),
    /// `FUSE method SCORE BY a GROUP BY b KEY BY c`.
    Fuse {
        score: Option<Name>,
        keys: Vec<Name>,
    },
    /// A command that is not known or could not be read.
    Error,
}

/// A source of events.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct From {
    /// Index patterns, with cluster and selector as written.
    pub(crate) indices: Vec<Word>,
    /// Queries in parentheses beside them.
    pub(crate) subqueries: Vec<Vec<Command>>,
    /// Metadata fields.
    pub(crate) metadata: Vec<Word>,
}

/// Aggregates.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Stats {
    pub(crate) measures: Vec<Measure>,
    pub(crate) by: Vec<Assignment>,
    /// Rows stay and get the measures as columns.
    pub(crate) inline: bool,
}

/// One aggregate with its own condition.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Measure {
    pub(crate) assignment: Assignment,
    pub(crate) filter: Option<Expr>,
}

/// `name = value`, or a value whose text is its name.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Assignment {
    pub(crate) name: Option<Name>,
    pub(crate) value: Expr,
}

/// A sort key.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct SortKey {
    pub(crate) value: Expr,
    pub(crate) descending: bool,
    /// `NULLS FIRST` or `LAST`, when written.
    pub(crate) nulls_first: Option<bool>,
}

/// A string, a bare word or an index name with its place.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Word {
    pub(crate) text: Text,
    pub(crate) span: Span,
}

/// A column name, its parts joined by dots and its backticks taken off.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Name {
    pub(crate) text: Text,
    pub(crate) span: Span,
    /// It holds a `*` outside of backticks.
    pub(crate) pattern: bool,
}

/// A value or a condition: the grammar has one kind for both.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Expr {
    Literal(Literal, Span),
    Name(Name),
    /// `?name`, `?1`, `?`.
    Parameter(Text, Span),
    /// `COUNT(*)`.
    Star(Span),
    Call(Call),
    Negate(Box<Expr>, Span),
    Arithmetic {
        op: ArithmeticOp,
        left: Box<Expr>,
        right: Box<Expr>,
        span: Span,
    },
    Compare {
        op: CompareOp,
        left: Box<Expr>,
        right: Box<Expr>,
        span: Span,
    },
    And(Vec<Expr>),
    Or(Vec<Expr>),
    Not(Box<Expr>, Span),
    In {
        value: Box<Expr>,
        negated: bool,
        list: Vec<Expr>,
        span: Span,
    },
    /// `a IN (FROM ...)`.
    InQuery {
        value: Box<Expr>,
        span: Span,
    },
    /// `LIKE` and `RLIKE` with a pattern that is computed.
    LikeValue {
        value: Box<Expr>,
        negated: bool,
        regex: bool,
        pattern: Box<Expr>,
        span: Span,
    },
    /// `LIKE` and `RLIKE`.
    Like {
        value: Box<Expr>,
        negated: bool,
        regex: bool,
        patterns: Vec<Word>,
        span: Span,
    },
    IsNull {
        value: Box<Expr>,
        negated: bool,
        span: Span,
    },
    /// `field : value`.
    Match {
        field: Name,
        value: Box<Expr>,
        span: Span,
    },
    /// `value::type`.
    Cast {
        value: Box<Expr>,
        to: Word,
        span: Span,
    },
    /// `[1, 2]`.
    List(Vec<Literal>, Span),
    /// `{"option": value}` as a last argument.
    Options(Vec<(Text, Literal)>, Span),
    /// A part that could not be read; it was reported.
    Error(Span),
}

/// A function call.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Call {
    /// As written.
    pub(crate) name: Text,
    pub(crate) name_span: Span,
    pub(crate) arguments: Vec<Expr>,
    pub(crate) span: Span,
}

/// A constant.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Literal {
    Null,
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(Text),
    /// `30 seconds`.
    Span(TimeSpan),
}

/// A length of time: months have no fixed length.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct TimeSpan {
    pub(crate) nanoseconds: i64,
    pub(crate) months: i64,
}

/// An arithmetic operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ArithmeticOp {
    Add,
    Subtract,
    Multiply,
    Divide,
    Modulo,
}

/// A comparison operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CompareOp {
    Eq,
    NotEq,
    Lt,
    Lte,
    Gt,
    Gte,
}

impl CompareOp {
    /// The operator with its sides swapped.
    pub(crate) fn swapped(self) -> Self {
        match self {
            Self::Lt => Self::Gt,
            Self::Lte => Self::Gte,
            Self::Gt => Self::Lt,
            Self::Gte => Self::Lte,
            same => same,
        }
    }
}

impl Expr {
    /// Where it stands.
    pub(crate) fn span(&self) -> Span {
        match self {
            Self::Literal(_, span)
            | Self::Parameter(_, span)
            | Self::Star(span)
            | Self::Negate(_, span)
            | Self::Arithmetic { span, .. }
            | Self::Compare { span, .. }
            | Self::Not(_, span)
            | Self::In { span, .. }
            | Self::InQuery { span, .. }
            | Self::LikeValue { span, .. }
            | Self::Like { span, .. }
            | Self::IsNull { span, .. }
            | Self::Match { span, .. }
            | Self::Cast { span, .. }
            | Self::List(_, span)
            | Self::Options(_, span)
            | Self::Error(span) => *span,
            Self::Name(name) => name.span,
            Self::Call(call) => call.span,
            Self::And(parts) | Self::Or(parts) => match (parts.first(), parts.last()) {
                (Some(first), Some(last)) => first.span().cover(last.span()),
                _ => Span::default(),
            },
        }
    }
}

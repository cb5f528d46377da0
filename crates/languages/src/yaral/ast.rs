//! The tree of a YARA-L 2 file, close to its text. Every node has its place.

use tripline_ir::Text;
use tripline_text::{Diagnostic, Span};

/// A parsed file.
#[derive(Debug)]
pub(super) struct File {
    pub(super) rules: Vec<Rule>,
    pub(super) diagnostics: Vec<Diagnostic>,
}

/// One `rule NAME { ... }`.
#[derive(Debug, Clone, Default)]
pub(super) struct Rule {
    pub(super) name: Option<(Text, Span)>,
    pub(super) meta: Vec<Meta>,
    /// Statements of `events`; all must hold.
    pub(super) events: Vec<Expr>,
    pub(super) matching: Option<Matching>,
    pub(super) outcome: Vec<Assignment>,
    pub(super) condition: Option<Expr>,
    pub(super) options: Vec<RuleOption>,
    /// From `rule` to the closing brace.
    pub(super) span: Span,
    /// A part was skipped because it could not be read.
    pub(super) broken: bool,
}

/// `key = "value"` under `meta`.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Meta {
    pub(super) key: Text,
    pub(super) value: Text,
}

/// The `match` section.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Matching {
    /// Placeholders and fields that events of one group share.
    pub(super) keys: Vec<Expr>,
    pub(super) window: Option<MatchWindow>,
}

/// How long events of one group may be apart.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct MatchWindow {
    pub(super) kind: WindowKind,
    pub(super) length: tripline_ir::Duration,
    pub(super) span: Span,
}

/// The kinds of windows.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum WindowKind {
    /// `over 5m`: overlapping windows.
    Hop,
    /// `over 5m before $e`, `over 5m after $e`: windows that end or begin at an event.
    Pivot { after: bool, event: Text },
    /// `by 5m`: windows side by side.
    Tumbling,
}

/// `$name = expression` under `outcome`.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Assignment {
    pub(super) name: Text,
    pub(super) value: Expr,
}

/// `name = value` under `options`.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct RuleOption {
    pub(super) name: Text,
    pub(super) value: Expr,
    pub(super) span: Span,
}

/// A value or condition and its place.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Expr {
    pub(super) kind: Kind,
    pub(super) span: Span,
}

/// What an expression is.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Kind {
    /// A text without its quotes and escapes.
    Str(Text),
    /// `/re/`, with `nocase` when it stands after it.
    Regex {
        text: Text,
        nocase: bool,
    },
    Int(i64),
    Float(f64),
    Bool(bool),
    /// `$x`: a placeholder, an event variable or an outcome variable.
    Variable(Text),
    /// `$e.principal.ip`.
    Field(Field),
    /// `#x`.
    Count(Text),
    /// `%list`, `%table.column`.
    List(Text),
    Call(Call),
    /// `["a", "b"]`.
    Array(Vec<Expr>),
    Arithmetic {
        op: Operator,
        left: Box<Expr>,
        right: Box<Expr>,
    },
    Negate(Box<Expr>),
    Compare {
        op: Comparison,
        left: Box<Expr>,
        right: Box<Expr>,
        nocase: bool,
    },
    In {
        subject: Box<Expr>,
        list: Text,
        how: ListKind,
        nocase: bool,
    },
    /// `any $e.f`, `all $e.f` at the left of a comparison or inside a function.
    Quantified {
        all: bool,
        inner: Box<Expr>,
    },
    /// `2 of ($a, $b)`, `any of [$a, $b]`.
    NOf {
        count: OfCount,
        of: Vec<Expr>,
    },
    And(Vec<Expr>),
    Or(Vec<Expr>),
    Not(Box<Expr>),
    /// A part that could not be read.
    Error,
}

/// A field of an event variable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Field {
    pub(super) variable: Text,
    pub(super) path: Vec<Segment>,
}

/// A step of a field's path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Segment {
    Name(Text),
    /// `[0]`.
    Index(i64),
    /// `["key"]`.
    Key(Text),
}

/// A function call.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Call {
    /// `re.regex`, in lower case.
    pub(super) name: Text,
    pub(super) arguments: Vec<Expr>,
    /// `nocase` stands behind it.
    pub(super) nocase: bool,
}

/// Arithmetic operators.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operator {
    Add,
    Subtract,
    Multiply,
    Divide,
    Modulo,
}

/// Comparison operators.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Comparison {
    Eq,
    Ne,
    Lt,
    Lte,
    Gt,
    Gte,
}

/// How a value is looked up in a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ListKind {
    Text,
    Regex,
    Cidr,
}

/// How many of some variables.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum OfCount {
    Any,
    All,
    AtLeast(u32),
}

impl Expr {
    /// A part that could not be read.
    pub(super) fn error(span: Span) -> Self {
        Self {
            kind: Kind::Error,
            span,
        }
    }

    /// Direct parts, in order.
    pub(super) fn parts(&self) -> Vec<&Self> {
        match &self.kind {
            Kind::Call(call) => call.arguments.iter().collect(),
            Kind::Arithmetic { left, right, .. } | Kind::Compare { left, right, .. } => {
                vec![left, right]
            }
            Kind::Negate(inner) | Kind::Not(inner) | Kind::Quantified { inner, .. } => vec![inner],
            Kind::In { subject, .. } => vec![subject],
            Kind::NOf { of, .. } => of.iter().collect(),
            Kind::And(parts) | Kind::Or(parts) | Kind::Array(parts) => parts.iter().collect(),
            _ => Vec::new(),
        }
    }

    /// Direct parts, to be changed.
    pub(super) fn parts_mut(&mut self) -> Vec<&mut Self> {
        match &mut self.kind {
            Kind::Call(call) => call.arguments.iter_mut().collect(),
            Kind::Arithmetic { left, right, .. } | Kind::Compare { left, right, .. } => {
                vec![left, right]
            }
            Kind::Negate(inner) | Kind::Not(inner) | Kind::Quantified { inner, .. } => vec![inner],
            Kind::In { subject, .. } => vec![subject],
            Kind::NOf { of, .. } => of.iter_mut().collect(),
            Kind::And(parts) | Kind::Or(parts) | Kind::Array(parts) => parts.iter_mut().collect(),
            _ => Vec::new(),
        }
    }

    /// Calls `each` for the expression and every part of it, outermost first.
    pub(super) fn visit<'a>(&'a self, each: &mut impl FnMut(&'a Self)) {
        each(self);
        for part in self.parts() {
            part.visit(each);
        }
    }
}

impl Field {
    /// The path as written, without the variable: `target.labels["k"]`.
    pub(super) fn written(&self) -> String {
        let mut out = String::new();
        for segment in &self.path {
            match segment {
                Segment::Name(name) => {
                    if !out.is_empty() {
                        out.push('.');
                    }
                    out.push_str(name);
                }
                Segment::Index(at) => out.extend(["[", &at.to_string(), "]"]),
                Segment::Key(key) => out.extend(["[", &super::facts::quoted(key), "]"]),
            }
        }
        out
    }

    /// The path by names alone, without keys and places.
    pub(super) fn names(&self) -> String {
        let names = self.path.iter().filter_map(|segment| match segment {
            Segment::Name(name) => Some(name.as_str()),
            _ => None,
        });
        names.collect::<Vec<_>>().join(".")
    }
}

impl Comparison {
    /// The relation with its sides exchanged.
    pub(super) fn flipped(self) -> Self {
        match self {
            Self::Lt => Self::Gt,
            Self::Lte => Self::Gte,
            Self::Gt => Self::Lt,
            Self::Gte => Self::Lte,
            same => same,
        }
    }
}

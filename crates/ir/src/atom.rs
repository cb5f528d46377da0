//! The smallest tests of an event.

use crate::{
    Case, Expr, FieldGlob, FieldRef, Instant, Match, Pattern, Predicate, Regex, Span, Text, Words,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// One test of one thing in an event. It holds if any value of the subject satisfies it, or
/// every value, or the only one, or one that is no list, when the quantifier says so. A subject without a value fails every test.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Atom {
    /// What is tested.
    pub subject: Subject,
    /// How.
    pub test: Test,
    /// Whether one value is enough.
    pub quantifier: Quantifier,
    /// Where it stands in the rule's body.
    #[schemars(with = "[u32; 2]")]
    pub span: Span,
    /// The language implies it, the author did not write it as a test: EQL's `process where`.
    /// The law runs it; counts leave it out.
    pub implied: bool,
}

/// What a test looks at.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Subject {
    /// One field.
    Field(FieldRef),
    /// Any field whose name fits; the test holds if it holds for one of them.
    Fields(FieldGlob),
    /// Every field value of the event, and its raw text where kept: a keyword search.
    AnyField,
    /// A computed value.
    Expr(Expr),
}

/// Whether one value of several is enough.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Default,
    Serialize,
    Deserialize,
    JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Quantifier {
    /// One is.
    #[default]
    Any,
    /// Every value must satisfy the test, and there must be one.
    All,
    /// There is exactly one value, and it satisfies the test: ES|QL, where an operator on
    /// several values is null.
    Single,
    /// The value is no list, and satisfies the test: Kusto's `tostring`, which makes one text of a
    /// list.
    Scalar,
}

/// How a value is tested.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Test {
    /// There is a value other than null; the empty text counts.
    Exists,
    /// The text form fits a pattern.
    Pattern(Pattern),
    /// The text form matches a regular expression.
    Regex(Regex),
    /// Compares as numbers. A text that writes a decimal number counts as that number; any other
    /// text fails.
    Number(CompareOp, Number),
    /// Compares as text, character by character (Unicode scalar values).
    TextOrder(CompareOp, Text),
    /// The value is an IP address inside one of the networks; other text fails.
    Cidr(Vec<Net>),
    /// Compares with a second value of the same event; fails when either is missing.
    Compare(FieldCompare),
    /// The value is in a list that is only known by name. The law asks its caller for the list
    /// and fails without it.
    InList(ListRef),
    /// A whole word of the value, as Kusto's `has`.
    Term(Term),
    /// An element of an array of objects satisfies the predicate, whose fields are named by
    /// their full path but read from that one element.
    Nested(Box<Predicate>),
    /// The event's process descends from (or is, or is a child of) one that an earlier event
    /// started. The subject is the process's entity id.
    Lineage(Box<Lineage>),
    /// The value is true.
    IsTrue,
    /// Compares as an instant. A text that writes an RFC 3339 time counts as that instant, a
    /// whole number as milliseconds since the Unix epoch; anything else fails.
    Time(CompareOp, Instant),
    /// The value's words hold a phrase, as a full-text index sees it.
    Words(Words),
}

/// An order relation.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum CompareOp {
    /// Equal.
    Eq,
    /// Less.
    Lt,
    /// Less or equal.
    Lte,
    /// Greater.
    Gt,
    /// Greater or equal.
    Gte,
}

impl CompareOp {
    /// Whether values in this order satisfy the relation.
    pub fn holds(self, order: std::cmp::Ordering) -> bool {
        match self {
            Self::Eq => order.is_eq(),
            Self::Lt => order.is_lt(),
            Self::Lte => order.is_le(),
            Self::Gt => order.is_gt(),
            Self::Gte => order.is_ge(),
        }
    }

    /// `eq`, `lt`, `lte`, `gt`, `gte`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Eq => "eq",
            Self::Lt => "lt",
            Self::Lte => "lte",
            Self::Gt => "gt",
            Self::Gte => "gte",
        }
    }
}

/// A number as a rule writes it.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Number {
    /// A whole number.
    Int(i64),
    /// Any other.
    Float(f64),
}

impl std::fmt::Display for Number {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Int(n) => write!(f, "{n}"),
            Self::Float(n) => write!(f, "{n}"),
        }
    }
}

/// An IPv4 or IPv6 network in CIDR notation.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(transparent)]
pub struct Net(#[schemars(with = "String")] pub ipnet::IpNet);

/// A comparison with a second value of the same event.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct FieldCompare {
    /// How the first relates to the second.
    pub relation: FieldRelation,
    /// The second value.
    pub other: Expr,
    /// The case rule for texts.
    pub case: Case,
}

/// How one value relates to another.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum FieldRelation {
    /// An order relation: numbers as numbers when both are, otherwise as text.
    Order(CompareOp),
    /// The first begins with the second.
    StartsWith,
    /// The first ends with the second.
    EndsWith,
    /// The first holds the second.
    Contains,
}

/// An external list, kept by name and never invented.
#[derive(
    Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
pub struct ListRef {
    /// The list's name in the source.
    pub name: Text,
    /// How a value is looked up.
    pub how: ListMatch,
    /// The case rule.
    pub case: Case,
}

/// How a value is looked up in a list.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum ListMatch {
    /// Equal to an entry.
    Equals,
    /// Begins with an entry.
    StartsWith,
    /// Ends with an entry.
    EndsWith,
    /// Holds an entry.
    Contains,
    /// Matches an entry as a regular expression.
    Regex,
    /// Is an address inside an entry.
    Cidr,
}

/// A word test: `text` occurs with a word boundary at each bounded edge, where a word is a
/// maximal run of alphanumeric characters and an edge that is not alphanumeric needs no boundary.
#[derive(
    Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
pub struct Term {
    /// What must occur.
    pub text: Text,
    /// The case rule.
    pub case: Case,
    /// The left edge is bounded.
    pub left: bool,
    /// The right edge is bounded.
    pub right: bool,
}

/// A test of process ancestry.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Lineage {
    /// How the event's process relates to the one that `of` finds.
    pub relation: LineageRelation,
    /// Finds the events that started the other process.
    pub of: Match,
}

/// How two processes relate.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum LineageRelation {
    /// Child, or child of a child, at any depth.
    DescendantOf,
    /// Direct child.
    ChildOf,
    /// The same process.
    EventOf,
}

impl Term {
    /// Whether the left and the right edge of the text must be edges of a word.
    pub fn bounds(&self) -> (bool, bool) {
        let inside = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
        let (first, last) = (self.text.chars().next(), self.text.chars().next_back());
        (self.left && inside(first), self.right && inside(last))
    }
}

impl Atom {
    /// A test of one field that one value is enough for.
    pub fn field(field: FieldRef, test: Test, span: Span) -> Self {
        Self::new(Subject::Field(field), test, span)
    }

    /// A test that one value is enough for.
    pub fn new(subject: Subject, test: Test, span: Span) -> Self {
        Self {
            subject,
            test,
            quantifier: Quantifier::Any,
            span,
            implied: false,
        }
    }

    /// The fields that the subject reads, in order.
    pub fn fields(&self) -> Vec<&FieldRef> {
        match &self.subject {
            Subject::Field(field) => vec![field],
            Subject::Expr(expr) => expr.fields(),
            Subject::Fields(_) | Subject::AnyField => Vec::new(),
        }
    }
}

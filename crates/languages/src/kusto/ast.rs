//! The syntax tree.
//!
//! Kusto has one expression grammar: a table, a pipeline and a scalar stand in the same places,
//! and only the operators around them tell which is meant. So does this tree.

use tripline_ir::{ScanOutput, Text};
use tripline_text::Span;

/// A whole text: its statements in order.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Query {
    /// The statements.
    pub(super) statements: Vec<Statement>,
}

/// One statement.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Statement {
    /// What it does.
    pub(super) kind: StatementKind,
    /// Where it stands.
    pub(super) span: Span,
}

/// What a statement does.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum StatementKind {
    /// `let name = value`.
    Let {
        /// The name.
        name: Ident,
        /// What it stands for.
        value: Expr,
    },
    /// `declare query_parameters (...)`: names with values that the caller gives.
    Parameters(Vec<Parameter>),
    /// A query.
    Query(Expr),
    /// `set`, `alias`, `restrict`, `declare pattern`: settings of the engine.
    Setting(Text),
}

/// A name and its place.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Ident {
    /// As written, without brackets and quotes.
    pub(super) text: Text,
    /// Where it stands.
    pub(super) span: Span,
}

/// An expression and its place.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Expr {
    /// What it is.
    pub(super) kind: ExprKind,
    /// Where it stands.
    pub(super) span: Span,
}

impl Expr {
    /// Visits the names that a value reads; tables in it are left out.
    pub(super) fn names<'e>(&'e self, visit: &mut impl FnMut(&'e Text)) {
        let mut stack = vec![self];
        while let Some(next) = stack.pop() {
            match &next.kind {
                ExprKind::Name(name) => visit(name),
                ExprKind::Member(of, _) | ExprKind::Sign(_, of) => stack.push(of),
                ExprKind::Index(a, b) | ExprKind::Binary(_, a, b) | ExprKind::Compare(_, a, b) => {
                    stack.extend([&**b, &**a]);
                }
                ExprKind::Call(call) => {
                    stack.extend(call.arguments.iter().rev().map(|argument| &argument.value));
                }
                ExprKind::In(list) => {
                    stack.extend(list.items.iter().rev());
                    stack.push(&list.left);
                }
                ExprKind::Between(between) => {
                    stack.extend([&between.high, &between.low, &between.value]);
                }
                ExprKind::And(parts) | ExprKind::Or(parts) | ExprKind::Tuple(parts) => {
                    stack.extend(parts.iter().rev());
                }
                _ => {}
            }
        }
    }
}

/// What an expression is.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum ExprKind {
    /// A name of a column, a table, or a `let`.
    Name(Text),
    /// A name with `*` in it: `Device*`.
    Wildcard(Text),
    /// `*`: every column.
    Star,
    /// A constant.
    Literal(Literal),
    /// `of.member`, `of['member']`.
    Member(Box<Expr>, Ident),
    /// `of[index]`.
    Index(Box<Expr>, Box<Expr>),
    /// `name(arguments)`.
    Call(Call),
    /// `of.name(arguments)`, as in `workspace("x").SecurityEvent` and `database("x").f()`.
    MemberCall(Box<Expr>, Call),
    /// `-a`, `+a`.
    Sign(bool, Box<Expr>),
    /// Arithmetic.
    Binary(Arithmetic, Box<Expr>, Box<Expr>),
    /// A comparison with one right side.
    Compare(Comparison, Box<Expr>, Box<Expr>),
    /// `in`, `has_any`, `has_all` with a list or a table.
    In(Box<InList>),
    /// `[not] between (low .. high)`.
    Between(Box<Between>),
    /// `and` of two or more.
    And(Vec<Expr>),
    /// `or` of two or more.
    Or(Vec<Expr>),
    /// `(a, b)`: names that share a value, or a key of several columns.
    Tuple(Vec<Expr>),
    /// A source and the operators it runs through.
    Pipe(Box<Expr>, Vec<Operator>),
    /// An operator that begins a pipeline: `union`, `search`, `find`, `print`, `range`.
    Leading(Box<Operator>),
    /// `datatable (columns) [values]`.
    Datatable(Vec<Parameter>, Vec<Expr>),
    /// `externaldata (columns) [addresses]`.
    External(Box<External>),
    /// `(parameters) { body }`, with `view` before it or not.
    Function(Box<Lambda>),
    /// What could not be read; it has been reported.
    Error,
}

/// A constant.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Literal {
    /// A text.
    Text(Text),
    /// A whole number.
    Int(i64),
    /// Any other number.
    Real(f64),
    /// `true`, `false`.
    Bool(bool),
    /// A length of time in nanoseconds.
    Timespan(i64),
    /// An instant, nanoseconds since the Unix epoch.
    Datetime(i64),
    /// `T(null)`.
    Null,
    /// `dynamic(...)`.
    Dynamic(Json),
}

/// A value inside `dynamic(...)`.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Json {
    /// A constant.
    Scalar(Box<Literal>, Span),
    /// `[ ... ]`.
    List(Vec<Json>),
    /// `{ "name": ... }`.
    Object(Vec<(Text, Json)>),
}

/// A call of a function.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Call {
    /// The function.
    pub(super) name: Ident,
    /// Its arguments.
    pub(super) arguments: Vec<Argument>,
}

/// An argument, or an item of a list of columns.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Argument {
    /// `name =`, or several names for the parts of one value.
    pub(super) names: Vec<Ident>,
    /// The value.
    pub(super) value: Expr,
}

/// An arithmetic operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Arithmetic {
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
pub(super) struct Comparison {
    /// Which.
    pub(super) test: Test,
    /// It is the negated form.
    pub(super) negated: bool,
    /// Letter case matters.
    pub(super) cased: bool,
}

/// What a comparison tests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Test {
    /// `==`, `=~`.
    Equals,
    /// `<`
    Less,
    /// `<=`
    LessEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterEqual,
    /// `contains`
    Contains,
    /// `startswith`
    StartsWith,
    /// `endswith`
    EndsWith,
    /// `has`, `:`
    Has,
    /// `hasprefix`
    HasPrefix,
    /// `hassuffix`
    HasSuffix,
    /// `matches regex`
    Regex,
}

/// `left in (items)` and its kin.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct InList {
    /// What is looked for.
    pub(super) left: Expr,
    /// How.
    pub(super) how: ListTest,
    /// The negated form.
    pub(super) negated: bool,
    /// Letter case matters.
    pub(super) cased: bool,
    /// Values, names of lists, or one table.
    pub(super) items: Vec<Expr>,
}

/// How a list is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ListTest {
    /// Equal to one.
    In,
    /// Holds one as a term.
    HasAny,
    /// Holds each as a term.
    HasAll,
}

/// `value between (low .. high)`.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Between {
    /// What is tested.
    pub(super) value: Expr,
    /// The lower bound, inclusive.
    pub(super) low: Expr,
    /// The upper bound, inclusive.
    pub(super) high: Expr,
    /// `!between`.
    pub(super) negated: bool,
}

/// A parameter or a column with its type.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Parameter {
    /// The name.
    pub(super) name: Ident,
    /// The type: `string`, `long`, ...; `table` for a tabular one.
    pub(super) kind: Text,
    /// The value when none is given.
    pub(super) default: Option<Expr>,
}

/// `externaldata (columns) [addresses] with (format=..., ...)`.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct External {
    /// Its columns.
    pub(super) columns: Vec<Parameter>,
    /// Where the texts are.
    pub(super) addresses: Vec<Expr>,
    /// Settings, names in lower case.
    pub(super) settings: Vec<(Text, Text)>,
}

/// `scan ... with (steps)`.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Scan {
    /// The column that numbers matches.
    pub(super) match_id: Option<Ident>,
    /// Columns that the steps assign.
    pub(super) declared: Vec<Parameter>,
    /// The steps.
    pub(super) steps: Vec<ScanStep>,
}

/// `step name output=all: condition => assignments`.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct ScanStep {
    /// Its name.
    pub(super) name: Ident,
    /// Which of its rows are shown.
    pub(super) output: ScanOutput,
    /// When a row matches.
    pub(super) condition: Expr,
    /// What it assigns.
    pub(super) columns: Vec<Argument>,
}

/// A function of a `let`.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Lambda {
    /// What it takes.
    pub(super) parameters: Vec<Parameter>,
    /// What it does; the last statement is its value.
    pub(super) body: Vec<Statement>,
}

/// One operator of a pipeline.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Operator {
    /// What it does.
    pub(super) kind: OperatorKind,
    /// Where it stands, from its name on.
    pub(super) span: Span,
}

/// What an operator does.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum OperatorKind {
    /// `where`, `filter`.
    Where(Expr),
    /// `extend`.
    Extend(Vec<Argument>),
    /// `project`.
    Project(Vec<Argument>),
    /// `project-away`.
    ProjectAway(Vec<Expr>),
    /// `project-keep`.
    ProjectKeep(Vec<Expr>),
    /// `project-rename new = old`.
    ProjectRename(Vec<Argument>),
    /// `project-reorder`: order for display.
    ProjectReorder(Vec<Expr>),
    /// `summarize measures by keys`.
    Summarize {
        /// What is computed.
        measures: Vec<Argument>,
        /// What rows of one group share.
        by: Vec<Argument>,
    },
    /// `distinct`.
    Distinct(Vec<Argument>),
    /// `join`.
    Join(Box<JoinOperator>),
    /// `lookup`.
    Lookup(Box<JoinOperator>),
    /// `union`.
    Union {
        /// The other tables.
        inputs: Vec<Expr>,
        /// Column that receives the source's name.
        with_source: Option<Text>,
    },
    /// `sort`, `order`.
    Sort(Vec<SortItem>),
    /// `top n by ...`.
    Top(Expr, Vec<SortItem>),
    /// `top-hitters`.
    TopHitters(Box<TopHitters>),
    /// `take`, `limit`.
    Take(Expr),
    /// `sample`, `sample-distinct`.
    Sample(Expr, Option<Expr>),
    /// `count`.
    Count,
    /// `mv-expand`.
    MvExpand(MvExpand),
    /// `mv-apply ... on ( ... )`.
    MvApply(MvExpand, Vec<Operator>),
    /// `parse`, `parse-where`.
    Parse(Box<ParseOperator>),
    /// `parse-kv column as (keys) with (...)`.
    ParseKv(Box<ParseKv>),
    /// `scan`.
    Scan(Box<Scan>),
    /// `make-series`.
    MakeSeries {
        /// The series, each with the value of a step that has no rows.
        measures: Vec<(Argument, Option<Expr>)>,
        /// The axis.
        on: Argument,
        /// Its steps.
        axis: Box<Axis>,
        /// The groups.
        by: Vec<Argument>,
    },
    /// `top-nested n of a by f(), ...`.
    TopNested(Vec<NestedLevel>),
    /// `serialize`.
    Serialize(Vec<Argument>),
    /// `evaluate plugin(...)`.
    Evaluate(Expr),
    /// `invoke function(...)`.
    Invoke(Call),
    /// `as name`.
    As(Ident),
    /// `partition by column ( ... )`.
    Partition(Ident, Vec<Operator>),
    /// `search`.
    Search {
        /// The tables, none for all.
        tables: Vec<Expr>,
        /// The test.
        predicate: Expr,
    },
    /// `find`.
    Find {
        /// The tables, none for all.
        tables: Vec<Expr>,
        /// The test.
        predicate: Expr,
    },
    /// `print`.
    Print(Vec<Argument>),
    /// `range name from a to b step c`.
    Range(Ident, Box<[Expr; 3]>),
    /// Operators that only concern display: `render`, `consume`, `getschema`.
    Display(Text),
    /// An operator that is known and kept as a name with what it reads.
    Other(Text),
    /// No operator of Kusto; it has been reported.
    Error,
}

/// `join` and `lookup`.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct JoinOperator {
    /// The kind as written, none where left out.
    pub(super) kind: Option<Ident>,
    /// The right table.
    pub(super) right: Expr,
    /// Column names, or equalities of `$left` and `$right`.
    pub(super) on: Vec<Expr>,
}

/// A key of `sort` and `top`.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct SortItem {
    /// By what.
    pub(super) value: Expr,
    /// `asc`; the default is descending.
    pub(super) ascending: bool,
    /// `nulls first` or `nulls last`, where one was said.
    pub(super) nulls_first: Option<bool>,
}

/// The steps of `make-series`.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Axis {
    /// Where the first step begins; the smallest value of the axis where left out.
    pub(super) from: Option<Expr>,
    /// Where the last step ends; behind the largest value where left out.
    pub(super) to: Option<Expr>,
    /// How long a step is.
    pub(super) step: Option<Expr>,
    /// A step that begins at `to` is there too: the older `in range(from, to, step)`.
    pub(super) inclusive: bool,
}

/// A level of `top-nested`.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct NestedLevel {
    /// How many, within each value of the level above; all where left out.
    pub(super) count: Option<Expr>,
    /// Of what.
    pub(super) of: Argument,
    /// `with others = name`.
    pub(super) others: bool,
    /// Which value decides.
    pub(super) by: Argument,
    /// The smallest instead of the largest.
    pub(super) ascending: bool,
}

/// The items of `mv-expand` and `mv-apply`.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct MvExpand {
    /// What is expanded.
    pub(super) items: Vec<Argument>,
    /// The type of `to typeof(...)` of each item, where one was said.
    pub(super) types: Vec<Option<Text>>,
    /// The column that gets an element's position.
    pub(super) index: Option<Text>,
    /// An object's elements are lists of a key and a value: `bagexpansion=array`.
    pub(super) pairs: bool,
    /// At most so many rows of each.
    pub(super) limit: Option<Expr>,
}

/// `parse value with pattern`.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct ParseOperator {
    /// What is parsed.
    pub(super) value: Expr,
    /// Texts are regular expressions.
    pub(super) regex: bool,
    /// The flags of the regular expressions.
    pub(super) flags: Text,
    /// Rows that do not fit are dropped.
    pub(super) filter: bool,
    /// A text that is none of a column's type makes that column alone null.
    pub(super) relaxed: bool,
    /// The pieces in order.
    pub(super) pieces: Vec<ParsePiece>,
}

/// `top-hitters n of column by value`.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct TopHitters {
    /// How many values.
    pub(super) count: Expr,
    /// The column.
    pub(super) of: Argument,
    /// What is summed up; without it rows are counted.
    pub(super) by: Option<Expr>,
}

/// A piece of a `parse` pattern.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum ParsePiece {
    /// `*`: anything.
    Star,
    /// A fixed text or, with `kind=regex`, an expression.
    Text(Text),
    /// A column and its type.
    Column(Ident, Text),
}

/// `parse-kv value as (columns) with (...)`.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct ParseKv {
    /// What is parsed.
    pub(super) value: Expr,
    /// The keys wanted.
    pub(super) columns: Vec<Parameter>,
    /// `pair_delimiter`.
    pub(super) pairs: Option<Text>,
    /// `kv_delimiter`.
    pub(super) values: Option<Text>,
    /// `quote`.
    pub(super) quotes: Option<Text>,
    /// `escape`.
    pub(super) escape: Option<Text>,
    /// `regex`.
    pub(super) regex: Option<Text>,
    /// Another option that changes what is found.
    pub(super) other: bool,
}

//! The syntax tree of a search.
//!
//! Every command has a node; those whose arguments are not taken apart are [`Command::Generic`].
//! Spans count bytes of the expanded text; [`Expanded::place`](super::expand::Expanded::place)
//! leads back to the source.

use tripline_ir::Text;
use tripline_text::Span;

/// A name or a literal with its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Name {
    pub(super) text: Text,
    pub(super) span: Span,
}

/// Commands joined by `|`.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Pipeline {
    pub(super) stages: Vec<Stage>,
}

/// One command.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Stage {
    pub(super) command: Command,
    /// The whole command, without its bar.
    pub(super) span: Span,
}

/// `key=value` arguments of a command, keys in lower case.
pub(super) type Options = Vec<(Text, Name)>;

/// What a stage does.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Command {
    Search(Search),
    Where(Expr),
    Eval(Vec<(Name, Expr)>),
    Tstats(Tstats),
    /// `stats`, `eventstats`, `streamstats`, `chart`, `timechart`, `sistats`.
    Stats(Stats),
    /// `top` and `rare`.
    Top {
        rare: bool,
        options: Options,
        fields: Vec<Name>,
        by: Vec<Name>,
    },
    Dedup {
        options: Options,
        count: u64,
        fields: Vec<Name>,
    },
    /// Old name and new name; either may hold `*`.
    Rename(Vec<(Name, Name)>),
    /// `fields`, `table`, and their kin.
    Fields {
        keep: Keep,
        fields: Vec<Name>,
    },
    Fillnull {
        value: Option<Name>,
        fields: Vec<Name>,
    },
    Makemv {
        options: Options,
        field: Name,
    },
    Mvexpand {
        field: Name,
        options: Options,
    },
    Rex {
        options: Options,
        pattern: Name,
    },
    Regex {
        field: Option<Name>,
        negated: bool,
        pattern: Name,
    },
    Lookup(Lookup),
    Inputlookup {
        options: Options,
        name: Name,
        filter: Option<Search>,
    },
    Join {
        options: Options,
        fields: Vec<Name>,
        /// `where L.a = R.b`: the names that must be equal, each behind its side's.
        on: Vec<(Name, Name)>,
        right: Pipeline,
    },
    /// `append`, `appendcols`, `appendpipe`, `union`, `multisearch`.
    Append {
        how: Appending,
        options: Options,
        inputs: Vec<Pipeline>,
    },
    /// `from datamodel:X` and `datamodel X Y search`.
    From {
        kind: Text,
        name: Name,
    },
    Bin {
        options: Options,
        field: Name,
        alias: Option<Name>,
    },
    Transaction {
        options: Options,
        fields: Vec<Name>,
        starts: Option<Bound>,
        ends: Option<Bound>,
    },
    Convert {
        options: Options,
        /// Function, field, new name.
        conversions: Vec<(Name, Name, Option<Name>)>,
    },
    Sort {
        fields: Vec<Sorted>,
        limit: Option<u64>,
    },
    Head {
        /// Without `limit`, which is the count.
        options: Options,
        count: Option<u64>,
        while_: Option<Expr>,
    },
    Tail {
        count: u64,
    },
    Foreach {
        options: Options,
        fields: Vec<Name>,
        body: Pipeline,
    },
    /// `map search="..."`: the search once for each row.
    Map {
        limit: u64,
        body: Pipeline,
    },
    Spath {
        options: Options,
        path: Option<Name>,
    },
    Replace {
        pairs: Vec<(Name, Name)>,
        fields: Vec<Name>,
    },
    Makeresults {
        options: Options,
    },
    /// A known command whose arguments are kept as text, or one that only shows or stores rows.
    Generic {
        name: Name,
        /// The name is in the list of commands.
        known: bool,
        arguments: Name,
    },
    /// A macro that nothing defines.
    Macro(Name),
    /// A stage that could not be read.
    Error,
}

/// How `fields` and its kin choose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Keep {
    /// `fields a b`: these and the internal ones.
    Fields,
    /// `fields - a b`.
    Drop,
    /// `table a b`: these only.
    Table,
}

/// What `append` and its kin do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Appending {
    Append,
    Appendcols,
    Appendpipe,
    Union,
    Multisearch,
}

/// A field that `sort` goes by.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Sorted {
    /// `num`, `str`, `ip` or `auto`: how its values are compared.
    pub(super) order: Option<Text>,
    pub(super) field: Name,
    pub(super) descending: bool,
}

/// The first or last event of a transaction.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Bound {
    Search(Search),
    Eval(Expr),
}

/// The boolean language of `search`.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Search {
    And(Vec<Search>),
    Or(Vec<Search>),
    Not(Box<Search>),
    /// `field op value`.
    Compare {
        field: Name,
        op: Relation,
        value: Word,
        span: Span,
    },
    /// `field IN (...)`.
    In {
        field: Name,
        values: Vec<Word>,
        span: Span,
    },
    /// A value without a field.
    Term(Word),
    /// `TERM(...)`.
    Whole(Word),
    /// `CASE(...)`.
    Cased(Word),
    /// `[ ... ]`.
    Subsearch(Pipeline, Span),
    Macro(Name),
    Error(Span),
}

/// How a field is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Relation {
    Eq,
    Ne,
    Lt,
    Lte,
    Gt,
    Gte,
}

/// A value, its escapes resolved; `*` is always a wildcard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Word {
    pub(super) text: Text,
    pub(super) quoted: bool,
    /// What it stands in behind a field's operator.
    pub(super) within: Within,
    pub(super) span: Span,
}

/// What a value stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Within {
    #[default]
    Nothing,
    /// `CASE(...)`: letter case counts.
    Case,
    /// `TERM(...)`.
    Term,
}

/// An expression of `eval` and `where`.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Expr {
    Text(Text, Span),
    /// A text that `like` reads: `\%`, `\_` and `\\` stand in it as written.
    Pattern(Text, Span),
    Number(f64, Span),
    Int(i64, Span),
    Field(Name),
    Call {
        name: Name,
        arguments: Vec<Expr>,
        span: Span,
    },
    Binary {
        op: Binary,
        left: Box<Expr>,
        right: Box<Expr>,
        span: Span,
    },
    Not(Box<Expr>, Span),
    Negate(Box<Expr>, Span),
    In {
        value: Box<Expr>,
        list: Vec<Expr>,
        negated: bool,
        span: Span,
    },
    /// `searchmatch("a=b c")`: a condition of the search language.
    Search(Box<Search>, Span),
    /// `[ ... | return $a]`: the value that a search finds.
    Subsearch(Pipeline, Span),
    Error(Span),
}

/// Operators with two sides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Binary {
    And,
    Or,
    Xor,
    Eq,
    Ne,
    Lt,
    Lte,
    Gt,
    Gte,
    Like,
    Concat,
    Add,
    Subtract,
    Multiply,
    Divide,
    Modulo,
}

/// `tstats` and `mstats`.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Tstats {
    /// `mstats`.
    pub(super) metrics: bool,
    pub(super) options: Options,
    pub(super) aggregates: Vec<Aggregate>,
    /// The data model, when one is named.
    pub(super) from: Option<Name>,
    pub(super) filter: Option<Search>,
    pub(super) by: Vec<Name>,
    /// `span` of `_time`.
    pub(super) span_of_time: Option<Name>,
}

/// `stats` and its kin.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Stats {
    pub(super) kind: StatsKind,
    pub(super) options: Options,
    pub(super) aggregates: Vec<Aggregate>,
    /// `over` of `chart`.
    pub(super) over: Option<Name>,
    pub(super) by: Vec<Name>,
}

/// Which of the statistics commands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum StatsKind {
    Stats,
    Eventstats,
    Streamstats,
    Chart,
    Timechart,
}

/// One aggregate, as `dc(user) as users`.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Aggregate {
    pub(super) function: Name,
    pub(super) argument: Argument,
    pub(super) alias: Option<Name>,
    /// Function and argument as written where that is the column's name: there is an argument and
    /// no alias. Empty otherwise.
    pub(super) written: Text,
    pub(super) span: Span,
}

/// What is aggregated.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Argument {
    None,
    Field(Name),
    Eval(Expr),
}

/// `lookup table key AS field OUTPUT column AS name`.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Lookup {
    pub(super) options: Options,
    pub(super) table: Name,
    /// Column and event field.
    pub(super) keys: Vec<(Name, Name)>,
    /// Column and new name; empty for every other column.
    pub(super) outputs: Vec<(Name, Name)>,
    /// `OUTPUTNEW`: only where the field is absent.
    pub(super) only_new: bool,
}

impl Expr {
    /// Where it stands.
    pub(super) fn span(&self) -> Span {
        match self {
            Self::Text(_, span)
            | Self::Pattern(_, span)
            | Self::Number(_, span)
            | Self::Int(_, span)
            | Self::Call { span, .. }
            | Self::Binary { span, .. }
            | Self::Not(_, span)
            | Self::Negate(_, span)
            | Self::In { span, .. }
            | Self::Search(_, span)
            | Self::Subsearch(_, span)
            | Self::Error(span) => *span,
            Self::Field(name) => name.span,
        }
    }
}

impl Name {
    /// Whether it holds a wildcard.
    pub(super) fn has_wildcard(&self) -> bool {
        self.text.contains('*')
    }
}

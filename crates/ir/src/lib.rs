//! The intermediate representation: one meaning, stated once.
//!
//! Every front end encodes its language's rules *into* these types and every emitter encodes them
//! *out of* them. A [`Detection`] is one upstream rule; its [`Plan`] is a tree over event streams,
//! whose [`Predicate`]s test single events by [`Atom`]s. What could not be encoded is a [`Loss`].
//! [`law`] runs a plan over events, slowly and obviously; it is what the types mean.

#[cfg(feature = "testing")]
pub mod arbitrary;
mod atom;
mod detection;
mod event;
mod expr;
mod field;
mod instant;
mod json;
pub mod law;
mod loss;
pub mod normal;
mod pattern;
mod plan;
mod predicate;
mod print;
mod regex_test;
mod value;
mod words;

pub use atom::{
    Atom, CompareOp, FieldCompare, FieldRelation, Lineage, LineageRelation, ListMatch, ListRef,
    Net, Number, Quantifier, Subject, Term, Test,
};
pub use detection::{
    Class, Detection, Language, Level, Provenance, Related, Requirement, RequirementKind,
    TechniqueTag,
};
pub use event::{Event, EventSource, Fields};
pub use expr::{
    Coerce, Each, Expr, Filling, Function, Hash, PairOp, Round, TimeFormat, TypeNames, Unit,
    replacement, table,
};
pub use field::{FieldGlob, FieldRef};
pub use instant::Instant;
pub use json::json_schema;
pub use loss::{Loss, LossReason};
pub use pattern::{Case, Part, Pattern, Shape, fold_char};
pub use plan::{
    Aggregate, Apply, Condition, Correlate, Correlated, Dedup, Expand, Fill, Inline, Join,
    JoinColumns, JoinKey, JoinKind, Key, KeyMatch, Limit, Match, Measure, MeasureFunction,
    MissingKey, NewTerms, Opaque, Plan, Population, Projection, Running, RunningWindow, Sample,
    Scan, ScanOutput, ScanStep, Sequence, SortKey, Source, Step, Table, Transaction, Window,
};
pub use predicate::Predicate;
pub use print::indented;
pub use regex_test::{Dialect, Regex};
pub use value::Value;
pub use words::{Analyzer, Words};

/// The text type of the representation: cheap to clone, short texts stay inline.
pub use smol_str::{SmolStr as Text, format_smolstr};
pub use tripline_text::Span;

/// A length of time in nanoseconds; never negative.
pub type Duration = i64;
/// An instant in nanoseconds since the Unix epoch.
pub type Timestamp = i64;
/// Nanoseconds in a second.
pub const SECOND: Duration = 1_000_000_000;

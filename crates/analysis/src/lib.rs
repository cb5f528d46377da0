//! Answers computed from a catalogue: one file per answer.
//!
//! Input: an [`Index`] over a [`Catalog`](tripline_catalog::Catalog). Output: serialisable
//! answers whose JSON names and numbers are those of `design/definitions.md`. Every count comes
//! with the ids of the rules that it counts; a rule adds at most 1 to a row.

mod analytics;
mod combinations;
mod correlations;
mod coverage;
mod detections;
pub mod document;
pub mod dossier;
mod event;
mod events;
mod evidence;
mod exclusions;
mod field;
mod fields;
mod head;
mod implements;
mod index;
mod indicator;
mod ledger;
mod lookups;
mod markup;
mod overlap;
mod rule;
mod same_action;
mod search;
mod sequences;
mod signals;
mod tables;
mod technique;
mod together;
mod words;
mod workbench;

pub use analytics::AnalyticUse;
pub use combinations::{Combination, CombinationItem};
pub use correlations::{Correlations, Counted};
pub use coverage::{
    Choices, ClassFilter, ComparedSide, Comparison, Coverage, CoverageError, CoverageRequest,
    CoverageRow, Filter, Side, SideCounts, TacticColumn, UnresolvedTag, coverage, navigator,
};
pub use detections::{
    Basis, Cited, Citing, Confidence, DataSource, DetectionAnswer, DetectionError,
    DetectionsAnswer, Fidelity, FieldNeed, FieldRole, Nearest, Nearness, Platform, PlatformRow,
    PlatformRule, RankedRule, Reasons, SHOWN, Source, Trial, TrialRun, TrialSignal, Tuning,
    Unwritten, Weakest, detection, detections,
};
pub use dossier::{Dossier, DossierError, dossier};
pub use event::{EventAnswer, event};
pub use events::{EventsAnswer, events};
pub use evidence::{Evidence, EvidenceKind};
pub use exclusions::{ClauseItem, ExclusionRow, Scope};
pub use field::{FieldAnswer, FieldUse, Spelling, field};
pub use fields::{FieldsAnswer, fields};
pub use head::{CatalogHead, CorpusHead, KnowledgeHead};
pub use index::Index;
pub use indicator::{Beside, IndicatorAnswer, MAX_BESIDE, indicator};
pub use ledger::{LedgerAnswer, LedgerFailure, LedgerRow, ledger};
pub use lookups::Lookups;
pub use markup::{Paragraph, Reference, Span, plain_text};
pub use overlap::{OverlapAnswer, OverlapFamily, OverlapGroup, OverlapVendor, overlap};
pub use rule::{
    Indicator, LogicStage, RelatedRule, RuleAnswer, RuleExclusion, SpannedAtom, line_of, rule,
};
pub use same_action::SameAction;
pub use search::{SearchAnswer, SearchHit, search};
pub use sequences::{
    SequenceRule, SequenceStep, SequenceSteps, SequencesAnswer, SequencesError, StepRole, sequences,
};
pub use signals::{
    Fire, NearAtom, NearMiss, PlatformRun, Prerequisite, Signal, SignalField, SignalsAnswer,
    SignalsError, TestRow, Unknown, signals,
};
pub use tables::{EventRow, FieldRow, IndicatorRow, RuleRow, Sample};
pub use technique::{TechniqueAnswer, TechniqueCounts, UnknownTechnique, technique};
pub use words::marked;
pub use workbench::{Additions, FamilyItem, GuessReason, Review, Sharing, TechniqueGuess, review};

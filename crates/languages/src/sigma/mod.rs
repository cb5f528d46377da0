//! Sigma 2.1: rules, correlations and filters.
//!
//! Input: a YAML file. [`read`] gives its [`Document`]s with all their metadata; [`lower_rule`],
//! [`lower_correlation`] and [`apply_filters`] give their meaning. [`Rules`] resolves the rules
//! that correlations and filters name.
//!
//! ```text
//! text -> yaml::Stream -> Document { metadata, logsource, detection (ast) } -> Plan
//! ```
//!
//! What holds:
//! - Spans in a document, and in what it is lowered to, count bytes of *its own text*, which is
//!   `source[document.span()]`. Diagnostics of [`read`] count bytes of the file, those of a
//!   [`Lowered`] bytes of the document's text.
//! - Every atom's span is the value it comes from, or the key where there is no value. In a
//!   correlation, atoms of a rule that it names have the span of that name.
//! - A part that could not be lowered is left out of the predicate and stands beside it as
//!   [`tripline_ir::Opaque`]; the plan is then partial.
//!
//! Decisions where the specification is silent:
//! - Missing fields are two-valued: `not selection` holds for an event without the field.
//! - `null` is "absent or null". `''` is "there and empty". A lone `'*'` is "there".
//! - Base64 values compare case-insensitively like all others, unless `cased`. That is what Sigma
//!   says, although it matches more than the encoded text.
//! - `wide` and its kin belong before `base64`; alone they stand for the text with its NUL bytes.
//! - Keywords are case-insensitive substrings of any field's value or of the raw text.
//! - `and`, `or`, `not` are read in any letter case.

mod ast;
mod ast2ir;
pub(crate) mod clause;
mod condition;
mod correlation;
mod detection;
mod document;
mod facts;
mod filter;
mod metadata;
mod modifiers;
mod rules;
mod spans;
mod value;

pub use ast::{Condition, Detection, Group, Item, Literal, LiteralValue, Selection};
pub use ast2ir::lower_rule;
pub use condition::{Expression, Quantity, Selector};
pub use correlation::{
    Correlation, CorrelationCondition, CorrelationKind, Threshold, lower_correlation,
};
pub use document::{Document, Rule, read};
pub use filter::{Filter, FilterTarget, apply_filters};
pub use metadata::{LogSource, Metadata};
pub use modifiers::{Chain, Kind, Modifier};
pub use rules::Rules;

use crate::{Context, Lowered};
use tripline_ir::Plan;
use tripline_text::Source;

/// Lowers a file whose rules, correlations and filters belong together. The plan is what alerts:
/// the correlations that no other correlation uses, or the rules when there is none, and also the
/// rules under a correlation that says `generate: true`. Spans count bytes of the file.
pub fn lower(source: &Source, context: &Context<'_>) -> Lowered {
    let (documents, diagnostics) = read(source);
    let rules = Rules::new(documents.iter().map(|document| (document, source)));
    let mut whole = Lowered {
        diagnostics,
        ..Lowered::default()
    };
    let mut plans = Vec::new();
    // Correlations that use each other in a circle: none is outermost.
    let circle = !documents.iter().any(|document| rules.alerts(document));
    for document in &documents {
        if !circle && !rules.alerts(document) {
            continue;
        }
        let lowered = match document {
            Document::Rule(rule) => rules.lower(rule, source, context),
            Document::Correlation(correlation) => {
                lower_correlation(correlation, source, &rules, context)
            }
            Document::Filter(_) => continue,
        };
        let by = document.span().start;
        let shifted = lowered
            .diagnostics
            .into_iter()
            .map(|found| found.shifted(by));
        whole.diagnostics.extend(shifted);
        whole
            .losses
            .extend(lowered.losses.into_iter().map(|mut loss| {
                loss.span = loss.span.map(|span| span.shifted(by));
                loss
            }));
        if let Some(mut plan) = lowered.plan {
            spans::map_plan(&mut plan, &|span| span.shifted(by));
            plans.push(plan);
        }
    }
    whole.plan = match plans.len() {
        0 => None,
        1 => plans.pop(),
        _ => Some(Plan::Union(plans)),
    };
    whole
}

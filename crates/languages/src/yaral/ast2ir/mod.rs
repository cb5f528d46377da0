//! A rule's tree to a plan. What holds here, and where it is done:
//!
//! * **Unset is zero.** A field without a value counts as the empty text or 0 ([`predicate`],
//!   [`value`]): `f != "x"` holds for it, `f = ""` asks for it. Tests are two-valued.
//! * **Repeated fields.** An event fits when one choice of an element of each repeated field
//!   satisfies every test at once ([`copies`]); for one test that is any of the values, also under
//!   `!=` and `not`. `all` means every one ([`subject`]).
//! * **Event variables** ([`names`]) each have a branch of their own: a [`Match`] with its own
//!   source and tests, and the columns that other parts need of it: `$user` for a placeholder,
//!   `$e.target.ip` for a field ([`branch`]).
//! * **Branches of an `or`** that bind placeholders ([`either`]) each have values of their own: an
//!   event has those of the branches that hold.
//! * **Placeholders** join branches by equal values. A placeholder under `match` drops events in
//!   which it is zero, unless the rule allows zero values.
//! * **Windows** ([`plan`]). Chronicle looks at overlapping windows of the given length; the plan
//!   says "sliding", which is the same length laid at every event: whatever fits one of the
//!   product's windows fits one of these, and a burst makes one alert instead of one per window.
//!   A window before or after a pivot is a bound on the time between the events.
//! * **Entities** (`$g.graph...`) are records of a source of their own, joined without a bound in
//!   time; the rule requires that source.
//! * **Lists** are replaced by what the context knows; an unknown one stays a name, with a loss.

mod aggregate;
mod branch;
mod call;
mod condition;
mod copies;
mod either;
mod join;
mod list;
mod names;
mod paired;
mod plan;
mod predicate;
mod refused;
mod subject;
mod time;
mod together;
mod truth;
mod value;

use super::ast::{Expr, Rule};
use crate::{Context, Lowered};
use names::Names;
use std::collections::{BTreeMap, BTreeSet};
use tripline_ir::{Loss, LossReason, Opaque, Plan, Text};
use tripline_schema::Activity;
use tripline_text::{Code, Diagnostic, Source, Span};

/// Lowers one rule.
pub(super) fn lower(rule: &Rule, source: &Source, context: &Context<'_>) -> Lowered {
    let rule = &either::resolved(rule);
    let mut lowering = Lowering {
        rule,
        source,
        context,
        names: Names::new(rule),
        activities: BTreeMap::new(),
        needed: BTreeMap::new(),
        measures: Vec::new(),
        depth: 0,
        followed: 0,
        guarding: false,
        diagnostics: Vec::new(),
        losses: Vec::new(),
        told: BTreeSet::new(),
        copies: BTreeMap::new(),
        paired: BTreeMap::new(),
        parts_left: copies::MAX_PARTS,
        bound: BTreeSet::new(),
        modified: BTreeMap::new(),
        layout: None,
        joined: false,
    };
    if rule.broken {
        lowering.loss(
            LossReason::SyntaxError,
            "a part that could not be read",
            None,
        );
    }
    let plan = lowering.plan();
    Lowered {
        plan: Some(plan),
        diagnostics: lowering.diagnostics,
        losses: lowering.losses,
    }
}

/// Where an expression is evaluated.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Scope {
    /// On an event of this variable: fields are fields.
    Event(Text),
    /// On rows of several branches: fields and placeholders are columns.
    Rows,
}

struct Lowering<'a> {
    rule: &'a Rule,
    source: &'a Source,
    context: &'a Context<'a>,
    names: Names<'a>,
    /// What the events of each variable are about.
    activities: BTreeMap<Text, Activity>,
    /// Columns that later stages need, by variable: name and value.
    needed: BTreeMap<Text, BTreeMap<Text, tripline_ir::Expr>>,
    /// Measures that the condition needs.
    measures: Vec<tripline_ir::Measure>,
    /// Depth of definitions followed.
    depth: u32,
    /// How many definitions were followed.
    followed: u32,
    /// Guards of a branch are read: placeholders in them have their values without guards.
    guarding: bool,
    diagnostics: Vec<Diagnostic>,
    losses: Vec<Loss>,
    /// What was said already: a list that stands in a rule ten times is told once.
    told: BTreeSet<Text>,
    /// Tests that one copy of an event must satisfy, by variable.
    copies: BTreeMap<Text, together::Copies>,
    /// Placeholders whose values belong together, by variable.
    paired: BTreeMap<Text, Vec<Text>>,
    /// How many parts of tests may still be repeated over copies.
    parts_left: usize,
    /// Fields of which an element is chosen where an expression stands: variable and path.
    bound: BTreeSet<(Text, Text)>,
    /// Fields under `any` or `all` of which an element is looked at, and the name of that.
    modified: BTreeMap<(Text, Text), Text>,
    /// How rows are laid while the condition is read.
    layout: Option<condition::Layout>,
    /// Rows hold events of several variables.
    joined: bool,
}

/// How many definitions may refer to each other.
const MAX_DEFINITIONS: u32 = 16;
/// How many definitions may be followed in all.
const MAX_FOLLOWED: u32 = 100_000;

impl Lowering<'_> {
    fn loss(&mut self, reason: LossReason, detail: impl Into<Text>, span: Option<Span>) {
        self.losses.push(Loss {
            reason,
            detail: detail.into(),
            span,
        });
    }

    fn report(&mut self, code: Code, span: Span, message: impl Into<String>) {
        let flaw = Diagnostic::new(code, self.source, message).at(span, "");
        flaw.add_to(&mut self.diagnostics);
    }

    /// Something that has no meaning here: an error and a loss.
    fn meaningless(&mut self, found: &Expr, message: impl Into<String>) {
        self.report(Code::YaralMeaning, found.span, message);
        let text: Text = self.source.slice(found.span).into();
        self.loss(LossReason::NotExpressible, text, Some(found.span));
    }

    /// A rule of which nothing can be run.
    fn opaque(&mut self) -> Plan {
        Plan::Opaque(Opaque {
            text: self.source.slice(self.rule.span).into(),
            reason: LossReason::SyntaxError,
            span: self.rule.span,
        })
    }

    /// Runs `inner` one definition deeper; `None` when definitions go in a circle.
    fn deeper<T>(&mut self, inner: impl FnOnce(&mut Self) -> Option<T>) -> Option<T> {
        if self.depth >= MAX_DEFINITIONS || self.followed >= MAX_FOLLOWED {
            return None;
        }
        self.followed += 1;
        self.depth += 1;
        let result = inner(self);
        self.depth -= 1;
        result
    }

    /// The column that a field of a variable stands in, in rows of several branches.
    fn column(field: &super::ast::Field) -> Text {
        tripline_ir::format_smolstr!("${}.{}", field.variable, field.written())
    }

    /// The column of a placeholder.
    fn placeholder_column(name: &str) -> Text {
        tripline_ir::format_smolstr!("${name}")
    }
}

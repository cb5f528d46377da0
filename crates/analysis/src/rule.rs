//! The rule view: what one rule does, test by test.

use crate::exclusions::{ClauseItem, Scope, clause, scope};
use crate::head::{CatalogHead, schema};
use crate::same_action::{SameAction, same_action};
use crate::sequences::{self, SequenceSteps};
use crate::tables::{EventRow, by_vendor, events_of};
use crate::{Index, words};
use schemars::JsonSchema;
use serde::Serialize;
use smol_str::{SmolStr as Text, format_smolstr};
use std::collections::{BTreeMap, BTreeSet};
use tripline_catalog::facts::{AtomFact, RuleFacts};
use tripline_ir::{Class, Detection, Level, Loss, Plan, Related, Requirement, Span};

/// One rule.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct RuleAnswer {
    /// Name and version of this form.
    pub schema: Text,
    /// The catalogue that reach was computed from.
    pub catalog: CatalogHead,
    /// Rule id.
    pub id: Text,
    /// Vendor.
    pub vendor: Text,
    /// Language of the body.
    pub language: Text,
    /// The rule's kind in its vendor's terms.
    pub kind: Text,
    /// Title.
    pub title: Text,
    /// What the author says it finds.
    pub description: Text,
    /// Class.
    pub class: Class,
    /// Why it has this class.
    pub class_reason: Text,
    /// Severity on the common scale.
    pub level: Option<Level>,
    /// `full`, `partial` or `failed`.
    pub status: Text,
    /// Maturity as upstream writes it.
    pub maturity: Option<Text>,
    /// 0 to 100.
    pub risk_score: Option<u32>,
    /// Technique ids that it counts under.
    pub techniques: Vec<Text>,
    /// Tactics as tagged.
    pub tactics: Vec<Text>,
    /// Log sources, indices or tables as written.
    pub sources: Vec<Text>,
    /// Platforms.
    pub platforms: Vec<Text>,
    /// What it does, one sentence per stage.
    pub logic: Vec<LogicStage>,
    /// What it looks for one after the other, where it looks for several events.
    pub sequences: Vec<SequenceSteps>,
    /// What it looks for.
    pub indicators: Vec<Indicator>,
    /// What it leaves out.
    pub exclusions: Vec<RuleExclusion>,
    /// Events it can fire on.
    pub events: Vec<EventRow>,
    /// Every test with its place in the body, in source order.
    pub atoms: Vec<SpannedAtom>,
    /// Fields that it shows.
    pub output_fields: Vec<Text>,
    /// What the plan does not hold.
    pub losses: Vec<Loss>,
    /// What must exist for it to run.
    pub requires: Vec<Requirement>,
    /// Rules that find the same operation.
    pub same_action: Vec<SameAction>,
    /// Rules that it names.
    pub related: Vec<RelatedRule>,
    /// Known false positives.
    pub false_positives: Vec<Text>,
    /// Investigation notes, Markdown.
    pub note: Option<Text>,
    /// What must be set up for the data, Markdown.
    pub setup: Option<Text>,
    /// Links.
    pub references: Vec<Text>,
    /// Authors.
    pub authors: Vec<Text>,
    /// First published, as written.
    pub created: Option<Text>,
    /// Last changed, as written.
    pub modified: Option<Text>,
    /// Tags as written.
    pub tags: Vec<Text>,
    /// Corpus.
    pub corpus: Text,
    /// Path inside the corpus.
    pub path: Text,
    /// Upstream's commit.
    pub commit: Option<Text>,
    /// Licence.
    pub licence: Option<Text>,
    /// The body, verbatim.
    pub body: Text,
}

/// A rule that another names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct RelatedRule {
    /// Its id in the catalogue; as written where the catalogue has no such rule.
    pub id: Text,
    /// Its title; empty where the catalogue does not have it.
    pub title: Text,
    /// How it relates, as written: `derived`, `obsolete`, `similar`, ...
    pub relation: Text,
}

/// A stage of the logic.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct LogicStage {
    /// What kind of stage.
    pub stage: Text,
    /// What it does, in one sentence.
    pub meaning: Text,
}

/// Something a rule looks for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Indicator {
    /// The name shown for the field.
    pub field: Text,
    /// The canonical field.
    pub canonical: Text,
    /// The field as the rule spells it.
    pub name: Text,
    /// The operator.
    pub operator: Text,
    /// The value.
    pub value: Text,
    /// Letters of different case differ.
    pub case_sensitive: bool,
    /// Rules in the whole catalogue, this one included when it counts.
    pub reach: usize,
    /// `reach` per vendor.
    pub reach_by_vendor: BTreeMap<Text, usize>,
    /// Name of the value's family.
    pub family: Text,
    /// Rules in the whole catalogue with a value of the family on the field.
    pub family_reach: usize,
    /// First and one past the last byte in the body.
    pub span: [u32; 2],
}

/// Something a rule leaves out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct RuleExclusion {
    /// The tests, all of which hold for what is left out, and its exceptions.
    pub clause: Vec<ClauseItem>,
    /// What it applies to.
    pub scope: Scope,
    /// Their places in the body.
    pub spans: Vec<[u32; 2]>,
}

/// A test and its place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct SpannedAtom {
    /// The name shown for the field.
    pub field: Text,
    /// The operator.
    pub operator: Text,
    /// The value; empty when the test has none.
    pub value: Text,
    /// The rule does not look for it: it is left out, an exception to what is left out, or part of
    /// an event that must not occur.
    pub excluded: bool,
    /// The language implies it (`process where`); counts leave it out.
    pub implied: bool,
    /// First and one past the last byte in the body.
    pub span: [u32; 2],
}

/// The view of one rule, in the catalogue or outside it.
pub fn rule(index: &Index<'_>, detection: &Detection, facts: &RuleFacts) -> RuleAnswer {
    let d = detection;
    RuleAnswer {
        schema: schema("rule"),
        catalog: CatalogHead::of(index.catalog),
        id: d.id.clone(),
        vendor: d.vendor.clone(),
        language: d.language.name().into(),
        kind: d.kind.clone(),
        title: d.title.clone(),
        description: d.description.clone(),
        class: d.class,
        class_reason: d.class_reason.clone(),
        level: d.level,
        status: facts.status.name().into(),
        maturity: d.status.clone(),
        risk_score: d.risk_score,
        techniques: facts.techniques.clone(),
        tactics: d.tactics.clone(),
        sources: d.sources.clone(),
        platforms: d.platforms.clone(),
        logic: logic(detection),
        sequences: sequences::of_rule(detection),
        indicators: indicators(index, facts),
        exclusions: exclusions(index, facts),
        events: events_of(index, facts),
        atoms: spanned(index, facts),
        output_fields: d.output_fields.clone(),
        losses: losses(d),
        requires: d.requires.clone(),
        same_action: same_action(index, facts),
        related: d.related.iter().map(|one| related(index, d, one)).collect(),
        false_positives: d.false_positives.clone(),
        note: d.note.clone(),
        setup: d.setup.clone(),
        references: d.references.clone(),
        authors: d.authors.clone(),
        created: d.created.clone(),
        modified: d.modified.clone(),
        tags: d.tags.clone(),
        corpus: d.provenance.corpus.clone(),
        path: d.provenance.path.clone(),
        commit: d.provenance.commit.clone(),
        licence: d.licence.clone(),
        body: d.body.clone(),
    }
}

/// A rule that another of its vendor names by its id alone.
fn related(index: &Index<'_>, detection: &Detection, named: &Related) -> RelatedRule {
    let id = format_smolstr!("{}:{}", detection.vendor, named.id);
    let known = index.catalog.rule_facts(&id);
    let known = known.or_else(|| index.catalog.rule_facts(&named.id));
    RelatedRule {
        id: known.map_or_else(|| named.id.clone(), |facts| facts.id.clone()),
        title: known.map(|facts| facts.title.clone()).unwrap_or_default(),
        relation: named.relation.clone(),
    }
}

/// What a rule does, one sentence per stage.
pub(crate) fn logic(detection: &Detection) -> Vec<LogicStage> {
    let stages = detection
        .plan
        .as_ref()
        .map(words::stages)
        .unwrap_or_default();
    let told = stages.into_iter().map(|sentence| LogicStage {
        stage: sentence.stage.into(),
        meaning: sentence.text,
    });
    let losses = losses(detection);
    let lost = losses.iter().filter_map(|loss| lost(detection, loss));
    told.chain(lost).collect()
}

/// What the plan does not hold: what reading noted, and the parts of it that stand verbatim.
fn losses(detection: &Detection) -> Vec<Loss> {
    let mut all = detection.losses.clone();
    let mut plans: Vec<&Plan> = detection.plan.iter().collect();
    while let Some(plan) = plans.pop() {
        if let Plan::Opaque(opaque) = plan {
            let noted = |loss: &Loss| {
                let inside =
                    |span: Span| span.start < opaque.span.end && opaque.span.start < span.end;
                loss.reason == opaque.reason && loss.span.is_none_or(inside)
            };
            if !all.iter().any(noted) {
                all.push(Loss {
                    reason: opaque.reason,
                    detail: opaque.text.clone(),
                    span: Some(opaque.span),
                });
            }
        }
        plans.extend(plan.inputs().into_iter().rev());
    }
    all
}

/// A part of the body that the logic holds only in part, or not at all.
fn lost(detection: &Detection, loss: &Loss) -> Option<LogicStage> {
    let span = loss.span?;
    let place = line_of(&detection.body, span)?;
    let detail = if loss.detail.is_empty() {
        String::new()
    } else {
        format!(": {}", words::code(&one_line(&loss.detail)))
    };
    Some(LogicStage {
        stage: "loss".into(),
        meaning: format_smolstr!(
            "Not all of line {place} is in this logic ({}{detail}).",
            loss.reason.phrase()
        ),
    })
}

/// The line of the body, from 1, on which a part begins.
pub fn line_of(body: &str, span: Span) -> Option<usize> {
    let before = body.get(..span.start as usize)?;
    Some(before.matches('\n').count() + 1)
}

/// A text on one line, cut when it is long.
fn one_line(text: &str) -> String {
    const MAX: usize = 160;
    let flat: Vec<&str> = text.split_whitespace().collect();
    let flat = flat.join(" ");
    match flat.char_indices().nth(MAX) {
        Some((at, _)) => format!("{}...", &flat[..at]),
        None => flat,
    }
}

fn indicators(index: &Index<'_>, facts: &RuleFacts) -> Vec<Indicator> {
    let mut seen = BTreeSet::new();
    facts
        .atoms
        .iter()
        .filter(|atom| atom.is_indicator())
        .filter(|atom| seen.insert((&atom.field, &atom.operator, &atom.value)))
        .map(|atom| indicator(index, atom))
        .collect()
}

fn indicator(index: &Index<'_>, atom: &AtomFact) -> Indicator {
    let reach = index.reach(atom);
    Indicator {
        field: index.field_name(&atom.field),
        canonical: atom.field.clone(),
        name: atom.name.clone(),
        operator: atom.operator.clone(),
        value: atom.value.clone(),
        case_sensitive: atom.case_sensitive,
        reach: reach.len(),
        reach_by_vendor: by_vendor(index, reach),
        family_reach: index.family_reach(atom).len(),
        family: index.family(atom),
        span: [atom.span.start, atom.span.end],
    }
}

fn exclusions(index: &Index<'_>, facts: &RuleFacts) -> Vec<RuleExclusion> {
    let mut rows: Vec<RuleExclusion> = Vec::new();
    for exclusion in &facts.exclusions {
        let (clause, scope) = (clause(index, facts, exclusion), scope(exclusion));
        let spans = exclusion.atoms.iter().map(|at| {
            let span = facts.atoms[*at as usize].span;
            [span.start, span.end]
        });
        let same = |row: &&mut RuleExclusion| row.clause == clause && row.scope == scope;
        match rows.iter_mut().find(same) {
            Some(row) => row.spans.extend(spans),
            None => rows.push(RuleExclusion {
                clause,
                scope,
                spans: spans.collect(),
            }),
        }
    }
    rows
}

fn spanned(index: &Index<'_>, facts: &RuleFacts) -> Vec<SpannedAtom> {
    facts
        .atoms
        .iter()
        .map(|atom| SpannedAtom {
            field: index.field_name(&atom.field),
            operator: atom.operator.clone(),
            value: atom.value.clone(),
            excluded: atom.excludes(),
            implied: atom.implied,
            span: [atom.span.start, atom.span.end],
        })
        .collect()
}

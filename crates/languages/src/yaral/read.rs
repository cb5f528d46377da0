//! What a reader of rule files needs: the rules of a text with their metadata.

use super::ast::{Kind, Rule};
use super::{ast2ir, parser};
use crate::{Context, Lowered};
use tripline_ir::Text;
use tripline_text::{Diagnostic, Source, Span};

/// One rule of a text.
#[derive(Debug, Clone)]
pub struct RuleText {
    /// The name behind `rule`; empty when it has none.
    pub name: Text,
    /// Entries of `meta` in order.
    pub meta: Vec<(Text, Text)>,
    /// Outcome variables in order, with the constant that they are, if they are one.
    pub outcomes: Vec<Outcome>,
    /// Names of lists and data table columns that it uses, sorted, each once.
    pub lists: Vec<Text>,
    /// It joins records of the entity graph.
    pub entities: bool,
    /// From `rule` to the closing brace. Spans of the lowered plan count from here.
    pub span: Span,
    /// Its meaning.
    pub lowered: Lowered,
}

/// An outcome variable.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// Its name, without `$`.
    pub name: Text,
    /// Its value, when it is a constant text.
    pub text: Option<Text>,
}

/// Reads every rule of a text. The diagnostics are of the whole text, those of a rule's meaning
/// included; spans count bytes of it.
pub fn rules(source: &Source, context: &Context<'_>) -> (Vec<RuleText>, Vec<Diagnostic>) {
    let file = parser::parse(source);
    let mut diagnostics = file.diagnostics;
    let mut found = Vec::new();
    for rule in &file.rules {
        let body = Source::new(source.name().clone(), source.slice(rule.span));
        let mut own = parser::parse(&body).rules;
        let Some(mut own) = (!own.is_empty()).then(|| own.remove(0)) else {
            continue;
        };
        own.broken |= rule.broken;
        let mut lowered = ast2ir::lower(&own, &body, context);
        let told = std::mem::take(&mut lowered.diagnostics);
        diagnostics.extend(told.into_iter().map(|flaw| flaw.shifted(rule.span.start)));
        found.push(described(&own, rule.span, lowered));
    }
    (found, diagnostics)
}

fn described(rule: &Rule, span: Span, lowered: Lowered) -> RuleText {
    let mut lists = Vec::new();
    let mut entities = false;
    let outcomes = rule.outcome.iter().map(|found| &found.value);
    for part in rule.events.iter().chain(outcomes) {
        part.visit(&mut |part| match &part.kind {
            Kind::List(name) | Kind::In { list: name, .. } => lists.push(name.clone()),
            Kind::Field(field) => entities |= field.names().starts_with("graph."),
            _ => {}
        });
    }
    lists.sort();
    lists.dedup();
    RuleText {
        name: rule
            .name
            .as_ref()
            .map(|(name, _)| name.clone())
            .unwrap_or_default(),
        meta: rule
            .meta
            .iter()
            .map(|entry| (entry.key.clone(), entry.value.clone()))
            .collect(),
        outcomes: rule
            .outcome
            .iter()
            .map(|found| Outcome {
                name: found.name.clone(),
                text: match &found.value.kind {
                    Kind::Str(text) => Some(text.clone()),
                    _ => None,
                },
            })
            .collect(),
        lists,
        entities,
        span,
        lowered,
    }
}

/// The entries of a reference list: one a line. A comment in `/* */` at the top, lines of `//` and
/// what stands behind ` //` on a line are no entries.
pub fn list_entries(text: &str) -> Vec<Text> {
    let trimmed = text.trim_start();
    let body = match trimmed.strip_prefix("/*") {
        Some(comment) => comment.split_once("*/").map_or("", |(_, rest)| rest),
        None => trimmed,
    };
    let entry = |line: &str| {
        let line = line.trim();
        let line = if line.starts_with("//") { "" } else { line };
        Text::new(line.split(" //").next().unwrap_or(line).trim())
    };
    body.lines()
        .map(entry)
        .filter(|entry| !entry.is_empty())
        .collect()
}

//! Rules by the names that correlations and filters use.

use super::ast2ir::lower_rule;
use super::document::{Document, Rule};
use super::filter::{Filter, apply_filters};
use crate::{Context, Lowered};
use std::collections::{BTreeMap, BTreeSet};
use tripline_text::Source;

/// A set of documents, each with its file, by id and name.
#[derive(Debug, Clone, Default)]
pub struct Rules<'a> {
    by_reference: BTreeMap<&'a str, (&'a Document, &'a Source)>,
    filters: Vec<(&'a Filter, &'a Source)>,
    /// References of correlations, and whether one of them lets the rule alert on its own.
    referenced: BTreeMap<&'a str, bool>,
}

impl<'a> Rules<'a> {
    /// The index of some documents. Of two with one id or name, the first is found.
    pub fn new(documents: impl IntoIterator<Item = (&'a Document, &'a Source)>) -> Self {
        let mut rules = Self::default();
        for (document, source) in documents {
            let metadata = document.metadata();
            if let Document::Filter(filter) = document {
                rules.filters.push((filter, source));
                continue;
            }
            for reference in metadata.id.iter().chain(&metadata.name) {
                rules
                    .by_reference
                    .entry(reference.as_str())
                    .or_insert((document, source));
            }
            if let Document::Correlation(correlation) = document {
                for (reference, _) in &correlation.rules {
                    let generates = rules.referenced.entry(reference.as_str()).or_default();
                    *generates |= correlation.generate;
                }
            }
        }
        rules
    }

    /// The rule or correlation of this id or name, with its file.
    pub fn get(&self, reference: &str) -> Option<(&'a Document, &'a Source)> {
        self.by_reference.get(reference).copied()
    }

    /// Every id and name.
    pub fn names(&self) -> impl Iterator<Item = &'a str> {
        self.by_reference.keys().copied()
    }

    /// Whether a document alerts on its own: filters never do, and a rule that a correlation uses
    /// only when the correlation says `generate: true`.
    pub fn alerts(&self, document: &Document) -> bool {
        if matches!(document, Document::Filter(_)) {
            return false;
        }
        let metadata = document.metadata();
        let references: BTreeSet<_> = metadata.id.iter().chain(&metadata.name).collect();
        let mut uses = references
            .iter()
            .filter_map(|name| self.referenced.get(name.as_str()));
        match uses.next() {
            None => true,
            Some(first) => *first || uses.any(|generates| *generates),
        }
    }

    /// Lowers a rule with every filter that applies to it.
    pub fn lower(&self, rule: &Rule, source: &Source, context: &Context<'_>) -> Lowered {
        let lowered = lower_rule(rule, source, context);
        apply_filters(lowered, rule, self.filters.iter().copied(), context)
    }
}

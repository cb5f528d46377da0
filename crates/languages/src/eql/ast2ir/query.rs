//! Events, sequences and samples.

use super::super::ast::{Body, EventFilter, Expr, Query, Sample, Sequence, Step};
use super::Lowering;
use crate::kuery::ecs;
use tripline_ir::{Atom, Case, Key, Match, Pattern, Plan, Predicate, Test};
use tripline_text::{Code, Span};

impl Lowering<'_> {
    /// The whole query.
    pub(super) fn query(&mut self, query: &Query) -> Plan {
        let body = match &query.body {
            Body::Event(filter) => Plan::Match(self.find(filter)),
            Body::Sequence(sequence) => self.sequence(sequence),
            Body::Sample(sample) => self.sample(sample),
        };
        query
            .pipes
            .iter()
            .fold(body, |input, pipe| self.pipe(input, pipe))
    }

    /// `category where condition`.
    pub(super) fn find(&mut self, filter: &EventFilter) -> Match {
        let source = self.enter_step(filter);
        let category = filter.category.as_ref().map(|category| {
            let pattern = Pattern::equals(category.clone(), Case::Sensitive);
            let field = self.field_ref(self.category_field());
            let mut atom = Atom::field(field, Test::Pattern(pattern), filter.category_span);
            atom.implied = true;
            Predicate::atom(atom)
        });
        let mut condition = self.condition(&filter.condition, false);
        ecs::fold(&mut condition);
        Match {
            source,
            predicate: Predicate::and(category.into_iter().chain([condition])),
        }
    }

    fn sequence(&mut self, sequence: &Sequence) -> Plan {
        self.check_sequence(sequence);
        self.check_keys(&sequence.steps, sequence.until.as_ref());
        let steps = self.steps(&sequence.steps, &sequence.by);
        let until = sequence
            .until
            .as_ref()
            .map(|until| self.step(until, &sequence.by));
        self.aliases.clear();
        Plan::Sequence(tripline_ir::Sequence {
            steps,
            until,
            max_span: sequence.max_span,
        })
    }

    fn sample(&mut self, sample: &Sample) -> Plan {
        self.check_keys(&sample.steps, None);
        let keyed = !sample.by.is_empty() || sample.steps.iter().any(|step| !step.by.is_empty());
        if !keyed {
            let hint = "write `sample by host.id [...] [...]`".to_owned();
            let message = "a sample needs at least one key: expected `by`";
            self.report(Code::EqlSequence, sample.span, message, Some(hint));
        }
        if sample.steps.len() < 2 {
            let message = format!(
                "a sample needs at least two steps, found {}",
                sample.steps.len()
            );
            self.report(Code::EqlSequence, sample.span, message, None);
        }
        for step in &sample.steps {
            if step.runs > 1 {
                let message = "a step of a sample cannot be repeated";
                self.report(Code::EqlSequence, step.span, message, None);
            }
            if step.missing {
                let message = "a sample cannot have a missing step";
                self.report(Code::EqlSequence, step.span, message, None);
            }
        }
        let steps = self.steps(&sample.steps, &sample.by);
        self.aliases.clear();
        Plan::Sample(tripline_ir::Sample { steps })
    }

    fn steps(&mut self, steps: &[Step], by: &[Expr]) -> Vec<tripline_ir::Step> {
        steps
            .iter()
            .map(|step| {
                let lowered = self.step(step, by);
                let alias = step.alias.as_ref().map(|(name, _)| name.clone());
                self.aliases.extend(alias);
                lowered
            })
            .collect()
    }

    fn step(&mut self, step: &Step, by: &[Expr]) -> tripline_ir::Step {
        let find = self.find(&step.filter);
        let keys = by.iter().chain(&step.by);
        tripline_ir::Step {
            find,
            by: keys.filter_map(|key| self.key(key)).collect(),
            runs: step.runs,
            missing: step.missing,
        }
    }

    fn key(&mut self, key: &Expr) -> Option<Key> {
        let optional = key.field().is_some_and(|field| field.optional);
        if key.literal().is_some() {
            let message = "a join key is a field or computed from one, found a constant";
            self.wrong(Code::EqlSequence, key.span(), message, None);
            return None;
        }
        let value = self.value(key)?;
        Some(Key { value, optional })
    }

    /// As many keys in every step.
    fn check_keys(&mut self, steps: &[Step], until: Option<&Step>) {
        let Some(first) = steps.first() else {
            return;
        };
        for step in steps.iter().skip(1).chain(until) {
            if step.by.len() == first.by.len() {
                continue;
            }
            let span = keys_span(step, self.source.text());
            let message = format!(
                "every step has as many keys after `by`: expected {}, found {}",
                first.by.len(),
                step.by.len()
            );
            self.report(Code::EqlSequence, span, message, None);
            return;
        }
    }

    fn check_sequence(&mut self, sequence: &Sequence) {
        let steps = &sequence.steps;
        let total: u32 = steps.iter().map(|step| step.runs).sum();
        if total < 2 {
            let message = format!("a sequence needs at least two steps, found {total}");
            let hint = "a single step may be repeated by `with runs=2`".to_owned();
            self.report(Code::EqlSequence, sequence.span, message, Some(hint));
        }
        let Some(missing) = steps.iter().find(|step| step.missing) else {
            return;
        };
        if sequence.max_span.is_none() {
            let message = "a missing step needs a time bound: expected `with maxspan=...`";
            self.report(Code::EqlSequence, missing.span, message, None);
        }
        if steps.iter().all(|step| step.missing) {
            let message = "a sequence needs at least one step that is not missing";
            self.report(Code::EqlSequence, missing.span, message, None);
        }
        if let Some(repeated) = steps.iter().find(|step| step.missing && step.runs > 1) {
            let message = "a missing step cannot be repeated";
            self.report(Code::EqlSequence, repeated.span, message, None);
        }
    }
}

/// The keys of a step; its last character where it has none.
fn keys_span(step: &Step, text: &str) -> Span {
    if let (Some(first), Some(last)) = (step.by.first(), step.by.last()) {
        return first.span().cover(last.span());
    }
    let last = text
        .get(step.span.range())
        .and_then(|step| step.chars().next_back())
        .map_or(0, char::len_utf8);
    let end = step.span.range().end;
    Span::from_usize(end - last..end)
}

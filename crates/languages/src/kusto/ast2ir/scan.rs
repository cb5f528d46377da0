//! `scan`: rows in order against steps that remember.

use super::Lowering;
use super::relation::{Branch, Column, Relation};
use super::scalar::{Kind, Typed};
use crate::kusto::ast::{Argument, Scan, ScanStep};
use tripline_ir::{Expr as Value, FieldRef, Plan, Text, Value as Constant, format_smolstr};
use tripline_text::Span;

impl<'a> Lowering<'a> {
    pub(super) fn scan(&mut self, rows: Relation, scan: &'a Scan, span: Span) -> Option<Relation> {
        let mut branch = rows.joined();
        branch.leave_events();
        let mut declared = Vec::new();
        for column in &scan.declared {
            let first = match &column.default {
                Some(value) => self.scalar(value, None)?.value,
                None => Value::Literal(Constant::Null),
            };
            declared.push((column.name.text.clone(), first));
            add(&mut branch, &column.name.text, Kind::named(&column.kind));
        }
        let names = scan.steps.iter().map(|step| step.name.text.clone());
        let outer = std::mem::replace(&mut self.steps, names.collect());
        let steps: Option<Vec<_>> = scan
            .steps
            .iter()
            .map(|step| self.scan_step(&mut branch, step))
            .collect();
        self.steps = outer;
        let Some(steps) = steps.filter(|steps| !steps.is_empty()) else {
            return self.skipped(Relation::of(branch), "scan", span);
        };
        let match_id = scan.match_id.as_ref().map(|id| id.text.clone());
        if let Some(id) = &match_id {
            add(&mut branch, id, Kind::named("long"));
        }
        let group_by = self.part_keys();
        branch.stage(|input| {
            Plan::Scan(tripline_ir::Scan {
                input,
                group_by,
                declared,
                match_id,
                steps,
            })
        });
        Some(Relation::of(branch))
    }

    fn scan_step(
        &mut self,
        branch: &mut Branch,
        step: &'a ScanStep,
    ) -> Option<tripline_ir::ScanStep> {
        let condition = self.predicate(&step.condition, branch)?;
        let assigned = |item: &'a Argument| {
            let value = self.scalar(&item.value, Some(branch))?.value;
            Some((item.names.first()?.text.clone(), value))
        };
        let columns = step.columns.iter().map(assigned).collect::<Option<_>>()?;
        self.attach(branch);
        Some(tripline_ir::ScanStep {
            name: step.name.text.clone(),
            output: step.output,
            condition,
            columns,
        })
    }

    /// `step.column` inside a `scan`: what is remembered of the step.
    pub(super) fn remembered(&self, step: &Text, column: &Text, row: &Branch) -> Option<Typed> {
        if !self.steps.contains(step) {
            return None;
        }
        let own = self.field(column, row);
        let kind = match row.columns.get(column) {
            Some(column) => column.kind,
            None => self.kind_of(&own),
        };
        let field = FieldRef::mapped(format_smolstr!("{step}.{column}"), own.canonical);
        Some(Typed::of_column(field, kind))
    }
}

fn add(branch: &mut Branch, name: &Text, kind: Kind) {
    let column = Column {
        kind,
        view: None,
        lost: None,
    };
    branch.define(name, column, true);
}

//! Rows of one variable, and rows of several joined.

use super::Lowering;
use super::branch::column;
use super::condition::marker;
use super::plan::{Parts, filtered};
use crate::yaral::ast::WindowKind;
use std::collections::BTreeSet;
use tripline_ir::{
    Atom, Case, Coerce, CompareOp, Expr as Value, Function, Join, JoinColumns, JoinKey, JoinKind,
    Plan, Predicate, Subject, Test, Text, Value as Constant, format_smolstr,
};
use tripline_text::Span;

impl Lowering<'_> {
    /// A variable's rows, with the entities that they are joined to.
    pub(super) fn branch(&mut self, parts: &Parts, event: &Text, marked: bool) -> Plan {
        if marked {
            let columns = self.needed.entry(event.clone()).or_default();
            columns.insert(marker(event), Value::literal(true));
        }
        let mut rows = self.own_rows(parts, event);
        let mut together = BTreeSet::from([event.clone()]);
        for graph in self.graphs_of(event) {
            rows = self.with_entity(parts, rows, &together, &graph);
            together.insert(graph);
        }
        filtered(
            rows,
            Self::crosses_within(parts, &together, &BTreeSet::new()),
        )
    }

    pub(super) fn own_rows(&mut self, parts: &Parts, event: &Text) -> Plan {
        let source = parts.sources.get(event).cloned().unwrap_or_default();
        let tests = parts.tests.get(event).cloned().unwrap_or_default();
        self.rows_of(event, source, Predicate::and(tests))
    }

    /// Tests whose variables all stand in `together`, and not all in `before`.
    pub(super) fn crosses_within(
        parts: &Parts,
        together: &BTreeSet<Text>,
        before: &BTreeSet<Text>,
    ) -> Vec<Predicate> {
        let crosses = parts.crosses.iter().filter(|cross| {
            cross.variables.is_subset(together) && !cross.variables.is_subset(before)
        });
        crosses.map(|cross| cross.predicate.clone()).collect()
    }

    /// The entity variables that are joined to a variable: those that share a placeholder with
    /// it (or with one that does) and with no variable before it; all others go with the first.
    pub(super) fn graphs_of(&self, event: &Text) -> Vec<Text> {
        let plain = self.names.plain();
        let home = |graph: &Text| {
            let shares = |event: &Text| {
                self.names.placeholders.keys().any(|name| {
                    let defining = self.defining(name);
                    defining.contains(event) && defining.contains(graph)
                })
            };
            plain.iter().find(|event| shares(event)).or(plain.first())
        };
        let graphs = self.names.events.iter();
        let graphs = graphs.filter(|name| self.names.graphs.contains(*name));
        graphs
            .filter(|graph| home(graph) == Some(event))
            .cloned()
            .collect()
    }

    pub(super) fn with_entity(
        &mut self,
        parts: &Parts,
        rows: Plan,
        together: &BTreeSet<Text>,
        graph: &Text,
    ) -> Plan {
        let right = self.own_rows(parts, graph);
        let tested = parts
            .crosses
            .iter()
            .any(|cross| cross.variables.contains(graph));
        let kind = if parts.absent.contains(graph) {
            JoinKind::LeftAnti
        } else if tested {
            JoinKind::Inner
        } else {
            JoinKind::LeftSemi
        };
        join(rows, right, self.join_keys(together, graph), kind)
    }

    /// Equalities of the placeholders that a variable shares with some others.
    pub(super) fn join_keys(&self, together: &BTreeSet<Text>, other: &Text) -> Vec<JoinKey> {
        let shared = self.names.placeholders.keys().filter(|name| {
            let defining = self.defining(name);
            defining.contains(other) && defining.iter().any(|event| together.contains(event))
        });
        let key = |name: &Text| {
            let column = column(&Self::placeholder_column(name));
            JoinKey::equal(column.clone(), column)
        };
        shared.map(key).collect()
    }

    /// The time of each variable's event, for windows.
    pub(super) fn time_columns(&mut self, given: &[Text]) {
        if self.window().is_none() || given.len() < 2 {
            return;
        }
        for event in given {
            let columns = self.needed.entry(event.clone()).or_default();
            columns.insert(time(event), Value::call(Function::RowTime, Vec::new()));
        }
    }

    /// Rows with an event of every variable.
    pub(super) fn joined(&mut self, parts: &Parts, given: &[Text], pivot: Option<&Text>) -> Plan {
        let Some((first, others)) = given.split_first() else {
            return self.opaque();
        };
        let mut rows = self.branch(parts, first, false);
        let mut together = BTreeSet::from([first.clone()]);
        together.extend(self.graphs_of(first));
        for event in others {
            let right = self.branch(parts, event, false);
            let keys = self.join_keys(&together, event);
            rows = join(rows, right, keys, JoinKind::Inner);
            let before = together.clone();
            together.insert(event.clone());
            together.extend(self.graphs_of(event));
            let alone: BTreeSet<Text> = together.difference(&before).cloned().collect();
            let tests = Self::crosses_within(parts, &together, &before);
            let own = Self::crosses_within(parts, &alone, &BTreeSet::new());
            let mut tests: Vec<Predicate> = tests
                .into_iter()
                .filter(|test| !own.contains(test))
                .collect();
            for earlier in given.iter().filter(|earlier| before.contains(*earlier)) {
                tests.extend(self.near(earlier, event));
            }
            rows = filtered(rows, tests);
        }
        for cross in &parts.crosses {
            // Those of the pivot and one other are tests of the rows beside it.
            let mut others = cross.variables.iter().filter(|event| Some(*event) != pivot);
            let beside = pivot.is_some() && others.next().is_some() && others.next().is_none();
            if !cross.variables.is_subset(&together) && !beside {
                let text = Text::new_static("a test of an event that must not be there");
                self.loss(tripline_ir::LossReason::NotExpressible, text, None);
            }
        }
        rows
    }

    /// Rows of a variable that need have no event, each with every pivot in whose window it stands.
    pub(super) fn beside(&mut self, parts: &Parts, pivot: &Text, event: &Text) -> Plan {
        let left = self.branch(parts, pivot, false);
        let right = self.branch(parts, event, true);
        let mut together = BTreeSet::from([pivot.clone()]);
        together.extend(self.graphs_of(pivot));
        let keys = self.join_keys(&together, event);
        let rows = join(left, right, keys, JoinKind::Inner);
        let before = together.clone();
        together.insert(event.clone());
        together.extend(self.graphs_of(event));
        let alone: BTreeSet<Text> = together.difference(&before).cloned().collect();
        let own = Self::crosses_within(parts, &alone, &BTreeSet::new());
        let mut tests = Self::crosses_within(parts, &together, &before);
        tests.retain(|test| !own.contains(test));
        tests.extend(self.near(pivot, event));
        filtered(rows, tests)
    }

    /// Two events stand in one window.
    fn near(&self, left: &Text, right: &Text) -> Option<Predicate> {
        let window = self.window()?;
        let (a, b) = (column(&time(left)), column(&time(right)));
        let length = Value::Literal(Constant::Duration(window.length));
        let compare = |op, left, right| {
            let function = Function::Compare(op, Case::Sensitive, Coerce::Typed);
            is_true(Value::call(function, vec![left, right]), window.span)
        };
        let minus = |left: &Value, right: &Value| {
            Value::call(Function::Subtract, vec![left.clone(), right.clone()])
        };
        Some(match &window.kind {
            WindowKind::Hop => {
                let apart = Value::call(Function::Abs, vec![minus(&a, &b)]);
                compare(CompareOp::Lte, apart, length)
            }
            WindowKind::Tumbling => {
                let bin = |of: Value| Value::call(Function::Bin, vec![of, length.clone()]);
                compare(CompareOp::Eq, bin(a), bin(b))
            }
            WindowKind::Pivot { after, event } => {
                let (pivot, other) = if event == left {
                    (a, b)
                } else if event == right {
                    (b, a)
                } else {
                    return None;
                };
                let (early, late) = if *after {
                    (pivot, other)
                } else {
                    (other, pivot)
                };
                Predicate::and([
                    compare(CompareOp::Lte, early.clone(), late.clone()),
                    compare(CompareOp::Lte, minus(&late, &early), length),
                ])
            }
        })
    }
}

fn join(left: Plan, right: Plan, keys: Vec<JoinKey>, kind: JoinKind) -> Plan {
    Plan::Join(Join {
        left: Box::new(left),
        right: Box::new(right),
        on: vec![keys],
        kind,
        columns: JoinColumns::LeftFirst,
        limit: None,
    })
}

/// The column of the time of a variable's event.
fn time(event: &str) -> Text {
    format_smolstr!("${event}.@time")
}

fn is_true(value: Value, span: Span) -> Predicate {
    let mut atom = Atom::new(Subject::Expr(value), Test::IsTrue, span);
    atom.implied = true;
    Predicate::atom(atom)
}

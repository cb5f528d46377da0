//! What a subsearch stands for in the search around it.
//!
//! Its rows become conditions: `((a="1" AND b="2") OR ...)`. `return` says which columns and under
//! which names, `format` is what happens anyway, and the text of a column `search` or `query`, or of
//! `return $a`, is put in as it stands. As a condition among others that all must hold, rows are a
//! join; elsewhere they are a list that every row around gets before the condition is tested.

use super::super::ast::{Binary, Command, Expr as Ast, Name, Pipeline, Search};
use super::lookup::kept;
use super::order::{in_order, limited};
use super::scope::Scope;
use super::stage::filtered;
use super::{Flow, Lowering};
use tripline_ir::{
    Aggregate, Atom, Case, Each, Expr, FieldRef, Function, Join, JoinColumns, JoinKey, JoinKind,
    KeyMatch, LossReason, Measure, MeasureFunction, Plan, Predicate, Subject, Test, Text, Value,
    Window, format_smolstr,
};
use tripline_text::Span;

/// What columns begin with that hold what a subsearch found.
const PREFIX: &str = "subsearch.";

/// What a subsearch found, on its way into the rows that it is compared with.
#[derive(Debug)]
pub(super) struct Pending(Plan);

/// The rows of a subsearch.
struct Found {
    flow: Flow,
    form: Form,
}

/// What the rows stand for.
enum Form {
    /// Equalities of these columns.
    Columns(Vec<Text>),
    /// The text of this column.
    Text(Text),
}

impl Lowering<'_> {
    /// Keeps (or drops) rows that have a partner in a subsearch.
    pub(super) fn subsearch_join(&mut self, part: &Search, flow: Flow) -> Flow {
        let (pipeline, span, negated) = match part {
            Search::Subsearch(pipeline, span) => (pipeline, *span, false),
            Search::Not(inner) => match &**inner {
                Search::Subsearch(pipeline, span) => (pipeline, *span, true),
                _ => return flow,
            },
            _ => return flow,
        };
        let Some(found) = self.found(pipeline, span) else {
            return flow;
        };
        let names = match found.form {
            Form::Columns(names) => names,
            Form::Text(column) => {
                let before = self.pending.len();
                let predicate = self.holds_text(found.flow, &column, span);
                let flow = self.settled(flow, before);
                let predicate = if negated {
                    Predicate::not(predicate)
                } else {
                    predicate
                };
                return filtered(flow, predicate);
            }
        };
        let right = found.flow;
        let on = names
            .iter()
            .map(|name| JoinKey {
                left: self.field_value(&flow.scope, name),
                right: Expr::Field(self.field_ref(&right.scope, name)),
                // What a subsearch finds is text to search for: `*` is any run, letter case apart.
                how: KeyMatch::Wildcard(Case::Insensitive),
            })
            .collect();
        Flow {
            plan: Plan::Join(Join {
                left: Box::new(flow.plan),
                right: Box::new(kept(right)),
                on: vec![on],
                kind: if negated {
                    JoinKind::LeftAnti
                } else {
                    JoinKind::LeftSemi
                },
                columns: JoinColumns::LeftFirst,
                limit: None,
            }),
            scope: flow.scope,
        }
    }

    /// A subsearch as a condition among others; the rows need what is pending.
    pub(super) fn subsearch_condition(
        &mut self,
        pipeline: &Pipeline,
        span: Span,
        scope: &Scope,
    ) -> Option<Predicate> {
        let found = self.found(pipeline, span)?;
        let names = match found.form {
            Form::Text(column) => return Some(self.holds_text(found.flow, &column, span)),
            Form::Columns(names) => names,
        };
        let mut members = Vec::new();
        let mut tests = Vec::new();
        for name in &names {
            let key = Expr::Literal(Value::Text(name.clone()));
            members.push(key.clone());
            members.push(Expr::Field(self.field_ref(&found.flow.scope, name)));
            let value = Expr::call(Function::Member, vec![Expr::Variable("row".into()), key]);
            let own = self.field_value(scope, name);
            let fits = Expr::call(Function::Glob(Case::Insensitive), vec![own, escaped(value)]);
            tests.push(fits);
        }
        let row = Expr::call(Function::Object, members);
        let list = self.pend(found.flow, MeasureFunction::List(row, None));
        let any = Expr::Each {
            how: Each::Any,
            list: Box::new(list),
            variable: "row".into(),
            body: Box::new(Expr::call(Function::And, tests)),
        };
        Some(self.is_true(any, span))
    }

    /// The value of a subsearch in an expression: the text that its first row gives.
    pub(super) fn subsearch_value(&mut self, pipeline: &Pipeline, span: Span) -> Expr {
        match self.found(pipeline, span) {
            Some(Found {
                flow,
                form: Form::Text(column),
            }) => {
                let of = Expr::Field(self.field_ref(&flow.scope, &column));
                self.pend(flow, MeasureFunction::First(of))
            }
            Some(_) => {
                let detail = "subsearch of conditions in an expression";
                self.lose(LossReason::NotExpressible, detail, span);
                Expr::Literal(Value::Null)
            }
            None => Expr::Literal(Value::Null),
        }
    }

    /// One of the texts of a column occurs in the event.
    fn holds_text(&mut self, flow: Flow, column: &Text, span: Span) -> Predicate {
        let of = Expr::Field(self.field_ref(&flow.scope, column));
        let list = self.pend(flow, MeasureFunction::Values(of));
        let occurs = Function::HasWord(Case::Insensitive);
        self.is_true(Expr::call(occurs, vec![row_texts(), list]), span)
    }

    fn is_true(&self, condition: Expr, span: Span) -> Predicate {
        let subject = Subject::Expr(condition);
        Predicate::atom(Atom::new(subject, Test::IsTrue, self.place(span)))
    }

    /// A measure of a subsearch's rows, as a column that rows get from [`Lowering::settled`].
    fn pend(&mut self, flow: Flow, measure: MeasureFunction) -> Expr {
        self.subsearches += 1;
        let name = format_smolstr!("{PREFIX}{}", self.subsearches);
        let plan = Plan::Aggregate(Aggregate {
            input: Box::new(kept(flow)),
            group_by: Vec::new(),
            window: Window::Whole,
            measures: vec![Measure::new(name.clone(), measure)],
            having: Predicate::True,
            closed: true,
        });
        self.pending.push(Pending(plan));
        Expr::Field(FieldRef::unmapped(name))
    }

    /// Rows with what subsearches found since there were so many.
    pub(super) fn settled(&mut self, mut flow: Flow, before: usize) -> Flow {
        for Pending(right) in self.pending.split_off(before.min(self.pending.len())) {
            let one = || Expr::Literal(Value::Int(1));
            flow.plan = Plan::Join(Join {
                left: Box::new(flow.plan),
                right: Box::new(right),
                on: vec![vec![JoinKey {
                    left: one(),
                    right: one(),
                    how: KeyMatch::Equal(Case::Sensitive),
                }]],
                kind: JoinKind::LeftSemi,
                columns: JoinColumns::LeftFirst,
                limit: Some(1),
            });
        }
        flow
    }

    /// Tells of subsearches whose rows no stage takes up.
    pub(super) fn unsettled(&mut self, before: usize, span: Span) {
        if self.pending.len() > before {
            self.pending.truncate(before);
            let detail = "subsearch inside a condition";
            self.lose(LossReason::NotExpressible, detail, span);
        }
    }

    fn found(&mut self, pipeline: &Pipeline, span: Span) -> Option<Found> {
        let (inner, returned) = ending(pipeline);
        if let Some(arguments) = returned {
            return self.returned(&inner, arguments, span);
        }
        if let Some(found) = self.written(&inner) {
            return Some(found);
        }
        let Some(flow) = self.pipeline(&inner) else {
            self.lose(LossReason::NotExpressible, "subsearch", span);
            return None;
        };
        let shown = |name: &&Text| !name.starts_with('_') || *name == "_time";
        let names: Vec<Text> = flow.scope.columns.keys().filter(shown).cloned().collect();
        if !flow.scope.closed || flow.scope.vague || names.is_empty() {
            let detail = "subsearch of unknown columns";
            self.lose(LossReason::NotExpressible, detail, span);
            return None;
        }
        let form = match names.iter().position(|name| is_text(name)) {
            None => Form::Columns(names),
            Some(at) if names.len() == 1 => Form::Text(names[at].clone()),
            Some(_) => {
                let detail = "subsearch of texts beside columns";
                self.lose(LossReason::NotExpressible, detail, span);
                return None;
            }
        };
        Some(Found { flow, form })
    }

    /// `return 10 a b=c $d`.
    fn returned(&mut self, inner: &Pipeline, arguments: &Name, span: Span) -> Option<Found> {
        let mut flow = in_order(self.pipeline(inner)?);
        let words = arguments.text.split([' ', ',', '\t', '\n']);
        let mut words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
        let count = words.first().and_then(|word| word.parse().ok());
        if count.is_some() {
            words.remove(0);
        }
        flow = limited(flow, count.unwrap_or(1), false);
        let mut columns = Vec::new();
        let mut texts = Vec::new();
        for word in words {
            let (name, field) = match (word.strip_prefix('$'), word.split_once('=')) {
                (Some(field), _) => (field, field),
                (None, Some((name, field))) => (name, field.trim_matches('"')),
                (None, None) => (word, word),
            };
            let into = if word.starts_with('$') {
                &mut texts
            } else {
                &mut columns
            };
            into.push((Text::from(name), self.field_value(&flow.scope, field)));
        }
        let form = match (columns.as_slice(), texts.as_slice()) {
            ([_, ..], []) => Form::Columns(columns.iter().map(|(name, _)| name.clone()).collect()),
            ([], [(name, _)]) => Form::Text(name.clone()),
            _ => {
                self.lose(LossReason::NotExpressible, "return", span);
                return None;
            }
        };
        columns.extend(texts);
        Some(Found {
            flow: of_columns(flow, columns),
            form,
        })
    }

    /// A subsearch that writes its conditions itself: `eval query="a=".b | fields query`.
    fn written(&mut self, inner: &Pipeline) -> Option<Found> {
        let at = inner.stages.iter().rposition(|stage| {
            matches!(&stage.command, Command::Eval(columns)
                if columns.iter().any(|(name, _)| is_text(&name.text)))
        })?;
        let only_chooses =
            |command: &Command| matches!(command, Command::Fields { .. } | Command::Dedup { .. });
        let rest = &inner.stages[at + 1..];
        if !rest.iter().all(|stage| only_chooses(&stage.command)) || at == 0 {
            return None;
        }
        let Command::Eval(assigned) = &inner.stages[at].command else {
            return None;
        };
        let [(_, text)] = assigned.as_slice() else {
            return None;
        };
        let pairs = equalities(text)?;
        let before = Pipeline {
            stages: inner.stages[..at].to_vec(),
        };
        let flow = self.pipeline(&before)?;
        let columns: Vec<(Text, Expr)> = pairs
            .into_iter()
            .map(|(name, value)| (name, self.value(value, &flow.scope)))
            .collect();
        let names = columns.iter().map(|(name, _)| name.clone()).collect();
        Some(Found {
            flow: of_columns(flow, columns),
            form: Form::Columns(names),
        })
    }
}

/// Rows with these columns alone.
fn of_columns(mut flow: Flow, columns: Vec<(Text, Expr)>) -> Flow {
    let mut scope = Scope::closed();
    let mut computed = Vec::new();
    for (name, value) in columns {
        let canonical = match &value {
            Expr::Field(field) if field.canonical != field.name => Some(field.canonical.clone()),
            _ => None,
        };
        scope.columns.insert(name.clone(), canonical);
        computed.push((name, value));
    }
    flow.plan = Plan::Derive {
        input: Box::new(flow.plan),
        columns: computed,
    };
    Flow {
        plan: flow.plan,
        scope,
    }
}

/// A subsearch without the stages that say how it is put in, and the arguments of its `return`.
fn ending(pipeline: &Pipeline) -> (Pipeline, Option<&Name>) {
    let mut stages = pipeline.stages.as_slice();
    let mut returned = None;
    while let Some((last, before)) = stages.split_last() {
        match &last.command {
            Command::Generic {
                name, arguments, ..
            } => match name.text.as_str() {
                "format" if arguments.text.trim().is_empty() => {}
                "return" if returned.is_none() => returned = Some(arguments),
                _ => break,
            },
            _ => break,
        }
        stages = before;
    }
    let inner = Pipeline {
        stages: stages.to_vec(),
    };
    (inner, returned)
}

/// Whether the text of a column is put into the search as it stands.
pub(super) fn is_text(name: &str) -> bool {
    matches!(name, "search" | "query")
}

/// The names and values of a text that joins `name="`, a value, `" other="`, a value and so on.
fn equalities(text: &Ast) -> Option<Vec<(Text, &Ast)>> {
    let mut parts = Vec::new();
    flatten(text, &mut parts);
    let mut found = Vec::new();
    let mut parts = parts.into_iter().peekable();
    while let Some(part) = parts.next() {
        let Ast::Text(before, _) = part else {
            return None;
        };
        let before = before.trim_start_matches(['"', ' ', '(', ')']);
        if before.is_empty() && parts.peek().is_none() {
            break;
        }
        let before = before.strip_prefix("AND ").unwrap_or(before).trim();
        let name = before.trim_end_matches('"').strip_suffix('=')?.trim_end();
        let plain = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | ':' | '{' | '}');
        if name.is_empty() || !name.chars().all(plain) {
            return None;
        }
        let value = parts.next().filter(|next| !matches!(next, Ast::Text(..)))?;
        found.push((name.into(), value));
    }
    (!found.is_empty()).then_some(found)
}

fn flatten<'e>(expr: &'e Ast, parts: &mut Vec<&'e Ast>) {
    match expr {
        Ast::Binary {
            op: Binary::Concat | Binary::Add,
            left,
            right,
            ..
        } => {
            flatten(left, parts);
            flatten(right, parts);
        }
        other => parts.push(other),
    }
}

/// A value as a pattern in which only `*` is special.
fn escaped(value: Expr) -> Expr {
    let text = |text: &str| Expr::Literal(Value::Text(text.into()));
    let slashes = Expr::call(Function::Replace, vec![value, text("\\"), text("\\\\")]);
    Expr::call(Function::Replace, vec![slashes, text("?"), text("\\?")])
}

/// Every text of a row, but for what subsearches found.
pub(super) fn row_texts() -> Expr {
    let row = || Expr::call(Function::RowObject, Vec::new());
    let key = || Expr::Variable("field".into());
    let prefix = Expr::Literal(Value::Text(PREFIX.into()));
    let own = Expr::call(Function::StartsWith(Case::Sensitive), vec![key(), prefix]);
    let names = Expr::Each {
        how: Each::Filter,
        list: Box::new(Expr::call(Function::Keys, vec![row()])),
        variable: "field".into(),
        body: Box::new(Expr::call(Function::Not, vec![own])),
    };
    Expr::Each {
        how: Each::Map,
        list: Box::new(names),
        variable: "field".into(),
        body: Box::new(Expr::call(Function::Member, vec![row(), key()])),
    }
}

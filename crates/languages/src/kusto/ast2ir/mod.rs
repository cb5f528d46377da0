//! The syntax tree to a plan.
//!
//! A table is a [`Relation`]: one branch for each source of a union, so that a test after the
//! union means each source's own fields. Names of `let` are resolved where they are used; a table
//! that is used twice is lowered once. What only shapes the output and cannot be lowered is no
//! loss until something that decides about rows reads it.

#![expect(
    clippy::unnecessary_wraps,
    clippy::match_same_arms,
    clippy::unused_self,
    reason = "stages and cases share one signature and are listed one by one"
)]

mod about;
mod aggregate;
mod constants;
mod expand;
mod external;
mod function;
mod join;
mod model;
mod named;
mod neighbour;
mod nested;
mod operator;
mod pattern;
mod plugin;
mod predicate;
mod relation;
mod scalar;
mod scan;
mod scope;
mod series;
mod table;
mod view;

use super::ast::{Expr, ExprKind, Lambda, Query, Statement, StatementKind};
use crate::{Context, Lowered};
use relation::Relation;
use scalar::Typed;
use scope::Names;
use std::collections::BTreeMap;
use std::rc::Rc;
use tripline_ir::{Key, Loss, LossReason, Measure, Plan, Text};
use tripline_text::{Code, Diagnostic, Source, Span};

/// How deep names may lead to names.
const MAX_CALLS: u32 = 40;
/// How many nodes the plans of one query may have together.
const MAX_NODES: usize = 20_000;

/// Lowers a query that was read with these diagnostics.
pub(super) fn lower(
    query: &Query,
    source: &Source,
    context: &Context<'_>,
    diagnostics: Vec<Diagnostic>,
) -> Lowered {
    let mut lowering = Lowering {
        source,
        context,
        diagnostics,
        losses: Vec::new(),
        names: Names::default(),
        tables: BTreeMap::new(),
        calls: 0,
        frame: 0,
        frames: 0,
        nodes: 0,
        fresh: 0,
        aggregates: None,
        attached: Vec::new(),
        partition: None,
        used_alias: false,
        aliases: false,
        named: Vec::new(),
        steps: Vec::new(),
    };
    lowering.syntax_losses();
    let found = lowering.statements(&query.statements);
    let plan = found.map(Relation::into_plan);
    lowering.finish(plan)
}

/// What a name stands for.
#[derive(Clone)]
enum Bound<'a> {
    /// A table, lowered at its first use, in the frame of its `let`.
    Table(&'a Expr, u32),
    /// A value.
    Scalar(&'a Expr),
    /// A function.
    Function(&'a Lambda),
    /// An argument that is a value.
    Value(Option<Typed>),
    /// An argument that is a table.
    Rows(Rc<Relation>),
}

/// What must be done to rows before an expression can be computed over them.
enum Attached {
    /// Joined with a one-row table.
    Row(Plan),
    /// Given measures of the rows before and after.
    Running(Vec<Key>, Vec<Measure>),
}

struct Lowering<'a> {
    source: &'a Source,
    context: &'a Context<'a>,
    diagnostics: Vec<Diagnostic>,
    losses: Vec<Loss>,
    names: Names<'a>,
    /// Tables already lowered, by frame and place.
    tables: BTreeMap<(u32, u32), Option<Rc<Relation>>>,
    calls: u32,
    frame: u32,
    frames: u32,
    nodes: usize,
    fresh: u32,
    /// Measures collected while the parts of a `summarize` are lowered.
    aggregates: Option<Vec<Measure>>,
    /// What must be done to the rows before the expression being lowered can read its columns.
    attached: Vec<Attached>,
    /// The column whose values divide the rows of the pipeline being lowered: `partition`.
    partition: Option<Text>,
    /// The steps of the `scan` being lowered.
    steps: Vec<Text>,
    /// A name was read as the field that it stands for.
    used_alias: bool,
    /// Names are read as the fields that they stand for: in a test that may be put at the events.
    aliases: bool,
    /// The columns that the operator being lowered has named.
    named: Vec<Text>,
}

impl<'a> Lowering<'a> {
    fn lose(&mut self, reason: LossReason, detail: impl Into<Text>, span: Span) {
        let loss = Loss {
            reason,
            detail: detail.into(),
            span: Some(span),
        };
        if !self.losses.contains(&loss) {
            self.losses.push(loss);
        }
    }

    fn report(&mut self, code: Code, span: Span, message: String, hint: Option<String>) {
        let known = |found: &Diagnostic| {
            found.code == code
                && found
                    .primary
                    .as_ref()
                    .is_some_and(|label| label.span == span)
        };
        if self.diagnostics.iter().any(known) {
            return;
        }
        let mut found = Diagnostic::new(code, self.source, message).at(span, "");
        found.hint = hint;
        found.add_to(&mut self.diagnostics);
    }

    /// Every syntax error is a loss.
    fn syntax_losses(&mut self) {
        let first = self
            .diagnostics
            .iter()
            .find(|found| found.is_error() && found.code != Code::KustoSemicolon);
        let Some(first) = first else { return };
        let (message, span) = (
            Text::from(first.message.as_str()),
            first.primary.as_ref().map(|label| label.span),
        );
        self.losses.push(Loss {
            reason: LossReason::SyntaxError,
            detail: message,
            span,
        });
    }

    fn finish(mut self, plan: Option<Plan>) -> Lowered {
        self.diagnostics
            .sort_by_key(|found| found.primary.as_ref().map(|label| label.span.start));
        self.losses
            .sort_by_key(|loss| loss.span.map(|span| span.start));
        Lowered {
            plan,
            diagnostics: self.diagnostics,
            losses: self.losses,
        }
    }

    /// The rows of the queries among the statements.
    fn statements(&mut self, statements: &'a [Statement]) -> Option<Relation> {
        let mut found: Option<Relation> = None;
        for statement in statements {
            match &statement.kind {
                StatementKind::Let { name, value } => {
                    let bound = self.bind(value);
                    self.names.insert(name.text.clone(), bound);
                }
                StatementKind::Parameters(parameters) => {
                    for parameter in parameters {
                        let bound = match &parameter.default {
                            Some(value) => Bound::Scalar(value),
                            None => Bound::Value(None),
                        };
                        self.names.insert(parameter.name.text.clone(), bound);
                    }
                }
                StatementKind::Query(expr) => {
                    let Some(next) = self.relation(expr) else {
                        continue;
                    };
                    match &mut found {
                        Some(rows) => rows.branches.extend(next.branches),
                        None => found = Some(next),
                    }
                }
                StatementKind::Setting(_) => {}
            }
        }
        found
    }

    fn bind(&self, value: &'a Expr) -> Bound<'a> {
        match &value.kind {
            ExprKind::Function(lambda) => Bound::Function(lambda),
            _ if self.is_table(value) => Bound::Table(value, self.frame),
            _ => Bound::Scalar(value),
        }
    }

    /// Whether an expression stands for a table.
    fn is_table(&self, expr: &Expr) -> bool {
        match &expr.kind {
            ExprKind::Pipe(..)
            | ExprKind::Leading(_)
            | ExprKind::Datatable(..)
            | ExprKind::External(_)
            | ExprKind::Wildcard(_) => true,
            ExprKind::Name(name) => match self.names.get(name) {
                Some(Bound::Table(..) | Bound::Rows(_)) => true,
                Some(Bound::Function(lambda)) => self.gives_table(lambda),
                Some(_) => false,
                None => true,
            },
            ExprKind::Member(of, _) => {
                matches!(of.kind, ExprKind::Call(ref call) if is_place(&call.name.text))
            }
            ExprKind::MemberCall(..) => true,
            ExprKind::Call(call) => match call.name.text.as_str() {
                "materialize" => true,
                name => match self.names.get(name) {
                    Some(Bound::Function(lambda)) => self.gives_table(lambda),
                    _ => !function::is_known(name) && function::is_table_function(name),
                },
            },
            _ => false,
        }
    }

    fn gives_table(&self, lambda: &Lambda) -> bool {
        let last = lambda
            .body
            .iter()
            .rev()
            .find_map(|statement| match &statement.kind {
                StatementKind::Query(expr) => Some(expr),
                _ => None,
            });
        match last.map(|expr| &expr.kind) {
            Some(ExprKind::Name(name)) => !lambda
                .parameters
                .iter()
                .any(|p| p.name.text == *name && p.kind != "table"),
            Some(
                ExprKind::Pipe(..)
                | ExprKind::Leading(_)
                | ExprKind::Datatable(..)
                | ExprKind::External(_)
                | ExprKind::MemberCall(..),
            ) => true,
            Some(ExprKind::Call(call)) => call.name.text == "materialize",
            _ => false,
        }
    }

    /// A name that no query has.
    fn fresh(&mut self, stem: &str) -> Text {
        self.fresh += 1;
        tripline_ir::format_smolstr!("${stem}{}", self.fresh)
    }

    /// Runs `inner` one call deeper, unless names lead too deep.
    fn called<T>(&mut self, span: Span, inner: impl FnOnce(&mut Self) -> Option<T>) -> Option<T> {
        if self.calls >= MAX_CALLS {
            self.report(
                Code::KustoLet,
                span,
                "names lead to names without end".to_owned(),
                None,
            );
            self.lose(LossReason::NotExpressible, "names without end", span);
            return None;
        }
        self.calls += 1;
        let out = inner(self);
        self.calls -= 1;
        out
    }

    /// Runs `inner` in the frame of a function's body.
    fn in_frame<T>(&mut self, names: Names<'a>, inner: impl FnOnce(&mut Self) -> T) -> T {
        let outer = std::mem::replace(&mut self.names, names);
        let frame = self.frame;
        self.frames += 1;
        self.frame = self.frames;
        let out = inner(self);
        self.names = outer;
        self.frame = frame;
        out
    }
}

/// Functions that name another workspace, cluster or service.
fn is_place(name: &str) -> bool {
    matches!(
        name,
        "workspace" | "database" | "cluster" | "app" | "resource" | "arg" | "adx"
    )
}

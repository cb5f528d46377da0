//! Where rows come from: tables, names of tables, `datatable`, `externaldata`, calls.

use super::relation::{Branch, Column, Relation};
use super::scalar::Kind;
use super::scope::Names;
use super::{Bound, Lowering, MAX_NODES, function, is_place};
use crate::kusto::ast::{self, Call, Expr, ExprKind, OperatorKind, Parameter};
use crate::near;
use std::rc::Rc;
use tripline_ir::{
    LossReason, Match, Opaque, Plan, Predicate, Projection, Source as Origin, Table, Text, Value,
    format_smolstr,
};
use tripline_schema::{Activity, Scheme};
use tripline_text::{Code, Span};

impl<'a> Lowering<'a> {
    /// The rows of an expression that stands for a table.
    pub(super) fn relation(&mut self, expr: &'a Expr) -> Option<Relation> {
        match &expr.kind {
            ExprKind::Pipe(source, operators) => {
                let rows = self.relation(source)?;
                self.pipeline(rows, operators)
            }
            ExprKind::Name(name) => self.named(name, expr.span),
            ExprKind::Wildcard(name) => self.source_of(name, expr.span).map(Relation::of),
            ExprKind::Star => self.source_of("*", expr.span).map(Relation::of),
            ExprKind::Call(call) => self.called_table(call, expr.span),
            // A table of another workspace, cluster or service is a source like one here.
            ExprKind::Member(_, name) => self.named_table(&name.text, expr.span),
            ExprKind::MemberCall(_, call) => {
                if is_place(&call.name.text) {
                    return self.opaque(LossReason::NotExpressible, &call.name.text, expr.span);
                }
                self.called_table(call, expr.span)
            }
            ExprKind::Datatable(columns, values) => self.datatable(columns, values),
            ExprKind::External(external) => self.external(external, expr.span),
            ExprKind::Leading(operator) => match &operator.kind {
                OperatorKind::Union {
                    inputs,
                    with_source,
                } => {
                    let rows = Relation {
                        branches: Vec::new(),
                    };
                    self.union(rows, inputs, with_source.as_ref())
                }
                OperatorKind::Search { tables, predicate } => {
                    let rows = self.searched(tables, expr.span)?;
                    self.search(rows, predicate)
                }
                OperatorKind::Find { tables, predicate } => {
                    let mut rows = self.searched(tables, expr.span)?;
                    for branch in &mut rows.branches {
                        let name = Text::new_static("source_");
                        super::operator::tagged(branch, &name, source_name(&branch.plan));
                    }
                    self.search(rows, predicate)
                }
                OperatorKind::Print(items) => {
                    let table = Plan::Table(Table {
                        columns: Vec::new(),
                        rows: vec![Vec::new()],
                    });
                    let branch = Branch::new(table, Scheme::Sentinel, Activity::Other);
                    self.extend(Relation::of(branch), items)
                }
                OperatorKind::Range(name, bounds) => self.range(name, bounds),
                _ => self.opaque(
                    LossReason::UnknownCommand,
                    self.source
                        .slice(operator.span)
                        .split_whitespace()
                        .next()
                        .unwrap_or("?"),
                    operator.span,
                ),
            },
            ExprKind::Error => None,
            _ => {
                let message = "expected a table, found a value".to_owned();
                self.report(Code::KustoLet, expr.span, message, None);
                self.opaque(LossReason::NotExpressible, "a value as a table", expr.span)
            }
        }
    }

    /// Rows that are not understood.
    pub(super) fn opaque(
        &mut self,
        reason: LossReason,
        detail: &str,
        span: Span,
    ) -> Option<Relation> {
        self.lose(reason, detail, span);
        let plan = Plan::Opaque(Opaque {
            text: self.source.slice(span).into(),
            reason,
            span,
        });
        let mut branch = Branch::new(plan, Scheme::Sentinel, Activity::Other);
        branch.row_wise = false;
        Some(Relation::of(branch))
    }

    fn named(&mut self, name: &Text, span: Span) -> Option<Relation> {
        match self.names.get(name).cloned() {
            None => self.named_table(name, span),
            Some(Bound::Rows(rows)) => Some((*rows).clone()),
            Some(Bound::Table(expr, frame)) => {
                let place = self.names.place(name);
                self.before(place, |lowering| lowering.let_table(expr, frame, span))
            }
            Some(Bound::Function(lambda)) => self.call_function(name, lambda, &[], None, span),
            Some(_) => {
                let message = format!("expected a table, found the value `{name}`");
                self.report(Code::KustoLet, span, message, None);
                self.opaque(LossReason::NotExpressible, "a value as a table", span)
            }
        }
    }

    /// The rows of a `let`, lowered at the first use.
    fn let_table(&mut self, expr: &'a Expr, frame: u32, span: Span) -> Option<Relation> {
        let key = (frame, expr.span.start);
        if let Some(known) = self.tables.get(&key).cloned() {
            let rows = known?;
            let size: usize = rows.branches.iter().map(|branch| size(&branch.plan)).sum();
            self.nodes += size;
            if self.nodes > MAX_NODES {
                return self.opaque(LossReason::NotExpressible, "too many tables", span);
            }
            return Some((*rows).clone());
        }
        let aggregates = self.aggregates.take();
        let attached = std::mem::take(&mut self.attached);
        let rows = self.called(span, |lowering| lowering.relation(expr));
        self.aggregates = aggregates;
        self.attached = attached;
        self.tables.insert(key, rows.clone().map(Rc::new));
        rows
    }

    fn named_table(&mut self, name: &str, span: Span) -> Option<Relation> {
        self.source_of(name, span).map(Relation::of)
    }

    pub(super) fn source_of(&mut self, name: &str, span: Span) -> Option<Branch> {
        let schema = self.context.schema;
        let known = schema.table_events(name);
        if known.is_none() && !name.contains('*') {
            let tables = schema.table_names();
            if let Some(meant) =
                near::nearest(name, tables.iter().copied()).filter(|meant| close(name, meant))
            {
                let message = format!("no table `{name}` is known");
                let hint = format!("`{meant}` has a similar name");
                self.report(Code::KustoTable, span, message, Some(hint));
            }
        }
        let (events, activity) = known.unwrap_or_default();
        let names = if name == "*" {
            Vec::new()
        } else {
            vec![Text::from(name)]
        };
        let plan = Plan::Match(Match {
            source: Origin { names, events },
            predicate: Predicate::True,
        });
        Some(Branch::new(plan, scheme_of(name), activity))
    }

    fn called_table(&mut self, call: &'a Call, span: Span) -> Option<Relation> {
        let name = call.name.text.as_str();
        if let Some(Bound::Function(lambda)) = self.names.get(name) {
            let lambda = *lambda;
            let arguments: Vec<&'a ast::Argument> = call.arguments.iter().collect();
            return self.call_function(name, lambda, &arguments, None, span);
        }
        let first = call.arguments.first();
        match name {
            "materialize" | "view" => self.relation(&first?.value),
            "table" => match first.map(|argument| &argument.value.kind) {
                Some(_) => {
                    let named = self.constant(&first?.value);
                    match named.as_ref().and_then(super::scalar::Typed::text) {
                        Some(table) => self.named_table(&table.clone(), span),
                        None => self.opaque(LossReason::NotExpressible, "table()", span),
                    }
                }
                None => self.opaque(LossReason::NotExpressible, "table()", span),
            },
            _ if function::is_parser(name) => self.parser_rows(call, span).map(Relation::of),
            "_GetWatchlist" | "_GetWatchlistAlias" => {
                let list = first.map_or("", |argument| self.source.slice(argument.value.span));
                let detail = format_smolstr!("{name}({list})");
                self.opaque(LossReason::UnresolvedList, &detail, span)
            }
            _ => self.opaque(LossReason::UnknownFunction, name, span),
        }
    }

    /// The rows that a function of the query gives.
    pub(super) fn call_function(
        &mut self,
        name: &str,
        lambda: &'a ast::Lambda,
        arguments: &[&'a ast::Argument],
        given: Option<Relation>,
        span: Span,
    ) -> Option<Relation> {
        let names = self.bound_arguments(name, lambda, arguments, given);
        self.called(span, |lowering| {
            lowering.in_frame(names, |inner| inner.statements(&lambda.body))
        })
    }

    /// The names that a function's body sees.
    pub(super) fn bound_arguments(
        &mut self,
        name: &str,
        lambda: &'a ast::Lambda,
        arguments: &[&'a ast::Argument],
        given: Option<Relation>,
    ) -> Names<'a> {
        let mut names = self.names.before(self.names.place(name));
        let mut given = given;
        let mut positional = arguments
            .iter()
            .filter(|argument| argument.names.is_empty());
        for parameter in &lambda.parameters {
            let own = &parameter.name.text;
            let by_name = arguments
                .iter()
                .find(|argument| argument.names.first().is_some_and(|name| name.text == *own));
            let bound = if parameter.kind == "table" && given.is_some() {
                given.take().map(|rows| Bound::Rows(Rc::new(rows)))
            } else {
                by_name.or_else(|| positional.next()).map(|argument| {
                    if self.is_table(&argument.value) && parameter.kind == "table" {
                        self.relation(&argument.value)
                            .map_or(Bound::Value(None), |rows| Bound::Rows(Rc::new(rows)))
                    } else {
                        Bound::Value(self.constant(&argument.value))
                    }
                })
            };
            let bound = bound
                .or_else(|| parameter.default.as_ref().map(Bound::Scalar))
                .unwrap_or(Bound::Value(None));
            names.insert(own.clone(), bound);
        }
        names
    }

    fn datatable(&mut self, columns: &'a [Parameter], values: &'a [Expr]) -> Option<Relation> {
        let mut rows = Vec::new();
        let width = columns.len().max(1);
        for chunk in values.chunks(width) {
            let mut row = Vec::with_capacity(width);
            for value in chunk {
                let constant = self
                    .constant(value)
                    .and_then(super::scalar::Typed::constant);
                if constant.is_none() {
                    self.lose(
                        LossReason::NotExpressible,
                        "a computed value in `datatable`",
                        value.span,
                    );
                }
                row.push(constant.unwrap_or(Value::Null));
            }
            row.resize(width, Value::Null);
            rows.push(row);
        }
        let names = columns.iter().map(|column| column.name.text.clone());
        let plan = Plan::Table(Table {
            columns: names.collect(),
            rows,
        });
        let mut branch = Branch::new(plan, Scheme::Sentinel, Activity::Other);
        branch.row_wise = false;
        declared(&mut branch, columns);
        Some(Relation::of(branch))
    }
}

/// Gives a branch the columns that its source declares.
pub(super) fn declared(branch: &mut Branch, columns: &[Parameter]) {
    branch.listed = Some(Vec::new());
    for column in columns {
        let own = Column {
            kind: Kind::named(&column.kind),
            view: None,
            lost: None,
        };
        branch.define(&column.name.text, own, true);
    }
}

/// The values of a column of rows that stand in the query.
pub(super) fn table_column(plan: &Plan, name: &str) -> Option<Vec<Value>> {
    match plan {
        Plan::Table(table) => {
            let at = table.columns.iter().position(|column| column == name)?;
            Some(
                table
                    .rows
                    .iter()
                    .filter_map(|row| row.get(at).cloned())
                    .collect(),
            )
        }
        Plan::Project {
            input,
            projection: Projection::Keep(_),
        } => table_column(input, name),
        _ => None,
    }
}

/// The name of the table that a plan reads.
fn source_name(plan: &Plan) -> tripline_ir::Expr {
    match plan {
        Plan::Match(found) => match found.source.names.as_slice() {
            [only] if !only.contains('*') => super::operator::literal(only),
            _ => tripline_ir::Expr::call(tripline_ir::Function::RowSource, Vec::new()),
        },
        _ => tripline_ir::Expr::call(tripline_ir::Function::RowSource, Vec::new()),
    }
}

/// Number of nodes of a plan.
fn size(plan: &Plan) -> usize {
    1 + plan.inputs().into_iter().map(size).sum::<usize>()
}

/// Whether a name is so close to a known one that a typing error is likely.
pub(super) fn close(name: &str, meant: &str) -> bool {
    let folded = |(a, b): &(char, char)| a.eq_ignore_ascii_case(b);
    let start = name.chars().zip(meant.chars()).take_while(folded).count();
    let end = name
        .chars()
        .rev()
        .zip(meant.chars().rev())
        .take_while(folded)
        .count();
    let shorter = name.len().min(meant.len());
    shorter > 6 && name.len().abs_diff(meant.len()) < 2 && start + end + 1 >= shorter
}

/// Whose names a table's columns have.
fn scheme_of(table: &str) -> Scheme {
    let defender = [
        "Device",
        "Email",
        "Url",
        "CloudApp",
        "AlertInfo",
        "AlertEvidence",
        "Behavior",
        "AADSignInEventsBeta",
        "AADSpnSignInEventsBeta",
    ];
    let identity = [
        "IdentityLogonEvents",
        "IdentityQueryEvents",
        "IdentityDirectoryEvents",
        "IdentityInfo",
    ];
    if defender.iter().any(|prefix| table.starts_with(prefix)) || identity.contains(&table) {
        Scheme::Defender
    } else {
        Scheme::Sentinel
    }
}

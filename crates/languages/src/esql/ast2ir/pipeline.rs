//! Commands in order: each takes the rows before it.
//!
//! A condition on fields of the source is moved to the source, past every command that handles
//! each row by itself: it finds the same rows there, and shows which events the query needs.

use super::super::ast::{
    Assignment, Command, CommandKind, Expr, From, Literal, Name, Query, SortKey,
};
use super::Lowering;
use super::columns::{Column, Columns, Found};
use super::stats::derive;
use super::value::{Typed, call, literal};
use crate::kuery::ecs;
use std::collections::BTreeMap;
use tripline_ir::{
    Dedup, Expand, FieldRef, Function, Limit, LossReason, Match, MissingKey, Plan, Predicate,
    Projection, Source, Table, Test, Text, Value,
};
use tripline_text::{Code, Span};

impl Lowering<'_> {
    pub(super) fn query(&mut self, query: &Query) -> Option<Plan> {
        for setting in &query.settings {
            if !matches!(setting.value, Expr::Literal(..) | Expr::Options(..)) {
                let message = "a setting takes a constant";
                self.report(Code::EsqlType, setting.value.span(), message, None);
            }
        }
        self.pipeline(&query.commands)
    }

    /// A source and what is piped from it; `None` when there is no source.
    fn pipeline(&mut self, commands: &[Command]) -> Option<Plan> {
        let (first, rest) = commands.split_first()?;
        match &first.kind {
            CommandKind::From(from) => Some(self.from(from, rest)),
            CommandKind::Row(assignments) => {
                let plan = self.row(assignments);
                Some(self.pipe(plan, rest, false))
            }
            CommandKind::Show => {
                let columns = ["version", "date", "hash"].map(Text::new_static);
                let known = columns.iter().map(|name| (name.clone(), Column::one()));
                self.columns = Columns::closed(known.collect());
                let plan = Plan::Table(Table {
                    columns: columns.into(),
                    rows: vec![vec![Value::Null; 3]],
                });
                Some(self.pipe(plan, rest, false))
            }
            _ => {
                let (reason, detail) = match &first.kind {
                    CommandKind::NotRun(command) => {
                        (LossReason::NotExpressible, Text::new_static(command))
                    }
                    _ => (LossReason::SyntaxError, self.excerpt(first.span)),
                };
                self.lose(reason, detail, first.span);
                None
            }
        }
    }

    fn from(&mut self, from: &From, rest: &[Command]) -> Plan {
        let mut names: Vec<Text> = Vec::new();
        for index in &from.indices {
            names.extend(index.text.split(',').map(|name| Text::new(name.trim())));
        }
        let routing = self.first_look(rest);
        let schema = self.context.schema;
        self.activity = self
            .context
            .activity
            .unwrap_or_else(|| schema.ecs_activity(&names, &routing.categories));
        if from.subqueries.is_empty() {
            let plan = Plan::Match(Match {
                source: Source {
                    names,
                    events: Vec::new(),
                },
                predicate: Predicate::True,
            });
            return self.pipe(plan, rest, true);
        }
        let mut inputs = Vec::new();
        let names_empty = names.is_empty();
        if !names_empty {
            let events = schema.ecs_events(&names, &[], &[], &[]);
            let source = Source { names, events };
            inputs.push(Plan::Match(Match {
                source,
                predicate: Predicate::True,
            }));
        }
        let activity = self.activity;
        let mut columns = Vec::new();
        if !names_empty {
            columns.push(Columns::default());
        }
        for commands in &from.subqueries {
            self.columns = Columns::default();
            let outer = std::mem::replace(&mut self.inner, true);
            inputs.extend(self.pipeline(commands));
            self.inner = outer;
            columns.push(std::mem::take(&mut self.columns));
        }
        self.activity = if from.indices.is_empty() {
            self.activity
        } else {
            activity
        };
        self.columns = Columns::united(columns);
        self.pipe(Plan::Append(inputs), rest, false)
    }

    /// What the conditions on the source ask events to be; nothing is reported.
    fn first_look(&mut self, rest: &[Command]) -> ecs::Routing {
        self.quiet = true;
        let mut parts = Vec::new();
        for command in rest {
            match &command.kind {
                CommandKind::Where(condition) => parts.push(self.truth(condition, true)),
                kind if by_row(kind) => {}
                _ => break,
            }
        }
        self.quiet = false;
        ecs::Routing::of(&Predicate::and(parts))
    }

    fn row(&mut self, assignments: &[Assignment]) -> Plan {
        self.columns = Columns::closed(BTreeMap::new());
        let table = Plan::Table(Table {
            columns: Vec::new(),
            rows: vec![Vec::new()],
        });
        self.eval(table, assignments)
    }

    /// The rows after some commands. While `pushing`, conditions go to the source of `plan`.
    pub(super) fn pipe(&mut self, plan: Plan, commands: &[Command], pushing: bool) -> Plan {
        let (mut plan, mut pushing) = (plan, pushing);
        let mut pushed = Vec::new();
        for (at, command) in commands.iter().enumerate() {
            pushing &= by_row(&command.kind);
            if let CommandKind::Where(condition) = &command.kind {
                let (early, late) = self.split(condition, pushing);
                pushed.extend(early);
                plan = filtered(plan, late);
            } else {
                plan = self.command(plan, command, commands.get(at + 1..));
            }
        }
        if let Some(leaf) = source_of(&mut plan) {
            self.settle(leaf, pushed);
        }
        plan
    }

    /// Gives a source its predicate, and the events that it can then see.
    fn settle(&mut self, leaf: &mut Match, pushed: Vec<Predicate>) {
        let own = std::mem::replace(&mut leaf.predicate, Predicate::True);
        leaf.predicate = Predicate::and(std::iter::once(own).chain(pushed));
        let routing = ecs::Routing::of(&leaf.predicate);
        leaf.source = ecs::source(self.context.schema, &leaf.source.names, &routing);
    }

    /// The parts of a condition that the source can test, and the others.
    fn split(&mut self, condition: &Expr, pushing: bool) -> (Vec<Predicate>, Vec<Predicate>) {
        if !pushing {
            return (Vec::new(), vec![self.truth(condition, true)]);
        }
        if let Expr::And(parts) = condition {
            let split = parts.iter().map(|part| self.split(part, pushing));
            let (early, late): (Vec<_>, Vec<_>) = split.unzip();
            return (early.concat(), late.concat());
        }
        self.at_source = true;
        let at_source = self.truth(condition, true);
        self.at_source = false;
        if !self.of_source(&at_source) {
            // What is wrong with it has been told.
            let quiet = std::mem::replace(&mut self.quiet, true);
            let later = self.truth(condition, true);
            self.quiet = quiet;
            if at_source != later {
                return (Vec::new(), vec![later]);
            }
        }
        let parts = match at_source {
            Predicate::And(parts) => parts,
            other => vec![other],
        };
        parts.into_iter().partition(|part| self.of_source(part))
    }

    /// Whether a predicate reads fields of the source only.
    fn of_source(&self, predicate: &Predicate) -> bool {
        let plain = |field: &FieldRef| !self.columns.is_computed(&field.name);
        predicate.atoms().into_iter().all(|atom| {
            let other = match &atom.test {
                Test::Compare(compare) => compare.other.fields().into_iter().all(plain),
                _ => true,
            };
            other && atom.fields().into_iter().all(plain)
        })
    }

    /// One command; `later` are those behind it, `None` inside of a branch.
    fn command(&mut self, plan: Plan, command: &Command, later: Option<&[Command]>) -> Plan {
        let span = command.span;
        match &command.kind {
            CommandKind::Eval(assignments) => self.eval(plan, assignments),
            CommandKind::Stats(stats) => self.stats(plan, stats),
            CommandKind::Keep(names) => self.keep(plan, names),
            CommandKind::Drop(names) => self.drop_columns(plan, names),
            CommandKind::Rename(pairs) => self.rename(plan, pairs),
            CommandKind::Sort(keys) => self.sort(plan, keys),
            CommandKind::Limit { count, by } => self.limit(plan, count, by),
            CommandKind::Top { key, count, by } => {
                let plan = self.sort(plan, std::slice::from_ref(key));
                self.limit(plan, count, by)
            }
            CommandKind::Dedup => Plan::Dedup(Dedup {
                input: Box::new(plan),
                by: vec![call(Function::RowObject, Vec::new())],
                count: 1,
                consecutive: false,
                missing: MissingKey::Value,
            }),
            CommandKind::UriParts { prefix, input } => self.uri_parts(plan, prefix, input),
            CommandKind::Dissect {
                input,
                pattern,
                separator,
            } => self.dissect(plan, input, pattern, separator),
            CommandKind::Grok { input, patterns } => self.grok(plan, input, patterns),
            CommandKind::MvExpand(name) => self.expand(plan, name),
            CommandKind::Fork(_) if std::mem::replace(&mut self.forked, true) => {
                let message = "a query has one `FORK` at most";
                self.wrong(Code::EsqlCommand, span, message, None);
                plan
            }
            CommandKind::Fork(branches) => self.fork(plan, branches),
            CommandKind::Where(condition) => {
                let condition = self.truth(condition, true);
                filtered(plan, vec![condition])
            }
            _ => {
                self.without_image(command, later);
                plan
            }
        }
    }

    /// A command that the representation has no stage for: the rows stay, what it adds is lost,
    /// which matters when a later command decides something by it.
    fn without_image(&mut self, command: &Command, later: Option<&[Command]>) {
        let span = command.span;
        match &command.kind {
            CommandKind::Enrich { policy, on, with } => {
                self.read(on.iter());
                let names: Vec<Text> = with.iter().map(|(name, _)| name.text.clone()).collect();
                if names.is_empty() || self.matters(&names, later) {
                    let detail = tripline_ir::format_smolstr!("ENRICH policy {}", policy.text);
                    self.lose(LossReason::UnresolvedList, detail, span);
                }
                if names.is_empty() {
                    // The policy alone says which columns it adds.
                    self.columns.join();
                }
                self.lost_columns(names);
            }
            CommandKind::Join { index, on } => {
                for key in on {
                    // Of `left == right` the left is a column here.
                    let key = match key {
                        Expr::Compare { left, .. } => left,
                        key => key,
                    };
                    if let Expr::Name(name) = key {
                        self.read(Some(name));
                    }
                }
                let detail = tripline_ir::format_smolstr!("LOOKUP JOIN index {}", index.text);
                self.lose(LossReason::UnresolvedList, detail, span);
                self.columns.join();
            }
            CommandKind::Completion { target, prompt } => {
                self.value(prompt);
                let name = target
                    .as_ref()
                    .map_or_else(|| "completion".into(), |name| name.text.clone());
                self.adds("COMPLETION", vec![name], later, span);
            }
            CommandKind::Rerank { target } => {
                let name = target
                    .as_ref()
                    .map_or_else(|| "_score".into(), |name| name.text.clone());
                self.adds("RERANK", vec![name], later, span);
            }
            CommandKind::ChangePoint {
                value,
                key,
                columns,
            } => {
                self.read(std::iter::once(value).chain(key));
                let names = columns.as_ref().map_or(
                    [Text::new_static("type"), Text::new_static("pvalue")],
                    |(first, second)| [first.text.clone(), second.text.clone()],
                );
                self.adds("CHANGE_POINT", names.into(), later, span);
            }
            CommandKind::Parts {
                command,
                prefix,
                input,
                parts,
            } => {
                self.value(input);
                let name = |part: &&str| tripline_ir::format_smolstr!("{}.{part}", prefix.text);
                self.adds(command, parts.iter().map(name).collect(), later, span);
            }
            CommandKind::NotRun(command) => {
                self.lost_stage(command, span);
                self.columns.open();
            }
            CommandKind::Sample(_) => {
                self.lost_stage("SAMPLE", span);
            }
            CommandKind::Fuse { score, keys } => {
                self.read(score.iter().chain(keys));
                self.lost_stage("FUSE", span);
                self.columns.lose(Text::new_static("_score"));
            }
            _ => self.lose(LossReason::UnknownCommand, self.excerpt(span), span),
        }
    }

    /// Looks whether columns are there.
    fn read<'n>(&mut self, names: impl IntoIterator<Item = &'n Name>) {
        for name in names {
            self.columns.note(&name.text);
            if matches!(self.columns.find(&name.text), Found::Missing) {
                self.missing_column(name);
            }
        }
    }

    fn lost_columns(&mut self, names: Vec<Text>) {
        for name in names {
            self.columns.lose(name);
        }
    }

    /// Columns whose values are not known: a loss when they matter.
    fn adds(&mut self, stage: &str, names: Vec<Text>, later: Option<&[Command]>, span: Span) {
        if self.matters(&names, later) {
            self.lost_stage(stage, span);
        }
        self.lost_columns(names);
    }

    fn matters(&self, names: &[Text], later: Option<&[Command]>) -> bool {
        self.inner || later.is_none_or(|later| self.decides(names.to_vec(), later))
    }

    pub(super) fn eval(&mut self, plan: Plan, assignments: &[Assignment]) -> Plan {
        let mut columns = Vec::new();
        for assignment in assignments {
            let name = self.assigned_name(assignment);
            match self.value(&assignment.value) {
                Some(value) => {
                    let column = if self.is_alias(&name, &value) {
                        Column::Alias(value.clone())
                    } else {
                        Column::Computed {
                            several: value.several,
                            kind: self.kind(&value.expr),
                        }
                    };
                    columns.push((name.clone(), value.expr));
                    self.columns.set(name, column);
                }
                None => self.columns.lose(name),
            }
        }
        derive(plan, columns)
    }

    /// Whether a value is a field of the source in all but name and letter case.
    fn is_alias(&self, name: &str, value: &Typed) -> bool {
        let mut expr = &value.expr;
        while let tripline_ir::Expr::Call {
            function: Function::Lower | Function::Upper,
            arguments,
        } = expr
            && let [inner] = arguments.as_slice()
        {
            expr = inner;
        }
        match expr {
            tripline_ir::Expr::Field(field) => {
                field.name != name && !self.columns.is_computed(&field.name)
            }
            _ => false,
        }
    }

    fn keep(&mut self, plan: Plan, names: &[Name]) -> Plan {
        self.read(names.iter().filter(|name| !name.pattern));
        let kept = names
            .iter()
            .map(|name| self.reference(&name.text))
            .collect();
        self.columns.keep(names);
        project(plan, Projection::Keep(kept))
    }

    fn drop_columns(&mut self, plan: Plan, names: &[Name]) -> Plan {
        self.read(names.iter().filter(|name| !name.pattern));
        let gone = names
            .iter()
            .map(|name| self.reference(&name.text))
            .collect();
        self.columns.drop(names);
        project(plan, Projection::Drop(gone))
    }

    fn rename(&mut self, plan: Plan, pairs: &[(Name, Name)]) -> Plan {
        let mut renamed = Vec::new();
        for (old, new) in pairs {
            self.read(Some(old));
            let field = self.reference(&old.text);
            let column = match self.columns.find(&old.text) {
                Found::Source => {
                    Column::Field(FieldRef::mapped(new.text.clone(), field.canonical.clone()))
                }
                Found::Column(Column::Field(field)) => {
                    Column::Field(FieldRef::mapped(new.text.clone(), field.canonical))
                }
                Found::Column(Column::Alias(value)) => Column::Computed {
                    several: value.several,
                    kind: self.kind(&value.expr),
                },
                Found::Column(column) => column,
                Found::Missing => Column::Lost,
            };
            renamed.push((field, new.text.clone()));
            self.columns.rename(&old.text, new.text.clone(), column);
        }
        project(plan, Projection::Rename(renamed))
    }

    fn sort(&mut self, plan: Plan, keys: &[SortKey]) -> Plan {
        let mut by = Vec::new();
        for key in keys {
            let Some(value) = self.value(&key.value) else {
                continue;
            };
            by.push(tripline_ir::SortKey {
                value: self.sort_value(value.expr),
                descending: key.descending,
                nulls_first: key.nulls_first.unwrap_or(key.descending),
            });
        }
        if by.is_empty() {
            return plan;
        }
        Plan::Sort {
            input: Box::new(plan),
            by,
        }
    }

    fn limit(&mut self, plan: Plan, count: &Expr, by: &[Assignment]) -> Plan {
        let number = match count {
            Expr::Literal(Literal::Int(n), _) => u64::try_from(*n).ok(),
            _ => None,
        };
        let Some(count) = number else {
            if self.value(count).is_some() {
                let message = "`LIMIT` takes a whole number";
                self.wrong(Code::EsqlType, count.span(), message, None);
            }
            return plan;
        };
        let keys: Vec<_> = by.iter().filter_map(|key| self.value(&key.value)).collect();
        if by.is_empty() {
            return Plan::Limit(Limit {
                input: Box::new(plan),
                count,
                from_end: false,
            });
        }
        Plan::Dedup(Dedup {
            input: Box::new(plan),
            by: keys.into_iter().map(|key| key.expr).collect(),
            count,
            consecutive: false,
            missing: MissingKey::Value,
        })
    }

    fn expand(&mut self, plan: Plan, name: &Name) -> Plan {
        let found = self.value(&Expr::Name(name.clone()));
        let Some(value) = found else { return plan };
        let column = match self.columns.find(&name.text) {
            Found::Source => Column::Field(self.source_field(&name.text)),
            Found::Column(Column::Field(field)) => Column::Field(field),
            _ => Column::Computed {
                several: false,
                kind: self.kind(&value.expr),
            },
        };
        self.columns.set(name.text.clone(), column);
        Plan::Expand(Expand {
            input: Box::new(plan),
            columns: vec![(name.text.clone(), value.expr)],
            keep_empty: true,
            limit: None,
            index: None,
        })
    }

    /// Every branch over the same rows, marked by `_fork`.
    fn fork(&mut self, plan: Plan, branches: &[Vec<Command>]) -> Plan {
        let before = self.columns.clone();
        let mut inputs = Vec::new();
        let mut columns = Vec::new();
        for (at, branch) in branches.iter().enumerate() {
            self.columns = before.clone();
            let rows = self.branch(plan.clone(), branch);
            let mark = tripline_ir::format_smolstr!("fork{}", at + 1);
            let mark = literal(mark.as_str());
            inputs.push(derive(rows, vec![(Text::new_static("_fork"), mark)]));
            columns.push(std::mem::take(&mut self.columns));
        }
        self.columns = if columns.is_empty() {
            before
        } else {
            Columns::united(columns)
        };
        self.columns.set(Text::new_static("_fork"), Column::one());
        match inputs.len() {
            0 => plan,
            _ => Plan::Append(inputs),
        }
    }

    /// The commands of a branch; its conditions stay where they are.
    fn branch(&mut self, plan: Plan, commands: &[Command]) -> Plan {
        commands
            .iter()
            .fold(plan, |plan, command| self.command(plan, command, None))
    }
}

/// Whether a command handles each row by itself, so that a condition on fields of the source
/// finds the same rows before it.
fn by_row(kind: &CommandKind) -> bool {
    matches!(
        kind,
        CommandKind::Where(_)
            | CommandKind::Eval(_)
            | CommandKind::Keep(_)
            | CommandKind::Drop(_)
            | CommandKind::Dissect { .. }
            | CommandKind::Grok { .. }
            | CommandKind::UriParts { .. }
            | CommandKind::Sort(_)
    )
}

/// The match that rows come from, when it is the only one.
fn source_of(plan: &mut Plan) -> Option<&mut Match> {
    if let Plan::Match(found) = plan {
        return Some(found);
    }
    let mut inputs = plan.inputs_mut();
    if inputs.len() != 1 {
        return None;
    }
    source_of(inputs.pop()?)
}

fn filtered(plan: Plan, parts: Vec<Predicate>) -> Plan {
    match Predicate::and(parts) {
        Predicate::True => plan,
        predicate => Plan::Filter {
            input: Box::new(plan),
            predicate,
        },
    }
}

fn project(plan: Plan, projection: Projection) -> Plan {
    Plan::Project {
        input: Box::new(plan),
        projection,
    }
}

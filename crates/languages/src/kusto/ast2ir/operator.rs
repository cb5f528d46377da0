//! Operators of a pipeline that look at one row at a time, and the choice of the others.

use super::named::result_name;
use super::relation::{Branch, Column, Relation};
use super::scalar::{Kind, Typed, View};
use super::{Attached, Bound, Lowering};
use crate::kusto::ast::{Argument, Expr, ExprKind, Ident, Operator, OperatorKind, SortItem};
use std::rc::Rc;
use tripline_ir::{
    Aggregate, Dedup, Expr as Value, FieldRef, Join, JoinColumns, JoinKind, Limit, Loss,
    LossReason, Measure, MeasureFunction, MissingKey, Plan, Predicate, Projection, Running,
    RunningWindow, SortKey, Text, Value as Constant, Window, format_smolstr,
};
use tripline_text::Span;

impl<'a> Lowering<'a> {
    pub(super) fn pipeline(
        &mut self,
        rows: Relation,
        operators: &'a [Operator],
    ) -> Option<Relation> {
        // A pipeline inside a test of another one.
        let aliases = std::mem::replace(&mut self.aliases, false);
        let used_alias = self.used_alias;
        let named = std::mem::take(&mut self.named);
        let mut done = Some(rows);
        for operator in operators {
            self.named.clear();
            done = done.and_then(|rows| self.operator(rows, operator));
        }
        self.aliases = aliases;
        self.used_alias = used_alias;
        self.named = named;
        done
    }

    fn operator(&mut self, rows: Relation, operator: &'a Operator) -> Option<Relation> {
        let span = operator.span;
        match &operator.kind {
            OperatorKind::Where(test) => {
                self.each(rows, |lowering, branch| lowering.filter(branch, test))
            }
            OperatorKind::Search { predicate, .. } | OperatorKind::Find { predicate, .. } => {
                self.search(rows, predicate)
            }
            OperatorKind::Extend(items) | OperatorKind::Serialize(items) => {
                self.extend(rows, items)
            }
            OperatorKind::Project(items) => self.each(rows, |l, branch| l.project(branch, items)),
            OperatorKind::ProjectKeep(names) => self.each(rows, |l, b| l.keep(b, names, true)),
            OperatorKind::ProjectAway(names) => self.each(rows, |l, b| l.keep(b, names, false)),
            OperatorKind::ProjectRename(items) => self.each(rows, |l, b| l.rename(b, items)),
            OperatorKind::ProjectReorder(_) | OperatorKind::Display(_) => Some(rows),
            OperatorKind::As(name) => {
                let bound = Bound::Rows(Rc::new(rows.clone()));
                self.names.insert_table(name.text.clone(), bound);
                Some(rows)
            }
            OperatorKind::Summarize { measures, by } => self.summarize(rows, measures, by),
            OperatorKind::Distinct(items) => self.distinct(rows, items),
            OperatorKind::Count => {
                self.counted(&rows);
                Some(count(rows))
            }
            OperatorKind::Join(join) => self.join(rows, join, false),
            OperatorKind::Lookup(join) => self.join(rows, join, true),
            OperatorKind::Union {
                inputs,
                with_source,
            } => self.union(rows, inputs, with_source.as_ref()),
            OperatorKind::Sort(items) => self.sort(rows, items),
            OperatorKind::Top(limit, items) => {
                let rows = self.sort(rows, items)?;
                self.take(rows, limit)
            }
            OperatorKind::Take(limit) | OperatorKind::Sample(limit, None) => self.take(rows, limit),
            OperatorKind::MvExpand(items) => self.each(rows, |l, b| l.expand(b, items)),
            OperatorKind::MvApply(items, body) => self.each(rows, |l, b| l.apply(b, items, body)),
            OperatorKind::Parse(parse) => self.each(rows, |l, b| l.parse(b, parse)),
            OperatorKind::ParseKv(parse) => self.each(rows, |l, b| l.parse_kv(b, parse)),
            OperatorKind::Invoke(call) => self.invoke(rows, call, span),
            OperatorKind::Evaluate(value) => self.evaluate(rows, value, span),
            OperatorKind::Error => Some(rows),
            OperatorKind::MakeSeries {
                measures,
                on,
                axis,
                by,
            } => self.make_series(rows, measures, on, axis, by, span),
            OperatorKind::Scan(scan) => self.scan(rows, scan, span),
            OperatorKind::Sample(limit, Some(of)) => self.sample_distinct(rows, limit, of),
            OperatorKind::TopHitters(top) => self.top_hitters(rows, top, span),
            OperatorKind::TopNested(levels) => self.top_nested(rows, levels, span),
            OperatorKind::Partition(column, operators) => {
                self.divided(rows, column, operators, span)
            }
            OperatorKind::Other(name) => self.skipped(rows, name, span),
            OperatorKind::Print(_) | OperatorKind::Range(..) => {
                self.skipped(rows, "a source after `|`", span)
            }
        }
    }

    /// A stage that is not understood: the rows go on as they are.
    #[expect(clippy::unnecessary_wraps, reason = "a stage like the others")]
    pub(super) fn skipped(&mut self, rows: Relation, name: &str, span: Span) -> Option<Relation> {
        self.lose(LossReason::UnknownCommand, name, span);
        let mut branch = rows.joined();
        branch.leave_events();
        Some(Relation::of(branch))
    }

    /// Tells that rows are counted of which it is not known how often they stand there.
    pub(super) fn counted(&mut self, rows: &Relation) {
        let lost = rows.branches.iter().find_map(|b| b.repeated.clone());
        if let Some(lost) = lost
            && !self.losses.contains(&lost)
        {
            self.losses.push(lost);
        }
    }

    /// Runs a stage over every branch.
    #[expect(clippy::unnecessary_wraps, reason = "a stage like the others")]
    fn each(
        &mut self,
        mut rows: Relation,
        mut stage: impl FnMut(&mut Self, &mut Branch),
    ) -> Option<Relation> {
        for branch in &mut rows.branches {
            stage(self, branch);
        }
        Some(rows)
    }

    /// Does to the rows what the expression just lowered needs.
    pub(super) fn attach(&mut self, branch: &mut Branch) {
        for needed in std::mem::take(&mut self.attached) {
            branch.leave_events();
            branch.stage(|rows| match needed {
                Attached::Row(table) => Plan::Join(Join {
                    left: rows,
                    right: Box::new(table),
                    on: vec![Vec::new()],
                    kind: JoinKind::LeftOuter,
                    columns: JoinColumns::LeftFirst,
                    limit: None,
                }),
                Attached::Running(group_by, measures) => Plan::Running(Running {
                    input: rows,
                    group_by,
                    window: RunningWindow::All,
                    current: true,
                    measures,
                }),
            });
        }
    }

    fn filter(&mut self, branch: &mut Branch, test: &'a Expr) {
        if let ExprKind::And(parts) = &test.kind {
            for part in parts {
                self.filter(branch, part);
            }
            return;
        }
        if let ExprKind::In(list) = &test.kind
            && self.among(branch, list).is_some()
        {
            return;
        }
        self.used_alias = false;
        self.aliases = true;
        let found = self.predicate(test, branch);
        self.aliases = false;
        if !self.attached.is_empty() {
            self.attached.clear();
            let again = self.predicate(test, branch);
            self.attach(branch);
            if let Some(predicate) = again {
                branch.filter(predicate);
            }
            return;
        }
        let Some(predicate) = found else { return };
        branch.learn(&predicate, self.context.schema);
        let mut trial = true;
        if self.used_alias {
            trial = branch.at_events(&predicate, true);
        }
        if trial {
            branch.filter_read(predicate, self.used_alias);
            return;
        }
        if let Some(predicate) = self.predicate(test, branch) {
            branch.filter(predicate);
        }
    }

    pub(super) fn search(&mut self, rows: Relation, predicate: &'a Expr) -> Option<Relation> {
        self.each(rows, |lowering, branch| lowering.filter(branch, predicate))
    }

    /// The tables that `search in (...)` and `find in (...)` name.
    pub(super) fn searched(&mut self, tables: &'a [Expr], span: Span) -> Option<Relation> {
        let mut rows = Relation {
            branches: Vec::new(),
        };
        for table in tables {
            rows.branches.extend(self.relation(table)?.branches);
        }
        if rows.branches.is_empty() {
            return self.every_table(span);
        }
        Some(rows)
    }

    pub(super) fn extend(&mut self, rows: Relation, items: &'a [Argument]) -> Option<Relation> {
        self.each(rows, |lowering, branch| {
            lowering.new_columns(branch, items);
        })
    }

    /// Adds the columns of items; gives their names. An item sees the columns as they were before
    /// the first one.
    fn new_columns(&mut self, branch: &mut Branch, items: &'a [Argument]) -> Vec<Text> {
        let old = self.kept_aside(branch, items, &[]);
        let mut names = Vec::new();
        for item in items {
            branch.old.clone_from(&old);
            names.extend(self.columns(branch, item));
            branch.old.clear();
        }
        names
    }

    /// Columns that an item gives a new value and a later one, or one of those behind them, reads,
    /// each under a new name for the value that it had.
    pub(super) fn kept_aside(
        &mut self,
        branch: &mut Branch,
        items: &'a [Argument],
        behind: &'a [Argument],
    ) -> Vec<(Text, Text)> {
        let mut given: Vec<Text> = Vec::new();
        let mut read: Vec<Text> = Vec::new();
        for (item, gives) in items
            .iter()
            .map(|item| (item, true))
            .chain(behind.iter().map(|item| (item, false)))
        {
            item.value.names(&mut |name| {
                if given.contains(name) && !read.contains(name) {
                    read.push(name.clone());
                }
            });
            let keeps = matches!(&item.value.kind, ExprKind::Name(name)
                if item.names.first().is_none_or(|own| own.text == *name));
            if gives && !keeps {
                given.extend(item.names.iter().map(|name| name.text.clone()));
                if item.names.is_empty() {
                    given.extend(result_name(&item.value));
                }
            }
        }
        let mut aside = Vec::new();
        for name in read {
            let field = self.field(&name, branch);
            let copy = self.fresh(&name);
            let mut column = branch.columns.get(&name).cloned().unwrap_or(Column {
                kind: self.kind_of(&field),
                view: None,
                lost: None,
            });
            if column.view.is_none() && branch.row_wise && !branch.derived.contains(&name) {
                column.view = Some(View::of(field.clone()));
            }
            branch.columns.insert(copy.clone(), column);
            branch.derived.insert(copy.clone());
            branch.derive(vec![(copy.clone(), Value::Field(field))]);
            aside.push((name, copy));
        }
        aside
    }

    /// Adds the column of one item, or the first of several; its name.
    pub(super) fn column(&mut self, branch: &mut Branch, item: &'a Argument) -> Option<Text> {
        self.columns(branch, item).into_iter().next()
    }

    /// Adds the columns of one item; their names.
    fn columns(&mut self, branch: &mut Branch, item: &'a Argument) -> Vec<Text> {
        let parts = match &item.value.kind {
            ExprKind::Call(call) if !self.names.has(&call.name.text) => {
                super::function::parts(&call.name.text).map(|parts| (call, parts))
            }
            _ => None,
        };
        if let Some((call, parts)) = parts {
            let of = call.arguments.first();
            let of = of.and_then(|first| result_name(&first.value));
            let stem = format_smolstr!("{}_{}", call.name.text, of.unwrap_or_default());
            let mut names: Vec<Text> = item.names.iter().map(|name| name.text.clone()).collect();
            for part in parts.iter().skip(names.len()) {
                names.push(self.unique(format_smolstr!("{stem}_{part}")));
            }
            return self.columns_of_list(branch, item, names);
        }
        if item.names.len() > 1 {
            let names = item.names.iter().map(|name| name.text.clone()).collect();
            return self.columns_of_list(branch, item, names);
        }
        let given = item.names.first().map(|name| &name.text);
        let name = self.name_of(given, &item.value, branch);
        if matches!(&item.value.kind, ExprKind::Name(own) if item.names.is_empty() && *own == name)
        {
            return vec![name];
        }
        self.define(branch, &name, &item.value);
        vec![name]
    }

    /// A column of this name and value. One that cannot be computed is told when it is read.
    pub(super) fn define(&mut self, branch: &mut Branch, name: &Text, value: &'a Expr) {
        match self.computed(branch, value) {
            Ok(typed) => {
                self.attach(branch);
                self.store(branch, name, typed);
            }
            Err(lost) => lose_column(branch, name, lost),
        }
    }

    /// The value of a column, or why it has none; the loss is not told.
    fn computed(&mut self, branch: &Branch, value: &'a Expr) -> Result<Typed, Loss> {
        let before = std::mem::take(&mut self.losses);
        let typed = self.scalar(value, Some(branch));
        let mut losses = std::mem::replace(&mut self.losses, before);
        typed.ok_or_else(|| {
            losses.drain(..).next().unwrap_or(Loss {
                reason: LossReason::SyntaxError,
                detail: self.source.slice(value.span).into(),
                span: Some(value.span),
            })
        })
    }

    fn store(&mut self, branch: &mut Branch, name: &Text, typed: Typed) {
        let same = matches!(&typed.value, Value::Field(field) if field.name == *name);
        if same {
            return;
        }
        let view = typed.view.filter(|_| branch.row_wise);
        let view = view.map(|view| self.shown(view, branch));
        let own = view.as_ref().is_some_and(|view| view.field.name == *name)
            && !branch.derived.contains(name);
        let column = Column {
            kind: typed.kind,
            view,
            lost: None,
        };
        branch.define(name, column, true);
        if own {
            branch.derived.remove(name);
            branch.reread.insert(name.clone());
        }
        branch.derive(vec![(name.clone(), typed.value)]);
    }

    /// `(a, b) = list`.
    fn columns_of_list(
        &mut self,
        branch: &mut Branch,
        item: &'a Argument,
        names: Vec<Text>,
    ) -> Vec<Text> {
        self.named.extend(names.iter().cloned());
        let value = match self.computed(branch, &item.value) {
            Ok(value) => value,
            Err(lost) => {
                for name in &names {
                    lose_column(branch, name, lost.clone());
                }
                return names;
            }
        };
        for (at, name) in names.iter().enumerate() {
            let index = Value::Literal(Constant::Int(i64::try_from(at).unwrap_or(0)));
            let part = Value::call(
                tripline_ir::Function::Index,
                vec![value.value.clone(), index],
            );
            self.store(branch, name, Typed::new(part, Kind::Dynamic));
        }
        names
    }

    fn project(&mut self, branch: &mut Branch, items: &'a [Argument]) {
        if items.iter().any(|item| item.value.kind == ExprKind::Star) {
            return;
        }
        let names = self.new_columns(branch, items);
        let mut shown = names.clone();
        shown.extend(self.partition.clone());
        let fields = shown.iter().map(|name| self.field(name, branch)).collect();
        branch.keep(names, fields);
    }

    fn keep(&mut self, branch: &mut Branch, names: &'a [Expr], keep: bool) {
        let mut fields = Vec::new();
        let mut patterns = Vec::new();
        for name in names {
            if let ExprKind::Name(text) | ExprKind::Wildcard(text) = &name.kind {
                fields.push(self.field(text, branch));
                patterns.push(text.clone());
            }
        }
        let chosen = |name: &Text| patterns.iter().any(|pattern| glob(pattern, name));
        let all = !patterns.iter().any(|pattern| pattern.contains('*'));
        match &mut branch.listed {
            Some(listed) => listed.retain(|name| chosen(name) == keep),
            None if keep && all => branch.listed = Some(patterns.clone()),
            None => {}
        }
        branch.columns.retain(|name, _| chosen(name) == keep);
        let projection = if keep {
            Projection::Keep(fields)
        } else {
            Projection::Drop(fields)
        };
        branch.stage(|input| Plan::Project { input, projection });
    }

    fn rename(&mut self, branch: &mut Branch, items: &'a [Argument]) {
        let mut pairs = Vec::new();
        for item in items {
            let (Some(new), ExprKind::Name(old)) = (item.names.first(), &item.value.kind) else {
                continue;
            };
            let Some(typed) = self.scalar(&item.value, Some(branch)) else {
                continue;
            };
            let field = self.field(old, branch);
            let view = typed.view.filter(|_| branch.row_wise);
            let view = view.map(|view| self.shown(view, branch));
            let column = Column {
                kind: typed.kind,
                view: view.filter(|view| !branch.derived.contains(&view.field.name)),
                lost: None,
            };
            pairs.push((field, new.text.clone()));
            branch.columns.remove(old);
            if let Some(listed) = &mut branch.listed {
                listed.retain(|name| name != old);
            }
            branch.derived.insert(old.clone());
            let view = column.view.clone();
            branch.define(&new.text, column, true);
            if let Some(column) = branch.columns.get_mut(&new.text) {
                column.view = view;
            }
            // The old name is gone; a test through the new one may still be put at the event.
            branch.derived.remove(old);
        }
        if !pairs.is_empty() {
            branch.stage(|input| Plan::Project {
                input,
                projection: Projection::Rename(pairs),
            });
        }
    }

    pub(super) fn union(
        &mut self,
        mut rows: Relation,
        inputs: &'a [Expr],
        with_source: Option<&Text>,
    ) -> Option<Relation> {
        if let Some(name) = with_source {
            for branch in &mut rows.branches {
                tagged(branch, name, literal("union_arg0"));
            }
        }
        for input in inputs {
            let Some(more) = self.relation(input) else {
                continue;
            };
            for mut branch in more.branches {
                if let Some(name) = with_source {
                    let table = match &branch.plan {
                        Plan::Match(found) => found.source.names.first(),
                        _ => None,
                    };
                    let table = match table {
                        Some(table) if table.contains('*') => {
                            Value::call(tripline_ir::Function::RowSource, Vec::new())
                        }
                        Some(table) => literal(table),
                        None => literal(self.source.slice(input.span)),
                    };
                    tagged(&mut branch, name, table);
                }
                rows.branches.push(branch);
            }
        }
        (!rows.branches.is_empty()).then_some(rows)
    }

    fn distinct(&mut self, rows: Relation, items: &'a [Argument]) -> Option<Relation> {
        let mut branch = rows.joined();
        if matches!(items, [item] if item.value.kind == ExprKind::Star) {
            let by = vec![Value::call(tripline_ir::Function::RowObject, Vec::new())];
            branch.leave_events();
            branch.stage(|input| dedup(input, by, 1));
            return Some(Relation::of(branch));
        }
        let names = self.new_columns(&mut branch, items);
        let fields: Vec<FieldRef> = names.iter().map(|name| self.field(name, &branch)).collect();
        for item in items {
            if let ExprKind::Name(_) = item.value.kind {
                let _ = self.scalar(&item.value, Some(&branch));
            }
        }
        let mut by: Vec<Value> = fields.iter().cloned().map(Value::Field).collect();
        branch.leave_events();
        let parts = self.part_keys().into_iter().map(|key| key.value);
        by.extend(parts);
        branch.stage(|input| dedup(input, by, 1));
        let mut fields = fields;
        fields.extend(self.partition.clone().map(FieldRef::unmapped));
        branch.keep(names, fields);
        Some(Relation::of(branch))
    }

    fn sort(&mut self, rows: Relation, items: &'a [SortItem]) -> Option<Relation> {
        let mut branch = rows.joined();
        let mut by = Vec::new();
        let before = self.losses.len();
        for item in items {
            if let Some(value) = self.scalar(&item.value, Some(&branch)) {
                by.push(SortKey {
                    value: value.value,
                    descending: !item.ascending,
                    nulls_first: item.nulls_first.unwrap_or(item.ascending),
                });
            }
        }
        // Order alone decides nothing.
        self.losses.truncate(before);
        self.attach(&mut branch);
        branch.leave_events();
        branch.stage(|input| Plan::Sort { input, by });
        Some(Relation::of(branch))
    }

    pub(super) fn take(&mut self, rows: Relation, limit: &'a Expr) -> Option<Relation> {
        self.counted(&rows);
        let mut branch = rows.joined();
        let value = self.constant(limit).and_then(Typed::constant);
        let Some(Constant::Int(count)) = value else {
            self.lose(
                LossReason::NotExpressible,
                "a computed number of rows",
                limit.span,
            );
            return Some(Relation::of(branch));
        };
        let count = u64::try_from(count).unwrap_or(0);
        branch.leave_events();
        match self.part_keys().pop() {
            Some(key) => branch.stage(|input| dedup(input, vec![key.value], count)),
            None => branch.stage(|input| limited(input, count)),
        }
        Some(Relation::of(branch))
    }

    fn invoke(
        &mut self,
        rows: Relation,
        call: &'a crate::kusto::ast::Call,
        span: Span,
    ) -> Option<Relation> {
        if let Some(Bound::Function(lambda)) = self.names.get(&call.name.text) {
            let lambda = *lambda;
            let arguments: Vec<_> = call.arguments.iter().collect();
            return self.call_function(&call.name.text, lambda, &arguments, Some(rows), span);
        }
        if call.name.text == "FileProfile" {
            return self.file_profile(rows, call);
        }
        self.lose(LossReason::UnknownFunction, call.name.text.clone(), span);
        Some(rows)
    }

    pub(super) fn range(&mut self, name: &Ident, bounds: &'a [Expr; 3]) -> Option<Relation> {
        let mut values = Vec::new();
        let mut kind = Kind::Unknown;
        for bound in bounds {
            let value = self.constant(bound)?;
            if values.is_empty() {
                kind = value.kind;
            }
            values.push(value.value);
        }
        let list = Value::call(tripline_ir::Function::RangeInclusive, values);
        let table = Plan::Table(tripline_ir::Table {
            columns: Vec::new(),
            rows: vec![Vec::new()],
        });
        let plan = Plan::Expand(tripline_ir::Expand {
            input: Box::new(table),
            columns: vec![(name.text.clone(), list)],
            keep_empty: false,
            limit: None,
            index: None,
        });
        let mut branch = Branch::new(
            plan,
            tripline_schema::Scheme::Sentinel,
            tripline_schema::Activity::Other,
        );
        branch.row_wise = false;
        branch.listed = Some(Vec::new());
        let column = Column {
            kind,
            view: None,
            lost: None,
        };
        branch.define(&name.text, column, true);
        Some(Relation::of(branch))
    }
}

/// Adds the name of the source.
pub(super) fn tagged(branch: &mut Branch, name: &Text, table: Value) {
    let column = Column {
        kind: Kind::Text,
        view: None,
        lost: None,
    };
    branch.define(name, column, true);
    branch.derive(vec![(name.clone(), table)]);
}

pub(super) fn literal(text: &str) -> Value {
    Value::Literal(Constant::Text(text.into()))
}

/// The first rows.
pub(super) fn limited(input: Box<Plan>, count: u64) -> Plan {
    Plan::Limit(Limit {
        input,
        count,
        from_end: false,
    })
}

/// The first rows of each key.
pub(super) fn dedup(input: Box<Plan>, by: Vec<Value>, count: u64) -> Plan {
    Plan::Dedup(Dedup {
        input,
        by,
        count,
        consecutive: false,
        missing: MissingKey::Value,
    })
}

/// `count`: one row.
fn count(rows: Relation) -> Relation {
    let mut branch = rows.joined();
    branch.leave_events();
    branch.stage(|input| {
        Plan::Aggregate(Aggregate {
            input,
            group_by: Vec::new(),
            window: Window::Whole,
            measures: vec![Measure::new("Count", MeasureFunction::Count)],
            having: Predicate::True,
            closed: true,
        })
    });
    branch.columns.clear();
    branch.listed = Some(Vec::new());
    let column = Column {
        kind: Kind::Number,
        view: None,
        lost: None,
    };
    branch.define(&Text::new_static("Count"), column, true);
    Relation::of(branch)
}

/// Whether a name fits a pattern in which `*` stands for any run.
fn glob(pattern: &str, name: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == name,
        Some((start, end)) => {
            name.len() >= start.len() + end.len() && name.starts_with(start) && name.ends_with(end)
        }
    }
}

/// A column without a value; why is told when something reads it that matters.
fn lose_column(branch: &mut Branch, name: &Text, lost: Loss) {
    let column = Column {
        kind: Kind::Unknown,
        view: None,
        lost: Some(lost),
    };
    branch.define(name, column, true);
}

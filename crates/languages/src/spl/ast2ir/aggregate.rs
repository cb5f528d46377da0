//! `stats` and its kin, `tstats`, `top`, `rare`.

use super::super::ast::{
    Aggregate as Ast, Argument, Command, Name, Options, Search, Stage, Stats, StatsKind, Tstats,
};
use super::super::facts;
use super::decides::asks_for_few;
use super::reads::named;
use super::scope::{Scope, captures, filled, from_time};
use super::source::routes;
use super::{Flow, Lowering};
use std::collections::{BTreeMap, BTreeSet};
use tripline_ir::{
    Aggregate, Case, Dedup, Duration, Expr, FieldRef, Fill, Function, Inline, Key, Limit,
    LossReason, Match, Measure, MeasureFunction, MissingKey, Plan, Population, Predicate, SortKey,
    Source, Text, Value, Window, format_smolstr,
};
use tripline_text::Span;

/// What measures leave for later stages.
pub(super) struct Measures {
    pub(super) list: Vec<Measure>,
    /// For each the field whose values it passes on unchanged.
    sources: Vec<Option<Text>>,
    /// There are measures whose names are not known.
    vague: bool,
}

impl Lowering<'_> {
    /// `tstats` and `mstats`: events of a data model, grouped.
    pub(super) fn tstats(&mut self, tstats: &Tstats, later: &[Stage]) -> Flow {
        let (mut source, activity) = match &tstats.from {
            Some(name) => self.model(&name.text),
            None => (Source::default(), tripline_schema::Activity::Other),
        };
        let mut routing = Vec::new();
        let mut rest = Vec::new();
        let parts = match &tstats.filter {
            Some(Search::And(parts)) => parts.as_slice(),
            Some(one) => std::slice::from_ref(one),
            None => &[],
        };
        for part in parts {
            let (into, part) = if routes(part) {
                (&mut routing, part)
            } else {
                (&mut rest, part)
            };
            into.push(part.clone());
        }
        let mut conditions = Vec::new();
        for part in &routing {
            conditions.push(self.model_routing(part, tstats, &mut source));
        }
        let scope = Scope {
            activity,
            unsorted: true,
            ..Scope::default()
        };
        let mut flow = self.filtered(source, Predicate::and(conditions), &rest, scope);
        let option = |name: &str| option(&tstats.options, name);
        if option("prestats").is_some_and(|value| is_true(value)) {
            return flow;
        }
        if let Some(value) = option("fillnull_value") {
            let columns: Vec<FieldRef> = tstats
                .by
                .iter()
                .filter(|name| name.text != "_time")
                .map(|name| self.field_ref(&flow.scope, &name.text))
                .collect();
            if !columns.is_empty() {
                flow.plan = Plan::Fill(Fill {
                    input: Box::new(flow.plan),
                    columns,
                    value: Value::Text(value.clone()),
                });
            }
        }
        let mut by = tstats.by.clone();
        if let Some(span) = &tstats.span_of_time {
            self.bin_time(&mut flow, &span.text, span.span);
            if tstats.metrics && by.iter().all(|name| name.text != "_time") {
                // `mstats` groups by time without being told the field.
                by.push(Name {
                    text: "_time".into(),
                    span: span.span,
                });
            }
        }
        self.grouped(flow, &by, &tstats.aggregates, later)
    }

    /// `nodename=`, `sourcetype=` and their kin in `tstats ... where`.
    fn model_routing(&mut self, part: &Search, tstats: &Tstats, source: &mut Source) -> Predicate {
        if (tstats.metrics || tstats.from.is_none())
            && let Search::Compare { field, value, .. } = part
            && field.text == "index"
        {
            source.names.push(value.text.clone());
        }
        if let Search::Compare { field, value, .. } = part
            && field.text == "nodename"
        {
            let set = value.text.rsplit('.').next().unwrap_or(&value.text);
            let outcome = match set {
                "Failed_Authentication" => Some("failure"),
                "Successful_Authentication" => Some("success"),
                _ => None,
            };
            let Some(outcome) = outcome else {
                return Predicate::True;
            };
            let canonical = "event.outcome";
            let subject = FieldRef::mapped("Authentication.action", canonical);
            let test = tripline_ir::Test::Pattern(tripline_ir::Pattern::equals(
                outcome,
                Case::Insensitive,
            ));
            let atom = tripline_ir::Atom::field(subject, test, self.place(value.span));
            return Predicate::atom(atom);
        }
        let own = self.routing_predicate(part);
        let mut fields = Vec::new();
        for atom in own.atoms() {
            if let tripline_ir::Subject::Field(field) = &atom.subject {
                fields.push(field.clone());
            }
        }
        let silent = fields.into_iter().map(|field| {
            let mut atom =
                tripline_ir::Atom::field(field, tripline_ir::Test::Exists, Span::default());
            atom.implied = true;
            Predicate::not(Predicate::atom(atom))
        });
        Predicate::or([Predicate::and(silent.collect::<Vec<_>>()), own])
    }

    /// `stats` and its kin.
    pub(super) fn stats(
        &mut self,
        stats: &Stats,
        mut flow: Flow,
        later: &[Stage],
        span: Span,
    ) -> Flow {
        let option = |name: &str| option(&stats.options, name).cloned();
        match stats.kind {
            StatsKind::Stats => self.grouped(flow, &stats.by, &stats.aggregates, later),
            StatsKind::Chart | StatsKind::Timechart => {
                let shows = |stage: &Stage| {
                    matches!(
                        &stage.command,
                        Command::Fields { .. } | Command::Rename(_) | Command::Macro(_)
                    )
                };
                let mut by = stats.by.clone();
                by.extend(stats.over.clone());
                if stats.kind == StatsKind::Timechart {
                    let counts = stats.aggregates.iter();
                    let counts = counts.filter(|one| matches!(&*one.function.text, "count" | "dc"));
                    let names: Vec<Text> = counts
                        .map(|one| match &one.alias {
                            Some(alias) => alias.text.clone(),
                            None => default_name(one),
                        })
                        .collect();
                    if asks_for_few(&names, later) {
                        // Such stretches are rows with a count of 0, which no event makes.
                        let detail = "timechart of times without events";
                        self.lose(LossReason::NotExpressible, detail, span);
                    }
                    if let Some(span_text) = option("span") {
                        self.bin_time(&mut flow, &span_text, span);
                    }
                    by.push(Name {
                        text: "_time".into(),
                        span,
                    });
                }
                let split = by.len() > 1;
                let shown = later.iter().all(shows);
                if split
                    && !shown
                    && let Some(columns) = self.split(stats, &flow, later)
                {
                    return columns;
                }
                let mut flow = self.grouped(flow, &by, &stats.aggregates, later);
                // Values of the second field become columns; their names are not known.
                flow.scope.vague |= split;
                if split && !shown {
                    let detail = "columns named by values";
                    self.lose(LossReason::NotExpressible, detail, span);
                }
                flow
            }
            StatsKind::Eventstats => {
                let group_by = self.keys(&mut flow, &stats.by, true);
                let measures = self.measures(&stats.aggregates, &stats.by, &flow.scope, later);
                for measure in &measures.list {
                    flow.scope.compute(&measure.name);
                }
                flow.plan = Plan::Inline(Inline {
                    input: Box::new(flow.plan),
                    group_by,
                    measures: measures.list,
                });
                flow
            }
            StatsKind::Streamstats => self.streamstats(stats, flow, later, span),
        }
    }

    /// Groups with their measures; only these are left.
    fn grouped(
        &mut self,
        mut flow: Flow,
        by: &[Name],
        aggregates: &[Ast],
        later: &[Stage],
    ) -> Flow {
        let group_by = self.keys(&mut flow, by, false);
        let measures = self.measures(aggregates, by, &flow.scope, later);
        let mut columns: BTreeMap<Text, Option<Text>> = BTreeMap::new();
        for name in by {
            columns.insert(name.text.clone(), self.stands_for(&flow.scope, &name.text));
        }
        let mut numbers = BTreeSet::new();
        for (measure, source) in measures.list.iter().zip(&measures.sources) {
            let source = source.as_ref();
            let source = source.and_then(|field| self.stands_for(&flow.scope, field));
            columns.insert(measure.name.clone(), source);
            if counts(&measure.function) {
                numbers.insert(measure.name.clone());
            }
        }
        let activity = flow.scope.activity;
        Flow {
            plan: Plan::Aggregate(Aggregate {
                input: Box::new(flow.plan),
                group_by,
                window: Window::Whole,
                measures: measures.list,
                having: Predicate::True,
                closed: true,
            }),
            scope: Scope {
                closed: true,
                columns,
                numbers,
                vague: measures.vague,
                activity,
                ..Scope::default()
            },
        }
    }

    /// The canonical field that a column stands for.
    pub(super) fn stands_for(&self, scope: &Scope, name: &str) -> Option<Text> {
        if name == "_time" || !scope.has(name) {
            return None;
        }
        let field = self.field_ref(scope, name);
        (field.canonical != field.name).then_some(field.canonical)
    }

    /// Keys to group by. `_time` becomes a column first.
    pub(super) fn keys(&mut self, flow: &mut Flow, by: &[Name], stays: bool) -> Vec<Key> {
        let mut keys = Vec::new();
        for name in by {
            if name.text == "_time" && !flow.scope.columns.contains_key("_time") {
                derive(flow, "_time".into(), self.field_value(&flow.scope, "_time"));
            }
            if from_time(&flow.scope, &name.text) {
                derive(
                    flow,
                    name.text.clone(),
                    self.field_value(&flow.scope, &name.text),
                );
            }
            if !flow.scope.has(&name.text) {
                self.missing(name);
            }
            keys.push(Key {
                value: Expr::Field(self.field_ref(&flow.scope, &name.text)),
                optional: false,
            });
        }
        let _ = stays;
        keys
    }

    /// What aggregates compute; wildcards stand for the columns that are known or asked for later.
    pub(super) fn measures(
        &mut self,
        aggregates: &[Ast],
        by: &[Name],
        scope: &Scope,
        later: &[Stage],
    ) -> Measures {
        let mut found = Measures {
            list: Vec::new(),
            sources: Vec::new(),
            vague: false,
        };
        for aggregate in aggregates {
            if let Argument::Field(name) = &aggregate.argument
                && name.has_wildcard()
            {
                found.vague |= !scope.closed || scope.vague;
                for (single, name) in wildcard_measures(aggregate, name, scope, later) {
                    let taken = by.iter().any(|key| key.text == name)
                        || found.list.iter().any(|measure| measure.name == name);
                    if !taken && let Some(measure) = self.measure(&single, name, scope) {
                        found.list.push(measure);
                        found.sources.push(passed_on(&single).map(Text::from));
                    }
                }
                continue;
            }
            let name = match &aggregate.alias {
                Some(alias) => alias.text.clone(),
                None => default_name(aggregate),
            };
            if let Some(measure) = self.measure(aggregate, name, scope) {
                found.list.push(measure);
                found.sources.push(passed_on(aggregate).map(Text::from));
            }
        }
        found
    }

    pub(super) fn measure(
        &mut self,
        aggregate: &Ast,
        name: Text,
        scope: &Scope,
    ) -> Option<Measure> {
        let function = aggregate.function.text.as_str();
        if function == "count" {
            return Some(self.count(aggregate, name, scope));
        }
        let of = match &aggregate.argument {
            Argument::None if function == "sparkline" => return None,
            Argument::None => {
                self.lose(LossReason::UnknownFunction, function, aggregate.span);
                return None;
            }
            Argument::Field(field) => self.field_value(scope, &field.text),
            Argument::Eval(expr) if is_condition(expr) => {
                let holds = self.value(expr, scope);
                let fails = Expr::call(Function::Not, vec![holds.clone()]);
                let number = |number| Expr::Literal(Value::Int(number));
                Expr::call(Function::Case, vec![holds, number(1), fails, number(0)])
            }
            Argument::Eval(expr) => self.value(expr, scope),
        };
        let time_of = |of: Expr| {
            let null = Expr::call(Function::IsNull, vec![of]);
            let there = Expr::call(Function::Not, vec![null]);
            Expr::call(Function::If, vec![there, self.field_value(scope, "_time")])
        };
        let found = match function {
            "dc" => MeasureFunction::CountDistinct(vec![of]),
            "values" => MeasureFunction::Values(of),
            "list" => MeasureFunction::List(of, Some(100)),
            "earliest" => MeasureFunction::Earliest(of),
            "latest" => MeasureFunction::Latest(of),
            "earliest_time" => MeasureFunction::Min(time_of(of)),
            "latest_time" => MeasureFunction::Max(time_of(of)),
            // A search yields the latest event first.
            "first" if scope.unsorted => MeasureFunction::Latest(of),
            "last" if scope.unsorted => MeasureFunction::Earliest(of),
            "first" => MeasureFunction::First(of),
            "last" => MeasureFunction::Last(of),
            "min" => MeasureFunction::Min(of),
            "max" => MeasureFunction::Max(of),
            "sum" => MeasureFunction::Sum(of),
            "avg" => MeasureFunction::Average(of),
            "median" => MeasureFunction::Median(of),
            "mode" => MeasureFunction::Mode(of),
            "range" => MeasureFunction::Range(of),
            "stdev" => MeasureFunction::Deviation(of, Population::Sample),
            "stdevp" => MeasureFunction::Deviation(of, Population::Whole),
            "var" => MeasureFunction::Variance(of, Population::Sample),
            "varp" => MeasureFunction::Variance(of, Population::Whole),
            "sumsq" => MeasureFunction::Sum(Expr::call(Function::Multiply, vec![of.clone(), of])),
            "rate" => MeasureFunction::Rate(of),
            "sparkline" => return None,
            other => {
                if let Some(share) = facts::percentile(other) {
                    MeasureFunction::PercentileNearest(of, share)
                } else {
                    self.lose(LossReason::UnknownFunction, other, aggregate.span);
                    return None;
                }
            }
        };
        Some(Measure::new(name, found))
    }

    fn count(&mut self, aggregate: &Ast, name: Text, scope: &Scope) -> Measure {
        match &aggregate.argument {
            Argument::None => Measure::new(name, MeasureFunction::Count),
            Argument::Field(field) => {
                let of = self.field_value(scope, &field.text);
                Measure::new(name, MeasureFunction::CountValues(of))
            }
            Argument::Eval(condition) => {
                let filter = self.holds(condition, scope, true);
                Measure::filtered(name, MeasureFunction::Count, filter)
            }
        }
    }

    /// `top` and `rare`.
    pub(super) fn top(
        &mut self,
        rare: bool,
        options: &Options,
        fields: &[Name],
        by: &[Name],
        flow: Flow,
    ) -> Flow {
        let option = |name: &str| option(options, name);
        let span = fields.first().map_or_else(Span::default, |name| name.span);
        let count_name = option("countfield")
            .cloned()
            .unwrap_or_else(|| "count".into());
        let count = Ast {
            function: Name {
                text: "count".into(),
                span,
            },
            argument: Argument::None,
            alias: Some(Name {
                text: count_name.clone(),
                span,
            }),
            written: Text::default(),
            span,
        };
        let mut keys = by.to_vec();
        keys.extend(fields.iter().cloned());
        let mut flow = self.grouped(flow, &keys, &[count], &[]);
        let of = Expr::Field(FieldRef::unmapped(count_name));
        let group_by = self.keys(&mut flow, by, true);
        flow.plan = Plan::Inline(Inline {
            input: Box::new(flow.plan),
            group_by: group_by.clone(),
            measures: vec![Measure::new("total", MeasureFunction::Sum(of.clone()))],
        });
        let total = Expr::Field(FieldRef::unmapped("total"));
        let share = Expr::call(Function::DivideReal, vec![of.clone(), total]);
        let hundred = Expr::Literal(Value::Int(100));
        let percent = Expr::call(Function::Multiply, vec![share, hundred]);
        let name = option("percentfield")
            .cloned()
            .unwrap_or_else(|| "percent".into());
        derive(&mut flow, name, percent);
        flow.plan = Plan::Sort {
            input: Box::new(flow.plan),
            by: vec![SortKey {
                value: of,
                descending: !rare,
                nulls_first: false,
            }],
        };
        let limit: u64 = option("limit")
            .and_then(|text| text.parse().ok())
            .unwrap_or(10);
        if limit == 0 {
            return flow;
        }
        flow.plan = if by.is_empty() {
            Plan::Limit(Limit {
                input: Box::new(flow.plan),
                count: limit,
                from_end: false,
            })
        } else {
            Plan::Dedup(Dedup {
                input: Box::new(flow.plan),
                by: group_by.into_iter().map(|key| key.value).collect(),
                count: limit,
                consecutive: false,
                missing: MissingKey::Value,
            })
        };
        flow
    }

    /// Cuts `_time` down to multiples of a span.
    pub(super) fn bin_time(&mut self, flow: &mut Flow, text: &str, span: Span) {
        let Some(length) = duration(text) else {
            self.lose(
                LossReason::NotExpressible,
                format_smolstr!("span={text}"),
                span,
            );
            return;
        };
        let time = self.field_value(&flow.scope, "_time");
        derive(flow, "_time".into(), binned(time, length));
    }
}

/// A time in seconds, cut down to a multiple of a length.
pub(super) fn binned(time: Expr, length: Duration) -> Expr {
    let seconds = length / tripline_ir::SECOND;
    Expr::call(
        Function::Bin,
        vec![time, Expr::Literal(Value::Int(seconds.max(1)))],
    )
}

/// Adds a column.
pub(super) fn derive(flow: &mut Flow, name: Text, value: Expr) {
    flow.scope.compute(&name);
    let column = (name, value);
    if let Plan::Derive { columns, .. } = &mut flow.plan {
        columns.push(column);
        return;
    }
    let input = std::mem::replace(
        &mut flow.plan,
        Plan::Match(Match {
            source: Source::default(),
            predicate: Predicate::True,
        }),
    );
    flow.plan = Plan::Derive {
        input: Box::new(input),
        columns: vec![column],
    };
}

/// `values(*) as *`: an aggregate for each column that is known, or that a later stage names, with
/// its name.
fn wildcard_measures(
    aggregate: &Ast,
    pattern: &Name,
    scope: &Scope,
    later: &[Stage],
) -> Vec<(Ast, Text)> {
    let unnamed = || format_smolstr!("{}({})", aggregate.function.text, pattern.text);
    let alias = aggregate.alias.as_ref();
    let alias = alias.map_or_else(unnamed, |alias| alias.text.clone());
    let mut columns = scope.fitting(&pattern.text);
    if !scope.closed || scope.vague {
        let names = named(later);
        let runs = names.iter().filter_map(|name| captures(&alias, name));
        for column in runs.map(|runs| filled(&pattern.text, &runs)) {
            if scope.has(&column) && !columns.contains(&column) {
                columns.push(column);
            }
        }
    }
    let single = |column: Text| {
        let runs = captures(&pattern.text, &column).unwrap_or_default();
        let argument = Argument::Field(Name {
            text: column,
            span: pattern.span,
        });
        let single = Ast {
            argument,
            ..aggregate.clone()
        };
        (single, filled(&alias, &runs))
    };
    columns.into_iter().map(single).collect()
}

/// The field whose values an aggregate passes on unchanged.
fn passed_on(aggregate: &Ast) -> Option<&str> {
    let passes = matches!(
        aggregate.function.text.as_str(),
        "values" | "list" | "first" | "last" | "earliest" | "latest" | "min" | "max" | "mode"
    );
    match &aggregate.argument {
        Argument::Field(name) if passes => Some(name.text.as_str()),
        _ => None,
    }
}

/// Whether an aggregate gives a number, whatever it is computed of.
fn counts(function: &MeasureFunction) -> bool {
    use MeasureFunction as M;
    matches!(
        function,
        M::Count
            | M::CountValues(_)
            | M::CountDistinct(_)
            | M::Sum(_)
            | M::Average(_)
            | M::Median(_)
            | M::Range(_)
            | M::Rate(_)
            | M::Deviation(..)
            | M::Variance(..)
            | M::PercentileNearest(..)
    )
}

/// Whether an expression is true or false, as far as its form says.
fn is_condition(expr: &super::super::ast::Expr) -> bool {
    use super::super::ast::{Binary, Expr as E};
    match expr {
        E::Binary { op, .. } => !matches!(
            op,
            Binary::Concat
                | Binary::Add
                | Binary::Subtract
                | Binary::Multiply
                | Binary::Divide
                | Binary::Modulo
        ),
        E::Not(..) | E::In { .. } | E::Search(..) => true,
        E::Call { name, .. } => matches!(
            name.text.as_str(),
            "like"
                | "match"
                | "cidrmatch"
                | "in"
                | "isnull"
                | "isnotnull"
                | "isnum"
                | "isint"
                | "isstr"
                | "isbool"
                | "searchmatch"
                | "true"
                | "false"
                | "json_valid"
        ),
        _ => false,
    }
}

/// The value of an option.
pub(super) fn option<'o>(options: &'o Options, name: &str) -> Option<&'o Text> {
    options
        .iter()
        .find(|(key, _)| key == name)
        .map(|(_, value)| &value.text)
}

pub(super) fn is_true(text: &str) -> bool {
    matches!(
        text.to_ascii_lowercase().as_str(),
        "t" | "true" | "1" | "yes"
    )
}

/// A span such as `5m`, `1h`, `30s`, `1d`.
pub(super) fn duration(text: &str) -> Option<Duration> {
    let digits = text
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(text.len());
    let count: i64 = if digits == 0 {
        1
    } else {
        text[..digits].parse().ok()?
    };
    let seconds = match text[digits..].trim().to_ascii_lowercase().as_str() {
        "" | "s" | "sec" | "secs" | "second" | "seconds" => 1,
        "m" | "min" | "mins" | "minute" | "minutes" => 60,
        "h" | "hr" | "hrs" | "hour" | "hours" => 3600,
        "d" | "day" | "days" => 86_400,
        "w" | "week" | "weeks" => 604_800,
        _ => return None,
    };
    count
        .checked_mul(seconds)?
        .checked_mul(tripline_ir::SECOND)
        .filter(|length| *length > 0)
}

/// The name that Splunk gives an aggregate.
pub(super) fn default_name(aggregate: &Ast) -> Text {
    match &aggregate.argument {
        Argument::None => aggregate.function.text.clone(),
        _ => aggregate.written.clone(),
    }
}

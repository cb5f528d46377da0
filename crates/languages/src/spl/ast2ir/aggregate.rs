//! `stats` and its kin, `tstats`, `top`, `rare`.

use super::super::ast::{
    Aggregate as Ast, Argument, Command, Name, Options, Search, Stage, Stats, StatsKind, Tstats,
};
use super::super::facts;
use super::scope::{Scope, captures};
use super::source::routes;
use super::{Flow, Lowering};
use std::collections::BTreeMap;
use tripline_ir::{
    Aggregate, Case, Dedup, Duration, Expr, FieldRef, Fill, Function, Inline, Key, Limit,
    LossReason, Match, Measure, MeasureFunction, MissingKey, Plan, Population, Predicate, Running,
    RunningWindow, SortKey, Source, Text, Value, Window, format_smolstr,
};
use tripline_text::Span;

/// What measures leave for later stages.
struct Measures {
    list: Vec<Measure>,
    /// Names of measures whose columns are not known.
    vague: bool,
}

impl Lowering<'_> {
    /// `tstats` and `mstats`: events of a data model, grouped.
    pub(super) fn tstats(&mut self, tstats: &Tstats) -> Flow {
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
        self.grouped(flow, &by, &tstats.aggregates)
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
            StatsKind::Stats => self.grouped(flow, &stats.by, &stats.aggregates),
            StatsKind::Chart | StatsKind::Timechart => {
                let mut by = stats.by.clone();
                by.extend(stats.over.clone());
                if stats.kind == StatsKind::Timechart {
                    if let Some(span_text) = option("span") {
                        self.bin_time(&mut flow, &span_text, span);
                    }
                    by.push(Name {
                        text: "_time".into(),
                        span,
                    });
                }
                let split = by.len() > 1;
                let mut flow = self.grouped(flow, &by, &stats.aggregates);
                // Values of the second field become columns; their names are not known.
                flow.scope.vague |= split;
                let shows = |stage: &Stage| {
                    matches!(
                        &stage.command,
                        Command::Fields { .. } | Command::Rename(_) | Command::Macro(_)
                    )
                };
                if split && !later.iter().all(shows) {
                    let detail = "columns named by values";
                    self.lose(LossReason::NotExpressible, detail, span);
                }
                flow
            }
            StatsKind::Eventstats => {
                let group_by = self.keys(&mut flow, &stats.by, true);
                let measures = self.measures(&stats.aggregates, &flow.scope);
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
            StatsKind::Streamstats => {
                flow = super::stage::in_order(flow);
                let group_by = self.keys(&mut flow, &stats.by, true);
                let measures = self.measures(&stats.aggregates, &flow.scope);
                for measure in &measures.list {
                    flow.scope.compute(&measure.name);
                }
                let rows = option("window").and_then(|text| text.parse().ok());
                let time = option("time_window").and_then(|text| duration(&text));
                let window = match (time, rows) {
                    (Some(time), _) => RunningWindow::Time(time),
                    (None, Some(rows)) if rows > 0 => RunningWindow::Rows(rows),
                    _ => RunningWindow::All,
                };
                if option("reset_before").is_some()
                    || option("reset_after").is_some()
                    || option("reset_on_change").is_some_and(|value| is_true(&value))
                {
                    self.lose(LossReason::NotExpressible, "streamstats reset", span);
                }
                flow.plan = Plan::Running(Running {
                    input: Box::new(flow.plan),
                    group_by,
                    window,
                    current: option("current").is_none_or(|value| is_true(&value)),
                    measures: measures.list,
                });
                flow
            }
        }
    }

    /// Groups with their measures; only these are left.
    fn grouped(&mut self, mut flow: Flow, by: &[Name], aggregates: &[Ast]) -> Flow {
        let group_by = self.keys(&mut flow, by, false);
        let measures = self.measures(aggregates, &flow.scope);
        let mut columns: BTreeMap<Text, Option<Text>> = BTreeMap::new();
        for name in by {
            columns.insert(name.text.clone(), self.stands_for(&flow.scope, &name.text));
        }
        for (measure, ast) in measures.list.iter().zip(passed_on(aggregates)) {
            let source = ast.and_then(|field| self.stands_for(&flow.scope, field));
            columns.insert(measure.name.clone(), source);
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
                vague: measures.vague,
                activity,
                ..Scope::default()
            },
        }
    }

    /// The canonical field that a column stands for.
    fn stands_for(&self, scope: &Scope, name: &str) -> Option<Text> {
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

    fn measures(&mut self, aggregates: &[Ast], scope: &Scope) -> Measures {
        let mut found = Measures {
            list: Vec::new(),
            vague: false,
        };
        for aggregate in aggregates {
            if let Argument::Field(name) = &aggregate.argument
                && name.has_wildcard()
            {
                self.wildcard_measure(aggregate, name, scope, &mut found);
                continue;
            }
            let name = match &aggregate.alias {
                Some(alias) => alias.text.clone(),
                None => default_name(aggregate),
            };
            if let Some(measure) = self.measure(aggregate, name, scope) {
                found.list.push(measure);
            }
        }
        found
    }

    /// `values(*) as *`: one measure for each column that is known.
    fn wildcard_measure(
        &mut self,
        aggregate: &Ast,
        pattern: &Name,
        scope: &Scope,
        found: &mut Measures,
    ) {
        found.vague |= !scope.closed || scope.vague;
        for column in scope.fitting(&pattern.text) {
            let runs = captures(&pattern.text, &column).unwrap_or_default();
            let name = if let Some(alias) = &aggregate.alias {
                super::scope::filled(&alias.text, &runs)
            } else {
                format_smolstr!("{}({column})", aggregate.function.text)
            };
            let single = Ast {
                argument: Argument::Field(Name {
                    text: column.clone(),
                    span: pattern.span,
                }),
                ..aggregate.clone()
            };
            found.list.extend(self.measure(&single, name, scope));
        }
    }

    fn measure(&mut self, aggregate: &Ast, name: Text, scope: &Scope) -> Option<Measure> {
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
            Argument::Eval(expr) => self.value(expr, scope),
        };
        let found = match function {
            "dc" => MeasureFunction::CountDistinct(vec![of]),
            "values" => MeasureFunction::Values(of),
            "list" => MeasureFunction::List(of, Some(100)),
            "earliest" => MeasureFunction::Earliest(of),
            "latest" => MeasureFunction::Latest(of),
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
        let mut flow = self.grouped(flow, &keys, &[count]);
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

/// For each aggregate the field whose values it passes on unchanged.
fn passed_on(aggregates: &[Ast]) -> impl Iterator<Item = Option<&str>> {
    let shown = |aggregate: &&Ast| {
        !matches!(&aggregate.argument, Argument::Field(name) if name.has_wildcard())
            && aggregate.function.text != "sparkline"
    };
    aggregates.iter().filter(shown).map(|aggregate| {
        let passes = matches!(
            aggregate.function.text.as_str(),
            "values" | "list" | "first" | "last" | "earliest" | "latest" | "min" | "max" | "mode"
        );
        match &aggregate.argument {
            Argument::Field(name) if passes => Some(name.text.as_str()),
            _ => None,
        }
    })
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
fn default_name(aggregate: &Ast) -> Text {
    match &aggregate.argument {
        Argument::None => aggregate.function.text.clone(),
        _ => aggregate.written.clone(),
    }
}

//! `stats` and its kin, `tstats`, `top`, `rare`.

use super::super::ast::{Aggregate, Argument, Name, Options, Stats, StatsKind, Tstats};
use super::Printer;
use super::command::{clause, options};
use super::words::joined;
use tripline_ir::Text;

/// One option.
type Setting = (Text, Name);

/// Words that an option before the aggregates must not have for its key.
const CLAUSES: [&str; 6] = ["by", "datamodel", "from", "groupby", "over", "where"];

impl Printer {
    pub(super) fn tstats(self, tstats: &Tstats) -> String {
        let (before, behind) = split(&tstats.options);
        let name = if tstats.metrics { "mstats" } else { "tstats" };
        let from = tstats.from.as_ref();
        let filter = tstats.filter.as_ref();
        let span = tstats.span_of_time.as_ref();
        let span = span.map(|span| ("span".into(), span.clone()));
        joined([
            name.to_owned(),
            options(before),
            self.aggregates(&tstats.aggregates),
            from.map_or_else(String::new, |name| {
                format!("from datamodel={}", self.name(&name.text))
            }),
            filter.map_or_else(String::new, |filter| {
                joined(["where".to_owned(), self.search_before_by(filter)])
            }),
            clause("by", self.names(&tstats.by)),
            options(span.as_slice()),
            options(behind),
        ])
    }

    pub(super) fn stats(self, stats: &Stats) -> String {
        let (before, behind) = split(&stats.options);
        let name = match stats.kind {
            StatsKind::Stats => "stats",
            StatsKind::Eventstats => "eventstats",
            StatsKind::Streamstats => "streamstats",
            StatsKind::Chart => "chart",
            StatsKind::Timechart => "timechart",
        };
        let over = stats.over.as_ref().map(|over| self.name(&over.text));
        joined([
            name.to_owned(),
            options(before),
            self.aggregates(&stats.aggregates),
            clause("over", over.unwrap_or_default()),
            clause("by", self.names(&stats.by)),
            options(behind),
        ])
    }

    pub(super) fn top(self, rare: bool, found: &Options, fields: &[Name], by: &[Name]) -> String {
        joined([
            if rare { "rare" } else { "top" }.to_owned(),
            options(found),
            self.columns(fields),
            clause("by", self.columns(by)),
        ])
    }

    fn aggregates(self, aggregates: &[Aggregate]) -> String {
        let texts: Vec<String> = aggregates.iter().map(|one| self.aggregate(one)).collect();
        texts.join(", ")
    }

    fn aggregate(self, aggregate: &Aggregate) -> String {
        let function = &aggregate.function.text;
        let text = match &aggregate.argument {
            // The name of its column: every character counts.
            _ if !aggregate.written.is_empty() => aggregate.written.to_string(),
            Argument::None => function.to_string(),
            Argument::Field(name) => format!("{function}({})", self.name(&name.text)),
            Argument::Eval(expr) => format!("{function}(eval({}))", self.expression(expr)),
        };
        match &aggregate.alias {
            Some(alias) => format!("{text} as {}", self.column(&alias.text)),
            None => text,
        }
    }
}

/// Options that may stand before the aggregates, and those behind `by`, where any key may.
fn split(all: &Options) -> (&[Setting], &[Setting]) {
    let taken = |key: &str| CLAUSES.contains(&key);
    let first = all.iter().position(|(key, _)| taken(key));
    all.split_at(first.unwrap_or(all.len()))
}

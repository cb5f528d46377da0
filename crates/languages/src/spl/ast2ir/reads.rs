//! Which fields stages name.
//!
//! Some commands make columns whose names only the events know: `stats values(*) as *`, `chart count
//! by host user`, `foreach a_*`. What a later stage names of them is all that can matter.

use super::super::ast::{
    Aggregate, Argument, Bound, Command, Expr, Name, Options, Pipeline, Search, Stage,
};
use super::super::cursor::placeholder;
use super::super::{facts, parser};
use super::aggregate::option;
use super::fields::{original_names, words};
use std::collections::BTreeSet;
use tripline_ir::Text;

/// The fields that stages read, each once, in order, under the names that they have before.
pub(super) fn named(stages: &[Stage]) -> Vec<Text> {
    let mut found = Names::default();
    found.stages(stages);
    let more = original_names(&found.list, stages);
    found.list.extend(more);
    found.list
}

/// Whether a stage may read columns that it does not name.
pub(super) fn reads_more(stage: &Stage) -> bool {
    match &stage.command {
        Command::Generic { name, .. } => !facts::only_shows(&name.text),
        Command::Foreach { fields, .. } => fields.iter().any(Name::has_wildcard),
        Command::Stats(stats) => stats.aggregates.iter().any(|aggregate| {
            matches!(&aggregate.argument, Argument::Field(field) if field.has_wildcard())
        }),
        Command::Macro(_) | Command::Error | Command::Map { .. } => true,
        _ => false,
    }
}

#[derive(Default)]
struct Names {
    list: Vec<Text>,
    seen: BTreeSet<Text>,
    /// Columns that the stages made so far; what reads them reads no earlier ones.
    made: BTreeSet<Text>,
}

impl Names {
    fn add(&mut self, name: &str) {
        let odd = name.is_empty() || name.contains('*') || holds_placeholder(name);
        if !odd && !self.made.contains(name) && self.seen.insert(name.into()) {
            self.list.push(name.into());
        }
    }

    fn make<'n>(&mut self, names: impl IntoIterator<Item = &'n Name>) {
        self.made
            .extend(names.into_iter().map(|name| name.text.clone()));
    }

    fn all<'n>(&mut self, names: impl IntoIterator<Item = &'n Name>) {
        for name in names {
            self.add(&name.text);
        }
    }

    fn stages(&mut self, stages: &[Stage]) {
        for stage in stages {
            self.command(&stage.command);
        }
    }

    fn pipelines<'p>(&mut self, all: impl IntoIterator<Item = &'p Pipeline>) {
        for pipeline in all {
            // What a search beside this one makes is its own.
            let made = self.made.clone();
            self.stages(&pipeline.stages);
            self.made = made;
        }
    }

    fn command(&mut self, command: &Command) {
        match command {
            Command::Search(search) => self.search(search),
            Command::Where(condition) => self.expr(condition),
            Command::Eval(columns) => {
                for (name, value) in columns {
                    self.expr(value);
                    match super::dynamic::within(&name.text) {
                        Some((_, field, _)) => self.add(field),
                        None => self.make([name]),
                    }
                }
            }
            Command::Stats(stats) => {
                self.aggregates(&stats.aggregates);
                self.all(stats.by.iter().chain(&stats.over));
                self.make(stats.aggregates.iter().filter_map(|one| one.alias.as_ref()));
            }
            Command::Top { fields, by, .. } => self.all(fields.iter().chain(by)),
            Command::Dedup {
                options, fields, ..
            } => {
                self.all(fields);
                let sorted = option(options, "sortby").map(|text| parser::sorted(text));
                self.all(sorted.iter().flatten().map(|key| &key.field));
            }
            Command::Rename(pairs) => {
                self.all(pairs.iter().map(|(old, _)| old));
                self.make(pairs.iter().map(|(_, new)| new));
            }
            Command::Fields { fields, .. }
            | Command::Fillnull { fields, .. }
            | Command::Replace { fields, .. } => self.all(fields),
            Command::Sort { fields, .. } => self.all(fields.iter().map(|key| &key.field)),
            Command::Convert { conversions, .. } => {
                self.all(conversions.iter().map(|(_, field, _)| field));
                self.make(conversions.iter().filter_map(|(.., alias)| alias.as_ref()));
            }
            other => self.more(other),
        }
    }

    fn more(&mut self, command: &Command) {
        match command {
            Command::Makemv { field, .. }
            | Command::Mvexpand { field, .. }
            | Command::Bin { field, .. } => self.add(&field.text),
            Command::Rex { options, .. } => self.option(options, "field"),
            Command::Regex { field, .. } => self.all(field),
            Command::Lookup(lookup) => {
                self.all(lookup.keys.iter().map(|(_, field)| field));
                self.make(lookup.outputs.iter().map(|(_, new)| new));
            }
            Command::Join {
                fields, on, right, ..
            } => {
                self.all(fields);
                self.all(on.iter().flat_map(|(left, right)| [left, right]));
                self.pipelines([right]);
            }
            Command::Append { inputs, .. } => self.pipelines(inputs),
            Command::Transaction {
                fields,
                starts,
                ends,
                ..
            } => {
                self.all(fields);
                for bound in starts.iter().chain(ends) {
                    match bound {
                        Bound::Search(search) => self.search(search),
                        Bound::Eval(expr) => self.expr(expr),
                    }
                }
            }
            Command::Head { while_, .. } => while_.iter().for_each(|expr| self.expr(expr)),
            Command::Foreach { fields, body, .. } => {
                self.all(fields);
                self.pipelines([body]);
            }
            Command::Map { body, .. } => self.pipelines([body]),
            Command::Spath { options, .. } => self.option(options, "input"),
            Command::Generic { arguments, .. } => {
                for word in words(&arguments.text) {
                    self.add(word);
                }
            }
            _ => {}
        }
    }

    fn option(&mut self, options: &Options, name: &str) {
        if let Some(field) = option(options, name) {
            self.add(field);
        }
    }

    fn aggregates(&mut self, aggregates: &[Aggregate]) {
        for aggregate in aggregates {
            match &aggregate.argument {
                Argument::None => {}
                Argument::Field(field) => self.add(&field.text),
                Argument::Eval(expr) => self.expr(expr),
            }
        }
    }

    fn search(&mut self, search: &Search) {
        match search {
            Search::And(parts) | Search::Or(parts) => {
                for part in parts {
                    self.search(part);
                }
            }
            Search::Not(inner) => self.search(inner),
            Search::Compare { field, .. } | Search::In { field, .. } => self.add(&field.text),
            Search::Subsearch(pipeline, _) => self.pipelines([pipeline]),
            _ => {}
        }
    }

    fn expr(&mut self, expr: &Expr) {
        match expr {
            Expr::Field(name) => self.add(&name.text),
            Expr::Call { arguments, .. } => arguments.iter().for_each(|one| self.expr(one)),
            Expr::Binary { left, right, .. } => {
                self.expr(left);
                self.expr(right);
            }
            Expr::Not(inner, _) | Expr::Negate(inner, _) => self.expr(inner),
            Expr::In { value, list, .. } => {
                self.expr(value);
                for one in list {
                    self.expr(one);
                }
            }
            Expr::Search(search, _) => self.search(search),
            Expr::Subsearch(pipeline, _) => self.pipelines([pipeline]),
            _ => {}
        }
    }
}

fn holds_placeholder(name: &str) -> bool {
    name.match_indices("<<")
        .any(|(at, _)| placeholder(&name[at..]) > 0)
}

//! Every other stage.

use super::super::ast::{
    Appending, Bound, Command, Keep, Name, Options, Pipeline, Search, Sorted, Stage,
};
use super::super::facts;
use super::aggregate::{derive, duration, is_true, option};
use super::fields::words;
use super::lookup::kept;
use super::scope::{captures, filled};
use super::{Flow, Lowering};
use tripline_ir::{
    Case, Dedup, Expand, Expr, FieldRef, Fill, Function, Limit, LossReason, MissingKey, Plan,
    Predicate, Projection, SortKey, Subject, Test, Text, TimeFormat, Transaction, Value,
    format_smolstr,
};
use tripline_text::Span;

impl Lowering<'_> {
    /// One stage; `later` are the stages behind it.
    #[expect(clippy::too_many_lines, reason = "a table: one arm for each command")]
    pub(super) fn stage(&mut self, stage: &Stage, flow: Flow, later: &[Stage]) -> Flow {
        let span = stage.span;
        match &stage.command {
            Command::Search(search) => self.filter(search, flow),
            Command::Where(condition) => {
                let predicate = self.holds(condition, &flow.scope, true);
                filtered(flow, predicate)
            }
            Command::Eval(columns) => self.eval(columns, flow),
            Command::Tstats(tstats) => {
                let more = self.tstats(tstats);
                let appends = option(&tstats.options, "append").is_some_and(|text| is_true(text));
                if appends {
                    appended(vec![flow, more])
                } else {
                    more
                }
            }
            Command::Stats(stats) => self.stats(stats, flow, later, span),
            Command::Top {
                rare,
                options,
                fields,
                by,
            } => self.top(*rare, options, fields, by, flow),
            Command::Dedup {
                options,
                count,
                fields,
            } => self.dedup(options, *count, fields, flow),
            Command::Rename(pairs) => self.rename(pairs, flow),
            Command::Fields { keep, fields } => choose(*keep, fields, flow),
            Command::Fillnull { value, fields } => self.fillnull(value.as_ref(), fields, flow),
            Command::Makemv { options, field } => self.makemv(options, field, flow, span),
            Command::Mvexpand { field, options } => self.mvexpand(field, options, flow),
            Command::Rex { options, pattern } => self.rex(options, pattern, flow, span),
            Command::Regex {
                field,
                negated,
                pattern,
            } => self.regex_stage(field.as_ref(), *negated, pattern, flow),
            Command::Lookup(lookup) => self.lookup(lookup, flow, later),
            Command::Inputlookup {
                options,
                name,
                filter,
            } => {
                let more = self.inputlookup(name, filter.as_ref());
                let appends = option(options, "append").is_some_and(|text| is_true(text));
                if appends {
                    appended(vec![flow, more])
                } else {
                    more
                }
            }
            Command::Join {
                options,
                fields,
                right,
            } => self.join(options, fields, right, flow, span),
            Command::Append { how, inputs, .. } => self.append(*how, inputs, flow, span),
            Command::From { kind, name } => self.from(kind, name, span),
            Command::Bin {
                options,
                field,
                alias,
            } => self.bin(options, field, alias.as_ref(), flow, span),
            Command::Transaction {
                options,
                fields,
                starts,
                ends,
            } => self.transaction(options, fields, starts.as_ref(), ends.as_ref(), flow),
            Command::Convert { conversions, .. } => self.convert(conversions, flow, later),
            Command::Sort { fields, limit } => self.sort(fields, *limit, flow),
            Command::Head { count, while_, .. } => {
                if while_.is_some() {
                    self.lose(LossReason::NotExpressible, "head while", span);
                }
                let flow = in_order(flow);
                count.map_or_else(|| flow.clone(), |count| limited(flow.clone(), count, false))
            }
            Command::Tail { count } => limited(in_order(flow), *count, true),
            Command::Foreach { fields, body, .. } => self.foreach(fields, body, flow, span, later),
            Command::Map { limit, body } => self.map(*limit, body, flow, span),
            Command::Spath { options, path } => self.spath(options, path.as_ref(), flow, later),
            Command::Replace { pairs, fields } => self.replace(pairs, fields, flow),
            Command::Makeresults { .. } => flow,
            Command::Generic {
                name,
                known,
                arguments,
            } => self.generic(name, *known, arguments, flow, later, span),
            // Told where macros are replaced.
            Command::Macro(_) => {
                let mut flow = flow;
                flow.scope.vague = true;
                flow
            }
            Command::Error => {
                self.lose(LossReason::SyntaxError, self.excerpt(span), span);
                let mut flow = flow;
                flow.scope.vague = true;
                flow
            }
        }
    }

    fn filter(&mut self, search: &Search, flow: Flow) -> Flow {
        let parts = match search {
            Search::And(parts) => parts.as_slice(),
            one => std::slice::from_ref(one),
        };
        let (joins, plain): (Vec<&Search>, Vec<&Search>) =
            parts.iter().partition(|part| Self::joins(part));
        let tests: Vec<Predicate> = plain
            .iter()
            .map(|part| self.search(part, &flow.scope))
            .collect();
        let mut flow = filtered(flow, Predicate::and(tests));
        for part in joins {
            flow = self.subsearch_join(part, flow);
        }
        flow
    }

    fn eval(&mut self, columns: &[(Name, super::super::ast::Expr)], mut flow: Flow) -> Flow {
        for (name, expr) in columns {
            let value = self.value(expr, &flow.scope);
            let passes = match &value {
                Expr::Field(field) if field.canonical != field.name => {
                    Some(field.canonical.clone())
                }
                _ => None,
            };
            derive(&mut flow, name.text.clone(), value);
            flow.scope.columns.insert(name.text.clone(), passes);
        }
        flow
    }

    fn dedup(&mut self, options: &Options, count: u64, fields: &[Name], flow: Flow) -> Flow {
        let mut flow = in_order(flow);
        let by = fields
            .iter()
            .map(|name| self.field_value(&flow.scope, &name.text))
            .collect();
        let set = |name: &str| option(options, name).is_some_and(|text| is_true(text));
        flow.plan = Plan::Dedup(Dedup {
            input: Box::new(flow.plan),
            by,
            count: count.max(1),
            consecutive: set("consecutive"),
            missing: if set("keepempty") {
                MissingKey::Keep
            } else {
                MissingKey::Drop
            },
        });
        flow
    }

    fn rename(&mut self, pairs: &[(Name, Name)], mut flow: Flow) -> Flow {
        let mut renamed = Vec::new();
        let before = flow.scope.clone();
        for (old, new) in pairs {
            if old.text == new.text {
                continue;
            }
            renamed.push((self.rename_ref(&flow, old), new.text.clone()));
            if old.has_wildcard() {
                for column in before.fitting(&old.text) {
                    let runs = captures(&old.text, &column).unwrap_or_default();
                    let canonical = flow.scope.columns.remove(&column).flatten();
                    flow.scope
                        .columns
                        .insert(filled(&new.text, &runs), canonical);
                }
                flow.scope
                    .families
                    .push((old.text.clone(), new.text.clone()));
                continue;
            }
            let field = self.field_ref(&before, &old.text);
            let canonical = (field.canonical != field.name).then_some(field.canonical);
            let there = before.has(&old.text);
            flow.scope.remove(&old.text);
            if there {
                flow.scope.gone.remove(&new.text);
                flow.scope.columns.insert(new.text.clone(), canonical);
            } else {
                flow.scope.remove(&new.text);
            }
        }
        if renamed.is_empty() {
            return flow;
        }
        flow.plan = Plan::Project {
            input: Box::new(flow.plan),
            projection: Projection::Rename(renamed),
        };
        flow
    }

    fn rename_ref(&self, flow: &Flow, old: &Name) -> FieldRef {
        if old.has_wildcard() {
            FieldRef::unmapped(old.text.clone())
        } else {
            self.field_ref(&flow.scope, &old.text)
        }
    }

    fn fillnull(&mut self, value: Option<&Name>, fields: &[Name], mut flow: Flow) -> Flow {
        let text = value.map_or_else(|| Text::new_static("0"), |name| name.text.clone());
        let columns: Vec<FieldRef> = fields
            .iter()
            .map(|name| self.field_ref(&flow.scope, &name.text))
            .collect();
        for name in fields {
            if !flow.scope.columns.contains_key(&name.text) {
                let known = self
                    .canonical(&flow.scope, &name.text)
                    .filter(|_| !flow.scope.closed);
                flow.scope.gone.remove(&name.text);
                flow.scope.columns.insert(name.text.clone(), known);
            }
        }
        flow.plan = Plan::Fill(Fill {
            input: Box::new(flow.plan),
            columns,
            value: Value::Text(text),
        });
        flow
    }

    fn mvexpand(&mut self, field: &Name, options: &Options, mut flow: Flow) -> Flow {
        let list = self.field_value(&flow.scope, &field.text);
        let limit = option(options, "limit")
            .and_then(|text| text.parse().ok())
            .filter(|limit| *limit > 0);
        flow.plan = Plan::Expand(Expand {
            input: Box::new(flow.plan),
            columns: vec![(field.text.clone(), list)],
            keep_empty: true,
            limit,
            index: None,
        });
        flow
    }

    fn regex_stage(
        &mut self,
        field: Option<&Name>,
        negated: bool,
        pattern: &Name,
        flow: Flow,
    ) -> Flow {
        let Some(test) = self.regex(&pattern.text, pattern.span) else {
            return flow;
        };
        let place = self.place(pattern.span);
        let subject = match field {
            None => Subject::AnyField,
            Some(name) if name.text == "_raw" => Subject::AnyField,
            Some(name) => {
                if !flow.scope.has(&name.text) {
                    self.missing(name);
                    return filtered(flow, Predicate::False);
                }
                Subject::Field(self.field_ref(&flow.scope, &name.text))
            }
        };
        let fits = Predicate::atom(tripline_ir::Atom::new(subject.clone(), test, place));
        let predicate = if negated {
            let mut there = tripline_ir::Atom::new(subject, Test::Exists, place);
            there.implied = true;
            Predicate::and([Predicate::atom(there), Predicate::not(fits)])
        } else {
            fits
        };
        filtered(flow, predicate)
    }

    fn append(&mut self, how: Appending, inputs: &[Pipeline], flow: Flow, span: Span) -> Flow {
        match how {
            Appending::Append | Appending::Union | Appending::Multisearch => {
                let mut flows = vec![flow];
                flows.extend(inputs.iter().filter_map(|input| self.pipeline(input)));
                appended(flows)
            }
            Appending::Appendpipe => {
                let mut flows = vec![flow.clone()];
                flows.extend(
                    inputs
                        .iter()
                        .map(|input| self.continued(input, flow.clone())),
                );
                appended(flows)
            }
            Appending::Appendcols => {
                self.lose(LossReason::NotExpressible, "appendcols", span);
                flow
            }
        }
    }

    fn transaction(
        &mut self,
        options: &Options,
        fields: &[Name],
        starts: Option<&Bound>,
        ends: Option<&Bound>,
        mut flow: Flow,
    ) -> Flow {
        let mut bound = |bound: &Bound| match bound {
            Bound::Search(search) => self.search(search, &flow.scope),
            Bound::Eval(expr) => self.holds(expr, &flow.scope, true),
        };
        let starts_with = starts.map(&mut bound);
        let ends_with = ends.map(&mut bound);
        let keys = fields
            .iter()
            .map(|name| self.field_value(&flow.scope, &name.text))
            .collect();
        let length = |name: &str| option(options, name).and_then(|text| duration(text));
        let number = |name: &str| option(options, name).and_then(|text| text.parse().ok());
        flow.plan = Plan::Transaction(Transaction {
            input: Box::new(flow.plan),
            keys,
            max_span: length("maxspan"),
            max_pause: length("maxpause"),
            max_events: number("maxevents"),
            starts_with,
            ends_with,
            keep_evicted: option(options, "keepevicted").is_some_and(|text| is_true(text)),
        });
        flow.scope.compute(&"duration".into());
        flow.scope.compute(&"eventcount".into());
        flow
    }

    /// Conversions of times to text are shown, and computed only where a later stage needs them.
    fn convert(
        &mut self,
        conversions: &[(Name, Name, Option<Name>)],
        mut flow: Flow,
        later: &[Stage],
    ) -> Flow {
        for (function, field, alias) in conversions {
            let name = alias.as_ref().unwrap_or(field).text.clone();
            if !self.used(std::slice::from_ref(&name), later) {
                flow.scope.compute(&name);
                continue;
            }
            let own = self.field_value(&flow.scope, &field.text);
            let value = match function.text.to_lowercase().as_str() {
                "ctime" => {
                    let format = Expr::Literal(Value::Text("%m/%d/%Y %H:%M:%S".into()));
                    Expr::call(
                        Function::FormatTime(TimeFormat::Strftime),
                        vec![own, format],
                    )
                }
                "num" | "auto" | "rmcomma" | "memk" | "rmunit" => {
                    let number = Expr::call(Function::ToNumber, vec![own.clone()]);
                    Expr::call(Function::Coalesce, vec![number, own])
                }
                "none" => own,
                other => {
                    self.lose(
                        LossReason::UnknownFunction,
                        format_smolstr!("convert {other}"),
                        function.span,
                    );
                    continue;
                }
            };
            derive(&mut flow, name, value);
        }
        flow
    }

    fn sort(&mut self, fields: &[Sorted], limit: Option<u64>, mut flow: Flow) -> Flow {
        let by = fields
            .iter()
            .map(|key| SortKey {
                value: self.field_value(&flow.scope, &key.field.text),
                descending: key.descending,
                nulls_first: false,
            })
            .collect();
        flow.scope.unsorted = false;
        flow.plan = Plan::Sort {
            input: Box::new(flow.plan),
            by,
        };
        match limit.filter(|limit| *limit > 0) {
            Some(limit) => limited(flow, limit, false),
            None => flow,
        }
    }

    fn replace(&mut self, pairs: &[(Name, Name)], fields: &[Name], mut flow: Flow) -> Flow {
        for field in fields {
            for (old, new) in pairs {
                let own = self.field_value(&flow.scope, &field.text);
                let mut glob = String::new();
                for c in old.text.chars() {
                    if matches!(c, '?' | '\\') {
                        glob.push('\\');
                    }
                    glob.push(c);
                }
                let fits = Expr::call(
                    Function::Glob(Case::Sensitive),
                    vec![own.clone(), Expr::Literal(Value::Text(glob.into()))],
                );
                let new = Expr::Literal(Value::Text(new.text.clone()));
                let value = Expr::call(Function::If, vec![fits, new, own]);
                derive(&mut flow, field.text.clone(), value);
            }
        }
        flow
    }

    /// A command that is not taken apart: harmless when it only shows, stores or adds what
    /// nothing asks for.
    fn generic(
        &mut self,
        name: &Name,
        known: bool,
        arguments: &Name,
        mut flow: Flow,
        later: &[Stage],
        span: Span,
    ) -> Flow {
        if known && facts::only_shows(&name.text) {
            return flow;
        }
        if name.text == "fromjson"
            && let Some(input) = words(&arguments.text).first()
        {
            self.json_columns(&Text::from(*input), &mut flow, later);
            return flow;
        }
        if name.text == "addtotals" {
            return self.addtotals(&arguments.text, flow, later, span);
        }
        if matches!(name.text.as_str(), "accum" | "autoregress" | "delta")
            && let Some(running) = self.running(&name.text, &arguments.text, &flow)
        {
            return running;
        }
        let adds: &[&str] = match name.text.as_str() {
            "iplocation" => &[
                "City",
                "Country",
                "Region",
                "lat",
                "lon",
                "Continent",
                "MetroCode",
                "Timezone",
            ],
            "addinfo" => &[
                "info_min_time",
                "info_max_time",
                "info_search_time",
                "info_sid",
            ],
            "reltime" => &["reltime"],
            // The fields of the raw text are the event's own.
            "extract" | "kv" | "xmlkv" | "kvform" if !flow.scope.closed => return flow,
            "nomv" | "mvcombine" | "reverse" | "uniq" if later.is_empty() => return flow,
            _ => {
                self.lose(LossReason::UnknownCommand, name.text.clone(), span);
                flow.scope.vague = true;
                return flow;
            }
        };
        let names: Vec<Text> = adds.iter().map(|name| Text::new_static(name)).collect();
        if self.decides(&names, later) {
            self.lose(LossReason::NotExpressible, name.text.clone(), span);
        }
        for name in &names {
            flow.scope.compute(name);
        }
        flow
    }
}

/// Rows that satisfy a predicate; a match takes it in.
pub(super) fn filtered(mut flow: Flow, predicate: Predicate) -> Flow {
    if predicate == Predicate::True {
        return flow;
    }
    if let Plan::Match(found) = &mut flow.plan {
        let own = std::mem::replace(&mut found.predicate, Predicate::True);
        found.predicate = Predicate::and([own, predicate]);
        return flow;
    }
    flow.plan = Plan::Filter {
        input: Box::new(flow.plan),
        predicate,
    };
    flow
}

/// Rows of several flows, one after the other.
pub(super) fn appended(flows: Vec<Flow>) -> Flow {
    let mut flows = flows.into_iter();
    let Some(first) = flows.next() else {
        return super::every_event();
    };
    let mut scope = first.scope.clone();
    let mut plans = vec![kept(first)];
    for flow in flows {
        for (name, canonical) in &flow.scope.columns {
            let own = scope
                .columns
                .entry(name.clone())
                .or_insert_with(|| canonical.clone());
            if own != canonical {
                *own = None;
            }
        }
        scope.closed &= flow.scope.closed;
        scope.vague |= flow.scope.vague;
        plans.push(kept(flow));
    }
    scope.unsorted = false;
    Flow {
        plan: Plan::Append(plans),
        scope,
    }
}

/// Rows in the order in which a search yields them: the latest first.
pub(super) fn in_order(mut flow: Flow) -> Flow {
    if !flow.scope.unsorted {
        return flow;
    }
    flow.scope.unsorted = false;
    flow.plan = Plan::Sort {
        input: Box::new(flow.plan),
        by: vec![SortKey {
            value: Expr::call(Function::RowTime, Vec::new()),
            descending: true,
            nulls_first: false,
        }],
    };
    flow
}

fn limited(mut flow: Flow, count: u64, from_end: bool) -> Flow {
    flow.plan = Plan::Limit(Limit {
        input: Box::new(flow.plan),
        count,
        from_end,
    });
    flow
}

/// `fields` and `table`: what is left is known without a node, but what is shown is not.
fn choose(keep: Keep, fields: &[Name], mut flow: Flow) -> Flow {
    let named = |name: &Text| {
        fields
            .iter()
            .any(|field| captures(&field.text, name).is_some())
    };
    if keep == Keep::Drop {
        flow.scope.columns.retain(|name, _| !named(name));
        if !flow.scope.closed {
            flow.scope
                .gone
                .extend(fields.iter().map(|field| field.text.clone()));
        }
        return flow;
    }
    let wild = fields.iter().any(Name::has_wildcard);
    if !flow.scope.closed && !wild {
        let gone = std::mem::take(&mut flow.scope.gone);
        for field in fields {
            if !gone.contains(&field.text) && !flow.scope.columns.contains_key(&field.text) {
                flow.scope.columns.insert(field.text.clone(), None);
            }
        }
        flow.scope.closed = true;
    }
    if flow.scope.closed {
        let time = keep == Keep::Fields;
        flow.scope
            .columns
            .retain(|name, _| named(name) || (time && name == "_time"));
    }
    if keep == Keep::Table {
        let columns = fields.iter().map(|field| field.text.clone()).collect();
        flow.plan = Plan::Project {
            input: Box::new(flow.plan),
            projection: Projection::Display(columns),
        };
    }
    flow
}

//! Every other stage.

use super::super::ast::{
    Appending, Bound, Command, Keep, Name, Options, Pipeline, Search, Stage, StatsKind,
};
use super::super::facts;
use super::aggregate::{derive, duration, is_true, option};
use super::fields::words;
use super::lookup::kept;
use super::order::{in_order, limited};
use super::scope::{captures, filled};
use super::{Flow, Lowering};
use tripline_ir::{
    Atom, Case, Dialect, Expand, Expr, FieldRef, Fill, Function, LossReason, Plan, Predicate,
    Projection, Subject, Test, Text, Transaction, Value,
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
                let before = self.pending.len();
                let predicate = self.holds(condition, &flow.scope, true);
                filtered(self.settled(flow, before), predicate)
            }
            Command::Eval(columns) => self.eval(columns, flow, later),
            Command::Tstats(tstats) => {
                let more = self.tstats(tstats, later);
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
            Command::Fields { keep, fields } => self.choose(*keep, fields, flow, later),
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
                on,
                right,
            } => self.join(options, fields, on, right, flow, span),
            Command::Append {
                how,
                options,
                inputs,
            } => self.append(*how, options, inputs, flow, span),
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
            Command::Convert {
                options,
                conversions,
            } => self.convert(options, conversions, flow, later),
            Command::Sort { fields, limit } => {
                let shown = self.order_is_shown(*limit, later);
                self.sort(fields, *limit, flow, shown)
            }
            Command::Head {
                options,
                count,
                while_,
            } => {
                let mut flow = in_order(flow);
                if let Some(condition) = while_ {
                    flow = self.head_while(options, condition, flow);
                }
                match count {
                    Some(count) => limited(flow, *count, false),
                    None => flow,
                }
            }
            Command::Tail { count } => limited(in_order(flow), *count, true),
            Command::Foreach {
                options,
                fields,
                body,
            } => self.foreach((options, fields), body, flow, span, later),
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
        let before = self.pending.len();
        let tests: Vec<Predicate> = plain
            .iter()
            .map(|part| self.search(part, &flow.scope))
            .collect();
        let flow = self.settled(flow, before);
        let mut flow = filtered(flow, Predicate::and(tests));
        for part in joins {
            flow = self.subsearch_join(part, flow);
        }
        flow
    }

    fn eval(
        &mut self,
        columns: &[(Name, super::super::ast::Expr)],
        mut flow: Flow,
        later: &[Stage],
    ) -> Flow {
        for (name, expr) in columns {
            let before = self.pending.len();
            let value = self.value(expr, &flow.scope);
            flow = self.settled(flow, before);
            if let Some(parts) = super::dynamic::within(&name.text) {
                self.named_by_value(parts, &value, &mut flow, (later, name.span));
                continue;
            }
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
            flow.scope.numbers.remove(&new.text);
            if flow.scope.numbers.remove(&old.text) {
                flow.scope.numbers.insert(new.text.clone());
            }
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
        let fits = Predicate::atom(Atom::new(subject.clone(), test, place));
        let predicate = if negated {
            let mut there = Atom::new(subject, Test::Exists, place);
            there.implied = true;
            Predicate::and([Predicate::atom(there), Predicate::not(fits)])
        } else {
            fits
        };
        filtered(flow, predicate)
    }

    fn append(
        &mut self,
        how: Appending,
        options: &Options,
        inputs: &[Pipeline],
        flow: Flow,
        span: Span,
    ) -> Flow {
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
                let overrides = option(options, "override").is_some_and(|text| is_true(text));
                let right = match inputs {
                    [input] => self.pipeline(input),
                    _ => None,
                };
                if let Some(right) = right {
                    super::plain::appendcols(flow, right, overrides)
                } else {
                    self.lose(LossReason::NotExpressible, "appendcols", span);
                    flow
                }
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
            every_value: option(options, "mvlist").is_some_and(|text| is_true(text)),
        });
        flow.scope.compute(&"closed_txn".into());
        flow.scope.compute(&"duration".into());
        flow.scope.compute(&"eventcount".into());
        flow
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
                let new = if old.has_wildcard() && new.has_wildcard() {
                    refilled(&old.text, &new.text, own.clone())
                } else {
                    Expr::Literal(Value::Text(new.text.clone()))
                };
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
        if name.text == "addinfo" {
            return self.addinfo(flow, later, span);
        }
        if name.text == "xyseries"
            && let Some(series) = self.xyseries(&arguments.text, &flow, (later, span))
        {
            return series;
        }
        if let Some(plain) = self.plain(&name.text, arguments, &flow, later) {
            return plain;
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
            "reltime" => &["reltime"],
            // The fields of the raw text are the event's own.
            "extract" | "kv" | "xmlkv" | "kvform" if !flow.scope.closed => return flow,
            "nomv" | "mvcombine" | "filldown" if later.is_empty() => return flow,
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
        if scope.only != flow.scope.only {
            scope.only = None;
        }
        plans.push(kept(flow));
    }
    scope.unsorted = false;
    Flow {
        plan: Plan::Append(plans),
        scope,
    }
}

impl Lowering<'_> {
    /// `fields` and `table`: what is left is known without a node, but what is shown is not.
    fn choose(&mut self, keep: Keep, fields: &[Name], mut flow: Flow, later: &[Stage]) -> Flow {
        let named = |name: &Text| {
            fields
                .iter()
                .any(|field| captures(&field.text, name).is_some())
        };
        if keep == Keep::Drop {
            flow.scope.columns.retain(|name, _| !named(name));
            if !flow.scope.closed {
                let names = fields.iter().map(|field| field.text.clone());
                flow.scope.gone.extend(names);
            }
            return flow;
        }
        // The time is kept though it is not named.
        let keeps = keep == Keep::Fields || fields.iter().any(|field| field.text == "_time");
        let open = !flow.scope.closed && keeps;
        if open && !flow.scope.columns.contains_key("_time") && self.reads_time(later) {
            let time = self.field_value(&flow.scope, "_time");
            derive(&mut flow, "_time".into(), time);
        }
        let wild = fields.iter().any(Name::has_wildcard);
        let all = fields.iter().any(|field| field.text == "*");
        if !flow.scope.closed && wild && !all {
            let patterns = fields.iter().map(|field| &field.text);
            let mut only: Vec<Text> = patterns.cloned().collect();
            if let Some(before) = &flow.scope.only {
                // What both leave; a pattern of one that the other does not name is left out.
                only.retain(|name| before.iter().any(|own| captures(own, name).is_some()));
            }
            flow.scope.only = Some(only);
        }
        if !flow.scope.closed && !wild {
            for field in fields {
                let there = flow.scope.has(&field.text);
                if there && !flow.scope.columns.contains_key(&field.text) {
                    flow.scope.columns.insert(field.text.clone(), None);
                }
            }
            flow.scope.gone.clear();
            flow.scope.only = None;
            flow.scope.closed = true;
        }
        let time = keep == Keep::Fields;
        flow.scope
            .columns
            .retain(|name, _| named(name) || (time && name == "_time"));
        if keep == Keep::Table {
            let columns = fields.iter().map(|field| field.text.clone()).collect();
            flow.plan = Plan::Project {
                input: Box::new(flow.plan),
                projection: Projection::Display(columns),
            };
        }
        flow
    }

    /// Whether a later stage looks at the time of rows.
    fn reads_time(&self, later: &[Stage]) -> bool {
        let charts = |stage: &Stage| matches!(&stage.command, Command::Stats(stats) if stats.kind == StatsKind::Timechart);
        self.used(&["_time".into()], later) || later.iter().any(charts)
    }
}

fn group_name(group: u32) -> String {
    format!("${{{group}}}")
}

/// A text that fits a pattern, in another: each `*` of the new one is what the same `*` of the old
/// one stands for.
fn refilled(old: &str, new: &str, own: Expr) -> Expr {
    let mut expression = String::from("(?s)^");
    for c in old.chars() {
        match c {
            '*' => expression.push_str("(.*)"),
            c if c.is_alphanumeric() || c == '_' || !c.is_ascii() => expression.push(c),
            c => expression.extend(['\\', c]),
        }
    }
    expression.push('$');
    let mut group = 0;
    let mut replacement = String::new();
    for c in new.chars() {
        match c {
            '*' => {
                group += 1;
                replacement.push_str(&group_name(group));
            }
            '$' => replacement.push_str("$$"),
            c => replacement.push(c),
        }
    }
    let literal = |text: String| Expr::Literal(Value::Text(text.into()));
    let arguments = vec![own, literal(expression), literal(replacement)];
    Expr::call(Function::RegexReplaceFirst(Dialect::Pcre), arguments)
}

//! Smaller commands whose arguments are a list of words: `strcat`, `nomv`, `filldown`, `reverse`,
//! `untable`, `rangemap` and their kin.

use super::super::ast::{Name, Stage};
use super::aggregate::{derive, is_true};
use super::order::in_order;
use super::reads::named;
use super::running::{number_rows, run};
use super::scope::Scope;
use super::stage::appended;
use super::{Flow, Lowering};
use tripline_ir::{
    Aggregate, Case, Coerce, CompareOp, Dedup, Expand, Expr, FieldRef, Function, Join, JoinColumns,
    JoinKey, JoinKind, Key, KeyMatch, LossReason, Measure, MeasureFunction, MissingKey, Plan,
    Predicate, SortKey, Text, Value, Window, format_smolstr,
};
use tripline_text::Span;

/// A command's arguments.
struct Words {
    /// `key=value`.
    options: Vec<(Text, Text)>,
    /// The others, and whether they stood in quotes.
    plain: Vec<(Text, bool)>,
}

impl Words {
    fn of(text: &str) -> Self {
        let mut words = Self {
            options: Vec::new(),
            plain: Vec::new(),
        };
        for (word, quoted) in cut(text) {
            match word.split_once('=') {
                Some((key, value)) if !quoted => {
                    let value = value.trim_matches('"');
                    words
                        .options
                        .push((key.to_lowercase().into(), value.into()));
                }
                _ => words.plain.push((word, quoted)),
            }
        }
        words
    }

    fn option(&self, name: &str) -> Option<&Text> {
        let found = self.options.iter().find(|(key, _)| key == name);
        found.map(|(_, value)| value)
    }

    fn names(&self) -> Vec<Text> {
        self.plain.iter().map(|(name, _)| name.clone()).collect()
    }
}

/// The words of a text between blanks and commas, quotes gone from those that stand in them.
fn cut(text: &str) -> Vec<(Text, bool)> {
    let mut found = Vec::new();
    let mut word = String::new();
    let (mut inside, mut quoted, mut begun) = (false, false, false);
    for c in text.chars() {
        match c {
            '"' => {
                if word.is_empty() && !inside {
                    quoted = true;
                }
                inside = !inside;
                begun = true;
                if !quoted {
                    word.push(c);
                }
            }
            c if !inside && (c.is_whitespace() || c == ',') => {
                if begun {
                    found.push((Text::from(std::mem::take(&mut word)), quoted));
                }
                (quoted, begun) = (false, false);
            }
            c => {
                begun = true;
                word.push(c);
            }
        }
    }
    if begun {
        found.push((word.into(), quoted));
    }
    found
}

fn text(text: &str) -> Expr {
    Expr::Literal(Value::Text(text.into()))
}

fn column(name: &Text) -> Expr {
    Expr::Field(FieldRef::unmapped(name.clone()))
}

impl Lowering<'_> {
    /// One of these commands; `None` for others, and for forms that are not held.
    pub(super) fn plain(
        &mut self,
        name: &str,
        arguments: &Name,
        flow: &Flow,
        later: &[Stage],
    ) -> Option<Flow> {
        let words = Words::of(&arguments.text);
        let flow = flow.clone();
        match name {
            "strcat" => self.strcat(&words, flow),
            "nomv" => {
                let [(field, _)] = words.plain.as_slice() else {
                    return None;
                };
                let mut flow = flow;
                let own = self.field_value(&flow.scope, field);
                let joined = Expr::call(Function::Join, vec![own, text("\n")]);
                derive(&mut flow, field.clone(), joined);
                Some(flow)
            }
            "setfields" => {
                let mut flow = flow;
                for (name, value) in &words.options {
                    derive(&mut flow, name.clone(), text(value));
                }
                (!words.options.is_empty() && words.plain.is_empty()).then_some(flow)
            }
            "tojson" if words.plain.is_empty() && words.options.is_empty() => {
                let mut flow = flow;
                let row = Expr::call(Function::RowObject, Vec::new());
                let json = Expr::call(Function::ToTextOrJson, vec![row]);
                derive(&mut flow, "_raw".into(), json);
                Some(flow)
            }
            "rangemap" => self.rangemap(&words, flow),
            "reverse" => Some(reversed(flow)),
            "filldown" => self.filldown(&words, flow),
            "uniq" => Some(self.uniq(flow)),
            "mvcombine" => self.mvcombine(&words, flow),
            "untable" => self.untable(&words, flow),
            "addcoltotals" => self.addcoltotals(&words, flow),
            "transpose" => self.transpose(&words, flow),
            "extract" | "kv" => self.extract(&words, flow, later),
            _ => None,
        }
    }

    /// `strcat [allrequired=true] a ":" b into`.
    fn strcat(&mut self, words: &Words, mut flow: Flow) -> Option<Flow> {
        let ((into, _), parts) = words.plain.split_last()?;
        let required = words
            .option("allrequired")
            .is_some_and(|value| is_true(value));
        let parts: Vec<Expr> = parts
            .iter()
            .map(|(word, quoted)| {
                if *quoted {
                    return text(word);
                }
                let own = self.field_value(&flow.scope, word);
                if required {
                    own
                } else {
                    Expr::call(Function::Coalesce, vec![own, text("")])
                }
            })
            .collect();
        derive(&mut flow, into.clone(), Expr::call(Function::Concat, parts));
        Some(flow)
    }

    /// `rangemap field=n low=0-30 high=31-100 default=none`.
    fn rangemap(&mut self, words: &Words, mut flow: Flow) -> Option<Flow> {
        let field = words.option("field")?;
        let number = Expr::call(
            Function::ToNumber,
            vec![self.field_value(&flow.scope, field)],
        );
        let compare = |op| Function::Compare(op, Case::Sensitive, Coerce::Typed);
        let mut found = Vec::new();
        for (name, range) in &words.options {
            if matches!(name.as_str(), "field" | "default") {
                continue;
            }
            let middle = range.get(1..)?.find('-')? + 1;
            let bound = |text: &str| Some(Expr::Literal(Value::Float(text.parse().ok()?)));
            let (from, to) = (bound(&range[..middle])?, bound(&range[middle + 1..])?);
            let above = Expr::call(compare(CompareOp::Gte), vec![number.clone(), from]);
            let below = Expr::call(compare(CompareOp::Lte), vec![number.clone(), to]);
            let both = Expr::call(Function::And, vec![above, below]);
            found.push(Expr::call(Function::If, vec![both, text(name)]));
        }
        let list = Expr::call(Function::ListConcat, found);
        let default = words.option("default").map_or("None", Text::as_str);
        let value = Expr::call(Function::Coalesce, vec![list, text(default)]);
        derive(&mut flow, "range".into(), value);
        Some(flow)
    }

    /// `filldown a b`: the last value before, where there is none.
    fn filldown(&mut self, words: &Words, flow: Flow) -> Option<Flow> {
        let mut flow = in_order(flow);
        let mut names = Vec::new();
        for name in words.names() {
            if name.contains('*') {
                if !flow.scope.closed || flow.scope.vague {
                    return None;
                }
                names.extend(flow.scope.fitting(&name));
            } else {
                names.push(name);
            }
        }
        if names.is_empty() {
            if !flow.scope.closed || flow.scope.vague {
                return None;
            }
            names = flow.scope.fitting("*");
        }
        let measures = names.into_iter().map(|name| {
            let of = self.field_value(&flow.scope, &name);
            Measure::new(name, MeasureFunction::Last(of))
        });
        let measures: Vec<Measure> = measures.collect();
        run(&mut flow, measures, true);
        Some(flow)
    }

    /// Rows that are as the one before them go; events differ in what they are.
    fn uniq(&self, flow: Flow) -> Flow {
        if !flow.scope.closed || flow.scope.vague {
            return flow;
        }
        let mut flow = in_order(flow);
        let names: Vec<Text> = flow.scope.columns.keys().cloned().collect();
        let by = names.iter().map(|name| self.field_value(&flow.scope, name));
        flow.plan = Plan::Dedup(Dedup {
            by: by.collect(),
            input: Box::new(flow.plan),
            count: 1,
            consecutive: true,
            missing: MissingKey::Value,
        });
        flow
    }

    /// `mvcombine field`: rows that differ in this column alone become one.
    fn mvcombine(&self, words: &Words, flow: Flow) -> Option<Flow> {
        let [(field, _)] = words.plain.as_slice() else {
            return None;
        };
        let columns = known(&flow.scope)?;
        let group_by = columns.iter().filter(|name| *name != field);
        let group_by = group_by.map(|name| Key {
            value: Expr::Field(self.field_ref(&flow.scope, name)),
            optional: true,
        });
        let list = MeasureFunction::List(self.field_value(&flow.scope, field), None);
        Some(Flow {
            plan: Plan::Aggregate(Aggregate {
                group_by: group_by.collect(),
                window: Window::Whole,
                measures: vec![Measure::new(field.clone(), list)],
                having: Predicate::True,
                closed: true,
                input: Box::new(flow.plan),
            }),
            scope: flow.scope,
        })
    }

    /// `untable x name value`: a row for each other column of a row.
    fn untable(&self, words: &Words, mut flow: Flow) -> Option<Flow> {
        let names = words.names();
        let [row, name, value] = names.as_slice() else {
            return None;
        };
        let columns: Vec<Text> = known(&flow.scope)?
            .into_iter()
            .filter(|own| own != row)
            .collect();
        let labels = columns.iter().map(|name| text(name)).collect();
        let values = columns
            .iter()
            .map(|name| self.field_value(&flow.scope, name));
        let values = values.collect();
        flow.plan = Plan::Expand(Expand {
            input: Box::new(flow.plan),
            columns: vec![
                (name.clone(), Expr::call(Function::List, labels)),
                (value.clone(), Expr::call(Function::List, values)),
            ],
            keep_empty: false,
            limit: None,
            index: None,
        });
        let there = tripline_ir::Atom::field(
            FieldRef::unmapped(value.clone()),
            tripline_ir::Test::Exists,
            Span::default(),
        );
        flow.plan = Plan::Filter {
            input: Box::new(flow.plan),
            predicate: Predicate::atom(there),
        };
        let canonical = flow.scope.columns.get(row).cloned().flatten();
        let mut scope = Scope::closed();
        scope.columns.insert(row.clone(), canonical);
        scope.columns.insert(name.clone(), None);
        scope.columns.insert(value.clone(), None);
        flow.scope = scope;
        Some(flow)
    }

    /// `addcoltotals`: one more row with the sums of the columns.
    fn addcoltotals(&self, words: &Words, flow: Flow) -> Option<Flow> {
        let columns = known(&flow.scope)?;
        let asked = words.names();
        let label = words.option("labelfield");
        let summed = columns.iter().filter(|name| {
            let asked = asked.is_empty() || asked.iter().any(|own| own == *name);
            asked && !name.starts_with('_') && Some(*name) != label
        });
        let measures = summed.map(|name| {
            let sum = MeasureFunction::Sum(self.field_value(&flow.scope, name));
            Measure::new(name.clone(), sum)
        });
        let measures: Vec<Measure> = measures.collect();
        let mut scope = Scope::closed();
        scope
            .columns
            .extend(measures.iter().map(|measure| (measure.name.clone(), None)));
        let mut totals = Flow {
            plan: Plan::Aggregate(Aggregate {
                input: Box::new(flow.plan.clone()),
                group_by: Vec::new(),
                window: Window::Whole,
                measures,
                having: Predicate::True,
                closed: true,
            }),
            scope,
        };
        if let Some(field) = label {
            let label = words.option("label").map_or("Total", Text::as_str);
            derive(&mut totals, field.clone(), text(label));
        }
        Some(appended(vec![flow, totals]))
    }

    /// `transpose [rows]`: a row for each column, with the values of the first rows.
    fn transpose(&self, words: &Words, flow: Flow) -> Option<Flow> {
        let rows: u64 = match words.plain.as_slice() {
            [] => 5,
            [(rows, _)] => rows.parse().ok().filter(|rows| (1..=50).contains(rows))?,
            _ => return None,
        };
        let label = match words.options.as_slice() {
            [] => Text::new_static("column"),
            [(key, name)] if key == "column_name" => name.clone(),
            _ => return None,
        };
        let columns: Vec<Text> = known(&flow.scope)?;
        let columns: Vec<&Text> = columns
            .iter()
            .filter(|name| !name.starts_with('_'))
            .collect();
        let mut flow = in_order(flow);
        let of: Vec<Expr> = columns
            .iter()
            .map(|name| self.field_value(&flow.scope, name))
            .collect();
        let number = number_rows(&mut flow, &"transpose.row".into());
        let cell = |at: usize, row: u64| format_smolstr!("transpose.{at}.{row}");
        let equal = Function::Compare(CompareOp::Eq, Case::Sensitive, Coerce::Typed);
        let mut measures = Vec::new();
        for (at, of) in of.iter().enumerate() {
            for row in 1..=rows {
                let place = Expr::Literal(Value::Int(i64::try_from(row).unwrap_or(0)));
                let is = Expr::call(equal, vec![number.clone(), place]);
                let value = Expr::call(Function::If, vec![is, of.clone()]);
                measures.push(Measure::new(cell(at, row), MeasureFunction::First(value)));
            }
        }
        let labels = columns.iter().map(|name| text(name)).collect();
        let mut lists = vec![(label.clone(), Expr::call(Function::List, labels))];
        let mut scope = Scope::closed();
        scope.columns.insert(label, None);
        for row in 1..=rows {
            let name = format_smolstr!("row {row}");
            let cells = (0..columns.len()).map(|at| column(&cell(at, row)));
            lists.push((name.clone(), Expr::call(Function::List, cells.collect())));
            scope.columns.insert(name, None);
        }
        let gathered = Plan::Aggregate(Aggregate {
            input: Box::new(flow.plan),
            group_by: Vec::new(),
            window: Window::Whole,
            measures,
            having: Predicate::True,
            closed: true,
        });
        Some(Flow {
            plan: Plan::Expand(Expand {
                input: Box::new(gathered),
                columns: lists,
                keep_empty: false,
                limit: None,
                index: None,
            }),
            scope,
        })
    }

    /// `extract pairdelim=";" kvdelim=":"`: the fields of the raw text that later stages name.
    fn extract(&mut self, words: &Words, mut flow: Flow, later: &[Stage]) -> Option<Flow> {
        let (pairs, values) = (words.option("pairdelim")?, words.option("kvdelim")?);
        let raw = self.field_value(&flow.scope, "_raw");
        let object = Expr::call(
            Function::ParseKeyValue,
            vec![raw, text(pairs), text(values)],
        );
        for name in named(later) {
            if name.starts_with('_') {
                continue;
            }
            let found = Expr::call(Function::Member, vec![object.clone(), text(&name)]);
            let before = self.field_value(&flow.scope, &name);
            let value = Expr::call(Function::Coalesce, vec![found, before]);
            derive(&mut flow, name, value);
        }
        Some(flow)
    }

    /// `addinfo`: the end of the search is now; where it began no rule says.
    pub(super) fn addinfo(&mut self, mut flow: Flow, later: &[Stage], span: Span) -> Flow {
        let unknown: Vec<Text> = vec!["info_min_time".into(), "info_sid".into()];
        if self.decides(&unknown, later) {
            self.lose(LossReason::NotExpressible, "addinfo", span);
        }
        for name in &unknown {
            flow.scope.compute(name);
        }
        for name in ["info_max_time", "info_search_time"] {
            if self.used(&[name.into()], later) {
                let now = Expr::call(Function::Now, Vec::new());
                let seconds = Expr::call(Function::ToUnixSeconds, vec![now]);
                derive(&mut flow, name.into(), seconds);
            } else {
                flow.scope.compute(&name.into());
            }
        }
        flow
    }
}

/// The names of the columns where all of them are known.
fn known(scope: &Scope) -> Option<Vec<Text>> {
    let known = scope.closed && !scope.vague;
    known.then(|| scope.columns.keys().cloned().collect())
}

/// Rows in the other order.
fn reversed(flow: Flow) -> Flow {
    let mut flow = in_order(flow);
    let number = number_rows(&mut flow, &"reverse.row".into());
    flow.plan = Plan::Sort {
        input: Box::new(flow.plan),
        by: vec![SortKey {
            value: number,
            descending: true,
            nulls_first: false,
        }],
    };
    flow
}

/// `appendcols`: the columns of the first row of a search in the first row, and so on.
pub(super) fn appendcols(flow: Flow, right: Flow, overrides: bool) -> Flow {
    let number: Text = "appendcols.row".into();
    let mut sides = [in_order(flow), in_order(right)];
    for side in &mut sides {
        number_rows(side, &number);
        side.scope.columns.insert(number.clone(), None);
    }
    let [left, right] = sides;
    let mut scope = left.scope.clone();
    for (name, canonical) in &right.scope.columns {
        if overrides || !scope.has(name) {
            scope.columns.insert(name.clone(), canonical.clone());
        }
    }
    scope.columns.remove(&number);
    scope.vague |= right.scope.vague || !right.scope.closed;
    Flow {
        plan: Plan::Join(Join {
            left: Box::new(super::lookup::kept(left)),
            right: Box::new(super::lookup::kept(right)),
            on: vec![vec![JoinKey {
                left: column(&number),
                right: column(&number),
                how: KeyMatch::Equal(Case::Sensitive),
            }]],
            kind: JoinKind::FullOuter,
            columns: if overrides {
                JoinColumns::RightFirst
            } else {
                JoinColumns::LeftFirst
            },
            limit: Some(1),
        }),
        scope,
    }
}

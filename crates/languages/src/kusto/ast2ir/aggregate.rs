//! `summarize`.

use super::Lowering;
use super::named::result_name;
use super::relation::{Branch, Column, Relation};
use super::scalar::{Kind, Typed};
use crate::kusto::ast::{Argument, Call, ExprKind};
use tripline_ir::{
    Aggregate, Expr as Value, FieldRef, Key, LossReason, Measure, MeasureFunction, Plan,
    Population, Predicate, Text, Value as Constant, Window, format_smolstr,
};
use tripline_text::Span;

impl<'a> Lowering<'a> {
    pub(super) fn summarize(
        &mut self,
        rows: Relation,
        measures: &'a [Argument],
        by: &'a [Argument],
    ) -> Option<Relation> {
        self.counted(&rows);
        let mut branch = rows.joined();
        let (names, mut keys) = self.keys(&mut branch, by, measures);
        keys.extend(self.part_keys());
        let mut found = Found::default();
        for item in measures {
            self.measure(&mut branch, item, &mut found);
        }
        branch.old.clear();
        self.attach(&mut branch);
        let Found {
            measures,
            derived,
            columns,
            whole,
        } = found;
        branch.leave_events();
        let window = Window::Whole;
        branch.stage(|input| {
            Plan::Aggregate(Aggregate {
                input,
                group_by: keys,
                window,
                measures,
                having: Predicate::True,
                closed: true,
            })
        });
        let before = std::mem::take(&mut branch.columns);
        for (name, column) in &before {
            let kept =
                names.contains(name) || (whole && !columns.iter().any(|(own, _)| own == name));
            if kept {
                branch.columns.insert(name.clone(), column.clone());
            }
        }
        branch.listed = (!whole).then(|| names.clone());
        for (name, column) in columns {
            branch.define(&name, column, true);
        }
        branch.derive(derived);
        Some(Relation::of(branch))
    }

    /// The group's keys; a computed one becomes a column first. What `measures` read is what the
    /// columns were before: the branch says so until that is cleared.
    pub(super) fn keys(
        &mut self,
        branch: &mut Branch,
        by: &'a [Argument],
        measures: &'a [Argument],
    ) -> (Vec<Text>, Vec<Key>) {
        let mut names = Vec::new();
        let mut keys = Vec::new();
        branch.old = self.kept_aside(branch, by, measures);
        for item in by {
            let Some(name) = self.column(branch, item) else {
                continue;
            };
            // A key that cannot be computed decides about the groups.
            let lost = branch
                .columns
                .get(&name)
                .and_then(|column| column.lost.clone());
            if let Some(lost) = lost {
                if !self.losses.contains(&lost) {
                    self.losses.push(lost);
                }
                continue;
            }
            let field = self.field(&name, branch);
            keys.push(Key {
                value: Value::Field(field),
                optional: true,
            });
            names.push(name);
        }
        (names, keys)
    }

    /// The measures and columns of one item.
    fn measure(&mut self, branch: &mut Branch, item: &'a Argument, found: &mut Found) {
        let before = std::mem::take(&mut self.losses);
        self.aggregates = Some(Vec::new());
        let multiple = self.several(branch, item);
        let typed = match multiple {
            Some(_) => None,
            None => self.scalar(&item.value, Some(branch)),
        };
        let mut measures = self.aggregates.take().unwrap_or_default();
        let mut losses = std::mem::replace(&mut self.losses, before);
        if let Some((columns, whole)) = multiple {
            found.measures.append(&mut measures);
            found.columns.extend(columns);
            found.whole |= whole;
            self.losses.extend(losses);
            return;
        }
        let given = item.names.first().map(|name| &name.text);
        let name = self.name_of(given, &item.value, branch);
        let lost = match &typed {
            Some(_) => None,
            None => losses.drain(..).next(),
        };
        if let Some(typed) = &typed {
            match (&typed.value, measures.as_mut_slice()) {
                (Value::Field(field), [only]) if only.name == field.name => {
                    only.name = name.clone();
                }
                _ => found.derived.push((name.clone(), typed.value.clone())),
            }
            found.measures.append(&mut measures);
        }
        let column = Column {
            kind: typed.map_or(Kind::Unknown, |typed| typed.kind),
            view: None,
            lost,
        };
        found.columns.push((name, column));
    }

    /// `arg_max(by, a, b)`, `take_any(a, b)`, `percentiles(...)`: several columns. True when
    /// every other column comes along.
    fn several(
        &mut self,
        branch: &Branch,
        item: &'a Argument,
    ) -> Option<(Vec<(Text, Column)>, bool)> {
        let ExprKind::Call(call) = &item.value.kind else {
            return None;
        };
        match call.name.text.as_str() {
            "percentile" | "percentiles" => self.percentiles(branch, item, call),
            "arg_max" | "arg_min" | "argmax" | "argmin" => self.extreme(branch, item, call),
            "take_any" | "any" if is_star(call) => {
                let row = Value::Literal(Constant::Int(0));
                let measure = MeasureFunction::RowOfMin(row);
                self.aggregates = Some(vec![Measure::new(self.fresh("any"), measure)]);
                Some((Vec::new(), true))
            }
            "take_any" | "any" if call.arguments.len() > 1 => {
                let mut found = Several::of(item);
                for argument in &call.arguments {
                    let name = match result_name(&argument.value) {
                        Some(own) if call.name.text == "any" && found.given.len() == 0 => {
                            self.unique(format_smolstr!("any_{own}"))
                        }
                        _ => self.part_name(&mut found, argument, branch),
                    };
                    self.named.push(name.clone());
                    let of = self.scalar(&argument.value, Some(branch))?;
                    found.add(name, MeasureFunction::Any(of.value), of.kind);
                }
                Some(self.collected(found))
            }
            _ => None,
        }
    }

    /// `arg_max(by, a, b)`, `arg_min(by, *)`.
    fn extreme(
        &mut self,
        branch: &Branch,
        item: &'a Argument,
        call: &'a Call,
    ) -> Option<(Vec<(Text, Column)>, bool)> {
        let (first, rest) = call.arguments.split_first()?;
        let largest = call.name.text.ends_with("max");
        let by = self.scalar(&first.value, Some(branch))?;
        let mut found = Several::of(item);
        // The former names of the functions give longer names to their columns.
        let old = !call.name.text.contains('_');
        let stem = if largest { "max_" } else { "min_" };
        let name = match (found.given(), result_name(&first.value)) {
            (Some(given), _) => given,
            (None, Some(name)) if old => self.unique(format_smolstr!("{stem}{name}")),
            (None, Some(name)) => self.unique(name),
            (None, None) => self.unique(Text::new_static(stem)),
        };
        self.named.push(name.clone());
        let whole = is_star(call);
        let value = by.value.clone();
        let measure = match (whole, largest) {
            (true, true) => MeasureFunction::RowOfMax(value),
            (true, false) => MeasureFunction::RowOfMin(value),
            (false, true) => MeasureFunction::Max(value),
            (false, false) => MeasureFunction::Min(value),
        };
        found.add(name.clone(), measure, by.kind);
        for argument in rest.iter().filter(|_| !whole) {
            let own = match result_name(&argument.value) {
                Some(own) if old && found.given.len() == 0 => {
                    self.unique(format_smolstr!("{name}_{own}"))
                }
                _ => self.part_name(&mut found, argument, branch),
            };
            self.named.push(own.clone());
            let of = self.scalar(&argument.value, Some(branch))?;
            let (by, of_value) = (by.value.clone(), of.value);
            let measure = if largest {
                MeasureFunction::ArgMax { by, of: of_value }
            } else {
                MeasureFunction::ArgMin { by, of: of_value }
            };
            found.add(own, measure, of.kind);
        }
        let (columns, _) = self.collected(found);
        Some((columns, whole))
    }

    /// The name of the next column: given, or that of its argument.
    fn part_name(&mut self, found: &mut Several, argument: &'a Argument, branch: &Branch) -> Text {
        let own = argument.names.first().map(|name| name.text.clone());
        let given = found.given().or(own);
        self.name_of(given.as_ref(), &argument.value, branch)
    }

    /// Hands the measures over; the columns that they become.
    fn collected(&mut self, found: Several) -> (Vec<(Text, Column)>, bool) {
        self.aggregates = Some(found.measures);
        (found.columns, false)
    }

    /// `percentiles(x, 5, 95)`: a column for each share.
    fn percentiles(
        &mut self,
        branch: &Branch,
        item: &'a Argument,
        call: &'a Call,
    ) -> Option<(Vec<(Text, Column)>, bool)> {
        let (of, shares) = call.arguments.split_first()?;
        let mut found = Several::of(item);
        let stem = result_name(&of.value).unwrap_or_default();
        let of = self.scalar(&of.value, Some(branch))?;
        for share in shares {
            let value = self.scalar(&share.value, None)?.constant()?;
            let written = value.as_text()?.replace('.', "_");
            let name = match found.given() {
                Some(given) => given,
                None => self.unique(format_smolstr!("percentile_{stem}_{written}")),
            };
            self.named.push(name.clone());
            let measure = MeasureFunction::PercentileNearest(of.value.clone(), share_of(&value)?);
            found.add(name, measure, of.kind);
        }
        Some(self.collected(found))
    }

    #[expect(
        clippy::option_option,
        reason = "no aggregate, and an aggregate that is lost, differ"
    )]
    /// A call of an aggregate: a measure, and the column that it becomes. `None` when the name is
    /// no aggregate.
    pub(super) fn aggregate(
        &mut self,
        call: &'a Call,
        span: Span,
        row: Option<&Branch>,
    ) -> Option<Option<Typed>> {
        let name = call.name.text.as_str();
        let base = name
            .strip_suffix("_if")
            .or_else(|| name.strip_suffix("if"))
            .unwrap_or(name);
        if !is_aggregate(base) {
            return None;
        }
        Some(self.aggregated(call, base, base != name, span, row))
    }

    fn aggregated(
        &mut self,
        call: &'a Call,
        base: &str,
        conditional: bool,
        span: Span,
        row: Option<&Branch>,
    ) -> Option<Typed> {
        if base == "percentiles_array" {
            return self.percentile_list(call, row);
        }
        // Arguments of an aggregate hold no aggregate.
        let outer = self.aggregates.take();
        let built = self.measured(call, base, conditional, span, row);
        self.aggregates = outer;
        let (function, kind, filter) = built?;
        let name = self.fresh("measure");
        let measure = Measure {
            name: name.clone(),
            function,
            filter,
        };
        self.aggregates.get_or_insert_default().push(measure);
        Some(Typed::new(Value::Field(FieldRef::unmapped(name)), kind))
    }

    /// `percentiles_array(x, 5, 95)`: the list of them.
    fn percentile_list(&mut self, call: &'a Call, row: Option<&Branch>) -> Option<Typed> {
        let (of, shares) = call.arguments.split_first()?;
        let outer = self.aggregates.take();
        let of = self.scalar(&of.value, row);
        let mut values = Vec::new();
        for share in shares {
            let value = self.scalar(&share.value, None).and_then(Typed::constant);
            values.extend(value.into_iter().flat_map(|value| {
                let elements = value.elements();
                elements.into_iter().cloned().collect::<Vec<_>>()
            }));
        }
        self.aggregates = outer;
        let of = of?;
        let mut list = Vec::new();
        for value in values {
            let name = self.fresh("measure");
            let function = MeasureFunction::PercentileNearest(of.value.clone(), share_of(&value)?);
            let measure = Measure::new(name.clone(), function);
            self.aggregates.get_or_insert_default().push(measure);
            list.push(Value::Field(FieldRef::unmapped(name)));
        }
        let list = Value::call(tripline_ir::Function::List, list);
        Some(Typed::new(list, Kind::Dynamic))
    }

    fn measured(
        &mut self,
        call: &'a Call,
        base: &str,
        conditional: bool,
        span: Span,
        row: Option<&Branch>,
    ) -> Option<(MeasureFunction, Kind, Option<Predicate>)> {
        let at = |index: usize| call.arguments.get(index).map(|argument| &argument.value);
        let condition = match (conditional, base) {
            (false, _) => None,
            (true, "count") => at(0),
            (true, _) => at(1),
        };
        let filter = match (condition, row) {
            (Some(condition), Some(row)) => Some(self.predicate(condition, row)?),
            (None, _) if !conditional => None,
            _ => return None,
        };
        if base == "count" {
            return Some((MeasureFunction::Count, Kind::Number, filter));
        }
        let of = self.scalar(at(0)?, row)?;
        let limit_at = if conditional { 2 } else { 1 };
        let number = |lowering: &mut Self, index: usize| {
            let value = lowering.scalar(at(index)?, row)?.constant()?;
            match value {
                Constant::Int(n) => Some(n),
                _ => None,
            }
        };
        let kind = of.kind;
        let value = of.value;
        let (function, kind) = match base {
            "dcount" | "count_distinct" => {
                (MeasureFunction::CountDistinct(vec![value]), Kind::Number)
            }
            "sum" => (MeasureFunction::Sum(value), kind),
            "avg" => (MeasureFunction::Average(value), kind),
            "min" => (MeasureFunction::Min(value), kind),
            "max" => (MeasureFunction::Max(value), kind),
            "take_any" | "any" | "take_any_" => (MeasureFunction::Any(value), kind),
            "stdev" => (
                MeasureFunction::Deviation(value, Population::Sample),
                Kind::Number,
            ),
            "stdevp" => (
                MeasureFunction::Deviation(value, Population::Whole),
                Kind::Number,
            ),
            "variance" => (
                MeasureFunction::Variance(value, Population::Sample),
                Kind::Number,
            ),
            "variancep" => (
                MeasureFunction::Variance(value, Population::Whole),
                Kind::Number,
            ),
            "make_bag" => (MeasureFunction::MakeBag(value), Kind::Dynamic),
            "binary_all_or" => (MeasureFunction::BitOr(value), Kind::Number),
            "binary_all_and" => (MeasureFunction::BitAnd(value), Kind::Number),
            "binary_all_xor" => (MeasureFunction::BitXor(value), Kind::Number),
            "make_set" | "makeset" | "make_list" | "makelist" => {
                let limit = at(limit_at).and_then(|_| number(self, limit_at));
                let limit = limit.and_then(|n| u64::try_from(n).ok());
                let function = if base.contains("set") {
                    MeasureFunction::Set(value, limit)
                } else {
                    MeasureFunction::List(value, limit)
                };
                (function, Kind::Dynamic)
            }
            "percentile" => {
                let share = share_of(&self.scalar(at(1)?, row)?.constant()?)?;
                (MeasureFunction::PercentileNearest(value, share), kind)
            }
            _ => {
                self.lose(LossReason::UnknownFunction, call.name.text.clone(), span);
                return None;
            }
        };
        Some((function, kind, filter))
    }
}

/// What the items of a `summarize` give.
#[derive(Default)]
struct Found {
    measures: Vec<Measure>,
    derived: Vec<(Text, Value)>,
    columns: Vec<(Text, Column)>,
    /// Every other column comes along.
    whole: bool,
}

/// The columns of an aggregate that gives several.
struct Several {
    /// Names that the query gives and that are not used yet.
    given: std::vec::IntoIter<Text>,
    measures: Vec<Measure>,
    columns: Vec<(Text, Column)>,
}

impl Several {
    fn of(item: &Argument) -> Self {
        let given: Vec<Text> = item.names.iter().map(|name| name.text.clone()).collect();
        Self {
            given: given.into_iter(),
            measures: Vec::new(),
            columns: Vec::new(),
        }
    }

    fn given(&mut self) -> Option<Text> {
        self.given.next()
    }

    fn add(&mut self, name: Text, function: MeasureFunction, kind: Kind) {
        self.measures.push(Measure::new(name.clone(), function));
        let column = Column {
            kind,
            view: None,
            lost: None,
        };
        self.columns.push((name, column));
    }
}

/// The share of a percentile.
fn share_of(value: &Constant) -> Option<f64> {
    match value {
        Constant::Int(n) => i32::try_from(*n).ok().map(f64::from),
        Constant::Float(n) => Some(*n),
        _ => None,
    }
}

fn is_star(call: &Call) -> bool {
    call.arguments
        .iter()
        .any(|argument| argument.value.kind == ExprKind::Star)
}

fn is_aggregate(name: &str) -> bool {
    matches!(
        name,
        "count"
            | "dcount"
            | "count_distinct"
            | "sum"
            | "avg"
            | "min"
            | "max"
            | "take_any"
            | "any"
            | "stdev"
            | "stdevp"
            | "variance"
            | "variancep"
            | "make_bag"
            | "make_set"
            | "makeset"
            | "make_list"
            | "makelist"
            | "percentile"
            | "percentiles"
            | "hll"
            | "tdigest"
            | "arg_max"
            | "arg_min"
            | "make_list_with_nulls"
            | "binary_all_or"
            | "binary_all_and"
            | "binary_all_xor"
            | "percentiles_array"
            | "dcount_hll"
            | "hll_merge"
            | "buildschema"
            | "covariance"
            | "covariancep"
            | "passthrough"
            | "percentilesw"
            | "percentilesw_array"
            | "percentilew"
            | "tdigest_merge"
    )
}

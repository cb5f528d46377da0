//! Stages in which the order of rows counts: `sort`, `dedup`, `head`.

use super::super::ast::{Expr as Ast, Name, Options, Sorted, Stage};
use super::super::parser;
use super::aggregate::{derive, is_true, option};
use super::decides::counts_rows;
use super::reads::reads_more;
use super::scope::Scope;
use super::stage::filtered;
use super::{Flow, Lowering};
use tripline_ir::{
    Atom, Case, Coerce, CompareOp, Dedup, Expr, FieldRef, Function, Limit, Measure,
    MeasureFunction, MissingKey, Number, Plan, Predicate, Running, RunningWindow, SortKey, Test,
    Text, Value,
};
use tripline_text::Span;

impl Lowering<'_> {
    /// `dedup`.
    pub(super) fn dedup(
        &mut self,
        options: &Options,
        count: u64,
        fields: &[Name],
        flow: Flow,
    ) -> Flow {
        let mut flow = in_order(flow);
        if let Some(sorted) = option(options, "sortby") {
            flow = self.sort(&parser::sorted(sorted), None, flow, false);
        }
        let by: Vec<Expr> = fields
            .iter()
            .map(|name| self.field_value(&flow.scope, &name.text))
            .collect();
        let set = |name: &str| option(options, name).is_some_and(|text| is_true(text));
        if set("keepevents") {
            return self.without_repeated(fields, count.max(1), flow);
        }
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

    /// `dedup keepevents=true`: every row stays, but the fields of repeated ones go.
    fn without_repeated(&mut self, fields: &[Name], count: u64, mut flow: Flow) -> Flow {
        let group_by = self.keys(&mut flow, fields, true);
        let name: Text = "dedup.count".into();
        flow.plan = Plan::Running(Running {
            input: Box::new(flow.plan),
            group_by,
            window: RunningWindow::All,
            current: true,
            measures: vec![Measure::new(name.clone(), MeasureFunction::Count)],
        });
        let most = Expr::Literal(Value::Int(i64::try_from(count).unwrap_or(i64::MAX)));
        let lte = Function::Compare(CompareOp::Lte, Case::Sensitive, Coerce::Typed);
        let first = Expr::call(lte, vec![Expr::Field(FieldRef::unmapped(name)), most]);
        for field in fields {
            let own = self.field_value(&flow.scope, &field.text);
            let value = Expr::call(Function::If, vec![first.clone(), own]);
            derive(&mut flow, field.text.clone(), value);
        }
        flow
    }

    /// `head (condition)`: the rows before the first for which it does not hold.
    pub(super) fn head_while(
        &mut self,
        options: &Options,
        condition: &Ast,
        mut flow: Flow,
    ) -> Flow {
        let set = |name: &str| option(options, name).is_some_and(|text| is_true(text));
        let value = self.value(condition, &flow.scope);
        let goes_on = if set("null") {
            let yes = Expr::Literal(Value::Bool(true));
            Expr::call(Function::Coalesce, vec![value, yes])
        } else {
            value
        };
        let holds = Expr::call(Function::IsTrue, vec![goes_on]);
        let ends = Expr::call(Function::Not, vec![holds]);
        let one = Expr::Literal(Value::Int(1));
        let name: Text = "head.ended".into();
        let of = Expr::call(Function::If, vec![ends, one]);
        let measure = Measure::new(name.clone(), MeasureFunction::CountValues(of));
        super::running::run(&mut flow, vec![measure], !set("keeplast"));
        flow.scope.columns.remove(&name);
        let none = Test::Number(CompareOp::Eq, Number::Int(0));
        let atom = Atom::field(FieldRef::unmapped(name), none, Span::default());
        filtered(flow, Predicate::atom(atom))
    }

    /// `sort`; `shown` when the order is only shown, so that it need not be exact.
    pub(super) fn sort(
        &mut self,
        fields: &[Sorted],
        limit: Option<u64>,
        mut flow: Flow,
        shown: bool,
    ) -> Flow {
        let by = fields
            .iter()
            .map(|key| SortKey {
                value: if shown && key.order.is_none() {
                    self.field_value(&flow.scope, &key.field.text)
                } else {
                    self.sorted(key, &flow.scope)
                },
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

    /// What a field is sorted by: its numbers and addresses as such, its other values as texts.
    fn sorted(&self, key: &Sorted, scope: &Scope) -> Expr {
        let own = self.field_value(scope, &key.field.text);
        let number = || Expr::call(Function::ToNumber, vec![own.clone()]);
        let address = || Expr::call(Function::IpToNumber, vec![own.clone()]);
        let first = |values| Expr::call(Function::Coalesce, values);
        match key.order.as_deref() {
            Some("num") => number(),
            Some("str") => Expr::call(Function::ToText, vec![own]),
            Some("ip") => first(vec![address(), own.clone()]),
            _ if !matches!(own, Expr::Field(_)) => own,
            _ if scope.numbers.contains(&key.field.text) => own,
            _ => {
                let is_number = Expr::call(Function::IsNumber, vec![own.clone()]);
                let number = Expr::call(Function::If, vec![is_number, number()]);
                first(vec![number, address(), own.clone()])
            }
        }
    }

    /// Whether no stage of the search looks at the order of rows behind a `sort`.
    pub(super) fn order_is_shown(&self, limit: Option<u64>, later: &[Stage]) -> bool {
        let looks = |stage: &Stage| counts_rows(stage) || reads_more(stage);
        self.open == 1 && limit.is_none_or(|limit| limit == 0) && !later.iter().any(looks)
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

pub(super) fn limited(mut flow: Flow, count: u64, from_end: bool) -> Flow {
    flow.plan = Plan::Limit(Limit {
        input: Box::new(flow.plan),
        count,
        from_end,
    });
    flow
}

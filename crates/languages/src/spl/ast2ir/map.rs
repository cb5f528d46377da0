//! `map`: a search once for each row, with `$field$` filled in.
//!
//! A search whose conditions ask for `field=$other$` finds, for each row, the events whose field is
//! what the row has: a join of the rows with the events of the search. What is asked for in another
//! way, and stages that see all rows of one run, are losses.

use super::super::ast::{Command, Name, Pipeline, Relation, Search, Stage};
use super::{Flow, Lowering};
use tripline_ir::{
    Case, Expr, Join, JoinColumns, JoinKey, JoinKind, KeyMatch, Limit, LossReason, Plan,
};
use tripline_text::Span;

impl Lowering<'_> {
    pub(super) fn map(&mut self, limit: u64, body: &Pipeline, flow: Flow, span: Span) -> Flow {
        let Some((first, rest)) = body.stages.split_first() else {
            return self.no_map(flow, span);
        };
        let Some((asked, conditions)) = bound(first) else {
            return self.no_map(flow, span);
        };
        let by_row = rest
            .iter()
            .all(|stage| by_row(&stage.command) && self.variables(stage.span) == 0);
        // Every `$field$` must be one of those equalities.
        let all = self.variables(first.span) == 2 * asked.len();
        if asked.is_empty() || !all || !by_row {
            return self.no_map(flow, span);
        }
        let right = self.base(&Search::And(conditions));
        let rows = super::order::in_order(flow);
        let on = asked.into_iter().map(|(field, variable)| JoinKey {
            left: self.field_value(&rows.scope, variable),
            right: Expr::Field(self.field_ref(&right.scope, &field.text)),
            // What is filled in is text to search for: letter case apart.
            how: KeyMatch::Equal(Case::Insensitive),
        });
        let on = vec![on.collect()];
        let left = Plan::Limit(Limit {
            input: Box::new(rows.plan),
            count: limit,
            from_end: false,
        });
        let mut scope = right.scope;
        scope.unsorted = false;
        let flow = Flow {
            plan: Plan::Join(Join {
                left: Box::new(left),
                right: Box::new(right.plan),
                on,
                kind: JoinKind::Inner,
                columns: JoinColumns::RightOnly,
                limit: None,
            }),
            scope,
        };
        let rest = Pipeline {
            stages: rest.to_vec(),
        };
        self.continued(&rest, flow)
    }

    fn no_map(&mut self, mut flow: Flow, span: Span) -> Flow {
        self.lose(LossReason::NotExpressible, "map", span);
        flow.scope.vague = true;
        flow
    }

    /// How many `$` a part of the text has.
    fn variables(&self, span: Span) -> usize {
        let text = self.expanded.text.get(span.range()).unwrap_or("");
        text.matches('$').count()
    }
}

/// A field of the search, and the field of the row that it must equal.
type Asked<'s> = (&'s Name, &'s str);

/// The `field=$variable$` of a first stage, and its other conditions.
fn bound(first: &Stage) -> Option<(Vec<Asked<'_>>, Vec<Search>)> {
    let Command::Search(search) = &first.command else {
        return None;
    };
    let parts = match search {
        Search::And(parts) => parts.as_slice(),
        one => std::slice::from_ref(one),
    };
    let mut asked = Vec::new();
    let mut rest = Vec::new();
    for part in parts {
        match part {
            Search::Compare {
                field,
                op: Relation::Eq,
                value,
                ..
            } if variable(&value.text).is_some() && !is_time(&field.text) => {
                asked.extend(variable(&value.text).map(|name| (field, name)));
            }
            other => rest.push(other.clone()),
        }
    }
    Some((asked, rest))
}

/// Whether a name sets the time range of a search.
fn is_time(name: &str) -> bool {
    matches!(
        name,
        "earliest" | "latest" | "_index_earliest" | "_index_latest"
    )
}

/// The name in `$name$`.
fn variable(text: &str) -> Option<&str> {
    let name = text.strip_prefix('$')?.strip_suffix('$')?;
    (!name.is_empty() && !name.contains('$')).then_some(name)
}

/// Whether a stage handles each row by itself.
fn by_row(command: &Command) -> bool {
    matches!(
        command,
        Command::Search(_)
            | Command::Where(_)
            | Command::Eval(_)
            | Command::Fields { .. }
            | Command::Rename(_)
            | Command::Fillnull { .. }
            | Command::Makemv { .. }
            | Command::Mvexpand { .. }
            | Command::Rex { .. }
            | Command::Regex { .. }
            | Command::Replace { .. }
            | Command::Convert { .. }
    )
}

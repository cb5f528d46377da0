//! `join` and `lookup`.

use super::Lowering;
use super::relation::{Branch, Column, Relation};
use super::scalar::Kind;
use super::table::table_column;
use crate::kusto::ast::{Expr, ExprKind, InList, JoinOperator, ListTest, Test};
use tripline_ir::{
    Expr as Value, Join, JoinColumns, JoinKey, JoinKind, Loss, LossReason, Plan, Text,
    format_smolstr,
};

impl<'a> Lowering<'a> {
    pub(super) fn join(
        &mut self,
        rows: Relation,
        join: &'a JoinOperator,
        lookup: bool,
    ) -> Option<Relation> {
        let mut left = rows.joined();
        let losses = std::mem::take(&mut self.losses);
        let right = self.relation(&join.right).map(Relation::joined);
        let found = std::mem::replace(&mut self.losses, losses);
        let outer = match &join.kind {
            None => lookup,
            Some(kind) => kind.text == "leftouter",
        };
        if let (true, Some(right), [lost, ..]) = (outer, &right, found.as_slice())
            && right.plan.has_opaque()
            && let Some(names) = &right.listed
        {
            enriched(&mut left, names, lost);
            return Some(Relation::of(left));
        }
        for loss in found {
            if !self.losses.contains(&loss) {
                self.losses.push(loss);
            }
        }
        let Some(right) = right else {
            return Some(Relation::of(left));
        };
        let mut keys = Vec::new();
        for on in &join.on {
            self.join_keys(on, &left, &right, &mut keys);
        }
        let kind = match join.kind.as_ref().map(|kind| kind.text.as_str()) {
            None if lookup => JoinKind::LeftOuter,
            None | Some("innerunique") => JoinKind::InnerUnique,
            Some("leftouter") => JoinKind::LeftOuter,
            Some("rightouter") => JoinKind::RightOuter,
            Some("fullouter") => JoinKind::FullOuter,
            Some("leftanti" | "anti" | "leftantisemi") => JoinKind::LeftAnti,
            Some("rightanti" | "rightantisemi") => JoinKind::RightAnti,
            Some("leftsemi") => JoinKind::LeftSemi,
            Some("rightsemi") => JoinKind::RightSemi,
            Some(_) => JoinKind::Inner,
        };
        let only_right = matches!(kind, JoinKind::RightSemi | JoinKind::RightAnti);
        let only_left = matches!(kind, JoinKind::LeftSemi | JoinKind::LeftAnti);
        left.leave_events();
        let mut shown = if only_right {
            right.clone()
        } else {
            left.clone()
        };
        shown.leave_events();
        if !only_left && !only_right {
            merge(&mut shown, &right);
        }
        let columns = if lookup {
            JoinColumns::LeftFirst
        } else {
            JoinColumns::Numbered
        };
        shown.plan = Plan::Join(Join {
            left: Box::new(left.plan),
            right: Box::new(right.plan),
            on: vec![keys],
            kind,
            columns,
            limit: None,
        });
        Some(Relation::of(shown))
    }

    /// `column in (table)`: the rows for which the table has a row. Nothing is done where the
    /// list is constant, or its values may be lists.
    pub(super) fn among(&mut self, branch: &mut Branch, list: &'a InList) -> Option<()> {
        let [table] = list.items.as_slice() else {
            return None;
        };
        if list.how != ListTest::In || !list.cased || !self.is_row_table(table, Some(branch)) {
            return None;
        }
        let rows = self.called(table.span, |lowering| lowering.relation(table))?;
        let right = rows.joined();
        let first = right.listed.as_ref()?.first()?.clone();
        let is_constant = table_column(&right.plan, &first).is_some();
        let kind = right.columns.get(&first).map(|column| column.kind);
        if is_constant || kind == Some(Kind::Dynamic) || right.plan.has_opaque() {
            return None;
        }
        let own = self.scalar(&list.left, Some(branch))?.known_text();
        let other = Value::Field(self.field(&first, &right));
        self.attach(branch);
        branch.leave_events();
        branch.stage(|rows| {
            Plan::Join(Join {
                left: rows,
                right: Box::new(right.plan),
                on: vec![vec![JoinKey::equal(own, other)]],
                kind: if list.negated {
                    JoinKind::LeftAnti
                } else {
                    JoinKind::LeftSemi
                },
                columns: JoinColumns::Numbered,
                limit: None,
            })
        });
        Some(())
    }

    /// The keys that an `on` item says.
    fn join_keys(&mut self, on: &'a Expr, left: &Branch, right: &Branch, keys: &mut Vec<JoinKey>) {
        match &on.kind {
            ExprKind::Name(_) => {
                let own = self.scalar(on, Some(left));
                let other = self.scalar(on, Some(right));
                if let (Some(own), Some(other)) = (own, other) {
                    keys.push(JoinKey::equal(own.value, other.value));
                }
            }
            ExprKind::And(parts) | ExprKind::Tuple(parts) => {
                for part in parts {
                    self.join_keys(part, left, right, keys);
                }
            }
            ExprKind::Compare(how, a, b) if how.test == Test::Equals && !how.negated => {
                let (a, b) = match (side(a), side(b)) {
                    (Some(("$left", x)), Some(("$right", y))) => (x, y),
                    (Some(("$right", x)), Some(("$left", y))) => (y, x),
                    _ => {
                        self.lose(
                            LossReason::NotExpressible,
                            "a join on other than equal columns",
                            on.span,
                        );
                        return;
                    }
                };
                let own = Value::Field(self.field(&a, left));
                let other = Value::Field(self.field(&b, right));
                let lost = [(left, &a), (right, &b)]
                    .into_iter()
                    .find_map(|(branch, name)| branch.columns.get(name.as_str())?.lost.clone());
                if let Some(lost) = lost {
                    self.losses.push(lost);
                }
                keys.push(JoinKey::equal(own, other));
            }
            _ => self.lose(
                LossReason::NotExpressible,
                "a join on other than equal columns",
                on.span,
            ),
        }
    }
}

/// Columns from rows that are not known, which only add to what a row shows: told when something
/// reads them. How often a row would be repeated is not known either; that matters where rows are
/// counted.
fn enriched(left: &mut Branch, names: &[Text], lost: &Loss) {
    left.leave_events();
    left.repeated = Some(lost.clone());
    for name in names {
        let taken = left.columns.contains_key(name)
            || left.listed.as_ref().is_some_and(|own| own.contains(name));
        if !taken {
            let column = Column {
                kind: Kind::Unknown,
                view: None,
                lost: Some(lost.clone()),
            };
            left.define(name, column, true);
        }
    }
}

/// `$left.a`, `$right.b.c`.
fn side(expr: &Expr) -> Option<(&str, String)> {
    let ExprKind::Member(of, name) = &expr.kind else {
        return None;
    };
    match &of.kind {
        ExprKind::Name(side) if side.starts_with('$') => Some((side, name.text.to_string())),
        _ => {
            let (side, path) = side(of)?;
            Some((side, format!("{path}.{}", name.text)))
        }
    }
}

/// Adds the right's columns; one whose name is taken gets a number.
pub(super) fn merge(shown: &mut Branch, right: &Branch) {
    for (name, column) in &right.columns {
        let taken = shown.columns.contains_key(name)
            || shown
                .listed
                .as_ref()
                .is_some_and(|listed| listed.contains(name));
        let name = if taken {
            format_smolstr!("{name}1")
        } else {
            name.clone()
        };
        let mut column = column.clone();
        column.view = None;
        shown.columns.insert(name.clone(), column);
        shown.derived.insert(name);
    }
    shown.listed = match (&shown.listed, &right.listed) {
        (Some(left), Some(other)) => {
            let mut all = left.clone();
            for name in other {
                let name = if all.contains(name) {
                    format_smolstr!("{name}1")
                } else {
                    name.clone()
                };
                all.push(name);
            }
            Some(all)
        }
        _ => None,
    };
}

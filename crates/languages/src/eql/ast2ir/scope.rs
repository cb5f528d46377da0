//! What a condition stands in: the activity that decides what its field names mean, and the
//! events that its step can see.

use super::super::ast::{CompareOp, EventFilter, Expr, Literal, TextOp};
use super::super::facts;
use super::Lowering;
use tripline_ir::{FieldRef, Source, Text};
use tripline_schema::{Activity, Scheme};

/// The field that a category is compared with, unless the rule says otherwise.
pub(super) const CATEGORY_FIELD: &str = "event.category";

/// What a condition stands in.
#[derive(Debug, Clone, Default)]
pub(super) struct Scope {
    /// What the events are about.
    pub(super) activity: Activity,
    /// The variables of `_arraysearch` with the arrays they run over, innermost last.
    pub(super) variables: Vec<(Text, Text)>,
}

impl Lowering<'_> {
    /// The field that categories are compared with.
    pub(super) fn category_field(&self) -> &str {
        self.context
            .event_category_field
            .as_deref()
            .unwrap_or(CATEGORY_FIELD)
    }

    /// The field of this name.
    pub(super) fn field_ref(&self, name: &str) -> FieldRef {
        let known = self
            .context
            .schema
            .canonical(Scheme::Ecs, self.scope.activity, name);
        match known {
            Some(canonical) => FieldRef::mapped(name, canonical),
            None => FieldRef::unmapped(name),
        }
    }

    /// Sets the scope of a step's condition and says where its events come from.
    pub(super) fn enter_step(&mut self, filter: &EventFilter) -> Source {
        let mut categories = asked(&filter.condition, CATEGORY_FIELD);
        let mut types = asked(&filter.condition, "event.type");
        let systems = asked(&filter.condition, "host.os.type");
        if let Some(category) = &filter.category {
            match self.category_field() {
                CATEGORY_FIELD => categories = vec![category.clone()],
                "event.type" => types = vec![category.clone()],
                _ => {}
            }
        }
        let schema = self.context.schema;
        let indices = &self.context.indices;
        let single = match categories.as_slice() {
            [category] => facts::activity(category),
            _ => None,
        };
        self.scope = Scope {
            activity: single
                .or(self.context.activity)
                .unwrap_or_else(|| schema.ecs_activity(indices, &categories)),
            variables: Vec::new(),
        };
        Source {
            names: indices.clone(),
            events: schema.ecs_events(indices, &categories, &types, &systems),
        }
    }
}

/// The values that a condition asks a field to have: positive, and at its top level.
fn asked(condition: &Expr, field: &str) -> Vec<Text> {
    let mut found = match condition {
        Expr::And(parts) => parts.iter().flat_map(|part| asked(part, field)).collect(),
        Expr::Or(parts) => {
            let each: Vec<_> = parts.iter().map(|part| asked(part, field)).collect();
            if each.iter().any(Vec::is_empty) {
                Vec::new()
            } else {
                each.concat()
            }
        }
        Expr::Compare {
            op: CompareOp::Eq,
            left,
            right,
            ..
        } => values(left, std::slice::from_ref(right), field),
        Expr::In {
            left,
            negated: false,
            list,
            ..
        }
        | Expr::Text {
            left,
            op: TextOp::Colon | TextOp::Like | TextOp::LikeTilde,
            list,
            ..
        } => values(left, list, field),
        _ => Vec::new(),
    };
    found.sort();
    found.dedup();
    found
}

/// The list's texts when `left` is the field and every value is a text without wildcards.
fn values<E: AsRef<Expr>>(left: &Expr, list: &[E], field: &str) -> Vec<Text> {
    let tested = left
        .field()
        .is_some_and(|found| found.variable.is_none() && found.path == field);
    let texts: Option<Vec<Text>> = list
        .iter()
        .map(|value| match value.as_ref().literal() {
            Some(Literal::Text(text)) if !text.contains(['*', '?']) => Some(text.clone()),
            _ => None,
        })
        .collect();
    if tested {
        texts.unwrap_or_default()
    } else {
        Vec::new()
    }
}

impl AsRef<Expr> for Expr {
    fn as_ref(&self) -> &Expr {
        self
    }
}

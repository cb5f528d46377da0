//! Source names to canonical fields.

use super::Routing;
use tripline_ir::{Atom, Expr, FieldRef, Predicate, Source, Subject, Test, Text};
use tripline_schema::{Activity, Schema, Scheme};

/// Maps the fields of a predicate in place, for events about `activity`.
pub fn resolve(predicate: &mut Predicate, schema: &Schema, activity: Activity) {
    match predicate {
        Predicate::True | Predicate::False => {}
        Predicate::And(parts) | Predicate::Or(parts) => parts
            .iter_mut()
            .for_each(|part| resolve(part, schema, activity)),
        Predicate::Not(inner) => resolve(inner, schema, activity),
        Predicate::Atom(atom) => resolve_atom(atom, schema, activity),
    }
}

fn resolve_atom(atom: &mut Atom, schema: &Schema, activity: Activity) {
    match &mut atom.subject {
        Subject::Field(field) | Subject::Expr(Expr::Field(field)) => {
            resolve_field(field, schema, activity);
        }
        _ => {}
    }
    if let Test::Nested(inner) = &mut atom.test {
        resolve(inner, schema, activity);
    }
}

fn resolve_field(field: &mut FieldRef, schema: &Schema, activity: Activity) {
    if let Some(canonical) = schema.canonical(Scheme::Ecs, activity, &field.name) {
        field.canonical = canonical;
    }
}

/// The source of events that a query over `indices` with this routing reads.
pub fn source(schema: &Schema, indices: &[Text], routing: &Routing) -> Source {
    Source {
        names: indices.to_vec(),
        events: schema.ecs_events(indices, &routing.categories, &routing.types, &routing.os),
    }
}

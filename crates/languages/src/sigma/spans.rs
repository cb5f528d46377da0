//! Moving the places in a plan.

use tripline_ir::{Match, Plan, Predicate, Test};
use tripline_text::Span;

/// Replaces every span of a plan that this front end makes.
pub(super) fn map_plan(plan: &mut Plan, map: &impl Fn(Span) -> Span) {
    match plan {
        Plan::Match(Match { predicate, .. }) => map_predicate(predicate, map),
        Plan::Union(inputs) => inputs.iter_mut().for_each(|input| map_plan(input, map)),
        Plan::Aggregate(aggregate) => {
            map_plan(&mut aggregate.input, map);
            map_predicate(&mut aggregate.having, map);
        }
        Plan::Correlate(correlate) => {
            correlate
                .rules
                .iter_mut()
                .for_each(|rule| map_plan(&mut rule.plan, map));
        }
        Plan::Filter { input, predicate } => {
            map_plan(input, map);
            map_predicate(predicate, map);
        }
        Plan::Opaque(opaque) => opaque.span = map(opaque.span),
        other => {
            for input in other.inputs_mut() {
                map_plan(input, map);
            }
        }
    }
}

/// Replaces every span of a predicate.
pub(super) fn map_predicate(predicate: &mut Predicate, map: &impl Fn(Span) -> Span) {
    match predicate {
        Predicate::True | Predicate::False => {}
        Predicate::And(parts) | Predicate::Or(parts) => {
            for part in parts {
                map_predicate(part, map);
            }
        }
        Predicate::Not(inner) => map_predicate(inner, map),
        Predicate::Atom(atom) => {
            atom.span = map(atom.span);
            if let Test::Nested(inner) = &mut atom.test {
                map_predicate(inner, map);
            }
        }
    }
}

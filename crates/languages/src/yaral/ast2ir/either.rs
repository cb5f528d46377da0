//! Branches of an `or` that bind placeholders. In the rest of its branch a placeholder is the value
//! that it has there: `$e.src.ip = $ip and $ip != "9"` tests `$e.src.ip`. A second binding of it there
//! is a test that both values are equal.

use super::names::{Names, flatten};
use crate::yaral::ast::{Expr, Kind, Rule};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use tripline_ir::Text;

/// Longer values stay behind their names, so that no chain of them grows without bound.
const MAX_PARTS: usize = 64;

/// What placeholders are in a branch.
type Bound = BTreeMap<Text, Rc<Expr>>;

/// The rule with the placeholders that a branch of an `or` binds replaced in that branch.
pub(super) fn resolved(rule: &Rule) -> Rule {
    let mut events = BTreeSet::new();
    let keys = rule.matching.iter().flat_map(|matching| &matching.keys);
    let outcomes = rule.outcome.iter().map(|found| &found.value);
    for part in rule.events.iter().chain(keys).chain(outcomes) {
        variables(part, &mut events);
    }
    let mut rule = rule.clone();
    for found in &mut rule.events {
        statement(found, &events);
    }
    rule
}

fn statement(found: &mut Expr, events: &BTreeSet<Text>) {
    match &mut found.kind {
        Kind::And(parts) => parts.iter_mut().for_each(|part| statement(part, events)),
        Kind::Or(_) => either(found, &Bound::new(), events),
        _ => {}
    }
}

fn either(found: &mut Expr, bound: &Bound, events: &BTreeSet<Text>) {
    for part in found.parts_mut() {
        branch(part, bound, events);
    }
}

fn branch(found: &mut Expr, outer: &Bound, events: &BTreeSet<Text>) {
    let mut bound = outer.clone();
    let mut binding = BTreeSet::new();
    let mut parts = Vec::new();
    flatten(found, &mut parts);
    for part in parts {
        if let Some((name, value, _)) = Names::definition(part)
            && !events.contains(&name)
            && binds(&name, value, &bound)
        {
            binding.insert((part.span.start, part.span.end));
            let mut value = value.clone();
            replace(&mut value, &bound);
            if size(&value) <= MAX_PARTS && !bound.contains_key(&name) {
                bound.insert(name, Rc::new(value));
            }
        }
    }
    conjunction(found, &bound, &binding, events);
}

/// Whether a value is the first of a placeholder in a branch, of events of its own variables.
fn binds(name: &Text, value: &Expr, bound: &Bound) -> bool {
    let Some(known) = bound.get(name) else {
        return true;
    };
    let (mut own, mut others) = (BTreeSet::new(), BTreeSet::new());
    let mut value = value.clone();
    replace(&mut value, bound);
    variables(&value, &mut own);
    variables(known, &mut others);
    own != others
}

fn conjunction(
    found: &mut Expr,
    bound: &Bound,
    binding: &BTreeSet<(u32, u32)>,
    events: &BTreeSet<Text>,
) {
    match &mut found.kind {
        Kind::And(parts) => {
            for part in parts {
                conjunction(part, bound, binding, events);
            }
        }
        Kind::Or(_) => either(found, bound, events),
        _ if binding.contains(&(found.span.start, found.span.end)) => {
            let name = Names::definition(found).map(|(name, ..)| name);
            let is_name =
                |part: &Expr| matches!(&part.kind, Kind::Variable(of) if Some(of) == name.as_ref());
            for side in found.parts_mut().into_iter().filter(|side| !is_name(side)) {
                replace(side, bound);
            }
        }
        _ => replace(found, bound),
    }
}

/// Puts values in the place of placeholders.
fn replace(found: &mut Expr, bound: &Bound) {
    if let Kind::Variable(name) = &found.kind {
        if let Some(value) = bound.get(name) {
            found.kind = value.kind.clone();
        }
        return;
    }
    for part in found.parts_mut() {
        replace(part, bound);
    }
}

fn variables(found: &Expr, into: &mut BTreeSet<Text>) {
    found.visit(&mut |part| {
        if let Kind::Field(field) = &part.kind {
            into.insert(field.variable.clone());
        }
    });
}

fn size(found: &Expr) -> usize {
    let mut size = 0;
    found.visit(&mut |_| size += 1);
    size
}

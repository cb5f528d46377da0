//! Atoms: one test of one thing in an event.

use super::functions::{self, inside, instant_of, term_occurs};
use super::pattern::{folded, pattern_matches};
use super::{Law, lookup::Scope, value};
use crate::{
    Atom, Event, FieldCompare, FieldRef, FieldRelation, ListMatch, ListRef, Net, Predicate,
    Quantifier, Subject, Test, Text, Value,
};

impl Law<'_> {
    /// Whether an atom holds: for one value of its subject, or for each when it says so. A
    /// subject without a value fails.
    pub(crate) fn atom(&self, atom: &Atom, scope: &Scope<'_>) -> bool {
        match &atom.subject {
            Subject::Field(field) => scope
                .field(field)
                .is_some_and(|value| self.quantified(atom, &value, scope)),
            Subject::Fields(glob) => scope
                .fields(glob)
                .into_iter()
                .any(|value| self.quantified(atom, value, scope)),
            Subject::AnyField => {
                let mut values: Vec<Value> = scope.every_value();
                values.extend(scope.event.raw.clone().map(Value::Text));
                self.quantified(atom, &Value::List(values), scope)
            }
            Subject::Expr(computed) => {
                let value = self.evaluate(computed, scope);
                self.quantified(atom, &value, scope)
            }
        }
    }

    fn quantified(&self, atom: &Atom, value: &Value, scope: &Scope<'_>) -> bool {
        let elements = value.elements();
        let mut each = elements
            .iter()
            .map(|element| self.test(atom, element, scope));
        match atom.quantifier {
            Quantifier::Any => each.any(|held| held),
            Quantifier::All => !elements.is_empty() && each.all(|held| held),
            Quantifier::Scalar => !matches!(value, Value::List(_)) && each.any(|held| held),
            Quantifier::Single => elements.len() == 1 && each.all(|held| held),
        }
    }

    /// Whether one value, never null and never a list, satisfies the atom's test.
    fn test(&self, atom: &Atom, value: &Value, scope: &Scope<'_>) -> bool {
        match &atom.test {
            Test::Exists => true,
            Test::Pattern(pattern) => {
                text_of(value).is_some_and(|text| pattern_matches(pattern, &text))
            }
            Test::Regex(regex) => {
                text_of(value).is_some_and(|text| self.regexes.matches(regex, &text))
            }
            Test::Number(op, bound) => {
                value::number(value).is_some_and(|number| value::relates(number, *op, *bound))
            }
            Test::TextOrder(op, bound) => value
                .as_text()
                .is_some_and(|text| op.holds(text.as_str().cmp(bound))),
            Test::Cidr(nets) => value.as_text().is_some_and(|text| inside(nets, &text)),
            Test::Compare(compare) => self.compared(value, compare, scope),
            Test::InList(list) => self.listed(list, value),
            Test::Term(term) => text_of(value).is_some_and(|text| term_occurs(term, &text)),
            Test::Nested(inner) => self.nested(atom, value, inner, scope),
            Test::Lineage(lineage) => self.lineage(lineage, value, scope),
            Test::IsTrue => is_true(value),
            Test::Time(op, bound) => {
                instant_of(value).is_some_and(|at| op.holds(at.cmp(&bound.resolve(self.now()))))
            }
            Test::Words(words) => value
                .as_text()
                .is_some_and(|text| words.found_in(&text, pattern_matches)),
        }
    }

    /// Whether a value relates to one of those of a second thing in the event.
    fn compared(&self, value: &Value, compare: &FieldCompare, scope: &Scope<'_>) -> bool {
        let other = self.evaluate(&compare.other, scope);
        other
            .elements()
            .into_iter()
            .any(|right| related(value, compare, right))
    }

    /// Whether a value is in a list known by name; without the list it is not.
    fn listed(&self, list: &ListRef, value: &Value) -> bool {
        let (Some(entries), Some(text)) = (self.options.lists.get(&list.name), value.as_text())
        else {
            return false;
        };
        let text = folded(&text, list.case);
        entries.iter().any(|entry| {
            let folded_entry = folded(entry, list.case);
            match list.how {
                ListMatch::Equals => text == folded_entry,
                ListMatch::StartsWith => text.starts_with(&folded_entry),
                ListMatch::EndsWith => text.ends_with(&folded_entry),
                ListMatch::Contains => text.contains(&folded_entry),
                ListMatch::Regex => self.regexes.matches_entry(entry, list.case, &text),
                ListMatch::Cidr => entry.parse().is_ok_and(|net| inside(&[Net(net)], &text)),
            }
        })
    }

    /// Whether one element of an array of objects satisfies a predicate whose fields are named
    /// by their full path. The events reader keeps the array under its own path, as a list of
    /// objects, beside the flattened fields; the predicate sees the element's fields alone.
    fn nested(&self, atom: &Atom, value: &Value, inner: &Predicate, scope: &Scope<'_>) -> bool {
        let (Subject::Field(field), Value::Object(_)) = (&atom.subject, value) else {
            return false;
        };
        let element = element_event(scope.event, field, value);
        let part = Scope {
            index: None,
            ..Scope::of_event(&element)
        };
        self.predicate(inner, &part)
    }
}

/// The event that a nested predicate sees: the element's fields under the array's path, by the
/// name in the source and by the canonical one.
fn element_event(event: &Event, array: &FieldRef, element: &Value) -> Event {
    let mut part = Event {
        time: event.time,
        source: event.source.clone(),
        ..Event::default()
    };
    flatten(&array.name, element, &mut part.native);
    flatten(&array.canonical, element, &mut part.canonical);
    part
}

/// Adds a value under a dotted name, and the fields of an object under theirs. An array of
/// objects is kept and its fields collected over the elements.
fn flatten(name: &str, value: &Value, into: &mut crate::Fields) {
    match value {
        Value::Object(fields) => {
            for (key, inner) in fields {
                flatten(&format!("{name}.{key}"), inner, into);
            }
        }
        Value::List(items) if items.iter().any(|item| matches!(item, Value::Object(_))) => {
            into.insert(name.into(), value.clone());
            for item in items {
                let mut of_item = crate::Fields::new();
                if let Value::Object(_) = item {
                    flatten(name, item, &mut of_item);
                }
                for (key, inner) in of_item {
                    let all = into.entry(key).or_insert_with(|| Value::List(Vec::new()));
                    if let Value::List(values) = all {
                        values.push(inner);
                    }
                }
            }
        }
        other => {
            into.insert(name.into(), other.clone());
        }
    }
}

/// Whether two values stand in a relation: numbers in order as numbers, anything else as text
/// under the case rule.
fn related(left: &Value, compare: &FieldCompare, right: &Value) -> bool {
    let numbers = |v: &Value| matches!(v, Value::Int(_) | Value::Float(_));
    if let FieldRelation::Order(op) = compare.relation
        && numbers(left)
        && numbers(right)
        && let (Some(a), Some(b)) = (value::number(left), value::number(right))
    {
        return value::relates(a, op, b);
    }
    let (Some(left), Some(right)) = (left.as_text(), right.as_text()) else {
        return false;
    };
    let (left, right) = (folded(&left, compare.case), folded(&right, compare.case));
    match compare.relation {
        FieldRelation::Order(op) => op.holds(left.cmp(&right)),
        FieldRelation::StartsWith => left.starts_with(&right),
        FieldRelation::EndsWith => left.ends_with(&right),
        FieldRelation::Contains => left.contains(&right),
    }
}

/// The text that a test looks at: of an object, its JSON.
fn text_of(value: &Value) -> Option<Text> {
    match value {
        Value::Object(_) => Some(functions::json_text(value).into()),
        other => other.as_text(),
    }
}

/// True itself, or the word `true` in any case, as logs of text values write it.
fn is_true(value: &Value) -> bool {
    match value {
        Value::Bool(b) => *b,
        Value::Text(text) => text.eq_ignore_ascii_case("true"),
        _ => false,
    }
}

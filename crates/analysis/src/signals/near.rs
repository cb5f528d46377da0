//! Which tests of a rule, each alone, decide that it misses an event.

use super::NearAtom;
use crate::Index;
use crate::words::words;
use smol_str::{SmolStr as Text, ToSmolStr};
use std::collections::BTreeMap;
use tripline_ir::law::{Options, Runner};
use tripline_ir::{Atom, Event, Predicate, Subject};

/// Most tests that a near miss lists.
const MAX_ATOMS: usize = 5;

/// The first event that a leaf misses by one test: its place, the first of those tests, and their
/// number. Means something of rules that alert on single events.
pub(super) fn near(
    index: &Index<'_>,
    runner: &Runner<'_>,
    events: &[Event],
    options: &Options,
) -> Option<(usize, (Vec<NearAtom>, usize))> {
    runner.find_held(events, options, |event, predicate, held| {
        let found = flips(index, predicate, held);
        (!found.0.is_empty()).then_some((event, found))
    })
}

/// The first tests each of which alone, turned around, makes the predicate hold, where a positive
/// test of behaviour that does hold is needed for it; and their number. `held` says which hold.
fn flips(index: &Index<'_>, predicate: &Predicate, mut held: Vec<bool>) -> (Vec<NearAtom>, usize) {
    let (holds, turning) = pivots(predicate, &held);
    if holds || turning.is_empty() {
        return (Vec::new(), 0);
    }
    let atoms = predicate.atoms();
    let behaviour = |at: usize| {
        let atom = atoms[at];
        let routing = match &atom.subject {
            Subject::Field(field) => index.schema.routing_field(&field.canonical),
            _ => false,
        };
        !atom.implied && !routing
    };
    let kin = kin(predicate);
    let mut carried: BTreeMap<usize, bool> = BTreeMap::new();
    let (mut found, mut count) = (Vec::new(), 0);
    for at in turning.into_iter().filter(|at| behaviour(*at)) {
        let carried = carried.entry(kin[at]).or_insert_with(|| {
            held[at] = !held[at];
            let (_, needed) = pivots(predicate, &held);
            let carries = |other: &usize| *other != at && held[*other] && behaviour(*other);
            let any = needed.iter().any(carries);
            held[at] = !held[at];
            any
        });
        if !*carried {
            continue;
        }
        count += 1;
        if found.len() < MAX_ATOMS {
            found.push(NearAtom {
                test: in_words(atoms[at]),
                span: [atoms[at].span.start, atoms[at].span.end],
                excluded: held[at],
            });
        }
    }
    (found, count)
}

/// A test in words. One with a back-tick in it, which the words put around values, as it is printed.
fn in_words(atom: &Atom) -> Text {
    let printed = atom.to_smolstr();
    if printed.contains('`') {
        return printed;
    }
    let words = words(&Predicate::Atom(Box::new(atom.clone())));
    words.replace('`', "").into()
}

/// For each atom the first of its kin: those that stand side by side in one disjunction. Where several
/// of them turn a predicate, none holds, and turning any of them leaves the same others needed.
fn kin(predicate: &Predicate) -> Vec<usize> {
    fn walk(predicate: &Predicate, kin: &mut Vec<usize>) {
        match predicate {
            Predicate::True | Predicate::False => {}
            Predicate::Not(inner) => walk(inner, kin),
            Predicate::Atom(_) => kin.push(kin.len()),
            Predicate::And(parts) => parts.iter().for_each(|part| walk(part, kin)),
            Predicate::Or(parts) => {
                let mut first = None;
                for part in parts {
                    let at = kin.len();
                    walk(part, kin);
                    if matches!(part, Predicate::Atom(_)) {
                        kin[at] = *first.get_or_insert(at);
                    }
                }
            }
        }
    }
    let mut all = Vec::new();
    walk(predicate, &mut all);
    all
}

/// The value of a predicate whose atoms have these values, in order, and the atoms each of which
/// alone, turned around, turns it.
fn pivots(predicate: &Predicate, held: &[bool]) -> (bool, Vec<usize>) {
    fn walk(predicate: &Predicate, held: &[bool], next: &mut usize) -> (bool, Vec<usize>) {
        match predicate {
            Predicate::True => (true, Vec::new()),
            Predicate::False => (false, Vec::new()),
            Predicate::Not(inner) => {
                let (value, turning) = walk(inner, held, next);
                (!value, turning)
            }
            Predicate::Atom(_) => {
                let at = *next;
                *next += 1;
                (held.get(at).copied().unwrap_or(false), vec![at])
            }
            Predicate::And(parts) => joined(parts, true, held, next),
            Predicate::Or(parts) => joined(parts, false, held, next),
        }
    }
    /// Of a conjunction (`all`) or disjunction: a part that is not `all` decides; two such parts
    /// cannot both be turned by one atom.
    fn joined(
        parts: &[Predicate],
        all: bool,
        held: &[bool],
        next: &mut usize,
    ) -> (bool, Vec<usize>) {
        let mut agreeing = Vec::new();
        let mut deciding = Vec::new();
        let mut decided = 0;
        for part in parts {
            let (value, turning) = walk(part, held, next);
            if value == all {
                agreeing.extend(turning);
            } else {
                decided += 1;
                deciding = turning;
            }
        }
        match decided {
            0 => (all, agreeing),
            1 => (!all, deciding),
            _ => (!all, Vec::new()),
        }
    }
    walk(predicate, held, &mut 0)
}

#[cfg(test)]
mod tests {
    use super::in_words;
    use tripline_ir::Language;
    use tripline_languages::{Context, lower};
    use tripline_schema::Schema;
    use tripline_text::Source;

    #[test]
    fn tests_are_told_in_words() {
        let told = |query: &str| -> Vec<String> {
            let source = Source::new("rule", query);
            let lowered = lower(Language::Kuery, &source, &Context::new(Schema::builtin()));
            let plan = lowered.plan.expect("reads");
            let atoms = plan.matches()[0].predicate.atoms();
            atoms
                .into_iter()
                .map(|atom| in_words(atom).into())
                .collect()
        };
        assert_eq!(
            told(
                "powershell.file.script_block_text : \"Assembly.Load(\" and process.name : \"a.exe\""
            ),
            [
                "powershell.file.script_block_text has the phrase \"Assembly.Load(\"",
                "process.name is exactly \"a.exe\""
            ]
        );
        let ticks = &told("process.name : \"a`b\"")[0];
        assert!(ticks.contains("\"a`b\""), "{ticks}");
    }
}

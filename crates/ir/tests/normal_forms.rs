//! Every normal form keeps the meaning under the law.

use proptest::prelude::*;
use tripline_ir::arbitrary::{event, plan, predicate};
use tripline_ir::law::{Options, holds};
use tripline_ir::normal::{self, Scope, dnf, nnf, occurrences, simplify};
use tripline_ir::{Atom, Case, Event, FieldRef, Pattern, Predicate, Span, Test};

fn nnf_shaped(predicate: &Predicate) -> bool {
    match predicate {
        Predicate::Not(inner) => matches!(**inner, Predicate::Atom(_)),
        Predicate::And(parts) | Predicate::Or(parts) => parts.iter().all(nnf_shaped),
        _ => true,
    }
}

fn law(predicate: &Predicate, event: &Event) -> bool {
    holds(predicate, event, &Options::default())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn negation_normal_form_means_the_same(p in predicate(), e in event()) {
        let normal = nnf(&p);
        prop_assert!(nnf_shaped(&normal));
        prop_assert_eq!(law(&p, &e), law(&normal, &e));
    }

    #[test]
    fn simplified_means_the_same_and_is_no_longer(p in predicate(), e in event()) {
        let simple = simplify(&p);
        prop_assert_eq!(law(&p, &e), law(&simple, &e), "{} became {}", p, simple);
        prop_assert!(simple.atoms().len() <= p.atoms().len());
        prop_assert_eq!(simplify(&simple), simple.clone());
    }

    #[test]
    fn disjunctive_normal_form_means_the_same(p in predicate(), e in event()) {
        if let Ok(alternatives) = dnf(&p, 500) {
            let any = alternatives.iter().any(|literals| {
                literals
                    .iter()
                    .all(|l| law(&Predicate::atom(l.atom.clone()), &e) != l.negated)
            });
            prop_assert_eq!(law(&p, &e), any, "{}", p);
        }
    }

    #[test]
    fn de_morgan(a in predicate(), b in predicate(), e in event()) {
        let left = Predicate::not(Predicate::And(vec![a.clone(), b.clone()]));
        let right = Predicate::Or(vec![Predicate::not(a), Predicate::not(b)]);
        prop_assert_eq!(law(&left, &e), law(&right, &e));
    }

    #[test]
    fn polarity_and_clauses_are_those_of_the_normal_form(p in predicate()) {
        let normal = nnf(&p);
        let (direct, through) = (occurrences(&p), occurrences(&normal));
        prop_assert_eq!(direct.len(), p.atoms().len());
        prop_assert_eq!(direct, through);
    }

    #[test]
    fn flipping_a_whole_positive_atom_falsifies(p in predicate(), e in event()) {
        for found in occurrences(&p) {
            let must_hold = found.scope == Scope::Whole && found.clause.is_none();
            if must_hold && !law(&Predicate::atom(found.atom.clone()), &e) {
                prop_assert!(!law(&p, &e), "{} must hold in {}", found.atom, p);
            }
        }
    }

    #[test]
    fn equal_print_is_equal_structure(a in predicate(), b in predicate()) {
        prop_assert_eq!(normal::key(&a) == normal::key(&b), normal::same(&a, &b));
    }

    #[test]
    fn json_and_postcard_round_trip(p in plan()) {
        let json = serde_json::to_string(&p).unwrap();
        prop_assert_eq!(&serde_json::from_str::<tripline_ir::Plan>(&json).unwrap(), &p);
        let bytes = postcard::to_stdvec(&p).unwrap();
        prop_assert_eq!(&postcard::from_bytes::<tripline_ir::Plan>(&bytes).unwrap(), &p);
    }
}

fn is(name: &str, at: u32) -> Predicate {
    let test = Test::Pattern(Pattern::equals("x", Case::Insensitive));
    Predicate::atom(Atom::field(
        FieldRef::unmapped(name),
        test,
        Span::new(at, at + 1),
    ))
}

/// Name, negated, scope, clause of each atom.
fn shape(predicate: &Predicate) -> Vec<(String, bool, Scope, Option<u32>)> {
    let name = |atom: &Atom| atom.fields()[0].name.to_string();
    occurrences(predicate)
        .into_iter()
        .map(|o| (name(o.atom), o.negated, o.scope, o.clause))
        .collect()
}

#[test]
fn one_exclusion_of_two_atoms_is_one_clause() {
    let p = Predicate::and([
        is("a", 0),
        Predicate::not(Predicate::and([is("b", 1), is("c", 2)])),
    ]);
    assert_eq!(
        shape(&p),
        [
            ("a".into(), false, Scope::Whole, None),
            ("b".into(), true, Scope::Whole, Some(0)),
            ("c".into(), true, Scope::Whole, Some(0)),
        ]
    );
}

#[test]
fn an_excluded_choice_is_two_clauses() {
    let p = Predicate::and([
        is("a", 0),
        Predicate::not(Predicate::or([is("b", 1), is("c", 2)])),
    ]);
    assert_eq!(
        shape(&p)[1..],
        [
            ("b".into(), true, Scope::Whole, Some(0)),
            ("c".into(), true, Scope::Whole, Some(1)),
        ]
    );
}

#[test]
fn an_exclusion_in_a_branch_reaches_only_the_branch() {
    let inner = Predicate::and([is("b", 1), Predicate::not(is("c", 2))]);
    assert_eq!(
        shape(&Predicate::or([is("a", 0), inner])),
        [
            ("a".into(), false, Scope::Branch, None),
            ("b".into(), false, Scope::Branch, None),
            ("c".into(), true, Scope::Branch, Some(0)),
        ]
    );
}

#[test]
fn simplification_absorbs_and_cancels_across_spans() {
    let absorbed = Predicate::And(vec![
        is("a", 0),
        Predicate::Or(vec![is("a", 7), is("b", 1)]),
    ]);
    assert_eq!(simplify(&absorbed), is("a", 0));
    let cancelled = Predicate::And(vec![is("a", 0), Predicate::not(is("a", 7))]);
    assert_eq!(simplify(&cancelled), Predicate::False);
}

#[test]
fn too_many_alternatives_are_an_error() {
    let choice = |n: u32| Predicate::or([is(&format!("a{n}"), n), is(&format!("b{n}"), n)]);
    let p = Predicate::and((0..20).map(choice));
    assert_eq!(dnf(&p, 1000).unwrap_err().limit, 1000);
    assert_eq!(
        dnf(&Predicate::and((0..3).map(choice)), 8).unwrap().len(),
        8
    );
}

//! A clause of one rule in the language of another.
//!
//! A clause is written from the tests as its rule has them, under names that mean the same fields,
//! and read back: what the front end makes of it must be the tests that were meant.

use super::spelling::{Spelling, predicates, variable};
use crate::Index;
use schemars::JsonSchema;
use serde::Serialize;
use smol_str::{SmolStr as Text, format_smolstr};
use std::collections::{BTreeMap, BTreeSet};
use tripline_catalog::facts::{AtomFact, facts};
use tripline_ir::{
    Atom, Case, CompareOp, Detection, FieldRef, Language, Match, Net, Number, Pattern, Plan,
    Predicate, Quantifier, Source as Events, Subject, Test,
};
use tripline_languages::clause::{self, Check, Wanted};
use tripline_languages::{Context, lower};
use tripline_schema::ProjectionKind;
use tripline_text::Source;

/// A test that cannot be written, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Unwritten {
    /// The field of the test, as shown.
    pub field: Text,
    /// The operator.
    pub operator: Text,
    /// The value.
    pub value: Text,
    /// Why it cannot be written.
    pub why: Text,
}

/// A test as it may be written: on the field that its rule tests, or on one that says the same.
type Choice = (Text, Check);

/// The clause of `atoms`, tests of the rule `owner`, written for the rule `target`.
pub(super) fn exclusion(
    index: &Index<'_>,
    spelling: &Spelling<'_>,
    target: &Detection,
    owner: &Detection,
    atoms: &[&AtomFact],
) -> Result<Text, Unwritten> {
    let variable = variable(target);
    if target.language == Language::Yaral && variable.is_none() {
        let why = "the rule has several events: the clause does not say of which";
        return Err(unwritten(index, atoms[0], why));
    }
    let mut wanted = Vec::with_capacity(atoms.len());
    for atom in atoms {
        wanted.push(one(index, spelling, target.language, owner, atom)?);
    }
    let text = clause::exclusion(target.language, &wanted)
        .map_err(|(at, why)| unwritten(index, atoms[at], why.phrase()))?;
    if !reads_back(index, target, &wanted) {
        let why = "read back, the text would not be the same test";
        return Err(unwritten(index, atoms[0], why));
    }
    Ok(match variable {
        Some(name) => text.replace("$e.", &format!("${name}.")).into(),
        None => text.into(),
    })
}

fn unwritten(index: &Index<'_>, atom: &AtomFact, why: &str) -> Unwritten {
    Unwritten {
        field: index.field_name(&atom.field),
        operator: atom.operator.clone(),
        value: atom.value.clone(),
        why: why.into(),
    }
}

/// One test under a name that the target has, in a form that its language has.
fn one(
    index: &Index<'_>,
    spelling: &Spelling<'_>,
    language: Language,
    owner: &Detection,
    atom: &AtomFact,
) -> Result<Wanted, Unwritten> {
    let refuse = |why: &str| unwritten(index, atom, why);
    let mut choices = choices(index, owner, atom).map_err(refuse)?;
    choices.sort_by_key(|(field, _)| !spelling.reads(field));
    let mut why = "the platform's field names have none for this field";
    for (field, check) in choices {
        let Some(name) = spelling.name(&field) else {
            continue;
        };
        let several = index
            .schema
            .field(&field)
            .is_some_and(|field| field.kind == "list");
        if several && language == Language::Esql {
            why = "the field has several values, and a test of it is then null";
            continue;
        }
        let truth = index
            .schema
            .field(&field)
            .is_some_and(|field| field.kind == "bool");
        let typed = matches!(language, Language::Eql | Language::Esql | Language::Kusto);
        if truth && typed && matches!(check, Check::Fits(_)) {
            why = "the field is true or false, and the test compares text";
            continue;
        }
        let name = match language {
            Language::Yaral => format_smolstr!("$e.{name}"),
            _ => name,
        };
        let wanted = Wanted { field: name, check };
        match clause::condition(language, std::slice::from_ref(&wanted)) {
            Ok(_) => return Ok(wanted),
            Err((_, refusal)) => why = refusal.phrase(),
        }
    }
    Err(refuse(why))
}

/// The forms of a test, its rule's own first.
fn choices(
    index: &Index<'_>,
    owner: &Detection,
    atom: &AtomFact,
) -> Result<Vec<Choice>, &'static str> {
    match atom.operator.as_str() {
        "exists" => return Ok(vec![(atom.field.clone(), Check::Present)]),
        "missing" => return Ok(vec![(atom.field.clone(), Check::Missing)]),
        _ => {}
    }
    let Some(written) = atom_at(owner, atom) else {
        return Err("the test is computed from fields or reads any field");
    };
    let Subject::Field(field) = &written.subject else {
        return Err("the test is of a computed value or of any field");
    };
    if written.quantifier == Quantifier::All {
        return Err("the test asks every value of the field");
    }
    let mut found = Vec::new();
    match &written.test {
        Test::Pattern(pattern) => {
            found.push((field.canonical.clone(), Check::Fits(folded(pattern))));
            if field.canonical != atom.field
                && let Some(pattern) = canonical(atom)
            {
                found.push((atom.field.clone(), Check::Fits(pattern)));
            }
        }
        Test::Regex(_) => match canonical(atom) {
            Some(pattern) => found.push((atom.field.clone(), Check::Fits(pattern))),
            None => return Err("a regular expression of another dialect is not rewritten"),
        },
        Test::Number(op, number) => {
            found.push((field.canonical.clone(), Check::Number(*op, *number)));
        }
        Test::Cidr(_) => match atom.value.parse() {
            Ok(net) => found.push((field.canonical.clone(), Check::Within(Net(net)))),
            Err(_) => return Err("the value is no network"),
        },
        Test::InList(_) => return Err("its values stand in a list that the rule only names"),
        Test::Compare(_) => return Err("the test compares two fields"),
        Test::Nested(_) => return Err("the test is of one element of a list of objects"),
        Test::Term(_) | Test::Words(_) => {
            return Err(
                "the test is of whole words, which its language tells apart in its own way",
            );
        }
        Test::IsTrue => return Err("the test asks whether a field is true"),
        _ => return Err("no other language has this kind of test"),
    }
    base_names(index, &mut found);
    Ok(found)
}

/// The test in its rule that a counted one comes from, and not the one for presence that a language
/// puts beside it.
fn atom_at<'d>(owner: &'d Detection, wanted: &AtomFact) -> Option<&'d Atom> {
    let mut found = None;
    predicates(owner.plan.as_ref()?, &mut |predicate| {
        predicate.visit(&mut |atom| {
            let reads = atom.fields().iter().any(|field| field.name == wanted.name);
            let says = atom.test != Test::Exists;
            if atom.span == wanted.span && reads && says && found.is_none() {
                found = Some(atom);
            }
        });
    });
    found
}

/// A pattern whose letters fold as ASCII does, as one that folds as Unicode does: for ASCII
/// letters the same, apart from two signs (Kelvin, long s) that fold to one.
fn folded(pattern: &Pattern) -> Pattern {
    let ascii = pattern.glob().is_ascii();
    match pattern.case {
        Case::AsciiInsensitive if ascii => Pattern {
            case: Case::Insensitive,
            ..pattern.clone()
        },
        _ => pattern.clone(),
    }
}

/// The pattern of a counted test, where its operator and value say it whole.
fn canonical(atom: &AtomFact) -> Option<Pattern> {
    let case = if atom.case_sensitive {
        Case::Sensitive
    } else {
        Case::Insensitive
    };
    let value = atom.value.clone();
    Some(match atom.operator.as_str() {
        "eq" => Pattern::equals(value, case),
        "starts_with" => Pattern::starts_with(value, case),
        "ends_with" => Pattern::ends_with(value, case),
        "contains" => Pattern::contains(value, case),
        _ => return None,
    })
}

/// Adds the test of the base name where a path must end with one whole.
fn base_names(index: &Index<'_>, found: &mut Vec<Choice>) {
    let mut more = Vec::new();
    for (field, check) in found.iter() {
        let Check::Fits(pattern) = check else {
            continue;
        };
        let tripline_ir::Shape::EndsWith(text) = pattern.shape() else {
            continue;
        };
        let Some(name) = text.strip_prefix(['\\', '/']) else {
            continue;
        };
        if name.is_empty() || name.contains(['\\', '/']) {
            continue;
        }
        let projected = index.schema.fields().iter().filter(|known| {
            let of = known.projection.as_ref();
            of.is_some_and(|p| p.of == *field && p.kind == ProjectionKind::BaseName)
        });
        more.extend(projected.map(|known| {
            let pattern = Pattern::equals(name, pattern.case);
            (known.id.clone(), Check::Fits(pattern))
        }));
    }
    found.extend(more);
}

/// Whether the condition, read by the language's front end, is the tests that were meant.
fn reads_back(index: &Index<'_>, target: &Detection, wanted: &[Wanted]) -> bool {
    let Ok(text) = clause::condition(target.language, wanted) else {
        return false;
    };
    let text = clause::reading(target.language, &text);
    let source = Source::new("clause", text);
    let lowered = lower(target.language, &source, &Context::new(index.schema));
    let Some(plan) = lowered.plan.filter(|_| lowered.losses.is_empty()) else {
        return false;
    };
    // Names mean in both what they mean in the text that was read.
    let mut names: BTreeMap<Text, FieldRef> = BTreeMap::new();
    predicates(&plan, &mut |predicate| {
        predicate.visit(&mut |atom| {
            for field in atom.fields() {
                names.insert(field.name.clone(), field.clone());
            }
        });
    });
    let meant: Option<Vec<Predicate>> = wanted.iter().map(|one| meant(one, &names)).collect();
    let Some(meant) = meant else {
        return false;
    };
    let meant = Plan::Match(Match {
        source: Events::default(),
        predicate: Predicate::and(meant),
    });
    tests(index, target, plan) == tests(index, target, meant)
}

fn meant(wanted: &Wanted, names: &BTreeMap<Text, FieldRef>) -> Option<Predicate> {
    let bare = wanted.field.strip_prefix("$e.").unwrap_or(&wanted.field);
    let field = names.get(bare).or_else(|| names.get(&wanted.field));
    let field = field.or_else(|| names.get(format!("e.{bare}").as_str()))?;
    let test = match &wanted.check {
        Check::Fits(pattern) => Test::Pattern(pattern.clone()),
        Check::Number(CompareOp::Eq, number) => equal(number),
        Check::Number(op, number) => Test::Number(*op, *number),
        Check::Within(net) => Test::Cidr(vec![*net]),
        Check::Present | Check::Missing => Test::Exists,
    };
    let atom = Predicate::atom(Atom::field(
        field.clone(),
        test,
        tripline_text::Span::default(),
    ));
    Some(if wanted.check == Check::Missing {
        Predicate::not(atom)
    } else {
        atom
    })
}

/// A number's equality; counted as that of its decimal text.
fn equal(number: &Number) -> Test {
    Test::Number(CompareOp::Eq, *number)
}

/// What counts of a plan's tests: field, operator, value, negation, letter case where there are
/// letters.
fn tests(
    index: &Index<'_>,
    target: &Detection,
    plan: Plan,
) -> BTreeSet<(Text, Text, Text, bool, bool)> {
    let read = Detection {
        plan: Some(plan),
        ..target.clone()
    };
    let facts = facts(&read, index.schema, &|id| id.into());
    let counted = facts.atoms.into_iter().filter(|atom| !atom.implied);
    counted
        .map(|atom| {
            let letters = atom.value.to_lowercase() != atom.value.to_uppercase();
            let value = if atom.case_sensitive && !letters {
                atom.value.to_lowercase().into()
            } else {
                atom.value
            };
            let exact = atom.case_sensitive && letters;
            (atom.field, atom.operator, value, atom.negated, exact)
        })
        .collect()
}

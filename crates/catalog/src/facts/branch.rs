//! Walks a plan's leaves and collects their tests.

use super::canonical::{self, Canonical};
use super::leaves::{Leaf, leaves};
use super::plain::Columns;
use super::{AtomFact, Branch, ExclusionFact, Tree, carried, clauses, events, model, system};
use tripline_ir::{Atom, Detection, Expr, Function, Predicate, Subject, Test, Text};
use tripline_schema::Schema;

/// What the walk finds.
#[derive(Default)]
pub(super) struct Collected {
    pub(super) branches: Vec<Branch>,
    pub(super) atoms: Vec<AtomFact>,
    pub(super) exclusions: Vec<ExclusionFact>,
}

/// A predicate in negation normal form over collected atoms.
pub(super) enum Normal {
    True,
    False,
    /// A test; whether it is negated stands in its fact.
    Atom(u32),
    And(Vec<Normal>),
    Or(Vec<Normal>),
    /// One of them; the author wrote that none of their opposites holds: `not (A and not B)`.
    Unless(Vec<Normal>),
}

/// The leaves of a rule's plan with their tests.
pub(super) fn collect(detection: &Detection, schema: &Schema) -> Collected {
    let mut out = Collected::default();
    let Some(plan) = &detection.plan else {
        return out;
    };
    let leaves = leaves(plan);
    let single = leaves.len() == 1;
    for leaf in leaves {
        let context = canonical::Context::new(schema, detection, &leaf.found.predicate);
        out.leaf(&leaf, &context, detection, single);
    }
    out
}

impl Collected {
    fn leaf(
        &mut self,
        leaf: &Leaf<'_>,
        context: &canonical::Context<'_>,
        detection: &Detection,
        single: bool,
    ) {
        let branch = index(self.branches.len());
        let fed = model::fed(&leaf.found.source, detection, context.schema);
        let mut events = events::narrowed(&fed, &leaf.found.predicate, context.schema);
        let from = self.atoms.len();
        let mut parts = vec![self.normal(&leaf.found.predicate, false, branch, context)];
        for filter in &leaf.filters {
            events = events::narrowed(&events, filter, context.schema);
            parts.push(self.normal(filter, false, branch, context));
        }
        // What a stage computed is no value of an event.
        for fact in &mut self.atoms[from..] {
            fact.literal &= !leaf.computes(&fact.field);
        }
        if leaf.missing {
            for fact in &mut self.atoms[from..] {
                fact.aside = true;
            }
            self.branches.push(Branch {
                missing: true,
                ..Branch::default()
            });
            return;
        }
        let normal = Normal::And(parts);
        clauses::collect(&normal, &self.atoms, single, &mut self.exclusions);
        let tree = self.positive(&normal);
        let demanded = (&tree, self.atoms.as_slice());
        let platforms = &detection.platforms;
        let events = system::narrowed(events, platforms, demanded, context.schema);
        let events = carried::narrowed(events, demanded, context.schema);
        self.branches.push(Branch {
            events,
            tree,
            missing: false,
        });
    }

    fn normal(
        &mut self,
        predicate: &Predicate,
        negated: bool,
        branch: u32,
        context: &canonical::Context<'_>,
    ) -> Normal {
        match predicate {
            Predicate::True | Predicate::False => {
                if matches!(predicate, Predicate::True) == negated {
                    Normal::False
                } else {
                    Normal::True
                }
            }
            Predicate::Not(inner) => match missing(inner) {
                Some(atom) => self.missing(atom, negated, branch, context),
                None => self.normal(inner, !negated, branch, context),
            },
            Predicate::And(parts) | Predicate::Or(parts) => {
                let conjunction = matches!(predicate, Predicate::And(_)) != negated;
                let parts: Vec<Normal> = parts
                    .iter()
                    .map(|part| self.normal(part, negated, branch, context))
                    .collect();
                match (conjunction, negated) {
                    (true, _) => Normal::And(parts),
                    (false, true) => self.left_out(parts),
                    (false, false) => Normal::Or(parts),
                }
            }
            Predicate::Atom(atom) => match denied(atom) {
                Some(inner) => self.atom(&inner, !negated, branch, context),
                None => self.atom(atom, negated, branch, context),
            },
        }
    }

    /// What a negated conjunction leaves: where some of its parts were not negated, those that
    /// were are exceptions.
    fn left_out(&mut self, parts: Vec<Normal>) -> Normal {
        let excludes = |part: &Normal| clauses::leaves_out(part, &self.atoms);
        if !parts.iter().any(excludes) || parts.iter().all(excludes) {
            return Normal::Or(parts);
        }
        let mut tests = Vec::new();
        for part in &parts {
            part.tests(&mut tests);
        }
        for at in tests {
            let fact = &mut self.atoms[at as usize];
            fact.aside |= !fact.negated && !fact.implied;
        }
        Normal::Unless(parts)
    }

    /// A test that a field is absent. It is one test, not a negated one: `ParentImage: null` in a
    /// filter is an exclusion.
    fn missing(
        &mut self,
        atom: &Atom,
        negated: bool,
        branch: u32,
        context: &canonical::Context<'_>,
    ) -> Normal {
        let from = self.atoms.len();
        let normal = self.atom(atom, negated, branch, context);
        for fact in &mut self.atoms[from..] {
            fact.operator = "missing".into();
        }
        normal
    }

    fn atom(
        &mut self,
        atom: &Atom,
        negated: bool,
        branch: u32,
        context: &canonical::Context<'_>,
    ) -> Normal {
        if let Test::Nested(inner) = &atom.test {
            return self.normal(inner, negated, branch, context);
        }
        // What a test computes of one field alone may be a test of that field.
        let moved = match &atom.subject {
            Subject::Expr(_) => Columns::default().test(atom),
            _ => None,
        };
        let atom = moved.as_ref().unwrap_or(atom);
        let name = match &atom.subject {
            Subject::Field(field) => field.name.clone(),
            Subject::Fields(glob) => glob.name.clone(),
            Subject::AnyField => Text::default(),
            Subject::Expr(_) => atom
                .fields()
                .first()
                .map(|field| field.name.clone())
                .unwrap_or_default(),
        };
        let found = canonical::canonical(atom, context);
        let mut leaves: Vec<Normal> = Vec::with_capacity(found.len());
        for Canonical {
            field,
            operator,
            value,
            literal,
            case_sensitive,
        } in found
        {
            leaves.push(Normal::Atom(index(self.atoms.len())));
            self.atoms.push(AtomFact {
                field,
                operator,
                value,
                literal,
                case_sensitive,
                negated,
                aside: false,
                implied: atom.implied,
                branch,
                name: name.clone(),
                span: atom.span,
            });
        }
        match leaves.len() {
            1 => leaves.remove(0),
            _ if negated => Normal::And(leaves),
            _ => Normal::Or(leaves),
        }
    }

    /// The positive tests alone.
    fn positive(&self, normal: &Normal) -> Tree {
        match normal {
            Normal::True | Normal::False | Normal::Unless(_) => Tree::Nothing,
            Normal::Atom(at) if self.atoms[*at as usize].negated => Tree::Nothing,
            Normal::Atom(at) => Tree::Atom(*at),
            Normal::And(parts) => all_of(parts.iter().map(|part| self.positive(part))),
            Normal::Or(parts) => one_of(parts.iter().map(|part| self.positive(part))),
        }
    }
}

impl Normal {
    /// The tests in it.
    fn tests(&self, out: &mut Vec<u32>) {
        match self {
            Self::True | Self::False => {}
            Self::Atom(at) => out.push(*at),
            Self::And(parts) | Self::Or(parts) | Self::Unless(parts) => {
                for part in parts {
                    part.tests(out);
                }
            }
        }
    }
}

/// The computed value whose opposite a test wants to be true.
fn denied(atom: &Atom) -> Option<Atom> {
    let Subject::Expr(Expr::Call {
        function: Function::Not,
        arguments,
    }) = &atom.subject
    else {
        return None;
    };
    match (&atom.test, arguments.as_slice()) {
        (Test::IsTrue, [one]) => Some(Atom {
            subject: Subject::Expr(one.clone()),
            ..atom.clone()
        }),
        _ => None,
    }
}

/// The test for presence that `inner` is; its negation is a test for absence.
fn missing(inner: &Predicate) -> Option<&Atom> {
    match inner {
        Predicate::Atom(atom) if atom.test == Test::Exists => Some(atom),
        _ => None,
    }
}

fn all_of(parts: impl Iterator<Item = Tree>) -> Tree {
    let mut parts: Vec<Tree> = parts.filter(|part| *part != Tree::Nothing).collect();
    match parts.len() {
        0 => Tree::Nothing,
        1 => parts.remove(0),
        _ => Tree::And(parts),
    }
}

/// Alternatives. One without a positive test stays: a match need not satisfy any of the others.
fn one_of(parts: impl Iterator<Item = Tree>) -> Tree {
    let mut parts: Vec<Tree> = parts.collect();
    if parts.iter().all(|part| *part == Tree::Nothing) {
        return Tree::Nothing;
    }
    match parts.len() {
        1 => parts.remove(0),
        _ => Tree::Or(parts),
    }
}

/// An index as facts keep it; a rule never has 2³² tests.
fn index(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

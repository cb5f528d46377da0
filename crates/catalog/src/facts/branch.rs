//! Walks a plan's leaves and collects their tests.

use super::canonical::{self, Canonical};
use super::leaves::{Leaf, leaves};
use super::{AtomFact, Branch, ExclusionFact, Tree, carried, clauses, events, model, system};
use tripline_ir::{Atom, Detection, Predicate, Subject, Test, Text};
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
    /// Always or never: no test.
    Constant,
    /// A test; whether it is negated stands in its fact.
    Atom(u32),
    And(Vec<Normal>),
    Or(Vec<Normal>),
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
        let mut parts = vec![self.normal(&leaf.found.predicate, false, branch, context)];
        for filter in &leaf.filters {
            events = events::narrowed(&events, filter, context.schema);
            parts.push(self.normal(filter, false, branch, context));
        }
        let normal = Normal::And(parts);
        clauses::collect(&normal, &self.atoms, single, &mut self.exclusions);
        let tree = self.positive(&normal);
        let demanded = (&tree, self.atoms.as_slice());
        let platforms = &detection.platforms;
        let events = system::narrowed(events, platforms, demanded, context.schema);
        let events = carried::narrowed(events, demanded, context.schema);
        self.branches.push(Branch { events, tree });
    }

    fn normal(
        &mut self,
        predicate: &Predicate,
        negated: bool,
        branch: u32,
        context: &canonical::Context<'_>,
    ) -> Normal {
        match predicate {
            Predicate::True | Predicate::False => Normal::Constant,
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
                if conjunction {
                    Normal::And(parts)
                } else {
                    Normal::Or(parts)
                }
            }
            Predicate::Atom(atom) => self.atom(atom, negated, branch, context),
        }
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
            Normal::Constant => Tree::Nothing,
            Normal::Atom(at) if self.atoms[*at as usize].negated => Tree::Nothing,
            Normal::Atom(at) => Tree::Atom(*at),
            Normal::And(parts) => join(parts.iter().map(|part| self.positive(part)), Tree::And),
            Normal::Or(parts) => join(parts.iter().map(|part| self.positive(part)), Tree::Or),
        }
    }
}

/// The test for presence that `inner` is; its negation is a test for absence.
fn missing(inner: &Predicate) -> Option<&Atom> {
    match inner {
        Predicate::Atom(atom) if atom.test == Test::Exists => Some(atom),
        _ => None,
    }
}

fn join(parts: impl Iterator<Item = Tree>, make: impl Fn(Vec<Tree>) -> Tree) -> Tree {
    let mut parts: Vec<Tree> = parts.filter(|part| *part != Tree::Nothing).collect();
    match parts.len() {
        0 => Tree::Nothing,
        1 => parts.remove(0),
        _ => make(parts),
    }
}

/// An index as facts keep it; a rule never has 2³² tests.
fn index(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

//! Which variable is what: event variables, placeholders with their definitions, outcomes.

use crate::yaral::ast::{Comparison, Expr, Kind, Rule};
use std::collections::{BTreeMap, BTreeSet};
use tripline_ir::Text;

/// The variables of a rule.
pub(super) struct Names<'a> {
    /// Event variables in order of appearance.
    pub(super) events: Vec<Text>,
    /// Those that read the entity graph.
    pub(super) graphs: BTreeSet<Text>,
    /// What each placeholder is, in order.
    pub(super) placeholders: BTreeMap<Text, Vec<Definition<'a>>>,
    /// Placeholders whose values are the same without regard to letter case.
    pub(super) folded: BTreeSet<Text>,
    /// Placeholders that are compared with a column of a data table.
    pub(super) tabled: BTreeSet<Text>,
    /// Outcome variables; the last definition counts.
    pub(super) outcomes: BTreeMap<Text, &'a Expr>,
    /// Statements of `events` that are no definitions.
    pub(super) tests: Vec<&'a Expr>,
}

/// `$placeholder = value`.
pub(super) struct Definition<'a> {
    /// The variable whose event gives the value; `None` for a value made of other placeholders
    /// of several variables, or of none.
    pub(super) event: Option<Text>,
    pub(super) value: &'a Expr,
    /// What must hold of the event for this definition to count: the rest of its branch, and of
    /// the branches around it.
    pub(super) guards: Vec<&'a Expr>,
    /// The definition stands under an `or`.
    pub(super) optional: bool,
    /// The place of its branch; what one branch binds belongs together.
    pub(super) branch: (u32, u32),
}

impl<'a> Names<'a> {
    pub(super) fn new(rule: &'a Rule) -> Self {
        let mut names = Self {
            events: Vec::new(),
            graphs: BTreeSet::new(),
            placeholders: BTreeMap::new(),
            folded: BTreeSet::new(),
            tabled: BTreeSet::new(),
            outcomes: BTreeMap::new(),
            tests: Vec::new(),
        };
        let keys = rule.matching.iter().flat_map(|matching| &matching.keys);
        for found in rule.events.iter().chain(keys) {
            found.visit(&mut |part| names.note(part));
        }
        for found in &rule.outcome {
            found.value.visit(&mut |part| names.note_event(part));
            names.outcomes.insert(found.name.clone(), &found.value);
        }
        let mut statements = Vec::new();
        for statement in &rule.events {
            flatten(statement, &mut statements);
        }
        for statement in &statements {
            names.statement(statement);
        }
        for statement in statements {
            if let Kind::Or(parts) = &statement.kind {
                for part in parts {
                    names.branch(part, &[]);
                }
            }
        }
        names
    }

    fn note(&mut self, part: &Expr) {
        self.note_event(part);
        if let Kind::Variable(name) = &part.kind {
            self.placeholders.entry(name.clone()).or_default();
        }
        if let Kind::Compare { left, right, .. } = &part.kind
            && let (Kind::Variable(name), Kind::List(_)) | (Kind::List(_), Kind::Variable(name)) =
                (&left.kind, &right.kind)
        {
            self.tabled.insert(name.clone());
        }
    }

    fn note_event(&mut self, part: &Expr) {
        if let Kind::Field(field) = &part.kind {
            if !self.events.contains(&field.variable) {
                self.events.push(field.variable.clone());
            }
            if field.names().starts_with("graph.") {
                self.graphs.insert(field.variable.clone());
            }
        }
    }

    fn statement(&mut self, statement: &'a Expr) {
        if let Some((name, value, nocase)) = Self::definition(statement)
            && !self.is_event(&name)
        {
            self.fold(&name, nocase);
            return self.define(name, value, Vec::new(), None);
        }
        self.tests.push(statement);
    }

    /// Definitions in one branch of an `or`, which stands in branches with these other parts.
    fn branch(&mut self, branch: &'a Expr, around: &[&'a Expr]) {
        let place = (branch.span.start, branch.span.end);
        let mut parts = Vec::new();
        flatten(branch, &mut parts);
        for (at, part) in parts.iter().enumerate() {
            let is_inner = matches!(part.kind, Kind::Or(_));
            let definition = Self::definition(part);
            let definition = definition.filter(|(name, ..)| !self.is_event(name));
            if !is_inner && definition.is_none() {
                continue;
            }
            let others = parts.iter().enumerate().filter(|(other, _)| *other != at);
            let others = others.map(|(_, other)| other).chain(around);
            let guards: Vec<&'a Expr> = others.copied().collect();
            if let Some((name, value, nocase)) = definition {
                self.fold(&name, nocase);
                self.define(name, value, guards, Some(place));
            } else if let Kind::Or(inner) = &part.kind {
                for inner in inner {
                    self.branch(inner, &guards);
                }
            }
        }
    }

    /// `$placeholder = value`, either way round, where the value reads an event or another
    /// placeholder.
    pub(super) fn definition(statement: &Expr) -> Option<(Text, &Expr, bool)> {
        let Kind::Compare {
            op: Comparison::Eq,
            left,
            right,
            nocase,
        } = &statement.kind
        else {
            return None;
        };
        let is_name = |found: &Expr| match &found.kind {
            Kind::Variable(name) => Some(name.clone()),
            _ => None,
        };
        match (is_name(left), is_name(right)) {
            (Some(name), None) if reads(right) => Some((name, right, *nocase)),
            (None, Some(name)) if reads(left) => Some((name, left, *nocase)),
            (Some(name), Some(_)) => Some((name, right, *nocase)),
            _ => None,
        }
    }

    /// Notes that letter case makes no two values of a placeholder.
    fn fold(&mut self, name: &Text, nocase: bool) {
        if nocase {
            self.folded.insert(name.clone());
        }
    }

    fn define(
        &mut self,
        name: Text,
        value: &'a Expr,
        guards: Vec<&'a Expr>,
        branch: Option<(u32, u32)>,
    ) {
        let mut variables = BTreeSet::new();
        self.variables(value, &mut variables, 0);
        let event = match variables.len() {
            1 => variables.into_iter().next(),
            _ => None,
        };
        let definition = Definition {
            event,
            value,
            guards,
            optional: branch.is_some(),
            branch: branch.unwrap_or_default(),
        };
        let known = self.placeholders.entry(name).or_default();
        let is_same = |found: &Definition<'_>| {
            !found.optional && found.event == definition.event && found.event.is_some()
        };
        // What every event is bound to is only compared in a branch.
        if definition.optional && known.iter().any(is_same) {
            return;
        }
        known.push(definition);
    }

    /// The event variables that an expression reads, through placeholders.
    pub(super) fn variables(&self, found: &Expr, into: &mut BTreeSet<Text>, depth: u32) {
        let mut placeholders = Vec::new();
        found.visit(&mut |part| match &part.kind {
            Kind::Field(field) => {
                into.insert(field.variable.clone());
            }
            Kind::Variable(name) => placeholders.push(name.clone()),
            _ => {}
        });
        if depth > super::MAX_DEFINITIONS {
            return;
        }
        for name in placeholders {
            let Some(definitions) = self.placeholders.get(&name) else {
                continue;
            };
            let known = definitions.iter().any(|found| {
                found
                    .event
                    .as_ref()
                    .is_some_and(|event| into.contains(event))
            });
            if known {
                continue;
            }
            match definitions.first() {
                Some(Definition {
                    event: Some(event), ..
                }) => {
                    into.insert(event.clone());
                }
                Some(definition) => self.variables(definition.value, into, depth + 1),
                None => {}
            }
        }
    }

    /// Event variables that are no entities, in order.
    pub(super) fn plain(&self) -> Vec<Text> {
        let plain = |name: &&Text| !self.graphs.contains(*name);
        self.events.iter().filter(plain).cloned().collect()
    }

    /// Whether a name is an event variable.
    pub(super) fn is_event(&self, name: &str) -> bool {
        self.events.iter().any(|known| known == name)
    }
}

/// Whether an expression reads an event or a placeholder.
fn reads(found: &Expr) -> bool {
    let mut reads = false;
    found.visit(&mut |part| reads |= matches!(part.kind, Kind::Field(_) | Kind::Variable(_)));
    let is_test = matches!(
        found.kind,
        Kind::And(_) | Kind::Or(_) | Kind::Not(_) | Kind::Compare { .. } | Kind::In { .. }
    );
    reads && !is_test
}

/// The parts of nested conjunctions.
pub(super) fn flatten<'a>(found: &'a Expr, into: &mut Vec<&'a Expr>) {
    match &found.kind {
        Kind::And(parts) => parts.iter().for_each(|part| flatten(part, into)),
        _ => into.push(found),
    }
}

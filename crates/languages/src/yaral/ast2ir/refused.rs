//! What the product's compiler refuses although it has a meaning.

use super::Lowering;
use super::condition::bounds;
use crate::yaral::ast::{Call, Expr, Kind, WindowKind};
use std::collections::BTreeSet;
use tripline_ir::{SECOND, Text};
use tripline_text::Code;

/// The longest window over events of several variables.
const LONGEST: i64 = 48 * 3600 * SECOND;
/// The shortest window.
const SHORTEST: i64 = 60 * SECOND;

impl Lowering<'_> {
    /// Reports what the product refuses in the rule as a whole.
    pub(super) fn refused(&mut self, condition: &Expr) {
        let tumbling = self.refused_window();
        if !tumbling && !demands_an_event(condition) {
            let message = "the condition holds without any event";
            self.report(Code::YaralRefused, condition.span, message);
        }
        self.refused_apart();
    }

    /// Reports a window of a length that is not taken; whether windows stand side by side.
    fn refused_window(&mut self) -> bool {
        let Some(window) = self.rule.matching.as_ref().and_then(|m| m.window.clone()) else {
            return false;
        };
        if window.kind == WindowKind::Tumbling {
            return true;
        }
        let several = self.names.plain().len() > 1;
        let message = if window.length < SHORTEST {
            "the window is shorter than a minute"
        } else if several && window.length > LONGEST {
            "the window is longer than 48 hours"
        } else {
            return false;
        };
        self.report(Code::YaralRefused, window.span, message);
        false
    }

    /// Reports event variables that nothing joins to the first one.
    fn refused_apart(&mut self) {
        let events = self.names.events.clone();
        let Some(first) = events.first().filter(|_| self.rule.matching.is_some()) else {
            return;
        };
        let mut groups: Vec<BTreeSet<Text>> = Vec::new();
        for name in self.names.placeholders.keys() {
            groups.push(self.defining(name).into_iter().collect());
        }
        let definitions = self.names.placeholders.values().flatten();
        let definitions = definitions.map(|found| found.value);
        for found in definitions.chain(self.names.tests.iter().copied()) {
            let mut variables = BTreeSet::new();
            self.names.variables(found, &mut variables, 0);
            groups.push(variables);
        }
        let mut joined = BTreeSet::from([first.clone()]);
        loop {
            let before = joined.len();
            for group in &groups {
                if !group.is_disjoint(&joined) {
                    joined.extend(group.iter().cloned());
                }
            }
            if joined.len() == before {
                break;
            }
        }
        for event in events.iter().filter(|event| !joined.contains(*event)) {
            let message = format!("nothing joins `${event}` to `${first}`");
            let place = self.place_of(event);
            self.report(Code::YaralRefused, place, message);
        }
    }

    /// Where a variable's events are first read.
    fn place_of(&self, event: &Text) -> tripline_text::Span {
        let mut place = None;
        for statement in &self.rule.events {
            statement.visit(&mut |part| {
                if let Kind::Field(field) = &part.kind
                    && field.variable == *event
                    && place.is_none()
                {
                    place = Some(part.span);
                }
            });
        }
        place.unwrap_or(self.rule.span)
    }

    /// Reports several groups in `re.capture`.
    pub(super) fn refused_groups(&mut self, call: &Call, regex: &Expr, groups: usize) {
        if call.name == "re.capture" && groups > 1 && self.told.insert(place(regex)) {
            let message = format!("the regular expression has {groups} groups; the first is taken");
            self.report(Code::YaralRefused, regex.span, message);
        }
    }
}

/// A key by which a place is told once.
fn place(found: &Expr) -> Text {
    tripline_ir::format_smolstr!("re.capture {}", found.span.start)
}

/// Whether a condition can only hold when there is an event; tests of anything but numbers of
/// events are taken to demand one.
fn demands_an_event(condition: &Expr) -> bool {
    match &condition.kind {
        Kind::And(parts) => parts.iter().any(demands_an_event),
        Kind::Or(parts) => parts.iter().all(demands_an_event),
        Kind::Not(inner) => !matches!(inner.kind, Kind::Variable(_)),
        Kind::Compare {
            op, left, right, ..
        } => !bounds(*op, left, right, 0),
        _ => true,
    }
}

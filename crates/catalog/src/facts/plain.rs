//! Tests of what is plainly one field: in small letters, as a text, or the last part of a path.
//!
//! Such a test says the same of the field itself, and counts there.

use std::collections::BTreeMap;
use tripline_ir::{
    Atom, Case, Expr, FieldRef, Function, Pattern, Predicate, Shape, Subject, Test, Text, Value,
    format_smolstr,
};

/// The field that a value is but for its type, letter case, or a value for null.
pub(super) fn field_of(value: &Expr) -> Option<&FieldRef> {
    match value {
        Expr::Field(field) => Some(field),
        Expr::Call {
            function,
            arguments,
        } => field_of(dressed(*function, arguments)?),
        _ => None,
    }
}

/// What a function only gives another type, letter case, or a value for null.
fn dressed(function: Function, arguments: &[Expr]) -> Option<&Expr> {
    match (function, arguments) {
        (
            Function::Lower
            | Function::Upper
            | Function::ToText
            | Function::ToTextOrJson
            | Function::Single,
            [one],
        )
        | (Function::Coalesce | Function::CoalesceNotEmpty, [one, Expr::Literal(_)]) => Some(one),
        _ => None,
    }
}

/// What a computed value is of one field.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Plain {
    field: FieldRef,
    /// Letters are folded.
    folded: bool,
    /// Only what follows the last of these.
    after: Option<Text>,
}

/// Columns that stages computed: what they plainly are, if anything.
#[derive(Default)]
pub(super) struct Columns(BTreeMap<Text, Option<Plain>>);

impl Columns {
    /// Whether a stage computed a column of this name.
    fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    /// Whether a stage computed a column of this name that is no longer plainly the field of that
    /// name.
    pub(super) fn hides(&self, name: &str) -> bool {
        let plain = self.0.get(name);
        plain.is_some_and(|plain| plain.as_ref().is_none_or(|plain| plain.field.name != name))
    }

    /// Whether a stage computed a column of this name that is no plain function of a field.
    pub(super) fn computes(&self, name: &str) -> bool {
        self.0.get(name).is_some_and(Option::is_none)
    }

    /// A column that is no plain function of a field.
    pub(super) fn add(&mut self, name: &Text) {
        self.0.insert(name.clone(), None);
    }

    /// A column with its value.
    pub(super) fn derive(&mut self, name: &Text, value: &Expr) {
        let plain = self.plain(value);
        self.0.insert(name.clone(), plain);
    }

    /// The test of the field that a test is plainly about; `None` where it is about none, or about
    /// the field already.
    pub(super) fn test(&self, atom: &Atom) -> Option<Atom> {
        let plain = match &atom.subject {
            Subject::Field(field) => self.column(field)?,
            Subject::Expr(value) => self.plain(value)?,
            Subject::Fields(_) | Subject::AnyField => return None,
        };
        let test = plain.moved(&atom.test)?;
        Some(Atom {
            subject: Subject::Field(plain.field),
            test,
            ..atom.clone()
        })
    }

    /// A predicate in which every such test stands on its field.
    pub(super) fn predicate(&self, predicate: &Predicate) -> Predicate {
        let all = |parts: &[Predicate]| parts.iter().map(|part| self.predicate(part)).collect();
        match predicate {
            Predicate::And(parts) => Predicate::And(all(parts)),
            Predicate::Or(parts) => Predicate::Or(all(parts)),
            Predicate::Not(inner) => Predicate::Not(Box::new(self.predicate(inner))),
            Predicate::Atom(atom) => match self.test(atom) {
                Some(moved) => Predicate::Atom(Box::new(moved)),
                None => predicate.clone(),
            },
            Predicate::True | Predicate::False => predicate.clone(),
        }
    }

    fn column(&self, field: &FieldRef) -> Option<Plain> {
        self.0.get(&field.name).cloned().flatten()
    }

    fn plain(&self, value: &Expr) -> Option<Plain> {
        match value {
            Expr::Field(field) if self.has(&field.name) => self.column(field),
            Expr::Field(field) => Some(Plain {
                field: field.clone(),
                folded: false,
                after: None,
            }),
            Expr::Call {
                function,
                arguments,
            } => self.call(*function, arguments),
            _ => None,
        }
    }

    fn call(&self, function: Function, arguments: &[Expr]) -> Option<Plain> {
        match (function, arguments) {
            (Function::Index, [parts, Expr::Literal(Value::Int(-1))])
            | (Function::ListLast, [parts]) => self.last_part(parts),
            _ => {
                let plain = self.plain(dressed(function, arguments)?)?;
                let folded = matches!(function, Function::Lower | Function::Upper);
                Some(Plain {
                    folded: plain.folded || folded,
                    ..plain
                })
            }
        }
    }

    fn last_part(&self, parts: &Expr) -> Option<Plain> {
        let Expr::Call {
            function: Function::Split,
            arguments,
        } = parts
        else {
            return None;
        };
        match arguments.as_slice() {
            [of, Expr::Literal(Value::Text(separator))]
                if matches!(separator.as_str(), "\\" | "/") =>
            {
                let plain = self.plain(of)?;
                let whole = plain.after.is_none();
                whole.then(|| Plain {
                    after: Some(separator.clone()),
                    ..plain
                })
            }
            _ => None,
        }
    }
}

impl Plain {
    /// The same test of the whole field.
    fn moved(&self, test: &Test) -> Option<Test> {
        let case = |case: Case| if self.folded { Case::Insensitive } else { case };
        match (test, &self.after) {
            (Test::Pattern(pattern), None) => Some(Test::Pattern(Pattern {
                case: case(pattern.case),
                ..pattern.clone()
            })),
            (Test::Pattern(pattern), Some(separator)) => match pattern.shape() {
                Shape::Equals(name) if !name.is_empty() => {
                    let end = format_smolstr!("{separator}{name}");
                    Some(Test::Pattern(Pattern::ends_with(end, case(pattern.case))))
                }
                _ => None,
            },
            (Test::Regex(regex), None) => {
                let mut regex = regex.clone();
                regex.case_insensitive |= self.folded;
                Some(Test::Regex(regex))
            }
            (Test::Term(term), None) => {
                let mut term = term.clone();
                term.case = case(term.case);
                Some(Test::Term(term))
            }
            _ => None,
        }
    }
}

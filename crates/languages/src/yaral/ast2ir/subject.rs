//! What a test looks at.

use super::copies::Asked;
use super::value::is_number;
use super::{Lowering, Scope, together};
use crate::yaral::ast::{Expr, Field, Kind, Segment};
use crate::yaral::facts;
use tripline_ir::{
    Atom, Case, Expr as Value, FieldRef, Predicate, Quantifier, Subject, Test, Text, format_smolstr,
};
use tripline_schema::Scheme;
use tripline_text::Span;

/// A thing that is tested, with what its kind says about tests of it.
#[derive(Debug, Clone)]
pub(super) struct Tested {
    pub(super) subject: Subject,
    /// `labels["k"]`: the value where labels are kept as a list of keys and values.
    map: Option<Value>,
    /// Whether an element of a repeated message has no value, where that is not what the event as
    /// a whole shows.
    lacks: Option<Value>,
    /// `any` or `all`, where it is written.
    pub(super) quantifier: Option<Quantifier>,
    /// It may have several values.
    pub(super) repeated: bool,
    /// Its zero value is a number.
    pub(super) number: bool,
    /// Letters were folded: all lower or all upper case.
    pub(super) fold: Option<Fold>,
    pub(super) span: Span,
}

/// `strings.to_lower`, `strings.to_upper` around a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fold {
    Lower,
    Upper,
}

impl Fold {
    /// Whether a text can be the outcome of the folding.
    pub(super) fn yields(self, text: &str) -> bool {
        match self {
            Self::Lower => text.to_lowercase() == text,
            Self::Upper => text.to_uppercase() == text,
        }
    }
}

impl Lowering<'_> {
    /// A field of an event under its canonical name.
    pub(super) fn field(&self, field: &Field) -> FieldRef {
        let names = field.names();
        if let Some(key) = last_key(field) {
            let array = self.array(field);
            return FieldRef {
                canonical: format_smolstr!("{}.{key}", array.canonical),
                name: field.written().into(),
            };
        }
        self.named(&field.variable, &names)
    }

    fn named(&self, variable: &str, name: &str) -> FieldRef {
        let activity = self.activities.get(variable).copied().unwrap_or_default();
        match self.context.schema.canonical(Scheme::Udm, activity, name) {
            Some(canonical) => FieldRef::mapped(name, canonical),
            None => FieldRef::unmapped(name),
        }
    }

    /// The array that a key looks into.
    pub(super) fn array(&self, field: &Field) -> FieldRef {
        self.named(&field.variable, &field.names())
    }

    /// What a test of `found` looks at; `None` when it is no value.
    pub(super) fn tested(&mut self, found: &Expr, scope: &Scope) -> Option<Tested> {
        match &found.kind {
            Kind::Field(field) => Some(self.tested_field(field, found.span, scope)),
            Kind::Quantified { all, inner } => {
                let quantifier = if *all {
                    Quantifier::All
                } else {
                    Quantifier::Any
                };
                let inner = self.tested(inner, scope)?;
                Some(Tested {
                    quantifier: Some(quantifier),
                    ..inner
                })
            }
            Kind::Call(call)
                if matches!(call.name.as_str(), "strings.to_lower" | "strings.to_upper") =>
            {
                let fold = if call.name.ends_with("lower") {
                    Fold::Lower
                } else {
                    Fold::Upper
                };
                let inner = self.tested(call.arguments.first()?, scope)?;
                if inner.fold.is_some_and(|before| before != fold) {
                    return self.computed(found, scope);
                }
                Some(Tested {
                    fold: Some(fold),
                    ..inner
                })
            }
            Kind::Variable(name) => self.tested_placeholder(name, found, scope),
            _ => self.computed(found, scope),
        }
    }

    fn tested_field(&mut self, field: &Field, span: Span, scope: &Scope) -> Tested {
        let names = field.names();
        let subject = match scope {
            Scope::Rows => Subject::Field(self.row_field(field)),
            Scope::Event(_) if is_time(&names) || has_index(field) => {
                Subject::Expr(self.event_field(field))
            }
            Scope::Event(_) => Subject::Field(self.field(field)),
        };
        let inside = *scope != Scope::Rows && together::is_inside(field);
        let map = match (&subject, last_key(field)) {
            (Subject::Field(_), Some(_)) if inside => {
                let found = Expr {
                    kind: Kind::Field(field.clone()),
                    span,
                };
                self.over_copies(&[], Asked::Values(&found), &field.variable)
            }
            (Subject::Field(_), Some(key)) if *scope != Scope::Rows => {
                let array = Value::Field(self.array(field));
                Some(super::value::first_label(array, key))
            }
            _ => None,
        };
        let lacks = inside.then(|| self.lacks(field, span)).flatten();
        Tested {
            subject,
            repeated: together::is_repeated(field),
            map,
            lacks,
            quantifier: None,
            number: facts::is_number(&names),
            fold: None,
            span,
        }
    }

    /// A placeholder is what it was defined as; in rows it is a column.
    fn tested_placeholder(&mut self, name: &Text, found: &Expr, scope: &Scope) -> Option<Tested> {
        if let Scope::Event(event) = scope {
            let definition = self.definition_in(name, event);
            if let Some((value, false)) = definition {
                let event = scope.clone();
                let mut tested = self.deeper(|lowering| lowering.tested(value, &event))?;
                tested.span = found.span;
                return Some(tested);
            }
        }
        self.computed(found, scope)
    }

    /// A value that is not simply a field.
    fn computed(&mut self, found: &Expr, scope: &Scope) -> Option<Tested> {
        let number = is_number(found);
        let value = self.value(found, scope)?;
        let subject = match value {
            Value::Field(field) => Subject::Field(field),
            other => Subject::Expr(other),
        };
        Some(Tested {
            subject,
            map: None,
            lacks: None,
            quantifier: None,
            repeated: self.is_copied(found, scope),
            number,
            fold: None,
            span: found.span,
        })
    }

    /// The column of a field in rows of several branches; notes that it is needed.
    pub(super) fn row_field(&mut self, field: &Field) -> FieldRef {
        let column = Self::column(field);
        let value = self.whole(|lowering| lowering.event_field(field));
        let found = Expr {
            kind: Kind::Field(field.clone()),
            span: self.rule.span,
        };
        let value = self.surviving(&found, value, &field.variable);
        let columns = self.needed.entry(field.variable.clone()).or_default();
        columns.insert(column.clone(), value);
        FieldRef::unmapped(column)
    }
}

impl Tested {
    /// An atom over the subject; where it is a labelled value, also over labels kept as a list
    /// of keys and values.
    pub(super) fn atom(&self, test: Test, quantifier: Quantifier, implied: bool) -> Predicate {
        let mut atom = Atom::new(self.subject.clone(), test.clone(), self.span);
        atom.quantifier = self.quantifier.unwrap_or(quantifier);
        atom.implied = implied;
        let plain = Predicate::atom(atom);
        let Some(label) = &self.map else {
            return plain;
        };
        let mut labelled = Atom::new(Subject::Expr(label.clone()), test, self.span);
        labelled.quantifier = self.quantifier.unwrap_or(quantifier);
        labelled.implied = true;
        Predicate::or([plain, Predicate::atom(labelled)])
    }

    /// An atom that one value is enough for.
    pub(super) fn any(&self, test: Test) -> Predicate {
        self.atom(test, Quantifier::Any, false)
    }

    /// There is no value.
    pub(super) fn unset(&self, implied: bool) -> Predicate {
        let whole = Self {
            quantifier: None,
            ..self.clone()
        };
        Predicate::not(whole.atom(Test::Exists, Quantifier::Any, implied))
    }

    /// There is no value, or an element of a repeated message has none.
    pub(super) fn unset_somewhere(&self, implied: bool) -> Predicate {
        Predicate::or([self.unset(implied), self.lacking()])
    }

    /// An element of a repeated message has no value.
    fn lacking(&self) -> Predicate {
        match (&self.lacks, self.quantifier) {
            (Some(lacks), None) => {
                let mut atom = Atom::new(Subject::Expr(lacks.clone()), Test::IsTrue, self.span);
                atom.implied = true;
                Predicate::atom(atom)
            }
            _ => Predicate::False,
        }
    }

    /// The negation of a test: of one value of several, if there are several.
    pub(super) fn differs(&self, test: Test) -> Predicate {
        match self.quantifier {
            // Every value differs: none is equal.
            Some(Quantifier::All) => Predicate::not(self.as_any().any(test)),
            // One value differs, so there must be one.
            Some(Quantifier::Any) => Predicate::and([
                self.as_any().atom(Test::Exists, Quantifier::Any, true),
                Predicate::not(self.as_all(test)),
            ]),
            _ if self.repeated => {
                Predicate::or([Predicate::not(self.as_all(test)), self.lacking()])
            }
            _ => Predicate::not(self.any(test)),
        }
    }

    /// A bare name of something that may have several values.
    pub(super) fn is_any_of_several(&self) -> bool {
        self.repeated && self.quantifier.is_none()
    }

    /// What must not hold where one value is to differ: that all of several fit.
    pub(super) fn fits(&self, test: Test) -> Predicate {
        if self.is_any_of_several() {
            self.as_all(test)
        } else {
            self.any(test)
        }
    }

    fn as_any(&self) -> Self {
        Self {
            quantifier: Some(Quantifier::Any),
            ..self.clone()
        }
    }

    fn as_all(&self, test: Test) -> Predicate {
        let all = Self {
            quantifier: Some(Quantifier::All),
            ..self.clone()
        };
        all.any(test)
    }

    /// The case rule of a text test.
    pub(super) fn case(&self, nocase: bool) -> Case {
        if nocase || self.fold.is_some() {
            Case::Insensitive
        } else {
            Case::Sensitive
        }
    }

    /// Whether a folded value can never be, or hold, such a text.
    pub(super) fn never(&self, text: &str, nocase: bool) -> bool {
        !nocase && self.fold.is_some_and(|fold| !fold.yields(text))
    }
}

/// The key that a field ends with: `labels["k"]`.
pub(super) fn last_key(field: &Field) -> Option<&Text> {
    match field.path.last()? {
        Segment::Key(key) => Some(key),
        _ => None,
    }
}

/// The place that a field asks for, the last one written: `ip[0]`.
pub(super) fn last_index(field: &Field) -> Option<i64> {
    field.path.iter().rev().find_map(|segment| match segment {
        Segment::Index(at) => Some(*at),
        _ => None,
    })
}

fn has_index(field: &Field) -> bool {
    last_index(field).is_some()
}

/// Whether a field is the event's own time.
pub(super) fn is_time(names: &str) -> bool {
    matches!(
        names,
        "metadata.event_timestamp.seconds" | "metadata.event_timestamp"
    )
}

//! What the rows of a table of many kinds are about, once a test says which kind they are:
//! `FileName` is the process that is opened where `ActionType` is `OpenProcessApiCall`.

use super::relation::Branch;
use tripline_ir::{
    Atom, CompareOp, FieldRef, Number, Predicate, Shape, Subject, Test, Text, format_smolstr,
};
use tripline_schema::{Activity, Schema};

impl Branch {
    /// Takes the activity of the events that a test leaves, where it names them and all agree.
    pub(super) fn learn(&mut self, test: &Predicate, schema: &Schema) {
        if self.activity != Activity::Other || !self.row_wise {
            return;
        }
        let Some((field, values)) = asked(test) else {
            return;
        };
        let matches = self.plan.matches();
        let ([found], true) = (matches.as_slice(), schema.narrows(&field.canonical)) else {
            return;
        };
        let values: Vec<&str> = values.iter().map(Text::as_str).collect();
        let left = schema.narrow(&found.source.events, &field.canonical, &values);
        let mut activities = left.iter().map(|key| schema.key_activity(key));
        if let Some(first) = activities.next()
            && activities.all(|other| other == first)
        {
            self.activity = first;
        }
    }
}

/// The field that a test asks for one of these values.
fn asked(test: &Predicate) -> Option<(&FieldRef, Vec<Text>)> {
    let parts = match test {
        Predicate::Or(parts) => parts.as_slice(),
        one => std::slice::from_ref(one),
    };
    let mut field = None;
    let mut values = Vec::new();
    for part in parts {
        let Predicate::Atom(atom) = part else {
            return None;
        };
        let Subject::Field(own) = &atom.subject else {
            return None;
        };
        if field.is_some_and(|first: &FieldRef| first.canonical != own.canonical) {
            return None;
        }
        field = Some(own);
        values.push(value(atom)?);
    }
    field.map(|field| (field, values))
}

fn value(atom: &Atom) -> Option<Text> {
    match &atom.test {
        Test::Pattern(pattern) => match pattern.shape() {
            Shape::Equals(text) => Some(text.into()),
            _ => None,
        },
        Test::Number(CompareOp::Eq, Number::Int(number)) => Some(format_smolstr!("{number}")),
        _ => None,
    }
}

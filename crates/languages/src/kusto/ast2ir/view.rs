//! Columns that show a field of an event: a test of one may be put at the event.

use super::Lowering;
use super::relation::Branch;
use tripline_ir::{Expr as Value, FieldRef, Function, format_smolstr};

/// A field that a column shows.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct View {
    pub(super) field: FieldRef,
    /// Its letters were folded.
    pub(super) fold: Option<Fold>,
    /// As what it was read.
    pub(super) form: Form,
}

/// As what a field is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// As it is.
    Own,
    /// A text as the JSON that it writes: `parse_json`.
    Parsed,
    /// A list or an object as its JSON: `tostring`.
    Text,
    /// The text of what was parsed.
    TextOfParsed,
}

impl View {
    pub(super) fn of(field: FieldRef) -> Self {
        Self {
            field,
            fold: None,
            form: Form::Own,
        }
    }

    /// What it shows, computed from the field.
    pub(super) fn value(&self) -> Value {
        let field = Value::Field(self.field.clone());
        let parsed = |value| Value::call(Function::ParseDynamic, vec![value]);
        let text = |value| Value::call(Function::ToTextOrJson, vec![value]);
        let value = match self.form {
            Form::Own => field,
            Form::Parsed => parsed(field),
            Form::Text => text(field),
            Form::TextOfParsed => text(parsed(field)),
        };
        match self.fold {
            None => value,
            Some(Fold::Lower) => Value::call(Function::Lower, vec![value]),
            Some(Fold::Upper) => Value::call(Function::Upper, vec![value]),
        }
    }

    /// The view of the field below that this one, of a column with that view, amounts to.
    fn through(self, column: &str, below: &Self) -> Option<Self> {
        let path = self.field.name.strip_prefix(column)?;
        if below.fold.is_some() && matches!(self.form, Form::Parsed | Form::TextOfParsed) {
            return None;
        }
        if !path.is_empty() && (below.fold.is_some() || !path.starts_with('.')) {
            return None;
        }
        let form = match (self.form, below.form) {
            (Form::Own, form) if path.is_empty() => form,
            (Form::Text | Form::TextOfParsed, Form::Parsed | Form::TextOfParsed)
                if path.is_empty() =>
            {
                Form::TextOfParsed
            }
            (form, _) => form,
        };
        let field = if path.is_empty() {
            below.field.clone()
        } else {
            FieldRef::unmapped(format_smolstr!("{}{path}", below.field.name))
        };
        Some(Self {
            field,
            fold: self.fold.or(below.fold),
            form,
        })
    }
}

/// How letters were folded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fold {
    Lower,
    Upper,
}

impl Lowering<'_> {
    /// The field of an event that a view shows in the end.
    pub(super) fn shown(&self, view: View, row: &Branch) -> View {
        let mut ends = view
            .field
            .name
            .match_indices('.')
            .map(|(at, _)| at)
            .collect::<Vec<_>>();
        ends.push(view.field.name.len());
        let below = ends.into_iter().rev().find_map(|end| {
            let column = &view.field.name[..end];
            let known = row.columns.get(column)?.view.as_ref()?;
            let mut found = view.clone().through(column, known)?;
            if end < view.field.name.len() {
                found.field = self.field(&found.field.name, row);
            }
            Some(found)
        });
        below.unwrap_or(view)
    }
}

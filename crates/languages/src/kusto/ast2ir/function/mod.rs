//! Functions of values: which of the representation's functions they are.
//!
//! [`names`] lists them; those with rules of their own stand in a file for each family.

mod address;
mod arguments;
mod convert;
mod lists;
mod names;
mod naming;
mod series;
mod text;
mod time;

use super::Lowering;
use super::relation::Branch;
use super::scalar::{Kind, Typed, View};
use crate::kusto::ast::{Argument, Call, ExprKind};
use crate::near;
use names::{AGGREGATES, OTHER, SPECIAL, TABLE};
use tripline_ir::{Expr as Value, Function, LossReason, Text, Value as Constant, format_smolstr};
use tripline_text::{Code, Span};

pub(super) use convert::as_type;
pub(super) use naming::{Named, named};
pub(super) use series::parts;

/// Whether the engine has a function of values of this name.
pub(super) fn is_known(name: &str) -> bool {
    SPECIAL.contains(&name) || TABLE.iter().any(|(own, _, _)| *own == name) || OTHER.contains(&name)
}

/// Whether a function that is no function of values gives a table: ones that workspaces save.
pub(super) fn is_table_function(name: &str) -> bool {
    name.starts_with('_') || is_parser(name) || name.starts_with(char::is_uppercase)
}

/// Parsers of the common information model, which stand for tables.
pub(super) fn is_parser(name: &str) -> bool {
    let after = |prefix: &str| {
        name.strip_prefix(prefix)
            .is_some_and(|rest| rest.starts_with(char::is_uppercase))
    };
    after("im") || after("_Im_") || after("_ASim_") || after("ASim") || after("vim")
}

impl<'a> Lowering<'a> {
    pub(super) fn known_call(
        &mut self,
        call: &'a Call,
        span: Span,
        row: Option<&Branch>,
    ) -> Option<Typed> {
        let name = call.name.text.as_str();
        match name {
            "column_ifexists" | "columnifexists" => return self.if_exists(call, row),
            "typeof" => return type_name(call),
            "bag_pack_columns" => return self.columns_object(&call.arguments, row),
            "prev" | "next" | "row_number" | "row_cumsum" | "row_window_session" | "new_guid"
            | "row_rank_dense" | "row_rank_min" => {
                return self.neighbour(call, span, row);
            }
            _ if !is_known(name) => return self.unknown(call),
            _ if self.wrong_number(call) => return None,
            _ => {}
        }
        let mut arguments = Vec::with_capacity(call.arguments.len());
        for argument in &call.arguments {
            arguments.push(self.scalar(&argument.value, row)?);
        }
        let regex = text::regex_place(name, arguments.len());
        if let Some(expression) = regex.and_then(|at| arguments.get(at)?.text())
            && !self.regex_is_valid(expression, span)
        {
            return None;
        }
        if let Some(done) = special(name, &arguments) {
            return Some(done);
        }
        if let Some((_, function, kind)) = TABLE.iter().find(|(own, _, _)| *own == name) {
            let kind = match (kind, arguments.first()) {
                (Kind::Unknown, Some(first)) => first.kind,
                (kind, _) => *kind,
            };
            return Some(plain(*function, kind, &arguments));
        }
        self.lose(LossReason::UnknownFunction, call.name.text.clone(), span);
        None
    }

    /// Whether a function is given more or fewer arguments than it takes; that is reported.
    fn wrong_number(&mut self, call: &Call) -> bool {
        let Some((least, most)) = arguments::of(&call.name.text) else {
            return false;
        };
        let given = call.arguments.len();
        if (usize::from(least)..=usize::from(most)).contains(&given)
            || (most == u8::MAX && given > 0)
        {
            return false;
        }
        let wanted = match (least, most) {
            (1, 1) => "1 argument".to_owned(),
            (least, most) if least == most => format!("{least} arguments"),
            (least, u8::MAX) => format!("at least {least} arguments"),
            (least, most) => format!("{least} to {most} arguments"),
        };
        let name = &call.name.text;
        let message = format!("`{name}` takes {wanted}, found {given}");
        self.report(Code::KustoArguments, call.name.span, message, None);
        let detail = format_smolstr!("arguments of {name}");
        self.lose(LossReason::SyntaxError, detail, call.name.span);
        true
    }

    pub(super) fn unknown(&mut self, call: &Call) -> Option<Typed> {
        let name = call.name.text.as_str();
        let known = SPECIAL
            .iter()
            .copied()
            .chain(TABLE.iter().map(|(own, _, _)| *own))
            .chain(OTHER.iter().copied())
            .chain(AGGREGATES.iter().copied());
        let near = near::nearest(name, known);
        let hint = if AGGREGATES.contains(&name) {
            Some("it is an aggregate and stands in `summarize`".to_owned())
        } else {
            near.map(|near| format!("`{near}` has a similar name"))
        };
        let message = format!("no function `{name}` is known");
        self.report(Code::KustoFunction, call.name.span, message, hint);
        self.lose(
            LossReason::UnknownFunction,
            call.name.text.clone(),
            call.name.span,
        );
        None
    }

    /// `column_ifexists("name", default)`: the column; events that lack it give the default.
    fn if_exists(&mut self, call: &'a Call, row: Option<&Branch>) -> Option<Typed> {
        let [first, rest @ ..] = call.arguments.as_slice() else {
            return self.unknown(call);
        };
        let name = self.scalar(&first.value, row)?;
        let default = match rest.first() {
            Some(argument) => self.scalar(&argument.value, row)?,
            None => Typed::of(Constant::Null),
        };
        let (Some(name), Some(row)) = (name.text(), row) else {
            return self.unknown(call);
        };
        // Where the columns are known and it is none of them, the default is all there is.
        if row.listed.is_some() && !row.has(name) {
            return Some(default);
        }
        let field = self.field(name, row);
        let empty = default
            .as_constant()
            .is_some_and(|constant| match constant {
                Constant::Text(text) => text.is_empty(),
                other => other.is_null(),
            });
        let view = View::of(field.clone());
        let value = Value::Field(field);
        if empty {
            let mut done = Typed::new(value, default.kind);
            done.view = Some(view);
            return Some(done);
        }
        let kind = default.kind;
        let value = Value::call(Function::Coalesce, vec![value, default.value]);
        Some(Typed::new(value, kind))
    }

    /// `bag_pack_columns(a, b)`: an object of columns by their names.
    fn columns_object(&mut self, columns: &'a [Argument], row: Option<&Branch>) -> Option<Typed> {
        let mut arguments = Vec::new();
        for column in columns {
            let name = self.default_name(&column.value);
            arguments.push(Value::Literal(Constant::Text(name)));
            arguments.push(self.scalar(&column.value, row)?.value);
        }
        let value = Value::call(Function::Object, arguments);
        Some(Typed::new(value, Kind::Dynamic))
    }
}

/// `typeof(string)` where a function takes it: the type's name.
fn type_name(call: &Call) -> Option<Typed> {
    match &call.arguments.first()?.value.kind {
        ExprKind::Name(name) => Some(Typed::of(Constant::Text(name.clone()))),
        _ => None,
    }
}

/// A function whose arguments go over as they are.
fn plain(function: Function, kind: Kind, arguments: &[Typed]) -> Typed {
    Typed::new(Value::call(function, values(arguments)), kind)
}

fn values(arguments: &[Typed]) -> Vec<Value> {
    arguments.iter().map(|a| a.value.clone()).collect()
}

fn number(n: i64) -> Value {
    Value::Literal(Constant::Int(n))
}

fn literal(text: impl Into<Text>) -> Value {
    Value::Literal(Constant::Text(text.into()))
}

/// Functions with rules of their own; `None` when the name is none of them.
fn special(name: &str, arguments: &[Typed]) -> Option<Typed> {
    convert::special(name, arguments)
        .or_else(|| time::special(name, arguments))
        .or_else(|| text::special(name, arguments))
        .or_else(|| lists::special(name, arguments))
        .or_else(|| address::special(name, arguments))
        .or_else(|| series::special(name, arguments))
}

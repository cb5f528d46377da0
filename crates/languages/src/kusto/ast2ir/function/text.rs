//! Functions of text.

use super::{Kind, Typed, Value, literal, number, values};
use crate::kusto::ast2ir::scalar::{Fold, View};
use tripline_ir::{Dialect, Function, Text, Value as Constant, replacement};

pub(super) fn special(name: &str, arguments: &[Typed]) -> Option<Typed> {
    let first = arguments.first();
    let text = |function, values| Some(Typed::new(Value::call(function, values), Kind::Text));
    match name {
        "tolower" | "toupper" => Some(fold_case(name, first?.clone())),
        "strcat" => Some(strcat(arguments)),
        "strcat_delim" => {
            let (delimiter, parts) = arguments.split_first()?;
            let parts = parts
                .iter()
                .map(|part| super::convert::to_text(part.clone()));
            let parts = parts.map(Typed::known_text).collect();
            let list = Value::call(Function::List, parts);
            text(Function::Join, vec![list, delimiter.value.clone()])
        }
        "strcmp" => {
            let (left, right) = (
                first?.clone().known_text(),
                arguments.get(1)?.clone().known_text(),
            );
            Some(strcmp(&left, &right))
        }
        "replace_strings" => replaced(first?, arguments.get(1)?, arguments.get(2)?),
        "trim" | "trim_start" | "trim_end" => trimmed(name, first?.text()?, arguments.get(1)?),
        "split" if arguments.len() == 3 => {
            let parts = Value::call(Function::Split, values(&arguments[..2]));
            let at = arguments[2].value.clone();
            let part = Value::call(Function::Index, vec![parts, at]);
            let list = Value::call(Function::List, vec![part]);
            Some(Typed::new(list, Kind::Dynamic))
        }
        "isascii" => {
            let values = vec![first?.clone().known_text(), literal(r"^[\x00-\x7f]*$")];
            let value = Value::call(Function::RegexMatch(Dialect::Re2), values);
            Some(Typed::new(value, Kind::Bool))
        }
        // A missing text is the empty one.
        "strlen" | "string_size" => {
            let function = if name == "strlen" {
                Function::LengthCharacters
            } else {
                Function::LengthBytes
            };
            let value = Value::call(function, vec![first?.clone().known_text()]);
            Some(Typed::new(value, Kind::Number))
        }
        "strrep" if arguments.len() == 3 => {
            let list = Value::call(Function::ListRepeat, values(&arguments[..2]));
            text(Function::Join, vec![list, arguments[2].value.clone()])
        }
        "strrep" => text(Function::Repeat, values(arguments)),
        "isutf8" => Some(Typed::of(Constant::Bool(true))),
        _ => by_expression(name, arguments),
    }
}

/// Functions that look for a regular expression.
fn by_expression(name: &str, arguments: &[Typed]) -> Option<Typed> {
    let first = arguments.first();
    let text = |function, values| Some(Typed::new(Value::call(function, values), Kind::Text));
    match name {
        "extract" => {
            let (regex, group, of) = (first?, arguments.get(1)?, arguments.get(2)?);
            let captured = vec![
                of.clone().known_text(),
                regex.value.clone(),
                group.value.clone(),
            ];
            let found = Value::call(Function::RegexCapture(Dialect::Re2), captured);
            match arguments.get(3).and_then(Typed::text) {
                Some(kind) => Some(super::as_type(found, kind)),
                None => Some(Typed::new(found, Kind::Text)),
            }
        }
        "extract_all" | "extractall" if arguments.len() == 3 => {
            let groups = arguments[1].as_constant()?.elements();
            let mut found = groups.into_iter().map(|group| {
                let values = vec![
                    arguments[2].value.clone(),
                    arguments[0].value.clone(),
                    Value::Literal(group.clone()),
                ];
                Value::call(Function::RegexCaptureAll(Dialect::Re2), values)
            });
            let value = match found.len() {
                0 => return None,
                1 => found.next()?,
                _ => Value::call(Function::Transpose, found.collect()),
            };
            Some(Typed::new(value, Kind::Dynamic))
        }
        "extract_all" | "extractall" if arguments.len() == 2 => {
            let values = vec![arguments[1].value.clone(), arguments[0].value.clone()];
            let found = Value::call(Function::RegexGroups(Dialect::Re2), values);
            Some(Typed::new(found, Kind::Dynamic))
        }
        "replace" | "replace_regex" => {
            let (of, regex, with) = if name == "replace" {
                (arguments.get(2)?, first?, arguments.get(1)?)
            } else {
                (first?, arguments.get(1)?, arguments.get(2)?)
            };
            let with = literal(replacement(with.text()?));
            let values = vec![of.value.clone(), regex.value.clone(), with];
            text(Function::RegexReplace(Dialect::Re2), values)
        }
        "countof"
            if arguments
                .get(2)
                .and_then(Typed::text)
                .is_some_and(|kind| kind == "regex") =>
        {
            let value = Value::call(Function::RegexCount(Dialect::Re2), values(&arguments[..2]));
            Some(Typed::new(value, Kind::Number))
        }
        _ => None,
    }
}

/// Which argument of a function is a regular expression.
pub(super) fn regex_place(name: &str, arguments: usize) -> Option<usize> {
    match name {
        "extract" | "extract_all" | "extractall" | "replace" | "trim" | "trim_start"
        | "trim_end" => Some(0),
        "replace_regex" | "indexof_regex" => Some(1),
        "countof" if arguments == 3 => Some(1),
        _ => None,
    }
}

/// -1, 0 or 1.
fn strcmp(left: &Value, right: &Value) -> Typed {
    use tripline_ir::{Case, Coerce, CompareOp};
    let ordered = |op| {
        let function = Function::Compare(op, Case::Sensitive, Coerce::Typed);
        Value::call(function, vec![left.clone(), right.clone()])
    };
    let arguments = vec![
        ordered(CompareOp::Lt),
        number(-1),
        ordered(CompareOp::Gt),
        number(1),
        number(0),
    ];
    Typed::new(Value::call(Function::Case, arguments), Kind::Number)
}

fn fold_case(name: &str, of: Typed) -> Typed {
    let (function, fold) = match name {
        "tolower" => (Function::Lower, Fold::Lower),
        _ => (Function::Upper, Fold::Upper),
    };
    let folded = |text: &Text| match fold {
        Fold::Lower => text.to_lowercase(),
        Fold::Upper => text.to_uppercase(),
    };
    if let Some(text) = of.text() {
        return Typed::of(Constant::Text(folded(text).into()));
    }
    if let Some(Constant::List(items)) = of.as_constant() {
        let fold_one = |item: &Constant| match item {
            Constant::Text(text) => Constant::Text(folded(text).into()),
            other => other.clone(),
        };
        return Typed::of(Constant::List(items.iter().map(fold_one).collect()));
    }
    let view = of.view.map(|view| View {
        fold: Some(fold),
        ..view
    });
    let mut done = Typed::new(Value::call(function, vec![of.value]), Kind::Text);
    done.view = view;
    done
}

fn strcat(arguments: &[Typed]) -> Typed {
    let constants: Option<Vec<Text>> = arguments
        .iter()
        .map(|argument| argument.as_constant().and_then(Constant::as_long_text))
        .collect();
    if let Some(texts) = constants {
        return Typed::of(Constant::Text(texts.concat().into()));
    }
    let texts = arguments
        .iter()
        .map(|a| super::convert::to_text(a.clone()).known_text());
    Typed::new(Value::call(Function::Concat, texts.collect()), Kind::Text)
}

/// `replace_strings(text, olds, news)` with constant lists: one after the other.
fn replaced(of: &Typed, old: &Typed, new: &Typed) -> Option<Typed> {
    let (Constant::List(old), Constant::List(new)) = (old.as_constant()?, new.as_constant()?)
    else {
        return None;
    };
    let pairs = old.iter().zip(new);
    let value = pairs.fold(of.value.clone(), |value, (old, new)| {
        let arguments = vec![
            value,
            Value::Literal(old.clone()),
            Value::Literal(new.clone()),
        ];
        Value::call(Function::Replace, arguments)
    });
    Some(Typed::new(value, Kind::Text))
}

/// `trim(regex, text)`: the expression is cut off at the ends.
fn trimmed(name: &str, regex: &str, text: &Typed) -> Option<Typed> {
    let expression = match name {
        "trim" => format!("^(?:{regex})+|(?:{regex})+$"),
        "trim_start" => format!("^(?:{regex})+"),
        _ => format!("(?:{regex})+$"),
    };
    let values = vec![text.value.clone(), literal(expression), literal("")];
    Some(Typed::new(
        Value::call(Function::RegexReplace(Dialect::Re2), values),
        Kind::Text,
    ))
}

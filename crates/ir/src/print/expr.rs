//! Expressions, values, fields.

use crate::{Each, Expr, FieldRef, Value};
use std::fmt::{self, Write as _};

/// A field: the name in the source, and the canonical one behind it where they differ.
pub(crate) fn field(field: &FieldRef) -> String {
    if field.canonical == field.name {
        name(&field.name)
    } else {
        format!("{}<{}>", name(&field.canonical), name(&field.name))
    }
}

/// A name as it is when it is plain, quoted when it is not.
pub(crate) fn name(name: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | '-' | '@' | '#');
    let word = matches!(
        name,
        "all" | "and" | "any" | "false" | "not" | "null" | "or" | "true"
    );
    let starts_well = name.starts_with(|c: char| c.is_alphabetic() || matches!(c, '_' | '@'));
    if starts_well && !word && name.chars().all(plain) {
        name.to_owned()
    } else {
        format!("`{}`", name.replace('`', "``"))
    }
}

/// A text in quotes, with escapes.
pub(crate) fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c.is_control() => {
                let _ = write!(out, "\\u{{{:x}}}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// The printed form of an expression.
pub(crate) fn expr_text(expr: &Expr) -> String {
    match expr {
        Expr::Literal(value) => value.to_string(),
        Expr::Field(inner) => field(inner),
        Expr::Call {
            function,
            arguments,
        } => {
            let arguments: Vec<String> = arguments.iter().map(expr_text).collect();
            format!("{}({})", function.name(), arguments.join(", "))
        }
        Expr::Variable(variable) => format!("${}", name(variable)),
        Expr::Each {
            how,
            list,
            variable,
            body,
        } => {
            let how = match how {
                Each::Map => "map",
                Each::Filter => "filter",
                Each::Any => "any",
                Each::All => "all",
            };
            format!(
                "{how}(${} in {}: {})",
                name(variable),
                expr_text(list),
                expr_text(body)
            )
        }
        Expr::Let {
            variable,
            value,
            body,
        } => format!(
            "let(${} = {}: {})",
            name(variable),
            expr_text(value),
            expr_text(body)
        ),
    }
}

impl fmt::Display for Expr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&expr_text(self))
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("null"),
            Self::Bool(b) => write!(f, "{b}"),
            Self::Int(n) => write!(f, "{n}"),
            Self::Float(n) => write!(f, "{n:?}"),
            Self::Text(text) => f.write_str(&quoted(text)),
            Self::Time(at) => write!(f, "time({at})"),
            Self::Duration(length) => f.write_str(&duration(*length)),
            Self::List(items) => {
                let items: Vec<String> = items.iter().map(ToString::to_string).collect();
                write!(f, "[{}]", items.join(", "))
            }
            Self::Object(fields) => {
                let fields: Vec<String> = fields
                    .iter()
                    .map(|(key, value)| format!("{}: {value}", name(key)))
                    .collect();
                write!(f, "{{{}}}", fields.join(", "))
            }
        }
    }
}

/// A length of time in its largest whole unit.
pub(crate) fn duration(length: crate::Duration) -> String {
    const UNITS: [(i64, &str); 6] = [
        (86_400 * crate::SECOND, "d"),
        (3_600 * crate::SECOND, "h"),
        (60 * crate::SECOND, "m"),
        (crate::SECOND, "s"),
        (1_000_000, "ms"),
        (1_000, "us"),
    ];
    let whole = |(unit, _): &&(i64, &str)| length != 0 && length % unit == 0;
    match UNITS.iter().find(whole) {
        Some((unit, letter)) => format!("{}{letter}", length / unit),
        None if length == 0 => "0s".to_owned(),
        None => format!("{length}ns"),
    }
}

//! Computed values in words.

use tripline_ir::{CompareOp, Each, Expr, Function, Value};

/// Longer texts are cut.
const MAX: usize = 160;

/// A value, in backticks where it is a name or a text of the rule.
pub(super) fn value(expr: &Expr) -> String {
    shortened(&told(expr))
}

/// A condition that is a computed value.
pub(super) fn truth(expr: &Expr) -> String {
    shortened(&condition(expr))
}

fn shortened(text: &str) -> String {
    if text.chars().count() <= MAX {
        return text.to_owned();
    }
    let cut: String = text.chars().take(MAX).collect();
    // A cut name is closed.
    let open = cut.matches('`').count() % 2 == 1;
    format!("{cut}{}...", if open { "`" } else { "" })
}

fn told(expr: &Expr) -> String {
    match expr {
        Expr::Literal(Value::Text(text)) => format!("`{text}`"),
        Expr::Literal(Value::Null) => "nothing".to_owned(),
        Expr::Literal(other) => other.to_string(),
        Expr::Field(field) => format!("`{}`", field.name),
        Expr::Variable(name) => format!("`{name}`"),
        Expr::Each {
            how,
            list,
            variable,
            body,
        } => {
            let (list, body) = (told(list), condition(body));
            match how {
                Each::Map => format!("{body} for each `{variable}` of {list}"),
                Each::Filter => format!("each `{variable}` of {list} where {body}"),
                Each::Any => format!("some `{variable}` of {list} has {body}"),
                Each::All => format!("every `{variable}` of {list} has {body}"),
            }
        }
        Expr::Let {
            variable,
            value,
            body,
        } => format!("{} with `{variable}` = {}", told(body), told(value)),
        Expr::Call {
            function,
            arguments,
        } => call(*function, arguments),
    }
}

/// A value that is true or false.
fn condition(expr: &Expr) -> String {
    let Expr::Call {
        function,
        arguments,
    } = expr
    else {
        return told(expr);
    };
    match (function, arguments.as_slice()) {
        (Function::IsTrue, [one]) => condition(one),
        (Function::Not, [one]) => match negated(one) {
            Some(text) => text,
            None => format!("not ({})", condition(one)),
        },
        (Function::And, parts) => joined(parts, " and "),
        (Function::Or, parts) => joined(parts, " or "),
        _ => call(*function, arguments),
    }
}

fn negated(expr: &Expr) -> Option<String> {
    let Expr::Call {
        function,
        arguments,
    } = expr
    else {
        return None;
    };
    match (function, arguments.as_slice()) {
        (Function::Not, [one]) => Some(condition(one)),
        (Function::Compare(op, ..), [a, b]) => {
            let verb = match op {
                CompareOp::Eq => "is not",
                CompareOp::Lt => "is at least",
                CompareOp::Lte => "is greater than",
                CompareOp::Gt => "is at most",
                CompareOp::Gte => "is less than",
            };
            Some(format!("{} {verb} {}", told(a), told(b)))
        }
        (Function::IsNull, [one]) => Some(format!("{} is present", told(one))),
        (Function::IsEmpty, [one]) => Some(format!("{} is not empty", told(one))),
        (Function::In(..), [one, list @ ..]) => {
            Some(format!("{} is none of {}", told(one), listed(list)))
        }
        _ => None,
    }
}

fn joined(parts: &[Expr], word: &str) -> String {
    let parts: Vec<String> = parts
        .iter()
        .map(|part| match part {
            Expr::Call {
                function: Function::And | Function::Or,
                ..
            } => format!("({})", condition(part)),
            _ => condition(part),
        })
        .collect();
    parts.join(word)
}

fn listed(parts: &[Expr]) -> String {
    super::list(parts.iter().map(told), "and")
}

fn call(function: Function, arguments: &[Expr]) -> String {
    let known = test(function, arguments).or_else(|| computed(function, arguments));
    known.unwrap_or_else(|| {
        let arguments: Vec<String> = arguments.iter().map(told).collect();
        let name = function.name();
        let name = name.split('<').next().unwrap_or(&name).replace('_', " ");
        format!("{name} of ({})", arguments.join(", "))
    })
}

/// Whether a value is an instant: what is least then is the earliest.
pub(super) fn is_time(expr: &Expr) -> bool {
    match expr {
        Expr::Literal(value) => matches!(value, Value::Time(_)),
        Expr::Call {
            function:
                Function::Now | Function::RowTime | Function::ToTime | Function::TimeTruncate(_),
            ..
        } => true,
        Expr::Call {
            function: Function::Add | Function::Subtract,
            arguments,
        } => matches!(arguments.as_slice(), [of, by] if is_time(of) && !is_time(by)),
        _ => false,
    }
}

/// Functions that are true or false.
fn test(function: Function, arguments: &[Expr]) -> Option<String> {
    let verb = match function {
        Function::Compare(op, ..) if arguments.last().is_some_and(is_time) => {
            super::predicate::in_time(op).0
        }
        Function::Compare(op, ..) => super::comparison(op),
        Function::EqualNullFalse(_) => "is",
        Function::StartsWith(_) => "starts with",
        Function::EndsWith(_) => "ends with",
        Function::Contains(_) => "contains",
        Function::Like(_) | Function::Glob(_) => "is like",
        Function::HasWord(_) => "has the word",
        Function::RegexMatch(_) => "matches the expression",
        _ => return test_of_one(function, arguments),
    };
    match arguments {
        [a, b] => Some(format!("{} {verb} {}", told(a), told(b))),
        _ => None,
    }
}

fn test_of_one(function: Function, arguments: &[Expr]) -> Option<String> {
    let (one, others) = arguments.split_first()?;
    let text = match function {
        Function::In(..) => format!("{} is one of {}", told(one), listed(others)),
        Function::InNetwork => format!("{} lies in {}", told(one), listed(others)),
        Function::IsNull => format!("{} is absent", told(one)),
        Function::IsEmpty => format!("{} is empty", told(one)),
        Function::IsPrivate | Function::IsPrivateV4 => {
            format!("{} is a private address", told(one))
        }
        Function::IsTrue | Function::Not | Function::And | Function::Or => {
            condition(&Expr::call(function, arguments.to_vec()))
        }
        _ => return None,
    };
    Some(text)
}

/// Functions that make values.
fn computed(function: Function, arguments: &[Expr]) -> Option<String> {
    let sign = match function {
        Function::Add | Function::AddOrJoin => " + ",
        Function::Subtract => " - ",
        Function::Multiply => " * ",
        Function::Divide | Function::DivideReal => " / ",
        _ => return of_one(function, arguments).or_else(|| of_several(function, arguments)),
    };
    let [a, b] = arguments else {
        return None;
    };
    if let (
        Expr::Call {
            function: Function::Now,
            ..
        },
        Expr::Literal(Value::Duration(length)),
    ) = (a, b)
        && sign == " + "
        && *length < 0
    {
        let before = super::duration(length.saturating_neg());
        return Some(format!("{before} before the run"));
    }
    Some(format!("({}{sign}{})", told(a), told(b)))
}

fn of_one(function: Function, arguments: &[Expr]) -> Option<String> {
    let text = match (function, arguments) {
        // What makes up for a missing value, or changes a type, says nothing more in words.
        (Function::Coalesce | Function::CoalesceNotEmpty, [one, Expr::Literal(_)])
        | (
            Function::Single
            | Function::ToText
            | Function::ToTextJava
            | Function::ToTextOrJson
            | Function::ToNumber
            | Function::ToInt(_)
            | Function::ToInt32
            | Function::ToIp
            | Function::IpToHex
            | Function::IpFromHex
            | Function::ToBoolWord
            | Function::ToFloat
            | Function::ToTime,
            [one],
        ) => told(one),
        (Function::Abs, [one]) => format!("the size of {}", told(one)),
        (Function::Lower, [one]) => format!("{} in small letters", told(one)),
        (Function::Upper, [one]) => format!("{} in capitals", told(one)),
        (Function::Length | Function::LengthCharacters, [one]) => {
            format!("the length of {}", told(one))
        }
        (Function::ListLength | Function::ArrayLength, [one]) => {
            format!("the number of values of {}", told(one))
        }
        (Function::Now, []) => "the time of the run".to_owned(),
        (Function::RowTime, _) => "the event's time".to_owned(),
        (Function::TimeTruncate(unit), [time]) => {
            let unit = format!("{unit:?}").to_lowercase();
            format!("the {unit} of {}", told(time))
        }
        _ => return None,
    };
    Some(text)
}

fn of_several(function: Function, arguments: &[Expr]) -> Option<String> {
    let text = match (function, arguments) {
        (Function::Coalesce | Function::CoalesceNotEmpty, all) => {
            format!("the first present of {}", listed(all))
        }
        (Function::If, [test, then, rest @ ..]) => {
            let other = rest.first().map_or_else(|| "nothing".to_owned(), told);
            format!("{} if {}, else {other}", told(then), condition(test))
        }
        (Function::Concat, all) => format!("{} joined", listed(all)),
        (Function::Member, [object, Expr::Literal(Value::Text(key))]) => {
            format!("`{key}` of {}", told(object))
        }
        (Function::TimeDifference(unit) | Function::TimeBoundaries(unit), [from, to]) => {
            let unit = format!("{unit:?}").to_lowercase();
            format!("the {unit}s from {} to {}", told(from), told(to))
        }
        (Function::Bin, [one, size]) => format!("{} in steps of {}", told(one), told(size)),
        (Function::Replace | Function::RegexReplace(_), [text, old, new]) => {
            format!(
                "{} with {} replaced by {}",
                told(text),
                told(old),
                told(new)
            )
        }
        (Function::RegexCapture(_), [text, expression, ..]) => {
            format!("what {} finds in {}", told(expression), told(text))
        }
        (Function::Split, [text, by]) => format!("{} split at {}", told(text), told(by)),
        _ => return None,
    };
    Some(text)
}

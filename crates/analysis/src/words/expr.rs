//! Computed values in words.

use super::inlined::inlined;
use super::marks::{code, marked, quoted};
use tripline_ir::{CompareOp, Each, Expr, Function, Value};

/// Longer texts are cut, and say so.
const MAX: usize = 2_000;

/// A value: a name or a text of the rule, or what is computed.
pub(super) fn value(expr: &Expr) -> String {
    shortened(told(&inlined(expr)))
}

/// A condition that is a computed value.
pub(super) fn truth(expr: &Expr) -> String {
    shortened(condition(&inlined(expr)))
}

/// A column's name. Columns that a front end adds to tell rows apart are told as what they are.
pub(super) fn name(name: &str) -> String {
    match name.rsplit_once('.') {
        Some((event, "@row" | "@copy")) => format!("the event {}", code(event)),
        Some((event, "@time")) => format!("the time of the event {}", code(event)),
        _ => code(name),
    }
}

fn shortened(text: String) -> String {
    let length = text.chars().count();
    if length <= MAX {
        return text;
    }
    let mut cut = String::new();
    let mut kept = 0;
    for (is_code, part) in marked(&text) {
        let part: String = part.chars().take(MAX - kept).collect();
        kept += part.chars().count();
        cut.push_str(&if is_code { code(&part) } else { part });
        if kept == MAX {
            break;
        }
    }
    format!("{cut} (and {} more characters, in the body)", length - kept)
}

/// What stands for the elements of a list: the author's name for them, if there is one.
fn element(variable: &str) -> String {
    if variable.starts_with('$') {
        "element".to_owned()
    } else {
        code(variable)
    }
}

fn told(expr: &Expr) -> String {
    match expr {
        Expr::Literal(Value::Text(text)) => quoted(text),
        Expr::Literal(Value::Null) => "nothing".to_owned(),
        Expr::Literal(other) => other.to_string(),
        Expr::Field(field) => name(&field.name),
        Expr::Variable(name) if name.starts_with('$') => "the element".to_owned(),
        Expr::Variable(name) => code(name),
        Expr::Each {
            how,
            list,
            variable,
            body,
        } => {
            let (list, body) = (told(list), condition(body));
            let element = element(variable);
            match how {
                Each::Map => format!("{body} for each {element} of {list}"),
                Each::Filter => format!("each {element} of {list} where {body}"),
                Each::Any => format!("some {element} of {list} is such that {body}"),
                Each::All => format!("every {element} of {list} is such that {body}"),
            }
        }
        Expr::Let {
            variable,
            value,
            body,
        } => format!("{} with {} = {}", told(body), code(variable), told(value)),
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
            Some(format!("{} is none of {}", told(one), either(list)))
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
    let parts: Vec<String> = parts.iter().map(told).collect();
    super::list_all(&parts, "and")
}

/// Alternatives, with commas alone: a word between would read like one of the sentence's own.
fn either(parts: &[Expr]) -> String {
    let parts: Vec<String> = parts.iter().map(told).collect();
    parts.join(", ")
}

fn call(function: Function, arguments: &[Expr]) -> String {
    let known = test(function, arguments).or_else(|| computed(function, arguments));
    known.unwrap_or_else(|| {
        let arguments: Vec<String> = arguments.iter().map(told).collect();
        let name = function.name();
        let name = name.split('<').next().unwrap_or(&name).replace('_', " ");
        let name = name.strip_suffix(" of").unwrap_or(&name);
        format!("{name} of ({})", arguments.join(", "))
    })
}

/// Whether a value is an instant: what is least then is the earliest.
pub(super) fn is_time(expr: &Expr) -> bool {
    match expr {
        Expr::Literal(value) => matches!(value, Value::Time(_)),
        Expr::Call {
            function: Function::Coalesce,
            arguments,
        } => arguments.iter().any(is_time),
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
        Function::HasWordPrefix(_) => "has a word that starts with",
        Function::HasWordSuffix(_) => "has a word that ends with",
        Function::ListContains(_) => "has the value",
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
        Function::In(..) => format!("{} is one of {}", told(one), either(others)),
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
            | Function::ToTime
            | Function::Elements
            | Function::ParseJson
            | Function::ParseDynamic,
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
        (Function::Trim, [one]) => format!("{} without blanks at its edges", told(one)),
        (Function::ToUnix(_) | Function::ToUnixSeconds, [one]) => {
            format!("{} as Unix time", told(one))
        }
        (Function::Distinct, [one]) => format!("the different values of {}", told(one)),
        (Function::ListFirst, [one]) => format!("the first value of {}", told(one)),
        (Function::ListLast, [one]) => format!("the last value of {}", told(one)),
        (Function::RowObject, []) => "all columns of the row".to_owned(),
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
        (Function::Case, all) => cases(all),
        (Function::Least | Function::LeastKnown, all) => {
            format!("the smallest of {}", listed(all))
        }
        (Function::Greatest | Function::GreatestKnown, all) => {
            format!("the largest of {}", listed(all))
        }
        (Function::List, all) => format!("the list of {}", listed(all)),
        (Function::Index, [list, Expr::Literal(Value::Int(at))]) => place(*at, &told(list)),
        (Function::Join, [list, by]) => format!("{} joined by {}", told(list), told(by)),
        (Function::Member, [object, key]) if !matches!(key, Expr::Literal(_)) => {
            format!("the member {} of {}", told(key), told(object))
        }
        (Function::Concat, all) => format!("{} joined", listed(all)),
        (Function::Member, [object, Expr::Literal(Value::Text(key))]) => {
            format!("{} of {}", code(key), told(object))
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

/// The values of the first true condition.
fn cases(all: &[Expr]) -> String {
    let told: Vec<String> = all
        .chunks(2)
        .map(|pair| match pair {
            [test, then] => format!("{} if {}", told(then), condition(test)),
            rest => format!("else {}", either(rest)),
        })
        .collect();
    told.join(", ")
}

/// An element by its place from 0, or from the end.
fn place(at: i64, list: &str) -> String {
    match at {
        0 => format!("the first value of {list}"),
        -1 => format!("the last value of {list}"),
        1.. => format!("value {} of {list}", at.saturating_add(1)),
        _ => format!("value {} from the end of {list}", at.saturating_neg()),
    }
}

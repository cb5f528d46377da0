//! Expressions of `eval` and `where`.

use super::super::ast::{Binary, Expr};
use super::super::parser::is_word;
use super::words::quoted;
use super::{Place, Printer};

/// How tightly a form binds, as the parser reads it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Level {
    Xor,
    Or,
    And,
    Not,
    Compare,
    Sum,
    Product,
    Unary,
    Primary,
}

impl Printer {
    /// A whole expression.
    pub(super) fn expression(self, expr: &Expr) -> String {
        self.at_least(expr, Level::Xor)
    }

    /// An expression in a place where only what binds at least so tightly needs no parentheses.
    fn at_least(self, expr: &Expr, wanted: Level) -> String {
        if level(expr) < wanted {
            format!("({})", self.expression(expr))
        } else {
            self.plain(expr)
        }
    }

    fn plain(self, expr: &Expr) -> String {
        match expr {
            Expr::Text(text, _) => quoted(text),
            Expr::Pattern(text, _) => format!("\"{}\"", text.replace('"', "\\\"")),
            Expr::Number(number, _) => float(*number),
            Expr::Int(number, _) => number.to_string(),
            Expr::Field(name) => field(&name.text),
            Expr::Call {
                name, arguments, ..
            } => format!("{}({})", name.text, self.list(arguments)),
            Expr::Binary { .. } | Expr::In { .. } => self.chain(expr),
            Expr::Not(inner, _) => format!("NOT {}", self.at_least(inner, Level::Not)),
            Expr::Negate(inner, _) => format!("-{}", self.at_least(inner, Level::Unary)),
            Expr::Search(search, _) => {
                let inside = Self {
                    in_text: true,
                    ..self
                };
                format!("searchmatch(\"{}\")", inside.search(search))
            }
            Expr::Subsearch(body, _) => self.bracketed(body, Place::Subsearch),
            Expr::Error(_) => String::new(),
        }
    }

    /// Operators of one level, which group from left to right. A chain may have hundreds, so its
    /// left sides are walked and not called.
    fn chain(self, expr: &Expr) -> String {
        let own = level(expr);
        let mut links = Vec::new();
        let mut first = expr;
        while level(first) == own {
            match first {
                Expr::Binary { left, .. } => {
                    links.push(first);
                    first = left;
                }
                Expr::In { value, .. } => {
                    links.push(first);
                    first = value;
                }
                _ => break,
            }
        }
        let mut out = self.at_least(first, own);
        for link in links.into_iter().rev() {
            match link {
                Expr::Binary { op, right, .. } => {
                    let right = self.at_least(right, tighter(own));
                    out.extend([" ", sign(*op), " ", &right]);
                }
                Expr::In { list, negated, .. } => {
                    let not = if *negated { " NOT" } else { "" };
                    out.extend([not, " IN (", &self.list(list), ")"]);
                }
                _ => {}
            }
        }
        out
    }

    fn list(self, items: &[Expr]) -> String {
        let items: Vec<String> = items.iter().map(|item| self.expression(item)).collect();
        items.join(", ")
    }
}

/// A number that reads as one with a fraction.
fn float(number: f64) -> String {
    if number.is_infinite() {
        // More than any number: what a text of too many digits reads as.
        return "1e999".to_owned();
    }
    format!("{number:?}")
}

/// A field's name in an expression.
fn field(text: &str) -> String {
    let operator = ["and", "or", "xor", "not", "like", "in"];
    let taken = operator.iter().any(|word| text.eq_ignore_ascii_case(word));
    let begins = text.starts_with(|c: char| !c.is_ascii_digit());
    let plain = begins && !taken && text.chars().all(is_word);
    if plain {
        text.to_owned()
    } else {
        format!("'{text}'")
    }
}

fn level(expr: &Expr) -> Level {
    match expr {
        Expr::Binary { op, .. } => match op {
            Binary::Xor => Level::Xor,
            Binary::Or => Level::Or,
            Binary::And => Level::And,
            Binary::Eq
            | Binary::Ne
            | Binary::Lt
            | Binary::Lte
            | Binary::Gt
            | Binary::Gte
            | Binary::Like => Level::Compare,
            Binary::Concat | Binary::Add | Binary::Subtract => Level::Sum,
            Binary::Multiply | Binary::Divide | Binary::Modulo => Level::Product,
        },
        Expr::In { .. } => Level::Compare,
        Expr::Not(..) => Level::Not,
        Expr::Negate(..) => Level::Unary,
        _ => Level::Primary,
    }
}

/// The level that the right side of an operator must have.
fn tighter(level: Level) -> Level {
    match level {
        Level::Xor => Level::Or,
        Level::Or => Level::And,
        Level::And => Level::Not,
        Level::Not => Level::Compare,
        Level::Compare => Level::Sum,
        Level::Sum => Level::Product,
        Level::Product => Level::Unary,
        Level::Unary | Level::Primary => Level::Primary,
    }
}

fn sign(op: Binary) -> &'static str {
    match op {
        Binary::And => "AND",
        Binary::Or => "OR",
        Binary::Xor => "XOR",
        Binary::Eq => "=",
        Binary::Ne => "!=",
        Binary::Lt => "<",
        Binary::Lte => "<=",
        Binary::Gt => ">",
        Binary::Gte => ">=",
        Binary::Like => "LIKE",
        Binary::Concat => ".",
        Binary::Add => "+",
        Binary::Subtract => "-",
        Binary::Multiply => "*",
        Binary::Divide => "/",
        Binary::Modulo => "%",
    }
}

//! Atoms and their tests.

use super::expr::{duration, field, name, quoted};
use crate::{
    Analyzer, Atom, Case, Dialect, FieldRelation, Instant, LineageRelation, ListMatch, Number,
    Part, Pattern, Quantifier, Regex, Shape, Subject, Test, Value,
};
use std::fmt;

impl fmt::Display for Atom {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.quantifier {
            Quantifier::Any => {}
            Quantifier::All => f.write_str("all ")?,
            Quantifier::Single => f.write_str("single ")?,
            Quantifier::Scalar => f.write_str("scalar ")?,
        }
        match &self.subject {
            Subject::Field(subject) => f.write_str(&field(subject))?,
            Subject::Fields(glob) => write!(f, "fields({})", quoted(&glob.name))?,
            Subject::AnyField => f.write_str("any field")?,
            Subject::Expr(expr) => write!(f, "({expr})")?,
        }
        write!(f, " {}", self.test)
    }
}

impl fmt::Display for Test {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exists => f.write_str("exists"),
            Self::Pattern(pattern) => write!(f, "{pattern}"),
            Self::Regex(regex) => write!(f, "{regex}"),
            Self::Number(op, Number::Int(n)) => write!(f, "{} {n}", op.name()),
            Self::Number(op, Number::Float(n)) => write!(f, "{} {n:?}", op.name()),
            Self::TextOrder(op, text) => write!(f, "text {} {}", op.name(), quoted(text)),
            Self::Cidr(nets) => {
                let nets: Vec<String> = nets.iter().map(|net| net.0.to_string()).collect();
                write!(f, "in net {}", nets.join(", "))
            }
            Self::Compare(compare) => {
                let relation = match compare.relation {
                    FieldRelation::Order(op) => op.name(),
                    FieldRelation::StartsWith => "starts with",
                    FieldRelation::EndsWith => "ends with",
                    FieldRelation::Contains => "contains",
                };
                write!(f, "{relation} ({}){}", compare.other, cased(compare.case))
            }
            Self::InList(list) => {
                let how = match list.how {
                    ListMatch::Equals => "in",
                    ListMatch::StartsWith => "starts with one of",
                    ListMatch::EndsWith => "ends with one of",
                    ListMatch::Contains => "contains one of",
                    ListMatch::Regex => "matches one of",
                    ListMatch::Cidr => "in a net of",
                };
                write!(f, "{how} list {}{}", name(&list.name), cased(list.case))
            }
            Self::Term(term) => {
                let edges = match (term.left, term.right) {
                    (true, true) => "has",
                    (true, false) => "has prefix",
                    (false, true) => "has suffix",
                    (false, false) => "has part",
                };
                write!(f, "{edges} {}{}", quoted(&term.text), cased(term.case))
            }
            Self::Nested(inner) => write!(f, "has element {{ {inner} }}"),
            Self::Lineage(lineage) => {
                let relation = match lineage.relation {
                    LineageRelation::DescendantOf => "descendant of",
                    LineageRelation::ChildOf => "child of",
                    LineageRelation::EventOf => "event of",
                };
                write!(f, "{relation} [{}]", lineage.of)
            }
            Self::IsTrue => f.write_str("is true"),
            Self::Time(op, bound) => write!(f, "time {} {}", op.name(), *bound),
            Self::Words(words) => {
                let analyzer = match words.analyzer {
                    Analyzer::Standard => "words",
                    Analyzer::PowerShell => "powershell words",
                };
                let each: Vec<String> = words.words.iter().map(ToString::to_string).collect();
                write!(
                    f,
                    "{analyzer} {} ({})",
                    quoted(&words.text),
                    each.join(", ")
                )
            }
        }
    }
}

/// A fixed instant, or one counted from the run.
impl fmt::Display for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::At(at) => write!(f, "{}", Value::Time(at)),
            Self::Run {
                offset,
                round,
                then,
            } => {
                write!(f, "now {}", signed(offset))?;
                if let Some(unit) = round {
                    write!(f, " rounded to {}", duration(unit))?;
                }
                if then != 0 {
                    write!(f, " then {}", signed(then))?;
                }
                Ok(())
            }
        }
    }
}

fn signed(length: i64) -> String {
    let sign = if length < 0 { '-' } else { '+' };
    format!("{sign}{}", duration(length.saturating_abs()))
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.shape() {
            Shape::Equals(text) => write!(f, "= {}", quoted(text))?,
            Shape::StartsWith(text) => write!(f, "starts with {}", quoted(text))?,
            Shape::EndsWith(text) => write!(f, "ends with {}", quoted(text))?,
            Shape::Contains(text) => write!(f, "contains {}", quoted(text))?,
            Shape::Anything => f.write_str("like *")?,
            Shape::Wildcard => write!(f, "like {}", parts(&self.parts))?,
        }
        f.write_str(cased(self.case))
    }
}

/// Literals in quotes, wildcards between them.
fn parts(parts: &[Part]) -> String {
    let mut out = String::new();
    for part in parts {
        match part {
            Part::Literal(text) => out.push_str(&quoted(text)),
            Part::AnyRun => out.push('*'),
            Part::AnyOne => out.push('?'),
        }
    }
    out
}

impl fmt::Display for Regex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let dialect = match self.dialect {
            Dialect::Pcre => "pcre",
            Dialect::Lucene => "lucene",
            Dialect::Re2 => "re2",
        };
        write!(f, "matches {dialect} {}", quoted(&self.text))?;
        let flags = [
            (self.case_insensitive, "i"),
            (self.multi_line, "m"),
            (self.dot_all, "s"),
            (self.whole, "w"),
        ];
        for (_, letter) in flags.iter().filter(|(on, _)| *on) {
            f.write_str(letter)?;
        }
        Ok(())
    }
}

/// The usual rule ignores case; the other one is said.
fn cased(case: Case) -> &'static str {
    match case {
        Case::Insensitive => "",
        Case::Sensitive => " cased",
        Case::AsciiInsensitive => " ascii",
    }
}

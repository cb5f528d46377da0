//! Conditions of the search language.

use super::super::ast::{Relation, Search, Within, Word};
use super::words::{bare, begins_with_word, joined, quoted};
use super::{Place, Printer};

impl Printer {
    /// A whole condition.
    pub(super) fn search(self, search: &Search) -> String {
        match search {
            Search::And(parts) => joined(parts.iter().map(|part| self.conjunct(part))),
            other => self.conjunct(other),
        }
    }

    /// The condition behind `where` of `tstats`, which ends at the word `by`.
    pub(super) fn search_before_by(self, search: &Search) -> String {
        let text = self.search(search);
        if holds_by(search) {
            format!("({text})")
        } else {
            text
        }
    }

    fn conjunct(self, search: &Search) -> String {
        let Search::Or(parts) = search else {
            return self.alternative(search);
        };
        let mut out = Vec::new();
        for part in parts {
            if !out.is_empty() {
                out.push("OR".to_owned());
            }
            out.push(self.alternative(part));
        }
        joined(out)
    }

    fn alternative(self, search: &Search) -> String {
        match search {
            Search::And(_) | Search::Or(_) => format!("({})", self.search(search)),
            Search::Not(inner) => joined(["NOT".to_owned(), self.alternative(inner)]),
            Search::Compare {
                field, op, value, ..
            } => self.comparison(&field.text, *op, value),
            Search::In { field, values, .. } => {
                let values: Vec<String> = values.iter().map(|own| self.value(own)).collect();
                let field = self.searched_field(&field.text);
                format!("{field} IN ({})", values.join(", "))
            }
            Search::Term(value) => word(value),
            Search::Whole(value) => format!("TERM({})", self.enclosed(&value.text)),
            Search::Cased(value) => format!("CASE({})", self.enclosed(&value.text)),
            Search::Subsearch(pipeline, _) => self.bracketed(pipeline, Place::Subsearch),
            Search::Macro(name) => format!("`{}`", name.text),
            Search::Error(_) => String::new(),
        }
    }

    fn comparison(self, field: &str, op: Relation, value: &Word) -> String {
        let field = self.searched_field(field);
        let value = self.value(value);
        // `= =x` asks for the value `=x`; `==` is one operator.
        let gap = if value.starts_with('=') { " " } else { "" };
        format!("{field}{}{gap}{value}", sign(op))
    }

    /// A value behind an operator.
    fn value(self, value: &Word) -> String {
        match value.within {
            Within::Nothing => word(value),
            Within::Case => format!("CASE({})", self.enclosed(&value.text)),
            Within::Term => format!("TERM({})", self.enclosed(&value.text)),
        }
    }

    /// The text of `TERM(...)`, which is taken as it stands; in quotes where it holds what would
    /// end it or the stage. One that ends in a backslash had none.
    fn enclosed(self, text: &str) -> String {
        let ends = |c: char| c.is_whitespace() || "\")|[]".contains(c);
        let body = text.trim_end_matches('\\');
        let open = (text.len() - body.len()) % 2 == 1;
        if text.contains(ends) && !open && !self.in_text {
            format!("\"{text}\"")
        } else {
            text.to_owned()
        }
    }
}

/// A value, quoted as it was.
pub(super) fn word(word: &Word) -> String {
    if word.quoted {
        quoted(&word.text)
    } else {
        bare(&word.text)
    }
}

fn sign(op: Relation) -> &'static str {
    match op {
        Relation::Eq => "=",
        Relation::Ne => "!=",
        Relation::Lt => "<",
        Relation::Lte => "<=",
        Relation::Gt => ">",
        Relation::Gte => ">=",
    }
}

/// Whether one of the conditions is the bare word `by`.
fn holds_by(search: &Search) -> bool {
    let parts = match search {
        Search::And(parts) | Search::Or(parts) => parts.as_slice(),
        other => return is_by(other),
    };
    parts.iter().any(holds_by)
}

fn is_by(search: &Search) -> bool {
    let Search::Term(word) = search else {
        return false;
    };
    let by = ["by", "groupby"];
    !word.quoted && by.iter().any(|by| begins_with_word(&word.text, by))
}

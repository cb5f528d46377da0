//! `DISSECT` and `GROK`: parts of a text as columns.

use super::super::ast::{Expr, Word};
use super::Lowering;
use super::columns::Column;
use super::grok;
use super::value::{call, literal};
use tripline_ir::{Dialect, Function, LossReason, Plan, Round, Text, Value, law};
use tripline_text::Code;

/// What becomes of a captured text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    Int,
    Long,
    Float,
    Bool,
}

/// A regular expression and what its groups, from 1, are called.
#[derive(Debug, Default)]
pub(super) struct Captures {
    pub(super) regex: String,
    pub(super) groups: Vec<Option<(Text, Kind)>>,
    /// Of a `DISSECT`, the places of appended groups (`%{+a/2}`), as many as groups.
    pub(super) order: Vec<u32>,
}

impl Lowering<'_> {
    /// `DISSECT input "pattern"`.
    pub(super) fn dissect(
        &mut self,
        plan: Plan,
        input: &Expr,
        pattern: &Word,
        separator: &str,
    ) -> Plan {
        match dissected(&pattern.text) {
            Ok(captures) => self.extract(plan, input, &[captures], separator),
            Err(message) => {
                self.wrong(Code::EsqlPattern, pattern.span, message, None);
                self.value(input);
                plan
            }
        }
    }

    /// `GROK input "pattern", ...`.
    pub(super) fn grok(&mut self, plan: Plan, input: &Expr, patterns: &[Word]) -> Plan {
        let mut all = Vec::new();
        for pattern in patterns {
            match grok::captures(&pattern.text).and_then(compiled) {
                Ok(captures) => all.push(captures),
                Err(message) => self.wrong(Code::EsqlPattern, pattern.span, message, None),
            }
        }
        if all.is_empty() {
            self.value(input);
            return plan;
        }
        self.extract(plan, input, &all, "")
    }

    fn extract(&mut self, plan: Plan, input: &Expr, all: &[Captures], separator: &str) -> Plan {
        let mut names: Vec<(Text, Kind)> = Vec::new();
        for group in all
            .iter()
            .flat_map(|captures| captures.groups.iter().flatten())
        {
            if !names.iter().any(|(name, _)| *name == group.0) {
                names.push(group.clone());
            }
        }
        let Some(value) = self.value(input) else {
            for (name, _) in names {
                self.columns.lose(name);
            }
            return plan;
        };
        let mut columns = Vec::new();
        for (name, kind) in &names {
            let tries = all.iter().map(|captures| {
                let found = captured(captures, name, &value.expr, separator);
                (captures, found)
            });
            columns.push((
                name.clone(),
                converted(first_match(tries, &value.expr), *kind),
            ));
        }
        for (name, _) in names {
            let repeated = |captures: &Captures| {
                let named = captures.groups.iter().flatten();
                captures.order.is_empty() && named.filter(|(own, _)| *own == name).count() > 1
            };
            let several = value.several || all.iter().any(repeated);
            let kind = super::kind::Kind::Any;
            self.columns.set(name, Column::Computed { several, kind });
        }
        Plan::Derive {
            input: Box::new(plan),
            columns,
        }
    }

    /// Says that a stage has no image; the rows stay.
    pub(super) fn lost_stage(&mut self, detail: &str, span: tripline_text::Span) {
        self.lose(LossReason::NotExpressible, detail, span);
    }
}

/// The value of the first pattern that matches.
fn first_match<'a>(
    tries: impl Iterator<Item = (&'a Captures, Option<tripline_ir::Expr>)>,
    input: &tripline_ir::Expr,
) -> tripline_ir::Expr {
    let mut all: Vec<_> = tries.collect();
    let null = || tripline_ir::Expr::Literal(Value::Null);
    if all.len() == 1 {
        return all.remove(0).1.unwrap_or_else(null);
    }
    let mut arguments = Vec::new();
    for (captures, found) in all {
        let pattern = literal(captures.regex.as_str());
        arguments.push(call(
            Function::RegexMatch(Dialect::Pcre),
            vec![input.clone(), pattern],
        ));
        arguments.push(found.unwrap_or_else(null));
    }
    call(Function::Case, arguments)
}

/// The groups of this name: of `DISSECT` appended, of `GROK` a list when there are several.
fn captured(
    captures: &Captures,
    name: &Text,
    input: &tripline_ir::Expr,
    separator: &str,
) -> Option<tripline_ir::Expr> {
    let numbers = captures.groups.iter().enumerate();
    let mut named: Vec<usize> = numbers
        .filter(|(_, group)| group.as_ref().is_some_and(|(own, _)| own == name))
        .map(|(at, _)| at)
        .collect();
    named.sort_by_key(|at| captures.order.get(*at));
    let mut groups: Vec<_> = named
        .into_iter()
        .map(|at| {
            let number = i64::try_from(at + 1).unwrap_or(i64::MAX);
            let arguments = vec![
                input.clone(),
                literal(captures.regex.as_str()),
                tripline_ir::Expr::Literal(Value::Int(number)),
            ];
            call(Function::RegexCapture(Dialect::Pcre), arguments)
        })
        .collect();
    match groups.len() {
        0 => None,
        1 => groups.pop(),
        _ if !captures.order.is_empty() => {
            let mut joined = Vec::new();
            for (at, group) in groups.into_iter().enumerate() {
                if at > 0 && !separator.is_empty() {
                    joined.push(literal(separator));
                }
                joined.push(group);
            }
            Some(call(Function::Concat, joined))
        }
        _ => Some(call(Function::ListConcat, groups)),
    }
}

fn converted(value: tripline_ir::Expr, kind: Kind) -> tripline_ir::Expr {
    match kind {
        Kind::Text => value,
        Kind::Int => call(Function::ToInt32, vec![value]),
        Kind::Long => call(Function::ToInt(Round::Nearest), vec![value]),
        Kind::Bool => call(Function::ToBoolWord, vec![value]),
        Kind::Float => call(Function::ToFloat, vec![value]),
    }
}

/// A pattern of Java's syntax that the law can run.
fn compiled(captures: Captures) -> Result<Captures, String> {
    let regex = tripline_ir::Regex {
        text: captures.regex.as_str().into(),
        dialect: Dialect::Pcre,
        case_insensitive: false,
        multi_line: false,
        dot_all: false,
        whole: false,
    };
    match law::compile(&regex) {
        Ok(_) => Ok(captures),
        Err(error) => Err(format!("the pattern cannot be read: {error}")),
    }
}

/// One key of a dissect pattern.
struct Key<'a> {
    name: &'a str,
    skipped: bool,
    padded: bool,
    /// Its place among appended keys.
    place: u32,
}

impl<'a> Key<'a> {
    fn read(text: &'a str) -> Result<Self, String> {
        let (text, padded) = match text.strip_suffix("->") {
            Some(text) => (text, true),
            None => (text, false),
        };
        if text.starts_with(['*', '&']) {
            return Err(format!(
                "`%{{{text}}}`: reference keys are not part of ES|QL"
            ));
        }
        let (name, skipped) = match text.strip_prefix('?') {
            Some(name) => (name, true),
            None => (text.strip_prefix('+').unwrap_or(text), text.is_empty()),
        };
        // The place among appended keys: `%{+a/2}`.
        let (name, place) = match name.split_once('/') {
            Some((name, place)) => (
                name,
                place
                    .parse()
                    .map_err(|_| format!("`%{{{text}}}`: expected a number after `/`"))?,
            ),
            None => (name, 0),
        };
        Ok(Self {
            name,
            skipped,
            padded,
            place,
        })
    }
}

/// A dissect pattern as an expression: each key reaches to the next delimiter, the last one to
/// the end; nothing is tried twice.
pub(super) fn dissected(pattern: &str) -> Result<Captures, String> {
    let mut pieces = pattern.split("%{");
    let mut captures = Captures::default();
    let start = pieces.next().unwrap_or("");
    captures.regex = format!("\\A(?>{})", escape(start));
    let mut keys = 0;
    for piece in pieces {
        let Some((key, delimiter)) = piece.split_once('}') else {
            return Err("a key is not closed: expected `}` after `%{`".to_owned());
        };
        let key = Key::read(key)?;
        let named = (!key.skipped).then(|| (Text::new(key.name), Kind::Text));
        let (open, close) = if named.is_some() {
            ("([\\s\\S]", ")")
        } else {
            ("(?:[\\s\\S]", ")")
        };
        if named.is_some() {
            captures.groups.push(named);
            captures.order.push(key.place);
        }
        let part = if delimiter.is_empty() {
            format!("{open}*{close}\\z")
        } else {
            let delimiter = escape(delimiter);
            let repeat = if key.padded { "+" } else { "" };
            format!("(?>{open}*?{close}(?:{delimiter}){repeat})")
        };
        captures.regex.push_str(&part);
        keys += 1;
    }
    if keys == 0 {
        return Err("the pattern has no key: expected `%{name}`".to_owned());
    }
    Ok(captures)
}

fn escape(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        if c.is_ascii_punctuation() {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::dissected;

    #[test]
    fn keys_become_groups() {
        let captures = dissected("%{a}: %{?b} %{c->} %{d}").unwrap();
        let names: Vec<_> = captures
            .groups
            .iter()
            .flatten()
            .map(|(name, _)| name.as_str())
            .collect();
        assert_eq!(names, ["a", "c", "d"]);
        assert!(
            captures.regex.ends_with("([\\s\\S]*)\\z"),
            "{}",
            captures.regex
        );
        assert!(dissected("%{a").is_err());
        assert!(dissected("plain").is_err());
        assert!(dissected("%{*a} %{&a}").is_err());
    }
}

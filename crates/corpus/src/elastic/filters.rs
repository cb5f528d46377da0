//! Filters of a rule: parts of Elasticsearch's query language that hold beside the query.
//!
//! Kibana wraps each in `meta`, which may negate or disable it. Every filter is joined by "and".
//! A form that is not known is a loss: the rule then finds more than it does upstream.

use super::ELSEWHERE;
use super::fields::{Reader, Table, Value};
use toml::de::DeValue;
use tripline_ir::{
    Atom, Case, CompareOp, Dialect, FieldRef, Loss, LossReason, Part, Predicate, Regex, Subject,
    Test, Text, format_smolstr,
};
use tripline_languages::ecs;
use tripline_text::{Code, Diagnostic, Span};

/// Deepest nesting of `bool` and `nested`.
const MAX_DEPTH: u32 = 32;

/// The conjunction of the filters under `key`, with source names; the losses of those not
/// understood.
pub(super) fn read(reader: &mut Reader<'_>, rule: &Table<'_>, key: &str) -> (Predicate, Vec<Loss>) {
    let mut losses = Vec::new();
    let mut parts = Vec::new();
    for filter in reader.tables(rule, key) {
        match one(reader, &filter) {
            Ok(part) => parts.push(part),
            Err(unknown) => losses.push(unknown.report(reader)),
        }
    }
    (Predicate::and(parts), losses)
}

/// A form that is not known.
struct Unknown {
    what: Text,
    span: Span,
}

impl Unknown {
    fn report(self, reader: &mut Reader<'_>) -> Loss {
        let message = format!("the filter `{}` is not understood", self.what);
        let diagnostic = Diagnostic::new(Code::ElasticFilter, reader.source, message);
        reader.report(diagnostic.at(self.span, "left out"));
        Loss {
            reason: LossReason::NotExpressible,
            detail: format_smolstr!("filter {}", self.what),
            span: None,
        }
    }
}

type Lowered = Result<Predicate, Unknown>;

fn one(reader: &mut Reader<'_>, filter: &Table<'_>) -> Lowered {
    let meta = reader.table(filter, "meta");
    let mut set = |key: &str| {
        meta.as_ref()
            .and_then(|meta| reader.flag(meta, key))
            .unwrap_or(false)
    };
    let (disabled, negate) = (set("disabled"), set("negate"));
    if disabled {
        return Ok(Predicate::True);
    }
    let lowered = match reader.table(filter, "query") {
        Some(query) => clause(reader, &query, 0)?,
        None => bare(reader, filter, meta.as_ref())?,
    };
    Ok(if negate {
        Predicate::not(lowered)
    } else {
        lowered
    })
}

/// A filter without `query`: the clause stands beside `meta`, or `meta` alone says it.
fn bare(reader: &mut Reader<'_>, filter: &Table<'_>, meta: Option<&Table<'_>>) -> Lowered {
    if filter.entries().any(|(key, _)| is_clause(key)) {
        return clause(reader, filter, 0);
    }
    let unknown = || Unknown {
        what: "without a query".into(),
        span: filter.span,
    };
    let meta = meta.ok_or_else(unknown)?;
    let field = reader.owned(meta, "key").ok_or_else(unknown)?;
    let params = reader.table(meta, "params");
    match (reader.text(meta, "type"), params) {
        (Some("exists"), _) => Ok(ecs::exists(subject(&field), ELSEWHERE)),
        (Some("phrase"), Some(params)) => {
            let value = params.get("query").and_then(scalar).ok_or_else(unknown)?;
            Ok(phrase(&field, &value))
        }
        _ => Err(unknown()),
    }
}

fn is_clause(key: &str) -> bool {
    !matches!(key, "meta" | "$state" | "query")
}

/// The clauses of one table, joined by "and".
fn clause(reader: &mut Reader<'_>, table: &Table<'_>, depth: u32) -> Lowered {
    let mut parts = Vec::new();
    for (kind, value) in table.entries().filter(|(key, _)| is_clause(key)) {
        let span = reader.span(value.span());
        let unknown = || Unknown {
            what: kind.into(),
            span,
        };
        if depth > MAX_DEPTH {
            return Err(unknown());
        }
        let body = value.get_ref().as_table().ok_or_else(unknown)?;
        let body = Table::new(body, kind, span);
        parts.push(match kind {
            "match_all" => Predicate::True,
            "match_none" => Predicate::False,
            "exists" => {
                let field = reader.owned(&body, "field").ok_or_else(unknown)?;
                ecs::exists(subject(&field), ELSEWHERE)
            }
            "bool" => boolean(reader, &body, depth + 1)?,
            "constant_score" => {
                let inner = reader.table(&body, "filter").ok_or_else(unknown)?;
                clause(reader, &inner, depth + 1)?
            }
            _ => field_clause(reader, kind, &body).ok_or_else(unknown)?,
        });
    }
    Ok(Predicate::and(parts))
}

/// `bool`: all of `must` and `filter`, none of `must_not`, and one of `should` when nothing must
/// (or as many as `minimum_should_match` says, where that is 0 or 1).
fn boolean(reader: &mut Reader<'_>, body: &Table<'_>, depth: u32) -> Lowered {
    let mut list = |key: &str| -> Result<Vec<Predicate>, Unknown> {
        reader
            .tables(body, key)
            .iter()
            .map(|table| clause(reader, table, depth))
            .collect()
    };
    let mut all = list("must")?;
    all.extend(list("filter")?);
    let none = list("must_not")?;
    let should = list("should")?;
    let needed = match body.get("minimum_should_match").map(scalar) {
        None => i32::from(all.is_empty()),
        Some(Some(number)) if number == "0" => 0,
        Some(Some(number)) if number == "1" => 1,
        Some(_) => {
            return Err(Unknown {
                what: "minimum_should_match".into(),
                span: body.span,
            });
        }
    };
    if needed > 0 && !should.is_empty() {
        all.push(Predicate::or(should));
    }
    all.extend(none.into_iter().map(Predicate::not));
    Ok(Predicate::and(all))
}

/// A clause about one field: `{ kind = { field = value } }`.
fn field_clause(reader: &mut Reader<'_>, kind: &str, body: &Table<'_>) -> Option<Predicate> {
    let mut entries = body
        .entries()
        .filter(|(key, _)| !matches!(*key, "boost" | "_name"));
    let (name, value) = entries.next()?;
    if entries.next().is_some() {
        return None;
    }
    let field = Text::new(name);
    if kind == "range" {
        return range(reader, &field, value);
    }
    if kind == "terms" {
        let items = value.get_ref().as_array()?;
        let values: Option<Vec<_>> = items.iter().map(scalar).collect();
        let tests = values?.into_iter().map(|value| phrase(&field, &value));
        return Some(Predicate::or(tests));
    }
    let argument = Argument::read(reader, value)?;
    let case = if argument.case_insensitive {
        Case::Insensitive
    } else {
        Case::Sensitive
    };
    match kind {
        "match_phrase" => Some(phrase(&field, &argument.value)),
        "match" if argument.plain => Some(test(&field, &literal(&argument.value), false, case)),
        "term" => Some(test(&field, &literal(&argument.value), true, case)),
        "prefix" => {
            let mut parts = literal(&argument.value);
            parts.push(Part::AnyRun);
            Some(test(&field, &parts, true, case))
        }
        "wildcard" => Some(test(&field, &wildcard(&argument.value), true, case)),
        "regexp" => Some(regexp(&field, argument.value, argument.case_insensitive)),
        _ => None,
    }
}

/// The right side of a clause: a value, or a table with the value and options.
struct Argument {
    value: Text,
    case_insensitive: bool,
    /// No option that changes what matches.
    plain: bool,
}

impl Argument {
    fn read(reader: &mut Reader<'_>, value: &Value<'_>) -> Option<Self> {
        if let Some(value) = scalar(value) {
            return Some(Self {
                value,
                case_insensitive: false,
                plain: true,
            });
        }
        let span = reader.span(value.span());
        let table = Table::new(value.get_ref().as_table()?, "filter", span);
        let value = ["value", "query", "wildcard", "prefix"]
            .into_iter()
            .find_map(|key| table.get(key))
            .and_then(scalar)?;
        let plain = table.entries().all(|(key, _)| {
            matches!(
                key,
                "value" | "query" | "wildcard" | "prefix" | "boost" | "case_insensitive"
            )
        });
        Some(Self {
            value,
            case_insensitive: reader.flag(&table, "case_insensitive").unwrap_or(false),
            plain,
        })
    }
}

fn range(reader: &mut Reader<'_>, field: &Text, value: &Value<'_>) -> Option<Predicate> {
    let span = reader.span(value.span());
    let table = Table::new(value.get_ref().as_table()?, "range", span);
    let mut parts = Vec::new();
    for (key, bound) in table.entries() {
        let op = match key {
            "gt" => CompareOp::Gt,
            "gte" | "from" => CompareOp::Gte,
            "lt" => CompareOp::Lt,
            "lte" | "to" => CompareOp::Lte,
            "boost" => continue,
            _ => return None,
        };
        parts.push(ecs::range(
            field,
            subject(field),
            op,
            &scalar(bound)?,
            ELSEWHERE,
        )?);
    }
    Some(Predicate::and(parts))
}

fn regexp(field: &Text, text: Text, case_insensitive: bool) -> Predicate {
    let regex = Regex {
        text,
        dialect: Dialect::Lucene,
        case_insensitive,
        multi_line: false,
        dot_all: false,
        whole: true,
    };
    Predicate::atom(Atom::new(subject(field), Test::Regex(regex), ELSEWHERE))
}

fn phrase(field: &Text, value: &Text) -> Predicate {
    test(field, &literal(value), true, Case::Sensitive)
}

fn test(field: &Text, parts: &[Part], quoted: bool, case: Case) -> Predicate {
    let value = ecs::Value {
        parts,
        quoted,
        case,
    };
    ecs::value(field, subject(field), value, ELSEWHERE)
}

fn subject(field: &Text) -> Subject {
    Subject::Field(FieldRef::unmapped(field.clone()))
}

fn literal(text: &Text) -> Vec<Part> {
    if text.is_empty() {
        return Vec::new();
    }
    vec![Part::Literal(text.clone())]
}

/// `*` and `?` are wildcards; a backslash makes the next character literal.
fn wildcard(text: &str) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut run = String::new();
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        let part = match c {
            '*' => Part::AnyRun,
            '?' => Part::AnyOne,
            '\\' => {
                run.push(chars.next().unwrap_or('\\'));
                continue;
            }
            c => {
                run.push(c);
                continue;
            }
        };
        parts.push(Part::Literal(std::mem::take(&mut run).into()));
        parts.push(part);
    }
    parts.push(Part::Literal(run.into()));
    parts
}

/// The text form of a scalar.
fn scalar(value: &Value<'_>) -> Option<Text> {
    match value.get_ref() {
        DeValue::String(text) => Some(Text::new(text)),
        DeValue::Integer(number) => Some(format_smolstr!("{number}")),
        DeValue::Float(number) => Some(format_smolstr!("{number}")),
        DeValue::Boolean(flag) => Some(format_smolstr!("{flag}")),
        DeValue::Datetime(time) => Some(format_smolstr!("{time}")),
        DeValue::Array(_) | DeValue::Table(_) => None,
    }
}

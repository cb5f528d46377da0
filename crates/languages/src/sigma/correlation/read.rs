//! The correlation section: YAML to its tree.

use super::{Correlation, CorrelationCondition, CorrelationKind, Threshold};
use crate::near;
use crate::sigma::condition::{self, Expression};
use crate::sigma::detection::Reader;
use crate::sigma::facts::CORRELATION_KEYS;
use crate::sigma::metadata::{self, Metadata};
use tripline_ir::{CompareOp, Duration, Number, SECOND, Text};
use tripline_text::yaml::{Core, Entry, Node};
use tripline_text::{Code, Diagnostic, Span};

impl Correlation {
    pub(in crate::sigma) fn read(
        reader: &mut Reader<'_>,
        section: &Entry,
        metadata: Metadata,
        span: Span,
    ) -> Self {
        let node = &section.value;
        if node.entries().is_none() {
            let message = format!("a map was expected here, found {}", node.kind());
            reader.report(Code::SigmaStructure, message, node.span);
        }
        unknown_keys(reader, node);
        let kind = kind(reader, section);
        let condition = condition_of(reader, section, kind);
        let mut rules = references(node);
        if rules.is_empty()
            && let Some(expression) = &condition.expression
        {
            names(expression, &mut rules);
        }
        if rules.is_empty() {
            let message = "the correlation names no rules";
            reader.report(Code::SigmaMissingKey, message, section.key.span);
        }
        Self {
            metadata,
            span,
            kind,
            rules,
            group_by: metadata::list(node, "group-by"),
            timespan: timespan(reader, section),
            aliases: aliases(reader, node),
            condition,
            generate: node.get("generate").is_some_and(is_true),
        }
    }
}

fn is_true(node: &Node) -> bool {
    node.scalar()
        .is_some_and(|scalar| scalar.core() == Core::Bool(true))
}

fn unknown_keys(reader: &mut Reader<'_>, node: &Node) {
    for entry in node.entries().unwrap_or_default() {
        let Some(key) = entry.key.scalar() else {
            continue;
        };
        if CORRELATION_KEYS.contains(&key.text.as_str()) {
            continue;
        }
        let message = format!("`{}` is no key of a correlation", key.text);
        let mut found = Diagnostic::new(Code::SigmaUnknownKey, reader.source, message)
            .at(entry.key.span, "not read");
        found.hint = near::hint(&key.text, CORRELATION_KEYS);
        reader.push(found);
    }
}

fn kind(reader: &mut Reader<'_>, section: &Entry) -> Option<CorrelationKind> {
    let Some(node) = section.value.get("type") else {
        let message = "the correlation has no `type`";
        reader.report(Code::SigmaMissingKey, message, section.key.span);
        return None;
    };
    let name = node.text().map_or("", Text::as_str);
    // pySigma writes the extended forms so.
    let plain = name.strip_suffix("_extended").unwrap_or(name);
    let kind = CorrelationKind::ALL
        .into_iter()
        .find(|kind| kind.name() == plain);
    if kind.is_none() {
        let names: Vec<_> = CorrelationKind::ALL
            .iter()
            .map(|kind| kind.name())
            .collect();
        let message = format!("`{name}` is no type of correlation");
        let mut found = Diagnostic::new(Code::SigmaCorrelation, reader.source, message)
            .at(node.span, "not known");
        found.hint = near::hint(name, &names);
        reader.push(found);
    }
    kind
}

fn references(node: &Node) -> Vec<(Text, Span)> {
    let Some(rules) = node.get("rules") else {
        return Vec::new();
    };
    let nodes = rules.items().unwrap_or(std::slice::from_ref(rules));
    let reference = |node: &Node| Some((node.text()?.clone(), node.span));
    nodes.iter().filter_map(reference).collect()
}

fn names(expression: &Expression, found: &mut Vec<(Text, Span)>) {
    match expression {
        Expression::Name(name, span) => {
            if !found.iter().any(|(known, _)| known == name) {
                found.push((name.clone(), *span));
            }
        }
        Expression::Some(_) => {}
        Expression::And(parts) | Expression::Or(parts) => {
            for part in parts {
                names(part, found);
            }
        }
        Expression::Not(inner) => names(inner, found),
    }
}

fn timespan(reader: &mut Reader<'_>, section: &Entry) -> Option<Duration> {
    let Some(node) = section.value.get("timespan") else {
        let message = "the correlation has no `timespan`";
        reader.report(Code::SigmaMissingKey, message, section.key.span);
        return None;
    };
    let duration = node.text().and_then(|text| parse_timespan(text));
    if duration.is_none() {
        let message = "a number and a unit were expected here";
        let found = Diagnostic::new(Code::SigmaTimespan, reader.source, message)
            .at(node.span, "not a timespan")
            .hint("`90s`, `15m`, `2h` and `1d` are timespans");
        reader.push(found);
    }
    duration
}

/// `15m` and the like; never zero.
fn parse_timespan(text: &str) -> Option<Duration> {
    let unit = match text.chars().last()? {
        's' => 1,
        'm' => 60,
        'h' => 3600,
        'd' => 86_400,
        'w' => 604_800,
        'M' => 2_629_746,
        'y' => 31_556_952,
        _ => return None,
    };
    let digits = &text[..text.len() - 1];
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let count: i64 = digits.parse().ok().filter(|count| *count > 0)?;
    count.checked_mul(unit)?.checked_mul(SECOND)
}

fn aliases(reader: &mut Reader<'_>, node: &Node) -> Vec<(Text, Vec<(Text, Text)>)> {
    let Some(aliases) = node.get("aliases") else {
        return Vec::new();
    };
    let mut read = Vec::new();
    for entry in aliases.entries().unwrap_or_default() {
        let (Some(alias), Some(fields)) = (entry.key.text(), entry.value.entries()) else {
            let message = "an alias with a map from rules to fields was expected here";
            reader.report(Code::SigmaStructure, message, entry.key.span);
            continue;
        };
        let field = |entry: &Entry| Some((entry.key.text()?.clone(), entry.value.text()?.clone()));
        read.push((alias.clone(), fields.iter().filter_map(field).collect()));
    }
    read
}

fn condition_of(
    reader: &mut Reader<'_>,
    section: &Entry,
    kind: Option<CorrelationKind>,
) -> CorrelationCondition {
    let temporal = kind.is_some_and(CorrelationKind::is_temporal);
    let Some(node) = section.value.get("condition") else {
        if kind.is_some() && !temporal {
            let message = "the correlation has no `condition`";
            reader.report(Code::SigmaMissingKey, message, section.key.span);
        }
        return CorrelationCondition::default();
    };
    let mut condition = CorrelationCondition {
        span: node.span,
        ..CorrelationCondition::default()
    };
    if let Some(text) = node.text() {
        if !temporal {
            let message = "a condition over rules belongs to `temporal` and `temporal_ordered`";
            reader.report(Code::SigmaCorrelation, message, node.span);
        }
        match condition::parse(text) {
            Ok(mut expression) => {
                place(&mut expression, node.span);
                condition.expression = Some(expression);
            }
            Err(flaw) => reader.report(flaw.code, flaw.message, node.span),
        }
        return condition;
    }
    for entry in node.entries().unwrap_or_default() {
        entry_of(reader, &mut condition, entry, node);
    }
    if !temporal && kind.is_some() && condition.thresholds.is_empty() {
        let message = "the condition has no bound";
        let found = Diagnostic::new(Code::SigmaMissingKey, reader.source, message)
            .at(node.span, "")
            .hint("`gte: 10` is a bound; `gt`, `lt`, `lte`, `eq` and `neq` are the others");
        reader.push(found);
    }
    let counts_events = matches!(kind, None | Some(CorrelationKind::EventCount)) || temporal;
    if !counts_events && condition.fields.is_empty() {
        let message = "the condition does not say which `field` is measured";
        reader.report(Code::SigmaMissingKey, message, node.span);
    }
    condition
}

/// Gives every part of an expression one place.
fn place(expression: &mut Expression, whole: Span) {
    match expression {
        Expression::Name(_, span) => *span = whole,
        Expression::Some(selector) => selector.span = whole,
        Expression::And(parts) | Expression::Or(parts) => {
            for part in parts {
                place(part, whole);
            }
        }
        Expression::Not(inner) => place(inner, whole),
    }
}

fn entry_of(
    reader: &mut Reader<'_>,
    condition: &mut CorrelationCondition,
    entry: &Entry,
    node: &Node,
) {
    let key = entry.key.text().map_or("", Text::as_str);
    let (op, negated) = match key {
        "gt" => (CompareOp::Gt, false),
        "gte" => (CompareOp::Gte, false),
        "lt" => (CompareOp::Lt, false),
        "lte" => (CompareOp::Lte, false),
        "eq" => (CompareOp::Eq, false),
        "neq" => (CompareOp::Eq, true),
        "field" => {
            condition.fields = metadata::list(node, "field");
            return;
        }
        "percentile" => {
            condition.percentile = number_of(&entry.value).map(as_float);
            let fits = condition
                .percentile
                .is_some_and(|share| (0.0..=100.0).contains(&share));
            if !fits {
                condition.percentile = None;
                let message = "a number from 0 to 100 was expected here";
                reader.report(Code::SigmaValue, message, entry.value.span);
            }
            return;
        }
        _ => {
            let message = format!("`{key}` is no key of a correlation's condition");
            reader.report(Code::SigmaUnknownKey, message, entry.key.span);
            return;
        }
    };
    let Some(value) = number_of(&entry.value) else {
        reader.report(
            Code::SigmaValue,
            "a number was expected here",
            entry.value.span,
        );
        return;
    };
    condition.thresholds.push(Threshold {
        op,
        negated,
        value,
        span: entry.value.span,
    });
}

#[expect(clippy::cast_precision_loss, reason = "a percentile is a small number")]
fn as_float(number: Number) -> f64 {
    match number {
        Number::Int(whole) => whole as f64,
        Number::Float(float) => float,
    }
}

fn number_of(node: &Node) -> Option<Number> {
    match node.scalar()?.core() {
        Core::Int(whole) => Some(Number::Int(whole)),
        Core::Float(float) => Some(Number::Float(float)),
        Core::Text(text) => text.parse().ok().map(Number::Int),
        Core::Null | Core::Bool(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timespans() {
        assert_eq!(parse_timespan("90s"), Some(90 * SECOND));
        assert_eq!(parse_timespan("15m"), Some(900 * SECOND));
        assert_eq!(parse_timespan("1d"), Some(86_400 * SECOND));
        assert_eq!(parse_timespan("2w"), Some(1_209_600 * SECOND));
        assert_eq!(parse_timespan("1M"), Some(2_629_746 * SECOND));
        for wrong in [
            "",
            "0s",
            "5",
            "m",
            "1.5h",
            "-1s",
            "1 h",
            "5x",
            "99999999999999d",
            "5é",
        ] {
            assert_eq!(parse_timespan(wrong), None, "{wrong}");
        }
    }
}

//! The detection section: YAML to its tree.

use super::ast::{Condition, Detection, Group, Item, Literal, LiteralValue, Selection};
use super::condition;
use super::modifiers::{Chain, Place};
use tripline_ir::Text;
use tripline_text::yaml::{Core, Entry, Node, Style, Value};
use tripline_text::{Code, Diagnostic, Source, Span};

/// Reads the sections of one document. Spans of nodes count bytes of the document's own text;
/// the diagnostics do, too.
pub(super) struct Reader<'a> {
    pub(super) source: &'a Source,
    /// Text of the document.
    pub(super) text: &'a str,
    pub(super) diagnostics: Vec<Diagnostic>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(source: &'a Source, body: Span) -> Self {
        Self {
            source,
            text: source.slice(body),
            diagnostics: Vec::new(),
        }
    }

    pub(super) fn report(&mut self, code: Code, message: impl Into<String>, span: Span) {
        self.push(Diagnostic::new(code, self.source, message).at(span, ""));
    }

    pub(super) fn push(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    /// Reads `detection`, or `filter` without the keys named in `other`.
    pub(super) fn detection(&mut self, section: &Entry, other: &[&str]) -> Detection {
        let mut detection = Detection::default();
        let Some(entries) = section.value.entries() else {
            let message = format!("a map was expected here, found {}", section.value.kind());
            self.report(Code::SigmaStructure, message, section.value.span);
            return detection;
        };
        let mut has_condition = false;
        for entry in entries {
            let Some(name) = entry.key.scalar().map(|key| key.text.clone()) else {
                self.report(
                    Code::SigmaStructure,
                    "a name was expected here",
                    entry.key.span,
                );
                continue;
            };
            match name.as_str() {
                "condition" => {
                    has_condition = true;
                    detection.conditions = self.conditions(&entry.value);
                }
                "timeframe" => detection.timeframe = entry.value.text().cloned(),
                name if other.contains(&name) => {}
                _ => detection.selections.push(Selection {
                    name,
                    span: entry.key.span,
                    body: self.group(&entry.value),
                }),
            }
        }
        if !has_condition {
            let message = "there is no `condition`";
            let found = Diagnostic::new(Code::SigmaMissingKey, self.source, message)
                .at(section.key.span, "in this section")
                .hint("a condition says which selections must hold: `condition: selection`");
            self.push(found);
        }
        detection
    }

    fn conditions(&mut self, node: &Node) -> Vec<Condition> {
        let nodes = node.items().unwrap_or(std::slice::from_ref(node));
        if nodes.is_empty() {
            let message = "a condition was expected here, found an empty list";
            let found = Diagnostic::new(Code::SigmaCondition, self.source, message)
                .at(node.span, "")
                .hint("a condition says which selections must hold: `condition: selection`");
            self.push(found);
        }
        nodes.iter().map(|node| self.condition(node)).collect()
    }

    fn condition(&mut self, node: &Node) -> Condition {
        let Some(text) = node.text() else {
            let message = format!("a condition was expected here, found {}", node.kind());
            self.report(Code::SigmaCondition, message, node.span);
            return Condition {
                expression: None,
                aggregation: None,
                span: node.span,
            };
        };
        let place = Placement::new(self.text, node);
        let (search, pipe) = match text.find('|') {
            Some(at) => (&text[..at], Some(at)),
            None => (text.as_str(), None),
        };
        let aggregation = pipe.map(|at| {
            let start = at + 1;
            (
                Text::from(text[start..].trim()),
                place.span(Span::from_usize(at..text.len())),
            )
        });
        if let Some((aggregation, span)) = &aggregation {
            let message = format!("`| {aggregation}` is no longer part of Sigma");
            let found = Diagnostic::new(Code::SigmaLegacyAggregation, self.source, message)
                .at(*span, "not evaluated")
                .hint("a correlation rule says the same: `type: event_count` and others");
            self.push(found);
        }
        let expression = match condition::parse(search) {
            Ok(mut expression) => {
                place.expression(&mut expression);
                Some(expression)
            }
            Err(flaw) => {
                let mut found = Diagnostic::new(flaw.code, self.source, flaw.message)
                    .at(place.span(flaw.span), "");
                found.hint = flaw.hint;
                self.push(found);
                None
            }
        };
        Condition {
            expression,
            aggregation,
            span: node.span,
        }
    }

    fn group(&mut self, node: &Node) -> Group {
        match &node.value {
            Value::Mapping(entries) => {
                if entries.is_empty() {
                    self.report(Code::SigmaStructure, "the selection is empty", node.span);
                    return Group::Broken(node.span);
                }
                Group::All(
                    entries
                        .iter()
                        .filter_map(|entry| self.item(entry))
                        .collect(),
                )
            }
            Value::Scalar(_) => self.keywords(std::slice::from_ref(node), node.span),
            Value::Sequence(items) if items.is_empty() => {
                self.report(Code::SigmaStructure, "the selection is empty", node.span);
                Group::Broken(node.span)
            }
            Value::Sequence(items) if items.iter().all(|item| item.scalar().is_some()) => {
                self.keywords(items, node.span)
            }
            Value::Sequence(items) => {
                Group::Any(items.iter().map(|item| self.group(item)).collect())
            }
        }
    }

    fn keywords(&mut self, nodes: &[Node], span: Span) -> Group {
        let mut values = Vec::new();
        for node in nodes {
            if node.is_null() {
                let message = "a keyword was expected here, found null";
                self.report(Code::SigmaValue, message, node.span);
            } else {
                values.extend(literal(node));
            }
        }
        if values.is_empty() {
            return Group::Broken(span);
        }
        Group::All(vec![Item {
            field: None,
            span,
            chain: Chain::default(),
            values,
        }])
    }

    fn item(&mut self, entry: &Entry) -> Option<Item> {
        let Some(key) = entry.key.scalar() else {
            self.report(
                Code::SigmaStructure,
                "a field name was expected here",
                entry.key.span,
            );
            return None;
        };
        let mut names = key.text.split('|');
        let field = names.next().unwrap_or("").trim();
        let mut place = Place {
            source: self.source,
            span: entry.key.span,
            diagnostics: &mut self.diagnostics,
        };
        let chain = Chain::parse(names, &mut place);
        Some(Item {
            field: (!field.is_empty()).then(|| field.into()),
            span: entry.key.span,
            chain,
            values: self.values(&entry.value),
        })
    }

    fn values(&mut self, node: &Node) -> Vec<Literal> {
        let Some(items) = node.items() else {
            return self.value(node).into_iter().collect();
        };
        if items.is_empty() {
            let message = "the list of values is empty";
            self.report(Code::SigmaValue, message, node.span);
        }
        items.iter().filter_map(|item| self.value(item)).collect()
    }

    fn value(&mut self, node: &Node) -> Option<Literal> {
        let literal = literal(node);
        if literal.is_none() {
            let message = format!("a value was expected here, found {}", node.kind());
            self.report(Code::SigmaValue, message, node.span);
        }
        literal
    }
}

fn literal(node: &Node) -> Option<Literal> {
    let scalar = node.scalar()?;
    let value = match scalar.core() {
        Core::Null => LiteralValue::Null,
        Core::Bool(value) => LiteralValue::Bool(value),
        Core::Int(number) => LiteralValue::Int(number, scalar.text.clone()),
        Core::Float(number) => LiteralValue::Float(number, scalar.text.clone()),
        Core::Text(_) => LiteralValue::Text(scalar.text.clone()),
    };
    let span = node.span;
    Some(Literal { value, span })
}

/// Maps places in a scalar's value to places in the document. Where the text is written as it
/// reads (plain or quoted without escapes, on one line), places are exact; else they are the whole
/// scalar.
struct Placement {
    whole: Span,
    /// Offset of the value's first byte, when the value stands there verbatim.
    start: Option<u32>,
}

impl Placement {
    fn new(text: &str, node: &Node) -> Self {
        let written = text.get(node.span.range()).unwrap_or("");
        let scalar = node.scalar();
        let value = scalar.map_or("", |scalar| scalar.text.as_str());
        let quote = u32::from(scalar.is_some_and(|scalar| {
            matches!(scalar.style, Style::SingleQuoted | Style::DoubleQuoted)
        }));
        let verbatim = written
            .get(quote as usize..)
            .is_some_and(|rest| rest.starts_with(value));
        Self {
            whole: node.span,
            start: verbatim.then_some(node.span.start + quote),
        }
    }

    fn span(&self, span: Span) -> Span {
        self.start.map_or(self.whole, |start| span.shifted(start))
    }

    fn expression(&self, expression: &mut condition::Expression) {
        use condition::Expression;
        match expression {
            Expression::Name(_, span) => *span = self.span(*span),
            Expression::Some(selector) => selector.span = self.span(selector.span),
            Expression::And(parts) | Expression::Or(parts) => {
                for part in parts {
                    self.expression(part);
                }
            }
            Expression::Not(inner) => self.expression(inner),
        }
    }
}

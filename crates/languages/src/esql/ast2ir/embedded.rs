//! Searches of the index inside of a query: `KQL`, `QSTR`, `MATCH` and `:`.
//!
//! They see every value of a field and are never null. The text is read by the front end of its
//! own language; its spans are moved to where it stands.

use super::super::ast::{Call, Expr, Literal, Name};
use super::super::functions;
use super::Lowering;
use super::value::{call, literal};
use crate::kuery::ecs;
use crate::{Context, kuery, lucene};
use tripline_ir::{Atom, Case, Function, LossReason, Part, Plan, Predicate, Subject, Test, Text};
use tripline_text::{Code, Source, Span};

impl Lowering<'_> {
    /// The predicate of a call that searches; `None` for any other.
    pub(super) fn search(&mut self, written: &Call) -> Option<Predicate> {
        let known = functions::function(&written.name)?;
        let arguments = written.arguments.as_slice();
        let searches = matches!(
            known.name,
            "kql" | "qstr" | "match" | "match_phrase" | "match_operator"
        );
        if !searches {
            return None;
        }
        if self.checked(written).is_none() {
            return Some(Predicate::True);
        }
        for argument in arguments {
            if let Expr::Options(entries, span) = argument
                && let Some((name, _)) = entries.iter().find(|(name, _)| *name != "boost")
            {
                let detail = tripline_ir::format_smolstr!("option {name}");
                self.lose(LossReason::NotExpressible, detail, *span);
            }
        }
        Some(match (known.name, arguments) {
            ("kql", [text, ..]) => self.foreign(text, true),
            ("qstr", [text, ..]) => self.foreign(text, false),
            (name, [field, value, ..]) => {
                if let Some(field) = searched(field) {
                    self.match_field(field, value, name == "match_phrase", written.span)
                } else {
                    let message = format!("`{name}` searches a field");
                    self.wrong(Code::EsqlArguments, field.span(), message, None);
                    Predicate::True
                }
            }
            _ => Predicate::True,
        })
    }

    /// A query of another language.
    fn foreign(&mut self, argument: &Expr, kuery: bool) -> Predicate {
        let Expr::Literal(Literal::Text(text), span) = argument else {
            self.constant_text(argument, "the query");
            return Predicate::True;
        };
        let inner = Source::new(self.source.name().clone(), text.as_str());
        let context = Context::new(self.context.schema);
        let lowered = if kuery {
            kuery::lower(&inner, &context)
        } else {
            lucene::lower(&inner, &context)
        };
        let places = Places::new(self.source.slice(*span), *span, text);
        if !self.quiet {
            for mut diagnostic in lowered.diagnostics {
                for label in diagnostic
                    .primary
                    .iter_mut()
                    .chain(&mut diagnostic.secondary)
                {
                    label.span = places.moved(label.span);
                }
                diagnostic.add_to(&mut self.diagnostics);
            }
            for mut loss in lowered.losses {
                loss.span = loss.span.map(|span| places.moved(span));
                self.losses.push(loss);
            }
        }
        let Some(Plan::Match(found)) = lowered.plan else {
            return Predicate::True;
        };
        let mut predicate = found.predicate;
        move_spans(&mut predicate, &places);
        ecs::resolve(&mut predicate, self.context.schema, self.activity);
        predicate
    }

    /// `field : value`, `MATCH(field, value)`.
    pub(super) fn match_field(
        &mut self,
        field: &Name,
        value: &Expr,
        phrase: bool,
        span: Span,
    ) -> Predicate {
        let text = match value {
            Expr::Literal(Literal::Text(text), _) => text.clone(),
            Expr::Literal(Literal::Int(n), _) => tripline_ir::format_smolstr!("{n}"),
            Expr::Literal(Literal::Float(n), _) => tripline_ir::format_smolstr!("{n}"),
            Expr::Literal(Literal::Bool(b), _) => tripline_ir::format_smolstr!("{b}"),
            Expr::Error(_) => return Predicate::True,
            other => {
                self.constant_text(other, "what is searched for");
                return Predicate::True;
            }
        };
        if self.columns.is_computed(&field.text) {
            let message = format!("`{field}` is computed; only fields of the index are searched");
            self.wrong(Code::EsqlColumn, field.span, message, None);
            return Predicate::True;
        }
        let reference = self.source_field(&field.text);
        let value = ecs::Value {
            parts: &[Part::Literal(text)],
            quoted: phrase,
            case: Case::Sensitive,
        };
        ecs::value(&field.text, Subject::Field(reference), value, span)
    }

    /// A search as a value.
    pub(super) fn search_value(&mut self, expr: &Expr) -> Option<tripline_ir::Expr> {
        let predicate = match expr {
            Expr::Match { field, value, span } => self.match_field(field, value, false, *span),
            Expr::Call(written) => self.search(written)?,
            _ => return None,
        };
        match as_value(&predicate) {
            Some(value) => Some(value),
            None => self.not_expressible("search as a value", expr.span()),
        }
    }
}

/// The field that a search is about.
fn searched(expr: &Expr) -> Option<&Name> {
    match expr {
        Expr::Name(name) => Some(name),
        Expr::Cast { value, .. } => searched(value),
        _ => None,
    }
}

/// A predicate as a value that is never null.
fn as_value(predicate: &Predicate) -> Option<tripline_ir::Expr> {
    let all = |parts: &[Predicate]| parts.iter().map(as_value).collect::<Option<Vec<_>>>();
    Some(match predicate {
        Predicate::True => tripline_ir::Expr::Literal(tripline_ir::Value::Bool(true)),
        Predicate::False => tripline_ir::Expr::Literal(tripline_ir::Value::Bool(false)),
        Predicate::And(parts) => call(Function::And, all(parts)?),
        Predicate::Or(parts) => call(Function::Or, all(parts)?),
        Predicate::Not(inner) => call(Function::Not, vec![as_value(inner)?]),
        Predicate::Atom(atom) => leaf(atom)?,
    })
}

fn leaf(atom: &Atom) -> Option<tripline_ir::Expr> {
    let Subject::Field(field) = &atom.subject else {
        return None;
    };
    let field = tripline_ir::Expr::Field(field.clone());
    let test = match &atom.test {
        Test::Exists => {
            let null = call(Function::IsNull, vec![field]);
            return Some(call(Function::Not, vec![null]));
        }
        Test::Pattern(pattern) => {
            let glob = escaped(&pattern.parts);
            call(
                Function::Glob(pattern.case),
                vec![field, literal(glob.as_str())],
            )
        }
        Test::Number(op, number) => {
            let number = match number {
                tripline_ir::Number::Int(n) => tripline_ir::Value::Int(*n),
                tripline_ir::Number::Float(n) => tripline_ir::Value::Float(*n),
            };
            let function = Function::Compare(*op, Case::Sensitive, tripline_ir::Coerce::Typed);
            call(function, vec![field, tripline_ir::Expr::Literal(number)])
        }
        Test::Cidr(nets) => {
            let nets = nets.iter().map(|net| literal(net.0.to_string().as_str()));
            call(
                Function::InNetwork,
                std::iter::once(field).chain(nets).collect(),
            )
        }
        _ => return None,
    };
    Some(call(Function::IsTrue, vec![test]))
}

/// A pattern's text in which a backslash escapes.
fn escaped(parts: &[Part]) -> String {
    let mut text = String::new();
    for part in parts {
        match part {
            Part::AnyRun => text.push('*'),
            Part::AnyOne => text.push('?'),
            Part::Literal(run) => {
                for c in run.chars() {
                    if matches!(c, '*' | '?' | '\\') {
                        text.push('\\');
                    }
                    text.push(c);
                }
            }
        }
    }
    text
}

fn move_spans(predicate: &mut Predicate, places: &Places) {
    match predicate {
        Predicate::True | Predicate::False => {}
        Predicate::And(parts) | Predicate::Or(parts) => {
            for part in parts {
                move_spans(part, places);
            }
        }
        Predicate::Not(inner) => move_spans(inner, places),
        Predicate::Atom(atom) => {
            atom.span = places.moved(atom.span);
            if let Test::Nested(inner) = &mut atom.test {
                move_spans(inner, places);
            }
        }
    }
}

/// Maps places in a string's text to places in the query.
struct Places {
    /// The query's offset of each byte of the text, and of its end.
    offsets: Vec<u32>,
}

impl Places {
    fn new(written: &str, span: Span, text: &Text) -> Self {
        let raw = written.starts_with("\"\"\"");
        let quotes: u32 = if raw { 3 } else { 1 };
        let mut at = span.start.saturating_add(quotes);
        let inner = &written[(quotes as usize).min(written.len())..];
        let mut offsets = Vec::with_capacity(text.len() + 1);
        let mut chars = inner.chars();
        for c in text.chars() {
            offsets.extend(std::iter::repeat_n(at, c.len_utf8()));
            let step = match chars.next() {
                Some('\\') if !raw => 1 + chars.next().map_or(0, char::len_utf8),
                Some(own) => own.len_utf8(),
                None => 0,
            };
            at = at.saturating_add(u32::try_from(step).unwrap_or(0));
        }
        offsets.push(at);
        Self { offsets }
    }

    fn moved(&self, span: Span) -> Span {
        let last = self.offsets.last().copied().unwrap_or_default();
        let place = |at: u32| self.offsets.get(at as usize).copied().unwrap_or(last);
        Span::new(place(span.start), place(span.end))
    }
}

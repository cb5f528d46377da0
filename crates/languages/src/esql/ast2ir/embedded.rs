//! Searches of the index inside of a query: `KQL`, `QSTR`, `MATCH` and `:`.
//!
//! They see every value of a field and are never null. The text is read by the front end of its
//! own language; its spans are moved to where it stands.

use super::super::ast::{Call, Expr, Literal, Name};
use super::super::functions;
use super::Lowering;
use super::columns::{Column, Found};
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
            "kql" | "qstr" | "match" | "match_phrase" | "match_operator" | "multi_match"
        );
        if !searches {
            return None;
        }
        if self.checked(written).is_none() {
            return Some(Predicate::True);
        }
        let mut all = false;
        for argument in arguments {
            let Expr::Options(entries, span) = argument else {
                continue;
            };
            all |= entries.iter().any(every_word);
            for (name, _) in entries.iter().filter(|entry| !harmless(entry, entries)) {
                let detail = tripline_ir::format_smolstr!("option {name}");
                self.lose(LossReason::NotExpressible, detail, *span);
            }
        }
        if known.name == "multi_match" {
            return Some(self.multi_match(arguments, all, written.span));
        }
        Some(match (known.name, arguments) {
            ("kql", [text, ..]) => self.foreign(text, true),
            ("qstr", [text, ..]) => self.foreign(text, false),
            (name, [field, value, ..]) => {
                if let Some(field) = searched(field) {
                    let how = match name {
                        "match_phrase" => How::Phrase,
                        _ if all => How::EveryWord,
                        _ => How::AnyWord,
                    };
                    self.match_field(field, value, how, written.span)
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
        let atoms = predicate.atoms().into_iter();
        for field in atoms.flat_map(|atom| atom.fields()) {
            self.columns.note(&field.name);
        }
        ecs::resolve(&mut predicate, self.context.schema, self.activity);
        predicate
    }

    /// `field : value`, `MATCH(field, value)`.
    pub(super) fn match_field(
        &mut self,
        field: &Name,
        value: &Expr,
        how: How,
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
        if matches!(self.columns.find(&field.text), Found::Column(Column::Lost)) {
            return Predicate::True;
        }
        if self.columns.is_computed(&field.text) {
            let message = format!("`{field}` is computed; only fields of the index are searched");
            self.wrong(Code::EsqlColumn, field.span, message, None);
            return Predicate::True;
        }
        self.columns.note(&field.text);
        let reference = self.source_field(&field.text);
        let test = |text: Text, quoted| {
            let value = ecs::Value {
                parts: &[Part::Literal(text)],
                quoted,
                case: Case::Sensitive,
            };
            let subject = Subject::Field(reference.clone());
            ecs::value(&field.text, subject, value, span)
        };
        match (how, ecs::kind(&field.text)) {
            (How::EveryWord, ecs::FieldKind::FullText(analyzer)) => {
                let words = analyzer.words(&text);
                Predicate::and(words.into_iter().map(|word| test(word.into(), true)))
            }
            _ => test(text, how == How::Phrase),
        }
    }

    /// `MULTI_MATCH("query", field, ...)`: one of the fields matches.
    fn multi_match(&mut self, arguments: &[Expr], all: bool, span: Span) -> Predicate {
        let Some((value, fields)) = arguments.split_first() else {
            return Predicate::True;
        };
        let how = if all { How::EveryWord } else { How::AnyWord };
        let mut tests = Vec::new();
        for field in fields {
            if matches!(field, Expr::Options(..)) {
                continue;
            }
            let Some(field) = searched(field) else {
                let message = "`multi_match` searches fields";
                self.wrong(Code::EsqlArguments, field.span(), message, None);
                return Predicate::True;
            };
            tests.push(self.match_field(field, value, how, span));
        }
        if tests.contains(&Predicate::True) {
            return Predicate::True;
        }
        Predicate::or(tests)
    }

    /// A search as a value.
    pub(super) fn search_value(&mut self, expr: &Expr) -> Option<tripline_ir::Expr> {
        let predicate = match expr {
            Expr::Match { field, value, span } => {
                self.match_field(field, value, How::AnyWord, *span)
            }
            Expr::Call(written) => self.search(written)?,
            _ => return None,
        };
        match as_value(&predicate) {
            Some(value) => Some(value),
            None => self.not_expressible("search as a value", expr.span()),
        }
    }
}

/// Which words of a query a field's text must hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum How {
    /// One of them.
    AnyWord,
    /// All of them.
    EveryWord,
    /// All of them, side by side and in order.
    Phrase,
}

/// `operator: AND`.
fn every_word((name, value): &(Text, Literal)) -> bool {
    let and = matches!(value, Literal::Text(value) if value.eq_ignore_ascii_case("and"));
    (name == "operator" || name == "default_operator") && and
}

/// Whether an option of a search changes nothing but scores and speed.
fn harmless((name, value): &(Text, Literal), all: &[(Text, Literal)]) -> bool {
    let fuzzy = all.iter().any(|(name, _)| name == "fuzziness");
    match name.as_str() {
        "boost"
        | "lenient"
        | "operator"
        | "tie_breaker"
        | "auto_generate_synonyms_phrase_query" => true,
        "fuzzy_transpositions" | "prefix_length" | "max_expansions" | "fuzzy_rewrite" => !fuzzy,
        "slop" => matches!(value, Literal::Int(0)),
        "zero_terms_query" => {
            matches!(value, Literal::Text(text) if text.eq_ignore_ascii_case("none"))
        }
        "minimum_should_match" => matches!(value, Literal::Int(1)),
        "type" => {
            matches!(value, Literal::Text(text) if text == "best_fields" || text == "most_fields")
        }
        _ => false,
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

//! Clauses to predicate.
//!
//! A level holds when every required clause does and no prohibited one; when none is required,
//! one of the optional ones must, if there are any. A level of prohibited clauses only matches
//! every other event (Elasticsearch adds the match-all that Lucene lacks). A boost changes the
//! ranking only. A fuzzy term or a sloppy phrase on full text is a loss: the exact one stands in
//! its place.

use super::ast::{Clause, Field, Occur, Parsed, Query, Term};
use crate::kuery::ecs::{self, FieldKind};
use crate::{Context, Lowered};
use tripline_ir::law;
use tripline_ir::{
    Atom, Case, Dialect, FieldRef, Loss, LossReason, Predicate, Regex, Subject, Test, Text,
};
use tripline_text::{Code, Diagnostic, Source, Span};

/// Lowers a parsed query.
pub(super) fn lower(source: &Source, parsed: Parsed, context: &Context<'_>) -> Lowered {
    let mut lowering = Lowering {
        source,
        losses: Vec::new(),
        diagnostics: parsed.diagnostics,
    };
    let predicate = lowering.query(&parsed.query);
    let plan = predicate.map(|predicate| crate::kuery::finish(predicate, context));
    crate::kuery::mended(&lowering.diagnostics, "lucene", &mut lowering.losses);
    Lowered {
        plan,
        diagnostics: lowering.diagnostics,
        losses: lowering.losses,
    }
}

struct Lowering<'s> {
    source: &'s Source,
    losses: Vec<Loss>,
    diagnostics: Vec<Diagnostic>,
}

impl Lowering<'_> {
    fn query(&mut self, query: &Query) -> Option<Predicate> {
        match query {
            Query::Level(clauses) => self.level(clauses),
            Query::Leaf { field, test, span } => self.leaf(field.as_ref(), test, *span),
            Query::Error(span) => {
                self.lose(LossReason::SyntaxError, "lucene", *span);
                None
            }
        }
    }

    fn level(&mut self, clauses: &[Clause]) -> Option<Predicate> {
        if clauses.is_empty() {
            return Some(Predicate::True);
        }
        let required = clauses.iter().any(|clause| clause.occur == Occur::Must);
        let (mut all, mut any) = (Vec::new(), Vec::new());
        for clause in clauses {
            if required && clause.occur == Occur::Should {
                self.no_effect(clause.span);
                continue;
            }
            let Some(lowered) = self.query(&clause.query) else {
                continue;
            };
            match clause.occur {
                Occur::Must => all.push(lowered),
                Occur::MustNot => all.push(Predicate::not(lowered)),
                Occur::Should => any.push(lowered),
            }
        }
        if !any.is_empty() {
            all.insert(0, Predicate::or(any));
        }
        (!all.is_empty()).then(|| Predicate::and(all))
    }

    fn no_effect(&mut self, span: Span) {
        Diagnostic::new(
            Code::LuceneOptional,
            self.source,
            "the clause is optional beside a required one and changes nothing",
        )
        .at(span, "no effect on what matches")
        .hint("parentheses make plain which clauses belong together")
        .add_to(&mut self.diagnostics);
    }

    fn leaf(&mut self, field: Option<&Field>, test: &Term, span: Span) -> Option<Predicate> {
        match (field, test) {
            (Some(field), Term::Value { parts, .. }) if field.name == "_exists_" => {
                let name =
                    Text::from(tripline_ir::Pattern::new(parts.clone(), Case::Sensitive).glob());
                Some(ecs::exists(subject(&name), span))
            }
            (
                field,
                Term::Value {
                    parts,
                    quoted,
                    fuzzy,
                },
            ) => {
                self.fuzzy(field, *quoted, *fuzzy);
                let value = ecs::Value {
                    parts,
                    quoted: *quoted,
                    case: Case::Sensitive,
                };
                Some(match field {
                    Some(field) => ecs::value(&field.name, subject(&field.name), value, span),
                    None => ecs::any_field(value, span),
                })
            }
            (field, Term::Regex(text)) => self.regex(field, text, span),
            (Some(field), Term::Range(ends)) => self.range(field, ends, span),
            (None, Term::Range(_)) => {
                self.lose(LossReason::NotExpressible, "range without a field", span);
                None
            }
        }
    }

    fn fuzzy(&mut self, field: Option<&Field>, quoted: bool, fuzzy: Option<(Span, Option<u32>)>) {
        let Some((span, number)) = fuzzy else {
            return;
        };
        let full_text =
            field.is_none_or(|field| matches!(ecs::kind(&field.name), FieldKind::FullText(_)));
        if number == Some(0) || (quoted && !full_text) {
            return;
        }
        let detail = if quoted {
            "sloppy phrase"
        } else {
            "fuzzy term"
        };
        self.lose(LossReason::NotExpressible, detail, span);
    }

    fn regex(&mut self, field: Option<&Field>, text: &Text, span: Span) -> Option<Predicate> {
        if text.starts_with('^') || (text.ends_with('$') && !text.ends_with("\\$")) {
            Diagnostic::new(
                Code::LuceneAnchor,
                self.source,
                "`^` and `$` are literal characters in a Lucene regular expression",
            )
            .at(span, "the whole value must match anyway")
            .add_to(&mut self.diagnostics);
        }
        if field.is_some_and(|field| matches!(ecs::kind(&field.name), FieldKind::FullText(_))) {
            let detail = "regular expression on single words";
            self.lose(LossReason::NotExpressible, detail, span);
        }
        let regex = Regex {
            text: text.clone(),
            dialect: Dialect::Lucene,
            case_insensitive: false,
            multi_line: false,
            dot_all: false,
            whole: true,
        };
        if let Err(error) = law::compile(&regex) {
            let message = format!("the regular expression cannot be read: {error}");
            Diagnostic::new(Code::LuceneRegex, self.source, message)
                .at(span, "")
                .hint("a character with a meaning of its own needs a backslash")
                .add_to(&mut self.diagnostics);
            self.lose(LossReason::SyntaxError, text, span);
            return None;
        }
        let subject = field.map_or(Subject::AnyField, |field| subject(&field.name));
        Some(Predicate::atom(Atom::new(
            subject,
            Test::Regex(regex),
            span,
        )))
    }

    fn range(
        &mut self,
        field: &Field,
        ends: &[(tripline_ir::CompareOp, Text)],
        span: Span,
    ) -> Option<Predicate> {
        if ends.is_empty() {
            return Some(ecs::exists(subject(&field.name), span));
        }
        let mut tests = Vec::new();
        for (op, bound) in ends {
            match ecs::range(&field.name, subject(&field.name), *op, bound, span) {
                Some(test) => tests.push(test),
                None => self.lose(LossReason::NotExpressible, bound, span),
            }
        }
        (!tests.is_empty()).then(|| Predicate::and(tests))
    }

    fn lose(&mut self, reason: LossReason, detail: &str, span: Span) {
        self.losses.push(Loss {
            reason,
            detail: detail.into(),
            span: Some(span),
        });
    }
}

fn subject(name: &Text) -> Subject {
    if name.contains('*') {
        return ecs::subject(name, true);
    }
    Subject::Field(FieldRef::unmapped(name.clone()))
}

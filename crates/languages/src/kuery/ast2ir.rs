//! Tree to predicate.
//!
//! A part that could not be read is left out of the conjunction or disjunction that it stands in
//! and is a loss. Everything else has an exact image.

use super::ast::{Literal, Parsed, Query, Values};
use super::ecs;
use crate::{Context, Lowered};
use tripline_ir::{
    Atom, Case, CompareOp, FieldRef, Loss, LossReason, Match, Plan, Predicate, Subject, Test, Text,
    format_smolstr,
};
use tripline_text::{Diagnostic, Span};

/// Lowers a parsed query.
pub(super) fn lower(parsed: Parsed, context: &Context<'_>) -> Lowered {
    let mut lowering = Lowering {
        losses: Vec::new(),
        nested: Vec::new(),
    };
    let predicate = lowering.query(&parsed.query);
    let plan = predicate.map(|predicate| finish(predicate, context));
    let mut losses = lowering.losses;
    mended(&parsed.diagnostics, "kuery", &mut losses);
    Lowered {
        plan,
        diagnostics: parsed.diagnostics,
        losses,
    }
}

/// A query with an error that cost no part was still mended by a guess: that is a loss too.
pub(crate) fn mended(diagnostics: &[Diagnostic], language: &str, losses: &mut Vec<Loss>) {
    if !losses.is_empty() {
        return;
    }
    let Some(error) = diagnostics.iter().find(|found| found.is_error()) else {
        return;
    };
    losses.push(Loss {
        reason: LossReason::SyntaxError,
        detail: language.into(),
        span: error.primary.as_ref().map(|label| label.span),
    });
}

/// Maps the fields of a predicate and gives it its source.
pub(crate) fn finish(mut predicate: Predicate, context: &Context<'_>) -> Plan {
    ecs::fold(&mut predicate);
    let routing = ecs::Routing::of(&predicate);
    let activity = context.activity.unwrap_or_else(|| {
        context
            .schema
            .ecs_activity(&context.indices, &routing.categories)
    });
    ecs::resolve(&mut predicate, context.schema, activity);
    Plan::Match(Match {
        source: ecs::source(context.schema, &context.indices, &routing),
        predicate,
    })
}

struct Lowering {
    losses: Vec<Loss>,
    /// Paths of the nested objects around the query, outermost first.
    nested: Vec<Text>,
}

impl Lowering {
    /// The predicate; `None` for a part that is an error through and through.
    fn query(&mut self, query: &Query) -> Option<Predicate> {
        match query {
            Query::All => Some(Predicate::True),
            Query::And(parts) => self.join(parts, Self::query, Predicate::and),
            Query::Or(parts) => self.join(parts, Self::query, Predicate::or),
            Query::Not(inner) => self.query(inner).map(Predicate::not),
            Query::Is { field, values } => {
                let field = field.as_ref().map(|field| self.name(field));
                match (&field, values) {
                    (Some(name), Values::One(literal)) => {
                        Some(one(Some(name), literal, name.span.cover(literal.span)))
                    }
                    _ => self.values(field.as_ref(), values),
                }
            }
            Query::Range {
                field,
                op,
                value,
                span,
            } => self.range(field, *op, value, *span),
            Query::Nested { field, query, span } => self.in_nested(field, query, *span),
            Query::Error(span) => {
                self.lose(LossReason::SyntaxError, "kuery", *span);
                None
            }
        }
    }

    fn values(&mut self, field: Option<&Name>, values: &Values) -> Option<Predicate> {
        let each = |this: &mut Self, part: &Values| this.values(field, part);
        match values {
            Values::One(literal) => Some(one(field, literal, literal.span)),
            Values::And(parts) => self.join(parts, each, Predicate::and),
            Values::Or(parts) => self.join(parts, each, Predicate::or),
            Values::Not(inner) => self.values(field, inner).map(Predicate::not),
            Values::Error(span) => {
                self.lose(LossReason::SyntaxError, "kuery", *span);
                None
            }
        }
    }

    fn join<T>(
        &mut self,
        parts: &[T],
        mut each: impl FnMut(&mut Self, &T) -> Option<Predicate>,
        build: impl FnOnce(Vec<Predicate>) -> Predicate,
    ) -> Option<Predicate> {
        let lowered: Vec<_> = parts.iter().filter_map(|part| each(self, part)).collect();
        (!lowered.is_empty()).then(|| build(lowered))
    }

    fn range(
        &mut self,
        field: &Literal,
        op: CompareOp,
        value: &Literal,
        span: Span,
    ) -> Option<Predicate> {
        let name = self.name(field);
        let text = value.text();
        let subject = ecs::subject(&name.text, name.wildcard);
        let range = ecs::range(&name.text, subject, op, &text, span);
        if range.is_none() {
            self.lose(LossReason::NotExpressible, &text, value.span);
        }
        range
    }

    fn in_nested(&mut self, field: &Literal, query: &Query, span: Span) -> Option<Predicate> {
        let name = self.name(field);
        self.nested.push(name.text.clone());
        let inner = self.query(query);
        self.nested.pop();
        let subject = Subject::Field(FieldRef::unmapped(name.text));
        let test = Test::Nested(Box::new(inner?));
        Some(Predicate::atom(Atom::new(subject, test, span)))
    }

    /// The full name of a field: inside `{ }` it is relative to the object.
    fn name(&self, field: &Literal) -> Name {
        let own = field.text();
        Name {
            text: match self.nested.last() {
                Some(path) => format_smolstr!("{path}.{own}"),
                None => own,
            },
            wildcard: field.has_wildcard(),
            span: field.span,
        }
    }

    fn lose(&mut self, reason: LossReason, detail: &str, span: Span) {
        self.losses.push(Loss {
            reason,
            detail: detail.into(),
            span: Some(span),
        });
    }
}

struct Name {
    text: Text,
    wildcard: bool,
    span: Span,
}

/// One value of a field, or of any field.
fn one(field: Option<&Name>, literal: &Literal, span: Span) -> Predicate {
    let value = ecs::Value {
        parts: &literal.parts,
        quoted: literal.quoted,
        case: Case::Sensitive,
    };
    match field {
        Some(name) => ecs::value(
            &name.text,
            ecs::subject(&name.text, name.wildcard),
            value,
            span,
        ),
        None => ecs::any_field(value, span),
    }
}

//! The syntax tree as text that reads as the same tree: for tests of parser and lowering.

use super::ast::{Body, Call, EventFilter, Expr, Literal, Query, Step};
use std::fmt::Write as _;
use tripline_ir::{LineageRelation, SECOND};

/// A whole query.
pub(crate) fn query(query: &Query) -> String {
    let mut out = match &query.body {
        Body::Event(filter) => event(filter),
        Body::Sequence(sequence) => {
            let mut out = format!("sequence{}", keys(&sequence.by));
            if let Some(span) = sequence.max_span {
                let (amount, unit) = if span % SECOND == 0 {
                    (span / SECOND, "s")
                } else {
                    (span, "nanos")
                };
                let _ = write!(out, " with maxspan={amount}{unit}");
            }
            sequence.steps.iter().for_each(|found| out += &step(found));
            if let Some(until) = &sequence.until {
                out += " until";
                out += &step(until);
            }
            out
        }
        Body::Sample(sample) => {
            let mut out = format!("sample{}", keys(&sample.by));
            sample.steps.iter().for_each(|found| out += &step(found));
            out
        }
    };
    for pipe in &query.pipes {
        let _ = write!(out, " | {} {}", pipe.name, list(&pipe.arguments));
    }
    out
}

fn event(filter: &EventFilter) -> String {
    let category = match &filter.category {
        Some(name) => text(name),
        None => "any".to_owned(),
    };
    format!("{category} where {}", expr(&filter.condition))
}

fn step(step: &Step) -> String {
    let open = if step.missing { " ![" } else { " [" };
    let mut out = format!("{open}{}]{}", event(&step.filter), keys(&step.by));
    if step.runs > 1 {
        let _ = write!(out, " with runs={}", step.runs);
    }
    if let Some((name, _)) = &step.alias {
        let _ = write!(out, " as {name}");
    }
    out
}

fn keys(by: &[Expr]) -> String {
    if by.is_empty() {
        String::new()
    } else {
        format!(" by {}", list(by))
    }
}

fn list(items: &[Expr]) -> String {
    let items: Vec<_> = items.iter().map(expr).collect();
    items.join(", ")
}

fn joined(parts: &[Expr], word: &str) -> String {
    let parts: Vec<_> = parts.iter().map(expr).collect();
    format!("({})", parts.join(word))
}

/// One expression; everything compound in parentheses.
fn expr(node: &Expr) -> String {
    match node {
        Expr::Literal(found, _) => literal(found),
        Expr::Field(field) => field.written.to_string(),
        Expr::Call(Call {
            name,
            tilde,
            arguments,
            ..
        }) => format!("{name}{}({})", tail(*tilde), list(arguments)),
        Expr::Arithmetic {
            op, left, right, ..
        } => format!("({} {} {})", expr(left), op.spelling(), expr(right)),
        Expr::Negate(inner, _) => format!("(-{})", expr(inner)),
        Expr::Compare {
            op, left, right, ..
        } => format!("({} {} {})", expr(left), op.spelling(), expr(right)),
        Expr::In {
            left,
            negated,
            insensitive,
            list: items,
            ..
        } => {
            let not = if *negated { "not " } else { "" };
            format!(
                "({} {not}in{} ({}))",
                expr(left),
                tail(*insensitive),
                list(items)
            )
        }
        Expr::Text {
            left,
            op,
            list: items,
            ..
        } => format!("({} {} ({}))", expr(left), op.spelling(), list(items)),
        Expr::Lineage { relation, of, .. } => {
            let word = match relation {
                LineageRelation::DescendantOf => "descendant",
                LineageRelation::ChildOf => "child",
                LineageRelation::EventOf => "event",
            };
            format!("({word} of [{}])", event(of))
        }
        Expr::Not(inner, _) => format!("(not {})", expr(inner)),
        Expr::And(parts) => joined(parts, " and "),
        Expr::Or(parts) => joined(parts, " or "),
        Expr::Error(_) => "(error error)".to_owned(),
    }
}

fn tail(tilde: bool) -> &'static str {
    if tilde { "~" } else { "" }
}

fn literal(literal: &Literal) -> String {
    match literal {
        Literal::Null => "null".to_owned(),
        Literal::Bool(value) => value.to_string(),
        Literal::Int(n) => n.to_string(),
        Literal::Float(n) => format!("{n:?}"),
        Literal::Text(value) => text(value),
    }
}

fn text(value: &str) -> String {
    let mut out = String::from("\"");
    for c in value.chars() {
        match c {
            '"' | '\\' => {
                out.push('\\');
                out.push(c);
            }
            '\n' => out += "\\n",
            '\r' => out += "\\r",
            '\t' => out += "\\t",
            _ => out.push(c),
        }
    }
    out.push('"');
    out
}

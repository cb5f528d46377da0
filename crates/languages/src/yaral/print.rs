//! The syntax tree as text that reads as the same tree: for tests of the parser.

use super::ast::{Comparison, Expr, Kind, ListKind, Matching, OfCount, Operator, Rule, WindowKind};
use super::facts::quoted;
use std::fmt::Write as _;
use tripline_ir::SECOND;

/// A whole rule.
pub(super) fn rule(rule: &Rule) -> String {
    let name = rule.name.as_ref().map_or("", |(name, _)| name);
    let mut out = format!("rule {name} {{\n");
    if !rule.meta.is_empty() {
        out += "  meta:\n";
        for entry in &rule.meta {
            let _ = writeln!(out, "    {} = {}", entry.key, quoted(&entry.value));
        }
    }
    if !rule.events.is_empty() {
        out += "  events:\n";
        for statement in &rule.events {
            let _ = writeln!(out, "    {}", expr(statement));
        }
    }
    if let Some(found) = &rule.matching {
        out += &matching(found);
    }
    if !rule.outcome.is_empty() {
        out += "  outcome:\n";
        for found in &rule.outcome {
            let _ = writeln!(out, "    ${} = {}", found.name, expr(&found.value));
        }
    }
    if let Some(condition) = &rule.condition {
        let _ = writeln!(out, "  condition:\n    {}", expr(condition));
    }
    if !rule.options.is_empty() {
        out += "  options:\n";
        for option in &rule.options {
            let _ = writeln!(out, "    {} = {}", option.name, expr(&option.value));
        }
    }
    out + "}\n"
}

fn matching(matching: &Matching) -> String {
    let keys: Vec<String> = matching.keys.iter().map(expr).collect();
    let mut out = format!("  match:\n    {}", keys.join(", "));
    if let Some(window) = &matching.window {
        let seconds = window.length / SECOND;
        let over = match &window.kind {
            WindowKind::Hop => format!(" over {seconds}s"),
            WindowKind::Tumbling => format!(" by {seconds}s"),
            WindowKind::Pivot { after, event } => {
                let side = if *after { "after" } else { "before" };
                format!(" over {seconds}s {side} ${event}")
            }
        };
        out.push_str(&over);
    }
    out + "\n"
}

/// An expression; parts stand in parentheses wherever they could be read otherwise.
pub(super) fn expr(found: &Expr) -> String {
    let nocase = |set: bool| if set { " nocase" } else { "" };
    match &found.kind {
        Kind::Str(text) => quoted(text),
        Kind::Regex { text, nocase: fold } => {
            format!("/{}/{}", text.replace('/', "\\/"), nocase(*fold))
        }
        Kind::Int(n) => n.to_string(),
        Kind::Float(n) => format!("{n:?}"),
        Kind::Bool(b) => b.to_string(),
        Kind::Variable(name) => format!("${name}"),
        Kind::Field(field) => format!("${}.{}", field.variable, field.written()),
        Kind::Count(name) => format!("#{name}"),
        Kind::List(name) => format!("%{name}"),
        Kind::Call(call) => {
            let name = &call.name;
            format!("{name}({}){}", list(&call.arguments), nocase(call.nocase))
        }
        Kind::Array(items) => format!("[{}]", list(items)),
        Kind::Arithmetic { op, left, right } => {
            let sign = match op {
                Operator::Add => "+",
                Operator::Subtract => "-",
                Operator::Multiply => "*",
                Operator::Divide => "/",
                Operator::Modulo => "%",
            };
            format!("({} {sign} {})", part(left), part(right))
        }
        Kind::Negate(inner) => format!("-({})", expr(inner)),
        Kind::Compare {
            op,
            left,
            right,
            nocase: fold,
        } => format!(
            "{} {} {}{}",
            part(left),
            sign(*op),
            part(right),
            nocase(*fold)
        ),
        Kind::In {
            subject,
            list,
            how,
            nocase: fold,
        } => {
            let how = match how {
                ListKind::Text => "",
                ListKind::Regex => "regex ",
                ListKind::Cidr => "cidr ",
            };
            format!("{} in {how}%{list}{}", part(subject), nocase(*fold))
        }
        Kind::Quantified { all, inner } => {
            format!("{} {}", if *all { "all" } else { "any" }, expr(inner))
        }
        Kind::NOf { count, of } => {
            let count = match count {
                OfCount::Any => "any".to_owned(),
                OfCount::All => "all".to_owned(),
                OfCount::AtLeast(n) => n.to_string(),
            };
            format!("{count} of ({})", list(of))
        }
        Kind::And(parts) => joined(parts, " and "),
        Kind::Or(parts) => joined(parts, " or "),
        Kind::Not(inner) => format!("not ({})", expr(inner)),
        Kind::Error => "!".to_owned(),
    }
}

fn list(all: &[Expr]) -> String {
    all.iter().map(expr).collect::<Vec<_>>().join(", ")
}

fn joined(parts: &[Expr], word: &str) -> String {
    let parts: Vec<String> = parts.iter().map(part).collect();
    parts.join(word)
}

/// A part of something larger.
fn part(found: &Expr) -> String {
    match found.kind {
        Kind::And(_)
        | Kind::Or(_)
        | Kind::Not(_)
        | Kind::Compare { .. }
        | Kind::In { .. }
        | Kind::NOf { .. } => format!("({})", expr(found)),
        _ => expr(found),
    }
}

fn sign(op: Comparison) -> &'static str {
    match op {
        Comparison::Eq => "=",
        Comparison::Ne => "!=",
        Comparison::Lt => "<",
        Comparison::Lte => "<=",
        Comparison::Gt => ">",
        Comparison::Gte => ">=",
    }
}

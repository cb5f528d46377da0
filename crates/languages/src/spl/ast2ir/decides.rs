//! Whether columns of unknown value decide anything.
//!
//! `lookup`, `iplocation` and their kin add columns from elsewhere. When later stages only show
//! them, or compute with them what is only shown, a search finds the same rows without them.

use super::super::ast::{
    Aggregate, Argument, Binary, Command, Expr, Name, Relation, Search, Stage,
};
use super::Lowering;
use super::scope::{captures, filled};
use tripline_ir::Text;
use tripline_text::Span;

impl Lowering<'_> {
    /// Whether a later stage takes a decision with one of these columns, or computes with them:
    /// anything but showing them.
    pub(super) fn used(&self, names: &[Text], later: &[Stage]) -> bool {
        later.iter().any(|stage| match &stage.command {
            Command::Fields { .. } | Command::Convert { .. } => false,
            _ => self.mentions(stage.span, names),
        })
    }

    /// Whether a later stage finds other rows, or other groups, by what these columns hold.
    pub(super) fn decides(&self, names: &[Text], later: &[Stage]) -> bool {
        let mut unknown = names.to_vec();
        for (at, stage) in later.iter().enumerate() {
            let rest = &later[at + 1..];
            match &stage.command {
                Command::Fields { .. } | Command::Convert { .. } | Command::Fillnull { .. } => {}
                Command::Eval(columns) => {
                    for (name, value) in columns {
                        let depends = self.mentions(value.span(), &unknown);
                        unknown.retain(|own| *own != name.text);
                        if depends {
                            unknown.push(name.text.clone());
                        }
                    }
                }
                Command::Rename(pairs) => renamed(pairs, &mut unknown),
                Command::Stats(stats) => {
                    let keys = stats.by.iter().chain(&stats.over);
                    if keys
                        .map(|key| key.span)
                        .any(|key| self.mentions(key, &unknown))
                    {
                        return true;
                    }
                    let measured = self.measured(&stats.aggregates, &unknown);
                    match stats.kind {
                        super::super::ast::StatsKind::Stats => unknown = measured,
                        _ => unknown.extend(measured),
                    }
                }
                // The order decides only what a later stage keeps of it.
                Command::Sort { limit: None, .. } if !rest.iter().any(counts_rows) => {}
                _ if self.mentions(stage.span, &unknown) => return true,
                _ => {}
            }
        }
        false
    }

    /// The measures that are computed of unknown columns.
    fn measured(&self, aggregates: &[Aggregate], unknown: &[Text]) -> Vec<Text> {
        let mut found = Vec::new();
        for aggregate in aggregates {
            match &aggregate.argument {
                Argument::Field(field) if field.has_wildcard() => {
                    let alias = aggregate.alias.as_ref();
                    for name in unknown {
                        let runs = captures(&field.text, name);
                        let alias = alias.map(|alias| alias.text.as_str());
                        found.extend(runs.map(|runs| filled(alias.unwrap_or("*"), &runs)));
                    }
                }
                _ if self.mentions(aggregate.span, unknown) => {
                    found.push(match &aggregate.alias {
                        Some(alias) => alias.text.clone(),
                        None => aggregate.written.clone(),
                    });
                }
                _ => {}
            }
        }
        found
    }

    /// The expanded text of a place.
    fn text(&self, span: Span) -> &str {
        self.expanded.text.get(span.range()).unwrap_or("")
    }

    /// Whether the text of a place holds one of the names as a word.
    fn mentions(&self, span: Span, names: &[Text]) -> bool {
        let text = self.text(span);
        names.iter().any(|name| mentions(text, name))
    }
}

fn renamed(pairs: &[(Name, Name)], unknown: &mut [Text]) {
    for (old, new) in pairs {
        for name in unknown.iter_mut() {
            if let Some(runs) = captures(&old.text, name) {
                *name = filled(&new.text, &runs);
            }
        }
    }
}

/// Whether a later stage asks for rows in which one of these counts is 0 or small, as it is in a
/// stretch of time without events.
pub(super) fn asks_for_few(names: &[Text], later: &[Stage]) -> bool {
    later.iter().any(|stage| match &stage.command {
        Command::Where(condition) => few(names, condition),
        Command::Search(search) => few_found(names, search),
        _ => false,
    })
}

fn few(names: &[Text], expr: &Expr) -> bool {
    match expr {
        Expr::Binary {
            op: Binary::And | Binary::Or,
            left,
            right,
            ..
        } => few(names, left) || few(names, right),
        Expr::Binary {
            op, left, right, ..
        } => {
            let named =
                |side: &Expr| matches!(side, Expr::Field(name) if names.contains(&name.text));
            let zero = |side: &Expr| matches!(side, Expr::Int(0, _));
            match op {
                Binary::Lt | Binary::Lte => named(left),
                Binary::Gt | Binary::Gte => named(right),
                Binary::Eq => named(left) && zero(right) || named(right) && zero(left),
                _ => false,
            }
        }
        _ => false,
    }
}

fn few_found(names: &[Text], search: &Search) -> bool {
    match search {
        Search::And(parts) | Search::Or(parts) => parts.iter().any(|part| few_found(names, part)),
        Search::Compare {
            field, op, value, ..
        } => {
            let few = match op {
                Relation::Lt | Relation::Lte => true,
                Relation::Eq => value.text == "0",
                _ => false,
            };
            few && names.contains(&field.text)
        }
        _ => false,
    }
}

/// Whether a stage looks at how many rows there are before each.
pub(super) fn counts_rows(stage: &Stage) -> bool {
    matches!(
        &stage.command,
        Command::Head { .. }
            | Command::Tail { .. }
            | Command::Dedup { .. }
            | Command::Transaction { .. }
            | Command::Sort { limit: Some(_), .. }
            | Command::Map { .. }
            | Command::Append { .. }
            | Command::Foreach { .. }
            | Command::Stats(_)
    )
}

/// Whether a text holds a name as a word.
fn mentions(text: &str, name: &str) -> bool {
    let word = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.');
    text.match_indices(name)
        .any(|(at, _)| !text[..at].ends_with(word) && !text[at + name.len()..].starts_with(word))
}

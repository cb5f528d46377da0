//! Names of columns that a query gives none, as Microsoft's binder gives them.

use super::Lowering;
use super::function::{Named, named};
use super::relation::Branch;
use crate::kusto::ast::{Call, Expr, ExprKind, Literal};
use tripline_ir::{Text, format_smolstr};

/// The name that follows from a value; `None` for one that is only numbered, `Column1`.
pub(super) fn result_name(value: &Expr) -> Option<Text> {
    match &value.kind {
        ExprKind::Name(name) => Some(name.clone()),
        ExprKind::Member(of, name) => Some(format_smolstr!("{}_{}", result_name(of)?, name.text)),
        ExprKind::Index(of, index) => {
            let of = result_name(of)?;
            Some(match &index.kind {
                ExprKind::Literal(Literal::Int(n)) => format_smolstr!("{of}_{n}"),
                ExprKind::Literal(Literal::Text(text)) => format_smolstr!("{of}_{text}"),
                _ => format_smolstr!("{of}_"),
            })
        }
        ExprKind::Call(call) => of_call(call),
        _ => None,
    }
}

fn of_call(call: &Call) -> Option<Text> {
    let first = call.arguments.first().map(|argument| &argument.value);
    let of_first = || first.and_then(result_name);
    match named(&call.name.text)? {
        Named::First => of_first(),
        Named::Only => of_first().filter(|_| call.arguments.len() == 1),
        Named::Prefix(prefix) => Some(format_smolstr!(
            "{prefix}_{}",
            of_first().unwrap_or_default()
        )),
        Named::Is(name) => Some(Text::new_static(name)),
        Named::Value => match &first?.kind {
            ExprKind::Literal(Literal::Text(text)) => Some(text.clone()),
            _ => None,
        },
    }
}

impl Lowering<'_> {
    /// The name of a column of the operator being lowered: the one that the query gives, or one
    /// that no column of the operator has yet.
    pub(super) fn name_of(&mut self, given: Option<&Text>, value: &Expr, branch: &Branch) -> Text {
        let name = match given {
            Some(given) => given.clone(),
            None => match result_name(value) {
                Some(name) => self.unique(name),
                None => self.numbered(branch),
            },
        };
        self.named.push(name.clone());
        name
    }

    /// A name, with a number where the operator has already named a column so.
    pub(super) fn unique(&self, name: Text) -> Text {
        if !self.named.contains(&name) {
            return name;
        }
        let free = (1..).map(|n: u32| format_smolstr!("{name}{n}"));
        let mut free = free.filter(|name| !self.named.contains(name));
        free.next().unwrap_or(name)
    }

    fn numbered(&self, branch: &Branch) -> Text {
        let taken = |name: &Text| self.named.contains(name) || branch.has(name);
        let mut free = (1..).map(|n: u32| format_smolstr!("Column{n}"));
        free.find(|name| !taken(name)).unwrap_or_default()
    }

    /// The name that follows from a value, or one that no query has.
    pub(super) fn default_name(&mut self, value: &Expr) -> Text {
        result_name(value).unwrap_or_else(|| self.fresh("Column"))
    }
}

//! Operators that take values apart: `mv-expand`, `mv-apply`, `parse`, `parse-kv`.

use super::pattern::{FLAGS, pattern};
use super::relation::{Branch, Column, Relation};
use super::scalar::Kind;
use super::{Lowering, function};
use crate::kusto::ast::{MvExpand, Operator, ParseKv, ParseOperator, ParsePiece};
use tripline_ir::{
    Apply, Atom, Dialect, Each, Expand, Expr as Value, FieldRef, Function, LossReason, Plan,
    Predicate, Subject, Test, Text, Value as Constant, format_smolstr,
};
use tripline_text::Span;

impl<'a> Lowering<'a> {
    pub(super) fn every_table(&mut self, span: Span) -> Option<Relation> {
        let _ = span;
        let plan = Plan::Match(tripline_ir::Match {
            source: tripline_ir::Source::default(),
            predicate: Predicate::True,
        });
        Some(Relation::of(Branch::new(
            plan,
            tripline_schema::Scheme::Sentinel,
            tripline_schema::Activity::Other,
        )))
    }

    pub(super) fn expand(&mut self, branch: &mut Branch, items: &'a MvExpand) {
        let limit = match &items.limit {
            Some(limit) => self
                .constant(limit)
                .and_then(super::scalar::Typed::constant),
            None => None,
        };
        let limit = match limit {
            Some(Constant::Int(n)) => u64::try_from(n).ok(),
            _ => None,
        };
        let mut columns = Vec::new();
        let mut converted = Vec::new();
        for (item, kind) in items.items.iter().zip(&items.types) {
            let name = match item.names.first() {
                Some(name) => name.text.clone(),
                None => self.default_name(&item.value),
            };
            let Some(value) = self.scalar(&item.value, Some(branch)) else {
                continue;
            };
            if let Some(kind) = kind {
                let element = Value::Field(FieldRef::unmapped(name.clone()));
                converted.push((name.clone(), function::as_type(element, kind)));
            }
            let list = if items.pairs {
                pairs(value.value)
            } else {
                value.value
            };
            columns.push((name, Value::call(Function::Elements, vec![list])));
        }
        self.attach(branch);
        if columns.is_empty() {
            return;
        }
        branch.leave_events();
        for (name, _) in &columns {
            let kind = converted.iter().find(|(own, _)| own == name);
            plain(
                branch,
                name,
                kind.map_or(Kind::Dynamic, |(_, typed)| typed.kind),
            );
        }
        if let Some(index) = &items.index {
            plain(branch, index, Kind::Number);
        }
        branch.stage(|input| {
            Plan::Expand(Expand {
                input,
                columns,
                keep_empty: true,
                limit,
                index: items.index.clone(),
            })
        });
        let converted = converted
            .into_iter()
            .map(|(name, typed)| (name, typed.value));
        branch.derive(converted.collect());
    }

    /// `mv-apply items on (operators)`: the operators run over the elements of one row.
    pub(super) fn apply(
        &mut self,
        branch: &mut Branch,
        items: &'a MvExpand,
        operators: &'a [Operator],
    ) {
        let mut inner = branch.clone();
        inner.leave_events();
        inner.plan = Plan::Given;
        self.expand(&mut inner, items);
        drop_empty(&mut inner.plan);
        let Some(done) = self.pipeline(Relation::of(inner), operators) else {
            return;
        };
        let done = done.joined();
        branch.leave_events();
        for (name, column) in done.columns {
            branch.define(&name, column, true);
        }
        branch.derived.extend(done.derived);
        let body = Box::new(done.plan);
        branch.stage(|input| Plan::Apply(Apply { input, body }));
    }

    pub(super) fn parse(&mut self, branch: &mut Branch, parse: &'a ParseOperator) {
        let Some(value) = self.scalar(&parse.value, Some(branch)) else {
            return;
        };
        if parse.flags.chars().any(|flag| !FLAGS.contains(flag)) {
            let detail = format_smolstr!("flags of parse: {}", parse.flags);
            self.lose(LossReason::NotExpressible, detail, parse.value.span);
        }
        let value = value.known_text();
        let expression = Value::Literal(Constant::Text(pattern(parse)));
        if parse.filter {
            let fits = Value::call(
                Function::RegexMatch(Dialect::Re2),
                vec![value.clone(), expression.clone()],
            );
            let atom = Atom::new(Subject::Expr(fits), Test::IsTrue, parse.value.span);
            branch.filter(Predicate::atom(atom));
        }
        let mut columns = Vec::new();
        let mut group = 0_i64;
        for piece in &parse.pieces {
            let ParsePiece::Column(name, kind) = piece else {
                continue;
            };
            group += 1;
            let group = Value::Literal(Constant::Int(group));
            let found = Value::call(
                Function::RegexCapture(Dialect::Re2),
                vec![value.clone(), expression.clone(), group],
            );
            columns.push((name.text.clone(), converted(found, kind)));
        }
        for (piece, _) in parse
            .pieces
            .iter()
            .filter_map(|piece| match piece {
                ParsePiece::Column(name, kind) => Some((name, kind)),
                _ => None,
            })
            .zip(&columns)
        {
            plain(branch, &piece.0.text, Kind::named(piece.1));
        }
        branch.derive(columns);
    }

    pub(super) fn parse_kv(&mut self, branch: &mut Branch, parse: &'a ParseKv) {
        let Some(value) = self.scalar(&parse.value, Some(branch)) else {
            return;
        };
        if parse.other {
            self.lose(
                LossReason::NotExpressible,
                "options of parse-kv",
                parse.value.span,
            );
        }
        let pairs = key_values(parse, value.value);
        let mut columns = Vec::new();
        for column in &parse.columns {
            let key = Value::Literal(Constant::Text(column.name.text.clone()));
            let found = Value::call(Function::Member, vec![pairs.clone(), key]);
            columns.push((column.name.text.clone(), converted(found, &column.kind)));
        }
        for column in &parse.columns {
            plain(branch, &column.name.text, Kind::named(&column.kind));
        }
        branch.derive(columns);
    }
}

/// The object of the pairs in a text.
fn key_values(parse: &ParseKv, of: Value) -> Value {
    let text = |text: &Option<Text>, usual: &str| {
        Value::Literal(Constant::Text(text.clone().unwrap_or_else(|| usual.into())))
    };
    if parse.regex.is_some() {
        let group = |n: i64| {
            let group = Value::Literal(Constant::Int(n));
            let values = vec![of.clone(), text(&parse.regex, ""), group];
            Value::call(Function::RegexCaptureAll(Dialect::Re2), values)
        };
        return Value::call(Function::ObjectOfLists, vec![group(1), group(2)]);
    }
    let between = text(&parse.pairs, " ");
    let within = text(&parse.values, "=");
    if parse.pairs.is_none() || parse.values.is_none() {
        return Value::call(Function::ParseKeyValue, vec![of, between, within]);
    }
    let values = vec![
        of,
        between,
        within,
        text(&parse.quotes, ""),
        text(&parse.escape, ""),
    ];
    Value::call(Function::ParsePairs, values)
}

/// Rows of nothing go.
fn drop_empty(plan: &mut Plan) {
    match plan {
        Plan::Expand(expand) => expand.keep_empty = false,
        Plan::Derive { input, .. } => drop_empty(input),
        _ => {}
    }
}

/// Defines a computed column.
fn plain(branch: &mut Branch, name: &Text, kind: Kind) {
    let column = Column {
        kind,
        view: None,
        lost: None,
    };
    branch.define(name, column, true);
}

/// A found text as the column's type.
fn converted(text: Value, kind: &str) -> Value {
    match Kind::named(kind) {
        Kind::Text | Kind::Unknown => text,
        _ => function::as_type(text, kind).value,
    }
}

/// What `bagexpansion=array` makes rows of: of an object, lists of a key and a value.
fn pairs(of: Value) -> Value {
    let variable = Text::new_static("key");
    let key = Value::Variable(variable.clone());
    let bag = Value::Variable(Text::new_static("bag"));
    let value = Value::call(Function::Member, vec![bag.clone(), key.clone()]);
    let pair = Value::call(Function::List, vec![key, value]);
    let pairs = Value::Each {
        how: Each::Map,
        list: Box::new(Value::call(Function::Keys, vec![bag.clone()])),
        variable,
        // A list in a list, because the results are put one after the other.
        body: Box::new(Value::call(Function::List, vec![pair])),
    };
    let is_bag = Value::call(Function::IsObject, vec![bag.clone()]);
    Value::Let {
        variable: Text::new_static("bag"),
        value: Box::new(Value::call(Function::ParseDynamic, vec![of])),
        body: Box::new(Value::call(Function::If, vec![is_bag, pairs, bag])),
    }
}

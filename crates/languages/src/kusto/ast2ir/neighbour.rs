//! Functions of the rows around a row: `prev`, `next`, `row_number` and their kin.
//!
//! Each becomes measures of a running stage that is put before the stage in which it stands. Rows
//! count in the order in which they come; `partition` counts within each part.

use super::relation::Branch;
use super::scalar::{Kind, Typed};
use super::{Attached, Lowering};
use crate::kusto::ast::Call;
use tripline_ir::{
    Atom, Expr as Value, FieldRef, Function, Key, LossReason, Measure, MeasureFunction, Predicate,
    Subject, Test, Text, Value as Constant,
};
use tripline_text::Span;

impl<'a> Lowering<'a> {
    /// A call of such a function.
    pub(super) fn neighbour(
        &mut self,
        call: &'a Call,
        span: Span,
        row: Option<&Branch>,
    ) -> Option<Typed> {
        if row.is_none() {
            self.lose(LossReason::NotExpressible, "rows around no row", span);
            return None;
        }
        let mut arguments = Vec::with_capacity(call.arguments.len());
        for argument in &call.arguments {
            arguments.push(self.scalar(&argument.value, row)?);
        }
        let first = arguments.first().cloned();
        match call.name.text.as_str() {
            name @ ("prev" | "next") => self.shifted(name == "prev", arguments, span),
            "row_number" => {
                let keys = self.segments(arguments.get(1));
                let number = self.running(keys, MeasureFunction::Count, None);
                let start = first.map_or(Value::Literal(Constant::Int(1)), |first| first.value);
                let before = Value::call(Function::Subtract, vec![start, int(1)]);
                let value = Value::call(Function::Add, vec![number, before]);
                Some(Typed::new(value, Kind::Number))
            }
            "row_cumsum" => {
                let of = first?;
                let keys = self.segments(arguments.get(1));
                let sum = self.running(keys, MeasureFunction::Sum(of.value), None);
                Some(Typed::new(sum, of.kind))
            }
            name @ ("row_rank_dense" | "row_rank_min") => {
                let keys = self.segments(arguments.get(1));
                Some(self.rank(keys, first?.value, name == "row_rank_dense"))
            }
            "row_window_session" => {
                let value = |at: usize| arguments.get(at).map(|typed| typed.value.clone());
                let start = MeasureFunction::SessionStart {
                    of: value(0)?,
                    from_first: value(1)?,
                    between: value(2)?,
                    restart: value(3).unwrap_or(Value::Literal(Constant::Bool(false))),
                };
                let start = self.running(self.part_keys(), start, None);
                Some(Typed::new(start, Kind::Time))
            }
            "new_guid" => {
                // All that a test can depend on is that no two rows have the same.
                let number = self.running(Vec::new(), MeasureFunction::Count, None);
                let value = Value::call(Function::ToText, vec![number]);
                Some(Typed::new(value, Kind::Text))
            }
            name => {
                self.lose(LossReason::UnknownFunction, Text::from(name), span);
                None
            }
        }
    }

    /// The value so many rows away; where there is no such row the default, or null.
    fn shifted(&mut self, back: bool, arguments: Vec<Typed>, span: Span) -> Option<Typed> {
        let mut arguments = arguments.into_iter();
        let of = arguments.next()?;
        let by = match arguments.next().map(Typed::constant) {
            None => Some(1),
            Some(Some(Constant::Int(n))) => u32::try_from(n).ok(),
            Some(_) => None,
        };
        let Some(by) = by else {
            self.lose(
                LossReason::NotExpressible,
                "a computed number of rows",
                span,
            );
            return None;
        };
        let shift = |value| {
            if back {
                MeasureFunction::Lag(value, by)
            } else {
                MeasureFunction::Lead(value, by)
            }
        };
        let keys = self.part_keys();
        let found = self.running(keys.clone(), shift(of.value), None);
        let Some(default) = arguments.next() else {
            return Some(Typed::new(found, of.kind));
        };
        let there = shift(Value::Literal(Constant::Bool(true)));
        let there = self.running(keys, there, None);
        let value = Value::call(Function::If, vec![there, found, default.value]);
        Some(Typed::new(value, of.kind))
    }

    /// The rank of a value among rows in its order: how many values came up to it, or the number of
    /// the first row that has it.
    fn rank(&mut self, keys: Vec<Key>, of: Value, dense: bool) -> Typed {
        let before = self.running(keys.clone(), MeasureFunction::Lag(of.clone(), 1), None);
        let number = self.running(keys.clone(), MeasureFunction::Count, None);
        let function = |function, values| Value::call(function, values);
        let same = Function::EqualNullFalse(tripline_ir::Case::Sensitive);
        let same = function(Function::IsTrue, vec![function(same, vec![before, of])]);
        let new = function(Function::Not, vec![same]);
        let rank = if dense {
            let new = Predicate::atom(Atom::new(Subject::Expr(new), Test::IsTrue, Span::new(0, 0)));
            self.running(keys, MeasureFunction::Count, Some(new))
        } else {
            let first = function(Function::If, vec![new, number]);
            self.running(keys, MeasureFunction::Max(first), None)
        };
        Typed::new(rank, Kind::Number)
    }

    /// A measure of the rows up to each; the value is its column.
    fn running(
        &mut self,
        keys: Vec<Key>,
        function: MeasureFunction,
        filter: Option<Predicate>,
    ) -> Value {
        let name = self.fresh("row");
        let measure = Measure {
            name: name.clone(),
            function,
            filter,
        };
        self.attached.push(Attached::Running(keys, vec![measure]));
        Value::Field(FieldRef::unmapped(name))
    }

    /// The key of the part that a row is in.
    pub(super) fn part_keys(&self) -> Vec<Key> {
        let key = |name: &Text| Key {
            value: Value::Field(FieldRef::unmapped(name.clone())),
            optional: true,
        };
        self.partition.iter().map(key).collect()
    }

    /// The keys of stretches of rows, each of which a row begins where `restart` is true.
    fn segments(&mut self, restart: Option<&Typed>) -> Vec<Key> {
        let mut keys = self.part_keys();
        let Some(restart) = restart else { return keys };
        if restart.as_constant() == Some(&Constant::Bool(false)) {
            return keys;
        }
        let begins = Subject::Expr(restart.value.clone());
        let begins = Predicate::atom(Atom::new(begins, Test::IsTrue, Span::new(0, 0)));
        let segment = self.running(keys.clone(), MeasureFunction::Count, Some(begins));
        keys.push(Key {
            value: segment,
            optional: true,
        });
        keys
    }
}

fn int(n: i64) -> Value {
    Value::Literal(Constant::Int(n))
}

//! Values: names, paths, arithmetic, calls; constants are folded.

pub(super) use super::constants::{arithmetic, case_of, compare, literal_value};
use super::constants::{fold, negate};
use super::relation::Branch;
use super::table::{close, table_column};
pub(super) use super::view::{Fold, Form, View};
use super::{Attached, Bound, Lowering};
use crate::kusto::ast::{Arithmetic, Call, Expr, ExprKind, Test};
use tripline_ir::{
    Case, Coerce, Expr as Value, FieldRef, Function, Instant, LossReason, Predicate, Text,
    Value as Constant, format_smolstr,
};
use tripline_schema::Scheme;
use tripline_text::{Code, Span};

/// What a value is, as far as the query tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    Number,
    Bool,
    Time,
    Length,
    Dynamic,
    Unknown,
}

impl Kind {
    /// The kind that a type's name says.
    pub(super) fn named(name: &str) -> Self {
        match name {
            "string" | "guid" | "uuid" => Self::Text,
            "int" | "long" | "real" | "double" | "decimal" => Self::Number,
            "bool" | "boolean" => Self::Bool,
            "datetime" | "date" => Self::Time,
            "timespan" | "time" => Self::Length,
            "dynamic" => Self::Dynamic,
            _ => Self::Unknown,
        }
    }
}

/// A value while it is lowered.
#[derive(Debug, Clone)]
pub(super) struct Typed {
    pub(super) value: Value,
    pub(super) kind: Kind,
    /// The field that it shows.
    pub(super) view: Option<View>,
    /// The instant that it is, counted from the run or fixed.
    pub(super) instant: Option<Instant>,
}

impl Typed {
    pub(super) fn new(value: Value, kind: Kind) -> Self {
        Self {
            value,
            kind,
            view: None,
            instant: None,
        }
    }

    pub(super) fn of(constant: Constant) -> Self {
        let kind = match &constant {
            Constant::Text(_) => Kind::Text,
            Constant::Int(_) | Constant::Float(_) => Kind::Number,
            Constant::Bool(_) => Kind::Bool,
            Constant::Time(_) => Kind::Time,
            Constant::Duration(_) => Kind::Length,
            Constant::List(_) | Constant::Object(_) => Kind::Dynamic,
            Constant::Null => Kind::Unknown,
        };
        let instant = match constant {
            Constant::Time(at) => Some(Instant::At(at)),
            _ => None,
        };
        Self {
            value: Value::Literal(constant),
            kind,
            view: None,
            instant,
        }
    }

    pub(super) fn of_view(view: View, kind: Kind) -> Self {
        Self {
            value: view.value(),
            kind,
            view: Some(view),
            instant: None,
        }
    }

    /// A column, which may be tested as the field that it is.
    pub(super) fn of_column(field: FieldRef, kind: Kind) -> Self {
        Self::of_view(View::of(field), kind)
    }

    pub(super) fn constant(self) -> Option<Constant> {
        match self.value {
            Value::Literal(constant) => Some(constant),
            _ => None,
        }
    }

    pub(super) fn as_constant(&self) -> Option<&Constant> {
        match &self.value {
            Value::Literal(constant) => Some(constant),
            _ => None,
        }
    }

    pub(super) fn text(&self) -> Option<&Text> {
        match self.as_constant() {
            Some(Constant::Text(text)) => Some(text),
            _ => None,
        }
    }

    /// Whether it is what a console fills in before the query runs: `{{StartTimeISO}}`.
    pub(super) fn is_template(&self) -> bool {
        self.kind == Kind::Time && self.text().is_some_and(|text| text.starts_with("{{"))
    }

    /// The value with a missing text read as the empty one.
    pub(super) fn known_text(self) -> Value {
        match self.value {
            value @ Value::Literal(_) => value,
            value => Value::call(
                Function::Coalesce,
                vec![value, Value::Literal(Constant::Text(Text::default()))],
            ),
        }
    }
}

impl<'a> Lowering<'a> {
    /// A value that reads no row.
    pub(super) fn constant(&mut self, expr: &'a Expr) -> Option<Typed> {
        self.scalar(expr, None)
    }

    /// The value of an expression over the rows of a branch.
    pub(super) fn scalar(&mut self, expr: &'a Expr, row: Option<&Branch>) -> Option<Typed> {
        match &expr.kind {
            ExprKind::Literal(literal) => Some(Typed::of(literal_value(literal))),
            ExprKind::Name(name) => self.name(name, expr.span, row),
            ExprKind::Member(of, name) => self.member(of, &name.text, expr.span, row),
            ExprKind::Index(of, index) => {
                let of = self.scalar(of, row)?;
                let index = self.scalar(index, row)?;
                let function = match index.kind {
                    Kind::Number => Function::Index,
                    _ => Function::Member,
                };
                let value = Value::call(function, vec![of.value, index.value]);
                Some(fold(Typed::new(value, Kind::Dynamic)))
            }
            ExprKind::Call(call) => self.call(call, expr.span, row),
            ExprKind::Sign(minus, inner) => self.sign(*minus, inner, row),
            ExprKind::Binary(how, left, right) => {
                let left = self.scalar(left, row)?;
                let right = self.scalar(right, row)?;
                if [&left, &right].into_iter().any(Typed::is_template) {
                    self.lose(
                        LossReason::UndefinedName,
                        self.source.slice(expr.span),
                        expr.span,
                    );
                    return None;
                }
                Some(arithmetic(*how, left, right))
            }
            ExprKind::Compare(how, left, right) => {
                let left = self.scalar(left, row)?;
                let right = self.scalar(right, row)?;
                let value = compare(how.test, how.cased, left, right);
                let value = if how.negated { negate(value) } else { value };
                Some(Typed::new(value, Kind::Bool))
            }
            ExprKind::In(list) => self.in_value(list, row),
            ExprKind::Between(between) => {
                let value = self.scalar(&between.value, row)?;
                let low = self.scalar(&between.low, row)?;
                let mut high = self.scalar(&between.high, row)?;
                if high.kind == Kind::Length && low.kind == Kind::Time {
                    high = arithmetic(Arithmetic::Add, low.clone(), high);
                }
                let parts = vec![
                    compare(Test::GreaterEqual, true, value.clone(), low),
                    compare(Test::LessEqual, true, value, high),
                ];
                let mut value = Value::call(Function::And, parts);
                if between.negated {
                    value = Value::call(Function::Not, vec![value]);
                }
                Some(Typed::new(value, Kind::Bool))
            }
            ExprKind::And(parts) | ExprKind::Or(parts) => {
                let function = match &expr.kind {
                    ExprKind::And(_) => Function::And,
                    _ => Function::Or,
                };
                let mut values = Vec::new();
                for part in parts {
                    values.push(self.scalar(part, row)?.value);
                }
                Some(Typed::new(Value::call(function, values), Kind::Bool))
            }
            ExprKind::Error => None,
            _ => {
                self.lose(LossReason::NotExpressible, "a table as a value", expr.span);
                None
            }
        }
    }

    fn sign(&mut self, minus: bool, inner: &'a Expr, row: Option<&Branch>) -> Option<Typed> {
        let inner = self.scalar(inner, row)?;
        if !minus {
            return Some(inner);
        }
        Some(match inner.as_constant() {
            Some(Constant::Int(n)) => Typed::of(Constant::Int(n.wrapping_neg())),
            Some(Constant::Float(n)) => Typed::of(Constant::Float(-n)),
            Some(Constant::Duration(n)) => Typed::of(Constant::Duration(n.saturating_neg())),
            _ => Typed::new(Value::call(Function::Negate, vec![inner.value]), inner.kind),
        })
    }

    /// A name: a column, a `let`, a field.
    fn name(&mut self, name: &Text, span: Span, row: Option<&Branch>) -> Option<Typed> {
        let aside = row.and_then(|row| row.old.iter().find(|(own, _)| own == name));
        let name = aside.map_or(name, |(_, copy)| copy);
        if let Some(column) = row.and_then(|row| row.columns.get(name)) {
            if let Some(loss) = &column.lost {
                let loss = loss.clone();
                if !self.losses.contains(&loss) {
                    self.losses.push(loss);
                }
                return None;
            }
            let (kind, view) = (column.kind, column.view.clone());
            if let Some(view) = &view
                && self.aliases
            {
                self.used_alias = true;
                return Some(Typed::of_view(view.clone(), kind));
            }
            let mut field = match row {
                Some(row) => self.field(name, row),
                None => FieldRef::unmapped(name.clone()),
            };
            // The column, known as what it shows.
            if let Some(View { field: shown, .. }) = view
                && shown.canonical != shown.name
            {
                field.canonical = shown.canonical;
            }
            return Some(Typed::of_column(field, kind));
        }
        // A column that was there goes before what a `let` names.
        let listed = row.and_then(|row| row.listed.as_ref());
        if let Some(row) = row
            && listed.is_some_and(|all| all.contains(name))
        {
            let field = self.field(name, row);
            let kind = self.kind_of(&field);
            return Some(Typed::of_column(field, kind));
        }
        if name == "$table" {
            let table = Value::call(Function::RowSource, Vec::new());
            return Some(Typed::new(table, Kind::Text));
        }
        let place = self.names.place(name);
        match self.names.get(name).cloned() {
            Some(Bound::Scalar(expr)) => {
                return self.called(span, |lowering| {
                    lowering.before(place, |lowering| lowering.scalar(expr, None))
                });
            }
            Some(Bound::Value(value)) => {
                if value.is_none() {
                    self.lose(LossReason::UndefinedName, name.clone(), span);
                }
                return value;
            }
            Some(Bound::Function(lambda)) if row.is_none() => {
                return self.call_value(name, lambda, &[], span, row);
            }
            Some(_) if row.is_none() => {
                self.lose(LossReason::NotExpressible, "a table as a value", span);
                return None;
            }
            _ => {}
        }
        let Some(row) = row else {
            self.lose(LossReason::UndefinedName, name.clone(), span);
            return None;
        };
        let field = self.field(name, row);
        self.near_column(name, &field, row, span);
        let kind = self.kind_of(&field);
        Some(Typed::of_column(field, kind))
    }

    /// What a field holds.
    pub(super) fn kind_of(&self, field: &FieldRef) -> Kind {
        if matches!(field.name.as_str(), "Timestamp" | "TimeGenerated") {
            return Kind::Time;
        }
        match self
            .context
            .schema
            .field(&field.canonical)
            .map(|f| f.kind.as_str())
        {
            Some("path" | "string" | "command_line" | "hash" | "ip" | "text" | "keyword") => {
                Kind::Text
            }
            Some("int" | "long" | "number" | "port") => Kind::Unknown,
            _ => Kind::Unknown,
        }
    }

    /// The field of a name in the table of a branch.
    pub(super) fn field(&self, name: &str, row: &Branch) -> FieldRef {
        let schema = self.context.schema;
        let other = match row.scheme {
            Scheme::Defender => Scheme::Sentinel,
            _ => Scheme::Defender,
        };
        let known = [row.scheme, other]
            .into_iter()
            .find_map(|scheme| schema.canonical(scheme, row.activity, name));
        match known {
            Some(canonical) => FieldRef::mapped(name, canonical),
            None => FieldRef::unmapped(name),
        }
    }

    fn near_column(&mut self, name: &str, field: &FieldRef, row: &Branch, span: Span) {
        if field.canonical != field.name || row.listed.is_some() || name.contains('.') {
            return;
        }
        let wrong_case = self
            .context
            .schema
            .scheme_names(row.scheme)
            .find(|known| close(name, known) && known.eq_ignore_ascii_case(name));
        if let Some(meant) = wrong_case {
            let message = format!("no column `{name}` is known");
            let hint = format!("`{meant}` has a similar name; letter case matters");
            self.report(Code::KustoColumn, span, message, Some(hint));
        }
    }

    /// `of.name`, `of['name']`.
    fn member(
        &mut self,
        of: &'a Expr,
        name: &Text,
        span: Span,
        row: Option<&Branch>,
    ) -> Option<Typed> {
        if let (ExprKind::Name(step), Some(row)) = (&of.kind, row)
            && let Some(remembered) = self.remembered(step, name, row)
        {
            return Some(remembered);
        }
        let of = self.scalar(of, row)?;
        if let (Some(view), Some(row)) = (&of.view, row)
            && view.fold.is_none()
        {
            let path = format_smolstr!("{}.{name}", view.field.name);
            let field = self.field(&path, row);
            return Some(Typed::of_column(field, Kind::Dynamic));
        }
        let _ = span;
        let key = Value::Literal(Constant::Text(name.clone()));
        let value = Value::call(Function::Member, vec![of.value, key]);
        Some(Typed::new(value, Kind::Dynamic))
    }

    fn in_value(
        &mut self,
        list: &'a crate::kusto::ast::InList,
        row: Option<&Branch>,
    ) -> Option<Typed> {
        use crate::kusto::ast::ListTest;
        let left = self.scalar(&list.left, row)?;
        let case = case_of(list.cased);
        let items = self.items(&list.items, row)?;
        let mut arguments = vec![left.known_text()];
        arguments.extend(items.into_iter().map(|item| item.value));
        let value = match list.how {
            ListTest::In => Value::call(Function::In(case, Coerce::Typed), arguments),
            ListTest::HasAny | ListTest::HasAll => {
                let left = arguments.remove(0);
                let has = Function::HasWord(Case::Insensitive);
                let each = arguments
                    .into_iter()
                    .map(|item| Value::call(has, vec![left.clone(), item]));
                let joined = match list.how {
                    ListTest::HasAll => Function::And,
                    _ => Function::Or,
                };
                Value::call(joined, each.collect())
            }
        };
        let value = if list.negated {
            Value::call(Function::Not, vec![value])
        } else {
            value
        };
        Some(Typed::new(value, Kind::Bool))
    }

    /// A call of a function that gives a value.
    fn call(&mut self, call: &'a Call, span: Span, row: Option<&Branch>) -> Option<Typed> {
        let name = call.name.text.as_str();
        // `real(null)`, `datetime(null)`.
        if let [only] = call.arguments.as_slice()
            && only.value.kind == ExprKind::Name(Text::new_static("null"))
            && Kind::named(name) != Kind::Unknown
        {
            return Some(Typed::new(
                Value::Literal(Constant::Null),
                Kind::named(name),
            ));
        }
        if let Some(Bound::Function(lambda)) = self.names.get(name) {
            let lambda = *lambda;
            let arguments: Vec<_> = call.arguments.iter().collect();
            return self.call_value(name, lambda, &arguments, span, row);
        }
        if self.aggregates.is_some()
            && let Some(done) = self.aggregate(call, span, row)
        {
            return done;
        }
        if name == "toscalar" {
            return self.scalar_of_table(&call.arguments.first()?.value, span);
        }
        self.known_call(call, span, row)
    }

    /// The value of a function of the query: its arguments may read the row.
    fn call_value(
        &mut self,
        name: &str,
        lambda: &'a crate::kusto::ast::Lambda,
        arguments: &[&'a crate::kusto::ast::Argument],
        span: Span,
        row: Option<&Branch>,
    ) -> Option<Typed> {
        let mut names = self.names.before(self.names.place(name));
        let mut given = arguments.iter();
        for parameter in &lambda.parameters {
            let bound = match given.next() {
                Some(argument) => Bound::Value(self.scalar(&argument.value, row)),
                None => parameter
                    .default
                    .as_ref()
                    .map_or(Bound::Value(None), Bound::Scalar),
            };
            names.insert(parameter.name.text.clone(), bound);
        }
        self.called(span, |lowering| {
            lowering.in_frame(names, |inner| {
                let mut result = None;
                for statement in &lambda.body {
                    match &statement.kind {
                        crate::kusto::ast::StatementKind::Let { name, value } => {
                            let bound = inner.bind(value);
                            inner.names.insert(name.text.clone(), bound);
                        }
                        crate::kusto::ast::StatementKind::Query(expr) => result = Some(expr),
                        _ => {}
                    }
                }
                inner.scalar(result?, row)
            })
        })
    }

    /// `toscalar(table)`: a column of a one-row table that every row is joined with.
    fn scalar_of_table(&mut self, expr: &'a Expr, span: Span) -> Option<Typed> {
        if !self.is_table(expr) {
            return self.scalar(expr, None);
        }
        let rows = self.called(span, |lowering| lowering.relation(expr))?;
        let mut branch = rows.joined();
        let first = branch
            .listed
            .as_ref()
            .and_then(|listed| listed.first())
            .cloned();
        let Some(first) = first else {
            self.lose(
                LossReason::NotExpressible,
                "toscalar of a table of unknown columns",
                span,
            );
            return None;
        };
        let kind = branch
            .columns
            .get(&first)
            .map_or(Kind::Unknown, |column| column.kind);
        let source = self.field(&first, &branch);
        let name = self.fresh("value");
        branch.derive(vec![(name.clone(), Value::Field(source))]);
        branch.stage(|input| {
            tripline_ir::Plan::Limit(tripline_ir::Limit {
                input,
                count: 1,
                from_end: false,
            })
        });
        branch.stage(|input| tripline_ir::Plan::Project {
            input,
            projection: tripline_ir::Projection::Keep(vec![FieldRef::unmapped(name.clone())]),
        });
        self.attached.push(Attached::Row(branch.plan));
        Some(Typed::new(Value::Field(FieldRef::unmapped(name)), kind))
    }

    /// The values of a list: constants and what names stand for, lists spliced in.
    pub(super) fn items(&mut self, items: &'a [Expr], row: Option<&Branch>) -> Option<Vec<Typed>> {
        let mut found = Vec::new();
        for item in items {
            if self.is_row_table(item, row) {
                let rows = self.called(item.span, |lowering| lowering.relation(item))?;
                found.extend(self.column_values(rows, item.span)?);
                continue;
            }
            let value = self.scalar(item, row)?;
            match value.as_constant() {
                Some(Constant::List(values)) => {
                    found.extend(values.iter().cloned().map(Typed::of));
                }
                _ => found.push(value),
            }
        }
        Some(found)
    }

    /// Whether an item is a table, and no column of the row.
    pub(super) fn is_row_table(&self, item: &Expr, row: Option<&Branch>) -> bool {
        match &item.kind {
            ExprKind::Name(name) => {
                !row.is_some_and(|row| row.columns.contains_key(name))
                    && self.names.has(name)
                    && self.is_table(item)
            }
            _ => self.is_table(item),
        }
    }

    /// The values of a table's first column: constants of a `datatable`, else a list that is
    /// computed and joined with every row.
    fn column_values(&mut self, rows: super::Relation, span: Span) -> Option<Vec<Typed>> {
        let mut branch = rows.joined();
        let first = branch
            .listed
            .as_ref()
            .and_then(|listed| listed.first())
            .cloned();
        if branch.plan.has_opaque() {
            return None;
        }
        let Some(first) = first else {
            self.lose(
                LossReason::NotExpressible,
                "a list from a table of unknown columns",
                span,
            );
            return None;
        };
        if let Some(values) = table_column(&branch.plan, &first) {
            return Some(values.into_iter().map(Typed::of).collect());
        }
        let source = self.field(&first, &branch);
        let name = self.fresh("list");
        let measure = tripline_ir::Measure::new(
            name.clone(),
            tripline_ir::MeasureFunction::Set(Value::Field(source), None),
        );
        branch.stage(|input| {
            tripline_ir::Plan::Aggregate(tripline_ir::Aggregate {
                input,
                group_by: Vec::new(),
                window: tripline_ir::Window::Whole,
                measures: vec![measure],
                having: Predicate::True,
                closed: true,
            })
        });
        self.attached.push(Attached::Row(branch.plan));
        Some(vec![Typed::new(
            Value::Field(FieldRef::unmapped(name)),
            Kind::Dynamic,
        )])
    }
}

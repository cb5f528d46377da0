//! `foreach`: a body once for each of some fields, or for each element of a list.
//!
//! Fields that are known are gone through one by one. Of fields that only the events know, a body that
//! collects is computed over the list of their values, and one that assigns a field for each is run
//! for those that a later stage names.

use super::super::ast::{Command, Expr as Ast, Name, Options, Pipeline, Stage};
use super::super::cursor::{ITEM, MATCHSTR, PLACEHOLDER, SEGMENTS};
use super::aggregate::{derive, option};
use super::fields::fields_like;
use super::reads::named;
use super::scope::captures;
use super::{Flow, Lowering};
use tripline_ir::{Each, Expr, FieldRef, Function, LossReason, Text, Value};
use tripline_text::Span;

/// The name of an element in a computed body.
const ELEMENT: &str = "element";

impl Lowering<'_> {
    pub(super) fn foreach(
        &mut self,
        (options, fields): (&Options, &[Name]),
        body: &Pipeline,
        flow: Flow,
        span: Span,
        later: &[Stage],
    ) -> Flow {
        let mode = option(options, "mode").map_or("multifield", Text::as_str);
        if !mode.eq_ignore_ascii_case("multifield") {
            return self.of_elements(mode, fields, body, flow, span);
        }
        let wild = fields.iter().any(Name::has_wildcard);
        if wild && (!flow.scope.closed || flow.scope.vague) {
            return self.of_unknown(fields, body, flow, span, later);
        }
        let mut columns = Vec::new();
        for name in fields {
            if name.has_wildcard() {
                let fitting = flow.scope.fitting(&name.text);
                columns.extend(
                    fitting
                        .into_iter()
                        .map(|column| (name.text.clone(), column)),
                );
            } else {
                columns.push((name.text.clone(), name.text.clone()));
            }
        }
        self.over(&columns, body, flow)
    }

    /// The body for each column; with it the pattern that the column fits.
    fn over(&mut self, columns: &[(Text, Text)], body: &Pipeline, mut flow: Flow) -> Flow {
        for (pattern, column) in columns {
            let body = substituted(body, pattern, column);
            flow = self.continued(&body, flow);
        }
        flow
    }

    /// Fields that only the events know.
    fn of_unknown(
        &mut self,
        fields: &[Name],
        body: &Pipeline,
        mut flow: Flow,
        span: Span,
        later: &[Stage],
    ) -> Flow {
        if let [pattern] = fields
            && let Some((name, value)) =
                self.gathered(&fields_like(&pattern.text), PLACEHOLDER, body, &flow)
        {
            derive(&mut flow, name, value);
            return flow;
        }
        let names = assigned(body);
        if let Some(columns) = asked_for(fields, &names, later, &flow) {
            return self.over(&columns, body, flow);
        }
        if names.is_empty() || self.decides(&names, later) {
            let detail = "foreach over unknown fields";
            self.lose(LossReason::NotExpressible, detail, span);
        }
        for name in names {
            flow.scope.compute(&name);
        }
        flow
    }

    /// `mode=multivalue` and `mode=json_array`: the elements of one field.
    fn of_elements(
        &mut self,
        mode: &str,
        fields: &[Name],
        body: &Pipeline,
        mut flow: Flow,
        span: Span,
    ) -> Flow {
        let list = match (fields, mode.to_ascii_lowercase().as_str()) {
            ([field], "multivalue") => Some(self.field_value(&flow.scope, &field.text)),
            ([field], "json_array") => {
                let text = self.field_value(&flow.scope, &field.text);
                Some(Expr::call(Function::ParseJson, vec![text]))
            }
            _ => None,
        };
        let found = list.and_then(|list| self.gathered(&list, ITEM, body, &flow));
        if let Some((name, value)) = found {
            derive(&mut flow, name, value);
            return flow;
        }
        let detail = tripline_ir::format_smolstr!("foreach mode={mode}");
        self.lose(LossReason::NotExpressible, detail, span);
        for name in assigned(body) {
            flow.scope.compute(&name);
        }
        flow
    }

    /// A body that collects into one field, over a list of values:
    /// `eval x = mvappend(x, '<<FIELD>>')`, `eval x = x + '<<FIELD>>'`, also inside an `if`.
    fn gathered(
        &mut self,
        list: &Expr,
        placeholder: &str,
        body: &Pipeline,
        flow: &Flow,
    ) -> Option<(Text, Expr)> {
        let [stage] = body.stages.as_slice() else {
            return None;
        };
        let Command::Eval(columns) = &stage.command else {
            return None;
        };
        let [(name, expr)] = columns.as_slice() else {
            return None;
        };
        if name.text.contains("<<") {
            return None;
        }
        let losses = self.losses.len();
        let value = self.value(expr, &flow.scope);
        if self.losses.len() > losses {
            self.losses.truncate(losses);
            return None;
        }
        let gathering = Gathering {
            own: self.field_value(&flow.scope, &name.text),
            placeholder: Expr::Field(FieldRef::unmapped(placeholder)),
        };
        let value = gathering.over(&value, list)?;
        // What is left of placeholders has no meaning in a computed body.
        let open = value.fields().iter().any(|field| field.name.contains("<<"));
        let open = open || texts(&value, &|text| text.contains("<<"));
        (!open).then(|| (name.text.clone(), value))
    }
}

/// What a collecting body is made of.
struct Gathering {
    /// The field that it assigns, before it.
    own: Expr,
    placeholder: Expr,
}

impl Gathering {
    fn over(&self, value: &Expr, list: &Expr) -> Option<Expr> {
        let Expr::Call {
            function: Function::If,
            arguments,
        } = value
        else {
            return self.step(value, list);
        };
        let [condition, then, other] = arguments.as_slice() else {
            return None;
        };
        if *other != self.own {
            return None;
        }
        let choose = |then: Expr, condition: Expr| {
            Expr::call(Function::If, vec![condition, then, self.own.clone()])
        };
        if !holds(condition, &self.placeholder) {
            return Some(choose(self.step(then, list)?, condition.clone()));
        }
        if holds(condition, &self.own) {
            return None;
        }
        if then.is_constant() {
            return Some(choose(then.clone(), self.each(Each::Any, list, condition)));
        }
        self.step(then, &self.each(Each::Filter, list, condition))
    }

    /// `own` with what the body adds for each element.
    fn step(&self, value: &Expr, list: &Expr) -> Option<Expr> {
        let Expr::Call {
            function,
            arguments,
        } = value
        else {
            return None;
        };
        let [left, right] = arguments.as_slice() else {
            return None;
        };
        let sums = matches!(function, Function::Add | Function::AddOrJoin);
        let (base, added) = match (self.is_base(left), self.is_base(right)) {
            (true, false) => (left, right),
            (false, true) if sums => (right, left),
            _ => return None,
        };
        if holds(added, &self.own) {
            return None;
        }
        let each = self.each(Each::Map, list, added);
        let joined = |function, more| Expr::call(function, vec![base.clone(), more]);
        Some(match function {
            Function::ListConcat => joined(Function::ListConcat, each),
            Function::Add | Function::AddOrJoin => {
                let sum = Expr::call(Function::ListSum, vec![each]);
                let zero = Expr::Literal(Value::Int(0));
                joined(
                    Function::Add,
                    Expr::call(Function::Coalesce, vec![sum, zero]),
                )
            }
            Function::Concat => {
                let nothing = Expr::Literal(Value::Text(Text::default()));
                let text = Expr::call(Function::Join, vec![each, nothing.clone()]);
                joined(
                    Function::Concat,
                    Expr::call(Function::Coalesce, vec![text, nothing]),
                )
            }
            _ => return None,
        })
    }

    /// The field before, or `coalesce(field, 0)`.
    fn is_base(&self, expr: &Expr) -> bool {
        let filled = |expr: &Expr| match expr {
            Expr::Call {
                function: Function::Coalesce,
                arguments,
            } => matches!(arguments.as_slice(), [own, Expr::Literal(_)] if *own == self.own),
            _ => false,
        };
        *expr == self.own || filled(expr)
    }

    fn each(&self, how: Each, list: &Expr, body: &Expr) -> Expr {
        if how == Each::Map && *body == self.placeholder {
            return list.clone();
        }
        Expr::Each {
            how,
            list: Box::new(list.clone()),
            variable: ELEMENT.into(),
            body: Box::new(super::expr::bound(
                body.clone(),
                &self.placeholder,
                &ELEMENT.into(),
            )),
        }
    }
}

/// Whether a text in an expression is of some kind.
fn texts(expr: &Expr, kind: &impl Fn(&Text) -> bool) -> bool {
    match expr {
        Expr::Literal(Value::Text(text)) => kind(text),
        Expr::Call { arguments, .. } => arguments.iter().any(|one| texts(one, kind)),
        Expr::Each { list, body, .. } => texts(list, kind) || texts(body, kind),
        Expr::Let { value, body, .. } => texts(value, kind) || texts(body, kind),
        _ => false,
    }
}

fn holds(expr: &Expr, part: &Expr) -> bool {
    let inside = |all: &[Expr]| all.iter().any(|one| holds(one, part));
    expr == part
        || match expr {
            Expr::Call { arguments, .. } => inside(arguments),
            Expr::Each { list, body, .. } => holds(list, part) || holds(body, part),
            Expr::Let { value, body, .. } => holds(value, part) || holds(body, part),
            _ => false,
        }
}

/// The fields, each with the pattern that it fits, that a body must be run for so that every
/// assigned field has its value that a later stage names. `None` when a body assigns other fields too.
fn asked_for(
    fields: &[Name],
    assigned: &[Text],
    later: &[Stage],
    flow: &Flow,
) -> Option<Vec<(Text, Text)>> {
    let varies = |name: &&Text| name.contains(PLACEHOLDER) || name.contains(MATCHSTR);
    if assigned.is_empty() || !assigned.iter().all(|name| varies(&name)) {
        return None;
    }
    let asked = named(later);
    let mut found: Vec<(Text, Text)> = Vec::new();
    for pattern in fields {
        let mut columns: Vec<Text> = Vec::new();
        if pattern.has_wildcard() {
            for target in assigned {
                let whole = target.replace(PLACEHOLDER, &pattern.text);
                let whole = whole.replace(MATCHSTR, "*");
                for name in &asked {
                    let runs = captures(&whole, name).unwrap_or_default();
                    if let Some(run) = runs.first() {
                        columns.push(pattern.text.replace('*', run).into());
                    }
                }
            }
        } else {
            columns.push(pattern.text.clone());
        }
        for column in columns {
            let known = found.iter().any(|(_, own)| *own == column);
            if !known && flow.scope.has(&column) {
                found.push((pattern.text.clone(), column));
            }
        }
    }
    Some(found)
}

/// The columns that a body of `foreach` assigns.
fn assigned(body: &Pipeline) -> Vec<Text> {
    let mut found = Vec::new();
    for stage in &body.stages {
        if let Command::Eval(columns) = &stage.command {
            found.extend(columns.iter().map(|(name, _)| name.text.clone()));
        }
    }
    found
}

/// A body of `foreach` with its placeholders filled in.
fn substituted(body: &Pipeline, pattern: &str, column: &Text) -> Pipeline {
    let mut body = body.clone();
    let runs = captures(pattern, column).unwrap_or_default();
    let all: String = runs.iter().map(Text::as_str).collect();
    let fill = |text: &mut Text| {
        if !text.contains("<<") {
            return;
        }
        let mut new = text.replace(PLACEHOLDER, column).replace(MATCHSTR, &all);
        for (segment, run) in SEGMENTS.iter().zip(&runs) {
            new = new.replace(segment, run);
        }
        *text = new.into();
    };
    for stage in &mut body.stages {
        match &mut stage.command {
            Command::Eval(columns) => {
                for (name, expr) in columns {
                    fill(&mut name.text);
                    fill_expr(expr, &fill);
                }
            }
            Command::Where(expr) => fill_expr(expr, &fill),
            _ => {}
        }
    }
    body
}

fn fill_expr(expr: &mut Ast, fill: &impl Fn(&mut Text)) {
    match expr {
        Ast::Text(text, _) | Ast::Pattern(text, _) => fill(text),
        Ast::Field(name) => fill(&mut name.text),
        Ast::Call { arguments, .. } => arguments.iter_mut().for_each(|one| fill_expr(one, fill)),
        Ast::Binary { left, right, .. } => {
            fill_expr(left, fill);
            fill_expr(right, fill);
        }
        Ast::Not(inner, _) | Ast::Negate(inner, _) => fill_expr(inner, fill),
        Ast::In { value, list, .. } => {
            fill_expr(value, fill);
            for one in list {
                fill_expr(one, fill);
            }
        }
        Ast::Number(..) | Ast::Int(..) | Ast::Search(..) | Ast::Subsearch(..) | Ast::Error(_) => {}
    }
}

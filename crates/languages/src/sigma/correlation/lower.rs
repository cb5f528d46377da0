//! A correlation to its plan.

use super::{Correlation, CorrelationKind, Threshold};
use crate::near;
use crate::sigma::ast2ir::{activity_of, field_of};
use crate::sigma::condition::Expression;
use crate::sigma::document::Document;
use crate::sigma::rules::Rules;
use crate::sigma::spans;
use crate::{Context, Lowered};
use tripline_ir::{
    Aggregate, Atom, CompareOp, Condition, Correlate, Correlated, Expr, FieldRef, Key, Loss,
    LossReason, Measure, MeasureFunction, Number, Opaque, Plan, Predicate, Test, Text, Window,
};
use tripline_schema::Activity;
use tripline_text::{Code, Diagnostic, Source, Span};

/// Deepest chain of correlations of correlations.
const MAX_CHAIN: usize = 16;
/// Most rules that one correlation may stand for.
const MAX_INPUTS: usize = 1000;

/// Lowers a correlation. `source` is the file that it was read from. Spans of the result count
/// bytes of the correlation's own text; atoms of the rules that it names have the span of the
/// name. A rule that is missing, or that leads back to the correlation, becomes a loss.
pub fn lower_correlation(
    correlation: &Correlation,
    source: &Source,
    rules: &Rules<'_>,
    context: &Context<'_>,
) -> Lowered {
    let mut chain = Chain::default();
    lower(correlation, source, rules, context, &mut chain)
}

fn lower<'a>(
    correlation: &'a Correlation,
    source: &Source,
    rules: &Rules<'a>,
    context: &Context<'_>,
    chain: &mut Chain<'a>,
) -> Lowered {
    chain.outer.push(correlation);
    let mut lowering = Lowering {
        correlation,
        source,
        rules,
        context,
        lowered: Lowered::default(),
    };
    let plan = lowering.plan(chain);
    let mut lowered = lowering.lowered;
    lowered.plan = plan;
    chain.outer.pop();
    lowered
}

/// The way from the outermost correlation.
#[derive(Default)]
struct Chain<'a> {
    outer: Vec<&'a Correlation>,
    /// Rules lowered so far; correlations of correlations multiply them.
    inputs: usize,
}

/// A rule that the correlation names.
struct Input {
    name: Text,
    plan: Plan,
    activity: Activity,
}

struct Lowering<'a, 'b> {
    correlation: &'a Correlation,
    source: &'b Source,
    rules: &'b Rules<'a>,
    context: &'b Context<'b>,
    lowered: Lowered,
}

impl<'a> Lowering<'a, '_> {
    fn plan(&mut self, chain: &mut Chain<'a>) -> Option<Plan> {
        let (kind, window) = (self.correlation.kind?, self.correlation.timespan?);
        let references = &self.correlation.rules;
        let inputs: Vec<Input> = references
            .iter()
            .map(|(name, span)| self.input(name, *span, chain))
            .collect();
        if inputs.is_empty() {
            return None;
        }
        if kind.is_temporal() {
            return self.temporal(kind, window, inputs);
        }
        self.aggregate(kind, window, inputs)
    }

    fn report(&mut self, code: Code, message: impl Into<String>, span: Span) -> &mut Diagnostic {
        let found = Diagnostic::new(code, self.source, message).at(span, "");
        self.lowered.diagnostics.push(found);
        let last = self.lowered.diagnostics.len() - 1;
        &mut self.lowered.diagnostics[last]
    }

    fn input(&mut self, name: &Text, span: Span, chain: &mut Chain<'a>) -> Input {
        chain.inputs += 1;
        if chain.inputs == MAX_INPUTS {
            let message = format!("the correlation stands for more than {MAX_INPUTS} rules");
            self.report(Code::SigmaTooLarge, message, span);
        }
        let within = chain.inputs < MAX_INPUTS;
        let (found, activity) = match self.rules.get(name) {
            Some(_) if !within => (None, Activity::Other),
            None => {
                let known: Vec<_> = self.rules.names().collect();
                let hint = near::nearest(name, known).map(|near| format!("`{near}` is a rule"));
                let message = format!("there is no rule with the id or name `{name}`");
                self.report(Code::SigmaUnknownRule, message, span).hint = hint;
                (None, Activity::Other)
            }
            Some((Document::Rule(rule), source)) => {
                let activity = activity_of(&rule.logsource, self.context);
                (Some(self.rules.lower(rule, source, self.context)), activity)
            }
            Some((Document::Correlation(inner), source)) => self.inner(inner, source, span, chain),
            Some((Document::Filter(_), _)) => (None, Activity::Other),
        };
        let plan = found.and_then(|found| {
            let moved = |mut loss: Loss| {
                loss.span = Some(span);
                loss
            };
            self.lowered
                .losses
                .extend(found.losses.into_iter().map(moved));
            found.plan
        });
        let plan = match plan {
            Some(mut plan) => {
                spans::map_plan(&mut plan, &|_| span);
                plan
            }
            None => self.missing(name, span),
        };
        Input {
            name: name.clone(),
            plan,
            activity,
        }
    }

    fn missing(&mut self, name: &Text, span: Span) -> Plan {
        self.lowered.losses.push(Loss {
            reason: LossReason::UnresolvedRule,
            detail: name.clone(),
            span: Some(span),
        });
        Plan::Opaque(Opaque {
            text: name.clone(),
            reason: LossReason::UnresolvedRule,
            span,
        })
    }

    /// A correlation that this one names. Its fields are named as in its first rule.
    fn inner(
        &mut self,
        inner: &'a Correlation,
        source: &Source,
        span: Span,
        chain: &mut Chain<'a>,
    ) -> (Option<Lowered>, Activity) {
        let again = chain
            .outer
            .iter()
            .position(|outer| outer.span == inner.span && **outer == *inner);
        if let Some(at) = again {
            let mut names: Vec<&str> = chain.outer[at..].iter().map(|one| label(one)).collect();
            names.push(label(inner));
            let message = format!("the correlation uses itself: {}", names.join(" -> "));
            self.report(Code::SigmaCycle, message, span);
            return (None, Activity::Other);
        }
        if chain.outer.len() >= MAX_CHAIN {
            let message = format!("correlations are chained more than {MAX_CHAIN} deep");
            self.report(Code::SigmaCycle, message, span);
            return (None, Activity::Other);
        }
        let activity = self.first_activity(inner, 0);
        let lowered = lower(inner, source, self.rules, self.context, chain);
        // Other flaws are told where the inner correlation itself is lowered.
        let cycles = lowered
            .diagnostics
            .iter()
            .filter(|found| found.code == Code::SigmaCycle);
        for message in cycles
            .map(|found| found.message.clone())
            .collect::<Vec<_>>()
        {
            self.report(Code::SigmaCycle, message, span);
        }
        (Some(lowered), activity)
    }

    fn first_activity(&self, correlation: &Correlation, depth: usize) -> Activity {
        let first = correlation
            .rules
            .first()
            .and_then(|(name, _)| self.rules.get(name));
        match first {
            Some((Document::Rule(rule), _)) => activity_of(&rule.logsource, self.context),
            Some((Document::Correlation(inner), _)) if depth < MAX_CHAIN => {
                self.first_activity(inner, depth + 1)
            }
            _ => Activity::Other,
        }
    }

    /// The field of one rule that a group-by or measured name means: an alias's or its own.
    fn field(&self, name: &Text, input: &Input) -> FieldRef {
        let alias = self
            .correlation
            .aliases
            .iter()
            .find(|(alias, _)| alias == name);
        let field = alias.and_then(|(_, fields)| {
            let own = |(rule, _): &&(Text, Text)| self.same_rule(rule, &input.name);
            fields.iter().find(own).map(|(_, field)| field)
        });
        let role = (input.activity, None);
        field_of(field.unwrap_or(name), role, self.context)
    }

    /// Whether two references, by id or by name, mean one rule.
    fn same_rule(&self, left: &str, right: &str) -> bool {
        let document = |name| {
            self.rules
                .get(name)
                .map(|(document, _)| std::ptr::from_ref(document))
        };
        left == right || document(left).is_some_and(|found| Some(found) == document(right))
    }

    fn temporal(
        &mut self,
        kind: CorrelationKind,
        window: tripline_ir::Duration,
        inputs: Vec<Input>,
    ) -> Option<Plan> {
        let condition = self.occurrence(inputs.len())?;
        let group_by = self.correlation.group_by.clone();
        let rules = inputs
            .into_iter()
            .map(|input| Correlated {
                keys: group_by
                    .iter()
                    .map(|name| self.field(name, &input))
                    .collect(),
                name: input.name,
                plan: input.plan,
            })
            .collect();
        Some(Plan::Correlate(Correlate {
            rules,
            ordered: kind == CorrelationKind::TemporalOrdered,
            whole: false,
            window,
            group_by,
            condition,
        }))
    }

    /// Which rules must have occurred.
    fn occurrence(&mut self, rules: usize) -> Option<Condition> {
        let condition = &self.correlation.condition;
        if let Some(expression) = &condition.expression {
            return self.boolean(expression);
        }
        let all = u32::try_from(rules).unwrap_or(u32::MAX);
        if condition.thresholds.is_empty() {
            return Some(Condition::Count {
                min: all,
                max: None,
            });
        }
        let bounds = condition.thresholds.iter().map(count_bound);
        let mut bounds: Vec<_> = bounds.collect();
        Some(match bounds.len() {
            1 => bounds.remove(0),
            _ => Condition::And(bounds),
        })
    }

    fn boolean(&mut self, expression: &Expression) -> Option<Condition> {
        Some(match expression {
            Expression::Name(name, span) => {
                let rules = &self.correlation.rules;
                let known = rules.iter().find(|(rule, _)| self.same_rule(rule, name));
                let Some((rule, _)) = known else {
                    let message = format!("`{name}` is not among the correlation's `rules`");
                    self.report(Code::SigmaUnknownRule, message, *span);
                    return None;
                };
                Condition::Rule(rule.clone())
            }
            Expression::Some(selector) => {
                let message = "`1 of` and `all of` belong to the condition of a rule";
                self.report(Code::SigmaCondition, message, selector.span);
                return None;
            }
            Expression::And(parts) => Condition::And(self.booleans(parts)?),
            Expression::Or(parts) => Condition::Or(self.booleans(parts)?),
            Expression::Not(inner) => Condition::Not(Box::new(self.boolean(inner)?)),
        })
    }

    fn booleans(&mut self, parts: &[Expression]) -> Option<Vec<Condition>> {
        parts.iter().map(|part| self.boolean(part)).collect()
    }

    fn aggregate(
        &mut self,
        kind: CorrelationKind,
        window: tripline_ir::Duration,
        inputs: Vec<Input>,
    ) -> Option<Plan> {
        let condition = &self.correlation.condition;
        if condition.thresholds.is_empty() {
            return None;
        }
        let names: Vec<Text> = self
            .correlation
            .group_by
            .iter()
            .chain(&condition.fields)
            .cloned()
            .collect();
        let (inputs, fields) = self.common_fields(inputs, &names);
        let (keys, measured) = fields.split_at(self.correlation.group_by.len());
        let measured: Vec<Expr> = measured.iter().cloned().map(Expr::Field).collect();
        let having = Predicate::and(condition.thresholds.iter().map(|one| bound(kind, one)));
        let Some(function) = self.measure(kind, measured) else {
            return Some(self.unmeasured(inputs));
        };
        let group_by = keys.iter().map(|field| Key {
            value: Expr::Field(field.clone()),
            optional: false,
        });
        Some(Plan::Aggregate(Aggregate {
            input: Box::new(union(inputs)),
            group_by: group_by.collect(),
            window: Window::Sliding(window),
            measures: vec![Measure::new(kind.name(), function)],
            having,
            closed: false,
        }))
    }

    /// One field for each name. Where the rules have different ones, each rule gets a column of
    /// the name itself.
    fn common_fields(&self, inputs: Vec<Input>, names: &[Text]) -> (Vec<Plan>, Vec<FieldRef>) {
        let fields: Vec<Vec<FieldRef>> = inputs
            .iter()
            .map(|input| names.iter().map(|name| self.field(name, input)).collect())
            .collect();
        let differs = |at: usize| fields.iter().any(|own| own[at] != fields[0][at]);
        let different: Vec<bool> = (0..names.len()).map(differs).collect();
        let plans = inputs.into_iter().zip(&fields).map(|(input, own)| {
            let columns: Vec<(Text, Expr)> = names
                .iter()
                .zip(own)
                .zip(&different)
                .filter(|(_, different)| **different)
                .map(|((name, field), _)| (name.clone(), Expr::Field(field.clone())))
                .collect();
            if columns.is_empty() {
                return input.plan;
            }
            Plan::Derive {
                input: Box::new(input.plan),
                columns,
            }
        });
        let common = names.iter().enumerate().map(|(at, name)| {
            if different[at] {
                FieldRef::unmapped(name.clone())
            } else {
                fields[0][at].clone()
            }
        });
        (plans.collect(), common.collect())
    }

    fn measure(&mut self, kind: CorrelationKind, mut fields: Vec<Expr>) -> Option<MeasureFunction> {
        if kind == CorrelationKind::EventCount {
            return Some(MeasureFunction::Count);
        }
        if fields.is_empty() {
            return None;
        }
        if kind == CorrelationKind::ValueCount {
            return Some(MeasureFunction::CountDistinct(fields));
        }
        if fields.len() > 1 {
            let message = format!("`{}` measures one field", kind.name());
            let span = self.correlation.condition.span;
            self.report(Code::SigmaCorrelation, message, span);
            return None;
        }
        let field = fields.remove(0);
        match kind {
            CorrelationKind::ValueSum => Some(MeasureFunction::Sum(field)),
            CorrelationKind::ValueAvg => Some(MeasureFunction::Average(field)),
            CorrelationKind::ValueMedian => Some(MeasureFunction::Median(field)),
            _ => {
                let Some(share) = self.correlation.condition.percentile else {
                    let message = "the condition does not say which `percentile` is compared";
                    let span = self.correlation.condition.span;
                    self.report(Code::SigmaPercentile, message, span).hint = Some(
                        "`percentile: 95` with `gt: 1000` compares the 95th percentile".into(),
                    );
                    return None;
                };
                Some(MeasureFunction::Percentile(field, share))
            }
        }
    }

    /// The rules without the measure that the representation does not have.
    fn unmeasured(&mut self, mut inputs: Vec<Plan>) -> Plan {
        let span = self.correlation.condition.span;
        let text = self.source.slice(span.shifted(self.correlation.span.start));
        self.lowered.losses.push(Loss {
            reason: LossReason::NotExpressible,
            detail: self
                .correlation
                .kind
                .map_or("", CorrelationKind::name)
                .into(),
            span: Some(span),
        });
        inputs.push(Plan::Opaque(Opaque {
            text: text.into(),
            reason: LossReason::NotExpressible,
            span,
        }));
        union(inputs)
    }
}

fn label(correlation: &Correlation) -> &str {
    let metadata = &correlation.metadata;
    metadata
        .name
        .as_ref()
        .or(metadata.id.as_ref())
        .unwrap_or(&metadata.title)
}

fn union(mut inputs: Vec<Plan>) -> Plan {
    match inputs.len() {
        1 => inputs.remove(0),
        _ => Plan::Union(inputs),
    }
}

fn bound(kind: CorrelationKind, threshold: &Threshold) -> Predicate {
    let measure = FieldRef::unmapped(Text::new_static(kind.name()));
    let test = Test::Number(threshold.op, threshold.value);
    let atom = Predicate::atom(Atom::field(measure, test, threshold.span));
    if threshold.negated {
        Predicate::not(atom)
    } else {
        atom
    }
}

/// A bound on the number of distinct rules. None at all is never reported, so "at most" begins
/// at 1.
fn count_bound(threshold: &Threshold) -> Condition {
    let value = match threshold.value {
        Number::Int(whole) => whole,
        #[expect(
            clippy::cast_possible_truncation,
            reason = "saturates, and rules are few"
        )]
        Number::Float(float) => float.ceil() as i64,
    };
    let count = |value: i64| u32::try_from(value.max(0)).unwrap_or(u32::MAX);
    let (min, max) = match threshold.op {
        CompareOp::Eq => (count(value), Some(count(value))),
        CompareOp::Gt => (count(value.saturating_add(1)), None),
        CompareOp::Gte => (count(value), None),
        CompareOp::Lt => (1, Some(count(value.saturating_sub(1)))),
        CompareOp::Lte => (1, Some(count(value))),
    };
    let range = Condition::Count { min, max };
    if threshold.negated {
        Condition::Not(Box::new(range))
    } else {
        range
    }
}

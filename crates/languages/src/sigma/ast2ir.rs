//! Selections and conditions to a plan.

use super::ast::{Condition, Detection, Group, Item, Literal, LiteralValue};
use super::condition::{Expression, Quantity, Selector};
use super::document::Rule;
use super::facts::{MAX_ATOMS, MAX_VARIANTS};
use super::metadata::LogSource;
use super::modifiers::{Kind, Modifier};
use super::value::{self, Piece, Pieces, Refusal};
use crate::near;
use crate::{Context, Lowered};
use std::collections::BTreeMap;
use tripline_ir::{
    Atom, Case, CompareOp, Dialect, Expr, FieldCompare, FieldRef, FieldRelation, ListMatch,
    ListRef, Loss, LossReason, Match, Net, Number, Opaque, Pattern, Plan, Predicate, Quantifier,
    Regex, Subject, Test, Text, law,
};
use tripline_schema::{Activity, Scheme};
use tripline_text::{Code, Diagnostic, Source, Span};

/// Lowers a rule. `source` is the file that the rule was read from. Spans of the result count
/// bytes of the rule's own text.
pub fn lower_rule(rule: &Rule, source: &Source, context: &Context<'_>) -> Lowered {
    let mut lowering = Lowering::new(source, rule.span, &rule.logsource, context);
    let predicate = lowering.detection(&rule.detection);
    let events = predicate.map(|predicate| Match {
        source: events_of(&rule.logsource, context),
        predicate,
    });
    lowering.finish(events)
}

pub(super) fn events_of(logsource: &LogSource, context: &Context<'_>) -> tripline_ir::Source {
    let part = |part: &Option<Text>| part.clone().unwrap_or_default();
    let events = context.schema.sigma_events(
        &part(&logsource.product),
        &part(&logsource.category),
        &part(&logsource.service),
    );
    tripline_ir::Source {
        names: vec![logsource.path()],
        events,
    }
}

/// The activity that decides the role of field names.
pub(super) fn activity_of(logsource: &LogSource, context: &Context<'_>) -> Activity {
    let part = |part: &Option<Text>| part.clone().unwrap_or_default();
    context.activity.unwrap_or_else(|| {
        context.schema.sigma_activity(
            &part(&logsource.product),
            &part(&logsource.category),
            &part(&logsource.service),
        )
    })
}

/// The field that a name means in events about `activity`, or in the only event or source that
/// the log source is.
pub(super) fn field_of(
    name: &str,
    (activity, only): (Activity, Option<&str>),
    context: &Context<'_>,
) -> FieldRef {
    let known = context
        .schema
        .canonical_in(only, Scheme::Sigma, activity, name);
    match known {
        Some(canonical) => FieldRef::mapped(name, canonical),
        None => FieldRef::unmapped(name),
    }
}

/// The lowering of one document.
pub(super) struct Lowering<'a> {
    source: &'a Source,
    body: Span,
    context: &'a Context<'a>,
    activity: Activity,
    /// The event or source (`PROVIDER/*`) that the log source is, if it is one.
    only: Option<Text>,
    diagnostics: Vec<Diagnostic>,
    losses: Vec<Loss>,
    opaque: Vec<Plan>,
    /// Atoms made so far.
    atoms: usize,
    /// Fields looked up before.
    fields: BTreeMap<Text, FieldRef>,
}

impl<'a> Lowering<'a> {
    pub(super) fn new(
        source: &'a Source,
        body: Span,
        logsource: &LogSource,
        context: &'a Context<'a>,
    ) -> Self {
        let events = events_of(logsource, context).events;
        Self {
            source,
            body,
            context,
            activity: activity_of(logsource, context),
            only: <[Text; 1]>::try_from(events).ok().map(|[one]| one),
            diagnostics: Vec::new(),
            losses: Vec::new(),
            opaque: Vec::new(),
            atoms: 0,
            fields: BTreeMap::new(),
        }
    }

    /// The outcome. Parts that were not understood stand beside the search.
    pub(super) fn finish(mut self, events: Option<Match>) -> Lowered {
        let plan = events.map(Plan::Match).map(|plan| {
            if self.opaque.is_empty() {
                return plan;
            }
            let parts = std::iter::once(plan).chain(self.opaque.drain(..));
            Plan::Union(parts.collect())
        });
        Lowered {
            plan,
            diagnostics: self.diagnostics,
            losses: self.losses,
        }
    }

    fn report(&mut self, code: Code, message: impl Into<String>, span: Span) -> &mut Diagnostic {
        let found = Diagnostic::new(code, self.source, message).at(span, "");
        self.diagnostics.push(found);
        let last = self.diagnostics.len() - 1;
        &mut self.diagnostics[last]
    }

    fn lose(&mut self, reason: LossReason, detail: impl Into<Text>, span: Span) {
        self.losses.push(Loss {
            reason,
            detail: detail.into(),
            span: Some(span),
        });
    }

    /// Leaves a part out of the predicate and keeps its text.
    fn set_aside(&mut self, reason: LossReason, detail: impl Into<Text>, span: Span) {
        self.lose(reason, detail, span);
        let text = self.source.slice(span.shifted(self.body.start));
        self.opaque.push(Plan::Opaque(Opaque {
            text: text.into(),
            reason,
            span,
        }));
    }

    /// The predicate of a detection; `None` when no condition can be read.
    pub(super) fn detection(&mut self, detection: &Detection) -> Option<Predicate> {
        let mut used = vec![false; detection.selections.len()];
        let mut alternatives = Vec::new();
        for condition in &detection.conditions {
            alternatives.extend(self.condition(condition, detection, &mut used));
        }
        if alternatives.is_empty() {
            return None;
        }
        if detection
            .conditions
            .iter()
            .all(|condition| condition.expression.is_some())
        {
            self.report_unused(detection, &used);
        }
        Some(Predicate::or(alternatives))
    }

    fn report_unused(&mut self, detection: &Detection, used: &[bool]) {
        let conditions = detection.conditions.iter();
        let aggregations: Vec<_> = conditions
            .filter_map(|one| one.aggregation.as_ref())
            .take(8)
            .collect();
        for (selection, used) in detection.selections.iter().zip(used) {
            let in_aggregation = aggregations
                .iter()
                .any(|(text, _)| text.contains(selection.name.as_str()));
            if !used && !in_aggregation && !selection.name.starts_with('_') {
                let message = format!("no condition uses the selection `{}`", selection.name);
                self.report(Code::SigmaUnusedSelection, message, selection.span);
            }
        }
    }

    fn condition(
        &mut self,
        condition: &Condition,
        detection: &Detection,
        used: &mut [bool],
    ) -> Option<Predicate> {
        if let Some((text, span)) = &condition.aggregation {
            self.set_aside(LossReason::LegacyAggregation, text.clone(), *span);
        }
        let expression = condition.expression.as_ref()?;
        match self.expression(expression, detection, used) {
            Ok(Some(predicate)) => Some(predicate),
            // Everything in it was set aside.
            Ok(None) => Some(Predicate::True),
            Err(Unusable) => None,
        }
    }

    fn expression(
        &mut self,
        expression: &Expression,
        detection: &Detection,
        used: &mut [bool],
    ) -> Result<Option<Predicate>, Unusable> {
        if self.atoms >= MAX_ATOMS {
            self.too_large(Span::default());
            return Ok(None);
        }
        // Looking for names is work, too.
        self.atoms = self.atoms.saturating_add(detection.selections.len() / 64);
        match expression {
            Expression::Name(name, span) => {
                let at = detection
                    .selections
                    .iter()
                    .position(|one| one.name == *name);
                let Some(at) = at else {
                    return Err(self.unknown_selection(name, *span, detection));
                };
                used[at] = true;
                Ok(self.group(&detection.selections[at].body))
            }
            Expression::Some(selector) => self.selector(selector, detection, used),
            Expression::And(parts) => Ok(and(self.expressions(parts, detection, used)?)),
            Expression::Or(parts) => Ok(or(self.expressions(parts, detection, used)?)),
            Expression::Not(inner) => {
                let inner = self.expression(inner, detection, used)?;
                Ok(inner.map(Predicate::not))
            }
        }
    }

    fn expressions(
        &mut self,
        parts: &[Expression],
        detection: &Detection,
        used: &mut [bool],
    ) -> Result<Vec<Predicate>, Unusable> {
        let mut lowered = Vec::with_capacity(parts.len());
        for part in parts {
            lowered.extend(self.expression(part, detection, used)?);
        }
        Ok(lowered)
    }

    fn unknown_selection(&mut self, name: &str, span: Span, detection: &Detection) -> Unusable {
        let names: Vec<&str> = detection
            .selections
            .iter()
            .map(|one| one.name.as_str())
            .collect();
        let hint = near::hint(name, &names);
        let message = format!("there is no selection `{name}`");
        self.report(Code::SigmaUnknownSelection, message, span).hint = hint;
        Unusable
    }

    fn selector(
        &mut self,
        selector: &Selector,
        detection: &Detection,
        used: &mut [bool],
    ) -> Result<Option<Predicate>, Unusable> {
        let mut parts = Vec::new();
        let mut any = false;
        for (at, selection) in detection.selections.iter().enumerate() {
            if selector.selects(&selection.name) {
                any = true;
                used[at] = true;
                parts.extend(self.group(&selection.body));
            }
        }
        if !any {
            let what = selector.pattern.as_deref().unwrap_or("them");
            return Err(self.unknown_selection(what, selector.span, detection));
        }
        Ok(match selector.quantity {
            Quantity::One => or(parts),
            Quantity::All => and(parts),
        })
    }

    fn group(&mut self, group: &Group) -> Option<Predicate> {
        match group {
            Group::All(items) => {
                let parts: Vec<_> = items.iter().filter_map(|item| self.item(item)).collect();
                and(parts)
            }
            Group::Any(groups) => {
                let parts: Vec<_> = groups
                    .iter()
                    .filter_map(|group| self.group(group))
                    .collect();
                or(parts)
            }
            Group::Broken(span) => {
                self.set_aside(LossReason::SyntaxError, "selection", *span);
                None
            }
        }
    }

    fn item(&mut self, item: &Item) -> Option<Predicate> {
        if self.atoms >= MAX_ATOMS {
            self.too_large(item.span);
            return None;
        }
        if item.chain.broken {
            let unknown = LossReason::UnknownModifier;
            self.set_aside(unknown, self.key_text(item.span), item.span);
            return None;
        }
        if item.values.is_empty() {
            self.set_aside(LossReason::SyntaxError, self.key_text(item.span), item.span);
            return None;
        }
        let subject = match &item.field {
            Some(name) => Subject::Field(self.field(name)),
            None => Subject::AnyField,
        };
        let mut values = Vec::with_capacity(item.values.len());
        for literal in &item.values {
            self.atoms = self.atoms.saturating_add(1);
            if self.atoms >= MAX_ATOMS {
                self.too_large(item.span);
                break;
            }
            values.extend(self.literal(item, &subject, literal));
        }
        if values.is_empty() {
            return None;
        }
        let joined = if item.chain.all {
            Predicate::and(values)
        } else {
            Predicate::or(values)
        };
        Some(if item.chain.negated {
            Predicate::not(joined)
        } else {
            joined
        })
    }

    /// A few lines can name the same selections, or their variants, without end.
    fn too_large(&mut self, span: Span) {
        if self.atoms == usize::MAX {
            return;
        }
        self.atoms = usize::MAX;
        let message = format!("the rule stands for more than {MAX_ATOMS} tests");
        self.report(Code::SigmaTooLarge, message, span);
        self.set_aside(LossReason::NotExpressible, "too many tests", span);
    }

    fn key_text(&self, span: Span) -> Text {
        self.source.slice(span.shifted(self.body.start)).into()
    }

    fn field(&mut self, name: &Text) -> FieldRef {
        if let Some(known) = self.fields.get(name) {
            return known.clone();
        }
        let field = field_of(name, (self.activity, self.only.as_deref()), self.context);
        self.fields.insert(name.clone(), field.clone());
        field
    }

    /// The test of one value; `None` when it was set aside.
    fn literal(&mut self, item: &Item, subject: &Subject, literal: &Literal) -> Option<Predicate> {
        let atom = |test| Predicate::atom(Atom::new(subject.clone(), test, literal.span));
        match item.chain.kind {
            Kind::Equals => self.equals(item, subject, literal),
            Kind::Regex { .. } => self.regex(item, subject, literal),
            Kind::Cidr => match Self::networks(literal) {
                Some(nets) => Some(atom(Test::Cidr(nets))),
                None => self.wrong_value(literal, "an address range such as `10.0.0.0/8`"),
            },
            Kind::Exists => match (&literal.value, subject) {
                (LiteralValue::Bool(wanted), Subject::Field(_)) => {
                    let exists = atom(Test::Exists);
                    Some(if *wanted {
                        exists
                    } else {
                        Predicate::not(exists)
                    })
                }
                _ => self.wrong_value(literal, "a field with `true` or `false`"),
            },
            Kind::Compare(op) => match number(&literal.value) {
                Some(number) => Some(atom(Test::Number(op, number))),
                None => self.wrong_value(literal, "a number"),
            },
            Kind::TimePart(function, op) => match (number(&literal.value), subject) {
                (Some(number), Subject::Field(field)) => {
                    let part = Expr::call(function, vec![Expr::Field(field.clone())]);
                    let test = Test::Number(op, number);
                    Some(Predicate::atom(Atom::new(
                        Subject::Expr(part),
                        test,
                        literal.span,
                    )))
                }
                _ => self.wrong_value(literal, "a field with a number"),
            },
            Kind::FieldRef => match (literal.value.text(), subject) {
                (Some(name), Subject::Field(_)) => Some(atom(self.compare(item, name))),
                _ => self.wrong_value(literal, "a field with the name of another field"),
            },
        }
    }

    fn wrong_value(&mut self, literal: &Literal, wanted: &str) -> Option<Predicate> {
        let message = format!("{wanted} was expected here");
        self.report(Code::SigmaValue, message, literal.span);
        let text = self.key_text(literal.span);
        self.set_aside(LossReason::SyntaxError, text, literal.span);
        None
    }

    fn compare(&mut self, item: &Item, name: &Text) -> Test {
        let relation = match (item.chain.open_start, item.chain.open_end) {
            (false, false) => FieldRelation::Order(CompareOp::Eq),
            (false, true) => FieldRelation::StartsWith,
            (true, false) => FieldRelation::EndsWith,
            (true, true) => FieldRelation::Contains,
        };
        // A field's name is no pattern: backslashes in it are read, wildcards have no meaning.
        let name = value::plain(&value::parse(name)).map_or_else(|| name.clone(), Text::from);
        Test::Compare(FieldCompare {
            relation,
            other: Expr::Field(self.field(&name)),
            case: case_of(item),
        })
    }

    fn networks(literal: &Literal) -> Option<Vec<Net>> {
        let text = literal.value.text()?;
        let net = text.parse::<ipnet::IpNet>().ok().or_else(|| {
            let address: std::net::IpAddr = text.parse().ok()?;
            Some(ipnet::IpNet::from(address))
        })?;
        Some(vec![Net(net.trunc())])
    }

    fn equals(&mut self, item: &Item, subject: &Subject, literal: &Literal) -> Option<Predicate> {
        let atom = |test| Predicate::atom(Atom::new(subject.clone(), test, literal.span));
        let chain = &item.chain;
        let changed = chain.open_start || chain.open_end || !chain.transforms.is_empty();
        match (&literal.value, subject) {
            (LiteralValue::Null, Subject::Field(_)) if !changed => {
                Some(Predicate::not(atom(Test::Exists)))
            }
            (LiteralValue::Null, _) => self.wrong_value(literal, "a text or number"),
            (LiteralValue::Bool(value), _) => {
                let text = Text::new_static(if *value { "true" } else { "false" });
                self.text(item, subject, literal, vec![Piece::Text(text.into())])
            }
            (LiteralValue::Int(..) | LiteralValue::Float(..), Subject::Field(_)) if !changed => {
                number(&literal.value).map(|number| atom(Test::Number(CompareOp::Eq, number)))
            }
            (value, _) => {
                let pieces = value::parse(value.text()?);
                self.text(item, subject, literal, pieces)
            }
        }
    }

    fn text(
        &mut self,
        item: &Item,
        subject: &Subject,
        literal: &Literal,
        pieces: Pieces,
    ) -> Option<Predicate> {
        match self.variants(item, pieces) {
            Ok(variants) => {
                let tests = variants
                    .into_iter()
                    .map(|pieces| self.text_test(item, subject, literal, &pieces));
                let tests: Result<Vec<_>, Refusal> = tests.collect();
                tests.map_or_else(
                    |refusal| self.refuse(literal, refusal),
                    |tests| Some(Predicate::or(tests)),
                )
            }
            Err(refusal) => self.refuse(literal, refusal),
        }
    }

    fn refuse(&mut self, literal: &Literal, refusal: Refusal) -> Option<Predicate> {
        self.report(Code::SigmaValue, refusal.message(), literal.span)
            .hint = Some(refusal.hint().to_owned());
        let text = self.key_text(literal.span);
        self.set_aside(LossReason::NotExpressible, text, literal.span);
        None
    }

    fn variants(&self, item: &Item, pieces: Pieces) -> Result<Vec<Pieces>, Refusal> {
        let mut variants = vec![pieces];
        for modifier in &item.chain.transforms {
            let mut next = Vec::with_capacity(variants.len());
            for variant in variants {
                let transformed = value::transform(variant, *modifier)?;
                for pieces in transformed {
                    next.extend(self.resolved(pieces, *modifier)?);
                }
                if next.len() > MAX_VARIANTS {
                    return Err(Refusal::TooMany);
                }
            }
            variants = next;
        }
        Ok(variants)
    }

    /// Puts in the entries of every list that is known.
    fn resolved(&self, pieces: Pieces, modifier: Modifier) -> Result<Vec<Pieces>, Refusal> {
        if modifier != Modifier::Expand {
            return Ok(vec![pieces]);
        }
        let mut variants: Vec<Pieces> = vec![Vec::new()];
        for piece in pieces {
            let list = match &piece {
                Piece::Placeholder(name) => self.context.lists.get(name),
                _ => None,
            };
            let Some(entries) = list else {
                for variant in &mut variants {
                    variant.push(piece.clone());
                }
                continue;
            };
            if variants.len().saturating_mul(entries.len()) > MAX_VARIANTS {
                return Err(Refusal::TooMany);
            }
            let with = |variant: &Pieces, entry: &Text| {
                let mut variant = variant.clone();
                variant.extend(value::parse(entry));
                variant
            };
            variants = variants
                .iter()
                .flat_map(|variant| entries.iter().map(move |entry| with(variant, entry)))
                .collect();
        }
        Ok(variants)
    }

    fn text_test(
        &mut self,
        item: &Item,
        subject: &Subject,
        literal: &Literal,
        pieces: &[Piece],
    ) -> Result<Predicate, Refusal> {
        let chain = &item.chain;
        let case = case_of(item);
        let keyword = *subject == Subject::AnyField && !chain.open_start && !chain.open_end;
        let open = (chain.open_start || keyword, chain.open_end || keyword);
        let pattern = value::pattern(pieces, open, case)?;
        let names: Vec<&Text> = pieces
            .iter()
            .filter_map(|piece| match piece {
                Piece::Placeholder(name) => Some(name),
                _ => None,
            })
            .collect();
        if names.is_empty() {
            return Ok(self.atom(subject, Test::Pattern(pattern), literal.span));
        }
        Ok(self.unresolved(subject, literal, &names, pattern, pieces.len() == 1))
    }

    /// A leaf, counted.
    fn atom(&mut self, subject: &Subject, test: Test, span: Span) -> Predicate {
        self.atoms = self.atoms.saturating_add(1);
        Predicate::atom(Atom {
            subject: subject.clone(),
            test,
            quantifier: Quantifier::Any,
            span,
            implied: false,
        })
    }

    /// A value with lists that are not known: the list by its name, and the rest of the value as
    /// a pattern. Alone, the place in the value decides how the list is looked up.
    fn unresolved(
        &mut self,
        subject: &Subject,
        literal: &Literal,
        names: &[&Text],
        pattern: Pattern,
        alone: bool,
    ) -> Predicate {
        let case = pattern.case;
        let how = match pattern.parts.len() {
            1 if alone => ListMatch::Equals,
            _ => ListMatch::Contains,
        };
        let mut parts = Vec::new();
        if pattern.parts.len() > 1 {
            parts.push(self.atom(subject, Test::Pattern(pattern), literal.span));
        }
        for name in names {
            self.unresolved_loss(name, literal.span);
            let list = ListRef {
                name: (*name).clone(),
                how,
                case,
            };
            parts.push(self.atom(subject, Test::InList(list), literal.span));
        }
        Predicate::and(parts)
    }

    fn unresolved_loss(&mut self, name: &Text, span: Span) {
        let message = format!("no list is given for the placeholder `%{name}%`");
        self.report(Code::SigmaPlaceholder, message, span);
        self.lose(LossReason::UnresolvedPlaceholder, name.clone(), span);
    }

    fn regex(&mut self, item: &Item, subject: &Subject, literal: &Literal) -> Option<Predicate> {
        let Some(text) = literal.value.text() else {
            return self.wrong_value(literal, "a regular expression");
        };
        let expand = item.chain.transforms.contains(&Modifier::Expand);
        let pieces = if expand {
            value::split_placeholders(text)
        } else {
            vec![Piece::Text(text.to_string())]
        };
        let mut texts = vec![String::new()];
        for piece in pieces {
            match piece {
                Piece::Placeholder(name) => {
                    let Some(entries) = self.context.lists.get(&name) else {
                        self.unresolved_loss(&name, literal.span);
                        let list = ListRef {
                            name,
                            how: ListMatch::Regex,
                            case: Case::Sensitive,
                        };
                        return Some(self.atom(subject, Test::InList(list), literal.span));
                    };
                    if texts.len().saturating_mul(entries.len()) > MAX_VARIANTS {
                        return self.refuse(literal, Refusal::TooMany);
                    }
                    texts = texts
                        .iter()
                        .flat_map(|text| entries.iter().map(move |entry| format!("{text}{entry}")))
                        .collect();
                }
                Piece::Text(part) => texts.iter_mut().for_each(|text| text.push_str(&part)),
                _ => {}
            }
        }
        let Kind::Regex {
            ignore_case,
            multi_line,
            dot_all,
        } = item.chain.kind
        else {
            return None;
        };
        let mut tests = Vec::with_capacity(texts.len());
        for text in texts {
            let regex = Regex {
                text: text.into(),
                dialect: Dialect::Pcre,
                case_insensitive: ignore_case,
                multi_line,
                dot_all,
                whole: false,
            };
            if let Err(error) = law::compile(&regex) {
                return self.wrong_regex(literal, &error.message);
            }
            tests.push(self.atom(subject, Test::Regex(regex), literal.span));
        }
        Some(Predicate::or(tests))
    }

    fn wrong_regex(&mut self, literal: &Literal, why: &str) -> Option<Predicate> {
        let message = format!("the regular expression cannot be read: {why}");
        self.report(Code::SigmaRegex, message, literal.span);
        let text = self.key_text(literal.span);
        self.set_aside(LossReason::SyntaxError, text, literal.span);
        None
    }
}

/// The condition cannot be used.
struct Unusable;

fn and(parts: Vec<Predicate>) -> Option<Predicate> {
    (!parts.is_empty()).then(|| Predicate::and(parts))
}

fn or(parts: Vec<Predicate>) -> Option<Predicate> {
    (!parts.is_empty()).then(|| Predicate::or(parts))
}

fn case_of(item: &Item) -> Case {
    if item.chain.cased {
        Case::Sensitive
    } else {
        Case::Insensitive
    }
}

/// The number of a literal; of a text, when it writes one.
pub(super) fn number(value: &LiteralValue) -> Option<Number> {
    match value {
        LiteralValue::Int(number, _) => Some(Number::Int(*number)),
        LiteralValue::Float(number, _) => Some(Number::Float(*number)),
        LiteralValue::Text(text) => {
            let whole = text.parse().ok().map(Number::Int);
            whole.or_else(|| {
                let number: f64 = text.parse().ok()?;
                number.is_finite().then_some(Number::Float(number))
            })
        }
        LiteralValue::Null | LiteralValue::Bool(_) => None,
    }
}

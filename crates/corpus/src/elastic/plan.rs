//! What a rule does: its query, with what the rule's type and filters add.

use super::ELSEWHERE;
use super::fields::{Reader, Table};
use super::filters;
use super::metadata::sorted;
use super::query::Query;
use crate::reader::FileContext;
use tripline_ir::{
    Aggregate, Atom, CompareOp, Detection, Duration, Expr, FieldRef, Instant, Join, JoinColumns,
    JoinKey, JoinKind, Key, Language, Loss, LossReason, Match, Measure, MeasureFunction, NewTerms,
    Number, Opaque, Plan, Predicate, Requirement, RequirementKind, Subject, Test, Text, Window,
};
use tripline_languages::ecs;
use tripline_schema::{Activity, Schema, Scheme};
use tripline_text::{Code, Diagnostic, Span};

/// Upstream's look-back where the rule names none.
const DEFAULT_FROM: &str = "now-6m";

/// Fills body, plan, losses, platforms and the requirements that the plan shows.
pub(super) fn fill(
    detection: &mut Detection,
    reader: &mut Reader<'_>,
    rule: &Table<'_>,
    context: &FileContext<'_>,
) {
    if detection.kind.is_empty() {
        if !rule.has("type") {
            reader.missing(rule, "type");
        }
        detection.kind = guessed_kind(detection.language);
    }
    if detection.kind == "machine_learning" {
        detection.plan = Some(opaque(detection, LossReason::MachineLearning));
    } else if known_kind(&detection.kind) {
        query(detection, reader, rule, context);
    } else {
        unknown_kind(&detection.kind, reader, rule);
    }
    detection.platforms = platforms(detection);
    if let Some(plan) = &detection.plan {
        let rules = rules_read(plan);
        detection
            .requires
            .extend(rules.into_iter().map(|name| Requirement {
                kind: RequirementKind::Rule,
                name,
            }));
    }
}

fn known_kind(kind: &str) -> bool {
    matches!(
        kind,
        "query" | "saved_query" | "eql" | "esql" | "threshold" | "new_terms" | "threat_match"
    )
}

/// The type that a query's language alone amounts to.
fn guessed_kind(language: Language) -> Text {
    match language {
        Language::Eql | Language::Esql => language.name().into(),
        _ => "query".into(),
    }
}

fn unknown_kind(kind: &str, reader: &mut Reader<'_>, rule: &Table<'_>) {
    let message = format!("`{kind}` is not a rule type");
    let diagnostic = Diagnostic::new(Code::ElasticUnknownType, reader.source, message);
    let span = rule.get("type").map(|value| reader.span(value.span()));
    reader.report(match span {
        Some(span) => diagnostic.at(span, ""),
        None => diagnostic,
    });
}

/// The whole rule as one part that is not understood.
fn opaque(detection: &mut Detection, reason: LossReason) -> Plan {
    let length = u32::try_from(detection.body.len()).unwrap_or(u32::MAX);
    detection.losses.push(Loss {
        reason,
        detail: match reason {
            LossReason::LanguageNotRead => detection.language.name().into(),
            _ => Text::default(),
        },
        span: None,
    });
    Plan::Opaque(Opaque {
        text: detection.body.clone(),
        reason,
        span: Span::new(0, length),
    })
}

fn query(
    detection: &mut Detection,
    reader: &mut Reader<'_>,
    rule: &Table<'_>,
    context: &FileContext<'_>,
) {
    let Some(query) = Query::read(reader, rule, "query") else {
        if !rule.has("query") {
            reader.missing(rule, "query");
        }
        return;
    };
    detection.body = query.text.into();
    detection.provenance.body_offset = query.offset;
    let lowered = query.lower(reader, detection.language, &detection.sources, context);
    detection.losses.extend(lowered.losses);
    let Some(mut plan) = lowered.plan else {
        return;
    };
    let (filter, losses) = filters::read(reader, rule, "filters");
    detection.losses.extend(losses);
    each_match(&mut plan, &mut |found| {
        narrow(found, &filter, context.schema);
    });
    if let Some(field) = reader.text(rule, "event_category_override") {
        each_match(&mut plan, &mut |found| {
            override_category(&mut found.predicate, field, context.schema);
        });
    }
    detection.plan = match detection.kind.as_str() {
        "threshold" => threshold(plan, reader, rule, context),
        "new_terms" => new_terms(plan, reader, rule, context),
        "threat_match" => threat_match(plan, detection, reader, rule, context),
        _ => Some(plan),
    };
    if detection.language == Language::Esql {
        sources_of_plan(detection);
    }
}

/// An ES|QL query names its indices itself: the rule's sources are those of its plan.
pub(super) fn sources_of_plan(detection: &mut Detection) {
    let Some(plan) = &detection.plan else { return };
    let names = plan
        .matches()
        .into_iter()
        .flat_map(|found| &found.source.names);
    let mut indices: Vec<Text> = detection.sources.iter().chain(names).cloned().collect();
    indices = sorted(indices);
    for name in &indices {
        let requirement = Requirement {
            kind: RequirementKind::Index,
            name: name.clone(),
        };
        if !detection.requires.contains(&requirement) {
            detection.requires.push(requirement);
        }
    }
    detection.sources = indices;
}

/// Calls `each` for every match of a query's plan.
fn each_match(plan: &mut Plan, each: &mut impl FnMut(&mut Match)) {
    match plan {
        Plan::Match(found) => each(found),
        Plan::Sequence(sequence) => sequence
            .steps
            .iter_mut()
            .chain(&mut sequence.until)
            .for_each(|step| each(&mut step.find)),
        Plan::Sample(sample) => sample
            .steps
            .iter_mut()
            .for_each(|step| each(&mut step.find)),
        other => {
            for input in other.inputs_mut() {
                each_match(input, each);
            }
        }
    }
}

/// Adds the rule's filters to a match of its query.
fn narrow(found: &mut Match, filter: &Predicate, schema: &Schema) {
    if *filter == Predicate::True {
        return;
    }
    let mut filter = filter.clone();
    ecs::fold(&mut filter);
    ecs::resolve(&mut filter, schema, activity(found, schema));
    let query = std::mem::replace(&mut found.predicate, Predicate::True);
    found.predicate = Predicate::and([query, filter]);
}

fn activity(found: &Match, schema: &Schema) -> Activity {
    let routing = ecs::Routing::of(&found.predicate);
    schema.ecs_activity(&found.source.names, &routing.categories)
}

/// `process where` then tests the named field instead of `event.category`.
fn override_category(predicate: &mut Predicate, field: &str, schema: &Schema) {
    match predicate {
        Predicate::True | Predicate::False => {}
        Predicate::And(parts) | Predicate::Or(parts) => parts
            .iter_mut()
            .for_each(|part| override_category(part, field, schema)),
        Predicate::Not(inner) => override_category(inner, field, schema),
        Predicate::Atom(atom) => {
            if let (true, Subject::Field(tested)) = (atom.implied, &mut atom.subject)
                && tested.name == "event.category"
            {
                *tested = field_ref(field, Activity::Other, schema);
            }
        }
    }
}

fn field_ref(name: &str, activity: Activity, schema: &Schema) -> FieldRef {
    match schema.canonical(Scheme::Ecs, activity, name) {
        Some(canonical) => FieldRef::mapped(name, canonical),
        None => FieldRef::unmapped(name),
    }
}

/// The activity of a plan's only match.
fn plan_activity(plan: &Plan, schema: &Schema) -> Activity {
    match plan.matches().first() {
        Some(found) => activity(found, schema),
        None => Activity::Other,
    }
}

/// How far back a time of the rule reaches from the run; the default where it is missing or
/// cannot be read, which is reported.
fn look_back(reader: &mut Reader<'_>, table: &Table<'_>, key: &str, default: &str) -> Duration {
    let written = reader.text(table, key).unwrap_or(default);
    if let Some(length) = reach(written) {
        return length;
    }
    let span = table
        .get(key)
        .map_or(table.span, |value| reader.span(value.span()));
    let message = format!("`{written}` is not a time before the run");
    let diagnostic = Diagnostic::new(Code::ElasticTime, reader.source, message);
    reader.report(diagnostic.at(span, "expected a form like `now-9m`"));
    reach(default).unwrap_or_default()
}

/// How far back `now-9m` reaches. Rounding is left out: it depends on the time of the run.
fn reach(text: &str) -> Option<Duration> {
    match ecs::instant(text)? {
        Instant::Run { offset, .. } => offset.checked_neg().filter(|length| *length >= 0),
        Instant::At(_) => None,
    }
}

/// Groups within the look-back with at least so many events (and distinct values).
fn threshold(
    input: Plan,
    reader: &mut Reader<'_>,
    rule: &Table<'_>,
    context: &FileContext<'_>,
) -> Option<Plan> {
    let Some(table) = reader.table(rule, "threshold") else {
        reader.missing(rule, "threshold");
        return None;
    };
    let activity = plan_activity(&input, context.schema);
    let expr = |name: &Text| Expr::Field(field_ref(name, activity, context.schema));
    let Some(least) = reader.whole(&table, "value") else {
        reader.missing(&table, "value");
        return None;
    };
    let group_by = reader
        .texts(&table, "field")
        .iter()
        .filter(|name| !name.is_empty())
        .map(|name| Key {
            value: expr(name),
            optional: false,
        })
        .collect();
    let mut measures = vec![Measure::new("count", MeasureFunction::Count)];
    let mut having = vec![at_least("count", least)];
    for cardinality in reader.tables(&table, "cardinality") {
        let field = reader.owned(&cardinality, "field");
        let (Some(field), Some(least)) = (field, reader.whole(&cardinality, "value")) else {
            reader.missing(&cardinality, "value");
            return None;
        };
        let name = Text::from(format!("distinct {field}"));
        having.push(at_least(&name, least));
        let distinct = MeasureFunction::CountDistinct(vec![expr(&field)]);
        measures.push(Measure::new(name, distinct));
    }
    Some(Plan::Aggregate(Aggregate {
        input: Box::new(input),
        group_by,
        window: Window::LookBack(look_back(reader, rule, "from", DEFAULT_FROM)),
        measures,
        having: Predicate::and(having),
        closed: false,
    }))
}

fn at_least(column: &str, least: i64) -> Predicate {
    Predicate::atom(Atom::field(
        FieldRef::unmapped(column),
        Test::Number(CompareOp::Gte, Number::Int(least)),
        ELSEWHERE,
    ))
}

/// Values in the look-back that the history before it does not have.
fn new_terms(
    input: Plan,
    reader: &mut Reader<'_>,
    rule: &Table<'_>,
    context: &FileContext<'_>,
) -> Option<Plan> {
    let activity = plan_activity(&input, context.schema);
    let (fields, history) = match reader.table(rule, "new_terms") {
        Some(table) => {
            let history = reader.tables(&table, "history_window_start");
            let Some(history) = history.first() else {
                reader.missing(&table, "history_window_start");
                return None;
            };
            let fields = reader.texts(&table, "value");
            (fields, look_back(reader, history, "value", "now-7d"))
        }
        None => (
            reader.texts(rule, "new_terms_fields"),
            look_back(reader, rule, "history_window_start", "now-7d"),
        ),
    };
    if fields.is_empty() {
        reader.missing(rule, "new_terms");
        return None;
    }
    Some(Plan::NewTerms(NewTerms {
        input: Box::new(input),
        fields: fields
            .iter()
            .map(|name| field_ref(name, activity, context.schema))
            .collect(),
        history,
        look_back: look_back(reader, rule, "from", DEFAULT_FROM),
    }))
}

/// Events that share a value with an indicator.
fn threat_match(
    left: Plan,
    detection: &mut Detection,
    reader: &mut Reader<'_>,
    rule: &Table<'_>,
    context: &FileContext<'_>,
) -> Option<Plan> {
    let right = indicators(detection, reader, rule, context)?;
    let activity = plan_activity(&left, context.schema);
    let mut on = Vec::new();
    for mapping in reader.tables(rule, "threat_mapping") {
        let mut keys = Vec::new();
        for entry in reader.tables(&mapping, "entries") {
            let names = (reader.owned(&entry, "field"), reader.owned(&entry, "value"));
            let (Some(field), Some(value)) = names else {
                reader.missing(&entry, "field");
                continue;
            };
            if reader.flag(&entry, "negate") == Some(true) {
                detection.losses.push(Loss {
                    reason: LossReason::NotExpressible,
                    detail: "negated entry of a threat mapping".into(),
                    span: None,
                });
                continue;
            }
            keys.push(JoinKey::equal(
                Expr::Field(field_ref(&field, activity, context.schema)),
                Expr::Field(field_ref(&value, Activity::Other, context.schema)),
            ));
        }
        on.extend((!keys.is_empty()).then_some(keys));
    }
    if on.is_empty() {
        reader.missing(rule, "threat_mapping");
        return None;
    }
    Some(Plan::Join(Join {
        left: Box::new(left),
        right: Box::new(right),
        on,
        kind: JoinKind::LeftSemi,
        columns: JoinColumns::LeftFirst,
        limit: None,
    }))
}

/// The indicator documents of a threat match.
fn indicators(
    detection: &mut Detection,
    reader: &mut Reader<'_>,
    rule: &Table<'_>,
    context: &FileContext<'_>,
) -> Option<Plan> {
    let Some(query) = Query::read(reader, rule, "threat_query") else {
        reader.missing(rule, "threat_query");
        return None;
    };
    let language = match reader.text(rule, "threat_language") {
        Some("lucene") => Language::Lucene,
        _ => Language::Kuery,
    };
    let indices = sorted(reader.texts(rule, "threat_index"));
    let lowered = query.lower(reader, language, &indices, context);
    let elsewhere = lowered
        .losses
        .into_iter()
        .map(|loss| Loss { span: None, ..loss });
    detection.losses.extend(elsewhere);
    let (filter, losses) = filters::read(reader, rule, "threat_filters");
    detection.losses.extend(losses);
    let mut plan = lowered.plan?;
    each_match(&mut plan, &mut |found| {
        unplace(&mut found.predicate);
        narrow(found, &filter, context.schema);
    });
    Some(plan)
}

/// Takes the places out of a predicate that is not part of the body.
fn unplace(predicate: &mut Predicate) {
    match predicate {
        Predicate::True | Predicate::False => {}
        Predicate::And(parts) | Predicate::Or(parts) => parts.iter_mut().for_each(unplace),
        Predicate::Not(inner) => unplace(inner),
        Predicate::Atom(atom) => {
            atom.span = ELSEWHERE;
            if let Test::Nested(inner) = &mut atom.test {
                unplace(inner);
            }
        }
    }
}

/// Operating systems from `OS:` tags and from what the plan demands.
fn platforms(detection: &Detection) -> Vec<Text> {
    let mut found: Vec<Text> = detection
        .tags
        .iter()
        .filter_map(|tag| tag.strip_prefix("OS:"))
        .map(|name| Text::from(name.trim().to_lowercase()))
        .collect();
    if let Some(plan) = &detection.plan {
        for found_match in plan.matches() {
            found.extend(ecs::Routing::of(&found_match.predicate).os);
        }
    }
    sorted(found)
}

/// Rules whose alerts the plan reads.
fn rules_read(plan: &Plan) -> Vec<Text> {
    let mut ids = Vec::new();
    for found in plan.matches() {
        ids.extend(ecs::demanded(
            &found.predicate,
            &["kibana.alert.rule.rule_id", "signal.rule.rule_id"],
        ));
    }
    sorted(ids)
}

//! A plan in words: one sentence per stage, made from the plan alone.

mod pipes;

use crate::correlations::duration;
use smol_str::SmolStr as Text;
use std::fmt::Write;
use tripline_ir::{
    Atom, Case, CompareOp, Condition, FieldRelation, LineageRelation, ListMatch, MeasureFunction,
    Plan, Predicate, Quantifier, Shape, Step, Subject, Test, Window,
};

/// More alternatives than this are counted, not listed.
const MAX_LISTED: usize = 6;

/// A stage of a rule's logic in words.
pub(crate) struct Sentence {
    /// What kind of stage: `source`, `require`, `exclude`, `step`, `group`, ...
    pub(crate) stage: &'static str,
    /// The sentence.
    pub(crate) text: Text,
}

fn sentence(stage: &'static str, text: impl Into<Text>) -> Sentence {
    Sentence {
        stage,
        text: text.into(),
    }
}

/// The stages of a plan in the order in which they work.
pub(crate) fn stages(plan: &Plan) -> Vec<Sentence> {
    match plan {
        Plan::Match(found) => matched(found),
        Plan::Filter { input, predicate } => {
            let mut all = stages(input);
            all.push(sentence(
                "filter",
                format!("Of these, keep rows where {}.", words(predicate)),
            ));
            all
        }
        Plan::Sequence(sequence) => {
            let span = sequence
                .max_span
                .map(|span| format!(" within {}", duration(span)));
            let span = span.unwrap_or_default();
            let keys = step_keys(&sequence.steps);
            let mut all = vec![sentence("sequence", format!("In this order{span}{keys}:"))];
            all.extend(
                sequence
                    .steps
                    .iter()
                    .enumerate()
                    .map(|(at, found)| step(at, found)),
            );
            all.extend(sequence.until.iter().map(|until| {
                sentence(
                    "until",
                    format!("Given up when {}.", words(&until.find.predicate)),
                )
            }));
            all
        }
        Plan::Sample(sample) => {
            let keys = step_keys(&sample.steps);
            let mut all = vec![sentence("sample", format!("In any order{keys}:"))];
            all.extend(
                sample
                    .steps
                    .iter()
                    .enumerate()
                    .map(|(at, found)| step(at, found)),
            );
            all
        }
        Plan::Opaque(opaque) => {
            vec![sentence(
                "opaque",
                format!("A part is not read: {}.", opaque.reason.phrase()),
            )]
        }
        other => later(other),
    }
}

/// Stages that follow others.
fn later(plan: &Plan) -> Vec<Sentence> {
    let mut all: Vec<Sentence> = match plan {
        Plan::Correlate(correlate) => correlate
            .rules
            .iter()
            .flat_map(|rule| {
                let head = sentence("rule", format!("Rule `{}`:", rule.name));
                std::iter::once(head).chain(stages(&rule.plan))
            })
            .collect(),
        other => other.inputs().into_iter().flat_map(stages).collect(),
    };
    all.extend(own(plan));
    all
}

/// The sentence of a node itself, when it decides what alerts.
fn own(plan: &Plan) -> Option<Sentence> {
    match plan {
        Plan::Correlate(correlate) => {
            let order = if correlate.ordered {
                " in this order"
            } else {
                ""
            };
            let keys = list(
                correlate.group_by.iter().map(|key| format!("`{key}`")),
                "and",
            );
            let keys = if keys.is_empty() {
                keys
            } else {
                format!(" with the same {keys}")
            };
            let text = format!(
                "Alert when {}{order} within {}{keys}.",
                condition(&correlate.condition, correlate.rules.len()),
                duration(correlate.window)
            );
            Some(sentence("correlate", text))
        }
        Plan::Aggregate(aggregate) => {
            let keys = aggregate.group_by.iter().flat_map(|key| key.value.fields());
            let keys = list(keys.map(|field| format!("`{}`", field.name)), "and");
            let per = if keys.is_empty() {
                String::new()
            } else {
                format!(" per {keys}")
            };
            let measures: Vec<String> = aggregate.measures.iter().map(measure).collect();
            let text = format!(
                "{} Compute{per} {}; alert when {}.",
                window(aggregate.window),
                measures.join(", "),
                words(&aggregate.having)
            );
            Some(sentence("group", text.trim_start().to_owned()))
        }
        Plan::NewTerms(terms) => {
            let fields = list(
                terms.fields.iter().map(|field| format!("`{}`", field.name)),
                "and",
            );
            let text = format!(
                "Alert when {fields} of the last {} did not occur in the {} before the run.",
                duration(terms.look_back),
                duration(terms.history)
            );
            Some(sentence("new_terms", text))
        }
        Plan::Join(join) => Some(sentence("join", pipes::join(join))),
        Plan::Limit(limit) => {
            let end = if limit.from_end { "last" } else { "first" };
            Some(sentence(
                "limit",
                format!("Keep the {end} {}.", limit.count),
            ))
        }
        other => pipes::own(other),
    }
}

/// What is required and what is left out of the matching events.
fn matched(found: &tripline_ir::Match) -> Vec<Sentence> {
    let mut all = Vec::new();
    if !found.source.names.is_empty() {
        let names = list(
            found.source.names.iter().map(|name| format!("`{name}`")),
            "or",
        );
        all.push(sentence("source", format!("Events from {names}.")));
    }
    let parts = match &found.predicate {
        Predicate::And(parts) => parts.as_slice(),
        other => std::slice::from_ref(other),
    };
    for part in parts {
        match part {
            Predicate::True => {}
            Predicate::Not(inner) => {
                all.push(sentence(
                    "exclude",
                    format!("Leave out events where {}.", words(inner)),
                ));
            }
            other => all.push(sentence(
                "require",
                format!("Require that {}.", words(other)),
            )),
        }
    }
    all
}

fn step(at: usize, step: &Step) -> Sentence {
    let what = words(&step.find.predicate);
    let number = at + 1;
    let runs = if step.runs > 1 {
        format!(", {} times in a row", step.runs)
    } else {
        String::new()
    };
    if step.missing {
        sentence("missing", format!("{number}. no event where {what}."))
    } else {
        sentence("step", format!("{number}. an event where {what}{runs}."))
    }
}

fn step_keys(steps: &[Step]) -> String {
    let keys = steps
        .first()
        .map(|step| step.by.as_slice())
        .unwrap_or_default();
    let names = keys.iter().flat_map(|key| key.value.fields());
    let names = list(names.map(|field| format!("`{}`", field.name)), "and");
    if names.is_empty() {
        names
    } else {
        format!(", with the same {names}")
    }
}

fn condition(condition: &Condition, rules: usize) -> String {
    match condition {
        Condition::Count { min, max: None } if *min as usize == rules => {
            "all of these rules fire".to_owned()
        }
        Condition::Count { min, max: None } => format!("at least {min} of these rules fire"),
        Condition::Count {
            min,
            max: Some(max),
        } => {
            format!("{min} to {max} of these rules fire")
        }
        Condition::Rule(name) => format!("`{name}` fires"),
        Condition::Not(inner) => format!("not ({})", self::condition(inner, rules)),
        Condition::And(parts) => list(parts.iter().map(|p| self::condition(p, rules)), "and"),
        Condition::Or(parts) => list(parts.iter().map(|p| self::condition(p, rules)), "or"),
    }
}

fn window(window: Window) -> String {
    match window {
        Window::Sliding(length) => format!("Over any {}:", duration(length)),
        Window::Tumbling(length) => format!("In each {} of the clock:", duration(length)),
        Window::LookBack(length) => format!("Over the last {}:", duration(length)),
        Window::Whole => String::new(),
    }
}

fn measure(measure: &tripline_ir::Measure) -> String {
    let function = &measure.function;
    let of = |exprs: &[&tripline_ir::Expr]| {
        let names = exprs.iter().flat_map(|expr| expr.fields());
        list(names.map(|field| format!("`{}`", field.name)), "and")
    };
    let values = of(&function.arguments());
    let what = match function {
        MeasureFunction::Count => "number of events".to_owned(),
        MeasureFunction::CountValues(_) => format!("number of values of {values}"),
        MeasureFunction::CountDistinct(_) => format!("number of distinct {values}"),
        MeasureFunction::Values(_) | MeasureFunction::Set(..) => {
            format!("the distinct values of {values}")
        }
        MeasureFunction::List(..) => format!("the values of {values}"),
        MeasureFunction::First(_) => format!("the first {values}"),
        MeasureFunction::Last(_) => format!("the last {values}"),
        MeasureFunction::Earliest(_) => format!("the earliest {values}"),
        MeasureFunction::Latest(_) => format!("the latest {values}"),
        MeasureFunction::Any(_) => format!("some {values}"),
        MeasureFunction::ArgMin { by, of: value } => {
            format!("{} where {} is smallest", of(&[value]), of(&[by]))
        }
        MeasureFunction::ArgMax { by, of: value } => {
            format!("{} where {} is largest", of(&[value]), of(&[by]))
        }
        MeasureFunction::RowOfMin(_) => format!("the row where {values} is smallest"),
        MeasureFunction::RowOfMax(_) => format!("the row where {values} is largest"),
        MeasureFunction::Sum(_) => format!("sum of {values}"),
        MeasureFunction::Average(_) => format!("mean of {values}"),
        MeasureFunction::Min(_) => format!("smallest {values}"),
        MeasureFunction::Max(_) => format!("largest {values}"),
        MeasureFunction::Range(_) => format!("largest minus smallest {values}"),
        MeasureFunction::Median(_) => format!("median of {values}"),
        MeasureFunction::Percentile(_, share) | MeasureFunction::PercentileNearest(_, share) => {
            format!("percentile {share} of {values}")
        }
        MeasureFunction::Deviation(..) => format!("standard deviation of {values}"),
        MeasureFunction::Variance(..) => format!("variance of {values}"),
        MeasureFunction::Mode(_) => format!("the most frequent {values}"),
        MeasureFunction::Top {
            count, descending, ..
        } => {
            let which = if *descending { "largest" } else { "smallest" };
            format!("the {count} {which} of {values}")
        }
        MeasureFunction::MakeBag(_) => format!("the members of {values}"),
        MeasureFunction::AnyTrue(_) => format!("whether {values} is ever true"),
        MeasureFunction::BitOr(_) => format!("the bits of {values}"),
        MeasureFunction::Rate(_) => format!("change of {values} per second"),
        MeasureFunction::Lag(_, rows) => format!("{values} of {rows} rows before"),
        MeasureFunction::Lead(_, rows) => format!("{values} of {rows} rows later"),
        MeasureFunction::SessionStart { of: value, .. } => {
            format!("{} at the start of the session", of(&[value]))
        }
    };
    match &measure.filter {
        Some(filter) => format!("`{}` = {what} where {}", measure.name, words(filter)),
        None => format!("`{}` = {what}", measure.name),
    }
}

/// A predicate in words, without a full stop.
pub(crate) fn words(predicate: &Predicate) -> String {
    match predicate {
        Predicate::True => "anything holds".to_owned(),
        Predicate::False => "nothing holds".to_owned(),
        Predicate::Atom(atom) => atom_words(&[&**atom]),
        Predicate::Not(inner) => match &**inner {
            Predicate::Atom(atom) if atom.test == Test::Exists => {
                format!("{} is absent", subject(&atom.subject))
            }
            inner => format!("not ({})", words(inner)),
        },
        Predicate::And(parts) => {
            let parts: Vec<String> = parts.iter().map(operand).collect();
            parts.join(" and ")
        }
        Predicate::Or(parts) => alternatives(parts),
    }
}

/// A part of a conjunction or disjunction, in parentheses when it has parts of its own.
fn operand(part: &Predicate) -> String {
    match part {
        Predicate::And(_) => format!("({})", words(part)),
        Predicate::Or(inner) if groups(inner).len() > 1 => format!("({})", words(part)),
        _ => words(part),
    }
}

/// A disjunction, with tests that only differ in their value told together.
fn alternatives(parts: &[Predicate]) -> String {
    let told: Vec<String> = groups(parts)
        .into_iter()
        .map(|group| match group {
            Group::Tests(atoms) => atom_words(&atoms),
            Group::Other(part) => operand(part),
        })
        .collect();
    told.join(" or ")
}

/// Parts of a disjunction that are told together.
enum Group<'p> {
    /// Tests of one subject by one verb.
    Tests(Vec<&'p Atom>),
    /// Anything else.
    Other(&'p Predicate),
}

/// The parts of a disjunction, alike tests together at the place of the first.
fn groups(parts: &[Predicate]) -> Vec<Group<'_>> {
    let mut found: Vec<Group<'_>> = Vec::new();
    for part in parts {
        let Predicate::Atom(atom) = part else {
            found.push(Group::Other(part));
            continue;
        };
        let alike = found.iter_mut().find_map(|group| match group {
            Group::Tests(atoms) if alike(atoms[0], atom) => Some(atoms),
            _ => None,
        });
        match alike {
            Some(atoms) => atoms.push(atom),
            None => found.push(Group::Tests(vec![atom])),
        }
    }
    found
}

/// Whether two tests only differ in their value.
fn alike(one: &Atom, other: &Atom) -> bool {
    one.subject == other.subject
        && one.quantifier == other.quantifier
        && verb(&one.test).0 == verb(&other.test).0
}

/// "subject verb value" for tests that share subject and verb.
fn atom_words(atoms: &[&Atom]) -> String {
    let Some(first) = atoms.first() else {
        return String::new();
    };
    let mut out = match first.quantifier {
        Quantifier::Any | Quantifier::Single => subject(&first.subject),
        Quantifier::All => format!("every value of {}", subject(&first.subject)),
    };
    let (verb, _) = verb(&first.test);
    let values: Vec<String> = atoms
        .iter()
        .filter_map(|atom| self::verb(&atom.test).1)
        .collect();
    let _ = write!(out, " {verb}");
    match values.as_slice() {
        [] => {}
        [one] => {
            let _ = write!(out, " {one}");
        }
        many => {
            let _ = write!(out, " one of {}", list(many.iter().cloned(), "or"));
        }
    }
    out
}

fn subject(subject: &Subject) -> String {
    match subject {
        Subject::Field(field) => format!("`{}`", field.name),
        Subject::Fields(glob) => format!("a field like `{}`", glob.name),
        Subject::AnyField => "any field".to_owned(),
        Subject::Expr(expr) => format!("`{expr}`"),
    }
}

/// The verb of a test and its value, quoted.
fn verb(test: &Test) -> (&'static str, Option<String>) {
    let quoted = |text: &str| Some(format!("`{text}`"));
    match test {
        Test::Exists => ("is present", None),
        Test::Pattern(pattern) => {
            let exact = pattern.case == Case::Sensitive;
            match pattern.shape() {
                Shape::Equals("") => ("is empty", None),
                Shape::Equals(text) if exact => ("is exactly", quoted(text)),
                Shape::Equals(text) => ("is", quoted(text)),
                Shape::StartsWith(text) => ("starts with", quoted(text)),
                Shape::EndsWith(text) => ("ends with", quoted(text)),
                Shape::Contains(text) => ("contains", quoted(text)),
                Shape::Anything => ("is present", None),
                Shape::Wildcard => ("is like", quoted(&pattern.glob())),
            }
        }
        Test::Regex(regex) => ("matches the expression", quoted(&regex.text)),
        Test::Number(op, number) => (comparison(*op), Some(number.to_string())),
        Test::TextOrder(op, text) => (comparison(*op), quoted(text)),
        Test::Cidr(nets) => {
            let nets = nets.iter().map(|net| format!("`{}`", net.0));
            ("lies in", Some(list(nets, "or")))
        }
        Test::Compare(compare) => {
            let verb = match compare.relation {
                FieldRelation::Order(op) => comparison(op),
                FieldRelation::StartsWith => "starts with",
                FieldRelation::EndsWith => "ends with",
                FieldRelation::Contains => "contains",
            };
            (verb, Some(format!("the value of `{}`", compare.other)))
        }
        Test::InList(entry) => {
            let verb = match entry.how {
                ListMatch::Equals => "is in the list",
                ListMatch::Regex => "matches an expression of the list",
                ListMatch::Cidr => "lies in a network of the list",
                ListMatch::StartsWith => "starts with an entry of the list",
                ListMatch::EndsWith => "ends with an entry of the list",
                ListMatch::Contains => "contains an entry of the list",
            };
            (verb, quoted(&entry.name))
        }
        Test::Term(term) => ("has the word", quoted(&term.text)),
        Test::Time(op, instant) => (comparison(*op), Some(format!("`{instant}`"))),
        Test::Words(words) => ("has the words", quoted(&words.text)),
        Test::Nested(inner) => ("has an element where", Some(format!("({})", words(inner)))),
        Test::Lineage(lineage) => {
            let verb = match lineage.relation {
                LineageRelation::DescendantOf => "belongs to a descendant of a process where",
                LineageRelation::ChildOf => "belongs to a child of a process where",
                LineageRelation::EventOf => "belongs to a process where",
            };
            (verb, Some(format!("({})", words(&lineage.of.predicate))))
        }
        Test::IsTrue => ("is true", None),
    }
}

fn comparison(op: CompareOp) -> &'static str {
    match op {
        CompareOp::Eq => "is",
        CompareOp::Lt => "is less than",
        CompareOp::Lte => "is at most",
        CompareOp::Gt => "is greater than",
        CompareOp::Gte => "is at least",
    }
}

/// `a, b and c`; more than [`MAX_LISTED`] end in a count.
fn list(items: impl Iterator<Item = String>, word: &str) -> String {
    let mut items: Vec<String> = items.collect();
    if items.len() > MAX_LISTED {
        let more = items.len() - MAX_LISTED;
        items.truncate(MAX_LISTED);
        items.push(format!("{more} more"));
    }
    match items.split_last() {
        None => String::new(),
        Some((only, [])) => only.clone(),
        Some((last, rest)) => format!("{} {word} {last}", rest.join(", ")),
    }
}

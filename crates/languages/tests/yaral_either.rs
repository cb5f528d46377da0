//! Branches of an `or` that bind placeholders: against an oracle that looks at each branch as a rule
//! of its own, and any mixture of bindings and tests for what it does to the reader.

use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use tripline_ir::{Event, Fields, Language, Value, law};
use tripline_languages::{Context, Lowered, lower};
use tripline_schema::Schema;
use tripline_text::Source;

const FIELDS: [&str; 4] = [
    "src.hostname",
    "target.hostname",
    "principal.hostname",
    "src.user.userid",
];
const VALUES: [&str; 3] = ["a", "b", "c"];
const NAMES: [&str; 3] = ["$x", "$y", "$z"];

#[derive(Debug, Clone)]
enum Part {
    /// `$x = $e.f`, either way round.
    Bind(usize, usize, bool),
    /// `$x = "v"`, `$x != "v"`.
    Test(usize, bool, usize),
    /// `$e.f = "v"`, `$e.f != "v"`.
    Is(usize, bool, usize),
}

type Branch = Vec<Part>;
type Given = [Option<&'static str>; FIELDS.len()];

impl Part {
    fn text(&self) -> String {
        let sign = |equal: bool| if equal { "=" } else { "!=" };
        match self {
            Self::Bind(name, field, true) => format!("$e.{} = {}", FIELDS[*field], NAMES[*name]),
            Self::Bind(name, field, false) => format!("{} = $e.{}", NAMES[*name], FIELDS[*field]),
            Self::Test(name, equal, value) => {
                format!("{} {} \"{}\"", NAMES[*name], sign(*equal), VALUES[*value])
            }
            Self::Is(field, equal, value) => {
                format!(
                    "$e.{} {} \"{}\"",
                    FIELDS[*field],
                    sign(*equal),
                    VALUES[*value]
                )
            }
        }
    }
}

/// What placeholders are where a branch holds. The first binding needs a value.
fn held(branch: &Branch, given: &Given) -> Option<BTreeMap<usize, &'static str>> {
    let mut bound = BTreeMap::new();
    for part in branch {
        if let Part::Bind(name, field, _) = part {
            let value = given[*field].unwrap_or("");
            match bound.get(name) {
                None if value.is_empty() => return None,
                Some(known) if *known != value => return None,
                _ => bound.insert(*name, value),
            };
        }
    }
    let holds = |part: &Part| match part {
        Part::Bind(..) => true,
        Part::Test(name, equal, value) => (bound[name] == VALUES[*value]) == *equal,
        Part::Is(field, equal, value) => (given[*field].unwrap_or("") == VALUES[*value]) == *equal,
    };
    branch.iter().all(holds).then_some(bound)
}

fn parts() -> impl Strategy<Value = Part> {
    let (name, field, value) = (0..NAMES.len(), 0..FIELDS.len(), 0..VALUES.len());
    prop_oneof![
        2 => (name.clone(), field.clone(), any::<bool>()).prop_map(|(n, f, w)| Part::Bind(n, f, w)),
        2 => (name, any::<bool>(), value.clone()).prop_map(|(n, e, v)| Part::Test(n, e, v)),
        1 => (field, any::<bool>(), value).prop_map(|(f, e, v)| Part::Is(f, e, v)),
    ]
}

/// Branches that bind the first names and whatever else they test.
fn branches(names: usize) -> impl Strategy<Value = Vec<Branch>> {
    let fields = prop::collection::vec(0..FIELDS.len(), names);
    let branch = (prop::collection::vec(parts(), 0..5), fields, any::<bool>());
    let branch = branch.prop_map(|(mut parts, fields, first)| {
        for (name, field) in fields.into_iter().enumerate() {
            let at = if first { 0 } else { parts.len() };
            parts.insert(at, Part::Bind(name, field, true));
        }
        let bound: BTreeSet<usize> = parts.iter().filter_map(bound).collect();
        parts.retain(|part| !matches!(part, Part::Test(name, ..) if !bound.contains(name)));
        parts
    });
    prop::collection::vec(branch, 2..4)
}

fn bound(part: &Part) -> Option<usize> {
    match part {
        Part::Bind(name, ..) => Some(*name),
        _ => None,
    }
}

fn given() -> impl Strategy<Value = Given> {
    let value = || prop::option::weighted(0.8, prop::sample::select(VALUES.to_vec()));
    [value(), value(), value(), value()]
}

fn event(given: &Given) -> Event {
    let mut native = Fields::new();
    for (field, value) in FIELDS.iter().zip(given) {
        if let Some(value) = value {
            native.insert((*field).into(), Value::from(*value));
        }
    }
    Event {
        native,
        ..Event::default()
    }
}

fn read(text: &str) -> Lowered {
    let context = Context::new(Schema::builtin());
    lower(Language::Yaral, &Source::new("rule", text), &context)
}

fn rule(statement: &str, keys: &str) -> String {
    format!(
        "rule a {{\n  events:\n    {statement}\n  match:\n    {keys} over 5m\n  condition:\n    $e\n}}\n"
    )
}

fn either(branches: &[Branch]) -> String {
    let texts = branches.iter().map(|branch| {
        let parts: Vec<String> = branch.iter().map(Part::text).collect();
        format!("({})", parts.join(" and "))
    });
    texts.collect::<Vec<_>>().join(" or ")
}

/// The keys of the groups that an event makes.
fn groups(text: &str, given: &Given, keys: usize) -> BTreeSet<Vec<String>> {
    let lowered = read(text);
    assert!(lowered.losses.is_empty(), "{text}\n{:?}", lowered.losses);
    let plan = lowered.plan.expect("a plan");
    let found = law::run(&plan, &[event(given)], &law::Options::default());
    let key = |alert: &law::Alert, name: &str| {
        let value = alert.keys.get(name).and_then(Value::as_text);
        value.unwrap_or_default().to_string()
    };
    let all = |alert: &law::Alert| NAMES[..keys].iter().map(|name| key(alert, name)).collect();
    found.expect("a plan that runs").iter().map(all).collect()
}

/// A statement of bindings and tests in any order, also of two events and of names that are bound
/// nowhere.
fn statements() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        4 => parts().prop_map(|part| part.text()),
        1 => parts().prop_map(|part| part.text().replace("$e.", "$f.")),
        1 => Just("$x = $y".to_owned()),
        1 => Just("$y = strings.concat($x, $z)".to_owned()),
        1 => Just("$z = strings.concat($y, $y, $e.src.hostname)".to_owned()),
        1 => Just("$x in %known".to_owned()),
        1 => Just("$e.principal.ip = $x".to_owned()),
        1 => Just("any $e.principal.ip = $y".to_owned()),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        let joined =
            |word: &'static str| move |parts: Vec<String>| format!("({})", parts.join(word));
        prop_oneof![
            3 => prop::collection::vec(inner.clone(), 2..5).prop_map(joined(" and ")),
            3 => prop::collection::vec(inner.clone(), 2..5).prop_map(joined(" or ")),
            1 => inner.prop_map(|part| format!("not ({part})")),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    /// An event stands in the groups of the branches that hold.
    #[test]
    fn each_branch_is_a_rule(branches in branches(1), given in given()) {
        let text = rule(&either(&branches), "$x");
        let wanted = branches.iter().filter_map(|branch| held(branch, &given));
        let wanted: BTreeSet<Vec<String>> = wanted.map(|bound| vec![bound[&0].to_owned()]).collect();
        prop_assert_eq!(groups(&text, &given, 1), wanted, "{}", text);
    }

    /// What a branch binds stays together.
    #[test]
    fn each_branch_has_its_own_pair(branches in branches(2), given in given()) {
        let text = rule(&either(&branches), "$x, $y");
        let wanted = branches.iter().filter_map(|branch| held(branch, &given));
        let pair = |bound: BTreeMap<usize, &str>| vec![bound[&0].to_owned(), bound[&1].to_owned()];
        let wanted: BTreeSet<Vec<String>> = wanted.map(pair).collect();
        prop_assert_eq!(groups(&text, &given, 2), wanted, "{}", text);
    }

    /// Whatever refers to whatever, a rule is read, on a small stack, and runs.
    #[test]
    fn circles_end(statements in prop::collection::vec(statements(), 1..4), given in given()) {
        let text = rule(&statements.join("\n    "), "$x, $y, $z");
        let plan = read(&text).plan.expect("a plan");
        let _ = law::run(&plan, &[event(&given)], &law::Options::default());
    }
}

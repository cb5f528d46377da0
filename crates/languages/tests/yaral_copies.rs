//! Repeated fields of YARA-L against an oracle: an event is unnested into every copy, and each copy
//! is tested alone.

use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use tripline_ir::{Event, Fields, Language, Text, Value, law};
use tripline_languages::{Context, lower};
use tripline_schema::Schema;
use tripline_text::Source;

/// What tests read. Placeholders are the fields that they stand for.
const FIELDS: [&str; 6] = [
    "$e.principal.ip",
    "$e.principal.hostname",
    "$e.about.ip",
    "$e.about.hostname",
    "$p",
    "$q",
];
const VALUES: [&str; 3] = ["a", "ab", "b"];
const KNOWN: [&str; 2] = ["a", "b"];

#[derive(Debug, Clone)]
enum Condition {
    /// `f = "v"`, `f != "v"`.
    Is(usize, bool, usize),
    /// `re.regex(f, "^a")`.
    Begins(usize),
    /// `f in %known`.
    Known(usize),
    /// `f = g`, `f != g`.
    Same(usize, bool, usize),
    /// `strings.concat(f, "x") = "ax"`, and `!=`.
    Joined(usize, bool),
    Not(Box<Condition>),
    And(Vec<Condition>),
    Or(Vec<Condition>),
}

/// What a copy has in each of [`FIELDS`]; empty where unset.
type Copy = [&'static str; FIELDS.len()];

impl Condition {
    fn text(&self) -> String {
        let sign = |equal: bool| if equal { "=" } else { "!=" };
        let parts = |parts: &[Self], word: &str| {
            let parts: Vec<String> = parts.iter().map(Self::text).collect();
            format!("({})", parts.join(word))
        };
        match self {
            Self::Is(field, equal, value) => {
                format!("{} {} \"{}\"", FIELDS[*field], sign(*equal), VALUES[*value])
            }
            Self::Begins(field) => format!("re.regex({}, `^a`)", FIELDS[*field]),
            Self::Known(field) => format!("{} in %known", FIELDS[*field]),
            Self::Same(field, equal, other) => {
                format!("{} {} {}", FIELDS[*field], sign(*equal), FIELDS[*other])
            }
            Self::Joined(field, equal) => {
                let field = FIELDS[*field];
                format!("strings.concat({field}, \"x\") {} \"ax\"", sign(*equal))
            }
            Self::Not(inner) => format!("not ({})", inner.text()),
            Self::And(all) => parts(all, " and "),
            Self::Or(all) => parts(all, " or "),
        }
    }

    fn holds(&self, copy: &Copy) -> bool {
        match self {
            Self::Is(field, equal, value) => (copy[*field] == VALUES[*value]) == *equal,
            Self::Begins(field) => copy[*field].starts_with('a'),
            Self::Known(field) => KNOWN.contains(&copy[*field]),
            Self::Same(field, equal, other) => (copy[*field] == copy[*other]) == *equal,
            Self::Joined(field, equal) => (copy[*field] == "a") == *equal,
            Self::Not(inner) => !inner.holds(copy),
            Self::And(all) => all.iter().all(|part| part.holds(copy)),
            Self::Or(all) => all.iter().any(|part| part.holds(copy)),
        }
    }
}

fn conditions() -> impl Strategy<Value = Condition> {
    // A comparison with a bare placeholder would define it.
    let field = || 0..FIELDS.len();
    let plain = || 0..4_usize;
    let leaf = prop_oneof![
        (field(), any::<bool>(), 0..VALUES.len()).prop_map(|(f, e, v)| Condition::Is(f, e, v)),
        field().prop_map(Condition::Begins),
        field().prop_map(Condition::Known),
        (plain(), any::<bool>(), plain()).prop_map(|(f, e, g)| Condition::Same(f, e, g)),
        (field(), field()).prop_map(|(f, g)| Condition::Same(f, false, g)),
        (field(), any::<bool>()).prop_map(|(f, e)| Condition::Joined(f, e)),
    ];
    leaf.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            inner
                .clone()
                .prop_map(|part| Condition::Not(Box::new(part))),
            prop::collection::vec(inner.clone(), 2..4).prop_map(Condition::And),
            prop::collection::vec(inner, 2..4).prop_map(Condition::Or),
        ]
    })
}

type Texts = Vec<&'static str>;

#[derive(Debug, Clone)]
struct Message {
    ip: Texts,
    hostname: Option<&'static str>,
}

#[derive(Debug, Clone)]
struct Given {
    ip: Texts,
    hostname: Option<&'static str>,
    about: Vec<Message>,
}

fn events() -> impl Strategy<Value = Given> {
    let texts = || prop::collection::vec(prop::sample::select(VALUES.to_vec()), 0..4);
    let text = || prop::option::of(prop::sample::select(VALUES.to_vec()));
    let message = (texts(), text()).prop_map(|(ip, hostname)| Message { ip, hostname });
    let about = prop::collection::vec(message, 0..3);
    (texts(), text(), about).prop_map(|(ip, hostname, about)| Given {
        ip,
        hostname,
        about,
    })
}

impl Given {
    fn copies(&self) -> Vec<Copy> {
        let none = Message {
            ip: Vec::new(),
            hostname: None,
        };
        let or_unset = |texts: &Texts| {
            if texts.is_empty() {
                vec![""]
            } else {
                texts.clone()
            }
        };
        let messages = if self.about.is_empty() {
            vec![none]
        } else {
            self.about.clone()
        };
        let mut copies = Vec::new();
        for ip in or_unset(&self.ip) {
            for message in &messages {
                for inner in or_unset(&message.ip) {
                    let hostname = self.hostname.unwrap_or("");
                    let about = message.hostname.unwrap_or("");
                    copies.push([ip, hostname, inner, about, inner, ip]);
                }
            }
        }
        copies
    }

    /// The event as readers flatten it.
    fn event(&self) -> Event {
        let list =
            |texts: &Texts| Value::List(texts.iter().map(|text| Value::from(*text)).collect());
        let mut native = Fields::new();
        if !self.ip.is_empty() {
            native.insert("principal.ip".into(), list(&self.ip));
        }
        if let Some(hostname) = self.hostname {
            native.insert("principal.hostname".into(), hostname.into());
        }
        let mut all: BTreeMap<Text, Vec<Value>> = BTreeMap::new();
        let mut objects = Vec::new();
        for message in &self.about {
            let mut object: Vec<(Text, Value)> = Vec::new();
            if !message.ip.is_empty() {
                object.push(("ip".into(), list(&message.ip)));
                let ips = message.ip.iter().map(|text| Value::from(*text));
                all.entry("about.ip".into()).or_default().extend(ips);
            }
            if let Some(hostname) = message.hostname {
                object.push(("hostname".into(), hostname.into()));
                let hosts = all.entry("about.hostname".into()).or_default();
                hosts.push(hostname.into());
            }
            objects.push(Value::Object(object));
        }
        if !objects.is_empty() {
            native.insert("about".into(), Value::List(objects));
        }
        native.extend(all.into_iter().map(|(name, all)| (name, Value::List(all))));
        Event {
            native,
            ..Event::default()
        }
    }
}

fn rule(tests: &[Condition], grouped: bool) -> String {
    let mut text =
        "rule a {\n  events:\n    $p = $e.about.ip\n    $q = $e.principal.ip\n".to_owned();
    for test in tests {
        let _ = writeln!(text, "    {}", test.text());
    }
    if grouped {
        text += "  match:\n    $p, $q over 5m\n";
    }
    text + "  condition:\n    $e\n}\n"
}

fn alerts(text: &str, given: &Given) -> Vec<law::Alert> {
    let schema = Schema::builtin();
    let mut context = Context::new(schema);
    let known = KNOWN.iter().map(Text::new).collect();
    context.lists.insert("known".into(), known);
    let lowered = lower(Language::Yaral, &Source::new("rule", text), &context);
    assert!(lowered.losses.is_empty(), "{text}\n{:?}", lowered.losses);
    let plan = lowered.plan.expect("a plan");
    law::run(&plan, &[given.event()], &law::Options::default()).expect("a plan that runs")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    /// An event alerts when one of its copies satisfies every test.
    #[test]
    fn one_copy_satisfies_every_test(
        tests in prop::collection::vec(conditions(), 1..4),
        given in events(),
    ) {
        let text = rule(&tests, false);
        let wanted = given.copies().iter().any(|copy| tests.iter().all(|test| test.holds(copy)));
        prop_assert_eq!(!alerts(&text, &given).is_empty(), wanted, "{}", text);
    }

    /// Groups are made by the placeholders of the copies that satisfy every test.
    #[test]
    fn copies_make_the_groups(
        tests in prop::collection::vec(conditions(), 1..4),
        given in events(),
    ) {
        let text = rule(&tests, true);
        let copies = given.copies().into_iter();
        let copies = copies.filter(|copy| tests.iter().all(|test| test.holds(copy)));
        let pairs = copies.map(|copy| (copy[4].to_owned(), copy[5].to_owned()));
        let wanted: BTreeSet<_> = pairs.filter(|(p, q)| !p.is_empty() && !q.is_empty()).collect();
        let found = alerts(&text, &given);
        // A key is the placeholder, or the field that it stands for.
        let key = |alert: &law::Alert, names: [&str; 2]| {
            let value = names.iter().find_map(|name| alert.keys.get(*name));
            value.and_then(Value::as_text).unwrap_or_default().to_string()
        };
        let pair = |alert: &law::Alert| {
            (key(alert, ["$p", "about.ip"]), key(alert, ["$q", "principal.ip"]))
        };
        let found: BTreeSet<_> = found.iter().map(pair).collect();
        prop_assert_eq!(found, wanted, "{}", text);
    }
}

//! Written conditions mean what was wanted: read back by the front end and run by the law, an
//! exclusion keeps exactly the events that do not satisfy all tests.

use proptest::prelude::*;
use tripline_ir::{
    Atom, Case, CompareOp, Event, FieldRef, Language, Net, Number, Part, Pattern, Plan, Predicate,
    Span, Test, Text, Value, law,
};
use tripline_languages::clause::{Check, Refusal, Wanted, condition, exclusion};
use tripline_languages::{Context, lower};
use tripline_schema::Schema;
use tripline_text::Source;

/// The languages that are written.
const WRITTEN: [Language; 7] = [
    Language::Sigma,
    Language::Eql,
    Language::Kuery,
    Language::Esql,
    Language::Spl,
    Language::Kusto,
    Language::Yaral,
];

/// Two fields of each language, as its rules spell them.
fn fields(language: Language) -> [&'static str; 2] {
    match language {
        Language::Yaral => ["$e.principal.hostname", "$e.target.hostname"],
        Language::Spl => ["Processes.first", "odd name"],
        Language::Kusto | Language::Sigma => ["First", "odd-name"],
        _ => ["x.first", "odd-name"],
    }
}

/// The name that an event has for a field of a rule.
fn native(field: &str) -> Text {
    field.strip_prefix("$e.").unwrap_or(field).into()
}

/// A whole rule of one condition.
fn rule(language: Language, exclusion: &str) -> String {
    match language {
        Language::Eql => format!("any where {exclusion}"),
        Language::Esql => format!("FROM logs-* {exclusion}"),
        Language::Kusto => format!("Some_CL {exclusion}"),
        Language::Yaral => {
            format!(
                "rule r {{\n  events:\n    $e.metadata.vendor_name = \"v\"\n    {exclusion}\n  condition:\n    $e\n}}\n"
            )
        }
        Language::Sigma => {
            let lines = exclusion.replace('\n', "\n        ");
            format!(
                "title: t\nlogsource:\n    product: x\ndetection:\n    always:\n        vendor: v\n    \
                 filter:\n        {lines}\n    condition: always and not filter\n"
            )
        }
        _ => exclusion.to_owned(),
    }
}

fn read(language: Language, text: &str) -> Plan {
    let source = Source::new("clause", text.to_owned());
    let lowered = lower(language, &source, &Context::new(Schema::builtin()));
    assert!(
        lowered.losses.is_empty(),
        "{} {text}: {:?}",
        language.name(),
        lowered.losses
    );
    let errors: Vec<_> = lowered
        .diagnostics
        .iter()
        .filter(|d| d.is_error())
        .collect();
    assert!(errors.is_empty(), "{} {text}: {errors:?}", language.name());
    lowered.plan.expect("a plan")
}

fn atom(wanted: &Wanted) -> Predicate {
    let test = match &wanted.check {
        Check::Fits(pattern) => Test::Pattern(pattern.clone()),
        Check::Number(op, number) => Test::Number(*op, *number),
        Check::Within(net) => Test::Cidr(vec![*net]),
        Check::Present | Check::Missing => Test::Exists,
    };
    let field = FieldRef::unmapped(native(&wanted.field));
    let atom = Predicate::atom(Atom::field(field, test, Span::default()));
    if wanted.check == Check::Missing {
        Predicate::not(atom)
    } else {
        atom
    }
}

const ALPHABET: [&str; 25] = [
    "a", "A", "b", "é", "É", "ß", "*", "?", "\\", " ", "1", "\"", "'", "/", "(", ")", ":", "{",
    "%", "$", ".", "and ", "^", "-", "#",
];

fn text() -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(ALPHABET.to_vec()), 0..5)
        .prop_map(|pieces| pieces.concat())
}

fn pattern() -> impl Strategy<Value = Pattern> {
    let case = prop_oneof![Just(Case::Sensitive), Just(Case::Insensitive)];
    let part = prop_oneof![
        4 => text().prop_map(|text| Part::Literal(text.into())),
        2 => Just(Part::AnyRun),
        1 => Just(Part::AnyOne),
    ];
    (prop::collection::vec(part, 0..4), case).prop_map(|(parts, case)| Pattern::new(parts, case))
}

fn check() -> impl Strategy<Value = Check> {
    let op = prop::sample::select(vec![
        CompareOp::Eq,
        CompareOp::Lt,
        CompareOp::Lte,
        CompareOp::Gt,
        CompareOp::Gte,
    ]);
    prop_oneof![
        8 => pattern().prop_map(Check::Fits),
        1 => (op, -2_i64..3).prop_map(|(op, n)| Check::Number(op, Number::Int(n))),
        1 => prop::sample::select(vec!["10.0.0.0/8", "::1/128"])
            .prop_map(|net| Check::Within(Net(net.parse().expect("a network")))),
        1 => Just(Check::Present),
        1 => Just(Check::Missing),
    ]
}

/// A text that fits a pattern, or nearly.
fn near(check: &Check) -> BoxedStrategy<Value> {
    match check {
        Check::Fits(pattern) => {
            let parts: Vec<BoxedStrategy<String>> = pattern
                .parts
                .iter()
                .map(|part| match part {
                    Part::Literal(text) => prop_oneof![
                        4 => Just(text.to_string()),
                        1 => Just(text.to_uppercase()),
                        1 => Just(text.to_lowercase()),
                    ]
                    .boxed(),
                    Part::AnyRun => text().boxed(),
                    Part::AnyOne => Just("z".to_owned()).boxed(),
                })
                .collect();
            parts
                .prop_map(|parts| Value::Text(parts.concat().into()))
                .boxed()
        }
        Check::Number(..) => prop_oneof![
            (-2_i64..3).prop_map(Value::Int),
            (-2_i64..3).prop_map(|n| Value::Text(n.to_string().into())),
        ]
        .boxed(),
        Check::Within(_) => prop::sample::select(vec!["10.1.2.3", "11.1.2.3", "::1", "no address"])
            .prop_map(|address| Value::Text(address.into()))
            .boxed(),
        Check::Present | Check::Missing => text().prop_map(|t| Value::Text(t.into())).boxed(),
    }
}

/// A value of an event: absent, near the test, anything.
fn value(check: &Check) -> BoxedStrategy<Option<Value>> {
    if let Check::Number(..) = check {
        // What writes a number in another form (`1.`) equals it as a number and not as a text.
        return prop_oneof![1 => Just(None), 5 => near(check).prop_map(Some)].boxed();
    }
    prop_oneof![
        1 => Just(None),
        5 => near(check).prop_map(Some),
        1 => text().prop_map(|text| Some(Value::Text(text.into()))),
    ]
    .boxed()
}

/// One or two tests and an event.
fn case_of() -> impl Strategy<Value = (Vec<Check>, Vec<Option<Value>>)> {
    prop::collection::vec(check(), 1..3).prop_flat_map(|checks| {
        let values: Vec<_> = checks.iter().map(value).collect();
        (Just(checks), values)
    })
}

fn event(language: Language, values: &[Option<Value>]) -> Event {
    let mut event = Event::default();
    for (name, value) in fields(language).iter().zip(values) {
        if let Some(value) = value {
            event.native.insert(native(name), value.clone());
        }
    }
    event.native.insert("vendor".into(), "v".into());
    event
        .native
        .insert("metadata.vendor_name".into(), "v".into());
    event
}

/// Writes an exclusion of the tests, reads it back and runs it over an event.
fn keeps_the_others(
    language: Language,
    checks: &[Check],
    values: &[Option<Value>],
) -> Result<(), TestCaseError> {
    let names = fields(language);
    let wanted: Vec<Wanted> = names
        .iter()
        .zip(checks)
        .map(|(field, check)| Wanted {
            field: (*field).into(),
            check: check.clone(),
        })
        .collect();
    let Ok(written) = exclusion(language, &wanted) else {
        return Ok(());
    };
    let text = rule(language, &written);
    let plan = read(language, &text);
    let event = event(language, values);
    let options = law::Options::default();
    let all = Predicate::and(wanted.iter().map(atom));
    let excluded = law::holds(&all, &event, &options);
    let kept = law::run(&plan, &[event], &options).expect("it runs");
    prop_assert_eq!(kept.is_empty(), excluded, "{} {:?}", text, values);
    Ok(())
}

macro_rules! exclusions {
    ($($name:ident: $language:ident),*) => {
        proptest! {
            #![proptest_config(ProptestConfig { cases: 1_000, ..ProptestConfig::default() })]

            $(#[test]
            fn $name((checks, values) in case_of()) {
                keeps_the_others(Language::$language, &checks, &values)?;
            })*
        }
    };
}

exclusions! {
    sigma: Sigma, eql: Eql, kuery: Kuery, esql: Esql, spl: Spl, kusto: Kusto, yaral: Yaral
}

fn insensitive(pattern: fn(Text, Case) -> Pattern, text: &str) -> Check {
    Check::Fits(pattern(text.into(), Case::Insensitive))
}

#[test]
fn each_language_in_its_own_words() {
    let both = |language| {
        let [first, second] = fields(language);
        let wanted = [
            Wanted {
                field: first.into(),
                check: insensitive(Pattern::ends_with, r"\Program Files\a.exe"),
            },
            Wanted {
                field: second.into(),
                check: insensitive(Pattern::contains, r#" -k "x" "#),
            },
        ];
        match exclusion(language, &wanted) {
            Ok(text) => format!("{}\n{text}\n", language.name()),
            Err((at, why)) => format!("{}\n{at} {}\n", language.name(), why.phrase()),
        }
    };
    let all: Vec<String> = WRITTEN.into_iter().map(both).collect();
    insta::assert_snapshot!(all.join("\n"));
}

#[test]
fn what_cannot_be_said_is_refused() {
    let refused = |language, check: Check| {
        let field = fields(language)[0].into();
        condition(language, &[Wanted { field, check }]).map_err(|(_, why)| why)
    };
    let pattern = |text: &str, case| Check::Fits(Pattern::contains(text, case));
    let (exact, any) = (Case::Sensitive, Case::Insensitive);
    assert_eq!(
        refused(Language::Kuery, pattern("abc", any)),
        Err(Refusal::LetterCase)
    );
    assert!(refused(Language::Kuery, pattern("12", any)).is_ok());
    assert_eq!(
        refused(Language::Spl, pattern("abc", exact)),
        Err(Refusal::ExactCase)
    );
    assert_eq!(
        refused(Language::Spl, pattern("a*b", any)),
        Err(Refusal::LiteralWildcard)
    );
    assert_eq!(
        refused(Language::Eql, pattern("a?b", any)),
        Err(Refusal::LiteralWildcard)
    );
    assert_eq!(
        refused(Language::Kusto, pattern("é", any)),
        Err(Refusal::Folding)
    );
    assert_eq!(
        refused(Language::Kusto, Check::Missing),
        Err(Refusal::Empty)
    );
    assert_eq!(
        refused(Language::Lucene, Check::Present),
        Err(Refusal::Language)
    );
}

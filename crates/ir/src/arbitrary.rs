//! Generators for property tests: small alphabets, so that tests often agree with events.

use crate::{
    Aggregate, Atom, Case, CompareOp, Condition, Correlate, Correlated, Dialect, Event, Expr,
    FieldCompare, FieldRef, FieldRelation, Key, Match, Measure, MeasureFunction, Number, Part,
    Pattern, Plan, Predicate, Quantifier, Regex, SECOND, Sample, Sequence, Source, Span, Step,
    Subject, Term, Test, Text, Value, Window,
};
use proptest::prelude::*;

/// Names of the generated fields.
pub const FIELDS: [&str; 4] = ["f", "g", "h", "k"];

/// A field.
pub fn field() -> impl Strategy<Value = FieldRef> {
    prop::sample::select(FIELDS.to_vec()).prop_map(FieldRef::unmapped)
}

/// A short text over few characters, wildcards, backslashes and letters that fold oddly among
/// them.
pub fn text() -> impl Strategy<Value = Text> {
    let one = prop::sample::select(vec!['a', 'A', 'b', 'é', 'É', 'ß', '*', '?', '\\', ' ', '1']);
    prop::collection::vec(one, 0..5).prop_map(|chars| chars.into_iter().collect::<String>().into())
}

/// A case rule.
pub fn case() -> impl Strategy<Value = Case> {
    prop_oneof![Just(Case::Sensitive), Just(Case::Insensitive)]
}

/// A pattern.
pub fn pattern() -> impl Strategy<Value = Pattern> {
    let part = prop_oneof![
        2 => text().prop_map(Part::Literal),
        1 => Just(Part::AnyRun),
        1 => Just(Part::AnyOne),
    ];
    (prop::collection::vec(part, 0..6), case()).prop_map(|(parts, case)| Pattern::new(parts, case))
}

/// A scalar value.
pub fn scalar() -> impl Strategy<Value = Value> {
    prop_oneof![
        4 => text().prop_map(Value::Text),
        2 => (-2_i64..3).prop_map(Value::Int),
        1 => prop::sample::select(vec![0.5, -1.5, 2.0]).prop_map(Value::Float),
        1 => any::<bool>().prop_map(Value::Bool),
        1 => Just(Value::Null),
    ]
}

/// A value, often a scalar.
pub fn value() -> impl Strategy<Value = Value> {
    prop_oneof![
        3 => scalar(),
        1 => prop::collection::vec(scalar(), 0..3).prop_map(Value::List),
    ]
}

fn compare_op() -> impl Strategy<Value = CompareOp> {
    prop::sample::select(vec![
        CompareOp::Eq,
        CompareOp::Lt,
        CompareOp::Lte,
        CompareOp::Gt,
        CompareOp::Gte,
    ])
}

fn number() -> impl Strategy<Value = Number> {
    prop_oneof![
        (-2_i64..3).prop_map(Number::Int),
        prop::sample::select(vec![0.5, 2.0]).prop_map(Number::Float),
    ]
}

fn regex() -> impl Strategy<Value = Regex> {
    let texts = vec!["a.*", "^A", "[^b]+", "(a|b)?1", "\\*", "a&~b"];
    (
        prop::sample::select(texts),
        prop::sample::select(vec![Dialect::Pcre, Dialect::Lucene, Dialect::Re2]),
        any::<[bool; 4]>(),
    )
        .prop_map(|(text, dialect, [i, m, s, w])| Regex {
            text: text.into(),
            dialect,
            case_insensitive: i,
            multi_line: m,
            dot_all: s,
            whole: w,
        })
}

fn test() -> impl Strategy<Value = Test> {
    prop_oneof![
        1 => Just(Test::Exists),
        5 => pattern().prop_map(Test::Pattern),
        1 => regex().prop_map(Test::Regex),
        2 => (compare_op(), number()).prop_map(|(op, n)| Test::Number(op, n)),
        1 => (compare_op(), text()).prop_map(|(op, t)| Test::TextOrder(op, t)),
        1 => (field(), case(), compare_op()).prop_map(|(other, case, op)| {
            Test::Compare(FieldCompare {
                relation: FieldRelation::Order(op),
                other: Expr::Field(other),
                case,
            })
        }),
        1 => (text(), case(), any::<bool>(), any::<bool>())
            .prop_map(|(text, case, left, right)| Test::Term(Term { text, case, left, right })),
        1 => Just(Test::IsTrue),
    ]
}

/// An atom.
pub fn atom() -> impl Strategy<Value = Atom> {
    let subject = prop_oneof![
        6 => field().prop_map(Subject::Field),
        1 => Just(Subject::AnyField),
    ];
    (subject, test(), any::<bool>(), 0_u32..9).prop_map(|(subject, test, all, at)| Atom {
        quantifier: if all {
            Quantifier::All
        } else {
            Quantifier::Any
        },
        ..Atom::new(subject, test, Span::new(at, at + 1))
    })
}

/// A predicate, empty conjunctions and constants among its parts.
pub fn predicate() -> impl Strategy<Value = Predicate> {
    let leaf = prop_oneof![
        8 => atom().prop_map(Predicate::atom),
        1 => Just(Predicate::True),
        1 => Just(Predicate::False),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Predicate::And),
            prop::collection::vec(inner.clone(), 0..4).prop_map(Predicate::Or),
            inner.prop_map(Predicate::not),
        ]
    })
}

/// An event at a time between 0 and 20 seconds.
pub fn event() -> impl Strategy<Value = Event> {
    let names = prop::sample::select(FIELDS.to_vec()).prop_map(Text::new);
    let fields = prop::collection::btree_map(names, value(), 0..4);
    (fields, 0_i64..20).prop_map(|(native, seconds)| Event {
        time: seconds * SECOND,
        native,
        ..Event::default()
    })
}

/// A list of events, not in order of time.
pub fn events() -> impl Strategy<Value = Vec<Event>> {
    prop::collection::vec(event(), 0..12)
}

fn found() -> impl Strategy<Value = Match> {
    predicate().prop_map(|predicate| Match {
        source: Source::default(),
        predicate,
    })
}

fn keys() -> impl Strategy<Value = Vec<Key>> {
    let key = (field(), any::<bool>()).prop_map(|(field, optional)| Key {
        value: Expr::Field(field),
        optional,
    });
    prop::collection::vec(key, 0..2)
}

/// A sequence: two or three steps with equal keys, sometimes runs, a span, an `until`.
pub fn sequence() -> impl Strategy<Value = Sequence> {
    (
        prop::collection::vec((found(), 1_u32..3), 2..4),
        keys(),
        prop::option::of(found()),
        prop::option::of(0_i64..10),
    )
        .prop_map(|(steps, by, until, span)| {
            let step = |find, runs| Step {
                find,
                by: by.clone(),
                runs,
                missing: false,
            };
            Sequence {
                steps: steps
                    .into_iter()
                    .map(|(find, runs)| step(find, runs))
                    .collect(),
                until: until.map(|find| step(find, 1)),
                max_span: span.map(|seconds| seconds * SECOND),
            }
        })
}

fn aggregate(input: Plan) -> impl Strategy<Value = Plan> {
    let window = prop_oneof![
        (0_i64..10).prop_map(|s| Window::Sliding(s * SECOND)),
        (1_i64..10).prop_map(|s| Window::Tumbling(s * SECOND)),
        (0_i64..10).prop_map(|s| Window::LookBack(s * SECOND)),
        Just(Window::Whole),
    ];
    (window, keys(), compare_op(), 0_i64..4).prop_map(move |(window, group_by, op, bound)| {
        let having = Test::Number(op, Number::Int(bound));
        Plan::Aggregate(Aggregate {
            input: Box::new(input.clone()),
            group_by,
            window,
            measures: vec![Measure::new("count", MeasureFunction::Count)],
            having: Predicate::atom(Atom::field(
                FieldRef::unmapped("count"),
                having,
                Span::default(),
            )),
            closed: false,
        })
    })
}

fn correlate() -> impl Strategy<Value = Plan> {
    let rules = prop::collection::vec(found(), 2..4);
    (rules, any::<[bool; 2]>(), 0_i64..10).prop_map(|(rules, [ordered, whole], window)| {
        let count = u32::try_from(rules.len()).unwrap_or(u32::MAX);
        Plan::Correlate(Correlate {
            rules: std::iter::zip(["r1", "r2", "r3"], rules)
                .map(|(name, find)| Correlated {
                    name: name.into(),
                    plan: Plan::Match(find),
                    keys: vec![FieldRef::unmapped("k")],
                })
                .collect(),
            ordered,
            whole,
            window: window * SECOND,
            group_by: vec!["k".into()],
            condition: Condition::Count {
                min: count,
                max: None,
            },
        })
    })
}

/// A plan of one or two nodes.
pub fn plan() -> impl Strategy<Value = Plan> {
    let one = found().prop_map(Plan::Match).boxed();
    let sample = (prop::collection::vec(found(), 2..4), keys()).prop_map(|(finds, by)| {
        let step = |find| Step {
            find,
            by: by.clone(),
            runs: 1,
            missing: false,
        };
        Plan::Sample(Sample {
            steps: finds.into_iter().map(step).collect(),
        })
    });
    prop_oneof![
        one.clone(),
        sequence().prop_map(Plan::Sequence),
        sample,
        correlate(),
        one.clone().prop_flat_map(aggregate),
        prop::collection::vec(one, 0..3).prop_map(Plan::Union),
    ]
}

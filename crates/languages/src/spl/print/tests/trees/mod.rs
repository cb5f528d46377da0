//! Random syntax trees, of the shapes that the parser makes.

mod commands;

pub(super) use commands::pipeline;

use crate::spl::ast::*;
use crate::spl::cursor::PLACEHOLDER;
use commands::flat_stage;
use proptest::collection::vec;
use proptest::option::of;
use proptest::prelude::*;
use proptest::sample::select;
use tripline_ir::Text;
use tripline_text::Span;

/// Texts that a wrong quote, escape or keyword would change.
const TEXTS: &[&str] = &[
    "",
    "a",
    "user",
    "a b",
    "x.y",
    "a{}",
    "by",
    "AS",
    "where",
    "OUTPUT",
    "in",
    "NOT",
    "or",
    "IN",
    "eval",
    "5",
    "1e5",
    "-x",
    "=x",
    "C:\\x\\",
    "\\\\host\\c$",
    "a\\\"b",
    "\\d+(\\.\\d+)?",
    "a|b",
    "[a]",
    "values(user)",
    "num(x)",
    "a, b",
    "it's",
    "é",
    "<<FIELD>>_x",
    PLACEHOLDER,
    "TERM",
    "search",
    "datamodel:x",
    "%",
    "a=b",
];

fn span() -> Span {
    Span::default()
}

fn text() -> impl Strategy<Value = Text> {
    prop_oneof![
        select(TEXTS).prop_map(Text::from),
        "[a-z][a-z_.]{0,5}".prop_map(Text::from),
        "[^`\\pC]{0,8}".prop_map(Text::from),
    ]
}

fn named(text: Text) -> Name {
    Name { text, span: span() }
}

fn name() -> impl Strategy<Value = Name> {
    text().prop_map(named)
}

fn names() -> impl Strategy<Value = Vec<Name>> {
    vec(name(), 0..3)
}

fn some_names() -> impl Strategy<Value = Vec<Name>> {
    vec(name(), 1..3)
}

/// A name that stands in single quotes, which no scan for bars and brackets looks at.
fn single() -> impl Strategy<Value = Name> {
    let fits = |text: &Text| !text.contains(['\'', '"', '\\', '|', '[', ']']);
    text().prop_filter("no quote", fits).prop_map(named)
}

fn options() -> impl Strategy<Value = Options> {
    let key = select(&["limit_of", "mode", "x.y", "allnum"][..]).prop_map(Text::from);
    vec((key, name()), 0..3)
}

fn quoted() -> impl Strategy<Value = Word> {
    text().prop_map(|text| word(text, true))
}

fn word(text: Text, quoted: bool) -> Word {
    Word {
        text,
        quoted,
        within: Within::Nothing,
        span: span(),
    }
}

/// Values that stand without quotes.
fn bare() -> impl Strategy<Value = Word> {
    let odd = [
        "*", "a", "*.exe", "C:\\x\\", "a\\(b\\)", "a\\|b", "a\"b\\\"", "\\\\x", "x'y", "=x", "5",
        "by", "a:b",
    ];
    prop_oneof![
        select(odd.to_vec()).prop_map(Text::from),
        "[a-z*.:]{1,5}".prop_map(Text::from)
    ]
    .prop_map(|text| word(text, false))
}

/// Bare words that alone are a condition.
fn alone() -> impl Strategy<Value = Word> {
    let odd = [
        "foo",
        "*.exe",
        "by",
        "groupby",
        "a;b",
        "TERM",
        "search",
        "stats",
        "a\\(b",
        PLACEHOLDER,
    ];
    select(odd.to_vec()).prop_map(|text| word(text.into(), false))
}

fn relation() -> impl Strategy<Value = Relation> {
    select(vec![
        Relation::Eq,
        Relation::Ne,
        Relation::Lt,
        Relation::Lte,
        Relation::Gt,
        Relation::Gte,
    ])
}

fn compare((field, op, value): (Name, Relation, Word)) -> Search {
    Search::Compare {
        field,
        op,
        value,
        span: span(),
    }
}

/// Conditions, with subsearches of their own.
fn search() -> impl Strategy<Value = Search> {
    let value = || {
        let within = select(vec![Within::Case, Within::Term]);
        let enclosed = |(text, within): (&str, Within)| Word {
            within,
            ..word(text.into(), true)
        };
        prop_oneof![
            quoted(),
            bare(),
            (select(&["a", "a b", "x*"][..]), within).prop_map(enclosed)
        ]
    };
    let enclosed =
        select(&["a", "10.0.0.1", "a b", "x|y", ""][..]).prop_map(|text| word(text.into(), true));
    let subsearch =
        vec(flat_stage(), 0..3).prop_map(|stages| Search::Subsearch(Pipeline { stages }, span()));
    let leaf = prop_oneof![
        4 => (name(), relation(), value()).prop_map(compare),
        1 => (name(), vec(value(), 0..3)).prop_map(|(field, values)| Search::In { field, values, span: span() }),
        1 => quoted().prop_map(Search::Term),
        1 => alone().prop_map(Search::Term),
        1 => enclosed.clone().prop_map(Search::Whole),
        1 => enclosed.prop_map(Search::Cased),
        1 => subsearch,
    ];
    conditions(leaf.boxed())
}

/// Conditions over the leaves.
fn conditions(leaf: BoxedStrategy<Search>) -> impl Strategy<Value = Search> {
    leaf.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            vec(inner.clone(), 2..4).prop_map(Search::And),
            vec(inner.clone(), 2..4).prop_map(Search::Or),
            inner.prop_map(|inner| Search::Not(Box::new(inner))),
            Just(Search::And(Vec::new())),
        ]
    })
}

/// Conditions that stand in a quoted text.
fn search_in_text() -> impl Strategy<Value = Search> {
    let plain = "[a-z*.:]{1,5}".prop_map(|text| word(text.into(), false));
    let leaf = prop_oneof![
        (single(), relation(), plain.clone()).prop_map(compare),
        select(&["foo", "*.exe"][..]).prop_map(|text| Search::Term(word(text.into(), false))),
        (single(), vec(plain, 0..3)).prop_map(|(field, values)| Search::In {
            field,
            values,
            span: span()
        }),
    ];
    conditions(leaf.boxed())
}

fn expr() -> impl Strategy<Value = Expr> {
    let leaf = prop_oneof![
        text().prop_map(|text| Expr::Text(text, span())),
        single().prop_map(Expr::Field),
        (0_i64..).prop_map(|number| Expr::Int(number, span())),
        (0.0..1e300_f64).prop_map(|number| Expr::Number(number, span())),
        select(vec![0.0, 0.5, 1e16, 1e300, 1e-9, f64::INFINITY])
            .prop_map(|number| Expr::Number(number, span())),
        search_in_text().prop_map(|found| Expr::Search(Box::new(found), span())),
    ];
    let pattern = || {
        let texts = ["%a%", "C:\\\\x\\%", "\\\\", "a\"b_", "\\_"];
        select(texts.to_vec()).prop_map(|text| Expr::Pattern(text.into(), span()))
    };
    let subsearch = |name: Name| {
        let command = Command::Search(compare((name, Relation::Eq, word("x".into(), false))));
        let stages = vec![Stage {
            command,
            span: span(),
        }];
        Expr::Subsearch(Pipeline { stages }, span())
    };
    let leaf = prop_oneof![8 => leaf, 1 => name().prop_map(subsearch)];
    leaf.prop_recursive(4, 24, 3, move |inner| {
        prop_oneof![
            4 => (operator(), inner.clone(), inner.clone(), pattern()).prop_map(|(op, left, right, pattern)| {
                // What `LIKE` has for its right side is no plain text.
                let right = if op == Binary::Like && matches!(right, Expr::Text(..)) { pattern } else { right };
                Expr::Binary { op, left: Box::new(left), right: Box::new(right), span: span() }
            }),
            1 => (inner.clone(), pattern()).prop_map(|(text, pattern)| Expr::Call { name: named("like".into()), arguments: vec![text, pattern], span: span() }),
            1 => inner.clone().prop_map(|inner| Expr::Not(Box::new(inner), span())),
            1 => inner.clone().prop_map(|inner| Expr::Negate(Box::new(inner), span())),
            1 => (inner.clone(), vec(inner.clone(), 0..3), any::<bool>())
                .prop_map(|(value, list, negated)| Expr::In { value: Box::new(value), list, negated, span: span() }),
            1 => (select(&["coalesce", "case", "mvappend"][..]), vec(inner, 0..3))
                .prop_map(|(function, arguments)| Expr::Call { name: named(function.into()), arguments, span: span() }),
        ]
    })
}

fn operator() -> impl Strategy<Value = Binary> {
    use Binary::*;
    select(vec![
        And, Or, Xor, Eq, Ne, Lt, Lte, Gt, Gte, Like, Concat, Add, Subtract, Multiply, Divide,
        Modulo,
    ])
}

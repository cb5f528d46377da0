//! Macros, bounds and places.

use super::{Library, Lookup, Macro, Matching};
use crate::{Context, Lowered};
use proptest::prelude::*;
use tripline_ir::{Event, Value, law};
use tripline_schema::Schema;
use tripline_text::{Code, Source};

fn library() -> Library {
    let mut library = Library::default();
    let mut add = |name: &str, arguments: &[&str], definition: &str| {
        let found = Macro {
            arguments: arguments.iter().map(|name| (*name).into()).collect(),
            definition: definition.into(),
        };
        library.macros.insert(name.into(), found);
    };
    add("tools", &[], "(name=a.exe OR name=b.exe)");
    add("both", &["field", "value"], "$field$=$value$ `tools`");
    add("round", &[], "`trip`");
    add("trip", &[], "x=1 `round`");
    let lookup = Lookup {
        name: "known".into(),
        columns: vec!["tool".into(), "risk".into()],
        rows: Some(vec![
            vec!["*packer*".into(), "high".into()],
            vec!["editor.exe".into(), "low".into()],
        ]),
        matching: vec![("tool".into(), Matching::Wildcard)],
        default_match: Some("none".into()),
        min_matches: 1,
        ..Lookup::default()
    };
    library.lookups.insert("known".into(), lookup);
    library
}

fn read(search: &str) -> Lowered {
    let library = library();
    let mut context = Context::new(Schema::builtin());
    context.spl = Some(&library);
    super::lower(&Source::new("search", search), &context)
}

/// A search without an error, laid out, is the same search, and its layout stays.
fn reads_as_itself(search: &str) {
    let library = library();
    let mut context = Context::new(Schema::builtin());
    context.spl = Some(&library);
    let source = Source::new("search", search);
    let Some(text) = super::laid_out(&source, &context) else {
        return;
    };
    let printed = Source::new("printed", text.as_str());
    assert!(
        super::same(&source, &printed, &context),
        "{search}\nis not\n{text}"
    );
    let again = super::laid_out(&printed, &context);
    assert_eq!(again.as_deref(), Some(text.as_str()), "{search}");
}

fn alerts(lowered: &Lowered, fields: &[(&str, &str)]) -> bool {
    let mut event = Event::default();
    for (name, value) in fields {
        event.native.insert((*name).into(), Value::from(*value));
    }
    let plan = lowered.plan.as_ref().unwrap();
    !law::run(plan, &[event], &law::Options::default())
        .unwrap()
        .is_empty()
}

#[test]
fn macros_with_arguments_are_text() {
    let lowered = read("kind=x `both(user, ann)`");
    assert_eq!(lowered.diagnostics, []);
    assert!(alerts(
        &lowered,
        &[("kind", "x"), ("user", "ann"), ("name", "b.exe")]
    ));
    assert!(!alerts(
        &lowered,
        &[("kind", "x"), ("user", "bob"), ("name", "b.exe")]
    ));
    assert!(!alerts(
        &lowered,
        &[("kind", "x"), ("user", "ann"), ("name", "c.exe")]
    ));
}

#[test]
fn a_macro_has_the_place_of_its_call() {
    let lowered = read("kind=x `tools`");
    let plan = lowered.plan.unwrap();
    let matches = plan.matches();
    let atoms = matches[0].predicate.atoms();
    assert_eq!((atoms[0].span.start, atoms[0].span.end), (0, 6));
    assert_eq!((atoms[1].span.start, atoms[1].span.end), (7, 14));
}

#[test]
fn a_macro_that_leads_to_itself_is_told() {
    let lowered = read("kind=x `round`");
    let found = &lowered.diagnostics[0];
    assert_eq!(found.code, Code::SplMacroCycle);
    assert_eq!(
        found.message,
        "macro `round` leads to itself: round -> trip -> round"
    );
    assert_eq!(lowered.losses.len(), 1);
}

#[test]
fn a_lookup_is_a_join_with_its_rows() {
    let lowered = read("kind=x | lookup known tool AS name OUTPUT risk | search risk=high");
    assert_eq!(lowered.losses, []);
    assert!(alerts(
        &lowered,
        &[
            ("kind", "x"),
            ("name", "MyPACKER.exe".to_lowercase().as_str())
        ]
    ));
    assert!(!alerts(&lowered, &[("kind", "x"), ("name", "editor.exe")]));
    let none = read("kind=x | lookup known tool AS name OUTPUT risk | search risk=none");
    assert!(alerts(&none, &[("kind", "x"), ("name", "other.exe")]));
}

#[test]
fn a_missing_lookup_is_a_loss_only_where_it_decides() {
    let shown = read("kind=x | lookup unknown tool AS name OUTPUT risk | table risk");
    assert_eq!(shown.losses, []);
    let tested = read("kind=x | lookup unknown tool AS name OUTPUT risk | where risk=1");
    assert_eq!(tested.losses.len(), 1);
}

#[test]
fn deep_nesting_is_an_error() {
    for search in [
        format!("{}a=1{}", "(".repeat(10_000), ")".repeat(10_000)),
        format!("{}a=1", "NOT ".repeat(10_000)),
        format!("a=1 | where {}1", "(".repeat(10_000)),
        format!("a=1 | where {}1", "-".repeat(10_000)),
        format!("a=1 | where {}1", "len(".repeat(10_000)),
        format!("a=1 {}", "[search a=1 ".repeat(3_000)),
    ] {
        let codes: Vec<_> = read(&search)
            .diagnostics
            .iter()
            .map(|found| found.code)
            .collect();
        assert!(codes.contains(&Code::NestingTooDeep), "{codes:?}");
    }
}

const PIECES: &[&str] = &[
    "a=1",
    "NOT ",
    "OR ",
    "AND ",
    "(",
    ")",
    "[",
    "]",
    "|",
    "\"x*\"",
    "\"",
    "'f g'",
    "`tools`",
    "`m(",
    "where ",
    "eval b=",
    "stats count by ",
    "tstats count from datamodel=X where ",
    "rex ",
    "lookup known ",
    "like(a,\"%\")",
    "IN (1,2)",
    "<",
    "!=",
    ",",
    "span=5m",
    "é",
    "\\",
    "``` c ```",
    "foreach * [eval <<FIELD>>=1]",
    "transaction a maxspan=1h ",
    "join a [search b=2] ",
    "| rename X.* as *",
    "fields - a",
    "sort - a",
    " ",
    "=",
    "b",
    "by",
    "as",
    ".",
    "-",
    "1.5",
    "eval(",
    "TERM(",
    "startswith=",
    "append ",
    "head ",
    "max(",
    "searchmatch(",
    "\\\"",
];

proptest! {
    #[test]
    fn any_search_is_read(pieces in proptest::collection::vec(proptest::sample::select(PIECES), 0..24)) {
        let text: String = pieces.concat();
        reads_as_itself(&text);
        for found in read(&text).diagnostics {
            if let Some(label) = found.primary {
                prop_assert!(text.get(label.span.range()).is_some());
            }
        }
    }

    #[test]
    fn any_text_is_read(text in "\\PC{0,60}") {
        reads_as_itself(&text);
        for found in read(&text).diagnostics {
            if let Some(label) = found.primary {
                prop_assert!(text.get(label.span.range()).is_some());
            }
        }
    }
}

//! A query that finds what rules look for in one field: EQL over its ECS name.

use super::ways::{Test, Way};
use smol_str::SmolStr as Text;
use std::collections::BTreeSet;
use tripline_schema::CanonicalField;

/// How many ways of rules a query has.
const SHOWN_WAYS: usize = 6;

/// The EQL query for values of a field under its ECS name: the first [`SHOWN_WAYS`] ways that EQL
/// can say and of which none makes another idle. What ways have in common is said once.
pub(super) fn query(field: &CanonicalField, name: &str, ways: &[Way<'_>]) -> Option<Text> {
    let valid = name
        .chars()
        .all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '_'));
    let said: Vec<Way<'_>> = ways
        .iter()
        .filter(|_| valid)
        .map(|way| sayable(field, way))
        .filter(|way| !way.tests.is_empty())
        .collect();
    let kept = said.iter().enumerate().filter(|(at, way)| {
        let mut others = said.iter().enumerate().filter(|(other, _)| other != at);
        !others.any(|(other, by)| is_idle(way, by, *at > other))
    });
    let ways: Vec<Vec<String>> = kept
        .take(SHOWN_WAYS)
        .map(|(_, way)| {
            way.tests
                .iter()
                .filter_map(|test| value(field, *test))
                .collect()
        })
        .collect();
    // They are typed: no text is compared with them.
    let number = matches!(field.kind.as_str(), "int" | "bool");
    let operator = if number { "in" } else { ":" };
    let tests: Vec<String> = factored(ways)
        .iter()
        .map(|(common, choice)| said_together(name, operator, common, choice))
        .collect();
    let events = events_of(&field.id);
    match tests.as_slice() {
        [] => None,
        [only] => Some(format!("{events} {only}").into()),
        all => Some(format!("{events} ({})", all.join(" or ")).into()),
    }
}

/// Which events the field of a question is of.
fn events_of(field: &str) -> &'static str {
    match field.split('.').next().unwrap_or_default() {
        "process" => "process where event.type == \"start\" and",
        "file" => "file where",
        "registry" => "registry where",
        _ => "any where",
    }
}

/// The tests of a way that EQL can say, without those that another of them implies.
fn sayable<'a>(field: &CanonicalField, way: &Way<'a>) -> Way<'a> {
    let tests = way.tests.iter().copied();
    let said: BTreeSet<Test<'a>> = tests.filter(|test| value(field, *test).is_some()).collect();
    let needed = said.iter().copied().filter(|test| {
        let mut others = said.iter().filter(|other| *other != test);
        !others.any(|other| covers(*test, *other))
    });
    Way {
        tests: needed.collect(),
        with_others: way.with_others,
        rules: way.rules,
    }
}

/// Whether a way need not be asked for beside another: that finds the same and more. But where the
/// other rests on other fields too, and no more rules look so, it is the other that is not asked for.
fn is_idle(way: &Way<'_>, by: &Way<'_>, later: bool) -> bool {
    let vague = |one: &Way<'_>, other: &Way<'_>| one.with_others && other.rules >= one.rules;
    match (finds_all_of(by, way), finds_all_of(way, by)) {
        (true, true) => later,
        (true, false) => !vague(by, way),
        (false, true) => vague(way, by),
        (false, false) => false,
    }
}

/// Whether a way finds all that another does: each of its tests covers one of the other's.
fn finds_all_of(way: &Way<'_>, other: &Way<'_>) -> bool {
    let covered = |test: &Test<'_>| other.tests.iter().any(|narrow| covers(*test, *narrow));
    way.tests.iter().all(covered)
}

/// Whether what the second test finds, the first does: EQL's `:` ignores case.
fn covers((operator, value): Test<'_>, (narrower, text): Test<'_>) -> bool {
    let (value, text) = (value.to_lowercase(), text.to_lowercase());
    match operator {
        "eq" => narrower == "eq" && value == text,
        "starts_with" => matches!(narrower, "eq" | "starts_with") && text.starts_with(&value),
        "ends_with" => matches!(narrower, "eq" | "ends_with") && text.ends_with(&value),
        "contains" => {
            matches!(narrower, "eq" | "starts_with" | "ends_with" | "contains")
                && text.contains(&value)
        }
        _ => false,
    }
}

/// Ways in groups: what the ways of a group have in common, and the one value in which each differs.
fn factored(mut ways: Vec<Vec<String>>) -> Vec<(Vec<String>, Vec<String>)> {
    let mut groups = Vec::new();
    while let Some(first) = ways.first() {
        let without = |skip: usize| -> Vec<String> {
            let kept = first.iter().enumerate().filter(|(at, _)| *at != skip);
            kept.map(|(_, value)| value.clone()).collect()
        };
        let of = |common: &Vec<String>| {
            ways.iter()
                .filter(|way| differs(way, common).is_some())
                .count()
        };
        // Of equals the last: the value that the query names last is the one in which ways differ.
        let common = (0..first.len()).map(without).max_by_key(of);
        let common = common.unwrap_or_default();
        let choice = ways.iter().filter_map(|way| differs(way, &common).cloned());
        let choice: Vec<String> = choice.collect();
        ways.retain(|way| differs(way, &common).is_none());
        groups.push((common, choice));
    }
    groups
}

/// The one value that a way has beyond these.
fn differs<'w>(way: &'w [String], common: &[String]) -> Option<&'w String> {
    let mut more = way.iter().filter(|value| !common.contains(value));
    let only = more.next().filter(|_| more.next().is_none());
    only.filter(|_| way.len() == common.len() + 1)
}

fn said_together(name: &str, operator: &str, common: &[String], choice: &[String]) -> String {
    let any = format!("({})", choice.join(", "));
    let last = match choice {
        [only] if !common.is_empty() => only,
        _ => &any,
    };
    let all: Vec<String> = common
        .iter()
        .chain([last])
        .map(|value| format!("{name} {operator} {value}"))
        .collect();
    if common.is_empty() {
        all.join("")
    } else {
        format!("({})", all.join(" and "))
    }
}

/// The value of a test as EQL writes it; `None` when EQL cannot say it.
fn value(field: &CanonicalField, (operator, value): (&str, &str)) -> Option<String> {
    match field.kind.as_str() {
        "int" => integer(operator, value),
        "bool" => truth(operator, value),
        _ => pattern(operator, value),
    }
}

fn truth(operator: &str, value: &str) -> Option<String> {
    let value = value.to_lowercase();
    (operator == "eq" && matches!(value.as_str(), "true" | "false")).then_some(value)
}

fn integer(operator: &str, value: &str) -> Option<String> {
    let number: i64 = value.parse().ok()?;
    (operator == "eq").then(|| number.to_string())
}

/// A value as an EQL pattern, which ignores case as `:` does; `None` when EQL cannot say it.
fn pattern(operator: &str, value: &str) -> Option<String> {
    if value.is_empty() || value.contains(['*', '?']) || value.chars().any(char::is_control) {
        return None;
    }
    let escaped = value.replace('\\', "\\\\").replace('"', "\\\"");
    Some(match operator {
        "eq" => format!("\"{escaped}\""),
        "starts_with" => format!("\"{escaped}*\""),
        "ends_with" => format!("\"*{escaped}\""),
        // A switch of one letter or a piece of a word finds everything.
        "contains" if value.trim().len() < 4 => return None,
        "contains" => format!("\"*{escaped}*\""),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::{Test, Way, query};
    use tripline_schema::Schema;

    fn way(tests: &[Test<'static>]) -> Way<'static> {
        Way {
            tests: tests.iter().copied().collect(),
            with_others: false,
            rules: 1,
        }
    }

    fn image(ways: &[Way<'_>]) -> Option<String> {
        let field = Schema::builtin().field("process.executable")?;
        let query = query(field, "image", ways)?;
        let start = "process where event.type == \"start\" and ";
        query.strip_prefix(start).map(str::to_owned)
    }

    #[test]
    fn queries_say_the_values() {
        let ways = [
            way(&[("ends_with", "\\cmd.exe")]),
            way(&[("regex", "x")]),
            way(&[("contains", "\\temp\\"), ("ends_with", ".scr")]),
            way(&[("eq", "a\"b")]),
        ];
        let expected =
            r#"(image : ("*\\cmd.exe", "a\"b") or (image : "*\\temp\\*" and image : "*.scr"))"#;
        assert_eq!(image(&ways).as_deref(), Some(expected));
        assert_eq!(image(&[way(&[("contains", "a*b")])]), None);
        let schema = Schema::builtin();
        let port = schema.field("destination.port").expect("is known");
        let ways = [way(&[("eq", "3389")]), way(&[("gt", "1")])];
        let expected = "any where destination.port in (3389)";
        let found = query(port, "destination.port", &ways);
        assert_eq!(found.as_deref(), Some(expected));
    }

    #[test]
    fn what_ways_have_in_common_is_said_once() {
        let ways = ["a", "b", "c"].map(|end| way(&[("contains", "\\temp\\"), ("ends_with", end)]));
        let expected = r#"(image : "*\\temp\\*" and image : ("*a", "*b", "*c"))"#;
        assert_eq!(image(&ways).as_deref(), Some(expected));
    }

    #[test]
    fn a_way_that_another_makes_idle_is_not_asked_for() {
        let broad = way(&[("contains", "/dev/tcp")]);
        let narrow = way(&[("contains", "/dev/tcp/")]);
        let found = image(&[narrow, broad]);
        assert_eq!(found.as_deref(), Some(r#"image : ("*/dev/tcp*")"#));
        let alone = way(&[("contains", "mimikatz")]);
        let vague = Way {
            with_others: true,
            ..alone.clone()
        };
        let more = way(&[("contains", "mimikatz"), ("starts_with", "c:")]);
        let found = image(&[alone, more.clone()]);
        assert_eq!(found.as_deref(), Some(r#"image : ("*mimikatz*")"#));
        let found = image(&[vague.clone(), more.clone()]);
        let expected = r#"(image : "*mimikatz*" and image : "c:*")"#;
        assert_eq!(found.as_deref(), Some(expected));
        let usual = Way { rules: 2, ..vague };
        let found = image(&[usual, more]);
        assert_eq!(found.as_deref(), Some(r#"image : ("*mimikatz*")"#));
    }
}

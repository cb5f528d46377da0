//! Sixty searches read by hand: `tests/corpus/spl_checked.toml` says of each rule of the real
//! corpus, by its id alone, which events it reads, what it looks for, what it leaves out and what
//! its stages are, written down from reading the search. Skipped where the corpus is not there.
//!
//! `CHECKED=ID` shows what the plan of one rule holds.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "says what it skips and shows what it is asked for"
)]

use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use tripline_corpus::{Vendor, discover, read};
use tripline_ir::{
    Atom, Case, CompareOp, Detection, FieldRelation, Join, JoinKind, Key, Plan, Predicate, Subject,
    Test, normal::occurrences,
};

const CORPUS: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../../../shared/corpora/splunk"
);
const CHECKED: &str = include_str!("../../../tests/corpus/spl_checked.toml");

/// What a person read in one search.
#[derive(Deserialize, Debug, Default, PartialEq)]
#[serde(deny_unknown_fields, default)]
struct Checked {
    /// Upstream id.
    id: String,
    /// Data models and other sources, of each search in order.
    from: Vec<String>,
    /// Tests that an alert needs, or that are one of several. Those of where events come from are
    /// in `from`.
    atoms: BTreeSet<String>,
    /// Tests of what is left out.
    exclusions: BTreeSet<String>,
    /// Stages from the source on. Columns that are only computed, named or shown are none.
    stages: Vec<String>,
}

#[derive(Deserialize)]
struct File {
    rule: Vec<Checked>,
}

#[test]
fn plans_hold_what_a_person_reads() {
    let root = Path::new(CORPUS);
    if !root.is_dir() {
        eprintln!("skipped: {CORPUS} is not there");
        return;
    }
    let found = discover(&[root.to_path_buf()]);
    let specs = found.corpora.iter();
    let specs = specs.filter(|spec| spec.vendor == Vendor::Splunk);
    let rules: BTreeMap<String, Detection> = specs
        .flat_map(|spec| read(spec).into_detections())
        .map(|rule| (upstream(&rule), rule))
        .collect();
    if let Ok(id) = std::env::var("CHECKED") {
        println!("{:#?}", seen(&rules[&id]));
        return;
    }
    let file: File = toml::from_str(CHECKED).unwrap();
    let ids: BTreeSet<&str> = file.rule.iter().map(|rule| rule.id.as_str()).collect();
    assert!(ids.len() >= 60, "only {} rules", ids.len());
    let mut differences = Vec::new();
    for checked in &file.rule {
        match rules.get(&checked.id) {
            Some(rule) => differences.extend(difference(checked, &seen(rule), &rule.title)),
            None => eprintln!("skipped: the corpus has no rule {}", checked.id),
        }
    }
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}

/// The id that Splunk gave the rule.
fn upstream(rule: &Detection) -> String {
    rule.id.trim_start_matches("splunk:").to_owned()
}

/// What the person read and the plan does not hold, and the other way round.
fn difference(checked: &Checked, seen: &Checked, title: &str) -> Vec<String> {
    let mut found = Vec::new();
    if checked.from != seen.from {
        found.push(format!("  from {:?}, not {:?}", seen.from, checked.from));
    }
    if checked.stages != seen.stages {
        found.push(format!(
            "  stages {:?}, not {:?}",
            seen.stages, checked.stages
        ));
    }
    for (name, checked, seen) in [
        ("atom", &checked.atoms, &seen.atoms),
        ("exclusion", &checked.exclusions, &seen.exclusions),
    ] {
        let missing = checked.difference(seen);
        found.extend(missing.map(|one| format!("  no {name}: {one}")));
        let more = seen.difference(checked);
        found.extend(more.map(|one| format!("  unread {name}: {one}")));
    }
    if !found.is_empty() {
        found.insert(0, format!("{} {title}", checked.id));
    }
    found
}

/// What the plan holds, in the words of the file.
fn seen(rule: &Detection) -> Checked {
    let mut seen = Checked {
        id: upstream(rule),
        ..Checked::default()
    };
    if let Some(plan) = &rule.plan {
        walk(plan, &mut seen);
    }
    seen
}

fn walk(plan: &Plan, seen: &mut Checked) {
    if let Plan::Join(join) = plan {
        walk(&join.left, seen);
        seen.stages.push(join_words(join));
        walk(&join.right, seen);
        seen.stages.push("end".into());
        return;
    }
    let several = matches!(plan, Plan::Append(_) | Plan::Union(_));
    for (index, input) in plan.inputs().into_iter().enumerate() {
        if several && index > 0 {
            seen.stages.push("append".into());
        }
        walk(input, seen);
    }
    match plan {
        Plan::Match(found) => {
            let names: Vec<&str> = found.source.names.iter().map(AsRef::as_ref).collect();
            seen.from.push(names.join(" "));
            predicate(&found.predicate, seen);
        }
        Plan::Filter {
            predicate: test, ..
        } => {
            seen.stages.push("where".into());
            predicate(test, seen);
        }
        Plan::Aggregate(aggregate) => {
            seen.stages.push(keyed("stats", &aggregate.group_by));
            predicate(&aggregate.having, seen);
        }
        Plan::Inline(inline) => seen.stages.push(keyed("eventstats", &inline.group_by)),
        Plan::Running(running) => seen.stages.push(keyed("streamstats", &running.group_by)),
        Plan::Expand(expand) => {
            let names: Vec<&str> = expand
                .columns
                .iter()
                .map(|(name, _)| name.as_ref())
                .collect();
            seen.stages.push(format!("mvexpand {}", names.join(" ")));
        }
        Plan::Dedup(_) => seen.stages.push("dedup".into()),
        Plan::Limit(limit) => seen.stages.push(format!("head {}", limit.count)),
        Plan::Table(_) => seen.stages.push("lookup rows".into()),
        Plan::Transaction(_) => seen.stages.push("transaction".into()),
        Plan::Apply(_) => seen.stages.push("appendpipe".into()),
        Plan::Opaque(opaque) => seen.stages.push(format!("? {}", opaque.text)),
        _ => {}
    }
}

fn join_words(join: &Join) -> String {
    let kind = match join.kind {
        JoinKind::LeftSemi => "keep",
        JoinKind::LeftAnti => "drop",
        JoinKind::LeftOuter => "left join",
        _ => "join",
    };
    let alternatives = join.on.iter().map(|keys| {
        let keys = keys.iter().map(|key| bare(&key.left.to_string()));
        keys.collect::<Vec<_>>().join(" ")
    });
    format!("{kind} {}", alternatives.collect::<Vec<_>>().join(" or "))
}

fn keyed(word: &str, keys: &[Key]) -> String {
    let keys = keys.iter().map(|key| bare(&key.value.to_string()));
    let keys: Vec<String> = keys.collect();
    if keys.is_empty() {
        word.into()
    } else {
        format!("{word} by {}", keys.join(" "))
    }
}

fn predicate(tree: &Predicate, seen: &mut Checked) {
    for found in occurrences(tree).iter().filter(|found| !found.atom.implied) {
        let words = words(found.atom);
        if found.negated {
            seen.exclusions.insert(words);
        } else {
            seen.atoms.insert(words);
        }
    }
}

/// A test as a search writes it: `=` ignores case, `==` does not.
fn words(atom: &Atom) -> String {
    let subject = match &atom.subject {
        Subject::Field(field) => field.name.to_string(),
        Subject::Fields(glob) => glob.name.to_string(),
        Subject::AnyField => "_raw".into(),
        Subject::Expr(expr) => bare(&expr.to_string()),
    };
    match &atom.test {
        Test::Exists => format!("{subject} exists"),
        Test::Pattern(pattern) => {
            let sign = if pattern.case == Case::Sensitive {
                "=="
            } else {
                "="
            };
            format!("{subject} {sign} {}", pattern.glob())
        }
        Test::Regex(regex) => format!("{subject} ~ {}", regex.text),
        Test::Number(op, number) => format!("{subject} {} {number}", sign(*op)),
        Test::TextOrder(op, text) => format!("{subject} {} \"{text}\"", sign(*op)),
        Test::Cidr(nets) => {
            let nets: Vec<String> = nets.iter().map(|net| net.0.to_string()).collect();
            format!("{subject} in {}", nets.join(" "))
        }
        Test::Compare(compare) => {
            let sign = match compare.relation {
                FieldRelation::Order(op) => sign(op),
                _ => "?",
            };
            format!("{subject} {sign} {}", bare(&compare.other.to_string()))
        }
        Test::IsTrue => format!("{subject} is true"),
        _ => bare(&atom.to_string()),
    }
}

fn sign(op: CompareOp) -> &'static str {
    match op {
        CompareOp::Eq => "=",
        CompareOp::Lt => "<",
        CompareOp::Lte => "<=",
        CompareOp::Gt => ">",
        CompareOp::Gte => ">=",
    }
}

/// The printed form with fields by their own names alone: `source.ip<src>` is `src`.
fn bare(printed: &str) -> String {
    let printed = printed.replace('`', "");
    let mut out = String::new();
    for part in printed.split_inclusive('>') {
        match part.rfind('<') {
            Some(at) if part.ends_with('>') && !part[at + 1..].contains(' ') => {
                let name = &part[at + 1..part.len() - 1];
                let kept = out_end(&part[..at]);
                out.push_str(&part[..kept]);
                out.push_str(name);
            }
            _ => out.push_str(part),
        }
    }
    out
}

/// Where the canonical name that ends `text` begins.
fn out_end(text: &str) -> usize {
    text.rfind(|c: char| !c.is_alphanumeric() && c != '.' && c != '_')
        .map_or(0, |at| at + 1)
}

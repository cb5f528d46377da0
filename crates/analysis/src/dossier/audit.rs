//! Audit rules of Linux for what rules look for.

use super::scope::Scope;
use smol_str::SmolStr as Text;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use tripline_catalog::facts::AtomFact;

/// How many calls or paths are named.
const NAMES: usize = 8;

/// A step with the names that the tables leave open: `SYSCALL` and `PATH` are what the rules look
/// for, `KEY` is the technique. No step where no rule says it: a placeholder collects nothing.
pub(super) fn filled(scope: &Scope<'_>, step: &Text, rules: &[u32]) -> Vec<Text> {
    let step = step.replace("KEY", &scope.id);
    if step.contains("SYSCALL") {
        let calls = said(scope, rules, |atom| {
            let named = atom.field == "linux.syscall" && atom.operator == "eq";
            named.then(|| format!("-S {}", atom.value))
        });
        let rule = step.replace("-S SYSCALL", &calls.join(" "));
        return (!calls.is_empty())
            .then(|| rule.into())
            .into_iter()
            .collect();
    }
    if step.contains("PATH") {
        let paths = said(scope, rules, watched);
        let of = |path: &String| step.replace("PATH", path).into();
        return paths.iter().map(of).collect();
    }
    vec![step.into()]
}

/// What an audit watch can be set on for a test: the file, or the folder that a value begins with.
fn watched(atom: &AtomFact) -> Option<String> {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-".contains(c);
    let value = atom.value.as_str();
    let path = match atom.operator.as_str() {
        "eq" => value,
        "starts_with" => value.rsplit_once('/')?.0,
        _ => return None,
    };
    let fits = atom.field == "file.path" && path.starts_with('/') && path.len() > 1;
    (fits && path.chars().all(plain)).then(|| path.to_owned())
}

/// What rules say in their positive tests, most rules first.
fn said(
    scope: &Scope<'_>,
    rules: &[u32],
    what: impl Fn(&AtomFact) -> Option<String>,
) -> Vec<String> {
    let mut found: BTreeMap<String, BTreeSet<u32>> = BTreeMap::new();
    for &at in rules {
        let atoms = scope.facts(at).atoms.iter();
        for name in atoms.filter(|atom| atom.is_indicator()).filter_map(&what) {
            found.entry(name).or_default().insert(at);
        }
    }
    let mut all: Vec<(String, BTreeSet<u32>)> = found.into_iter().collect();
    all.sort_by_key(|(_, rules)| Reverse(rules.len()));
    all.into_iter().take(NAMES).map(|(name, _)| name).collect()
}

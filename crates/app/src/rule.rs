//! One rule: of the catalogue, or of a file outside it.

use crate::{AppError, Library};
use std::path::Path;
use tripline_analysis::RuleAnswer;
use tripline_catalog::{Found, facts::facts};
use tripline_corpus::read_path;
use tripline_ir::{Class, Detection};
use tripline_schema::Schema;

/// Most names that an ambiguous one is answered with.
const MAX_NAMES: usize = 12;

/// The rule that `name` leads to: a file on disk, else an id, title or path of the catalogue. Of
/// a file with several rules, `FILE#N` is the rule number N, from 0.
///
/// # Errors
/// No rule or several bear the name, or the file holds none.
pub fn rule(library: &Library, name: &str) -> Result<RuleAnswer, AppError> {
    match file(name) {
        Some((path, number)) => of_file(library, path, number),
        None => of_catalog(library, name),
    }
}

/// The detection that `name` leads to in the catalogue.
///
/// # Errors
/// No rule or several bear the name.
pub fn find(library: &Library, name: &str) -> Result<Detection, AppError> {
    let catalog = library.catalog();
    let id = match catalog.find_rule(name) {
        Found::One(facts) => facts.id.clone(),
        Found::Many(all) => {
            let error = AppError::not_found(format!("{} rules are called `{name}`", all.len()));
            let names = all.iter().take(MAX_NAMES);
            return Err(names.fold(error, |error, facts| error.hint(facts.id.as_str())));
        }
        Found::Nothing => {
            let error = AppError::not_found(format!("no rule is called `{name}`"));
            return Err(error.hint("`tripline search TEXT` finds rules by their text"));
        }
    };
    let found = catalog
        .detection(&id)
        .map_err(|error| crate::library::failure(&error))?;
    found.ok_or_else(|| AppError::failure(format!("the catalogue lacks the text of {id}")))
}

/// The rule of the catalogue that `name` leads to: an id, title or path. No file is opened.
///
/// # Errors
/// No rule or several bear the name.
pub fn of_catalog(library: &Library, name: &str) -> Result<RuleAnswer, AppError> {
    let detection = find(library, name)?;
    let facts = library.catalog().rule_facts(&detection.id);
    let facts = facts.ok_or_else(|| {
        AppError::failure(format!("the catalogue lacks the facts of {}", detection.id))
    })?;
    Ok(tripline_analysis::rule(&library.index(), &detection, facts))
}

fn of_file(library: &Library, path: &Path, number: Option<u32>) -> Result<RuleAnswer, AppError> {
    let read = read_path(path);
    let first = read.diagnostics.iter().find(|found| found.is_error());
    let reason = first.map(|found| found.message.clone());
    let detection = choose(read.detections, path, number, reason)?;
    let attack = &library.catalog().attack;
    let resolve = |id: &str| {
        let resolved = attack.resolve_technique(id);
        resolved.technique().cloned().unwrap_or_else(|| id.into())
    };
    let facts = facts(&detection, Schema::builtin(), &resolve);
    Ok(tripline_analysis::rule(
        &library.index(),
        &detection,
        &facts,
    ))
}

/// The rule of this number, else the only one, else the only one that alerts.
fn choose(
    mut rules: Vec<Detection>,
    path: &Path,
    number: Option<u32>,
    reason: Option<String>,
) -> Result<Detection, AppError> {
    let shown = path.display();
    if let Some(number) = number {
        let count = rules.len();
        rules.retain(|rule| rule.provenance.index == number);
        if count > 0 && rules.is_empty() {
            return Err(no_such(path, number, count));
        }
    }
    let alerts = |rule: &Detection| rule.class != Class::BuildingBlock;
    if rules.len() > 1 && rules.iter().filter(|rule| alerts(rule)).count() == 1 {
        rules.retain(alerts);
    }
    match (rules.len(), rules.pop()) {
        (1, Some(rule)) => Ok(rule),
        (0, _) => {
            let error = AppError::rule(format!("no rule could be read from {shown}"));
            let error = reason.into_iter().fold(error, AppError::hint);
            Err(error.hint(format!("`tripline check {shown}` says more")))
        }
        (count, _) => Err(AppError::request(format!("{shown} holds {count} rules"))
            .hint(format!("`{shown}#0` is the first"))),
    }
}

/// The file and number that a name means (`FILE` or `FILE#N`), when such a file exists.
pub fn file(name: &str) -> Option<(&Path, Option<u32>)> {
    let whole = Path::new(name);
    if is_file(whole) {
        return Some((whole, None));
    }
    let (path, number) = name.rsplit_once('#')?;
    let path = Path::new(path);
    let number = number.parse().ok()?;
    is_file(path).then_some((path, Some(number)))
}

/// Tells that a file has no rule of a number.
pub(crate) fn no_such(path: &Path, number: u32, count: usize) -> AppError {
    let shown = path.display();
    let rules = if count == 1 { "rule" } else { "rules" };
    AppError::request(format!(
        "{shown} has no rule {number}: it holds {count} {rules}"
    ))
    .hint(format!("`{shown}#0` is the first"))
}

/// Whether something can be read there: a file, or a pipe that is named explicitly.
fn is_file(path: &Path) -> bool {
    path.exists() && !path.is_dir()
}

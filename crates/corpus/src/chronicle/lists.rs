//! Reference lists and data tables that lie beside the rules.
//!
//! `%name` is the file `reference_lists/name` (also with an extension) in the rule's folder or in
//! one above it, up to the corpus. `%table.column` is that column of `data_tables/table.csv`,
//! whose first line names the columns. Only lists that a text names are opened.

use crate::reader::FileContext;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use tripline_ir::Text;
use tripline_languages::yaral::list_entries;

/// The largest list that is read, in bytes.
const MAX_BYTES: u64 = 4 * 1024 * 1024;

/// The lists that a text names, as far as they can be found.
pub(super) fn beside(text: &str, context: &FileContext<'_>) -> BTreeMap<Text, Vec<Text>> {
    let mut lists = BTreeMap::new();
    let names: BTreeSet<String> = named(text).collect();
    if names.is_empty() {
        return lists;
    }
    let folders = folders(context);
    for name in names {
        let found = folders.iter().find_map(|folder| list(folder, &name));
        if let Some(entries) = found {
            lists.insert(Text::from(name), entries);
        }
    }
    lists
}

/// Names behind `%`; more than there are lists, which does no harm.
pub(super) fn named(text: &str) -> impl Iterator<Item = String> {
    let pieces = text.split('%').skip(1);
    let names = pieces.map(|piece| {
        let end = piece.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == '.'));
        piece[..end.unwrap_or(piece.len())]
            .trim_end_matches('.')
            .to_owned()
    });
    names
        .filter(|name| name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_'))
        .filter(|name| !name.contains(".."))
}

/// The rule's folder and those above it, up to the corpus.
fn folders(context: &FileContext<'_>) -> Vec<PathBuf> {
    let root = &context.spec.root;
    let root = if root.is_dir() {
        root.clone()
    } else {
        root.parent().map(Path::to_path_buf).unwrap_or_default()
    };
    let inside: Vec<&str> = context.path.split('/').collect();
    let depth = inside.len().saturating_sub(1);
    (0..=depth)
        .rev()
        .map(|length| {
            inside[..length]
                .iter()
                .fold(root.clone(), |folder, name| folder.join(name))
        })
        .collect()
}

fn list(folder: &Path, name: &str) -> Option<Vec<Text>> {
    if let Some((table, column)) = name.split_once('.') {
        let path = folder.join("data_tables").join(format!("{table}.csv"));
        return column_of(&text(&path)?, column);
    }
    let lists = folder.join("reference_lists");
    ["", ".txt", ".csv"]
        .iter()
        .find_map(|extension| text(&lists.join(format!("{name}{extension}"))))
        .map(|text| list_entries(&text))
}

fn text(path: &Path) -> Option<String> {
    let size = std::fs::metadata(path)
        .ok()
        .filter(std::fs::Metadata::is_file)?
        .len();
    (size <= MAX_BYTES).then(|| std::fs::read_to_string(path).ok())?
}

/// The values of a column of a CSV text.
fn column_of(text: &str, column: &str) -> Option<Vec<Text>> {
    let mut lines = text.lines();
    let names = fields(lines.next()?);
    let place = names.iter().position(|name| name == column)?;
    let values = lines.filter_map(|line| fields(line).into_iter().nth(place));
    Some(
        values
            .filter(|value| !value.is_empty())
            .map(Text::from)
            .collect(),
    )
}

/// The fields of one CSV line; quotes hold commas and double themselves.
fn fields(line: &str) -> Vec<String> {
    let mut fields = vec![String::new()];
    let mut quoted = false;
    let mut chars = line.trim_end_matches('\r').chars().peekable();
    while let Some(c) = chars.next() {
        let last = fields.len() - 1;
        match c {
            '"' if quoted && chars.peek() == Some(&'"') => {
                chars.next();
                fields[last].push('"');
            }
            '"' => quoted = !quoted,
            ',' if !quoted => fields.push(String::new()),
            c => fields[last].push(c),
        }
    }
    fields.iter().map(|field| field.trim().to_owned()).collect()
}

#[cfg(test)]
mod unit {
    use super::{column_of, named};

    #[test]
    fn names_stand_behind_the_sign() {
        let found = named("$e.a in %list and $e.b in regex %t.col and \"%TEMP%\\\\x\" = 5 % 3");
        assert_eq!(
            found.into_iter().collect::<Vec<_>>(),
            ["list", "t.col", "TEMP"]
        );
    }

    #[test]
    fn a_column_of_a_table() {
        let text = "host,owner\nsrv1,\"Doe, Jane\"\nsrv2,\n";
        assert_eq!(column_of(text, "owner").unwrap(), ["Doe, Jane"]);
        assert_eq!(column_of(text, "none"), None);
    }
}

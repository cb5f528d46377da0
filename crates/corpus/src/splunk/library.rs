//! Macros and lookups of a repository.

use super::{text_of, texts_of};
use std::collections::BTreeMap;
use std::path::Path;
use tripline_ir::Text;
use tripline_languages::spl::{Library, Lookup, Macro, Matching};
use tripline_text::Source;
use tripline_text::yaml::{self, Node};

/// Rows of a CSV file beyond this number are left out; no plan holds so many.
const MAX_ROWS: usize = 5_000;
/// Deepest folder that is looked into for a rule read alone.
const MAX_DEPTH: usize = 3;

/// What one file adds.
pub(super) enum Part {
    Macro(Text, Macro),
    Lookup(Lookup),
    /// A CSV file by its name: columns and rows.
    Csv(Text, Vec<Text>, Vec<Vec<Text>>),
}

/// Parts on their way to a library.
#[derive(Default)]
pub(super) struct Shelf {
    macros: BTreeMap<Text, Macro>,
    lookups: Vec<Lookup>,
    files: BTreeMap<Text, (Vec<Text>, Vec<Vec<Text>>)>,
}

impl Shelf {
    pub(super) fn is_empty(&self) -> bool {
        self.macros.is_empty() && self.lookups.is_empty()
    }

    pub(super) fn add(&mut self, parts: Vec<Part>) {
        for part in parts {
            match part {
                Part::Macro(name, found) => {
                    self.macros.entry(name).or_insert(found);
                }
                Part::Lookup(found) => self.lookups.push(found),
                Part::Csv(name, columns, rows) => {
                    self.files.entry(name).or_insert((columns, rows));
                }
            }
        }
    }

    /// Gives every lookup its rows.
    pub(super) fn finish(self) -> Library {
        let mut library = Library {
            macros: self.macros,
            ..Library::default()
        };
        for mut lookup in self.lookups {
            let file = lookup.file.as_ref().and_then(|file| self.files.get(file));
            if let Some((columns, rows)) = file {
                lookup.columns.clone_from(columns);
                lookup.rows = Some(rows.clone());
            }
            if let Some(file) = &lookup.file {
                library
                    .lookups
                    .entry(file.clone())
                    .or_insert_with(|| lookup.clone());
            }
            library.lookups.insert(lookup.name.clone(), lookup);
        }
        for (name, (columns, rows)) in self.files {
            library.lookups.entry(name.clone()).or_insert(Lookup {
                name: name.clone(),
                file: Some(name),
                columns,
                rows: Some(rows),
                case_sensitive: true,
                ..Lookup::default()
            });
        }
        library
    }
}

/// The macro or lookup that a document defines.
pub(super) fn part(root: &Node, path: &str) -> Option<Part> {
    let name = text_of(root, "name").or_else(|| stem(path))?;
    if let Some(definition) = root.get("definition") {
        let definition = definition.text().cloned().unwrap_or_else(|| {
            // `null` is a definition, too.
            definition
                .scalar()
                .map(|scalar| scalar.text.clone())
                .unwrap_or_default()
        });
        let arguments = texts_of(root, "arguments");
        let plain = name.split('(').next().unwrap_or(&name).trim().into();
        return Some(Part::Macro(
            plain,
            Macro {
                arguments,
                definition: definition.trim().into(),
            },
        ));
    }
    let file = text_of(root, "filename").or_else(|| {
        let csv = text_of(root, "lookup_type").is_some_and(|kind| kind == "csv");
        stem(path)
            .filter(|_| csv)
            .map(|stem| tripline_ir::format_smolstr!("{stem}.csv"))
    });
    let columns = text_of(root, "fields_list").map_or_else(
        || texts_of(root, "fields"),
        |list| list.split(',').map(|name| name.trim().into()).collect(),
    );
    Some(Part::Lookup(Lookup {
        name,
        file,
        columns,
        rows: None,
        matching: matching(&texts_of(root, "match_type")),
        case_sensitive: text_of(root, "case_sensitive_match")
            .is_none_or(|text| !matches!(text.to_lowercase().as_str(), "false" | "0" | "no")),
        default_match: text_of(root, "default_match").filter(|text| !text.is_empty()),
        min_matches: text_of(root, "min_matches")
            .and_then(|text| text.parse().ok())
            .unwrap_or(0),
    }))
}

/// `WILDCARD(a), CIDR(b)`, as a text or a list.
fn matching(texts: &[Text]) -> Vec<(Text, Matching)> {
    let mut found = Vec::new();
    for text in texts {
        for one in text.split(')') {
            let Some((kind, column)) = one.split_once('(') else {
                continue;
            };
            let kind = kind.trim_matches(|c: char| c == ',' || c.is_whitespace());
            let how = match kind.to_ascii_uppercase().as_str() {
                "WILDCARD" => Matching::Wildcard,
                "CIDR" => Matching::Cidr,
                _ => continue,
            };
            found.push((column.trim().into(), how));
        }
    }
    found
}

/// A file's name without folder and extension.
fn stem(path: &str) -> Option<Text> {
    let file = path.rsplit('/').next()?;
    let stem = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
    (!stem.is_empty()).then(|| stem.into())
}

/// A CSV file: its first record names the columns. A record that cannot be read is left out.
pub(super) fn csv(path: &str, text: &str) -> Part {
    let name = path.rsplit('/').next().unwrap_or(path).into();
    let text = text.trim_start_matches('\u{feff}');
    let mut reader = csv::ReaderBuilder::new()
        .flexible(true)
        .from_reader(text.as_bytes());
    let columns: Vec<Text> = match reader.headers() {
        Ok(names) => names.iter().map(|name| name.trim().into()).collect(),
        Err(_) => Vec::new(),
    };
    let blank = |row: &csv::StringRecord| row.iter().all(str::is_empty);
    let rows = reader
        .records()
        .filter_map(Result::ok)
        .filter(|row| !blank(row))
        .take(MAX_ROWS)
        .map(|row| {
            let mut row: Vec<Text> = row.iter().map(Text::from).collect();
            row.resize(columns.len(), Text::default());
            row
        })
        .collect();
    Part::Csv(name, columns, rows)
}

/// The macros and lookups of the repository that a file lies in: of the nearest folder above it
/// that has a folder `macros`.
pub(super) fn beside(file: &Path) -> Shelf {
    let mut shelf = Shelf::default();
    let Ok(full) = file.canonicalize() else {
        return shelf;
    };
    let Some(root) = full
        .ancestors()
        .skip(1)
        .find(|folder| folder.join("macros").is_dir())
    else {
        return shelf;
    };
    for name in ["macros", "lookups"] {
        gather(&root.join(name), 0, &mut shelf);
    }
    shelf
}

fn gather(folder: &Path, depth: usize, shelf: &mut Shelf) {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return;
    };
    let mut paths: Vec<_> = entries.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            if depth < MAX_DEPTH {
                gather(&path, depth + 1, shelf);
            }
            continue;
        }
        let name = path.to_string_lossy().replace('\\', "/");
        let wanted = ["yml", "yaml", "csv"];
        let extension = path
            .extension()
            .map(|end| end.to_string_lossy().to_lowercase());
        let Some(extension) = extension.filter(|own| wanted.contains(&own.as_str())) else {
            continue;
        };
        let unfit = std::fs::metadata(&path)
            .is_ok_and(|found| !found.is_file() || found.len() > crate::MAX_FILE_BYTES);
        if unfit {
            continue;
        }
        let Ok(text) = std::fs::read_to_string(&path) else {
            continue;
        };
        if extension == "csv" {
            shelf.add(vec![csv(&name, &text)]);
            continue;
        }
        let stream = yaml::read(&Source::new(name.clone(), text));
        shelf.add(
            stream
                .documents
                .iter()
                .filter_map(|document| part(&document.root, &name))
                .collect(),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn csv_cells_may_be_quoted() {
        let text = "\u{feff}a,b\r\n\"x, \"\"y\"\"\",2\r\n\n3\n";
        let Part::Csv(name, columns, rows) = csv("lookups/t.csv", text) else {
            panic!("a CSV file");
        };
        assert_eq!(name, "t.csv");
        assert_eq!(columns, ["a", "b"]);
        assert_eq!(rows, [["x, \"y\"", "2"], ["3", ""]]);
    }

    #[test]
    fn match_types_in_both_layouts() {
        let old = matching(&["WILDCARD(a),CIDR(b)".into()]);
        let new = matching(&["WILDCARD(a)".into(), "CIDR(b)".into()]);
        assert_eq!(old, new);
        assert_eq!(old.len(), 2);
    }
}

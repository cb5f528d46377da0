//! The search of the site: an index in files small enough to be loaded one by one.
//!
//! | file | calls | with |
//! |---|---|---|
//! | `search/index.js` | `tripline.index` | how many entries a file holds, and the beginnings of words that have a file |
//! | `search/w-XY.js` | `tripline.words` | words that begin with `XY`: entries with the word in their title, and elsewhere |
//! | `search/e-N.js` | `tripline.entries` | entries: title, file, what it is, what else there is to say |
//!
//! They are scripts and not data because a page from a disk may load nothing else. A list of
//! entries is written as the distances between their numbers, in base 36.

use super::list::Pages;
use crate::links::Links;
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use tripline_app::Library;

/// Entries in one file.
const CHUNK: usize = 400;
/// Words shorter or longer than this are not found.
const WORD: std::ops::RangeInclusive<usize> = 2..=32;

/// A page that can be found.
struct Entry {
    title: String,
    file: String,
    kind: &'static str,
    note: String,
    /// Text that finds it, beside the title.
    text: String,
}

/// The files of the index.
pub(super) fn files(library: &Library, pages: &Pages) -> Vec<(String, String)> {
    let entries = entries(library, pages);
    let mut words: BTreeMap<String, [Vec<usize>; 2]> = BTreeMap::new();
    for (at, entry) in entries.iter().enumerate() {
        let titled = split(&entry.title);
        for word in split(&entry.text).difference(&titled) {
            words.entry(word.clone()).or_default()[1].push(at);
        }
        for word in titled {
            words.entry(word).or_default()[0].push(at);
        }
    }
    let mut begins: BTreeMap<String, serde_json::Map<String, serde_json::Value>> = BTreeMap::new();
    for (word, [titled, other]) in words {
        let begin = begin(&word);
        let lists = json!([distances(&titled), distances(&other)]);
        begins.entry(begin).or_default().insert(word, lists);
    }
    let head = json!({
        "chunk": CHUNK,
        "entries": entries.len(),
        "begins": begins.keys().collect::<Vec<_>>(),
    });
    let mut files = vec![(
        "search/index.js".to_owned(),
        format!("tripline.index({head});\n"),
    )];
    for (begin, words) in begins {
        let name = format!("search/w-{begin}.js");
        let words = serde_json::Value::Object(words);
        files.push((
            name,
            format!("tripline.words({}, {words});\n", json!(begin)),
        ));
    }
    for (number, chunk) in entries.chunks(CHUNK).enumerate() {
        let rows: Vec<_> = chunk
            .iter()
            .map(|entry| json!([entry.title, entry.file, entry.kind, entry.note]))
            .collect();
        let name = format!("search/e-{number}.js");
        files.push((
            name,
            format!("tripline.entries({number}, {});\n", json!(rows)),
        ));
    }
    files
}

fn entries(library: &Library, pages: &Pages) -> Vec<Entry> {
    let mut all = techniques(library, pages);
    all.extend(rules(library, pages));
    all.extend(fields(library, pages));
    all
}

fn techniques(library: &Library, pages: &Pages) -> Vec<Entry> {
    let techniques = &library.catalog().attack.techniques;
    let active = techniques
        .iter()
        .filter(|technique| technique.head.active());
    let named = active.filter_map(|technique| {
        let file = pages.file(&Links::new(None).technique(&technique.head.id))?;
        Some(Entry {
            title: format!("{} {}", technique.head.id, technique.head.name),
            file: file.to_owned(),
            kind: "technique",
            note: technique.tactics.join(", "),
            text: technique.platforms.join(" "),
        })
    });
    named.collect()
}

fn rules(library: &Library, pages: &Pages) -> Vec<Entry> {
    let facts = library.catalog().facts.iter();
    let named = facts.filter_map(|facts| {
        let file = pages.file(&Links::new(None).rule(&facts.id))?;
        let level = facts.level.map_or("", |level| level.name());
        let mut note = format!("{} \u{b7} {}", facts.vendor, facts.language.name());
        if !level.is_empty() {
            let _ = write!(note, " \u{b7} {level}");
        }
        let mut text = format!("{} {level} {}", facts.id, facts.techniques.join(" "));
        for atom in facts.atoms.iter().filter(|atom| atom.is_indicator()) {
            text.push(' ');
            text.push_str(&atom.value);
        }
        Some(Entry {
            title: facts.title.to_string(),
            file: file.to_owned(),
            kind: "rule",
            note,
            text,
        })
    });
    named.collect()
}

fn fields(library: &Library, pages: &Pages) -> Vec<Entry> {
    let mut names: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for facts in &library.catalog().facts {
        for atom in &facts.atoms {
            names.entry(&atom.field).or_default().insert(&atom.name);
        }
    }
    let entry = |(field, spellings): (&str, BTreeSet<&str>)| {
        let file = pages.file(&Links::new(None).field(field))?;
        Some(Entry {
            title: field.to_owned(),
            file: file.to_owned(),
            kind: "field",
            note: String::new(),
            text: spellings.into_iter().collect::<Vec<_>>().join(" "),
        })
    };
    names.into_iter().filter_map(entry).collect()
}

/// The words of a text: runs of letters and digits in lower case.
fn split(text: &str) -> BTreeSet<String> {
    text.split(|c: char| !c.is_alphanumeric())
        .map(str::to_lowercase)
        .filter(|word| WORD.contains(&word.chars().count()))
        .collect()
}

/// Names the file of a word: its first two characters, with `_` for what is no plain letter.
fn begin(word: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() { c } else { '_' };
    word.chars().take(2).map(plain).collect()
}

/// Ascending numbers as the distances between them, in base 36.
fn distances(numbers: &[usize]) -> String {
    let mut last = 0;
    let mut out = String::new();
    for number in numbers {
        if !out.is_empty() {
            out.push(' ');
        }
        base36(number - last, &mut out);
        last = *number;
    }
    out
}

fn base36(mut number: usize, out: &mut String) {
    const DIGITS: &[u8; 36] = b"0123456789abcdefghijklmnopqrstuvwxyz";
    let mut digits = Vec::new();
    loop {
        digits.push(char::from(DIGITS[number % 36]));
        number /= 36;
        if number == 0 {
            break;
        }
    }
    out.extend(digits.iter().rev());
}

#[cfg(test)]
mod tests {
    use super::{begin, distances, split};

    #[test]
    fn lists_are_written_as_distances() {
        assert_eq!(distances(&[0, 35, 36, 1_332]), "0 z 1 100");
        assert_eq!(distances(&[]), "");
    }

    #[test]
    fn words_are_runs_of_letters_and_digits() {
        let words: Vec<String> = split("T1059.001 a \u{dc}ber-lsass.exe")
            .into_iter()
            .collect();
        assert_eq!(words, ["001", "exe", "lsass", "t1059", "\u{fc}ber"]);
        assert_eq!(begin("\u{fc}ber"), "_b");
        assert_eq!(begin("t1059"), "t1");
    }
}

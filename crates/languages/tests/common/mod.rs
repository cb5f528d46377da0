//! Macros and lookups of a literate case, as JSON:
//! `{"macros": {"name(a, b)": "text with $a$"}, "lookups": {"name": {"columns": [..], "rows": [[..]]}}}`.

use std::collections::BTreeMap;
use tripline_ir::{Text, format_smolstr};
use tripline_languages::spl::{Library, Lookup, Macro, Matching};

/// What the fence holds.
#[derive(serde::Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct Said {
    /// Definitions by name and, in parentheses, arguments.
    macros: BTreeMap<String, Text>,
    lookups: BTreeMap<Text, SaidLookup>,
}

#[derive(serde::Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct SaidLookup {
    columns: Vec<Text>,
    rows: Option<Vec<Vec<Text>>>,
    /// Columns whose `*` is any run.
    wildcard: Vec<Text>,
    /// Columns of networks.
    cidr: Vec<Text>,
    case_sensitive: bool,
    default_match: Option<Text>,
}

/// The library that a fence says.
pub(crate) fn library(json: serde_json::Value) -> Result<Library, String> {
    let said: Said = serde_json::from_value(json).map_err(|error| error.to_string())?;
    let macros = said.macros.into_iter().map(defined).collect();
    let lookups = said.lookups.into_iter();
    Ok(Library {
        macros,
        lookups: lookups
            .map(|(name, lookup)| (name.clone(), rows(name, lookup)))
            .collect(),
    })
}

fn defined((head, definition): (String, Text)) -> (Text, Macro) {
    let (name, arguments) = head.split_once('(').unwrap_or((&head, ""));
    let arguments: Vec<Text> = arguments
        .trim_end_matches(')')
        .split(',')
        .map(|argument| Text::new(argument.trim()))
        .filter(|argument| !argument.is_empty())
        .collect();
    let key = match arguments.len() {
        0 => Text::new(name),
        count => format_smolstr!("{name}({count})"),
    };
    (
        key,
        Macro {
            arguments,
            definition,
        },
    )
}

fn rows(name: Text, said: SaidLookup) -> Lookup {
    let wildcard = said
        .wildcard
        .into_iter()
        .map(|name| (name, Matching::Wildcard));
    let cidr = said.cidr.into_iter().map(|name| (name, Matching::Cidr));
    Lookup {
        name,
        columns: said.columns,
        rows: said.rows,
        matching: wildcard.chain(cidr).collect(),
        case_sensitive: said.case_sensitive,
        min_matches: u32::from(said.default_match.is_some()),
        default_match: said.default_match,
        ..Lookup::default()
    }
}

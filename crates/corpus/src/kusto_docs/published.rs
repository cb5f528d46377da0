//! Texts of the corpus that queries name by the address under which upstream publishes them.
//!
//! `https://raw.githubusercontent.com/OWNER/REPOSITORY/BRANCH/path` is the file `path` of the corpus
//! when its upstream is `https://github.com/OWNER/REPOSITORY`: it is read from the folder. Nothing
//! is fetched.

use crate::reader::{FileContext, FileRead};
use percent_encoding::percent_decode_str;
use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::{Component, Path, PathBuf};
use tripline_ir::Text;
use tripline_text::Source;

/// Where GitHub serves files as they are.
const RAW: &str = "https://raw.githubusercontent.com/";
/// The largest text that is read, in bytes.
const MAX_BYTES: u64 = 1024 * 1024;

/// The texts that a body names and the corpus has.
pub(crate) fn texts(body: &str, context: &FileContext<'_>) -> BTreeMap<Text, Text> {
    addresses(body)
        .filter_map(|address| Some((address.into(), text(address, context)?)))
        .collect()
}

/// Notes that the rules of a file depend on texts beside them. Those are no files of the corpus:
/// whether they are what they were, nobody knows.
pub(crate) fn note(source: &Source, context: &FileContext<'_>, read: &mut FileRead) {
    if addresses(source.text()).any(|address| place(address, context).is_some()) {
        read.refers.push(Text::new_static("kusto:published"));
    }
}

/// The addresses of files at GitHub in a body.
fn addresses(body: &str) -> impl Iterator<Item = &str> {
    body.match_indices(RAW).map(|(start, _)| {
        let rest = &body[start..];
        let end = rest.find(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | ']' | ')'));
        &rest[..end.unwrap_or(rest.len())]
    })
}

fn text(address: &str, context: &FileContext<'_>) -> Option<Text> {
    let file = std::fs::File::open(place(address, context)?).ok()?;
    let mut bytes = Vec::new();
    file.take(MAX_BYTES + 1).read_to_end(&mut bytes).ok()?;
    let fits = bytes.len() as u64 <= MAX_BYTES;
    fits.then(|| String::from_utf8(bytes).ok())?.map(Text::from)
}

/// Where the file of an address lies, if it is one of the corpus's upstream.
fn place(address: &str, context: &FileContext<'_>) -> Option<PathBuf> {
    let upstream = context.spec.upstream.as_ref()?;
    let upstream = upstream.strip_prefix("https://github.com/")?;
    let upstream = upstream.trim_end_matches('/').trim_end_matches(".git");
    let (owner, rest) = address.strip_prefix(RAW)?.split_once('/')?;
    let (repository, rest) = rest.split_once('/')?;
    if !upstream.eq_ignore_ascii_case(&format!("{owner}/{repository}")) {
        return None;
    }
    let (_, path) = rest
        .strip_prefix("refs/heads/")
        .unwrap_or(rest)
        .split_once('/')?;
    let path = percent_decode_str(path).decode_utf8().ok()?;
    let path = Path::new(&*path);
    let inside = path
        .components()
        .all(|part| matches!(part, Component::Normal(_)));
    inside.then(|| context.spec.root.join(path))
}

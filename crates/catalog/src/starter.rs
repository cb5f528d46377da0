//! The embedded starter catalogue.

use crate::build::{AttackPart, Contents, assemble};
use crate::{Catalog, Result};
use std::path::Path;
use tripline_corpus::{CorpusRead, CorpusSpec, FileEntry, IdRegistry, Vendor, decode, read_loaded};
use tripline_ir::Text;

/// Path inside `data/starter`, and bytes.
static FILES: &[(&str, &[u8])] = include!(concat!(env!("OUT_DIR"), "/starter.rs"));

impl Catalog {
    /// The catalogue of the embedded starter corpus. It is made anew at every call; that takes a
    /// few milliseconds.
    ///
    /// # Errors
    /// When memory cannot hold it.
    pub fn starter() -> Result<Self> {
        Self::in_memory(&contents(FILES)?)
    }
}

fn contents(files: &[(&str, &[u8])]) -> Result<Contents> {
    let mut ids = IdRegistry::new();
    let mut specs = Vec::new();
    let mut reads = Vec::new();
    for vendor in Vendor::ALL {
        let (spec, read) = corpus(vendor, files, &mut ids);
        if !spec.files.is_empty() {
            specs.push(spec);
            reads.push(read);
        }
    }
    let bundle = files
        .iter()
        .find(|(path, bytes)| path.rsplit('.').next() == Some("json") && bytes.starts_with(b"{"));
    let attack = match bundle {
        Some((path, bytes)) => AttackPart::of_bytes(path, bytes)?,
        None => AttackPart::none()?,
    };
    assemble(&specs, reads, attack)
}

fn corpus(
    vendor: Vendor,
    files: &[(&str, &[u8])],
    ids: &mut IdRegistry,
) -> (CorpusSpec, CorpusRead) {
    let reader = vendor.reader();
    let name = format!("starter-{}", vendor.name());
    let mut spec = CorpusSpec::new(name, vendor, Path::new("starter"));
    spec.licence = Some(Text::new_static("MIT OR Apache-2.0"));
    let mut texts = Vec::new();
    for (path, bytes) in files {
        let extension = path.rsplit_once('.').map_or("", |(_, extension)| extension);
        if !reader.extensions().contains(&extension) || !reader.looks_like_rule(bytes) {
            continue;
        }
        if let Ok(loaded) = decode(bytes.to_vec(), path) {
            texts.push(loaded);
            spec.files.push(FileEntry {
                path: Text::new(path),
                full: path.into(),
            });
        }
    }
    let read = read_loaded(&spec, texts, ids);
    (spec, read)
}

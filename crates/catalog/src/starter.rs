//! The embedded starter catalogue.

use crate::build::{AttackPart, Contents, Knowledge, KnowledgePart, assemble};
use crate::{Catalog, Result};
use std::path::Path;
use tripline_corpus::{
    CorpusRead, CorpusSpec, FileEntry, IdRegistry, KnowledgeKind, KnowledgeSpec, Vendor, decode,
    read_loaded,
};
use tripline_ir::Text;

/// Path inside `data/starter`, and bytes.
static FILES: &[(&str, &[u8])] = include!(concat!(env!("OUT_DIR"), "/starter.rs"));

const LICENCE: &str = "MIT OR Apache-2.0";

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
    let knowledge = Knowledge {
        attack: attack(files)?,
        others: atomics(files)?,
    };
    assemble(&specs, reads, knowledge)
}

fn attack(files: &[(&str, &[u8])]) -> Result<AttackPart> {
    let is_bundle = |(path, bytes): &&(&str, &[u8])| {
        path.rsplit('.').next() == Some("json") && bytes.starts_with(b"{")
    };
    let Some((path, bytes)) = files.iter().find(is_bundle) else {
        return AttackPart::none();
    };
    let base = knowledge(KnowledgeKind::Attack, &[Text::new(path)]);
    AttackPart::of_bytes(path, bytes).map(|part| part.taken(base))
}

fn atomics(files: &[(&str, &[u8])]) -> Result<KnowledgePart> {
    let mut loaded = Vec::new();
    for (path, bytes) in files {
        if let Some(inside) = path.strip_prefix("atomics/")
            && let Ok(file) = decode(bytes.to_vec(), path)
        {
            loaded.push((Text::new(inside), file));
        }
    }
    let paths: Vec<Text> = loaded.iter().map(|(path, _)| path.clone()).collect();
    KnowledgePart::of_atomics(&knowledge(KnowledgeKind::Atomics, &paths), &loaded)
}

fn knowledge(kind: KnowledgeKind, paths: &[Text]) -> KnowledgeSpec {
    let entry = |path: &Text| FileEntry {
        path: path.clone(),
        full: path.as_str().into(),
    };
    KnowledgeSpec {
        kind,
        name: format!("starter-{}", kind.name()).into(),
        root: "starter".into(),
        upstream: None,
        commit: None,
        licence: Some(Text::new_static(LICENCE)),
        files: paths.iter().map(entry).collect(),
    }
}

fn corpus(
    vendor: Vendor,
    files: &[(&str, &[u8])],
    ids: &mut IdRegistry,
) -> (CorpusSpec, CorpusRead) {
    let reader = vendor.reader();
    let name = format!("starter-{}", vendor.name());
    let mut spec = CorpusSpec::new(name, vendor, Path::new("starter"));
    spec.licence = Some(Text::new_static(LICENCE));
    let mut texts = Vec::new();
    for (path, bytes) in files {
        let extension = path.rsplit_once('.').map_or("", |(_, extension)| extension);
        if path.starts_with("atomics/") {
            continue;
        }
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

//! Atomic Red Team and event dictionaries in a build: read when the bytes of a file, its path or
//! the name of its knowledge base are new, and otherwise copied.

use super::attack::{ATTACK, AttackPart};
use super::previous::Previous;
use crate::error::CatalogError;
use crate::knowledge::{AtomicFile, DictionaryFile};
use crate::{KnowledgeInfo, Result, pack};
use rayon::prelude::*;
use serde::Serialize;
use std::collections::BTreeSet;
use std::path::Path;
use tripline_attack::{atomic, ossem};
use tripline_corpus::{Discovery, KnowledgeKind, KnowledgeSpec, LoadError, LoadedFile, load};
use tripline_ir::Text;
use tripline_text::{Code, Diagnostic, Source};

/// Keys of the `blobs` table.
pub(crate) const ATOMICS: &str = "atomics";
pub(crate) const DICTIONARIES: &str = "dictionaries";

/// A list of records as it goes into the catalogue.
pub(crate) struct Blob {
    /// Hash of the files it was made from.
    pub(crate) hash: [u8; 32],
    /// The list in postcard, compressed.
    pub(crate) data: Vec<u8>,
}

/// What the knowledge bases beside ATT&CK hold.
pub(crate) struct KnowledgePart {
    pub(crate) atomics: Blob,
    pub(crate) dictionaries: Blob,
    /// The bases, in order of kind and place; ATT&CK is put before them by [`infos`].
    infos: Vec<KnowledgeInfo>,
    pub(super) diagnostics: Vec<Diagnostic>,
    pub(super) sources: Vec<Source>,
}

/// A file that was opened.
type Opened = std::result::Result<LoadedFile, Box<LoadError>>;

/// A file of a knowledge base.
struct File<'a> {
    base: &'a KnowledgeSpec,
    path: &'a Text,
    opened: Opened,
}

/// What a reader makes of a file.
type Read<T> = fn(&Text, &Text, &Source) -> (Option<T>, Vec<Diagnostic>);

impl KnowledgePart {
    /// What the bases found hold, new or from the previous catalogue.
    pub(super) fn gather(found: &Discovery, previous: Option<&Previous>) -> Result<Self> {
        let specs = |kind| -> Vec<&KnowledgeSpec> { found.knowledge_of(kind).collect() };
        let atomics = specs(KnowledgeKind::Atomics);
        let dictionaries = specs(KnowledgeKind::Dictionaries);
        Self::of(
            &atomics,
            &open(&atomics),
            &dictionaries,
            &open(&dictionaries),
            previous,
        )
    }

    /// The atomics in files that are in memory.
    pub(crate) fn of_atomics<'a>(
        base: &'a KnowledgeSpec,
        files: &'a [(Text, LoadedFile)],
    ) -> Result<Self> {
        let file = |(path, loaded): &'a (Text, LoadedFile)| File {
            base,
            path,
            opened: Ok(loaded.clone()),
        };
        let files: Vec<File<'_>> = files.iter().map(file).collect();
        let bases: &[&KnowledgeSpec] = if files.is_empty() { &[] } else { &[base] };
        Self::of(bases, &files, &[], &[], None)
    }

    fn of(
        atomic_bases: &[&KnowledgeSpec],
        atomic_files: &[File<'_>],
        dictionary_bases: &[&KnowledgeSpec],
        dictionary_files: &[File<'_>],
        previous: Option<&Previous>,
    ) -> Result<Self> {
        let mut atomics = Part::of(ATOMICS, atomic_bases, atomic_files, previous, read_atomic)?;
        let mut dictionaries = Part::of(
            DICTIONARIES,
            dictionary_bases,
            dictionary_files,
            previous,
            read_dictionary,
        )?;
        atomics.infos.append(&mut dictionaries.infos);
        atomics.diagnostics.append(&mut dictionaries.diagnostics);
        atomics.sources.append(&mut dictionaries.sources);
        Ok(Self {
            atomics: atomics.blob,
            dictionaries: dictionaries.blob,
            infos: atomics.infos,
            diagnostics: atomics.diagnostics,
            sources: atomics.sources,
        })
    }
}

/// Every knowledge base of a build, in order of kinds.
pub(super) fn infos(
    attack: &AttackPart,
    part: &KnowledgePart,
    previous: Option<&Previous>,
) -> Vec<KnowledgeInfo> {
    let bundle = attack.taken.as_ref().map(|spec| {
        let techniques = attack.techniques(previous, &spec.name);
        info(spec, ATTACK, techniques)
    });
    bundle.into_iter().chain(part.infos.clone()).collect()
}

fn info(spec: &KnowledgeSpec, kind: &'static str, items: usize) -> KnowledgeInfo {
    KnowledgeInfo {
        name: spec.name.clone(),
        kind: Text::new_static(kind),
        upstream: spec.upstream.clone(),
        commit: spec.commit.clone(),
        licence: spec.licence.clone(),
        files: spec.files.len(),
        items,
    }
}

/// Opens the files of all bases, in order.
fn open<'a>(bases: &[&'a KnowledgeSpec]) -> Vec<File<'a>> {
    bases
        .par_iter()
        .flat_map(|base| {
            base.files.par_iter().map(|entry| File {
                base,
                path: &entry.path,
                opened: load(entry, &format!("{}/{}", base.name, entry.path)),
            })
        })
        .collect()
}

/// One kind of knowledge.
struct Part {
    blob: Blob,
    infos: Vec<KnowledgeInfo>,
    diagnostics: Vec<Diagnostic>,
    sources: Vec<Source>,
}

/// What a list of records says of itself.
trait Record: Serialize + Send {
    /// The base it is from.
    fn base(&self) -> &Text;
    /// Number of things that it holds.
    fn items(&self) -> usize;
    /// Puts a list in the order of answers, and says which things are there twice.
    fn settle(list: &mut Vec<Self>) -> Vec<Diagnostic>
    where
        Self: Sized;
}

impl Part {
    fn of<T: Record>(
        key: &'static str,
        bases: &[&KnowledgeSpec],
        files: &[File<'_>],
        previous: Option<&Previous>,
        read: Read<T>,
    ) -> Result<Self> {
        let hash = hash(files);
        if let Some(old) = previous
            && let Some(data) = old.blob(key, &hash)
        {
            let kept = |base: &&KnowledgeSpec| info(base, key, old.items(key, &base.name));
            return Ok(Self {
                blob: Blob { hash, data },
                infos: bases.iter().map(kept).collect(),
                diagnostics: Vec::new(),
                sources: Vec::new(),
            });
        }
        let read: Vec<_> = files.par_iter().map(|file| read_file(file, read)).collect();
        let mut list = Vec::new();
        let mut part = Self {
            blob: Blob {
                hash,
                data: Vec::new(),
            },
            infos: Vec::new(),
            diagnostics: Vec::new(),
            sources: Vec::new(),
        };
        for (record, mut diagnostics, source) in read {
            list.extend(record);
            if !diagnostics.is_empty() {
                part.sources.extend(source);
                part.diagnostics.append(&mut diagnostics);
            }
        }
        part.diagnostics.append(&mut T::settle(&mut list));
        for base in bases {
            let of_base = list.iter().filter(|record| *record.base() == base.name);
            let items = of_base.map(Record::items).sum();
            part.infos.push(info(base, key, items));
        }
        let bytes = postcard::to_stdvec(&list).map_err(|error| unwritten(key, error))?;
        part.blob.data = pack::compress(&bytes).map_err(|error| unwritten(key, error))?;
        Ok(part)
    }
}

fn unwritten(key: &str, what: impl std::fmt::Display) -> CatalogError {
    CatalogError::damaged(Path::new(key), what)
}

/// Hash of all that the records are made from.
fn hash(files: &[File<'_>]) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new();
    for file in files {
        for text in [&file.base.name, file.path] {
            hasher.update(&(text.len() as u64).to_le_bytes());
            hasher.update(text.as_bytes());
        }
        hasher.update(match &file.opened {
            Ok(loaded) => &loaded.hash,
            Err(error) => &error.hash,
        });
    }
    *hasher.finalize().as_bytes()
}

fn read_file<T>(file: &File<'_>, read: Read<T>) -> (Option<T>, Vec<Diagnostic>, Option<Source>) {
    match &file.opened {
        Ok(loaded) => {
            let (record, diagnostics) = read(&file.base.name, file.path, &loaded.source);
            (record, diagnostics, Some(loaded.source.clone()))
        }
        Err(error) => (None, vec![error.diagnostic.clone()], None),
    }
}

fn read_atomic(base: &Text, path: &Text, source: &Source) -> (Option<AtomicFile>, Vec<Diagnostic>) {
    let (atomics, diagnostics) = atomic::read(source);
    let record = atomics.map(|atomics| AtomicFile {
        base: base.clone(),
        path: path.clone(),
        atomics,
    });
    (record, diagnostics)
}

fn read_dictionary(
    base: &Text,
    path: &Text,
    source: &Source,
) -> (Option<DictionaryFile>, Vec<Diagnostic>) {
    let (event, diagnostics) = ossem::read(source);
    let record = event.map(|event| DictionaryFile {
        base: base.clone(),
        path: path.clone(),
        event,
    });
    (record, diagnostics)
}

impl Record for AtomicFile {
    fn base(&self) -> &Text {
        &self.base
    }

    fn items(&self) -> usize {
        self.atomics.tests.len()
    }

    /// In order of techniques. A test whose id another one has already is left out: the same
    /// tests may lie under the paths twice.
    fn settle(list: &mut Vec<Self>) -> Vec<Diagnostic> {
        list.sort_by(|a, b| a.atomics.technique.cmp(&b.atomics.technique));
        let mut seen: BTreeSet<Text> = BTreeSet::new();
        let mut diagnostics = Vec::new();
        for file in list.iter_mut() {
            let shown = format!("{}/{}", file.base, file.path);
            file.atomics.tests.retain(|test| {
                let new = test.guid.is_empty() || seen.insert(test.guid.clone());
                if !new {
                    let message = format!("another test has the id {} already", test.guid);
                    let flaw = Diagnostic::for_file(Code::AtomicMalformed, &*shown, message);
                    diagnostics.push(flaw);
                }
                new
            });
        }
        diagnostics
    }
}

impl Record for DictionaryFile {
    fn base(&self) -> &Text {
        &self.base
    }

    fn items(&self) -> usize {
        1
    }

    /// In order of providers, then events.
    fn settle(list: &mut Vec<Self>) -> Vec<Diagnostic> {
        list.sort_by(|a, b| {
            let key = |file: &Self| (file.event.provider.clone(), file.event.event_id.clone());
            key(a).cmp(&key(b))
        });
        Vec::new()
    }
}

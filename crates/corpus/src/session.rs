//! Reading a corpus: files in parallel, then what needs several files, in path order.
//!
//! A caller that remembers earlier reads passes what it [`Known`]s; a file whose content and
//! surroundings are unchanged is then not parsed again. A file is read anew when its content
//! changed, when its rules depend on shared files (macros, lookups) and one of those changed, when it was part of a link between files (a correlation, a filter, a rule that one of
//! them names), when a document that is read anew names one of its rules, or when the id that one
//! of its rules gets has changed.

use crate::ledger::{RowBuilder, reasons};
use crate::load::LoadedFile;
use crate::reader::{FileContext, FileRead, StageClock};
use crate::{CorpusSpec, Failure, FileEntry, IdRegistry, Ledger, Status, load};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use tripline_ir::{Class, Detection, Language, Text};
use tripline_schema::Schema;
use tripline_text::{Code, Diagnostic, Source};

/// What was read of a file: enough to count it and to decide whether to read it again.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileRecord {
    /// One per detection, in order.
    pub rules: Vec<RuleRecord>,
    /// Rules, or the whole file, without a detection.
    pub failures: Vec<Failure>,
    /// Detections without a plan, explained. They count as failed in `rules`.
    pub explained: Vec<Failure>,
    /// Names by which other files may refer to its rules.
    pub names: Vec<Text>,
    /// Its documents read other files, or are read by them.
    pub linked: bool,
    /// Rules of any file of the corpus may depend on it.
    pub shared: bool,
    /// BLAKE3 of the shared files of the corpus, when its rules depend on them.
    pub surroundings: Option<[u8; 32]>,
}

/// What is remembered of one detection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleRecord {
    /// The id it asks for.
    pub wanted: Text,
    /// The id it has.
    pub id: Text,
    /// Which rule of its file, from 0.
    pub index: u32,
    /// Its language.
    pub language: Language,
    /// Upstream has withdrawn it or does not support it.
    pub withdrawn: bool,
    /// How well it was read.
    pub status: Status,
    /// What it lost, as phrases.
    pub reasons: Vec<Text>,
    /// Techniques as tagged.
    pub techniques: Vec<Text>,
}

/// Earlier reads.
pub trait Known: Sync {
    /// The record of a file of the corpus whose content has this hash.
    fn record(&self, spec: &CorpusSpec, path: &str, hash: &[u8; 32]) -> Option<FileRecord>;
}

/// One file of a corpus.
#[derive(Debug)]
pub struct FileOutcome {
    /// Path inside the corpus.
    pub path: Text,
    /// BLAKE3 of its content.
    pub hash: [u8; 32],
    /// What was read.
    pub record: FileRecord,
    /// Its detections; `None` when an earlier read still holds.
    pub detections: Option<Vec<Detection>>,
}

/// A corpus, read.
#[derive(Debug, Default)]
pub struct CorpusRead {
    /// Every rule file in path order.
    pub files: Vec<FileOutcome>,
    /// Counts.
    pub ledger: Ledger,
    /// What to tell the authors, of files that were read now, in path order.
    pub diagnostics: Vec<Diagnostic>,
    /// The texts that diagnostics point into.
    pub sources: Vec<Source>,
    /// Number of files, rules or not.
    pub files_seen: usize,
}

impl CorpusRead {
    /// Every detection that was read now, in path order.
    pub fn into_detections(self) -> Vec<Detection> {
        let files = self.files.into_iter();
        files.filter_map(|file| file.detections).flatten().collect()
    }
}

/// Reads a corpus.
pub fn read(spec: &CorpusSpec) -> CorpusRead {
    let clock = StageClock::default();
    let mut ids = IdRegistry::new();
    read_with(spec, Schema::builtin(), None, &mut ids, &clock)
}

/// Reads a corpus of which some files are known. Ids are kept apart from those in `ids`.
pub fn read_with(
    spec: &CorpusSpec,
    schema: &Schema,
    known: Option<&dyn Known>,
    ids: &mut IdRegistry,
    clock: &StageClock,
) -> CorpusRead {
    let reading = Reading {
        spec,
        schema,
        clock,
        closely: false,
    };
    let slots = spec
        .files
        .par_iter()
        .map(|entry| reading.first(entry, known))
        .collect();
    reading.complete(slots, ids)
}

/// Reads a corpus for its author: names of fields are looked at, too.
pub(crate) fn read_closely(spec: &CorpusSpec) -> CorpusRead {
    let reading = Reading {
        spec,
        schema: Schema::builtin(),
        clock: &StageClock::default(),
        closely: true,
    };
    let entries = spec.files.par_iter();
    let slots = entries.map(|entry| reading.first(entry, None)).collect();
    reading.complete(slots, &mut IdRegistry::new())
}

/// Reads a corpus for its author whose texts are at hand: `texts` are those of `spec.files`, in that order.
pub fn read_loaded(spec: &CorpusSpec, texts: Vec<LoadedFile>, ids: &mut IdRegistry) -> CorpusRead {
    let reading = Reading {
        spec,
        schema: Schema::builtin(),
        clock: &StageClock::default(),
        closely: true,
    };
    let slots = spec
        .files
        .par_iter()
        .zip(texts)
        .map(|(entry, loaded)| Slot {
            entry: entry.clone(),
            hash: loaded.hash,
            state: State::Read(reading.parse(&entry.path, &loaded)),
            loaded: Some(loaded),
        })
        .collect();
    reading.complete(slots, ids)
}

/// A file in the course of being read.
struct Slot {
    entry: FileEntry,
    hash: [u8; 32],
    /// The text, as long as it was loaded in this run.
    loaded: Option<LoadedFile>,
    state: State,
}

enum State {
    Kept(FileRecord),
    Read(FileRead),
}

struct Reading<'a> {
    spec: &'a CorpusSpec,
    schema: &'a Schema,
    clock: &'a StageClock,
    /// Names of fields are looked at, too.
    closely: bool,
}

impl Reading<'_> {
    fn context<'b>(&'b self, path: &'b str) -> FileContext<'b> {
        FileContext {
            spec: self.spec,
            path,
            schema: self.schema,
            clock: self.clock,
        }
    }

    fn first(&self, entry: &FileEntry, known: Option<&dyn Known>) -> Slot {
        let shown = entry.full.display().to_string();
        let loaded = self.clock.read(|| load(entry, &shown));
        let (hash, loaded, state) = match loaded {
            Ok(loaded) => {
                let record =
                    known.and_then(|known| known.record(self.spec, &entry.path, &loaded.hash));
                let state = match record {
                    Some(record) if !record.linked => State::Kept(record),
                    _ => State::Read(self.parse(&entry.path, &loaded)),
                };
                (loaded.hash, Some(loaded), state)
            }
            Err(error) => {
                let failure = Failure::of(&error.diagnostic, self.spec, &entry.path);
                let read = FileRead {
                    failures: vec![failure],
                    diagnostics: vec![error.diagnostic.clone()],
                    ..FileRead::default()
                };
                (error.hash, None, State::Read(read))
            }
        };
        Slot {
            entry: entry.clone(),
            hash,
            loaded,
            state,
        }
    }

    fn parse(&self, path: &str, loaded: &LoadedFile) -> FileRead {
        let reader = self.spec.vendor.reader();
        self.clock
            .file(|| reader.read_file(&loaded.source, &self.context(path)))
    }

    fn reread(&self, slot: &mut Slot) {
        if let (State::Kept(_), Some(loaded)) = (&slot.state, &slot.loaded) {
            slot.state = State::Read(self.parse(&slot.entry.path, loaded));
        }
    }

    /// The second phase: what needs several files.
    fn complete(&self, mut slots: Vec<Slot>, ids: &mut IdRegistry) -> CorpusRead {
        let surroundings = surroundings(&slots);
        self.drop_stale(&mut slots, &surroundings);
        self.follow_references(&mut slots);
        let given = self.settle_ids(&mut slots, ids);
        self.read_shared(&mut slots);
        let mut fresh = take_fresh(&mut slots);
        let reader = self.spec.vendor.reader();
        self.clock
            .file(|| reader.link(&mut fresh, &self.context("")));
        put_back(&mut slots, fresh);
        self.finish(slots, given, &surroundings, ids)
    }

    /// Reads anew what depends on shared files that are not what they were.
    fn drop_stale(&self, slots: &mut [Slot], surroundings: &[u8; 32]) {
        slots.par_iter_mut().for_each(|slot| {
            if let State::Kept(record) = &slot.state
                && record.surroundings.is_some_and(|old| old != *surroundings)
            {
                self.reread(slot);
            }
        });
    }

    /// Reads the shared files when rules that are read anew depend on them.
    fn read_shared(&self, slots: &mut [Slot]) {
        let depends = |slot: &Slot| matches!(&slot.state, State::Read(read) if read.reads_shared);
        if !slots.iter().any(depends) {
            return;
        }
        slots.par_iter_mut().for_each(|slot| {
            if matches!(&slot.state, State::Kept(record) if record.shared) {
                self.reread(slot);
            }
        });
    }

    /// Reads every file that a document read anew refers to, until there is none left.
    fn follow_references(&self, slots: &mut [Slot]) {
        let mut wanted: BTreeSet<Text> = BTreeSet::new();
        loop {
            let before = wanted.len();
            let mut all = false;
            for slot in slots.iter() {
                if let State::Read(read) = &slot.state {
                    all |= read.refers_to_all;
                    wanted.extend(read.refers.iter().cloned());
                }
            }
            if !all && wanted.len() == before {
                return;
            }
            slots.par_iter_mut().for_each(|slot| {
                if let State::Kept(record) = &slot.state
                    && (all || record.names.iter().any(|name| wanted.contains(name)))
                {
                    self.reread(slot);
                }
            });
            if all {
                return;
            }
        }
    }

    /// Gives every detection of the first phase its id. A kept file whose rule gets another id
    /// than it has is read anew.
    fn settle_ids(&self, slots: &mut [Slot], ids: &mut IdRegistry) -> Vec<Vec<Text>> {
        let mut given = Vec::with_capacity(slots.len());
        for slot in slots {
            let path = slot.entry.path.clone();
            let mut give = |wanted: &Text, index: u32| {
                ids.give(wanted, self.spec.vendor, &self.spec.name, &path, index)
            };
            let new: Vec<Text> = match &slot.state {
                State::Kept(record) => record
                    .rules
                    .iter()
                    .map(|rule| give(&rule.wanted, rule.index))
                    .collect(),
                State::Read(read) => read
                    .detections
                    .iter()
                    .map(|rule| give(&rule.id, rule.provenance.index))
                    .collect(),
            };
            let stale = match &slot.state {
                State::Kept(record) => record
                    .rules
                    .iter()
                    .zip(&new)
                    .any(|(rule, id)| rule.id != *id),
                State::Read(_) => false,
            };
            if stale {
                self.reread(slot);
            }
            given.push(new);
        }
        given
    }

    fn finish(
        &self,
        slots: Vec<Slot>,
        given: Vec<Vec<Text>>,
        surroundings: &[u8; 32],
        ids: &mut IdRegistry,
    ) -> CorpusRead {
        let mut out = CorpusRead {
            files_seen: self.spec.files.len() + self.spec.others,
            ..CorpusRead::default()
        };
        let linked_names = linked_names(&slots);
        let mut rows = RowBuilder::new(self.spec);
        for (slot, given) in slots.into_iter().zip(given) {
            let file = match slot.state {
                State::Kept(record) => FileOutcome {
                    path: slot.entry.path,
                    hash: slot.hash,
                    record,
                    detections: None,
                },
                State::Read(read) => {
                    let source = slot.loaded.map(|loaded| (loaded.source, loaded.mark));
                    let mut fresh = Fresh {
                        reading: self,
                        surroundings,
                        path: slot.entry.path,
                        source,
                        out: &mut out,
                        ids: &mut *ids,
                    };
                    fresh.outcome(read, slot.hash, &given, &linked_names)
                }
            };
            rows.file(&file.record);
            let failures = file.record.failures.iter().chain(&file.record.explained);
            out.ledger.failures.extend(failures.cloned());
            out.files.push(file);
        }
        self.unlisted(&mut out, &mut rows);
        out.ledger.rows = rows.finish();
        out.ledger.failures.sort();
        out
    }

    /// Paths that could not be listed count as failed files.
    fn unlisted(&self, out: &mut CorpusRead, rows: &mut RowBuilder<'_>) {
        for (path, reason) in &self.spec.unlisted {
            let shown = self.spec.root.join(path.as_str()).display().to_string();
            let flaw = Diagnostic::for_file(Code::FolderUnlisted, shown, reason.clone());
            let failure = Failure::of(&flaw, self.spec, path);
            rows.file(&FileRecord {
                failures: vec![failure.clone()],
                ..FileRecord::default()
            });
            out.ledger.failures.push(failure);
            out.diagnostics.push(flaw);
            out.files_seen += 1;
        }
    }
}

/// One file that was read in this run, on its way out.
struct Fresh<'a, 'b> {
    reading: &'a Reading<'a>,
    surroundings: &'a [u8; 32],
    path: Text,
    source: Option<(Source, u32)>,
    out: &'b mut CorpusRead,
    ids: &'b mut IdRegistry,
}

impl Fresh<'_, '_> {
    fn outcome(
        &mut self,
        mut read: FileRead,
        hash: [u8; 32],
        given: &[Text],
        linked_names: &BTreeSet<Text>,
    ) -> FileOutcome {
        let linked = read.refers_to_all
            || !read.refers.is_empty()
            || linked_names.contains("*")
            || read.names.iter().any(|name| linked_names.contains(name));
        let mut record = FileRecord {
            names: std::mem::take(&mut read.names),
            linked,
            shared: read.shared,
            surroundings: read.reads_shared.then_some(*self.surroundings),
            ..FileRecord::default()
        };
        if self.reading.closely {
            self.look_closely(&mut read);
        }
        for (at, detection) in read.detections.iter_mut().enumerate() {
            let id = given.get(at).cloned();
            let rule = self.settle(detection, id, &mut read.diagnostics);
            if rule.status == Status::Failed {
                record
                    .explained
                    .push(self.explain(detection, &read.diagnostics));
            }
            record.rules.push(rule);
        }
        record.failures = read.failures;
        if !read.diagnostics.is_empty() {
            self.out.diagnostics.append(&mut read.diagnostics);
            let source = self.source.as_ref().map(|(source, _)| source.clone());
            self.out.sources.extend(source);
        }
        FileOutcome {
            path: self.path.clone(),
            hash,
            record,
            detections: Some(read.detections),
        }
    }

    /// Adds what only a rule's author wants to know.
    fn look_closely(&self, read: &mut FileRead) {
        let Some((source, _)) = &self.source else {
            return;
        };
        let schema = self.reading.schema;
        let found = read
            .detections
            .iter()
            .flat_map(|rule| crate::near::remarks(rule, source, schema));
        read.diagnostics.extend(found);
        let place = |found: &Diagnostic| found.primary.as_ref().map(|label| label.span.start);
        read.diagnostics.sort_by_key(place);
    }

    /// Fills in what the corpus says of a detection, and its id. Detections that linking added
    /// have no id yet.
    fn settle(
        &mut self,
        detection: &mut Detection,
        given: Option<Text>,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> RuleRecord {
        let spec = self.reading.spec;
        let index = detection.provenance.index;
        let wanted = detection.id.clone();
        let id = given.unwrap_or_else(|| {
            self.ids
                .give(&wanted, spec.vendor, &spec.name, &self.path, index)
        });
        if id != wanted {
            let shown = self.source.as_ref().map_or("", |(source, _)| source.name());
            let message = format!("another rule has the id {wanted}; this one is listed as {id}");
            diagnostics.push(
                Diagnostic::for_file(Code::DuplicateRuleId, shown, message)
                    .hint("a new random UUID makes the rule's id its own"),
            );
            detection.id.clone_from(&id);
        }
        detection.provenance.corpus = spec.name.clone();
        detection.provenance.commit.clone_from(&spec.commit);
        detection.provenance.path = self.path.clone();
        if detection.licence.is_none() {
            detection.licence.clone_from(&spec.licence);
        }
        if let (Some(offset), Some((_, mark))) =
            (&mut detection.provenance.body_offset, &self.source)
        {
            *offset += mark;
        }
        RuleRecord {
            wanted,
            id,
            index,
            language: detection.language,
            withdrawn: detection.class == Class::Deprecated,
            status: Status::of(detection),
            reasons: reasons(detection),
            techniques: detection
                .techniques
                .iter()
                .map(|tag| tag.id.clone())
                .collect(),
        }
    }

    /// The first error inside the rule's body, else the file's first error.
    fn explain(&self, detection: &Detection, diagnostics: &[Diagnostic]) -> Failure {
        let start = detection.provenance.body_offset.unwrap_or(0);
        let end = start.saturating_add(u32::try_from(detection.body.len()).unwrap_or(u32::MAX));
        let inside = |diagnostic: &&Diagnostic| {
            let span = diagnostic.primary.as_ref().map(|label| label.span);
            span.is_some_and(|span| start <= span.start && span.start <= end)
        };
        let errors = || {
            diagnostics
                .iter()
                .filter(|diagnostic| diagnostic.is_error())
        };
        let found = errors().find(inside).or_else(|| errors().next());
        let mut failure = if let Some(diagnostic) = found {
            Failure::of(diagnostic, self.reading.spec, &self.path)
        } else {
            let flaw = Diagnostic::for_file(Code::RuleWithoutPlan, "", "the rule has no plan");
            Failure::of(&flaw, self.reading.spec, &self.path)
        };
        failure.language = detection.language;
        failure
    }
}

/// The names that documents of the corpus refer to; `*` when one refers to all.
fn linked_names(slots: &[Slot]) -> BTreeSet<Text> {
    let mut names = BTreeSet::new();
    for slot in slots {
        if let State::Read(read) = &slot.state {
            names.extend(read.refers.iter().cloned());
            if read.refers_to_all {
                names.insert(Text::new_static("*"));
            }
        }
    }
    names
}

/// BLAKE3 of the corpus's shared files: their paths and what they hold.
fn surroundings(slots: &[Slot]) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new();
    for slot in slots {
        let shared = match &slot.state {
            State::Kept(record) => record.shared,
            State::Read(read) => read.shared,
        };
        if shared {
            hasher.update(&(slot.entry.path.len() as u64).to_le_bytes());
            hasher.update(slot.entry.path.as_bytes());
            hasher.update(&slot.hash);
        }
    }
    *hasher.finalize().as_bytes()
}

fn take_fresh(slots: &mut [Slot]) -> Vec<(FileEntry, FileRead)> {
    let mut fresh = Vec::new();
    for slot in slots {
        if let State::Read(read) = &mut slot.state {
            fresh.push((slot.entry.clone(), std::mem::take(read)));
        }
    }
    fresh
}

/// The reads in the order in which they were taken.
fn put_back(slots: &mut [Slot], fresh: Vec<(FileEntry, FileRead)>) {
    let mut fresh = fresh.into_iter();
    for slot in slots {
        if let State::Read(read) = &mut slot.state {
            *read = fresh.next().map(|(_, read)| read).unwrap_or_default();
        }
    }
}

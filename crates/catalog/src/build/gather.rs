//! Everything that goes into a catalogue, collected before the first byte is written.

use super::analyse;
use super::attack::AttackPart;
use super::knowledge::{self, KnowledgePart};
use super::previous::Previous;
use super::runs::{self, OldRun, Records, RuleRow, RuleText, Run};
use super::{BuildReport, Progress};
use crate::error::CatalogError;
use crate::shards::{SHARDS, Shards};
use crate::{CorpusInfo, KnowledgeInfo, Meta, Result};
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;
use tripline_corpus::{
    CorpusRead, CorpusSpec, Discovery, FileRecord, IdRegistry, KnowledgeKind, KnowledgeSpec, Known,
    Ledger, StageClock, read_with,
};
use tripline_ir::{Detection, Text};
use tripline_schema::Schema;

/// Everything that goes into a catalogue.
pub(crate) struct Contents {
    pub(crate) meta: Meta,
    /// One per corpus, in order.
    pub(crate) identities: Vec<[u8; 32]>,
    /// Rule files, in order of corpora and paths.
    pub(crate) files: Vec<StoredFile>,
    /// What searches look at, of the rules in order of ids.
    pub(crate) rules: Vec<RuleRow>,
    /// Their records: number of the first rule, and the run that it begins.
    pub(crate) runs: Vec<(usize, Arc<Run>)>,
    /// Parts of the index that the previous catalogue has.
    pub(super) same_index: Shards<bool>,
    pub(crate) ledger: Ledger,
    pub(crate) attack: AttackPart,
    pub(crate) knowledge: KnowledgePart,
    /// What each technique tag counts as.
    pub(crate) resolved: BTreeMap<Text, Text>,
}

/// A rule file as remembered.
pub(crate) struct StoredFile {
    pub(crate) corpus: usize,
    pub(crate) path: Text,
    pub(crate) hash: [u8; 32],
    pub(crate) record: FileRecord,
}

/// A gathering of contents.
pub(super) struct Gather<'a> {
    pub(super) schema: &'a Schema,
    pub(super) previous: Option<&'a Previous>,
    pub(super) clock: &'a StageClock,
    pub(super) progress: &'a (dyn Fn(Progress) + Sync),
}

/// What is known beside the rules.
pub(crate) struct Knowledge {
    pub(crate) attack: AttackPart,
    pub(crate) others: KnowledgePart,
}

/// Puts reads together that no earlier catalogue knows anything of.
pub(crate) fn assemble(
    corpora: &[CorpusSpec],
    reads: Vec<CorpusRead>,
    knowledge: Knowledge,
) -> Result<Contents> {
    let gather = Gather {
        schema: Schema::builtin(),
        previous: None,
        clock: &StageClock::default(),
        progress: &|_| {},
    };
    gather.assemble(corpora, reads, knowledge, &mut BuildReport::default())
}

impl Gather<'_> {
    pub(super) fn run(&self, found: &Discovery, report: &mut BuildReport) -> Result<Contents> {
        let start = Instant::now();
        let files = found.corpora.iter().map(|spec| spec.files.len()).sum();
        (self.progress)(Progress::Read(files));
        let bundles: Vec<&KnowledgeSpec> = found.knowledge_of(KnowledgeKind::Attack).collect();
        let ((attack, others), reads) = rayon::join(
            || {
                rayon::join(
                    || AttackPart::gather(&bundles, self.previous),
                    || KnowledgePart::gather(found, self.previous),
                )
            },
            || self.read(&found.corpora),
        );
        let mut knowledge = Knowledge {
            attack: attack?,
            others: others?,
        };
        let others = &mut knowledge.others;
        let diagnostics = &mut report.diagnostics;
        diagnostics.append(&mut knowledge.attack.diagnostics);
        diagnostics.append(&mut others.diagnostics);
        report.sources.append(&mut others.sources);
        report.corpora = found
            .corpora
            .iter()
            .map(|spec| spec.name.to_string())
            .collect();
        report.timings.gather = start.elapsed();

        let start = Instant::now();
        let contents = self.assemble(&found.corpora, reads, knowledge, report)?;
        report.timings.analyse = start.elapsed();
        Ok(contents)
    }

    fn read(&self, corpora: &[CorpusSpec]) -> Vec<CorpusRead> {
        let mut ids = IdRegistry::new();
        let known = self.previous.map(|previous| previous as &dyn Known);
        corpora
            .iter()
            .map(|spec| read_with(spec, self.schema, known, &mut ids, self.clock))
            .collect()
    }

    fn assemble(
        &self,
        corpora: &[CorpusSpec],
        reads: Vec<CorpusRead>,
        knowledge: Knowledge,
        report: &mut BuildReport,
    ) -> Result<Contents> {
        let mut files = Vec::new();
        let mut fresh: Vec<Detection> = Vec::new();
        let mut kept: BTreeSet<Text> = BTreeSet::new();
        let mut ledger = Ledger::default();
        let mut infos = Vec::new();
        for (corpus, (spec, mut read)) in corpora.iter().zip(reads).enumerate() {
            report.files += read.files_seen;
            report.diagnostics.append(&mut read.diagnostics);
            report.sources.append(&mut read.sources);
            ledger.rows.append(&mut read.ledger.rows);
            ledger.failures.append(&mut read.ledger.failures);
            let mut rules = 0;
            for file in read.files {
                rules += file.record.rules.len();
                if let Some(detections) = file.detections {
                    fresh.extend(detections);
                } else {
                    report.kept += 1;
                    kept.extend(file.record.rules.iter().map(|rule| rule.id.clone()));
                }
                files.push(StoredFile {
                    corpus,
                    path: file.path,
                    hash: file.hash,
                    record: file.record,
                });
            }
            infos.push(info(spec, read.files_seen, rules));
        }
        (self.progress)(Progress::Analyse(fresh.len()));
        report.rules = infos.iter().map(|info| info.rules).sum();
        report.ledger = ledger.clone();
        let identities: Vec<[u8; 32]> = corpora.iter().map(CorpusSpec::identity).collect();
        let Knowledge { attack, others } = knowledge;
        let bases = knowledge::infos(&attack, &others, self.previous);
        let meta = Meta {
            format: crate::store::FORMAT,
            hash: input_hash(&Inputs {
                corpora,
                infos: &infos,
                identities: &identities,
                files: &files,
                bases: &bases,
                blobs: [attack.hash, others.atomics.hash, others.dictionaries.hash],
            }),
            corpora: infos,
            knowledge: bases,
        };
        let unchanged = self
            .previous
            .is_some_and(|previous| previous.hash() == meta.hash);
        let mut contents = Contents {
            meta,
            identities,
            files,
            rules: Vec::new(),
            runs: Vec::new(),
            same_index: [false; SHARDS],
            ledger,
            attack,
            knowledge: others,
            resolved: BTreeMap::new(),
        };
        // Otherwise the previous catalogue stays in place: nothing of this is written.
        if !unchanged {
            let records = contents.files.iter().flat_map(|file| &file.record.rules);
            let techniques = records.flat_map(|rule| &rule.techniques);
            contents.resolved = contents.attack.resolve(techniques)?;
            self.fill(&mut contents, fresh, &kept)?;
        }
        Ok(contents)
    }

    /// The rules: those made now, and those of the previous catalogue that are kept.
    fn fill(
        &self,
        contents: &mut Contents,
        mut fresh: Vec<Detection>,
        kept: &BTreeSet<Text>,
    ) -> Result<()> {
        let old = self.old_runs(kept)?;
        let mut rules = kept_rules(&old, kept)?;
        // Facts name resolved techniques: another bundle, other facts.
        if !contents.attack.is_kept() && !rules.is_empty() {
            let again: Result<Vec<Detection>> = rules
                .par_iter()
                .filter_map(|rule| match rule.records {
                    Records::Kept { run, at } => Some(old[run].detection(at)),
                    Records::Made { .. } => None,
                })
                .collect();
            fresh.append(&mut again?);
            rules.clear();
        }
        let resolved = &contents.resolved;
        let resolve = |tag: &str| resolved.get(tag).cloned().unwrap_or_else(|| Text::new(tag));
        let made: postcard::Result<Vec<RuleRow>> = fresh
            .into_par_iter()
            .map(|detection| analyse::row(&detection, self.schema, &resolve))
            .collect();
        rules.append(&mut made.map_err(damaged)?);
        rules.par_sort_unstable_by(|a, b| a.text.id.cmp(&b.text.id));
        contents.runs = runs::runs(&rules, &old)?;
        contents.same_index = same_index(&rules, &old);
        contents.rules = rules;
        Ok(())
    }

    fn old_runs(&self, kept: &BTreeSet<Text>) -> Result<Vec<OldRun>> {
        let Some(previous) = self.previous.filter(|_| !kept.is_empty()) else {
            return Ok(Vec::new());
        };
        let stored = previous.runs().map_err(damaged)?;
        let old: std::io::Result<Vec<OldRun>> = stored.into_par_iter().map(OldRun::of).collect();
        old.map_err(damaged)
    }
}

/// The rules of the previous catalogue that are kept.
fn kept_rules(old: &[OldRun], kept: &BTreeSet<Text>) -> Result<Vec<RuleRow>> {
    let mut rules = Vec::with_capacity(kept.len());
    for (run, found) in old.iter().enumerate() {
        for (at, text) in found.texts.iter().enumerate() {
            if kept.contains(text.id.as_str()) {
                rules.push(RuleRow {
                    text: text.clone(),
                    records: Records::Kept { run, at },
                });
            }
        }
    }
    if rules.len() == kept.len() {
        return Ok(rules);
    }
    Err(damaged("rules of unchanged files are missing"))
}

/// For each part of the index, whether the previous catalogue has it of the same texts.
fn same_index(rules: &[RuleRow], old: &[OldRun]) -> Shards<bool> {
    if old.is_empty() {
        return [false; SHARDS];
    }
    let new = RuleText::deal(rules.iter().map(|rule| &rule.text));
    let old = RuleText::deal(old.iter().flat_map(|run| &run.texts));
    std::array::from_fn(|shard| {
        let (new, old) = (new[shard].iter(), old[shard].iter());
        new.map(|text| text.columns())
            .eq(old.map(|text| text.columns()))
    })
}

fn damaged(what: impl std::fmt::Display) -> CatalogError {
    CatalogError::damaged(Path::new("the previous catalogue"), what)
}

fn info(spec: &CorpusSpec, files: usize, rules: usize) -> CorpusInfo {
    CorpusInfo {
        name: spec.name.clone(),
        vendor: Text::new_static(spec.vendor.name()),
        upstream: spec.upstream.clone(),
        commit: spec.commit.clone(),
        licence: spec.licence.clone(),
        files,
        rules,
    }
}

/// All that a catalogue is made from.
struct Inputs<'a> {
    corpora: &'a [CorpusSpec],
    infos: &'a [CorpusInfo],
    identities: &'a [[u8; 32]],
    files: &'a [StoredFile],
    bases: &'a [KnowledgeInfo],
    /// Hashes of what the knowledge bases hold.
    blobs: [[u8; 32]; 3],
}

/// Hash of all that the catalogue is made from.
fn input_hash(inputs: &Inputs<'_>) -> String {
    let mut hasher = blake3::Hasher::new();
    let mut text = |text: &str| {
        hasher.update(&(text.len() as u64).to_le_bytes());
        hasher.update(text.as_bytes());
    };
    text(crate::PROGRAM);
    for (spec, info) in inputs.corpora.iter().zip(inputs.infos) {
        text(info.upstream.as_deref().unwrap_or(""));
        text(&info.files.to_string());
        for (path, reason) in &spec.unlisted {
            text(path);
            text(reason);
        }
    }
    for file in inputs.files {
        text(&file.corpus.to_string());
        text(&file.path);
        text(blake3::Hash::from(file.hash).to_hex().as_str());
    }
    for base in inputs.bases {
        text(&base.name);
        text(&base.kind);
        for origin in [&base.upstream, &base.commit, &base.licence] {
            text(origin.as_deref().unwrap_or(""));
        }
    }
    for identity in inputs.identities.iter().chain(&inputs.blobs) {
        hasher.update(identity);
    }
    hasher.finalize().to_hex().to_string()
}

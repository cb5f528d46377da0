//! Runs: rules side by side whose records are compressed together.
//!
//! A run ends after a rule whose id says so (one in [`ENDS`], by a hash), or when it is large.
//! That depends on the rules in the run only: an incremental build takes over every run in which
//! nothing changed as it is, and still gets what a build from nothing would get.

use crate::error::CatalogError;
use crate::pack::{self, Unpacked};
use crate::shards::{self, Shards};
use crate::{Result, facts::RuleFacts};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use std::fmt::Display;
use std::io;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;
use tripline_ir::Detection;

/// One rule in this many ends a run.
const ENDS: u8 = 16;
/// A run ends once its detections have this many bytes.
const LARGE: u64 = 1 << 20;

/// What searches look at of a rule, and what tells where runs end.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct RuleText {
    /// Rule id.
    pub(crate) id: String,
    /// Bytes of its detection.
    pub(crate) size: u64,
    pub(crate) title: String,
    /// Rule id, technique ids, tags.
    pub(crate) ids: String,
    pub(crate) description: String,
    /// Values that the rule looks for.
    pub(crate) body: String,
}

impl RuleText {
    /// The columns of the index.
    pub(crate) fn columns(&self) -> [&str; 4] {
        [&self.title, &self.ids, &self.description, &self.body]
    }

    /// Deals texts out by the parts of the index that they are in.
    pub(crate) fn deal<'a>(texts: impl Iterator<Item = &'a Self>) -> Shards<Vec<&'a Self>> {
        shards::deal(texts.map(|text| (text.id.as_str(), text)))
    }
}

/// One rule of a catalogue to be written.
#[derive(Debug, Clone)]
pub(crate) struct RuleRow {
    pub(crate) text: RuleText,
    pub(crate) records: Records,
}

/// Where a rule's records are.
#[derive(Debug, Clone)]
pub(crate) enum Records {
    /// Made now, in postcard.
    Made { detection: Vec<u8>, facts: Vec<u8> },
    /// In the previous catalogue: which run, and which rule of it.
    Kept { run: usize, at: usize },
}

/// A run as stored.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Run {
    pub(crate) facts: Vec<u8>,
    pub(crate) texts: Vec<u8>,
    pub(crate) detections: Vec<u8>,
}

/// A run of the previous catalogue.
#[derive(Debug)]
pub(crate) struct OldRun {
    pub(crate) stored: Arc<Run>,
    pub(crate) texts: Vec<RuleText>,
}

impl OldRun {
    /// Reads the texts of a stored run.
    pub(crate) fn of(stored: Run) -> io::Result<Self> {
        let texts: Vec<RuleText> =
            postcard::from_bytes(&pack::expand(&stored.texts)?).map_err(io::Error::other)?;
        Ok(Self {
            stored: Arc::new(stored),
            texts,
        })
    }

    /// The detection of one of its rules.
    pub(crate) fn detection(&self, at: usize) -> Result<Detection> {
        let list = Unpacked::of(&self.stored.detections).map_err(damaged)?;
        let bytes = list.get(at).ok_or_else(|| damaged("a rule is missing"))?;
        postcard::from_bytes(bytes).map_err(damaged)
    }
}

impl RuleRow {
    /// A rule made now.
    pub(crate) fn made(
        mut text: RuleText,
        detection: &Detection,
        facts: &RuleFacts,
    ) -> postcard::Result<Self> {
        let detection = postcard::to_stdvec(detection)?;
        text.size = detection.len() as u64;
        Ok(Self {
            text,
            records: Records::Made {
                detection,
                facts: postcard::to_stdvec(facts)?,
            },
        })
    }
}

/// The runs of `rules`, which are in order of ids: number of the first rule, and the run.
pub(crate) fn runs(rules: &[RuleRow], old: &[OldRun]) -> Result<Vec<(usize, Arc<Run>)>> {
    ranges(rules)
        .into_par_iter()
        .map(|range| Ok((range.start, run(&rules[range], old)?)))
        .collect()
}

fn ranges(rules: &[RuleRow]) -> Vec<Range<usize>> {
    let mut ranges = Vec::new();
    let (mut start, mut size) = (0, 0);
    for (n, rule) in rules.iter().enumerate() {
        size += rule.text.size;
        let last = n + 1 == rules.len();
        if last || size >= LARGE || is_end(&rule.text.id) {
            ranges.push(start..n + 1);
            (start, size) = (n + 1, 0);
        }
    }
    ranges
}

fn is_end(id: &str) -> bool {
    blake3::hash(id.as_bytes()).as_bytes()[0].is_multiple_of(ENDS)
}

fn run(rules: &[RuleRow], old: &[OldRun]) -> Result<Arc<Run>> {
    if let Some(same) = same_run(rules, old) {
        return Ok(Arc::clone(&same.stored));
    }
    let mut source = Source::new(old);
    let mut facts = Vec::with_capacity(rules.len());
    let mut detections = Vec::with_capacity(rules.len());
    for rule in rules {
        match &rule.records {
            Records::Made { .. } => {}
            Records::Kept { run, .. } => source.open(*run)?,
        }
    }
    for rule in rules {
        let (detection, fact) = match &rule.records {
            Records::Made { detection, facts } => (detection.as_slice(), facts.as_slice()),
            Records::Kept { run, at } => source.records(*run, *at)?,
        };
        detections.push(detection);
        facts.push(fact);
    }
    let texts: Vec<&RuleText> = rules.iter().map(|rule| &rule.text).collect();
    let texts = postcard::to_stdvec(&texts).map_err(damaged)?;
    Ok(Arc::new(Run {
        facts: pack::pack(&facts).map_err(damaged)?,
        texts: pack::compress(&texts).map_err(damaged)?,
        detections: pack::pack(&detections).map_err(damaged)?,
    }))
}

/// The old run that holds exactly these rules.
fn same_run<'a>(rules: &[RuleRow], old: &'a [OldRun]) -> Option<&'a OldRun> {
    let Records::Kept { run, at: 0 } = rules.first()?.records else {
        return None;
    };
    let same = |(n, rule): (usize, &RuleRow)| matches!(rule.records, Records::Kept { run: r, at } if r == run && at == n);
    let found = old.get(run)?;
    (found.texts.len() == rules.len() && rules.iter().enumerate().all(same)).then_some(found)
}

/// Old runs, expanded as they are needed.
struct Source<'a> {
    old: &'a [OldRun],
    open: Vec<(usize, Unpacked, Unpacked)>,
}

impl<'a> Source<'a> {
    fn new(old: &'a [OldRun]) -> Self {
        let open = Vec::new();
        Self { old, open }
    }

    fn open(&mut self, run: usize) -> Result<()> {
        if self.open.iter().all(|(n, ..)| *n != run) {
            let found = self.old.get(run).ok_or_else(missing)?;
            let detections = Unpacked::of(&found.stored.detections).map_err(damaged)?;
            let facts = Unpacked::of(&found.stored.facts).map_err(damaged)?;
            self.open.push((run, detections, facts));
        }
        Ok(())
    }

    /// A rule's detection and facts.
    fn records(&self, run: usize, at: usize) -> Result<(&[u8], &[u8])> {
        let found = self.open.iter().find(|(n, ..)| *n == run);
        let (_, detections, facts) = found.ok_or_else(missing)?;
        let pair = detections.get(at).zip(facts.get(at));
        pair.ok_or_else(missing)
    }
}

fn missing() -> CatalogError {
    damaged("a rule is missing")
}

fn damaged(what: impl Display) -> CatalogError {
    CatalogError::damaged(Path::new("the previous catalogue"), what)
}

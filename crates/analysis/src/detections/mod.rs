//! Detections of a technique per platform: which rule to run there, why, and what it takes.

mod nearest;
mod needs;
mod platforms;
mod rank;
mod references;
mod rule;
mod spelling;
mod trials;
mod tuning;
mod written;

pub use nearest::{Nearest, Nearness};
pub use needs::{DataSource, FieldNeed, FieldRole};
pub use platforms::Platform;
pub(crate) use rank::standings;
pub use rank::{Fidelity, Reasons, Weakest};
pub use references::{Cited, Citing, Source};
pub use rule::{Basis, Confidence, PlatformRule};
pub use trials::{Trial, TrialRun, TrialSignal};
pub use tuning::Tuning;
pub use written::Unwritten;

use crate::head::{CatalogHead, schema};
use crate::markup::{Reader, plain_text};
use crate::tables::{RuleRow, rule_row};
use crate::technique::{known, left_out};
use crate::{Index, UnknownTechnique};
use schemars::JsonSchema;
use serde::Serialize;
use smol_str::SmolStr as Text;
use std::collections::BTreeMap;
use std::sync::Arc;
use tripline_attack::Attack;
use tripline_ir::{Class, Detection};
use tuning::Clauses;

/// How many rules are shown whole unless asked otherwise.
pub const SHOWN: usize = 3;

/// The platforms that have rules for a technique.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct DetectionsAnswer {
    /// Name and version of this form.
    pub schema: Text,
    /// The catalogue it was computed from.
    pub catalog: CatalogHead,
    /// Technique id.
    pub id: Text,
    /// Its name.
    pub name: Text,
    /// The id that was asked for, when ATT&CK has replaced it by `id`.
    pub asked: Option<Text>,
    /// Whether rules of sub-techniques are among those counted.
    pub with_subtechniques: bool,
    /// Every platform, in display order.
    pub platforms: Vec<PlatformRow>,
}

/// A platform and its rules for a technique.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct PlatformRow {
    /// Its name on the command line and in addresses.
    pub platform: Text,
    /// Its name as its maker writes it.
    pub name: Text,
    /// Rules that count.
    pub rules_total: usize,
    /// Rules that do not count, by class.
    pub left_out: BTreeMap<Text, usize>,
    /// The rule to run first.
    pub best: Option<RankedRule>,
}

/// A rule in a ranked list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct RankedRule {
    /// The rule.
    #[serde(flatten)]
    pub rule: RuleRow,
    /// The values that decide its place, as phrases in the order in which they decide.
    pub why: Vec<Text>,
    /// The same values.
    pub reasons: Reasons,
}

/// The detections of a technique on one platform.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct DetectionAnswer {
    /// Name and version of this form.
    pub schema: Text,
    /// The catalogue it was computed from.
    pub catalog: CatalogHead,
    /// Technique id.
    pub id: Text,
    /// Its name.
    pub name: Text,
    /// The id that was asked for, when ATT&CK has replaced it by `id`.
    pub asked: Option<Text>,
    /// The technique that it is a part of: id and name.
    pub parent: Option<[Text; 2]>,
    /// The first paragraph of ATT&CK's description, without its markup.
    pub statement: Text,
    /// Tactics.
    pub tactics: Vec<Text>,
    /// The technique's page at ATT&CK.
    pub url: Option<Text>,
    /// The platform's name on the command line and in addresses.
    pub platform: Text,
    /// The platform's name as its maker writes it.
    pub platform_name: Text,
    /// Whether rules of sub-techniques are among those below.
    pub with_subtechniques: bool,
    /// Rules of the platform that count.
    pub rules_total: usize,
    /// Rules of the platform that do not count, by class.
    pub left_out: BTreeMap<Text, usize>,
    /// The first rules whole, the best first; withdrawn ones are never among them.
    pub best: Vec<PlatformRule>,
    /// The other rules, the best first.
    pub others: Vec<RankedRule>,
    /// What comes near where the platform has no rule of the technique; empty where it has.
    pub nearest: Vec<Nearest>,
    /// The other platforms.
    pub other_platforms: Vec<PlatformRow>,
    /// Tests of Atomic Red Team by which they can be tried.
    pub tests: Vec<Trial>,
    /// What the rules, ATT&CK and the tests cite, each once.
    pub references: Vec<Cited>,
}

/// A rule and the values that decide its place.
#[derive(Debug)]
pub(crate) struct Standing {
    at: u32,
    /// They name fields as the rule does, where its name is one of the very field; else
    /// canonically: a standing serves readers of all naming schemes.
    reasons: Reasons,
}

impl Standing {
    /// The reasons, with fields as the index names them.
    fn shown(&self, index: &Index<'_>) -> Reasons {
        let mut reasons = self.reasons.clone();
        if let Some(weakest) = &mut reasons.weakest {
            weakest.field = index.field_name(&weakest.field);
        }
        reasons
    }
}

/// A technique with its rules of every platform.
struct Subject<'i, 'c> {
    index: &'i Index<'c>,
    id: Text,
    asked: Option<Text>,
    all: Vec<u32>,
    /// The same, the best first.
    standings: Arc<[Standing]>,
}

impl<'i, 'c> Subject<'i, 'c> {
    fn new(
        index: &'i Index<'c>,
        id: &str,
        with_subtechniques: bool,
    ) -> Result<Self, UnknownTechnique> {
        let (id, asked) = known(index, id)?;
        Ok(Self {
            all: index.under(&id, with_subtechniques),
            standings: index.standings(&id, with_subtechniques),
            index,
            id,
            asked,
        })
    }

    fn name(&self) -> Text {
        let technique = self.index.catalog.attack.technique(&self.id);
        technique
            .map(|technique| technique.head.name.clone())
            .unwrap_or_default()
    }

    /// The technique that this one is a part of.
    fn parent(&self) -> Option<[Text; 2]> {
        let (id, _) = self.id.split_once('.')?;
        let found = self.index.catalog.attack.technique(id)?;
        Some([found.head.id.clone(), found.head.name.clone()])
    }

    /// The rules of a platform, ascending.
    fn of(&self, platform: &Platform) -> Vec<u32> {
        let all = self.all.iter().copied();
        all.filter(|at| platform.runs(self.index.facts(*at)))
            .collect()
    }

    /// The rules of a platform, the best first.
    fn ranked(&self, platform: &Platform) -> impl Iterator<Item = &Standing> {
        let all = self.standings.iter();
        all.filter(|found| platform.runs(self.index.facts(found.at)))
    }

    fn row(&self, platform: &Platform) -> PlatformRow {
        let rules = self.of(platform);
        let best = self.ranked(platform).next();
        let best = best.filter(|found| offered(self.index, found));
        PlatformRow {
            platform: platform.id.into(),
            name: platform.name.into(),
            rules_total: counted(self.index, &rules),
            left_out: uncounted(self.index, &rules),
            best: best.map(|found| ranked_rule(self.index, found)),
        }
    }
}

/// The platforms that have rules for the technique `id` (any letter case).
///
/// # Errors
/// When neither ATT&CK nor any rule knows the id.
pub fn detections(
    index: &Index<'_>,
    id: &str,
    with_subtechniques: bool,
) -> Result<DetectionsAnswer, UnknownTechnique> {
    let subject = Subject::new(index, id, with_subtechniques)?;
    Ok(DetectionsAnswer {
        schema: schema("detections"),
        catalog: CatalogHead::of(index.catalog),
        name: subject.name(),
        asked: subject.asked.clone(),
        with_subtechniques,
        platforms: Platform::ALL
            .iter()
            .map(|platform| subject.row(platform))
            .collect(),
        id: subject.id.clone(),
    })
}

/// The detections of the technique `id` (any letter case) on a platform, `shown` of them whole.
///
/// # Errors
/// When neither ATT&CK nor any rule knows the id, or the catalogue is damaged.
pub fn detection(
    index: &Index<'_>,
    id: &str,
    platform: &Platform,
    with_subtechniques: bool,
    shown: usize,
) -> Result<DetectionAnswer, DetectionError> {
    let subject = Subject::new(index, id, with_subtechniques)?;
    let rules = subject.of(platform);
    let ranked: Vec<&Standing> = subject.ranked(platform).collect();
    let offers = ranked.iter().filter(|found| offered(index, found));
    let whole = offers.count().min(shown);
    let clauses = Clauses::new(index, &subject.all);
    let mut texts = Vec::with_capacity(whole);
    for found in &ranked[..whole] {
        // A catalogue has the text of each rule that it has facts of.
        if let Some(text) = index.catalog.detection(&index.id(found.at))? {
            let alike = rank::alike(index, &subject.all, found.at);
            let tuning = clauses.tuning(platform, found.at, &text, &alike)?;
            texts.push((found, text, tuning));
        }
    }
    let tried: Vec<(u32, &Detection)> = texts
        .iter()
        .map(|(found, text, _)| (found.at, text))
        .collect();
    let tests = trials::trials(index, &subject.id, with_subtechniques, &tried)?;
    let best = texts
        .into_iter()
        .map(|(found, text, tuning)| rule::whole(index, found, text, platform, tuning))
        .collect();
    let technique = index.catalog.attack.technique(&subject.id);
    let others = Platform::ALL.iter().filter(|other| other.id != platform.id);
    Ok(DetectionAnswer {
        schema: schema("platform_detection"),
        catalog: CatalogHead::of(index.catalog),
        name: subject.name(),
        asked: subject.asked.clone(),
        parent: subject.parent(),
        statement: technique.map_or_else(Text::default, |found| {
            statement(&index.catalog.attack, &found.head.description)
        }),
        tactics: technique
            .map(|found| found.tactics.clone())
            .unwrap_or_default(),
        url: technique.and_then(|found| found.head.url.clone()),
        platform: platform.id.into(),
        platform_name: platform.name.into(),
        with_subtechniques,
        rules_total: counted(index, &rules),
        left_out: uncounted(index, &rules),
        best,
        others: ranked[whole..]
            .iter()
            .map(|found| ranked_rule(index, found))
            .collect(),
        nearest: if whole == 0 {
            nearest::nearest(index, platform, &subject.id, &subject.all)
        } else {
            Vec::new()
        },
        other_platforms: others.map(|other| subject.row(other)).collect(),
        references: references::references(index, &subject.id, &rules, &tests)?,
        tests,
        id: subject.id.clone(),
    })
}

/// The first paragraph of a text of ATT&CK, without markup and citations.
fn statement(attack: &Attack, text: &str) -> Text {
    let first = text.split("\n\n").next().unwrap_or_default();
    let spans = Reader::new(attack).line(&first.replace('\n', " "));
    plain_text(&spans).trim().into()
}

/// Why there is no answer.
#[derive(Debug)]
pub enum DetectionError {
    /// Nobody knows the technique.
    Unknown(UnknownTechnique),
    /// The catalogue is damaged.
    Catalog(tripline_catalog::CatalogError),
}

impl From<UnknownTechnique> for DetectionError {
    fn from(unknown: UnknownTechnique) -> Self {
        Self::Unknown(unknown)
    }
}

impl From<tripline_catalog::CatalogError> for DetectionError {
    fn from(error: tripline_catalog::CatalogError) -> Self {
        Self::Catalog(error)
    }
}

/// Whether a rule is one to run: upstream has not withdrawn it and it could be read.
fn offered(index: &Index<'_>, found: &Standing) -> bool {
    index.facts(found.at).class != Class::Deprecated && found.reasons.status != "failed"
}

fn ranked_rule(index: &Index<'_>, found: &Standing) -> RankedRule {
    let reasons = found.shown(index);
    RankedRule {
        rule: rule_row(index.facts(found.at)),
        why: reasons.phrases(),
        reasons,
    }
}

/// The rules of a technique that count, by position, the best first, with what decided their places.
pub(crate) fn ranked_rules(
    index: &Index<'_>,
    technique: &str,
    with_subtechniques: bool,
) -> Vec<(u32, RankedRule)> {
    let standings = index.standings(technique, with_subtechniques);
    let counts = standings
        .iter()
        .filter(|found| index.facts(found.at).class.counts());
    counts
        .map(|found| (found.at, ranked_rule(index, found)))
        .collect()
}

fn counted(index: &Index<'_>, rules: &[u32]) -> usize {
    let counts = |at: &&u32| index.facts(**at).class.counts();
    rules.iter().filter(counts).count()
}

fn uncounted(index: &Index<'_>, rules: &[u32]) -> BTreeMap<Text, usize> {
    let left = rules.iter().copied();
    let left: Vec<u32> = left.filter(|at| !index.facts(*at).class.counts()).collect();
    left_out(index, &left)
}

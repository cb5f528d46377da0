//! Tests of a technique with the events that they leave behind, and the rules that fire on them.
//!
//! Input: Atomic Red Team tests of the catalogue. Output: [`SignalsAnswer`]. The command of a test
//! is read ([`shell`]), what it does becomes events ([`derive`]), the events are written as each
//! vendor's collectors would ([`view`]), and the law runs the rules of the catalogue over them
//! ([`fire`]). What the text does not tell is named, never guessed. Nothing is run.

mod derive;
mod fire;
mod near;
mod shell;
mod tables;
mod view;

#[cfg(test)]
mod tests;

use crate::Index;
use crate::head::{CatalogHead, schema};
use crate::technique::UnknownTechnique;
use derive::{Draft, Host, Platform};
use fire::{Outcome, Seen, Shooter};
use rayon::prelude::*;
use schemars::JsonSchema;
use serde::Serialize;
use smol_str::{SmolStr as Text, ToSmolStr};
use std::sync::Arc;
use tripline_attack::atomic::AtomicTest;
use tripline_catalog::{AtomicFile, CatalogError};
use tripline_ir::{Class, Detection};

/// Most near misses that a test lists.
const MAX_NEAR: usize = 20;

/// The tests of a technique.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct SignalsAnswer {
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
    /// Whether tests of sub-techniques are among them.
    pub with_subtechniques: bool,
    /// The tests, by technique, then in the order of their file.
    pub tests: Vec<TestRow>,
}

/// A test.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct TestRow {
    /// The technique that it belongs to.
    pub technique: Text,
    /// Its stable id.
    pub guid: Text,
    /// Name.
    pub name: Text,
    /// What it does, as its authors say.
    pub description: Text,
    /// The knowledge base that it is from.
    pub base: Text,
    /// Its file in the knowledge base.
    pub path: Text,
    /// Platforms, as written.
    pub platforms: Vec<Text>,
    /// What runs it: `powershell`, `command_prompt`, `bash`, `sh`, `manual`.
    pub executor: Text,
    /// Whether it needs elevated rights.
    pub elevation_required: bool,
    /// What must be there first.
    pub prerequisites: Vec<Prerequisite>,
    /// The command, arguments filled in by their defaults.
    pub command: Text,
    /// The commands that undo it, filled in likewise.
    pub cleanup: Text,
    /// Of a manual test, what a person does.
    pub steps: Text,
    /// What happens, on each of the platforms that signals can be derived for.
    pub runs: Vec<PlatformRun>,
}

/// Something that a test needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Prerequisite {
    /// What.
    pub description: Text,
    /// The command that says whether it is there.
    pub check: Text,
    /// The command that fetches it.
    pub fetch: Text,
}

/// What a test leaves behind on one platform.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct PlatformRun {
    /// `windows`, `linux`, `macos`, or the cloud service as the test names it.
    pub platform: Text,
    /// The expected events, in order.
    pub signals: Vec<Signal>,
    /// What could not be derived from the command.
    pub unknown: Vec<Unknown>,
    /// Rules that fire: the law says so. By class, those of the test's technique first, then by id.
    pub fires: Vec<Fire>,
    /// Rules of which a part could not be read and whose rest fires, in the same order.
    pub partial: Vec<Fire>,
    /// Rules that miss by one test, in the same order, of those of a class and technique first those
    /// with the fewest such tests; the first 20.
    pub near: Vec<NearMiss>,
    /// How many rules miss by one test.
    pub near_total: usize,
}

/// An event that a test is expected to leave behind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Signal {
    /// Catalogue event: `PROVIDER/ID`.
    pub event: Text,
    /// Who writes it.
    pub provider: Text,
    /// Its id.
    pub id: Text,
    /// Its title.
    pub title: Text,
    /// Other events that report the same.
    pub also: Vec<Text>,
    /// What it says.
    pub fields: Vec<SignalField>,
    /// First and one past the last byte in the command.
    pub span: [usize; 2],
    /// Why it is expected.
    pub why: Text,
}

/// A field of an expected event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct SignalField {
    /// Canonical field; the event's own name where there is none.
    pub field: Text,
    /// The name shown for it.
    pub name: Text,
    /// Its value.
    pub value: Text,
}

/// A part of a command whose effect is not known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Unknown {
    /// What is not known.
    pub what: Text,
    /// First and one past the last byte in the command.
    pub span: [usize; 2],
}

/// A rule that fires.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Fire {
    /// Rule id.
    pub rule: Text,
    /// Title.
    pub title: Text,
    /// Vendor.
    pub vendor: Text,
    /// Class.
    pub class: Text,
    /// How much of it was read: `full` or `partial`.
    pub status: Text,
    /// The signals that make it fire: positions, from 0.
    pub signals: Vec<usize>,
    /// Of a partial rule, what is not in its plan.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub losses: Vec<Text>,
}

/// A rule that misses by one test.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct NearMiss {
    /// Rule id.
    pub rule: Text,
    /// Title.
    pub title: Text,
    /// Vendor.
    pub vendor: Text,
    /// Class.
    pub class: Text,
    /// The signal that it misses: its position, from 0.
    pub signal: usize,
    /// The tests of which each alone decides; the first five.
    pub atoms: Vec<NearAtom>,
    /// How many such tests there are.
    pub alternatives: usize,
}

/// The test that a rule misses by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct NearAtom {
    /// The test, in words.
    pub test: Text,
    /// First and one past the last byte in the rule's body.
    pub span: [u32; 2],
    /// It holds and excludes the event; otherwise it fails.
    pub excluded: bool,
}

/// Why there is no answer.
#[derive(Debug)]
pub enum SignalsError {
    /// Neither ATT&CK, a rule nor a test knows the id.
    Unknown(UnknownTechnique),
    /// The catalogue cannot be read.
    Catalog(CatalogError),
}

impl From<CatalogError> for SignalsError {
    fn from(error: CatalogError) -> Self {
        Self::Catalog(error)
    }
}

/// The tests of the technique `id` (any letter case) with their expected events and the rules that
/// fire on them.
///
/// # Errors
/// When nothing knows the id, or the catalogue is damaged.
pub fn signals(
    index: &Index<'_>,
    id: &str,
    with_subtechniques: bool,
) -> Result<SignalsAnswer, SignalsError> {
    let asked = Text::from(id.trim().to_ascii_uppercase());
    let id = crate::technique::resolved(index, &asked);
    let files = index.catalog.atomics()?;
    let of_technique = |file: &&AtomicFile| {
        crate::technique::is_about(index, &file.atomics.technique, &id, with_subtechniques)
    };
    let files: Vec<&AtomicFile> = files.iter().filter(of_technique).collect();
    let known = index.catalog.attack.technique(&id);
    if known.is_none() && files.is_empty() && index.under(&id, true).is_empty() {
        let near = crate::technique::near(index, &asked);
        return Err(SignalsError::Unknown(UnknownTechnique { id: asked, near }));
    }
    let tests: Vec<(&AtomicFile, &AtomicTest)> = files
        .iter()
        .flat_map(|file| file.atomics.tests.iter().map(|test| (*file, test)))
        .collect();
    let drafted: Vec<Drafted<'_>> = tests
        .into_par_iter()
        .map(|(file, test)| drafted(index, file, test))
        .collect();
    let mut outcomes = outcomes(index, &drafted)?.into_iter();
    let rows = drafted.into_iter();
    let rows = rows.map(|drafted| row(index, drafted, &mut outcomes));
    let rows: Vec<TestRow> = rows.collect();
    Ok(SignalsAnswer {
        schema: schema("tests"),
        catalog: CatalogHead::of(index.catalog),
        name: known
            .map(|known| known.head.name.clone())
            .unwrap_or_default(),
        asked: (asked != id).then_some(asked),
        id,
        with_subtechniques,
        tests: rows,
    })
}

/// What a test leaves behind on one platform, and which of some rules fire on it.
pub(crate) struct Tried {
    pub(crate) platform: Text,
    pub(crate) signals: Vec<Signal>,
    /// Places of the rules that fire.
    pub(crate) fires: Vec<usize>,
}

/// What a test leaves behind on one platform.
pub(crate) struct Left {
    platform: Text,
    drafts: Vec<Draft>,
    seen: Seen,
}

/// What a test leaves behind on each platform that events can be derived for.
pub(crate) fn left_behind(test: &AtomicTest) -> Vec<Left> {
    let command = placed(test, &test.fill(&test.executor.command));
    let of = |(name, platform): (Text, Platform)| {
        let drafts = derive::derive(test, command.trim_end(), platform).drafts;
        Left {
            platform: name,
            seen: Seen::of(&drafts, platform),
            drafts,
        }
    };
    platforms(test).into_iter().map(of).collect()
}

/// Runs some rules, by position and with their texts, over what each of some tests leaves behind.
pub(crate) fn tried(
    index: &Index<'_>,
    tests: &[&AtomicTest],
    rules: &[(u32, &Detection)],
) -> Vec<Vec<Tried>> {
    let left = tests.par_iter().map(|test| index.left_behind(test));
    let left: Vec<Arc<[Left]>> = left.collect();
    let fires_on = |(position, rule): &(u32, &Detection)| -> Vec<bool> {
        let shooter = Shooter::of(index.facts(*position), rule);
        let runs = left.iter().flat_map(|left| left.iter());
        let fires = |run: &Left| shooter.as_ref().is_some_and(|rule| rule.fires(&run.seen));
        runs.map(fires).collect()
    };
    let fires: Vec<Vec<bool>> = rules.par_iter().map(fires_on).collect();
    let mut runs = 0..;
    let mut of = |left: &Left| {
        let run = runs.next().unwrap_or_default();
        let signals = left.drafts.iter();
        Tried {
            platform: left.platform.clone(),
            signals: signals.map(|draft| signal(index, draft)).collect(),
            fires: (0..rules.len()).filter(|at| fires[*at][run]).collect(),
        }
    };
    let of_test = |left: &Arc<[Left]>| left.iter().map(&mut of).collect();
    left.iter().map(of_test).collect()
}

/// A test with its events on each platform, and the rules that may fire on them.
struct Drafted<'a> {
    file: &'a AtomicFile,
    test: &'a AtomicTest,
    command: Text,
    runs: Vec<DraftedRun>,
}

struct DraftedRun {
    platform: Text,
    host: Host,
    seen: Seen,
    candidates: Vec<u32>,
}

/// What the rules make of each platform's events, in order of tests and of their platforms. One rule
/// is run on all of them before the next, so that what it compiles is kept only as long.
fn outcomes(
    index: &Index<'_>,
    drafted: &[Drafted<'_>],
) -> Result<Vec<Vec<(u32, Outcome)>>, CatalogError> {
    let runs: Vec<&DraftedRun> = drafted.iter().flat_map(|drafted| &drafted.runs).collect();
    let mut places: Vec<u32> = runs.iter().flat_map(|run| run.candidates.clone()).collect();
    places.sort_unstable();
    places.dedup();
    let texts = index.catalog.detections_at(&places)?;
    let of_rule = |(at, rule): (&u32, &Detection)| -> Vec<(usize, Outcome)> {
        let Some(shooter) = Shooter::of(index.facts(*at), rule) else {
            return Vec::new();
        };
        let sees = |run: &&DraftedRun| run.candidates.binary_search(at).is_ok();
        let seeing = runs.iter().enumerate().filter(|(_, run)| sees(run));
        seeing
            .map(|(place, run)| (place, shooter.run(index, &run.seen)))
            .collect()
    };
    let each = places.par_iter().zip(&texts).map(of_rule);
    let each: Vec<Vec<(usize, Outcome)>> = each.collect();
    let mut found: Vec<Vec<(u32, Outcome)>> = runs.iter().map(|_| Vec::new()).collect();
    for (at, outcomes) in places.into_iter().zip(each) {
        for (run, outcome) in outcomes {
            found[run].push((at, outcome));
        }
    }
    Ok(found)
}

/// A text of a test with its arguments filled in.
fn filled(test: &AtomicTest, text: &str) -> Text {
    Text::from(placed(test, &test.fill(text)).trim_end())
}

fn drafted<'a>(index: &Index<'_>, file: &'a AtomicFile, test: &'a AtomicTest) -> Drafted<'a> {
    let command = filled(test, &test.executor.command);
    let of = |(platform, kind): (Text, Platform)| {
        let host = derive::derive(test, &command, kind);
        let seen = Seen::of(&host.drafts, kind);
        let candidates = fire::candidates(index, &seen);
        DraftedRun {
            platform,
            host,
            seen,
            candidates,
        }
    };
    let runs = platforms(test).into_iter().map(of).collect();
    Drafted {
        file,
        test,
        command,
        runs,
    }
}

/// A test with what the rules make of it: the next of the outcomes, one for each platform.
fn row(
    index: &Index<'_>,
    drafted: Drafted<'_>,
    outcomes: &mut impl Iterator<Item = Vec<(u32, Outcome)>>,
) -> TestRow {
    let (file, test) = (drafted.file, drafted.test);
    let fill = |text: &str| filled(test, text);
    let technique = &file.atomics.technique;
    let runs = drafted.runs.iter().zip(outcomes);
    let runs = runs
        .map(|(run, outcomes)| platform_run(index, technique, run, outcomes))
        .collect();
    TestRow {
        technique: file.atomics.technique.clone(),
        guid: test.guid.clone(),
        name: test.name.clone(),
        description: test.description.clone(),
        base: file.base.clone(),
        path: file.path.clone(),
        platforms: test.platforms.clone(),
        executor: test.executor.name.trim().into(),
        elevation_required: test.executor.elevation_required,
        prerequisites: test
            .dependencies
            .iter()
            .map(|needed| Prerequisite {
                description: fill(&needed.description),
                check: fill(&needed.check),
                fetch: fill(&needed.fetch),
            })
            .collect(),
        cleanup: fill(&test.executor.cleanup),
        steps: fill(&test.executor.steps),
        command: drafted.command,
        runs,
    }
}

/// A text with the folder of the tests in its place: where their installer puts it.
pub(crate) fn placed(test: &AtomicTest, text: &str) -> String {
    let named = |name: &str| test.platforms.iter().any(|platform| platform == name);
    let folder = if named("windows") {
        "C:\\AtomicRedTeam\\atomics"
    } else if named("macos") && !named("linux") {
        "/Users/user/AtomicRedTeam/atomics"
    } else {
        "/home/user/AtomicRedTeam/atomics"
    };
    let text = text.replace("$PathToAtomicsFolder", folder);
    text.replace("PathToAtomicsFolder", folder)
}

/// The platforms of a test that events can be derived for. Machines before services: a test for
/// both is run on the machine.
fn platforms(test: &AtomicTest) -> Vec<(Text, Platform)> {
    let machine = |name: &Text| match name.as_str() {
        "windows" => Some(Platform::Windows),
        "linux" => Some(Platform::Linux),
        "macos" => Some(Platform::Macos),
        _ => None,
    };
    let named = test.platforms.iter();
    let machines: Vec<(Text, Platform)> = named
        .filter_map(|name| Some((name.clone(), machine(name)?)))
        .collect();
    if !machines.is_empty() {
        return machines;
    }
    let services = ["iaas:aws", "iaas:azure", "azure-ad", "iaas:gcp"];
    let found = services
        .iter()
        .filter(|name| test.platforms.iter().any(|own| own == **name));
    found
        .map(|name| (Text::new_static(name), Platform::Cloud(name)))
        .collect()
}

fn platform_run(
    index: &Index<'_>,
    technique: &Text,
    drafted: &DraftedRun,
    mut outcomes: Vec<(u32, Outcome)>,
) -> PlatformRun {
    let host = &drafted.host;
    let mut run = PlatformRun {
        platform: drafted.platform.clone(),
        signals: host
            .drafts
            .iter()
            .map(|draft| signal(index, draft))
            .collect(),
        unknown: host
            .unknown
            .iter()
            .map(|((start, end), what)| Unknown {
                what: what.as_str().into(),
                span: [*start, *end],
            })
            .collect(),
        fires: Vec::new(),
        partial: Vec::new(),
        near: Vec::new(),
        near_total: 0,
    };
    outcomes.sort_by_cached_key(|(at, outcome)| {
        let facts = index.facts(*at);
        let class = Class::ALL.iter().position(|known| *known == facts.class);
        let own = facts.techniques.contains(technique);
        let alternatives = match outcome {
            Outcome::Near(miss) => miss.alternatives,
            _ => 0,
        };
        (class, !own, alternatives, facts.id.clone())
    });
    for (_, outcome) in outcomes {
        match outcome {
            Outcome::Fires(fire) if fire.status == "full" => run.fires.push(fire),
            Outcome::Fires(fire) => run.partial.push(fire),
            Outcome::Near(miss) => {
                run.near_total += 1;
                if run.near.len() < MAX_NEAR {
                    run.near.push(miss);
                }
            }
            Outcome::Nothing => {}
        }
    }
    run
}

fn signal(index: &Index<'_>, draft: &Draft) -> Signal {
    let event = view::key(draft, view::View::Sensor);
    let known = index.schema.describe_event(&event);
    let mut fields: Vec<SignalField> = draft
        .fields
        .iter()
        .filter(|(field, _)| !field.ends_with("entity_id"))
        .map(|(field, value)| SignalField {
            field: Text::new_static(field),
            name: index.field_name(field),
            value: value.as_str().into(),
        })
        .collect();
    fields.extend(draft.native.iter().map(|(name, value)| SignalField {
        field: name.as_str().into(),
        name: name.as_str().into(),
        value: value.as_str().into(),
    }));
    Signal {
        provider: known.provider.clone(),
        id: known.id.clone(),
        title: known.title.clone(),
        event,
        also: draft.also.iter().map(ToSmolStr::to_smolstr).collect(),
        fields,
        span: [draft.place.0, draft.place.1],
        why: draft.why.as_str().into(),
    }
}

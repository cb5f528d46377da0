//! The dossier of a technique: everything that the catalogue knows about it, with its evidence.
//!
//! One file per group of sections. Every line names what it rests on; a section without evidence is
//! empty, and the document says what was looked for.

mod actors;
mod audit;
mod collect;
mod commands;
mod flow;
mod harmless;
mod likeness;
mod lookup;
mod notes;
mod observables;
mod opportunities;
mod queries;
mod questions;
mod rare;
mod related;
mod response;
mod scope;
mod sequences;
mod show;
mod summary;
mod things;
mod values;
mod ways;

pub use actors::{ActorRow, ProcedureText, ProgramRow, ToolRow, Years};
pub use collect::{Collect, RequirementRow, SettingRow, UnknownRow};
pub use commands::{AtomicRow, Commands};
pub use flow::{Flow, FlowStep, Position};
pub use harmless::FalsePositives;
pub use observables::{EventUse, Events, FieldRead, Network, NetworkSource};
pub use opportunities::{AnalyticRow, LogSourceRow, MutableRow, OpportunityRow};
pub use queries::{Query, VendorQueries};
pub use questions::Question;
pub use related::RelatedRow;
pub use response::{MitigationRow, StepRow, Steps};
pub use sequences::{SequenceRow, SequenceStep, StepField};
pub use show::document;
pub use summary::{ExpectedRow, Prerequisites, SubRow, Summary, SummaryEvent, TacticRow, Why};

use crate::evidence::{Evidence, Sources};
use crate::head::{CatalogHead, schema};
use crate::markup::{Paragraph, Reader, Reference, safe_url};
use crate::technique::known;
use crate::{Index, UnknownTechnique};
use schemars::JsonSchema;
use scope::{Pen, Scope};
use serde::Serialize;
use smol_str::SmolStr as Text;
use std::collections::BTreeMap;
use tripline_catalog::CatalogError;

/// The dossier of a technique.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Dossier {
    /// Name and version of this form.
    pub schema: Text,
    /// The catalogue it was computed from.
    pub catalog: CatalogHead,
    /// Technique id.
    pub id: Text,
    /// Its name.
    pub name: Text,
    /// Its page at ATT&CK.
    pub url: Option<Text>,
    /// The id that was asked for, when ATT&CK has replaced it by `id`.
    pub asked: Option<Text>,
    /// The statement to show with texts of ATT&CK.
    pub attribution: Text,
    /// Version of ATT&CK, where the bundle says it.
    pub attack_version: Option<Text>,
    /// Whether rules and uses of sub-techniques are included.
    pub with_subtechniques: bool,
    /// Executive summary.
    pub summary: Summary,
    /// Why it is used.
    pub why: Why,
    /// ATT&CK's description.
    pub description: Vec<Paragraph>,
    /// What precedes and follows it.
    pub flow: Flow,
    /// What it needs.
    pub prerequisites: Prerequisites,
    /// Software that uses it.
    pub tools: Vec<ToolRow>,
    /// Programs that rules look for.
    pub programs: Vec<ProgramRow>,
    /// Commands.
    pub commands: Commands,
    /// Network traffic.
    pub network: Network,
    /// Events of Windows, Sysmon and other sources.
    pub events: Events,
    /// Detection strategies and analytics.
    pub opportunities: Vec<OpportunityRow>,
    /// Rules with their queries, per vendor.
    pub queries: Vec<VendorQueries>,
    /// Questions to ask of an alert.
    pub questions: Vec<Question>,
    /// Steps of investigation.
    pub investigation: Steps,
    /// Steps of containment.
    pub containment: Steps,
    /// Mitigations.
    pub mitigations: Vec<MitigationRow>,
    /// What to collect.
    pub collect: Collect,
    /// What is known to be harmless.
    pub false_positives: FalsePositives,
    /// Related techniques.
    pub related: Vec<RelatedRow>,
    /// Works that ATT&CK's texts cite, by number.
    pub references: Vec<Reference>,
    /// What the lines rest on, by key.
    pub sources: BTreeMap<Text, Evidence>,
}

/// Why there is no dossier.
#[derive(Debug)]
pub enum DossierError {
    /// Neither ATT&CK nor any rule knows the technique.
    Unknown(UnknownTechnique),
    /// The catalogue cannot be read.
    Catalog(CatalogError),
}

impl From<CatalogError> for DossierError {
    fn from(error: CatalogError) -> Self {
        Self::Catalog(error)
    }
}

/// The dossier of `id` (any letter case).
///
/// # Errors
/// Neither ATT&CK nor any rule knows the id, or the catalogue is damaged.
pub fn dossier(
    index: &Index<'_>,
    id: &str,
    with_subtechniques: bool,
) -> Result<Dossier, DossierError> {
    let (id, asked) = known(index, id).map_err(DossierError::Unknown)?;
    let scope = Scope::new(index, id, with_subtechniques)?;
    let mut pen = Pen {
        reader: Reader::new(&index.catalog.attack),
        sources: Sources::default(),
    };
    for at in &scope.rules {
        pen.sources.rule(index.facts(*at));
    }
    let mut dossier = sections(&scope, &mut pen)?;
    dossier.asked = asked;
    dossier.with_subtechniques = with_subtechniques;
    dossier.references = pen.reader.into_references();
    dossier.sources = pen.sources.into_map();
    Ok(dossier)
}

/// All sections, in the order in which citations are numbered.
fn sections(scope: &Scope<'_>, pen: &mut Pen<'_>) -> tripline_catalog::Result<Dossier> {
    let attack = scope.attack();
    let head = scope.technique.map(|technique| &technique.head);
    let text = head.map_or("", |head| head.description.as_str());
    let description = pen.reader.paragraphs(text);
    let why = summary::why(scope, pen);
    let flow = flow::flow(scope, pen);
    let tools = actors::tools(scope, pen);
    let opportunities = opportunities::opportunities(scope, pen);
    let events = observables::events(scope, pen);
    let related = related::related(scope, pen, &description);
    Ok(Dossier {
        schema: schema("dossier"),
        catalog: CatalogHead::of(scope.index.catalog),
        id: scope.id.clone(),
        name: head.map(|head| head.name.clone()).unwrap_or_default(),
        url: head.and_then(|head| head.url.as_deref()).and_then(safe_url),
        asked: None,
        attribution: attack.statement.clone(),
        attack_version: attack.version.clone(),
        with_subtechniques: false,
        summary: summary::summary(scope, pen, &why, tools.len(), &events, &opportunities),
        why,
        description,
        flow,
        prerequisites: summary::prerequisites(scope, pen),
        tools,
        programs: actors::programs(scope),
        commands: commands::commands(scope, pen)?,
        network: observables::network(scope, &events, &opportunities),
        queries: queries::queries(scope, pen),
        questions: questions::questions(scope, pen),
        investigation: response::investigation(scope, pen),
        containment: response::containment(scope, pen),
        mitigations: response::mitigations(scope, pen),
        collect: collect::collect(scope, pen, &events, &opportunities),
        events,
        opportunities,
        false_positives: harmless::false_positives(scope, pen),
        related,
        references: Vec::new(),
        sources: BTreeMap::new(),
    })
}

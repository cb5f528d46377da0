//! What precedes and follows the technique: in ATT&CK campaigns and in rules' sequences.

use super::scope::{Pen, Scope};
use super::sequences::{SequenceRow, sequences};
use schemars::JsonSchema;
use serde::Serialize;
use smol_str::SmolStr as Text;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use tripline_attack::{ActorKind, Attack};

/// How many techniques of a tactic are listed.
const PER_TACTIC: usize = 3;

/// What surrounds the technique.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Flow {
    /// Campaigns that use the technique.
    pub campaigns: Vec<Text>,
    /// The techniques that they use most, by tactic in matrix order.
    pub steps: Vec<FlowStep>,
    /// Rules that look for several events in order.
    pub sequences: Vec<SequenceRow>,
}

/// Where a technique stands relative to this one, by the order of tactics.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Position {
    /// All its tactics come earlier.
    Before,
    /// They share a tactic, or lie between each other's.
    Same,
    /// All its tactics come later.
    After,
}

/// A technique that campaigns use beside this one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct FlowStep {
    /// Its first tactic.
    pub tactic: Text,
    /// Where it stands.
    pub position: Position,
    /// Technique id.
    pub technique: Text,
    /// Its name.
    pub name: Text,
    /// Campaigns that use both.
    pub count: usize,
    /// Their ids.
    pub evidence: Vec<Text>,
}

/// What surrounds the technique.
pub(super) fn flow(scope: &Scope<'_>, pen: &mut Pen<'_>) -> Flow {
    let attack = scope.attack();
    let uses = &scope.index.together().campaigns;
    let with: Vec<&str> = uses
        .iter()
        .filter(|(_, techniques)| scope.ids.iter().any(|id| techniques.contains(id.as_str())))
        .map(|(campaign, _)| campaign.as_str())
        .collect();
    let mut together: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for campaign in &with {
        for technique in &uses[*campaign] {
            together.entry(technique).or_default().push(campaign);
        }
    }
    let mut steps: Vec<FlowStep> = together
        .into_iter()
        .filter(|(id, _)| !own(scope, id))
        .filter(|(_, campaigns)| campaigns.len() >= 2.min(with.len()))
        .filter_map(|(id, campaigns)| step(scope, pen, id, &campaigns))
        .collect();
    let groups = groups_with(scope);
    let place = |step: &FlowStep| tactic_place(attack, &step.tactic);
    steps.sort_by_cached_key(|step| {
        let shared = shared_groups(scope, &groups, &step.technique);
        let count = (Reverse(step.count), Reverse(shared));
        (place(step), count, step.technique.clone())
    });
    let mut listed: BTreeMap<Text, usize> = BTreeMap::new();
    steps.retain(|step| {
        let count = listed.entry(step.tactic.clone()).or_default();
        *count += 1;
        *count <= PER_TACTIC
    });
    Flow {
        campaigns: with
            .iter()
            .filter_map(|id| attack.campaign(id))
            .map(|campaign| pen.sources.object(&campaign.head))
            .collect(),
        steps,
        sequences: sequences(scope, pen),
    }
}

/// The groups that use the technique.
fn groups_with<'a>(scope: &Scope<'a>) -> BTreeSet<&'a str> {
    let attack = scope.attack();
    let uses = scope.ids.iter().flat_map(|id| attack.procedures(id));
    uses.filter(|procedure| procedure.actor.kind == ActorKind::Group)
        .map(|procedure| procedure.actor.head.id.as_str())
        .collect()
}

/// How many of the groups use another technique too.
fn shared_groups(scope: &Scope<'_>, groups: &BTreeSet<&str>, technique: &str) -> usize {
    let users = scope.index.together().actors.get(technique);
    let users = users.into_iter().flatten();
    users.filter(|user| groups.contains(user.as_str())).count()
}

/// Whether it is the technique itself, its parent or one of its sub-techniques.
fn own(scope: &Scope<'_>, id: &str) -> bool {
    let base = |id: &str| id.split('.').next().unwrap_or_default().to_owned();
    scope.ids.iter().any(|own| own == id)
        || (base(id) == base(&scope.id) && (!id.contains('.') || !scope.id.contains('.')))
}

fn step(scope: &Scope<'_>, pen: &mut Pen<'_>, id: &str, campaigns: &[&str]) -> Option<FlowStep> {
    let attack = scope.attack();
    let technique = attack.technique(id).filter(|found| found.head.active())?;
    let heads = campaigns.iter().filter_map(|id| attack.campaign(id));
    Some(FlowStep {
        tactic: technique.tactics.first()?.clone(),
        position: position(
            attack,
            scope.technique?.tactics.as_slice(),
            &technique.tactics,
        )?,
        technique: technique.head.id.clone(),
        name: technique.head.name.clone(),
        count: campaigns.len(),
        evidence: heads.map(|head| pen.sources.object(&head.head)).collect(),
    })
}

/// The place of a tactic in the matrix.
fn tactic_place(attack: &Attack, tactic: &str) -> usize {
    let mut all = attack.tactics.iter();
    all.position(|known| known.short_name == tactic)
        .unwrap_or(usize::MAX)
}

/// Where tactics stand relative to a technique's own.
pub(super) fn position(attack: &Attack, own: &[Text], other: &[Text]) -> Option<Position> {
    let places = |tactics: &[Text]| -> Option<(usize, usize)> {
        let places = || tactics.iter().map(|tactic| tactic_place(attack, tactic));
        Some((places().min()?, places().max()?))
    };
    let ((first, last), (other_first, other_last)) = (places(own)?, places(other)?);
    Some(if other_last < first {
        Position::Before
    } else if other_first > last {
        Position::After
    } else {
        Position::Same
    })
}

//! The workbench: what the catalogue knows about a rule that may not be in it.

use crate::Index;
use crate::exclusions::{ClauseItem, ExclusionRow, clause, exclusions};
use crate::rule::{RuleAnswer, rule};
use crate::tables::{self, EventRow, IndicatorRow, RuleRow, rule_row};
use schemars::JsonSchema;
use serde::Serialize;
use smol_str::SmolStr as Text;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use tripline_catalog::facts::{AtomFact, RuleFacts};
use tripline_ir::Detection;

/// Most techniques that are guessed.
const MAX_GUESSES: usize = 5;
/// Techniques whose guides are compared with the rule.
const MAX_GUIDES: usize = 2;
/// Most rows of each list of what a guide would add.
const MAX_ADDITIONS: usize = 15;
/// Rules that must have something for it to be suggested.
const MIN_RULES: usize = 2;
/// Most rules listed that share indicators.
const MAX_SHARING: usize = 20;

/// What the catalogue knows about a rule.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Review {
    /// The rule as it was read.
    pub rule: RuleAnswer,
    /// The techniques that it is tagged with and those that its indicators speak for, most
    /// support first.
    pub techniques: Vec<TechniqueGuess>,
    /// What the guides of the techniques have that the rule has not: of those it is tagged with,
    /// else of the best supported.
    pub additions: Vec<Additions>,
    /// Rules of the catalogue that look for values of the same families; most in common first,
    /// rarer families first.
    pub sharing: Vec<Sharing>,
}

/// A technique that a rule may be about.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct TechniqueGuess {
    /// Technique id.
    pub id: Text,
    /// Its name; empty when ATT&CK does not know it.
    pub name: Text,
    /// The rule is tagged with it.
    pub tagged: bool,
    /// Sum over the rule's families of (rules of the technique with the family / rules with the
    /// family) / log2(1 + rules with the family), to three decimals.
    pub support: f64,
    /// The families that speak for it, the strongest first.
    pub reasons: Vec<GuessReason>,
}

/// A family that speaks for a technique.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct GuessReason {
    /// The family.
    #[serde(flatten)]
    pub family: FamilyItem,
    /// Rules of the technique that look for it.
    pub count: usize,
    /// Rules of the catalogue that look for it.
    pub reach: usize,
    /// Ids of the former.
    pub rules: Vec<Text>,
}

/// A field and a value family.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
pub struct FamilyItem {
    /// The name shown for the field.
    pub field: Text,
    /// The canonical field.
    pub canonical: Text,
    /// Name of the family.
    pub family: Text,
}

/// What a technique's guide has that a rule has not. Each row has at least two rules.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Additions {
    /// Technique id.
    pub technique: Text,
    /// Its name.
    pub name: Text,
    /// Rules that count under it.
    pub rules_total: usize,
    /// Events on which the rule cannot fire.
    pub events: Vec<EventRow>,
    /// Indicators of families that the rule does not look for.
    pub indicators: Vec<IndicatorRow>,
    /// Exclusions that the rule does not have.
    pub exclusions: Vec<ExclusionRow>,
}

/// A rule with families in common.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Sharing {
    /// The rule.
    #[serde(flatten)]
    pub rule: RuleRow,
    /// Techniques that it counts under.
    pub techniques: Vec<Text>,
    /// What both look for.
    pub families: Vec<FamilyItem>,
}

/// A family that the rule looks for, with the counted rules that do so too.
struct Own<'a> {
    item: FamilyItem,
    rules: &'a [u32],
}

impl Own<'_> {
    /// How much the family says: the rarer the more.
    fn weight(&self) -> f64 {
        // Numbers of rules are far below the limit of exact floats.
        #[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
        let reach = self.rules.len() as f64;
        if self.rules.is_empty() {
            0.0
        } else {
            1.0 / (1.0 + reach).log2()
        }
    }
}

/// What the catalogue knows about `detection`.
pub fn review(index: &Index<'_>, detection: &Detection, facts: &RuleFacts) -> Review {
    let own = own(index, facts);
    let techniques = guesses(index, facts, &own);
    let tagged = techniques.iter().filter(|guess| guess.tagged);
    let mut guides: Vec<&TechniqueGuess> = tagged.collect();
    if guides.is_empty() {
        guides = techniques.iter().collect();
    }
    let guides = guides.into_iter().take(MAX_GUIDES);
    let additions = guides.map(|guess| additions(index, facts, &own, guess));
    Review {
        rule: rule(index, detection, facts),
        additions: additions.collect(),
        sharing: sharing(index, facts, &own),
        techniques,
    }
}

/// The families that the rule looks for, without tests that only select events.
fn own<'a>(index: &'a Index<'_>, facts: &'a RuleFacts) -> Vec<Own<'a>> {
    let atoms = facts.atoms.iter().filter(|atom| atom.is_indicator());
    let mut found: BTreeMap<(&Text, Text), &AtomFact> = BTreeMap::new();
    for atom in atoms.filter(|atom| !index.schema.routing_field(&atom.field)) {
        found
            .entry((&atom.field, index.family(atom)))
            .or_insert(atom);
    }
    let own = found.into_iter().map(|((field, family), atom)| Own {
        item: FamilyItem {
            field: index.field_name(field),
            canonical: field.clone(),
            family,
        },
        rules: index.family_reach(atom),
    });
    own.collect()
}

fn guesses(index: &Index<'_>, facts: &RuleFacts, own: &[Own<'_>]) -> Vec<TechniqueGuess> {
    let mut found: BTreeMap<Text, Vec<(f64, GuessReason)>> = BTreeMap::new();
    for technique in &facts.techniques {
        found.entry(technique.clone()).or_default();
    }
    for family in own {
        let mut rules: BTreeMap<&Text, Vec<u32>> = BTreeMap::new();
        for &at in family
            .rules
            .iter()
            .filter(|at| index.facts(**at).id != facts.id)
        {
            for technique in &index.facts(at).techniques {
                rules.entry(technique).or_default().push(at);
            }
        }
        for (technique, rules) in rules {
            let support = share(rules.len(), family.rules.len()) * family.weight();
            let reason = GuessReason {
                family: family.item.clone(),
                count: rules.len(),
                reach: family.rules.len(),
                rules: index.ids(&rules),
            };
            found
                .entry(technique.clone())
                .or_default()
                .push((support, reason));
        }
    }
    let guesses = found
        .into_iter()
        .map(|(id, reasons)| guess(index, facts, id, reasons));
    let mut guesses: Vec<TechniqueGuess> = guesses.collect();
    guesses.sort_by(|a, b| {
        let support = b.support.total_cmp(&a.support);
        support.then_with(|| a.id.cmp(&b.id))
    });
    let (tagged, mut others): (Vec<_>, Vec<_>) =
        guesses.into_iter().partition(|guess| guess.tagged);
    others.truncate(MAX_GUESSES);
    let mut kept: Vec<TechniqueGuess> = tagged.into_iter().chain(others).collect();
    kept.sort_by(|a, b| {
        b.support
            .total_cmp(&a.support)
            .then_with(|| a.id.cmp(&b.id))
    });
    kept
}

fn guess(
    index: &Index<'_>,
    facts: &RuleFacts,
    id: Text,
    mut reasons: Vec<(f64, GuessReason)>,
) -> TechniqueGuess {
    reasons.sort_by(|(a, _), (b, _)| b.total_cmp(a));
    // The sum of nothing is -0.
    let support = reasons.iter().fold(0.0, |sum, (support, _)| sum + support);
    TechniqueGuess {
        name: name(index, &id),
        tagged: facts.techniques.contains(&id),
        support: (support * 1000.0).round() / 1000.0,
        reasons: reasons.into_iter().map(|(_, reason)| reason).collect(),
        id,
    }
}

fn name(index: &Index<'_>, id: &str) -> Text {
    let known = index.catalog.attack.technique(id);
    known
        .map(|known| known.head.name.clone())
        .unwrap_or_default()
}

fn share(part: usize, whole: usize) -> f64 {
    #[expect(
        clippy::cast_precision_loss,
        reason = "numbers of rules are far below 2^52"
    )]
    let (part, whole) = (part as f64, whole.max(1) as f64);
    part / whole
}

fn additions(
    index: &Index<'_>,
    facts: &RuleFacts,
    own: &[Own<'_>],
    guess: &TechniqueGuess,
) -> Additions {
    let mut rules = index.under(&guess.id, false);
    rules.retain(|at| index.facts(*at).class.counts() && index.facts(*at).id != facts.id);
    let families: BTreeSet<(&str, &str)> = own
        .iter()
        .map(|own| (own.item.canonical.as_str(), own.item.family.as_str()))
        .collect();
    let clauses: BTreeSet<Vec<ClauseItem>> = facts
        .exclusions
        .iter()
        .map(|exclusion| clause(index, facts, exclusion))
        .collect();
    let mut events = tables::events(index, &rules);
    events.retain(|row| {
        let key = smol_str::format_smolstr!("{}/{}", row.provider, row.event);
        row.count >= MIN_RULES && !facts.events.contains(&key)
    });
    let mut indicators = tables::indicators(index, &rules, |_, _| true);
    indicators.retain(|row| {
        let known = families.contains(&(row.canonical.as_str(), row.family.as_str()));
        row.count >= MIN_RULES && !row.routing && !known
    });
    let mut left_out = exclusions(index, &rules);
    left_out.retain(|row| row.count >= MIN_RULES && !clauses.contains(&row.clause));
    events.truncate(MAX_ADDITIONS);
    indicators.truncate(MAX_ADDITIONS);
    left_out.truncate(MAX_ADDITIONS);
    Additions {
        technique: guess.id.clone(),
        name: guess.name.clone(),
        rules_total: rules.len(),
        events,
        indicators,
        exclusions: left_out,
    }
}

fn sharing(index: &Index<'_>, facts: &RuleFacts, own: &[Own<'_>]) -> Vec<Sharing> {
    let mut found: BTreeMap<u32, (Vec<&FamilyItem>, f64)> = BTreeMap::new();
    for family in own {
        for &at in family.rules {
            let (families, weight) = found.entry(at).or_default();
            families.push(&family.item);
            *weight += family.weight();
        }
    }
    found.retain(|at, _| index.facts(*at).id != facts.id);
    let mut rows: Vec<_> = found.into_iter().collect();
    rows.sort_by(|(_, (a, x)), (_, (b, y))| {
        let count = Reverse(a.len()).cmp(&Reverse(b.len()));
        count.then_with(|| y.total_cmp(x))
    });
    rows.truncate(MAX_SHARING);
    let row = |(at, (families, _)): (u32, (Vec<&FamilyItem>, f64))| Sharing {
        rule: rule_row(index.facts(at)),
        techniques: index.facts(at).techniques.clone(),
        families: families.into_iter().cloned().collect(),
    };
    rows.into_iter().map(row).collect()
}

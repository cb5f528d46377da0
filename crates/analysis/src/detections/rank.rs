//! Which rule of several to run: the values that decide, and their order.

use super::Standing;
use crate::analytics::{self, AnalyticUse, Joined};
use crate::{ClauseItem, Index};
use schemars::JsonSchema;
use serde::Serialize;
use smol_str::{SmolStr as Text, format_smolstr};
use std::cmp::Reverse;
use std::collections::{BTreeSet, HashMap};
use tripline_catalog::RuleFacts;
use tripline_catalog::facts::{AtomFact, Status, Tree};
use tripline_ir::{Class, Level};

/// At most this many rules use the indicator: it is specific.
const SPECIFIC: usize = 5;
/// At most this many rules use the indicator: it is known, and not common.
const KNOWN: usize = 50;

/// How specific the tests are that every match of a rule must pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Fidelity {
    /// At most 5 rules of the catalogue look for a value of its family.
    High,
    /// At most 50.
    Medium,
    /// More.
    Low,
    /// A match need not pass any test of a literal value.
    None,
}

impl Fidelity {
    /// Name in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::High => "high",
            Self::Medium => "medium",
            Self::Low => "low",
            Self::None => "none",
        }
    }
}

/// The commonest of the indicators that a match may rest on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Weakest {
    /// The field as the rule spells it, where it tests the very field; else the name shown for it.
    pub field: Text,
    /// The operator.
    pub operator: Text,
    /// The value.
    pub value: Text,
    /// Rules of the whole catalogue with a value of the family on the field.
    pub family_reach: usize,
}

/// The values that decide a rule's place, in the order in which they decide.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Reasons {
    /// Class: those that alert come first.
    pub class: Class,
    /// `full`, `partial` or `failed`.
    pub status: Text,
    /// It is tagged with this very technique, not with one below it.
    pub tagged_exactly: bool,
    /// Maturity as upstream writes it; experimental ones come last.
    pub maturity: Option<Text>,
    /// How specific the tests are that every match must pass: low and none come last.
    pub fidelity: Fidelity,
    /// The commonest of the indicators that a match may rest on.
    pub weakest: Option<Weakest>,
    /// Other rules of the technique, on any platform, that look for a value that it looks for;
    /// values of more than 50 rules of the catalogue do not count.
    pub support: usize,
    /// Severity on the common scale.
    pub level: Option<Level>,
    /// Analytics of the technique that it implements.
    pub analytics: Vec<AnalyticUse>,
    /// Exclusions that it has in common with other rules of the technique.
    pub shared_exclusions: usize,
}

/// What the rules of a technique are ranked against.
struct Ranking<'i, 'c> {
    index: &'i Index<'c>,
    technique: &'i str,
    analytics: Vec<Joined<'c>>,
    /// Every rule of the technique, ascending.
    all: &'i [u32],
    /// The clauses that each rule leaves out.
    own: Vec<BTreeSet<Vec<ClauseItem>>>,
}

/// All rules of a technique, the best first, with their reasons; `all` are their positions,
/// ascending.
pub(crate) fn standings(index: &Index<'_>, technique: &str, all: &[u32]) -> Vec<Standing> {
    let ranking = Ranking {
        index,
        technique,
        analytics: analytics::analytics(index, technique),
        all,
        own: all
            .iter()
            .map(|at| own_clauses(index, index.facts(*at)))
            .collect(),
    };
    ranking.standings()
}

impl Ranking<'_, '_> {
    fn standings(&self) -> Vec<Standing> {
        let mut clauses: HashMap<&[ClauseItem], usize> = HashMap::new();
        for clause in self.own.iter().flatten() {
            *clauses.entry(clause).or_default() += 1;
        }
        let shared = |own: &BTreeSet<Vec<ClauseItem>>| {
            own.iter()
                .filter(|clause| clauses[clause.as_slice()] > 1)
                .count()
        };
        let mut all: Vec<Standing> = self
            .all
            .iter()
            .zip(&self.own)
            .map(|(at, own)| Standing {
                at: *at,
                reasons: self.reasons(*at, shared(own)),
            })
            .collect();
        all.sort_by_cached_key(|found| self.key(found));
        all
    }

    fn reasons(&self, at: u32, shared_exclusions: usize) -> Reasons {
        let facts = self.index.facts(at);
        let weakest = weakest(self.index, facts);
        let analytics = self.analytics.iter();
        Reasons {
            class: facts.class,
            status: facts.status.name().into(),
            tagged_exactly: facts.techniques.iter().any(|tag| tag == self.technique),
            maturity: facts.maturity.clone(),
            fidelity: weakest.map_or(Fidelity::None, |(reach, _)| fidelity(reach)),
            weakest: weakest.map(|(reach, atom)| Weakest {
                field: self.named(atom),
                operator: atom.operator.clone(),
                value: atom.value.clone(),
                family_reach: reach,
            }),
            analytics: analytics
                .filter_map(|joined| joined.implemented_by(self.index.schema, facts))
                .collect(),
            support: alike(self.index, self.all, at).len(),
            level: facts.level,
            shared_exclusions,
        }
    }

    /// The field of a test under the rule's name for it, where that names the field and not a
    /// part of it.
    fn named(&self, atom: &AtomFact) -> Text {
        let field = self.index.schema.field(&atom.field);
        let own = field.is_some_and(|field| field.names.iter().any(|(_, name)| *name == atom.name));
        if own { &atom.name } else { &atom.field }.clone()
    }

    /// What rules are sorted by, the smallest first.
    fn key(&self, found: &Standing) -> impl Ord + use<> {
        let reasons = &found.reasons;
        let facts = self.index.facts(found.at);
        let place = |class| Class::ALL.iter().position(|known| *known == class);
        let reach = reasons
            .weakest
            .as_ref()
            .map_or(usize::MAX, |weakest| weakest.family_reach);
        (
            place(reasons.class),
            status_place(facts.status),
            !reasons.tagged_exactly,
            experimental(reasons.maturity.as_deref()),
            reasons.fidelity > Fidelity::Medium,
            Reverse(reasons.support),
            Reverse(reasons.level),
            Reverse(reasons.analytics.len()),
            Reverse(reasons.shared_exclusions),
            reach,
            facts.id.clone(),
        )
    }
}

/// Other rules of a technique, among `all` of it, with a value of this one that is not common.
pub(super) fn alike(index: &Index<'_>, all: &[u32], at: u32) -> BTreeSet<u32> {
    let facts = index.facts(at);
    let mut others: BTreeSet<u32> = BTreeSet::new();
    for atom in facts.atoms.iter().filter(|atom| behaves(index, atom)) {
        let rules = index.family_reach(atom);
        if rules.len() <= KNOWN {
            let found = rules.iter();
            others.extend(found.filter(|other| **other != at && all.binary_search(other).is_ok()));
        }
    }
    others
}

fn status_place(status: Status) -> u8 {
    match status {
        Status::Full => 0,
        Status::Partial => 1,
        Status::Failed => 2,
    }
}

/// Whether upstream calls a rule experimental.
pub(super) fn experimental(maturity: Option<&str>) -> bool {
    let trial = ["experimental", "development", "beta"];
    maturity.is_some_and(|name| trial.iter().any(|own| name.eq_ignore_ascii_case(own)))
}

fn fidelity(reach: usize) -> Fidelity {
    match reach {
        0..=SPECIFIC => Fidelity::High,
        _ if reach <= KNOWN => Fidelity::Medium,
        _ => Fidelity::Low,
    }
}

/// The clauses that a rule leaves out, each once.
fn own_clauses(index: &Index<'_>, facts: &RuleFacts) -> BTreeSet<Vec<ClauseItem>> {
    let all = facts.exclusions.iter();
    all.map(|exclusion| crate::exclusions::clause(index, facts, exclusion))
        .collect()
}

/// The commonest indicator that a match may rest on, and its family's reach: of tests that must
/// all hold the rarest decides, of alternatives the commonest; every step of a sequence must
/// occur, one branch of anything else is enough. `None` when some match passes no such test.
fn weakest<'f>(index: &Index<'_>, facts: &'f RuleFacts) -> Option<(usize, &'f AtomFact)> {
    let ordered = facts
        .correlations
        .first()
        .is_some_and(|first| first.kind == "sequence" || first.kind == "sample");
    let branches = facts
        .branches
        .iter()
        .map(|branch| of_tree(index, facts, &branch.tree));
    if ordered {
        branches.flatten().min_by_key(|(reach, _)| *reach)
    } else {
        commonest(branches)
    }
}

fn of_tree<'f>(
    index: &Index<'_>,
    facts: &'f RuleFacts,
    tree: &Tree,
) -> Option<(usize, &'f AtomFact)> {
    match tree {
        Tree::Nothing => None,
        Tree::Atom(at) => {
            let atom = &facts.atoms[*at as usize];
            behaves(index, atom).then(|| (index.family_reach(atom).len().max(1), atom))
        }
        Tree::And(parts) => parts
            .iter()
            .filter_map(|part| of_tree(index, facts, part))
            .min_by_key(|(reach, _)| *reach),
        Tree::Or(parts) => commonest(parts.iter().map(|part| of_tree(index, facts, part))),
    }
}

/// Whether a test is an indicator of behaviour: not one that selects events, no order of numbers
/// or times, and nothing that is so or not so of any event.
fn behaves(index: &Index<'_>, atom: &AtomFact) -> bool {
    const PLAIN: [&str; 6] = ["", "[]", "true", "false", "success", "failure"];
    let plain = atom.operator == "eq" && PLAIN.contains(&atom.value.to_lowercase().as_str());
    atom.is_indicator()
        && !plain
        && !index.schema.routing_field(&atom.field)
        && !matches!(atom.operator.as_str(), "lt" | "lte" | "gt" | "gte")
}

/// The commonest of alternatives; nothing when one of them has no indicator.
fn commonest<'f>(
    parts: impl Iterator<Item = Option<(usize, &'f AtomFact)>>,
) -> Option<(usize, &'f AtomFact)> {
    let mut found = None;
    for part in parts {
        let (reach, atom) = part?;
        if found.is_none_or(|(most, _)| reach > most) {
            found = Some((reach, atom));
        }
    }
    found
}

impl Reasons {
    /// The reasons as short phrases, with their values, in the order in which they decide.
    pub(super) fn phrases(&self) -> Vec<Text> {
        let mut all: Vec<Text> = vec![
            self.class.name().replace('_', " ").into(),
            format_smolstr!("read {}", self.status),
        ];
        if !self.tagged_exactly {
            all.push("tagged with a technique below this one".into());
        }
        if let Some(maturity) = &self.maturity {
            all.push(format_smolstr!("maturity {maturity}"));
        }
        all.push(self.fidelity_phrase());
        if self.support > 0 {
            let others = counted(self.support, "other rule");
            all.push(format_smolstr!(
                "shares values with {others} of the technique"
            ));
        }
        if let Some(level) = self.level {
            all.push(format_smolstr!("severity {}", level.name()));
        }
        let analytics = self.analytics.iter().map(|one| {
            let (read, of) = (one.log_sources_read, one.log_sources);
            format_smolstr!(
                "implements {}, in {read} of its {}",
                one.id,
                counted(of, "log source")
            )
        });
        all.extend(analytics);
        if self.shared_exclusions > 0 {
            let exclusions = counted(self.shared_exclusions, "exclusion");
            all.push(format_smolstr!(
                "has {exclusions} in common with other rules of the technique"
            ));
        }
        all
    }

    /// Fidelity with the indicator that decides it.
    pub(super) fn fidelity_phrase(&self) -> Text {
        let Some(weakest) = &self.weakest else {
            return "fidelity none: a match need not hold a literal value".into();
        };
        format_smolstr!(
            "fidelity {}: the commonest value that a match may rest on, `{} {} {}`, is in {}",
            self.fidelity.name(),
            weakest.field,
            weakest.operator.replace('_', " "),
            weakest.value,
            counted(weakest.family_reach, "rule")
        )
    }
}

/// `1 rule`, `2 rules`.
fn counted(count: usize, word: &str) -> Text {
    let s = if count == 1 { "" } else { "s" };
    format_smolstr!("{count} {word}{s}")
}

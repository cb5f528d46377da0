//! Which rules and techniques a coverage is about.

use super::{Filter, SideCounts};
use crate::Index;
use schemars::JsonSchema;
use serde::Serialize;
use smol_str::{SmolStr as Text, format_smolstr};
use std::collections::BTreeSet;
use tripline_attack::Technique;
use tripline_catalog::RuleFacts;
use tripline_ir::Class;

/// Which rules and techniques a coverage is about.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CoverageRequest {
    /// Only techniques that ATT&CK has for this platform (any letter case). Rules are not asked
    /// for theirs: many vendors do not say it.
    pub platform: Option<Text>,
    /// Only rules of this vendor.
    pub vendor: Option<Text>,
    /// Which classes count.
    pub classes: ClassFilter,
    /// Two sides to compare.
    pub compare: Option<(Text, Text)>,
}

/// Which classes count.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum ClassFilter {
    /// Those that count everywhere: alert and building block.
    #[default]
    Counted,
    /// Every class.
    Any,
    /// One.
    Only(Class),
}

impl ClassFilter {
    /// The filter called `name`: `counted`, `any`, or a class.
    pub fn of_name(name: &str) -> Option<Self> {
        match name {
            "counted" => Some(Self::Counted),
            "any" => Some(Self::Any),
            other => {
                let mut all = Class::ALL.into_iter();
                all.find(|class| class.name() == other).map(Self::Only)
            }
        }
    }

    /// Whether rules of the class count.
    pub fn takes(self, class: Class) -> bool {
        match self {
            Self::Counted => class.counts(),
            Self::Any => true,
            Self::Only(only) => class == only,
        }
    }
}

/// A set of rules to compare with another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Side {
    /// Every rule.
    All,
    /// Every rule that is not on the other side.
    Rest,
    /// Rules of a vendor.
    Vendor(Text),
    /// Rules of a corpus.
    Corpus(Text),
}

impl Side {
    /// Its name.
    pub fn name(&self) -> Text {
        match self {
            Self::All => "all".into(),
            Self::Rest => "rest".into(),
            Self::Vendor(name) | Self::Corpus(name) => name.clone(),
        }
    }

    /// Whether the rule is on it; `other` is the other side.
    fn has(&self, facts: &RuleFacts, other: &Self) -> bool {
        match self {
            Self::All => true,
            Self::Rest => *other != Self::Rest && !other.has(facts, self),
            Self::Vendor(name) => facts.vendor == *name,
            Self::Corpus(name) => facts.corpus == *name,
        }
    }
}

/// What can be asked for, sorted.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Choices {
    /// Platforms of ATT&CK's techniques.
    pub platforms: Vec<Text>,
    /// Vendors with rules.
    pub vendors: Vec<Text>,
    /// Corpora with rules; beside the vendors they can be sides of a comparison.
    pub corpora: Vec<Text>,
    /// Classes with rules.
    pub classes: Vec<Text>,
}

impl Choices {
    /// What can be asked of this catalogue.
    pub(super) fn of(index: &Index<'_>) -> Self {
        let facts = &index.catalog.facts;
        let techniques = &index.catalog.attack.techniques;
        let active = techniques.iter().filter(|it| it.head.active());
        let classes = Class::ALL.into_iter();
        let used = |class: &Class| facts.iter().any(|facts| facts.class == *class);
        Self {
            platforms: sorted(active.flat_map(|it| &it.platforms)),
            vendors: sorted(facts.iter().map(|facts| &facts.vendor)),
            corpora: sorted(facts.iter().map(|facts| &facts.corpus)),
            classes: classes.filter(used).map(|it| it.name().into()).collect(),
        }
    }
}

fn sorted<'a>(texts: impl Iterator<Item = &'a Text>) -> Vec<Text> {
    let distinct: BTreeSet<&Text> = texts.collect();
    distinct.into_iter().cloned().collect()
}

/// Why there is no coverage: the request names something that there is not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CoverageError {
    /// What it is: `platform`, `vendor`, `vendor or corpus`.
    pub kind: &'static str,
    /// The name.
    pub name: Text,
    /// What there is.
    pub known: Vec<Text>,
}

/// A request whose names are known to exist.
pub(super) struct Selection<'r> {
    request: &'r CoverageRequest,
    /// The platform as ATT&CK writes it.
    pub(super) platform: Option<Text>,
    /// The two sides.
    pub(super) compared: Option<(Side, Side)>,
}

impl<'r> Selection<'r> {
    pub(super) fn new(
        index: &Index<'_>,
        request: &'r CoverageRequest,
    ) -> Result<Self, CoverageError> {
        let choices = Choices::of(index);
        let platform = request
            .platform
            .as_ref()
            .map(|name| known("platform", name, choices.platforms.clone()));
        if let Some(vendor) = &request.vendor {
            known("vendor", vendor, choices.vendors.clone())?;
        }
        let side = |name: &Text| side(name, &choices);
        let compared = match &request.compare {
            Some((left, right)) => Some((side(left)?, side(right)?)),
            None => None,
        };
        Ok(Self {
            request,
            platform: platform.transpose()?,
            compared,
        })
    }

    pub(super) fn filter(&self) -> Filter {
        let takes = |class: &Class| self.request.classes.takes(*class);
        let classes = Class::ALL.into_iter().filter(takes);
        Filter {
            platform: self.platform.clone(),
            vendor: self.request.vendor.clone(),
            classes: classes.map(|class| class.name().into()).collect(),
        }
    }

    pub(super) fn on_platform(&self, technique: &Technique) -> bool {
        let wanted = self.platform.as_ref();
        wanted.is_none_or(|platform| technique.platforms.contains(platform))
    }

    /// Whether a rule is of the vendor, and on a side where two are compared.
    fn is_asked_for(&self, facts: &RuleFacts) -> bool {
        let vendor = self.request.vendor.as_ref();
        vendor.is_none_or(|vendor| facts.vendor == *vendor)
            && self
                .compared
                .as_ref()
                .is_none_or(|(left, right)| self.on_side(left, facts) || self.on_side(right, facts))
    }

    pub(super) fn counts(&self, facts: &RuleFacts) -> bool {
        self.request.classes.takes(facts.class) && self.is_asked_for(facts)
    }

    /// Whether a rule that counts is on a side.
    pub(super) fn on_side(&self, side: &Side, facts: &RuleFacts) -> bool {
        let Some((left, right)) = &self.compared else {
            return false;
        };
        let other = if side == left { right } else { left };
        side.has(facts, other)
    }

    /// The rules of either side among rules tagged exactly so, and among those with
    /// sub-techniques.
    pub(super) fn sides(
        &self,
        index: &Index<'_>,
        exact: &[u32],
        all: &[u32],
    ) -> Option<SideCounts> {
        let (left, right) = self.compared.as_ref()?;
        let on = |side: &Side, rules: &[u32]| {
            let facts = rules.iter().map(|at| index.facts(*at));
            facts.filter(|facts| self.on_side(side, facts)).count()
        };
        Some(SideCounts {
            left: on(left, exact),
            right: on(right, exact),
            left_with_subtechniques: on(left, all),
            right_with_subtechniques: on(right, all),
        })
    }

    /// Rules that are asked for and left out for their class.
    pub(super) fn left_out(&self, index: &Index<'_>) -> Vec<u32> {
        let all = (0_u32..).zip(&index.catalog.facts);
        all.filter(|(_, facts)| self.is_asked_for(facts) && !self.counts(facts))
            .map(|(at, _)| at)
            .collect()
    }
}

/// The name as it is written in `all`, found in any letter case.
fn known(kind: &'static str, name: &Text, all: Vec<Text>) -> Result<Text, CoverageError> {
    let found = all.iter().find(|known| known.eq_ignore_ascii_case(name));
    match found {
        Some(found) => Ok(found.clone()),
        None => Err(CoverageError {
            kind,
            name: name.clone(),
            known: all,
        }),
    }
}

/// The side called `name`: `all`, `rest`, a vendor, a corpus; `vendor:NAME` and `corpus:NAME`
/// where one name is both.
fn side(name: &Text, choices: &Choices) -> Result<Side, CoverageError> {
    let has = |all: &[Text], name: &str| all.iter().any(|known| known == name);
    let (vendor, corpus) = match name.split_once(':') {
        Some(("vendor", rest)) => (Some(rest), None),
        Some(("corpus", rest)) => (None, Some(rest)),
        _ => (Some(name.as_str()), Some(name.as_str())),
    };
    match (name.as_str(), vendor, corpus) {
        ("all", ..) => Ok(Side::All),
        ("rest", ..) => Ok(Side::Rest),
        (_, Some(vendor), _) if has(&choices.vendors, vendor) => Ok(Side::Vendor(vendor.into())),
        (_, _, Some(corpus)) if has(&choices.corpora, corpus) => Ok(Side::Corpus(corpus.into())),
        _ => {
            let corpora = choices.corpora.iter();
            let own = corpora.filter(|corpus| !choices.vendors.contains(corpus));
            let mut known: Vec<Text> = vec!["all".into(), "rest".into()];
            known.extend(choices.vendors.iter().cloned());
            known.extend(own.map(|corpus| format_smolstr!("corpus:{corpus}")));
            Err(CoverageError {
                kind: "vendor or corpus",
                name: name.clone(),
                known,
            })
        }
    }
}

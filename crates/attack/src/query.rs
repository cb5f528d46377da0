//! Looking things up in a bundle.

use crate::model::{
    Analytic, Attack, Campaign, DataComponent, Entry, Group, Head, Mitigation, Reference,
    ReferenceId, Relation, Software, Strategy, Tactic, Technique,
};
use serde::{Deserialize, Serialize};

/// Who uses techniques.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ActorKind {
    /// A group.
    Group,
    /// A campaign.
    Campaign,
    /// Malware or a tool.
    Software,
}

/// A group, campaign or software.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Actor<'a> {
    /// Which of the three.
    pub kind: ActorKind,
    /// What every object has.
    pub head: &'a Head,
}

/// Somebody's use of a technique.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Procedure<'a> {
    /// Who.
    pub actor: Actor<'a>,
    /// How.
    pub relation: &'a Relation,
}

/// How many active objects of each kind a bundle has.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Tactics.
    pub tactics: usize,
    /// Techniques that are no sub-techniques.
    pub techniques: usize,
    /// Sub-techniques.
    pub subtechniques: usize,
    /// Mitigations.
    pub mitigations: usize,
    /// Groups.
    pub groups: usize,
    /// Malware and tools.
    pub software: usize,
    /// Campaigns.
    pub campaigns: usize,
    /// Data sources.
    pub data_sources: usize,
    /// Data components.
    pub data_components: usize,
    /// Detection strategies.
    pub strategies: usize,
    /// Analytics.
    pub analytics: usize,
    /// Uses of techniques and software by groups, campaigns and software.
    pub uses: usize,
}

/// The first entry with an id: the active one, where there are several.
fn find<'a, T: Entry>(entries: &'a [T], id: &str) -> Option<&'a T> {
    let at = entries.partition_point(|entry| entry.head().id.as_str() < id);
    entries.get(at).filter(|entry| entry.head().id == id)
}

/// The relations to a target.
fn to<'a>(relations: &'a [Relation], target: &str) -> &'a [Relation] {
    let start = relations.partition_point(|relation| relation.target.as_str() < target);
    let length = relations[start..].partition_point(|relation| relation.target == target);
    &relations[start..start + length]
}

impl Attack {
    /// Whether nothing was read.
    pub fn is_empty(&self) -> bool {
        self.techniques.is_empty() && self.tactics.is_empty()
    }

    /// A technique or sub-technique by id; withdrawn ones too.
    pub fn technique(&self, id: &str) -> Option<&Technique> {
        find(&self.techniques, id)
    }

    /// A tactic by short name or id.
    pub fn tactic(&self, name: &str) -> Option<&Tactic> {
        self.tactics
            .iter()
            .find(|tactic| tactic.short_name == name || tactic.head.id == name)
    }

    /// Active techniques (and sub-techniques) of a tactic, by short name.
    pub fn techniques_of<'a>(&'a self, tactic: &'a str) -> impl Iterator<Item = &'a Technique> {
        self.techniques.iter().filter(move |technique| {
            technique.head.active() && technique.tactics.iter().any(|name| name == tactic)
        })
    }

    /// Active sub-techniques of a technique.
    pub fn subtechniques<'a>(&'a self, id: &'a str) -> impl Iterator<Item = &'a Technique> {
        self.techniques.iter().filter(move |technique| {
            technique.head.active() && technique.parent.as_ref().is_some_and(|p| p == id)
        })
    }

    /// A group by id.
    pub fn group(&self, id: &str) -> Option<&Group> {
        find(&self.groups, id)
    }

    /// Malware or a tool by id.
    pub fn software(&self, id: &str) -> Option<&Software> {
        find(&self.software, id)
    }

    /// A campaign by id.
    pub fn campaign(&self, id: &str) -> Option<&Campaign> {
        find(&self.campaigns, id)
    }

    /// A mitigation by id.
    pub fn mitigation(&self, id: &str) -> Option<&Mitigation> {
        find(&self.mitigations, id)
    }

    /// A data component by id.
    pub fn data_component(&self, id: &str) -> Option<&DataComponent> {
        find(&self.data_components, id)
    }

    /// A detection strategy by id.
    pub fn strategy(&self, id: &str) -> Option<&Strategy> {
        find(&self.strategies, id)
    }

    /// An analytic by id.
    pub fn analytic(&self, id: &str) -> Option<&Analytic> {
        find(&self.analytics, id)
    }

    /// A group, campaign or software by id.
    pub fn actor(&self, id: &str) -> Option<Actor<'_>> {
        let actor = |kind, head| Actor { kind, head };
        let group = self.group(id).map(|x| actor(ActorKind::Group, &x.head));
        let campaign = || {
            self.campaign(id)
                .map(|x| actor(ActorKind::Campaign, &x.head))
        };
        let software = || {
            self.software(id)
                .map(|x| actor(ActorKind::Software, &x.head))
        };
        group.or_else(campaign).or_else(software)
    }

    /// Procedure examples of a technique by active actors: groups, campaigns, software, each by id.
    pub fn procedures(&self, technique: &str) -> Vec<Procedure<'_>> {
        let mut procedures: Vec<Procedure<'_>> = to(&self.uses, technique)
            .iter()
            .filter_map(|relation| {
                let actor = self.actor(&relation.source)?;
                Some(Procedure { actor, relation })
            })
            .filter(|procedure| procedure.actor.head.active())
            .collect();
        procedures.sort_by_key(|procedure| (procedure.actor.kind, &procedure.actor.head.id));
        procedures
    }

    /// Active mitigations of a technique with how they help, by id.
    pub fn mitigations_of(&self, technique: &str) -> Vec<(&Mitigation, &Relation)> {
        to(&self.mitigates, technique)
            .iter()
            .filter_map(|relation| Some((self.mitigation(&relation.source)?, relation)))
            .filter(|(mitigation, _)| mitigation.head.active())
            .collect()
    }

    /// Active detection strategies of a technique, by id.
    pub fn strategies_of(&self, technique: &str) -> Vec<&Strategy> {
        to(&self.detects, technique)
            .iter()
            .filter_map(|relation| self.strategy(&relation.source))
            .filter(|strategy| strategy.head.active())
            .collect()
    }

    /// Active analytics of a strategy, in its order.
    pub fn analytics_of<'a>(&'a self, strategy: &'a Strategy) -> Vec<&'a Analytic> {
        let ids = strategy.analytics.iter();
        ids.filter_map(|id| self.analytic(id))
            .filter(|analytic| analytic.head.active())
            .collect()
    }

    /// A citation.
    pub fn reference(&self, id: ReferenceId) -> Option<&Reference> {
        self.references.get(id as usize)
    }

    /// How many active objects there are.
    pub fn counts(&self) -> Counts {
        fn active<T: Entry>(entries: &[T]) -> usize {
            let heads = entries.iter().map(Entry::head);
            heads.filter(|head| head.active()).count()
        }
        let subs = self.techniques.iter().filter(|t| t.sub && t.head.active());
        let subtechniques = subs.count();
        Counts {
            tactics: active(&self.tactics),
            techniques: active(&self.techniques) - subtechniques,
            subtechniques,
            mitigations: active(&self.mitigations),
            groups: active(&self.groups),
            software: active(&self.software),
            campaigns: active(&self.campaigns),
            data_sources: active(&self.data_sources),
            data_components: active(&self.data_components),
            strategies: active(&self.strategies),
            analytics: active(&self.analytics),
            uses: self.uses.len(),
        }
    }
}

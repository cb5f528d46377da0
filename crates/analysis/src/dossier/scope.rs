//! What a dossier is about: the technique, the rules under it, and how rules are ordered.

use super::notes::{self, Part, Step};
use crate::detections::ranked_rules;
use crate::evidence::Sources;
use crate::markup::Reader;
use crate::{Index, RankedRule};
use smol_str::SmolStr as Text;
use std::collections::BTreeMap;
use tripline_attack::{Attack, Technique};
use tripline_catalog::Detection;
use tripline_catalog::facts::RuleFacts;

/// The technique and the rules under it.
pub(super) struct Scope<'a> {
    pub(super) index: &'a Index<'a>,
    /// The technique, when ATT&CK has it.
    pub(super) technique: Option<&'a Technique>,
    pub(super) id: Text,
    /// The technique and, when they are rolled up, its sub-techniques.
    pub(super) ids: Vec<Text>,
    /// Rules that count, by position, ascending.
    pub(super) rules: Vec<u32>,
    /// Rules under it of other classes.
    pub(super) left: Vec<u32>,
    /// The rules that count, in the order of detections per platform.
    pub(super) best: Vec<u32>,
    /// The same with what decided their places.
    pub(super) ranked: BTreeMap<u32, RankedRule>,
    /// What the vendors wrote of the rules that count.
    pub(super) details: BTreeMap<u32, Detection>,
    /// The steps of their notes.
    steps: BTreeMap<u32, Vec<Step>>,
}

/// What sections write with: texts are read, sources collected.
pub(super) struct Pen<'a> {
    pub(super) reader: Reader<'a>,
    pub(super) sources: Sources,
}

impl<'a> Scope<'a> {
    /// The technique `id` and its rules.
    ///
    /// # Errors
    /// The catalogue is damaged.
    pub(super) fn new(
        index: &'a Index<'a>,
        id: Text,
        with_subtechniques: bool,
    ) -> tripline_catalog::Result<Self> {
        let attack = &index.catalog.attack;
        let mut ids = vec![id.clone()];
        if with_subtechniques {
            ids.extend(attack.subtechniques(&id).map(|sub| sub.head.id.clone()));
        }
        let all = index.under(&id, with_subtechniques);
        let (rules, left): (Vec<u32>, Vec<u32>) =
            all.iter().partition(|at| index.facts(**at).class.counts());
        let details = index.catalog.detections_at(&rules)?;
        let details: BTreeMap<u32, Detection> = rules.iter().copied().zip(details).collect();
        let noted = details.iter().filter_map(|(at, rule)| {
            let note = rule.note.as_deref()?;
            Some((*at, notes::steps(note)))
        });
        let ranked = ranked_rules(index, &id, with_subtechniques);
        Ok(Self {
            index,
            technique: attack.technique(&id),
            steps: noted.collect(),
            details,
            id,
            ids,
            rules,
            left,
            best: ranked.iter().map(|(at, _)| *at).collect(),
            ranked: ranked.into_iter().collect(),
        })
    }

    /// The steps of one part of a rule's note.
    pub(super) fn steps(&self, at: u32, part: Part) -> impl Iterator<Item = &Step> {
        let all = self.steps.get(&at).into_iter().flatten();
        all.filter(move |step| step.part == part)
    }

    pub(super) fn attack(&self) -> &'a Attack {
        &self.index.catalog.attack
    }

    pub(super) fn facts(&self, at: u32) -> &'a RuleFacts {
        self.index.facts(at)
    }

    /// The keys of rules as evidence, best first.
    pub(super) fn evidence(&self, pen: &mut Pen<'_>, rules: &[u32]) -> Vec<Text> {
        let mut sorted: Vec<u32> = rules.to_vec();
        if sorted.len() > 1 {
            let wanted: std::collections::BTreeSet<u32> = sorted.into_iter().collect();
            sorted = self
                .best
                .iter()
                .copied()
                .filter(|at| wanted.contains(at))
                .collect();
        }
        sorted
            .into_iter()
            .map(|at| pen.sources.rule(self.facts(at)))
            .collect()
    }

    /// The position of a rule under the technique.
    pub(super) fn position(&self, id: &str) -> Option<u32> {
        u32::try_from(self.index.catalog.number(id)?).ok()
    }

    /// The positions of rules by id.
    pub(super) fn positions(&self, ids: &[Text]) -> Vec<u32> {
        ids.iter().filter_map(|id| self.position(id)).collect()
    }
}

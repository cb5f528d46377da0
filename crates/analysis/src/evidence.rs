//! What the lines of an answer rest on: rules, ATT&CK objects and relations, Atomic tests.
//!
//! A line names its evidence by key; the answer holds each source once under its key.

use crate::markup::safe_url;
use schemars::JsonSchema;
use serde::Serialize;
use smol_str::{SmolStr as Text, format_smolstr};
use std::collections::BTreeMap;
use tripline_attack::{Head, Relation};
use tripline_catalog::facts::RuleFacts;

/// What kind of thing a source is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum EvidenceKind {
    /// A rule; its key is the rule's id.
    Rule,
    /// An ATT&CK object (key: ATT&CK id) or relation (key: STIX id).
    Attack,
    /// An Atomic Red Team test; its key is `atomic:` and its GUID.
    Atomic,
}

/// Something that lines rest on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Evidence {
    /// What it is.
    pub kind: EvidenceKind,
    /// Title or name.
    pub title: Text,
    /// STIX id, of what comes from ATT&CK.
    pub stix_id: Option<Text>,
    /// Its page, when it has one; `http` or `https`.
    pub url: Option<Text>,
}

/// Collects the sources of one answer.
#[derive(Default)]
pub(crate) struct Sources(BTreeMap<Text, Evidence>);

impl Sources {
    /// A rule. Returns its key.
    pub(crate) fn rule(&mut self, facts: &RuleFacts) -> Text {
        self.0.entry(facts.id.clone()).or_insert_with(|| Evidence {
            kind: EvidenceKind::Rule,
            title: facts.title.clone(),
            stix_id: None,
            url: None,
        });
        facts.id.clone()
    }

    /// An ATT&CK object. Returns its key.
    pub(crate) fn object(&mut self, head: &Head) -> Text {
        self.0.entry(head.id.clone()).or_insert_with(|| Evidence {
            kind: EvidenceKind::Attack,
            title: head.name.clone(),
            stix_id: Some(head.stix_id.clone()),
            url: head.url.as_deref().and_then(safe_url),
        });
        head.id.clone()
    }

    /// A relation between an object and another. Returns its key.
    pub(crate) fn relation(&mut self, relation: &Relation, from: &Head, verb: &str) -> Text {
        let key = relation.stix_id.clone();
        self.0.entry(key.clone()).or_insert_with(|| Evidence {
            kind: EvidenceKind::Attack,
            title: format_smolstr!("{} {} {verb} {}", from.id, from.name, relation.target),
            stix_id: Some(relation.stix_id.clone()),
            url: from.url.as_deref().and_then(safe_url),
        });
        key
    }

    /// A test of Atomic Red Team. Returns its key.
    pub(crate) fn atomic(&mut self, guid: &str, name: &Text, url: Option<Text>) -> Text {
        let key = format_smolstr!("atomic:{guid}");
        self.0.entry(key.clone()).or_insert_with(|| Evidence {
            kind: EvidenceKind::Atomic,
            title: name.clone(),
            stix_id: None,
            url,
        });
        key
    }

    /// The sources by key.
    pub(crate) fn into_map(self) -> BTreeMap<Text, Evidence> {
        self.0
    }
}

//! What a rule's `meta` section says.
//!
//! | key | becomes |
//! |---|---|
//! | `rule_id` | the id; without it the file's path |
//! | `rule_name`, else the rule's name | title |
//! | `severity` | level: `Info` is informational |
//! | `mitre_attack_url`, `technique`, `mitre_attack_technique_id`, `tags` | techniques: every `T1234` or `T1234.001` (also `T1234/001`) in them, and in the outcome `$mitre_attack_technique_id` |
//! | `mitre_attack_tactic`, `tactic` | tactics |
//! | `platform`, `data_source` | platforms, sources |
//! | `reference`, `references`; `false_positives`, `falsepositives`; `assumption` | references, false positives, set-up |

use crate::reader::FileContext;
use crate::{Vendor, fallback_id};
use tripline_ir::{
    Class, Detection, Language, Level, Provenance, Related, Requirement, RequirementKind,
    TechniqueTag, Text, format_smolstr,
};
use tripline_languages::yaral::{ENTITY_GRAPH, RuleText};
use tripline_text::Source;

/// The detection without its class.
pub(super) fn describe(
    rule: &RuleText,
    index: u32,
    source: &Source,
    context: &FileContext<'_>,
) -> Detection {
    let meta = Meta(&rule.meta);
    let severity = meta.one("severity");
    Detection {
        id: id(&meta, index, context),
        vendor: Text::new_static(Vendor::Chronicle.name()),
        language: Language::Yaral,
        kind: meta.one("type").unwrap_or_else(|| Text::new_static("rule")),
        title: meta.one("rule_name").unwrap_or_else(|| rule.name.clone()),
        description: meta.one("description").unwrap_or_default(),
        class: Class::Alert,
        class_reason: Text::default(),
        level: severity.as_deref().and_then(level),
        severity,
        status: meta.one("status"),
        risk_score: None,
        authors: meta.all(&["author"]),
        created: meta.one("created").or_else(|| meta.one("date")),
        modified: meta.one("modified").or_else(|| meta.one("updated")),
        references: meta.all(&["reference", "references"]),
        false_positives: meta.all(&["false_positives", "falsepositives"]),
        note: None,
        setup: meta.one("assumption").or_else(|| meta.one("assumptions")),
        tags: split(&meta, &["tags"]),
        techniques: techniques(rule, &meta),
        tactics: sorted(split(&meta, &["mitre_attack_tactic", "tactic"])),
        platforms: platforms(&meta),
        sources: sorted(split(&meta, &["data_source"])),
        integrations: Vec::new(),
        output_fields: rule
            .outcomes
            .iter()
            .map(|found| format_smolstr!("${}", found.name))
            .collect(),
        related: meta
            .one("sigma_uuid")
            .map(|id| Related {
                id,
                relation: Text::new_static("derived"),
            })
            .into_iter()
            .collect(),
        requires: requires(rule),
        licence: meta.one("license").filter(|name| name.len() < 40),
        provenance: Provenance {
            corpus: context.spec.name.clone(),
            commit: context.spec.commit.clone(),
            path: context.path.into(),
            index,
            body_offset: Some(rule.span.start),
        },
        body: source.slice(rule.span).into(),
        plan: rule.lowered.plan.clone(),
        losses: rule.lowered.losses.clone(),
    }
}

/// The entries of `meta`.
struct Meta<'a>(&'a [(Text, Text)]);

impl Meta<'_> {
    /// The first value under a key, if it is not empty.
    fn one(&self, key: &str) -> Option<Text> {
        let found = self
            .0
            .iter()
            .find(|(name, _)| name.eq_ignore_ascii_case(key));
        found
            .map(|(_, value)| value.clone())
            .filter(|value| !value.is_empty())
    }

    /// Every value under some keys, in order.
    fn all(&self, keys: &[&str]) -> Vec<Text> {
        let wanted = |name: &str| keys.iter().any(|key| name.eq_ignore_ascii_case(key));
        let found = self
            .0
            .iter()
            .filter(|(name, value)| wanted(name) && !value.is_empty());
        found.map(|(_, value)| value.clone()).collect()
    }
}

fn id(meta: &Meta<'_>, index: u32, context: &FileContext<'_>) -> Text {
    match meta.one("rule_id") {
        Some(id) => format_smolstr!("{}:{id}", Vendor::Chronicle.name()),
        None => fallback_id(Vendor::Chronicle, context.path, index),
    }
}

fn level(severity: &str) -> Option<Level> {
    Some(match severity.to_ascii_lowercase().as_str() {
        "info" | "informational" | "information" => Level::Informational,
        "low" => Level::Low,
        "medium" => Level::Medium,
        "high" => Level::High,
        "critical" => Level::Critical,
        _ => return None,
    })
}

/// Values under some keys, taken apart at commas.
fn split(meta: &Meta<'_>, keys: &[&str]) -> Vec<Text> {
    let values = meta.all(keys);
    let parts = values.iter().flat_map(|value| value.split([',', ';']));
    parts
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .map(Text::new)
        .collect()
}

fn platforms(meta: &Meta<'_>) -> Vec<Text> {
    let name = |written: &Text| {
        let folded = written.to_ascii_lowercase();
        match folded.as_str() {
            "edr" => None,
            "google cloud" | "gcp" => Some(Text::new_static("gcp")),
            "google workspace" => Some(Text::new_static("google_workspace")),
            _ => Some(Text::from(folded.replace(' ', "_"))),
        }
    };
    sorted(split(meta, &["platform"]).iter().filter_map(name).collect())
}

fn techniques(rule: &RuleText, meta: &Meta<'_>) -> Vec<TechniqueTag> {
    const KEYS: [&str; 6] = [
        "mitre_attack_technique_id",
        "mitre_attack_technique",
        "mitre_attack_url",
        "technique",
        "mitre_technique_id",
        "tags",
    ];
    let mut ids: Vec<Text> = meta
        .all(&KEYS)
        .iter()
        .flat_map(|text| ids_in(text))
        .collect();
    for outcome in &rule.outcomes {
        if outcome.name.contains("technique") {
            ids.extend(outcome.text.iter().flat_map(|text| ids_in(text)));
        }
    }
    let ids = sorted(ids);
    // A technique goes when its sub-technique is there too: `T1562` beside `T1562.008`.
    let tags = ids.iter().filter(|id| {
        let below = format!("{id}.");
        !ids.iter().any(|other| other.starts_with(&below))
    });
    tags.map(|id| TechniqueTag {
        id: id.clone(),
        tactics: Vec::new(),
    })
    .collect()
}

/// `T1234` and `T1234.001`, also written `T1234/001`.
fn ids_in(text: &str) -> Vec<Text> {
    let mut ids = Vec::new();
    for (at, _) in text.match_indices(['T', 't']) {
        let before = text[..at].chars().next_back();
        let rest = &text[at + 1..];
        let digits = |text: &str, count: usize| {
            text.len() >= count
                && text.bytes().take(count).all(|byte| byte.is_ascii_digit())
                && !text.as_bytes().get(count).is_some_and(u8::is_ascii_digit)
        };
        if before.is_some_and(char::is_alphanumeric) || !digits(rest, 4) {
            continue;
        }
        let sub = rest[4..]
            .strip_prefix(['.', '/', '_'])
            .filter(|sub| digits(sub, 3));
        ids.push(sub.map_or_else(
            || format_smolstr!("T{}", &rest[..4]),
            |sub| format_smolstr!("T{}.{}", &rest[..4], &sub[..3]),
        ));
    }
    ids
}

fn requires(rule: &RuleText) -> Vec<Requirement> {
    let mut found: Vec<Requirement> = rule
        .lists
        .iter()
        .map(|name| Requirement {
            kind: RequirementKind::List,
            name: name.clone(),
        })
        .collect();
    if rule.entities {
        found.push(Requirement {
            kind: RequirementKind::Table,
            name: Text::new_static(ENTITY_GRAPH),
        });
    }
    found
}

fn sorted(mut texts: Vec<Text>) -> Vec<Text> {
    texts.sort();
    texts.dedup();
    texts
}

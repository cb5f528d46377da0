//! How a rule counts: the rule that decides, in order.
//!
//! 1. A rule under a folder `deprecated` or `removed`, or with such a status, is
//!    [`Class::Deprecated`].
//! 2. A rule whose type is `Hunting`, `Baseline` or `Investigation` is [`Class::Hunting`].
//! 3. A rule all of whose sources hold nothing but findings of other products is
//!    [`Class::ForwardedAlert`].
//! 4. Every other (`TTP`, `Anomaly`, `Correlation`) is [`Class::Alert`].

use tripline_ir::{Class, Detection};

/// Sources that hold findings of other products, in lower case.
// Table: sources of findings.
const FINDINGS: [&str; 9] = [
    "alerts",
    "alerts.alerts",
    "aws:securityhub:finding",
    "aws:securityhub:firehose",
    "malware",
    "malware.malware_attacks",
    "ms:defender:atp:alerts",
    "ms365:defender:incident:alerts",
    "symantec:ep:risk:file",
];

/// Sets class and reason.
pub(super) fn decide(detection: &mut Detection) {
    let withdrawn = |text: &str| matches!(text, "deprecated" | "removed");
    let folders = detection.provenance.path.split('/').any(withdrawn);
    let status = detection.status.as_deref().is_some_and(withdrawn);
    let (class, reason) = if folders || status {
        (Class::Deprecated, "upstream has withdrawn it")
    } else {
        match detection.kind.as_str() {
            "hunting" => (
                Class::Hunting,
                "upstream's type is Hunting: it looks for leads",
            ),
            "baseline" => (
                Class::Hunting,
                "upstream's type is Baseline: it records what is normal for other searches",
            ),
            "investigation" => (
                Class::Hunting,
                "upstream's type is Investigation: it collects details of a finding",
            ),
            _ if forwards(detection) => (
                Class::ForwardedAlert,
                "its sources hold nothing but findings of other products",
            ),
            "correlation" => (
                Class::Alert,
                "upstream's type is Correlation: it alerts on findings of several rules together",
            ),
            "anomaly" => (
                Class::Alert,
                "upstream's type is Anomaly: it alerts on what is unusual",
            ),
            "ttp" => (
                Class::Alert,
                "upstream's type is TTP: it alerts on a known technique",
            ),
            _ => (Class::Alert, "it alerts on what its search finds"),
        }
    };
    detection.class = class;
    detection.class_reason = reason.into();
}

fn forwards(detection: &Detection) -> bool {
    let known = |name: &str| FINDINGS.contains(&name.to_lowercase().as_str());
    !detection.sources.is_empty() && detection.sources.iter().all(|name| known(name))
}

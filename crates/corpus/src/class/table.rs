//! The signs of classes in rules' metadata.
// Table:

use crate::Vendor;
use tripline_ir::Class;

/// Where a sign stands.
pub(super) enum Sign {
    /// A folder above the file, the corpus's own included.
    Folder,
    /// [`Detection::status`](tripline_ir::Detection::status).
    Status,
    /// [`Detection::kind`](tripline_ir::Detection::kind).
    Kind,
    /// One of the tags.
    Tag,
    /// In the title; at its beginning where the word begins with `^`.
    Title,
}

/// A sign of a class.
pub(super) struct Entry {
    pub(super) class: Class,
    /// Whose rules bear it; every vendor's without one.
    pub(super) vendor: Option<Vendor>,
    pub(super) sign: Sign,
    /// In lower case; any of them is the sign.
    pub(super) words: &'static [&'static str],
    /// The sentence; `{}` stands for the word.
    pub(super) why: &'static str,
}

/// The class of rules that bear no sign.
pub(super) struct Otherwise {
    pub(super) vendor: Vendor,
    /// The rules' kind; any without one.
    pub(super) kind: &'static str,
    pub(super) class: Class,
    pub(super) why: &'static str,
}

const fn sign(
    class: Class,
    vendor: Option<Vendor>,
    sign: Sign,
    words: &'static [&'static str],
    why: &'static str,
) -> Entry {
    Entry {
        class,
        vendor,
        sign,
        words,
        why,
    }
}

const fn otherwise(
    vendor: Vendor,
    kind: &'static str,
    class: Class,
    why: &'static str,
) -> Otherwise {
    Otherwise {
        vendor,
        kind,
        class,
        why,
    }
}

const IN_FOLDER: &str = "upstream keeps it in the folder `{}`";
const HAS_STATUS: &str = "its status is `{}`";

/// For vendors and kinds without an entry of their own.
pub(super) const ALERTS: &str = "it alerts on what its query finds";

/// Every sign; of several of one class the first counts.
pub(super) const SIGNS: &[Entry] = &[
    sign(
        Class::Deprecated,
        None,
        Sign::Folder,
        &["_deprecated", "deprecated", "removed"],
        IN_FOLDER,
    ),
    sign(
        Class::Deprecated,
        Some(Vendor::Sigma),
        Sign::Folder,
        &["unsupported"],
        IN_FOLDER,
    ),
    sign(
        Class::Deprecated,
        None,
        Sign::Status,
        &["deprecated", "removed"],
        HAS_STATUS,
    ),
    sign(
        Class::Deprecated,
        Some(Vendor::Sigma),
        Sign::Status,
        &["unsupported"],
        HAS_STATUS,
    ),
    sign(
        Class::Deprecated,
        None,
        Sign::Title,
        &[
            "^deprecated -",
            "^deprecated:",
            "[deprecated]",
            "(deprecated)",
        ],
        "its title says that it is deprecated",
    ),
    sign(
        Class::MachineLearning,
        None,
        Sign::Kind,
        &["machine_learning"],
        "a machine-learning job finds the anomalies; the rule has no query",
    ),
    sign(
        Class::Hunting,
        Some(Vendor::Sigma),
        Sign::Folder,
        &["rules-threat-hunting"],
        IN_FOLDER,
    ),
    sign(
        Class::Hunting,
        Some(Vendor::Sigma),
        Sign::Tag,
        &["detection.threat-hunting", "detection.threat_hunting"],
        "it is tagged `{}`",
    ),
    sign(
        Class::Hunting,
        Some(Vendor::Elastic),
        Sign::Kind,
        &["hunt"],
        "upstream keeps it among its hunting queries",
    ),
    sign(
        Class::Hunting,
        Some(Vendor::Kusto),
        Sign::Folder,
        &["hunts"],
        IN_FOLDER,
    ),
    sign(
        Class::Hunting,
        Some(Vendor::Splunk),
        Sign::Kind,
        &["hunting"],
        "upstream's type is Hunting: it looks for leads",
    ),
    sign(
        Class::Hunting,
        Some(Vendor::Splunk),
        Sign::Kind,
        &["baseline"],
        "upstream's type is Baseline: it records what is normal for other searches",
    ),
    sign(
        Class::Hunting,
        Some(Vendor::Splunk),
        Sign::Kind,
        &["investigation"],
        "upstream's type is Investigation: it collects details of a finding",
    ),
    sign(
        Class::ForwardedAlert,
        Some(Vendor::Elastic),
        Sign::Folder,
        &["promotions"],
        "upstream keeps it in the folder `{}`: it turns another product's finding into an alert",
    ),
    sign(
        Class::BuildingBlock,
        Some(Vendor::Elastic),
        Sign::Folder,
        &["rules_building_block"],
        IN_FOLDER,
    ),
];

/// By vendor and kind; the first that fits counts.
pub(super) const OTHERWISE: &[Otherwise] = &[
    otherwise(
        Vendor::Sigma,
        "",
        Class::Alert,
        "a Sigma rule alerts unless its folder, status or tags say otherwise",
    ),
    otherwise(
        Vendor::Chronicle,
        "",
        Class::Alert,
        "a YARA-L rule alerts unless its folder, type or tests say otherwise",
    ),
    otherwise(
        Vendor::Splunk,
        "ttp",
        Class::Alert,
        "upstream's type is TTP: it alerts on a known technique",
    ),
    otherwise(
        Vendor::Splunk,
        "anomaly",
        Class::Alert,
        "upstream's type is Anomaly: it alerts on what is unusual",
    ),
    otherwise(
        Vendor::Splunk,
        "correlation",
        Class::Alert,
        "upstream's type is Correlation: it alerts on findings of several rules together",
    ),
    otherwise(
        Vendor::Sentinel,
        "hunting",
        Class::Hunting,
        "it is a hunting query: it has no schedule and no trigger",
    ),
    otherwise(
        Vendor::Sentinel,
        "",
        Class::Alert,
        "it runs on a schedule and alerts on what its query finds",
    ),
    otherwise(
        Vendor::Kusto,
        "detection",
        Class::Alert,
        "its document describes a detection",
    ),
    otherwise(
        Vendor::Kusto,
        "query",
        Class::Hunting,
        "the query is published for hunting; it has no schedule and no threshold",
    ),
];

//! The types that a bundle is read into.
//!
//! Objects name each other by ATT&CK id (`T1059.001`, `G0016`), never by STIX id, so that a value
//! can be read without a table beside it. Lists are sorted by id, active objects before withdrawn
//! ones of the same id; tactics stand in the order of the matrix. Citations are shared: an object
//! holds [`ReferenceId`]s into [`Attack::references`], because thousands of relations cite the
//! same few reports.

use serde::{Deserialize, Serialize};
use tripline_text::SmolStr as Text;

/// An ATT&CK bundle.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attack {
    /// Name of the collection or, without one, of the first matrix.
    pub name: Text,
    /// Version of ATT&CK, where the bundle says it (`18.1`).
    pub version: Option<Text>,
    /// The newest ATT&CK object format among the objects (`3.3.0`).
    pub format: Option<Text>,
    /// When the newest object changed, as written.
    pub modified: Option<Text>,
    /// Domains of its objects, sorted: `enterprise-attack`, ...
    pub domains: Vec<Text>,
    /// Who made the bundle: the name in its identity object.
    pub publisher: Text,
    /// What the identity object says of the bundle.
    pub publisher_note: Text,
    /// The statement to show wherever a text from the bundle is shown: its marking definitions.
    pub statement: Text,
    /// Tactics, in matrix order.
    pub tactics: Vec<Tactic>,
    /// Techniques and sub-techniques.
    pub techniques: Vec<Technique>,
    /// Mitigations.
    pub mitigations: Vec<Mitigation>,
    /// Groups.
    pub groups: Vec<Group>,
    /// Malware and tools.
    pub software: Vec<Software>,
    /// Campaigns.
    pub campaigns: Vec<Campaign>,
    /// Data sources; only in bundles before 18, or withdrawn.
    pub data_sources: Vec<DataSource>,
    /// Data components.
    pub data_components: Vec<DataComponent>,
    /// Detection strategies; from 18 on.
    pub strategies: Vec<Strategy>,
    /// Analytics; from 18 on.
    pub analytics: Vec<Analytic>,
    /// Who uses what: procedure examples when the target is a technique.
    pub uses: Vec<Relation>,
    /// Mitigation to technique.
    pub mitigates: Vec<Relation>,
    /// Detection strategy (or, before 18, data component) to technique.
    pub detects: Vec<Relation>,
    /// Campaign to group.
    pub attributed: Vec<Relation>,
    /// Every citation once, sorted.
    pub references: Vec<Reference>,
}

/// Index into [`Attack::references`].
pub type ReferenceId = u32;

/// What every object has.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// ATT&CK id: `T1059.001`, `TA0002`, `G0016`, ...
    pub id: Text,
    /// STIX id.
    pub stix_id: Text,
    /// Name.
    pub name: Text,
    /// Description, verbatim Markdown with `(Citation: ...)` marks.
    pub description: Text,
    /// Version of the object.
    pub version: Option<Text>,
    /// When it was made, as written.
    pub created: Text,
    /// When it was last changed, as written.
    pub modified: Text,
    /// Its page.
    pub url: Option<Text>,
    /// Domains.
    pub domains: Vec<Text>,
    /// Who contributed.
    pub contributors: Vec<Text>,
    /// What it cites, in order.
    pub references: Vec<ReferenceId>,
    /// Whether another object took its place.
    pub revoked: bool,
    /// Whether it was withdrawn.
    pub deprecated: bool,
    /// The object that took its place.
    pub revoked_by: Option<Text>,
}

impl Head {
    /// Whether it is neither revoked nor deprecated.
    pub fn active(&self) -> bool {
        !self.revoked && !self.deprecated
    }
}

/// An object with an ATT&CK id.
pub trait Entry {
    /// What every object has.
    fn head(&self) -> &Head;
}

/// A cited work.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Reference {
    /// The name used in `(Citation: ...)`.
    pub name: Text,
    /// Author, date, title.
    pub description: Text,
    /// Link.
    pub url: Text,
}

/// A tactic.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tactic {
    /// Common parts.
    pub head: Head,
    /// Name in kill-chain phases: `credential-access`.
    pub short_name: Text,
}

/// A technique or sub-technique.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Technique {
    /// Common parts.
    pub head: Head,
    /// The technique that it is part of.
    pub parent: Option<Text>,
    /// Whether it is a sub-technique; true with no parent only in a broken bundle.
    pub sub: bool,
    /// Short names of its tactics, in matrix order; those without a tactic object come last.
    pub tactics: Vec<Text>,
    /// Platforms, as written.
    pub platforms: Vec<Text>,
    /// Whether it works from afar, where said.
    pub remote_support: Option<bool>,
    /// What it harms: `Availability`, `Integrity`.
    pub impact_types: Vec<Text>,
    /// Permissions that it needs; only in older bundles.
    pub permissions_required: Vec<Text>,
    /// Permissions that it gives; only in older bundles.
    pub effective_permissions: Vec<Text>,
    /// Defences that it passes; only in older bundles.
    pub defense_bypassed: Vec<Text>,
    /// What must be so for it to work; only in older bundles.
    pub system_requirements: Vec<Text>,
    /// `Source: Component` names; only in older bundles.
    pub data_sources: Vec<Text>,
    /// How to detect it; only in bundles before 18.
    pub detection: Text,
}

/// A mitigation.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mitigation {
    /// Common parts.
    pub head: Head,
}

/// A group.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Group {
    /// Common parts.
    pub head: Head,
    /// Other names.
    pub aliases: Vec<Text>,
}

/// Malware or a tool.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Software {
    /// Common parts.
    pub head: Head,
    /// Which of the two.
    pub kind: SoftwareKind,
    /// Other names.
    pub aliases: Vec<Text>,
    /// Platforms.
    pub platforms: Vec<Text>,
}

/// The two kinds of software.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SoftwareKind {
    /// Made to do harm.
    Malware,
    /// Made for something else.
    Tool,
}

/// A campaign.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Campaign {
    /// Common parts.
    pub head: Head,
    /// Other names.
    pub aliases: Vec<Text>,
    /// When it was first seen, as written.
    pub first_seen: Text,
    /// When it was last seen, as written.
    pub last_seen: Text,
}

/// A data source.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DataSource {
    /// Common parts.
    pub head: Head,
    /// Platforms.
    pub platforms: Vec<Text>,
    /// Where it is collected: `Host`, `Network`, ...
    pub collection_layers: Vec<Text>,
}

/// A data component.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DataComponent {
    /// Common parts.
    pub head: Head,
    /// Its data source, where the bundle has it.
    pub source: Option<Text>,
    /// Logs that hold it.
    pub log_sources: Vec<LogSource>,
}

/// A log and what to look for in it.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct LogSource {
    /// The data component that it shows; `None` when the object is the component itself.
    pub component: Option<Text>,
    /// Name: `WinEventLog:Security`.
    pub name: Text,
    /// Channel, event id or sentence: `EventCode=4688`.
    pub channel: Text,
}

/// A detection strategy.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Strategy {
    /// Common parts.
    pub head: Head,
    /// Ids of its analytics, in order.
    pub analytics: Vec<Text>,
}

/// An analytic.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Analytic {
    /// Common parts.
    pub head: Head,
    /// Platforms.
    pub platforms: Vec<Text>,
    /// Logs that it reads.
    pub log_sources: Vec<LogSource>,
    /// What to tune in it.
    pub mutable_elements: Vec<MutableElement>,
}

/// Something to tune in an analytic.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MutableElement {
    /// Name.
    pub field: Text,
    /// What it is for.
    pub description: Text,
}

/// One object does something to another.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Relation {
    /// STIX id.
    pub stix_id: Text,
    /// Id of the object that does it.
    pub source: Text,
    /// Id of the other.
    pub target: Text,
    /// How, verbatim Markdown with `(Citation: ...)` marks.
    pub description: Text,
    /// What it cites.
    pub references: Vec<ReferenceId>,
}

macro_rules! entries {
    ($($type:ident),*) => {
        $(impl Entry for $type {
            fn head(&self) -> &Head {
                &self.head
            }
        })*
    };
}

entries!(
    Tactic,
    Technique,
    Mitigation,
    Group,
    Software,
    Campaign,
    DataSource,
    DataComponent,
    Strategy,
    Analytic
);

//! The executive summary, why the technique is used, and what it needs.

use super::actors::{ActorRow, Years, actors, year_of};
use super::observables::{EventUse, Events, FieldRead, says_something};
use super::opportunities::OpportunityRow;
use super::scope::{Pen, Scope};
use crate::markup::{Span, first_sentence};
use crate::tables;
use crate::technique::left_out;
use schemars::JsonSchema;
use serde::Serialize;
use smol_str::SmolStr as Text;
use std::collections::{BTreeMap, BTreeSet};
use tripline_attack::{ActorKind, SoftwareKind, Technique};
use tripline_catalog::facts::RuleFacts;

/// How many rows of a kind the summary names.
const NAMED: usize = 3;

/// What a reader must know first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Summary {
    /// The first sentence of ATT&CK's description.
    pub statement: Vec<Span>,
    /// Names of its tactics.
    pub tactics: Vec<Text>,
    /// Platforms.
    pub platforms: Vec<Text>,
    /// Groups that use it.
    pub groups: usize,
    /// Campaigns that use it.
    pub campaigns: usize,
    /// Malware and tools that use it.
    pub software: usize,
    /// When these campaigns were seen, after ATT&CK.
    pub campaign_years: Option<Years>,
    /// When the reports that ATT&CK cites for all uses appeared.
    pub report_years: Option<Years>,
    /// Rules that count.
    pub rules: usize,
    /// Their number per vendor.
    pub by_vendor: BTreeMap<Text, usize>,
    /// Rules of other classes, by class.
    pub left_out: BTreeMap<Text, usize>,
    /// The events that most of them read.
    pub events: Vec<SummaryEvent>,
    /// The fields that most of them read, with the values that most look for.
    pub fields: Vec<FieldRead>,
    /// ATT&CK's analytics for it.
    pub analytics: usize,
    /// Those that no rule implements.
    pub unimplemented: Vec<Text>,
    /// Those whose log sources name no event of the catalogue.
    pub unjoined: Vec<Text>,
    /// Those that name no log source.
    pub without_sources: Vec<Text>,
    /// Platforms of the technique that no rule names and whose events none reads.
    pub platforms_without_rules: Vec<Text>,
    /// Sub-techniques with their own rules.
    pub subtechniques: Vec<SubRow>,
    /// Key of the technique.
    pub evidence: Vec<Text>,
}

/// An event of the summary.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct SummaryEvent {
    /// `PROVIDER/ID`.
    pub key: Text,
    /// Title.
    pub title: Text,
    /// Rules that read it.
    pub count: usize,
}

/// A sub-technique.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct SubRow {
    /// Technique id.
    pub id: Text,
    /// Name.
    pub name: Text,
    /// Rules tagged with exactly it.
    pub rules: usize,
    /// Key of the sub-technique.
    pub evidence: Vec<Text>,
}

/// Why the technique is used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Why {
    /// What each of its tactics is for, in ATT&CK's words.
    pub tactics: Vec<TacticRow>,
    /// Groups, the latest reported first.
    pub groups: Vec<ActorRow>,
    /// Campaigns, the latest seen first.
    pub campaigns: Vec<ActorRow>,
    /// Uses per year in which the first cited report on them appeared.
    pub by_year: BTreeMap<u16, usize>,
}

/// A tactic.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct TacticRow {
    /// ATT&CK id.
    pub id: Text,
    /// Name.
    pub name: Text,
    /// The first sentence of its description.
    pub goal: Vec<Span>,
    /// Key of the tactic.
    pub evidence: Vec<Text>,
}

/// What the technique needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Prerequisites {
    /// Platforms.
    pub platforms: Vec<Text>,
    /// Whether it works from afar, where ATT&CK says it.
    pub remote_support: Option<bool>,
    /// Permissions that it needs, where ATT&CK says it.
    pub permissions: Vec<Text>,
    /// Permissions that it gives, where ATT&CK says it.
    pub effective_permissions: Vec<Text>,
    /// What must be so, where ATT&CK says it.
    pub system_requirements: Vec<Text>,
    /// Accounts, privileges and integrity levels that rules expect.
    pub expected: Vec<ExpectedRow>,
    /// Key of the technique.
    pub evidence: Vec<Text>,
}

/// A field that says what somebody is allowed to do, and what rules expect in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ExpectedRow {
    /// The field and its values.
    #[serde(flatten)]
    pub field: FieldRead,
    /// Keys of the rules, best first.
    pub evidence: Vec<Text>,
}

/// The reasons and the users.
pub(super) fn why(scope: &Scope<'_>, pen: &mut Pen<'_>) -> Why {
    let attack = scope.attack();
    let tactics = scope
        .technique
        .map(|own| own.tactics.as_slice())
        .unwrap_or_default();
    let tactics = tactics.iter().filter_map(|name| attack.tactic(name));
    Why {
        tactics: tactics
            .map(|tactic| TacticRow {
                id: tactic.head.id.clone(),
                name: tactic.head.name.clone(),
                goal: pen.reader.line(first_sentence(&tactic.head.description)),
                evidence: vec![pen.sources.object(&tactic.head)],
            })
            .collect(),
        groups: actors(scope, pen, ActorKind::Group),
        campaigns: actors(scope, pen, ActorKind::Campaign),
        by_year: by_year(scope),
    }
}

/// Uses per year of the first report on them.
fn by_year(scope: &Scope<'_>) -> BTreeMap<u16, usize> {
    let attack = scope.attack();
    let mut years = BTreeMap::new();
    // What is cited of a tool is its own page, often older than any use of it by an adversary.
    let is_tool = |id: &str| {
        let found = attack
            .software
            .iter()
            .find(|software| software.head.id == id);
        found.is_some_and(|software| software.kind == SoftwareKind::Tool)
    };
    let uses = scope.ids.iter().flat_map(|id| attack.procedures(id));
    for procedure in uses.filter(|procedure| !is_tool(&procedure.actor.head.id)) {
        let cited = super::actors::years_of(attack, procedure.relation.references.iter());
        if let Some(cited) = cited {
            *years.entry(cited.first).or_default() += 1;
        }
    }
    years
}

/// The summary, from the other sections.
pub(super) fn summary(
    scope: &Scope<'_>,
    pen: &mut Pen<'_>,
    why: &Why,
    software: usize,
    events: &Events,
    opportunities: &[OpportunityRow],
) -> Summary {
    let description = scope.technique.map(|own| own.head.description.as_str());
    let analytics = || opportunities.iter().flat_map(|row| &row.analytics);
    let mut all: Vec<&EventUse> = events
        .windows
        .iter()
        .chain(&events.sysmon)
        .chain(&events.other)
        .collect();
    all.sort_by_key(|event| std::cmp::Reverse(event.count));
    Summary {
        statement: pen
            .reader
            .line(first_sentence(description.unwrap_or_default())),
        tactics: why
            .tactics
            .iter()
            .map(|tactic| tactic.name.clone())
            .collect(),
        platforms: scope
            .technique
            .map(|own| own.platforms.clone())
            .unwrap_or_default(),
        groups: why.groups.len(),
        campaigns: why.campaigns.len(),
        software,
        campaign_years: campaign_years(scope),
        report_years: report_years(&why.by_year),
        rules: scope.rules.len(),
        by_vendor: tables::by_vendor(scope.index, &scope.rules),
        left_out: left_out(scope.index, &scope.left),
        events: all
            .into_iter()
            .take(NAMED)
            .map(|event| SummaryEvent {
                key: event.key.clone(),
                title: event.title.clone(),
                count: event.count,
            })
            .collect(),
        fields: fields(scope, NAMED, |_| true),
        analytics: analytics().count(),
        unimplemented: analytics()
            .filter(|row| row.joined && row.count == 0)
            .map(|row| row.id.clone())
            .collect(),
        unjoined: analytics()
            .filter(|row| !row.joined && !row.log_sources.is_empty())
            .map(|row| row.id.clone())
            .collect(),
        without_sources: analytics()
            .filter(|row| row.log_sources.is_empty())
            .map(|row| row.id.clone())
            .collect(),
        platforms_without_rules: scope
            .technique
            .map(|own| platforms_without_rules(scope, own))
            .unwrap_or_default(),
        subtechniques: subtechniques(scope, pen),
        evidence: key(scope, pen),
    }
}

fn key(scope: &Scope<'_>, pen: &mut Pen<'_>) -> Vec<Text> {
    let own = scope.technique.iter();
    own.map(|technique| pen.sources.object(&technique.head))
        .collect()
}

fn report_years(by_year: &BTreeMap<u16, usize>) -> Option<Years> {
    Some(Years {
        first: *by_year.keys().next()?,
        last: *by_year.keys().next_back()?,
    })
}

/// From the first day of the first campaign to the last day of the last.
fn campaign_years(scope: &Scope<'_>) -> Option<Years> {
    let attack = scope.attack();
    let procedures = scope.ids.iter().flat_map(|id| attack.procedures(id));
    let campaigns = procedures.filter_map(|procedure| attack.campaign(&procedure.actor.head.id));
    let years: BTreeSet<u16> = campaigns
        .flat_map(|campaign| [year_of(&campaign.first_seen), year_of(&campaign.last_seen)])
        .flatten()
        .collect();
    Some(Years {
        first: *years.first()?,
        last: *years.last()?,
    })
}

/// The fields that most rules read, without those that only select events.
fn fields(scope: &Scope<'_>, most: usize, keep: impl Fn(&str) -> bool) -> Vec<FieldRead> {
    let rows = tables::fields(scope.index, &scope.rules, |_, atom| keep(&atom.field)).into_iter();
    rows.filter(|row| row.count > 0 && says_something(row))
        .take(most)
        .map(|row| FieldRead {
            field: row.field,
            canonical: row.canonical,
            count: row.count,
            values: row.samples.into_iter().take(4).collect(),
        })
        .collect()
}

fn subtechniques(scope: &Scope<'_>, pen: &mut Pen<'_>) -> Vec<SubRow> {
    let subs = scope.attack().subtechniques(&scope.id);
    subs.map(|sub| SubRow {
        id: sub.head.id.clone(),
        name: sub.head.name.clone(),
        rules: scope
            .index
            .under(&sub.head.id, false)
            .iter()
            .filter(|at| scope.facts(**at).class.counts())
            .count(),
        evidence: vec![pen.sources.object(&sub.head)],
    })
    .collect()
}

/// The technique's platforms that no rule is for.
fn platforms_without_rules(scope: &Scope<'_>, technique: &Technique) -> Vec<Text> {
    let mut seen: BTreeSet<&str> = BTreeSet::new();
    for &at in &scope.rules {
        seen.extend(platforms(scope, scope.facts(at)));
    }
    let own = technique.platforms.iter();
    // PRE is no platform: it says that nothing of the victim's is touched yet.
    own.filter(|platform| *platform != "PRE" && !seen.contains(platform.as_str()))
        .cloned()
        .collect()
}

/// ATT&CK's platforms that a rule is for: those it names, and those of its events.
fn platforms<'a>(scope: &Scope<'a>, facts: &'a RuleFacts) -> BTreeSet<&'static str> {
    let schema = scope.index.schema;
    let named = facts.platforms.iter().filter_map(|name| platform(name));
    let events = facts.events.iter().flat_map(|key| {
        let provider = key.split('/').next().unwrap_or_default();
        let os = schema
            .provider(provider)
            .map_or("", |found| found.os.as_str());
        platform(os)
            .into_iter()
            .chain(provider_platforms(provider).iter().copied())
    });
    named.chain(events).collect()
}

/// ATT&CK's platform for the name that a rule gives.
fn platform(name: &str) -> Option<&'static str> {
    Some(match name.to_ascii_lowercase().as_str() {
        "windows" => "Windows",
        "linux" => "Linux",
        "macos" => "macOS",
        "aws" | "azure" | "gcp" => "IaaS",
        "esxi" | "vmware" => "ESXi",
        "kubernetes" | "docker" => "Containers",
        "okta" | "entra" => "Identity Provider",
        "m365" | "google_workspace" => "Office Suite",
        "github" | "saas" => "SaaS",
        _ => return None,
    })
}

/// ATT&CK's platforms that a provider of `data/schema/events.toml` watches.
fn provider_platforms(provider: &str) -> &'static [&'static str] {
    match provider {
        "AWS-CloudTrail" | "Azure-Activity" | "Azure-Platform" | "GCP-Audit" => &["IaaS"],
        "Entra-Audit" | "Entra-SignIn" | "Entra-Risk" | "Entra-PIM" | "Okta" | "OneLogin"
        | "Duo" => &["Identity Provider"],
        "M365-Audit" | "Google-Workspace" => &["Office Suite", "SaaS"],
        "GitHub-Audit" | "Bitbucket-Audit" | "Zoom" | "CyberArk" => &["SaaS"],
        "Kubernetes-Audit" => &["Containers"],
        "Cisco-AAA" | "Cisco-Syslog" | "FortiGate" | "FortiOS-SSLVPN" | "PAN-GlobalProtect"
        | "Network-Routing" | "Network-Firewall" => &["Network Devices"],
        _ => &[],
    }
}

/// What the technique needs.
pub(super) fn prerequisites(scope: &Scope<'_>, pen: &mut Pen<'_>) -> Prerequisites {
    let own = scope.technique;
    let list =
        |of: fn(&Technique) -> &Vec<Text>| own.map(|own| of(own).clone()).unwrap_or_default();
    let with = |field: &str| -> Vec<u32> {
        let rules = scope.rules.iter().copied();
        rules
            .filter(|at| {
                let mut atoms = scope.facts(*at).atoms.iter();
                atoms.any(|atom| atom.is_indicator() && atom.field == field)
            })
            .collect()
    };
    let expected = fields(scope, 6, is_right)
        .into_iter()
        .filter(|field| !field.values.is_empty())
        .map(|field| ExpectedRow {
            evidence: scope.evidence(pen, &with(&field.canonical)),
            field,
        })
        .collect();
    Prerequisites {
        platforms: list(|own| &own.platforms),
        remote_support: own.and_then(|own| own.remote_support),
        permissions: list(|own| &own.permissions_required),
        effective_permissions: list(|own| &own.effective_permissions),
        system_requirements: list(|own| &own.system_requirements),
        expected,
        evidence: key(scope, pen),
    }
}

/// Whether a field says what somebody is allowed to do.
fn is_right(field: &str) -> bool {
    matches!(
        field,
        "process.integrity_level"
            | "process.user"
            | "process.user.name"
            | "process.user_sid"
            | "process.token_elevation_type"
            | "privilege.list"
            | "logon.elevated"
            | "logon.type"
            | "cloud.user.type"
            | "cloud.authentication_requirement"
    )
}

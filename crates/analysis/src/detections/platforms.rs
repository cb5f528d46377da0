//! Platforms: where a rule runs. The one table.

use tripline_catalog::RuleFacts;
use tripline_ir::Language;
use tripline_schema::Scheme;

/// A product that runs rules.
#[derive(Debug, Clone, Copy)]
pub struct Platform {
    /// Lower-case name, as on the command line and in addresses.
    pub id: &'static str,
    /// Name as its maker writes it.
    pub name: &'static str,
    /// Vendors whose rules are written for it.
    vendors: &'static [&'static str],
    /// Which of the vendors' rules, by the tables that their queries read.
    tables: Tables,
    /// The scheme of its field names.
    pub scheme: Scheme,
}

/// Which tables a rule may read to run on a platform.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Tables {
    /// Any: the vendor alone decides.
    Any,
    /// Those of advanced hunting, all of them.
    Defender,
    /// At least one that advanced hunting does not have, or the workspace's time column.
    Sentinel,
}

impl Platform {
    /// Every platform, in display order.
    pub const ALL: [Self; 6] = [
        Self {
            id: "elastic",
            name: "Elastic Security",
            vendors: &["elastic"],
            tables: Tables::Any,
            scheme: Scheme::Ecs,
        },
        Self {
            id: "splunk",
            name: "Splunk Enterprise Security",
            vendors: &["splunk"],
            tables: Tables::Any,
            scheme: Scheme::Cim,
        },
        Self {
            id: "sentinel",
            name: "Microsoft Sentinel",
            vendors: &["sentinel", "kusto"],
            tables: Tables::Sentinel,
            scheme: Scheme::Sentinel,
        },
        Self {
            id: "defender",
            name: "Microsoft Defender XDR",
            vendors: &["sentinel", "kusto"],
            tables: Tables::Defender,
            scheme: Scheme::Defender,
        },
        Self {
            id: "chronicle",
            name: "Google Security Operations",
            vendors: &["chronicle"],
            tables: Tables::Any,
            scheme: Scheme::Udm,
        },
        Self {
            id: "sigma",
            name: "Sigma",
            vendors: &["sigma"],
            tables: Tables::Any,
            scheme: Scheme::Sigma,
        },
    ];

    /// The platform of this name, in any letter case.
    pub fn from_id(id: &str) -> Option<Self> {
        let mut all = Self::ALL.into_iter();
        all.find(|platform| platform.id.eq_ignore_ascii_case(id))
    }

    /// Whether a rule is written for it.
    pub fn runs(&self, facts: &RuleFacts) -> bool {
        self.vendors.contains(&facts.vendor.as_str())
            && match self.tables {
                Tables::Any => true,
                Tables::Defender => !for_workspace(facts),
                Tables::Sentinel => for_workspace(facts),
            }
    }
}

/// Whether a Kusto query is for a Sentinel workspace and not for advanced hunting: it reads a
/// table that advanced hunting lacks or the time column that only a workspace's tables have, or
/// its document says so. A query of no known table is for the workspace.
fn for_workspace(facts: &RuleFacts) -> bool {
    if let Some(product) = &facts.product {
        return product == "sentinel";
    }
    let reads_time = |name: &str| facts.atoms.iter().any(|atom| atom.name == name);
    let hunting = !facts.sources.is_empty() && facts.sources.iter().all(|table| in_hunting(table));
    facts.language == Language::Kusto
        && (!hunting || (reads_time("TimeGenerated") && !reads_time("Timestamp")))
}

/// Families of tables of advanced hunting, by the beginning of their names.
// Source: the list of tables of the advanced hunting schema in Microsoft's documentation.
const HUNTING_FAMILIES: [&str; 9] = [
    "Device",
    "Email",
    "EntraId",
    "ExposureGraph",
    "Identity",
    "Message",
    "Cloud",
    "DataSecurity",
    "Behavior",
];

/// Its other tables.
const HUNTING_TABLES: [&str; 11] = [
    "AADSignInEventsBeta",
    "AADSpnSignInEventsBeta",
    "AlertEvidence",
    "AlertInfo",
    "CampaignInfo",
    "DisruptionAndResponseEvents",
    "FileMaliciousContentInfo",
    // A function that stands where a table would.
    "FileProfile",
    "GraphApiAuditEvents",
    "OAuthAppInfo",
    "UrlClickEvents",
];

/// Whether advanced hunting has a table.
pub(super) fn in_hunting(table: &str) -> bool {
    // A custom table of a workspace may begin like a family.
    !table.ends_with("_CL")
        && (HUNTING_FAMILIES
            .iter()
            .any(|family| table.starts_with(family))
            || HUNTING_TABLES
                .iter()
                .any(|known| table.eq_ignore_ascii_case(known)))
}

#[cfg(test)]
mod tests {
    use super::in_hunting;

    #[test]
    fn tables_tell_the_two_apart() {
        assert!(in_hunting("DeviceProcessEvents"));
        assert!(in_hunting("GraphAPIAuditEvents"));
        assert!(!in_hunting("SecurityEvent"));
        assert!(!in_hunting("DeviceThings_CL"));
    }
}

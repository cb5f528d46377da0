//! How a rule counts: the rule that decides, in order.
//!
//! 1. A rule under a folder `_deprecated` or `deprecated`, or whose `status` says so, is
//!    [`Class::Deprecated`].
//! 2. `type = "hunt"` (or `hunting`) in `meta` makes it [`Class::Hunting`].
//! 3. A rule is a [`Class::ForwardedAlert`] when every event that it asks for is another
//!    product's finding, told by the product's name or the log type, and it tests nothing but how
//!    the finding is labelled (`metadata`, `security_result`).
//! 4. `type = "building block"` (or `composite`, `signal`) makes it [`Class::BuildingBlock`].
//! 5. Every other is [`Class::Alert`].

use tripline_ir::{Class, Detection, Match, Subject, Test, Text, format_smolstr};
use tripline_languages::yaral::RuleText;

/// Products whose events are findings of their own.
const FINDERS: [&str; 9] = [
    "guardduty",
    "security command center",
    "gcp_security_command_center",
    "microsoft defender",
    "defender for",
    "amazon detective",
    "amazon macie",
    "security hub",
    "identity protection",
];

/// The class and the sentence that says why.
pub(super) fn decide(rule: &RuleText, detection: &Detection) -> (Class, Text) {
    let meta = |wanted: &str| {
        let entry = rule.meta.iter().find(|(key, _)| key == wanted);
        entry.map(|(_, value)| value.to_ascii_lowercase())
    };
    let folder = detection
        .provenance
        .path
        .split('/')
        .find(|name| matches!(*name, "_deprecated" | "deprecated"));
    if let Some(folder) = folder {
        let reason = format_smolstr!("upstream keeps it in the folder `{folder}`");
        return (Class::Deprecated, reason);
    }
    if let Some(status) = meta("status").filter(|status| status == "deprecated") {
        return (
            Class::Deprecated,
            format_smolstr!("its status is `{status}`"),
        );
    }
    let kind = meta("type").unwrap_or_default();
    let typed = || format_smolstr!("its meta section says `type = \"{kind}\"`");
    if kind.starts_with("hunt") {
        return (Class::Hunting, typed());
    }
    if let Some(product) = forwarded(detection) {
        let reason =
            format_smolstr!("it asks only for findings of {product} and how they are labelled");
        return (Class::ForwardedAlert, reason);
    }
    if matches!(
        kind.as_str(),
        "building block" | "building_block" | "composite" | "signal"
    ) {
        return (Class::BuildingBlock, typed());
    }
    let reason = "a YARA-L rule alerts unless its folder, type or tests say otherwise";
    (Class::Alert, Text::new_static(reason))
}

/// The product whose findings the rule only passes on.
fn forwarded(detection: &Detection) -> Option<Text> {
    let plan = detection.plan.as_ref()?;
    let matches = plan.matches();
    let mut product = None;
    for found in &matches {
        product = Some(finding(found)?);
    }
    product
}

/// The product whose finding a match asks for, if it tests nothing but labels.
fn finding(found: &Match) -> Option<Text> {
    let mut product = None;
    for atom in found
        .predicate
        .atoms()
        .into_iter()
        .filter(|atom| !atom.implied)
    {
        let Subject::Field(field) = &atom.subject else {
            return None;
        };
        let name = field.name.as_str();
        if !name.starts_with("metadata.") && !name.starts_with("security_result.") {
            return None;
        }
        if !matches!(
            name,
            "metadata.product_name" | "metadata.log_type" | "metadata.vendor_name"
        ) {
            continue;
        }
        if let Test::Pattern(pattern) = &atom.test {
            let text = pattern.glob();
            let folded = text.to_ascii_lowercase();
            if FINDERS.iter().any(|finder| folded.contains(finder)) {
                product = Some(Text::from(text));
            }
        }
    }
    product
}

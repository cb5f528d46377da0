//! The coverage as a layer for ATT&CK Navigator.

use super::{Coverage, CoverageRow};
use serde_json::{Value, json};
use std::fmt::Write;

/// Colours of techniques on the left alone, on the right alone, on both sides.
const SIDE_COLOURS: [&str; 3] = ["#f0a35e", "#b79bea", "#6ea8dc"];

/// The coverage as an ATT&CK Navigator layer, format 4.5.
pub fn navigator(coverage: &Coverage, attack_version: &str) -> Value {
    let known = coverage
        .rows
        .iter()
        .filter(|row| !row.name.is_empty() && row.count > 0);
    let most = known.clone().map(|row| row.count).max().unwrap_or(0);
    let techniques: Vec<Value> = known
        .map(|row| {
            let vendors = row.by_vendor.iter().map(
                |(vendor, count)| json!({ "name": vendor.as_str(), "value": count.to_string() }),
            );
            let mut entry = json!({
                "techniqueID": row.id.as_str(),
                "score": row.count,
                "comment": comment(row),
                "enabled": true,
                "metadata": vendors.collect::<Vec<_>>(),
                "showSubtechniques": row.with_subtechniques > row.count,
            });
            if let Some(colour) = side_colour(row) {
                entry["color"] = json!(colour);
            }
            entry
        })
        .collect();
    let mut versions = json!({ "navigator": "5.1.0", "layer": "4.5" });
    if !attack_version.is_empty() {
        let major = attack_version.split('.').next().unwrap_or(attack_version);
        versions["attack"] = json!(major);
    }
    json!({
        "name": "Tripline coverage",
        "versions": versions,
        "domain": "enterprise-attack",
        "description": description(coverage),
        "sorting": 3,
        "layout": { "layout": "side", "showID": true, "showName": true },
        "hideDisabled": false,
        "techniques": techniques,
        "gradient": { "colors": ["#ffffff", "#2f6fab"], "minValue": 0, "maxValue": most },
        "legendItems": legend(coverage),
        "metadata": [],
        "links": [],
        "showTacticRowBackground": false,
        "selectTechniquesAcrossTactics": true,
        "selectSubtechniquesWithParent": false,
    })
}

fn comment(row: &CoverageRow) -> String {
    match row.sides {
        None => format!("{} rules tagged exactly so", row.count),
        Some(sides) => format!(
            "left {}, right {}, tagged exactly so",
            sides.left, sides.right
        ),
    }
}

fn side_colour(row: &CoverageRow) -> Option<&'static str> {
    let sides = row.sides?;
    let [left, right, both] = SIDE_COLOURS;
    match (sides.left > 0, sides.right > 0) {
        (true, true) => Some(both),
        (true, false) => Some(left),
        (false, true) => Some(right),
        (false, false) => None,
    }
}

fn description(coverage: &Coverage) -> String {
    let filter = &coverage.filter;
    let mut text = format!(
        "Detection rules per technique, tagged exactly; classes: {}",
        filter.classes.join(", ")
    );
    let parts = [("platform", &filter.platform), ("vendor", &filter.vendor)];
    for (name, value) in parts {
        if let Some(value) = value {
            let _ = write!(text, "; {name}: {value}");
        }
    }
    if let Some(comparison) = &coverage.comparison {
        let (left, right) = (&comparison.left.name, &comparison.right.name);
        let _ = write!(text, "; {left} (left) against {right} (right)");
    }
    text.push('.');
    text
}

fn legend(coverage: &Coverage) -> Vec<Value> {
    let Some(comparison) = &coverage.comparison else {
        return Vec::new();
    };
    let (left, right) = (&comparison.left.name, &comparison.right.name);
    let labels = [
        format!("{left} only"),
        format!("{right} only"),
        "both".into(),
    ];
    labels
        .iter()
        .zip(SIDE_COLOURS)
        .map(|(label, color)| json!({ "label": label, "color": color }))
        .collect()
}

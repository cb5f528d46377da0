//! What rules know to be harmless.

use super::notes::Part;
use super::response::{StepRow, rows};
use super::scope::{Pen, Scope};
use crate::exclusions::{ExclusionRow, exclusions};
use schemars::JsonSchema;
use serde::Serialize;

/// What is known to be harmless.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct FalsePositives {
    /// Texts of all rules in groups of likeness: those of most rules first, of one rule no two follow
    /// each other while others wait.
    pub groups: Vec<StepRow>,
    /// Rules that state a known false positive.
    pub stated: usize,
    /// Rules that say there is none, or that none is known.
    pub none_known: usize,
    /// Rules that say nothing.
    pub silent: usize,
    /// What rules leave out already.
    pub exclusions: Vec<ExclusionRow>,
}

/// What rules know to be harmless.
pub(super) fn false_positives(scope: &Scope<'_>, pen: &mut Pen<'_>) -> FalsePositives {
    let mut found: Vec<(u32, String)> = Vec::new();
    let mut out = FalsePositives {
        exclusions: exclusions(scope.index, &scope.rules),
        ..FalsePositives::default()
    };
    for &at in &scope.best {
        let Some(detail) = scope.details.get(&at) else {
            continue;
        };
        let own = detail
            .false_positives
            .iter()
            .map(|text| text.split_whitespace().collect::<Vec<_>>().join(" "));
        let noted = scope.steps(at, Part::FalsePositive);
        let all: Vec<String> = own.chain(noted.map(|step| step.text.clone())).collect();
        let said = all.len();
        let stated: Vec<String> = all
            .into_iter()
            .filter(|text| says_something(text))
            .collect();
        match (said, stated.len()) {
            (0, _) => out.silent += 1,
            (_, 0) => out.none_known += 1,
            _ => out.stated += 1,
        }
        found.extend(stated.into_iter().map(|text| (at, text)));
    }
    out.groups = rows(scope, pen, &found);
    out
}

/// Whether a text states a false positive rather than that none is known, or how to write an
/// exception.
fn says_something(text: &str) -> bool {
    let text = text.trim().to_lowercase();
    let words: Vec<&str> = text
        .split(|c: char| !c.is_alphanumeric())
        .filter(|w| !w.is_empty())
        .collect();
    let denies = [
        "unknown",
        "none",
        "unlikely",
        "no",
        "rare",
        "undetermined",
        "tbd",
        "low",
        "n",
    ];
    let empty = words.len() <= 3 && words.iter().any(|word| denies.contains(word));
    let sentences = [
        "no false positives",
        "there are no known",
        "none identified",
        "no known false",
        "false positives should be limited",
        "there should be very few",
        "this activity is unlikely",
        "false positives are unlikely",
        "false positives are not expected",
        "false positives may be present",
        "currently unknown",
    ];
    let sentence = sentences.iter().any(|start| text.starts_with(start));
    !words.is_empty() && !empty && !sentence && !is_about_exceptions(&text)
}

/// Whether a text, folded, begins with how to write an exception, or what to do once all is known
/// to be harmless.
fn is_about_exceptions(text: &str) -> bool {
    let first = text.split(['.', ';', ':']).next().unwrap_or_default();
    let closes = [
        "if confirmed benign",
        "if benign",
        "if the activity is benign",
        "if this activity is expected",
    ];
    let writes = [
        "before", "build", "avoid", "create", "keep", "anchor", "do not", "treat",
    ];
    closes.iter().any(|start| first.starts_with(start))
        || (first.contains("except") && writes.iter().any(|start| first.starts_with(start)))
}

#[cfg(test)]
mod tests {
    use super::says_something;

    #[test]
    fn nothing_said() {
        for text in [
            "Unknown",
            "None.",
            "unlikely",
            "n/a",
            "No false positives have been identified at this time.",
            "Before exceptioning, validate that it recurs.",
            "If confirmed benign, reverse temporary containment. Create an exception.",
            "Create an exception only if the same workflow recurs.",
            "If this activity is expected and noisy, consider adding exceptions.",
        ] {
            assert!(!says_something(text), "{text}");
        }
        assert!(says_something(
            "Unknown administrators' scripts that call it"
        ));
    }
}

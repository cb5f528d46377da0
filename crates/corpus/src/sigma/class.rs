//! Which class a Sigma document has, and the sentence that says why.

use tripline_ir::{Class, Text, format_smolstr};
use tripline_languages::sigma::Metadata;

/// The class of a document in a folder of upstream's layout (`""` elsewhere).
pub(super) fn class(metadata: &Metadata, folder: &str) -> (Class, Text) {
    if matches!(folder, "deprecated" | "unsupported") {
        let reason = format_smolstr!("upstream keeps it in the folder `{folder}`");
        return (Class::Deprecated, reason);
    }
    if let Some(status) = metadata.status.as_deref()
        && matches!(status, "deprecated" | "unsupported")
    {
        return (
            Class::Deprecated,
            format_smolstr!("its status is `{status}`"),
        );
    }
    if folder == "rules-threat-hunting" {
        let reason = "upstream keeps it in the folder `rules-threat-hunting`";
        return (Class::Hunting, Text::new_static(reason));
    }
    let hunting = |tag: &&Text| {
        matches!(
            tag.as_str(),
            "detection.threat-hunting" | "detection.threat_hunting"
        )
    };
    if let Some(tag) = metadata.tags.iter().find(hunting) {
        return (Class::Hunting, format_smolstr!("it is tagged `{tag}`"));
    }
    let reason = "a Sigma rule alerts unless its folder, status or tags say otherwise";
    (Class::Alert, Text::new_static(reason))
}

/// The class of a rule that a correlation uses without `generate: true`.
pub(super) fn used_by_correlation() -> (Class, Text) {
    let reason = "a correlation uses it without `generate: true`, so it does not alert by itself";
    (Class::BuildingBlock, Text::new_static(reason))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(status: &str, tag: &str) -> Metadata {
        Metadata {
            status: Some(status.into()),
            tags: vec![tag.into()],
            ..Metadata::default()
        }
    }

    #[test]
    fn folder_status_and_tags_decide_in_that_order() {
        let plain = with("test", "attack.t1059");
        assert_eq!(class(&plain, "rules").0, Class::Alert);
        assert_eq!(class(&plain, "rules-threat-hunting").0, Class::Hunting);
        assert_eq!(class(&plain, "unsupported").0, Class::Deprecated);
        let hunt = with("deprecated", "detection.threat-hunting");
        let (found, reason) = class(&hunt, "rules");
        assert_eq!(
            (found, reason.as_str()),
            (Class::Deprecated, "its status is `deprecated`")
        );
        let hunt = with("test", "detection.threat-hunting");
        assert_eq!(class(&hunt, "rules").0, Class::Hunting);
    }
}

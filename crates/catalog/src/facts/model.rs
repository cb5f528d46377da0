//! What feeds the source that a search reads. A data model such as `Authentication` holds the records
//! of any product, and the tables name its usual ones; one source type holds several logs of a
//! product. A rule says for which it was written.

use std::borrow::Cow;
use tripline_ir::{Detection, Language, Source, Text};
use tripline_schema::Schema;

/// The events of a source, as the data sources tell that the rule names, when all of these are known:
/// of a data model theirs, where none is among the model's usual ones; of the source of a service
/// those of its own events that are named.
pub(super) fn fed<'s>(
    source: &'s Source,
    detection: &Detection,
    schema: &Schema,
) -> Cow<'s, [Text]> {
    let usual = Cow::Borrowed(source.events.as_slice());
    if detection.language != Language::Spl || source.events.is_empty() {
        return usual;
    }
    let named = detection.integrations.iter();
    let named: Option<Vec<&[Text]>> = named.map(|name| schema.data_source_events(name)).collect();
    let mut named = named.unwrap_or_default().concat();
    named.sort_unstable();
    named.dedup();
    let model = |name: &Text| schema.cim_events(name).is_some();
    if source.names.iter().all(model) {
        let written_by = |own: &Text| source.events.iter().any(|usual| same_provider(own, usual));
        if named.iter().any(written_by) {
            return usual;
        }
    } else {
        // The logs of a host share channels: its event ids tell them apart.
        let of_host = |key: &Text| {
            schema
                .provider(provider(key))
                .is_none_or(|own| !own.os.is_empty())
        };
        named.retain(|own| source.events.contains(own) && !of_host(own));
    }
    if named.is_empty() {
        return usual;
    }
    Cow::Owned(named)
}

fn same_provider(a: &str, b: &str) -> bool {
    provider(a) == provider(b)
}

fn provider(key: &str) -> &str {
    key.split('/').next().unwrap_or(key)
}

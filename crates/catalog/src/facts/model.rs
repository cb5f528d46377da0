//! What feeds the data model that a search reads. A data model such as `Authentication` holds the
//! records of any product; the tables name its usual ones. A rule says for which product it was
//! written.

use std::borrow::Cow;
use tripline_ir::{Detection, Language, Source, Text};
use tripline_schema::Schema;

/// The events of a source; of a data model those of the data sources that the rule names, when all of
/// these are known and none is among the model's usual ones.
pub(super) fn fed<'s>(source: &'s Source, detection: &Detection, schema: &Schema) -> Cow<'s, [Text]> {
    let usual = Cow::Borrowed(source.events.as_slice());
    let model = |name: &Text| schema.cim_events(name).is_some();
    if detection.language != Language::Spl || !source.names.iter().all(model) {
        return usual;
    }
    let named = detection.integrations.iter();
    let named: Option<Vec<&[Text]>> = named.map(|name| schema.data_source_events(name)).collect();
    let mut named = named.unwrap_or_default().concat();
    let written_by = |own: &Text| source.events.iter().any(|usual| same_provider(own, usual));
    if named.is_empty() || source.events.is_empty() || named.iter().any(written_by) {
        return usual;
    }
    named.sort_unstable();
    named.dedup();
    Cow::Owned(named)
}

fn same_provider(a: &str, b: &str) -> bool {
    a.split('/').next() == b.split('/').next()
}

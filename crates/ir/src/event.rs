//! Events as the law sees them.

use crate::{Text, Timestamp, Value};
use std::collections::BTreeMap;

/// Field values by flat dotted name. A field inside an array of objects holds the list of its
/// values over all elements.
pub type Fields = BTreeMap<Text, Value>;

/// One event.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Event {
    /// When; events without a time take that of the event before them, or 0.
    pub time: Timestamp,
    /// Where it comes from, if it says so.
    pub source: Option<EventSource>,
    /// Fields under the names that the event itself uses.
    pub native: Fields,
    /// The same values under canonical names, with what the schema derives from them.
    pub canonical: Fields,
    /// The raw text, where kept: keyword searches look at it too.
    pub raw: Option<Text>,
}

/// The declared source of an event.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EventSource {
    /// As declared: a table, index, data model or `product/category/service`.
    pub name: Text,
    /// Catalogue events (`PROVIDER/ID`) it may be, sorted; empty when unknown.
    pub events: Vec<Text>,
}

//! What Elastic's query languages leave to the index: the types of fields, and the routing of a
//! query to events.
//!
//! The reading taken here, for kuery, Lucene query strings and rule filters alike:
//! - a field is a keyword (whole value, case-sensitive) unless its name says otherwise;
//! - `*.caseless` is a keyword that is kept in lower case, as is what is looked for in it;
//! - `message`, `error.message`, `*.text` and PowerShell script blocks are full text: a quoted
//!   value is a phrase, an unquoted one any of its words, letter case is ignored;
//! - a field named `ip`, or with a name that ends so, holds addresses: networks in CIDR notation
//!   match by containment and ranges by address order;
//! - `@timestamp` and the times of `event` are instants.
//!
//! Predicates are built with the source's names; [`resolve`] then maps all of them to canonical
//! fields, once the query has told what its events are about ([`Routing`]).

mod caseless;
mod fields;
mod instant;
mod network;
mod resolve;
mod routing;

pub use caseless::fold;
pub(crate) use caseless::is_caseless;
pub(crate) use fields::subject;
pub use fields::{FieldKind, Value, any_field, exists, kind, range, value};
pub use instant::{date_range, instant};
pub use network::{network, networks};
pub use resolve::{resolve, source};
pub use routing::{Routing, demanded};

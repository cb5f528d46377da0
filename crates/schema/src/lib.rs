//! Names of fields, log sources and events: every vendor's mapped to one canonical form.
//!
//! The facts are tables in `data/schema/*.toml`, embedded and parsed once by
//! [`Schema::builtin`]. Adding a name is one line of data. What holds: every name of a table means
//! a field of `fields.toml`, every log source names providers of `events.toml`, and lists that a
//! method returns are sorted.
//!
//! A catalogue event's key is `PROVIDER/ID`. `PROVIDER/*` stands for a whole source where a rule
//! does not name its events; [`Schema::narrow`] turns it into keys, also ones that the tables do not
//! list, when the rule tests an event id, a provider, a channel or an action.

mod actions;
mod collection;
mod event;
mod field;
mod names;
mod narrow;
mod schema;
mod scheme;
mod sources;
mod table;

pub use collection::{Collection, SysmonElement};
pub use event::{CatalogueEvent, Form, Provider};
pub use field::{CanonicalField, Projection, ProjectionKind};
pub use schema::Schema;
pub use scheme::{Activity, Scheme};

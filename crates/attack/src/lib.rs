//! What adversaries do and what their doing looks like: MITRE ATT&CK, Atomic Red Team and the
//! OSSEM event dictionaries, read into plain types.
//!
//! Everything here is *input data*: texts are kept as they stand in the files, none is part of
//! Tripline, and whoever shows one shows where it is from ([`Attack::statement`]). Three readers
//! that share nothing but their manners: they take bytes, never panic, go on after a bad part and
//! say what was bad.
//!
//! - [`Attack::load`]: a STIX 2.0 or 2.1 bundle of any ATT&CK version and domain. Tags of rules
//!   meet it in [`Attack::resolve_technique`] and [`Attack::resolve_tactic`].
//! - [`atomic::read`]: one `T*.yaml` file of Atomic Red Team.
//! - [`ossem::read`]: one event dictionary of OSSEM-DD.

pub mod atomic;
mod model;
mod newer;
pub mod ossem;
mod query;
mod resolve;
mod stix;
mod yaml_fields;

pub use model::{
    Analytic, Attack, Campaign, DataComponent, DataSource, Entry, Group, Head, LogSource,
    Mitigation, MutableElement, Reference, ReferenceId, Relation, Software, SoftwareKind, Strategy,
    Tactic, Technique,
};
pub use query::{Actor, ActorKind, Counts, Procedure};
pub use resolve::{Resolved, ResolvedTactic};
pub use stix::{LIMIT, Loaded};

//! One file per answer: what a person is shown of it.

pub(crate) mod build;
pub(crate) mod check;
pub(crate) mod coverage;
pub(crate) mod detection;
pub(crate) mod dossier;
pub(crate) mod eval;
pub(crate) mod event;
pub(crate) mod explain;
pub(crate) mod field;
pub(crate) mod indicator;
pub(crate) mod ledger;
pub(crate) mod overlap;
mod parts;
pub(crate) mod rule;
pub(crate) mod search;
pub(crate) mod sequences;
pub(crate) mod signals;
pub(crate) mod site;
mod tables;
pub(crate) mod technique;

pub(crate) use parts::Shown;

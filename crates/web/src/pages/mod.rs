//! The pages: one file each, from an answer to the view model of its template.

pub(crate) mod drawings;
pub(crate) mod error;
pub(crate) mod event;
pub(crate) mod field;
pub(crate) mod home;
pub(crate) mod ledger;
pub(crate) mod matrix;
mod parts;
pub(crate) mod rule;
pub(crate) mod search;
mod tables;
pub(crate) mod technique;
pub(crate) mod techniques;

//! The pages: one file each, from an answer to the view model of its template.

pub(crate) mod about;
pub(crate) mod codes;
pub(crate) mod detections;
pub(crate) mod dossier;
pub(crate) mod drawings;
pub(crate) mod error;
pub(crate) mod event;
pub(crate) mod events;
pub(crate) mod field;
pub(crate) mod fields;
pub(crate) mod home;
pub(crate) mod indicator;
pub(crate) mod ledger;
pub(crate) mod matrix;
mod parts;
pub(crate) mod rule;
pub(crate) mod search;
mod tables;
pub(crate) mod technique;
pub(crate) mod techniques;
pub(crate) mod tests_of;
pub(crate) mod workbench;

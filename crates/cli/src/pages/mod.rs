//! One file per answer: what a person is shown of it.

pub(crate) mod explain;

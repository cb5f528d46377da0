//! Normal forms of predicates. Each keeps the meaning under [`law`](crate::law); property tests
//! say so.
//!
//! * [`nnf`]: negations stand at atoms only;
//! * [`occurrences`]: each atom with its polarity, its exclusion clause and its scope;
//! * [`dnf`]: alternatives of literals, bounded;
//! * [`simplify`]: no constants, duplicates, or parts that other parts make needless;
//! * [`same`], [`key`]: equality and a comparable key that do not look at spans.

mod dnf;
mod identity;
mod nnf;
mod occurrence;
mod simplify;

pub use dnf::{Literal, TooManyAlternatives, dnf};
pub use identity::{key, same, unspanned};
pub use nnf::nnf;
pub use occurrence::{Occurrence, Scope, occurrences};
pub use simplify::simplify;

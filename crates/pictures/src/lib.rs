//! Pictures as SVG text: one file per kind.
//!
//! Input: plain rows (labels and counts). Output: a [`Picture`], which is an `<svg>` element to be
//! put into a page and the same data as a table. Same rows, same bytes.
//!
//! - Every text is escaped; characters that XML forbids or that change the direction of writing
//!   become visible.
//! - Nothing is styled inside: an element has classes that [`STYLES`] gives colours to, so that a
//!   page's policy may forbid inline styles and a dark page has dark pictures.
//! - A quantity is never told by colour alone: its number stands beside or in it.
//! - A link leads within the site; any other address is dropped.

mod bars;
mod matrix;
mod overlap;
mod pairs;
mod svg;
mod table;
mod text;
mod timeline;

pub use bars::{Bar, Bars, bars};
pub use matrix::{Cell, Column, Matrix, matrix};
pub use overlap::{Group, Overlap, overlap};
pub use pairs::{Pair, Pairs, pairs};
pub use table::{DataCell, DataTable};
pub use timeline::{Moment, Timeline, When, timeline};

/// The style sheet of all pictures. Its colours are custom properties with fallbacks, so that a
/// page may set its own.
pub const STYLES: &str = include_str!("pictures.css");

/// A drawn picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// The `<svg>` element.
    pub svg: String,
    /// What it shows, in a sentence: its text alternative.
    pub description: String,
    /// What it shows, row by row.
    pub table: DataTable,
}

/// How a picture is named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Heading<'a> {
    /// Id of the element, of its own on the page: letters, digits and `-`.
    pub id: &'a str,
    /// What it shows, in a few words.
    pub title: &'a str,
}

/// Where the steps of the scale begin: a count of 3 to 9 is step 2.
pub const STEPS: [u64; 5] = [1, 3, 10, 30, 100];

/// The step of a count on the scale, 0 (nothing) to 5. The scale is the same in every picture, so
/// that pictures can be compared.
pub fn step(count: u64) -> usize {
    STEPS.iter().filter(|begin| count >= **begin).count()
}

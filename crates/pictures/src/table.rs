//! The data of a picture as a table.

/// What a picture shows, row by row.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DataTable {
    /// Heads of the columns.
    pub columns: Vec<String>,
    /// The rows, each as long as `columns`.
    pub rows: Vec<Vec<DataCell>>,
}

/// One cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DataCell {
    /// What it says.
    pub text: String,
    /// The page behind it, within the site.
    pub href: Option<String>,
    /// It is a number.
    pub number: bool,
}

impl DataCell {
    /// A text.
    pub fn text(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            href: None,
            number: false,
        }
    }

    /// A text that leads to a page.
    pub fn link(text: impl Into<String>, href: Option<&str>) -> Self {
        let href = href.filter(|href| crate::svg::is_inside(href));
        Self {
            text: text.into(),
            href: href.map(str::to_owned),
            number: false,
        }
    }

    /// A number.
    pub fn number(number: u64) -> Self {
        Self {
            text: number.to_string(),
            href: None,
            number: true,
        }
    }
}

/// The heads of columns.
pub(crate) fn heads(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

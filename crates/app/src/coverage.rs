//! Rules per technique.

use crate::{AppError, Library, Text};
use serde_json::Value;
use std::path::Path;
use tripline_analysis::{ClassFilter, Coverage, CoverageError, CoverageRequest};

/// Most names that a hint lists.
const MAX_NAMES: usize = 20;

/// Which rules and techniques a coverage is about, as a person says it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CoverageQuery {
    /// A platform of ATT&CK, in any letter case.
    pub platform: Option<String>,
    /// A vendor.
    pub vendor: Option<String>,
    /// `counted`, `any` or a class.
    pub class: Option<String>,
    /// `LEFT..RIGHT`: two of `all`, `rest`, vendors and corpora.
    pub compare: Option<String>,
}

/// Rules per technique over the whole catalogue.
///
/// # Errors
/// The query names a platform, vendor, class or side that there is not.
pub fn coverage(library: &Library, query: &CoverageQuery) -> Result<Coverage, AppError> {
    let text = |value: &Option<String>| value.as_deref().map(Text::from);
    let request = CoverageRequest {
        platform: text(&query.platform),
        vendor: text(&query.vendor),
        classes: classes(query.class.as_deref())?,
        compare: query.compare.as_deref().map(sides).transpose()?,
    };
    tripline_analysis::coverage(&library.index(), &request).map_err(|error| refusal(&error))
}

fn classes(name: Option<&str>) -> Result<ClassFilter, AppError> {
    let Some(name) = name else {
        return Ok(ClassFilter::default());
    };
    ClassFilter::of_name(name).ok_or_else(|| {
        let all: Vec<&str> = tripline_ir::Class::ALL
            .iter()
            .map(|class| class.name())
            .collect();
        AppError::request(format!("`{name}` is not a class"))
            .hint(format!("known: counted, any, {}", all.join(", ")))
    })
}

fn sides(pair: &str) -> Result<(Text, Text), AppError> {
    let parts = pair.split_once("..");
    match parts.filter(|(left, right)| !left.is_empty() && !right.is_empty()) {
        Some((left, right)) => Ok((left.into(), right.into())),
        None => Err(
            AppError::request(format!("`{pair}` does not name two sides"))
                .hint("two sides are written with two dots between them: sigma..elastic"),
        ),
    }
}

fn refusal(error: &CoverageError) -> AppError {
    let known: Vec<&str> = error
        .known
        .iter()
        .take(MAX_NAMES)
        .map(AsRef::as_ref)
        .collect();
    AppError::request(format!("no {} is called `{}`", error.kind, error.name))
        .hint(format!("known: {}", known.join(", ")))
}

/// The coverage as an ATT&CK Navigator layer, format 4.5.
pub fn navigator(library: &Library, coverage: &Coverage) -> Value {
    let version = library.catalog().attack.version.as_deref();
    tripline_analysis::navigator(coverage, version.unwrap_or_default())
}

/// Writes the coverage as an ATT&CK Navigator layer.
///
/// # Errors
/// The file cannot be written.
pub fn write_navigator(
    library: &Library,
    coverage: &Coverage,
    path: &Path,
) -> Result<(), AppError> {
    let layer = navigator(library, coverage);
    std::fs::write(path, format!("{layer:#}\n")).map_err(|error| {
        AppError::failure(format!("{} cannot be written: {error}", path.display()))
    })
}

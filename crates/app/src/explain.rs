//! What a diagnostic code means.

use crate::AppError;
use schemars::JsonSchema;
use serde::Serialize;
use tripline_text::Code;

/// A diagnostic code and its page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Explanation {
    /// Name and version of the answer.
    pub schema: String,
    /// The code.
    pub code: String,
    /// `error`, `warning` or `note`.
    pub severity: String,
    /// Part of the program that reports it.
    pub area: String,
    /// One line that names the flaw.
    pub title: String,
    /// What it means, why it matters, how to mend it. Markdown.
    pub page: String,
}

/// Every diagnostic code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct CodeList {
    /// Name and version of the answer.
    pub schema: String,
    /// The codes, ordered by area, then as declared.
    pub codes: Vec<CodeRow>,
}

/// A diagnostic code in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct CodeRow {
    /// The code.
    pub code: String,
    /// `error`, `warning` or `note`.
    pub severity: String,
    /// Part of the program that reports it.
    pub area: String,
    /// One line that names the flaw.
    pub title: String,
}

/// Explains the code with this id, in any letter case.
///
/// # Errors
/// No code has the id.
pub fn explain(id: &str) -> Result<Explanation, AppError> {
    let Some(code) = Code::from_id(id.trim()) else {
        let error = AppError::not_found(format!("no diagnostic has the code `{id}`"));
        return Err(error.hint("`tripline explain` without a code lists them all"));
    };
    Ok(Explanation {
        schema: "tripline/explain/1".to_owned(),
        code: code.id().to_owned(),
        severity: code.severity().name().to_owned(),
        area: code.area().to_owned(),
        title: code.title().to_owned(),
        page: code.page().to_owned(),
    })
}

/// Lists every code.
pub fn list() -> CodeList {
    let codes = Code::ALL.iter().map(|code| CodeRow {
        code: code.id().to_owned(),
        severity: code.severity().name().to_owned(),
        area: code.area().to_owned(),
        title: code.title().to_owned(),
    });
    CodeList {
        schema: "tripline/codes/1".to_owned(),
        codes: codes.collect(),
    }
}

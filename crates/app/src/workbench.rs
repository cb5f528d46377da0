//! The workbench: a text that is a rule, read and compared with the catalogue.

use crate::check::language;
use crate::{AppError, Library};
use schemars::JsonSchema;
use serde::Serialize;
use tripline_analysis::{CatalogHead, Review, review};
use tripline_catalog::facts::facts;
use tripline_corpus::{Hint, read_text};
use tripline_schema::Schema;
use tripline_text::Diagnostic;

/// Longest text that is read, in bytes.
pub const MAX_TEXT: usize = 1024 * 1024;
/// Most rules of a text that are compared with the catalogue.
pub const MAX_RULES: usize = 10;
/// Most diagnostics that are listed.
pub const MAX_DIAGNOSTICS: usize = 200;

/// What is to be looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkbenchRequest {
    /// A rule file of any vendor, or a bare query.
    pub text: String,
    /// Language of a bare query; `None` for a rule file.
    pub language: Option<String>,
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct WorkbenchAnswer {
    /// Name and version of the answer.
    pub schema: String,
    /// The catalogue that it was compared with.
    pub catalog: CatalogHead,
    /// What is wrong with the text, in order of places; at most [`MAX_DIAGNOSTICS`].
    pub diagnostics: Vec<DiagnosticRow>,
    /// Rules in the text.
    pub rules_total: usize,
    /// The first [`MAX_RULES`] of them.
    pub rules: Vec<Review>,
}

/// Something that is wrong with a text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct DiagnosticRow {
    /// `error`, `warning` or `note`.
    pub severity: String,
    /// Code; `tripline explain CODE` prints its page.
    pub code: String,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
    /// Line, from 1, when there is a place.
    pub line: Option<usize>,
    /// Column in characters, from 1, when there is a place.
    pub column: Option<usize>,
    /// First and one past the last byte of the text, when there is a place.
    pub span: Option<[u32; 2]>,
}

/// Reads a text and compares its rules with the catalogue.
///
/// # Errors
/// The text is empty or too long, or the language's name is not known.
pub fn workbench(
    library: &Library,
    request: &WorkbenchRequest,
) -> Result<WorkbenchAnswer, AppError> {
    let text = request.text.as_str();
    if text.trim().is_empty() {
        return Err(AppError::request("there is no text to look at"));
    }
    if text.len() > MAX_TEXT {
        return Err(AppError::request(format!(
            "the text has {} bytes, more than {MAX_TEXT}",
            text.len()
        )));
    }
    let hint = match request.language.as_deref() {
        Some(name) => Hint::Query(language(name)?),
        None => Hint::Auto,
    };
    let read = read_text("Pasted text", text, hint);
    let attack = &library.catalog().attack;
    let resolve = |id: &str| {
        let resolved = attack.resolve_technique(id);
        resolved.technique().cloned().unwrap_or_else(|| id.into())
    };
    let index = library.index();
    let reviews = read.detections.iter().take(MAX_RULES).map(|detection| {
        let facts = facts(detection, Schema::builtin(), &resolve);
        review(&index, detection, &facts)
    });
    let diagnostics = read.diagnostics.iter().take(MAX_DIAGNOSTICS);
    Ok(WorkbenchAnswer {
        schema: "tripline/workbench/1".into(),
        catalog: CatalogHead::of(library.catalog()),
        rules_total: read.detections.len(),
        rules: reviews.collect(),
        diagnostics: diagnostics.map(|found| row(text, found)).collect(),
    })
}

/// A rule of the catalogue as it lies on the workbench: its text with the language to read it in, and how it
/// compares with the other rules. What is wrong with the text is not asked: the rule was read with its whole
/// corpus.
///
/// # Errors
/// No rule or several bear the name.
pub fn of_rule(
    library: &Library,
    name: &str,
) -> Result<(WorkbenchRequest, WorkbenchAnswer), AppError> {
    let detection = crate::rule::find(library, name)?;
    let facts = library.catalog().rule_facts(&detection.id);
    let facts = facts.ok_or_else(|| {
        AppError::failure(format!("the catalogue lacks the facts of {}", detection.id))
    })?;
    let review = review(&library.index(), &detection, facts);
    // A rule of Sigma brings its language with it.
    let language = Some(&review.rule.language).filter(|name| name.as_str() != "sigma");
    let request = WorkbenchRequest {
        text: review.rule.body.to_string(),
        language: language.map(ToString::to_string),
    };
    let answer = WorkbenchAnswer {
        schema: "tripline/workbench/1".into(),
        catalog: CatalogHead::of(library.catalog()),
        rules_total: 1,
        rules: vec![review],
        diagnostics: Vec::new(),
    };
    Ok((request, answer))
}

fn row(text: &str, found: &Diagnostic) -> DiagnosticRow {
    let span = found.primary.as_ref().map(|label| label.span);
    let place = span.and_then(|span| {
        let before = text.get(..span.start as usize)?;
        let line = before.rsplit('\n').next().unwrap_or(before);
        Some((before.matches('\n').count() + 1, line.chars().count() + 1))
    });
    DiagnosticRow {
        severity: found.severity.name().to_owned(),
        code: found.code.id().to_owned(),
        message: found.message.clone(),
        hint: Some(found.advice().into_owned()),
        line: place.map(|(line, _)| line),
        column: place.map(|(_, column)| column),
        span: span.map(|span| [span.start, span.end]),
    }
}

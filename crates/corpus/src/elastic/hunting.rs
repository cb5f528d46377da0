//! Hunting queries: files with `[hunt]`, a list of queries each.
//!
//! Each query is a rule of its own. A file names the languages of all its queries together, so
//! which one a query is in is told from how it begins: `FROM` and the other source commands are
//! ES|QL, `SELECT` is osquery's SQL, which is kept verbatim, and anything else is EQL where the
//! file names it. A line `sql` that stands before some queries is no part of them.

use super::fields::{Reader, Table};
use super::metadata;
use super::query::Query;
use crate::class;
use crate::reader::FileContext;
use crate::{Vendor, fallback_id};
use tripline_ir::{
    Detection, Language, Loss, LossReason, Opaque, Plan, TechniqueTag, Text, format_smolstr,
};
use tripline_languages::esql;
use tripline_text::{Code, Diagnostic, Span};

/// Every query of the file.
pub(super) fn read(
    reader: &mut Reader<'_>,
    hunt: &Table<'_>,
    context: &FileContext<'_>,
) -> Vec<Detection> {
    let languages = reader.texts(hunt, "language");
    let queries = Query::read_all(reader, hunt, "query");
    if queries.is_empty() && !hunt.has("query") {
        reader.missing(hunt, "query");
    }
    let base = metadata::describe(reader, Some(hunt), hunt, Language::None, context);
    let techniques = reader.texts(hunt, "mitre").iter().map(tag).collect();
    let uuid = reader.text(hunt, "uuid").filter(|uuid| !uuid.is_empty());
    let base = Detection {
        kind: "hunt".into(),
        note: note(&reader.texts(hunt, "notes")),
        techniques,
        ..base
    };
    let count = queries.len();
    let mut found = Vec::with_capacity(count);
    for (at, query) in queries.iter().enumerate() {
        let index = u32::try_from(at).unwrap_or(u32::MAX);
        let mut detection = base.clone();
        detection.id = match uuid {
            Some(uuid) if at == 0 => format_smolstr!("{}:{uuid}", Vendor::Elastic.name()),
            Some(uuid) => format_smolstr!("{}:{uuid}#{at}", Vendor::Elastic.name()),
            None => fallback_id(Vendor::Elastic, context.path, index),
        };
        if count > 1 {
            detection.title = format_smolstr!("{} ({} of {count})", base.title, at + 1);
        }
        detection.provenance.index = index;
        fill(&mut detection, reader, query, &languages, context);
        class::decide(&mut detection, &[]);
        found.push(detection);
    }
    found
}

fn tag(id: &Text) -> TechniqueTag {
    TechniqueTag {
        id: Text::from(id.to_ascii_uppercase()),
        tactics: Vec::new(),
    }
}

fn note(notes: &[Text]) -> Option<Text> {
    (!notes.is_empty()).then(|| Text::from(notes.join("\n")))
}

/// Sets what one query does.
fn fill(
    detection: &mut Detection,
    reader: &mut Reader<'_>,
    query: &Query<'_>,
    languages: &[Text],
    context: &FileContext<'_>,
) {
    detection.body = query.text.into();
    detection.provenance.body_offset = query.offset;
    let Some(language) = language_of(query.text, languages) else {
        let message = "osquery's SQL is not read; the query is kept verbatim";
        let code = Code::LanguageNotRead;
        reader.report(Diagnostic::new(code, reader.source, message));
        let reason = LossReason::LanguageNotRead;
        detection.losses.push(Loss {
            reason,
            detail: "SQL".into(),
            span: None,
        });
        detection.plan = Some(Plan::Opaque(Opaque {
            text: detection.body.clone(),
            reason,
            span: Span::new(0, u32::try_from(query.text.len()).unwrap_or(u32::MAX)),
        }));
        return;
    };
    detection.language = language;
    let lowered = query.lower(reader, language, &[], context);
    detection.losses.extend(lowered.losses);
    detection.plan = lowered.plan;
    super::plan::sources_of_plan(detection);
}

/// The language of a query; `None` for SQL.
fn language_of(text: &str, languages: &[Text]) -> Option<Language> {
    if esql::begins_query(text) {
        return Some(Language::Esql);
    }
    let named = |name: &str| languages.iter().any(|own| own.eq_ignore_ascii_case(name));
    let first = text.split_whitespace().next().unwrap_or("");
    if first.eq_ignore_ascii_case("select") || (named("SQL") && !named("EQL")) {
        return None;
    }
    Some(if named("EQL") {
        Language::Eql
    } else {
        Language::Esql
    })
}

#[cfg(test)]
mod tests {
    use super::language_of;
    use tripline_ir::{Language, Text};

    #[test]
    fn the_beginning_tells_the_language() {
        let all = ["ES|QL", "SQL", "EQL"].map(Text::new_static);
        assert_eq!(language_of("// x\nfrom a", &all), Some(Language::Esql));
        assert_eq!(language_of("SELECT 1", &all), None);
        assert_eq!(language_of("any where true", &all), Some(Language::Eql));
        assert_eq!(language_of("whatever", &all[..2]), None);
    }
}

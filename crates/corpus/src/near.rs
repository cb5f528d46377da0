//! Names of fields, data models and event types that are one slip away from a name that the tables
//! know.
//!
//! No table lists every name that there is, so an unknown name alone says nothing. It is remarked
//! on when a known name of the rule's naming scheme differs from it by one letter: one too many,
//! one too few, another one, or two exchanged.

use std::collections::BTreeSet;
use tripline_ir::{Detection, Language, Match, Plan, Subject, Text};
use tripline_schema::{Schema, Scheme};
use tripline_text::{Code, Diagnostic, Source, Span};

/// Shorter names are too often near each other.
const LEAST: usize = 7;
/// So are shorter parts between dots: `host.id` and `host.ip`.
const LEAST_PART: usize = 4;

/// Remarks on the names in a rule, one for each name, at its first place.
pub(crate) fn remarks(detection: &Detection, source: &Source, schema: &Schema) -> Vec<Diagnostic> {
    let mut remarks = Remarks {
        detection,
        source,
        schema,
        seen: BTreeSet::new(),
        found: Vec::new(),
    };
    for leaf in detection.plan.iter().flat_map(Plan::matches) {
        remarks.origins(leaf);
        remarks.fields(leaf);
    }
    remarks.found
}

struct Remarks<'a> {
    detection: &'a Detection,
    source: &'a Source,
    schema: &'a Schema,
    seen: BTreeSet<&'a Text>,
    found: Vec<Diagnostic>,
}

impl<'a> Remarks<'a> {
    /// Looks at the data models or event types that a leaf reads. Kusto's front end itself looks
    /// at tables.
    fn origins(&mut self, leaf: &'a Match) {
        let known: Vec<&str> = match self.detection.language {
            Language::Spl => self.schema.data_sets().collect(),
            Language::Yaral => self.schema.event_types().collect(),
            _ => return,
        };
        let kind = match self.detection.language {
            Language::Spl => "data model",
            _ => "event type",
        };
        for name in &leaf.source.names {
            let near = known.iter().copied().filter(|known| is_slip(name, known));
            if known.contains(&name.as_str()) || !self.seen.insert(name) {
                continue;
            }
            if let Some(meant) = near.min() {
                let place = self.detection.body.find(name.as_str());
                let span = place.map(|at| Span::from_usize(at..at + name.len()));
                self.report(kind, name, meant, span);
            }
        }
    }

    /// Looks at the fields that a leaf tests.
    fn fields(&mut self, leaf: &'a Match) {
        let schemes = schemes(self.detection.language);
        for atom in leaf.predicate.atoms() {
            let Subject::Field(field) = &atom.subject else {
                continue;
            };
            // A field that no table knows keeps its name, a data model's without the model.
            let bare = field.name.rsplit_once('.').map(|(_, bare)| bare);
            let unknown = field.canonical == field.name || bare == Some(field.canonical.as_str());
            if atom.implied || !unknown || !self.seen.insert(&field.name) {
                continue;
            }
            if let Some(meant) = meant(&field.name, schemes, self.schema) {
                self.report("field", &field.name, &meant, Some(atom.span));
            }
        }
    }

    /// `span` counts bytes of the rule's body.
    fn report(&mut self, kind: &str, name: &str, meant: &str, span: Option<Span>) {
        let message = format!("no {kind} `{name}` is known");
        let code = Code::NameNearlyKnown;
        let flaw = match (self.detection.provenance.body_offset, span) {
            (Some(offset), Some(span)) => Diagnostic::new(code, self.source, message)
                .at(Span::new(offset + span.start, offset + span.end), ""),
            _ => Diagnostic::for_file(code, self.source.name().clone(), message),
        };
        self.found
            .push(flaw.hint(format!("`{meant}` has a similar name")));
    }
}

/// Whose names a language's fields have.
fn schemes(language: Language) -> &'static [Scheme] {
    match language {
        Language::Sigma => &[Scheme::Sigma],
        Language::Eql | Language::Kuery | Language::Lucene | Language::Esql => &[Scheme::Ecs],
        Language::Spl => &[Scheme::Cim],
        Language::Kusto => &[Scheme::Defender, Scheme::Sentinel],
        Language::Yaral => &[Scheme::Udm],
        Language::None => &[],
    }
}

/// The known name that an unknown one is one slip away from.
fn meant(name: &str, schemes: &[Scheme], schema: &Schema) -> Option<String> {
    // A data model's fields may stand behind its name: `Processes.process_name`.
    let (model, field) = match name.rsplit_once('.') {
        Some((model, field)) if schemes == [Scheme::Cim] => (Some(model), field),
        _ => (None, name),
    };
    let on_purpose = |scheme: &Scheme| schema.unmapped_on_purpose(*scheme, field);
    if field.len() < LEAST || schemes.iter().any(on_purpose) {
        return None;
    }
    let known = schemes
        .iter()
        .flat_map(|scheme| schema.scheme_names(*scheme));
    let near = known
        .filter(|known| known.len() >= LEAST && is_slip(field, known))
        .min()?;
    Some(match model {
        Some(model) => format!("{model}.{near}"),
        None => near.to_owned(),
    })
}

/// Whether two names differ by one slip; letter case does not count.
fn is_slip(one: &str, other: &str) -> bool {
    if one.len().abs_diff(other.len()) > 4 || one.eq_ignore_ascii_case(other) {
        return false;
    }
    let one: Vec<char> = one.chars().map(|c| c.to_ascii_lowercase()).collect();
    let other: Vec<char> = other.chars().map(|c| c.to_ascii_lowercase()).collect();
    let start = one.iter().zip(&other).take_while(|(a, b)| a == b).count();
    if part(&one, start) < LEAST_PART || part(&other, start) < LEAST_PART {
        return false;
    }
    let (one, other) = (&one[start..], &other[start..]);
    let ends = one.iter().rev().zip(other.iter().rev());
    let end = ends.take_while(|(a, b)| a == b).count();
    let end = end.min(one.len()).min(other.len());
    match (&one[..one.len() - end], &other[..other.len() - end]) {
        ([_], [_] | []) | ([], [_]) => true,
        ([a, b], [c, d]) => (a, b) == (d, c),
        _ => false,
    }
}

/// Length of the part between dots in which a place lies.
fn part(name: &[char], place: usize) -> usize {
    let place = place.min(name.len());
    let before = name[..place]
        .iter()
        .rev()
        .take_while(|c| **c != '.')
        .count();
    before + name[place..].iter().take_while(|c| **c != '.').count()
}

#[cfg(test)]
mod tests {
    use super::is_slip;

    #[test]
    fn one_letter_is_a_slip() {
        for (one, other, expected) in [
            ("CommandLin", "CommandLine", true),
            ("ComandLine", "CommandLine", true),
            ("CommandLime", "CommandLine", true),
            ("CommnadLine", "CommandLine", true),
            ("commandline", "CommandLine", false),
            ("CommandLi", "CommandLine", false),
            ("process.nmae", "process.name", true),
            ("process.pid", "process.name", false),
            ("host.id", "host.ip", false),
            ("", "", false),
        ] {
            assert_eq!(is_slip(one, other), expected, "{one} {other}");
        }
    }
}

//! Kusto queries in Markdown and text files, as hunting repositories hold them.
//!
//! Each fenced query is a rule. A query that stands twice, once for Defender and once for
//! Sentinel, is two rules; the second names the first as similar and both say their variant. A
//! text file holds one query, or several with blank lines between them. A block that begins with
//! `|` is a stage to be put behind another query and no rule. The title is the document's, the techniques are those that its tables, links and text name.

mod markdown;
pub(crate) mod published;
pub(crate) mod query;

use crate::class;
use crate::reader::{FileContext, FileRead, VendorReader};
use crate::{Vendor, fallback_id};
use tripline_ir::{Detection, Language, Related, TechniqueTag, Text, format_smolstr};
use tripline_languages::kusto;
use tripline_text::{Diagnostic, Source, Span};

/// Reads Markdown and text with Kusto queries.
pub(crate) struct KustoDocsReader;

/// Words after a fence's marks that say another language.
const OTHER_LANGUAGES: [&str; 12] = [
    "json",
    "powershell",
    "bash",
    "sh",
    "python",
    "yaml",
    "xml",
    "cmd",
    "sql",
    "spl",
    "esql",
    "text",
];

/// Starts of pipeline stages that hardly any other text has.
const STAGES: [&str; 12] = [
    "| where",
    "|where",
    "| extend",
    "| project",
    "| summarize",
    "| join",
    "| distinct",
    "| take",
    "| mv-expand",
    "| search",
    "| sort by",
    "| count",
];

/// Whether a text is a query in Kusto.
fn is_query(text: &str) -> bool {
    let first = text
        .lines()
        .map(str::trim)
        .find(|line| !line.is_empty() && !line.starts_with("//"));
    let stage = first.is_some_and(|line| line.starts_with('|'));
    let stages = STAGES.iter().any(|stage| text.contains(stage));
    !stage && (stages || text.trim_start().starts_with("search "))
}

/// The text with lines that begin with `#` blank: directives for a client and remarks. Places stay.
fn without_directives(text: &str) -> Option<String> {
    let directive = |line: &str| line.trim_start().starts_with('#');
    if !text.lines().any(directive) {
        return None;
    }
    let blank = |line: &str| -> String {
        if directive(line) {
            line.bytes()
                .map(|byte| if byte == b'\n' { '\n' } else { ' ' })
                .collect()
        } else {
            line.to_owned()
        }
    };
    Some(text.split_inclusive('\n').map(blank).collect())
}

/// A part without the white space around it.
fn trimmed(whole: &Source, span: Span) -> Span {
    let part = whole.slice(span);
    let length = |text: &str| u32::try_from(text.len()).unwrap_or(u32::MAX);
    let start = span.start + length(part) - length(part.trim_start());
    Span::new(start, start + length(part.trim()))
}

impl VendorReader for KustoDocsReader {
    fn default_language(&self) -> Language {
        Language::Kusto
    }

    fn extensions(&self) -> &'static [&'static str] {
        &["md", "txt", "kql", "kusto", "csl"]
    }

    fn is_rule_folder(&self, _name: &str) -> bool {
        false
    }

    fn looks_like_rule(&self, bytes: &[u8]) -> bool {
        let text = String::from_utf8_lossy(bytes);
        let kusto = [
            "ago(",
            "=~",
            "has_any",
            "| project",
            "| extend",
            "| summarize",
            " has ",
            "contains",
        ];
        let other = ["FROM logs", "from logs", "`tstats", "index="];
        is_query(&text)
            && kusto.iter().any(|mark| text.contains(mark))
            && !other.iter().any(|mark| text.contains(mark))
    }

    fn read_file(&self, source: &Source, context: &FileContext<'_>) -> FileRead {
        let mut read = if context.path.to_ascii_lowercase().ends_with(".md") {
            read_markdown(source, context)
        } else {
            read_text(source, context)
        };
        published::note(source, context, &mut read);
        read
    }
}

/// What is known of a rule before its query is read.
struct Draft {
    title: Text,
    description: Text,
    techniques: Vec<TechniqueTag>,
    references: Vec<Text>,
    variant: Option<&'static str>,
    /// What the document offers: `detection` where it describes one, else `query`.
    kind: &'static str,
}

fn read_markdown(source: &Source, context: &FileContext<'_>) -> FileRead {
    let text = source.text();
    let document = markdown::read(text);
    let mut read = FileRead::default();
    let queries: Vec<_> = document
        .fences
        .iter()
        .filter(|fence| !OTHER_LANGUAGES.contains(&fence.info.as_str()) && is_query(fence.body))
        .collect();
    let title = document
        .title
        .map_or_else(|| file_title(context.path), Text::from);
    let techniques = markdown::techniques(text);
    let several = queries.len() > 1;
    let kind = if describes_a_detection(text) {
        "detection"
    } else {
        "query"
    };
    for fence in queries {
        let variant = variant(&fence.headings, fence.body);
        let own = fence.headings.last().copied().filter(|_| several);
        let title = match own {
            Some(own) if !own.eq_ignore_ascii_case("query") => format_smolstr!("{title}: {own}"),
            _ => title.clone(),
        };
        let draft = Draft {
            title,
            description: document.description.as_str().into(),
            techniques: techniques.clone(),
            references: document.references.clone(),
            variant,
            kind,
        };
        add(&draft, fence.body, fence.offset, source, context, &mut read);
    }
    twins(&mut read.detections);
    read
}

fn read_text(source: &Source, context: &FileContext<'_>) -> FileRead {
    let text = source.text();
    let mut read = FileRead::default();
    if !is_query(text) {
        return read;
    }
    let comments: Vec<&str> = text
        .lines()
        .map(str::trim)
        .take_while(|line| line.is_empty() || line.starts_with("//"))
        .map(|line| line.trim_start_matches('/').trim())
        .filter(|line| !line.is_empty())
        .collect();
    let draft = Draft {
        title: file_title(context.path),
        description: comments.join("\n").into(),
        techniques: markdown::techniques(&comments.join("\n")),
        references: comments
            .iter()
            .filter(|line| line.starts_with("http"))
            .map(|line| Text::from(*line))
            .collect(),
        variant: variant(&[], text),
        kind: "query",
    };
    add(&draft, text, 0, source, context, &mut read);
    read
}

/// Adds the rules of a text that holds one query, or several with blank lines between them.
fn add(
    draft: &Draft,
    text: &str,
    offset: usize,
    source: &Source,
    context: &FileContext<'_>,
    read: &mut FileRead,
) {
    let blanked = without_directives(text);
    let written = Source::new(source.name().clone(), text);
    let whole = Source::new(source.name().clone(), blanked.as_deref().unwrap_or(text));
    let parts: Vec<_> = kusto::split(&whole)
        .into_iter()
        .map(|span| {
            if blanked.is_some() {
                trimmed(&whole, span)
            } else {
                span
            }
        })
        .filter(|span| is_query(whole.slice(*span)) || text.len() == span.len() as usize)
        .collect();
    let several = parts.len() > 1;
    for (number, span) in parts.into_iter().enumerate() {
        let index = u32::try_from(read.detections.len()).unwrap_or(u32::MAX);
        let id = fallback_id(Vendor::Kusto, context.path, index);
        let mut detection = query::empty(Vendor::Kusto, id, index, context);
        detection.title = if several {
            format_smolstr!("{} ({})", draft.title, number + 1)
        } else {
            draft.title.clone()
        };
        detection.description.clone_from(&draft.description);
        detection.techniques.clone_from(&draft.techniques);
        detection.references.clone_from(&draft.references);
        detection.kind = Text::new_static(draft.kind);
        detection.tags = draft.variant.map(Text::new_static).into_iter().collect();
        let start = u32::try_from(offset)
            .unwrap_or(u32::MAX)
            .saturating_add(span.start);
        detection.provenance.body_offset = Some(start);
        let found = query::fill(&mut detection, written.slice(span), source, context);
        let found: Vec<Diagnostic> = found.into_iter().map(|one| one.shifted(start)).collect();
        read.diagnostics.extend(found);
        class::decide(&mut detection, &[]);
        read.names.push(detection.title.clone());
        read.detections.push(detection);
    }
}

/// Whether a document has a heading `Detection description`, as those of detections that alert
/// do: others tell what to hunt for.
fn describes_a_detection(text: &str) -> bool {
    text.lines().any(|line| {
        let heading = line.trim_start_matches('#');
        heading.len() < line.len() && heading.trim().eq_ignore_ascii_case("detection description")
    })
}

/// Which product's tables a query is written for, told by the heading above it, else by its time
/// column.
fn variant(headings: &[&str], body: &str) -> Option<&'static str> {
    for heading in headings.iter().rev() {
        let heading = heading.to_ascii_lowercase();
        if heading.contains("sentinel") {
            return Some("sentinel");
        }
        if heading.contains("defender") || heading.contains("m365") || heading.contains("xdr") {
            return Some("defender");
        }
    }
    match (body.contains("TimeGenerated"), body.contains("Timestamp")) {
        (true, false) => Some("sentinel"),
        (false, true) => Some("defender"),
        _ => None,
    }
}

/// Queries of one document that differ only in their time column name each other.
fn twins(detections: &mut [Detection]) {
    let plain = |body: &str| -> String {
        body.replace("TimeGenerated", "Timestamp")
            .split_whitespace()
            .collect()
    };
    for at in 1..detections.len() {
        let (before, rest) = detections.split_at_mut(at);
        let own = plain(&rest[0].body);
        if let Some(twin) = before.iter().find(|other| plain(&other.body) == own) {
            rest[0].related.push(Related {
                id: twin.id.clone(),
                relation: Text::new_static("similar"),
            });
        }
    }
}

/// The file's name without its extension.
fn file_title(path: &str) -> Text {
    let name = path.rsplit('/').next().unwrap_or(path);
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    stem.into()
}

//! One rule, or a few, outside any corpus: a user's own file, folder or standard input.

use crate::ids::fallback_id;
use crate::load::{decode, load};
use crate::session::{CorpusRead, read_closely, read_loaded};
use crate::{CorpusSpec, FileEntry, IdRegistry, Ledger, LoadedFile, Vendor, discover, near};
use std::path::Path;
use tripline_ir::{Detection, Language, Provenance, Text};
use tripline_languages::{Context, kusto, lower};
use tripline_schema::Schema;
use tripline_text::{Code, Diagnostic, Source, Span};

/// What a text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Hint {
    /// Told by the name's extension, then by content.
    #[default]
    Auto,
    /// A rule file of this vendor.
    Rule(Vendor),
    /// A bare query in this language.
    Query(Language),
}

/// What was read.
#[derive(Debug, Default)]
pub struct SingleRead {
    /// The rules, in order.
    pub detections: Vec<Detection>,
    /// What to tell the author, in order of files and places.
    pub diagnostics: Vec<Diagnostic>,
    /// The texts that diagnostics point into.
    pub sources: Vec<Source>,
    /// Counts and failures.
    pub ledger: Ledger,
    /// Number of files looked at.
    pub files_seen: usize,
}

/// Reads the rules of a file, or of every corpus under a folder.
pub fn read_path(path: &Path) -> SingleRead {
    if !path.is_dir() {
        return read_file(path, Hint::Auto);
    }
    let found = discover(&[path.to_path_buf()]);
    let mut out = SingleRead {
        diagnostics: found.diagnostics,
        ..SingleRead::default()
    };
    for spec in &found.corpora {
        out.add(read_closely(spec));
    }
    for query in &found.queries {
        out.join(read_file(query, Hint::Auto));
    }
    out
}

/// Reads the rules of one file.
fn read_file(path: &Path, hint: Hint) -> SingleRead {
    let shown = path.display().to_string();
    let entry = FileEntry {
        path: file_name(path),
        full: path.to_path_buf(),
    };
    match load(&entry, &shown) {
        Ok(loaded) => read_one(path, loaded, hint),
        Err(error) => SingleRead {
            diagnostics: vec![error.diagnostic],
            files_seen: 1,
            ..SingleRead::default()
        },
    }
}

/// Reads the rules of a text known to readers as `name`.
pub fn read_text(name: &str, text: &str, hint: Hint) -> SingleRead {
    match decode(text.as_bytes().to_vec(), name) {
        Ok(loaded) => read_one(Path::new(name), loaded, hint),
        Err(error) => SingleRead {
            diagnostics: vec![error.diagnostic],
            files_seen: 1,
            ..SingleRead::default()
        },
    }
}

fn read_one(path: &Path, loaded: LoadedFile, hint: Hint) -> SingleRead {
    let vendor = match hint {
        Hint::Rule(vendor) => vendor,
        // A text in these languages is a rule, or several, with its metadata.
        Hint::Query(Language::Sigma) => Vendor::Sigma,
        Hint::Query(Language::Yaral) => Vendor::Chronicle,
        Hint::Query(language) => return read_queries(&loaded.source, language),
        Hint::Auto => match query_language(path) {
            Some(language) => return read_queries(&loaded.source, language),
            None => guess(path, loaded.source.text()),
        },
    };
    let mut spec = CorpusSpec::new(vendor.name(), vendor, path);
    spec.files.push(FileEntry {
        path: file_name(path),
        full: path.to_path_buf(),
    });
    let name = loaded.source.name().to_string();
    let mut out = SingleRead::default();
    out.add(read_loaded(&spec, vec![loaded], &mut IdRegistry::new()));
    if out.detections.is_empty() && out.diagnostics.is_empty() {
        out.diagnostics.push(without_rule(name));
    }
    out
}

/// What is said of a text that holds nothing to read.
fn without_rule(name: String) -> Diagnostic {
    Diagnostic::for_file(Code::RuleWithoutPlan, name, "there is no rule in it")
}

/// The language of a file that holds bare queries, by its extension. `.kql` is Kusto's; Kibana's
/// language of the same letters has `.kuery`.
pub(crate) fn query_language(path: &Path) -> Option<Language> {
    let extension = path.extension()?.to_str()?.to_ascii_lowercase();
    Some(match extension.as_str() {
        "eql" => Language::Eql,
        "kuery" => Language::Kuery,
        "lucene" => Language::Lucene,
        "esql" => Language::Esql,
        "spl" => Language::Spl,
        "kql" | "kusto" | "csl" => Language::Kusto,
        _ => return None,
    })
}

/// The vendor by extension, then by content; Sigma when nothing says otherwise.
fn guess(path: &Path, text: &str) -> Vendor {
    let extension = path
        .extension()
        .map(|extension| extension.to_string_lossy().to_ascii_lowercase())
        .unwrap_or_default();
    let has_extension =
        |vendor: &Vendor| vendor.reader().extensions().contains(&extension.as_str());
    let looks = |vendor: &Vendor| vendor.reader().looks_like_rule(text.as_bytes());
    let by_extension = Vendor::ALL
        .into_iter()
        .find(|vendor| has_extension(vendor) && looks(vendor))
        .or_else(|| Vendor::ALL.into_iter().find(has_extension));
    let by_content = || {
        Vendor::ALL
            .into_iter()
            .find(|vendor| vendor.reader().looks_like_rule(text.as_bytes()))
    };
    by_extension.or_else(by_content).unwrap_or(Vendor::Sigma)
}

/// The queries of a text without rules around them: in Kusto, blank lines may divide several.
fn read_queries(source: &Source, language: Language) -> SingleRead {
    let spans = match language {
        Language::Kusto => kusto::split(source),
        _ => Vec::new(),
    };
    let mut out = SingleRead {
        files_seen: 1,
        sources: vec![source.clone()],
        ..SingleRead::default()
    };
    if spans.len() < 2 {
        out.add_query(
            source,
            0,
            Span::from_usize(0..source.text().len()),
            language,
        );
        return out;
    }
    for (index, span) in (0..).zip(spans) {
        out.add_query(source, index, span, language);
    }
    out
}

/// One query of a text.
fn query(
    source: &Source,
    index: u32,
    span: Span,
    language: Language,
) -> (Detection, Vec<Diagnostic>) {
    let name = Text::from(&**source.name());
    let part = Source::new(name.clone(), source.slice(span));
    let lowered = lower(language, &part, &Context::new(Schema::builtin()));
    let vendor = match language {
        Language::Sigma => Vendor::Sigma,
        Language::Spl => Vendor::Splunk,
        Language::Yaral => Vendor::Chronicle,
        Language::Kusto => Vendor::Kusto,
        _ => Vendor::Elastic,
    };
    let detection = Detection {
        id: fallback_id(vendor, &name, index),
        kind: Text::new_static("query"),
        title: name.clone(),
        class_reason: Text::new_static("a bare query counts as an alert"),
        provenance: Provenance {
            path: name,
            index,
            body_offset: Some(span.start),
            ..Provenance::default()
        },
        body: Text::from(part.text()),
        plan: lowered.plan,
        losses: lowered.losses,
        ..Detection::new(vendor.name(), language)
    };
    let found = lowered.diagnostics.into_iter();
    let mut found: Vec<_> = found
        .map(|diagnostic| diagnostic.shifted(span.start))
        .collect();
    found.extend(near::remarks(&detection, source, Schema::builtin()));
    (detection, found)
}

fn file_name(path: &Path) -> Text {
    let name = path.file_name().unwrap_or(path.as_os_str());
    Text::from(name.to_string_lossy())
}

impl SingleRead {
    fn add_query(&mut self, source: &Source, index: u32, span: Span, language: Language) {
        let (detection, mut diagnostics) = query(source, index, span, language);
        if detection.plan.is_none() && diagnostics.is_empty() {
            diagnostics.push(without_rule(source.name().to_string()));
        }
        self.diagnostics.append(&mut diagnostics);
        self.detections.push(detection);
    }

    /// Keeps the rule of this number (from 0) and what is said of it or of the file as a whole.
    /// `false`, and nothing is dropped, when there is none.
    pub fn pick(&mut self, number: u32) -> bool {
        let span = |rule: &Detection| {
            let start = rule.provenance.body_offset?;
            let length = u32::try_from(rule.body.len()).unwrap_or(u32::MAX);
            Some(start..start.saturating_add(length))
        };
        let (kept, others): (Vec<_>, Vec<_>) = std::mem::take(&mut self.detections)
            .into_iter()
            .partition(|rule| rule.provenance.index == number);
        if kept.is_empty() {
            self.detections = others;
            return false;
        }
        self.detections = kept;
        let elsewhere: Vec<_> = others.iter().filter_map(span).collect();
        let of_another = |diagnostic: &Diagnostic| {
            let place = diagnostic.primary.as_ref().map(|label| label.span.start);
            place.is_some_and(|at| elsewhere.iter().any(|span| span.contains(&at)))
        };
        self.diagnostics.retain(|found| !of_another(found));
        true
    }

    fn join(&mut self, mut other: Self) {
        self.diagnostics.append(&mut other.diagnostics);
        self.sources.append(&mut other.sources);
        self.ledger.rows.append(&mut other.ledger.rows);
        self.ledger.failures.append(&mut other.ledger.failures);
        self.files_seen += other.files_seen;
        self.detections.append(&mut other.detections);
    }

    fn add(&mut self, mut read: CorpusRead) {
        self.diagnostics.append(&mut read.diagnostics);
        self.sources.append(&mut read.sources);
        self.ledger.rows.append(&mut read.ledger.rows);
        self.ledger.failures.append(&mut read.ledger.failures);
        self.files_seen += read.files_seen;
        self.detections.extend(read.into_detections());
    }
}

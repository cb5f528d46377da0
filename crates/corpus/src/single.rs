//! One rule, or a few, outside any corpus: a user's own file, folder or standard input.

use crate::ids::fallback_id;
use crate::load::{decode, load};
use crate::session::{CorpusRead, read_loaded};
use crate::{CorpusSpec, FileEntry, IdRegistry, Ledger, Vendor, discover, read};
use std::path::Path;
use tripline_ir::{Class, Detection, Language, Provenance, Text};
use tripline_languages::{Context, lower};
use tripline_schema::Schema;
use tripline_text::{Diagnostic, Source};

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
        out.add(read(spec));
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

fn read_one(path: &Path, loaded: crate::LoadedFile, hint: Hint) -> SingleRead {
    let vendor = match hint {
        Hint::Rule(vendor) => vendor,
        Hint::Query(language) => return read_query(loaded.source, language),
        Hint::Auto => match query_language(path) {
            Some(language) => return read_query(loaded.source, language),
            None => guess(path, loaded.source.text()),
        },
    };
    let mut spec = CorpusSpec::new(vendor.name(), vendor, path);
    spec.files.push(FileEntry {
        path: file_name(path),
        full: path.to_path_buf(),
    });
    let mut out = SingleRead::default();
    out.add(read_loaded(&spec, vec![loaded], &mut IdRegistry::new()));
    out
}

/// The language of a file that holds a bare query: its extension is the language's name, and no
/// vendor's rules have it.
fn query_language(path: &Path) -> Option<Language> {
    let extension = path.extension()?.to_str()?.to_ascii_lowercase();
    let is_rule = |vendor: Vendor| vendor.reader().extensions().contains(&extension.as_str());
    if Vendor::ALL.into_iter().any(is_rule) {
        return None;
    }
    let bare = |language: &Language| !matches!(language, Language::Sigma | Language::None);
    Language::ALL
        .into_iter()
        .filter(bare)
        .find(|language| language.name() == extension)
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

/// A query without a rule around it.
fn read_query(source: Source, language: Language) -> SingleRead {
    let lowered = lower(language, &source, &Context::new(Schema::builtin()));
    let name = Text::from(&**source.name());
    let vendor = match language {
        Language::Sigma => Vendor::Sigma,
        Language::Spl => Vendor::Splunk,
        Language::Yaral => Vendor::Chronicle,
        Language::Kusto => Vendor::Kusto,
        _ => Vendor::Elastic,
    };
    let detection = Detection {
        id: fallback_id(vendor, &name, 0),
        vendor: Text::new_static(vendor.name()),
        language,
        kind: Text::new_static("query"),
        title: name.clone(),
        description: Text::default(),
        class: Class::Alert,
        class_reason: Text::new_static("a bare query counts as an alert"),
        level: None,
        severity: None,
        status: None,
        risk_score: None,
        authors: Vec::new(),
        created: None,
        modified: None,
        references: Vec::new(),
        false_positives: Vec::new(),
        note: None,
        setup: None,
        tags: Vec::new(),
        techniques: Vec::new(),
        tactics: Vec::new(),
        platforms: Vec::new(),
        sources: Vec::new(),
        integrations: Vec::new(),
        output_fields: Vec::new(),
        related: Vec::new(),
        requires: Vec::new(),
        licence: None,
        provenance: Provenance {
            corpus: Text::default(),
            commit: None,
            path: name,
            index: 0,
            body_offset: Some(0),
        },
        body: Text::from(source.text()),
        plan: lowered.plan,
        losses: lowered.losses,
    };
    SingleRead {
        detections: vec![detection],
        diagnostics: lowered.diagnostics,
        sources: vec![source],
        ledger: Ledger::default(),
        files_seen: 1,
    }
}

fn file_name(path: &Path) -> Text {
    let name = path.file_name().unwrap_or(path.as_os_str());
    Text::from(name.to_string_lossy())
}

impl SingleRead {
    fn add(&mut self, mut read: CorpusRead) {
        self.diagnostics.append(&mut read.diagnostics);
        self.sources.append(&mut read.sources);
        self.ledger.rows.append(&mut read.ledger.rows);
        self.ledger.failures.append(&mut read.ledger.failures);
        self.files_seen += read.files_seen;
        self.detections.extend(read.into_detections());
    }
}

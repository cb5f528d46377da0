//! What a corpus is before it is read.

use crate::reader::VendorReader;
use std::path::{Path, PathBuf};
use tripline_ir::Text;

/// The vendors whose rules are read: the one list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Vendor {
    /// SigmaHQ and anybody's Sigma rules.
    Sigma,
    /// elastic/detection-rules and rules in its TOML form.
    Elastic,
    /// splunk/security_content and content in its form.
    Splunk,
    /// chronicle/detection-rules and YARA-L files.
    Chronicle,
    /// Azure/Azure-Sentinel and rules in its YAML form.
    Sentinel,
    /// Kusto queries in Markdown and text files.
    Kusto,
}

impl Vendor {
    /// Every vendor, in display order.
    pub const ALL: [Self; 6] = [
        Self::Sigma,
        Self::Elastic,
        Self::Chronicle,
        Self::Splunk,
        Self::Sentinel,
        Self::Kusto,
    ];

    /// The short name that ids begin with.
    pub fn name(self) -> &'static str {
        match self {
            Self::Sigma => "sigma",
            Self::Elastic => "elastic",
            Self::Splunk => "splunk",
            Self::Chronicle => "chronicle",
            Self::Sentinel => "sentinel",
            Self::Kusto => "kusto",
        }
    }

    /// The vendor of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|vendor| vendor.name() == name)
    }

    /// How its files are recognised and read.
    pub fn reader(self) -> &'static dyn VendorReader {
        match self {
            Self::Sigma => &crate::sigma::SigmaReader,
            Self::Elastic => &crate::elastic::ElasticReader,
            Self::Splunk => &crate::splunk::SplunkReader,
            Self::Chronicle => &crate::chronicle::ChronicleReader,
            Self::Sentinel => &crate::sentinel::SentinelReader,
            Self::Kusto => &crate::kusto_docs::KustoDocsReader,
        }
    }
}

/// One corpus: where it lies, which of its files are rules, and what is known of its origin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CorpusSpec {
    /// Its name: from the manifest, else the folder's.
    pub name: Text,
    /// Whose rules.
    pub vendor: Vendor,
    /// The folder, or the file when the corpus is one file.
    pub root: PathBuf,
    /// Where it was copied from, when known.
    pub upstream: Option<Text>,
    /// Upstream's commit, when known.
    pub commit: Option<Text>,
    /// Licence identifier of rules that do not name their own.
    pub licence: Option<Text>,
    /// Files that hold rules, sorted by path.
    pub files: Vec<FileEntry>,
    /// Number of other files under the root: documentation, test data.
    pub others: usize,
    /// Paths that could not be listed, with the reason, sorted.
    pub unlisted: Vec<(Text, String)>,
}

/// A file of a corpus.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct FileEntry {
    /// Path inside the corpus, with `/`.
    pub path: Text,
    /// Path to open.
    pub full: PathBuf,
}

impl CorpusSpec {
    /// Hash of everything about the corpus, its files apart, that its detections depend on.
    pub fn identity(&self) -> [u8; 32] {
        let mut hasher = blake3::Hasher::new();
        let folder = self.root.file_name().map(|name| name.to_string_lossy());
        let parts = [
            Some(self.name.as_str()),
            Some(self.vendor.name()),
            self.commit.as_deref(),
            self.licence.as_deref(),
            folder.as_deref(),
        ];
        for part in parts {
            let text = part.unwrap_or("");
            hasher.update(&[u8::from(part.is_some())]);
            hasher.update(&(text.len() as u64).to_le_bytes());
            hasher.update(text.as_bytes());
        }
        *hasher.finalize().as_bytes()
    }

    /// A corpus of these files about whose origin nothing is known.
    pub fn new(name: impl Into<Text>, vendor: Vendor, root: impl AsRef<Path>) -> Self {
        Self {
            name: name.into(),
            vendor,
            root: root.as_ref().to_path_buf(),
            upstream: None,
            commit: None,
            licence: None,
            files: Vec::new(),
            others: 0,
            unlisted: Vec::new(),
        }
    }
}

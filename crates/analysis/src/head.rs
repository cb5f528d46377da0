//! What stands at the head of every answer: which catalogue it was computed from.

use schemars::JsonSchema;
use serde::Serialize;
use smol_str::SmolStr as Text;
use tripline_catalog::Catalog;

/// The catalogue that an answer was computed from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct CatalogHead {
    /// Hash of everything that went into the catalogue.
    pub hash: Text,
    /// Its corpora, by name.
    pub corpora: Vec<CorpusHead>,
    /// Its knowledge bases, by kind.
    pub knowledge: Vec<KnowledgeHead>,
}

/// One knowledge base of the catalogue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct KnowledgeHead {
    /// What it is: `attack`, `atomics` or `dictionaries`.
    pub kind: Text,
    /// Name.
    pub name: Text,
    /// Upstream's commit, when known.
    pub commit: Option<Text>,
    /// Licence of its texts.
    pub licence: Option<Text>,
}

/// One corpus of the catalogue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct CorpusHead {
    /// Name.
    pub name: Text,
    /// Upstream's commit, when known.
    pub commit: Option<Text>,
    /// Licence of its rules.
    pub licence: Option<Text>,
}

impl CatalogHead {
    /// The head of answers from `catalog`.
    pub fn of(catalog: &Catalog) -> Self {
        let corpora = catalog.meta.corpora.iter().map(|corpus| CorpusHead {
            name: corpus.name.clone(),
            commit: corpus.commit.clone(),
            licence: corpus.licence.clone(),
        });
        let knowledge = catalog.meta.knowledge.iter().map(|base| KnowledgeHead {
            kind: base.kind.clone(),
            name: base.name.clone(),
            commit: base.commit.clone(),
            licence: base.licence.clone(),
        });
        Self {
            hash: catalog.meta.hash.as_str().into(),
            corpora: corpora.collect(),
            knowledge: knowledge.collect(),
        }
    }
}

/// The `schema` of an answer: its name and version.
pub(crate) fn schema(name: &str) -> Text {
    smol_str::format_smolstr!("tripline/{name}/1")
}

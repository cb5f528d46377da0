//! ATT&CK in a build: the bundle is read when its bytes are new, and otherwise copied.

use super::previous::Previous;
use crate::error::CatalogError;
use crate::{Result, pack};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::OnceLock;
use tripline_attack::Attack;
use tripline_corpus::{KnowledgeSpec, hash_file};
use tripline_ir::Text;
use tripline_text::{Code, Diagnostic};

/// Keys of the `blobs` table.
pub(crate) const ATTACK: &str = "attack";
pub(crate) const RESOLVED: &str = "resolved";

/// ATT&CK as it goes into the catalogue.
pub(crate) struct AttackPart {
    /// Hash of the bundle; zeros without one.
    pub(crate) hash: [u8; 32],
    /// [`Attack`] in postcard, compressed.
    pub(crate) data: Vec<u8>,
    /// Tags of the previous catalogue's rules and what they resolved to, when it is of the same
    /// bundle.
    known: Option<BTreeMap<Text, Text>>,
    decoded: OnceLock<Attack>,
    /// The bundle taken.
    pub(super) taken: Option<KnowledgeSpec>,
    pub(super) diagnostics: Vec<Diagnostic>,
}

impl AttackPart {
    /// No ATT&CK.
    pub(crate) fn none() -> Result<Self> {
        Self::of([0; 32], Attack::default(), Vec::new())
    }

    /// The bundle in `bytes`.
    pub(crate) fn of_bytes(name: &str, bytes: &[u8]) -> Result<Self> {
        let loaded = Attack::load(name, bytes);
        let hash = *blake3::hash(bytes).as_bytes();
        Self::of(hash, loaded.attack, loaded.diagnostics)
    }

    fn of(hash: [u8; 32], attack: Attack, diagnostics: Vec<Diagnostic>) -> Result<Self> {
        let bytes = postcard::to_stdvec(&attack).map_err(damaged)?;
        let data = pack::compress(&bytes).map_err(damaged)?;
        Ok(Self {
            hash,
            data,
            known: None,
            decoded: OnceLock::from(attack),
            taken: None,
            diagnostics,
        })
    }

    /// The same, of the bundle that `spec` describes.
    pub(crate) fn taken(mut self, spec: KnowledgeSpec) -> Self {
        self.taken = Some(spec);
        self
    }

    /// One of the bundles found, new or from the previous catalogue.
    pub(super) fn gather(found: &[&KnowledgeSpec], previous: Option<&Previous>) -> Result<Self> {
        let Some(taken) = choose(found) else {
            return Self::none();
        };
        let mut part = Self::gather_from(&taken.root, found.len(), previous)?;
        part.taken = (part.hash != [0; 32]).then(|| taken.clone());
        Ok(part)
    }

    fn gather_from(path: &Path, found: usize, previous: Option<&Previous>) -> Result<Self> {
        let mut diagnostics = Vec::new();
        let shown = path.display().to_string();
        if found > 1 {
            let message = format!("of {found} ATT&CK bundles, this one is taken");
            diagnostics.push(Diagnostic::for_file(
                Code::AttackAmbiguous,
                &*shown,
                message,
            ));
        }
        let unreadable = |error: std::io::Error| {
            let message = format!("the ATT&CK bundle cannot be read: {error}");
            Diagnostic::for_file(Code::AttackUnreadable, &*shown, message)
        };
        let hash = match hash_file(path) {
            Ok(hash) => hash,
            Err(error) => {
                diagnostics.push(unreadable(error));
                let mut part = Self::none()?;
                part.diagnostics = diagnostics;
                return Ok(part);
            }
        };
        if let Some(old) = previous
            && let Some(data) = old.blob(ATTACK, &hash)
        {
            let known = old.blob(RESOLVED, &hash);
            return Ok(Self {
                hash,
                data,
                known: known.and_then(|bytes| postcard::from_bytes(&bytes).ok()),
                decoded: OnceLock::new(),
                taken: None,
                diagnostics,
            });
        }
        let mut part = match std::fs::read(path) {
            Ok(bytes) => Self::of_bytes(&shown, &bytes)?,
            Err(error) => {
                diagnostics.push(unreadable(error));
                Self::none()?
            }
        };
        diagnostics.append(&mut part.diagnostics);
        part.diagnostics = diagnostics;
        Ok(part)
    }

    /// Whether the previous catalogue has the same bundle, so that its facts still hold.
    pub(super) fn is_kept(&self) -> bool {
        self.known.is_some()
    }

    /// What each tag counts as; a tag that the bundle does not know stays as it is.
    pub(super) fn resolve<'a>(
        &self,
        tags: impl Iterator<Item = &'a Text>,
    ) -> Result<BTreeMap<Text, Text>> {
        let mut resolved = BTreeMap::new();
        for tag in tags {
            if resolved.contains_key(tag) {
                continue;
            }
            let known = self.known.as_ref().and_then(|known| known.get(tag));
            let target = if let Some(target) = known {
                target.clone()
            } else {
                let found = self.attack()?.resolve_technique(tag);
                found.technique().unwrap_or(found.tag()).clone()
            };
            resolved.insert(tag.clone(), target);
        }
        Ok(resolved)
    }

    /// Number of techniques; of a bundle that was kept, from what is known of it.
    pub(super) fn techniques(&self, previous: Option<&Previous>, name: &str) -> usize {
        let kept = || previous.map_or(0, |old| old.items(ATTACK, name));
        let decoded = self.decoded.get();
        decoded.map_or_else(kept, |attack| attack.techniques.len())
    }

    fn attack(&self) -> Result<&Attack> {
        if let Some(attack) = self.decoded.get() {
            return Ok(attack);
        }
        let bytes = pack::expand(&self.data).map_err(damaged)?;
        let attack = postcard::from_bytes(&bytes).map_err(damaged)?;
        Ok(self.decoded.get_or_init(|| attack))
    }
}

fn damaged(what: impl std::fmt::Display) -> CatalogError {
    CatalogError::damaged(Path::new("ATT&CK"), what)
}

/// The bundle to take: Enterprise before others, then the first.
fn choose<'a>(found: &[&'a KnowledgeSpec]) -> Option<&'a KnowledgeSpec> {
    let is_enterprise = |spec: &&&KnowledgeSpec| {
        let name = spec.root.file_name();
        name.is_some_and(|name| name.to_string_lossy().contains("enterprise"))
    };
    found.iter().find(is_enterprise).or(found.first()).copied()
}

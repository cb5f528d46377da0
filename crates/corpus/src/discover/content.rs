//! What a file is, by its first bytes.

use super::listing::Listing;
use crate::reader::VendorReader;
use std::fs::File;
use std::io::Read;
use std::path::Path;

/// How much of a file is looked at to tell whether it is a rule.
const LOOK: usize = 16 * 1024;
/// How many files of a folder are looked at to tell whether it is a corpus.
const SAMPLE: usize = 12;

/// Whether a JSON file begins as a STIX bundle of attack patterns. The objects of a bundle are
/// not ordered, so any STIX object type counts.
pub(super) fn is_stix_bundle(path: &Path) -> bool {
    let Some(bytes) = head(path, LOOK) else {
        return false;
    };
    let text = String::from_utf8_lossy(&bytes);
    let compact: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    let in_first = |needle: &str| compact.find(needle).is_some_and(|at| at < 512);
    in_first("\"type\":\"bundle\"")
        && [
            "attack-pattern",
            "x-mitre-",
            "intrusion-set",
            "mitre-attack",
        ]
        .iter()
        .any(|mark| compact.contains(mark))
}

/// `T1059` or `T1059.001`.
pub(super) fn is_technique_id(name: &str) -> bool {
    let Some(rest) = name.strip_prefix('T') else {
        return false;
    };
    let (main, sub) = rest.split_once('.').unwrap_or((rest, "000"));
    let digits =
        |text: &str, count| text.len() == count && text.bytes().all(|b| b.is_ascii_digit());
    digits(main, 4) && digits(sub, 3)
}

/// Whether a file looks like a rule of the vendor.
pub(super) fn looks_like_rule(path: &Path, reader: &dyn VendorReader) -> bool {
    head(path, LOOK).is_some_and(|bytes| reader.looks_like_rule(&bytes))
}

/// Whether one of a sample of files, spread evenly, is a rule of the vendor.
pub(super) fn sample_is_rules(
    listing: &Listing,
    files: &[String],
    reader: &dyn VendorReader,
) -> bool {
    let step = (files.len() / SAMPLE).max(1);
    files
        .iter()
        .step_by(step)
        .any(|file| looks_like_rule(&listing.full(file), reader))
}

fn head(path: &Path, limit: usize) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let file = File::open(path).ok()?;
    file.take(limit as u64).read_to_end(&mut bytes).ok()?;
    Some(bytes)
}

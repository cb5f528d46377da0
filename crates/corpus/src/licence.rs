//! The licence of a corpus, read off its licence file.

use std::fs;
use std::io::Read;
use std::path::Path;

/// Names of licence files, in order of preference.
pub(crate) const FILES: [&str; 5] = ["LICENSE", "LICENSE.txt", "LICENSE.md", "LICENCE", "COPYING"];

/// A phrase of the licence's text and its identifier; the first phrase found decides.
const PHRASES: [(&str, &str); 6] = [
    ("Detection Rule License", "DRL-1.1"),
    ("Elastic License 2.0", "Elastic-2.0"),
    ("Apache License", "Apache-2.0"),
    ("BSD 3-Clause", "BSD-3-Clause"),
    ("MIT License", "MIT"),
    ("Permission is hereby granted, free of charge", "MIT"),
];

/// How much of a licence file is looked at.
const LOOK: u64 = 4096;

/// The identifier of the licence that lies in `root`, where it is one of the known.
pub(crate) fn of_folder(root: &Path) -> Option<&'static str> {
    let text = FILES.iter().find_map(|name| head(&root.join(name)))?;
    PHRASES
        .iter()
        .find(|(phrase, _)| text.contains(phrase))
        .map(|(_, id)| *id)
}

fn head(path: &Path) -> Option<String> {
    let mut bytes = Vec::new();
    let file = fs::metadata(path)
        .is_ok_and(|found| found.is_file())
        .then(|| fs::File::open(path).ok())??;
    file.take(LOOK).read_to_end(&mut bytes).ok()?;
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

//! A STIX bundle to [`Attack`], in three steps: `split` cuts the text into objects without
//! reading them, `raw` reads each object into one borrowed form, `build` makes the model.
//!
//! The first step is why one bad object costs only itself, and why a bundle that was cut off
//! keeps every object before the cut.

mod build;
mod link;
mod raw;
mod split;

use crate::Attack;
use tripline_text::{Code, Diagnostic, Span};

/// Largest bundle that is read, in bytes. ATT&CK 18.1 has 33 MB.
pub const LIMIT: usize = 512 << 20;

/// The outcome of reading a bundle.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Loaded {
    /// What could be read.
    pub attack: Attack,
    /// What is wrong with the rest; spans count bytes of the file.
    pub diagnostics: Vec<Diagnostic>,
}

impl Attack {
    /// Reads a STIX bundle. `name` is what diagnostics call the file.
    pub fn load(name: &str, bytes: &[u8]) -> Loaded {
        let refuse = |code, message: String| Loaded {
            attack: Self::default(),
            diagnostics: vec![Diagnostic::for_file(code, name, message)],
        };
        if bytes.len() > LIMIT {
            let message = format!("the bundle has {} bytes, more than {LIMIT}", bytes.len());
            return refuse(Code::AttackTooLarge, message);
        }
        let text = match std::str::from_utf8(bytes) {
            Ok(text) => text,
            Err(error) => {
                let at = u32::try_from(error.valid_up_to()).unwrap_or(u32::MAX);
                let mut loaded = refuse(Code::InvalidUtf8, "a byte is not UTF-8".to_owned());
                for diagnostic in &mut loaded.diagnostics {
                    *diagnostic = diagnostic.clone().at(Span::new(at, at + 1), "");
                }
                return loaded;
            }
        };
        let mut diagnostics = Vec::new();
        let pieces = split::split(name, text, &mut diagnostics);
        let objects = raw::read(name, text, &pieces, &mut diagnostics);
        let attack = build::build(name, objects, &mut diagnostics);
        Loaded {
            attack,
            diagnostics,
        }
    }
}

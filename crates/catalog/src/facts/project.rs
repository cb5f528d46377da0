//! Projected fields: `process.name == "cmd.exe"` says that the path of the image is `cmd.exe` or
//! ends with `\cmd.exe`, so it counts as `process.executable` ending with `\cmd.exe`.
//!
//! The other way round, a packed list of hashes that contains `MD5=..` says what the MD5 is.
//!
//! Only tests that carry over exactly are moved; the others stay on the projected field.

use super::canonical::Context;
use tripline_ir::{Pattern, Predicate, Shape, Subject, Test, Text, format_smolstr};
use tripline_schema::ProjectionKind;

/// What stands between the parts of a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Separator {
    /// Windows.
    Backslash,
    /// Everywhere else.
    Slash,
}

impl Separator {
    fn as_char(self) -> char {
        match self {
            Self::Backslash => '\\',
            Self::Slash => '/',
        }
    }
}

/// Endings of file names that only Windows runs or loads.
const WINDOWS_ENDINGS: [&str; 16] = [
    ".exe", ".dll", ".sys", ".ps1", ".bat", ".cmd", ".vbs", ".vbe", ".wsf", ".hta", ".lnk", ".msi",
    ".cpl", ".scr", ".com", ".ocx",
];

/// The operating systems that every event of a predicate must run on, when it says so.
pub(super) fn platforms(predicate: &Predicate) -> Vec<Text> {
    let alternatives = match predicate {
        Predicate::And(parts) => {
            return parts
                .iter()
                .map(platforms)
                .find(|found| !found.is_empty())
                .unwrap_or_default();
        }
        Predicate::Or(parts) => parts.as_slice(),
        other => std::slice::from_ref(other),
    };
    let named: Option<Vec<Text>> = alternatives.iter().map(platform).collect();
    named.unwrap_or_default()
}

fn platform(predicate: &Predicate) -> Option<Text> {
    let Predicate::Atom(atom) = predicate else {
        return None;
    };
    match (&atom.subject, &atom.test) {
        (Subject::Field(field), Test::Pattern(pattern)) if field.canonical == "host.os.type" => {
            match pattern.shape() {
                Shape::Equals(name) => Some(name.to_lowercase().into()),
                _ => None,
            }
        }
        _ => None,
    }
}

/// The separator on these platforms, when they agree.
pub(super) fn separator(platforms: &[Text]) -> Option<Separator> {
    let windows = platforms.iter().any(|platform| platform == "windows");
    let other = platforms
        .iter()
        .any(|platform| platform == "linux" || platform == "macos");
    match (windows, other) {
        (true, false) => Some(Separator::Backslash),
        (false, true) => Some(Separator::Slash),
        _ => None,
    }
}

/// The hash that a packed list must contain, as a test of the hash's own field. The whole hash has to
/// be there: a part of it says less.
fn unpack(field: &str, pattern: &Pattern, context: &Context<'_>) -> Option<(Text, Pattern)> {
    let Shape::Contains(text) = pattern.shape() else {
        return None;
    };
    let (name, hash) = text.split_once('=')?;
    let digits = match name.to_ascii_uppercase().as_str() {
        "MD5" | "IMPHASH" => 32,
        "SHA1" => 40,
        "SHA256" => 64,
        _ => return None,
    };
    if hash.len() != digits || !hash.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    let found = context.schema.hash_in(field, name)?;
    Some((Text::new(&found.id), Pattern::equals(hash, pattern.case)))
}

/// The same test on the field that `field` is a projection of.
pub(super) fn project(
    field: &str,
    pattern: &Pattern,
    context: &Context<'_>,
) -> Option<(Text, Pattern)> {
    if let Some(unpacked) = unpack(field, pattern, context) {
        return Some(unpacked);
    }
    let projection = context.schema.projection(field)?;
    let of = Text::new(&projection.of);
    let case = pattern.case;
    let moved = match (&projection.kind, pattern.shape()) {
        (ProjectionKind::BaseName, Shape::Equals(text)) => {
            let separator = context.separator.or_else(|| guess(text))?.as_char();
            Pattern::ends_with(format_smolstr!("{separator}{text}"), case)
        }
        (ProjectionKind::BaseName, Shape::EndsWith(text)) if !text.contains(['\\', '/']) => {
            Pattern::ends_with(text, case)
        }
        (ProjectionKind::Extension, Shape::Equals(text)) => {
            Pattern::ends_with(format_smolstr!(".{text}"), case)
        }
        _ => return None,
    };
    Some((of, moved))
}

/// The separator that a file name suggests where the rule names no platform.
fn guess(name: &str) -> Option<Separator> {
    let name = name.to_ascii_lowercase();
    WINDOWS_ENDINGS
        .iter()
        .any(|ending| name.ends_with(ending))
        .then_some(Separator::Backslash)
}

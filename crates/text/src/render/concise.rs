//! One line per diagnostic: `path:line:column: severity[CODE] message`, as editors and `grep`
//! read it. Without a place it is `path: severity[CODE] message`.

use super::place::{place, visible};
use super::{Sources, Style};
use crate::{Diagnostic, Severity};
use std::fmt::Write as _;

pub(super) fn render(diagnostics: &[Diagnostic], sources: &Sources, style: Style) -> String {
    let mut out = String::new();
    for diagnostic in diagnostics {
        line(&mut out, diagnostic, sources, style);
    }
    out
}

fn line(out: &mut String, diagnostic: &Diagnostic, sources: &Sources, style: Style) {
    out.push_str(&visible(&diagnostic.source));
    let at = diagnostic
        .primary
        .as_ref()
        .and_then(|label| place(diagnostic, label.span, sources));
    // Writing to a `String` cannot fail.
    if let Some(at) = at {
        let _ = write!(out, ":{}:{}", at.start.line, at.start.column);
    }
    let (on, off) = if style.colour {
        (colour(diagnostic.severity), "\u{1b}[0m")
    } else {
        ("", "")
    };
    let _ = writeln!(
        out,
        ": {on}{}[{}]{off} {}",
        diagnostic.severity.name(),
        diagnostic.code,
        visible(&diagnostic.message)
    );
}

fn colour(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "\u{1b}[1;31m",
        Severity::Warning => "\u{1b}[1;33m",
        Severity::Note => "\u{1b}[1;32m",
    }
}

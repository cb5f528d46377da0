//! Macros and comments: the text of a search before it is parsed.
//!
//! Macros are textual: `` `name(a, b)` `` is replaced by its definition, with `$argument$`
//! replaced by what the call says, before anything is parsed. Comments between triple backticks
//! are removed. Neither counts in double quotes, except in the search of a `map`. [`Expanded`] keeps where every byte comes from, so that spans of the expanded text
//! lead back to the source: a part that a macro wrote has the place of the outermost call.
//!
//! Held here: a macro that leads to itself is reported and left out; expansion is bounded in
//! depth and size; what no corpus defines stays as its call and is a loss.

use super::facts;
use super::library::{Library, Macro};
use crate::near;
use tripline_ir::{Text, format_smolstr};
use tripline_text::{Code, Diagnostic, Source, Span};

/// A search's text with its macros replaced.
#[derive(Debug, Default)]
pub(super) struct Expanded {
    /// The text.
    pub(super) text: String,
    /// Where its pieces come from, in order.
    pieces: Vec<Piece>,
    /// Calls of macros that nothing defines: place and name.
    pub(super) unresolved: Vec<(Span, Text)>,
    /// Macros that stand for settings or for the user's own filter, which were read as such.
    pub(super) hooks: Vec<(Span, Text)>,
}

/// A run of the expanded text.
#[derive(Debug, Clone, Copy)]
struct Piece {
    /// Its first byte in the expanded text.
    start: usize,
    /// Its place in the source: where it begins for a copy, the whole call for a macro.
    origin: Span,
    /// The bytes are those of the source.
    verbatim: bool,
}

impl Expanded {
    /// The place in the source of a part of the expanded text.
    pub(super) fn place(&self, span: Span) -> Span {
        let range = span.range();
        let start = self.at(range.start).0;
        let end = if range.is_empty() {
            start
        } else {
            self.at(range.end - 1).1
        };
        Span::new(start, end.max(start))
    }

    /// The source bytes that one byte of the expanded text stands for.
    fn at(&self, offset: usize) -> (u32, u32) {
        let next = self.pieces.partition_point(|piece| piece.start <= offset);
        let Some(piece) = next.checked_sub(1).and_then(|at| self.pieces.get(at)) else {
            return (0, 0);
        };
        if !piece.verbatim {
            return (piece.origin.start, piece.origin.end);
        }
        let inside = u32::try_from(offset - piece.start).unwrap_or(u32::MAX);
        let at = piece
            .origin
            .start
            .saturating_add(inside)
            .min(piece.origin.end);
        (at, at.saturating_add(1).min(piece.origin.end))
    }

    /// A text that stands for a place as a whole.
    pub(super) fn standing_for(text: &str, origin: Span) -> Self {
        let mut found = Self::default();
        found.push(text, origin, false);
        found
    }

    fn push(&mut self, text: &str, origin: Span, verbatim: bool) {
        if text.is_empty() {
            return;
        }
        self.pieces.push(Piece {
            start: self.text.len(),
            origin,
            verbatim,
        });
        self.text.push_str(text);
    }
}

/// Replaces macros and removes comments.
pub(super) fn expand(
    source: &Source,
    library: Option<&Library>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Expanded {
    let mut expansion = Expansion {
        source,
        library,
        diagnostics,
        out: Expanded::default(),
        open: Vec::new(),
    };
    expansion.run(source.text(), None);
    expansion.out
}

struct Expansion<'a> {
    source: &'a Source,
    library: Option<&'a Library>,
    diagnostics: &'a mut Vec<Diagnostic>,
    out: Expanded,
    /// Names of the macros being replaced, outermost first.
    open: Vec<Text>,
}

impl Expansion<'_> {
    /// Writes a text; `call` is the outermost macro call that it stands for.
    fn run(&mut self, text: &str, call: Option<Span>) {
        let mut done = 0;
        let mut at = 0;
        // Where the command at hand begins, and whether the text is that of a `map`.
        let mut command = 0;
        let mut mapped = false;
        while let Some(found) = text[at..].find(['`', '"', '\\', '|', '[']) {
            let tick = at + found;
            match text.as_bytes()[tick] {
                b'`' => {}
                b'"' if mapped || maps(&text[command..tick]) => {
                    mapped = !mapped;
                    at = tick + 1;
                    continue;
                }
                b'"' => {
                    at = quote_end(text, tick);
                    continue;
                }
                b'\\' => {
                    let escapes = text[tick + 1..].starts_with(['"', '\\', '|', '[']);
                    at = tick + 1 + usize::from(escapes);
                    continue;
                }
                _ => {
                    at = tick + 1;
                    command = if mapped { command } else { at };
                    continue;
                }
            }
            if text[tick..].starts_with("```") {
                self.copy(text, done, tick, call);
                let end = text[tick + 3..].find("```");
                done = end.map_or(text.len(), |end| tick + 3 + end + 3);
                self.blank(done, call);
                at = done;
                continue;
            }
            let Some((name, arguments, length)) = call_at(&text[tick..]) else {
                at = tick + 1;
                continue;
            };
            self.copy(text, done, tick, call);
            let place = call.unwrap_or_else(|| Span::from_usize(tick..tick + length));
            self.replace(name, &arguments, place, &text[tick..tick + length]);
            done = tick + length;
            at = done;
        }
        self.copy(text, done, text.len(), call);
    }

    fn copy(&mut self, text: &str, from: usize, to: usize, call: Option<Span>) {
        let Some(part) = text.get(from..to) else {
            return;
        };
        match call {
            Some(call) => self.out.push(part, call, false),
            None => self.out.push(part, Span::from_usize(from..to), true),
        }
    }

    /// A blank in the place of a comment.
    fn blank(&mut self, at: usize, call: Option<Span>) {
        let place = call.unwrap_or_else(|| Span::from_usize(at..at));
        self.out.push(" ", place, false);
    }

    fn replace(&mut self, name: &str, arguments: &[Text], place: Span, call: &str) {
        if self.open.iter().any(|open| open == name) {
            let way: Vec<&str> = self.open.iter().map(Text::as_str).collect();
            let message = format!(
                "macro `{name}` leads to itself: {} -> {name}",
                way.join(" -> ")
            );
            self.report(Code::SplMacroCycle, place, message, None);
            self.unresolved(name, place, call);
            return;
        }
        if self.open.len() >= facts::MAX_MACRO_DEPTH || self.out.text.len() > facts::MAX_EXPANDED {
            let message = "macros stand for too much text".to_owned();
            self.report(Code::SplTooLarge, place, message, None);
            self.unresolved(name, place, call);
            return;
        }
        let defined = self
            .library
            .and_then(|library| library.find(name, arguments.len()));
        let built_in = defined
            .is_none()
            .then(|| facts::macro_of(name, arguments))
            .flatten();
        if facts::is_hook(name) {
            self.out.hooks.push((place, name.into()));
        }
        if let Some(mut definition) = built_in {
            let before = self.out.text.trim_end();
            if facts::is_condition_hook(name) && !before.is_empty() && !before.ends_with(['|', '['])
            {
                // Inside of a condition the hook is one that always holds.
                definition = "*".into();
            }
            self.open.push(name.into());
            self.run(&definition, Some(place));
            self.open.pop();
            return;
        }
        let Some(found) = defined else {
            self.undefined(name, arguments.len(), place, call);
            return;
        };
        let definition = substitute(found, arguments);
        self.open.push(name.into());
        self.run(&definition, Some(place));
        self.open.pop();
    }

    fn undefined(&mut self, name: &str, arguments: usize, place: Span, call: &str) {
        let known: Vec<&str> = self
            .library
            .map(|library| library.macros.keys().map(Text::as_str).collect())
            .unwrap_or_default();
        let (message, hint) = match self.library.and_then(|library| library.macros.get(name)) {
            Some(found) => (
                format!(
                    "macro `{name}` takes {} arguments, found {arguments}",
                    found.arguments.len()
                ),
                None,
            ),
            None => (
                format!("macro `{name}` is not defined"),
                near::nearest(name, known).map(|near| format!("`{near}` has a similar name")),
            ),
        };
        self.report(Code::SplMacro, place, message, hint);
        self.unresolved(name, place, call);
    }

    /// The call stays in the text; the parser takes it for a part without a meaning.
    fn unresolved(&mut self, name: &str, place: Span, call: &str) {
        self.out.unresolved.push((place, name.into()));
        self.out.push(call, place, false);
    }

    fn report(&mut self, code: Code, place: Span, message: String, hint: Option<String>) {
        let diagnostic = Diagnostic::new(code, self.source, message).at(place, "");
        let diagnostic = match hint {
            Some(hint) => diagnostic.hint(hint),
            None => diagnostic,
        };
        diagnostic.add_to(self.diagnostics);
    }
}

/// Whether a quote behind this part of a command begins the search of a `map`.
fn maps(before: &str) -> bool {
    let before = before.trim();
    let named = before
        .get(..3)
        .is_some_and(|name| name.eq_ignore_ascii_case("map"));
    let key = before.strip_suffix('=').unwrap_or_default().trim_end();
    named && key.ends_with("search") && key[3..].starts_with(char::is_whitespace)
}

/// Where the quoted text ends that begins at a place.
fn quote_end(text: &str, open: usize) -> usize {
    let mut chars = text[open + 1..].char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '\\' => {
                chars.next();
            }
            '"' => return open + 1 + at + 1,
            _ => {}
        }
    }
    text.len()
}

/// A macro call at the start of a text: name, arguments, length.
pub(super) fn call_at(text: &str) -> Option<(&str, Vec<Text>, usize)> {
    let inside = text.strip_prefix('`')?;
    let name_end = inside
        .find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | ':')))
        .unwrap_or(inside.len());
    let name = &inside[..name_end];
    let rest = &inside[name_end..];
    if name.is_empty() {
        return None;
    }
    let blank = rest.len() - rest.trim_start().len();
    let (arguments, used) = match rest.trim_start().strip_prefix('(') {
        Some(list) => {
            let (arguments, length) = call_arguments(list)?;
            (arguments, blank + 1 + length)
        }
        None => (Vec::new(), 0),
    };
    let after = &rest[used..];
    let trimmed = after.trim_start();
    let end = name_end + used + (after.len() - trimmed.len()) + 1;
    trimmed.starts_with('`').then(|| (name, arguments, end + 1))
}

/// Arguments up to the closing parenthesis, and the length with it. Quotes around an argument
/// are not part of it.
fn call_arguments(list: &str) -> Option<(Vec<Text>, usize)> {
    let mut arguments = Vec::new();
    let mut start = 0;
    let mut depth = 0_u32;
    let mut quoted = false;
    let mut escaped = false;
    for (at, c) in list.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => quoted = !quoted,
            _ if quoted => {}
            '`' => return None,
            '(' => depth += 1,
            ')' if depth > 0 => depth -= 1,
            ',' | ')' if depth == 0 => {
                arguments.push(unquoted(&list[start..at]));
                start = at + 1;
                if c == ')' {
                    if arguments.len() == 1 && arguments[0].is_empty() {
                        arguments.clear();
                    }
                    return Some((arguments, at + 1));
                }
            }
            _ => {}
        }
    }
    None
}

fn unquoted(argument: &str) -> Text {
    let trimmed = argument.trim();
    let inner = trimmed
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'));
    inner.unwrap_or(trimmed).into()
}

/// A definition with its arguments filled in.
fn substitute(found: &Macro, arguments: &[Text]) -> Text {
    let mut text = found.definition.to_string();
    for (name, value) in found.arguments.iter().zip(arguments) {
        text = text.replace(format_smolstr!("${name}$").as_str(), value);
    }
    text.into()
}

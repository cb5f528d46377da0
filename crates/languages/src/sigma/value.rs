//! Texts with wildcards and placeholders, and what modifiers make of them.

use super::facts::{ANY_ONE, ANY_RUN, DASHES, ESCAPE, MAX_VARIANTS, PLACEHOLDER};
use super::modifiers::Modifier;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use tripline_ir::{Case, Part, Pattern, Text};

/// A piece of a value.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Piece {
    /// Literal text.
    Text(String),
    /// Bytes of an encoded text.
    Bytes(Vec<u8>),
    AnyRun,
    AnyOne,
    /// `%name%` under `expand`.
    Placeholder(Text),
}

/// A value under transformation.
pub(super) type Pieces = Vec<Piece>;

/// Why a transformation is impossible.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refusal {
    /// An encoding meets a wildcard or placeholder.
    EncodedWildcard,
    /// Encoded bytes that are no text.
    NotText,
    /// More variants than are produced.
    TooMany,
}

impl Refusal {
    /// For a diagnostic.
    pub(super) fn message(self) -> String {
        match self {
            Self::EncodedWildcard => "a wildcard or placeholder cannot be encoded".to_owned(),
            Self::NotText => "the encoded value is not a text".to_owned(),
            Self::TooMany => format!("the value has more than {MAX_VARIANTS} variants"),
        }
    }

    /// What helps.
    pub(super) fn hint(self) -> &'static str {
        match self {
            Self::EncodedWildcard => r"a literal `*` or `?` is written `\*` or `\?`",
            Self::NotText => "`base64` or `base64offset` belongs after it",
            Self::TooMany => "fewer dashes or placeholders in one value make fewer variants",
        }
    }
}

/// Reads wildcards and escapes: at `\`, a following `\`, `*` or `?` is literal; before any other
/// character, and at the end, the backslash stands for itself.
pub(super) fn parse(text: &str) -> Pieces {
    let mut pieces = Vec::new();
    let mut literal = String::new();
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        let wildcard = match c {
            ANY_RUN => Piece::AnyRun,
            ANY_ONE => Piece::AnyOne,
            ESCAPE => {
                let escaped = rest.next_if(|next| matches!(*next, ANY_RUN | ANY_ONE | ESCAPE));
                literal.push(escaped.unwrap_or(ESCAPE));
                continue;
            }
            _ => {
                literal.push(c);
                continue;
            }
        };
        push_text(&mut pieces, &mut literal);
        pieces.push(wildcard);
    }
    push_text(&mut pieces, &mut literal);
    pieces
}

fn push_text(pieces: &mut Pieces, literal: &mut String) {
    if !literal.is_empty() {
        pieces.push(Piece::Text(std::mem::take(literal)));
    }
}

/// Applies a transformation to a value; the result are its variants.
pub(super) fn transform(pieces: Pieces, modifier: Modifier) -> Result<Vec<Pieces>, Refusal> {
    match modifier {
        Modifier::Windash => windash(pieces),
        Modifier::Expand => Ok(vec![placeholders(pieces)]),
        Modifier::Wide => each_text(pieces, utf16_le),
        Modifier::Utf16Be => each_text(pieces, |text| {
            text.encode_utf16().flat_map(u16::to_be_bytes).collect()
        }),
        Modifier::Utf16 => {
            let mut encoded = each_text(pieces, utf16_le)?;
            // The byte order mark stands once, at the start.
            for pieces in &mut encoded {
                pieces.insert(0, Piece::Bytes(vec![0xFF, 0xFE]));
            }
            Ok(encoded)
        }
        Modifier::Base64 => Ok(vec![text_of(STANDARD.encode(bytes(&pieces)?))]),
        Modifier::Base64Offset => Ok(offsets(&bytes(&pieces)?)),
        _ => Ok(vec![pieces]),
    }
}

fn text_of(text: String) -> Pieces {
    if text.is_empty() {
        return Vec::new();
    }
    vec![Piece::Text(text)]
}

fn utf16_le(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

fn each_text(pieces: Pieces, encode: impl Fn(&str) -> Vec<u8>) -> Result<Vec<Pieces>, Refusal> {
    let encoded = pieces.into_iter().map(|piece| match piece {
        Piece::Text(text) => Ok(Piece::Bytes(encode(&text))),
        Piece::Bytes(_) => Err(Refusal::NotText),
        other => Ok(other),
    });
    Ok(vec![encoded.collect::<Result<_, _>>()?])
}

/// The bytes of a value without wildcards.
fn bytes(pieces: &[Piece]) -> Result<Vec<u8>, Refusal> {
    let mut all = Vec::new();
    for piece in pieces {
        match piece {
            Piece::Text(text) => all.extend_from_slice(text.as_bytes()),
            Piece::Bytes(bytes) => all.extend_from_slice(bytes),
            _ => return Err(Refusal::EncodedWildcard),
        }
    }
    Ok(all)
}

/// The three texts by which a value shows inside a longer Base64 text, depending on how many
/// bytes stand before it. Characters that also depend on the neighbours are cut off: 0, 2 or 3 at
/// the start; none, 3 or 2 at the end when the last group holds 3, 1 or 2 bytes.
fn offsets(value: &[u8]) -> Vec<Pieces> {
    const CUT_START: [usize; 3] = [0, 2, 3];
    const CUT_END: [usize; 3] = [0, 3, 2];
    let variant = |offset: usize| {
        let mut shifted = vec![b' '; offset];
        shifted.extend_from_slice(value);
        let encoded = STANDARD.encode(&shifted);
        let end = encoded.len().saturating_sub(CUT_END[shifted.len() % 3]);
        let start = CUT_START[offset].min(end);
        text_of(encoded[start..end].to_owned())
    };
    (0..3).map(variant).collect()
}

/// Every combination of the dashes for each dash that begins a word.
fn windash(pieces: Pieces) -> Result<Vec<Pieces>, Refusal> {
    let mut variants: Vec<Pieces> = vec![Vec::new()];
    for piece in pieces {
        let Piece::Text(text) = piece else {
            for variant in &mut variants {
                variant.push(piece.clone());
            }
            continue;
        };
        let mut from = 0;
        for (at, dash) in leading_dashes(&text) {
            for variant in &mut variants {
                append(variant, &text[from..at]);
            }
            if variants.len() * DASHES.len() > MAX_VARIANTS {
                return Err(Refusal::TooMany);
            }
            let with = |variant: &Pieces, dash: char| {
                let mut variant = variant.clone();
                append(&mut variant, dash.encode_utf8(&mut [0; 4]));
                variant
            };
            variants = variants
                .iter()
                .flat_map(|variant| DASHES.map(|dash| with(variant, dash)))
                .collect();
            from = at + dash.len_utf8();
        }
        for variant in &mut variants {
            append(variant, &text[from..]);
        }
    }
    Ok(variants)
}

fn append(pieces: &mut Pieces, text: &str) {
    match pieces.last_mut() {
        _ if text.is_empty() => {}
        Some(Piece::Text(before)) => before.push_str(text),
        _ => pieces.push(Piece::Text(text.to_owned())),
    }
}

/// Dashes with no word character before and one after.
fn leading_dashes(text: &str) -> Vec<(usize, char)> {
    let word = |c: char| c.is_alphanumeric() || c == '_';
    let mut found = Vec::new();
    let mut before = None;
    let mut rest = text.char_indices().peekable();
    while let Some((at, c)) = rest.next() {
        let begins = !before.is_some_and(word) && rest.peek().is_some_and(|(_, next)| word(*next));
        if DASHES.contains(&c) && begins {
            found.push((at, c));
        }
        before = Some(c);
    }
    found
}

/// Takes `%name%` out of the literal text; `\%` is a percent sign.
fn placeholders(pieces: Pieces) -> Pieces {
    let split = |piece| match piece {
        Piece::Text(text) => split_placeholders(&text),
        other => vec![other],
    };
    pieces.into_iter().flat_map(split).collect()
}

pub(super) fn split_placeholders(text: &str) -> Pieces {
    let mut pieces = Vec::new();
    let mut literal = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(PLACEHOLDER) {
        let (before, after) = (&rest[..at], &rest[at + 1..]);
        if let Some(before) = before.strip_suffix(ESCAPE) {
            literal.push_str(before);
            literal.push(PLACEHOLDER);
            rest = after;
            continue;
        }
        literal.push_str(before);
        match after.find(PLACEHOLDER) {
            Some(end) if end > 0 => {
                push_text(&mut pieces, &mut literal);
                pieces.push(Piece::Placeholder(after[..end].into()));
                rest = &after[end + 1..];
            }
            _ => {
                literal.push(PLACEHOLDER);
                rest = after;
            }
        }
    }
    literal.push_str(rest);
    push_text(&mut pieces, &mut literal);
    pieces
}

/// The pattern of a value, opened at its ends. An unresolved placeholder counts as any run.
pub(super) fn pattern(
    pieces: &[Piece],
    open: (bool, bool),
    case: Case,
) -> Result<Pattern, Refusal> {
    let mut parts = Vec::with_capacity(pieces.len() + 2);
    parts.extend(open.0.then_some(Part::AnyRun));
    for piece in pieces {
        parts.push(match piece {
            Piece::Text(text) => Part::Literal(text.as_str().into()),
            Piece::Bytes(bytes) => {
                let text = std::str::from_utf8(bytes).map_err(|_| Refusal::NotText)?;
                Part::Literal(text.into())
            }
            Piece::AnyRun | Piece::Placeholder(_) => Part::AnyRun,
            Piece::AnyOne => Part::AnyOne,
        });
    }
    parts.extend(open.1.then_some(Part::AnyRun));
    Ok(Pattern::new(parts, case))
}

/// The text of a value without wildcards.
pub(super) fn plain(pieces: &[Piece]) -> Option<String> {
    let mut all = String::new();
    for piece in pieces {
        match piece {
            Piece::Text(text) => all.push_str(text),
            _ => return None,
        }
    }
    Some(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        let piece = |piece: &Piece| match piece {
            Piece::Text(text) => format!("<{text}>"),
            Piece::Bytes(bytes) => format!("{bytes:02x?}"),
            Piece::AnyRun => "*".to_owned(),
            Piece::AnyOne => "?".to_owned(),
            Piece::Placeholder(name) => format!("%{name}%"),
        };
        parse(text).iter().map(piece).collect()
    }

    #[test]
    fn wildcards_and_backslashes() {
        assert_eq!(shown("a*b?c"), "<a>*<b>?<c>");
        assert_eq!(shown(r"a\*b\?c"), "<a*b?c>");
        assert_eq!(shown(r"a\\b"), r"<a\b>");
        assert_eq!(shown(r"a\b"), r"<a\b>");
        assert_eq!(shown(r"a\\*b"), r"<a\>*<b>");
        assert_eq!(shown(r"a\\\*b"), r"<a\*b>");
        assert_eq!(shown(r"a\\\b"), r"<a\\b>");
        assert_eq!(shown(r"a\\\\b"), r"<a\\b>");
        assert_eq!(shown(r"\\server\share"), r"<\server\share>");
        assert_eq!(shown(r"\\\\server\share"), r"<\\server\share>");
        assert_eq!(shown("end\\"), "<end\\>");
        assert_eq!(shown("end\\\\"), "<end\\>");
        assert_eq!(shown(""), "");
        assert_eq!(shown("**"), "**");
    }

    fn texts(variants: Result<Vec<Pieces>, Refusal>) -> Vec<String> {
        variants
            .unwrap()
            .iter()
            .map(|pieces| plain(pieces).unwrap())
            .collect()
    }

    #[test]
    fn base64_at_three_offsets() {
        let offset = |text: &str| texts(transform(parse(text), Modifier::Base64Offset));
        assert_eq!(offset("foo"), ["Zm9v", "Zvb", "mb2"]);
        assert_eq!(
            texts(transform(parse("foobar"), Modifier::Base64)),
            ["Zm9vYmFy"]
        );
        let wide = transform(parse("cmd"), Modifier::Wide).unwrap().remove(0);
        assert_eq!(wide, [Piece::Bytes(b"c\0m\0d\0".to_vec())]);
        assert_eq!(texts(transform(wide, Modifier::Base64)), ["YwBtAGQA"]);
        let utf16 = transform(parse("cmd"), Modifier::Utf16).unwrap().remove(0);
        assert_eq!(texts(transform(utf16, Modifier::Base64)), ["//5jAG0AZAA="]);
        let big = transform(parse("cmd"), Modifier::Utf16Be)
            .unwrap()
            .remove(0);
        assert_eq!(texts(transform(big, Modifier::Base64)), ["AGMAbQBk"]);
        assert_eq!(
            transform(parse("a*"), Modifier::Base64Offset),
            Err(Refusal::EncodedWildcard)
        );
    }

    #[test]
    fn base64_offsets_are_found_wherever_the_value_stands() {
        for value in ["x", "ab", "foo", "http", "é漢"] {
            let variants = texts(transform(parse(value), Modifier::Base64Offset));
            for before in 0..6 {
                for after in 0..4 {
                    let whole = format!("{}{value}{}", "~".repeat(before), "#".repeat(after));
                    let encoded = STANDARD.encode(&whole);
                    assert!(encoded.contains(&variants[before % 3]), "{value} {whole}");
                }
            }
        }
    }

    #[test]
    fn dashes_that_begin_a_word() {
        let dashes = |text: &str| texts(transform(parse(text), Modifier::Windash));
        assert_eq!(dashes("-a"), ["-a", "/a", "–a", "—a", "―a"]);
        assert_eq!(dashes("/a-b").len(), 5);
        assert_eq!(dashes("a-b"), ["a-b"]);
        assert_eq!(dashes(" - "), [" - "]);
        assert_eq!(dashes(" -a -b").len(), 25);
        assert_eq!(dashes(" -a -b")[6], " /a /b");
        assert_eq!(
            transform(parse(" -a -b -c -d -e -f"), Modifier::Windash),
            Err(Refusal::TooMany)
        );
    }

    #[test]
    fn names_between_percent_signs() {
        assert_eq!(
            split_placeholders("a%b%c"),
            [
                Piece::Text("a".into()),
                Piece::Placeholder("b".into()),
                Piece::Text("c".into())
            ]
        );
        assert_eq!(
            split_placeholders(r"100\%x%"),
            [Piece::Text("100%x%".into())]
        );
        assert_eq!(split_placeholders("50%"), [Piece::Text("50%".into())]);
        assert_eq!(split_placeholders("%%"), [Piece::Text("%%".into())]);
    }
}

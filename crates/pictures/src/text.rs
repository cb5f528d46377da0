//! How much room a text takes, and what is left of one that takes too much.

use unicode_width::UnicodeWidthChar;

/// Size of the letters, in the picture's units.
pub(crate) const SIZE: u32 = 12;
/// Tenths of the size of small letters, in the same units.
const SMALL: u32 = 105;
/// What stands where a text was cut.
const CUT: char = '\u{2026}';

/// The room that a text takes at most, in the picture's units. Fonts differ: a character counts
/// as wide as in the widest common system font.
pub(crate) fn width(text: &str) -> u32 {
    let hundredths: u64 = text.chars().map(char_width).sum();
    let units = (hundredths * u64::from(SIZE)).div_ceil(100);
    u32::try_from(units).unwrap_or(u32::MAX / 4)
}

/// Hundredths of the size of letters.
fn char_width(character: char) -> u64 {
    match character {
        'i' | 'j' | 'l' | 'I' | '.' | ',' | ':' | ';' | '\'' | '!' | '|' => 40,
        'f' | 'r' | 't' | '(' | ')' | '[' | ']' | '{' | '}' | '/' | '\\' | ' ' | '-' | '`'
        | '"' => 48,
        'm' | 'w' | 'M' | 'W' | '@' | '%' => 105,
        'A'..='Z' | '&' | '#' | '_' | '+' | '=' | '<' | '>' | '~' | '^' => 84,
        ' '..='~' => 64,
        other => match other.width().unwrap_or(1) {
            0 => 0,
            1 => 80,
            _ => 120,
        },
    }
}

/// The text, or as much of its beginning as has room, with a mark where it was cut.
pub(crate) fn cut(text: &str, room: u32) -> String {
    let text = visible(text);
    if width(&text) <= room {
        return text;
    }
    let budget = u64::from(room) * 100 / u64::from(SIZE);
    let mut used = char_width(CUT);
    let mut kept = String::new();
    for character in text.chars() {
        used += char_width(character);
        if used > budget {
            break;
        }
        kept.push(character);
    }
    kept.truncate(kept.trim_end().len());
    kept.push(CUT);
    kept
}

/// The text on at most `lines` lines, broken after blanks, `/` and `-`, within a word only where the
/// word alone is too long; the last line is cut.
pub(crate) fn wrap(text: &str, room: u32, lines: usize) -> Vec<String> {
    let text = visible(text);
    let mut done: Vec<String> = Vec::new();
    let mut rest = text.trim();
    while !rest.is_empty() && done.len() + 1 < lines {
        let end = line_end(rest, room);
        if end == 0 {
            break;
        }
        done.push(rest[..end].trim_end().to_owned());
        rest = rest[end..].trim_start();
    }
    if !rest.is_empty() {
        done.push(cut(rest, room));
    }
    done
}

/// The same in small letters ([`SMALL`]).
pub(crate) fn wrap_small(text: &str, room: u32, lines: usize) -> Vec<String> {
    wrap(text, room * SIZE * 10 / SMALL, lines)
}

/// Where the first line ends; 0 where not one character has room.
fn line_end(text: &str, room: u32) -> usize {
    let fits_in = |room: u32| move |end: &usize| width(text[..*end].trim_end()) <= room;
    let breaks = text.match_indices([' ', '/', '-']);
    let ends = breaks.map(|(at, found)| at + found.len());
    let of_words = ends.chain([text.len()]).collect::<Vec<_>>();
    let some = of_words.iter().copied().take_while(fits_in(room)).last();
    // A width is what a text takes at most: one word may overshoot it by a twelfth and still fits.
    let word = of_words[..1]
        .iter()
        .copied()
        .take_while(fits_in(room + room / 12));
    some.or(word.last()).unwrap_or_else(|| {
        let ends = text
            .char_indices()
            .map(|(at, character)| at + character.len_utf8());
        ends.take_while(fits_in(room)).last().unwrap_or(0)
    })
}

/// The text on one line, with what is not to be seen or not allowed in XML made visible.
pub(crate) fn visible(text: &str) -> String {
    let shown = |character: char| match character {
        '\n' | '\r' | '\t' => ' ',
        hidden if hidden.is_control() || turns_or_is_forbidden(hidden) => '\u{FFFD}',
        other => other,
    };
    text.chars().map(shown).collect()
}

/// Whether a character changes the direction of writing or is no character of XML.
fn turns_or_is_forbidden(character: char) -> bool {
    matches!(
        character,
        '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FFFE}' | '\u{FFFF}'
    )
}

/// A number in at most five characters: `9999`, `12k`, `3M`. Rounded down.
pub(crate) fn short(number: u64) -> String {
    const UNITS: [(&str, u64); 6] = [
        ("E", 1_000_000_000_000_000_000),
        ("P", 1_000_000_000_000_000),
        ("T", 1_000_000_000_000),
        ("G", 1_000_000_000),
        ("M", 1_000_000),
        ("k", 1_000),
    ];
    if number < 10_000 {
        return number.to_string();
    }
    let unit = UNITS.iter().find(|(_, unit)| number >= *unit);
    unit.map_or_else(
        || number.to_string(),
        |(name, unit)| format!("{}{name}", number / unit),
    )
}

/// `1 rule`, `2 rules`.
pub(crate) fn rules(count: u64) -> String {
    let end = if count == 1 { "" } else { "s" };
    format!("{count} rule{end}")
}

#[cfg(test)]
mod tests {
    use super::wrap;

    #[test]
    fn lines_break_where_a_reader_expects_it() {
        let lines = |text, lines| wrap(text, 110, lines);
        assert_eq!(
            lines("Adversary-in-the-Middle", 3),
            ["Adversary-in-", "the-Middle"]
        );
        assert_eq!(lines("Valid Accounts", 3), ["Valid Accounts"]);
        let long = lines("Virtualization/Sandbox Evasion", 3);
        assert_eq!(
            long.concat().replace(' ', ""),
            "Virtualization/SandboxEvasion"
        );
        assert_eq!(lines("one two three four", 1).len(), 1);
        assert!(wrap("word", 2, 3)[0].ends_with('\u{2026}'));
    }
}

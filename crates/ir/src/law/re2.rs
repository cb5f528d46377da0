//! RE2's grammar in that of the library that runs it.
//!
//! Where they differ: RE2's `\d`, `\w`, `\s` and `\b` know ASCII alone; a `{` that begins no
//! repetition is itself; an escaped sign is itself, `\<` too; `\Q...\E` quotes; in a class `[`,
//! `&&`, `--` and `~~` are nothing special.

use std::iter::Peekable;
use std::str::CharIndices;

/// The expression as the library reads it.
pub(super) fn translated(text: &str) -> String {
    let mut reader = Reader {
        text,
        chars: text.char_indices().peekable(),
        out: String::with_capacity(text.len() + 8),
    };
    while let Some((at, c)) = reader.chars.next() {
        match c {
            '\\' => reader.escape(false),
            '[' => reader.class(),
            '{' if !is_repetition(&text[at..]) => reader.out.push_str("\\{"),
            other => reader.out.push(other),
        }
    }
    reader.out
}

struct Reader<'t> {
    text: &'t str,
    chars: Peekable<CharIndices<'t>>,
    out: String,
}

impl Reader<'_> {
    fn next_is(&mut self, wanted: char) -> bool {
        self.chars.next_if(|(_, c)| *c == wanted).is_some()
    }

    /// What stands behind a backslash.
    fn escape(&mut self, in_class: bool) {
        let Some((_, c)) = self.chars.next() else {
            self.out.push('\\');
            return;
        };
        let ascii = match c {
            'd' | 'D' => "0-9",
            'w' | 'W' => "0-9A-Za-z_",
            's' | 'S' => "\\t\\n\\x0C\\r ",
            _ => "",
        };
        match c {
            'd' | 'w' | 's' if in_class => self.out.push_str(ascii),
            'd' | 'w' | 's' => self.push(&["[", ascii, "]"]),
            'D' | 'W' | 'S' => self.push(&["[^", ascii, "]"]),
            'b' if !in_class => self.out.push_str("(?-u:\\b)"),
            '<' | '>' => self.out.push(c),
            '0'..='7' if c == '0' || self.chars.peek().is_some_and(|(_, next)| is_octal(*next)) => {
                self.octal(c);
            }
            'Q' if !in_class => self.quoted(),
            other => {
                self.out.push('\\');
                self.out.push(other);
            }
        }
    }

    fn push(&mut self, parts: &[&str]) {
        for part in parts {
            self.out.push_str(part);
        }
    }

    /// A character by up to three octal digits.
    fn octal(&mut self, first: char) {
        let mut code = first.to_digit(8).unwrap_or(0);
        for _ in 0..2 {
            if let Some((_, digit)) = self.chars.next_if(|(_, c)| is_octal(*c)) {
                code = code * 8 + digit.to_digit(8).unwrap_or(0);
            }
        }
        self.push(&["\\x{", &format!("{code:X}"), "}"]);
    }

    /// `\Q...\E`, or up to the end.
    fn quoted(&mut self) {
        while let Some((_, c)) = self.chars.next() {
            if c == '\\' && self.next_is('E') {
                return;
            }
            if "\\.+*?()|[]{}^$#&-~".contains(c) {
                self.out.push('\\');
            }
            self.out.push(c);
        }
    }

    /// `[...]` behind its first bracket.
    fn class(&mut self) {
        self.out.push('[');
        if self.next_is('^') {
            self.out.push('^');
        }
        if self.next_is(']') {
            self.out.push_str("\\]");
        }
        let mut dash = false;
        while let Some((at, c)) = self.chars.next() {
            match c {
                ']' => {
                    self.out.push(']');
                    return;
                }
                '\\' => self.escape(true),
                '[' if self.text[at..].starts_with("[:") => self.named_class(),
                '[' | '&' | '~' => self.push(&["\\", c.encode_utf8(&mut [0; 4])]),
                '-' if dash => self.out.push_str("\\-"),
                other => self.out.push(other),
            }
            dash = c == '-';
        }
    }

    /// `[:alpha:]` behind its first bracket.
    fn named_class(&mut self) {
        self.out.push('[');
        for (_, c) in self.chars.by_ref() {
            self.out.push(c);
            if c == ']' {
                return;
            }
        }
    }
}

fn is_octal(c: char) -> bool {
    ('0'..='7').contains(&c)
}

/// Whether `{` begins `{n}`, `{n,}` or `{n,m}`.
fn is_repetition(text: &str) -> bool {
    let Some((inner, _)) = text[1..].split_once('}') else {
        return false;
    };
    let (low, high) = inner.split_once(',').unwrap_or((inner, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    !low.is_empty() && digits(low) && digits(high)
}

#[cfg(test)]
mod tests {
    use super::translated;

    #[test]
    fn what_differs_is_written_otherwise() {
        for (re2, library) in [
            (r"\<a\>", "<a>"),
            (r"{x}a{2}b{3,}c{,4}", r"\{x}a{2}b{3,}c\{,4}"),
            (r"\d\W\b", r"[0-9][^0-9A-Za-z_](?-u:\b)"),
            (r"[\d\S]", r"[0-9[^\t\n\x0C\r ]]"),
            (r"[]a[&&~--]", r"[\]a\[\&\&\~-\-]"),
            (r"[^][:alpha:]]", r"[^\][:alpha:]]"),
            (r"\Qa.b\E.", r"a\.b."),
            (r"\0\1018", r"\x{0}\x{41}8"),
            (r"\\d\", r"\\d\"),
        ] {
            assert_eq!(translated(re2), library, "{re2}");
        }
    }

    #[test]
    fn the_library_reads_what_is_written() {
        for text in [
            r"{a}",
            r"[[]",
            r"[a-]",
            r"(?i)\w+@[\w.-]+",
            r"\Q(\E",
            r"\/\-\_\'",
        ] {
            assert!(regex::Regex::new(&translated(text)).is_ok(), "{text}");
        }
    }
}

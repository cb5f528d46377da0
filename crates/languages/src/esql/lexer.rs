//! Text to tokens.
//!
//! One pass for every command. What does not fit is kept as a token and reported by the parser,
//! which knows whether it stands in an index name, where almost every character may.

use super::facts;
use tripline_ir::Text;
use tripline_text::Span;

/// A token with its place.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Token {
    pub(crate) kind: Kind,
    pub(crate) span: Span,
}

/// What a token is.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Kind {
    /// A bare word: keyword, command, function or part of a column name.
    Word,
    /// A name in backticks, unquoted.
    Quoted(Text),
    /// A string, unescaped.
    Text(Text),
    Int(i64),
    Float(f64),
    Punct(Punct),
    /// `?`, `?name`, `?1`.
    Parameter,
    /// Something opened and not closed; the rest of the line or text is in it.
    Unclosed(&'static str),
    /// A string with an escape that is not known: the text and the place of the escape.
    BadEscape(Text, Span),
    /// Single or typographic quotes: what stands between.
    OtherQuotes(Text),
    /// Anything else.
    Unknown,
    End,
}

/// Punctuation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Punct {
    Pipe,
    Comma,
    Dot,
    Open,
    Close,
    OpenBracket,
    CloseBracket,
    OpenBrace,
    CloseBrace,
    Assign,
    Eq,
    CaselessEq,
    NotEq,
    Lt,
    Lte,
    Gt,
    Gte,
    Plus,
    Minus,
    Star,
    Slash,
    Percent,
    Colon,
    Cast,
    Semicolon,
}

impl Token {
    pub(crate) fn is(&self, punct: Punct) -> bool {
        self.kind == Kind::Punct(punct)
    }
}

/// The tokens of a text; the last is [`Kind::End`].
pub(crate) fn lex(text: &str) -> Vec<Token> {
    let mut lexer = Lexer {
        text,
        at: 0,
        budget: text.len().saturating_mul(8),
    };
    let mut tokens = Vec::new();
    loop {
        lexer.blanks();
        let start = lexer.at;
        if let Some(kind) = lexer.unclosed_comment() {
            tokens.push(lexer.token(kind, start));
            continue;
        }
        let kind = lexer.next();
        let end = kind == Kind::End;
        tokens.push(lexer.token(kind, start));
        if end {
            return tokens;
        }
    }
}

struct Lexer<'a> {
    text: &'a str,
    at: usize,
    /// How many bytes may still be looked through for the ends of comments in comments.
    budget: usize,
}

impl<'a> Lexer<'a> {
    fn token(&self, kind: Kind, start: usize) -> Token {
        Token {
            kind,
            span: Span::from_usize(start..self.at),
        }
    }

    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn eat(&mut self, prefix: &str) -> bool {
        let found = self.rest().starts_with(prefix);
        if found {
            self.at += prefix.len();
        }
        found
    }

    /// Skips blanks and comments.
    fn blanks(&mut self) {
        loop {
            let rest = self.rest();
            let trimmed = rest.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
            self.at += rest.len() - trimmed.len();
            if trimmed.starts_with("//") {
                self.at += trimmed.find('\n').unwrap_or(trimmed.len());
            } else if let Some(length) = comment(trimmed, &mut self.budget) {
                self.at += length;
            } else {
                return;
            }
        }
    }

    fn unclosed_comment(&mut self) -> Option<Kind> {
        if !self.rest().starts_with("/*") {
            return None;
        }
        self.at = self.text.len();
        Some(Kind::Unclosed("comment"))
    }

    fn next(&mut self) -> Kind {
        let Some(c) = self.peek() else {
            return Kind::End;
        };
        match c {
            '"' => self.string(),
            '`' => self.quoted(),
            '?' => self.parameter(),
            '\'' | '\u{2018}' | '\u{2019}' | '\u{201c}' | '\u{201d}' => self.other_quotes(c),
            '0'..='9' => self.number(),
            '.' if self.rest()[1..].starts_with(|c: char| c.is_ascii_digit()) => self.number(),
            c if facts::starts_word(c) => {
                self.at += self.word_length();
                Kind::Word
            }
            c => self.punct().unwrap_or_else(|| {
                self.at += c.len_utf8();
                Kind::Unknown
            }),
        }
    }

    fn word_length(&self) -> usize {
        let rest = self.rest();
        rest.char_indices()
            .skip(1)
            .find(|(_, c)| !facts::continues_word(*c))
            .map_or(rest.len(), |(at, _)| at)
    }

    fn parameter(&mut self) -> Kind {
        while self.eat("?") {}
        if self.peek().is_some_and(facts::continues_word) {
            self.at += self.word_length();
        }
        Kind::Parameter
    }

    /// A name in backticks; a doubled backtick is one.
    fn quoted(&mut self) -> Kind {
        self.at += 1;
        let mut name = String::new();
        while let Some(c) = self.peek() {
            self.at += c.len_utf8();
            if c == '`' && !self.eat("`") {
                return Kind::Quoted(name.into());
            }
            name.push(c);
        }
        Kind::Unclosed("backtick")
    }

    /// A string: `"..."` with escapes on one line, `"""..."""` without.
    fn string(&mut self) -> Kind {
        if self.eat("\"\"\"") {
            let Some(end) = self.rest().find("\"\"\"") else {
                self.at = self.text.len();
                return Kind::Unclosed("string");
            };
            let mut length = end;
            // Up to two more quotes belong to the text.
            while length < end + 2 && self.rest()[length + 3..].starts_with('"') {
                length += 1;
            }
            let text = Text::new(&self.rest()[..length]);
            self.at += length + 3;
            return Kind::Text(text);
        }
        self.at += 1;
        let mut text = String::new();
        let mut bad = None;
        while let Some(c) = self.peek() {
            if matches!(c, '\n' | '\r') {
                break;
            }
            self.at += c.len_utf8();
            match c {
                '"' => {
                    return match bad {
                        Some(span) => Kind::BadEscape(text.into(), span),
                        None => Kind::Text(text.into()),
                    };
                }
                '\\' => self.escape(&mut text, &mut bad),
                c => text.push(c),
            }
        }
        Kind::Unclosed("string")
    }

    fn escape(&mut self, text: &mut String, bad: &mut Option<Span>) {
        let start = self.at - 1;
        let Some(c) = self.peek().filter(|c| !matches!(c, '\n' | '\r')) else {
            return;
        };
        self.at += c.len_utf8();
        if let Some(meant) = facts::escape(c) {
            text.push(meant);
        } else {
            bad.get_or_insert(Span::from_usize(start..self.at));
            text.push('\\');
            text.push(c);
        }
    }

    fn other_quotes(&mut self, open: char) -> Kind {
        let close = match open {
            '\'' => ['\'', '\''],
            '\u{2018}' | '\u{2019}' => ['\u{2018}', '\u{2019}'],
            _ => ['\u{201c}', '\u{201d}'],
        };
        let inner = self.at + open.len_utf8();
        let line = self.text[inner..].lines().next().unwrap_or("");
        let Some(length) = line.find(close) else {
            self.at = inner;
            return Kind::Unknown;
        };
        let end = inner + length;
        self.at = end + self.text[end..].chars().next().map_or(0, char::len_utf8);
        Kind::OtherQuotes(Text::new(&self.text[inner..end]))
    }

    fn digits(&mut self) {
        let rest = self.rest();
        self.at += rest
            .find(|c: char| !c.is_ascii_digit())
            .unwrap_or(rest.len());
    }

    /// Digits, a fraction, an exponent. A whole number too large for 64 bits becomes a fraction.
    fn number(&mut self) -> Kind {
        let start = self.at;
        self.digits();
        let mut whole = true;
        if self.eat(".") {
            whole = false;
            self.digits();
        }
        let rest = self.rest();
        let exponent = rest.strip_prefix(['e', 'E']).map(|rest| {
            let digits = rest.strip_prefix(['+', '-']).unwrap_or(rest);
            (rest.len() - digits.len() + 1, digits)
        });
        if let Some((length, digits)) = exponent
            && digits.starts_with(|c: char| c.is_ascii_digit())
        {
            whole = false;
            self.at += length;
            self.digits();
        }
        let text = &self.text[start..self.at];
        match text.parse::<i64>() {
            Ok(number) if whole => Kind::Int(number),
            _ => text.parse().map_or(Kind::Unknown, Kind::Float),
        }
    }

    fn punct(&mut self) -> Option<Kind> {
        let (_, punct) = facts::PUNCTUATION
            .iter()
            .find(|(text, _)| self.rest().starts_with(text))?;
        self.at += facts::PUNCTUATION
            .iter()
            .find(|(_, other)| other == punct)
            .map_or(1, |(text, _)| text.len());
        Some(Kind::Punct(*punct))
    }
}

/// The length of the block comment at the start, when it is closed: it may hold others, and one
/// that is opened inside and not closed counts as text.
fn comment(text: &str, budget: &mut usize) -> Option<usize> {
    if !text.starts_with("/*") {
        return None;
    }
    let mut depth = 0_usize;
    let mut at = 0;
    let bytes = text.as_bytes();
    while at + 1 < bytes.len() && *budget > 0 {
        *budget -= 1;
        match &bytes[at..at + 2] {
            b"/*" => (depth, at) = (depth + 1, at + 2),
            b"*/" => {
                (depth, at) = (depth - 1, at + 2);
                if depth == 0 {
                    return Some(at);
                }
            }
            _ => at += 1,
        }
    }
    text[2..].find("*/").map(|end| end + 4)
}

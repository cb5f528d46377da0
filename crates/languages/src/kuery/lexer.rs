//! Text to tokens.
//!
//! A word ends at a blank or at a special character; the parser joins neighbouring words into one
//! value, since kuery values may hold blanks. Every byte of the text lies in a token or is blank.

use super::facts::{Keyword, is_special, whitespace_escape};
use tripline_ir::{CompareOp, Part};
use tripline_text::{Code, Diagnostic, Source, Span};

/// What a token is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Kind {
    Open,
    Close,
    OpenBrace,
    CloseBrace,
    Colon,
    Compare(CompareOp),
    Keyword(Keyword),
    /// Unescaped text with wildcards.
    Word(Vec<Part>),
    /// The text of a quoted string.
    Quoted(Vec<Part>),
    End,
}

/// A token and its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) kind: Kind,
    pub(super) span: Span,
}

/// Cuts `source` into tokens; the last is [`Kind::End`].
pub(super) fn lex(source: &Source, diagnostics: &mut Vec<Diagnostic>) -> Vec<Token> {
    let mut lexer = Lexer {
        source,
        text: source.text(),
        at: 0,
        diagnostics,
    };
    let mut tokens = Vec::with_capacity(source.text().len() / 8 + 1);
    while let Some(token) = lexer.token() {
        tokens.push(token);
    }
    let end = lexer.span(lexer.text.len());
    tokens.push(Token {
        kind: Kind::End,
        span: end,
    });
    tokens
}

struct Lexer<'s> {
    source: &'s Source,
    text: &'s str,
    at: usize,
    diagnostics: &'s mut Vec<Diagnostic>,
}

impl Lexer<'_> {
    fn peek(&self) -> Option<char> {
        self.text[self.at..].chars().next()
    }

    fn bump(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.at += c.len_utf8();
        Some(c)
    }

    fn span(&self, start: usize) -> Span {
        Span::from_usize(start..self.at.max(start))
    }

    fn token(&mut self) -> Option<Token> {
        while self.peek().is_some_and(char::is_whitespace) {
            self.bump();
        }
        let start = self.at;
        let kind = match self.peek()? {
            '(' => self.single(Kind::Open),
            ')' => self.single(Kind::Close),
            '{' => self.single(Kind::OpenBrace),
            '}' => self.single(Kind::CloseBrace),
            ':' => self.single(Kind::Colon),
            '<' => self.compare(CompareOp::Lt, CompareOp::Lte),
            '>' => self.compare(CompareOp::Gt, CompareOp::Gte),
            '"' => self.quoted(start),
            _ => self.word(start),
        };
        Some(Token {
            kind,
            span: self.span(start),
        })
    }

    fn single(&mut self, kind: Kind) -> Kind {
        self.bump();
        kind
    }

    fn compare(&mut self, strict: CompareOp, or_equal: CompareOp) -> Kind {
        self.bump();
        if self.peek() == Some('=') {
            self.bump();
            return Kind::Compare(or_equal);
        }
        Kind::Compare(strict)
    }

    fn quoted(&mut self, start: usize) -> Kind {
        self.bump();
        let mut text = String::new();
        loop {
            match self.bump() {
                Some('"') => break,
                Some('\\') => self.quoted_escape(&mut text),
                Some(c) => text.push(c),
                None => {
                    Diagnostic::new(
                        Code::KueryUnclosed,
                        self.source,
                        "the quoted value has no closing quote",
                    )
                    .at(Span::from_usize(start..start + 1), "opened here")
                    .add_to(self.diagnostics);
                    break;
                }
            }
        }
        Kind::Quoted(literal(text))
    }

    /// Inside quotes a backslash before any other character is a backslash.
    fn quoted_escape(&mut self, text: &mut String) {
        match self.peek() {
            Some(c @ ('"' | '\\')) => {
                self.bump();
                text.push(c);
            }
            Some('u') if self.unicode().is_some() => text.extend(self.take_unicode()),
            Some(c) if whitespace_escape(c).is_some() => {
                self.bump();
                text.extend(whitespace_escape(c));
            }
            _ => text.push('\\'),
        }
    }

    /// The character that `uXXXX` at the cursor names.
    fn unicode(&self) -> Option<char> {
        let digits = self.text.get(self.at + 1..self.at + 5)?;
        digits
            .bytes()
            .all(|byte| byte.is_ascii_hexdigit())
            .then(|| {
                u32::from_str_radix(digits, 16)
                    .ok()
                    .and_then(char::from_u32)
            })
            .flatten()
    }

    fn take_unicode(&mut self) -> Option<char> {
        let c = self.unicode()?;
        self.at += 5;
        Some(c)
    }

    fn word(&mut self, start: usize) -> Kind {
        let mut parts = Vec::new();
        let mut text = String::new();
        let mut escaped = false;
        while let Some(c) = self.peek() {
            match c {
                '*' => {
                    self.bump();
                    parts.extend(literal(std::mem::take(&mut text)));
                    parts.push(Part::AnyRun);
                }
                '\\' => {
                    escaped = true;
                    self.word_escape(&mut text);
                }
                c if c.is_whitespace() || is_special(c) => break,
                c => {
                    self.bump();
                    text.push(c);
                }
            }
        }
        if let (false, true, Some(keyword)) = (escaped, parts.is_empty(), Keyword::of(&text)) {
            return Kind::Keyword(keyword);
        }
        debug_assert!(self.at > start, "a word holds a character");
        parts.extend(literal(text));
        Kind::Word(parts)
    }

    fn word_escape(&mut self, text: &mut String) {
        let start = self.at;
        self.bump();
        let rest = &self.text[self.at..];
        let word: &str = rest
            .split(|c: char| c.is_whitespace() || is_special(c))
            .next()
            .unwrap_or_default();
        match self.peek() {
            Some(c) if is_special(c) => {
                self.bump();
                text.push(c);
            }
            Some('u') if self.unicode().is_some() => text.extend(self.take_unicode()),
            Some(_) if text.is_empty() && Keyword::of(word).is_some() => {
                text.push_str(word);
                self.at += word.len();
            }
            Some(c) if whitespace_escape(c).is_some() => {
                self.bump();
                text.extend(whitespace_escape(c));
            }
            other => {
                text.push('\\');
                self.unknown_escape(start, other);
            }
        }
    }

    fn unknown_escape(&mut self, start: usize, next: Option<char>) {
        let width = next.map_or(0, char::len_utf8);
        let span = Span::from_usize(start..start + 1 + width);
        let message = match next {
            Some(c) => format!("`\\{}` is not an escape outside quotes", c.escape_debug()),
            None => "a backslash stands at the end of the query".to_owned(),
        };
        Diagnostic::new(Code::KueryEscape, self.source, message)
            .at(span, "read as a backslash")
            .hint("a literal backslash outside quotes is written `\\\\`")
            .add_to(self.diagnostics);
    }
}

fn literal(text: String) -> Vec<Part> {
    if text.is_empty() {
        return Vec::new();
    }
    vec![Part::Literal(text.into())]
}

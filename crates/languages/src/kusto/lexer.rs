//! Text to tokens.
//!
//! Linear time; every token has its bytes. A text that is not closed ends at its line's end (a
//! multi-line one at the text's end), is reported, and reading goes on.

use super::facts;
use tripline_ir::Text;
use tripline_text::{Code, Diagnostic, Source, Span};

/// A token.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Token {
    pub(super) kind: Kind,
    pub(super) span: Span,
}

/// What a token is.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Kind {
    /// A name or a word operator; `in~`, `!has` and their kin whole.
    Name(Text),
    Text(Text),
    Int(i64),
    Real(f64),
    Timespan(i64),
    /// `datetime(...)`; `None` when the text between is no date.
    Datetime(Option<i64>),
    /// `timespan(...)` written with digits and colons.
    Null,
    Punct(Punct),
    End,
}

/// Punctuation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Punct {
    Open,
    Close,
    SquareOpen,
    SquareClose,
    BraceOpen,
    BraceClose,
    Comma,
    Semicolon,
    Pipe,
    Dot,
    DotDot,
    Assign,
    Equals,
    EqualsFold,
    NotEquals,
    NotEqualsFold,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    Plus,
    Minus,
    Star,
    Slash,
    Percent,
    Colon,
    Arrow,
}

impl Token {
    pub(super) fn is(&self, punct: Punct) -> bool {
        self.kind == Kind::Punct(punct)
    }

    pub(super) fn word(&self) -> Option<&Text> {
        match &self.kind {
            Kind::Name(name) => Some(name),
            _ => None,
        }
    }
}

/// Reads the tokens; the last is [`Kind::End`].
pub(super) fn tokens(source: &Source, diagnostics: &mut Vec<Diagnostic>) -> Vec<Token> {
    let mut lexer = Lexer {
        source,
        text: source.text(),
        at: 0,
        tokens: Vec::with_capacity(source.text().len() / 5 + 1),
        diagnostics,
    };
    while lexer.next() {}
    let end = lexer.text.len();
    lexer.push(Kind::End, end);
    lexer.tokens
}

struct Lexer<'a> {
    source: &'a Source,
    text: &'a str,
    at: usize,
    tokens: Vec<Token>,
    diagnostics: &'a mut Vec<Diagnostic>,
}

/// Punctuation, the longest first.
const PUNCTUATION: [(&str, Punct); 28] = [
    ("..", Punct::DotDot),
    ("==", Punct::Equals),
    ("=>", Punct::Arrow),
    ("=~", Punct::EqualsFold),
    ("!=", Punct::NotEquals),
    ("<>", Punct::NotEquals),
    ("!~", Punct::NotEqualsFold),
    ("<=", Punct::LessEqual),
    (">=", Punct::GreaterEqual),
    ("(", Punct::Open),
    (")", Punct::Close),
    ("[", Punct::SquareOpen),
    ("]", Punct::SquareClose),
    ("{", Punct::BraceOpen),
    ("}", Punct::BraceClose),
    (",", Punct::Comma),
    (";", Punct::Semicolon),
    ("|", Punct::Pipe),
    (".", Punct::Dot),
    ("=", Punct::Assign),
    ("<", Punct::Less),
    (">", Punct::Greater),
    ("+", Punct::Plus),
    ("-", Punct::Minus),
    ("*", Punct::Star),
    ("/", Punct::Slash),
    ("%", Punct::Percent),
    (":", Punct::Colon),
];

fn name_start(c: char) -> bool {
    c.is_ascii_alphabetic() || c == '_' || c == '$'
}

fn name_part(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

impl<'a> Lexer<'a> {
    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn push(&mut self, kind: Kind, start: usize) {
        let span = Span::from_usize(start..self.at);
        self.tokens.push(Token { kind, span });
    }

    fn report(&mut self, code: Code, start: usize, message: String, hint: Option<&str>) {
        let mut found =
            Diagnostic::new(code, self.source, message).at(Span::from_usize(start..self.at), "");
        found.hint = hint.map(str::to_owned);
        found.add_to(self.diagnostics);
    }

    /// Reads one token or one stretch of nothing; false at the end.
    fn next(&mut self) -> bool {
        let Some(c) = self.rest().chars().next() else {
            return false;
        };
        let start = self.at;
        if c.is_whitespace() || c == '\u{feff}' || c == '\u{200b}' {
            self.at += c.len_utf8();
        } else if self.rest().starts_with("//") {
            let line = self.rest().find('\n').unwrap_or(self.rest().len());
            self.at += line;
        } else if self.string() || self.number() {
        } else if name_start(c) {
            self.name();
        } else if !self.negated_word() && !self.punctuation() {
            self.at += c.len_utf8();
            let hint = match c {
                '“' | '”' | '‘' | '’' => {
                    Some("strings stand in straight quotes, `\"` or `'`")
                }
                '–' | '—' => Some("minus is `-`"),
                '&' => Some("conditions are joined by `and`"),
                '#' => Some("comments begin with `//`"),
                _ => None,
            };
            self.report(
                Code::KustoCharacter,
                start,
                format!("`{c}` does not belong to Kusto"),
                hint,
            );
        }
        true
    }

    fn punctuation(&mut self) -> bool {
        let found = PUNCTUATION
            .into_iter()
            .find(|(text, _)| self.rest().starts_with(text));
        let Some((text, punct)) = found else {
            return false;
        };
        let start = self.at;
        self.at += text.len();
        self.push(Kind::Punct(punct), start);
        true
    }

    /// `!in`, `!has`, `!contains`, ...
    fn negated_word(&mut self) -> bool {
        let rest = self.rest();
        if !rest.starts_with('!') {
            return false;
        }
        let length = rest[1..].find(|c| !name_part(c)).unwrap_or(rest.len() - 1);
        if length == 0 {
            return false;
        }
        let start = self.at;
        self.at += 1 + length;
        if self.rest().starts_with('~') {
            self.at += 1;
        }
        let word = Text::from(&self.text[start..self.at]);
        self.push(Kind::Name(word), start);
        true
    }

    fn name(&mut self) {
        let start = self.at;
        let rest = self.rest();
        let length = rest[1..]
            .find(|c| !name_part(c))
            .map_or(rest.len(), |n| n + 1);
        self.at += length;
        let word = &self.text[start..self.at];
        if matches!(word, "in") && self.rest().starts_with('~') {
            self.at += 1;
        } else if matches!(word, "datetime" | "date" | "timespan" | "time" | "guid")
            && self.goo(start)
        {
            return;
        }
        let word = Text::from(&self.text[start..self.at]);
        self.push(Kind::Name(word), start);
    }

    /// `datetime(2020-01-01)`, `guid(74be27de-...)`: what stands between the parentheses is no expression. False, and
    /// nothing read, when it is one.
    fn goo(&mut self, start: usize) -> bool {
        let word = &self.text[start..self.at];
        let (time, guid) = (!word.starts_with("date"), word == "guid");
        let rest = self.rest();
        let trimmed = rest.trim_start_matches([' ', '\t']);
        let Some(inner) = trimmed.strip_prefix('(') else {
            return false;
        };
        let Some(length) = inner.find([')', '\n']) else {
            return false;
        };
        if !inner[length..].starts_with(')') {
            return false;
        }
        let content = inner[..length].trim();
        let kind = if content == "null" {
            Kind::Null
        } else if guid {
            if !facts::is_guid(content) {
                return false;
            }
            Kind::Text(content.to_lowercase().into())
        } else if time {
            match facts::timespan_text(content) {
                Some(length) => Kind::Timespan(length),
                None => return false,
            }
        } else {
            match facts::datetime_text(content) {
                Some(at) => Kind::Datetime(Some(at)),
                None if content.starts_with(|c: char| c.is_ascii_digit()) => Kind::Datetime(None),
                None => return false,
            }
        };
        let bad = kind == Kind::Datetime(None);
        let end = self.at + (rest.len() - trimmed.len()) + 1 + length + 1;
        let content = content.to_owned();
        self.at = end;
        self.push(kind, start);
        if bad {
            self.report(
                Code::KustoLiteral,
                start,
                format!("`{content}` is no date"),
                Some("dates are written as in `datetime(2024-05-31 13:00)`"),
            );
        }
        true
    }

    /// A number or a timespan; a name that begins with digits is a name.
    fn number(&mut self) -> bool {
        let rest = &self.text[self.at..];
        let digits = count(rest, |c| c.is_ascii_digit());
        if digits == 0 {
            return false;
        }
        let start = self.at;
        let hexadecimal = rest
            .strip_prefix("0x")
            .or_else(|| rest.strip_prefix("0X"))
            .map(|hex| (hex, count(hex, |c| c.is_ascii_hexdigit())));
        if let Some((hex, length)) = hexadecimal.filter(|(_, length)| *length > 0) {
            let value = u64::from_str_radix(&hex[..length], 16).unwrap_or(u64::MAX);
            self.at += 2 + length;
            self.push(Kind::Int(value.cast_signed()), start);
            return true;
        }
        let mut end = digits;
        if rest[end..].starts_with('.') && !rest[end..].starts_with("..") {
            let fraction = count(&rest[end + 1..], |c| c.is_ascii_digit());
            if fraction > 0 || !rest[end + 1..].starts_with(name_start) {
                end += 1 + fraction;
            }
        }
        end += exponent(&rest[end..]);
        let word = count(&rest[end..], name_part);
        let (number, unit) = (&rest[..end], &rest[end..end + word]);
        let kind = if unit.is_empty() {
            match number.parse::<i64>() {
                Ok(value) => Kind::Int(value),
                Err(_) => Kind::Real(number.parse().unwrap_or(f64::INFINITY)),
            }
        } else {
            match facts::unit(unit).and_then(|unit| facts::scaled(number, unit)) {
                Some(length) => Kind::Timespan(length),
                None if number.contains('.') => {
                    self.at += end;
                    let value = number.parse().unwrap_or(f64::INFINITY);
                    self.push(Kind::Real(value), start);
                    return true;
                }
                None => Kind::Name(Text::from(&rest[..end + word])),
            }
        };
        self.at += end + word;
        self.push(kind, start);
        true
    }

    /// A string with its prefixes: `h`, `@`, both; in three backticks or tildes.
    fn string(&mut self) -> bool {
        let rest = self.rest();
        let start = self.at;
        for fence in ["```", "~~~"] {
            if let Some(inner) = rest.strip_prefix(fence) {
                let end = inner.find(fence);
                let text = Text::from(&inner[..end.unwrap_or(inner.len())]);
                self.at += 3 + end.map_or(inner.len(), |end| end + 3);
                if end.is_none() {
                    self.unclosed(start, fence);
                }
                self.push(Kind::Text(text), start);
                return true;
            }
        }
        let plain = rest.strip_prefix(['h', 'H']).unwrap_or(rest);
        let (verbatim, body) = match plain.strip_prefix('@') {
            Some(body) => (true, body),
            None => (false, plain),
        };
        let Some(quote) = body.chars().next().filter(|c| matches!(c, '"' | '\'')) else {
            return false;
        };
        self.at += rest.len() - body.len() + 1;
        let text = if verbatim {
            self.verbatim(start, quote)
        } else {
            self.escaped(start, quote)
        };
        self.push(Kind::Text(text), start);
        true
    }

    fn unclosed(&mut self, start: usize, quote: &str) {
        self.report(
            Code::KustoUnclosed,
            start,
            "the string is not closed".to_owned(),
            Some(&format!("it ends with `{quote}`")),
        );
    }

    fn verbatim(&mut self, start: usize, quote: char) -> Text {
        let mut out = String::new();
        loop {
            let rest = self.rest();
            let Some(at) = rest.find([quote, '\n']) else {
                out.push_str(rest);
                self.at = self.text.len();
                self.unclosed(start, &quote.to_string());
                break;
            };
            out.push_str(&rest[..at]);
            if rest[at..].starts_with('\n') {
                self.at += at;
                self.unclosed(start, &quote.to_string());
                break;
            }
            let doubled = rest[at + 1..].starts_with(quote);
            self.at += at + 1;
            if !doubled {
                break;
            }
            out.push(quote);
            self.at += 1;
        }
        out.into()
    }

    fn escaped(&mut self, start: usize, quote: char) -> Text {
        let mut out = String::new();
        loop {
            let rest = self.rest();
            let Some(at) = rest.find([quote, '\n', '\\']) else {
                out.push_str(rest);
                self.at = self.text.len();
                self.unclosed(start, &quote.to_string());
                break;
            };
            out.push_str(&rest[..at]);
            let found = rest[at..].chars().next();
            self.at += at;
            if found == Some(quote) {
                self.at += 1;
                break;
            }
            if found == Some('\n') {
                self.unclosed(start, &quote.to_string());
                break;
            }
            self.escape(&mut out);
        }
        out.into()
    }

    /// A backslash and what follows it.
    fn escape(&mut self, out: &mut String) {
        let start = self.at;
        let rest = &self.text[self.at + 1..];
        let Some(c) = rest.chars().next() else {
            self.at += 1;
            return;
        };
        let digits = match c {
            'u' => 4,
            'U' => 8,
            'x' => 2,
            _ => 0,
        };
        if digits > 0 {
            let code = rest
                .get(1..=digits)
                .and_then(|hex| u32::from_str_radix(hex, 16).ok());
            if let Some(decoded) = code.and_then(char::from_u32) {
                out.push(decoded);
                self.at += 2 + digits;
                return;
            }
        } else if let Some((decoded, length)) = facts::escape(rest) {
            out.push(decoded);
            self.at += 1 + length;
            return;
        }
        self.at += 1;
        if c != '\n' && c != '\r' {
            self.at += c.len_utf8();
            out.push('\\');
            out.push(c);
        }
        self.report(
            Code::KustoEscape,
            start,
            format!("`\\{}` is no escape", c.escape_debug()),
            Some("a literal backslash is `\\\\`, or the string begins with `@\"`"),
        );
    }
}

fn count(text: &str, fits: impl Fn(char) -> bool) -> usize {
    text.find(|c| !fits(c)).unwrap_or(text.len())
}

/// Length of `e+5` and its kin.
fn exponent(text: &str) -> usize {
    let Some(rest) = text.strip_prefix(['e', 'E']) else {
        return 0;
    };
    let signed = rest.strip_prefix(['+', '-']).unwrap_or(rest);
    let digits = count(signed, |c| c.is_ascii_digit());
    if digits == 0 || signed[digits..].starts_with(name_part) {
        return 0;
    }
    text.len() - signed.len() + digits
}

//! Text to tokens.
//!
//! `/` begins a regular expression where a value may stand and divides after one; `%` names a list
//! where a value may stand and is the remainder after one. Every byte of the text lies in a token,
//! a comment or is blank.

use super::facts::{escaped, is_name, is_name_start, unit};
use tripline_ir::{Duration, Text};
use tripline_text::{Code, Diagnostic, Source, Span};

/// What a token is.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Token {
    /// A word: a keyword or a part of a dotted name.
    Word(Text),
    /// `$name`.
    Variable(Text),
    /// `#name`.
    Count(Text),
    /// `%name`, `%name.column`.
    List(Text),
    Str(Text),
    Regex(Text),
    Int(i64),
    Float(f64),
    /// `5m`.
    Length(Duration),
    /// `= != < <= > >= + - * / % ( ) [ ] { } , . :`
    Sign(&'static str),
    End,
}

/// A token and its place.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Lexeme {
    pub(super) token: Token,
    pub(super) span: Span,
}

const SIGNS: [&str; 22] = [
    "!=", "<=", ">=", "..", "=", "<", ">", "+", "-", "*", "/", "%", "(", ")", "[", "]", "{", "}",
    ",", ".", ":", "!",
];

/// Cuts `source` into tokens; the last is [`Token::End`].
pub(super) fn lex(source: &Source, diagnostics: &mut Vec<Diagnostic>) -> Vec<Lexeme> {
    let mut lexer = Lexer {
        source,
        text: source.text(),
        at: 0,
        diagnostics,
        after_value: false,
    };
    let mut tokens = Vec::with_capacity(source.text().len() / 6 + 1);
    while let Some(lexeme) = lexer.lexeme() {
        lexer.after_value = ends_value(&lexeme.token);
        tokens.push(lexeme);
    }
    let end = lexer.text.len();
    tokens.push(Lexeme {
        token: Token::End,
        span: Span::from_usize(end..end),
    });
    tokens
}

/// Whether a value may end with the token.
fn ends_value(token: &Token) -> bool {
    match token {
        Token::Word(word) => !matches!(
            word.to_ascii_lowercase().as_str(),
            "in" | "regex" | "cidr" | "and" | "or" | "not" | "any" | "all" | "of" | "nocase"
        ),
        Token::Sign(sign) => matches!(*sign, ")" | "]"),
        Token::End => false,
        _ => true,
    }
}

struct Lexer<'s> {
    source: &'s Source,
    text: &'s str,
    at: usize,
    diagnostics: &'s mut Vec<Diagnostic>,
    /// The token before may end a value.
    after_value: bool,
}

impl<'s> Lexer<'s> {
    fn rest(&self) -> &'s str {
        &self.text[self.at..]
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn lexeme(&mut self) -> Option<Lexeme> {
        loop {
            self.blank();
            let start = self.at;
            let first = self.peek()?;
            let token = self.token(first);
            let span = Span::from_usize(start..self.at);
            if let Some(token) = token {
                return Some(Lexeme { token, span });
            }
        }
    }

    /// Skips blanks and comments.
    fn blank(&mut self) {
        loop {
            let trimmed = self.rest().trim_start();
            self.at = self.text.len() - trimmed.len();
            if trimmed.starts_with("//") {
                self.at += trimmed.find('\n').unwrap_or(trimmed.len());
            } else if trimmed.starts_with("/*") {
                let start = self.at;
                if let Some(end) = trimmed.get(2..).and_then(|rest| rest.find("*/")) {
                    self.at += end + 4;
                } else {
                    self.at = self.text.len();
                    self.unclosed(start, 2, "the comment has no `*/`");
                }
            } else {
                return;
            }
        }
    }

    fn token(&mut self, first: char) -> Option<Token> {
        match first {
            '"' => Some(self.quoted()),
            '`' => Some(self.raw()),
            '/' if !self.after_value => Some(self.regex()),
            '$' => self.sigil(Token::Variable),
            '#' => self.sigil(Token::Count),
            '%' if !self.after_value || self.begins_line() => Some(self.list()),
            '0'..='9' => Some(self.number()),
            c if is_name_start(c) => {
                let word = self.name();
                Some(Token::Word(word.into()))
            }
            c => self.sign(c),
        }
    }

    /// Whether a `%` with a name right behind it is the first on its line: a list, as an operator
    /// stands between its operands.
    fn begins_line(&self) -> bool {
        let before = self.text[..self.at].trim_end_matches([' ', '\t']);
        before.ends_with(['\n', '\r']) && self.rest()[1..].starts_with(is_name_start)
    }

    fn sign(&mut self, first: char) -> Option<Token> {
        let sign = SIGNS
            .into_iter()
            .find(|sign| self.rest().starts_with(sign))
            .filter(|sign| *sign != "..");
        if let Some(sign) = sign {
            self.at += sign.len();
            return Some(Token::Sign(sign));
        }
        let start = self.at;
        self.at += first.len_utf8();
        let mut flaw = Diagnostic::new(
            Code::YaralCharacter,
            self.source,
            format!("`{}` does not belong to YARA-L", first.escape_debug()),
        )
        .at(Span::from_usize(start..self.at), "skipped");
        if matches!(
            first,
            '\u{201c}' | '\u{201d}' | '\u{2018}' | '\u{2019}' | '\''
        ) {
            flaw = flaw.hint("strings stand in `\"` or in backticks");
        } else if matches!(first, '&' | '|') {
            flaw = flaw.hint("conditions are joined by the words `and` and `or`");
        }
        flaw.add_to(self.diagnostics);
        None
    }

    fn name(&mut self) -> &'s str {
        let rest = self.rest();
        let length = rest.find(|c| !is_name(c)).unwrap_or(rest.len());
        self.at += length;
        &rest[..length]
    }

    /// `$name` or `#name`.
    fn sigil(&mut self, make: fn(Text) -> Token) -> Option<Token> {
        let start = self.at;
        self.at += 1;
        let name = self.name();
        if name.is_empty() {
            let flaw = Diagnostic::new(
                Code::YaralCharacter,
                self.source,
                format!("`{}` has no name behind it", &self.text[start..self.at]),
            );
            flaw.at(Span::from_usize(start..self.at), "skipped")
                .add_to(self.diagnostics);
            return None;
        }
        Some(make(name.into()))
    }

    fn list(&mut self) -> Token {
        let start = self.at;
        self.at += 1;
        self.name();
        while self.rest().starts_with('.') && self.rest()[1..].starts_with(is_name_start) {
            self.at += 1;
            self.name();
        }
        let name = &self.text[start + 1..self.at];
        if name.is_empty() {
            self.at = start + 1;
            return Token::Sign("%");
        }
        Token::List(name.into())
    }

    fn number(&mut self) -> Token {
        let start = self.at;
        let digits =
            |rest: &str| rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        self.at += digits(self.rest());
        let whole = &self.text[start..self.at];
        let mut chars = self.rest().chars();
        if let Some(length) = chars.next().and_then(unit)
            && !chars.next().is_some_and(is_name)
        {
            self.at += 1;
            let count: Duration = whole.parse().unwrap_or(Duration::MAX);
            return Token::Length(count.saturating_mul(length));
        }
        if let Some(fraction) = self.rest().strip_prefix('.')
            && fraction.starts_with(|c: char| c.is_ascii_digit())
        {
            self.at += 1 + digits(fraction);
            let value = self.text[start..self.at].parse();
            return Token::Float(value.unwrap_or(f64::MAX));
        }
        whole.parse().map_or_else(
            |_| Token::Float(whole.parse().unwrap_or(f64::MAX)),
            Token::Int,
        )
    }

    fn quoted(&mut self) -> Token {
        let start = self.at;
        self.at += 1;
        let mut text = String::new();
        while let Some(c) = self.peek() {
            match c {
                '"' => {
                    self.at += 1;
                    return Token::Str(text.into());
                }
                '\n' => break,
                '\\' => self.escape(&mut text),
                c => {
                    self.at += c.len_utf8();
                    text.push(c);
                }
            }
        }
        self.unclosed(start, 1, "the string has no closing quote on its line");
        Token::Str(text.into())
    }

    fn escape(&mut self, text: &mut String) {
        let start = self.at;
        if let Some((c, length)) = escaped(self.rest()) {
            self.at += length;
            text.push(c);
            return;
        }
        // Kept as it stands, which is what the author of `"\."` means.
        let next = self.rest().chars().nth(1).filter(|c| *c != '\n');
        let length = 1 + next.map_or(0, char::len_utf8);
        let written = &self.rest()[..length];
        text.push_str(written);
        self.at += length;
        let message = format!("`{}` is not an escape", written.escape_debug());
        Diagnostic::new(Code::YaralEscape, self.source, message)
            .at(Span::from_usize(start..self.at), "read as it stands")
            .hint("a literal backslash is written `\\\\`; a string in backticks has no escapes")
            .add_to(self.diagnostics);
    }

    fn raw(&mut self) -> Token {
        let start = self.at;
        let rest = &self.rest()[1..];
        if let Some(end) = rest.find('`') {
            self.at += end + 2;
            return Token::Str(rest[..end].into());
        }
        self.at = self.text.len();
        self.unclosed(start, 1, "the string has no closing backtick");
        Token::Str(rest.into())
    }

    /// `/re/`: a slash inside is written `\/`; everything else is the expression's own.
    fn regex(&mut self) -> Token {
        let start = self.at;
        self.at += 1;
        let mut text = String::new();
        let mut escape = false;
        while let Some(c) = self.peek().filter(|c| *c != '\n') {
            self.at += c.len_utf8();
            match (escape, c) {
                (false, '/') => return Token::Regex(text.into()),
                (false, '\\') => {
                    escape = true;
                    continue;
                }
                (true, '/') => text.push('/'),
                (true, c) => {
                    text.push('\\');
                    text.push(c);
                }
                (false, c) => text.push(c),
            }
            escape = false;
        }
        self.unclosed(
            start,
            1,
            "the regular expression has no closing `/` on its line",
        );
        Token::Regex(text.into())
    }

    fn unclosed(&mut self, start: usize, length: usize, message: &str) {
        let flaw = Diagnostic::new(Code::YaralUnclosed, self.source, message);
        flaw.at(Span::from_usize(start..start + length), "opened here")
            .add_to(self.diagnostics);
    }
}

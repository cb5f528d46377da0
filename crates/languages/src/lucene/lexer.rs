//! Text to tokens. A range is one token: inside its brackets other rules hold.

use super::facts::{Operator, ends_term};
use tripline_ir::{CompareOp, Part, Text};
use tripline_text::{Code, Diagnostic, Source, Span};

/// What a token is.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Kind {
    Open,
    Close,
    Colon,
    Plus,
    Minus,
    Operator(Operator),
    /// `~` and its number, rounded down.
    Tilde(Option<u32>),
    /// `^` and its number.
    Boost,
    /// A term: unescaped text with wildcards.
    Term(Vec<Part>),
    Quoted(Vec<Part>),
    Regex(Text),
    Range(Vec<(CompareOp, Text)>),
    /// A character that has no place anywhere.
    Stray(char),
    End,
}

/// A token and its place.
#[derive(Debug, Clone, PartialEq)]
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
    let mut tokens = Vec::new();
    while let Some(token) = lexer.token() {
        tokens.push(token);
    }
    tokens.push(Token {
        kind: Kind::End,
        span: lexer.since(lexer.at),
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

    fn since(&self, start: usize) -> Span {
        Span::from_usize(start..self.at)
    }

    fn blanks(&mut self) {
        while self.peek().is_some_and(char::is_whitespace) {
            self.bump();
        }
    }

    fn token(&mut self) -> Option<Token> {
        self.blanks();
        let start = self.at;
        let kind = match self.peek()? {
            '(' => self.single(Kind::Open),
            ')' => self.single(Kind::Close),
            ':' => self.single(Kind::Colon),
            '+' => self.single(Kind::Plus),
            '-' => self.single(Kind::Minus),
            '!' => self.single(Kind::Operator(Operator::Not)),
            '~' => self.tilde(),
            '^' => {
                self.bump();
                if self.number().is_empty() {
                    let message = "`^` gives a clause a weight: expected a number behind it";
                    self.wrong(start, message, "as in `name:value^2`");
                }
                Kind::Boost
            }
            '"' => self.quoted(start),
            '/' => self.regex(start),
            '[' | '{' => self.range(start),
            c @ (']' | '}') => self.single(Kind::Stray(c)),
            _ => self.term(),
        };
        Some(Token {
            kind,
            span: self.since(start),
        })
    }

    fn single(&mut self, kind: Kind) -> Kind {
        self.bump();
        kind
    }

    fn tilde(&mut self) -> Kind {
        self.bump();
        let number = self.number().split('.').next().and_then(|n| n.parse().ok());
        Kind::Tilde(number)
    }

    fn number(&mut self) -> &str {
        let start = self.at;
        while self.peek().is_some_and(|c| c.is_ascii_digit() || c == '.') {
            self.bump();
        }
        &self.text[start..self.at]
    }

    fn wrong(&mut self, start: usize, message: &str, hint: &str) {
        Diagnostic::new(Code::LuceneSyntax, self.source, message)
            .at(self.since(start), "")
            .hint(hint)
            .add_to(self.diagnostics);
    }

    fn unclosed(&mut self, start: usize, what: &str) {
        Diagnostic::new(
            Code::LuceneUnclosed,
            self.source,
            format!("the {what} is not closed"),
        )
        .at(Span::from_usize(start..start + 1), "opened here")
        .add_to(self.diagnostics);
    }

    /// The character that a backslash at the cursor makes literal.
    fn escape(&mut self) -> Option<char> {
        let start = self.at;
        self.bump();
        if self.peek().is_none() {
            let message = "nothing stands behind the backslash";
            self.wrong(start, message, "a backslash that is meant is written twice");
        }
        if self.peek() == Some('u')
            && let Some(digits) = self.text.get(self.at + 1..self.at + 5)
            && digits.bytes().all(|byte| byte.is_ascii_hexdigit())
            && let Some(c) = u32::from_str_radix(digits, 16)
                .ok()
                .and_then(char::from_u32)
        {
            self.at += 5;
            return Some(c);
        }
        self.bump()
    }

    fn quoted(&mut self, start: usize) -> Kind {
        let text = self.until_quote(start);
        Kind::Quoted(literal(text))
    }

    fn until_quote(&mut self, start: usize) -> String {
        self.bump();
        let mut text = String::new();
        loop {
            match self.peek() {
                Some('"') => {
                    self.bump();
                    return text;
                }
                Some('\\') => text.extend(self.escape()),
                Some(c) => {
                    self.bump();
                    text.push(c);
                }
                None => {
                    self.unclosed(start, "quoted phrase");
                    return text;
                }
            }
        }
    }

    /// A regular expression is kept as written; only `\/` is a slash.
    fn regex(&mut self, start: usize) -> Kind {
        self.bump();
        let mut text = String::new();
        loop {
            match self.bump() {
                Some('/') => break,
                Some('\\') => {
                    let next = self.bump();
                    if next != Some('/') {
                        text.push('\\');
                    }
                    text.extend(next);
                }
                Some(c) => text.push(c),
                None => {
                    self.unclosed(start, "regular expression");
                    break;
                }
            }
        }
        Kind::Regex(text.into())
    }

    fn range(&mut self, start: usize) -> Kind {
        let low_op = match self.bump() {
            Some('[') => CompareOp::Gte,
            _ => CompareOp::Gt,
        };
        let low = self.endpoint();
        self.blanks();
        let to = self.at;
        if self.text[self.at..].starts_with("TO") {
            self.at += 2;
        } else {
            let message = "a range lacks `TO` between its ends";
            Diagnostic::new(Code::LuceneSyntax, self.source, message)
                .at(Span::from_usize(to..to), "`TO` expected here")
                .add_to(self.diagnostics);
        }
        let high = self.endpoint();
        self.blanks();
        let high_op = match self.peek() {
            Some(']') => Some(CompareOp::Lte),
            Some('}') => Some(CompareOp::Lt),
            _ => None,
        };
        if high_op.is_some() {
            self.bump();
        } else {
            self.unclosed(start, "range");
        }
        let open = |end: &Option<Text>| end.as_deref() == Some("*");
        let ends = [(low_op, low), (high_op.unwrap_or(CompareOp::Lte), high)];
        Kind::Range(
            ends.into_iter()
                .filter(|(_, end)| !open(end))
                .filter_map(|(op, end)| Some((op, end?)))
                .collect(),
        )
    }

    fn endpoint(&mut self) -> Option<Text> {
        self.blanks();
        let start = self.at;
        if self.peek() == Some('"') {
            return Some(self.until_quote(start).into());
        }
        let mut text = String::new();
        while let Some(c) = self.peek() {
            match c {
                '\\' => text.extend(self.escape()),
                ']' | '}' => break,
                c if c.is_whitespace() => break,
                c => {
                    self.bump();
                    text.push(c);
                }
            }
        }
        (!text.is_empty()).then(|| text.into())
    }

    fn term(&mut self) -> Kind {
        let start = self.at;
        let mut parts = Vec::new();
        let mut text = String::new();
        while let Some(c) = self.peek() {
            let wildcard = match c {
                '*' => Part::AnyRun,
                '?' => Part::AnyOne,
                '\\' => {
                    text.extend(self.escape());
                    continue;
                }
                c if ends_term(c) => break,
                c => {
                    self.bump();
                    text.push(c);
                    continue;
                }
            };
            self.bump();
            parts.extend(literal(std::mem::take(&mut text)));
            parts.push(wildcard);
        }
        if let Some(operator) = Operator::of(&self.text[start..self.at]) {
            return Kind::Operator(operator);
        }
        parts.extend(literal(text));
        Kind::Term(parts)
    }
}

fn literal(text: String) -> Vec<Part> {
    if text.is_empty() {
        return Vec::new();
    }
    vec![Part::Literal(text.into())]
}

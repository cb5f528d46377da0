//! Text to tokens.
//!
//! Input: a query. Output: every token with its span, ending with [`Kind::End`]; blanks and
//! comments are left out. A character that begins no token is reported and skipped, a string that
//! does not end is reported and ends with its line: the lexer always reaches the end.

use super::facts;
use tripline_text::{Code, Diagnostic, SmolStr as Text, Source, Span};

/// What a token is.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Kind {
    /// A name or keyword, as written.
    Name(Text),
    /// A name with `~` directly after it; the tilde is not part of the text.
    TildeName(Text),
    /// A name in backticks, unescaped.
    Quoted(Text),
    /// A string, unescaped.
    Text(Text),
    /// A whole number.
    Int(i64),
    /// Any other number.
    Float(f64),
    /// Punctuation.
    Punct(Punct),
    /// The end of the query.
    End,
}

/// Punctuation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Punct {
    /// `(`
    Open,
    /// `)`
    Close,
    /// `[`
    OpenBracket,
    /// `![`
    OpenMissing,
    /// `]`
    CloseBracket,
    /// `,`
    Comma,
    /// `.`
    Dot,
    /// `:`
    Colon,
    /// `?`
    Question,
    /// `$`
    Dollar,
    /// `|`
    Pipe,
    /// `=`
    Assign,
    /// `==`
    Equal,
    /// `!=`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterEqual,
    /// `+`
    Plus,
    /// `-`
    Minus,
    /// `*`
    Star,
    /// `/`
    Slash,
    /// `%`
    Percent,
}

/// Two characters first: the first spelling that fits is the token.
const PUNCTUATION: [(&str, Punct); 23] = [
    ("![", Punct::OpenMissing),
    ("==", Punct::Equal),
    ("!=", Punct::NotEqual),
    ("<=", Punct::LessEqual),
    (">=", Punct::GreaterEqual),
    ("(", Punct::Open),
    (")", Punct::Close),
    ("[", Punct::OpenBracket),
    ("]", Punct::CloseBracket),
    (",", Punct::Comma),
    (".", Punct::Dot),
    (":", Punct::Colon),
    ("?", Punct::Question),
    ("$", Punct::Dollar),
    ("|", Punct::Pipe),
    ("=", Punct::Assign),
    ("<", Punct::Less),
    (">", Punct::Greater),
    ("+", Punct::Plus),
    ("-", Punct::Minus),
    ("*", Punct::Star),
    ("/", Punct::Slash),
    ("%", Punct::Percent),
];

/// A token.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Token {
    /// What it is.
    pub(crate) kind: Kind,
    /// Where it stands.
    pub(crate) span: Span,
}

impl Token {
    /// Whether it is this punctuation.
    pub(crate) fn is(&self, punct: Punct) -> bool {
        self.kind == Kind::Punct(punct)
    }

    /// Whether it is this word.
    pub(crate) fn is_word(&self, word: &str) -> bool {
        matches!(&self.kind, Kind::Name(name) if name == word)
    }
}

/// Reads all tokens.
pub(crate) fn lex(source: &Source, diagnostics: &mut Vec<Diagnostic>) -> Vec<Token> {
    let mut lexer = Lexer {
        source,
        text: source.text(),
        at: 0,
        tokens: Vec::with_capacity(source.text().len() / 6),
        diagnostics,
    };
    while lexer.step() {}
    let end = Span::from_usize(lexer.text.len()..lexer.text.len());
    lexer.tokens.push(Token {
        kind: Kind::End,
        span: end,
    });
    lexer.tokens
}

struct Lexer<'a> {
    source: &'a Source,
    text: &'a str,
    at: usize,
    tokens: Vec<Token>,
    diagnostics: &'a mut Vec<Diagnostic>,
}

impl<'a> Lexer<'a> {
    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn push(&mut self, kind: Kind, end: usize) {
        let span = Span::from_usize(self.at..end);
        self.tokens.push(Token { kind, span });
        self.at = end;
    }

    fn report(&mut self, code: Code, span: Span, message: impl Into<String>, label: &str) {
        self.report_with(Diagnostic::new(code, self.source, message).at(span, label));
    }

    fn report_with(&mut self, diagnostic: Diagnostic) {
        diagnostic.add_to(self.diagnostics);
    }

    /// Reads one token or blank; `false` at the end.
    fn step(&mut self) -> bool {
        let rest = self.rest();
        let Some(first) = rest.chars().next() else {
            return false;
        };
        match first {
            c if c.is_whitespace() || c == '\u{feff}' => self.at += first.len_utf8(),
            '/' if rest.starts_with("//") => self.at += rest.find('\n').unwrap_or(rest.len()),
            '/' if rest.starts_with("/*") => self.block_comment(),
            '"' if rest.starts_with("\"\"\"") => self.raw_string(),
            '"' => self.string('"'),
            '\'' => self.single_quotes(),
            '`' => self.quoted_name(),
            '0'..='9' => self.number(),
            '.' if rest[1..].starts_with(|c: char| c.is_ascii_digit()) && !self.after_name() => {
                self.number();
            }
            c if is_name_start(c) => self.name(),
            '&' if rest.starts_with("&&") => self.foreign("&&", "and"),
            '|' if rest.starts_with("||") => self.foreign("||", "or"),
            '!' if !rest[1..].starts_with(['=', '[']) => self.foreign("!", "not"),
            _ => self.punctuation(first),
        }
        true
    }

    /// Whether a name ends right here: then `.5` is a path, not a number.
    fn after_name(&self) -> bool {
        self.tokens.last().is_some_and(|last| {
            last.span.end as usize == self.at
                && matches!(last.kind, Kind::Name(_) | Kind::Quoted(_))
        })
    }

    fn block_comment(&mut self) {
        if let Some(end) = self.rest().find("*/") {
            self.at += end + 2;
            return;
        }
        let open = Span::from_usize(self.at..self.at + 2);
        self.report(
            Code::EqlUnclosed,
            open,
            "the comment is not closed: expected `*/`",
            "opened here",
        );
        self.at = self.text.len();
    }

    fn raw_string(&mut self) {
        let body = self.at + 3;
        let rest = &self.text[body..];
        if let Some(len) = rest.find("\"\"\"") {
            // Up to two quotes may stand before the closing three.
            let extra = rest[len + 3..]
                .bytes()
                .take(2)
                .take_while(|byte| *byte == b'"')
                .count();
            let end = body + len + extra;
            self.push(Kind::Text(Text::new(&self.text[body..end])), end + 3);
        } else {
            let open = Span::from_usize(self.at..body);
            self.report(
                Code::EqlUnclosed,
                open,
                "the string is not closed: expected `\"\"\"`",
                "opened here",
            );
            self.push(Kind::Text(Text::new(rest)), self.text.len());
        }
    }

    fn single_quotes(&mut self) {
        let start = self.at;
        self.string('\'');
        let span = Span::from_usize(start..self.at);
        let content = &self.text[(start + 1).min(self.at)..self.at];
        let inner = content.trim_end_matches('\'');
        let hint = format!("write \"{inner}\"");
        self.report_with(
            Diagnostic::new(
                Code::EqlSingleQuotes,
                self.source,
                "strings stand in double quotes, found single quotes",
            )
            .at(span, "")
            .hint(hint),
        );
    }

    fn string(&mut self, quote: char) {
        let start = self.at;
        let mut value = String::new();
        let mut at = start + 1;
        loop {
            let rest = &self.text[at..];
            let Some(stop) = rest.find([quote, '\\', '\n']) else {
                return self.open_string(start, value + rest, self.text.len(), quote);
            };
            value.push_str(&rest[..stop]);
            at += stop;
            match rest.as_bytes()[stop] {
                b'\n' => return self.open_string(start, value, at, quote),
                b'\\' => at = self.escape(at, &mut value),
                _ => {
                    self.push(Kind::Text(Text::new(&value)), at + 1);
                    return;
                }
            }
        }
    }

    fn open_string(&mut self, start: usize, value: String, end: usize, quote: char) {
        let open = Span::from_usize(start..start + 1);
        self.report(
            Code::EqlUnclosed,
            open,
            format!("the string is not closed: expected `{quote}` before the end of the line"),
            "opened here",
        );
        self.push(Kind::Text(Text::from(value)), end);
    }

    /// Reads the escape at `at`, and says where the text goes on.
    fn escape(&mut self, at: usize, value: &mut String) -> usize {
        let rest = &self.text[at + 1..];
        let Some(c) = rest.chars().next() else {
            return at + 1;
        };
        if c == 'u' {
            return self.unicode_escape(at, value);
        }
        let end = at + 1 + c.len_utf8();
        if let Some(plain) = facts::unescape(c) {
            value.push(plain);
            return end;
        }
        if c == '\n' {
            return at + 1;
        }
        value.push('\\');
        value.push(c);
        let written = &self.text[at..end];
        self.report_with(
            Diagnostic::new(
                Code::EqlEscape,
                self.source,
                format!(
                    "`{written}` is not an escape: expected one of `\\\\` `\\\"` `\\n` `\\r` `\\t` `\\u{{...}}`"
                ),
            )
            .at(Span::from_usize(at..end), "")
            .hint(format!("for a backslash write `\\{written}`, or use \"\"\"...\"\"\"")),
        );
        end
    }

    fn unicode_escape(&mut self, at: usize, value: &mut String) -> usize {
        let digits = self.text[at + 2..]
            .strip_prefix('{')
            .and_then(|rest| rest.get(..rest.find('}').filter(|len| *len <= 16)?));
        let decoded = digits
            .filter(|digits| facts::UNICODE_DIGITS.contains(&digits.len()))
            .and_then(|digits| u32::from_str_radix(digits, 16).ok())
            .and_then(char::from_u32);
        let end = digits.map_or(at + 2, |digits| at + digits.len() + 4);
        if let Some(c) = decoded {
            value.push(c);
        } else {
            value.push_str(&self.text[at..end]);
            self.report(
                Code::EqlEscape,
                Span::from_usize(at..end),
                "expected `\\u{` with 2 to 8 hexadecimal digits of a character and `}`",
                "",
            );
        }
        end
    }

    fn quoted_name(&mut self) {
        let start = self.at;
        let mut value = String::new();
        let mut at = start + 1;
        while let Some(stop) = self.text[at..].find(['`', '\n']) {
            let found = at + stop;
            value.push_str(&self.text[at..found]);
            if self.text[found..].starts_with("``") {
                value.push('`');
                at = found + 2;
            } else if self.text[found..].starts_with('`') {
                self.push(Kind::Quoted(Text::from(value)), found + 1);
                return;
            } else {
                break;
            }
        }
        let line = self.text[start..]
            .find('\n')
            .unwrap_or(self.text.len() - start);
        let open = Span::from_usize(start..start + 1);
        self.report(
            Code::EqlUnclosed,
            open,
            "the name is not closed: expected a backtick before the end of the line",
            "opened here",
        );
        self.push(
            Kind::Quoted(Text::new(&self.text[start + 1..start + line])),
            start + line,
        );
    }

    fn number(&mut self) {
        let bytes = self.text.as_bytes();
        let digits = |mut at: usize| {
            while bytes.get(at).is_some_and(u8::is_ascii_digit) {
                at += 1;
            }
            at
        };
        let mut end = digits(self.at);
        let mut whole = true;
        if bytes.get(end) == Some(&b'.') && bytes.get(end + 1).is_some_and(u8::is_ascii_digit) {
            end = digits(end + 1);
            whole = false;
        }
        if matches!(bytes.get(end), Some(b'e' | b'E')) {
            let sign = usize::from(matches!(bytes.get(end + 1), Some(b'+' | b'-')));
            let exponent = digits(end + 1 + sign);
            if exponent > end + 1 + sign {
                end = exponent;
                whole = false;
            }
        }
        let written = &self.text[self.at..end];
        let int = if whole { written.parse().ok() } else { None };
        let kind = int.map_or_else(
            || Kind::Float(written.parse().unwrap_or(f64::MAX)),
            Kind::Int,
        );
        self.push(kind, end);
    }

    fn name(&mut self) {
        let rest = self.rest();
        let len = rest.find(|c| !is_name_part(c)).unwrap_or(rest.len());
        let name = Text::new(&rest[..len]);
        if rest[len..].starts_with('~') {
            self.push(Kind::TildeName(name), self.at + len + 1);
        } else {
            self.push(Kind::Name(name), self.at + len);
        }
    }

    /// Reads another language's spelling of a keyword as the keyword.
    fn foreign(&mut self, written: &str, keyword: &'static str) {
        let span = Span::from_usize(self.at..self.at + written.len());
        self.report_with(
            Diagnostic::new(
                Code::EqlCharacter,
                self.source,
                format!("`{written}` is not an EQL operator"),
            )
            .at(span, "")
            .hint(format!("write `{keyword}`")),
        );
        self.push(
            Kind::Name(Text::new_static(keyword)),
            self.at + written.len(),
        );
    }

    fn punctuation(&mut self, first: char) {
        let rest = self.rest();
        let found = PUNCTUATION
            .iter()
            .find(|(spelling, _)| rest.starts_with(spelling));
        if let Some((spelling, punct)) = found {
            self.push(Kind::Punct(*punct), self.at + spelling.len());
            return;
        }
        let span = Span::from_usize(self.at..self.at + first.len_utf8());
        let shown = first.escape_debug();
        let diagnostic = Diagnostic::new(
            Code::EqlCharacter,
            self.source,
            format!("`{shown}` does not belong to any EQL operator or name"),
        )
        .at(span, "");
        let hint = match first {
            '&' => Some("write `and`"),
            '~' => Some("`~` stands directly after an operator word or function name"),
            '\u{201c}' | '\u{201d}' | '\u{2018}' | '\u{2019}' => Some("use straight double quotes"),
            '#' => Some("comments begin with `//` or stand between `/*` and `*/`"),
            _ => None,
        };
        self.report_with(match hint {
            Some(hint) => diagnostic.hint(hint),
            None => diagnostic,
        });
        self.at += first.len_utf8();
    }
}

fn is_name_start(c: char) -> bool {
    c.is_ascii_alphabetic() || matches!(c, '_' | '@')
}

fn is_name_part(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_' || c == '@'
}

//! A place in the expanded text, and the pieces that every command's arguments are made of.

use super::ast::{Name, Within, Word};
use super::facts;
use tripline_ir::Text;
use tripline_text::Span;

/// What stands for a field's name in the body of `foreach`.
pub(super) const PLACEHOLDER: &str = "<<FIELD>>";
/// What stands for an element of a list in the body of `foreach`.
pub(super) const ITEM: &str = "<<ITEM>>";
/// What stands for what the wildcards of a name fit.
pub(super) const MATCHSTR: &str = "<<MATCHSTR>>";
/// What stands for what one of the wildcards of a name fits.
pub(super) const SEGMENTS: [&str; 3] = ["<<MATCHSEG1>>", "<<MATCHSEG2>>", "<<MATCHSEG3>>"];

/// How long the placeholder is that a text begins with; 0 without one.
pub(super) fn placeholder(text: &str) -> usize {
    let all = [PLACEHOLDER, ITEM, MATCHSTR].into_iter().chain(SEGMENTS);
    let mut all = all.filter(|own| text.starts_with(own));
    all.next().map_or(0, str::len)
}

/// How long the run of a name's characters and placeholders is that a text begins with.
pub(super) fn run(text: &str, part: impl Fn(char) -> bool) -> usize {
    let mut length = 0;
    loop {
        let rest = &text[length..];
        let next = rest.find(|c| !part(c)).unwrap_or(rest.len());
        let next = next + placeholder(&rest[next..]);
        if next == 0 {
            return length;
        }
        length += next;
    }
}

/// A place in a text, bounded by the end of a stage.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cursor<'s> {
    pub(super) text: &'s str,
    pub(super) at: usize,
    pub(super) end: usize,
}

impl<'s> Cursor<'s> {
    /// What is left.
    pub(super) fn rest(&self) -> &'s str {
        self.text.get(self.at..self.end).unwrap_or("")
    }

    pub(super) fn skip_blank(&mut self) {
        self.at += self.rest().len() - self.rest().trim_start().len();
    }

    /// The next character that is no blank.
    pub(super) fn peek(&mut self) -> Option<char> {
        self.skip_blank();
        self.rest().chars().next()
    }

    pub(super) fn is_empty(&mut self) -> bool {
        self.peek().is_none()
    }

    pub(super) fn bump(&mut self) -> Option<char> {
        let c = self.rest().chars().next()?;
        self.at += c.len_utf8();
        Some(c)
    }

    /// Takes a character after blanks.
    pub(super) fn take(&mut self, wanted: char) -> bool {
        let found = self.peek() == Some(wanted);
        if found {
            self.at += wanted.len_utf8();
        }
        found
    }

    pub(super) fn span(&self, start: usize) -> Span {
        Span::from_usize(start..self.at.max(start))
    }

    /// What stands at the cursor, for messages.
    pub(super) fn shown(&mut self) -> (String, Span) {
        self.skip_blank();
        let rest = self.rest();
        let first = rest.chars().next().map_or(0, char::len_utf8);
        let length = rest
            .find(|c: char| c.is_whitespace() || matches!(c, '(' | ')' | ',' | '|' | '[' | ']'))
            .unwrap_or(rest.len())
            .max(first);
        let span = Span::from_usize(self.at..self.at + length);
        match rest.get(..length).filter(|word| !word.is_empty()) {
            Some(word) => (format!("`{word}`"), span),
            None => ("the end of the command".to_owned(), span),
        }
    }

    /// Whether the next word, in any letter case, is this one.
    pub(super) fn at_word(&mut self, word: &str) -> bool {
        self.skip_blank();
        let rest = self.rest();
        rest.get(..word.len())
            .is_some_and(|found| found.eq_ignore_ascii_case(word))
            && !rest[word.len()..].starts_with(is_name)
    }

    /// Takes the next word if, in any letter case, it is this one.
    pub(super) fn take_word(&mut self, word: &str) -> bool {
        let found = self.at_word(word);
        if found {
            self.at += word.len();
        }
        found
    }

    /// As [`Cursor::take_word`], letter case apart: the operators of `search` are upper case.
    pub(super) fn take_exact(&mut self, word: &str) -> bool {
        let found = self.at_word(word) && self.rest().starts_with(word);
        if found {
            self.at += word.len();
        }
        found
    }

    /// A quoted text without its quotes, as written; the closing quote may be missing.
    pub(super) fn quoted_raw(&mut self) -> Option<(&'s str, Span, bool)> {
        let quote = self.peek().filter(|c| *c == '"')?;
        let start = self.at;
        self.bump();
        let inside = self.at;
        loop {
            match self.bump() {
                Some('\\') => {
                    self.bump();
                }
                Some(c) if c == quote => {
                    return Some((&self.text[inside..self.at - 1], self.span(start), true));
                }
                Some(_) => {}
                None => return Some((&self.text[inside..self.at], self.span(start), false)),
            }
        }
    }

    /// A value of the search language: quoted, or up to a blank or a bracket. In lists a comma
    /// ends it too.
    pub(super) fn word(&mut self, comma_ends: bool) -> Option<Word> {
        if self.peek()? == '"' {
            let (raw, span, _) = self.quoted_raw()?;
            return Some(Word {
                text: facts::unescape(raw),
                quoted: true,
                within: Within::Nothing,
                span,
            });
        }
        let start = self.at;
        while let Some(c) = self.rest().chars().next() {
            let stop = c.is_whitespace()
                || matches!(c, '(' | ')' | '[' | ']' | '|' | '"')
                || (comma_ends && c == ',');
            if stop {
                break;
            }
            self.bump();
            let escapes = c == '\\' && self.rest().starts_with(['"', '\\', '(', ')', '|']);
            if escapes {
                self.bump();
            }
        }
        let raw = &self.text[start..self.at];
        (!raw.is_empty()).then(|| Word {
            text: facts::unescape(raw),
            quoted: false,
            within: Within::Nothing,
            span: self.span(start),
        })
    }

    /// A field's name: quoted in either way, or a run of name characters (with `*`).
    pub(super) fn name(&mut self) -> Option<Name> {
        match self.peek()? {
            '"' => {
                let (raw, span, _) = self.quoted_raw()?;
                Some(Name {
                    text: facts::unescape(raw),
                    span,
                })
            }
            '\'' => self.single_quoted(),
            _ => {
                let start = self.at;
                let length = run(self.rest(), is_name);
                self.at += length;
                (length > 0).then(|| Name {
                    text: self.text[start..self.at].into(),
                    span: self.span(start),
                })
            }
        }
    }

    /// `'odd name'`.
    pub(super) fn single_quoted(&mut self) -> Option<Name> {
        let start = self.at;
        let length = self.rest().get(1..)?.find('\'')?;
        self.at += length + 2;
        Some(Name {
            text: Text::from(&self.text[start + 1..start + 1 + length]),
            span: self.span(start),
        })
    }

    /// The new name behind `as`.
    pub(super) fn alias(&mut self) -> Option<Name> {
        if self.take_word("as") {
            self.column()
        } else {
            None
        }
    }

    /// A column's name; without quotes it may hold a part in parentheses, as those do that `stats`
    /// gives: `values(user)`.
    pub(super) fn column(&mut self) -> Option<Name> {
        let start = self.at;
        let mut name = self.name()?;
        let bare = !self.text[name.span.range()].starts_with(['"', '\'']);
        if bare
            && self.rest().starts_with('(')
            && let Some(close) = self.rest().find(')')
            && !self.rest()[..close].contains(char::is_whitespace)
        {
            self.at += close + 1;
            name.span = self.span(start.max(name.span.start as usize));
            name.text = self.text[name.span.range()].into();
        }
        Some(name)
    }

    /// `key=value` at the cursor, for a command's options.
    pub(super) fn option(&mut self) -> Option<(Text, Name)> {
        let before = *self;
        let key = self.name()?;
        if before.rest().starts_with(['"', '\'']) || !self.take('=') || self.rest().starts_with('=')
        {
            *self = before;
            return None;
        }
        let Some(value) = self.word(true) else {
            *self = before;
            return None;
        };
        let name = Name {
            text: value.text,
            span: value.span,
        };
        let key = match key.text.as_str() {
            PLACEHOLDER => key.text,
            other => other.to_lowercase().into(),
        };
        Some((key, name))
    }

    /// Names separated by blanks or commas, up to one of the words or to what is no name.
    pub(super) fn names(&mut self, until: &[&str]) -> Vec<Name> {
        let mut found = Vec::new();
        loop {
            while self.take(',') {}
            if until.iter().any(|word| self.at_word(word)) {
                return found;
            }
            let before = *self;
            match self.column() {
                Some(_) if self.rest().starts_with('=') => {
                    *self = before;
                    return found;
                }
                Some(name) => found.push(name),
                None => return found,
            }
        }
    }
}

/// Characters of a field's name where it stands without quotes.
pub(super) fn is_name(c: char) -> bool {
    c.is_alphanumeric()
        || matches!(
            c,
            '_' | '.'
                | '{'
                | '}'
                | ':'
                | '-'
                | '*'
                | '@'
                | '#'
                | '$'
                | '%'
                | '/'
                | '&'
                | '~'
                | '^'
                | '?'
        )
        || (!c.is_ascii() && !c.is_whitespace())
}

//! Lucene's regular expressions, by the grammar of its `RegExp` class with every optional
//! operator on, which is what Elasticsearch's `regexp` query, EQL's `regex` and ES|QL's `RLIKE`
//! use.
//!
//! An expression always matches the whole value and there are no anchors: `^` and `$` stand for
//! themselves. Special are `. ? * + { } [ ] ( ) | \ "..." @ # & ~ <n-m>`. Case-insensitivity
//! covers single characters and quoted texts, not ranges, and only ASCII letters.
//!
//! Most expressions have an image in the syntax of the `regex` crate ([`LucenePattern::to_regex`]).
//! Intersection and complement have none and are matched here, by sets of positions: for a start,
//! the set of places where a match can end. That definition covers the whole language, so it is
//! also what the translation is tested against.

mod positions;

use super::regex::RegexError;
use std::fmt::Write as _;

/// How deep groups may nest.
const MAX_DEPTH: u32 = 200;
/// The largest count of a repetition.
const MAX_REPEAT: u32 = 1000;

/// A parsed expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LucenePattern {
    root: Node,
    case_insensitive: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Node {
    /// The empty text.
    Empty,
    /// No text at all: `#`.
    Nothing,
    /// One character, any: `.`.
    AnyChar,
    /// Any text: `@`.
    AnyText,
    /// One character.
    Char(char),
    /// One character of a class.
    Class { ranges: Vec<Range>, negated: bool },
    /// A decimal number between two bounds; with a width when it is fixed by leading zeros.
    Interval { low: u64, high: u64, width: usize },
    /// One after the other.
    Concat(Vec<Node>),
    /// Either.
    Union(Vec<Node>),
    /// Both.
    Intersection(Vec<Node>),
    /// Anything else.
    Complement(Box<Node>),
    /// So many times; no upper bound when `max` is `None`.
    Repeat {
        inner: Box<Node>,
        min: u32,
        max: Option<u32>,
    },
}

/// Characters from one to another, inclusive. A single one folds with the case flag, a range
/// does not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Range {
    from: char,
    to: char,
    single: bool,
}

impl LucenePattern {
    /// Parses an expression.
    ///
    /// # Errors
    /// It is malformed or names an automaton (`<name>`), which no rule can supply.
    pub fn parse(text: &str, case_insensitive: bool) -> Result<Self, RegexError> {
        let mut parser = Parser {
            text,
            at: 0,
            depth: 0,
        };
        let root = if text.is_empty() {
            Node::Empty
        } else {
            parser.union()?
        };
        if parser.at < text.len() {
            return Err(parser.error("expected the end of the expression"));
        }
        Ok(Self {
            root,
            case_insensitive,
        })
    }

    /// The same in the syntax of the `regex` crate, anchored at both ends; `None` when it uses
    /// intersection or complement.
    pub fn to_regex(&self) -> Option<String> {
        let mut out = String::from("\\A(?s:");
        self.emit(&self.root, &mut out)?;
        out.push_str(")\\z");
        Some(out)
    }

    /// Whether a whole text matches, by sets of positions. A text of more than 4,096 characters
    /// matches nothing here, and neither does one that takes more steps than allowed.
    pub fn is_match(&self, text: &str) -> bool {
        self.try_match(text).unwrap_or(false)
    }

    /// Whether a whole text matches, by sets of positions; `None` when that takes more steps than
    /// allowed or the text is too long.
    pub fn try_match(&self, text: &str) -> Option<bool> {
        positions::matches(self, text)
    }

    fn emit(&self, node: &Node, out: &mut String) -> Option<()> {
        match node {
            Node::Empty => {}
            Node::Nothing => out.push_str("[^\\s\\S]"),
            Node::AnyChar => out.push('.'),
            Node::AnyText => out.push_str(".*"),
            Node::Char(c) => self.emit_char(*c, out),
            Node::Class { ranges, negated } => self.emit_class(ranges, *negated, out),
            Node::Interval { low, high, width } => emit_interval(*low, *high, *width, out)?,
            Node::Concat(parts) => {
                for part in parts {
                    self.emit(part, out)?;
                }
            }
            Node::Union(parts) => {
                out.push_str("(?:");
                for (index, part) in parts.iter().enumerate() {
                    if index > 0 {
                        out.push('|');
                    }
                    self.emit(part, out)?;
                }
                out.push(')');
            }
            Node::Repeat { inner, min, max } => {
                out.push_str("(?:");
                self.emit(inner, out)?;
                out.push(')');
                match max {
                    Some(max) => write!(out, "{{{min},{max}}}").ok()?,
                    None => write!(out, "{{{min},}}").ok()?,
                }
            }
            Node::Intersection(_) | Node::Complement(_) => return None,
        }
        Some(())
    }

    fn emit_char(&self, c: char, out: &mut String) {
        if self.case_insensitive && c.is_ascii_alphabetic() {
            let _ = write!(
                out,
                "[{}{}]",
                c.to_ascii_lowercase(),
                c.to_ascii_uppercase()
            );
        } else {
            out.push_str(&regex::escape(c.encode_utf8(&mut [0; 4])));
        }
    }

    fn emit_class(&self, ranges: &[Range], negated: bool, out: &mut String) {
        out.push_str(if negated { "[^" } else { "[" });
        for range in ranges {
            let _ = write!(
                out,
                "\\x{{{:x}}}-\\x{{{:x}}}",
                u32::from(range.from),
                u32::from(range.to)
            );
            if range.single && self.case_insensitive {
                for c in [
                    range.from.to_ascii_lowercase(),
                    range.from.to_ascii_uppercase(),
                ] {
                    let _ = write!(out, "\\x{{{:x}}}", u32::from(c));
                }
            }
        }
        out.push(']');
    }

    fn same(&self, wanted: char, found: char) -> bool {
        wanted == found || self.case_insensitive && wanted.eq_ignore_ascii_case(&found)
    }

    fn in_class(&self, ranges: &[Range], found: char) -> bool {
        ranges.iter().any(|range| {
            (range.from..=range.to).contains(&found) || range.single && self.same(range.from, found)
        })
    }
}

/// Writes a number interval as alternatives of digits; `None` when it has too many pieces.
fn emit_interval(low: u64, high: u64, width: usize, out: &mut String) -> Option<()> {
    out.push_str("(?:");
    if width == 0 {
        out.push_str("0*");
    }
    out.push_str("(?:");
    let mut from = low;
    let mut first = true;
    loop {
        let to = piece_end(from, high);
        if !first {
            out.push('|');
        }
        first = false;
        emit_piece(from, to, width, out)?;
        if to >= high {
            break;
        }
        from = to + 1;
    }
    out.push_str("))");
    Some(())
}

/// The end of the longest piece from `from`: numbers that share all leading digits, differ in
/// one digit, and run over every value of the digits after it.
fn piece_end(from: u64, high: u64) -> u64 {
    let mut size = 1;
    while from.is_multiple_of(size * 10)
        && from + size * 10 - 1 <= high
        && same_length(from, from + size * 10 - 1)
    {
        size *= 10;
    }
    let digits_left = 9 - from / size % 10;
    let whole_steps = ((high + 1 - from) / size).saturating_sub(1);
    from + (digits_left.min(whole_steps) + 1) * size - 1
}

fn same_length(a: u64, b: u64) -> bool {
    a.to_string().len() == b.to_string().len()
}

/// Writes the numbers from one to another, which share their leading digits and run freely over
/// the trailing ones.
fn emit_piece(from: u64, to: u64, width: usize, out: &mut String) -> Option<()> {
    let (from, to) = (format!("{from:0width$}"), format!("{to:0width$}"));
    for (a, b) in from.chars().zip(to.chars()) {
        if a == b {
            out.push(a);
        } else {
            write!(out, "[{a}-{b}]").ok()?;
        }
    }
    Some(())
}

struct Parser<'t> {
    text: &'t str,
    at: usize,
    depth: u32,
}

impl Parser<'_> {
    fn error(&self, message: impl Into<String>) -> RegexError {
        RegexError::at(message, self.at)
    }

    fn peek(&self) -> Option<char> {
        self.text[self.at..].chars().next()
    }

    fn next(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.at += c.len_utf8();
        Some(c)
    }

    fn take(&mut self, c: char) -> bool {
        let found = self.peek() == Some(c);
        if found {
            self.at += c.len_utf8();
        }
        found
    }

    fn union(&mut self) -> Result<Node, RegexError> {
        let mut parts = vec![self.intersection()?];
        while self.take('|') {
            parts.push(self.intersection()?);
        }
        Ok(single_or(parts, Node::Union))
    }

    fn intersection(&mut self) -> Result<Node, RegexError> {
        let mut parts = vec![self.concat()?];
        while self.take('&') {
            parts.push(self.concat()?);
        }
        Ok(single_or(parts, Node::Intersection))
    }

    fn concat(&mut self) -> Result<Node, RegexError> {
        let mut parts = vec![self.repeat()?];
        while self.peek().is_some_and(|c| !matches!(c, ')' | '|' | '&')) {
            parts.push(self.repeat()?);
        }
        Ok(single_or(parts, Node::Concat))
    }

    fn repeat(&mut self) -> Result<Node, RegexError> {
        let mut node = self.complement()?;
        let mut stacked = 0;
        loop {
            let (min, max) = match self.peek() {
                Some('?') => (0, Some(1)),
                Some('*') => (0, None),
                Some('+') => (1, None),
                Some('{') => self.bounds()?,
                _ => return Ok(node),
            };
            // The operator's one letter, or the closing brace.
            self.next();
            stacked += 1;
            if stacked > MAX_DEPTH {
                return Err(self.error("too many repetition operators in a row"));
            }
            node = Node::Repeat {
                inner: Box::new(node),
                min,
                max,
            };
        }
    }

    /// The counts of `{n}`, `{n,}` or `{n,m}`, up to but without the closing brace.
    fn bounds(&mut self) -> Result<(u32, Option<u32>), RegexError> {
        self.next();
        let min = self.count()?;
        let max = if self.take(',') {
            if self.peek().is_some_and(|c| c.is_ascii_digit()) {
                Some(self.count()?)
            } else {
                None
            }
        } else {
            Some(min)
        };
        if self.peek() != Some('}') {
            return Err(self.error("expected `}` after the count"));
        }
        if max.is_some_and(|max| max < min) {
            return Err(self.error("the counts of a repetition are the wrong way round"));
        }
        Ok((min, max))
    }

    fn count(&mut self) -> Result<u32, RegexError> {
        let digits = self.digits();
        let count = digits
            .parse::<u32>()
            .map_err(|_| self.error("expected a count"))?;
        if count > MAX_REPEAT {
            return Err(self.error(format!("count {count}, expected at most {MAX_REPEAT}")));
        }
        Ok(count)
    }

    fn digits(&mut self) -> String {
        let mut digits = String::new();
        while let Some(c) = self.peek().filter(char::is_ascii_digit) {
            digits.push(c);
            self.next();
        }
        digits
    }

    fn complement(&mut self) -> Result<Node, RegexError> {
        let mut odd = false;
        let mut any = false;
        while self.take('~') {
            (odd, any) = (!odd, true);
        }
        let node = self.class()?;
        Ok(match (any, odd) {
            (true, true) => Node::Complement(Box::new(node)),
            _ => node,
        })
    }

    fn class(&mut self) -> Result<Node, RegexError> {
        if !self.take('[') {
            return self.simple();
        }
        let negated = self.take('^');
        let mut ranges = Vec::new();
        loop {
            self.class_item(&mut ranges)?;
            match self.peek() {
                Some(']') => break,
                Some(_) => {}
                None => return Err(self.error("expected `]` to close the character class")),
            }
        }
        self.next();
        Ok(Node::Class { ranges, negated })
    }

    fn class_item(&mut self, ranges: &mut Vec<Range>) -> Result<(), RegexError> {
        if let Some(predefined) = self.predefined() {
            ranges.extend(predefined);
            return Ok(());
        }
        // A backslash that is escaped stands alone: it begins no range.
        if self.text[self.at..].starts_with(r"\\") {
            self.at += 2;
            ranges.push(Range {
                from: '\\',
                to: '\\',
                single: true,
            });
            return Ok(());
        }
        let from = self.character()?;
        if !self.take('-') {
            ranges.push(Range {
                from,
                to: from,
                single: true,
            });
            return Ok(());
        }
        let to = self.character()?;
        if to < from {
            return Err(self.error(format!("range `{from}-{to}` is the wrong way round")));
        }
        ranges.push(Range {
            from,
            to,
            single: false,
        });
        Ok(())
    }

    fn simple(&mut self) -> Result<Node, RegexError> {
        if let Some(ranges) = self.predefined() {
            return Ok(Node::Class {
                ranges,
                negated: false,
            });
        }
        match self.peek() {
            Some('.') => Ok(self.leaf(Node::AnyChar)),
            Some('#') => Ok(self.leaf(Node::Nothing)),
            Some('@') => Ok(self.leaf(Node::AnyText)),
            Some('"') => self.quoted(),
            Some('(') => self.group(),
            Some('<') => self.interval(),
            _ => self.character().map(Node::Char),
        }
    }

    fn leaf(&mut self, node: Node) -> Node {
        self.next();
        node
    }

    fn quoted(&mut self) -> Result<Node, RegexError> {
        self.next();
        let rest = &self.text[self.at..];
        let Some(length) = rest.find('"') else {
            return Err(self.error("expected `\"` to close the quoted text"));
        };
        self.at += length + 1;
        Ok(single_or(
            rest[..length].chars().map(Node::Char).collect(),
            Node::Concat,
        ))
    }

    fn group(&mut self) -> Result<Node, RegexError> {
        self.next();
        if self.take(')') {
            return Ok(Node::Empty);
        }
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(self.error(format!("groups nest deeper than {MAX_DEPTH}")));
        }
        let node = self.union()?;
        self.depth -= 1;
        if !self.take(')') {
            return Err(self.error("expected `)` to close the group"));
        }
        Ok(node)
    }

    fn interval(&mut self) -> Result<Node, RegexError> {
        self.next();
        let rest = &self.text[self.at..];
        let Some(length) = rest.find('>') else {
            return Err(self.error("expected `>` to close the interval"));
        };
        let body = &rest[..length];
        let Some((low, high)) = body.split_once('-') else {
            return Err(self.error(format!(
                "`<{body}>` names an automaton, which a rule cannot have"
            )));
        };
        let parsed = (low.parse::<u32>(), high.parse::<u32>());
        let (Ok(a), Ok(b)) = parsed else {
            return Err(self.error(format!("interval `<{body}>`, expected two numbers")));
        };
        let width = if low.len() == high.len() {
            low.len()
        } else {
            0
        };
        self.at += length + 1;
        Ok(Node::Interval {
            low: u64::from(a.min(b)),
            high: u64::from(a.max(b)),
            width,
        })
    }

    /// `\d \D \s \S \w \W`, as newer versions have them.
    fn predefined(&mut self) -> Option<Vec<Range>> {
        let rest = self.text[self.at..].strip_prefix('\\')?;
        let letter = rest.chars().next()?;
        let positive: &[(char, char)] = match letter.to_ascii_lowercase() {
            'd' => &[('0', '9')],
            's' => &[('\t', '\n'), ('\r', '\r'), (' ', ' ')],
            'w' => &[('0', '9'), ('A', 'Z'), ('_', '_'), ('a', 'z')],
            _ => return None,
        };
        self.at += 2;
        let ranges = if letter.is_ascii_uppercase() {
            outside(positive)
        } else {
            positive.to_vec()
        };
        let range = |(from, to)| Range {
            from,
            to,
            single: false,
        };
        Some(ranges.into_iter().map(range).collect())
    }

    fn character(&mut self) -> Result<char, RegexError> {
        self.take('\\');
        self.next()
            .ok_or_else(|| self.error("the expression ends where a character is expected"))
    }
}

/// Every character outside sorted ranges.
fn outside(ranges: &[(char, char)]) -> Vec<(char, char)> {
    let mut rest = Vec::new();
    let mut from = '\0';
    for &(start, end) in ranges {
        if from < start {
            let before = char::from_u32(u32::from(start) - 1).unwrap_or(from);
            rest.push((from, before));
        }
        from = char::from_u32(u32::from(end) + 1).unwrap_or(char::MAX);
    }
    rest.push((from, char::MAX));
    rest
}

/// The only part, or all of them joined; no part is the empty text.
fn single_or(mut parts: Vec<Node>, join: fn(Vec<Node>) -> Node) -> Node {
    match parts.len() {
        0 => Node::Empty,
        1 => parts.remove(0),
        _ => join(parts),
    }
}

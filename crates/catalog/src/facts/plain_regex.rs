//! Regular expressions that are plain patterns: literals, alternations of literals, `.*`, `.`
//! and anchors. `^.*\\(cmd|powershell)\.exe$` is two patterns; everything else stays a regex.
//!
//! `.` is taken as any character although it leaves out line breaks in most dialects: values of
//! event fields are compared as single lines here, for counting only; the law keeps the regex.

use tripline_ir::{Case, Dialect, Part, Pattern, Regex, Text};

/// An expression that multiplies out to more patterns than this stays a regex.
const MAX_PATTERNS: usize = 64;
/// Deepest nesting of groups that is read.
const MAX_DEPTH: usize = 8;

/// The patterns whose union is the expression; `None` when it is more than that.
pub(super) fn patterns(regex: &Regex) -> Option<Vec<Pattern>> {
    let mut text = regex.text.as_str();
    let mut insensitive = regex.case_insensitive;
    if regex.dialect != Dialect::Lucene
        && let Some(rest) = text.strip_prefix("(?i)")
    {
        (text, insensitive) = (rest, true);
    }
    let mut reader = Reader {
        rest: text,
        dialect: regex.dialect,
    };
    let found = reader.alternatives(0)?;
    if !reader.rest.is_empty() {
        return None;
    }
    let case = if insensitive {
        Case::Insensitive
    } else {
        Case::Sensitive
    };
    found
        .into_iter()
        .map(|parts| whole(parts, regex.whole, case))
        .collect()
}

/// A piece of an expression.
#[derive(Clone, PartialEq)]
enum Piece {
    Part(Part),
    Start,
    End,
}

type Pieces = Vec<Piece>;

/// Turns pieces into a pattern over the whole value: an edge without an anchor is open.
fn whole(pieces: Pieces, whole: bool, case: Case) -> Option<Pattern> {
    let mut parts = Vec::new();
    let last = pieces.len();
    let anchored_start = pieces.first() == Some(&Piece::Start);
    let anchored_end = pieces.last() == Some(&Piece::End);
    if !whole && !anchored_start {
        parts.push(Part::AnyRun);
    }
    for (at, piece) in pieces.into_iter().enumerate() {
        match piece {
            Piece::Part(part) => parts.push(part),
            Piece::Start if at == 0 => {}
            Piece::End if at + 1 == last => {}
            Piece::Start | Piece::End => return None,
        }
    }
    if !whole && !anchored_end {
        parts.push(Part::AnyRun);
    }
    Some(Pattern::new(parts, case))
}

struct Reader<'a> {
    rest: &'a str,
    dialect: Dialect,
}

impl Reader<'_> {
    fn next(&mut self) -> Option<char> {
        let mut chars = self.rest.chars();
        let c = chars.next()?;
        self.rest = chars.as_str();
        Some(c)
    }

    fn alternatives(&mut self, depth: usize) -> Option<Vec<Pieces>> {
        if depth > MAX_DEPTH {
            return None;
        }
        let mut all = self.sequence(depth)?;
        while self.rest.starts_with('|') {
            self.next();
            all.extend(self.sequence(depth)?);
        }
        (all.len() <= MAX_PATTERNS).then_some(all)
    }

    fn sequence(&mut self, depth: usize) -> Option<Vec<Pieces>> {
        let mut all: Vec<Pieces> = vec![Vec::new()];
        while let Some(c) = self.rest.chars().next() {
            if matches!(c, '|' | ')') {
                break;
            }
            let choices = self.item(depth)?;
            if all.len() * choices.len() > MAX_PATTERNS {
                return None;
            }
            all = all
                .iter()
                .flat_map(|left| choices.iter().map(|right| [&left[..], &right[..]].concat()))
                .collect();
        }
        Some(all)
    }

    fn item(&mut self, depth: usize) -> Option<Vec<Pieces>> {
        let anchors = self.dialect != Dialect::Lucene;
        let c = self.next()?;
        let single = match c {
            '(' => return self.group(depth),
            '.' => return self.dot(),
            '\\' => self.escape()?,
            '^' if anchors => return Some(vec![vec![Piece::Start]]),
            '$' if anchors => return Some(vec![vec![Piece::End]]),
            '[' | ']' | '{' | '}' | '*' | '+' | '?' => return None,
            '@' | '&' | '~' | '#' | '<' | '>' | '"' if !anchors => return None,
            other => other,
        };
        self.unrepeated()?;
        Some(vec![vec![literal(single)]])
    }

    /// `.*` is any run, `.` any character; other repeats are more than a pattern.
    fn dot(&mut self) -> Option<Vec<Pieces>> {
        let part = if let Some(rest) = self.rest.strip_prefix('*') {
            self.rest = rest.strip_prefix('?').unwrap_or(rest);
            vec![Piece::Part(Part::AnyRun)]
        } else if let Some(rest) = self.rest.strip_prefix('+') {
            self.rest = rest.strip_prefix('?').unwrap_or(rest);
            vec![Piece::Part(Part::AnyOne), Piece::Part(Part::AnyRun)]
        } else {
            self.unrepeated()?;
            vec![Piece::Part(Part::AnyOne)]
        };
        Some(vec![part])
    }

    fn group(&mut self, depth: usize) -> Option<Vec<Pieces>> {
        if let Some(rest) = self.rest.strip_prefix("?:") {
            self.rest = rest;
        } else if self.rest.starts_with('?') {
            return None;
        }
        let inner = self.alternatives(depth + 1)?;
        if self.next()? != ')' {
            return None;
        }
        self.unrepeated()?;
        Some(inner)
    }

    /// A character that is escaped because it is special; classes and boundaries are no literals.
    fn escape(&mut self) -> Option<char> {
        let c = self.next()?;
        (!c.is_ascii_alphanumeric()).then_some(c)
    }

    fn unrepeated(&self) -> Option<()> {
        (!self.rest.starts_with(['*', '+', '?', '{'])).then_some(())
    }
}

fn literal(c: char) -> Piece {
    let mut buffer = [0; 4];
    Piece::Part(Part::Literal(Text::new(c.encode_utf8(&mut buffer))))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn globs(text: &str) -> Option<Vec<String>> {
        let regex = Regex {
            text: text.into(),
            dialect: Dialect::Pcre,
            case_insensitive: false,
            multi_line: false,
            dot_all: false,
            whole: false,
        };
        let found = patterns(&regex)?;
        Some(found.iter().map(Pattern::glob).collect())
    }

    #[test]
    fn plain_expressions_become_patterns() {
        assert_eq!(
            globs(r"^C:\\Temp\\.*\.exe$"),
            Some(vec![r"C:\Temp\*.exe".into()])
        );
        assert_eq!(
            globs(r"\\(?:cmd|pwsh)\.exe$"),
            Some(vec![r"*\cmd.exe".into(), r"*\pwsh.exe".into()])
        );
        assert_eq!(globs("a.c"), Some(vec!["*a?c*".into()]));
        assert_eq!(globs("x|^y$"), Some(vec!["*x*".into(), "y".into()]));
    }

    #[test]
    fn more_than_a_pattern_stays_a_regex() {
        for text in [
            r"\d+",
            "a*",
            "[ab]",
            r"\bx",
            "a{2}",
            "(?=x)y",
            "(a|b)+",
            "x^y",
            "(((((((((a)))))))))",
        ] {
            assert_eq!(globs(text), None, "{text}");
        }
    }
}

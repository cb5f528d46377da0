//! Commands of sh and bash.
//!
//! Read: lines, `;`, `&`, `&&`, `||`, `|`, groups, quotes, backslashes, comments, here-documents,
//! redirections, `$NAME` and `${NAME}` of constants that the text sets, `$(...)` and back-ticks (whose
//! commands are read too), and the commands inside `if`, `while`, `for`, `case` and functions.

use super::{Command, MAX_DEPTH, Redirect, Script, Word, bounded};
use crate::signals::tables::{self, UnixSystem};
use std::collections::BTreeMap;

/// Words that stand before a command and do nothing themselves.
const KEYWORDS: [&str; 13] = [
    "if", "then", "else", "elif", "fi", "while", "until", "do", "done", "esac", "{", "}", "!",
];

/// Reads the commands of a text, as they are on a system.
pub(crate) fn read(text: &str, system: UnixSystem) -> Script {
    read_at(text, 0, system, system.variables)
}

fn read_at(
    text: &str,
    depth: usize,
    system: UnixSystem,
    variables: &BTreeMap<String, String>,
) -> Script {
    let mut script = Script::default();
    let text = bounded(text, &mut script);
    let mut reader = Reader {
        text,
        at: 0,
        depth,
        script,
        system,
        variables: variables.clone(),
        documents: Vec::new(),
    };
    reader.run();
    reader.script
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
    depth: usize,
    script: Script,
    system: UnixSystem,
    variables: BTreeMap<String, String>,
    /// Ends of here-documents that begin after this line.
    documents: Vec<String>,
}

impl Reader<'_> {
    fn peek(&self) -> Option<char> {
        self.text[self.at..].chars().next()
    }

    fn starts(&self, with: &str) -> bool {
        self.text[self.at..].starts_with(with)
    }

    fn run(&mut self) {
        let mut reads_pipe = false;
        while self.at < self.text.len() {
            let before = self.at;
            let mut command = self.command();
            command.reads_pipe = reads_pipe;
            reads_pipe = self.end_of_command();
            command.piped = reads_pipe;
            self.finish(command);
            if self.at == before {
                self.at += self.peek().map_or(1, char::len_utf8);
            }
        }
    }

    fn end_of_command(&mut self) -> bool {
        for two in ["&&", "||", ";;"] {
            if self.starts(two) {
                self.at += 2;
                return false;
            }
        }
        let pipe = self.starts("|");
        match self.peek() {
            Some('\n') => {
                self.at += 1;
                self.here_documents();
            }
            Some(c @ ('|' | '&' | ';' | '(' | ')')) => {
                self.at += c.len_utf8();
                if pipe && self.starts("&") {
                    self.at += 1;
                }
            }
            _ => {}
        }
        pipe
    }

    /// Passes over the here-documents that begin here.
    fn here_documents(&mut self) {
        for end in std::mem::take(&mut self.documents) {
            let mut offset = self.at;
            for line in self.text[self.at..].split_inclusive('\n') {
                offset += line.len();
                if line.trim_end_matches('\n').trim_start_matches('\t') == end {
                    break;
                }
            }
            self.at = offset;
        }
    }

    fn blanks(&mut self) {
        loop {
            if self.starts("\\\n") {
                self.at += 2;
            } else if matches!(self.peek(), Some(' ' | '\t' | '\r')) {
                self.at += 1;
            } else {
                return;
            }
        }
    }

    fn command(&mut self) -> Command {
        let mut command = Command::default();
        self.blanks();
        let start = self.at;
        let mut end = start;
        loop {
            self.blanks();
            match self.peek() {
                None | Some('\n' | ';' | '|' | '(' | ')') => break,
                Some('#') => {
                    let rest = &self.text[self.at..];
                    self.at += rest.find('\n').unwrap_or(rest.len());
                    break;
                }
                Some('&') if !self.starts("&>") => break,
                Some('>' | '<' | '&') => {
                    if let Some(redirect) = self.redirect() {
                        command.redirects.push(redirect);
                    }
                }
                Some(_) => {
                    let word = self.word();
                    let is_handle = word.raw.len() == 1 && word.raw.as_bytes()[0].is_ascii_digit();
                    if !(is_handle && matches!(self.peek(), Some('>' | '<'))) {
                        command.words.push(word);
                    }
                }
            }
            end = self.at;
        }
        command.place = (start, end);
        command
    }

    fn redirect(&mut self) -> Option<Redirect> {
        if self.starts("&") {
            self.at += 1;
        }
        let writes = self.starts(">");
        let document = self.starts("<<") && !self.starts("<<<");
        while matches!(self.peek(), Some('>' | '<' | '|')) {
            self.at += 1;
        }
        if document && self.starts("-") {
            self.at += 1;
        }
        if self.starts("&") {
            self.at += 1;
            if matches!(self.peek(), Some('0'..='9' | '-')) {
                let _ = self.word();
                return None;
            }
        }
        if self.starts("(") {
            return None;
        }
        self.blanks();
        let target = self.word();
        if document {
            self.documents.push(target.text);
            return None;
        }
        let is_file = !target.text.is_empty() && !target.text.starts_with("/dev/null");
        is_file.then_some(Redirect { target, writes })
    }

    fn word(&mut self) -> Word {
        let start = self.at;
        let mut word = Word {
            known: true,
            ..Word::default()
        };
        while let Some(c) = self.peek() {
            match c {
                ' ' | '\t' | '\r' | '\n' | ';' | '|' | '&' | '>' | '<' | '(' | ')' => break,
                '\'' => self.single(&mut word),
                '"' => self.double(&mut word),
                '\\' => {
                    self.at += 1;
                    if let Some(next) = self.peek() {
                        self.take(next, &mut word);
                    }
                }
                '$' | '`' => self.expansion(&mut word),
                '~' if word.text.is_empty() => self.home(&mut word),
                _ => self.take(c, &mut word),
            }
        }
        if self.at == start {
            self.at += self.peek().map_or(0, char::len_utf8);
        }
        word.place = (start, self.at);
        word
    }

    fn take(&mut self, c: char, word: &mut Word) {
        word.text.push(c);
        word.raw.push(c);
        self.at += c.len_utf8();
    }

    fn home(&mut self, word: &mut Word) {
        self.at += 1;
        if matches!(self.peek(), None | Some('/' | ' ' | '\n' | ';')) {
            let home = self.variable("HOME").unwrap_or_default();
            word.text.push_str(&home);
            word.raw.push_str(&home);
        } else {
            word.text.push('~');
            word.raw.push('~');
        }
    }

    fn single(&mut self, word: &mut Word) {
        word.quoted = true;
        self.at += 1;
        while let Some(c) = self.peek() {
            if c == '\'' {
                self.at += 1;
                return;
            }
            self.take(c, word);
        }
    }

    fn double(&mut self, word: &mut Word) {
        word.quoted = true;
        self.at += 1;
        while let Some(c) = self.peek() {
            match c {
                '"' => {
                    self.at += 1;
                    return;
                }
                '\\' => {
                    self.at += 1;
                    match self.peek() {
                        Some(next @ ('"' | '\\' | '$' | '`')) => self.take(next, word),
                        Some('\n') => self.at += 1,
                        Some(next) => {
                            word.text.push('\\');
                            word.raw.push('\\');
                            self.take(next, word);
                        }
                        None => return,
                    }
                }
                '$' | '`' => self.expansion(word),
                _ => self.take(c, word),
            }
        }
    }

    /// A `$...` or a command in back-ticks.
    fn expansion(&mut self, word: &mut Word) {
        let start = self.at;
        if self.starts("`") {
            let inner = self.text[start + 1..].find('`');
            let length = inner.unwrap_or(self.text.len() - start - 1);
            self.nested(start + 1, length);
            self.at = (start + length + 2).min(self.text.len());
            let path = self.located(start + 1, length);
            return self.put(start, path, word);
        }
        if self.starts("$((") {
            self.at += close(&self.text[start + 1..], '(', ')') + 1;
            return self.keep(start, word);
        }
        if self.starts("$(") {
            let length = close(&self.text[start + 1..], '(', ')');
            self.nested(start + 2, length.saturating_sub(2));
            self.at = start + 1 + length;
            let path = self.located(start + 2, length.saturating_sub(2));
            return self.put(start, path, word);
        }
        if self.starts("${") {
            let length = close(&self.text[start + 1..], '{', '}');
            let name = self.text[start + 1..start + 1 + length].trim_matches(['{', '}']);
            let value = self.variable(name);
            self.at = start + 1 + length;
            return self.put(start, value, word);
        }
        let rest = &self.text[start + 1..];
        let length = rest
            .find(|c: char| !c.is_ascii_alphanumeric() && c != '_')
            .unwrap_or(rest.len());
        if length == 0 {
            self.take('$', word);
            if let Some(c @ ('?' | '!' | '@' | '*' | '#' | '$')) = self.peek() {
                self.take(c, word);
                word.known = false;
            }
            return;
        }
        let value = self.variable(&rest[..length]);
        self.at = start + 1 + length;
        self.put(start, value, word);
    }

    /// What a command in the text prints that only asks where a program lies: `which NAME`, `command
    /// -v NAME`.
    fn located(&self, start: usize, length: usize) -> Option<String> {
        let text = self.text.get(start..start + length)?.trim();
        let name = text.strip_prefix("which ");
        let name = name.or_else(|| text.strip_prefix("command -v "))?;
        self.system.programs.get(name.trim()).cloned()
    }

    fn variable(&self, name: &str) -> Option<String> {
        let set = self.variables.get(name);
        set.or_else(|| tables::unix().variables.get(name)).cloned()
    }

    fn put(&mut self, start: usize, value: Option<String>, word: &mut Word) {
        match value {
            Some(value) => {
                word.text.push_str(&value);
                word.raw.push_str(&value);
            }
            None => self.keep(start, word),
        }
    }

    /// Keeps what was passed over as it stands: its value is not known.
    fn keep(&mut self, start: usize, word: &mut Word) {
        word.known = false;
        word.text.push_str(&self.text[start..self.at]);
        word.raw.push_str(&self.text[start..self.at]);
    }

    /// The commands of a text inside this one.
    fn nested(&mut self, start: usize, length: usize) {
        let end = (start + length).min(self.text.len());
        let place = (start, end);
        let Some(inner) = self.text.get(start..end) else {
            return;
        };
        if self.depth >= MAX_DEPTH {
            return self.script.unknown.push((place, "nested too deep"));
        }
        let inner = read_at(inner, self.depth + 1, self.system, &self.variables);
        self.script.absorb(inner, start);
    }

    fn finish(&mut self, mut command: Command) {
        while let Some(first) = command.words.first() {
            if first.quoted {
                break;
            }
            if KEYWORDS.contains(&first.text.as_str()) {
                command.words.remove(0);
                continue;
            }
            if matches!(first.text.as_str(), "for" | "case" | "function" | "select") {
                return;
            }
            let assigned = first.text.split_once('=').filter(|(name, _)| is_name(name));
            let Some((name, value)) = assigned else {
                break;
            };
            if first.known {
                self.variables.insert(name.to_owned(), value.to_owned());
            } else {
                self.variables.remove(name);
            }
            command.words.remove(0);
        }
        if let Some(first) = command.words.first() {
            command.place.0 = first.place.0;
            self.script.push(command);
        } else if !command.redirects.is_empty() {
            self.script.push(command);
        }
    }
}

fn is_name(text: &str) -> bool {
    !text.is_empty()
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
        && !text.as_bytes()[0].is_ascii_digit()
}

/// Length of a bracketed text that begins with `open`, both brackets included; quotes hide
/// brackets. Without an end it is the whole text.
fn close(text: &str, open: char, end: char) -> usize {
    let mut depth = 0_usize;
    let mut quote = None;
    for (at, c) in text.char_indices() {
        match quote {
            Some(mark) if c == mark => quote = None,
            None if c == '\'' || c == '"' => quote = Some(c),
            None if c == open => depth += 1,
            None if c == end => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return at + c.len_utf8();
                }
            }
            Some(_) | None => {}
        }
    }
    text.len()
}

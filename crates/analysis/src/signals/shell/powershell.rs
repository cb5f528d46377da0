//! Commands of PowerShell.
//!
//! Read: statements by lines, `;`, `|` and brackets of every kind, strings and here-strings,
//! comments, `$name = CONSTANT` and `$env:NAME`, call operators, cmdlets with parameters, and calls
//! of methods, which become commands of their own with [`Command::method`]. What stands in
//! brackets, script blocks and functions is read where it stands; a call of a function that the
//! text defines runs nothing more.

use super::{Command, MAX_DEPTH, Redirect, Script, Word, bounded};
use crate::signals::tables;
use std::collections::{BTreeMap, BTreeSet};

/// Words before a statement or block that run nothing themselves.
const KEYWORDS: [&str; 26] = [
    "begin", "break", "catch", "class", "continue", "do", "else", "elseif", "end", "exit",
    "filter", "finally", "for", "foreach", "function", "if", "in", "param", "process", "return",
    "switch", "throw", "trap", "try", "until", "while",
];

/// Reads the commands of a text.
pub(crate) fn read(text: &str) -> Script {
    let mut script = Script::default();
    let text = bounded(text, &mut script);
    let mut reader = Reader {
        text,
        at: 0,
        depth: 0,
        script,
        variables: BTreeMap::new(),
        functions: BTreeSet::new(),
    };
    while reader.at < text.len() {
        reader.block();
        // A closing bracket without an opening one.
        reader.advance();
    }
    reader.script
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
    depth: usize,
    script: Script,
    /// Constants, by lower-case name.
    variables: BTreeMap<String, String>,
    /// Functions that the text defines, by lower-case name.
    functions: BTreeSet<String>,
}

impl<'t> Reader<'t> {
    fn rest(&self) -> &'t str {
        &self.text[self.at..]
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn starts(&self, with: &str) -> bool {
        self.rest().starts_with(with)
    }

    fn advance(&mut self) {
        self.at += self.peek().map_or(0, char::len_utf8);
    }

    /// Statements up to a closing bracket.
    fn block(&mut self) {
        let mut reads_pipe = false;
        loop {
            self.blanks(true);
            match self.peek() {
                None | Some(')' | '}' | ']') => return,
                Some(';' | ',') => self.advance(),
                Some('|') => {
                    self.advance();
                    reads_pipe = true;
                    continue;
                }
                Some('(' | '{') => self.bracket(),
                _ => self.statement(reads_pipe),
            }
            reads_pipe = false;
        }
    }

    /// A bracketed part, read as statements of its own.
    fn bracket(&mut self) {
        let start = self.at;
        self.advance();
        if self.depth >= MAX_DEPTH {
            self.script
                .unknown
                .push(((start, self.text.len()), "nested too deep"));
            self.at = self.text.len();
            return;
        }
        self.depth += 1;
        self.block();
        self.depth -= 1;
        if matches!(self.peek(), Some(')' | '}' | ']')) {
            self.advance();
        }
        self.members("");
    }

    /// Blanks, comments and joined lines; ends of lines too when asked.
    fn blanks(&mut self, lines: bool) {
        loop {
            let rest = self.rest();
            if rest.starts_with("<#") {
                self.at += rest.find("#>").map_or(rest.len(), |end| end + 2);
            } else if rest.starts_with('#') {
                self.at += rest.find('\n').unwrap_or(rest.len());
            } else if rest.starts_with("`\n") || rest.starts_with("`\r") {
                self.at += 2;
            } else if matches!(self.peek(), Some(' ' | '\t'))
                || (lines && matches!(self.peek(), Some('\n' | '\r')))
            {
                self.at += 1;
            } else {
                return;
            }
        }
    }

    fn statement(&mut self, reads_pipe: bool) {
        let start = self.at;
        if matches!(self.peek(), Some('&' | '.')) {
            self.advance();
            self.blanks(false);
            if matches!(self.peek(), Some('(' | '{')) {
                return self.bracket();
            }
            return self.command(start, reads_pipe);
        }
        match self.peek() {
            Some('$') if self.assignment() => {}
            Some('$' | '"' | '\'' | '@' | '[' | '-' | '+' | '!' | '*' | '=' | '<' | '>') => {
                self.expression(start, reads_pipe);
            }
            Some(c) if c.is_ascii_digit() => self.expression(start, reads_pipe),
            _ => {
                let word: &str = self.rest();
                let length = word
                    .find(|c: char| !c.is_ascii_alphanumeric())
                    .unwrap_or(word.len());
                let name = word[..length].to_ascii_lowercase();
                let ends = !word[length..].starts_with(['-', '.', '\\', ':', '/']);
                if ends && KEYWORDS.contains(&name.as_str()) {
                    self.at += length;
                    if matches!(name.as_str(), "function" | "filter" | "class") {
                        self.blanks(false);
                        let defined = self.bare();
                        self.functions.insert(defined.text.to_ascii_lowercase());
                    }
                    return;
                }
                self.command(start, reads_pipe);
            }
        }
    }

    /// `$name = ...`: passes over the left side and keeps a constant.
    fn assignment(&mut self) -> bool {
        let rest = self.rest();
        let end = rest[1..]
            .find(|c: char| !c.is_alphanumeric() && !matches!(c, '_' | ':' | '{' | '}'))
            .map_or(rest.len(), |end| end + 1);
        let after = rest[end..].trim_start_matches([' ', '\t']);
        if !after.starts_with('=') || after.starts_with("==") {
            return false;
        }
        let name = variable_name(&rest[1..end]);
        self.at += rest.len() - after.len() + 1;
        self.blanks(false);
        if matches!(self.peek(), Some('"' | '\'')) {
            let word = self.operand();
            self.blanks(false);
            let alone = matches!(self.peek(), None | Some('\n' | '\r' | ';' | '}' | ')'));
            if alone && word.known {
                self.variables.insert(name, word.text);
                return true;
            }
        }
        self.variables.remove(&name);
        true
    }

    /// An expression at the place of a command; a text of its own goes into a pipe.
    fn expression(&mut self, start: usize, reads_pipe: bool) {
        let before = self.at;
        let word = self.operand();
        if self.at == before {
            return self.advance();
        }
        self.blanks(false);
        if self.starts("|") && !word.text.is_empty() {
            self.script.push(Command {
                place: (start, self.at),
                words: vec![word],
                piped: true,
                reads_pipe,
                ..Command::default()
            });
        }
    }

    /// A command and its arguments.
    fn command(&mut self, start: usize, reads_pipe: bool) {
        let mut command = Command {
            reads_pipe,
            ..Command::default()
        };
        let mut end = self.at;
        let mut listed = false;
        loop {
            self.blanks(listed);
            match self.peek() {
                None | Some('\n' | '\r' | ';' | '|' | ')' | '}') => break,
                Some('>') => self.redirect(&mut command),
                Some('2' | '*' | '3') if self.rest()[1..].starts_with('>') => {
                    self.advance();
                    self.redirect(&mut command);
                }
                Some('&') => {
                    self.advance();
                }
                Some('{') => self.bracket(),
                Some(',') => {
                    self.advance();
                    listed = command.words.len() > 1;
                    continue;
                }
                Some(_) => {
                    let before = self.at;
                    let word = self.argument(command.words.is_empty());
                    if self.at == before {
                        self.advance();
                        continue;
                    }
                    match command.words.last_mut().filter(|_| listed) {
                        Some(list) => list.join(&word),
                        None => command.words.push(word),
                    }
                    listed = false;
                }
            }
            end = self.at;
        }
        command.piped = self.starts("|");
        command.place = (start, end);
        let name = command.name().to_ascii_lowercase();
        // The body of a function is read where it is defined.
        if !command.words.is_empty() && !self.functions.contains(&name) {
            self.script.push(command);
        }
    }

    fn redirect(&mut self, command: &mut Command) {
        while self.starts(">") {
            self.at += 1;
        }
        if self.starts("&") {
            self.advance();
            self.advance();
            return;
        }
        self.blanks(false);
        let target = self.argument(false);
        let is_file = !target.text.is_empty() && !target.text.eq_ignore_ascii_case("$null");
        if is_file {
            command.redirects.push(Redirect {
                target,
                writes: true,
            });
        }
    }

    fn argument(&mut self, is_name: bool) -> Word {
        let start = self.at;
        let mut word = match self.peek() {
            Some('"' | '\'' | '$') => self.operand(),
            Some('(' | '@' | '[') if !is_name => self.operand(),
            _ => return self.bare(),
        };
        let ends = |c: char| c.is_whitespace() || ";|)}{,>".contains(c);
        if self.at > start && self.peek().is_some_and(|c| !ends(c)) {
            // `$env:TEMP\x`: a text goes on after the value.
            let rest = self.bare();
            word.text.push_str(&rest.text);
            word.known &= rest.known;
            return self.done(word, start);
        }
        word
    }

    /// A word without quotes; quoted parts and variables inside it are read.
    fn bare(&mut self) -> Word {
        let start = self.at;
        let mut word = Word {
            known: true,
            ..Word::default()
        };
        while let Some(c) = self.peek() {
            match c {
                ' ' | '\t' | '\n' | '\r' | ';' | '|' | ')' | '}' | '{' | ',' => break,
                '(' => {
                    self.bracket();
                    word.known = false;
                }
                '"' | '\'' => {
                    let inner = self.string();
                    word.text.push_str(&inner.text);
                    word.known &= inner.known;
                    word.quoted = true;
                }
                '$' => self.variable(&mut word),
                '`' => {
                    self.at += 1;
                    self.take(&mut word);
                }
                _ => self.take(&mut word),
            }
        }
        self.done(word, start)
    }

    fn take(&mut self, word: &mut Word) {
        if let Some(c) = self.peek() {
            word.text.push(c);
            self.at += c.len_utf8();
        }
    }

    /// Gives a word its place, and the form in which a program started by PowerShell sees it:
    /// quoted when it holds blanks.
    fn done(&self, mut word: Word, start: usize) -> Word {
        word.place = (start, self.at);
        word.raw = if word.text.contains([' ', '\t']) && !word.text.contains('"') {
            format!("\"{}\"", word.text)
        } else {
            word.text.clone()
        };
        word
    }

    /// A string, variable, bracket or number, with its members, and what `+` joins to it.
    fn operand(&mut self) -> Word {
        let start = self.at;
        let mut word = self.single();
        loop {
            let mark = self.at;
            self.blanks(false);
            if !self.starts("+") || self.starts("+=") {
                self.at = mark;
                return self.done(word, start);
            }
            self.advance();
            self.blanks(false);
            let next = self.single();
            word.text.push_str(&next.text);
            word.known &= next.known;
        }
    }

    fn single(&mut self) -> Word {
        let start = self.at;
        let mut word = Word {
            known: true,
            ..Word::default()
        };
        match self.peek() {
            Some('"' | '\'') => word = self.string(),
            Some('@') if self.starts("@\"") || self.starts("@'") => word = self.here_string(),
            Some('$') if self.starts("$(") => {
                self.advance();
                self.bracket();
                word.known = false;
                self.text[start..self.at].clone_into(&mut word.text);
            }
            Some('$') => self.variable(&mut word),
            Some('(' | '{' | '@') => {
                let splat = self.starts("@");
                if splat {
                    self.advance();
                }
                if matches!(self.peek(), Some('(' | '{')) {
                    word = self.listed();
                } else if splat {
                    // The elements of a list as arguments: `@args`.
                    while self.peek().is_some_and(|c| c.is_alphanumeric() || c == '_') {
                        self.advance();
                    }
                    word.known = false;
                    self.text[start..self.at].clone_into(&mut word.text);
                }
            }
            Some('[') => {
                let rest = self.rest();
                let length = rest.find(']').map_or(rest.len(), |end| end + 1);
                let name = rest[..length].trim_matches(['[', ']']).to_owned();
                self.at += length;
                word.known = false;
                if self.starts("::") || self.starts(".") {
                    self.members(&name);
                } else if matches!(self.peek(), Some('"' | '\'' | '$' | '(')) {
                    // A cast.
                    return self.single();
                }
                return word;
            }
            _ => {
                while self
                    .peek()
                    .is_some_and(|c| c.is_alphanumeric() || matches!(c, '.' | '_' | '-'))
                {
                    self.take(&mut word);
                }
            }
        }
        let value = self.at;
        self.members("");
        if self.at > value {
            word.known = false;
            self.text[start..self.at].clone_into(&mut word.text);
        }
        word
    }

    /// A bracketed value: the text of one string or a list of strings is known.
    fn listed(&mut self) -> Word {
        let start = self.at;
        let mut probe = Reader {
            text: self.text,
            at: self.at + 1,
            depth: MAX_DEPTH,
            script: Script::default(),
            variables: self.variables.clone(),
            functions: BTreeSet::new(),
        };
        let mut parts = Vec::new();
        let mut known = true;
        loop {
            probe.blanks(true);
            match probe.peek() {
                Some('"' | '\'') => {
                    let part = probe.string();
                    known &= part.known;
                    parts.push(part.text);
                }
                Some(',') => probe.advance(),
                Some(')') if !parts.is_empty() && known => {
                    self.at = probe.at + 1;
                    return Word {
                        text: parts.join(" "),
                        known: true,
                        quoted: true,
                        ..Word::default()
                    };
                }
                _ => break,
            }
        }
        self.bracket();
        Word {
            text: self.text[start..self.at].to_owned(),
            ..Word::default()
        }
    }

    /// `.Member`, `::Member`, `.Method(...)` and `[index]` after a value.
    fn members(&mut self, of: &str) {
        let mut of = of.to_owned();
        loop {
            let start = self.at;
            let rest = self.rest();
            let skip = if rest.starts_with("::") {
                2
            } else if rest.starts_with('.') && !rest.starts_with("..") {
                1
            } else if rest.starts_with('[') {
                self.at += rest.find([']', '\n']).map_or(rest.len(), |end| end + 1);
                continue;
            } else {
                return;
            };
            let name = &rest[skip..];
            let length = name
                .find(|c: char| !c.is_alphanumeric() && c != '_')
                .unwrap_or(name.len());
            if length == 0 {
                return;
            }
            let is_static = skip == 2 && !of.is_empty();
            let full = if is_static {
                format!("{of}::{}", &name[..length])
            } else {
                name[..length].to_owned()
            };
            self.at += skip + length;
            of = String::new();
            if self.starts("(") {
                self.call(&full, start);
            }
        }
    }

    /// The arguments of a method.
    fn call(&mut self, name: &str, start: usize) {
        self.advance();
        let mut words = vec![Word {
            text: name.to_owned(),
            raw: name.to_owned(),
            known: true,
            ..Word::default()
        }];
        self.depth += 1;
        loop {
            self.blanks(true);
            match self.peek() {
                None => break,
                Some(')') => {
                    self.advance();
                    break;
                }
                Some(',') => self.advance(),
                Some(_) if self.depth > MAX_DEPTH => self.advance(),
                Some(_) => {
                    let before = self.at;
                    let word = self.operand();
                    if self.at == before {
                        self.advance();
                    } else {
                        words.push(word);
                    }
                }
            }
        }
        self.depth -= 1;
        self.script.push(Command {
            words,
            place: (start, self.at),
            method: true,
            ..Command::default()
        });
    }

    fn string(&mut self) -> Word {
        let mark = self.peek();
        let mut word = Word {
            known: true,
            quoted: true,
            ..Word::default()
        };
        self.advance();
        while let Some(c) = self.peek() {
            if Some(c) == mark {
                self.advance();
                if self.peek() != mark {
                    break;
                }
                self.take(&mut word);
            } else if c == '`' && mark == Some('"') {
                self.advance();
                self.take(&mut word);
            } else if c == '$' && mark == Some('"') {
                self.variable(&mut word);
            } else {
                self.take(&mut word);
            }
        }
        word
    }

    fn here_string(&mut self) -> Word {
        let end = if self.starts("@\"") { "\n\"@" } else { "\n'@" };
        let rest = &self.rest()[2..];
        let length = rest.find(end).unwrap_or(rest.len());
        let text = rest[..length].trim_start_matches(['\r', '\n']).to_owned();
        self.at = (self.at + 2 + length + end.len()).min(self.text.len());
        Word {
            known: end.ends_with("'@") || !text.contains('$'),
            text,
            quoted: true,
            ..Word::default()
        }
    }

    /// A variable inside a text: its constant, or the name when there is none.
    fn variable(&mut self, word: &mut Word) {
        let start = self.at;
        self.advance();
        if self.starts("(") {
            self.bracket();
            word.known = false;
            word.text.push_str(&self.text[start..self.at]);
            return;
        }
        let rest = self.rest();
        let end = if rest.starts_with('{') {
            rest.find('}').map_or(rest.len(), |end| end + 1)
        } else {
            let scope = |text: &str| {
                text.find(|c: char| !c.is_alphanumeric() && c != '_')
                    .unwrap_or(text.len())
            };
            let first = scope(rest);
            let after = &rest[first..];
            if first > 0 && after.starts_with(':') && scope(&after[1..]) > 0 {
                first + 1 + scope(&after[1..])
            } else {
                first
            }
        };
        let name = variable_name(&rest[..end]);
        self.at += end;
        match self.value(&name) {
            Some(value) if end > 0 => word.text.push_str(&value),
            _ => {
                word.known = end == 0 && word.known;
                word.text.push_str(&self.text[start..self.at]);
            }
        }
    }

    fn value(&self, name: &str) -> Option<String> {
        let found = self.variables.get(name).cloned();
        found.or_else(|| match name {
            "true" | "false" | "null" => Some(format!("${name}")),
            "home" => tables::cmd().variables.get("userprofile").cloned(),
            _ => {
                let name = name.strip_prefix("env:")?;
                tables::cmd().variables.get(name).cloned()
            }
        })
    }
}

/// Name of a variable, without brackets and scope, in lower case.
fn variable_name(text: &str) -> String {
    let name = text.trim_matches(['{', '}']).to_ascii_lowercase();
    let scopes = ["script:", "global:", "local:", "using:"];
    let bare = scopes.iter().find_map(|scope| name.strip_prefix(scope));
    bare.map_or(name.clone(), str::to_owned)
}

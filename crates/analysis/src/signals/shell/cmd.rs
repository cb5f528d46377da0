//! Commands of cmd.exe.
//!
//! Read: lines and `&`, `&&`, `||`, `|`, brackets, `^`, quotes, `%VARIABLES%` of a standard
//! installation and those that `set` gives a constant, redirections, `if ... COMMAND`, `for ... do
//! COMMAND`, `start` and `call` before a command. Labels and comments are passed over.

use super::{Command, MAX_DEPTH, Redirect, Script, Word, bounded};
use crate::signals::tables;
use std::collections::BTreeMap;

/// Reads the commands of a text.
pub(crate) fn read(text: &str) -> Script {
    let mut script = Script::default();
    let text = bounded(text, &mut script);
    let mut reader = Reader {
        text,
        at: 0,
        script,
        variables: BTreeMap::new(),
    };
    reader.run();
    reader.script
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
    script: Script,
    /// What `set` gave, by lower-case name.
    variables: BTreeMap<String, String>,
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
            self.finish(command, 0);
            if self.at == before {
                self.at += self.peek().map_or(1, char::len_utf8);
            }
        }
    }

    /// Passes over what ends a command; whether it is a pipe.
    fn end_of_command(&mut self) -> bool {
        if self.starts("||") || self.starts("&&") {
            self.at += 2;
            return false;
        }
        let pipe = self.starts("|");
        if let Some('|' | '&' | '\n' | '\r' | ')' | '(') = self.peek() {
            self.at += 1;
        }
        pipe
    }

    /// The words and redirections up to the end of a command.
    fn command(&mut self) -> Command {
        let mut command = Command::default();
        self.blanks();
        let start = self.at;
        let mut end = start;
        loop {
            self.blanks();
            match self.peek() {
                None | Some('\n' | '\r' | '&' | '|' | ')') => break,
                Some('(') if begins_block(&command) => break,
                Some('>' | '<') => {
                    if let Some(redirect) = self.redirect() {
                        command.redirects.push(redirect);
                    }
                }
                Some(_) => {
                    let mut word = self.word();
                    if is_handle(&word.text) && self.starts(">") {
                        continue;
                    }
                    if command.words.is_empty() {
                        word.text.drain(..marks(&word.text));
                        word.raw.drain(..marks(&word.raw));
                        if word.text.is_empty() {
                            continue;
                        }
                        if word.text.eq_ignore_ascii_case("rem") || word.text.starts_with(':') {
                            self.skip_line();
                            break;
                        }
                    }
                    command.words.push(word);
                }
            }
            end = self.at;
        }
        command.place = (start, end);
        command
    }

    fn skip_line(&mut self) {
        let rest = &self.text[self.at..];
        self.at += rest.find('\n').unwrap_or(rest.len());
    }

    fn blanks(&mut self) {
        while let Some(c) = self.peek() {
            let joined =
                c == '^' && matches!(self.text[self.at + 1..].chars().next(), Some('\n' | '\r'));
            if joined {
                self.at += 2;
            } else if matches!(c, ' ' | '\t') {
                self.at += 1;
            } else {
                break;
            }
        }
    }

    fn redirect(&mut self) -> Option<Redirect> {
        let writes = self.starts(">");
        self.at += if self.starts(">>") { 2 } else { 1 };
        if self.starts("&") {
            self.at += 1;
            if let Some(c) = self.peek().filter(char::is_ascii_digit) {
                self.at += c.len_utf8();
            }
            return None;
        }
        self.blanks();
        let target = self.word();
        let is_file = !target.text.is_empty() && !target.text.eq_ignore_ascii_case("nul");
        is_file.then_some(Redirect { target, writes })
    }

    /// One word: up to a blank or a sign that means something outside quotes.
    fn word(&mut self) -> Word {
        let start = self.at;
        let mut word = Word {
            known: true,
            ..Word::default()
        };
        let mut quoted = false;
        while let Some(c) = self.peek() {
            match c {
                '"' => {
                    quoted = !quoted;
                    word.quoted = true;
                    word.raw.push('"');
                    self.at += 1;
                }
                '\n' | '\r' => break,
                '%' if self.variable(&mut word) => {}
                _ if quoted => self.take(c, &mut word),
                ' ' | '\t' | '&' | '|' | '>' | '<' => break,
                ')' if !word.raw.contains('(') => break,
                '^' => {
                    self.at += 1;
                    if let Some(next) = self.peek() {
                        self.take(next, &mut word);
                    }
                }
                _ => self.take(c, &mut word),
            }
        }
        word.place = (start, self.at);
        word
    }

    fn take(&mut self, c: char, word: &mut Word) {
        word.text.push(c);
        word.raw.push(c);
        self.at += c.len_utf8();
    }

    /// Replaces a `%NAME%` that is known; one that is not stays, and the word is not known.
    fn variable(&mut self, word: &mut Word) -> bool {
        let rest = &self.text[self.at + 1..];
        let Some(length) = rest.find('%').filter(|n| *n > 0 && *n <= 64) else {
            return false;
        };
        let name = &rest[..length];
        if name.contains(|c: char| c.is_whitespace() || c == '"') {
            return false;
        }
        let (base, _) = name.split_once(':').unwrap_or((name, ""));
        let base = base.to_ascii_lowercase();
        let set = self.variables.get(&base).cloned();
        let value = set.or_else(|| tables::cmd().variables.get(&base).cloned());
        let whole = &self.text[self.at..self.at + length + 2];
        let value = value.filter(|_| !name.contains(':'));
        word.known &= value.is_some();
        let shown = value.as_deref().unwrap_or(whole);
        word.text.push_str(shown);
        word.raw.push_str(shown);
        self.at += length + 2;
        true
    }

    /// Puts a command into the script; of `if`, `for`, `start` and `call` what they run.
    fn finish(&mut self, mut command: Command, depth: usize) {
        if command.words.is_empty() {
            return;
        }
        let name = command.name().to_ascii_lowercase();
        if name == "set" {
            self.set(&command);
        }
        let Some(skip) = carried(&name, &command).filter(|_| depth < MAX_DEPTH) else {
            return self.script.push(command);
        };
        // What stands in brackets after it is read on its own.
        if skip >= command.words.len() {
            return;
        }
        command.words.drain(..skip);
        command.place.0 = command.words[0].place.0;
        self.finish(command, depth + 1);
    }

    fn set(&mut self, command: &Command) {
        let given = command.words[1..].iter();
        let text = given.map(|w| w.text.as_str()).collect::<Vec<_>>().join(" ");
        let known = command.words.iter().all(|word| word.known);
        if let Some((name, value)) = text.split_once('=')
            && !name.starts_with('/')
            && known
        {
            self.variables
                .insert(name.trim().to_ascii_lowercase(), value.to_owned());
        }
    }
}

/// Whether a bracket after these words begins a block of commands.
fn begins_block(command: &Command) -> bool {
    let is = |word: Option<&Word>, name: &str| {
        word.is_some_and(|word| word.text.eq_ignore_ascii_case(name))
    };
    let words = &command.words;
    words.is_empty()
        || is(words.first(), "if")
        || is(words.first(), "else")
        || is(words.last(), "do")
}

/// How many words stand before the command that this one runs.
fn carried(name: &str, command: &Command) -> Option<usize> {
    let words = &command.words;
    let is = |at: usize, text: &str| {
        words
            .get(at)
            .is_some_and(|word| word.text.eq_ignore_ascii_case(text))
    };
    match name {
        "call" | "else" => Some(1),
        "start" => {
            let mut at = 1;
            // A first quoted word is the window's title.
            if words.get(at).is_some_and(|word| word.raw.starts_with('"')) {
                at += 1;
            }
            while words.get(at).is_some_and(|word| word.text.starts_with('/')) {
                at += 1;
            }
            Some(at)
        }
        "if" => {
            let mut at = 1;
            while is(at, "not") || is(at, "/i") {
                at += 1;
            }
            if is(at, "exist") || is(at, "defined") || is(at, "errorlevel") {
                return Some(at + 2);
            }
            let joined = words.get(at).is_some_and(|word| word.text.contains("=="));
            Some(if joined { at + 1 } else { at + 3 })
        }
        "for" => {
            let done = words
                .iter()
                .position(|word| word.text.eq_ignore_ascii_case("do"));
            Some(done.map_or(words.len(), |at| at + 1))
        }
        _ => None,
    }
}

/// `2` of `2>&1`.
fn is_handle(text: &str) -> bool {
    text.len() == 1 && text.bytes().all(|b| b.is_ascii_digit())
}
/// How many `@` a line begins with: they only keep it from being shown.
fn marks(text: &str) -> usize {
    text.len() - text.trim_start_matches('@').len()
}

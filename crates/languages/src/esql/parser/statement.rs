//! Queries: settings, the source command, the pipes; names and lists of them.

use super::super::ast::{Assignment, Command, CommandKind, Expr, From, Name, Query, Setting, Word};
use super::super::facts;
use super::super::lexer::{Kind, Punct};
use super::Parser;
use tripline_ir::Text;
use tripline_text::{Code, Span};

impl Parser<'_> {
    pub(super) fn query(&mut self) -> Query {
        let mut settings = Vec::new();
        while self.at_word("set") {
            settings.extend(self.setting());
        }
        let commands = self.pipeline();
        while self.eat(Punct::Semicolon) {}
        if !self.at_end() {
            self.expected("`|` or the end of the query");
        }
        Query { settings, commands }
    }

    fn setting(&mut self) -> Option<Setting> {
        self.advance();
        let name = self.name(false)?;
        if !self.eat(Punct::Assign) {
            self.expected("`=` and the setting's value");
        }
        let value = self.value();
        if !self.eat(Punct::Semicolon) {
            self.expected("`;` after the setting");
        }
        Some(Setting { name, value })
    }

    /// A source command and what is piped from it.
    pub(super) fn pipeline(&mut self) -> Vec<Command> {
        let mut commands = vec![self.source_command()];
        commands.extend(self.pipes());
        commands
    }

    /// The commands after each `|`.
    pub(super) fn pipes(&mut self) -> Vec<Command> {
        let mut commands = Vec::new();
        while self.eat(Punct::Pipe) {
            if self.command_ends() {
                self.expected("a command after `|`");
                continue;
            }
            commands.push(self.command());
        }
        commands
    }

    fn source_command(&mut self) -> Command {
        let start = self.span();
        let word = self.word().unwrap_or("").to_ascii_lowercase();
        let kind = match word.as_str() {
            "from" | "ts" => {
                self.advance();
                CommandKind::From(self.from())
            }
            "row" => {
                self.advance();
                CommandKind::Row(self.assignments())
            }
            "show" => {
                self.advance();
                if !self.eat_word("info") {
                    self.expected("`INFO`");
                    self.skip_command();
                }
                CommandKind::Show
            }
            "promql" => self.not_run("PROMQL"),
            "eql" if matches!(self.peek(1).kind, Kind::Text(_)) => self.not_run("EQL"),
            _ => self.no_source(&word),
        };
        self.end_of_command();
        Command {
            kind,
            span: self.since(start),
        }
    }

    /// A command of the language that is read over.
    pub(super) fn not_run(&mut self, command: &'static str) -> CommandKind {
        self.skip_command();
        CommandKind::NotRun(command)
    }

    fn no_source(&mut self, word: &str) -> CommandKind {
        if !self.broken_token() {
            let known = facts::SOURCE_COMMANDS.iter().copied();
            let hint = if let Some(near) = facts::nearest(word, known).filter(|_| !word.is_empty())
            {
                Some(format!("`{}` may be meant", near.to_uppercase()))
            } else {
                Some("write `FROM logs-* | ...`".to_owned())
            };
            let message = format!(
                "expected `FROM`, `ROW`, `SHOW` or `TS`, found {}",
                self.found()
            );
            self.report(Code::EsqlSource, self.span(), message, hint);
        }
        self.skip_command();
        CommandKind::Error
    }

    /// Reports what stands between a command's end and the next pipe.
    pub(super) fn end_of_command(&mut self) {
        if self.command_ends() {
            return;
        }
        let hint = self.and_or_hint();
        self.expected_with("`|` or the end of the query", hint);
        self.skip_command();
    }

    fn and_or_hint(&self) -> Option<String> {
        let word = self.word()?;
        let command = facts::COMMANDS
            .iter()
            .any(|known| known.eq_ignore_ascii_case(word));
        command.then(|| format!("put `|` before `{word}`"))
    }

    /// What stands after `FROM`.
    fn from(&mut self) -> From {
        let mut from = From::default();
        loop {
            if self.is(Punct::Open) {
                from.subqueries.extend(self.subquery());
            } else if let Some(index) = self.index() {
                from.indices.push(index);
            } else {
                self.expected("an index pattern");
                self.skip_command();
                return from;
            }
            if !self.eat(Punct::Comma) {
                break;
            }
        }
        let bracket = self.is(Punct::OpenBracket);
        if bracket {
            self.advance();
        }
        if self.eat_word("metadata") {
            while let Some(name) = self.name(false) {
                from.metadata.push(Word {
                    text: name.text,
                    span: name.span,
                });
                if !self.eat(Punct::Comma) {
                    break;
                }
            }
        }
        if bracket && !self.eat(Punct::CloseBracket) {
            self.expected("`]`");
        }
        from
    }

    fn subquery(&mut self) -> Option<Vec<Command>> {
        let open = self.span();
        if !self.enter() {
            return None;
        }
        self.advance();
        let commands = self.pipeline();
        self.close(Punct::Close, ")", open);
        self.leave();
        Some(commands)
    }

    /// An index pattern: `cluster:logs-*`, `"logs-*"`, `<logs-{now/d}>`, `logs::failures`.
    pub(super) fn index(&mut self) -> Option<Word> {
        let start = self.span();
        let mut text = self.index_part()?;
        while self.is(Punct::Colon) || self.is(Punct::Cast) {
            let mark = self.taken();
            text = tripline_ir::format_smolstr!("{text}{}{}", mark.text, self.index_part()?);
        }
        Some(Word {
            text,
            span: self.since(start),
        })
    }

    fn index_part(&mut self) -> Option<Text> {
        if self.is_string() {
            return self.string().map(|word| word.text);
        }
        let start = self.span().start;
        let rest = &self.source.text()[start as usize..];
        let length = index_length(rest);
        if length == 0 {
            return None;
        }
        let end = start.saturating_add(u32::try_from(length).unwrap_or(u32::MAX));
        while !self.at_end() && self.span().start < end {
            self.advance();
        }
        Some(Text::new(&rest[..length]))
    }

    /// A column name; with `*` where patterns may stand.
    pub(super) fn name(&mut self, patterns: bool) -> Option<Name> {
        let start = self.span();
        let mut text = String::new();
        let mut pattern = false;
        let mut before: Option<Span> = None;
        loop {
            let token = self.token();
            let touches = before.is_none_or(|span| span.end == token.span.start);
            match &token.kind {
                Kind::Word if touches || text.ends_with('.') => text.push_str(self.text_of(token)),
                Kind::Int(_) | Kind::Float(_) if patterns && touches && before.is_some() => {
                    text.push_str(self.text_of(token));
                }
                Kind::Quoted(name) => text.push_str(name),
                Kind::Parameter => text.push_str(self.text_of(token)),
                Kind::Punct(Punct::Star) if patterns && touches => {
                    pattern = true;
                    text.push('*');
                }
                Kind::Punct(Punct::Dot) if before.is_some() => text.push('.'),
                _ => break,
            }
            before = Some(token.span);
            self.advance();
            let next = self.token();
            let dotted = text.ends_with('.') || next.is(Punct::Dot);
            let joined = patterns && next.span.start == token.span.end;
            if !dotted && !joined {
                break;
            }
        }
        if before.is_none() {
            self.expected("a column name");
            return None;
        }
        let span = self.since(start);
        if text.ends_with('.') {
            self.expected("the rest of the column name after `.`");
        }
        Some(Name {
            text: text.into(),
            span,
            pattern,
        })
    }

    /// Names or patterns with commas between.
    pub(super) fn names(&mut self, patterns: bool) -> Vec<Name> {
        let mut names = Vec::new();
        loop {
            let Some(name) = self.name(patterns) else {
                self.skip_command();
                return names;
            };
            names.push(name);
            if !self.eat(Punct::Comma) {
                return names;
            }
        }
    }

    /// `a = x, y`.
    pub(super) fn assignments(&mut self) -> Vec<Assignment> {
        let mut list = Vec::new();
        loop {
            list.push(self.assignment());
            if !self.eat(Punct::Comma) {
                return list;
            }
        }
    }

    pub(super) fn assignment(&mut self) -> Assignment {
        let start = self.at;
        let named = matches!(
            self.token().kind,
            Kind::Word | Kind::Quoted(_) | Kind::Parameter
        ) && self.word().is_none_or(|word| !facts::is_reserved(word))
            && self.assigned();
        if named && let Some(name) = self.name(false) {
            self.eat(Punct::Assign);
            return Assignment {
                name: Some(name),
                value: self.expression(),
            };
        }
        debug_assert_eq!(self.at, start, "nothing was taken");
        Assignment {
            name: None,
            value: self.expression(),
        }
    }

    /// Whether a name and `=` stand here.
    fn assigned(&self) -> bool {
        let mut ahead = 1;
        while self.peek(ahead).is(Punct::Dot) {
            ahead += 2;
        }
        self.peek(ahead).is(Punct::Assign)
    }

    /// A constant or parameter where no column may stand.
    pub(super) fn value(&mut self) -> Expr {
        self.expression()
    }
}

/// How many bytes of an index name stand at the start of a text.
fn index_length(text: &str) -> usize {
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let ends = match c {
            ':' | '"' | '=' | '|' | ',' | '[' | ']' | '(' | ')' => true,
            '/' => matches!(chars.peek(), Some((_, '/' | '*'))),
            c => c.is_whitespace(),
        };
        if ends {
            return at;
        }
    }
    text.len()
}

//! The commands after a `|`.

use super::super::ast::{Command, CommandKind, Expr, Measure, Name, SortKey, Stats, Word};
use super::super::facts;
use super::super::lexer::Punct;
use super::Parser;
use tripline_ir::Text;
use tripline_text::{Code, Span};

impl Parser<'_> {
    pub(super) fn command(&mut self) -> Command {
        let start = self.span();
        let kind = if let Some(word) = self.word() {
            let word = word.to_ascii_lowercase();
            self.advance();
            self.known(&word, start)
        } else {
            self.expected("a command");
            self.skip_command();
            CommandKind::Error
        };
        self.end_of_command();
        Command {
            kind,
            span: self.since(start),
        }
    }

    fn known(&mut self, word: &str, start: Span) -> CommandKind {
        match word {
            "where" => CommandKind::Where(self.expression()),
            "eval" => CommandKind::Eval(self.assignments()),
            "stats" => self.stats(false),
            "inlinestats" => self.stats(true),
            "inline" => {
                if !self.eat_word("stats") && !self.eat_word("inlinestats") {
                    self.expected("`STATS` after `INLINE`");
                }
                self.stats(true)
            }
            "keep" => CommandKind::Keep(self.names(true)),
            "drop" => CommandKind::Drop(self.names(true)),
            "rename" => self.rename(),
            "sort" => self.sort(),
            "limit" | "limitk" => self.limit(),
            "dissect" => self.dissect(),
            "grok" => self.grok(),
            "enrich" => self.enrich(),
            "mv_expand" => self
                .name(false)
                .map_or(CommandKind::Error, CommandKind::MvExpand),
            "lookup" | "join" | "left" | "right" | "inner" => self.join(word),
            "change_point" => self.change_point(),
            "completion" => self.completion(),
            "rerank" => self.rerank(),
            "sample" => CommandKind::Sample(self.expression()),
            "fork" => self.fork(),
            "fuse" => self.fuse(),
            "dedup" if self.command_ends() => CommandKind::Dedup,
            "topk" => self.top(true),
            "bottomk" => self.top(false),
            "uri_parts" | "registered_domain" | "user_agent" | "ip_location" => self.parts(word),
            _ => match facts::NOT_RUN
                .iter()
                .find(|own| own.eq_ignore_ascii_case(word))
            {
                Some(command) => self.not_run(command),
                None => self.unknown(word, start),
            },
        }
    }

    fn unknown(&mut self, word: &str, start: Span) -> CommandKind {
        let foreign = facts::FOREIGN_COMMANDS
            .iter()
            .find(|(name, _)| *name == word)
            .map(|(_, own)| format!("ES|QL writes `{own}`"));
        let known = facts::COMMANDS.iter().copied();
        let near = || {
            facts::nearest(word, known)
                .map(|near| format!("`{}` may be meant", near.to_uppercase()))
        };
        let written = self.source.slice(start);
        let message = if facts::is_source_command(word) {
            format!("`{written}` begins a query; it cannot stand after `|`")
        } else {
            format!("`{written}` is not a command")
        };
        let hint = foreign.or_else(near);
        self.report(Code::EsqlCommand, start, message, hint);
        self.skip_command();
        CommandKind::Error
    }

    fn stats(&mut self, inline: bool) -> CommandKind {
        let mut stats = Stats {
            inline,
            ..Stats::default()
        };
        if !self.at_word("by") {
            loop {
                let assignment = self.assignment();
                let filter = self.eat_word("where").then(|| self.expression());
                stats.measures.push(Measure { assignment, filter });
                if !self.eat(Punct::Comma) {
                    break;
                }
            }
        }
        if self.eat_word("by") {
            stats.by = self.assignments();
        }
        CommandKind::Stats(stats)
    }

    /// `old AS new` or `new = old`.
    fn rename(&mut self) -> CommandKind {
        let mut pairs = Vec::new();
        loop {
            let Some(first) = self.name(true) else {
                self.skip_command();
                break;
            };
            let swapped = self.eat(Punct::Assign);
            if !swapped && !self.eat_word("as") {
                self.expected("`AS` and the new name");
            }
            let Some(second) = self.name(true) else {
                self.skip_command();
                break;
            };
            pairs.push(if swapped {
                (second, first)
            } else {
                (first, second)
            });
            if !self.eat(Punct::Comma) {
                break;
            }
        }
        CommandKind::Rename(pairs)
    }

    fn sort(&mut self) -> CommandKind {
        let mut keys = Vec::new();
        loop {
            let value = self.expression();
            let descending = self.eat_word("desc");
            if !descending {
                self.eat_word("asc");
            }
            let mut nulls_first = None;
            if self.eat_word("nulls") {
                let first = self.eat_word("first");
                if !first && !self.eat_word("last") {
                    self.expected("`FIRST` or `LAST`");
                }
                nulls_first = Some(first);
            }
            keys.push(SortKey {
                value,
                descending,
                nulls_first,
            });
            if !self.eat(Punct::Comma) {
                return CommandKind::Sort(keys);
            }
        }
    }

    fn limit(&mut self) -> CommandKind {
        let count = self.expression();
        let by = if self.eat_word("by") {
            self.assignments()
        } else {
            Vec::new()
        };
        CommandKind::Limit { count, by }
    }

    /// `TOPK value, count BY groups`.
    fn top(&mut self, descending: bool) -> CommandKind {
        let key = SortKey {
            value: self.expression(),
            descending,
            nulls_first: None,
        };
        if !self.eat(Punct::Comma) {
            self.expected("`,` and the number of rows");
        }
        match self.limit() {
            CommandKind::Limit { count, by } => CommandKind::Top { key, count, by },
            other => other,
        }
    }

    /// `URI_PARTS prefix = text` and its like.
    fn parts(&mut self, word: &str) -> CommandKind {
        let assignment = self.assignment();
        self.options();
        let Some(prefix) = assignment.name else {
            self.report(
                Code::EsqlSyntax,
                assignment.value.span(),
                "expected a prefix and `=` before the text",
                Some(format!("write `{} parts = field`", word.to_uppercase())),
            );
            return CommandKind::Error;
        };
        let input = assignment.value;
        let known = facts::PARTS
            .iter()
            .find(|(own, _)| own.eq_ignore_ascii_case(word));
        match known {
            Some((command, parts)) => CommandKind::Parts {
                command,
                prefix,
                input,
                parts,
            },
            None => CommandKind::UriParts { prefix, input },
        }
    }

    fn dissect(&mut self) -> CommandKind {
        let input = self.primary_expression();
        let Some(pattern) = self.pattern() else {
            return CommandKind::Error;
        };
        let mut separator = Text::default();
        while self.word().is_some() {
            let option = self.taken();
            if !option.text.eq_ignore_ascii_case("append_separator") {
                let message = format!("`{}` is not an option of `DISSECT`", option.text);
                let hint = Some("it has `APPEND_SEPARATOR`".to_owned());
                self.report(Code::EsqlSyntax, option.span, message, hint);
            }
            if !self.eat(Punct::Assign) {
                self.expected("`=`");
            }
            match self.string() {
                Some(word) => separator = word.text,
                None => self.expected("a string"),
            }
            self.eat(Punct::Comma);
        }
        CommandKind::Dissect {
            input,
            pattern,
            separator,
        }
    }

    fn pattern(&mut self) -> Option<Word> {
        let pattern = self.string();
        if pattern.is_none() {
            self.expected("a pattern in quotes");
            self.skip_command();
        }
        pattern
    }

    fn grok(&mut self) -> CommandKind {
        let input = self.primary_expression();
        let mut patterns = Vec::new();
        loop {
            match self.pattern() {
                Some(pattern) => patterns.push(pattern),
                None => return CommandKind::Error,
            }
            if !self.eat(Punct::Comma) {
                return CommandKind::Grok { input, patterns };
            }
        }
    }

    fn enrich(&mut self) -> CommandKind {
        let Some(policy) = self.index() else {
            self.expected("the name of an enrich policy");
            self.skip_command();
            return CommandKind::Error;
        };
        let on = if self.eat_word("on") {
            self.name(true)
        } else {
            None
        };
        let mut with = Vec::new();
        if self.eat_word("with") {
            while let Some(first) = self.name(true) {
                let second = if self.eat(Punct::Assign) {
                    self.name(true)
                } else {
                    None
                };
                let policy_field = second.unwrap_or_else(|| first.clone());
                with.push((first, policy_field));
                if !self.eat(Punct::Comma) {
                    break;
                }
            }
        }
        CommandKind::Enrich { policy, on, with }
    }

    fn join(&mut self, word: &str) -> CommandKind {
        if word != "join" && !self.eat_word("join") {
            self.expected("`JOIN`");
        }
        if word != "lookup" {
            let message = format!("`{}` is not available", word.to_uppercase());
            let hint = "ES|QL joins by `LOOKUP JOIN index ON field`".to_owned();
            self.report(
                Code::EsqlCommand,
                self.since(self.span()),
                message,
                Some(hint),
            );
        }
        let Some(index) = self.index() else {
            self.expected("a lookup index");
            self.skip_command();
            return CommandKind::Error;
        };
        if self.eat_word("as") {
            self.name(false);
        }
        if !self.eat_word("on") {
            self.expected("`ON` and the fields to join by");
            self.skip_command();
            return CommandKind::Join {
                index,
                on: Vec::new(),
            };
        }
        let mut on = vec![self.expression()];
        while self.eat(Punct::Comma) {
            on.push(self.expression());
        }
        CommandKind::Join { index, on }
    }

    fn change_point(&mut self) -> CommandKind {
        let Some(value) = self.name(false) else {
            self.skip_command();
            return CommandKind::Error;
        };
        let key = if self.eat_word("on") {
            self.name(false)
        } else {
            None
        };
        let mut columns = None;
        if self.eat_word("as") {
            let first = self.name(false);
            if !self.eat(Punct::Comma) {
                self.expected("`,` and the name of the p-value column");
            }
            columns = first.zip(self.name(false));
        }
        CommandKind::ChangePoint {
            value,
            key,
            columns,
        }
    }

    fn completion(&mut self) -> CommandKind {
        let assignment = self.assignment();
        self.options();
        CommandKind::Completion {
            target: assignment.name,
            prompt: assignment.value,
        }
    }

    fn rerank(&mut self) -> CommandKind {
        let target = self.assignment().name;
        if self.eat_word("on") {
            self.assignments();
        } else {
            self.expected("`ON` and the fields to rank by");
        }
        self.options();
        CommandKind::Rerank { target }
    }

    /// `WITH {...}`, or an inference id in older versions.
    fn options(&mut self) {
        if !self.eat_word("with") {
            return;
        }
        if self.is(Punct::OpenBrace) {
            self.options_map();
            return;
        }
        if self.is_string() {
            self.string();
        } else if self.name(false).is_none() {
            self.skip_command();
        }
    }

    fn fork(&mut self) -> CommandKind {
        let mut branches = Vec::new();
        while self.is(Punct::Open) {
            let open = self.span();
            if !self.enter() {
                break;
            }
            self.advance();
            let mut branch = vec![self.command()];
            branch.extend(self.pipes());
            self.close(Punct::Close, ")", open);
            self.leave();
            branches.push(branch);
        }
        if branches.is_empty() {
            self.expected("branches in parentheses: `FORK (WHERE ...) (WHERE ...)`");
            self.skip_command();
        } else if branches.len() > facts::MAX_BRANCHES {
            let most = facts::MAX_BRANCHES;
            let message = format!("`FORK` has at most {most} branches");
            self.report(Code::EsqlSyntax, self.since(self.span()), message, None);
        }
        CommandKind::Fork(branches)
    }

    fn fuse(&mut self) -> CommandKind {
        let clause = |word: &str| ["score", "key", "group", "with"].contains(&word);
        if self
            .word()
            .is_some_and(|word| !clause(&word.to_ascii_lowercase()))
        {
            self.advance();
        }
        let mut score = None;
        let mut keys: Vec<Name> = Vec::new();
        loop {
            if self.at_word("with") {
                self.options();
            } else if self.eat_word("score") {
                self.by();
                score = self.name(false);
            } else if self.eat_word("group") {
                self.by();
                self.name(false);
            } else if self.eat_word("key") {
                self.by();
                keys = self.names(false);
            } else {
                return CommandKind::Fuse { score, keys };
            }
        }
    }

    fn by(&mut self) {
        if !self.eat_word("by") {
            self.expected("`BY`");
        }
    }

    /// What a command takes where a whole condition cannot stand.
    fn primary_expression(&mut self) -> Expr {
        self.operand()
    }
}

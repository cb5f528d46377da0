//! The sections of a rule.

use super::Parser;
use crate::yaral::ast::{
    Assignment, Expr, MatchWindow, Matching, Meta, Rule, RuleOption, WindowKind,
};
use crate::yaral::facts::{OPTIONS, nearest};
use crate::yaral::lexer::Token;
use tripline_ir::SECOND;
use tripline_text::{Code, Span};

impl Parser<'_> {
    /// Whether a section ends here.
    pub(super) fn section_ends(&self) -> bool {
        self.is_end() || self.is_sign("}") || self.at_section()
    }

    /// Skips a part that could not be read: up to the next line or the section's end.
    pub(super) fn skip_line(&mut self) {
        let line = |parser: &Self| {
            let start = parser.span().start;
            parser
                .source
                .lines()
                .line_column(parser.source.text(), start)
                .line
        };
        let here = line(self);
        while !self.section_ends() && line(self) == here {
            self.bump();
        }
    }

    pub(super) fn meta(&mut self, rule: &mut Rule) {
        while !self.section_ends() {
            let Token::Word(key) = self.token() else {
                self.unexpected("a key such as `author`");
                self.skip_line();
                continue;
            };
            let key = key.clone();
            self.bump();
            if !self.sign("=") {
                self.unexpected("`=`");
                self.skip_line();
                continue;
            }
            let value = match self.token() {
                Token::Str(text) => text.clone(),
                Token::Word(_) | Token::Int(_) | Token::Float(_) => {
                    self.source.slice(self.span()).into()
                }
                _ => {
                    self.unexpected("a string");
                    self.skip_line();
                    continue;
                }
            };
            self.bump();
            rule.meta.push(Meta { key, value });
        }
    }

    pub(super) fn events(&mut self, rule: &mut Rule) {
        while !self.section_ends() {
            let statement = self.statement();
            rule.events.push(statement);
        }
    }

    /// A condition; progress is made even when nothing can be read.
    fn statement(&mut self) -> Expr {
        let before = self.at;
        let statement = self.expression();
        if self.at == before {
            self.unexpected("a condition");
            let span = self.bump();
            self.skip_line();
            return Expr::error(span);
        }
        statement
    }

    pub(super) fn matching(&mut self, rule: &mut Rule) {
        let mut keys = Vec::new();
        let mut window = None;
        while !self.section_ends() {
            if self.is_word("over") || self.is_word("by") {
                window = self.window();
                continue;
            }
            let before = self.at;
            let key = self.postfix();
            if self.at == before {
                self.unexpected("a placeholder such as `$user`");
                self.bump();
                self.skip_line();
                continue;
            }
            keys.push(key);
            self.sign(",");
        }
        if window.is_none() {
            let place = keys
                .last()
                .map_or_else(|| self.span(), |key: &Expr| key.span);
            let flaw = self
                .flaw(Code::YaralWindow, "the match section has no window")
                .at(place, "")
                .hint("a window is written `over 5m`");
            self.report(flaw);
        }
        rule.matching = Some(Matching { keys, window });
    }

    /// `over 5m`, `over 5m before $e`; without overlap `by 5m` and the older `over every day`.
    fn window(&mut self) -> Option<MatchWindow> {
        let start = self.span();
        let by = self.is_word("by");
        self.bump();
        let tumbling = self.word("every") || by;
        let length = match self.token() {
            Token::Length(length) => *length,
            Token::Word(unit) => match unit.to_ascii_lowercase().as_str() {
                "minute" => 60 * SECOND,
                "hour" => 3600 * SECOND,
                "day" => 86_400 * SECOND,
                "week" => 7 * 86_400 * SECOND,
                _ => 0,
            },
            _ => 0,
        };
        if length == 0 {
            let found = self.found();
            let flaw = self
                .flaw(
                    Code::YaralWindow,
                    format!("expected a length of time, found {found}"),
                )
                .at(self.span(), "")
                .hint("a length is a number and `s`, `m`, `h` or `d`: `10m`");
            self.report(flaw);
            return None;
        }
        self.bump();
        let kind = if tumbling {
            WindowKind::Tumbling
        } else {
            self.pivot().unwrap_or(WindowKind::Hop)
        };
        Some(MatchWindow {
            kind,
            length,
            span: self.since(start),
        })
    }

    fn pivot(&mut self) -> Option<WindowKind> {
        let after = self.is_word("after");
        if !after && !self.is_word("before") {
            return None;
        }
        self.bump();
        if let Token::Variable(event) = self.token() {
            let event = event.clone();
            self.bump();
            return Some(WindowKind::Pivot { after, event });
        }
        self.unexpected("an event variable");
        None
    }

    pub(super) fn outcome(&mut self, rule: &mut Rule) {
        while !self.section_ends() {
            let Token::Variable(name) = self.token() else {
                self.unexpected("an outcome variable such as `$risk_score`");
                self.skip_line();
                continue;
            };
            let name = name.clone();
            self.bump();
            if !self.sign("=") {
                self.unexpected("`=`");
                self.skip_line();
                continue;
            }
            let before = self.at;
            let value = self.value();
            if self.at == before {
                self.unexpected("a value");
                self.skip_line();
                continue;
            }
            rule.outcome.push(Assignment { name, value });
        }
    }

    pub(super) fn condition(&mut self, rule: &mut Rule) {
        let condition = self.statement();
        rule.condition = Some(condition);
        if !self.section_ends() {
            self.unexpected("`and`, `or` or the end of the condition");
            while !self.section_ends() {
                self.bump();
            }
        }
    }

    pub(super) fn options(&mut self, rule: &mut Rule) {
        while !self.section_ends() {
            let start = self.span();
            let Token::Word(name) = self.token() else {
                self.unexpected("an option such as `allow_zero_values`");
                self.skip_line();
                continue;
            };
            let name = name.clone();
            self.bump();
            if !self.sign("=") {
                self.unexpected("`=`");
                self.skip_line();
                continue;
            }
            self.known_option(&name, start);
            let before = self.at;
            let value = self.postfix();
            if self.at == before {
                self.unexpected("`true`, `false` or a length of time");
                self.skip_line();
                continue;
            }
            let span = self.since(start);
            rule.options.push(RuleOption { name, value, span });
        }
    }

    fn known_option(&mut self, name: &str, span: Span) {
        if OPTIONS.contains(&name) {
            return;
        }
        let mut flaw = self
            .flaw(
                Code::YaralOption,
                format!("the option `{name}` is not known"),
            )
            .at(span, "");
        if let Some(near) = nearest(name, OPTIONS) {
            flaw = flaw.hint(format!("`{near}` has a similar name"));
        }
        self.report(flaw);
    }
}

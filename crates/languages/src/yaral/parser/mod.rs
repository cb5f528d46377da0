//! Tokens to tree.
//!
//! `rule NAME { section: ... }`. Statements of `events` stand one after another and all must hold.
//! After an error the parser goes on at the next statement or section; what was skipped marks
//! the rule as broken, so that it is never counted as fully read.

mod call;
mod expression;
mod section;
mod words;

use super::ast::{File, Rule};
use super::facts::{MAX_DEPTH, MAX_ERRORS, MAX_LINKS, PASSED_OVER, SECTIONS, nearest};
use super::lexer::{Lexeme, Token, lex};
use tripline_ir::Text;
use tripline_text::{Code, Diagnostic, Source, Span};

/// Parses a file of rules.
pub(super) fn parse(source: &Source) -> File {
    let mut diagnostics = Vec::new();
    let tokens = lex(source, &mut diagnostics);
    let mut parser = Parser {
        source,
        tokens,
        at: 0,
        depth: 0,
        links: 0,
        section: None,
        broken: diagnostics.iter().any(Diagnostic::is_error),
        diagnostics,
    };
    let rules = parser.file();
    File {
        rules,
        diagnostics: parser.diagnostics,
    }
}

struct Parser<'s> {
    source: &'s Source,
    tokens: Vec<Lexeme>,
    at: usize,
    depth: u32,
    /// Operators of chains, counted in each rule.
    links: u32,
    diagnostics: Vec<Diagnostic>,
    /// The last section, in the order of sections, that the current rule has had.
    section: Option<usize>,
    /// A part of the current rule was skipped.
    broken: bool,
}

impl Parser<'_> {
    fn token(&self) -> &Token {
        &self.tokens[self.at].token
    }

    /// The token `ahead` places further on.
    fn ahead(&self, ahead: usize) -> &Token {
        let last = self.tokens.len() - 1;
        &self.tokens[(self.at + ahead).min(last)].token
    }

    fn span(&self) -> Span {
        self.tokens[self.at].span
    }

    fn is_end(&self) -> bool {
        *self.token() == Token::End
    }

    fn bump(&mut self) -> Span {
        let span = self.span();
        if !self.is_end() {
            self.at += 1;
        }
        span
    }

    fn is_sign(&self, sign: &str) -> bool {
        matches!(self.token(), Token::Sign(found) if *found == sign)
    }

    fn sign(&mut self, sign: &str) -> bool {
        let found = self.is_sign(sign);
        if found {
            self.bump();
        }
        found
    }

    /// Whether the token is this keyword; letter case does not matter.
    fn is_word(&self, word: &str) -> bool {
        matches!(self.token(), Token::Word(found) if found.eq_ignore_ascii_case(word))
    }

    fn word(&mut self, word: &str) -> bool {
        let found = self.is_word(word);
        if found {
            self.bump();
        }
        found
    }

    /// The span from `start` to the last token taken.
    fn since(&self, start: Span) -> Span {
        match self.at.checked_sub(1) {
            Some(last) => start.cover(self.tokens[last].span),
            None => start,
        }
    }

    fn report(&mut self, flaw: Diagnostic) {
        self.broken |= flaw.is_error();
        flaw.add_to(&mut self.diagnostics);
        let errors = self.diagnostics.iter().filter(|found| found.is_error());
        if errors.count() >= MAX_ERRORS {
            self.at = self.tokens.len() - 1;
        }
    }

    fn flaw(&self, code: Code, message: impl Into<String>) -> Diagnostic {
        Diagnostic::new(code, self.source, message)
    }

    /// Reports the token at the cursor where `expected` should stand.
    fn unexpected(&mut self, expected: &str) -> Span {
        let span = self.span();
        let message = format!("expected {expected}, found {}", self.found());
        let flaw = self.flaw(Code::YaralSyntax, message).at(span, "");
        self.report(flaw);
        span
    }

    /// The token at the cursor, for people.
    fn found(&self) -> String {
        match self.token() {
            Token::End => "the end of the text".to_owned(),
            Token::Str(_) => "a string".to_owned(),
            Token::Regex(_) => "a regular expression".to_owned(),
            _ => format!("`{}`", self.source.slice(self.span())),
        }
    }

    /// Runs `inner` one level deeper, or gives up when that is too deep.
    fn deeper<T>(&mut self, inner: impl FnOnce(&mut Self) -> T) -> Option<T> {
        if self.depth >= MAX_DEPTH {
            let message = format!("the rule is nested more than {MAX_DEPTH} levels deep");
            let flaw = self
                .flaw(Code::NestingTooDeep, message)
                .at(self.span(), "this level and all below it are skipped");
            self.report(flaw);
            self.at = self.tokens.len() - 1;
            return None;
        }
        self.depth += 1;
        let result = inner(self);
        self.depth -= 1;
        Some(result)
    }

    /// Counts one more operator of a chain, which makes a tree as deep as it is long. Gives up when
    /// there are too many.
    fn link(&mut self, chain: &mut u32) {
        *chain += 1;
        self.links += u32::from(*chain > 5);
        if self.links > MAX_LINKS {
            let message = format!("more than {MAX_LINKS} operators follow each other");
            let flaw = self.flaw(Code::NestingTooDeep, message);
            self.report(flaw.at(self.span(), "the rest is skipped"));
            self.at = self.tokens.len() - 1;
        }
    }

    fn file(&mut self) -> Vec<Rule> {
        let mut rules = Vec::new();
        while !self.is_end() {
            if self.is_word("rule") || matches!(self.token(), Token::Word(_)) && self.names_rule() {
                let rule = self.rule();
                rules.push(rule);
                self.broken = false;
            } else {
                self.no_rule();
            }
        }
        if rules.is_empty() && self.diagnostics.is_empty() {
            let end = self.span();
            let flaw = self
                .flaw(Code::YaralSyntax, "the text holds no rule")
                .at(end, "")
                .hint("a rule is written `rule NAME { meta: ... events: ... condition: ... }`");
            self.report(flaw);
        }
        rules
    }

    /// What stands outside of rules: a search has no frame. Goes on at the next rule.
    fn no_rule(&mut self) {
        let message = format!("expected `rule`, found {}", self.found());
        let flaw = self
            .flaw(Code::YaralSyntax, message)
            .at(self.span(), "")
            .hint("a search is no rule: its tests stand in a rule's section `events`, each with an event variable");
        let is_field = matches!(self.token(), Token::Word(_) | Token::Variable(_));
        if is_field {
            self.report(flaw);
        } else {
            self.unexpected("`rule`");
        }
        while !(self.is_end() || self.is_word("rule") && self.names_rule()) {
            self.bump();
        }
    }

    /// Whether `WORD NAME {` stands here: a misspelt `rule`.
    fn names_rule(&self) -> bool {
        matches!(self.ahead(1), Token::Word(_)) && matches!(self.ahead(2), Token::Sign("{"))
    }

    fn rule(&mut self) -> Rule {
        let start = self.span();
        if !self.word("rule") {
            self.unexpected("`rule`");
            self.bump();
        }
        let mut rule = Rule {
            name: self.rule_name(),
            ..Rule::default()
        };
        let open = self.span();
        if !self.sign("{") {
            self.unexpected("`{`");
        }
        self.section = None;
        self.links = 0;
        while !self.is_end() && !self.is_sign("}") {
            if self.is_word("rule") && self.names_rule() {
                break;
            }
            self.section(&mut rule);
        }
        if !self.sign("}") {
            let flaw = self
                .flaw(Code::YaralUnclosed, "the rule has no closing `}`")
                .at(open, "opened here");
            self.report(flaw);
        }
        rule.span = self.since(start);
        self.required(&rule);
        rule.broken = self.broken;
        rule
    }

    fn rule_name(&mut self) -> Option<(Text, Span)> {
        if let Token::Word(name) = self.token() {
            let name = name.clone();
            let span = self.bump();
            return Some((name, span));
        }
        self.unexpected("the rule's name");
        None
    }

    /// Sections that no rule can do without.
    fn required(&mut self, rule: &Rule) {
        let place = rule.name.as_ref().map_or(rule.span, |(_, span)| *span);
        let missing = |name: &str| format!("the rule has no section `{name}`");
        if rule.events.is_empty() {
            let flaw = self.flaw(Code::YaralSection, missing("events"));
            self.report(flaw.at(place, "of this rule"));
        }
        if rule.condition.is_none() {
            let flaw = self.flaw(Code::YaralSection, missing("condition"));
            self.report(flaw.at(place, "of this rule"));
        }
    }

    /// Whether `WORD:` stands here: the head of a section, known or not.
    fn at_section(&self) -> bool {
        matches!(self.token(), Token::Word(_)) && matches!(self.ahead(1), Token::Sign(":"))
    }

    fn section(&mut self, rule: &mut Rule) {
        if !self.at_section() {
            self.unexpected("a section such as `events:`");
            while !self.is_end() && !self.at_section() && !self.is_sign("}") {
                self.bump();
            }
            return;
        }
        let name = self.source.slice(self.span()).to_ascii_lowercase();
        let span = self.bump();
        self.bump();
        self.in_order(&name, span);
        match name.as_str() {
            "meta" => self.meta(rule),
            "events" => self.events(rule),
            "match" => self.matching(rule),
            "outcome" => self.outcome(rule),
            "condition" => self.condition(rule),
            "options" => self.options(rule),
            name if PASSED_OVER.contains(&name) => self.pass_over(),
            _ => self.unknown_section(&name, span),
        }
    }

    /// Says when a section stands behind one that comes after it.
    fn in_order(&mut self, name: &str, span: Span) {
        let Some(place) = SECTIONS.iter().position(|known| *known == name) else {
            return;
        };
        if let Some(later) = self.section.filter(|before| *before > place) {
            let message = format!("`{name}` stands behind `{}`", SECTIONS[later]);
            let flaw = self.flaw(Code::YaralRefused, message);
            let order = SECTIONS.join(", ");
            let flaw = flaw.at(span, "").hint(format!("the order is {order}"));
            self.report(flaw);
        }
        self.section = self.section.max(Some(place));
    }

    /// Skips a section that decides nothing. Names stand before `:` inside its parentheses.
    fn pass_over(&mut self) {
        let mut depth = 0_u32;
        while !self.is_end() && (depth > 0 || !(self.at_section() || self.is_sign("}"))) {
            match self.token() {
                Token::Sign("(") => depth += 1,
                Token::Sign(")") => depth = depth.saturating_sub(1),
                _ => {}
            }
            self.bump();
        }
    }

    fn unknown_section(&mut self, name: &str, span: Span) {
        let mut flaw = self
            .flaw(Code::YaralSection, format!("there is no section `{name}`"))
            .at(span, "skipped");
        flaw = match nearest(name, SECTIONS) {
            Some(near) => flaw.hint(format!("`{near}` has a similar name")),
            None => flaw.hint(format!("the sections are {}", SECTIONS.join(", "))),
        };
        self.report(flaw);
        while !self.is_end() && !self.at_section() && !self.is_sign("}") {
            self.bump();
        }
    }
}

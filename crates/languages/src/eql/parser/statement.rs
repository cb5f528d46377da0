//! Queries, sequences, steps and pipes.

use super::super::Dialect;
use super::super::ast::{Body, EventFilter, Expr, Pipe, Query, Sample, Sequence, Step};
use super::super::facts;
use super::super::lexer::{Kind, Punct};
use super::Parser;
use super::expression::opened;
use tripline_ir::{Duration, Text};
use tripline_text::{Code, Span};

impl Parser<'_> {
    /// The whole query.
    pub(super) fn query(&mut self) -> Query {
        let body = self.body();
        let mut pipes = Vec::new();
        while !self.at_end() {
            if self.is(Punct::Pipe) {
                pipes.push(self.pipe());
                continue;
            }
            let hint = self.stray_hint();
            self.expected_with("the end of the query or `|`", hint);
            self.advance();
            while !self.at_end() && !self.is(Punct::Pipe) {
                self.advance();
            }
        }
        Query { body, pipes }
    }

    fn stray_hint(&self) -> Option<String> {
        match self.token().kind {
            Kind::Punct(Punct::OpenBracket | Punct::OpenMissing) => {
                Some("bracketed steps stand after `sequence` or `sample`".to_owned())
            }
            Kind::Punct(Punct::Close | Punct::CloseBracket) => {
                Some("nothing is open here".to_owned())
            }
            _ => None,
        }
    }

    fn body(&mut self) -> Body {
        let steps_follow = match &self.peek(1).kind {
            Kind::Punct(Punct::OpenBracket | Punct::OpenMissing) => true,
            Kind::Name(name) => matches!(name.as_str(), "by" | "with"),
            _ => false,
        };
        let word = match &self.token().kind {
            Kind::Name(name) if steps_follow => name.clone(),
            _ => Text::default(),
        };
        match word.as_str() {
            "sequence" => Body::Sequence(Box::new(self.sequence())),
            "sample" => Body::Sample(self.sample()),
            "join" => {
                self.report(
                    Code::EqlDialect,
                    self.span(),
                    "`join` is Endgame's: expected `sequence` or `sample`",
                    Some("`sample by` finds events in any order".to_owned()),
                );
                Body::Sample(self.sample())
            }
            _ => Body::Event(Box::new(self.event_filter())),
        }
    }

    fn sequence(&mut self) -> Sequence {
        let span = self.advance().span;
        let mut by = self.keys();
        let max_span = self.max_span();
        if by.is_empty() && max_span.is_some() && self.at_word("by") {
            self.report(
                Code::EqlSequence,
                self.span(),
                "`by` stands after `with`: expected it before",
                Some("write `sequence by ... with maxspan=...`".to_owned()),
            );
            by = self.keys();
        }
        let steps = self.steps();
        let until = self
            .eat_word("until")
            .then(|| self.step_or_report())
            .flatten();
        Sequence {
            by,
            max_span,
            steps,
            until,
            span,
        }
    }

    fn sample(&mut self) -> Sample {
        let span = self.advance().span;
        let by = self.keys();
        if self.at_word("with") {
            self.report(
                Code::EqlSequence,
                self.span(),
                "a sample has no time bound: expected `[`, found `with`",
                Some("only `sequence` takes `with maxspan=...`".to_owned()),
            );
            self.max_span();
        }
        let steps = self.steps();
        if self.at_word("until") {
            let message = "a sample has no order: expected the end of the query, found `until`";
            self.report(Code::EqlSequence, self.span(), message, None);
            self.advance();
            self.step_or_report();
        }
        Sample { by, steps, span }
    }

    /// `by a, b`; nothing when it does not stand here.
    fn keys(&mut self) -> Vec<Expr> {
        let mut keys = Vec::new();
        if !self.eat_word("by") {
            return keys;
        }
        loop {
            keys.push(self.key());
            if !self.eat(Punct::Comma) {
                return keys;
            }
        }
    }

    /// `with maxspan=..`.
    fn max_span(&mut self) -> Option<Duration> {
        if !self.eat_word("with") {
            return None;
        }
        if !self.eat_word("maxspan") {
            let hint = self
                .at_word("runs")
                .then(|| "`with runs=...` stands after a step's `]`".to_owned());
            self.expected_with("`maxspan`", hint);
            self.skip_to_steps();
            return None;
        }
        self.assign();
        let start = self.span();
        let amount = match self.token().kind {
            Kind::Int(amount) => amount,
            Kind::Float(_) => {
                self.advance();
                if matches!(self.token().kind, Kind::Name(_)) {
                    self.advance();
                }
                let message = "the time span has a fraction: expected a whole number and a unit";
                let hint = "use a smaller unit, such as `90s` for one and a half minutes";
                self.report(
                    Code::EqlTimeSpan,
                    self.since(start),
                    message,
                    Some(hint.to_owned()),
                );
                return None;
            }
            _ => {
                self.expected("a time span such as `5m`");
                self.skip_to_steps();
                return None;
            }
        };
        self.advance();
        self.unit(amount, start)
    }

    fn unit(&mut self, amount: i64, start: Span) -> Option<Duration> {
        let name = match &self.token().kind {
            Kind::Name(name) if !facts::is_keyword(name) => name.clone(),
            _ => {
                self.report(
                    Code::EqlTimeSpan,
                    start,
                    "the time span has no unit: expected one of `ms`, `s`, `m`, `h`, `d`",
                    Some(format!("write `{amount}s` for seconds")),
                );
                return amount.checked_mul(tripline_ir::SECOND);
            }
        };
        self.advance();
        let span = self.since(start);
        let known = facts::UNITS.iter().find(|(unit, _)| *unit == name);
        let Some((_, length)) = known else {
            let message =
                format!("`{name}` is not a time unit: expected one of `ms`, `s`, `m`, `h`, `d`");
            self.report(Code::EqlTimeSpan, span, message, None);
            return None;
        };
        let total = amount.checked_mul(*length);
        if total.is_none() {
            let message = "the time span is too long: expected at most 292 years";
            self.report(Code::EqlTimeSpan, span, message, None);
        }
        total
    }

    /// `=`; `==` is reported and taken.
    fn assign(&mut self) {
        if self.eat(Punct::Assign) {
            return;
        }
        self.expected("`=`");
        self.eat(Punct::Equal);
    }

    /// Skips to the next bracketed step.
    fn skip_to_steps(&mut self) {
        while !self.at_end()
            && !self.is(Punct::OpenBracket)
            && !self.is(Punct::OpenMissing)
            && !self.is(Punct::Pipe)
        {
            self.advance();
        }
    }

    fn steps(&mut self) -> Vec<Step> {
        let mut steps = Vec::new();
        loop {
            match self.step() {
                Some(step) => steps.push(step),
                None if self.at_end() || self.is(Punct::Pipe) || self.at_word("until") => break,
                None => {
                    self.expected("a step `[category where condition]`");
                    self.advance();
                    self.skip_to_steps();
                }
            }
        }
        steps
    }

    fn step_or_report(&mut self) -> Option<Step> {
        let step = self.step();
        if step.is_none() {
            self.expected("a step `[category where condition]`");
        }
        step
    }

    /// `[..]` or `![..]` with what follows; `None` when no bracket stands here.
    fn step(&mut self) -> Option<Step> {
        let missing = self.is(Punct::OpenMissing);
        if !missing && !self.is(Punct::OpenBracket) {
            return None;
        }
        let open = self.advance().span;
        let filter = self.event_filter();
        if !self.close(Punct::CloseBracket, open) {
            self.skip_to_bracket_end();
        }
        let mut step = Step {
            filter,
            by: Vec::new(),
            runs: 1,
            missing,
            alias: None,
            span: self.since(open),
        };
        while self.step_part(&mut step) {}
        Some(step)
    }

    /// After a broken step: past its `]`, if that comes before the next step.
    fn skip_to_bracket_end(&mut self) {
        while !self.at_end() && !self.is(Punct::OpenBracket) && !self.is(Punct::OpenMissing) {
            if self.eat(Punct::CloseBracket) {
                return;
            }
            self.advance();
        }
    }

    /// One of `by ..`, `with runs=..`, `as name`, `fork`; `false` when none stands here.
    fn step_part(&mut self, step: &mut Step) -> bool {
        if self.at_word("by") {
            step.by = self.keys();
        } else if self.at_word("with") {
            self.advance();
            self.runs(step);
        } else if self.token().is_word("as") {
            self.advance();
            self.alias(step);
        } else if self.token().is_word("fork") {
            let span = self.advance().span;
            let message = "`fork` is Endgame's and is not read here";
            self.report(Code::EqlDialect, span, message, None);
            if self.eat(Punct::Assign) || self.eat(Punct::Equal) {
                self.advance();
            }
        } else {
            return false;
        }
        true
    }

    fn runs(&mut self, step: &mut Step) {
        if !self.eat_word("runs") {
            let hint = self.token().is_word("maxspan").then(|| {
                "`with maxspan=...` stands before the first step, after `sequence by ...`"
                    .to_owned()
            });
            self.expected_with("`runs`", hint);
            self.skip_to_steps();
            return;
        }
        self.assign();
        let Kind::Int(count) = self.token().kind else {
            self.expected("a whole number of runs");
            return;
        };
        let span = self.advance().span;
        match u32::try_from(count) {
            Ok(runs) if (1..=facts::MAX_RUNS).contains(&runs) => step.runs = runs,
            _ => {
                let message = format!(
                    "a step runs at least once and at most {} times, found {count}",
                    facts::MAX_RUNS
                );
                self.report(Code::EqlSequence, span, message, None);
            }
        }
    }

    fn alias(&mut self, step: &mut Step) {
        let span = self.span();
        let Kind::Name(name) = &self.token().kind else {
            self.expected("a name for the step");
            return;
        };
        self.advance();
        if self.dialect == Dialect::Elasticsearch {
            let message = "a step's name after `as` is Elastic Endpoint's, not Elasticsearch's";
            self.report(Code::EqlDialect, span, message, None);
        }
        step.alias = Some((name.clone(), span));
    }

    /// `category where condition`, up to a `]`, a `|` or the end.
    pub(super) fn event_filter(&mut self) -> EventFilter {
        let (category, category_span) = self.category();
        let mut condition = self.expression();
        // Whatever stands between a readable condition and its end is reported, and what follows
        // the next `and` or `or` is read again.
        while !self.at_filter_end() {
            let start = self.span();
            let hint = self.operator_hint();
            self.expected_with("`and`, `or` or the end of the condition", hint);
            self.advance();
            self.recover();
            let mut parts = opened(condition);
            parts.push(Expr::Error(self.since(start)));
            if self.eat_word("and") || self.eat_word("or") {
                parts.push(self.expression());
            } else if self.is(Punct::Close) || self.is(Punct::Comma) {
                self.advance();
            } else if self.is(Punct::OpenBracket) || self.is(Punct::OpenMissing) {
                condition = Expr::And(parts);
                break;
            }
            condition = Expr::And(parts);
        }
        EventFilter {
            category,
            category_span,
            condition,
        }
    }

    fn at_filter_end(&self) -> bool {
        let token = self.token();
        matches!(
            token.kind,
            Kind::End | Kind::Punct(Punct::CloseBracket | Punct::Pipe)
        )
    }

    fn operator_hint(&self) -> Option<String> {
        match &self.token().kind {
            Kind::Name(name) => {
                let known = ["and", "or", "in", "like", "regex", "not"];
                facts::nearest(name, known).map(|word| format!("`{word}` may be meant"))
            }
            Kind::Punct(Punct::Close) => Some("no parenthesis is open here".to_owned()),
            _ => None,
        }
    }

    /// The category with its `where`.
    fn category(&mut self) -> (Option<Text>, Span) {
        let start = self.span();
        if self.peek(1).is_word("where") {
            let name = match &self.token().kind {
                Kind::Name(name) if name == "any" => Some(None),
                Kind::Name(name) if !facts::is_keyword(name) => Some(Some(name.clone())),
                Kind::Text(name) => Some(Some(name.clone())),
                Kind::Quoted(name) => {
                    let hint = format!("write \"{name}\" where");
                    let message = "an event category stands in double quotes, not in backticks";
                    self.report(Code::EqlCategory, start, message, Some(hint));
                    Some(Some(name.clone()))
                }
                _ => None,
            };
            if let Some(name) = name {
                self.advance();
                self.advance();
                return (name, start);
            }
        }
        self.broken_category(start)
    }

    fn broken_category(&mut self, start: Span) -> (Option<Text>, Span) {
        if self.at_word("where") {
            let message = "expected an event category before `where`";
            let hint = "write `any where` for events of every category";
            self.report(Code::EqlCategory, start, message, Some(hint.to_owned()));
            self.advance();
            return (None, start);
        }
        if let Some(ahead) = self.where_ahead() {
            self.at += ahead;
            let span = self.since(start);
            let message = format!(
                "`{}` is not an event category: expected one name or string",
                self.source.slice(span)
            );
            let hint = "for several categories write `any where event.category in (\"process\", \"file\")`";
            self.report(Code::EqlCategory, span, message, Some(hint.to_owned()));
            self.advance();
            return (None, span);
        }
        let message = format!(
            "the query has no `where`: expected `category where condition`, found {}",
            self.found()
        );
        let hint = "write `any where ...` for events of every category";
        self.report(Code::EqlMissingWhere, start, message, Some(hint.to_owned()));
        // `process event.type == "start"`: two names in a row begin with a category.
        let named = match &self.token().kind {
            Kind::Name(name) if !facts::is_keyword(name) => Some(name.clone()),
            _ => None,
        };
        let next_begins = match &self.peek(1).kind {
            Kind::Name(name) => !facts::is_keyword(name) || name == "not",
            Kind::Quoted(_) | Kind::Punct(Punct::Question) => true,
            _ => false,
        };
        match named {
            Some(name) if next_begins => {
                self.advance();
                (Some(name).filter(|name| name != "any"), start)
            }
            _ => (None, Span::empty(start.start)),
        }
    }

    /// How far a `where` is ahead, when only names, dots, commas and strings stand before it.
    fn where_ahead(&self) -> Option<usize> {
        for ahead in 0..16 {
            match &self.peek(ahead).kind {
                Kind::Name(name) if name == "where" => return Some(ahead),
                Kind::Name(_)
                | Kind::Quoted(_)
                | Kind::Text(_)
                | Kind::Int(_)
                | Kind::Punct(
                    Punct::Comma
                    | Punct::Dot
                    | Punct::Minus
                    | Punct::Slash
                    | Punct::Star
                    | Punct::Open
                    | Punct::Close,
                ) => {}
                _ => return None,
            }
        }
        None
    }

    fn pipe(&mut self) -> Pipe {
        let start = self.advance().span;
        let mut pipe = Pipe {
            name: Text::default(),
            arguments: Vec::new(),
            span: start,
        };
        if let Kind::Name(name) = &self.token().kind {
            pipe.name = name.clone();
            self.advance();
        } else {
            self.expected("the name of a pipe, such as `head`");
            while !self.at_end() && !self.is(Punct::Pipe) {
                self.advance();
            }
            pipe.span = self.since(start);
            return pipe;
        }
        while !self.at_end() && !self.is(Punct::Pipe) {
            let before = self.at;
            pipe.arguments.push(self.expression());
            self.eat(Punct::Comma);
            if self.at == before {
                self.advance();
            }
        }
        pipe.span = self.since(start);
        pipe
    }
}

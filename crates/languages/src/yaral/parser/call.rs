//! Function calls.

use super::Parser;
use crate::yaral::ast::{Call, Expr, Kind};
use crate::yaral::facts::{AGGREGATES, BOUNDS, FUNCTIONS, METRICS, nearest};
use crate::yaral::lexer::Token;
use tripline_text::{Code, Span};

impl Parser<'_> {
    /// `true`, `any $e.f`, `all $e.f`, a function call.
    pub(super) fn named(&mut self) -> Expr {
        let start = self.span();
        for (word, value) in [("true", true), ("false", false)] {
            if self.word(word) {
                return Expr {
                    kind: Kind::Bool(value),
                    span: start,
                };
            }
        }
        for (word, all) in [("any", false), ("all", true)] {
            if self.is_word(word) && matches!(self.ahead(1), Token::Variable(_)) {
                self.bump();
                let inner = Box::new(self.postfix());
                return Expr {
                    kind: Kind::Quantified { all, inner },
                    span: self.since(start),
                };
            }
        }
        if ["and", "or", "not", "in", "nocase", "of", "over"]
            .iter()
            .any(|word| self.is_word(word))
        {
            return Expr::error(start);
        }
        self.call(start)
    }

    fn call(&mut self, start: Span) -> Expr {
        let mut name = self.source.slice(self.bump()).to_ascii_lowercase();
        while self.is_sign(".") && matches!(self.ahead(1), Token::Word(_)) {
            self.bump();
            name.push('.');
            name.push_str(&self.source.slice(self.bump()).to_ascii_lowercase());
        }
        let head = self.since(start);
        if BOUNDS.contains(&name.as_str()) && !self.is_sign("(") {
            return self.called(name, Vec::new(), start);
        }
        if name.starts_with(METRICS) && self.is_sign("(") {
            self.skip_group();
            return self.called(name, Vec::new(), start);
        }
        if !self.sign("(") {
            let flaw = self
                .flaw(Code::YaralSyntax, format!("`{name}` stands alone"))
                .at(head, "")
                .hint("fields begin with their event variable: `$e.principal.ip`; texts stand in quotes");
            self.report(flaw);
            return Expr::error(head);
        }
        let Some(arguments) = self.deeper(|parser| parser.arguments(")")) else {
            return Expr::error(head);
        };
        self.check_call(&name, head, arguments.len());
        self.called(name, arguments, start)
    }

    fn called(&self, name: String, arguments: Vec<Expr>, start: Span) -> Expr {
        Expr {
            kind: Kind::Call(Call {
                name: name.into(),
                arguments,
                nocase: false,
            }),
            span: self.since(start),
        }
    }

    /// Skips what stands in parentheses.
    fn skip_group(&mut self) {
        let mut depth = 0_u32;
        while !self.is_end() {
            match self.token() {
                Token::Sign("(") => depth += 1,
                Token::Sign(")") => depth -= 1,
                _ => {}
            }
            self.bump();
            if depth == 0 {
                return;
            }
        }
        self.unexpected("`)`");
    }

    /// Arguments up to the closing sign, which is taken.
    pub(super) fn arguments(&mut self, close: &'static str) -> Vec<Expr> {
        let mut arguments = Vec::new();
        while !self.is_end() && !self.is_sign(close) {
            let before = self.at;
            let argument = self.expression();
            if self.at == before {
                self.unexpected("a value");
                break;
            }
            arguments.push(argument);
            if !self.sign(",") {
                break;
            }
        }
        if !self.sign(close) {
            self.unexpected(&format!("`,` or `{close}`"));
        }
        arguments
    }

    fn check_call(&mut self, name: &str, span: Span, given: usize) {
        if AGGREGATES.contains(&name) || BOUNDS.contains(&name) || name.starts_with(METRICS) {
            return;
        }
        let Some((_, least, most)) = FUNCTIONS.iter().find(|(known, _, _)| *known == name) else {
            let known = FUNCTIONS.iter().map(|(known, _, _)| *known);
            let near = nearest(name, known.chain(AGGREGATES));
            let mut flaw = self
                .flaw(
                    Code::YaralFunction,
                    format!("there is no function `{name}`"),
                )
                .at(span, "");
            if let Some(near) = near {
                flaw = flaw.hint(format!("`{near}` has a similar name"));
            }
            return self.report(flaw);
        };
        if (*least..=*most).contains(&given) {
            return;
        }
        let wanted = match (least, most) {
            (least, most) if least == most => format!("{least}"),
            (least, most) => format!("{least} to {most}"),
        };
        let message = format!("`{name}` takes {wanted} arguments, found {given}");
        let flaw = self.flaw(Code::YaralArguments, message).at(span, "");
        self.report(flaw);
    }
}

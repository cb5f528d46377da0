//! Tests that are written with words: `in`, `is null`, `2 of`.

use super::Parser;
use crate::yaral::ast::{Comparison, Expr, Kind, ListKind, OfCount};
use crate::yaral::facts;
use crate::yaral::lexer::Token;
use tripline_ir::Text;
use tripline_text::Span;

impl Parser<'_> {
    pub(super) fn null_ahead(&self) -> bool {
        let is = |ahead: usize, word: &str| matches!(self.ahead(ahead), Token::Word(found) if found.eq_ignore_ascii_case(word));
        is(1, "null") || is(1, "not") && is(2, "null")
    }

    /// `is null`, `is not null`: unset is the zero value.
    pub(super) fn is_null(&mut self, start: Span, left: Expr) -> Expr {
        self.bump();
        let op = if self.word("not") {
            Comparison::Ne
        } else {
            Comparison::Eq
        };
        let span = self.bump();
        let number = matches!(&left.kind, Kind::Field(field) if facts::is_number(&field.names()));
        let zero = if number {
            Kind::Int(0)
        } else {
            Kind::Str(Text::default())
        };
        let kind = Kind::Compare {
            op,
            left: Box::new(left),
            right: Box::new(Expr { kind: zero, span }),
            nocase: false,
        };
        Expr {
            kind,
            span: self.since(start),
        }
    }

    pub(super) fn not_in(&self) -> bool {
        matches!(self.ahead(1), Token::Word(word) if word.eq_ignore_ascii_case("in"))
    }

    /// `in %list`, `in regex %list`, `in cidr %list`, with `not` before and `nocase` behind.
    pub(super) fn in_list(&mut self, start: Span, subject: Expr) -> Expr {
        let negated = self.word("not");
        self.bump();
        let how = if self.word("regex") {
            ListKind::Regex
        } else if self.word("cidr") {
            ListKind::Cidr
        } else {
            ListKind::Text
        };
        if self.is_sign("[") && how == ListKind::Text {
            return self.in_array(start, &subject, negated);
        }
        let Token::List(list) = self.token() else {
            let span = self.unexpected("a reference list such as `%names`");
            return Expr::error(start.cover(span));
        };
        let list = list.clone();
        self.bump();
        let nocase = self.word("nocase");
        let found = Expr {
            kind: Kind::In {
                subject: Box::new(subject),
                list,
                how,
                nocase,
            },
            span: self.since(start),
        };
        if !negated {
            return found;
        }
        Expr {
            span: found.span,
            kind: Kind::Not(Box::new(found)),
        }
    }

    /// `in ["a", "b"]`: equal to one of them.
    fn in_array(&mut self, start: Span, subject: &Expr, negated: bool) -> Expr {
        self.bump();
        let entries = self.arguments("]");
        let nocase = self.word("nocase");
        let span = self.since(start);
        let equals = entries.into_iter().map(|entry| Expr {
            span,
            kind: Kind::Compare {
                op: Comparison::Eq,
                left: Box::new(subject.clone()),
                right: Box::new(entry),
                nocase,
            },
        });
        let found = self.one_or(start, equals.collect(), Kind::Or);
        if !negated {
            return found;
        }
        Expr {
            span,
            kind: Kind::Not(Box::new(found)),
        }
    }

    /// `2 of ($a, $b)`, `any of [$a, $b]`, `all of ($a, $b)`.
    pub(super) fn n_of(&mut self) -> Option<Expr> {
        let count = match self.token() {
            Token::Int(count) => OfCount::AtLeast(u32::try_from(*count).unwrap_or(0)),
            Token::Word(word) if word.eq_ignore_ascii_case("any") => OfCount::Any,
            Token::Word(word) if word.eq_ignore_ascii_case("all") => OfCount::All,
            _ => return None,
        };
        if !matches!(self.ahead(1), Token::Word(word) if word.eq_ignore_ascii_case("of")) {
            return None;
        }
        let start = self.bump();
        self.bump();
        let close = if self.sign("[") { "]" } else { ")" };
        if close == ")" && !self.sign("(") {
            self.unexpected("`(`");
            return Some(Expr::error(self.since(start)));
        }
        let of = self.arguments(close);
        Some(Expr {
            kind: Kind::NOf { count, of },
            span: self.since(start),
        })
    }
}

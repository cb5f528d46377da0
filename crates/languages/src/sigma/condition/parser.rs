//! Precedence climbing over three operators.

use super::lexer::{Token, lex};
use super::{Expression, Quantity, Selector};
use crate::sigma::facts::MAX_DEPTH;
use tripline_text::{Code, Span};

/// What is wrong with a condition.
#[derive(Debug)]
pub(in crate::sigma) struct Flaw {
    pub(in crate::sigma) code: Code,
    pub(in crate::sigma) message: String,
    pub(in crate::sigma) span: Span,
    pub(in crate::sigma) hint: Option<String>,
}

/// Parses a condition. Spans count bytes of `text`.
pub(in crate::sigma) fn parse(text: &str) -> Result<Expression, Flaw> {
    let mut parser = Parser {
        tokens: lex(text),
        next: 0,
        depth: 0,
        end: Span::from_usize(text.len()..text.len()),
    };
    let expression = parser.or()?;
    match parser.peek() {
        None => Ok(expression),
        Some(Token::Close) => Err(parser.flaw("a `)` without a `(` before it")),
        Some(Token::Open) => Err(parser.flaw("a `(` where `and`, `or` or the end was expected")),
        Some(Token::Word(word)) => {
            let message = format!("`{word}` where `and`, `or` or the end was expected");
            Err(parser.flaw(message))
        }
    }
}

struct Parser<'a> {
    tokens: Vec<(Token<'a>, Span)>,
    next: usize,
    depth: usize,
    end: Span,
}

impl<'a> Parser<'a> {
    fn peek(&self) -> Option<Token<'a>> {
        self.tokens.get(self.next).map(|(token, _)| *token)
    }

    fn span(&self) -> Span {
        self.tokens
            .get(self.next)
            .map_or(self.end, |(_, span)| *span)
    }

    fn flaw(&self, message: impl Into<String>) -> Flaw {
        Flaw {
            code: Code::SigmaCondition,
            message: message.into(),
            span: self.span(),
            hint: None,
        }
    }

    fn word(&mut self, wanted: &str) -> bool {
        let found =
            matches!(self.peek(), Some(Token::Word(word)) if word.eq_ignore_ascii_case(wanted));
        self.next += usize::from(found);
        found
    }

    fn or(&mut self) -> Result<Expression, Flaw> {
        let mut parts = vec![self.and()?];
        while self.word("or") {
            parts.push(self.and()?);
        }
        Ok(joined(parts, Expression::Or))
    }

    fn and(&mut self) -> Result<Expression, Flaw> {
        let mut parts = vec![self.not()?];
        while self.word("and") {
            parts.push(self.not()?);
        }
        Ok(joined(parts, Expression::And))
    }

    fn not(&mut self) -> Result<Expression, Flaw> {
        let mut negations = 0;
        while self.word("not") {
            negations += 1;
            if negations > MAX_DEPTH {
                return Err(self.too_deep());
            }
        }
        let mut expression = self.primary()?;
        for _ in 0..negations {
            expression = Expression::Not(Box::new(expression));
        }
        Ok(expression)
    }

    fn too_deep(&self) -> Flaw {
        Flaw {
            code: Code::NestingTooDeep,
            ..self.flaw(format!(
                "the condition is nested deeper than {MAX_DEPTH} levels"
            ))
        }
    }

    fn primary(&mut self) -> Result<Expression, Flaw> {
        match self.peek() {
            None => Err(self.flaw("the condition ends where a selection name was expected")),
            Some(Token::Close) => Err(self.flaw("a `)` where a selection name was expected")),
            Some(Token::Open) => self.group(),
            Some(Token::Word(word)) => self.named(word),
        }
    }

    fn group(&mut self) -> Result<Expression, Flaw> {
        let open = self.span();
        self.next += 1;
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(self.too_deep());
        }
        let inner = self.or()?;
        self.depth -= 1;
        if self.peek() == Some(Token::Close) {
            self.next += 1;
            return Ok(inner);
        }
        Err(Flaw {
            span: open,
            ..self.flaw("this `(` is not closed")
        })
    }

    fn named(&mut self, word: &'a str) -> Result<Expression, Flaw> {
        let span = self.span();
        let of = self.tokens.get(self.next + 1).map(|(token, _)| *token);
        let quantified = matches!(of, Some(Token::Word(of)) if of.eq_ignore_ascii_case("of"));
        if quantified {
            return self.selector(word, span);
        }
        if ["and", "or"]
            .iter()
            .any(|operator| word.eq_ignore_ascii_case(operator))
        {
            return Err(self.flaw(format!("`{word}` where a selection name was expected")));
        }
        self.next += 1;
        if word.eq_ignore_ascii_case("them") || word.contains('*') {
            return Err(Flaw {
                code: Code::SigmaCondition,
                message: format!("`{word}` stands without a quantifier"),
                span,
                hint: Some(format!(
                    "`1 of {word}` or `all of {word}` says how many must hold"
                )),
            });
        }
        Ok(Expression::Name(word.into(), span))
    }

    fn selector(&mut self, quantity: &str, span: Span) -> Result<Expression, Flaw> {
        let quantity = match quantity.to_ascii_lowercase().as_str() {
            "1" | "any" => Quantity::One,
            "all" => Quantity::All,
            _ => {
                return Err(Flaw {
                    hint: Some("`1 of`, `any of` and `all of` are the quantifiers".to_owned()),
                    ..self.flaw(format!("`{quantity} of` is no quantifier"))
                });
            }
        };
        self.next += 2;
        let Some(Token::Word(pattern)) = self.peek() else {
            return Err(self.flaw("a quantifier without `them` or a name after it"));
        };
        let span = span.cover(self.span());
        self.next += 1;
        let them = pattern.eq_ignore_ascii_case("them");
        Ok(Expression::Some(Selector {
            quantity,
            pattern: (!them).then(|| pattern.into()),
            span,
        }))
    }
}

fn joined(mut parts: Vec<Expression>, join: fn(Vec<Expression>) -> Expression) -> Expression {
    if parts.len() > 1 {
        return join(parts);
    }
    parts.remove(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(expression: &Expression) -> String {
        let list = |parts: &[Expression], by: &str| {
            let parts: Vec<_> = parts.iter().map(shown).collect();
            format!("({})", parts.join(by))
        };
        match expression {
            Expression::Name(name, _) => name.to_string(),
            Expression::Some(selector) => format!(
                "{:?}[{}]",
                selector.quantity,
                selector.pattern.as_deref().unwrap_or("them")
            ),
            Expression::And(parts) => list(parts, " & "),
            Expression::Or(parts) => list(parts, " | "),
            Expression::Not(inner) => format!("!{}", shown(inner)),
        }
    }

    fn read(text: &str) -> String {
        parse(text).map_or_else(
            |flaw| format!("{} at {:?}", flaw.message, flaw.span.range()),
            |expression| shown(&expression),
        )
    }

    #[test]
    fn precedence_and_forms() {
        assert_eq!(read("a or b and not c"), "(a | (b & !c))");
        assert_eq!(read("not a and b or c"), "((!a & b) | c)");
        assert_eq!(read("(a or b) and c"), "((a | b) & c)");
        assert_eq!(read("not not a"), "!!a");
        assert_eq!(read("1 of them"), "One[them]");
        assert_eq!(read("any of sel_*"), "One[sel_*]");
        assert_eq!(
            read("all of them and not 1 of f*"),
            "(All[them] & !One[f*])"
        );
        assert_eq!(read("all of exact"), "All[exact]");
        assert_eq!(read("a AND b OR c"), "((a & b) | c)");
        assert_eq!(read("notepad or android"), "(notepad | android)");
        assert_eq!(read("sel-1.a or sel:b"), "(sel-1.a | sel:b)");
        assert_eq!(read("a\n  and b"), "(a & b)");
        assert_eq!(read("all"), "all");
    }

    #[test]
    fn flaws_name_their_place() {
        assert_eq!(
            read(""),
            "the condition ends where a selection name was expected at 0..0"
        );
        assert_eq!(
            read("a and"),
            "the condition ends where a selection name was expected at 5..5"
        );
        assert_eq!(
            read("a b"),
            "`b` where `and`, `or` or the end was expected at 2..3"
        );
        assert_eq!(read("(a or b"), "this `(` is not closed at 0..1");
        assert_eq!(read("a)"), "a `)` without a `(` before it at 1..2");
        assert_eq!(read("2 of sel*"), "`2 of` is no quantifier at 0..1");
        assert_eq!(read("sel*"), "`sel*` stands without a quantifier at 0..4");
        assert_eq!(
            read("1 of"),
            "a quantifier without `them` or a name after it at 4..4"
        );
        assert_eq!(
            read("or a"),
            "`or` where a selection name was expected at 0..2"
        );
        assert!(read(&"(".repeat(10_000)).contains("deeper than 128"));
        assert!(read(&"not ".repeat(10_000)).contains("deeper than 128"));
    }
}

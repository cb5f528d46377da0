//! Expressions of `eval` and `where`.
//!
//! From loose to tight: `XOR`, `OR`, `AND`, `NOT`, comparisons, `+ - .`, `* / %`, unary minus.
//! Strings stand in double quotes, odd field names in single ones; a dot outside of quotes joins
//! two texts.

use super::super::ast::{Binary, Expr, Name, Search};
use super::super::cursor::{Cursor, placeholder, run};
use super::super::facts;
use super::Parser;
use crate::near;
use tripline_text::{Code, Span};

impl<'a> Parser<'a> {
    /// An expression.
    pub(super) fn expression(&mut self, cursor: &mut Cursor<'a>) -> Expr {
        let start = cursor.at;
        if !self.enter(Span::from_usize(start..cursor.end)) {
            cursor.at = cursor.end;
            return Expr::Error(cursor.span(start));
        }
        let found = self.logic(cursor, 0);
        self.leave();
        found
    }

    /// `XOR`, `OR` and `AND`, by level.
    fn logic(&mut self, cursor: &mut Cursor<'a>, level: usize) -> Expr {
        const LEVELS: [(&str, Binary); 3] = [
            ("XOR", Binary::Xor),
            ("OR", Binary::Or),
            ("AND", Binary::And),
        ];
        let Some((word, op)) = LEVELS.get(level) else {
            return self.not(cursor);
        };
        let mut left = self.logic(cursor, level + 1);
        let mut links = 0;
        while cursor.take_word(word) {
            links += 1;
            let right = self.logic(cursor, level + 1);
            left = binary(*op, left, right);
            if links > 2_000 {
                self.too_long(left.span());
                cursor.at = cursor.end;
            }
        }
        left
    }

    fn too_long(&mut self, span: Span) {
        self.report(Code::SplTooLarge, span, "the expression is too long", None);
    }

    fn not(&mut self, cursor: &mut Cursor<'a>) -> Expr {
        cursor.skip_blank();
        let start = cursor.at;
        let bang = cursor.rest().starts_with('!') && !cursor.rest().starts_with("!=");
        if bang {
            cursor.bump();
        }
        if !bang && !cursor.take_word("NOT") {
            return self.compare(cursor);
        }
        if !self.enter(cursor.span(start)) {
            cursor.at = cursor.end;
            return Expr::Error(cursor.span(start));
        }
        let inner = self.not(cursor);
        self.leave();
        Expr::Not(Box::new(inner), cursor.span(start))
    }

    fn compare(&mut self, cursor: &mut Cursor<'a>) -> Expr {
        let mut left = self.sum(cursor);
        for _ in 0..facts::MAX_DEPTH {
            cursor.skip_blank();
            if let Some(op) = comparison(cursor) {
                let right = self.sum(cursor);
                left = binary(op, left, right);
                continue;
            }
            if cursor.take_word("LIKE") {
                let right = self.sum(cursor);
                let right = pattern(cursor, right);
                left = binary(Binary::Like, left, right);
                continue;
            }
            let before = *cursor;
            let negated = cursor.take_word("NOT");
            if cursor.take_word("IN") && cursor.take('(') {
                let list = self.arguments(cursor);
                let span = left.span().cover(cursor.span(before.at));
                left = Expr::In {
                    value: Box::new(left),
                    list,
                    negated,
                    span,
                };
                continue;
            }
            *cursor = before;
            break;
        }
        left
    }

    fn sum(&mut self, cursor: &mut Cursor<'a>) -> Expr {
        self.chain(
            cursor,
            &[
                ('+', Binary::Add),
                ('-', Binary::Subtract),
                ('.', Binary::Concat),
            ],
            true,
        )
    }

    /// Operators of one level, from left to right.
    fn chain(&mut self, cursor: &mut Cursor<'a>, ops: &[(char, Binary)], sums: bool) -> Expr {
        let next = |parser: &mut Self, cursor: &mut Cursor<'a>| {
            if sums {
                let products = [
                    ('*', Binary::Multiply),
                    ('/', Binary::Divide),
                    ('%', Binary::Modulo),
                ];
                parser.chain(cursor, &products, false)
            } else {
                parser.unary(cursor)
            }
        };
        let mut left = next(self, cursor);
        let mut links = 0;
        while let Some(sign) = cursor.peek() {
            let Some((_, op)) = ops.iter().find(|(own, _)| *own == sign) else {
                break;
            };
            if *op == Binary::Concat {
                self.dotted_name(cursor, &left);
            }
            cursor.bump();
            let right = next(self, cursor);
            left = binary(*op, left, right);
            links += 1;
            if links > facts::MAX_LINKS {
                self.too_long(left.span());
                cursor.at = cursor.end;
            }
        }
        left
    }

    /// `a.b` joins two texts; it is mostly meant as one name.
    fn dotted_name(&mut self, cursor: &Cursor<'a>, left: &Expr) {
        let Expr::Field(name) = left else { return };
        let touches = name.span.end as usize == cursor.at
            && cursor.rest()[1..].starts_with(|c: char| c.is_alphabetic() || c == '_');
        if touches && !cursor.text[name.span.range()].starts_with('\'') {
            let message = "a dot outside of quotes joins two texts";
            let hint =
                Some("a field's name with a dot stands in single quotes: `'a.b'`".to_owned());
            self.report(Code::SplDottedName, name.span, message, hint);
        }
    }

    fn unary(&mut self, cursor: &mut Cursor<'a>) -> Expr {
        cursor.skip_blank();
        let start = cursor.at;
        if cursor.take('-') {
            if !self.enter(cursor.span(start)) {
                cursor.at = cursor.end;
                return Expr::Error(cursor.span(start));
            }
            let inner = self.unary(cursor);
            self.leave();
            return Expr::Negate(Box::new(inner), cursor.span(start));
        }
        if cursor.take('+') {
            return self.primary_expression(cursor);
        }
        self.primary_expression(cursor)
    }

    fn primary_expression(&mut self, cursor: &mut Cursor<'a>) -> Expr {
        cursor.skip_blank();
        let start = cursor.at;
        match cursor.peek() {
            Some('(') => {
                cursor.bump();
                let inner = self.expression(cursor);
                if !cursor.take(')') {
                    let open = Span::from_usize(start..start + 1);
                    self.report(
                        Code::SplUnclosed,
                        open,
                        "the parenthesis is not closed",
                        None,
                    );
                }
                inner
            }
            Some('"') => self.string(cursor),
            Some('\'') => {
                if let Some(name) = cursor.single_quoted() {
                    return Expr::Field(name);
                }
                let open = Span::from_usize(start..start + 1);
                self.report(Code::SplUnclosed, open, "the quote is not closed", None);
                cursor.at = cursor.end;
                Expr::Error(cursor.span(start))
            }
            Some('*') => self.wildcard(cursor, start),
            Some(c) if c.is_ascii_digit() => number(cursor, start),
            Some('.') if cursor.rest()[1..].starts_with(|c: char| c.is_ascii_digit()) => {
                number(cursor, start)
            }
            Some(c) if is_word(c) || placeholder(cursor.rest()) > 0 => {
                self.word_expression(cursor, start)
            }
            Some('[') => {
                cursor.bump();
                let inner = self.bracketed(cursor, true);
                Expr::Subsearch(inner, cursor.span(start))
            }
            _ => self.wrong(cursor, start, "a value"),
        }
    }

    /// A value with wildcards, as `search` has them, where there are none.
    fn wildcard(&mut self, cursor: &mut Cursor<'a>, start: usize) -> Expr {
        let (shown, at) = cursor.shown();
        let message = format!("expected a value, found {shown}");
        let hint = "`eval` and `where` have no wildcards: write `like(field, \"%text%\")`";
        self.report(Code::SplSyntax, at, message, Some(hint.to_owned()));
        cursor.at = (at.end as usize).max(cursor.at);
        Expr::Error(cursor.span(start))
    }

    fn wrong(&mut self, cursor: &mut Cursor<'a>, start: usize, what: &str) -> Expr {
        self.expected(cursor, what);
        if !matches!(cursor.peek(), None | Some(')' | ',' | ']')) {
            cursor.bump();
        }
        Expr::Error(cursor.span(start))
    }

    fn string(&mut self, cursor: &mut Cursor<'a>) -> Expr {
        match cursor.quoted_raw() {
            Some((raw, span, closed)) => {
                if !closed {
                    let open = Span::new(span.start, span.start + 1);
                    self.report(Code::SplUnclosed, open, "the quote is not closed", None);
                }
                Expr::Text(facts::unescape(raw), span)
            }
            None => Expr::Error(cursor.span(cursor.at)),
        }
    }

    fn word_expression(&mut self, cursor: &mut Cursor<'a>, start: usize) -> Expr {
        let rest = cursor.rest();
        let length = run(rest, is_word);
        cursor.at += length;
        let mut name = Name {
            text: rest[..length].into(),
            span: cursor.span(start),
        };
        if cursor.peek() != Some('(') {
            // `name{}` is a field of a JSON array; it needs quotes, but stands without them often.
            while cursor.rest().starts_with("{}") {
                cursor.at += 2;
                name.span = cursor.span(start);
                name.text = cursor.text[name.span.range()].into();
            }
            return Expr::Field(name);
        }
        cursor.bump();
        name.text = name.text.to_lowercase().into();
        if name.text == "searchmatch"
            && let Some(search) = self.searchmatch(cursor)
        {
            return Expr::Search(Box::new(search), cursor.span(start));
        }
        let mut arguments = self.arguments(cursor);
        if name.text == "like"
            && arguments.len() == 2
            && let Some(last) = arguments.pop()
        {
            arguments.push(pattern(cursor, last));
        }
        if !facts::functions().any(|known| known == name.text) {
            let hint = match facts::function_meant(&name.text) {
                Some(meant) => Some(format!("SPL writes {meant}")),
                None => near::nearest(&name.text, facts::functions())
                    .map(|near| format!("`{near}` has a similar name")),
            };
            let message = format!("function `{}` is not known", name.text);
            self.report(Code::SplUnknownFunction, name.span, message, hint);
        }
        self.count_arguments(&name, &arguments);
        Expr::Call {
            name,
            arguments,
            span: cursor.span(start),
        }
    }

    /// The condition of `searchmatch`, behind its parenthesis. Its text is read where it stands, so
    /// one with escapes in it is not taken apart.
    fn searchmatch(&mut self, cursor: &mut Cursor<'a>) -> Option<Search> {
        let mut ahead = *cursor;
        ahead.skip_blank();
        let (text, span, closed) = ahead.quoted_raw()?;
        // A bracket in a quoted text begins no subsearch.
        if !closed || text.contains(['\\', '[']) || !ahead.take(')') {
            return None;
        }
        let at = span.range().start + 1;
        let inner = Cursor {
            at,
            end: at + text.len(),
            ..*cursor
        };
        *cursor = ahead;
        Some(self.search_in_text(inner))
    }

    /// Reports a number of arguments that the function does not take.
    fn count_arguments(&mut self, name: &Name, arguments: &[Expr]) {
        let Some((fewest, most, usage)) = facts::arguments(&name.text) else {
            return;
        };
        let count = arguments.len();
        let read = !arguments.iter().any(|one| matches!(one, Expr::Error(_)));
        if read && (count < fewest || count > most) {
            let s = if count == 1 { "" } else { "s" };
            let message = format!("`{}` has {count} argument{s}", name.text);
            let hint = Some(format!("write `{}({usage})`", name.text));
            self.report(Code::SplArgument, name.span, message, hint);
        }
    }

    /// Arguments up to the closing parenthesis; the opening one is taken.
    pub(super) fn arguments(&mut self, cursor: &mut Cursor<'a>) -> Vec<Expr> {
        let open = cursor.at.saturating_sub(1);
        let mut found = Vec::new();
        loop {
            if cursor.take(')') {
                return found;
            }
            if cursor.is_empty() {
                let place = Span::from_usize(open..open + 1);
                self.report(
                    Code::SplUnclosed,
                    place,
                    "the parenthesis is not closed",
                    None,
                );
                return found;
            }
            let before = cursor.at;
            found.push(self.expression(cursor));
            if !cursor.take(',') && cursor.peek().is_some_and(|c| c != ')') {
                self.expected(cursor, "`,` or `)`");
                if cursor.at == before || cursor.bump().is_none() {
                    cursor.at = cursor.end;
                }
            }
        }
    }
}

/// Characters of a name that stands without quotes in an expression.
pub(in super::super) fn is_word(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | ':' | '@' | '$' | '#')
}

/// A text that `like` reads: a backslash that is written twice is one, and no escape of the
/// character behind it.
fn pattern(cursor: &Cursor<'_>, expr: Expr) -> Expr {
    let Expr::Text(text, span) = expr else {
        return expr;
    };
    let raw = cursor.text.get(span.range()).unwrap_or("");
    let inside = raw.strip_prefix('"').unwrap_or(raw);
    match inside.strip_suffix('"') {
        Some(inside) => Expr::Pattern(facts::unquote(inside), span),
        None => Expr::Text(text, span),
    }
}

fn comparison(cursor: &mut Cursor<'_>) -> Option<Binary> {
    let (text, op) = [
        ("==", Binary::Eq),
        ("!=", Binary::Ne),
        ("<=", Binary::Lte),
        (">=", Binary::Gte),
        ("=", Binary::Eq),
        ("<", Binary::Lt),
        (">", Binary::Gt),
    ]
    .into_iter()
    .find(|(text, _)| cursor.rest().starts_with(text))?;
    cursor.at += text.len();
    Some(op)
}

fn binary(op: Binary, left: Expr, right: Expr) -> Expr {
    let span = left.span().cover(right.span());
    Expr::Binary {
        op,
        left: Box::new(left),
        right: Box::new(right),
        span,
    }
}

/// A number; a name that begins with digits is a field.
fn number(cursor: &mut Cursor<'_>, start: usize) -> Expr {
    let rest = cursor.rest();
    let whole = rest
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(rest.len());
    let mut length = whole;
    if rest[length..].starts_with('.')
        && rest[length + 1..].starts_with(|c: char| c.is_ascii_digit())
    {
        let fraction = &rest[length + 1..];
        length += 1 + fraction
            .find(|c: char| !c.is_ascii_digit())
            .unwrap_or(fraction.len());
    }
    if let Some(power) = rest[length..].strip_prefix(['e', 'E']) {
        let digits = power.trim_start_matches(['+', '-']);
        let count = digits
            .find(|c: char| !c.is_ascii_digit())
            .unwrap_or(digits.len());
        let ends = !digits[count..].starts_with(is_word);
        if count > 0 && ends {
            length += 1 + (power.len() - digits.len()) + count;
        }
    }
    if rest[length..].starts_with(is_word) {
        let name = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
        cursor.at += name;
        return Expr::Field(Name {
            text: rest[..name].into(),
            span: cursor.span(start),
        });
    }
    cursor.at += length;
    let text = &rest[..length];
    let span = cursor.span(start);
    match text.parse() {
        Ok(whole) => Expr::Int(whole, span),
        Err(_) => Expr::Number(text.parse().unwrap_or_default(), span),
    }
}

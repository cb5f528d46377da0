//! Operators of a pipeline.

use super::{Failed, Parsed, Parser};
use crate::kusto::ast::{
    Argument, Axis, Expr, ExprKind, JoinOperator, MvExpand, NestedLevel, Operator, OperatorKind,
    ParseKv, ParseOperator, ParsePiece, SortItem, TopHitters,
};
use crate::kusto::facts;
use crate::kusto::lexer::{Kind, Punct};
use tripline_ir::Text;
use tripline_text::{Code, Span};

impl Parser<'_> {
    /// `| operator | operator ...`.
    pub(super) fn pipeline(&mut self) -> Parsed<Vec<Operator>> {
        let mut operators = Vec::new();
        while self.is(Punct::Pipe) {
            let pipe = self.span();
            self.advance();
            if self.at_end() || self.is(Punct::Semicolon) || self.is(Punct::Close) {
                let message = format!("expected an operator after `|`, found {}", self.found());
                self.report(Code::KustoSyntax, pipe, message, None);
                break;
            }
            let start = self.span();
            let operator = self.operator().or_else(|failed: Failed| {
                if self.too_deep {
                    return Err(failed);
                }
                self.skip_to(&[Punct::Pipe]);
                Ok(Operator {
                    kind: OperatorKind::Error,
                    span: self.since(start),
                })
            })?;
            operators.push(operator);
        }
        Ok(operators)
    }

    /// The operator's name; hyphens join words that touch.
    fn operator_name(&mut self) -> Option<(Text, Span)> {
        let start = self.span();
        let mut name = self.word()?.to_owned();
        self.advance();
        while self.is(Punct::Minus)
            && self.span().start == self.end()
            && let Some(word) = self.peek(1).word()
            && self.peek(1).span.start == self.span().end
        {
            name.push('-');
            name.push_str(word);
            self.at += 2;
        }
        Some((name.into(), self.since(start)))
    }

    pub(super) fn operator(&mut self) -> Parsed<Operator> {
        let start = self.span();
        let Some((name, span)) = self.operator_name() else {
            return self.expected("an operator");
        };
        let kind = self.nested(|parser| parser.operator_kind(&name, span))?;
        Ok(Operator {
            kind,
            span: self.since(start),
        })
    }

    fn operator_kind(&mut self, name: &str, span: Span) -> Parsed<OperatorKind> {
        Ok(match name {
            "where" | "filter" => {
                self.settings();
                OperatorKind::Where(self.expression()?)
            }
            "extend" => OperatorKind::Extend(self.list(Self::item)?),
            "project" | "project-by-names" => OperatorKind::Project(self.maybe_list()?),
            "project-away" => OperatorKind::ProjectAway(self.list(Self::column_pattern)?),
            "project-keep" => OperatorKind::ProjectKeep(self.list(Self::column_pattern)?),
            "project-rename" => OperatorKind::ProjectRename(self.maybe_list()?),
            "project-reorder" => OperatorKind::ProjectReorder(self.reordered()?),
            "summarize" => self.summarize()?,
            "distinct" => {
                self.settings();
                OperatorKind::Distinct(self.list(Self::item)?)
            }
            "join" => OperatorKind::Join(Box::new(self.join()?)),
            "lookup" => OperatorKind::Lookup(Box::new(self.join()?)),
            "union" => self.union()?,
            "sort" | "order" => {
                self.settings();
                self.expect_word("by")?;
                OperatorKind::Sort(self.list(Self::sort_item)?)
            }
            "top-nested" => OperatorKind::TopNested(self.list(Self::nested_level)?),
            "top" | "top-hitters" => self.top(name == "top")?,
            "take" | "limit" => OperatorKind::Take(self.expression()?),
            "sample" => OperatorKind::Sample(self.expression()?, None),
            "sample-distinct" => {
                let count = self.expression()?;
                self.expect_word("of")?;
                OperatorKind::Sample(count, Some(self.expression()?))
            }
            "count" => {
                if self.eat_word("as") {
                    self.ident("a name")?;
                }
                OperatorKind::Count
            }
            "mv-expand" | "mvexpand" => OperatorKind::MvExpand(self.expanded()?),
            "mv-apply" | "mvapply" => self.mv_apply()?,
            "parse" | "parse-where" => self.parse_operator(name == "parse-where")?,
            "parse-kv" => self.parse_kv()?,
            "make-series" => self.make_series()?,
            "scan" => OperatorKind::Scan(Box::new(self.scan()?)),
            "serialize" => OperatorKind::Serialize(self.maybe_list()?),
            "evaluate" => self.evaluate()?,
            "invoke" => self.invoke()?,
            "as" => {
                self.settings();
                OperatorKind::As(self.ident("a name")?)
            }
            "partition" => self.partition()?,
            "search" => self.search()?,
            "find" => self.find()?,
            "print" => OperatorKind::Print(self.list(Self::item)?),
            "range" => self.range()?,
            "render" | "consume" | "getschema" => {
                self.skip_to(&[Punct::Pipe]);
                OperatorKind::Display(name.into())
            }
            _ if facts::OPERATORS.contains(&name) => {
                self.skip_to(&[Punct::Pipe]);
                OperatorKind::Other(name.into())
            }
            _ => {
                let hint = self.near(name, &facts::OPERATORS);
                let message = format!("`{name}` is no operator of Kusto");
                self.report(Code::KustoOperator, span, message, hint);
                self.skip_to(&[Punct::Pipe]);
                OperatorKind::Error
            }
        })
    }

    /// `name = value` settings before an operator's own parts: `hint.strategy = shuffle`,
    /// `kind = inner`. The ones that change meaning are given back.
    fn settings(&mut self) -> Vec<(Text, Text, Span)> {
        let mut found = Vec::new();
        while let Some(name) = self.word() {
            let hint = name == "hint" && self.peek(1).is(Punct::Dot);
            let at = if hint { 3 } else { 1 };
            if !self.peek(at).is(Punct::Assign) || !(hint || SETTINGS.contains(&name)) {
                break;
            }
            self.at += at + 1;
            let span = self.span();
            let token = self.advance();
            let value = match &token.kind {
                Kind::Text(text) => text.clone(),
                _ => Text::from(self.source.slice(token.span)),
            };
            if !hint {
                found.push((Text::from(name), value, span));
            }
        }
        found
    }

    fn maybe_list(&mut self) -> Parsed<Vec<Argument>> {
        if self.is(Punct::Pipe)
            || self.is(Punct::Semicolon)
            || self.is(Punct::Close)
            || self.at_end()
        {
            return Ok(Vec::new());
        }
        self.list(Self::item)
    }

    /// A column's name, with `*` in it or not.
    fn column_pattern(&mut self) -> Parsed<Expr> {
        let start = self.span();
        let mut text = String::new();
        loop {
            let token = self.token();
            let touches = text.is_empty() || token.span.start == self.end();
            match &token.kind {
                Kind::Name(word) if touches => text.push_str(word),
                Kind::Int(_) if touches && !text.is_empty() => {
                    text.push_str(self.source.slice(token.span));
                }
                Kind::Punct(Punct::Star) if touches => text.push('*'),
                Kind::Punct(Punct::SquareOpen) if text.is_empty() => {
                    text.push_str(&self.ident("a name")?.text);
                    break;
                }
                _ => break,
            }
            self.advance();
        }
        if text.is_empty() {
            return self.expected("a column");
        }
        let kind = if text.contains('*') {
            ExprKind::Wildcard(text.into())
        } else {
            ExprKind::Name(text.into())
        };
        Ok(Expr {
            kind,
            span: self.since(start),
        })
    }

    fn reordered(&mut self) -> Parsed<Vec<Expr>> {
        self.list(|parser| {
            let column = parser.column_pattern()?;
            if matches!(
                parser.word(),
                Some("asc" | "desc" | "granny-asc" | "granny-desc")
            ) {
                parser.advance();
            }
            Ok(column)
        })
    }

    fn summarize(&mut self) -> Parsed<OperatorKind> {
        self.settings();
        let measures = if self.at_word("by") {
            Vec::new()
        } else {
            self.maybe_list()?
        };
        let by = if self.eat_word("by") {
            self.list(Self::item)?
        } else {
            Vec::new()
        };
        Ok(OperatorKind::Summarize { measures, by })
    }

    fn join(&mut self) -> Parsed<JoinOperator> {
        let settings = self.settings();
        let mut kind = None;
        for (name, value, span) in settings {
            if name != "kind" {
                continue;
            }
            if !facts::JOIN_KINDS.contains(&value.as_str()) {
                let hint = self.near(&value, &facts::JOIN_KINDS);
                let message = format!("`{value}` is no kind of `join`");
                self.report(Code::KustoJoin, span, message, hint);
            }
            kind = Some(super::Ident { text: value, span });
        }
        let right = self.text_free_operand()?;
        let mut on = Vec::new();
        if self.eat_word("on") {
            on = self.list(Self::expression)?;
        } else if self.eat_word("where") {
            on.push(self.expression()?);
        }
        Ok(JoinOperator { kind, right, on })
    }

    /// A table: a name, a call, or a pipeline in parentheses.
    fn text_free_operand(&mut self) -> Parsed<Expr> {
        self.nested(Self::union_input)
    }

    fn union(&mut self) -> Parsed<OperatorKind> {
        let mut with_source = None;
        for (name, value, _) in self.settings() {
            if name == "withsource" || name == "with_source" {
                with_source = Some(value);
            }
        }
        let inputs = self.list(Self::text_free_operand)?;
        Ok(OperatorKind::Union {
            inputs,
            with_source,
        })
    }

    /// A table of a union: unlike in expressions, a star in its name is a wildcard.
    fn union_input(&mut self) -> Parsed<Expr> {
        if self.is(Punct::Star) || (self.token().word().is_some() && self.peek(1).is(Punct::Star)) {
            return self.column_pattern();
        }
        self.expression_of_table()
    }

    fn expression_of_table(&mut self) -> Parsed<Expr> {
        let start = self.span();
        let value = self.table_path()?;
        Ok(Expr {
            kind: value.kind,
            span: self.since(start),
        })
    }

    fn sort_item(&mut self) -> Parsed<SortItem> {
        let named = self.names()?;
        drop(named);
        let value = self.expression()?;
        let ascending = match self.word() {
            Some("asc") => {
                self.advance();
                true
            }
            Some("desc") => {
                self.advance();
                false
            }
            _ => false,
        };
        let nulls_first = match self.eat_word("nulls") {
            false => None,
            true if self.eat_word("first") => Some(true),
            true if self.eat_word("last") => Some(false),
            true => return self.expected("`first` or `last`"),
        };
        Ok(SortItem {
            value,
            ascending,
            nulls_first,
        })
    }

    /// `n of column by value asc`; levels after the first repeat the operator's name.
    fn nested_level(&mut self) -> Parsed<NestedLevel> {
        let again = self.at_word("top") && self.peek(1).is(Punct::Minus);
        if again {
            self.operator_name();
        }
        let count = if self.at_word("of") {
            None
        } else {
            Some(self.expression()?)
        };
        self.expect_word("of")?;
        let of = self.item()?;
        let others = self.eat_word("with");
        if others {
            self.expect_word("others")?;
            self.expect(Punct::Assign, "`=`")?;
            self.expression()?;
        }
        self.expect_word("by")?;
        let by = self.item()?;
        let ascending = self.eat_word("asc");
        if !ascending {
            self.eat_word("desc");
        }
        Ok(NestedLevel {
            count,
            of,
            others,
            by,
            ascending,
        })
    }

    fn top(&mut self, plain: bool) -> Parsed<OperatorKind> {
        self.settings();
        let count = self.expression()?;
        if !plain {
            self.expect_word("of")?;
            let of = self.item()?;
            let by = if self.eat_word("by") {
                Some(self.expression()?)
            } else {
                None
            };
            return Ok(OperatorKind::TopHitters(Box::new(TopHitters {
                count,
                of,
                by,
            })));
        }
        self.expect_word("by")?;
        Ok(OperatorKind::Top(count, self.list(Self::sort_item)?))
    }

    fn expanded(&mut self) -> Parsed<MvExpand> {
        let mut found = MvExpand::default();
        for (name, value, _) in self.settings() {
            match (name.as_str(), value.as_str()) {
                ("with_itemindex", _) => found.index = Some(value),
                ("bagexpansion" | "kind", "array") => found.pairs = true,
                _ => {}
            }
        }
        let items = self.list(|parser| {
            let item = parser.item()?;
            let mut kind = None;
            if parser.at_word("to") && parser.peek(1).word().is_some_and(|w| w == "typeof") {
                parser.at += 2;
                let open = parser.span();
                parser.expect(Punct::Open, "`(`")?;
                kind = Some(parser.ident("a type")?.text);
                parser.close(Punct::Close, "`)`", open)?;
            }
            Ok((item, kind))
        })?;
        (found.items, found.types) = items.into_iter().unzip();
        if self.eat_word("limit") {
            found.limit = Some(self.expression()?);
        }
        Ok(found)
    }

    fn mv_apply(&mut self) -> Parsed<OperatorKind> {
        let items = self.expanded()?;
        self.expect_word("on")?;
        let operators = self.subquery()?;
        Ok(OperatorKind::MvApply(items, operators))
    }

    /// `( operator | operator ... )`.
    fn subquery(&mut self) -> Parsed<Vec<Operator>> {
        let open = self.span();
        self.expect(Punct::Open, "`(`")?;
        let mut operators = vec![self.operator()?];
        operators.extend(self.pipeline()?);
        self.close(Punct::Close, "`)` or `|`", open)?;
        Ok(operators)
    }

    fn parse_operator(&mut self, filter: bool) -> Parsed<OperatorKind> {
        let (mut regex, mut relaxed) = (false, false);
        let mut flags = Text::default();
        for (name, value, _) in self.settings() {
            if name == "flags" {
                flags = value;
                continue;
            }
            regex |= name == "kind" && value == "regex";
            relaxed |= name == "kind" && value == "relaxed";
        }
        let value = self.expression()?;
        self.expect_word("with")?;
        let mut pieces = Vec::new();
        loop {
            let piece = match &self.token().kind {
                Kind::Punct(Punct::Star) => {
                    self.advance();
                    ParsePiece::Star
                }
                Kind::Text(_) => ParsePiece::Text(self.texts()),
                Kind::Name(_) | Kind::Punct(Punct::SquareOpen) => {
                    let name = self.ident("a column")?;
                    let kind = if self.eat(Punct::Colon) {
                        self.ident("a type")?.text
                    } else {
                        Text::new_static("string")
                    };
                    ParsePiece::Column(name, kind)
                }
                _ => break,
            };
            pieces.push(piece);
        }
        if pieces.is_empty() {
            return self.expected("a string, a column or `*`");
        }
        let parse = ParseOperator {
            value,
            regex,
            flags,
            filter,
            relaxed,
            pieces,
        };
        Ok(OperatorKind::Parse(Box::new(parse)))
    }

    fn parse_kv(&mut self) -> Parsed<OperatorKind> {
        let value = self.expression()?;
        self.expect_word("as")?;
        let columns = self.parameters()?;
        let mut parse = ParseKv {
            value,
            columns,
            pairs: None,
            values: None,
            quotes: None,
            escape: None,
            regex: None,
            other: false,
        };
        if self.eat_word("with") {
            for option in self.arguments()? {
                let name = option.names.first().map(|name| name.text.as_str());
                let text = match option.value.kind {
                    ExprKind::Literal(super::super::ast::Literal::Text(text)) => Some(text),
                    _ => None,
                };
                match name {
                    Some("pair_delimiter") => parse.pairs = text,
                    Some("kv_delimiter") => parse.values = text,
                    Some("quote") => parse.quotes = text,
                    Some("escape") => parse.escape = text,
                    Some("regex") => parse.regex = text,
                    _ => parse.other = true,
                }
            }
        }
        Ok(OperatorKind::ParseKv(Box::new(parse)))
    }

    fn make_series(&mut self) -> Parsed<OperatorKind> {
        self.settings();
        let measures = self.list(|parser| {
            let item = parser.item()?;
            let mut default = None;
            if parser.eat_word("default") {
                parser.expect(Punct::Assign, "`=`")?;
                default = Some(parser.expression()?);
            }
            Ok((item, default))
        })?;
        self.expect_word("on")?;
        let on = if self.peek(1).word().is_some_and(|word| word == "in") {
            self.axis_name()?
        } else {
            self.item()?
        };
        let axis = Box::new(self.axis()?);
        let by = if self.eat_word("by") {
            self.list(Self::item)?
        } else {
            Vec::new()
        };
        Ok(OperatorKind::MakeSeries {
            measures,
            on,
            axis,
            by,
        })
    }

    /// The axis before `in`, which would else be read as a test.
    fn axis_name(&mut self) -> Parsed<Argument> {
        let name = self.ident("a column")?;
        Ok(Argument {
            names: Vec::new(),
            value: Expr {
                kind: ExprKind::Name(name.text),
                span: name.span,
            },
        })
    }

    /// `from a to b step c`, or the older `in range(a, b, c)`.
    fn axis(&mut self) -> Parsed<Axis> {
        let mut axis = Axis::default();
        if self.eat_word("in") {
            let ExprKind::Call(call) = self.expression()?.kind else {
                return self.expected("`range(`");
            };
            let mut values = call.arguments.into_iter().map(|argument| argument.value);
            axis.from = values.next();
            axis.to = values.next();
            axis.step = values.next();
            axis.inclusive = true;
            return Ok(axis);
        }
        if self.eat_word("from") {
            axis.from = Some(self.expression()?);
        }
        if self.eat_word("to") {
            axis.to = Some(self.expression()?);
        }
        self.expect_word("step")?;
        axis.step = Some(self.expression()?);
        Ok(axis)
    }

    fn evaluate(&mut self) -> Parsed<OperatorKind> {
        self.settings();
        let call = self.expression_of_table()?;
        if self.eat(Punct::Colon) {
            self.parameters_or_star()?;
        }
        Ok(OperatorKind::Evaluate(call))
    }

    /// The columns that a plugin promises: `: (a: string, *)`.
    fn parameters_or_star(&mut self) -> Parsed<()> {
        let open = self.span();
        self.expect(Punct::Open, "`(`")?;
        self.skip_to(&[Punct::Close]);
        self.close(Punct::Close, "`)`", open)
    }

    fn invoke(&mut self) -> Parsed<OperatorKind> {
        let value = self.expression_of_table()?;
        match value.kind {
            ExprKind::Call(call) | ExprKind::MemberCall(_, call) => Ok(OperatorKind::Invoke(call)),
            _ => self.expected("a call of a function"),
        }
    }

    fn partition(&mut self) -> Parsed<OperatorKind> {
        self.settings();
        self.expect_word("by")?;
        let column = self.ident("a column")?;
        if self.is(Punct::BraceOpen) {
            self.advance();
            self.skip_to(&[Punct::BraceClose]);
            self.expect(Punct::BraceClose, "`}`")?;
            return Ok(OperatorKind::Other(Text::new_static("partition")));
        }
        let operators = self.subquery()?;
        Ok(OperatorKind::Partition(column, operators))
    }

    fn search(&mut self) -> Parsed<OperatorKind> {
        self.settings();
        let tables = self.tables_in()?;
        let predicate = self.expression()?;
        Ok(OperatorKind::Search { tables, predicate })
    }

    fn tables_in(&mut self) -> Parsed<Vec<Expr>> {
        if !(self.at_word("in") && self.peek(1).is(Punct::Open)) {
            return Ok(Vec::new());
        }
        self.advance();
        let open = self.span();
        self.advance();
        let tables = self.list(Self::text_free_operand)?;
        self.close(Punct::Close, "`)`", open)?;
        Ok(tables)
    }

    fn find(&mut self) -> Parsed<OperatorKind> {
        self.settings();
        let tables = self.tables_in()?;
        self.expect_word("where")?;
        let predicate = self.expression()?;
        if self.eat_word("project") || self.at_word("project-smart") {
            self.skip_to(&[Punct::Pipe]);
        }
        Ok(OperatorKind::Find { tables, predicate })
    }

    fn range(&mut self) -> Parsed<OperatorKind> {
        let name = self.ident("a name")?;
        self.expect_word("from")?;
        let from = self.expression()?;
        self.expect_word("to")?;
        let to = self.expression()?;
        self.expect_word("step")?;
        let step = self.expression()?;
        Ok(OperatorKind::Range(name, Box::new([from, to, step])))
    }
}

/// Settings that stand before an operator's own parts.
const SETTINGS: [&str; 14] = [
    "kind",
    "isfuzzy",
    "withsource",
    "with_source",
    "bagexpansion",
    "with_itemindex",
    "bin",
    "flags",
    "datascope",
    "with_match_id",
    "decodeblocks",
    "id",
    "strategy",
    "expandoutput",
];

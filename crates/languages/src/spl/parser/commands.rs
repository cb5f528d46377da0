//! The arguments of every other command.

use super::super::ast::{
    Appending, Bound, Command, Keep, Lookup, Name, Options, Sorted, StatsKind,
};
use super::super::cursor::Cursor;
use super::super::facts;
use super::Parser;
use tripline_text::{Code, Span};

impl<'a> Parser<'a> {
    /// A command whose name is read.
    pub(super) fn known_command(
        &mut self,
        cursor: &mut Cursor<'a>,
        name: &str,
        word: &Name,
    ) -> Command {
        match name {
            "search" => Command::Search(self.search(cursor)),
            "where" => Command::Where(self.expression(cursor)),
            "eval" => self.eval(cursor),
            "tstats" => self.tstats(cursor, false),
            "mstats" => self.tstats(cursor, true),
            "stats" | "sistats" => self.stats(cursor, StatsKind::Stats),
            "eventstats" => self.stats(cursor, StatsKind::Eventstats),
            "streamstats" => self.stats(cursor, StatsKind::Streamstats),
            "chart" => self.stats(cursor, StatsKind::Chart),
            "timechart" => self.stats(cursor, StatsKind::Timechart),
            "top" | "rare" => top(cursor, name == "rare"),
            "dedup" => self.dedup(cursor),
            "rename" => self.rename(cursor),
            "fields" | "table" => {
                let command = fields(cursor, name == "table");
                if let Command::Fields { fields, .. } = &command {
                    self.need(cursor, fields);
                }
                command
            }
            "fillnull" => fillnull(cursor),
            "makemv" | "mvexpand" => self.one_field(cursor, name == "makemv"),
            "rex" => self.rex(cursor),
            "regex" => self.regex(cursor),
            "lookup" => self.lookup(cursor),
            "inputlookup" => self.inputlookup(cursor),
            "join" => self.join(cursor),
            "append" | "appendcols" | "appendpipe" | "union" | "multisearch" => {
                self.append(cursor, name)
            }
            "from" => self.from(cursor),
            "datamodel" => self.datamodel(cursor),
            "bin" | "bucket" | "discretize" => self.bin(cursor),
            "transaction" => self.transaction(cursor),
            "convert" => self.convert(cursor),
            "sort" => {
                let command = sort(cursor);
                if matches!(&command, Command::Sort { fields, .. } if fields.is_empty()) {
                    self.need(cursor, &[]);
                }
                command
            }
            "head" => self.head(cursor),
            "tail" => Command::Tail {
                count: whole(cursor).unwrap_or(10),
            },
            "foreach" => self.foreach(cursor),
            "map" => self.map(cursor, word),
            "spath" => spath(cursor),
            "replace" => self.replace(cursor),
            "makeresults" => Command::Makeresults {
                options: options_of(cursor),
            },
            _ => self.generic(cursor, word),
        }
    }

    fn generic(&mut self, cursor: &mut Cursor<'a>, word: &Name) -> Command {
        let known = facts::commands().any(|known| word.text.eq_ignore_ascii_case(known));
        if !known {
            self.unknown_command(word);
        }
        cursor.skip_blank();
        let start = cursor.at;
        cursor.at = cursor.end;
        Command::Generic {
            known: known && !word.text.is_empty(),
            name: Name {
                text: word.text.to_lowercase().into(),
                span: word.span,
            },
            arguments: Name {
                text: cursor.text[start..cursor.end].into(),
                span: cursor.span(start),
            },
        }
    }

    fn eval(&mut self, cursor: &mut Cursor<'a>) -> Command {
        let mut found = Vec::new();
        while !cursor.is_empty() {
            if cursor.take(',') {
                continue;
            }
            let Some(mut name) = cursor.name() else {
                self.expected(cursor, "a field's name");
                return Command::Error;
            };
            // A quoted name may be computed from other fields; the text is taken as it is.
            name.text = name.text.trim().into();
            if !cursor.take('=') {
                self.expected(cursor, "`=`");
                return Command::Error;
            }
            found.push((name, self.expression(cursor)));
            if !cursor.is_empty() && cursor.peek() != Some(',') {
                break;
            }
        }
        if found.is_empty() {
            self.expected(cursor, "a field's name");
        }
        Command::Eval(found)
    }

    fn dedup(&mut self, cursor: &mut Cursor<'a>) -> Command {
        let count = whole(cursor).unwrap_or(1);
        let mut options = options_of(cursor);
        let mut fields = Vec::new();
        loop {
            let more = cursor.names(&["sortby"]);
            let found = options_of(cursor);
            if more.is_empty() && found.is_empty() {
                break;
            }
            fields.extend(more);
            options.extend(found);
        }
        if cursor.take_word("sortby") {
            let start = cursor.at;
            cursor.at = cursor.end;
            options.push((
                "sortby".into(),
                Name {
                    text: cursor.text[start..cursor.end].trim().into(),
                    span: cursor.span(start),
                },
            ));
        }
        if fields.is_empty() {
            self.expected(cursor, "a field's name");
        }
        Command::Dedup {
            options,
            count,
            fields,
        }
    }

    fn rename(&mut self, cursor: &mut Cursor<'a>) -> Command {
        let mut found = Vec::new();
        while !cursor.is_empty() {
            if cursor.take(',') {
                continue;
            }
            let Some(old) = cursor.column() else {
                self.expected(cursor, "a field's name");
                return Command::Error;
            };
            let new = cursor.alias();
            let Some(new) = new else {
                self.expected(cursor, "`as` and a new name");
                return Command::Error;
            };
            found.push((old, new));
        }
        Command::Rename(found)
    }

    fn one_field(&mut self, cursor: &mut Cursor<'a>, makemv: bool) -> Command {
        let mut found = options_of(cursor);
        let Some(field) = cursor.name() else {
            self.expected(cursor, "a field's name");
            return Command::Error;
        };
        found.extend(options_of(cursor));
        if makemv {
            Command::Makemv {
                options: found,
                field,
            }
        } else {
            Command::Mvexpand {
                field,
                options: found,
            }
        }
    }

    fn rex(&mut self, cursor: &mut Cursor<'a>) -> Command {
        let mut found = options_of(cursor);
        let pattern = self.pattern(cursor);
        found.extend(options_of(cursor));
        if let Some(pattern) = pattern {
            Command::Rex {
                options: found,
                pattern,
            }
        } else {
            self.expected(cursor, "a regular expression in quotes");
            Command::Error
        }
    }

    fn pattern(&mut self, cursor: &mut Cursor<'a>) -> Option<Name> {
        if cursor.peek()? == '"' {
            let (raw, span, closed) = cursor.quoted_raw()?;
            if !closed {
                let open = Span::new(span.start, span.start + 1);
                self.report(Code::SplUnclosed, open, "the quote is not closed", None);
            }
            return Some(Name {
                text: facts::unescape(raw),
                span,
            });
        }
        let start = cursor.at;
        let rest = cursor.rest();
        cursor.at += rest.find(char::is_whitespace).unwrap_or(rest.len());
        Some(Name {
            text: cursor.text[start..cursor.at].into(),
            span: cursor.span(start),
        })
    }

    fn regex(&mut self, cursor: &mut Cursor<'a>) -> Command {
        let before = *cursor;
        let mut negated = false;
        let mut field = cursor.name();
        cursor.skip_blank();
        if cursor.rest().starts_with("!=") {
            negated = true;
            cursor.at += 2;
        } else if !cursor.take('=') {
            field = None;
            *cursor = before;
        }
        if let Some(pattern) = self.pattern(cursor) {
            Command::Regex {
                field,
                negated,
                pattern,
            }
        } else {
            self.expected(cursor, "a regular expression in quotes");
            Command::Error
        }
    }

    fn lookup(&mut self, cursor: &mut Cursor<'a>) -> Command {
        let options = options_of(cursor);
        let Some(table) = cursor.name() else {
            self.expected(cursor, "a lookup's name");
            return Command::Error;
        };
        let mut found = Lookup {
            options,
            table,
            keys: Vec::new(),
            outputs: Vec::new(),
            only_new: false,
        };
        let mut outputs = false;
        while !cursor.is_empty() {
            if cursor.take(',') {
                continue;
            }
            if !outputs && cursor.take_word("OUTPUTNEW") {
                (outputs, found.only_new) = (true, true);
                continue;
            }
            if !outputs && cursor.take_word("OUTPUT") {
                outputs = true;
                continue;
            }
            let Some(column) = cursor.name() else {
                self.expected(cursor, "a column's name");
                return Command::Error;
            };
            let alias = cursor.alias();
            let pair = (column.clone(), alias.unwrap_or(column));
            if outputs {
                found.outputs.push(pair);
            } else {
                found.keys.push(pair);
            }
        }
        Command::Lookup(found)
    }

    fn inputlookup(&mut self, cursor: &mut Cursor<'a>) -> Command {
        let mut options = options_of(cursor);
        let Some(name) = cursor.name() else {
            self.expected(cursor, "a lookup's name");
            return Command::Error;
        };
        options.extend(options_of(cursor));
        let filter = cursor.take_word("where").then(|| self.search(cursor));
        Command::Inputlookup {
            options,
            name,
            filter,
        }
    }

    fn join(&mut self, cursor: &mut Cursor<'a>) -> Command {
        let mut found = options_of(cursor);
        let mut fields = cursor.names(&["where"]);
        found.extend(options_of(cursor));
        fields.extend(cursor.names(&["where"]));
        let mut on = Vec::new();
        let mut more = cursor.take_word("where");
        while more {
            let left = cursor.name();
            let equal = cursor.take('=');
            cursor.take('=');
            let (Some(left), true, Some(right)) = (left, equal, cursor.name()) else {
                self.expected(cursor, "`left.name=right.name`");
                return Command::Error;
            };
            on.push((left, right));
            more = cursor.take_word("AND");
        }
        if !cursor.take('[') {
            self.expected(cursor, "a subsearch in brackets");
            return Command::Error;
        }
        Command::Join {
            options: found,
            fields,
            on,
            right: self.bracketed(cursor, true),
        }
    }

    fn append(&mut self, cursor: &mut Cursor<'a>, name: &str) -> Command {
        let options = options_of(cursor);
        let mut inputs = Vec::new();
        loop {
            while cursor.take(',') {}
            if !cursor.take('[') {
                break;
            }
            // What `appendpipe` runs goes on from rows and is no search.
            inputs.push(self.bracketed(cursor, name != "appendpipe"));
        }
        if inputs.is_empty() {
            self.expected(cursor, "a subsearch in brackets");
            return Command::Error;
        }
        let how = match name {
            "append" => Appending::Append,
            "appendcols" => Appending::Appendcols,
            "appendpipe" => Appending::Appendpipe,
            "multisearch" => Appending::Multisearch,
            _ => Appending::Union,
        };
        Command::Append {
            how,
            options,
            inputs,
        }
    }

    fn from(&mut self, cursor: &mut Cursor<'a>) -> Command {
        let Some(mut name) = cursor.name() else {
            self.expected(cursor, "`datamodel:` and a name");
            return Command::Error;
        };
        let mut kind = "datamodel".into();
        if let Some((before, after)) = name.text.clone().split_once(':') {
            kind = before.to_lowercase().into();
            name.text = after.trim_matches('"').into();
        } else if let Some(second) = cursor.name() {
            kind = name.text.to_lowercase().into();
            name = second;
        }
        if name.text.is_empty()
            && let Some(quoted) = cursor.name()
        {
            name = quoted;
        }
        Command::From { kind, name }
    }

    fn datamodel(&mut self, cursor: &mut Cursor<'a>) -> Command {
        let mut names = cursor.names(&[]);
        if names.is_empty() {
            self.expected(cursor, "a data model's name");
            return Command::Error;
        }
        let mut name = names.remove(0);
        if let Some(set) = names.first().filter(|set| set.text != "search") {
            name.text = tripline_ir::format_smolstr!("{}.{}", name.text, set.text);
        }
        Command::From {
            kind: "datamodel".into(),
            name,
        }
    }

    fn bin(&mut self, cursor: &mut Cursor<'a>) -> Command {
        let mut found = options_of(cursor);
        let field = cursor.name();
        found.extend(options_of(cursor));
        let mut alias = cursor.alias();
        found.extend(options_of(cursor));
        if alias.is_none() {
            alias = cursor.alias();
        }
        if let Some(field) = field {
            Command::Bin {
                options: found,
                field,
                alias,
            }
        } else {
            self.expected(cursor, "a field's name");
            Command::Error
        }
    }

    fn transaction(&mut self, cursor: &mut Cursor<'a>) -> Command {
        let (mut starts, mut ends) = (None, None);
        let mut options = Options::new();
        let mut fields = Vec::new();
        while !cursor.is_empty() {
            if cursor.take(',') {
                continue;
            }
            let bound = ["startswith", "endswith"]
                .into_iter()
                .find(|word| cursor.at_word(word));
            if let Some(word) = bound {
                cursor.take_word(word);
                cursor.take('=');
                let found = self.bound(cursor);
                *(if word == "startswith" {
                    &mut starts
                } else {
                    &mut ends
                }) = found;
            } else if let Some(option) = cursor.option() {
                options.push(option);
            } else if let Some(name) = cursor.name() {
                fields.push(name);
            } else {
                self.expected(cursor, "a field's name");
                return Command::Error;
            }
        }
        Command::Transaction {
            options,
            fields,
            starts,
            ends,
        }
    }

    fn bound(&mut self, cursor: &mut Cursor<'a>) -> Option<Bound> {
        if cursor.at_word("eval") {
            cursor.take_word("eval");
            return Some(Bound::Eval(self.expression(cursor)));
        }
        if cursor.peek()? == '"' {
            let (raw, span, _) = cursor.quoted_raw()?;
            let inside = Cursor {
                text: cursor.text,
                at: span.start as usize + 1,
                end: span.start as usize + 1 + raw.len(),
            };
            return Some(Bound::Search(self.search_in_text(inside)));
        }
        if cursor.take('(') {
            let found = self.search(cursor);
            if !cursor.take(')') {
                self.expected(cursor, "`)`");
            }
            return Some(Bound::Search(found));
        }
        cursor
            .word(false)
            .map(|word| Bound::Search(super::super::ast::Search::Term(word)))
    }

    fn convert(&mut self, cursor: &mut Cursor<'a>) -> Command {
        let options = options_of(cursor);
        let mut found = Vec::new();
        while !cursor.is_empty() {
            if cursor.take(',') {
                continue;
            }
            let function = cursor.name();
            let field = cursor.take('(').then(|| cursor.name()).flatten();
            let (Some(function), Some(field), true) = (function, field, cursor.take(')')) else {
                self.expected(cursor, "a conversion such as `ctime(field)`");
                return Command::Error;
            };
            let alias = cursor.alias();
            found.push((function, field, alias));
        }
        Command::Convert {
            options,
            conversions: found,
        }
    }

    fn head(&mut self, cursor: &mut Cursor<'a>) -> Command {
        let mut count = whole(cursor);
        let mut options = options_of(cursor);
        options.retain(|(key, value)| {
            let limit = key == "limit";
            if limit {
                count = value.text.parse().ok();
            }
            !limit
        });
        let while_ = (!cursor.is_empty()).then(|| self.expression(cursor));
        Command::Head {
            options,
            count: count.or_else(|| while_.is_none().then_some(10)),
            while_,
        }
    }

    fn foreach(&mut self, cursor: &mut Cursor<'a>) -> Command {
        let mut found = options_of(cursor);
        let fields = cursor.names(&[]);
        found.extend(options_of(cursor));
        if !cursor.take('[') {
            self.expected(cursor, "a subsearch in brackets");
            return Command::Error;
        }
        Command::Foreach {
            options: found,
            fields,
            body: self.bracketed(cursor, false),
        }
    }

    /// `map search="..." maxsearches=10`. The text of the search is read where it stands, so one
    /// with escaped quotes, and a saved search, stay generic.
    fn map(&mut self, cursor: &mut Cursor<'a>, word: &Name) -> Command {
        let start = *cursor;
        let mut limit = 10;
        let mut body = None;
        while !cursor.is_empty() {
            if cursor.take_word("search") && cursor.take('=') {
                let Some((text, span, true)) = cursor.quoted_raw() else {
                    break;
                };
                let at = span.range().start + 1;
                if text.contains('\\') {
                    break;
                }
                body = Some(Cursor {
                    at,
                    end: at + text.len(),
                    ..*cursor
                });
            } else if cursor.take('[') {
                return Command::Map {
                    limit,
                    body: self.bracketed(cursor, true),
                };
            } else if cursor.take_word("maxsearches") && cursor.take('=') {
                limit = whole(cursor).unwrap_or(limit);
            } else {
                body = None;
                break;
            }
        }
        match body {
            Some(body) if cursor.is_empty() && self.enter(span_of(body)) => {
                let body = self.pipeline(body, true);
                self.leave();
                Command::Map { limit, body }
            }
            _ => {
                *cursor = start;
                self.generic(cursor, word)
            }
        }
    }

    fn replace(&mut self, cursor: &mut Cursor<'a>) -> Command {
        let mut pairs = Vec::new();
        while !cursor.is_empty() && !cursor.at_word("in") {
            if cursor.take(',') {
                continue;
            }
            let old = cursor.word(true);
            let new = cursor
                .take_word("with")
                .then(|| cursor.word(true))
                .flatten();
            let (Some(old), Some(new)) = (old, new) else {
                self.expected(cursor, "`old with new`");
                return Command::Error;
            };
            let name = |word: super::super::ast::Word| Name {
                text: word.text,
                span: word.span,
            };
            pairs.push((name(old), name(new)));
        }
        let fields = if cursor.take_word("in") {
            cursor.names(&[])
        } else {
            Vec::new()
        };
        Command::Replace { pairs, fields }
    }
}

/// Options at the cursor.
fn options_of(cursor: &mut Cursor<'_>) -> Options {
    let mut found = Options::new();
    loop {
        let before = *cursor;
        cursor.take(',');
        if let Some(option) = cursor.option() {
            found.push(option);
        } else {
            *cursor = before;
            return found;
        }
    }
}

fn span_of(cursor: Cursor<'_>) -> Span {
    Span::from_usize(cursor.at..cursor.end)
}

/// A whole number at the cursor.
fn whole(cursor: &mut Cursor<'_>) -> Option<u64> {
    cursor.skip_blank();
    let rest = cursor.rest();
    let length = rest
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(rest.len());
    let ends = rest[length..]
        .chars()
        .next()
        .is_none_or(char::is_whitespace);
    let number = rest[..length].parse().ok().filter(|_| ends)?;
    cursor.at += length;
    Some(number)
}

fn top(cursor: &mut Cursor<'_>, rare: bool) -> Command {
    let mut found = options_of(cursor);
    if let Some(count) = whole(cursor) {
        let name = Name {
            text: tripline_ir::format_smolstr!("{count}"),
            span: cursor.span(cursor.at),
        };
        found.push(("limit".into(), name));
    }
    found.extend(options_of(cursor));
    let fields = cursor.names(&["by"]);
    found.extend(options_of(cursor));
    let by = if cursor.take_word("by") {
        cursor.names(&[])
    } else {
        Vec::new()
    };
    Command::Top {
        rare,
        options: found,
        fields,
        by,
    }
}

fn fields(cursor: &mut Cursor<'_>, table: bool) -> Command {
    let mut keep = if table { Keep::Table } else { Keep::Fields };
    if !table {
        cursor.skip_blank();
        let signed = cursor.rest().starts_with(['-', '+']);
        if signed && cursor.bump() == Some('-') {
            keep = Keep::Drop;
        }
    }
    Command::Fields {
        keep,
        fields: cursor.names(&[]),
    }
}

fn fillnull(cursor: &mut Cursor<'_>) -> Command {
    let mut value = None;
    for (key, text) in options_of(cursor) {
        if key == "value" {
            value = Some(text);
        }
    }
    let fields = cursor.names(&[]);
    for (key, text) in options_of(cursor) {
        if key == "value" {
            value = Some(text);
        }
    }
    Command::Fillnull { value, fields }
}

fn sort(cursor: &mut Cursor<'_>) -> Command {
    let mut fields = Vec::new();
    let mut limit = whole(cursor);
    let mut descending = false;
    while !cursor.is_empty() {
        if cursor.take(',') {
            continue;
        }
        if cursor.take('-') {
            descending = true;
            continue;
        }
        if cursor.take('+') {
            descending = false;
            continue;
        }
        if let Some((key, value)) = cursor.option() {
            if key == "limit" {
                limit = value.text.parse().ok();
            }
            continue;
        }
        let before = *cursor;
        let Some(mut name) = cursor.name() else { break };
        let orders = matches!(name.text.as_str(), "auto" | "ip" | "num" | "str");
        let mut order = None;
        if orders && cursor.take('(') {
            order = Some(name.text.clone());
            name = cursor.name().unwrap_or(name);
            cursor.take(')');
        } else if !orders {
            *cursor = before;
            name = cursor.column().unwrap_or(name);
        }
        if matches!(name.text.as_str(), "desc" | "d") {
            for key in &mut fields {
                let key: &mut Sorted = key;
                key.descending = !key.descending;
            }
            continue;
        }
        if name.text == "asc" {
            continue;
        }
        fields.push(Sorted {
            order,
            field: name,
            descending,
        });
        descending = false;
    }
    Command::Sort { fields, limit }
}

/// The fields that a text such as `-count +user` sorts by.
pub(in super::super) fn sorted(text: &str) -> Vec<Sorted> {
    let mut cursor = Cursor {
        text,
        at: 0,
        end: text.len(),
    };
    match sort(&mut cursor) {
        Command::Sort { fields, .. } => fields,
        _ => Vec::new(),
    }
}

fn spath(cursor: &mut Cursor<'_>) -> Command {
    let mut found = options_of(cursor);
    let mut path = cursor.name();
    found.extend(options_of(cursor));
    if path.is_none() {
        path = found
            .iter()
            .find(|(key, _)| key == "path")
            .map(|(_, value)| value.clone());
    }
    Command::Spath {
        options: found,
        path,
    }
}

//! Typed access to TOML tables. A key of the wrong type is reported and read as missing.

use std::ops::Range;
use toml::Spanned;
use toml::de::{DeArray, DeTable, DeValue};
use tripline_ir::Text;
use tripline_text::{Code, Diagnostic, Source, Span};

/// A value and its place.
pub(super) type Value<'a> = Spanned<DeValue<'a>>;

/// Collects what is to be said of one file.
pub(super) struct Reader<'s> {
    pub(super) source: &'s Source,
    pub(super) diagnostics: Vec<Diagnostic>,
    /// Bytes before the TOML text: a byte order mark.
    start: usize,
}

/// A TOML table with its name for messages: `rule.threshold`.
pub(super) struct Table<'a> {
    map: &'a DeTable<'a>,
    name: String,
    pub(super) span: Span,
}

impl<'a> Table<'a> {
    pub(super) fn new(map: &'a DeTable<'a>, name: impl Into<String>, span: Span) -> Self {
        Self {
            map,
            name: name.into(),
            span,
        }
    }

    pub(super) fn get(&self, key: &str) -> Option<&'a Value<'a>> {
        self.map.get(key)
    }

    pub(super) fn has(&self, key: &str) -> bool {
        self.get(key).is_some()
    }

    /// Keys and values, in key order.
    pub(super) fn entries(&self) -> impl Iterator<Item = (&'a str, &'a Value<'a>)> {
        self.map
            .iter()
            .map(|(key, value)| (key.get_ref().as_ref(), value))
    }

    fn path(&self, key: &str) -> String {
        if self.name.is_empty() {
            return key.to_owned();
        }
        format!("{}.{key}", self.name)
    }
}

impl<'s> Reader<'s> {
    pub(super) fn new(source: &'s Source, start: usize) -> Self {
        Self {
            source,
            diagnostics: Vec::new(),
            start,
        }
    }

    pub(super) fn span(&self, range: Range<usize>) -> Span {
        Span::from_usize(range.start + self.start..range.end + self.start)
    }

    pub(super) fn report(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    pub(super) fn toml_error(&mut self, error: &toml::de::Error) {
        let message = error.message().lines().next().unwrap_or("invalid TOML");
        let diagnostic = Diagnostic::new(Code::ElasticToml, self.source, message);
        let diagnostic = match error.span() {
            Some(range) => diagnostic.at(self.span(range), ""),
            None => diagnostic,
        };
        self.report(diagnostic);
    }

    fn wrong_type(&mut self, table: &Table<'_>, key: &str, value: &Value<'_>, expected: &str) {
        let found = value.get_ref().type_str();
        let message = format!("`{}` is a TOML {found}, not {expected}", table.path(key));
        let span = self.span(value.span());
        self.report(Diagnostic::new(Code::ElasticWrongType, self.source, message).at(span, ""));
    }

    /// Says that a key is missing.
    pub(super) fn missing(&mut self, table: &Table<'_>, key: &str) {
        let message = format!("the key `{}` is missing", table.path(key));
        self.report(
            Diagnostic::new(Code::ElasticMissingKey, self.source, message)
                .at(table.span, "in this table"),
        );
    }

    pub(super) fn text<'a>(&mut self, table: &Table<'a>, key: &str) -> Option<&'a str> {
        let value = table.get(key)?;
        let text = value.get_ref().as_str();
        if text.is_none() {
            self.wrong_type(table, key, value, "a text");
        }
        text
    }

    pub(super) fn owned(&mut self, table: &Table<'_>, key: &str) -> Option<Text> {
        self.text(table, key).map(Text::new)
    }

    /// A list of texts; a single text counts as a list of one.
    pub(super) fn texts(&mut self, table: &Table<'_>, key: &str) -> Vec<Text> {
        let Some(value) = table.get(key) else {
            return Vec::new();
        };
        match value.get_ref() {
            DeValue::String(text) => vec![Text::new(text)],
            DeValue::Array(items) => self.items(table, key, items),
            _ => {
                self.wrong_type(table, key, value, "a list of texts");
                Vec::new()
            }
        }
    }

    fn items(&mut self, table: &Table<'_>, key: &str, items: &DeArray<'_>) -> Vec<Text> {
        let mut texts = Vec::with_capacity(items.len());
        for item in items {
            match item.get_ref().as_str() {
                Some(text) => texts.push(Text::new(text)),
                None => self.wrong_type(table, key, item, "a list of texts"),
            }
        }
        texts
    }

    pub(super) fn whole(&mut self, table: &Table<'_>, key: &str) -> Option<i64> {
        let value = table.get(key)?;
        let number = value
            .get_ref()
            .as_integer()
            .and_then(|number| i64::from_str_radix(number.as_str(), number.radix()).ok());
        if number.is_none() {
            self.wrong_type(table, key, value, "a whole number");
        }
        number
    }

    pub(super) fn flag(&mut self, table: &Table<'_>, key: &str) -> Option<bool> {
        let value = table.get(key)?;
        let flag = value.get_ref().as_bool();
        if flag.is_none() {
            self.wrong_type(table, key, value, "a truth value");
        }
        flag
    }

    pub(super) fn table<'a>(&mut self, table: &Table<'a>, key: &str) -> Option<Table<'a>> {
        let value = table.get(key)?;
        if let Some(map) = value.get_ref().as_table() {
            let span = self.span(value.span());
            return Some(Table::new(map, table.path(key), span));
        }
        self.wrong_type(table, key, value, "a table");
        None
    }

    /// A list of tables; a single table counts as a list of one.
    pub(super) fn tables<'a>(&mut self, table: &Table<'a>, key: &str) -> Vec<Table<'a>> {
        let Some(value) = table.get(key) else {
            return Vec::new();
        };
        match value.get_ref() {
            DeValue::Table(map) => {
                vec![Table::new(map, table.path(key), self.span(value.span()))]
            }
            DeValue::Array(items) => {
                let mut tables = Vec::new();
                for item in items {
                    match item.get_ref().as_table() {
                        Some(map) => {
                            let span = self.span(item.span());
                            tables.push(Table::new(map, table.path(key), span));
                        }
                        None => self.wrong_type(table, key, item, "a list of tables"),
                    }
                }
                tables
            }
            _ => {
                self.wrong_type(table, key, value, "a list of tables");
                Vec::new()
            }
        }
    }
}

//! JSON text to records.

use crate::Events;
use serde_json::Value;
use tripline_ir::Timestamp;
use tripline_text::{Code, Diagnostic, Source, Span};

/// Most bytes of one record on a line of its own.
const MAX_RECORD: usize = 16 << 20;

/// Reads a text: by line when its first line is a whole record, else as a stream of values.
pub(crate) fn read(source: &Source) -> Events {
    let text = source.text();
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let start = source.text().len() - text.len();
    let mut reader = Reader {
        source,
        found: Events::default(),
        records: 0,
        time: 0,
    };
    let first = text.lines().find(|line| !line.trim().is_empty());
    let by_line = first.is_some_and(|line| {
        line.trim_start().starts_with('{')
            && serde_json::from_str::<serde::de::IgnoredAny>(line).is_ok()
    });
    if by_line {
        reader.lines(text, start);
    } else {
        reader.stream(text, start);
    }
    reader.found
}

struct Reader<'a> {
    source: &'a Source,
    found: Events,
    /// Records met so far.
    records: usize,
    time: Timestamp,
}

impl Reader<'_> {
    fn lines(&mut self, text: &str, start: usize) {
        let mut at = start;
        for line in text.split_inclusive('\n') {
            let record = line.trim();
            let offset = at + (line.len() - line.trim_start().len());
            at += line.len();
            if record.is_empty() {
                continue;
            }
            let span = Span::from_usize(offset..offset + record.len());
            if record.len() > MAX_RECORD {
                self.records += 1;
                self.too_large(span);
                continue;
            }
            match serde_json::from_str::<Value>(record) {
                Ok(value) => self.record(&value, span),
                Err(error) => self.malformed(&error, offset, record),
            }
        }
    }

    /// Reads values one after the other; after a flaw it goes on at the next line that begins one.
    fn stream(&mut self, text: &str, start: usize) {
        let mut at = 0;
        while at < text.len() {
            let rest = &text[at..];
            let mut values = serde_json::Deserializer::from_str(rest).into_iter::<Value>();
            let mut done = 0;
            let failure = loop {
                match values.next() {
                    None => return,
                    Some(Ok(value)) => {
                        let end = values.byte_offset();
                        let span = Span::from_usize(start + at + done..start + at + end);
                        done = end;
                        self.values(&value, span);
                    }
                    Some(Err(error)) => break error,
                }
            };
            let record = &rest[done..];
            let offset = start + at + done + (record.len() - record.trim_start().len());
            self.malformed(&failure, offset, record.trim_start());
            let record_start = record.len() - record.trim_start().len();
            match next_record(&record[record_start..]) {
                Some(next) => at += done + record_start + next,
                None => return,
            }
        }
    }

    /// A top-level array holds events; anything else is one.
    fn values(&mut self, value: &Value, span: Span) {
        match value {
            Value::Array(items) => items.iter().for_each(|item| self.record(item, span)),
            one => self.record(one, span),
        }
    }

    fn record(&mut self, value: &Value, span: Span) {
        let position = self.records;
        self.records += 1;
        if !value.is_object() {
            let message = "expected an object of fields";
            let diagnostic = Diagnostic::new(Code::EventNotObject, self.source, message);
            self.found
                .diagnostics
                .push(diagnostic.at(span, kind(value)));
            return;
        }
        match crate::from_value(value, self.time) {
            Some(event) => {
                self.time = event.time;
                self.found.events.push(event);
                self.found.positions.push(position);
            }
            None => self.too_large(span),
        }
    }

    fn too_large(&mut self, span: Span) {
        let message = "an event has more text, levels or fields than are read";
        let diagnostic = Diagnostic::new(Code::EventTooLarge, self.source, message);
        self.found.diagnostics.push(diagnostic.at(span, ""));
    }

    /// Tells of a record that is not JSON, at the place where the parser stopped.
    fn malformed(&mut self, error: &serde_json::Error, offset: usize, record: &str) {
        self.records += 1;
        let column = error.column().saturating_sub(1);
        let line: usize = record
            .split_inclusive('\n')
            .take(error.line().saturating_sub(1))
            .map(str::len)
            .sum();
        let mut at = (line + column).min(record.len());
        while !record.is_char_boundary(at) {
            at -= 1;
        }
        let width = record[at..].chars().next().map_or(0, char::len_utf8);
        let place = Span::from_usize(offset + at..offset + at + width);
        let text = error.to_string();
        let what = text.split(" at line ").next().unwrap_or("malformed");
        let diagnostic = Diagnostic::new(Code::EventNotJson, self.source, what)
            .at(place, "reading stopped here");
        self.found.diagnostics.push(diagnostic);
    }
}

/// Where, after the first line, a line begins with `{`.
fn next_record(text: &str) -> Option<usize> {
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        if at > 0 && line.starts_with('{') {
            return Some(at);
        }
        at += line.len();
    }
    None
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a truth value",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}

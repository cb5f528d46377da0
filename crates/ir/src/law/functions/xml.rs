//! XML as an object. Elements by name (repeated ones as a list), attributes with `@`, text beside
//! either as `#text`; an element of text alone is that text. Comments, declarations and
//! processing instructions are skipped.

use super::{list_or_null, string, text};
use crate::{Text, Value};

/// How deep elements may nest.
const MAX_DEPTH: usize = 100;

pub(super) fn apply(a: &[Value]) -> Option<Value> {
    let source = text(a, 0)?;
    let mut reader = Reader { rest: &source };
    let mut object = Vec::new();
    while let Some((name, value)) = reader.element(0)? {
        add(&mut object, name, value);
    }
    (!object.is_empty()).then_some(Value::Object(object))
}

struct Reader<'x> {
    rest: &'x str,
}

impl Reader<'_> {
    /// The next element at this level; the inner `None` where there is no more, the outer where
    /// the text is malformed.
    #[expect(clippy::option_option, reason = "malformed and finished differ")]
    fn element(&mut self, depth: usize) -> Option<Option<(Text, Value)>> {
        let Some(at) = self.open() else {
            return Some(None);
        };
        self.rest = &self.rest[at..];
        if self.rest.starts_with("</") || depth > MAX_DEPTH {
            return if depth > MAX_DEPTH { None } else { Some(None) };
        }
        let (tag, after) = self.rest.strip_prefix('<')?.split_once('>')?;
        self.rest = after;
        let (tag, closed) = match tag.strip_suffix('/') {
            Some(tag) => (tag, true),
            None => (tag, false),
        };
        let (name, attributes) = tag.split_once(char::is_whitespace).unwrap_or((tag, ""));
        let mut object = read_attributes(attributes);
        if closed {
            return Some(Some((name.into(), finished(object, ""))));
        }
        let mut content = String::new();
        loop {
            let at = self.open()?;
            content.push_str(&unescaped(self.rest[..at].trim()));
            self.rest = &self.rest[at..];
            if let Some(after) = self.rest.strip_prefix("</") {
                let (ended, after) = after.split_once('>')?;
                self.rest = after;
                let whole = ended.trim() == name;
                return whole.then(|| Some((name.into(), finished(object, &content))));
            }
            if let Some(after) = self.rest.strip_prefix("<![CDATA[") {
                let (raw, after) = after.split_once("]]>")?;
                content.push_str(raw);
                self.rest = after;
                continue;
            }
            let (inner, value) = self.element(depth + 1)??;
            add(&mut object, inner, value);
        }
    }

    /// Where the next tag or CDATA section opens, what is skipped left behind.
    fn open(&mut self) -> Option<usize> {
        loop {
            let at = self.rest.find('<')?;
            let tag = &self.rest[at..];
            let end = if tag.starts_with("<!--") {
                "-->"
            } else if tag.starts_with("<?") {
                "?>"
            } else if tag.starts_with("<!") && !tag.starts_with("<![CDATA[") {
                ">"
            } else {
                return Some(at);
            };
            self.rest = tag.split_once(end)?.1;
        }
    }
}

fn read_attributes(mut text: &str) -> Vec<(Text, Value)> {
    let mut found = Vec::new();
    while let Some((name, rest)) = text.split_once('=') {
        let rest = rest.trim_start();
        let Some(quote) = rest.chars().next().filter(|c| matches!(c, '"' | '\'')) else {
            break;
        };
        let Some((value, after)) = rest[1..].split_once(quote) else {
            break;
        };
        let name = crate::format_smolstr!("@{}", name.trim());
        found.push((name, string(unescaped(value))));
        text = after;
    }
    found
}

fn finished(mut object: Vec<(Text, Value)>, content: &str) -> Value {
    if object.is_empty() {
        return string(content);
    }
    if !content.is_empty() {
        object.push(("#text".into(), string(content)));
    }
    Value::Object(object)
}

/// Adds a member; a second one of a name makes a list.
fn add(object: &mut Vec<(Text, Value)>, name: Text, value: Value) {
    match object.iter_mut().find(|(own, _)| *own == name) {
        Some((_, Value::List(items))) => items.push(value),
        Some((_, slot)) => {
            let first = std::mem::replace(slot, Value::Null);
            *slot = list_or_null(vec![first, value]);
        }
        None => object.push((name, value)),
    }
}

fn unescaped(text: &str) -> String {
    const ENTITIES: [(&str, &str); 5] = [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&apos;", "'"),
        ("&amp;", "&"),
    ];
    let mut out = text.to_owned();
    for (entity, stands_for) in ENTITIES {
        out = out.replace(entity, stands_for);
    }
    out
}

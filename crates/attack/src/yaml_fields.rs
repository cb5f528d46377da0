//! Reading fields of a YAML map with diagnostics for wrong shapes.

use tripline_text::yaml::{Node, Value};
use tripline_text::{Code, Diagnostic, SmolStr as Text, Source};

/// Collects what is wrong with one file.
pub(crate) struct Fields<'s> {
    pub(crate) source: &'s Source,
    pub(crate) code: Code,
    pub(crate) diagnostics: Vec<Diagnostic>,
}

impl Fields<'_> {
    fn wrong(&mut self, node: &Node, key: &str, expected: &str) {
        let message = format!("`{key}` is {}, expected {expected}", node.kind());
        self.diagnostics
            .push(Diagnostic::new(self.code, self.source, message).at(node.span, ""));
    }

    /// The text of a key; empty when it is missing or null.
    pub(crate) fn text(&mut self, map: &Node, key: &str) -> Text {
        let Some(node) = map.get(key) else {
            return Text::default();
        };
        if node.scalar().is_none() {
            self.wrong(node, key, "a text");
        }
        node.text().cloned().unwrap_or_default()
    }

    /// A text that must be there; reports it when it is not.
    pub(crate) fn required(&mut self, map: &Node, key: &str) -> Option<Text> {
        let text = self.text(map, key);
        if !text.is_empty() {
            return Some(text);
        }
        if map.get(key).is_none_or(|node| node.scalar().is_some()) {
            let message = format!("`{key}` is missing or empty");
            self.diagnostics
                .push(Diagnostic::new(self.code, self.source, message).at(map.span, ""));
        }
        None
    }

    /// The texts of a list; one text stands for a list of one.
    pub(crate) fn texts(&mut self, map: &Node, key: &str) -> Vec<Text> {
        let Some(node) = map.get(key) else {
            return Vec::new();
        };
        match &node.value {
            Value::Scalar(_) => node.text().cloned().into_iter().collect(),
            Value::Sequence(items) => items.iter().filter_map(Node::text).cloned().collect(),
            Value::Mapping(_) => {
                self.wrong(node, key, "a list");
                Vec::new()
            }
        }
    }

    /// The items of a list of maps.
    pub(crate) fn maps<'n>(&mut self, map: &'n Node, key: &str) -> Vec<&'n Node> {
        let Some(node) = map.get(key).filter(|node| !node.is_null()) else {
            return Vec::new();
        };
        let Some(items) = node.items() else {
            self.wrong(node, key, "a list");
            return Vec::new();
        };
        let mut maps = Vec::with_capacity(items.len());
        for item in items {
            if item.entries().is_some() {
                maps.push(item);
            } else {
                self.wrong(item, key, "a list of maps");
            }
        }
        maps
    }
}

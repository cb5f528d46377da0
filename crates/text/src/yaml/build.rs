//! Parser events to the tree.

use super::indent::Indented;
use super::position::Positions;
use super::tree::{Document, Entry, Node, Scalar, Stream, Style, Value};
use crate::{Code, Diagnostic, SmolStr, Source, Span, format_smolstr};
use saphyr_parser::{Event, Parser, ScalarStyle, ScanError, StrInput, Tag};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

/// Bounds of reading.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Largest file, in bytes.
    pub bytes: usize,
    /// Deepest nesting of collections.
    pub depth: usize,
    /// Most nodes in a file.
    pub nodes: usize,
    /// Most nodes in a file that anchors keep and aliases repeat.
    pub alias_nodes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            bytes: 4 << 20,
            depth: 64,
            nodes: 1_000_000,
            alias_nodes: 100_000,
        }
    }
}

/// Reads a stream of documents within the default limits.
pub fn read(source: &Source) -> Stream {
    read_with(source, Limits::default())
}

/// Reads a stream of documents.
pub fn read_with(source: &Source, limits: Limits) -> Stream {
    let text = source.text();
    if text.len() > limits.bytes {
        let message = format!(
            "the file has {} bytes, more than the {} that are read",
            text.len(),
            limits.bytes
        );
        return Stream {
            documents: Vec::new(),
            diagnostics: vec![Diagnostic::new(Code::FileTooLarge, source, message)],
        };
    }
    let mut indented = Indented::new(text.strip_prefix('\u{feff}').unwrap_or(text));
    loop {
        let mut builder = Builder::new(source, limits, &indented);
        let (documents, diagnostics) = match builder.run() {
            Ok(()) => (builder.documents, builder.diagnostics),
            Err(error) => {
                let at = builder.positions.byte(error.marker().index());
                let better = (error.info() == TOO_FAR_LEFT).then(|| indented.indent(at));
                if let Some(better) = better.flatten() {
                    indented = better;
                    continue;
                }
                builder.syntax_error(&error);
                (builder.documents, builder.diagnostics)
            }
        };
        return Stream {
            documents,
            diagnostics,
        };
    }
}

/// What the parser says of a quoted text whose later lines stand left of its map.
const TOO_FAR_LEFT: &str = "invalid indentation in quoted scalar";

/// A collection that is still open.
struct Open {
    value: Value,
    /// The key that waits for its value.
    key: Option<Node>,
    span: Span,
    anchor: usize,
}

/// A node with the number of nodes in it, for aliases.
struct Anchored {
    node: Node,
    size: usize,
}

/// Why reading stopped.
struct Stop;

struct Builder<'a> {
    source: &'a Source,
    limits: Limits,
    indented: &'a Indented<'a>,
    /// What is parsed: the source without its byte order mark, indented where it must be.
    text: &'a str,
    /// Bytes before the text in the source: the byte order mark.
    base: u32,
    positions: Positions<'a>,
    documents: Vec<Document>,
    diagnostics: Vec<Diagnostic>,
    open: Vec<Open>,
    anchors: BTreeMap<usize, Anchored>,
    root: Option<Node>,
    document_start: usize,
    nodes: usize,
    alias_nodes: usize,
}

impl<'a> Builder<'a> {
    fn new(source: &'a Source, limits: Limits, indented: &'a Indented<'a>) -> Self {
        let text = indented.text();
        let mark = if source.text().starts_with('\u{feff}') {
            '\u{feff}'.len_utf8()
        } else {
            0
        };
        Self {
            source,
            limits,
            indented,
            text,
            base: Span::from_usize(0..mark).end,
            positions: Positions::new(text),
            documents: Vec::new(),
            diagnostics: Vec::new(),
            open: Vec::new(),
            anchors: BTreeMap::new(),
            root: None,
            document_start: 0,
            nodes: 0,
            alias_nodes: 0,
        }
    }

    /// Reads to the end or to the first error that is not told yet.
    fn run(&mut self) -> Result<(), ScanError> {
        let mut parser = Parser::new(StrInput::new(self.text));
        while let Some(next) = parser.next_event() {
            let (event, span) = next?;
            if event == Event::StreamEnd || self.event(event, span).is_err() {
                break;
            }
        }
        Ok(())
    }

    fn event(&mut self, event: Event<'_>, at: saphyr_parser::Span) -> Result<(), Stop> {
        match event {
            Event::DocumentStart(explicit) => {
                self.start_document(explicit, at);
                Ok(())
            }
            Event::DocumentEnd => {
                self.end_document(at);
                Ok(())
            }
            Event::Scalar(text, style, anchor, tag) => {
                let span = self.scalar_span(&text, style, at);
                let scalar = Scalar {
                    text: SmolStr::from(text),
                    style: style_of(style),
                    tag: tag.as_deref().map(tag_text),
                };
                let value = Value::Scalar(scalar);
                self.count(1, span)?;
                self.finish(Node { value, span }, anchor)
            }
            Event::SequenceStart(anchor, _) => self.enter(Value::Sequence(Vec::new()), anchor, at),
            Event::MappingStart(anchor, _) => self.enter(Value::Mapping(Vec::new()), anchor, at),
            Event::SequenceEnd | Event::MappingEnd => self.leave(at),
            Event::Alias(anchor) => self.alias(anchor, at),
            Event::Nothing | Event::StreamStart | Event::StreamEnd => Ok(()),
        }
    }

    fn start_document(&mut self, explicit: bool, at: saphyr_parser::Span) {
        self.anchors.clear();
        self.root = None;
        if !explicit {
            // Comments before the first key belong to the document.
            return;
        }
        let mut start = self.positions.byte(at.end.index());
        let rest = &self.text[start..];
        let line = rest.split_inclusive('\n').next().unwrap_or("");
        if line.trim_start().is_empty() || line.trim_start().starts_with('#') {
            start += line.len();
        }
        self.document_start = start;
    }

    fn end_document(&mut self, at: saphyr_parser::Span) {
        let end = self.positions.byte(at.start.index());
        if let Some(root) = self.root.take()
            && !is_empty(&root)
        {
            let span = self.span(self.document_start..end);
            self.documents.push(Document { root, span });
        }
        self.document_start = self.positions.byte(at.end.index());
    }

    /// The place in the source of bytes of the parsed text.
    fn span(&self, range: std::ops::Range<usize>) -> Span {
        let range = self.indented.original(range.start)..self.indented.original(range.end);
        Span::from_usize(range).shifted(self.base)
    }

    /// The bytes of an event without blank space at the end. A scalar that is not there (the
    /// value of `key:`) is an empty span.
    fn scalar_span(&self, text: &str, style: ScalarStyle, at: saphyr_parser::Span) -> Span {
        let start = self.positions.byte(at.start.index());
        if text.is_empty() && style == ScalarStyle::Plain {
            return self.span(start..start);
        }
        let end = self.positions.byte(at.end.index()).max(start);
        let slice = &self.text[start..end];
        // The parser counts a comment after a quoted text as part of it.
        let length = match style {
            ScalarStyle::SingleQuoted => quoted_length(slice, b'\'', b'\''),
            ScalarStyle::DoubleQuoted => quoted_length(slice, b'"', b'\\'),
            _ => slice.trim_end().len(),
        };
        self.span(start..start + length)
    }

    fn enter(&mut self, value: Value, anchor: usize, at: saphyr_parser::Span) -> Result<(), Stop> {
        let start = self.positions.byte(at.start.index());
        let span = self.span(start..start);
        if self.open.len() >= self.limits.depth {
            let message = format!("nesting is deeper than {} levels", self.limits.depth);
            return self.stop(Code::YamlTooDeep, message, span, "this level is not read");
        }
        self.count(1, span)?;
        self.open.push(Open {
            value,
            key: None,
            span,
            anchor,
        });
        Ok(())
    }

    fn leave(&mut self, at: saphyr_parser::Span) -> Result<(), Stop> {
        let Some(mut open) = self.open.pop() else {
            return Ok(());
        };
        // Only a flow collection's end has a text of its own.
        let end = self.positions.byte(at.end.index());
        let start = self.positions.byte(at.start.index());
        if matches!(self.text.get(start..end), Some("]" | "}")) {
            open.span = open.span.cover(self.span(start..end));
        }
        if let Value::Mapping(entries) = &mut open.value {
            self.tidy(entries);
        }
        let node = Node {
            value: open.value,
            span: open.span,
        };
        self.finish(node, open.anchor)
    }

    fn alias(&mut self, anchor: usize, at: saphyr_parser::Span) -> Result<(), Stop> {
        let span = {
            let start = self.positions.byte(at.start.index());
            self.span(start..self.positions.byte(at.end.index()))
        };
        let Some(anchored) = self.anchors.get(&anchor) else {
            let message = "the alias names an anchor that is not complete before it";
            return self.stop(Code::YamlSyntax, message, span, "nothing to repeat here");
        };
        let size = anchored.size;
        let depth = self.open.len() + depth(&anchored.node);
        if depth > self.limits.depth {
            let message = format!("nesting is deeper than {} levels", self.limits.depth);
            return self.stop(Code::YamlTooDeep, message, span, "the alias adds levels");
        }
        self.count_copies(size, span)?;
        let Some(anchored) = self.anchors.get(&anchor) else {
            return Ok(());
        };
        let mut node = anchored.node.clone();
        place(&mut node, span);
        self.count(size, span)?;
        self.finish(node, 0)
    }

    fn count(&mut self, nodes: usize, span: Span) -> Result<(), Stop> {
        self.nodes += nodes;
        if self.nodes > self.limits.nodes {
            let message = format!("the file has more than {} nodes", self.limits.nodes);
            return self.stop(Code::YamlTooManyNodes, message, span, "reading stops here");
        }
        Ok(())
    }

    /// Anchors and aliases copy nodes; a few lines of them could copy without end.
    fn count_copies(&mut self, nodes: usize, span: Span) -> Result<(), Stop> {
        self.alias_nodes += nodes;
        if self.alias_nodes > self.limits.alias_nodes {
            let message = format!(
                "anchors and aliases repeat more than {} nodes in this file",
                self.limits.alias_nodes
            );
            return self.stop(Code::YamlAliasBomb, message, span, "reading stops here");
        }
        Ok(())
    }

    /// A node is complete: it goes into the innermost open collection.
    fn finish(&mut self, node: Node, anchor: usize) -> Result<(), Stop> {
        if anchor > 0 {
            let size = size(&node);
            self.count_copies(size, node.span)?;
            let node = node.clone();
            self.anchors.insert(anchor, Anchored { node, size });
        }
        let Some(open) = self.open.last_mut() else {
            self.root = Some(node);
            return Ok(());
        };
        if !node.span.is_empty() {
            open.span = open.span.cover(node.span);
        }
        match (&mut open.value, open.key.take()) {
            (Value::Sequence(items), _) => items.push(node),
            (Value::Mapping(_), None) => open.key = Some(node),
            (Value::Mapping(entries), Some(key)) => entries.push(Entry { key, value: node }),
            (Value::Scalar(_), _) => {}
        }
        Ok(())
    }

    /// Reports and drops repeated keys, and merges what `<<` names.
    fn tidy(&mut self, entries: &mut Vec<Entry>) {
        self.drop_repeated(entries);
        let is_merge = |entry: &Entry| {
            let scalar = entry.key.scalar();
            scalar.is_some_and(|key| key.text == "<<" && key.style == Style::Plain)
        };
        let Some(at) = entries.iter().position(is_merge) else {
            return;
        };
        let merged = entries.remove(at).value;
        let maps = match merged.value {
            Value::Sequence(items) => items,
            value => vec![Node { value, ..merged }],
        };
        for map in maps {
            let Value::Mapping(more) = map.value else {
                let message = "`<<` merges maps, and this is none";
                let found = Diagnostic::new(Code::YamlMerge, self.source, message);
                self.diagnostics.push(found.at(map.span, map.kind()));
                continue;
            };
            for entry in more {
                if !entries.iter().any(|own| same_key(&own.key, &entry.key)) {
                    entries.push(entry);
                }
            }
        }
    }

    fn drop_repeated(&mut self, entries: &mut Vec<Entry>) {
        let repeated = repeated_keys(entries);
        if repeated.is_empty() {
            return;
        }
        for (first, second) in &repeated {
            let (first, second) = (&entries[*first].key, &entries[*second].key);
            let name = second.scalar().map_or("", |key| key.text.as_str());
            let message = format!("the key `{name}` stands twice in one map");
            let found = Diagnostic::new(Code::YamlDuplicateKey, self.source, message)
                .at(second.span, "this one is left out")
                .also(first.span, "first here")
                .hint("join the two values in a list, or rename one key");
            self.diagnostics.push(found);
        }
        let drop: BTreeSet<usize> = repeated.iter().map(|(_, second)| *second).collect();
        let mut at = 0;
        entries.retain(|_| {
            at += 1;
            !drop.contains(&(at - 1))
        });
    }

    fn stop<T>(
        &mut self,
        code: Code,
        message: impl Into<String>,
        span: Span,
        label: &str,
    ) -> Result<T, Stop> {
        let found = Diagnostic::new(code, self.source, message).at(span, label);
        self.diagnostics.push(found);
        Err(Stop)
    }

    fn syntax_error(&mut self, error: &ScanError) {
        let at = self.positions.byte(error.marker().index());
        let rest = &self.text[at..];
        let length = rest.chars().next().filter(|c| *c != '\n' && *c != '\r');
        let span = self.span(at..at + length.map_or(0, char::len_utf8));
        let ends = rest.trim().is_empty();
        if error.info() == "recursion limit exceeded" {
            let message = format!("nesting is deeper than {} levels", self.limits.depth);
            let found = Diagnostic::new(Code::YamlTooDeep, self.source, message);
            self.diagnostics
                .push(found.at(span, "this level is not read"));
            return;
        }
        let message = if ends {
            format!("the YAML ends too early: {}", error.info())
        } else {
            format!("not valid YAML: {}", error.info())
        };
        let mut found = Diagnostic::new(Code::YamlSyntax, self.source, message);
        found = match self.open.last() {
            Some(open) => {
                let first = Span::new(open.span.start, open.span.start.saturating_add(1));
                let start = self.source.slice(first).len();
                let first = Span::new(first.start, first.start + u32::from(start > 0));
                let kind = match open.value {
                    Value::Sequence(_) => "in the list that starts here",
                    _ => "in the map that starts here",
                };
                found.at(span, "found here").also(first, kind)
            }
            None => found.at(span, "found here"),
        };
        self.diagnostics.push(if ends {
            found.hint("the file may be cut off")
        } else {
            found
        });
    }
}

/// The length of a quoted text up to and with its closing quote.
pub(super) fn quoted_length(slice: &str, quote: u8, escape: u8) -> usize {
    let bytes = slice.as_bytes();
    let mut at = 1;
    while at < bytes.len() {
        let escapes = bytes[at] == escape && (escape != quote || bytes.get(at + 1) == Some(&quote));
        if escapes {
            at += 2;
        } else if bytes[at] == quote {
            return at + 1;
        } else {
            at += 1;
        }
    }
    slice.trim_end().len()
}

/// Pairs of positions of equal keys, the first and the later one.
fn repeated_keys(entries: &[Entry]) -> Vec<(usize, usize)> {
    let mut repeated = Vec::new();
    if entries.len() <= 16 {
        for (second, entry) in entries.iter().enumerate().skip(1) {
            let first = entries[..second]
                .iter()
                .position(|other| same_key(&other.key, &entry.key));
            repeated.extend(first.map(|first| (first, second)));
        }
        return repeated;
    }
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    for (at, entry) in entries.iter().enumerate() {
        let Some(scalar) = entry.key.scalar() else {
            continue;
        };
        match seen.get(scalar.text.as_str()) {
            Some(first) => repeated.push((*first, at)),
            None => drop(seen.insert(&scalar.text, at)),
        }
    }
    repeated
}

fn same_key(left: &Node, right: &Node) -> bool {
    match (left.scalar(), right.scalar()) {
        (Some(left), Some(right)) => left.text == right.text,
        _ => false,
    }
}

fn is_empty(root: &Node) -> bool {
    root.scalar()
        .is_some_and(|scalar| scalar.text.is_empty() && scalar.style == Style::Plain)
}

/// Number of nodes, itself included.
fn size(node: &Node) -> usize {
    1 + match &node.value {
        Value::Scalar(_) => 0,
        Value::Sequence(items) => items.iter().map(size).sum(),
        Value::Mapping(entries) => {
            let sizes = entries
                .iter()
                .map(|entry| size(&entry.key) + size(&entry.value));
            sizes.sum()
        }
    }
}

/// Levels of collections; the depth limit bounds the recursion.
fn depth(node: &Node) -> usize {
    match &node.value {
        Value::Scalar(_) => 0,
        Value::Sequence(items) => 1 + items.iter().map(depth).max().unwrap_or(0),
        Value::Mapping(entries) => {
            let depths = entries
                .iter()
                .map(|entry| depth(&entry.key).max(depth(&entry.value)));
            1 + depths.max().unwrap_or(0)
        }
    }
}

/// Gives a node and all its parts one place.
fn place(node: &mut Node, span: Span) {
    node.span = span;
    match &mut node.value {
        Value::Scalar(_) => {}
        Value::Sequence(items) => items.iter_mut().for_each(|item| place(item, span)),
        Value::Mapping(entries) => {
            for entry in entries {
                place(&mut entry.key, span);
                place(&mut entry.value, span);
            }
        }
    }
}

fn style_of(style: ScalarStyle) -> Style {
    match style {
        ScalarStyle::Plain => Style::Plain,
        ScalarStyle::SingleQuoted => Style::SingleQuoted,
        ScalarStyle::DoubleQuoted => Style::DoubleQuoted,
        ScalarStyle::Literal => Style::Literal,
        ScalarStyle::Folded => Style::Folded,
    }
}

fn tag_text(tag: &Tag) -> SmolStr {
    let handle = if tag.is_yaml_core_schema() {
        Cow::Borrowed("!!")
    } else {
        Cow::Borrowed(tag.handle.as_str())
    };
    format_smolstr!("{handle}{}", tag.suffix)
}

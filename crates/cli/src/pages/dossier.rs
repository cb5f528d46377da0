//! The dossier of a technique: its document, drawn.

use crate::layout::{Line, Page, Table, Tone, toned};
use tripline_app::answers::document::{self, Block, Document, Note};
use tripline_app::answers::dossier::document;
use tripline_app::answers::{Dossier, EvidenceKind, Reference, Span};

/// The dossier.
pub(crate) fn page(dossier: &Dossier) -> Page {
    draw(&document(dossier))
}

fn draw(document: &Document) -> Page {
    let mut page = Page::new();
    page.title(toned(Tone::Strong, &document.title));
    for lead in &document.lead {
        page.text(line(lead));
    }
    for section in &document.sections {
        page.heading(section.title, "");
        for part in &section.blocks {
            block(&mut page, part);
        }
        if !section.basis.is_empty() {
            page.remark(&section.basis);
        }
    }
    if !document.references.is_empty() {
        page.heading("References", document.references.len().to_string());
        page.list(document.references.iter().map(reference).collect());
    }
    if !document.notes.is_empty() {
        page.heading("Evidence", document.notes.len().to_string());
        page.list(document.notes.iter().map(note).collect());
    }
    for foot in &document.foot {
        page.text(line(foot));
    }
    page
}

fn block(page: &mut Page, block: &Block) {
    match block {
        Block::Heading(heading) => {
            let text = line(heading);
            let strong = text.0.iter().map(|piece| piece.text.as_str());
            page.text(toned(Tone::Strong, strong.collect::<String>()));
        }
        Block::Paragraph(paragraph) => page.text(line(paragraph)),
        Block::List(items) => page.list(items.iter().map(line).collect()),
        Block::Table(table) => page.table(self::table(table)),
        Block::Code(code) => {
            let lines = code.text.lines().map(Line::from).collect();
            page.code(&code.language, lines);
        }
    }
}

fn table(table: &document::Table) -> Table {
    let mut drawn = Table::new();
    for column in &table.columns {
        drawn = match (column.number, column.wide) {
            (true, _) => drawn.number(column.title),
            (_, true) => drawn.flexible(column.title),
            _ => drawn.id(column.title),
        };
    }
    for row in &table.rows {
        drawn.row(row.iter().map(line).collect());
    }
    drawn
}

/// A line with the numbers of its references and of its evidence.
fn line(from: &document::Line) -> Line {
    // A name that stands alone shows its id; in running text only techniques do.
    let alone = from.spans.len() <= 2;
    let mut drawn = Line::new();
    let mut spans = from.spans.as_slice();
    while let [first, rest @ ..] = spans {
        spans = rest;
        if let Span::Citation { number } = first {
            let mut numbers = vec![number.to_string()];
            while let [Span::Citation { number }, rest @ ..] = spans {
                numbers.push(number.to_string());
                spans = rest;
            }
            drawn = drawn.push(Tone::Faint, format!(" (ref. {})", numbers.join(", ")));
        } else {
            let (ending, after) = ending(first, spans);
            drawn = span(drawn, first, alone, ending);
            if !ending.is_empty() {
                spans = &spans[1..];
                drawn = drawn.plain(after);
            }
        }
    }
    if !from.notes.is_empty() {
        let numbers: Vec<String> = from.notes.iter().map(ToString::to_string).collect();
        let more = if from.more > 0 {
            format!(" +{}", from.more)
        } else {
            String::new()
        };
        drawn = drawn.push(Tone::Faint, format!(" [{}{more}]", numbers.join(" ")));
    }
    drawn
}

/// The rest of the word that a name begins (`Access Token` and `s`), and what comes after it: an id
/// stands behind the whole word.
fn ending<'a>(span: &Span, next: &'a [Span]) -> (&'a str, &'a str) {
    match (span, next.first()) {
        (Span::Object { .. }, Some(Span::Plain { text })) => {
            let end = text.find(|c: char| !c.is_alphanumeric());
            text.split_at(end.unwrap_or(text.len()))
        }
        _ => ("", ""),
    }
}

fn span(drawn: Line, span: &Span, alone: bool, ending: &str) -> Line {
    match span {
        Span::Strong { text } | Span::Rule { text, .. } => drawn.push(Tone::Strong, text),
        Span::Code { text } => drawn.push(Tone::Value, text),
        Span::Link { text, url } if text == url => drawn.push(Tone::Name, url),
        Span::Link { text, url } => drawn.plain(text).push(Tone::Faint, format!(" <{url}>")),
        Span::Object { text, id } if text == id => drawn.push(Tone::Name, id),
        Span::Object { text, id } if alone || id.starts_with('T') => drawn
            .plain(format!("{text}{ending}"))
            .push(Tone::Faint, format!(" {id}")),
        Span::Object { text, .. } => drawn.plain(format!("{text}{ending}")),
        Span::Plain { text } => drawn.plain(text),
        Span::Event { text, .. } => drawn.push(Tone::Name, text),
        Span::Citation { .. } => drawn,
    }
}

fn reference(reference: &Reference) -> Line {
    let line = Line::new()
        .push(Tone::Faint, format!("ref. {} ", reference.number))
        .plain(&reference.description);
    match &reference.url {
        Some(url) => line.push(Tone::Faint, format!(" {url}")),
        None => line,
    }
}

fn note(note: &Note) -> Line {
    let line = Line::new()
        .push(Tone::Faint, format!("[{}] ", note.number))
        .plain(&note.source.title)
        .push(Tone::Faint, format!(" {}", note.key));
    match (&note.source.url, note.source.kind) {
        (Some(url), EvidenceKind::Attack | EvidenceKind::Atomic) => {
            line.push(Tone::Faint, format!(" {url}"))
        }
        _ => line,
    }
}

#[cfg(test)]
mod tests {
    use super::line;
    use tripline_app::answers::{Span, document};

    #[test]
    fn an_id_stands_behind_the_whole_word() {
        let spans = vec![
            Span::plain("to steal an "),
            Span::Object {
                text: "Access Token".into(),
                id: "T1528".into(),
            },
            Span::plain("s to move"),
        ];
        let drawn = line(&document::Line {
            spans,
            ..document::Line::default()
        });
        let text: String = drawn.0.iter().map(|piece| piece.text.as_str()).collect();
        assert_eq!(text, "to steal an Access Tokens T1528 to move");
    }
}

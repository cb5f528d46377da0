//! The source lines with the places underlined, by `annotate-snippets`.

use super::place::{clamped, visible};
use super::{Sources, Style};
use crate::{Diagnostic, Label, Severity, Source};
use annotate_snippets::{
    Annotation, AnnotationKind, Group, Level, Origin, Renderer, Snippet, renderer::DecorStyle,
};

pub(super) fn render(diagnostics: &[Diagnostic], sources: &Sources, style: Style) -> String {
    let renderer = if style.colour {
        Renderer::styled().decor_style(DecorStyle::Unicode)
    } else {
        Renderer::plain()
    };
    let renderer = renderer.term_width(style.width).hyperlink(false);
    let mut out = String::new();
    for diagnostic in diagnostics {
        let source = sources.get(&diagnostic.source);
        out.push_str(renderer.render(&[group(diagnostic, source)]).trim_end());
        out.push_str("\n\n");
    }
    out
}

fn group<'a>(diagnostic: &'a Diagnostic, source: Option<&'a Source>) -> Group<'a> {
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Note => Level::NOTE,
    };
    let title = level
        .primary_title(visible(&diagnostic.message))
        .id(diagnostic.code.id());
    let group = match (source, &diagnostic.primary) {
        (Some(source), Some(primary)) => title.element(snippet(diagnostic, source, primary)),
        _ => title.element(Origin::path(visible(&diagnostic.source))),
    };
    group.element(Level::HELP.message(visible(&diagnostic.advice()).into_owned()))
}

fn snippet<'a>(
    diagnostic: &'a Diagnostic,
    source: &'a Source,
    primary: &'a Label,
) -> Snippet<'a, Annotation<'a>> {
    let secondary = diagnostic
        .secondary
        .iter()
        .map(|label| annotation(AnnotationKind::Context, source, label));
    Snippet::source(source.text())
        .path(visible(&diagnostic.source))
        .annotation(annotation(AnnotationKind::Primary, source, primary))
        .annotations(secondary)
}

fn annotation<'a>(kind: AnnotationKind, source: &Source, label: &'a Label) -> Annotation<'a> {
    let annotation = kind.span(clamped(source, label.span));
    if label.text.is_empty() {
        annotation
    } else {
        annotation.label(visible(&label.text))
    }
}

//! The body of a rule with its tests marked and linked.

use crate::html::Html;
use std::collections::BTreeSet;

/// A place in a body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Mark {
    /// First and one past the last byte.
    pub(crate) span: [u32; 2],
    /// Class in the style sheet.
    pub(crate) class: &'static str,
    /// Address of what is said about it.
    pub(crate) href: Option<String>,
    /// What it means, shown when pointed at.
    pub(crate) title: String,
}

/// The body; where marks lie over each other, the shortest shows, of equal ones the first.
pub(crate) fn html(body: &str, marks: &[Mark]) -> Html {
    let mut edges: Vec<(usize, bool, usize)> = Vec::new();
    for (at, mark) in marks.iter().enumerate() {
        let [start, end] = mark.span.map(|edge| boundary(body, edge));
        if start < end {
            edges.push((start, true, at));
            edges.push((end, false, at));
        }
    }
    edges.sort_unstable();
    let mut out = Html::new();
    let mut open: BTreeSet<(u32, usize)> = BTreeSet::new();
    let mut done = 0;
    for (edge, opens, at) in edges {
        if edge > done {
            piece(
                &mut out,
                &body[done..edge],
                open.first().map(|(_, at)| &marks[*at]),
            );
            done = edge;
        }
        let [start, end] = marks[at].span;
        let key = (end.saturating_sub(start), at);
        if opens {
            open.insert(key);
        } else {
            open.remove(&key);
        }
    }
    piece(&mut out, &body[done..], None);
    out
}

/// The place in the body at or before this byte where a character begins.
fn boundary(body: &str, byte: u32) -> usize {
    let mut at = (byte as usize).min(body.len());
    while !body.is_char_boundary(at) {
        at -= 1;
    }
    at
}

fn piece(out: &mut Html, text: &str, mark: Option<&Mark>) {
    let Some(mark) = mark else {
        out.text(text);
        return;
    };
    let element = if mark.href.is_some() { "a" } else { "span" };
    out.markup(&format!(
        "<{element} class=\"mark {}\" title=\"",
        mark.class
    ));
    out.text(&mark.title);
    if let Some(href) = &mark.href {
        out.markup("\" href=\"");
        out.text(href);
    }
    out.markup("\">");
    out.text(text);
    out.markup(&format!("</{element}>"));
}

#[cfg(test)]
mod tests {
    use super::{Mark, html};

    fn mark(start: u32, end: u32, class: &'static str) -> Mark {
        Mark {
            span: [start, end],
            class,
            href: None,
            title: "\"t\"".into(),
        }
    }

    #[test]
    fn of_equal_marks_the_first_shows() {
        let found = html("abc", &[mark(0, 3, "one"), mark(0, 3, "two")]);
        assert!(found.as_str().contains("mark one") && !found.as_str().contains("two"));
    }

    #[test]
    fn the_shortest_mark_shows() {
        let found = html("a<bcde>f", &[mark(1, 7, "wide"), mark(3, 4, "narrow")]);
        let wide =
            |text: &str| format!("<span class=\"mark wide\" title=\"&quot;t&quot;\">{text}</span>");
        let narrow = wide("c").replace("wide", "narrow");
        assert_eq!(
            found.as_str(),
            format!("a{}{narrow}{}f", wide("&lt;b"), wide("de&gt;"))
        );
    }

    #[test]
    fn places_outside_the_body_do_no_harm() {
        let found = html(
            "\u{e9}x",
            &[mark(1, 2, "half"), mark(2, 90, "far"), mark(7, 3, "back")],
        );
        assert!(
            found.as_str().starts_with("<span class=\"mark half\""),
            "{found}"
        );
        assert!(found.as_str().ends_with(">x</span>"), "{found}");
    }
}

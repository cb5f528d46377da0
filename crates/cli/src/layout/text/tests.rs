use crate::layout::{Line, Page, Table, Tone, markdown, text, toned};

fn sample() -> Page {
    let mut page = Page::new();
    page.title("T1000 A made-up technique");
    page.facts(vec![
        ("Tactics", "execution".into()),
        ("Nothing", Line::new()),
        (
            "Rules",
            Line::new().push(Tone::Strong, "3").plain(" exactly"),
        ),
    ]);
    page.heading("Top indicators", "2 of 2");
    let mut table = Table::new().text("field").flexible("value").number("rules");
    let value = |text: &str| toned(Tone::Value, text);
    table.row(vec![
        "Image".into(),
        value("*\\very_long_name_of_a_tool.exe"),
        "12".into(),
    ]);
    table.row(vec![
        "CommandLine".into(),
        value("* -enc | more *"),
        "3".into(),
    ]);
    page.table(table);
    page.list(vec![
        "one item that is long enough to be wrapped at forty columns".into(),
    ]);
    page.code("sigma", vec!["a: `b`".into()]);
    page
}

#[test]
fn wide() {
    insta::assert_snapshot!(text::write(&sample(), 100, false));
}

#[test]
fn narrow() {
    insta::assert_snapshot!(text::write(&sample(), 40, false));
}

#[test]
fn as_markdown() {
    insta::assert_snapshot!(markdown::write(&sample()));
}

#[test]
fn colour_changes_no_letter() {
    let coloured = text::write(&sample(), 60, true);
    assert!(coloured.contains('\u{1b}'));
    let stripped = anstream::adapter::strip_str(&coloured).to_string();
    assert_eq!(stripped, text::write(&sample(), 60, false));
}

#[test]
fn values_cannot_write_to_the_terminal() {
    let mut page = Page::new();
    page.text(toned(Tone::Value, "a\u{1b}[2J\u{202e}\n"));
    assert_eq!(text::write(&page, 80, false), "a\\u{1b}[2J\\u{202e}\\n\n");
}

#[test]
fn wrapping_drops_nothing_but_spaces() {
    let words = "alpha beta gammagammagammagammagammagammagammagamma \u{4e2d}\u{6587} d";
    for width in 40..80 {
        let mut page = Page::new();
        page.text(words);
        let out = text::write(&page, width, false);
        let kept: String = out.chars().filter(|c| !c.is_whitespace()).collect();
        let all: String = words.chars().filter(|c| !c.is_whitespace()).collect();
        assert_eq!(kept, all, "at width {width}");
    }
}

#[test]
fn columns_as_wide_as_each_other_give_way_together() {
    let mut page = Page::new();
    let mut table = Table::new().flexible("one").flexible("other");
    let words = "aa ".repeat(30);
    table.row(vec![words.as_str().into(), words.as_str().into()]);
    page.table(table);
    let text = text::write(&page, 60, false);
    let longest = text.lines().map(|line| line.trim_end().len()).max();
    assert!(longest.is_some_and(|longest| longest > 50), "{text}");
    let first = text.lines().find(|line| line.contains("aa")).unwrap();
    let (one, other) = first.split_at(first.len() / 2);
    let count = |part: &str| part.matches("aa").count();
    assert!(count(one).abs_diff(count(other)) <= 1, "{text}");
}

#[test]
fn the_longest_texts_get_the_most_room() {
    let mut page = Page::new();
    let mut table = Table::new().flexible("short").flexible("long");
    let words = |count: usize| "aaa ".repeat(count);
    table.row(vec![words(8).as_str().into(), words(60).as_str().into()]);
    page.table(table);
    let text = text::write(&page, 80, false);
    assert!(text.lines().count() < 7, "{text}");
}

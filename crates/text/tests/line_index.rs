//! Lines and columns over every kind of text, checked against the obvious way to count them.

use proptest::prelude::*;
use tripline_text::{LineColumn, LineIndex};

fn at(text: &str, offset: u32) -> (u32, u32) {
    let LineColumn { line, column } = LineIndex::new(text).line_column(text, offset);
    (line, column)
}

/// Walks the characters before `offset`, one by one.
fn slow(text: &str, offset: u32) -> (u32, u32) {
    let (mut line, mut column) = (1, 1);
    for (start, c) in text.char_indices() {
        if start + c.len_utf8() > offset as usize {
            break;
        }
        if c == '\n' {
            (line, column) = (line + 1, 1);
        } else {
            column += 1;
        }
    }
    (line, column)
}

#[test]
fn empty_text_has_one_line() {
    assert_eq!(LineIndex::new("").line_count(), 1);
    assert_eq!(at("", 0), (1, 1));
    assert_eq!(at("", 7), (1, 1));
}

#[test]
fn columns_count_characters() {
    let text = "aé\u{1F980}b";
    assert_eq!(at(text, 1), (1, 2));
    assert_eq!(at(text, 3), (1, 3));
    assert_eq!(at(text, 7), (1, 4));
}

#[test]
fn an_offset_inside_a_character_counts_as_its_start() {
    let text = "aé\u{1F980}b";
    assert_eq!(at(text, 2), (1, 2));
    assert_eq!(at(text, 5), (1, 3));
}

#[test]
fn a_crlf_ends_one_line() {
    let text = "one\r\ntwo\r\n";
    assert_eq!(LineIndex::new(text).line_count(), 3);
    assert_eq!(at(text, 3), (1, 4));
    assert_eq!(at(text, 5), (2, 1));
    assert_eq!(at(text, 8), (2, 4));
}

#[test]
fn the_end_of_the_text_is_a_place() {
    assert_eq!(at("one\ntwo", 7), (2, 4));
    assert_eq!(at("one\n", 4), (2, 1));
    assert_eq!(at("one\n", 99), (2, 1));
}

proptest! {
    #[test]
    fn agrees_with_counting(text in "[a\u{e9}\u{1F980}\r\n]{0,40}", offset in 0u32..90) {
        prop_assert_eq!(at(&text, offset), slow(&text, offset));
    }
}

#[test]
fn columns_of_a_long_line_count_characters() {
    let text = format!("first\n{}\nlast", "aé☃𝄞 ".repeat(300));
    for offset in (0..=u32::try_from(text.len()).expect("fits")).step_by(7) {
        assert_eq!(at(&text, offset), slow(&text, offset), "at {offset}");
    }
}

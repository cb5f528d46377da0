//! Every picture with hostile, empty and huge data: well-formed, named, bounded, the same twice.

use tripline_pictures::{
    Bar, Bars, Cell, Column, Group, Heading, Matrix, Moment, Overlap, Pair, Pairs, Picture, STYLES,
    Timeline, When, bars, matrix, overlap, pairs, step, timeline,
};

/// A label that tries to leave its place.
const HOSTILE: &str = "\"><script>alert(1)</script>&amp;'\u{0}\u{1b}\u{202e}\u{ffff}]]>\r\n<!--";

fn heading() -> Heading<'static> {
    Heading {
        id: "test\" onload=\"x",
        title: HOSTILE,
    }
}

fn steps(label: &str, size: usize) -> Timeline {
    let moment = |when| Moment {
        label: label.to_owned(),
        detail: label.repeat(40),
        when,
        runs: u32::MAX,
    };
    Timeline {
        moments: [When::Occurs, When::Missing, When::Until]
            .into_iter()
            .cycle()
            .take(size)
            .map(moment)
            .collect(),
        ordered: size.is_multiple_of(2),
        window: (size > 0).then(|| label.to_owned()),
        keys: vec![label.to_owned(); size],
    }
}

fn all(label: &str, count: u64, size: usize) -> Vec<Picture> {
    let rows = vec![
        Bar {
            label: label.to_owned(),
            href: Some("javascript:alert(1)".to_owned()),
            count,
            by_kind: vec![count, 0],
        };
        size
    ];
    let bar_rows = Bars {
        of: label.to_owned(),
        kinds: vec![label.to_owned(), "eq".to_owned()],
        rows,
        shown: 12,
    };
    let cell = Cell {
        id: label.to_owned(),
        name: label.to_owned(),
        href: Some("//example.invalid/".to_owned()),
        count,
        other: count,
        note: label.to_owned(),
    };
    let column = Column {
        name: label.to_owned(),
        href: None,
        cells: vec![cell; size],
    };
    let plain = Matrix {
        columns: vec![column; size],
        sides: None,
    };
    let compared = Matrix {
        sides: Some((label.to_owned(), label.to_owned())),
        ..plain.clone()
    };
    let groups = vec![
        Group {
            sets: vec![0, size.saturating_sub(1), 99],
            count,
        };
        size
    ];
    let sets = Overlap {
        of: label.to_owned(),
        sets: vec![(label.to_owned(), count); size],
        groups,
        shown: 10,
    };
    let together = Pairs {
        items: vec![label.to_owned(); size],
        pairs: vec![
            Pair {
                items: (0, 1),
                count,
            };
            size
        ],
    };
    let steps = steps(label, size);
    vec![
        bars(heading(), &bar_rows),
        matrix(heading(), &plain),
        matrix(heading(), &compared),
        overlap(heading(), &sets),
        pairs(heading(), &together),
        timeline(heading(), &steps),
    ]
}

fn cases() -> Vec<Picture> {
    let mut cases = Vec::new();
    for (label, count, size) in [
        (HOSTILE, u64::MAX, 3),
        ("", 0, 0),
        ("a", 1, 1),
        ("\u{4e2d}\u{6587}\u{1f4a5} long ", 12_345, 40),
    ] {
        cases.extend(all(label, count, size));
    }
    cases
}

#[test]
fn pictures_are_well_formed_and_named() {
    for picture in cases() {
        let document = roxmltree::Document::parse(&picture.svg)
            .unwrap_or_else(|error| panic!("{error}: {}", picture.svg));
        let root = document.root_element();
        assert!(root.has_tag_name(("http://www.w3.org/2000/svg", "svg")));
        assert!(matches!(root.attribute("role"), Some("img" | "group")));
        for reference in root.attribute("aria-labelledby").unwrap().split(' ') {
            let named = |node: &roxmltree::Node<'_, '_>| node.attribute("id") == Some(reference);
            assert!(
                document.descendants().any(|node| named(&node)),
                "{reference}"
            );
        }
        assert!(!picture.description.is_empty());
    }
}

#[test]
fn nothing_from_the_data_becomes_markup() {
    let known = [
        "svg", "title", "desc", "rect", "line", "circle", "text", "g", "a",
    ];
    for picture in cases() {
        let document = roxmltree::Document::parse(&picture.svg).unwrap();
        for node in document.descendants().filter(roxmltree::Node::is_element) {
            assert!(known.contains(&node.tag_name().name()));
            for attribute in node.attributes() {
                assert!(!attribute.name().starts_with("on"));
                assert_ne!(attribute.name(), "style");
                assert_ne!(attribute.name(), "href", "no link leads out of the site");
            }
        }
    }
}

#[test]
fn every_mark_stands_inside_the_picture() {
    for picture in cases() {
        let document = roxmltree::Document::parse(&picture.svg).unwrap();
        let root = document.root_element();
        let side = |name: &str| root.attribute(name).unwrap().parse::<u32>().unwrap();
        let (width, height) = (side("width"), side("height"));
        let places = [("x", width), ("cx", width), ("y", height), ("cy", height)];
        for node in document.descendants() {
            for (name, bound) in places {
                let place = node
                    .attribute(name)
                    .map(|place| place.parse::<u32>().unwrap());
                assert!(place.is_none_or(|place| place <= bound), "{node:?}");
            }
        }
    }
}

#[test]
fn the_table_holds_every_row() {
    for picture in cases() {
        let columns = picture.table.columns.len();
        assert!(picture.table.rows.iter().all(|row| row.len() == columns));
    }
    let forty = all("x", 7, 40);
    assert_eq!(forty[0].table.rows.len(), 40, "12 bars are drawn");
    assert!(forty[0].description.contains("12 of 40"));
    assert_eq!(forty[0].svg.matches("picture-bar").count(), 12);
}

#[test]
fn a_long_label_is_cut_and_whole_in_its_title() {
    let label = "process.parent.command_line.text ".repeat(4);
    let picture = &all(&label, 5, 1)[0];
    let document = roxmltree::Document::parse(&picture.svg).unwrap();
    let texts = |name: &'static str| {
        let nodes = document.descendants();
        nodes.filter(move |node| node.has_tag_name(("http://www.w3.org/2000/svg", name)))
    };
    assert!(texts("title").any(|title| title.text().unwrap().contains(label.trim_end())));
    assert!(texts("text").all(|text| !text.text().unwrap_or_default().contains(label.trim_end())));
    assert!(texts("text").any(|text| text.text().unwrap_or_default().ends_with('\u{2026}')));
}

#[test]
fn names_of_techniques_break_between_words() {
    let cell = Cell {
        name: "Exploitation of Remote Services at Length and Beyond".to_owned(),
        ..Cell::default()
    };
    let data = Matrix {
        columns: vec![Column {
            cells: vec![cell],
            ..Column::default()
        }],
        sides: None,
    };
    let picture = matrix(heading(), &data);
    let document = roxmltree::Document::parse(&picture.svg).unwrap();
    let lines: Vec<&str> = document
        .descendants()
        .filter(|node| {
            node.attribute("class")
                .is_some_and(|it| it.contains("picture-on-0"))
        })
        .filter_map(|node| node.text())
        .collect();
    assert_eq!(lines[..2], ["Exploitation", "of Remote"]);
    assert!(lines[2].starts_with("Services"));
    assert!(lines[2].ends_with('\u{2026}'));
}

#[test]
fn a_link_within_the_site_is_kept() {
    let mut data = Bars {
        of: "Vendor".to_owned(),
        shown: 5,
        ..Bars::default()
    };
    data.rows.push(Bar {
        label: "sigma".to_owned(),
        href: Some("/search?q=vendor%3Asigma&x=1".to_owned()),
        count: 2,
        by_kind: Vec::new(),
    });
    let picture = bars(heading(), &data);
    assert!(
        picture
            .svg
            .contains("<a href=\"/search?q=vendor%3Asigma&amp;x=1\">")
    );
    assert!(
        picture.svg.contains("role=\"group\""),
        "an image has no links in it"
    );
}

#[test]
fn steps_grow_with_the_count() {
    let steps: Vec<usize> = [0, 1, 2, 3, 9, 10, 29, 30, 99, 100, u64::MAX]
        .into_iter()
        .map(step)
        .collect();
    assert_eq!(steps, [0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5]);
}

#[test]
fn every_class_has_a_style() {
    for picture in cases() {
        let document = roxmltree::Document::parse(&picture.svg).unwrap();
        for node in document.descendants() {
            for class in node.attribute("class").unwrap_or_default().split(' ') {
                let unstyled = ["", "picture-label"];
                assert!(
                    unstyled.contains(&class) || STYLES.contains(&format!(".{class}")),
                    "{class}"
                );
            }
        }
    }
}

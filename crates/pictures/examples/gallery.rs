//! Every kind of picture on one page, to be looked at in a browser:
//! `cargo run -p tripline-pictures --example gallery > gallery.html`.
#![expect(clippy::print_stdout, reason = "the page is the example's output")]

use tripline_pictures::{
    Bar, Bars, Cell, Column, Group, Heading, Matrix, Moment, Overlap, Pair, Pairs, Picture, STYLES,
    Timeline, When, bars, matrix, overlap, pairs, timeline,
};

fn main() {
    let pictures = [
        fields(),
        columns(false),
        columns(true),
        sets(),
        together(),
        steps(),
    ];
    println!("<!doctype html><meta charset=utf-8><title>Pictures</title><style>{STYLES}</style>");
    for picture in pictures {
        println!("<p>{}</p>{}", picture.description, picture.svg);
    }
}

fn heading<'a>(id: &'a str, title: &'a str) -> Heading<'a> {
    Heading { id, title }
}

fn fields() -> Picture {
    let row = |label: &str, count, by_kind| Bar {
        label: label.to_owned(),
        href: Some(format!("#{label}")),
        count,
        by_kind,
    };
    let data = Bars {
        of: "Field".to_owned(),
        kinds: ["ends_with", "contains", "eq", "regex"]
            .map(str::to_owned)
            .to_vec(),
        rows: vec![
            row("process.command_line", 412, vec![3, 380, 12, 40]),
            row("process.executable", 218, vec![150, 9, 70, 0]),
            row(
                "winlog.event_data.ObjectProperties.Name",
                3,
                vec![0, 0, 3, 0],
            ),
        ],
        shown: 20,
    };
    bars(heading("fields", "Fields and operators"), &data)
}

fn columns(compare: bool) -> Picture {
    let cell = |at: u64, name: &str| Cell {
        id: format!("T10{at:02}"),
        name: name.to_owned(),
        href: Some("#cell".to_owned()),
        count: at * at,
        other: at % 3,
        note: "2 of 5 sub-techniques have a rule".to_owned(),
    };
    let names = [
        "Phishing",
        "Exploit Public-Facing Application",
        "Valid Accounts",
        "Drive-by Compromise",
    ];
    let column = |base: u64, name: &str| Column {
        name: name.to_owned(),
        href: None,
        cells: (base..)
            .zip(names)
            .map(|(at, name)| cell(at, name))
            .collect(),
    };
    let data = Matrix {
        columns: vec![
            column(0, "Initial Access"),
            column(4, "Execution"),
            column(9, "Command and Control"),
        ],
        sides: compare.then(|| ("sigma".to_owned(), "elastic".to_owned())),
    };
    matrix(
        heading(if compare { "compare" } else { "matrix" }, "Coverage"),
        &data,
    )
}

fn sets() -> Picture {
    let group = |sets: &[usize], count| Group {
        sets: sets.to_vec(),
        count,
    };
    let data = Overlap {
        of: "indicator families".to_owned(),
        sets: vec![
            ("sigma".to_owned(), 812),
            ("elastic".to_owned(), 433),
            ("splunk".to_owned(), 120),
        ],
        groups: vec![
            group(&[0], 600),
            group(&[1], 230),
            group(&[0, 1], 170),
            group(&[0, 1, 2], 33),
            group(&[2], 12),
        ],
        shown: 12,
    };
    overlap(heading("sets", "Vendors"), &data)
}

fn together() -> Picture {
    let pair = |a, b, count| Pair {
        items: (a, b),
        count,
    };
    let data = Pairs {
        items: [
            "process.name powershell.exe",
            "process.parent.name winword.exe",
            "process.command_line -enc",
            "process.command_line downloadstring",
        ]
        .map(str::to_owned)
        .to_vec(),
        pairs: vec![
            pair(0, 1, 12),
            pair(0, 2, 45),
            pair(2, 3, 3),
            pair(0, 3, 130),
        ],
    };
    pairs(heading("pairs", "Values that stand together"), &data)
}

fn steps() -> Picture {
    let moment = |label: &str, detail: &str, when, runs| Moment {
        label: label.to_owned(),
        detail: detail.to_owned(),
        when,
        runs,
    };
    let data = Timeline {
        moments: vec![
            moment(
                "process",
                "`process.name` is `winword.exe`",
                When::Occurs,
                1,
            ),
            moment("file", "`file.extension` is `exe`", When::Occurs, 3),
            moment(
                "network",
                "`destination.ip` lies in `10.0.0.0/8`",
                When::Missing,
                1,
            ),
            moment("process", "`event.type` is `end`", When::Until, 1),
        ],
        ordered: true,
        window: Some("5m".to_owned()),
        keys: vec!["host.id".to_owned(), "process.entity_id".to_owned()],
    };
    timeline(heading("steps", "Steps"), &data)
}

//! Pictures of answers: which rows are drawn, and how a picture stands on a page.

use crate::ask::Ask;
use crate::html::Html;
use askama::Template;
use askama::filters::HtmlSafe;
use std::collections::BTreeMap;
use tripline_app::Text;
use tripline_app::answers::{
    Combination, CombinationItem, Coverage, CoverageRow, FieldRow, OverlapAnswer, SequenceSteps,
    StepRole, TacticColumn,
};
use tripline_pictures::{
    self as pictures, Bar, Bars, DataTable, Group, Heading, Matrix, Moment, Overlap, Pair, Pairs,
    Picture, Timeline, When,
};

/// Bars that are drawn.
const BARS: usize = 12;
/// Operators that have a column beside the bars.
const OPERATORS: usize = 8;
/// Values whose co-occurrence is drawn.
const VALUES: usize = 10;
/// Groups of an overlap that are drawn.
const GROUPS: usize = 16;

/// A picture on a page, with its text alternative and its data.
#[derive(Debug, Clone, Template)]
#[template(path = "parts/picture.html")]
pub(crate) struct Drawing {
    title: String,
    svg: Html,
    description: String,
    /// The data, where no table beside the picture shows it.
    table: Option<DataTable>,
}

impl HtmlSafe for Drawing {}

impl Drawing {
    fn new(title: &str, picture: Picture, with_table: bool) -> Self {
        let mut svg = Html::new();
        // Every text in it is escaped where it is drawn.
        svg.markup(&picture.svg);
        Self {
            title: title.to_owned(),
            svg,
            description: picture.description,
            table: with_table.then_some(picture.table),
        }
    }
}

/// The fields that rules filter most, with their operators; the table stands beside it.
pub(super) fn fields(ask: &Ask, rows: &[FieldRow]) -> Option<Drawing> {
    let rows: Vec<&FieldRow> = rows.iter().filter(|row| row.count > 0).collect();
    let mut operators: BTreeMap<&str, usize> = BTreeMap::new();
    for row in rows.iter().take(BARS) {
        for (operator, count) in &row.how {
            *operators.entry(operator).or_default() += count;
        }
    }
    let mut operators: Vec<(&str, usize)> = operators.into_iter().collect();
    operators.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    operators.truncate(OPERATORS);
    let bar = |row: &&FieldRow| {
        let by_kind = operators.iter();
        let count = |operator: &str| row.how.get(operator).copied().unwrap_or(0) as u64;
        Bar {
            label: row.field.to_string(),
            href: Some(ask.links.field(&row.canonical)),
            count: row.count as u64,
            by_kind: by_kind.map(|(operator, _)| count(operator)).collect(),
        }
    };
    let data = Bars {
        of: "Field".to_owned(),
        kinds: operators
            .iter()
            .map(|(name, _)| super::parts::operator(name))
            .collect(),
        rows: rows.iter().map(bar).collect(),
        shown: BARS,
    };
    let heading = Heading {
        id: "picture-fields",
        title: "Rules per field, and per operator on it",
    };
    let drawn = || Drawing::new(heading.title, pictures::bars(heading, &data), false);
    (rows.len() > 2).then(drawn)
}

/// A count per name: rules per vendor, per operator.
pub(super) fn counts<'a>(
    id: &str,
    title: &str,
    of: &str,
    counts: impl Iterator<Item = (&'a str, usize)>,
) -> Option<Drawing> {
    let mut rows: Vec<Bar> = counts
        .map(|(name, count)| Bar {
            label: super::parts::operator(name),
            count: count as u64,
            ..Bar::default()
        })
        .collect();
    rows.sort_by_key(|row| std::cmp::Reverse(row.count));
    let data = Bars {
        of: of.to_owned(),
        kinds: Vec::new(),
        shown: BARS,
        rows,
    };
    let heading = Heading { id, title };
    let drawn = || Drawing::new(title, pictures::bars(heading, &data), false);
    (data.rows.len() > 1).then(drawn)
}

/// The values that stand together most often.
pub(super) fn pairs(rows: &[Combination]) -> Option<Drawing> {
    let two = || rows.iter().filter(|row| row.items.len() == 2);
    let mut items: Vec<&CombinationItem> = Vec::new();
    for row in two() {
        for item in &row.items {
            if items.len() < VALUES && !items.contains(&item) {
                items.push(item);
            }
        }
    }
    let place = |item: &CombinationItem| items.iter().position(|known| *known == item);
    let pair = |row: &Combination| {
        Some(Pair {
            items: (place(&row.items[0])?, place(&row.items[1])?),
            count: row.count as u64,
        })
    };
    let name = |item: &&CombinationItem| format!("{} {}", item.field, item.family);
    let data = Pairs {
        items: items.iter().map(name).collect(),
        pairs: two().filter_map(pair).collect(),
    };
    let heading = Heading {
        id: "picture-pairs",
        title: "Values that stand together, and in how many rules",
    };
    let drawn = || Drawing::new(heading.title, pictures::pairs(heading, &data), false);
    (items.len() > 2).then(drawn)
}

/// Which vendors look for the same things.
pub(super) fn overlap(answer: &OverlapAnswer) -> Option<Drawing> {
    let sets = answer.vendors.iter();
    let place = |name: &Text| {
        let mut sets = answer.vendors.iter();
        sets.position(|row| row.vendor == *name)
    };
    let group = |group: &tripline_app::answers::OverlapGroup| Group {
        sets: group.vendors.iter().filter_map(place).collect(),
        count: group.count as u64,
    };
    let data = Overlap {
        of: "indicator families".to_owned(),
        sets: sets
            .map(|row| (row.vendor.to_string(), row.families as u64))
            .collect(),
        groups: answer.groups.iter().map(group).collect(),
        shown: GROUPS,
    };
    let heading = Heading {
        id: "picture-overlap",
        title: "Indicator families by the vendors that look for them",
    };
    let drawn = || Drawing::new(heading.title, pictures::overlap(heading, &data), true);
    (answer.vendors.len() > 1 && answer.families > 0).then(drawn)
}

/// What a rule looks for one after the other.
pub(super) fn sequence(number: usize, title: &str, steps: &SequenceSteps) -> Drawing {
    let moment = |step: &tripline_app::answers::SequenceStep| Moment {
        label: step.label.to_string(),
        detail: super::parts::unquoted(&step.meaning),
        when: match step.role {
            StepRole::Occurs => When::Occurs,
            StepRole::Missing => When::Missing,
            StepRole::Until => When::Until,
        },
        runs: step.runs,
    };
    let data = Timeline {
        moments: steps.steps.iter().map(moment).collect(),
        ordered: steps.ordered,
        window: steps.window.as_ref().map(ToString::to_string),
        keys: steps.keys.iter().map(ToString::to_string).collect(),
    };
    let id = format!("picture-sequence-{number}");
    let heading = Heading { id: &id, title };
    Drawing::new(title, pictures::timeline(heading, &data), true)
}

/// The coverage as a matrix, or two sides of it.
pub(super) fn matrix(ask: &Ask, answer: &Coverage) -> Drawing {
    let rows: BTreeMap<&str, &CoverageRow> = answer
        .rows
        .iter()
        .map(|row| (row.id.as_str(), row))
        .collect();
    let comparison = answer.comparison.as_ref();
    let column = |tactic: &TacticColumn| pictures::Column {
        name: tactic.name.to_string(),
        href: None,
        cells: tactic
            .techniques
            .iter()
            .filter_map(|id| rows.get(id.as_str()))
            .map(|row| cell(ask, row))
            .collect(),
    };
    let data = Matrix {
        columns: answer.tactics.iter().map(column).collect(),
        sides: comparison.map(|it| (it.left.name.to_string(), it.right.name.to_string())),
    };
    let heading = Heading {
        id: "picture-matrix",
        title: "Rules per technique, sub-techniques included",
    };
    Drawing::new(heading.title, pictures::matrix(heading, &data), false)
}

fn cell(ask: &Ask, row: &CoverageRow) -> pictures::Cell {
    let (count, other) = match row.sides {
        Some(sides) => (
            sides.left_with_subtechniques,
            sides.right_with_subtechniques,
        ),
        None => (row.with_subtechniques, 0),
    };
    let note = if row.subtechniques == 0 {
        String::new()
    } else {
        let (some, all) = (row.subtechniques_covered, row.subtechniques);
        format!("{some} of {all} sub-techniques have a rule")
    };
    pictures::Cell {
        id: row.id.to_string(),
        name: row.name.to_string(),
        href: Some(ask.links.technique(&row.id)),
        count: count as u64,
        other: other as u64,
        note,
    }
}

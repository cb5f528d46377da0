//! Phrases that several pages share.

use crate::ask::Ask;
use crate::frame::Link;
use crate::html::Html;
use crate::stop::Stop;
use crate::table::{Cell, Piece, Table, TableView, Tone};
use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::fmt::Display;
use tripline_app::Text;
use tripline_app::answers::{ClauseItem, CoverageRow, LogicStage, marked};

/// Most rules that open below a number.
const MAX_LISTED: usize = 12;

/// The tables of a page as the question wants them, without those that have no row.
///
/// # Errors
/// One of them was asked for as a file.
pub(super) fn views(ask: &Ask, tables: Vec<Table>) -> Result<Vec<TableView>, Stop> {
    let views = tables.into_iter().map(|table| ask.table(table));
    let kept = views.filter(|view| !matches!(view, Ok(view) if view.is_empty()));
    kept.collect()
}

/// `eq`, `starts with`: an operator in words, without the kind of comparison that it names in `<>`.
pub(super) fn operator(name: &str) -> String {
    let mut words = String::with_capacity(name.len());
    let mut inside = false;
    for character in name.chars() {
        match character {
            '<' => inside = true,
            '>' => inside = false,
            _ if inside => {}
            '_' => words.push(' '),
            other => words.push(other),
        }
    }
    words
}

/// A log source: `product/category/service` of a Sigma rule may end in nothing.
pub(super) fn source(name: &str) -> &str {
    name.trim_end_matches('/')
}

/// Tactics by their names.
pub(super) fn tactics(ask: &Ask, names: &[Text]) -> String {
    let attack = &ask.library.catalog().attack;
    let name = |short: &Text| {
        let known = attack.tactic(short);
        known.map_or_else(|| short.to_string(), |tactic| tactic.head.name.to_string())
    };
    names.iter().map(name).collect::<Vec<_>>().join(", ")
}

/// Whether the choice between a technique alone and with sub-techniques makes a difference.
pub(super) fn has_subtechniques(ask: &Ask, id: &str) -> bool {
    let attack = &ask.library.catalog().attack;
    attack.subtechniques(id).next().is_some()
}

/// `1 rule`, `2 rules`.
pub(super) fn plural(count: usize, word: &str) -> String {
    let s = if count == 1 { "" } else { "s" };
    format!("{count} {word}{s}")
}

/// `12,345`.
pub(super) fn thousands(number: usize) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + 4);
    for (at, digit) in digits.char_indices() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `sigma 3, elastic 2`: the larger first.
pub(super) fn counts<K: Display + Ord>(counts: &BTreeMap<K, usize>) -> String {
    let mut pairs: Vec<(&K, usize)> = counts.iter().map(|(key, count)| (key, *count)).collect();
    pairs.sort_by_key(|(_, count)| Reverse(*count));
    let pairs: Vec<String> = pairs
        .into_iter()
        .map(|(key, count)| format!("{key}\u{a0}{count}"))
        .collect();
    pairs.join(", ")
}

/// `4 left out: hunting 3, deprecated 1`; nothing when none is.
pub(super) fn left_out(classes: &BTreeMap<Text, usize>) -> Option<String> {
    let total: usize = classes.values().sum();
    let said = || format!("{total} left out: {}", counts(classes).replace('_', " "));
    (total > 0).then(said)
}

/// A number of rules that opens to show them.
pub(super) fn rules_cell(ask: &Ask, count: usize, rules: &[Text]) -> Cell {
    Cell::number(count).opening(rule_pieces(ask, rules))
}

/// The first rules as links under their titles.
pub(super) fn rule_pieces(ask: &Ask, rules: &[Text]) -> Vec<Piece> {
    let link = |id: &Text| Piece::new(Tone::Plain, title(ask, id)).to(ask.links.rule(id));
    let mut pieces: Vec<Piece> = rules.iter().take(MAX_LISTED).map(link).collect();
    if rules.len() > MAX_LISTED {
        let more = format!("and {} more", rules.len() - MAX_LISTED);
        pieces.push(Piece::new(Tone::Faint, more));
    }
    pieces
}

/// `vendor: title` of a rule; its id when the catalogue does not have it.
pub(super) fn title(ask: &Ask, id: &str) -> String {
    match ask.library.catalog().rule_facts(id) {
        Some(facts) => format!("{}: {}", facts.vendor, facts.title),
        None => id.to_owned(),
    }
}

/// The name of a technique; its id where no bundle names it.
pub(super) fn name_or_id<'t>(name: &'t str, id: &'t str) -> &'t str {
    if name.is_empty() { id } else { name }
}

/// Whether a row belongs into a list of techniques: tags that ATT&CK does not have and that no rule
/// that counts carries are listed apart.
pub(super) fn is_listed(row: &CoverageRow) -> bool {
    !row.name.is_empty() || row.with_subtechniques > 0
}

/// Phrases side by side, in each of which one value may stand between backquotes.
pub(super) fn phrases(tone: Tone, phrases: &[Text]) -> Vec<Piece> {
    let mut pieces = Vec::new();
    for (n, phrase) in phrases.iter().enumerate() {
        if n > 0 {
            pieces.push(Piece::new(tone, "; "));
        }
        let quoted = phrase.split_once('`').and_then(|(before, rest)| {
            let (value, after) = rest.rsplit_once('`')?;
            Some([(tone, before), (Tone::Value, value), (tone, after)])
        });
        let parts = quoted.unwrap_or([(tone, phrase), (tone, ""), (tone, "")]);
        let parts = parts.into_iter().filter(|(_, part)| !part.is_empty());
        pieces.extend(parts.map(|(tone, part)| Piece::new(tone, part)));
    }
    pieces
}

/// A sentence in which names and values stand between backquotes.
pub(super) fn sentence(tone: Tone, text: &str) -> Vec<Piece> {
    let tone_of = |code| if code { Tone::Value } else { tone };
    let all = marked(text).into_iter();
    all.map(|(code, part)| Piece::new(tone_of(code), part))
        .collect()
}

/// A sentence without the backquotes around names and values.
pub(super) fn unquoted(text: &str) -> String {
    marked(text).into_iter().map(|(_, part)| part).collect()
}

/// A field as a link to its page.
pub(super) fn field(ask: &Ask, shown: &str, canonical: &str) -> Piece {
    Piece::new(Tone::Name, shown).to(ask.links.field(canonical))
}

/// The value of a test as a link to its page; the empty text is shown as `""`, blanks at its
/// edges are made visible.
pub(super) fn value(ask: &Ask, canonical: &str, operator: &str, value: &str) -> Option<Piece> {
    if value.is_empty() {
        return (operator == "eq").then(|| Piece::new(Tone::Value, "\"\""));
    }
    let link = ask.links.indicator(canonical, value);
    Some(Piece::new(Tone::Value, visible(value)).to(link))
}

/// A text whose blanks at the edges show.
pub(super) fn visible(text: &str) -> String {
    let inner = text.trim_matches(' ');
    let left = text.len() - text.trim_start_matches(' ').len();
    let right = text.len() - inner.len() - left.min(text.len() - inner.len());
    "\u{2423}".repeat(left) + inner + &"\u{2423}".repeat(right)
}

/// The tests of a clause.
pub(super) fn clause(ask: &Ask, items: &[ClauseItem]) -> Cell {
    let mut pieces = Vec::new();
    for (at, item) in items.iter().enumerate() {
        let joint = ClauseItem::joint(items, at);
        pieces.push(Piece::new(Tone::Faint, joint));
        pieces.push(field(ask, &item.field, &item.canonical));
        let operator = format!(" {} ", operator(&item.operator));
        pieces.push(Piece::new(Tone::Faint, operator));
        pieces.extend(value(ask, &item.canonical, &item.operator, &item.value));
    }
    Cell::of(pieces)
}

/// What a rule does, stage by stage: names and values in a sentence stand between backticks.
pub(super) fn stages(stages: &[LogicStage]) -> Vec<(Text, Html)> {
    let stage = |stage: &LogicStage| (stage.stage.clone(), worded(&stage.meaning));
    stages.iter().map(stage).collect()
}

/// A sentence, its names and values as code.
pub(super) fn worded(sentence: &str) -> Html {
    let mut html = Html::new();
    for (code, part) in marked(sentence) {
        html.markup(if code { "<code>" } else { "" });
        html.text(part);
        html.markup(if code { "</code>" } else { "" });
    }
    html
}

/// Texts as a list in Markdown.
pub(super) fn bullets(texts: &[Text]) -> String {
    let item = |text: &Text| format!("- {}\n", text.trim().replace('\n', "\n  "));
    texts.iter().map(item).collect()
}

/// The pages of a technique, one of them being here.
pub(super) fn views_of(ask: &Ask, id: &str, here: &str) -> Vec<Link> {
    let all = [
        ("guide", "Authoring guide", ask.links.technique(id)),
        ("dossier", "Dossier", ask.links.dossier(id)),
        ("detections", "Detections", ask.links.detections(id)),
        ("tests", "Tests", ask.links.tests(id)),
    ];
    let link = |(name, label, href): (&str, &str, String)| Link {
        label: label.to_owned(),
        href,
        here: name == here,
    };
    all.into_iter().map(link).collect()
}

/// The look of a severity.
pub(super) fn level(level: &str) -> Tone {
    match level {
        "critical" | "high" => Tone::Bad,
        "medium" => Tone::Warn,
        _ => Tone::Plain,
    }
}

/// The look of a diagnostic's severity.
pub(super) fn severity(severity: &str) -> Tone {
    match severity {
        "error" => Tone::Bad,
        "warning" => Tone::Warn,
        _ => Tone::Faint,
    }
}

/// The look of how a rule was read.
pub(super) fn status(status: &str) -> Tone {
    match status {
        "full" => Tone::Good,
        "partial" => Tone::Warn,
        "failed" => Tone::Bad,
        _ => Tone::Plain,
    }
}

/// Techniques as links.
pub(super) fn techniques(ask: &Ask, ids: &[Text]) -> Vec<Piece> {
    let mut pieces = Vec::new();
    for (at, id) in ids.iter().enumerate() {
        if at > 0 {
            pieces.push(Piece::new(Tone::Faint, " "));
        }
        pieces.push(Piece::new(Tone::Name, id.as_str()).to(ask.links.technique(id)));
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::{Tone, operator, sentence, thousands, unquoted, visible, worded};

    #[test]
    fn names_in_a_sentence_are_code() {
        let html = worded("Require `a<b` and `c`.").to_string();
        assert_eq!(html, "Require <code>a&lt;b</code> and <code>c</code>.");
        assert_eq!(worded("a ` b").to_string(), "a ` b");
    }

    #[test]
    fn names_in_a_cell_are_values() {
        let pieces = sentence(Tone::Plain, "no field `a<b` is known");
        let shown: Vec<_> = pieces
            .iter()
            .map(|piece| (piece.tone, &*piece.text))
            .collect();
        let expected = [
            (Tone::Plain, "no field "),
            (Tone::Value, "a<b"),
            (Tone::Plain, " is known"),
        ];
        assert_eq!(shown, expected);
        assert_eq!(unquoted("`a` is `b`"), "a is b");
        assert_eq!(unquoted("a ` b"), "a ` b");
    }

    #[test]
    fn operators_are_words() {
        assert_eq!(operator("starts_with"), "starts with");
        assert_eq!(
            operator("regex_capture<re2> in_list"),
            "regex capture in list"
        );
    }

    #[test]
    fn large_numbers_are_grouped() {
        let all = [0, 999, 1_000, 12_345, 1_234_567].map(thousands);
        assert_eq!(all, ["0", "999", "1,000", "12,345", "1,234,567"]);
    }

    #[test]
    fn blanks_at_edges_show() {
        assert_eq!(visible(" -w h"), "\u{2423}-w h");
        assert_eq!(visible("  "), "\u{2423}\u{2423}");
        assert_eq!(visible("a  "), "a\u{2423}\u{2423}");
        assert_eq!(visible("a b"), "a b");
    }
}

//! Searching rules.
//!
//! A query is words, `"phrases"` and filters, all of which must hold:
//!
//! | written | means |
//! |---|---|
//! | `word`, `"two words"` | occurs in title, ids, tags, description or values; the last word may be cut short |
//! | `T1059.001` | the technique, as tagged or as resolved; `T1059` holds its sub-techniques |
//! | `vendor:sigma`, `language:eql`, `class:hunting`, `level:high`, `corpus:NAME` | that rules have it |
//! | `field:value` | a test of that field (canonical or as in the source) whose value holds `value` |
//!
//! Nothing a person types is an error: what is not a filter is a word, and words are quoted
//! before the index sees them.

use crate::facts::RuleFacts;
use crate::shards;
use crate::{Catalog, Detection, Result};
use rusqlite::params;
use std::collections::BTreeMap;
use tripline_ir::Text;

/// Most words of a query that are looked at.
const MAX_TERMS: usize = 32;
/// Characters of a snippet.
const SNIPPET: usize = 160;
/// Weights of title, ids, description, body in the rank.
const WEIGHTS: &str = "10.0, 8.0, 3.0, 1.0";

/// A rule found.
#[derive(Debug, Clone, PartialEq)]
pub struct Hit {
    /// Rule id.
    pub id: Text,
    /// Title.
    pub title: Text,
    /// How well it fits: higher is better; 0 when the query has filters only.
    pub rank: f64,
    /// A piece of the description.
    pub snippet: String,
}

/// What a search found.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Hits {
    /// Rules that fit.
    pub total: usize,
    /// The best of them, in order.
    pub hits: Vec<Hit>,
}

/// A query, taken apart.
#[derive(Debug, Default, PartialEq, Eq)]
struct Query {
    words: Vec<String>,
    filters: Vec<Filter>,
}

#[derive(Debug, PartialEq, Eq)]
enum Filter {
    Technique(String),
    Vendor(String),
    Language(String),
    Class(String),
    Level(String),
    Corpus(String),
    Value { field: String, value: String },
}

impl Catalog {
    /// The rules that fit `text`, best first: at most `limit` of them, and their number.
    ///
    /// # Errors
    /// When the catalogue is damaged.
    pub fn search(&self, text: &str, limit: usize) -> Result<Hits> {
        let query = parse(text);
        if query.words.is_empty() && query.filters.is_empty() {
            return Ok(Hits::default());
        }
        let fits = |facts: &&RuleFacts| query.filters.iter().all(|filter| filter.holds(facts));
        let mut found: Vec<(&RuleFacts, f64)> = if query.words.is_empty() {
            self.facts
                .iter()
                .filter(fits)
                .map(|facts| (facts, 0.0))
                .collect()
        } else {
            let ranks = self.ranks(&query.words)?;
            ranks
                .into_iter()
                .map(|(n, rank)| (&self.facts[n], rank))
                .filter(|(facts, _)| fits(facts))
                .collect()
        };
        found.sort_by(|(a, x), (b, y)| {
            y.total_cmp(x)
                .then_with(|| a.title.cmp(&b.title))
                .then_with(|| a.id.cmp(&b.id))
        });
        let total = found.len();
        found.truncate(limit);
        let hit = |(facts, rank): (&RuleFacts, f64)| {
            Ok(Hit {
                id: facts.id.clone(),
                title: facts.title.clone(),
                rank,
                snippet: self.snippet(&facts.id, &query.words)?,
            })
        };
        let hits: Result<Vec<Hit>> = found.into_iter().map(hit).collect();
        Ok(Hits { total, hits: hits? })
    }

    /// The rules, by position, in which all words occur, with their ranks: BM25 as FTS5 computes
    /// it, with the rarity of a word taken over all parts of the index.
    fn ranks(&self, words: &[String]) -> Result<BTreeMap<usize, f64>> {
        let mut ranks: Option<BTreeMap<usize, f64>> = None;
        for (n, word) in words.iter().enumerate() {
            let expression = expression(word, n + 1 == words.len());
            let mut hits = self
                .hits(&expression)
                .map_err(|error| self.damaged(error))?;
            let rarity = rarity(self.facts.len(), hits.len());
            for fit in hits.values_mut() {
                *fit *= rarity;
            }
            ranks = Some(match ranks {
                None => hits,
                Some(so_far) => both(so_far, &hits),
            });
        }
        Ok(ranks.unwrap_or_default())
    }

    /// The rules, by position, that one word or phrase occurs in, with how well it fits: BM25
    /// without the word's rarity.
    fn hits(&self, expression: &str) -> rusqlite::Result<BTreeMap<usize, f64>> {
        let members = self.members();
        let db = self.database();
        let mut hits = BTreeMap::new();
        for (shard, members) in members.iter().enumerate() {
            let table = shards::table(shard);
            let sql = format!(
                "SELECT rowid, bm25({table}, {WEIGHTS}) FROM {table} WHERE {table} MATCH ?1"
            );
            let mut statement = db.prepare_cached(&sql)?;
            let rows = statement.query_map(params![expression], |row| {
                Ok((row.get::<_, i64>(0)?, row.get::<_, f64>(1)?))
            })?;
            let found: Vec<(i64, f64)> = rows.collect::<rusqlite::Result<_>>()?;
            // FTS5's is the smaller the better, and negative.
            let own = -rarity(members.len(), found.len());
            let place = |n: i64| members.get(usize::try_from(n).ok()?).copied();
            let known = found
                .into_iter()
                .filter_map(|(n, bm25)| Some((place(n)?, bm25 / own)));
            hits.extend(known);
        }
        Ok(hits)
    }

    fn snippet(&self, id: &str, words: &[String]) -> Result<String> {
        let description = self
            .detection(id)?
            .map(|Detection { description, .. }| description)
            .unwrap_or_default();
        Ok(excerpt(&description, words))
    }
}

/// How much a word counts that occurs in `hits` of `all` rules, as FTS5 computes it.
fn rarity(all: usize, hits: usize) -> f64 {
    let (all, hits) = (count(all), count(hits));
    ((all - hits + 0.5) / (hits + 0.5)).ln().max(1e-6)
}

fn count(n: usize) -> f64 {
    f64::from(u32::try_from(n).unwrap_or(u32::MAX))
}

/// The rules that are in both, with the sum of their ranks.
fn both(a: BTreeMap<usize, f64>, b: &BTreeMap<usize, f64>) -> BTreeMap<usize, f64> {
    a.into_iter()
        .filter_map(|(n, rank)| Some((n, rank + b.get(&n)?)))
        .collect()
}

/// An FTS5 expression: the word as a quoted string; the last of a query may be a prefix.
fn expression(word: &str, last: bool) -> String {
    let open = last && word.chars().next_back().is_some_and(char::is_alphanumeric);
    let quoted = word.replace('"', "\"\"");
    format!("\"{quoted}\"{}", if open { "*" } else { "" })
}

fn parse(text: &str) -> Query {
    let mut query = Query::default();
    for term in terms(text).into_iter().take(MAX_TERMS) {
        match term {
            Term::Phrase(phrase) => query.words.push(phrase),
            Term::Plain(word) => match filter(&word) {
                Some(filter) => query.filters.push(filter),
                None => query.words.push(word),
            },
        }
    }
    // The index has nothing to look for in a word without letters and digits.
    query
        .words
        .retain(|word| word.chars().any(char::is_alphanumeric));
    query
}

enum Term {
    Plain(String),
    Phrase(String),
}

/// Splits at blanks; quotes hold blanks together, also after a `field:`.
fn terms(text: &str) -> Vec<Term> {
    let mut terms = Vec::new();
    let mut current = String::new();
    let mut quoted = false;
    let mut is_phrase = false;
    let mut finish = |current: &mut String, is_phrase: &mut bool| {
        if !current.is_empty() {
            let text = std::mem::take(current);
            terms.push(if *is_phrase {
                Term::Phrase(text)
            } else {
                Term::Plain(text)
            });
        }
        *is_phrase = false;
    };
    for c in text.chars().filter(|c| *c != '\0') {
        match c {
            '"' => {
                is_phrase |= !quoted && current.is_empty();
                quoted = !quoted;
            }
            c if c.is_whitespace() && !quoted => finish(&mut current, &mut is_phrase),
            c => current.push(c),
        }
    }
    finish(&mut current, &mut is_phrase);
    terms
}

fn filter(word: &str) -> Option<Filter> {
    if is_technique(word) {
        return Some(Filter::Technique(word.to_ascii_uppercase()));
    }
    let (name, value) = word.split_once(':')?;
    let is_name = |c: char| c.is_alphanumeric() || matches!(c, '.' | '_' | '-' | '@');
    if name.is_empty() || value.is_empty() || !name.chars().all(is_name) {
        return None;
    }
    // Rule ids begin with their vendor, drive letters have one letter: neither is a filter.
    if name.len() == 1 || tripline_corpus::Vendor::from_name(name).is_some() {
        return None;
    }
    let value = value.to_lowercase();
    Some(match name {
        "vendor" => Filter::Vendor(value),
        "language" => Filter::Language(value),
        "class" => Filter::Class(value),
        "level" | "severity" => Filter::Level(value),
        "corpus" => Filter::Corpus(value),
        "technique" => Filter::Technique(value.to_ascii_uppercase()),
        field => Filter::Value {
            field: field.to_owned(),
            value,
        },
    })
}

/// `T1059` or `T1059.001`, in any letter case.
fn is_technique(word: &str) -> bool {
    let Some(rest) = word.strip_prefix(['T', 't']) else {
        return false;
    };
    let (main, sub) = rest.split_once('.').unwrap_or((rest, "000"));
    let digits = |text: &str, n| text.len() == n && text.bytes().all(|b| b.is_ascii_digit());
    digits(main, 4) && digits(sub, 3)
}

impl Filter {
    fn holds(&self, facts: &RuleFacts) -> bool {
        match self {
            Self::Technique(id) => facts.techniques.iter().any(|found| is_or_under(found, id)),
            Self::Vendor(name) => facts.vendor == name.as_str(),
            Self::Language(name) => facts.language.name() == name,
            Self::Class(name) => facts.class.name() == name,
            Self::Level(name) => facts.level.is_some_and(|level| level.name() == name),
            Self::Corpus(name) => facts.corpus.to_lowercase() == *name,
            Self::Value { field, value } => facts.atoms.iter().any(|atom| {
                let named = |name: &str| name.eq_ignore_ascii_case(field);
                (named(&atom.field) || named(&atom.name))
                    && atom.value.to_lowercase().contains(value.as_str())
            }),
        }
    }
}

fn is_or_under(found: &str, id: &str) -> bool {
    found
        .strip_prefix(id)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

/// A piece of `text` around the first of `words` that occurs in it, on one line.
fn excerpt(text: &str, words: &[String]) -> String {
    let flat: Vec<char> = text
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
        .chars()
        .collect();
    if flat.len() <= SNIPPET {
        return flat.into_iter().collect();
    }
    let folded: Vec<char> = flat.iter().map(char::to_ascii_lowercase).collect();
    let position = |word: &String| {
        let word: Vec<char> = word.chars().map(|c| c.to_ascii_lowercase()).collect();
        folded
            .windows(word.len().max(1))
            .position(|window| window == word)
    };
    let at = words.iter().filter_map(position).min().unwrap_or(0);
    let from = at.saturating_sub(SNIPPET / 3).min(flat.len() - SNIPPET);
    let to = from + SNIPPET;
    let mut piece = String::new();
    if from > 0 {
        piece.push('…');
    }
    piece.extend(&flat[from..to]);
    if to < flat.len() {
        piece.push('…');
    }
    piece
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        parse(text).words
    }

    #[test]
    fn words_are_quoted_and_the_last_is_a_prefix() {
        let found = words("lsass \"dump memory\" NOT a\"b");
        assert_eq!(found, ["lsass", "dump memory", "NOT", "ab"]);
        assert_eq!(expression("x\"y", false), "\"x\"\"y\"");
        assert_eq!(expression("near(", true), "\"near(\"");
        assert_eq!(expression("lsas", true), "\"lsas\"*");
    }

    #[test]
    fn filters_are_told_from_words() {
        assert_eq!(
            parse("vendor:Sigma t1059.001 process.name:\"cmd .exe\" C:\\Windows ***"),
            Query {
                words: vec!["C:\\Windows".into()],
                filters: vec![
                    Filter::Vendor("sigma".into()),
                    Filter::Technique("T1059.001".into()),
                    Filter::Value {
                        field: "process.name".into(),
                        value: "cmd .exe".into()
                    },
                ],
            }
        );
        assert_eq!(words("sigma:0123"), ["sigma:0123"]);
    }

    #[test]
    fn excerpts_show_the_word() {
        let text = format!("{} needle {}", "far ".repeat(80), "away ".repeat(80));
        let piece = excerpt(&text, &["needle".into()]);
        assert!(piece.contains("needle") && piece.starts_with('…') && piece.ends_with('…'));
        assert_eq!(excerpt("short  text\n", &[]), "short text");
    }

    #[test]
    fn techniques_hold_their_sub_techniques() {
        assert!(is_or_under("T1059.001", "T1059"));
        assert!(!is_or_under("T1059", "T1059.001"));
        assert!(!is_or_under("T10590", "T1059"));
    }
}

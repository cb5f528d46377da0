//! Regular expressions of every dialect, compiled and matched under limits.

use super::lucene::LucenePattern;
use super::re2;
use crate::{Case, Dialect, Regex, Text};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

/// The longest regular expression, in bytes, that is compiled.
pub const MAX_REGEX: usize = 64 * 1024;
/// How large a compiled expression may grow, in bytes.
const MAX_COMPILED: usize = 16 * 1024 * 1024;
/// How many steps a backtracking match may take.
const MAX_STEPS: usize = 1_000_000;

/// Why an expression cannot be compiled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegexError {
    /// What is wrong with it, in a phrase.
    pub message: String,
    /// The byte of the expression where it shows, when known.
    pub at: Option<usize>,
}

impl RegexError {
    pub(crate) fn at(message: impl Into<String>, at: usize) -> Self {
        Self {
            message: message.into(),
            at: Some(at),
        }
    }

    fn whole(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            at: None,
        }
    }
}

impl std::fmt::Display for RegexError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for RegexError {}

/// A compiled expression.
#[derive(Debug, Clone)]
pub struct Compiled {
    matcher: Matcher,
}

#[derive(Debug, Clone)]
enum Matcher {
    /// PCRE: backtracks only where it must. `$` also matches before a newline at the very end, which
    /// the library's does not.
    Backtracking {
        regex: Box<fancy_regex::Regex>,
        before_newline: bool,
    },
    /// RE2 and plain Lucene: linear time.
    Linear(regex::Regex),
    /// Lucene with complement or intersection.
    Lucene(LucenePattern),
}

impl Compiled {
    /// Whether a text matches: as a whole where the expression says so, else in any part. A match
    /// that takes more steps than allowed counts as none.
    pub fn is_match(&self, text: &str) -> bool {
        match &self.matcher {
            Matcher::Backtracking {
                regex,
                before_newline,
            } => {
                let shorter = || text.strip_suffix('\n').filter(|_| *before_newline);
                let matches = |text: &str| regex.is_match(text).unwrap_or(false);
                matches(text) || shorter().is_some_and(matches)
            }
            Matcher::Linear(regex) => regex.is_match(text),
            Matcher::Lucene(pattern) => pattern.is_match(text),
        }
    }
}

/// One match: the spans of its groups, group 0 the match itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Found {
    /// In bytes; `None` for a group that took no part.
    pub(crate) groups: Vec<Option<(usize, usize)>>,
    /// The groups' names.
    names: Rc<Vec<Option<Text>>>,
}

impl Found {
    /// A group by number.
    pub(crate) fn number(&self, number: usize) -> Option<(usize, usize)> {
        self.groups.get(number).copied().flatten()
    }

    /// A group by name; of several of one name the first that took part.
    pub(crate) fn name(&self, name: &str) -> Option<(usize, usize)> {
        let all = self.names.iter().zip(&self.groups);
        all.filter(|(own, _)| own.as_deref() == Some(name))
            .find_map(|(_, span)| *span)
    }
}

impl Compiled {
    /// The matches in a text, at most so many, with their groups. A whole-value expression
    /// with complement or intersection has no groups but the match.
    fn find(&self, text: &str, limit: usize) -> Vec<Found> {
        match &self.matcher {
            Matcher::Backtracking { regex, .. } => {
                let names = Rc::new(owned(regex.capture_names()));
                let mut all = Vec::new();
                for captures in regex.captures_iter(text).take(limit) {
                    let Ok(captures) = captures else { break };
                    let spans = (0..names.len())
                        .map(|group| captures.get(group).map(|m| (m.start(), m.end())));
                    all.push(Found {
                        groups: spans.collect(),
                        names: Rc::clone(&names),
                    });
                }
                all
            }
            Matcher::Linear(regex) => {
                let names = Rc::new(owned(regex.capture_names()));
                let found = regex.captures_iter(text).take(limit);
                found
                    .map(|captures| Found {
                        groups: captures
                            .iter()
                            .map(|group| group.map(|m| (m.start(), m.end())))
                            .collect(),
                        names: Rc::clone(&names),
                    })
                    .collect()
            }
            Matcher::Lucene(pattern) => {
                let whole = pattern.is_match(text).then(|| Found {
                    groups: vec![Some((0, text.len()))],
                    names: Rc::new(vec![None]),
                });
                whole.into_iter().take(limit).collect()
            }
        }
    }
}

fn owned<'n>(names: impl Iterator<Item = Option<&'n str>>) -> Vec<Option<Text>> {
    names.map(|name| name.map(Text::new)).collect()
}

/// Compiles an expression of any dialect. Lucene expressions match whole values whatever the
/// flag says, know no anchors, and their case flag leaves character ranges as they are.
///
/// # Errors
/// The expression is malformed, too large, or asks for what the dialect does not have.
pub fn compile(regex: &Regex) -> Result<Compiled, RegexError> {
    if regex.text.len() > MAX_REGEX {
        return Err(RegexError::whole(format!(
            "regular expression of {} bytes, expected at most {MAX_REGEX}",
            regex.text.len()
        )));
    }
    let matcher = match regex.dialect {
        Dialect::Pcre => Matcher::Backtracking {
            regex: Box::new(pcre(regex)?),
            before_newline: !regex.multi_line && !regex.whole && regex.text.contains('$'),
        },
        Dialect::Re2 => Matcher::Linear(linear(&re2::translated(&anchored(regex)), regex)?),
        Dialect::Lucene => lucene(regex)?,
    };
    Ok(Compiled { matcher })
}

/// The text with anchors around it where the whole value must match.
fn anchored(regex: &Regex) -> String {
    if regex.whole {
        format!("\\A(?:{})\\z", regex.text)
    } else {
        regex.text.to_string()
    }
}

fn pcre(regex: &Regex) -> Result<fancy_regex::Regex, RegexError> {
    fancy_regex::RegexBuilder::new(&anchored(regex))
        .case_insensitive(regex.case_insensitive)
        .multi_line(regex.multi_line)
        .dot_matches_new_line(regex.dot_all)
        .backtrack_limit(MAX_STEPS)
        .delegate_size_limit(MAX_COMPILED)
        .build()
        .map_err(|error| RegexError::whole(one_line(&error.to_string())))
}

fn linear(text: &str, regex: &Regex) -> Result<regex::Regex, RegexError> {
    regex::RegexBuilder::new(text)
        .case_insensitive(regex.case_insensitive)
        .multi_line(regex.multi_line)
        .dot_matches_new_line(regex.dot_all)
        .size_limit(MAX_COMPILED)
        .build()
        .map_err(|error| RegexError::whole(one_line(&error.to_string())))
}

fn lucene(regex: &Regex) -> Result<Matcher, RegexError> {
    let pattern = LucenePattern::parse(&regex.text, regex.case_insensitive)?;
    let Some(text) = pattern.to_regex() else {
        return Ok(Matcher::Lucene(pattern));
    };
    regex::RegexBuilder::new(&text)
        .size_limit(MAX_COMPILED)
        .build()
        .map(Matcher::Linear)
        .map_err(|error| RegexError::whole(one_line(&error.to_string())))
}

/// A library's message in the diagnostics' voice: its last line names the problem, after what
/// kind of error it is.
fn one_line(message: &str) -> String {
    let last = message.lines().last().unwrap_or(message).trim();
    let problem = last.rsplit_once(": ").map_or(last, |(_, problem)| problem);
    let mut chars = problem.chars();
    let first = chars.next().map(|c| c.to_ascii_lowercase());
    first.into_iter().chain(chars).collect()
}

/// Expressions compiled during one run. One that does not compile matches nothing.
#[derive(Default)]
pub(crate) struct Cache {
    compiled: RefCell<BTreeMap<Regex, Option<Rc<Compiled>>>>,
}

impl Cache {
    /// Whether a text matches.
    pub(crate) fn matches(&self, regex: &Regex, text: &str) -> bool {
        self.compiled(regex)
            .is_some_and(|compiled| compiled.is_match(text))
    }

    /// The compiled form of an expression, if it has one.
    pub(crate) fn compiled(&self, regex: &Regex) -> Option<Rc<Compiled>> {
        let found = self.compiled.borrow().get(regex).cloned();
        found.unwrap_or_else(|| {
            let fresh = compile(regex).ok().map(Rc::new);
            self.compiled
                .borrow_mut()
                .insert(regex.clone(), fresh.clone());
            fresh
        })
    }

    /// The matches in a text, at most so many; `None` when the expression does not compile.
    pub(crate) fn find(&self, regex: &Regex, text: &str, limit: usize) -> Option<Vec<Found>> {
        Some(self.compiled(regex)?.find(text, limit))
    }

    /// Whether a text matches a list's entry, read as PCRE.
    pub(crate) fn matches_entry(&self, entry: &Text, case: Case, text: &str) -> bool {
        let regex = Regex {
            text: entry.clone(),
            dialect: Dialect::Pcre,
            case_insensitive: case != Case::Sensitive,
            multi_line: false,
            dot_all: false,
            whole: false,
        };
        self.matches(&regex, text)
    }
}

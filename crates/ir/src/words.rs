//! Tests of the words of a text, as full-text indices see them.

use crate::{Pattern, Text};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A phrase test: the value, cut into words by the analyzer, holds words that fit `words`, side
/// by side and in order. No words at all fit nothing.
#[derive(
    Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
pub struct Words {
    /// The phrase as the rule writes it, unescaped.
    pub text: Text,
    /// One pattern per word; case-insensitive.
    pub words: Vec<Pattern>,
    /// How texts are cut into words.
    pub analyzer: Analyzer,
}

/// How a full-text index cuts a text into words.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Analyzer {
    /// Elasticsearch's standard analyzer, after the default word boundaries of Unicode: letters,
    /// digits and `_` make words; one of `. : '` between letters, or `. , ; '` between digits,
    /// does not end one.
    Standard,
    /// The analyzer of PowerShell script blocks: maximal runs of ASCII letters, ASCII digits, `_`
    /// and `-`.
    PowerShell,
}

impl Analyzer {
    /// The words of `text`, in order, as they stand in it.
    pub fn words(self, text: &str) -> Vec<&str> {
        let mut found = Vec::new();
        let mut start = None;
        let mut before: Option<char> = None;
        for (at, c) in text.char_indices() {
            let after = text[at + c.len_utf8()..].chars().next();
            if self.continues(before.filter(|_| start.is_some()), c, after) {
                start.get_or_insert(at);
            } else if let Some(from) = start.take() {
                found.push(&text[from..at]);
            }
            before = Some(c);
        }
        found.extend(start.map(|from| &text[from..]));
        found
    }

    /// Whether `c`, between its neighbours, is part of a word; `before` is `None` outside words.
    fn continues(self, before: Option<char>, c: char, after: Option<char>) -> bool {
        match self {
            Self::PowerShell => c.is_ascii_alphanumeric() || matches!(c, '_' | '-'),
            Self::Standard => {
                if c.is_alphanumeric() || c == '_' {
                    return true;
                }
                let (Some(before), Some(after)) = (before, after) else {
                    return false;
                };
                let letters = before.is_alphabetic() && after.is_alphabetic();
                let digits = before.is_numeric() && after.is_numeric();
                (letters && matches!(c, '.' | ':' | '\''))
                    || (digits && matches!(c, '.' | ',' | ';' | '\''))
            }
        }
    }
}

impl Words {
    /// Whether the words of `value` hold the phrase; `fits` says whether one word fits a pattern.
    pub fn found_in(&self, value: &str, fits: impl Fn(&Pattern, &str) -> bool) -> bool {
        if self.words.is_empty() {
            return false;
        }
        let words = self.analyzer.words(value);
        words.windows(self.words.len()).any(|window| {
            std::iter::zip(&self.words, window).all(|(pattern, word)| fits(pattern, word))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{Analyzer, Words};
    use crate::{Case, Pattern, Shape};

    #[test]
    fn powershell_words_keep_hyphens_and_underscores() {
        assert_eq!(
            Analyzer::PowerShell.words("[Ref].Assembly; New-Object my_var é"),
            ["Ref", "Assembly", "New-Object", "my_var"]
        );
    }

    #[test]
    fn standard_words_follow_unicode_boundaries() {
        assert_eq!(
            Analyzer::Standard.words("it's cmd.exe /c 1,5 a-b_c. x."),
            ["it's", "cmd.exe", "c", "1,5", "a", "b_c", "x"]
        );
    }

    #[test]
    fn a_phrase_is_words_side_by_side() {
        let phrase = Words {
            text: "net user".into(),
            words: ["net", "user"]
                .map(|word| Pattern::equals(word, Case::Insensitive))
                .into(),
            analyzer: Analyzer::Standard,
        };
        let fits = |pattern: &Pattern, word: &str| matches!(pattern.shape(), Shape::Equals(text) if text.eq_ignore_ascii_case(word));
        assert!(phrase.found_in("C:\\Net, User bob", fits));
        assert!(!phrase.found_in("net local user", fits));
        assert!(!phrase.found_in("net users", fits));
    }
}

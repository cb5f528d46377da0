//! Whether columns of unknown value decide anything.
//!
//! `ENRICH` and `COMPLETION` add columns from elsewhere. When later commands only show them, or
//! compute with them what is only shown, the query finds the same rows without them.

use super::super::ast::{Assignment, Command, CommandKind};
use super::Lowering;
use tripline_ir::Text;
use tripline_text::Span;

impl Lowering<'_> {
    /// Whether a later command finds other rows, or other groups, by what these columns hold.
    pub(super) fn decides(&self, names: Vec<Text>, later: &[Command]) -> bool {
        let mut unknown = names;
        for (at, command) in later.iter().enumerate() {
            match &command.kind {
                CommandKind::Keep(_) | CommandKind::Drop(_) => {}
                CommandKind::Eval(assigned) => self.assign(assigned, &mut unknown),
                CommandKind::Rename(pairs) => {
                    for (old, new) in pairs {
                        for name in unknown.iter_mut().filter(|name| **name == old.text) {
                            *name = new.text.clone();
                        }
                    }
                }
                CommandKind::Dissect { input, pattern, .. }
                    if self.mentions(input.span(), &unknown) =>
                {
                    unknown.extend(captured(&pattern.text));
                }
                CommandKind::Grok { input, patterns } if self.mentions(input.span(), &unknown) => {
                    unknown.extend(patterns.iter().flat_map(|one| captured(&one.text)));
                }
                CommandKind::Completion { target, prompt }
                    if self.mentions(prompt.span(), &unknown) =>
                {
                    let name = target.as_ref().map(|name| name.text.clone());
                    unknown.push(name.unwrap_or_else(|| "completion".into()));
                }
                // The order decides only what a limit behind it keeps.
                CommandKind::Sort(_) if !later[at..].iter().any(limits) => {}
                _ if self.mentions(command.span, &unknown) => return true,
                _ => {}
            }
        }
        false
    }

    /// What is computed of an unknown value is unknown; what is computed anew of others is not.
    fn assign(&self, assigned: &[Assignment], unknown: &mut Vec<Text>) {
        for one in assigned {
            let name = self.assigned_name(one);
            let depends = self.mentions(one.value.span(), unknown);
            unknown.retain(|own| *own != name);
            if depends {
                unknown.push(name);
            }
        }
    }

    /// Whether the text of a place holds one of the names as a word.
    fn mentions(&self, span: Span, names: &[Text]) -> bool {
        let text = self.source.slice(span);
        names.iter().any(|name| mentions(text, name))
    }
}

fn limits(command: &Command) -> bool {
    let kind = &command.kind;
    matches!(kind, CommandKind::Limit { .. } | CommandKind::Fork(_))
}

fn mentions(text: &str, name: &str) -> bool {
    let word = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | '@');
    text.match_indices(name)
        .any(|(at, _)| !text[..at].ends_with(word) && !text[at + name.len()..].starts_with(word))
}

/// The columns that a pattern of `DISSECT` (`%{name}`) or `GROK` (`%{WORD:name:int}`) sets.
fn captured(pattern: &str) -> Vec<Text> {
    let keys = pattern.split("%{").skip(1);
    let keys = keys.filter_map(|rest| rest.split_once('}').map(|(key, _)| key));
    let names = keys.map(|key| {
        let name = key.split(':').nth(1).unwrap_or(key);
        name.trim_matches(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '.' | '@')))
    });
    names
        .filter(|name| !name.is_empty())
        .map(Text::from)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{captured, mentions};

    #[test]
    fn names_of_patterns() {
        assert_eq!(
            captured("verdict=%{Esql.verdict} %{?skip}"),
            ["Esql.verdict", "skip"]
        );
        assert_eq!(
            captured("%{IP:src.ip} %{WORD} %{INT:n:int}"),
            ["src.ip", "WORD", "n"]
        );
    }

    #[test]
    fn names_as_words() {
        assert!(mentions("a == 1 AND b == 2", "b"));
        assert!(!mentions("ab == 1 AND b.c == 2", "b"));
    }
}

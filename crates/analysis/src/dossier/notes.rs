//! Rules' investigation notes (Markdown) in steps.

use super::actors::has_word;

/// What a step of a note is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// What to find out.
    Investigate,
    /// What is harmless.
    FalsePositive,
    /// What to do about it.
    Respond,
}

/// A step of a note.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Step {
    pub(super) part: Part,
    /// Markdown, on one line.
    pub(super) text: String,
}

/// The steps of a note: the items of lists, and the paragraphs, under headings that say what they
/// are about. An item or paragraph that only introduces others (it ends with a colon, or is a name
/// in bold and nothing else) stands before each item of theirs.
pub(super) fn steps(note: &str) -> Vec<Step> {
    let mut reader = Notes::default();
    for line in note.lines() {
        reader.line(line);
    }
    for step in &mut reader.steps {
        match step.part {
            Part::Respond if is_for_the_harmless(&step.text) => step.part = Part::FalsePositive,
            Part::FalsePositive if is_for_the_harmful(&step.text) => step.part = Part::Respond,
            _ => {}
        }
    }
    reader.steps
}

/// Whether a step says what to do when nothing was wrong: `If confirmed benign, ...`.
fn is_for_the_harmless(text: &str) -> bool {
    let words = [
        "benign",
        "false positive",
        "legitimate",
        "expected",
        "authorized",
    ];
    condition(text).is_some_and(|condition| {
        !condition.contains(" not ")
            && !condition.contains("cannot")
            && words.iter().any(|word| has_word(&condition, word))
            && !is_for_the_harmful(text)
    })
}

/// Whether a step says what to do when something is wrong: `If unauthorized, ...`.
fn is_for_the_harmful(text: &str) -> bool {
    let words = ["unauthorized", "malicious", "suspicious", "compromised"];
    let denied = ["not authorized", "not legitimate", "not expected"];
    condition(text).is_some_and(|condition| {
        let says =
            !condition.contains(" not ") && words.iter().any(|word| has_word(&condition, word));
        says || denied.iter().any(|words| condition.contains(words))
    })
}

/// What a step that begins with `If` depends on, folded.
fn condition(text: &str) -> Option<String> {
    let condition = text.split([',', ';']).next().unwrap_or_default();
    let condition = condition.to_lowercase();
    condition.starts_with("if ").then_some(condition)
}

#[derive(Default)]
struct Notes {
    part: Option<Part>,
    fenced: bool,
    /// Indentation and text of items that introduce others.
    above: Vec<(usize, String)>,
    /// Indentation and text of the steps that the next item may stand below.
    outer: Vec<(usize, String)>,
    open: bool,
    /// Indentation of the question above.
    asked: Option<usize>,
    steps: Vec<Step>,
}

impl Notes {
    fn line(&mut self, line: &str) {
        let text = line.trim();
        if text.starts_with("```") {
            self.fenced = !self.fenced;
        }
        if self.fenced || text.starts_with("```") || text.starts_with('>') {
            return;
        }
        if text.is_empty() {
            self.open = false;
            return;
        }
        if text.starts_with('#') {
            self.part = part(text.trim_start_matches('#'));
            self.above.clear();
            self.outer.clear();
            self.asked = None;
            self.open = false;
            return;
        }
        let Some(part) = self.part else {
            return;
        };
        let indent = line.len() - line.trim_start().len();
        match item(text) {
            Some(item) => self.item(part, indent, item),
            None => self.prose(part, text),
        }
    }

    fn item(&mut self, part: Part, indent: usize, item: &str) {
        self.above.retain(|(above, _)| *above < indent);
        self.outer.retain(|(outer, _)| *outer < indent);
        self.open = false;
        let item = without_widgets(item);
        let item = item.trim();
        if item.is_empty() {
            return;
        }
        if self.question(indent, item) {
            return;
        }
        if let Some(introduction) = introduction(item) {
            self.above.push((indent, introduction.to_owned()));
            return;
        }
        let text = match self.introduced(item) {
            Some(introduction) => format!("{introduction}: {item}"),
            None => item.to_owned(),
        };
        self.outer.push((indent, item.to_owned()));
        self.steps.push(Step { part, text });
        self.open = true;
    }

    /// What stands before an item: what introduces it, or the step that it is below when it begins
    /// with a thing and not with what to do (`` `user.name` is an administrator ``).
    fn introduced(&self, item: &str) -> Option<&str> {
        let above = self.above.last();
        let outer = self.outer.last().filter(|_| item.starts_with('`'));
        match (above, outer) {
            (Some((above, _)), Some((outer, text))) if outer > above => Some(text),
            (Some((_, text)), _) | (None, Some((_, text))) => Some(text),
            (None, None) => None,
        }
        .map(|text| text.trim_end_matches('.'))
    }

    /// A question takes the `Focus:` below it into its own step; what follows from the answers
    /// (`Implication:`, `Hint:`) is left to the rule's own page.
    fn question(&mut self, indent: usize, item: &str) -> bool {
        let below = self.asked.is_some_and(|asked| indent > asked);
        if !below {
            self.asked = item.ends_with('?').then_some(indent);
            return false;
        }
        let Some((label, focus)) = item.split_once(": ") else {
            return false;
        };
        match (label, self.steps.last_mut()) {
            ("Focus", Some(last)) => {
                let names_things = focus.starts_with('`') || focus.starts_with("the ");
                last.text
                    .push_str(if names_things { " Look at " } else { " " });
                let mut letters = focus.chars();
                if let Some(first) = letters.next().filter(|_| !names_things) {
                    last.text.extend(first.to_uppercase());
                    last.text.push_str(letters.as_str());
                } else {
                    last.text.push_str(focus);
                }
                true
            }
            ("Implication" | "Hint" | "Note" | "Why", _) => true,
            _ => false,
        }
    }

    fn prose(&mut self, part: Part, text: &str) {
        if text.starts_with("**") && introduction(text).is_some() {
            self.open = false;
            self.above.clear();
            return;
        }
        match self.steps.last_mut().filter(|_| self.open) {
            Some(last) => {
                last.text.push(' ');
                last.text.push_str(text);
            }
            None if text.ends_with(':') => {}
            None => {
                self.steps.push(Step {
                    part,
                    text: text.to_owned(),
                });
                self.open = true;
            }
        }
    }
}

/// The text of what only introduces others: `Look at:`, `**Scope**`, `**Scope**:`.
fn introduction(text: &str) -> Option<&str> {
    let bare = text.strip_suffix(':').unwrap_or(text);
    let name = bare
        .strip_prefix("**")
        .and_then(|rest| rest.strip_suffix("**"))
        .map(|name| name.trim_end_matches(':'))
        .filter(|name| !name.contains("**"));
    name.or_else(|| text.strip_suffix(':'))
}

/// What the text under a heading is about.
fn part(heading: &str) -> Option<Part> {
    let heading = heading.to_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| heading.contains(word));
    if has(&["false positive"]) {
        Some(Part::FalsePositive)
    } else if has(&["response", "remediation", "containment"]) {
        Some(Part::Respond)
    } else if has(&[
        "investigation step",
        "triage checklist",
        "investigation guide",
        "next steps",
        "validation",
    ]) {
        Some(Part::Investigate)
    } else {
        None
    }
}

/// The text without the marks in whose place Elastic shows a query: `$osquery_0`,
/// `$investigate_1`, `!{...}`.
fn without_widgets(text: &str) -> String {
    let words = text.split(' ').filter(|word| {
        !(word.starts_with("$osquery")
            || word.starts_with("$investigate")
            || word.starts_with("!{"))
    });
    words.collect::<Vec<_>>().join(" ")
}

fn item(text: &str) -> Option<&str> {
    let bullet = ["- ", "* ", "+ ", "• "];
    if let Some(item) = bullet.iter().find_map(|bullet| text.strip_prefix(bullet)) {
        return Some(item.trim());
    }
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let rest = text.get(digits..).filter(|_| (1..=2).contains(&digits))?;
    rest.strip_prefix(". ")
        .or_else(|| rest.strip_prefix(") "))
        .map(str::trim)
}

#[cfg(test)]
mod tests {
    use super::{Part, steps};

    #[test]
    fn a_question_with_what_to_look_at() {
        let note = "#### Possible investigation steps\n- Who started it?\n  - Focus: `a` and `b`. \
            $investigate_0\n  - Implication: bad.\n- Next.\n";
        let found: Vec<String> = steps(note).into_iter().map(|step| step.text).collect();
        assert_eq!(found, ["Who started it? Look at `a` and `b`.", "Next."]);
    }

    #[test]
    fn a_thing_below_a_step_is_said_with_it() {
        let note = "### Triage checklist\n- Confirm the grant.\n    - `protocol` is `code`.\n    \
            - Look for others.\n- Next.\n";
        let found: Vec<String> = steps(note).into_iter().map(|step| step.text).collect();
        let expected = [
            "Confirm the grant.",
            "Confirm the grant: `protocol` is `code`.",
            "Look for others.",
            "Next.",
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn a_name_in_bold_introduces_what_is_below_it() {
        let note = "### False positive analysis\n- **Known accounts**\n  - Partners.\n  - Tests.\n\
            - **Automation:** it deploys.\n**Scope**\n- Other hosts.\n";
        let found: Vec<String> = steps(note).into_iter().map(|step| step.text).collect();
        let expected = [
            "Known accounts: Partners.",
            "Known accounts: Tests.",
            "**Automation:** it deploys.",
            "Other hosts.",
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn a_note_in_steps() {
        let note = "## Triage and analysis\n\nIntroduction.\n\n### Possible investigation steps\n\n\
            - Look at `a`,\n  and b.\n- Examine:\n  - files\n    - $osquery_0\n  - services\n\
            1. Numbered.\n\n```\n- no step\n```\n\n### False positive analysis\n\nBackup tools.\n\n\
            - If unauthorized, revoke the token.\n\n\
            ### Response and remediation\n* Isolate.\n* If confirmed benign, undo it.\n\
            * If it cannot be shown to be benign, isolate.\n* If unauthorized, revoke it.\n\
            * If the user is legitimate but the logon suspicious, reset it.\n\n### Related rules\n- x\n";
        let found: Vec<(Part, String)> = steps(note)
            .into_iter()
            .map(|step| (step.part, step.text))
            .collect();
        let step = |part, text: &str| (part, text.to_owned());
        let expected = [
            step(Part::Investigate, "Look at `a`, and b."),
            step(Part::Investigate, "Examine: files"),
            step(Part::Investigate, "Examine: services"),
            step(Part::Investigate, "Numbered."),
            step(Part::FalsePositive, "Backup tools."),
            step(Part::Respond, "If unauthorized, revoke the token."),
            step(Part::Respond, "Isolate."),
            step(Part::FalsePositive, "If confirmed benign, undo it."),
            step(
                Part::Respond,
                "If it cannot be shown to be benign, isolate.",
            ),
            step(Part::Respond, "If unauthorized, revoke it."),
            step(
                Part::Respond,
                "If the user is legitimate but the logon suspicious, reset it.",
            ),
        ];
        assert_eq!(found, expected);
    }
}

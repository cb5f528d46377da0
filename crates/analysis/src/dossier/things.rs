//! What a rule reads, as a note would name it.

use super::actors::has_word;
use tripline_catalog::facts::RuleFacts;

/// What a rule reads, as its note would write it.
pub(super) struct Things(Vec<String>);

impl Things {
    /// What a rule reads.
    pub(super) fn of(facts: &RuleFacts) -> Self {
        let mut things: Vec<String> = Vec::new();
        for atom in facts.atoms.iter().filter(|atom| !atom.implied) {
            if atom.name.contains(['.', '_']) {
                things.push(atom.name.to_lowercase());
            }
            let letters = |part: &&str| part.chars().filter(|c| c.is_alphabetic()).count() > 2;
            let parts = atom
                .value
                .split(['\\', '/', '*', '?', '"', ' ', '|', '(', ')', ':', '=']);
            let longest = parts.filter(letters).max_by_key(|part| part.len());
            if let Some(value) = longest.filter(|value| value.len() > 3) {
                things.push(value.trim_matches(['.', '-', ',', '\'']).to_lowercase());
            }
        }
        things.retain(|thing| thing.len() > 3 && !ANYWHERE.contains(&thing.as_str()));
        things.sort();
        things.dedup();
        Self(things)
    }

    /// Whether a text names one of them.
    pub(super) fn are_named_in(&self, text: &str) -> bool {
        let text = text.to_lowercase();
        self.0.iter().any(|thing| has_word(&text, thing))
    }
}

/// Values and fields that every note can name.
const ANYWHERE: &[&str] = &[
    "windows",
    "linux",
    "macos",
    "start",
    "process",
    "processes",
    "file",
    "files",
    "true",
    "false",
    "event.type",
    "event.action",
    "event.category",
    "host.os.type",
    "success",
    "failure",
    "user",
    "users",
    "user.name",
    "user.id",
    "host",
    "host.name",
    "host.id",
    "system",
    "system32",
    "creation",
    "change",
    "network",
    "event.outcome",
    "executed",
    "exec",
    "event.dataset",
    "event.module",
    "event.provider",
    "event.code",
    "event.kind",
    "application",
    "applications",
    "executable",
    "command",
    "commands",
    "script",
    "scripts",
    "service",
    "services",
    "access",
    "security",
    "admin",
    "administrator",
    "policy",
    "account",
    "accounts",
    "login",
    "root",
    "temp",
    "local",
    "data",
    "path",
    "name",
    "http",
    "https",
    "shell",
    "remote",
    "tools",
    "configuration",
    "program",
    // Of names of signers.
    "systems",
    "software",
    "technologies",
    "corporation",
    "microsoft",
];

//! The operations that the log source of an analytic names.
//!
//! Its text is free: a list (`CreateUser, AttachUserPolicy`), a list with a sentence behind it
//! (`ConsoleLogin: from a new address`), operations within a sentence (`Cmdlet - New-InboxRule`),
//! prefixes (`Describe* or List*`), or a sentence that names none. Names are those that rules of
//! the catalogue ask for; beside them, a piece of a list that is one word is taken for a name that
//! no rule asks for.

use smol_str::{SmolStr as Text, format_smolstr};
use std::collections::BTreeSet;

/// Providers whose log has one kind of operation, or none: a sentence about it means all of it.
const ONE_KIND: [&str; 4] = ["Entra-SignIn", "Linux-Auth", "Linux-Cron", "Linux-Syslog"];
/// Providers whose operations are verbs in lower case, without anything that tells them from words.
const VERBS: [&str; 1] = ["Kubernetes-Audit"];

/// The keys of the operations of `provider` that a text names; `known` are the keys of events that
/// rules can fire on. Empty when it names none and the log has many.
pub(super) fn named(provider: &str, text: &str, known: &BTreeSet<Text>) -> BTreeSet<Text> {
    let key = |name: &str| format_smolstr!("{provider}/{name}");
    let lower = text.to_lowercase();
    let first = key("");
    let below = known.range(first.clone()..);
    let ids = below
        .map_while(|key| key.strip_prefix(first.as_str()))
        .filter(|id| *id != "*");
    let prefixes: Vec<&str> = words(text)
        .filter_map(|word| word.strip_suffix('*'))
        .collect();
    let begins = |id: &str| {
        let long = prefixes.iter().filter(|prefix| prefix.len() > 2);
        long.copied().any(|prefix| id.starts_with(prefix))
    };
    let mut found: BTreeSet<Text> = ids
        .filter(|id| begins(id) || (tells(provider, id) && mentions(&lower, &id.to_lowercase())))
        .map(key)
        .collect();
    found.extend(pieces(text).into_iter().map(key));
    if found.is_empty() && ONE_KIND.contains(&provider) {
        found.insert(key("*"));
    }
    found
}

/// Whether a name can be told from a word of a sentence.
fn tells(provider: &str, id: &str) -> bool {
    let inner = |c: char| !c.is_ascii_lowercase() && !c.is_ascii_digit();
    VERBS.contains(&provider) || id.chars().skip(1).any(inner)
}

/// Whether a text has a name as whole words; a full stop behind a name is no part of it.
fn mentions(text: &str, name: &str) -> bool {
    let name = name.trim_end_matches('.');
    let apart = |c: Option<char>| !c.is_some_and(|c| c.is_alphanumeric() || c == '_');
    !name.is_empty()
        && text.match_indices(name).any(|(at, _)| {
            let after = &text[at + name.len()..];
            apart(text[..at].chars().next_back()) && apart(after.chars().next())
        })
}

/// The pieces of a text that is a list of names of one word, such as `CreateUser|PassRole`.
fn pieces(text: &str) -> Vec<&str> {
    let names: Vec<&str> = text.split([',', '|']).map(str::trim).collect();
    let plain = |name: &&str| {
        name.len() > 3
            && name.starts_with(|c: char| c.is_ascii_uppercase())
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric())
    };
    if names.iter().all(plain) && text != "None" {
        names
    } else {
        Vec::new()
    }
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_ascii_alphanumeric() && !"*.-_".contains(c))
}

#[cfg(test)]
mod tests {
    use super::named;
    use std::collections::BTreeSet;

    fn of(provider: &str, text: &str, known: &[&str]) -> Vec<String> {
        let key = |id: &&str| format!("{provider}/{id}").into();
        let known: BTreeSet<_> = known.iter().map(key).collect();
        let found = named(provider, text, &known).into_iter();
        let id = |key: smol_str::SmolStr| key[provider.len() + 1..].to_owned();
        found.map(id).collect()
    }

    #[test]
    fn operations_in_lists_and_sentences() {
        let aws = [
            "AssumeRole",
            "AssumeRoleWithSAML",
            "DescribeKey",
            "started",
            "*",
        ];
        let of_aws = |text| of("AWS-CloudTrail", text, &aws);
        assert_eq!(of_aws("CreateUser, PassRole"), ["CreateUser", "PassRole"]);
        assert_eq!(of_aws("AssumeRole: a role started of late"), ["AssumeRole"]);
        assert_eq!(of_aws("sts:assumerolewithsaml"), ["AssumeRoleWithSAML"]);
        assert_eq!(of_aws("Describe* or List* calls"), ["DescribeKey"]);
        let entra = ["Add member to role.", "success"];
        let added = of(
            "Entra-Audit",
            "Success of add member to role, Set-Mailbox",
            &entra,
        );
        assert_eq!(added, ["Add member to role."]);
        let verbs = of(
            "Kubernetes-Audit",
            "create/exec: from a shell",
            &["exec", "get"],
        );
        assert_eq!(verbs, ["exec"]);
    }

    #[test]
    fn a_sentence_means_the_log_only_where_it_has_one_kind_of_record() {
        assert_eq!(of("Entra-SignIn", "Sign-in from a new place", &[]), ["*"]);
        assert!(of("AWS-CloudTrail", "role expansion detected", &["*"]).is_empty());
        assert!(of("AWS-CloudTrail", "None", &["*"]).is_empty());
    }
}

//! Command lines of cloud services to the calls that the service logs.

use super::host::{Draft, Host};
use crate::signals::shell::{Command, Place};
use crate::signals::tables;
use std::collections::BTreeMap;

/// Options of `aws` that stand before the service and take a value.
const AWS_OPTIONS: [&str; 8] = [
    "--profile",
    "--region",
    "--output",
    "--endpoint-url",
    "--query",
    "--cli-read-timeout",
    "--cli-connect-timeout",
    "--ca-bundle",
];

/// Derives the call of one command.
pub(crate) fn call(host: &mut Host, name: &str, command: &Command, at: Place) {
    let words = verbs(command);
    let draft = match name {
        "aws" => aws(&words, command),
        "az" => az(&words),
        _ => gcloud(&words),
    };
    match draft {
        Some(draft) => {
            let why = "the service logs this call".to_owned();
            host.call(Draft {
                place: at,
                why,
                ..draft
            });
        }
        None if words.is_empty() => {}
        None => host.unknown(
            at,
            format!("what `{name} {}` is in the log", words.join(" ")),
        ),
    }
}

/// The words before the first option, options of the program itself left out.
fn verbs(command: &Command) -> Vec<String> {
    let mut found = Vec::new();
    let mut words = command.words.iter().skip(1);
    while let Some(word) = words.next() {
        if AWS_OPTIONS.contains(&word.text.as_str()) && found.is_empty() {
            words.next();
        } else if word.text.starts_with('-') {
            if !found.is_empty() {
                break;
            }
        } else {
            found.push(word.text.clone());
        }
    }
    found
}

fn aws(words: &[String], command: &Command) -> Option<Draft> {
    let [service, operation, ..] = words else {
        return None;
    };
    if matches!(service.as_str(), "configure" | "help" | "sso") || operation == "wait" {
        return None;
    }
    let table = &tables::cloud().aws;
    let both = format!("{service} {operation}");
    let named = table.operations.get(&both).cloned();
    let action = named.unwrap_or_else(|| pascal(operation));
    let source = table.services.get(service).cloned();
    let source = source.unwrap_or_else(|| format!("{service}.amazonaws.com"));
    let mut native = BTreeMap::new();
    for pair in command.words.windows(2) {
        let name = pair[0].text.strip_prefix("--").filter(|_| pair[1].known);
        let is_value = !pair[1].text.starts_with('-');
        if let Some(name) = name.filter(|_| is_value && !AWS_OPTIONS.contains(&&*pair[0].text)) {
            let pascal = pascal(name);
            let mut letters = pascal.chars();
            let first = letters.next().map(|first| first.to_ascii_lowercase());
            let camel: String = first.into_iter().chain(letters).collect();
            native.insert(format!("requestParameters.{camel}"), pair[1].text.clone());
        }
    }
    Some(Draft {
        key: "AWS-CloudTrail/*",
        operation: action.clone(),
        fields: BTreeMap::from([("cloud.api.service", source), ("cloud.api.action", action)]),
        native,
        ..Draft::default()
    })
}

/// `create-access-key` to `CreateAccessKey`.
fn pascal(kebab: &str) -> String {
    let mut out = String::new();
    for part in kebab.split('-').filter(|part| !part.is_empty()) {
        let mut letters = part.chars();
        out.extend(letters.next().map(|first| first.to_ascii_uppercase()));
        out.push_str(letters.as_str());
    }
    if out.is_empty() { "-".to_owned() } else { out }
}

fn az(words: &[String]) -> Option<Draft> {
    let table = &tables::cloud().az;
    let found = longest(words, |text| table.get(text))?;
    let key = if found.log == "entra" {
        "Entra-Audit/*"
    } else {
        "Azure-Activity/*"
    };
    Some(Draft {
        key,
        operation: found.operation.clone(),
        fields: BTreeMap::from([("cloud.api.action", found.operation.clone())]),
        ..Draft::default()
    })
}

fn gcloud(words: &[String]) -> Option<Draft> {
    let table = &tables::cloud().gcloud;
    let found = longest(words, |text| table.get(text))?;
    Some(Draft {
        key: "GCP-Audit/*",
        operation: found.method.clone(),
        fields: BTreeMap::from([
            ("cloud.api.action", found.method.clone()),
            ("cloud.api.service", found.service.clone()),
        ]),
        ..Draft::default()
    })
}

/// What a table says of the longest run of first words that it knows.
fn longest<'t, T>(words: &[String], find: impl Fn(&str) -> Option<&'t T>) -> Option<&'t T> {
    (1..=words.len())
        .rev()
        .find_map(|count| find(&words[..count].join(" ")))
}

//! Narrowing by actions and names of operations.

use crate::narrow::provider_part;
use crate::{CatalogueEvent, Form, Provider, Schema};
use smol_str::{SmolStr as Text, format_smolstr};
use std::collections::BTreeSet;

/// Values of CIM's `action`: kinds of operations and outcomes, no operation's name.
// Source: Splunk's Common Information Model, data models Authentication, Change, Endpoint.
const KINDS: [&str; 17] = [
    "acl_modified",
    "allowed",
    "blocked",
    "cleared",
    "created",
    "deleted",
    "error",
    "failure",
    "locked",
    "lockout",
    "modified",
    "read",
    "started",
    "stopped",
    "success",
    "unlocked",
    "updated",
];

fn is_kind(action: &str) -> bool {
    KINDS.iter().any(|kind| action.eq_ignore_ascii_case(kind))
}

/// What an event says of an action.
#[derive(PartialEq, Eq)]
enum Fit {
    /// It is the event's.
    Yes,
    /// The event has others.
    No,
    /// The event's are not known.
    Open,
}

impl Schema {
    /// The candidates whose action is one of these; where there are none, sources whose operations
    /// are written otherwise, and events of providers of which no actions are known. `None` for
    /// kinds of actions, which any event may be of.
    pub(crate) fn by_action(&self, events: &[Text], actions: &[&str]) -> Option<Vec<Text>> {
        if actions.iter().all(|action| is_kind(action)) {
            return None;
        }
        let mut found = Vec::new();
        let mut open = Vec::new();
        let mut named: BTreeSet<&str> = BTreeSet::new();
        let mut telling: BTreeSet<&str> = BTreeSet::new();
        for key in events {
            for action in actions {
                match self.fit(key, action) {
                    Fit::Yes => {
                        named.insert(action);
                        found.push(key.clone());
                    }
                    Fit::Open => open.push(key.clone()),
                    Fit::No => {
                        telling.insert(provider_part(key));
                    }
                }
            }
        }
        let others = actions.iter().filter(|action| !named.contains(*action));
        let others: Vec<&str> = others.copied().collect();
        for provider in events.iter().filter_map(|key| self.operating(key)) {
            found.extend(
                others
                    .iter()
                    .flat_map(|name| self.operation(provider, name)),
            );
        }
        if found.is_empty() {
            open.retain(|key| key.ends_with("/*") || self.silent(key, &telling));
            return Some(open);
        }
        Some(found)
    }

    /// Whether nothing says that an event of unknown actions has others: no event of its provider has
    /// known ones, or its provider writes several records of one happening.
    fn silent(&self, key: &str, telling: &BTreeSet<&str>) -> bool {
        let provider = provider_part(key);
        let records = self.provider(provider).and_then(|own| own.operations) == Some(Form::Record);
        records || !telling.contains(provider)
    }

    fn fit(&self, key: &str, action: &str) -> Fit {
        let own = |own: &str| own.eq_ignore_ascii_case(action);
        if let Some(event) = self.event(key) {
            let known = || event.ecs_action.iter().chain(&event.defender_action);
            return match known().next() {
                _ if own(&event.id) || known().any(|one| own(one)) => Fit::Yes,
                None => Fit::Open,
                Some(_) => Fit::No,
            };
        }
        let (provider, id) = key.split_once('/').unwrap_or((key, "*"));
        match self.provider(provider).and_then(|known| known.operations) {
            // Operations are looked up by name.
            Some(form) if id == "*" && form.fits(action) => Fit::No,
            Some(_) if id != "*" && own(id) => Fit::Yes,
            Some(_) if id != "*" => Fit::No,
            _ => Fit::Open,
        }
    }

    /// The provider of a `PROVIDER/*` whose operations rules name.
    fn operating(&self, key: &str) -> Option<&Provider> {
        let provider = self.provider(key.strip_suffix("/*")?)?;
        provider.operations.is_some().then_some(provider)
    }

    /// The events of an operation: those of the tables, else one that bears its name.
    fn operation(&self, provider: &Provider, name: &str) -> Vec<Text> {
        let is_it = |event: &CatalogueEvent| {
            let mut actions = event.defender_action.iter();
            let reported = event.defender_table == provider.name && actions.any(|own| own == name);
            reported || (event.provider == provider.name && self.fit(&event.key, name) == Fit::Yes)
        };
        let all = self.events.values().filter(|event| is_it(event));
        let listed: Vec<Text> = all.map(|event| event.key.clone()).collect();
        let written = provider.operations.is_some_and(|form| form.fits(name));
        if listed.is_empty() && written && !name.is_empty() {
            return vec![format_smolstr!("{}/{name}", provider.name)];
        }
        listed
    }
}

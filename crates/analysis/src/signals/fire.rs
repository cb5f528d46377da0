//! Which rules of the catalogue fire on a test's events, and which miss by one test.
//!
//! Whether a rule fires is decided by the law alone, over all events of the test. Rules that
//! cannot fire or nearly fire are left out before: none of their branches' events is there, or at
//! least two of their positive tests fail on every event.

use super::derive::{Draft, Platform};
use super::near;
use super::view::{self, View};
use super::{Fire, NearMiss};
use crate::Index;
use smol_str::{SmolStr as Text, format_smolstr};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;
use tripline_catalog::facts::{AtomFact, Branch, RuleFacts, Tree};
use tripline_ir::law::{Options, Runner};
use tripline_ir::{Class, Detection, Event, Loss, Plan, Value};

/// Most text of an event that the pre-filter looks at, in bytes.
const MAX_VALUE: usize = 1 << 16;

/// One platform's events in every view; a view is made when the first rule looks at it.
pub(super) struct Seen {
    drafts: Vec<Draft>,
    platform: Platform,
    views: [OnceLock<Shown>; View::ALL.len()],
    /// Keys of catalogue events in any view.
    keys: BTreeSet<Text>,
}

/// Events in one view.
#[derive(Default)]
struct Shown {
    events: Vec<Event>,
    /// The same, as the pre-filter looks at them.
    folded: Vec<Folded>,
}

impl Seen {
    pub(super) fn of(drafts: &[Draft], platform: Platform) -> Self {
        let keys = |of| drafts.iter().map(move |draft| view::key(draft, of));
        Self {
            keys: View::ALL.into_iter().flat_map(keys).collect(),
            drafts: drafts.to_vec(),
            platform,
            views: Default::default(),
        }
    }

    fn shown(&self, of: View) -> &Shown {
        self.views[of as usize].get_or_init(|| {
            let events = view::events(&self.drafts, self.platform, of);
            let folded = events.iter().map(Folded::of).collect();
            Shown { events, folded }
        })
    }

    /// The events of a view that a rule is run on, and the place of each in the view. Of a rule
    /// that alerts on single events these are the ones that it may fire on or nearly so.
    fn chosen(&self, of: View, facts: &RuleFacts, plan: &Plan) -> (Vec<usize>, Cow<'_, [Event]>) {
        let Shown {
            events: all,
            folded,
        } = self.shown(of);
        if !single_events(plan) {
            return ((0..all.len()).collect(), Cow::Borrowed(all));
        }
        let places: Vec<usize> = (0..folded.len())
            .filter(|at| likely(facts, &folded[*at]))
            .collect();
        let events = places.iter().map(|at| all[*at].clone()).collect();
        (places, Cow::Owned(events))
    }

    /// The instant of a run: the last event's.
    fn options(&self, of: View) -> Options {
        Options {
            now: self.shown(of).events.last().map(|event| event.time),
            ..Options::default()
        }
    }
}

/// An event as the pre-filter looks at it.
struct Folded {
    /// Its catalogue events.
    keys: Vec<Text>,
    /// Texts of each field in lower case, under its own and its canonical name; `None` for a
    /// value that is no text, or too long.
    values: BTreeMap<Text, Vec<Option<String>>>,
}

impl Folded {
    fn of(event: &Event) -> Self {
        let mut values: BTreeMap<Text, Vec<Option<String>>> = BTreeMap::new();
        for (name, value) in event.canonical.iter().chain(&event.native) {
            let texts = values.entry(name.clone()).or_default();
            texts.extend(value.elements().into_iter().map(|part| match part {
                Value::Text(text) if text.len() <= MAX_VALUE => Some(text.to_lowercase()),
                Value::Text(_) => None,
                other => other.as_text().map(|text| text.to_lowercase()),
            }));
        }
        let source = event.source.as_ref();
        Self {
            keys: source.map_or_else(Vec::new, |source| source.events.clone()),
            values,
        }
    }
}

/// The rules that may fire or nearly fire, by position.
pub(super) fn candidates(index: &Index<'_>, seen: &Seen) -> Vec<u32> {
    let all = 0..u32::try_from(index.catalog.facts.len()).unwrap_or(u32::MAX);
    all.filter(|at| {
        let facts = index.facts(*at);
        let live = !matches!(facts.class, Class::Deprecated | Class::MachineLearning);
        live && asks(facts)
            && facts.events.iter().any(|key| holds_key(&seen.keys, key))
            && possible(facts, seen)
    })
    .collect()
}

/// Whether a rule asks something of an event besides when it was: one that asks nothing fires on
/// whatever a test does.
fn asks(facts: &RuleFacts) -> bool {
    let asked = |branch: &Branch| !free(&branch.tree, facts);
    facts.branches.iter().any(asked)
}

/// Whether an event of any content passes.
fn free(tree: &Tree, facts: &RuleFacts) -> bool {
    match tree {
        Tree::Nothing => true,
        Tree::Atom(at) => {
            let atom = facts.atoms.get(*at as usize);
            atom.is_none_or(|atom| atom.implied || atom.field == "event.time")
        }
        Tree::And(parts) => parts.iter().all(|part| free(part, facts)),
        Tree::Or(parts) => parts.iter().any(|part| free(part, facts)),
    }
}

fn holds_key(keys: &BTreeSet<Text>, key: &Text) -> bool {
    keys.contains(key) || key.ends_with("/*") && keys.iter().any(|own| same_provider(own, key))
}

fn same_provider(a: &str, b: &str) -> bool {
    a.split('/').next() == b.split('/').next()
}

/// Whether at most one positive test of a branch fails on one of the events.
fn possible(facts: &RuleFacts, seen: &Seen) -> bool {
    let views = View::of(&facts.vendor).iter();
    let mut events = views.flat_map(|view| &seen.shown(*view).folded);
    events.any(|event| likely(facts, event))
}

/// Whether at most one positive test of a branch fails on an event.
fn likely(facts: &RuleFacts, event: &Folded) -> bool {
    facts.branches.iter().any(|branch| {
        let sees = branch.events.iter().any(|own| {
            let mut keys = event.keys.iter();
            keys.any(|key| key == own || own.ends_with("/*") && same_provider(own, key))
        });
        sees && failing(&branch.tree, facts, event) <= 1
    })
}

/// The fewest positive tests that must change for the tree to hold.
fn failing(tree: &Tree, facts: &RuleFacts, event: &Folded) -> usize {
    match tree {
        Tree::Nothing => 0,
        Tree::Atom(at) => {
            let atom = facts.atoms.get(*at as usize);
            usize::from(atom.is_some_and(|atom| fails(atom, event)))
        }
        Tree::And(parts) => {
            let mut sum = 0;
            for part in parts {
                sum += failing(part, facts, event);
                if sum > 1 {
                    break;
                }
            }
            sum
        }
        Tree::Or(parts) => {
            let each = parts.iter().map(|part| failing(part, facts, event));
            each.min().unwrap_or(0)
        }
    }
}

/// Whether a positive test certainly fails: its field is not there, or none of its values holds
/// the text in any letter case.
fn fails(atom: &AtomFact, event: &Folded) -> bool {
    if !atom.literal || atom.implied || atom.operator == "missing" {
        return false;
    }
    let plain = |text: &str| !text.is_empty() && !text.contains(['*', '(', ' ', '[']);
    if !plain(&atom.field) || !plain(&atom.name) {
        return false;
    }
    let found = [event.values.get(&atom.field), event.values.get(&atom.name)];
    let mut values = found.into_iter().flatten().flatten().peekable();
    if values.peek().is_none() {
        return true;
    }
    if !matches!(
        atom.operator.as_str(),
        "eq" | "contains" | "starts_with" | "ends_with"
    ) {
        return false;
    }
    let wanted = atom.value.trim_start_matches(['\\', '/']).to_lowercase();
    !values.any(|value| value.as_ref().is_none_or(|text| text.contains(&wanted)))
}

/// What one rule makes of the events.
pub(super) enum Outcome {
    Fires(Fire),
    Near(NearMiss),
    Nothing,
}

/// A rule that is run on the events of several tests.
pub(super) struct Shooter<'r> {
    facts: &'r RuleFacts,
    rule: &'r Detection,
    plan: &'r Plan,
    runner: Runner<'r>,
}

impl<'r> Shooter<'r> {
    /// The rule with these facts; `None` when it could not be read.
    pub(super) fn of(facts: &'r RuleFacts, rule: &'r Detection) -> Option<Self> {
        let plan = rule.plan.as_ref()?;
        Some(Self {
            facts,
            rule,
            plan,
            runner: Runner::new(plan),
        })
    }

    /// Whether the rule fires in some view; of a partial rule, what could be read of it.
    pub(super) fn fires(&self, seen: &Seen) -> bool {
        View::of(&self.facts.vendor).iter().any(|view| {
            let (_, events) = seen.chosen(*view, self.facts, self.plan);
            let alerts = self.runner.run(&events, &seen.options(*view));
            !events.is_empty() && alerts.is_ok_and(|alerts| !alerts.is_empty())
        })
    }

    /// Runs the rule. A rule that fires in no view may miss by one test.
    pub(super) fn run(&self, index: &Index<'_>, seen: &Seen) -> Outcome {
        let views = View::of(&self.facts.vendor).iter();
        let views: Vec<_> = views
            .map(|view| (*view, seen.chosen(*view, self.facts, self.plan)))
            .filter(|(_, (_, events))| !events.is_empty())
            .collect();
        let mut signals: BTreeSet<usize> = BTreeSet::new();
        for (view, (places, events)) in &views {
            let Ok(alerts) = self.runner.run(events, &seen.options(*view)) else {
                return Outcome::Nothing;
            };
            let alerts = alerts.into_iter().flat_map(|alert| alert.events);
            signals.extend(alerts.filter_map(|at| places.get(at).copied()));
        }
        if !signals.is_empty() {
            return Outcome::Fires(self.fire(signals));
        }
        if !single_events(self.plan) {
            return Outcome::Nothing;
        }
        let missed = views.iter().find_map(|(view, (places, events))| {
            let (at, near) = near::near(index, &self.runner, events, &seen.options(*view))?;
            Some((*places.get(at)?, near))
        });
        missed.map_or(Outcome::Nothing, |(signal, (atoms, alternatives))| {
            Outcome::Near(NearMiss {
                rule: self.facts.id.clone(),
                title: self.facts.title.clone(),
                vendor: self.facts.vendor.clone(),
                class: Text::new_static(self.facts.class.name()),
                signal,
                atoms,
                alternatives,
            })
        })
    }

    fn fire(&self, signals: BTreeSet<usize>) -> Fire {
        let facts = self.facts;
        Fire {
            rule: facts.id.clone(),
            title: facts.title.clone(),
            vendor: facts.vendor.clone(),
            class: Text::new_static(facts.class.name()),
            status: Text::new_static(facts.status.name()),
            signals: signals.into_iter().collect(),
            losses: self.rule.losses.iter().map(lost).collect(),
        }
    }
}

fn lost(loss: &Loss) -> Text {
    if loss.detail.is_empty() {
        return loss.reason.phrase().into();
    }
    format_smolstr!("{}: {}", loss.reason.phrase(), loss.detail)
}

/// Whether an alert of the plan is one event that one leaf finds.
fn single_events(plan: &Plan) -> bool {
    match plan {
        Plan::Match(_) => true,
        Plan::Union(parts) | Plan::Append(parts) => parts.iter().all(single_events),
        Plan::Project { input, .. }
        | Plan::Derive { input, .. }
        | Plan::Sort { input, .. }
        | Plan::Named { input, .. } => single_events(input),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::asks;
    use tripline_catalog::facts::facts;
    use tripline_ir::{Detection, Language};
    use tripline_languages::{Context, lower};
    use tripline_schema::Schema;
    use tripline_text::Source;

    #[test]
    fn a_rule_that_asks_nothing_is_told_from_one_that_does() {
        let schema = Schema::builtin();
        let asks = |query: &str| {
            let source = Source::new("rule", query);
            let lowered = lower(Language::Kusto, &source, &Context::new(schema));
            let mut rule = Detection::new("kusto", Language::Kusto);
            rule.plan = lowered.plan;
            asks(&facts(&rule, schema, &|id: &str| id.into()))
        };
        assert!(!asks(
            "DeviceProcessEvents | where Timestamp > ago(7d) | take 10"
        ));
        assert!(!asks("DeviceProcessEvents | summarize count() by FileName"));
        assert!(!asks("DeviceProcessEvents | where FileName != 'a.exe'"));
        assert!(asks("DeviceProcessEvents | where FileName == 'a.exe'"));
        assert!(asks("SecurityEvent | where EventID == 1102"));
    }
}

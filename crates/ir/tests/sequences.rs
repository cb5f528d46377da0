//! The state machine of sequences: each example of the semantics, and invariants.

use proptest::prelude::*;
use tripline_ir::arbitrary::{events, sequence};
use tripline_ir::law::{Options, run};
use tripline_ir::{
    Atom, Case, Event, Expr, FieldRef, Key, Match, Pattern, Plan, Predicate, SECOND, Sample,
    Sequence, Source, Span, Step, Test, Value,
};

/// Events `TYPE[KEY]@SECONDS`, separated by blanks; without a time they are a second apart.
fn history(text: &str) -> Vec<Event> {
    let mut clock = 0;
    let parse = |word: &str| {
        let (name, time) = word.split_once('@').unwrap_or((word, ""));
        clock = time.parse().map_or(clock + SECOND, |s: i64| s * SECOND);
        let mut event = Event {
            time: clock,
            ..Event::default()
        };
        event.native.insert("type".into(), Value::from(&name[..1]));
        if name.len() > 1 {
            event.native.insert("user".into(), Value::from(&name[1..]));
        }
        event
    };
    text.split_whitespace().map(parse).collect()
}

fn find(name: &str) -> Match {
    let test = Test::Pattern(Pattern::equals(name, Case::Sensitive));
    let atom = Atom::field(FieldRef::unmapped("type"), test, Span::default());
    Match {
        source: Source::default(),
        predicate: if name == "*" {
            Predicate::True
        } else {
            Predicate::atom(atom)
        },
    }
}

/// A step: `A`, `*` (any event), `!A` (missing), `A3` (three runs).
fn step(text: &str, by: &[Key]) -> Step {
    let name = text.trim_start_matches('!');
    Step {
        find: find(&name[..1]),
        by: by.to_vec(),
        runs: name[1..].parse().unwrap_or(1),
        missing: text.starts_with('!'),
    }
}

fn user(optional: bool) -> Vec<Key> {
    vec![Key {
        value: Expr::Field(FieldRef::unmapped("user")),
        optional,
    }]
}

fn machine(steps: &str, by: &[Key]) -> Sequence {
    Sequence {
        steps: steps.split_whitespace().map(|s| step(s, by)).collect(),
        until: None,
        max_span: None,
    }
}

fn matches(plan: &Plan, events: &[Event]) -> Vec<Vec<usize>> {
    let alerts = run(plan, events, &Options::default()).unwrap();
    alerts.into_iter().map(|alert| alert.events).collect()
}

fn sequence_matches(steps: &str, events: &str) -> Vec<Vec<usize>> {
    matches(&Plan::Sequence(machine(steps, &[])), &history(events))
}

fn within(seconds: i64, steps: &str, events: &str) -> Vec<Vec<usize>> {
    let mut machine = machine(steps, &[]);
    machine.max_span = Some(seconds * SECOND);
    matches(&Plan::Sequence(machine), &history(events))
}

#[test]
fn a_newer_start_replaces_the_older() {
    assert_eq!(sequence_matches("A B", "A A B"), [[1, 2]]);
}

#[test]
fn a_complete_match_leaves() {
    assert_eq!(sequence_matches("A B", "A A B B"), [[1, 2]]);
}

#[test]
fn every_pair_matches_in_turn() {
    assert_eq!(sequence_matches("A B", "A B A B"), [[0, 1], [2, 3]]);
}

#[test]
fn a_later_start_does_not_disturb_a_match_that_is_further() {
    assert_eq!(sequence_matches("A B C", "A B A C"), [[0, 1, 3]]);
}

#[test]
fn a_step_is_taken_by_the_first_event_that_fits() {
    assert_eq!(sequence_matches("A B C", "A B B C"), [[0, 1, 3]]);
}

#[test]
fn the_last_event_of_one_match_may_start_another() {
    assert_eq!(sequence_matches("* *", "A A A"), [[0, 1], [1, 2]]);
}

#[test]
fn max_span_is_inclusive_and_runs_from_first_to_last() {
    assert_eq!(within(2, "A B", "A@0 B@2"), [[0, 1]]);
    assert!(within(2, "A B C", "A@0 B@2 C@3").is_empty());
    let mut events = history("A@0 B@2");
    events[1].time += 1;
    let mut machine = machine("A B", &[]);
    machine.max_span = Some(2 * SECOND);
    assert!(matches(&Plan::Sequence(machine), &events).is_empty());
}

#[test]
fn events_of_one_time_stand_in_order_of_the_list() {
    assert_eq!(sequence_matches("A B", "A@5 B@5"), [[0, 1]]);
    assert!(sequence_matches("A B", "B@5 A@5").is_empty());
}

#[test]
fn events_are_taken_in_order_of_time_not_of_the_list() {
    assert_eq!(sequence_matches("A B", "B@9 A@1"), [[0, 1]]);
}

#[test]
fn until_drops_what_waits_and_not_what_is_complete() {
    let mut machine = machine("A B", &[]);
    machine.until = Some(step("U", &[]));
    let plan = Plan::Sequence(machine.clone());
    assert!(matches(&plan, &history("A U B")).is_empty());
    assert_eq!(matches(&plan, &history("A B U")), [[0, 1]]);
    assert_eq!(matches(&plan, &history("A U A B")), [[2, 3]]);
    // An event that is also the first step drops what waits and starts anew.
    machine.until = Some(step("A", &[]));
    assert_eq!(
        matches(&Plan::Sequence(machine.clone()), &history("A A B")),
        [[1, 2]]
    );
    machine.until = Some(step("B", &[]));
    assert!(matches(&Plan::Sequence(machine), &history("A B")).is_empty());
}

#[test]
fn until_drops_only_its_own_key() {
    let mut machine = machine("A B", &user(false));
    machine.until = Some(step("U", &user(false)));
    let plan = Plan::Sequence(machine);
    assert_eq!(matches(&plan, &history("Ax Ay Ux Bx By")), [[1, 4]]);
}

#[test]
fn runs_repeat_a_step() {
    assert_eq!(sequence_matches("A3", "A A A"), [[0, 1, 2]]);
    assert_eq!(sequence_matches("A2 B", "A B A B"), [[0, 2, 3]]);
    assert!(sequence_matches("A3 B", "A A B").is_empty());
}

#[test]
fn keys_keep_apart_and_case_counts() {
    let plan = Plan::Sequence(machine("A B", &user(false)));
    assert_eq!(matches(&plan, &history("Ax Ay Bx By")), [[0, 2], [1, 3]]);
    assert!(matches(&plan, &history("Ax BX")).is_empty());
}

#[test]
fn an_event_without_a_key_takes_part_only_when_the_key_is_optional() {
    let strict = Plan::Sequence(machine("A B", &user(false)));
    assert!(matches(&strict, &history("A B")).is_empty());
    let optional = Plan::Sequence(machine("A B", &user(true)));
    assert_eq!(matches(&optional, &history("A Ax B")), [[0, 2]]);
}

#[test]
fn keys_of_an_alert_are_named() {
    let plan = Plan::Sequence(machine("A B", &user(false)));
    let alerts = run(&plan, &history("Ax Bx"), &Options::default()).unwrap();
    assert_eq!(alerts[0].keys["user"], Value::from("x"));
}

#[test]
fn a_missing_middle_step() {
    assert_eq!(within(9, "A !M B", "A B"), [[0, 1]]);
    assert!(within(9, "A !M B", "A M B").is_empty());
    // The search falls back to a later start.
    assert_eq!(within(9, "A !M B", "A M A B"), [[2, 3]]);
    // Only strictly between: before and after do not count.
    assert_eq!(within(9, "A !M B", "M A B M"), [[1, 2]]);
}

#[test]
fn a_missing_step_that_a_neighbour_also_fits_is_not_between() {
    assert_eq!(within(9, "A !B B", "A B"), [[0, 1]]);
    assert_eq!(within(9, "A !A B", "A A B"), [[1, 2]]);
}

#[test]
fn a_missing_first_step() {
    assert_eq!(within(3, "!M A B", "A B"), [[0, 1]]);
    assert!(within(3, "!M A B", "M@0 A@3 B@4").is_empty());
    assert_eq!(within(3, "!M A B", "M@0 A@4 B@5"), [[1, 2]]);
}

#[test]
fn a_missing_last_step() {
    assert_eq!(within(3, "A B !M", "A@0 B@1 M@4"), [[0, 1]]);
    assert!(within(3, "A B !M", "A@0 B@1 M@3").is_empty());
    assert_eq!(within(3, "A B !M", "A@0 M@1 B@2"), [[0, 2]]);
}

#[test]
fn missing_steps_look_at_their_own_key() {
    let mut machine = machine("A !M B", &user(false));
    machine.max_span = Some(9 * SECOND);
    let plan = Plan::Sequence(machine);
    assert_eq!(matches(&plan, &history("Ax My Bx")), [[0, 2]]);
    assert!(matches(&plan, &history("Ax Mx Bx")).is_empty());
}

#[test]
fn a_sample_takes_one_event_per_step_in_any_order() {
    let by = user(false);
    let sample = Plan::Sample(Sample {
        steps: vec![step("A", &by), step("B", &by)],
    });
    assert_eq!(
        matches(&sample, &history("Bx By Ay Ax@999 Ax")),
        [[1, 2], [0, 3]]
    );
}

#[test]
fn a_sample_gives_each_step_its_own_event() {
    let sample = Plan::Sample(Sample {
        steps: vec![step("*", &[]), step("A", &[])],
    });
    assert_eq!(matches(&sample, &history("A B")), [[0, 1]]);
    assert!(matches(&sample, &history("A")).is_empty());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn matches_are_in_order_within_the_span_and_share_their_key(
        machine in sequence(),
        events in events(),
    ) {
        let length: usize = machine.steps.iter().map(|s| s.runs as usize).sum();
        let plan = Plan::Sequence(machine.clone());
        for alert in run(&plan, &events, &Options::default()).unwrap() {
            prop_assert_eq!(alert.events.len(), length);
            let mut times: Vec<i64> = alert.events.iter().map(|&i| events[i].time).collect();
            times.sort_unstable();
            if let Some(span) = machine.max_span {
                prop_assert!(times[length - 1] - times[0] <= span);
            }
            for key in &machine.steps[0].by {
                let Expr::Field(field) = &key.value else { unreachable!() };
                let texts: Vec<_> = alert
                    .events
                    .iter()
                    .map(|&i| events[i].native.get(&field.name).cloned().unwrap_or(Value::Null))
                    .map(|v| format!("{:?}", v.elements()))
                    .collect();
                let same = texts.iter().all(|t| {
                    *t == texts[0] || t.contains("Int(2)") || t.contains("Float(2.0)")
                });
                prop_assert!(same, "{:?}", texts);
            }
        }
    }

    #[test]
    fn no_event_stands_at_one_place_of_two_matches(machine in sequence(), events in events()) {
        let plan = Plan::Sequence(machine);
        let mut last = Vec::new();
        for alert in run(&plan, &events, &Options::default()).unwrap() {
            let latest = alert.events.iter().max_by_key(|&&i| (events[i].time, i)).copied();
            prop_assert!(!last.contains(&latest));
            last.push(latest);
        }
    }
}

//! The operating system of the events that a branch can fire on: what the rule says of itself, and
//! what the paths that it demands look like. `\cmd.exe` runs on no Linux, `/usr/bin/curl` on no
//! Windows.

use super::{AtomFact, Tree};
use tripline_ir::Text;
use tripline_schema::Schema;

/// Operating systems as the tables call them.
const SYSTEMS: [&str; 3] = ["windows", "linux", "macos"];
const WINDOWS: &[&str] = &["windows"];
const UNIX: &[&str] = &["linux", "macos"];

/// The events of systems that fit. Where none fits, all stay.
pub(super) fn narrowed(
    events: Vec<Text>,
    platforms: &[Text],
    (tree, atoms): (&Tree, &[AtomFact]),
    schema: &Schema,
) -> Vec<Text> {
    let of = |events: Vec<Text>, systems: &[&str]| {
        let kept = schema.narrow(&events, "host.os.type", systems);
        if kept.is_empty() { events } else { kept }
    };
    let events = match demanded(tree, atoms, schema) {
        Some(systems) => of(events, systems),
        None => events,
    };
    let named = |system: &&str| platforms.iter().any(|platform| platform == system);
    let systems: Vec<&str> = SYSTEMS.into_iter().filter(named).collect();
    match systems.len() {
        0 if platforms.is_empty() => events,
        // A service's own platform: no event of a host.
        0 => without_hosts(events, schema),
        // Beside a service's platform the hosts' are not all.
        n if n < platforms.len() => events,
        _ => of(events, &systems),
    }
}

fn without_hosts(events: Vec<Text>, schema: &Schema) -> Vec<Text> {
    let hostless = |key: &&Text| {
        let provider = key.split('/').next().unwrap_or(key);
        schema
            .provider(provider)
            .is_some_and(|provider| provider.os.is_empty())
    };
    let kept: Vec<Text> = events.iter().filter(hostless).cloned().collect();
    if kept.is_empty() { events } else { kept }
}

/// The systems whose paths every event of a branch must have.
fn demanded(tree: &Tree, atoms: &[AtomFact], schema: &Schema) -> Option<&'static [&'static str]> {
    match tree {
        Tree::Nothing => None,
        Tree::Atom(at) => of_path(&atoms[*at as usize], schema),
        Tree::And(parts) => parts.iter().find_map(|part| demanded(part, atoms, schema)),
        Tree::Or(parts) => {
            let mut systems = parts.iter().map(|part| demanded(part, atoms, schema));
            let first = systems.next()??;
            systems.all(|other| other == Some(first)).then_some(first)
        }
    }
}

fn of_path(atom: &AtomFact, schema: &Schema) -> Option<&'static [&'static str]> {
    let field = schema.field(&atom.field)?;
    let is_text = matches!(
        atom.operator.as_str(),
        "eq" | "starts_with" | "ends_with" | "contains" | "wildcard"
    );
    if field.kind != "path" || !atom.literal || !is_text {
        return None;
    }
    let value = atom.value.as_str();
    let ends = |ending: &str| {
        let start = value.len().checked_sub(ending.len());
        let end = start.and_then(|start| value.get(start..));
        end.is_some_and(|end| end.eq_ignore_ascii_case(ending))
    };
    if value.contains('\\') || ends(".exe") || ends(".dll") || ends(".sys") {
        Some(WINDOWS)
    } else if value.contains('/') {
        Some(UNIX)
    } else {
        None
    }
}

//! What objects say of each other: ids, parents, successors, tactic order, relations.

use super::build::Maker;
use super::raw::{Object, Str};
use crate::model::{Attack, Head};
use std::collections::{BTreeMap, HashMap};
use tripline_text::{Code, Diagnostic, SmolStr as Text};

/// Kinds that have an ATT&CK id. Data components got theirs in 18.
const WITH_ID: [&str; 11] = [
    "attack-pattern",
    "campaign",
    "course-of-action",
    "intrusion-set",
    "malware",
    "tool",
    "x-mitre-analytic",
    "x-mitre-data-component",
    "x-mitre-data-source",
    "x-mitre-detection-strategy",
    "x-mitre-tactic",
];

/// ATT&CK ids by STIX id. An object without one goes by its STIX id.
pub(super) fn ids(
    name: &str,
    objects: &[Object<'_>],
    diagnostics: &mut Vec<Diagnostic>,
) -> HashMap<String, Text> {
    let mut ids = HashMap::with_capacity(objects.len() / 4);
    for object in objects {
        if !WITH_ID.contains(&object.kind.get()) {
            continue;
        }
        let id = attack_id(object).unwrap_or_else(|| {
            if object.kind.get() != "x-mitre-data-component" {
                let message = format!("{} has no ATT&CK id", object.id.get());
                diagnostics.push(
                    Diagnostic::for_file(Code::ObjectWithoutId, name, message).at(object.span, ""),
                );
            }
            object.id.text()
        });
        ids.insert(object.id.get().to_owned(), id);
    }
    ids
}

/// The id under a reference source such as `mitre-attack` or `mitre-ics-attack`.
fn attack_id(object: &Object<'_>) -> Option<Text> {
    let mut externals = object.external_references.iter().flatten();
    let own = externals.find(|external| {
        let source = external.source_name.as_ref();
        external.id.is_some() && source.is_some_and(|s| s.get().starts_with("mitre"))
    })?;
    own.id.as_ref().map(Str::text).filter(|id| !id.is_empty())
}

/// Adds relations, parents and successors, and brings tactics into matrix order.
pub(super) fn link(maker: &mut Maker<'_, '_>, objects: &[Object<'_>]) {
    let mut parents: HashMap<Text, Text> = HashMap::new();
    let mut successors: HashMap<Text, Text> = HashMap::new();
    for object in objects {
        let withdrawn = object.revoked == Some(true) || object.deprecated == Some(true);
        if object.kind.get() != "relationship" || withdrawn {
            continue;
        }
        let Some((source, target)) = ends(maker, object) else {
            continue;
        };
        let kind = object.relationship_type.as_ref().map_or("", Str::get);
        match kind {
            "subtechnique-of" => {
                parents.insert(source, target);
            }
            "revoked-by" => {
                let stix_id = object.source_ref.as_ref().map(Str::text);
                successors.insert(stix_id.unwrap_or_default(), target);
            }
            "uses" | "mitigates" | "detects" | "attributed-to" => {
                let relation = maker.relation(object, source, target);
                list(&mut maker.attack, kind).push(relation);
            }
            _ => {}
        }
    }
    set_parents(&mut maker.attack, &parents);
    set_successors(&mut maker.attack, &successors);
    order_tactics(maker, objects);
}

fn list<'a>(attack: &'a mut Attack, kind: &str) -> &'a mut Vec<crate::model::Relation> {
    match kind {
        "uses" => &mut attack.uses,
        "mitigates" => &mut attack.mitigates,
        "detects" => &mut attack.detects,
        _ => &mut attack.attributed,
    }
}

/// The two ends of a relation between objects that are read.
fn ends(maker: &mut Maker<'_, '_>, object: &Object<'_>) -> Option<(Text, Text)> {
    let source = maker.id_of(object.source_ref.as_ref());
    let target = maker.id_of(object.target_ref.as_ref());
    if let (Some(source), Some(target)) = (source, target) {
        return Some((source, target));
    }
    let missing = [&object.source_ref, &object.target_ref]
        .into_iter()
        .find(|end| maker.id_of(end.as_ref()).is_none())
        .and_then(Option::as_ref)
        .map_or("nothing", Str::get);
    if not_read(missing) {
        return None;
    }
    let message = format!("a relation names {missing}, which the bundle lacks");
    maker.diagnostics.push(
        Diagnostic::for_file(Code::RelationDangling, maker.file, message).at(object.span, ""),
    );
    None
}

/// Objects that exist, but are of no interest here: assets of the ICS domain and the like.
fn not_read(stix_id: &str) -> bool {
    let kind = stix_id.split("--").next().unwrap_or_default();
    !WITH_ID.contains(&kind) && stix_id.contains("--")
}

fn set_parents(attack: &mut Attack, parents: &HashMap<Text, Text>) {
    for technique in attack.techniques.iter_mut().filter(|t| t.sub) {
        let id = &technique.head.id;
        let by_id = || id.split_once('.').map(|(parent, _)| Text::new(parent));
        technique.parent = parents.get(id).cloned().or_else(by_id);
    }
}

fn set_successors(attack: &mut Attack, successors: &HashMap<Text, Text>) {
    let set = |head: &mut Head| {
        if let Some(successor) = successors.get(&head.stix_id) {
            head.revoked_by = Some(successor.clone());
        }
    };
    attack.tactics.iter_mut().for_each(|x| set(&mut x.head));
    attack.techniques.iter_mut().for_each(|x| set(&mut x.head));
    attack.mitigations.iter_mut().for_each(|x| set(&mut x.head));
    attack.groups.iter_mut().for_each(|x| set(&mut x.head));
    attack.software.iter_mut().for_each(|x| set(&mut x.head));
    attack.campaigns.iter_mut().for_each(|x| set(&mut x.head));
    let components = attack.data_components.iter_mut();
    components.for_each(|x| set(&mut x.head));
}

/// Tactics in the order of the matrices; those in none come after, by id.
fn order_tactics(maker: &mut Maker<'_, '_>, objects: &[Object<'_>]) {
    let mut matrices: Vec<&Object<'_>> = objects
        .iter()
        .filter(|object| object.kind.get() == "x-mitre-matrix")
        .collect();
    matrices.sort_by_key(|matrix| (matrix.deprecated == Some(true), matrix.id.get()));
    let mut order: HashMap<&str, usize> = HashMap::new();
    for reference in matrices
        .iter()
        .flat_map(|matrix| matrix.tactic_refs.iter().flatten())
    {
        let next = order.len();
        order.entry(reference.get()).or_insert(next);
    }
    let attack = &mut maker.attack;
    attack.tactics.sort_by_cached_key(|tactic| {
        let place = order.get(tactic.head.stix_id.as_str());
        (place.copied().unwrap_or(usize::MAX), tactic.head.id.clone())
    });
    let names = attack
        .tactics
        .iter()
        .map(|tactic| tactic.short_name.clone());
    let places: BTreeMap<Text, usize> = names.zip(0..).collect();
    for technique in &mut attack.techniques {
        technique.tactics.sort_by_key(|name| {
            let place = places.get(name).copied();
            (place.unwrap_or(usize::MAX), name.clone())
        });
    }
}

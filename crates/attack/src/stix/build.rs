//! Raw objects to the model.

use super::link;
use super::raw::{External, Object, Str};
use crate::model::{
    Analytic, Attack, Campaign, DataComponent, DataSource, Entry, Group, Head, LogSource,
    Mitigation, MutableElement, Reference, ReferenceId, Relation, Software, SoftwareKind, Strategy,
    Tactic, Technique,
};
use std::collections::HashMap;
use tripline_text::{Code, Diagnostic, SmolStr as Text};

/// Makes the model.
pub(super) fn build(
    name: &str,
    objects: Vec<Object<'_>>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Attack {
    let objects = newest(name, objects, diagnostics);
    let (references, citations) = collect_references(&objects);
    let mut maker = Maker {
        file: name,
        attack: Attack {
            references,
            ..Attack::default()
        },
        ids: link::ids(name, &objects, diagnostics),
        citations,
        diagnostics,
    };
    for object in &objects {
        maker.add(object);
    }
    describe_bundle(&mut maker.attack, &objects);
    link::link(&mut maker, &objects);
    sort(&mut maker.attack);
    maker.attack
}

/// One object per STIX id: of several, the one changed last.
fn newest<'a>(
    name: &str,
    objects: Vec<Object<'a>>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<Object<'a>> {
    let mut kept: Vec<Object<'a>> = Vec::with_capacity(objects.len());
    let mut places: HashMap<String, usize> = HashMap::with_capacity(objects.len());
    for object in objects {
        let Some(&place) = places.get(object.id.get()) else {
            places.insert(object.id.get().to_owned(), kept.len());
            kept.push(object);
            continue;
        };
        let message = format!("the id {} stands twice", object.id.get());
        let first = kept[place].span;
        diagnostics.push(
            Diagnostic::for_file(Code::ObjectDuplicate, name, message)
                .at(object.span, "")
                .also(first, "it stands here first"),
        );
        if object.modified > kept[place].modified {
            kept[place] = object;
        }
    }
    kept
}

/// Citations by their three texts.
pub(super) type Citations<'a> = HashMap<[&'a str; 3], ReferenceId>;

/// Whether a reference is the object's own page and id rather than a citation.
fn own_page(external: &External<'_>) -> bool {
    external.id.is_some()
        && external
            .source_name
            .as_ref()
            .is_some_and(|name| name.get().starts_with("mitre"))
}

fn citation<'a>(external: &'a External<'_>) -> [&'a str; 3] {
    let part = |text: &'a Option<Str<'_>>| text.as_ref().map_or("", Str::get);
    [
        part(&external.source_name),
        part(&external.description),
        part(&external.url),
    ]
}

fn collect_references<'a>(objects: &'a [Object<'_>]) -> (Vec<Reference>, Citations<'a>) {
    let mut all: Vec<[&str; 3]> = objects
        .iter()
        .flat_map(|object| object.external_references.iter().flatten())
        .filter(|external| !own_page(external))
        .map(citation)
        .collect();
    all.sort_unstable();
    all.dedup();
    let ids = all.iter().copied().zip(0..).collect();
    let references = all
        .into_iter()
        .map(|[name, description, url]| Reference {
            name: name.into(),
            description: description.into(),
            url: url.into(),
        })
        .collect();
    (references, ids)
}

/// What is known while the model is made.
pub(super) struct Maker<'m, 'a> {
    pub(super) file: &'m str,
    pub(super) attack: Attack,
    /// ATT&CK ids by STIX id.
    pub(super) ids: HashMap<String, Text>,
    pub(super) citations: Citations<'a>,
    pub(super) diagnostics: &'m mut Vec<Diagnostic>,
}

pub(super) fn one(text: Option<&Str<'_>>) -> Text {
    text.map(Str::text).unwrap_or_default()
}

fn some(text: Option<&Str<'_>>) -> Option<Text> {
    text.map(Str::text).filter(|text| !text.is_empty())
}

fn many(texts: Option<&Vec<Str<'_>>>) -> Vec<Text> {
    texts.into_iter().flatten().map(Str::text).collect()
}

impl Maker<'_, '_> {
    fn add(&mut self, object: &Object<'_>) {
        match object.kind.get() {
            "x-mitre-tactic" => {
                let tactic = self.tactic(object);
                self.attack.tactics.push(tactic);
            }
            "attack-pattern" => {
                let technique = self.technique(object);
                self.attack.techniques.push(technique);
            }
            "course-of-action" => {
                let head = self.head(object);
                self.attack.mitigations.push(Mitigation { head });
            }
            "intrusion-set" => {
                let head = self.head(object);
                let aliases = other_names(&head, many(object.aliases.as_ref()));
                self.attack.groups.push(Group { head, aliases });
            }
            "malware" => self.software(object, SoftwareKind::Malware),
            "tool" => self.software(object, SoftwareKind::Tool),
            "campaign" => {
                let head = self.head(object);
                self.attack.campaigns.push(Campaign {
                    aliases: other_names(&head, many(object.aliases.as_ref())),
                    head,
                    first_seen: one(object.first_seen.as_ref()),
                    last_seen: one(object.last_seen.as_ref()),
                });
            }
            _ => self.add_detection(object),
        }
    }

    fn add_detection(&mut self, object: &Object<'_>) {
        match object.kind.get() {
            "x-mitre-data-source" => {
                let head = self.head(object);
                self.attack.data_sources.push(DataSource {
                    head,
                    platforms: many(object.platforms.as_ref()),
                    collection_layers: many(object.collection_layers.as_ref()),
                });
            }
            "x-mitre-data-component" => {
                let head = self.head(object);
                let source = self.id_of(object.data_source_ref.as_ref());
                let log_sources = self.logs(object, false);
                self.attack.data_components.push(DataComponent {
                    head,
                    source,
                    log_sources,
                });
            }
            "x-mitre-detection-strategy" => {
                let head = self.head(object);
                let refs = object.analytic_refs.iter().flatten();
                let analytics = refs.filter_map(|id| self.id_of(Some(id))).collect();
                self.attack.strategies.push(Strategy { head, analytics });
            }
            "x-mitre-analytic" => {
                let head = self.head(object);
                let log_sources = self.logs(object, true);
                self.attack.analytics.push(Analytic {
                    head,
                    platforms: many(object.platforms.as_ref()),
                    log_sources,
                    mutable_elements: mutable_elements(object),
                });
            }
            _ => {}
        }
    }

    /// The ATT&CK id of the object that a reference names; `None` for empty and unknown ones.
    pub(super) fn id_of(&self, reference: Option<&Str<'_>>) -> Option<Text> {
        self.ids.get(reference?.get()).cloned()
    }

    fn head(&self, object: &Object<'_>) -> Head {
        let externals = object.external_references.iter().flatten();
        let url = externals.clone().find(|external| own_page(external));
        Head {
            id: self.id_of(Some(&object.id)).unwrap_or_default(),
            stix_id: object.id.text(),
            name: one(object.name.as_ref()),
            description: one(object.description.as_ref()),
            version: some(object.version.as_ref()),
            created: one(object.created.as_ref()),
            modified: one(object.modified.as_ref()),
            url: url.and_then(|external| some(external.url.as_ref())),
            domains: many(object.domains.as_ref()),
            contributors: many(object.contributors.as_ref()),
            references: self.cited(object),
            revoked: object.revoked.unwrap_or(false),
            deprecated: object.deprecated.unwrap_or(false),
            revoked_by: None,
        }
    }

    fn cited(&self, object: &Object<'_>) -> Vec<ReferenceId> {
        let externals = object.external_references.iter().flatten();
        externals
            .filter(|external| !own_page(external))
            .filter_map(|external| self.citations.get(&citation(external)).copied())
            .collect()
    }

    fn tactic(&self, object: &Object<'_>) -> Tactic {
        let head = self.head(object);
        let short_name = some(object.short_name.as_ref())
            .unwrap_or_else(|| head.name.to_lowercase().replace(' ', "-").into());
        Tactic { head, short_name }
    }

    fn technique(&self, object: &Object<'_>) -> Technique {
        let head = self.head(object);
        let phases = object.kill_chain_phases.iter().flatten();
        let mut tactics: Vec<Text> = Vec::new();
        for phase in phases {
            let name = phase.phase_name.text();
            if !tactics.contains(&name) {
                tactics.push(name);
            }
        }
        Technique {
            parent: None,
            sub: object.sub.unwrap_or_else(|| head.id.contains('.')),
            head,
            tactics,
            platforms: many(object.platforms.as_ref()),
            remote_support: object.remote_support,
            impact_types: many(object.impact_types.as_ref()),
            permissions_required: many(object.permissions_required.as_ref()),
            effective_permissions: many(object.effective_permissions.as_ref()),
            defense_bypassed: many(object.defense_bypassed.as_ref()),
            system_requirements: many(object.system_requirements.as_ref()),
            data_sources: many(object.data_sources.as_ref()),
            detection: one(object.detection.as_ref()),
        }
    }

    fn software(&mut self, object: &Object<'_>, kind: SoftwareKind) {
        let head = self.head(object);
        let names = object.software_aliases.as_ref().or(object.aliases.as_ref());
        self.attack.software.push(Software {
            aliases: other_names(&head, many(names)),
            head,
            kind,
            platforms: many(object.platforms.as_ref()),
        });
    }

    fn logs(&self, object: &Object<'_>, of_analytic: bool) -> Vec<LogSource> {
        let logs = if of_analytic {
            &object.log_source_references
        } else {
            &object.log_sources
        };
        logs.iter()
            .flatten()
            .map(|log| LogSource {
                component: self.id_of(log.component.as_ref()),
                name: one(log.name.as_ref()),
                channel: one(log.channel.as_ref()),
            })
            .collect()
    }

    /// A relation whose two ends are known.
    pub(super) fn relation(&self, object: &Object<'_>, source: Text, target: Text) -> Relation {
        Relation {
            stix_id: object.id.text(),
            source,
            target,
            description: one(object.description.as_ref()),
            references: self.cited(object),
        }
    }
}

fn mutable_elements(object: &Object<'_>) -> Vec<MutableElement> {
    let elements = object.mutable_elements.iter().flatten();
    elements
        .map(|element| MutableElement {
            field: one(element.field.as_ref()),
            description: one(element.description.as_ref()),
        })
        .collect()
}

/// ATT&CK repeats the name as the first alias.
fn other_names(head: &Head, mut names: Vec<Text>) -> Vec<Text> {
    names.retain(|name| *name != head.name);
    names
}

/// Fills what describes the bundle as a whole.
fn describe_bundle(attack: &mut Attack, objects: &[Object<'_>]) {
    let of_kind = |kind: &'static str| objects.iter().filter(move |o| o.kind.get() == kind);
    let collection = of_kind("x-mitre-collection").next();
    let title = collection.or_else(|| of_kind("x-mitre-matrix").next());
    attack.name = one(title.and_then(|object| object.name.as_ref()));
    attack.version = collection.and_then(|object| some(object.version.as_ref()));
    let formats = objects.iter().filter_map(|object| object.format.as_ref());
    attack.format = formats
        .max_by_key(|format| numbers(format.get()))
        .map(Str::text);
    let modified = objects.iter().filter_map(|object| object.modified.as_ref());
    attack.modified = modified.max().map(Str::text);
    attack.domains = objects
        .iter()
        .flat_map(|object| object.domains.iter().flatten())
        .map(Str::text)
        .collect();
    attack.domains.sort_unstable();
    attack.domains.dedup();
    if let Some(identity) = of_kind("identity").min_by_key(|object| object.id.get()) {
        attack.publisher = one(identity.name.as_ref());
        attack.publisher_note = one(identity.description.as_ref());
    }
    let markings = of_kind("marking-definition");
    let statements = markings.filter_map(|o| o.definition.as_ref()?.statement.as_ref());
    let mut statements: Vec<&str> = statements.map(Str::get).collect();
    statements.sort_unstable();
    statements.dedup();
    attack.statement = statements.join("\n").into();
}

/// A version's numbers, so that `3.10` is after `3.9`.
fn numbers(version: &str) -> Vec<u32> {
    version
        .split('.')
        .map(|part| part.parse().unwrap_or(0))
        .collect()
}

fn sort(attack: &mut Attack) {
    fn by_id<T: Entry>(entries: &mut [T]) {
        entries.sort_by(|a, b| {
            let (a, b) = (a.head(), b.head());
            let by_id = a.id.cmp(&b.id);
            by_id
                .then_with(|| b.active().cmp(&a.active()))
                .then_with(|| a.stix_id.cmp(&b.stix_id))
        });
    }
    by_id(&mut attack.techniques);
    by_id(&mut attack.mitigations);
    by_id(&mut attack.groups);
    by_id(&mut attack.software);
    by_id(&mut attack.campaigns);
    by_id(&mut attack.data_sources);
    by_id(&mut attack.data_components);
    by_id(&mut attack.strategies);
    by_id(&mut attack.analytics);
    let relations = [
        &mut attack.uses,
        &mut attack.mitigates,
        &mut attack.detects,
        &mut attack.attributed,
    ];
    for list in relations {
        list.sort_by(|a, b| {
            let by_target = a.target.cmp(&b.target);
            by_target
                .then_with(|| a.source.cmp(&b.source))
                .then_with(|| a.stix_id.cmp(&b.stix_id))
        });
    }
}

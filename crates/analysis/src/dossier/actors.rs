//! Who uses the technique: groups, campaigns and software of ATT&CK's procedure examples.

use super::scope::{Pen, Scope};
use super::values::{Telling, most_telling_first};
use crate::Index;
use crate::markup::Span;
use memchr::memmem;
use schemars::JsonSchema;
use serde::Serialize;
use smol_str::SmolStr as Text;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use tripline_attack::{ActorKind, Attack, Procedure, ReferenceId, SoftwareKind};
use tripline_catalog::facts::AtomFact;

/// First and last year.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
pub struct Years {
    /// First.
    pub first: u16,
    /// Last.
    pub last: u16,
}

/// A group, campaign or software that uses the technique.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ActorRow {
    /// ATT&CK id.
    pub id: Text,
    /// Name.
    pub name: Text,
    /// Campaigns: when it was seen. Others: when the cited reports appeared.
    pub years: Option<Years>,
    /// Campaigns: the groups that ATT&CK attributes it to.
    pub attributed_to: Vec<Text>,
    /// How it used the technique, in ATT&CK's words.
    pub procedures: Vec<ProcedureText>,
    /// Keys of its relations.
    pub evidence: Vec<Text>,
}

/// One procedure example.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ProcedureText {
    /// The technique that it is an example of.
    pub technique: Text,
    /// The text.
    pub text: Vec<Span>,
}

/// Software that uses the technique, or serves to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ToolRow {
    /// What it is, and how it uses the technique.
    #[serde(flatten)]
    pub actor: ActorRow,
    /// `malware` or `tool`.
    pub kind: Text,
    /// Platforms.
    pub platforms: Vec<Text>,
    /// Groups and campaigns that use both it and the technique.
    pub users_here: Vec<Text>,
    /// Groups and campaigns that use it.
    pub users: usize,
    /// Rules under the technique whose title or values name it.
    pub rules: Vec<Text>,
}

/// A program that rules look for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ProgramRow {
    /// The names shown for the fields in which they look for it.
    pub field: Text,
    /// Its name, folded.
    pub program: Text,
    /// Distinct rules.
    pub count: usize,
    /// Rules in the whole catalogue.
    pub reach: usize,
    /// Their ids.
    pub rules: Vec<Text>,
}

/// The actors of one kind, the latest first.
pub(super) fn actors(scope: &Scope<'_>, pen: &mut Pen<'_>, kind: ActorKind) -> Vec<ActorRow> {
    let mut found: BTreeMap<&str, Vec<(&Text, Procedure<'_>)>> = BTreeMap::new();
    for id in &scope.ids {
        for procedure in scope.attack().procedures(id) {
            if procedure.actor.kind == kind {
                let rows = found.entry(&procedure.actor.head.id).or_default();
                rows.push((id, procedure));
            }
        }
    }
    let mut rows: Vec<ActorRow> = found
        .into_values()
        .map(|procedures| row(scope.attack(), pen, &procedures))
        .collect();
    rows.sort_by_key(|row| (Reverse(row.years.map(|years| years.last)), row.name.clone()));
    rows
}

fn row(attack: &Attack, pen: &mut Pen<'_>, procedures: &[(&Text, Procedure<'_>)]) -> ActorRow {
    let actor = procedures[0].1.actor;
    let campaign = attack.campaign(&actor.head.id);
    let seen = campaign.and_then(|campaign| {
        let first = year_of(&campaign.first_seen)?;
        let last = year_of(&campaign.last_seen).unwrap_or(first);
        Some(Years { first, last })
    });
    let cited = || {
        let all = procedures.iter().flat_map(|(_, p)| &p.relation.references);
        years_of(attack, all)
    };
    ActorRow {
        id: actor.head.id.clone(),
        name: actor.head.name.clone(),
        years: seen.or_else(cited),
        attributed_to: groups_of(attack, &actor.head.id),
        procedures: procedures
            .iter()
            .map(|(technique, procedure)| ProcedureText {
                technique: (*technique).clone(),
                text: pen.reader.line(&procedure.relation.description),
            })
            .collect(),
        evidence: procedures
            .iter()
            .map(|(_, p)| pen.sources.relation(p.relation, p.actor.head, "uses"))
            .collect(),
    }
}

fn groups_of(attack: &Attack, campaign: &str) -> Vec<Text> {
    let relations = attack.attributed.iter().filter(|r| r.source == campaign);
    relations
        .filter_map(|relation| attack.group(&relation.target))
        .map(|group| group.head.name.clone())
        .collect()
}

/// The years in which cited works appeared.
pub(super) fn years_of<'i>(
    attack: &Attack,
    references: impl Iterator<Item = &'i ReferenceId>,
) -> Option<Years> {
    let years: BTreeSet<u16> = references
        .filter_map(|id| attack.reference(*id))
        .filter_map(|reference| published(&reference.description))
        .collect();
    Some(Years {
        first: *years.first()?,
        last: *years.last()?,
    })
}

/// The year in `Author. (2020, May 1). Title.`: the first in parentheses.
fn published(description: &str) -> Option<u16> {
    let mut rest = description;
    while let Some((_, after)) = rest.split_once('(') {
        if let Some(year) = year_of(after) {
            return Some(year);
        }
        rest = after;
    }
    None
}

/// The year that a text begins with.
pub(super) fn year_of(text: &str) -> Option<u16> {
    let digits = text.get(..4)?;
    let next = text[4..].chars().next();
    let year: u16 = digits.parse().ok()?;
    let ends = next.is_none_or(|c| !c.is_ascii_digit());
    (ends && (1980..2100).contains(&year)).then_some(year)
}

/// The software, ranked by how many groups and campaigns use both it and the technique, then by
/// how many use it, then by the latest report, then by name.
pub(super) fn tools(scope: &Scope<'_>, pen: &mut Pen<'_>) -> Vec<ToolRow> {
    let attack = scope.attack();
    let here: BTreeSet<&str> = scope
        .ids
        .iter()
        .flat_map(|id| attack.procedures(id))
        .map(|procedure| procedure.actor.head.id.as_str())
        .collect();
    let texts = rule_texts(scope);
    let mut rows: Vec<ToolRow> = actors(scope, pen, ActorKind::Software)
        .into_iter()
        .filter_map(|actor| {
            let software = attack.software(&actor.id)?;
            let users: BTreeSet<&str> = attack
                .procedures(&actor.id)
                .iter()
                .map(|user| user.actor.head.id.as_str())
                .collect();
            Some(ToolRow {
                kind: match software.kind {
                    SoftwareKind::Malware => "malware".into(),
                    SoftwareKind::Tool => "tool".into(),
                },
                platforms: software.platforms.clone(),
                users_here: users.intersection(&here).map(Text::new).collect(),
                users: users.len(),
                rules: naming(scope, &texts, &actor.name),
                actor,
            })
        })
        .collect();
    rows.sort_by_key(|row| {
        let last = row.actor.years.map(|years| years.last);
        let here = Reverse(row.users_here.len());
        (
            here,
            Reverse(row.users),
            Reverse(last),
            row.actor.name.clone(),
        )
    });
    rows
}

/// Title and values of each rule, folded.
fn rule_texts(scope: &Scope<'_>) -> Vec<(u32, String)> {
    let text = |at: &u32| {
        let facts = scope.facts(*at);
        let values = facts.atoms.iter().filter(|atom| atom.is_indicator());
        let values: Vec<&str> = values.map(|atom| atom.value.as_str()).collect();
        let text = format!("{}\n{}", facts.title, values.join("\n"));
        (*at, text.to_lowercase())
    };
    scope.rules.iter().map(text).collect()
}

/// The rules that name a software of at least four letters as a whole word.
fn naming(scope: &Scope<'_>, texts: &[(u32, String)], name: &str) -> Vec<Text> {
    if name.len() < 4 {
        return Vec::new();
    }
    let name = name.to_lowercase();
    texts
        .iter()
        .filter(|(_, text)| has_word(text, &name))
        .map(|(at, _)| scope.index.id(*at))
        .collect()
}

/// Whether `word` stands in `text` without letters or digits at its edges.
pub(super) fn has_word(text: &str, word: &str) -> bool {
    memmem::find_iter(text.as_bytes(), word.as_bytes()).any(|at| {
        let before = text[..at].chars().next_back();
        let after = text[at + word.len()..].chars().next();
        !before.is_some_and(char::is_alphanumeric) && !after.is_some_and(char::is_alphanumeric)
    })
}

/// Fields that name a program.
const PROGRAM_FIELDS: [&str; 4] = [
    "process.executable",
    "process.name",
    "process.original_file_name",
    "linux.comm",
];

/// The programs that rules look for by path, name or original name: the most telling first.
pub(super) fn programs(scope: &Scope<'_>) -> Vec<ProgramRow> {
    let index = scope.index;
    let mut found: BTreeMap<Text, Found<'_>> = BTreeMap::new();
    for &at in &scope.rules {
        for atom in &scope.facts(at).atoms {
            if !atom.is_indicator() || !PROGRAM_FIELDS.contains(&atom.field.as_str()) {
                continue;
            }
            if let Some(name) = program_name(&index.family(atom)) {
                let row = found.entry(name).or_default();
                row.fields.insert(&atom.field);
                row.rules.insert(at);
                row.atoms.push(atom);
            }
        }
    }
    let mut rows: Vec<ProgramRow> = found
        .into_iter()
        .map(|(program, found)| {
            let fields = found.fields.iter().map(|field| index.field_name(field));
            ProgramRow {
                field: fields.collect::<Vec<_>>().join(", ").into(),
                reach: found.reach(index, &program).len(),
                program,
                count: found.rules.len(),
                rules: found.rules.iter().map(|at| index.id(*at)).collect(),
            }
        })
        .collect();
    most_telling_first(&mut rows, |row| Telling {
        here: row.count,
        reach: row.reach,
        rules: row.rules.clone(),
    });
    rows
}

/// The tests of rules for a program.
#[derive(Default)]
struct Found<'a> {
    fields: BTreeSet<&'a str>,
    rules: BTreeSet<u32>,
    atoms: Vec<&'a AtomFact>,
}

impl Found<'_> {
    /// The rules of the whole catalogue that look for the program, by any of its names.
    fn reach(&self, index: &Index<'_>, program: &Text) -> BTreeSet<u32> {
        let own = self.atoms.iter().flat_map(|atom| index.family_reach(atom));
        let mut reach: BTreeSet<u32> = own.copied().collect();
        for (field, atom) in PROGRAM_FIELDS.iter().zip(self.atoms.iter().cycle()) {
            let named = AtomFact {
                field: Text::new_static(field),
                operator: "eq".into(),
                value: program.clone(),
                ..(*atom).clone()
            };
            reach.extend(index.family_reach(&named));
        }
        reach
    }
}

/// The name of a program out of a family of values (`*\\cmd.exe`, `*psexec*`); `None` when the
/// family is of folders, endings or patterns.
fn program_name(family: &str) -> Option<Text> {
    let value = family.strip_prefix('*')?.trim_end_matches('*');
    let name = value.rsplit(['\\', '/']).next()?;
    let letters = name.chars().filter(|c| c.is_alphanumeric()).count();
    let pattern = name.contains(['*', '?']) || name.starts_with('.');
    (letters > 1 && !pattern).then(|| name.into())
}

#[cfg(test)]
mod tests {
    use super::{has_word, program_name, published, year_of};

    #[test]
    fn names_of_programs() {
        for (family, name) in [
            ("*cmd.exe", Some("cmd.exe")),
            ("*\\ntlmrelayx*", Some("ntlmrelayx")),
            ("*bash.exe*", Some("bash.exe")),
            ("*\\temp\\*", None),
            ("*.*", None),
            ("*.exe", None),
            ("wildcard ?:\\users\\*\\*.exe", None),
        ] {
            assert_eq!(program_name(family).as_deref(), name, "{family}");
        }
    }

    #[test]
    fn years() {
        assert_eq!(
            published("A, B. (2020, May 1). T. Retrieved May 2, 2021."),
            Some(2020)
        );
        assert_eq!(published("(n.d.). T (2019). Retrieved 2021."), Some(2019));
        assert_eq!(published("A. (20201). T"), None);
        assert_eq!(year_of("2019-03-01T04:00:00.000Z"), Some(2019));
        assert_eq!(year_of("äää"), None);
    }

    #[test]
    fn words() {
        assert!(has_word("uses psexec.exe", "psexec"));
        assert!(!has_word("netplwiz", "netpl"));
    }
}

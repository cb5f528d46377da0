//! Look-ups over the facts of a catalogue, made once per opened catalogue.

use smol_str::SmolStr as Text;
use std::collections::{BTreeMap, HashMap};
use tripline_catalog::Catalog;
use tripline_catalog::facts::{AtomFact, Family, RuleFacts, family};
use tripline_schema::{Schema, Scheme};

/// A catalogue with the look-ups that answers share.
///
/// Numbers count rules of the classes that count by default
/// ([`Class::counts`](tripline_ir::Class::counts)).
pub struct Index<'c> {
    /// The catalogue.
    pub catalog: &'c Catalog,
    /// The names.
    pub schema: &'c Schema,
    /// The scheme whose field names are shown.
    pub names: Scheme,
    indicators: HashMap<Key<'c>, Vec<u32>>,
    families: HashMap<(&'c str, Family), Vec<u32>>,
    techniques: BTreeMap<&'c str, Vec<u32>>,
}

/// Rules by the indicators that they have.
fn indicators(catalog: &Catalog) -> HashMap<Key<'_>, Vec<u32>> {
    let mut found: HashMap<Key<'_>, Vec<u32>> = HashMap::new();
    for (at, atom) in counted(catalog) {
        let key = (
            atom.field.as_str(),
            atom.operator.as_str(),
            atom.value.as_str(),
        );
        push_once(found.entry(key).or_default(), at);
    }
    found
}

/// Rules by the families of their indicators.
fn families<'c>(catalog: &'c Catalog, schema: &Schema) -> HashMap<(&'c str, Family), Vec<u32>> {
    let mut found: HashMap<(&str, Family), Vec<u32>> = HashMap::new();
    for (at, atom) in counted(catalog) {
        let key = (atom.field.as_str(), family_of(schema, atom));
        push_once(found.entry(key).or_default(), at);
    }
    found
}

/// Rules by the techniques that they count under.
fn techniques(catalog: &Catalog) -> BTreeMap<&str, Vec<u32>> {
    let mut found: BTreeMap<&str, Vec<u32>> = BTreeMap::new();
    for (at, facts) in (0_u32..).zip(&catalog.facts) {
        for technique in &facts.techniques {
            found.entry(technique).or_default().push(at);
        }
    }
    found
}

/// The indicators of the rules that count, with the rules' positions.
fn counted(catalog: &Catalog) -> impl Iterator<Item = (u32, &AtomFact)> {
    let rules = (0_u32..).zip(&catalog.facts);
    let counted = rules.filter(|(_, facts)| facts.class.counts());
    counted.flat_map(|(at, facts)| {
        let indicators = facts.atoms.iter().filter(|atom| atom.is_indicator());
        indicators.map(move |atom| (at, atom))
    })
}

fn family_of(schema: &Schema, atom: &AtomFact) -> Family {
    let field = schema.field(&atom.field);
    let path = field.is_some_and(|field| field.kind == "path");
    family(path, &atom.operator, &atom.value)
}

/// Field, operator and value of an indicator.
type Key<'c> = (&'c str, &'c str, &'c str);

impl<'c> Index<'c> {
    /// The index of `catalog`, with field names shown in `names`.
    pub fn new(catalog: &'c Catalog, schema: &'c Schema, names: Scheme) -> Self {
        // Either half takes about as long as the other.
        let ((indicators, techniques), families) = rayon::join(
            || (indicators(catalog), techniques(catalog)),
            || families(catalog, schema),
        );
        Self {
            catalog,
            schema,
            names,
            indicators,
            families,
            techniques,
        }
    }

    /// The family of a test's value.
    pub fn family(&self, atom: &AtomFact) -> Family {
        family_of(self.schema, atom)
    }

    /// The counted rules with this indicator, by position.
    pub fn reach<'a>(&'a self, atom: &'a AtomFact) -> &'a [u32] {
        let key = (
            atom.field.as_str(),
            atom.operator.as_str(),
            atom.value.as_str(),
        );
        self.indicators.get(&key).map_or(&[], Vec::as_slice)
    }

    /// The counted rules with an indicator of this family, by position.
    pub fn family_reach<'a>(&'a self, field: &'a str, family: &Family) -> &'a [u32] {
        self.families
            .get(&(field, family.clone()))
            .map_or(&[], Vec::as_slice)
    }

    /// All rules under a technique, of any class, by position; with those of its sub-techniques
    /// when asked.
    pub fn under(&self, technique: &str, with_subtechniques: bool) -> Vec<u32> {
        let mut found = self.techniques.get(technique).cloned().unwrap_or_default();
        if with_subtechniques {
            let prefix = smol_str::format_smolstr!("{technique}.");
            let below = self.techniques.range(prefix.as_str()..);
            for (_, rules) in below.take_while(|(id, _)| id.starts_with(prefix.as_str())) {
                found.extend(rules);
            }
            found.sort_unstable();
            found.dedup();
        }
        found
    }

    /// Every technique id that a rule counts under, sorted, with its rules by position.
    pub fn techniques(&self) -> impl Iterator<Item = (&str, &[u32])> {
        self.techniques
            .iter()
            .map(|(id, rules)| (*id, rules.as_slice()))
    }

    /// The facts at a position.
    pub fn facts(&self, at: u32) -> &'c RuleFacts {
        &self.catalog.facts[at as usize]
    }

    /// The id of the rule at a position.
    pub fn id(&self, at: u32) -> Text {
        self.facts(at).id.clone()
    }

    /// The ids of the rules at these positions.
    pub fn ids(&self, positions: &[u32]) -> Vec<Text> {
        positions.iter().map(|at| self.id(*at)).collect()
    }

    /// The name shown for a canonical field.
    pub fn field_name(&self, canonical: &str) -> Text {
        self.schema.display_name(canonical, self.names).into()
    }
}

/// Appends `at` unless it is the last element: positions come in ascending order.
fn push_once(list: &mut Vec<u32>, at: u32) {
    if list.last() != Some(&at) {
        list.push(at);
    }
}

//! How a rule counts, and the sentence that says why: decided here for every vendor.
//!
//! An entry of `data/classes.toml` for the rule's id decides first. Else the signs of the rule's
//! metadata ([`table::SIGNS`]), what its reader [`Said`] beyond them, and its plan are looked at;
//! the first class for which there is a sign is the rule's, in this order: withdrawn by upstream,
//! machine learning, hunting by its author's own word, a forwarded alert, a building block. A
//! rule without any sign has the class of its vendor and kind ([`table::OTHERWISE`]).

mod data;
mod forwarded;
mod table;

use crate::Vendor;
use table::Sign;
use tripline_ir::{Class, Detection, Text, format_smolstr};

pub use data::{ClassOverride, overrides};

/// A class that a rule's file claims in a way that a [`Detection`] does not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Said {
    pub(crate) class: Class,
    pub(crate) why: Text,
}

impl Said {
    pub(crate) fn new(class: Class, why: impl Into<Text>) -> Self {
        Self {
            class,
            why: why.into(),
        }
    }
}

/// Which claim counts when there are several, first to last.
const ORDER: [Class; 5] = [
    Class::Deprecated,
    Class::MachineLearning,
    Class::Hunting,
    Class::ForwardedAlert,
    Class::BuildingBlock,
];

/// Sets a detection's class and the sentence that says why. Its metadata and plan are complete.
pub(crate) fn decide(detection: &mut Detection, said: &[Said]) {
    let (class, why) = decided(detection, said);
    detection.class = class;
    detection.class_reason = why;
}

fn decided(detection: &Detection, said: &[Said]) -> (Class, Text) {
    if let Some(found) = data::overridden(&detection.id) {
        return (found.class, found.reason.clone());
    }
    let vendor = Vendor::from_name(&detection.vendor);
    for class in ORDER {
        let claim = said.iter().find(|claim| claim.class == class);
        let why = claim
            .map(|claim| claim.why.clone())
            .or_else(|| signed(detection, vendor, class))
            .or_else(|| (class == Class::ForwardedAlert).then(|| passed_on(detection))?);
        if let Some(why) = why {
            return (class, why);
        }
    }
    let fits = |entry: &&table::Otherwise| {
        Some(entry.vendor) == vendor && (entry.kind.is_empty() || entry.kind == detection.kind)
    };
    match table::OTHERWISE.iter().find(fits) {
        Some(entry) => (entry.class, Text::new_static(entry.why)),
        None => (Class::Alert, Text::new_static(table::ALERTS)),
    }
}

/// The sentence of the first sign of a class that the metadata bears.
fn signed(detection: &Detection, vendor: Option<Vendor>, class: Class) -> Option<Text> {
    let entries = table::SIGNS.iter();
    let mut fitting = entries
        .filter(|entry| entry.class == class && (entry.vendor.is_none() || entry.vendor == vendor));
    fitting.find_map(|entry| {
        let word = borne(detection, entry)?;
        Some(entry.why.replace("{}", &word).into())
    })
}

/// The word of a sign as the metadata has it.
fn borne(detection: &Detection, entry: &table::Entry) -> Option<String> {
    let listed = |word: &&str| entry.words.iter().any(|own| own.eq_ignore_ascii_case(word));
    let found = match entry.sign {
        Sign::Folder => {
            let origin = &detection.provenance;
            let folders = origin
                .path
                .rsplit_once('/')
                .map_or("", |(folders, _)| folders);
            std::iter::once(origin.corpus.as_str())
                .chain(folders.split('/'))
                .find(listed)
        }
        Sign::Status => detection.status.as_deref().filter(listed),
        Sign::Kind => Some(detection.kind.as_str()).filter(listed),
        Sign::Tag => detection.tags.iter().map(Text::as_str).find(listed),
        Sign::Title => {
            let title = detection.title.to_ascii_lowercase();
            let word = entry.words.iter().copied();
            word.into_iter().find(|word| match word.strip_prefix('^') {
                Some(start) => title.starts_with(start),
                None => title.contains(word),
            })
        }
    };
    found.map(str::to_owned)
}

/// The sentence for a rule that only passes on another product's findings.
fn passed_on(detection: &Detection) -> Option<Text> {
    let products = forwarded::products(detection.plan.as_ref()?)?;
    Some(format_smolstr!(
        "it only passes on findings of {}: it tests nothing but how they are labelled",
        products.join(" and ")
    ))
}

#[cfg(test)]
mod tests;

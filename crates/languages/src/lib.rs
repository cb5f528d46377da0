//! Front ends: a query's text to the intermediate representation.
//!
//! Input: a [`Source`] in one [`Language`] and the [`Context`] it stands in. Output:
//! [`Lowered`]. Each language has a folder with `lexer`, `parser`, `ast` and `ast2ir`; its
//! `facts` hold quoting, wildcards, case rules and keywords once. Parsers recover, are bounded
//! and never panic. SPL, which no other program here reads, has a printer as well: what
//! [`spl::laid_out`] writes must read as the same search.

pub mod clause;
pub mod eql;
pub mod esql;
mod kuery;
pub mod kusto;
mod lucene;
mod near;
pub mod sigma;
pub mod spl;
pub mod yaral;

pub use kuery::ecs;

use std::collections::BTreeMap;
use tripline_ir::{Language, Loss, Plan, Text};
use tripline_schema::{Activity, Schema};
use tripline_text::{Code, Diagnostic, Source};

/// What a query's text alone does not say.
#[derive(Debug, Clone)]
pub struct Context<'a> {
    /// Names of fields and sources.
    pub schema: &'a Schema,
    /// The rule's sources in its own terms: index patterns, tables.
    pub indices: Vec<Text>,
    /// What the events are about, when the rule says it outside the query.
    pub activity: Option<Activity>,
    /// Lists by name: placeholders, reference lists, lookups.
    pub lists: BTreeMap<Text, Vec<Text>>,
    /// The field that EQL's event categories are compared with, when the rule says another than
    /// `event.category`.
    pub event_category_field: Option<Text>,
    /// Texts that lie beside the rules, by the address under which they are published: what
    /// Kusto's `externaldata` names and the corpus itself holds.
    pub published: BTreeMap<Text, Text>,
    /// Splunk's macros and lookups.
    pub spl: Option<&'a spl::Library>,
}

impl<'a> Context<'a> {
    /// Nothing known but the schema.
    pub fn new(schema: &'a Schema) -> Self {
        Self {
            schema,
            indices: Vec::new(),
            activity: None,
            lists: BTreeMap::new(),
            event_category_field: None,
            published: BTreeMap::new(),
            spl: None,
        }
    }
}

/// The outcome of lowering one query.
#[derive(Debug, Clone, Default)]
pub struct Lowered {
    /// What it does; `None` when nothing could be read.
    pub plan: Option<Plan>,
    /// What to tell its author; spans count bytes of the query.
    pub diagnostics: Vec<Diagnostic>,
    /// What the plan does not hold.
    pub losses: Vec<Loss>,
}

/// Longest query in bytes: half as long again as the longest that converters make of public rules.
/// A tree takes hundreds of times the memory of its text.
pub const MAX_BYTES: usize = 512 * 1024;

/// Lowers a query.
pub fn lower(language: Language, source: &Source, context: &Context<'_>) -> Lowered {
    if source.text().len() > MAX_BYTES {
        let message = format!("the query is longer than {MAX_BYTES} bytes");
        return Lowered {
            diagnostics: vec![Diagnostic::new(Code::FileTooLarge, source, message)],
            ..Lowered::default()
        };
    }
    match language {
        Language::Eql => eql::lower(eql::Dialect::Elasticsearch, source, context),
        Language::Esql => esql::lower(source, context),
        Language::Kuery => kuery::lower(source, context),
        Language::Lucene => lucene::lower(source, context),
        Language::Kusto => kusto::lower(source, context),
        Language::Sigma => sigma::lower(source, context),
        Language::Spl => spl::lower(source, context),
        Language::Yaral => yaral::lower(source, context),
        Language::None => Lowered::default(),
    }
}

//! `externaldata`: the rows of a text that lies beside the rules, where the corpus has it. Nothing
//! is ever fetched: any other is kept by name.

use super::Lowering;
use super::relation::{Branch, Relation};
use super::table::declared;
use crate::kusto::ast::{ExprKind, External, Literal};
use tripline_ir::{LossReason, Plan, Table, Text, Value, format_smolstr};
use tripline_schema::{Activity, Scheme};
use tripline_text::Span;

/// The most rows that are put into a plan.
const MAX_ROWS: usize = 10_000;

impl<'a> Lowering<'a> {
    pub(super) fn external(&mut self, external: &'a External, span: Span) -> Option<Relation> {
        let addresses = || {
            external
                .addresses
                .iter()
                .map(|address| match &address.kind {
                    ExprKind::Literal(Literal::Text(text)) => text.as_str(),
                    _ => "",
                })
        };
        let published = &self.context.published;
        let rows: Option<Vec<_>> = addresses()
            .map(|address| rows_of(external, address, published.get(address)?))
            .collect();
        let rows = rows.map(|texts| texts.into_iter().flatten().collect::<Vec<_>>());
        let mut relation = match rows.filter(|rows| !rows.is_empty() && rows.len() <= MAX_ROWS) {
            Some(rows) => {
                let names = external
                    .columns
                    .iter()
                    .map(|column| column.name.text.clone());
                let plan = Plan::Table(Table {
                    columns: names.collect(),
                    rows,
                });
                Relation::of(Branch::new(plan, Scheme::Sentinel, Activity::Other))
            }
            None => {
                let name = addresses().next().unwrap_or_default();
                let name = format_smolstr!("externaldata {name}");
                self.opaque(LossReason::UnresolvedList, &name, span)?
            }
        };
        for branch in &mut relation.branches {
            declared(branch, &external.columns);
        }
        Some(relation)
    }
}

/// The rows of a text; `None` when its format is another than CSV, TSV or lines, or a column is no
/// text.
fn rows_of(external: &External, address: &str, text: &str) -> Option<Vec<Vec<Value>>> {
    let columns = &external.columns;
    if columns.iter().any(|column| column.kind != "string") {
        return None;
    }
    let setting = |wanted: &str| {
        let found = external.settings.iter().find(|(name, _)| name == wanted);
        found.map(|(_, value)| value.to_lowercase())
    };
    let extension = address
        .rsplit_once('.')
        .map_or("csv", |(_, extension)| extension);
    let format = setting("format").unwrap_or_else(|| extension.to_lowercase());
    let first = usize::from(setting("ignorefirstrecord").as_deref() == Some("true"));
    let cell = |text: &str| Value::Text(Text::from(text));
    let separator = match format.as_str() {
        "txt" | "raw" => {
            let lines = text.lines().skip(first);
            return Some(lines.map(|line| vec![cell(line)]).collect());
        }
        "csv" => b',',
        "tsv" => b'\t',
        _ => return None,
    };
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(separator)
        .from_reader(text.as_bytes());
    let records = reader.records().skip(first);
    let row = |record: csv::StringRecord| {
        let mut cells: Vec<Value> = record.iter().map(cell).collect();
        cells.resize(columns.len(), Value::Null);
        cells
    };
    records.map(|record| record.ok().map(row)).collect()
}

//! Parsers of the Advanced Security Information Model: tables whose arguments are filters.

use super::Lowering;
use super::relation::Branch;
use super::scalar::{Kind, Typed};
use crate::kusto::ast::{Argument, Call, Test};
use tripline_ir::{FieldRef, LossReason, Predicate, Text, Value as Constant, format_smolstr};
use tripline_text::Span;

/// How a filter compares its column.
#[derive(Clone, Copy)]
enum Filter {
    /// One of the values, by an operator that looks at no letter case.
    Any(Test),
    /// Each of the values.
    All(Test),
    /// A bound in time.
    Time(Test),
    /// It changes nothing about rows.
    Nothing,
}

// Table: parameter, column, comparison.
const FILTERS: [(&str, &str, Filter); 29] = [
    (
        "starttime",
        "TimeGenerated",
        Filter::Time(Test::GreaterEqual),
    ),
    ("endtime", "TimeGenerated", Filter::Time(Test::LessEqual)),
    ("disabled", "", Filter::Nothing),
    ("pack", "", Filter::Nothing),
    ("eventtype", "EventType", Filter::Any(Test::Equals)),
    ("eventtype_in", "EventType", Filter::Any(Test::Equals)),
    ("eventresult", "EventResult", Filter::Any(Test::Equals)),
    (
        "eventresultdetails_in",
        "EventResultDetails",
        Filter::Any(Test::Equals),
    ),
    ("commandline_has_any", "CommandLine", Filter::Any(Test::Has)),
    ("commandline_has_all", "CommandLine", Filter::All(Test::Has)),
    (
        "actingprocess_has_any",
        "ActingProcessName",
        Filter::Any(Test::Has),
    ),
    (
        "targetprocess_has_any",
        "TargetProcessName",
        Filter::Any(Test::Has),
    ),
    (
        "parentprocess_has_any",
        "ParentProcessName",
        Filter::Any(Test::Has),
    ),
    (
        "targetusername_has",
        "TargetUsername",
        Filter::Any(Test::Has),
    ),
    (
        "targetusername_has_any",
        "TargetUsername",
        Filter::Any(Test::Has),
    ),
    ("actorusername_has", "ActorUsername", Filter::Any(Test::Has)),
    (
        "actorusername_has_any",
        "ActorUsername",
        Filter::Any(Test::Has),
    ),
    ("dvchostname_has_any", "DvcHostname", Filter::Any(Test::Has)),
    ("domain_has_any", "DnsQuery", Filter::Any(Test::Has)),
    (
        "responsecodename",
        "DnsResponseCodeName",
        Filter::Any(Test::Equals),
    ),
    ("url_has_any", "Url", Filter::Any(Test::Has)),
    (
        "httpuseragent_has_any",
        "HttpUserAgent",
        Filter::Any(Test::Has),
    ),
    ("dstportnumber", "DstPortNumber", Filter::Any(Test::Equals)),
    (
        "targetfilepath_has_any",
        "TargetFilePath",
        Filter::Any(Test::Has),
    ),
    ("srcfilepath_has_any", "SrcFilePath", Filter::Any(Test::Has)),
    ("registrykey_has_any", "RegistryKey", Filter::Any(Test::Has)),
    (
        "registryvalue_has_any",
        "RegistryValue",
        Filter::Any(Test::Has),
    ),
    (
        "registrydata_has_any",
        "RegistryValueData",
        Filter::Any(Test::Has),
    ),
    ("operation_has_any", "Operation", Filter::Any(Test::Has)),
];

impl<'a> Lowering<'a> {
    /// The rows of a parser, with its arguments as tests.
    pub(super) fn parser_rows(&mut self, call: &'a Call, span: Span) -> Option<Branch> {
        let mut branch = self.source_of(&call.name.text, span)?;
        for argument in &call.arguments {
            match self.parser_filter(argument, &branch) {
                Some(test) => branch.filter(test),
                None => {
                    let written = self.source.slice(argument.value.span);
                    let name = argument.names.first().map_or(written, |name| &name.text);
                    let detail = format_smolstr!("{}({name})", call.name.text);
                    self.lose(LossReason::NotExpressible, detail, argument.value.span);
                }
            }
        }
        Some(branch)
    }

    fn parser_filter(&mut self, argument: &'a Argument, branch: &Branch) -> Option<Predicate> {
        let name = argument.names.first()?;
        let (_, column, filter) = FILTERS.iter().find(|(own, _, _)| *own == name.text)?;
        let value = self.constant(&argument.value)?;
        let field = self.field(column, branch);
        let span = argument.value.span;
        let (test, all) = match filter {
            Filter::Nothing => return Some(Predicate::True),
            Filter::Time(test) => {
                let time = Typed::of_column(field, Kind::Time);
                return Some(self.leaf(*test, true, time, value, false, span));
            }
            Filter::Any(test) => (*test, false),
            Filter::All(test) => (*test, true),
        };
        let values: Vec<Constant> = match value.constant()? {
            Constant::List(items) => items,
            one => vec![one],
        };
        // `*` stands for any value, and an empty list for no filter.
        if values.is_empty() || values.contains(&Constant::Text(Text::new_static("*"))) {
            return Some(Predicate::True);
        }
        let tests = values.into_iter().map(|value| {
            let column = Typed::of_column(FieldRef::clone(&field), Kind::Unknown);
            self.leaf(test, false, column, Typed::of(value), false, span)
        });
        let tests: Vec<Predicate> = tests.collect();
        Some(if all {
            Predicate::and(tests)
        } else {
            Predicate::or(tests)
        })
    }
}

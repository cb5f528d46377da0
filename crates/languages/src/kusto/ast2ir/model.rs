//! Parsers of the Advanced Security Information Model: tables whose arguments are filters.

use super::Lowering;
use super::relation::Branch;
use super::scalar::{Kind, Typed};
use crate::kusto::ast::{Argument, Call, Test};
use tripline_ir::{
    Atom, Expr as Value, FieldRef, Function, LossReason, Predicate, Subject, Test as IrTest, Text,
    Value as Constant, format_smolstr,
};
use tripline_text::Span;

/// How a filter compares its column.
#[derive(Clone, Copy)]
enum Filter {
    /// One of the values, by an operator that looks at no letter case.
    Any(Test),
    /// Each of the values.
    All(Test),
    /// An address that begins with one of the values.
    Prefix,
    /// A bound in time.
    Time(Test),
    /// It changes nothing about rows.
    Nothing,
}

// Table: parameter, columns, comparison.
const FILTERS: [(&str, &str, Filter); 51] = [
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
    (
        "hostname_has_any",
        "SrcHostname DstHostname",
        Filter::Any(Test::Has),
    ),
    ("srchostname_has_any", "SrcHostname", Filter::Any(Test::Has)),
    ("dsthostname_has_any", "DstHostname", Filter::Any(Test::Has)),
    (
        "username_has_any",
        "TargetUsername ActorUsername",
        Filter::Any(Test::Has),
    ),
    ("srcusername_has_any", "SrcUsername", Filter::Any(Test::Has)),
    (
        "targetappname_has_any",
        "TargetAppName",
        Filter::Any(Test::Has),
    ),
    ("srcipaddr_has_any_prefix", "SrcIpAddr", Filter::Prefix),
    ("dstipaddr_has_any_prefix", "DstIpAddr", Filter::Prefix),
    (
        "ipaddr_has_any_prefix",
        "SrcIpAddr DstIpAddr",
        Filter::Prefix,
    ),
    ("dvcipaddr_has_any_prefix", "DvcIpAddr", Filter::Prefix),
    ("response_has_ipv4", "DnsResponseName", Filter::Prefix),
    ("response_has_any_prefix", "DnsResponseName", Filter::Prefix),
    ("srcipaddr", "SrcIpAddr", Filter::Any(Test::Equals)),
    ("dvcaction", "DvcAction", Filter::Any(Test::Equals)),
    ("object_has_any", "Object", Filter::Any(Test::Has)),
    ("newvalue_has_any", "NewValue", Filter::Any(Test::Has)),
    (
        "hashes_has_any",
        "TargetFileMD5 TargetFileSHA1 TargetFileSHA256 TargetFileSHA512",
        Filter::Any(Test::Has),
    ),
    (
        "attacktactics_has_any",
        "AttackTactics",
        Filter::Any(Test::Has),
    ),
    (
        "attacktechniques_has_any",
        "AttackTechniques",
        Filter::Any(Test::Has),
    ),
    (
        "threatcategory_has_any",
        "ThreatCategory",
        Filter::Any(Test::Has),
    ),
    (
        "alertverdict_has_any",
        "AlertVerdict",
        Filter::Any(Test::Has),
    ),
    (
        "eventseverity_has_any",
        "EventSeverity",
        Filter::Any(Test::Has),
    ),
];

// Table: schema, parameter, columns, where they are others than elsewhere.
const OWN_COLUMNS: [(&str, &str, &str); 3] = [
    ("AlertEvent", "hostname_has_any", "DvcHostname"),
    ("AlertEvent", "ipaddr_has_any_prefix", "DvcIpAddr"),
    ("AlertEvent", "username_has_any", "Username"),
];

impl<'a> Lowering<'a> {
    /// The rows of a parser, with its arguments as tests.
    pub(super) fn parser_rows(&mut self, call: &'a Call, span: Span) -> Option<Branch> {
        let mut branch = self.source_of(&call.name.text, span)?;
        for argument in &call.arguments {
            match self.parser_filter(&call.name.text, argument, &branch) {
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

    fn parser_filter(
        &mut self,
        parser: &str,
        argument: &'a Argument,
        branch: &Branch,
    ) -> Option<Predicate> {
        let name = argument.names.first()?;
        let (_, columns, filter) = FILTERS.iter().find(|(own, _, _)| *own == name.text)?;
        let own = OWN_COLUMNS
            .iter()
            .find(|(schema, of, _)| *of == name.text && parser.contains(schema));
        let columns = own.map_or(*columns, |(_, _, columns)| columns);
        let value = self.constant(&argument.value)?;
        let span = argument.value.span;
        match filter {
            Filter::Nothing => return Some(Predicate::True),
            Filter::Time(test) => {
                let time = Typed::of_column(self.field(columns, branch), Kind::Time);
                return Some(self.leaf(*test, true, time, value, false, span));
            }
            _ => {}
        }
        let values: Vec<Constant> = match value.constant()? {
            Constant::List(items) => items,
            one => vec![one],
        };
        // `*` stands for any value, and an empty list for no filter.
        if values.is_empty() || values.contains(&Constant::Text(Text::new_static("*"))) {
            return Some(Predicate::True);
        }
        let tests = columns.split(' ').map(|column| {
            let field = self.field(column, branch);
            self.column_test(*filter, &field, &values, span)
        });
        let tests: Vec<Predicate> = tests.collect();
        Some(Predicate::or(tests))
    }

    /// A test of one column against the values of a parameter.
    fn column_test(
        &mut self,
        filter: Filter,
        field: &FieldRef,
        values: &[Constant],
        span: Span,
    ) -> Predicate {
        let (test, all) = match filter {
            Filter::All(test) => (test, true),
            Filter::Any(test) => (test, false),
            Filter::Prefix | Filter::Time(_) | Filter::Nothing => {
                return prefixed(field, values, span);
            }
        };
        let tests = values.iter().map(|value| {
            let column = Typed::of_column(FieldRef::clone(field), Kind::Unknown);
            self.leaf(test, false, column, Typed::of(value.clone()), false, span)
        });
        let tests: Vec<Predicate> = tests.collect();
        if all {
            Predicate::and(tests)
        } else {
            Predicate::or(tests)
        }
    }
}

/// Whether a column holds an address that begins with one of the values.
fn prefixed(field: &FieldRef, values: &[Constant], span: Span) -> Predicate {
    let column = Typed::of_column(FieldRef::clone(field), Kind::Text).known_text();
    let values = values.iter().cloned().map(Value::Literal);
    let values = Value::call(Function::List, values.collect());
    let found = Value::call(Function::HasIpv4Prefix, vec![column, values]);
    Predicate::atom(Atom::new(Subject::Expr(found), IrTest::IsTrue, span))
}

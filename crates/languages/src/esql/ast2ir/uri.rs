//! `URI_PARTS`: the parts of an address of a resource as columns.
//!
//! What is no URI by its characters is read as a URL when it begins as one, and keeps its escapes;
//! anything else has no parts.

use super::super::ast::{Expr, Name};
use super::Lowering;
use super::columns::Column;
use super::stats::derive;
use super::value::{bound, call, literal};
use tripline_ir::{Dialect, Function, Plan, Text, Value, format_smolstr};

const URI: &str = r"\A(?:[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=]|%[0-9A-Fa-f]{2}|[^\x00-\xa0])*\z";
const URL: &str = r"\A(?i:https?|ftp|file|jar):";
const SCHEME: &str = r"\A([A-Za-z][A-Za-z0-9+.\-]*):";
/// Authority, path, query, fragment; a scheme that no slash follows has none of them.
const PARTS: &str = r"\A(?![A-Za-z][A-Za-z0-9+.\-]*:(?!/))(?:[A-Za-z][A-Za-z0-9+.\-]*:)?(?://([^/?#]*))?([^?#]*)(?:\?([^#]*))?(?:#([\s\S]*))?\z";
/// User, host, port.
const AUTHORITY: &str = r"\A(?:([^@]*)@)?([A-Za-z0-9.\-]+|\[[^\]]*\])(?::([0-9]*))?\z";
const USER: &str = r"\A([^:]*):([\s\S]*)\z";
const EXTENSION: &str = r"/[^/]*\.([^/.]*)\z";

impl Lowering<'_> {
    /// `URI_PARTS prefix = text`.
    pub(super) fn uri_parts(&mut self, plan: Plan, prefix: &Name, input: &Expr) -> Plan {
        let input = self.scalar(input);
        let names = PARTS_OF_URI.map(|name| format_smolstr!("{}.{name}", prefix.text));
        let Some(input) = input else {
            for name in names {
                self.columns.lose(name);
            }
            return plan;
        };
        let mut columns: Vec<(Text, tripline_ir::Expr)> = Vec::new();
        for (part, name) in PARTS_OF_URI.into_iter().zip(names) {
            columns.push((name.clone(), value(part, input.clone())));
            self.columns.set(name, Column::one());
        }
        derive(plan, columns)
    }
}

/// The columns, without their prefix.
const PARTS_OF_URI: [&str; 10] = [
    "domain",
    "fragment",
    "path",
    "extension",
    "port",
    "query",
    "scheme",
    "user_info",
    "username",
    "password",
];

/// A part of a text.
fn value(part: &str, input: tripline_ir::Expr) -> tripline_ir::Expr {
    bound("uri", input, |uri| {
        let raw = |group| capture(uri.clone(), PARTS, group);
        let found = match part {
            "scheme" => capture(uri.clone(), SCHEME, 1),
            "domain" => capture(raw(1), AUTHORITY, 2),
            "port" => call(Function::ToInt32, vec![capture(raw(1), AUTHORITY, 3)]),
            "path" => decoded(&uri, raw(2)),
            "extension" => capture(decoded(&uri, raw(2)), EXTENSION, 1),
            "query" => decoded(&uri, raw(3)),
            "fragment" => decoded(&uri, raw(4)),
            other => {
                let user = decoded(&uri, capture(raw(1), AUTHORITY, 1));
                match other {
                    "username" => capture(user, USER, 1),
                    "password" => capture(user, USER, 2),
                    _ => user,
                }
            }
        };
        let known = [URI, URL].map(|pattern| matches(&uri, pattern));
        let null = literal(Value::Null);
        call(
            Function::If,
            vec![call(Function::Or, known.into()), found, null],
        )
    })
}

fn capture(text: tripline_ir::Expr, pattern: &str, group: i64) -> tripline_ir::Expr {
    let arguments = vec![text, literal(pattern), literal(group)];
    call(Function::RegexCapture(Dialect::Pcre), arguments)
}

fn matches(text: &tripline_ir::Expr, pattern: &str) -> tripline_ir::Expr {
    let arguments = vec![text.clone(), literal(pattern)];
    call(Function::RegexMatch(Dialect::Pcre), arguments)
}

/// A part with its escapes read, when it is of a URI; a plus stays one.
fn decoded(uri: &tripline_ir::Expr, part: tripline_ir::Expr) -> tripline_ir::Expr {
    bound("part", part, |part| {
        let plus = vec![part.clone(), literal("+"), literal("%2B")];
        let read = call(Function::UrlDecode, vec![call(Function::Replace, plus)]);
        call(Function::If, vec![matches(uri, URI), read, part])
    })
}

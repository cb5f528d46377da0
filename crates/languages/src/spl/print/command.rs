//! Every command: its name and its arguments.

use super::super::ast::{
    Appending, Bound, Command, Keep, Lookup, Name, Options, Pipeline, Search, Sorted,
};
use super::super::cursor::is_name;
use super::search::word;
use super::words::{begins_with_word, joined, option_value, quoted};
use super::{Place, Printer};
use tripline_ir::Text;

impl Printer {
    /// A command without its bar.
    pub(super) fn command(self, command: &Command) -> String {
        match command {
            Command::Search(search) => head("search", self.search(search)),
            Command::Where(condition) => head("where", self.expression(condition)),
            Command::Eval(columns) => {
                let columns = columns.iter().map(|(name, expr)| {
                    format!("{}={}", self.name(&name.text), self.expression(expr))
                });
                head("eval", listed(columns))
            }
            Command::Tstats(tstats) => self.tstats(tstats),
            Command::Stats(stats) => self.stats(stats),
            Command::Top {
                rare,
                options,
                fields,
                by,
            } => self.top(*rare, options, fields, by),
            Command::Lookup(lookup) => self.lookup(lookup),
            Command::Generic {
                name, arguments, ..
            } => head(&name.text, arguments.text.to_string()),
            Command::Macro(name) => format!("`{}`", name.text),
            Command::Error => String::new(),
            other => self.nested(other),
        }
    }

    /// Commands that run other searches.
    fn nested(self, command: &Command) -> String {
        match command {
            Command::Join {
                options: found,
                fields,
                on,
                right,
            } => joined([
                "join".to_owned(),
                options(found),
                self.columns(fields),
                clause("where", self.equal_pairs(on)),
                self.bracketed(right, Place::Subsearch),
            ]),
            Command::Append {
                how,
                options: found,
                inputs,
            } => self.append(*how, found, inputs),
            Command::Foreach {
                options: found,
                fields,
                body,
            } => joined([
                "foreach".to_owned(),
                options(found),
                joined(fields.iter().map(|name| self.column(&name.text))),
                self.bracketed(body, Place::Body),
            ]),
            Command::Map { limit, body } => {
                let limit = (*limit != 10).then(|| format!("maxsearches={limit}"));
                joined([
                    "map".to_owned(),
                    limit.unwrap_or_default(),
                    self.bracketed(body, Place::Subsearch),
                ])
            }
            other => self.of_rows(other),
        }
    }

    /// The pairs of names behind `where` of `join`.
    fn equal_pairs(self, pairs: &[(Name, Name)]) -> String {
        let pairs = pairs.iter();
        let pairs = pairs.map(|(a, b)| format!("{}={}", self.name(&a.text), self.name(&b.text)));
        pairs.collect::<Vec<_>>().join(" AND ")
    }

    /// Commands that choose and order rows and columns.
    fn of_rows(self, command: &Command) -> String {
        match command {
            Command::Dedup {
                options,
                count,
                fields,
            } => self.dedup(options, *count, fields),
            Command::Rename(pairs) => {
                let pairs = pairs.iter().map(|(old, new)| {
                    format!("{} as {}", self.column(&old.text), self.column(&new.text))
                });
                head("rename", listed(pairs))
            }
            Command::Fields { keep, fields } => {
                let name = match keep {
                    Keep::Fields => "fields",
                    Keep::Drop => "fields -",
                    Keep::Table => "table",
                };
                head(name, self.columns(fields))
            }
            Command::Sort { fields, limit } => {
                let limit = limit.map(|limit| limit.to_string());
                let fields = fields.iter().map(|key| self.sorted(key));
                joined(["sort".to_owned(), limit.unwrap_or_default(), listed(fields)])
            }
            Command::Head {
                options: found,
                count,
                while_,
            } => joined([
                "head".to_owned(),
                count.map(|count| count.to_string()).unwrap_or_default(),
                options(found),
                while_
                    .as_ref()
                    .map_or_else(String::new, |expr| format!("({})", self.expression(expr))),
            ]),
            Command::Tail { count } => format!("tail {count}"),
            other => self.of_events(other),
        }
    }

    /// Commands that make rows.
    fn of_events(self, command: &Command) -> String {
        match command {
            Command::Transaction {
                options: found,
                fields,
                starts,
                ends,
            } => joined([
                "transaction".to_owned(),
                self.names(fields),
                options(found),
                self.bound("startswith", starts.as_ref()),
                self.bound("endswith", ends.as_ref()),
            ]),
            Command::Inputlookup {
                options: found,
                name,
                filter,
            } => joined([
                "inputlookup".to_owned(),
                options(found),
                self.name(&name.text),
                filter
                    .as_ref()
                    .map_or_else(String::new, |filter| head("where", self.search(filter))),
            ]),
            Command::From { kind, name } => self.from(kind, &name.text),
            Command::Makeresults { options: found } => head("makeresults", options(found)),
            other => self.of_columns(other),
        }
    }

    /// Commands that compute columns.
    fn of_columns(self, command: &Command) -> String {
        match command {
            Command::Fillnull { value, fields } => {
                let value = value.clone().map(|value| ("value".into(), value));
                joined([
                    "fillnull".to_owned(),
                    options(value.as_slice()),
                    self.columns(fields),
                ])
            }
            Command::Makemv {
                options: found,
                field,
            } => joined(["makemv".to_owned(), options(found), self.name(&field.text)]),
            Command::Mvexpand {
                field,
                options: found,
            } => joined([
                "mvexpand".to_owned(),
                self.name(&field.text),
                options(found),
            ]),
            Command::Bin {
                options: found,
                field,
                alias,
            } => joined([
                "bin".to_owned(),
                options(found),
                self.name(&field.text),
                clause(
                    "as",
                    alias
                        .as_ref()
                        .map_or_else(String::new, |alias| self.column(&alias.text)),
                ),
            ]),
            Command::Convert {
                options: found,
                conversions,
            } => {
                let conversions = conversions.iter().map(|one| self.conversion(one));
                joined(["convert".to_owned(), options(found), listed(conversions)])
            }
            other => self.of_texts(other),
        }
    }

    /// Commands that look into texts.
    fn of_texts(self, command: &Command) -> String {
        match command {
            Command::Rex {
                options: found,
                pattern,
            } => joined(["rex".to_owned(), options(found), quoted(&pattern.text)]),
            Command::Regex {
                field,
                negated,
                pattern,
            } => {
                let field = field.as_ref().map(|field| self.name(&field.text));
                let op = match (&field, negated) {
                    (_, true) => "!=",
                    (Some(_), false) => "=",
                    (None, false) => "",
                };
                let field = field.unwrap_or_default();
                format!("regex {field}{op}{}", quoted(&pattern.text))
            }
            Command::Spath {
                options: found,
                path,
            } => self.spath(found, path.as_ref()),
            Command::Replace { pairs, fields } => {
                let pairs = pairs
                    .iter()
                    .map(|(old, new)| format!("{} with {}", quoted(&old.text), quoted(&new.text)));
                joined([
                    "replace".to_owned(),
                    listed(pairs),
                    clause("in", self.columns(fields)),
                ])
            }
            _ => String::new(),
        }
    }

    /// Names with commas between them.
    pub(super) fn names(self, names: &[Name]) -> String {
        listed(names.iter().map(|name| self.name(&name.text)))
    }

    /// Names of columns with commas between them.
    pub(super) fn columns(self, names: &[Name]) -> String {
        listed(names.iter().map(|name| self.column(&name.text)))
    }

    fn lookup(self, lookup: &Lookup) -> String {
        let pairs = |pairs: &[(Name, Name)]| {
            listed(pairs.iter().map(|(column, field)| {
                let name = self.name(&column.text);
                if column.text == field.text {
                    name
                } else {
                    format!("{name} as {}", self.column(&field.text))
                }
            }))
        };
        let outputs = pairs(&lookup.outputs);
        joined([
            "lookup".to_owned(),
            options(&lookup.options),
            self.name(&lookup.table.text),
            pairs(&lookup.keys),
            if lookup.only_new {
                head("OUTPUTNEW", outputs)
            } else {
                clause("OUTPUT", outputs)
            },
        ])
    }

    fn append(self, how: Appending, found: &Options, inputs: &[Pipeline]) -> String {
        let (name, place) = match how {
            Appending::Append => ("append", Place::Subsearch),
            Appending::Appendcols => ("appendcols", Place::Subsearch),
            Appending::Appendpipe => ("appendpipe", Place::Body),
            Appending::Union => ("union", Place::Subsearch),
            Appending::Multisearch => ("multisearch", Place::Subsearch),
        };
        let inputs = inputs.iter().map(|input| self.bracketed(input, place));
        joined([name.to_owned(), options(found), joined(inputs)])
    }

    /// `sortby` takes what is behind it as it stands; an odd one is written as an option, which
    /// reads as the same.
    fn dedup(self, found: &Options, count: u64, fields: &[Name]) -> String {
        let plain = |c: char| is_name(c) || matches!(c, ' ' | '+' | ',');
        let last = found.split_last().filter(|((key, value), _)| {
            let text = value.text.as_str();
            key == "sortby" && text == text.trim() && !text.is_empty() && text.chars().all(plain)
        });
        let (sorted, before) = match last {
            Some(((_, value), before)) => (value.text.to_string(), before),
            None => (String::new(), found.as_slice()),
        };
        joined([
            "dedup".to_owned(),
            if count == 1 {
                String::new()
            } else {
                count.to_string()
            },
            options(before),
            self.columns(fields),
            clause("sortby", sorted),
        ])
    }

    fn sorted(self, key: &Sorted) -> String {
        let sign = if key.descending { "-" } else { "" };
        match &key.order {
            Some(order) => format!("{sign}{order}({})", self.name(&key.field.text)),
            None => format!("{sign}{}", self.column(&key.field.text)),
        }
    }

    fn bound(self, key: &str, bound: Option<&Bound>) -> String {
        match bound {
            None => String::new(),
            Some(Bound::Eval(expr)) => format!("{key}=eval({})", self.expression(expr)),
            // A bare word may hold what would be a comparison in parentheses.
            Some(Bound::Search(Search::Term(term)))
                if !term.quoted && !begins_with_word(&term.text, "eval") =>
            {
                format!("{key}={}", word(term))
            }
            Some(Bound::Search(search)) => format!("{key}=({})", self.search(search)),
        }
    }

    fn from(self, kind: &str, name: &str) -> String {
        let plain = kind.chars().all(is_name);
        let name = self.name(name);
        if plain {
            format!("from {kind}:{name}")
        } else {
            format!("from {} {name}", self.name(kind))
        }
    }

    fn conversion(self, (function, field, alias): &(Name, Name, Option<Name>)) -> String {
        let function = self.name(&function.text);
        let field = self.name(&field.text);
        let alias = alias.as_ref().map(|alias| self.column(&alias.text));
        joined([
            format!("{function}({field})"),
            clause("as", alias.unwrap_or_default()),
        ])
    }

    /// The path stands among the options or behind them.
    fn spath(self, found: &Options, path: Option<&Name>) -> String {
        let option = found.iter().find(|(key, _)| key == "path");
        let behind = path.filter(|path| option.is_none_or(|(_, own)| own.text != path.text));
        let behind = behind.map(|path| self.name(&path.text));
        joined([
            "spath".to_owned(),
            options(found),
            behind.unwrap_or_default(),
        ])
    }
}

/// `key=value`, in order.
pub(super) fn options(options: &[(Text, Name)]) -> String {
    let texts = options.iter();
    joined(texts.map(|(key, value)| format!("{key}={}", option_value(&value.text))))
}

/// A word and what is behind it.
fn head(word: &str, rest: String) -> String {
    joined([word.to_owned(), rest])
}

/// A word and what is behind it, or nothing where nothing is.
pub(super) fn clause(word: &str, rest: String) -> String {
    if rest.is_empty() {
        rest
    } else {
        head(word, rest)
    }
}

fn listed(texts: impl IntoIterator<Item = String>) -> String {
    let texts: Vec<String> = texts.into_iter().collect();
    texts.join(", ")
}

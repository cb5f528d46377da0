//! Columns made out of text: `rex`, `makemv`, `spath`.

use super::super::ast::{Command, Name, Options, Stage};
use super::super::facts;
use super::super::print;

use super::aggregate::{derive, is_true, option};
use super::scope::{captures, filled};
use super::{Flow, Lowering};
use tripline_ir::{
    Case, Dialect, Each, Expr, FieldRef, Function, LossReason, Text, Value, replacement,
};
use tripline_text::{Code, Span};

impl Lowering<'_> {
    pub(super) fn makemv(
        &mut self,
        options: &Options,
        field: &Name,
        mut flow: Flow,
        span: Span,
    ) -> Flow {
        let own = self.field_value(&flow.scope, &field.text);
        let value = if let Some(expression) = option(options, "tokenizer").cloned() {
            if self.regex(&expression, span).is_none() {
                return flow;
            }
            let one = Expr::Literal(Value::Int(1));
            let expression = Expr::Literal(Value::Text(expression));
            Expr::call(
                Function::RegexCaptureAll(Dialect::Pcre),
                vec![own, expression, one],
            )
        } else {
            let delimiter = option(options, "delim")
                .cloned()
                .unwrap_or_else(|| " ".into());
            let parts = Expr::call(
                Function::Split,
                vec![own, Expr::Literal(Value::Text(delimiter))],
            );
            if option(options, "allowempty").is_some_and(|text| is_true(text)) {
                parts
            } else {
                let empty = Expr::call(Function::IsEmpty, vec![Expr::Variable("part".into())]);
                Expr::Each {
                    how: Each::Filter,
                    list: Box::new(parts),
                    variable: "part".into(),
                    body: Box::new(Expr::call(Function::Not, vec![empty])),
                }
            }
        };
        derive(&mut flow, field.text.clone(), value);
        flow
    }

    pub(super) fn rex(
        &mut self,
        options: &Options,
        pattern: &Name,
        mut flow: Flow,
        span: Span,
    ) -> Flow {
        let field = option(options, "field")
            .cloned()
            .unwrap_or_else(|| "_raw".into());
        let own = self.field_value(&flow.scope, &field);
        if option(options, "mode").is_some_and(|mode| mode.eq_ignore_ascii_case("sed")) {
            let Some(value) = sed(&pattern.text, own) else {
                self.lose(LossReason::NotExpressible, "rex mode=sed", span);
                return flow;
            };
            derive(&mut flow, field, value);
            return flow;
        }
        if self.regex(&pattern.text, pattern.span).is_none() {
            return flow;
        }
        let groups = group_names(&pattern.text);
        if groups.is_empty() {
            let message = "the expression has no named group, so nothing is extracted";
            let hint = Some("a named group is written `(?<name>...)`".to_owned());
            self.report(Code::SplArgument, pattern.span, message, hint);
        }
        let many: Option<u64> = option(options, "max_match").and_then(|text| text.parse().ok());
        let expression = Expr::Literal(Value::Text(pattern.text.clone()));
        for group in groups {
            let name = Expr::Literal(Value::Text(group.clone()));
            let arguments = vec![own.clone(), expression.clone(), name];
            let found = match many {
                None | Some(1) => Expr::call(Function::RegexCapture(Dialect::Pcre), arguments),
                Some(count) => {
                    let all = Expr::call(Function::RegexCaptureAll(Dialect::Pcre), arguments);
                    match i64::try_from(count).ok().filter(|count| *count > 0) {
                        Some(count) => Expr::call(
                            Function::Slice,
                            vec![
                                all,
                                Expr::Literal(Value::Int(0)),
                                Expr::Literal(Value::Int(count - 1)),
                            ],
                        ),
                        None => all,
                    }
                }
            };
            // A field that is there keeps its value where nothing matches.
            let value = if flow.scope.has(&group) {
                let before = self.field_value(&flow.scope, &group);
                Expr::call(Function::Coalesce, vec![found, before])
            } else {
                found
            };
            derive(&mut flow, group, value);
        }
        flow
    }

    pub(super) fn spath(
        &mut self,
        options: &Options,
        path: Option<&Name>,
        mut flow: Flow,
        later: &[Stage],
    ) -> Flow {
        let input = option(options, "input").map_or("_raw", Text::as_str);
        // An event's own text, which most events of ours do not have.
        let event = input == "_raw" && !flow.scope.columns.contains_key(input);
        let Some(path) = path else {
            // Every field of the text; an event's own are there already.
            if !event && !later.is_empty() {
                self.json_columns(&input.into(), &mut flow, later);
            } else if flow.scope.closed {
                flow.scope.vague = true;
            }
            return flow;
        };
        let output = option(options, "output")
            .cloned()
            .unwrap_or_else(|| path.text.clone());
        let steps = Expr::Literal(Value::Text(path.text.clone()));
        let value = if event && flow.scope.has(input) {
            // The fields of an event without a raw text are those that its text would have.
            let raw = Expr::Field(FieldRef::unmapped(input));
            let own = self.field_value(&flow.scope, &path.text);
            let absent = Expr::call(Function::IsNull, vec![raw.clone()]);
            let found = Expr::call(Function::SplunkPath, vec![raw, steps]);
            Expr::call(Function::If, vec![absent, own, found])
        } else {
            let text = self.field_value(&flow.scope, input);
            Expr::call(Function::SplunkPath, vec![text, steps])
        };
        let value = if flow.scope.columns.contains_key(&output) {
            // A column that is there keeps its value where nothing is found.
            let before = self.field_value(&flow.scope, &output);
            Expr::call(Function::Coalesce, vec![value, before])
        } else {
            value
        };
        derive(&mut flow, output, value);
        flow
    }

    /// The fields of a JSON or XML text as columns: those that later stages name, under the names
    /// that they have before a stage between gives them new ones.
    pub(super) fn json_columns(&mut self, input: &Text, flow: &mut Flow, later: &[Stage]) {
        let own = self.field_value(&flow.scope, input);
        let mut names: Vec<Text> = Vec::new();
        for stage in later {
            // As laid out, so that the layout of the search decides nothing.
            let text = print::command(&stage.command);
            for name in words(&text) {
                let fresh = !names.iter().any(|known| known == name);
                let keyword = facts::commands().any(|known| known.eq_ignore_ascii_case(name));
                let fresh = fresh && !name.ends_with('.');
                if fresh && !keyword && !flow.scope.columns.contains_key(name) && name != input {
                    names.push(name.into());
                }
            }
        }
        names.extend(original_names(&names, later));
        for name in names {
            let path = Expr::Literal(Value::Text(name.clone()));
            let mut value = Expr::call(Function::SplunkPath, vec![own.clone(), path]);
            if !flow.scope.closed {
                let before = self.field_value(&flow.scope, &name);
                value = Expr::call(Function::Coalesce, vec![value, before]);
            }
            derive(flow, name, value);
        }
    }
}

/// What names were before later stages renamed families of fields, as `rename a.* as *` does.
pub(super) fn original_names(names: &[Text], later: &[Stage]) -> Vec<Text> {
    let mut found: Vec<Text> = Vec::new();
    for stage in later {
        let Command::Rename(pairs) = &stage.command else {
            continue;
        };
        for (old, new) in pairs.iter().filter(|(old, _)| old.has_wildcard()) {
            let runs = names.iter().filter_map(|name| captures(&new.text, name));
            let olds = runs.map(|runs| filled(&old.text, &runs));
            for name in olds {
                if !names.contains(&name) && !found.contains(&name) {
                    found.push(name);
                }
            }
        }
    }
    found
}

/// The names of an expression's groups, in order, each once.
fn group_names(expression: &str) -> Vec<Text> {
    let mut found: Vec<Text> = Vec::new();
    for opener in ["(?<", "(?P<"] {
        for (at, _) in expression.match_indices(opener) {
            let rest = &expression[at + opener.len()..];
            let Some(end) = rest.find('>') else { continue };
            let name = &rest[..end];
            let valid = !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || c == '_');
            if valid && !found.iter().any(|own| own == name) {
                found.push(name.into());
            }
        }
    }
    found
}

/// `s/expression/replacement/flags`, or `y/letters/others/`.
fn sed(text: &str, own: Expr) -> Option<Expr> {
    let letters = text.starts_with('y');
    let rest = text.strip_prefix(['s', 'y'])?;
    let divider = rest.chars().next()?;
    let mut parts: Vec<String> = vec![String::new()];
    let mut chars = rest[divider.len_utf8()..].chars();
    while let Some(c) = chars.next() {
        if c == '\\' {
            let next = chars.next();
            let last = parts.last_mut()?;
            if next != Some(divider) {
                last.push('\\');
            }
            last.extend(next);
        } else if c == divider {
            parts.push(String::new());
        } else {
            parts.last_mut()?.push(c);
        }
    }
    let [expression, new, flags] = parts.as_slice() else {
        return None;
    };
    if letters {
        let same = expression.chars().count() == new.chars().count() && flags.is_empty();
        let literal = |text: &String| Expr::Literal(Value::Text(text.as_str().into()));
        let arguments = vec![literal(expression), literal(new), own];
        return same.then(|| Expr::call(Function::Translate, arguments));
    }
    let expression = if flags.contains('i') {
        format!("(?i){expression}")
    } else {
        expression.clone()
    };
    let function = if flags.contains('g') {
        Function::RegexReplace(Dialect::Pcre)
    } else {
        Function::RegexReplaceFirst(Dialect::Pcre)
    };
    Some(Expr::call(
        function,
        vec![
            own,
            Expr::Literal(Value::Text(expression.into())),
            Expr::Literal(Value::Text(replacement(new))),
        ],
    ))
}

/// The values of every field of the row whose name fits a pattern, in order of names.
pub(super) fn fields_like(pattern: &str) -> Expr {
    let row = || Expr::call(Function::RowObject, Vec::new());
    let key = || Expr::Variable("field".into());
    let pattern = Expr::Literal(Value::Text(pattern.into()));
    let names = Expr::Each {
        how: Each::Filter,
        list: Box::new(Expr::call(Function::Keys, vec![row()])),
        variable: "field".into(),
        body: Box::new(Expr::call(
            Function::Glob(Case::Sensitive),
            vec![key(), pattern],
        )),
    };
    Expr::Each {
        how: Each::Map,
        list: Box::new(names),
        variable: "field".into(),
        body: Box::new(Expr::call(Function::Member, vec![row(), key()])),
    }
}

/// The words of a text that may be names of fields.
pub(super) fn words(text: &str) -> Vec<&str> {
    let part =
        |c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | '{' | '}' | ':' | '@' | '-');
    text.split(|c: char| !part(c))
        .filter(|word| word.starts_with(|c: char| c.is_alphabetic() || c == '_'))
        .collect()
}

//! One test in canonical form: field, operator, value.
//!
//! The steps of `design/definitions.md` that remain after lowering, in its order: case folding
//! (4), projection of the field (5), regexes that are plain patterns (6), one test per value (7).

use super::plain::field_of;
use super::plain_regex;
use super::project::{self, Separator};
use tripline_ir::{
    Atom, Case, CompareOp, Detection, Expr, FieldRelation, Function, Pattern, Predicate, Shape,
    Subject, Test, Text, fold_char, format_smolstr,
};
use tripline_schema::Schema;

/// What canonicalisation needs to know of a branch.
pub(super) struct Context<'a> {
    pub(super) schema: &'a Schema,
    pub(super) separator: Option<Separator>,
}

impl<'a> Context<'a> {
    /// The context of a leaf: it may name its own platform, else the rule's count.
    pub(super) fn new(schema: &'a Schema, detection: &Detection, leaf: &Predicate) -> Self {
        let own = project::platforms(leaf);
        let platforms = if own.is_empty() {
            &detection.platforms
        } else {
            &own
        };
        Self {
            schema,
            separator: project::separator(platforms),
        }
    }
}

/// A test in canonical form.
pub(super) struct Canonical {
    pub(super) field: Text,
    pub(super) operator: Text,
    pub(super) value: Text,
    pub(super) literal: bool,
    pub(super) case_sensitive: bool,
}

/// Field id of keyword searches.
pub(super) const ANY_FIELD: &str = "(any field)";

/// Field id of tests that read no field.
const COMPUTED: &str = "(computed)";

/// The canonical forms of one atom: one per value.
pub(super) fn canonical(atom: &Atom, context: &Context<'_>) -> Vec<Canonical> {
    if let Some(found) = computed(atom) {
        return vec![found];
    }
    let (field, prefix) = subject(&atom.subject);
    let patterns = match &atom.test {
        Test::Pattern(pattern) => Some(vec![pattern.clone()]),
        Test::Regex(regex) => plain_regex::patterns(regex),
        _ => None,
    };
    if let Some(patterns) = patterns {
        return patterns
            .into_iter()
            .map(|pattern| of_pattern(&field, prefix, pattern, context))
            .collect();
    }
    let (operator, values, literal, case_sensitive) = parts(&atom.test);
    values
        .into_iter()
        .map(|value| Canonical {
            field: field.clone(),
            operator: operator_name(prefix, &operator),
            value,
            literal,
            case_sensitive,
        })
        .collect()
}

/// A test of a computed condition: a comparison of two fields is told as one, a function of one field
/// by its name, anything else by the first field that it reads.
fn computed(atom: &Atom) -> Option<Canonical> {
    let (Subject::Expr(value), Test::IsTrue) = (&atom.subject, &atom.test) else {
        return None;
    };
    let found = |field: Text, operator: Text, value: Text| Canonical {
        field,
        operator,
        value,
        literal: false,
        case_sensitive: false,
    };
    if let Expr::Call {
        function,
        arguments,
    } = value
        && let Some(op) = relation(*function)
        && let [left, right] = arguments.as_slice()
        && let (Some(left), Some(right)) = (field_of(left), field_of(right))
    {
        let operator = format_smolstr!("field_{}", op.name());
        return Some(found(
            left.canonical.clone(),
            operator,
            right.canonical.clone(),
        ));
    }
    if let Expr::Call {
        function,
        arguments,
    } = value
        && let [first, rest @ ..] = arguments.as_slice()
        && let (Some(field), Some(value)) = (field_of(first), literals(rest))
    {
        return Some(found(field.canonical.clone(), bare_name(*function), value));
    }
    let field = value.fields().first().map(|field| field.canonical.clone());
    let field = field.unwrap_or_else(|| COMPUTED.into());
    Some(found(field, "computed".into(), Text::default()))
}

/// Constants as one text; `None` when one of the values is none.
fn literals(values: &[Expr]) -> Option<Text> {
    let texts: Option<Vec<String>> = values
        .iter()
        .map(|value| match value {
            Expr::Literal(constant) => constant.as_text().map(|text| text.to_string()),
            _ => None,
        })
        .collect();
    texts.map(|texts| texts.join(", ").into())
}

/// The name of a function without its parameters.
fn bare_name(function: Function) -> Text {
    let name = function.name();
    name.split('<').next().unwrap_or(&name).into()
}

/// The relation that a function decides.
fn relation(function: Function) -> Option<CompareOp> {
    match function {
        Function::Compare(op, ..) => Some(op),
        Function::EqualNullFalse(_) => Some(CompareOp::Eq),
        _ => None,
    }
}

/// The field of a subject, and the function that is applied to it.
fn subject(subject: &Subject) -> (Text, Option<Function>) {
    match subject {
        Subject::Field(field) => (field.canonical.clone(), None),
        Subject::Fields(glob) => (glob.name.clone(), None),
        Subject::AnyField => (ANY_FIELD.into(), None),
        Subject::Expr(expr) => {
            let field = expr.fields().first().map(|field| field.canonical.clone());
            let function = match expr {
                Expr::Call { function, .. } => Some(*function),
                _ => None,
            };
            (field.unwrap_or_else(|| COMPUTED.into()), function)
        }
    }
}

fn operator_name(prefix: Option<Function>, operator: &str) -> Text {
    match prefix {
        Some(function) => format_smolstr!("{} {operator}", bare_name(function)),
        None => operator.into(),
    }
}

/// Operator, values, whether they are literals, and whether case matters, of a test that is
/// neither a pattern nor a plain regex.
fn parts(test: &Test) -> (Text, Vec<Text>, bool, bool) {
    let one = |operator: &str, value: Text, literal: bool, case: bool| {
        (Text::new(operator), vec![value], literal, case)
    };
    match test {
        Test::Exists => one("exists", Text::default(), false, false),
        Test::Pattern(pattern) => one("wildcard", pattern.glob().into(), true, true),
        Test::Regex(regex) => {
            let flag = if regex.case_insensitive { "(?i)" } else { "" };
            one(
                "regex",
                format_smolstr!("{flag}{}", regex.text),
                true,
                !regex.case_insensitive,
            )
        }
        Test::Number(op, number) => one(op.name(), format_smolstr!("{number}"), true, false),
        Test::TextOrder(op, text) => one(op.name(), text.clone(), true, true),
        Test::Cidr(nets) => {
            let nets = nets
                .iter()
                .map(|net| format_smolstr!("{}", net.0))
                .collect();
            ("cidr".into(), nets, true, false)
        }
        Test::Compare(compare) => {
            let relation = match compare.relation {
                FieldRelation::Order(op) => op.name(),
                FieldRelation::StartsWith => "starts_with",
                FieldRelation::EndsWith => "ends_with",
                FieldRelation::Contains => "contains",
            };
            let operator = format_smolstr!("field_{relation}");
            let other = compare
                .other
                .fields()
                .first()
                .map(|field| field.canonical.clone());
            (
                operator,
                vec![other.unwrap_or_default()],
                false,
                compare.case == Case::Sensitive,
            )
        }
        Test::InList(list) => one(
            "in_list",
            list.name.clone(),
            false,
            list.case == Case::Sensitive,
        ),
        Test::Term(term) => one(
            match term.bounds() {
                (true, true) => "term",
                (true, false) => "term_prefix",
                (false, true) => "term_suffix",
                (false, false) => "contains",
            },
            cased(&term.text, term.case),
            true,
            term.case == Case::Sensitive,
        ),
        // When a rule looks is no value that it looks for.
        Test::Time(op, instant) => one(op.name(), format_smolstr!("{instant}"), false, false),
        Test::Words(words) => one("words", cased(&words.text, Case::Insensitive), true, false),
        Test::Nested(_) => one("nested", Text::default(), false, false),
        Test::Lineage(_) => one("lineage", Text::default(), false, false),
        Test::IsTrue => one("is_true", Text::default(), false, false),
    }
}

fn of_pattern(
    field: &Text,
    function: Option<Function>,
    pattern: Pattern,
    context: &Context<'_>,
) -> Canonical {
    let projected = match function {
        None => project::project(field, &pattern, context),
        Some(_) => None,
    };
    let (field, pattern) = projected.unwrap_or_else(|| (field.clone(), pattern));
    let (operator, value) = match pattern.shape() {
        Shape::Equals(text) => ("eq", text.into()),
        Shape::StartsWith(text) => ("starts_with", text.into()),
        Shape::EndsWith(text) => ("ends_with", text.into()),
        Shape::Contains(text) => ("contains", text.into()),
        Shape::Anything => ("exists", String::new()),
        Shape::Wildcard => ("wildcard", pattern.glob()),
    };
    Canonical {
        field,
        operator: operator_name(function, operator),
        value: cased(&value, pattern.case),
        literal: operator != "exists",
        case_sensitive: pattern.case == Case::Sensitive,
    }
}

/// The text, folded when case does not matter.
fn cased(text: &str, case: Case) -> Text {
    match case {
        Case::Sensitive => text.into(),
        Case::Insensitive | Case::AsciiInsensitive => text.chars().map(fold_char).collect(),
    }
}

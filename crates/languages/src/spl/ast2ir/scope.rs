//! Which columns rows have, and which fields of events they stand for.
//!
//! Rows that are events have every field; after `stats` and its kin only the columns that it names
//! are left. A column that passes a source field on keeps its canonical field, so that a later test
//! of it is a test of that field.

use super::Lowering;
use std::collections::{BTreeMap, BTreeSet};
use tripline_ir::{Expr, FieldRef, Function, Text, TimeFormat, Value, format_smolstr};
use tripline_schema::{Activity, Scheme};

/// What rows hold.
#[derive(Debug, Clone, Default)]
pub(super) struct Scope {
    /// Rows hold only `columns`.
    pub(super) closed: bool,
    /// Columns with the canonical field that each stands for, when it stands for one.
    pub(super) columns: BTreeMap<Text, Option<Text>>,
    /// Fields of events that are no longer seen; `*` for any run.
    pub(super) gone: BTreeSet<Text>,
    /// The only fields of events that are still seen, where it is not all of them.
    pub(super) only: Option<Vec<Text>>,
    /// Columns that are known to hold numbers.
    pub(super) numbers: BTreeSet<Text>,
    /// There may be columns that are not known.
    pub(super) vague: bool,
    /// What the events are about.
    pub(super) activity: Activity,
    /// The one event that they are, when it is one.
    pub(super) event: Option<Text>,
    /// Renamed families of fields: old and new pattern.
    pub(super) families: Vec<(Text, Text)>,
    /// The rows are events, latest first, as a search yields them.
    pub(super) unsorted: bool,
}

impl Scope {
    /// Rows without columns.
    pub(super) fn closed() -> Self {
        Self {
            closed: true,
            ..Self::default()
        }
    }

    /// Whether a row may have a column.
    pub(super) fn has(&self, name: &str) -> bool {
        self.columns.contains_key(name) || (!self.closed && self.shows(name)) || self.vague
    }

    /// Whether a field of the events is still seen.
    fn shows(&self, name: &str) -> bool {
        let fits = |pattern: &Text| captures(pattern, name).is_some();
        let only = |patterns: &Vec<Text>| patterns.iter().any(fits);
        !self.gone.iter().any(fits) && self.only.as_ref().is_none_or(only)
    }

    /// Adds a computed column.
    pub(super) fn compute(&mut self, name: &Text) {
        self.gone.remove(name);
        self.numbers.remove(name);
        self.columns.insert(name.clone(), None);
    }

    /// Takes a column away.
    pub(super) fn remove(&mut self, name: &Text) {
        self.columns.remove(name);
        if !self.closed {
            self.gone.insert(name.clone());
        }
    }

    /// The known columns that fit a name, which may hold wildcards.
    pub(super) fn fitting(&self, pattern: &str) -> Vec<Text> {
        let fits = |name: &&Text| captures(pattern, name).is_some();
        self.columns.keys().filter(fits).cloned().collect()
    }
}

impl Lowering<'_> {
    /// The field or column of this name.
    pub(super) fn field_ref(&self, scope: &Scope, name: &str) -> FieldRef {
        if let Some(known) = scope.columns.get(name) {
            return match known {
                Some(canonical) => FieldRef::mapped(name, canonical.clone()),
                None => FieldRef::unmapped(name),
            };
        }
        if scope.closed || !scope.shows(name) {
            return FieldRef::unmapped(name);
        }
        let original = scope
            .families
            .iter()
            .rev()
            .find_map(|(old, new)| captures(new, name).map(|runs| filled(old, &runs)));
        let known = original
            .and_then(|original| self.canonical(scope, &original))
            .or_else(|| self.canonical(scope, name));
        match known {
            Some(canonical) => FieldRef::mapped(name, canonical),
            None => FieldRef::unmapped(name),
        }
    }

    pub(super) fn canonical(&self, scope: &Scope, name: &str) -> Option<Text> {
        let schema = self.context.schema;
        schema
            .canonical_in(scope.event.as_deref(), Scheme::Cim, scope.activity, name)
            // `a{}.b` is the field `b` of the elements of an array.
            .or_else(|| {
                let plain = name.contains("{}").then(|| name.replace("{}", ""))?;
                schema.canonical_in(scope.event.as_deref(), Scheme::Cim, scope.activity, &plain)
            })
            // `Web.url_length` is the `url_length` of an event that does not name its data set.
            .or_else(|| schema.without_dataset(Scheme::Cim, name).map(Text::from))
    }

    /// The value of a field: `_time` in seconds, null for what no row has.
    pub(super) fn field_value(&self, scope: &Scope, name: &str) -> Expr {
        if name == "_time" && !scope.columns.contains_key("_time") {
            if scope.closed {
                return Expr::Literal(Value::Null);
            }
            let time = Expr::call(Function::RowTime, Vec::new());
            return Expr::call(Function::ToUnixSeconds, vec![time]);
        }
        if !scope.has(name) {
            return Expr::Literal(Value::Null);
        }
        let field = Expr::Field(self.field_ref(scope, name));
        match date_part(name).filter(|_| from_event(scope, name)) {
            Some(part) => Expr::call(Function::Coalesce, vec![field, part]),
            None => field,
        }
    }
}

/// Whether a name is that of a part of the event's time, which events have without saying it.
pub(super) fn from_time(scope: &Scope, name: &str) -> bool {
    from_event(scope, name) && date_part(name).is_some()
}

fn from_event(scope: &Scope, name: &str) -> bool {
    !scope.closed && !scope.columns.contains_key(name)
}

/// `date_hour` and its kin, of the time of the row.
fn date_part(name: &str) -> Option<Expr> {
    let part = name.strip_prefix("date_")?;
    let time = Expr::call(Function::RowTime, Vec::new());
    let number = match part {
        "second" => Function::SecondOfMinute,
        "minute" => Function::MinuteOfHour,
        "hour" => Function::HourOfDay,
        "mday" => Function::DayOfMonth,
        "year" => Function::Year,
        "wday" | "month" => {
            let format = if part == "wday" { "%A" } else { "%B" };
            let format = Expr::Literal(Value::Text(format.into()));
            let name = Function::FormatTime(TimeFormat::Strftime);
            let name = Expr::call(name, vec![time, format]);
            return Some(Expr::call(Function::Lower, vec![name]));
        }
        _ => return None,
    };
    Some(Expr::call(number, vec![time]))
}

/// What the wildcards of a pattern stand for in a name that fits.
pub(super) fn captures(pattern: &str, name: &str) -> Option<Vec<Text>> {
    let pieces: Vec<&str> = pattern.split('*').collect();
    let (first, rest) = pieces.split_first()?;
    let mut left = name.strip_prefix(first)?;
    let mut runs = Vec::new();
    for (at, piece) in rest.iter().enumerate() {
        let last = at + 1 == rest.len();
        let found = if last {
            left.len()
                .checked_sub(piece.len())
                .filter(|_| left.ends_with(piece))
        } else {
            left.find(piece)
        }?;
        runs.push(left[..found].into());
        left = &left[found + piece.len()..];
    }
    left.is_empty().then_some(runs)
}

/// A pattern with its wildcards filled in.
pub(super) fn filled(pattern: &str, runs: &[Text]) -> Text {
    let mut out = String::new();
    let mut runs = runs.iter();
    for (at, piece) in pattern.split('*').enumerate() {
        if at > 0 {
            out.push_str(runs.next().map_or("", Text::as_str));
        }
        out.push_str(piece);
    }
    format_smolstr!("{out}")
}

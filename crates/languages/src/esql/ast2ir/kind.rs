//! What is known of a value's type, where an operator goes by it.
//!
//! A text beside a date, an address or a version is read as one; addresses compare as addresses,
//! whatever they are written like.

use super::Lowering;
use super::columns::{Column, Found};
use super::value::{Typed, call, literal};
use crate::kuery::ecs::{self, FieldKind};
use std::net::IpAddr;
use tripline_ir::{Expr, FieldRef, Function, Instant, Value};

/// The type of a value, as far as it matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Kind {
    /// Unknown, or one that compares as it is.
    #[default]
    Any,
    /// An instant.
    Time,
    /// An IP address.
    Address,
    /// A version: `1.2.3`.
    Version,
}

impl Kind {
    fn or(self, other: impl FnOnce() -> Self) -> Self {
        if self == Self::Any { other() } else { self }
    }
}

impl Lowering<'_> {
    /// What a value is.
    pub(super) fn kind(&self, expr: &Expr) -> Kind {
        match expr {
            Expr::Literal(Value::Time(_)) => Kind::Time,
            Expr::Field(field) => self.field_kind(field),
            Expr::Call {
                function,
                arguments,
            } => self.call_kind(*function, arguments),
            Expr::Let { body, .. } => self.kind(body),
            _ => Kind::Any,
        }
    }

    fn field_kind(&self, field: &FieldRef) -> Kind {
        let collected = self
            .collector
            .as_ref()
            .and_then(|all| all.kind(&field.name));
        if let Some(kind) = collected {
            return kind;
        }
        match self.columns.find(&field.name) {
            Found::Column(Column::Computed { kind, .. }) => kind,
            Found::Column(Column::Lost) => Kind::Any,
            Found::Column(Column::Field(own)) => named(&own).or(|| named(field)),
            _ => named(field),
        }
    }

    fn call_kind(&self, function: Function, arguments: &[Expr]) -> Kind {
        use Function as F;
        let first = || {
            arguments
                .first()
                .map_or(Kind::Any, |first| self.kind(first))
        };
        let any = |arguments: &[Expr]| {
            let mut kinds = arguments.iter().map(|argument| self.kind(argument));
            kinds.find(|kind| *kind != Kind::Any).unwrap_or_default()
        };
        match function {
            F::ToTime
            | F::Now
            | F::TimeTruncate(_)
            | F::TimeAdd(_)
            | F::TimeBucket
            | F::ParseTime(_)
            | F::FromUnix(_)
            | F::RowTime => Kind::Time,
            F::ToIp | F::IpPrefix | F::IpFromHex => Kind::Address,
            F::ParseVersion => Kind::Version,
            F::Add => any(arguments),
            F::Bin | F::Subtract => match (first(), arguments.get(1).map(|by| self.kind(by))) {
                (Kind::Time, Some(Kind::Any)) => Kind::Time,
                _ => Kind::Any,
            },
            F::If => any(arguments.get(1..).unwrap_or_default()),
            F::Case => {
                let values = arguments.iter().enumerate();
                let last = arguments.len().saturating_sub(1);
                let mut kinds = values
                    .filter(|(at, _)| at % 2 == 1 || *at == last)
                    .map(|(_, value)| self.kind(value));
                kinds.find(|kind| *kind != Kind::Any).unwrap_or_default()
            }
            F::Single
            | F::ListFirst
            | F::ListLast
            | F::ListMin
            | F::ListMax
            | F::Index
            | F::Slice
            | F::Distinct
            | F::ListSort
            | F::ListSortDescending
            | F::Difference => first(),
            F::Coalesce | F::Greatest | F::Least | F::ListConcat | F::Union | F::Intersect => {
                any(arguments)
            }
            _ => Kind::Any,
        }
    }

    /// A value beside one of another kind: a constant text is read as such, and addresses take a
    /// form that compares.
    pub(super) fn beside(&self, kind: Kind, value: Expr) -> Expr {
        match (kind, value) {
            (Kind::Time, Expr::Literal(Value::Text(text))) => match instant(&text) {
                Some(Instant::At(at)) => Expr::Literal(Value::Time(at)),
                _ => call(Function::ToTime, vec![literal(text.as_str())]),
            },
            (Kind::Version, value) if self.kind(&value) != Kind::Version => {
                call(Function::ParseVersion, vec![value])
            }
            (Kind::Address, value) => call(Function::IpToHex, vec![value]),
            (_, value) => value,
        }
    }

    /// What values that are compared are taken for.
    pub(super) fn common<'e>(&self, values: impl IntoIterator<Item = &'e Expr> + Clone) -> Kind {
        let mut kinds = values.clone().into_iter().map(|value| self.kind(value));
        let kind = kinds.find(|kind| *kind != Kind::Any).unwrap_or_default();
        let foreign = |value: &Expr| match value {
            Expr::Literal(Value::Text(text)) => address(text).is_none(),
            _ => false,
        };
        // A field may be called as if it held addresses, and hold others.
        if kind == Kind::Address && values.into_iter().any(foreign) {
            return Kind::Any;
        }
        kind
    }

    /// Two values as they compare.
    pub(super) fn alike(&self, left: Expr, right: Expr) -> (Expr, Expr) {
        let kind = self.common([&left, &right]);
        (self.beside(kind, left), self.beside(kind, right))
    }

    /// Addresses in a form whose order is theirs.
    pub(super) fn ordered(&self, value: Expr) -> Expr {
        if self.kind(&value) == Kind::Address {
            call(Function::IpToHex, vec![value])
        } else {
            value
        }
    }
}

impl Typed {
    /// A constant text as an instant.
    pub(super) fn as_instant(&self) -> Option<Instant> {
        match &self.expr {
            Expr::Literal(Value::Text(text)) => instant(text),
            _ => None,
        }
    }
}

/// The address that a constant text writes; one of IPv4 in IPv6 is the former.
pub(super) fn address(text: &str) -> Option<IpAddr> {
    text.trim().parse().ok().map(|ip: IpAddr| ip.to_canonical())
}

/// The instant that a constant text writes: a date may leave out its last parts. Date math is not
/// read, as it is not in ES|QL.
fn instant(text: &str) -> Option<Instant> {
    if text.starts_with("now") {
        return None;
    }
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    let parts: Vec<&str> = text.split('-').collect();
    let whole = match parts.as_slice() {
        [year] if year.len() == 4 && digits(year) => format!("{text}-01-01"),
        [year, month] if year.len() == 4 && digits(year) && month.len() == 2 && digits(month) => {
            format!("{text}-01")
        }
        _ => text.to_owned(),
    };
    ecs::instant(&whole)
}

/// What a field is by its name.
pub(super) fn named(field: &FieldRef) -> Kind {
    for name in [&field.name, &field.canonical] {
        match ecs::kind(name) {
            FieldKind::Time => return Kind::Time,
            FieldKind::Address => return Kind::Address,
            _ => {}
        }
    }
    if field.canonical == "event.time" {
        Kind::Time
    } else {
        Kind::Any
    }
}

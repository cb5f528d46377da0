//! Modifiers and their chains.
//!
//! A chain is read left to right: encodings first (`wide`, `base64`, ...), then what is tested.
//! [`Chain::parse`] accepts every chain that has a meaning and says why another has none.

use crate::near;
use tripline_ir::{CompareOp, Function};
use tripline_text::{Code, Diagnostic, Source, Span};

macro_rules! modifiers {
    ($($name:ident = $text:literal,)*) => {
        /// A modifier by its own name; aliases are resolved.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        #[expect(missing_docs, reason = "each is named as in Sigma's specification")]
        pub enum Modifier { $($name,)* }

        impl Modifier {
            /// Name in a rule.
            pub fn name(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }

            /// Every modifier.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];
        }
    };
}

modifiers! {
    All = "all",
    Contains = "contains",
    StartsWith = "startswith",
    EndsWith = "endswith",
    Exists = "exists",
    Cased = "cased",
    Neq = "neq",
    Windash = "windash",
    Re = "re",
    IgnoreCase = "i",
    MultiLine = "m",
    DotAll = "s",
    Base64 = "base64",
    Base64Offset = "base64offset",
    Wide = "wide",
    Utf16Be = "utf16be",
    Utf16 = "utf16",
    Lt = "lt",
    Lte = "lte",
    Gt = "gt",
    Gte = "gte",
    Minute = "minute",
    Hour = "hour",
    Day = "day",
    Week = "week",
    Month = "month",
    Year = "year",
    Cidr = "cidr",
    Expand = "expand",
    FieldRef = "fieldref",
}

impl Modifier {
    /// The modifier of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        let alias = match name {
            "utf16le" => "wide",
            "ignorecase" => "i",
            "multiline" => "m",
            "dotall" => "s",
            _ => name,
        };
        Self::ALL
            .iter()
            .copied()
            .find(|modifier| modifier.name() == alias)
    }

    fn compares(self) -> Option<CompareOp> {
        Some(match self {
            Self::Lt => CompareOp::Lt,
            Self::Lte => CompareOp::Lte,
            Self::Gt => CompareOp::Gt,
            Self::Gte => CompareOp::Gte,
            _ => return None,
        })
    }

    fn time_part(self) -> Option<Function> {
        Some(match self {
            Self::Minute => Function::MinuteOfHour,
            Self::Hour => Function::HourOfDay,
            Self::Day => Function::DayOfMonth,
            Self::Week => Function::WeekOfYear,
            Self::Month => Function::MonthOfYear,
            Self::Year => Function::Year,
            _ => return None,
        })
    }

    fn transforms(self) -> bool {
        matches!(
            self,
            Self::Windash
                | Self::Base64
                | Self::Base64Offset
                | Self::Wide
                | Self::Utf16Be
                | Self::Utf16
                | Self::Expand
        )
    }

    fn encodes(self) -> bool {
        self.transforms() && !matches!(self, Self::Windash | Self::Expand)
    }
}

/// A checked chain of modifiers.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Chain {
    /// As written, in order.
    pub modifiers: Vec<Modifier>,
    /// What changes the values, in order.
    pub transforms: Vec<Modifier>,
    /// How the values are tested.
    pub kind: Kind,
    /// Anything may stand before the value.
    pub open_start: bool,
    /// Anything may stand after the value.
    pub open_end: bool,
    /// Every value must hold, not one.
    pub all: bool,
    /// The test is turned around.
    pub negated: bool,
    /// Letter case counts.
    pub cased: bool,
    /// The chain has no meaning; a diagnostic says why.
    pub broken: bool,
}

/// How values are tested.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub enum Kind {
    /// Equal, or as far as `open_start` and `open_end` say.
    #[default]
    Equals,
    /// A regular expression.
    Regex {
        /// `i`.
        ignore_case: bool,
        /// `m`.
        multi_line: bool,
        /// `s`.
        dot_all: bool,
    },
    /// An address range.
    Cidr,
    /// Another field of the event.
    FieldRef,
    /// Whether the field is there.
    Exists,
    /// A number compared.
    Compare(CompareOp),
    /// A part of a time compared.
    TimePart(Function, CompareOp),
}

/// Where a chain stands, for its diagnostics.
pub(super) struct Place<'a> {
    pub(super) source: &'a Source,
    pub(super) span: Span,
    pub(super) diagnostics: &'a mut Vec<Diagnostic>,
}

impl Chain {
    /// Reads the modifiers of a key.
    pub(super) fn parse<'t>(names: impl Iterator<Item = &'t str>, place: &mut Place<'_>) -> Self {
        let mut chain = Self::default();
        for name in names {
            let Some(modifier) = Modifier::from_name(name) else {
                chain.unknown(name, place);
                continue;
            };
            if let Err(reason) = chain.add(modifier) {
                chain.broken = true;
                let message = format!("the modifier `{name}` {}", reason.0);
                let found = Diagnostic::new(Code::SigmaModifierChain, place.source, message);
                place
                    .diagnostics
                    .push(found.at(place.span, "in this key").hint(reason.1));
            }
        }
        chain
    }

    fn unknown(&mut self, name: &str, place: &mut Place<'_>) {
        self.broken = true;
        let message = if name.is_empty() {
            "a modifier is missing after `|`".to_owned()
        } else {
            format!("the modifier `{name}` is not known")
        };
        let mut found = Diagnostic::new(Code::SigmaUnknownModifier, place.source, message)
            .at(place.span, "in this key");
        let names: Vec<&str> = Modifier::ALL.iter().map(|known| known.name()).collect();
        found.hint = match name {
            "not" | "ne" => Some("`neq` tests for a different value".to_owned()),
            "regex" => Some("`re` tests with a regular expression".to_owned()),
            _ => near::hint(name, &names),
        };
        place.diagnostics.push(found);
    }

    /// Adds one modifier, or says why it cannot stand here and what would help.
    fn add(&mut self, modifier: Modifier) -> Result<(), (&'static str, &'static str)> {
        self.modifiers.push(modifier);
        if modifier.transforms() {
            return self.add_transform(modifier);
        }
        match modifier {
            Modifier::All => self.all = true,
            Modifier::Neq => self.negated = true,
            Modifier::Cased => {
                self.needs_text("`cased` belongs to plain texts; `re` is case-sensitive already")?;
                self.cased = true;
            }
            Modifier::Contains | Modifier::StartsWith | Modifier::EndsWith => {
                if !matches!(
                    self.kind,
                    Kind::Equals | Kind::FieldRef | Kind::Regex { .. }
                ) {
                    return Err((
                        "does not go with the modifiers before it",
                        "it belongs to texts, regular expressions and `fieldref`",
                    ));
                }
                self.open_start |= modifier != Modifier::StartsWith;
                self.open_end |= modifier != Modifier::EndsWith;
            }
            Modifier::IgnoreCase | Modifier::MultiLine | Modifier::DotAll => {
                return self.add_flag(modifier);
            }
            _ => return self.add_kind(modifier),
        }
        Ok(())
    }

    fn add_transform(&mut self, modifier: Modifier) -> Result<(), (&'static str, &'static str)> {
        let regex = matches!(self.kind, Kind::Regex { .. });
        if !(self.kind == Kind::Equals || regex && modifier == Modifier::Expand) {
            return Err((
                "does not go with the modifiers before it",
                "it changes texts, before they are compared",
            ));
        }
        if modifier.encodes() && (self.open_start || self.open_end) {
            return Err((
                "stands after `contains`, `startswith` or `endswith`",
                "encodings come first: `wide|base64offset|contains`",
            ));
        }
        let base64 = |known: &Modifier| matches!(known, Modifier::Base64 | Modifier::Base64Offset);
        if modifier.encodes() && !base64(&modifier) && self.transforms.iter().any(base64) {
            return Err((
                "stands after `base64`",
                "the character encoding comes first: `wide|base64offset|contains`",
            ));
        }
        self.transforms.push(modifier);
        Ok(())
    }

    fn add_flag(&mut self, modifier: Modifier) -> Result<(), (&'static str, &'static str)> {
        let Kind::Regex {
            ignore_case,
            multi_line,
            dot_all,
        } = &mut self.kind
        else {
            return Err(("stands without `re`", "it is a flag of `re`: `re|i`"));
        };
        match modifier {
            Modifier::IgnoreCase => *ignore_case = true,
            Modifier::MultiLine => *multi_line = true,
            _ => *dot_all = true,
        }
        Ok(())
    }

    fn add_kind(&mut self, modifier: Modifier) -> Result<(), (&'static str, &'static str)> {
        const ALONE: (&str, &str) = (
            "does not go with the modifiers before it",
            "it takes the value as written",
        );
        if let Some(op) = modifier.compares() {
            self.kind = match self.kind {
                Kind::Equals if self.plain() => Kind::Compare(op),
                Kind::TimePart(part, CompareOp::Eq) => Kind::TimePart(part, op),
                _ => return Err(ALONE),
            };
            return Ok(());
        }
        if let Some(part) = modifier.time_part() {
            self.kind = match self.kind {
                Kind::Equals if self.plain() => Kind::TimePart(part, CompareOp::Eq),
                Kind::Compare(op) => Kind::TimePart(part, op),
                _ => return Err(ALONE),
            };
            return Ok(());
        }
        let field_reference = modifier == Modifier::FieldRef && self.transforms.is_empty();
        if self.kind != Kind::Equals || !(self.plain() || field_reference) {
            return Err(ALONE);
        }
        self.kind = match modifier {
            Modifier::Re => Kind::Regex {
                ignore_case: false,
                multi_line: false,
                dot_all: false,
            },
            Modifier::Cidr => Kind::Cidr,
            Modifier::Exists => Kind::Exists,
            _ => Kind::FieldRef,
        };
        Ok(())
    }

    /// No modifier yet that changes or opens the value.
    fn plain(&self) -> bool {
        self.transforms.is_empty() && !self.open_start && !self.open_end && !self.cased
    }

    fn needs_text(&self, hint: &'static str) -> Result<(), (&'static str, &'static str)> {
        match self.kind {
            Kind::Equals | Kind::FieldRef => Ok(()),
            _ => Err(("does not go with the modifiers before it", hint)),
        }
    }
}

//! Functions and relations that are conditions.

use super::super::ast::{Call, EventFilter, Expr, Literal};
use super::super::facts::{self, Kind};
use super::Lowering;
use super::predicate::{exists, guarded, polar, subject_of};
use tripline_ir::{
    Atom, Case, FieldCompare, FieldRelation, Lineage, LineageRelation, LossReason, Net, Pattern,
    Predicate, Regex, Test, format_smolstr,
};
use tripline_text::{Code, Span};

impl Lowering<'_> {
    /// A call that stands as a condition.
    pub(super) fn call_condition(&mut self, call: &Call, negated: bool) -> Predicate {
        let Some(signature) = self.signature(call) else {
            return Predicate::True;
        };
        let [first, rest @ ..] = call.arguments.as_slice() else {
            return Predicate::True;
        };
        match signature.kind {
            Kind::StartsWith => self.affix(call, FieldRelation::StartsWith, negated),
            Kind::EndsWith => self.affix(call, FieldRelation::EndsWith, negated),
            Kind::Contains => self.affix(call, FieldRelation::Contains, negated),
            Kind::Cidr => self.cidr(first, rest, call.span, negated),
            Kind::Safe => self.condition(first, negated),
            Kind::ArraySearch => self.array_search(call, negated),
            Kind::ArrayContains => {
                let list = Expr::In {
                    left: Box::new(first.clone()),
                    negated: false,
                    insensitive: true,
                    list: rest.to_vec(),
                    span: call.span,
                };
                self.condition(&list, negated)
            }
            Kind::Wildcard => self.alternatives(first, rest, negated, |this, written| {
                let text = this.literal_text(written, "wildcard")?;
                Some(Test::Pattern(facts::wildcard(&text, Case::Insensitive)))
            }),
            Kind::Match => self.alternatives(first, rest, negated, |this, written| {
                let text = this.literal_text(written, "match")?;
                let regex = Regex {
                    text: format_smolstr!("^(?:{text})"),
                    dialect: tripline_ir::Dialect::Pcre,
                    case_insensitive: true,
                    multi_line: false,
                    dot_all: true,
                    whole: false,
                };
                this.checked_regex(regex, written.span())
            }),
            Kind::Value(..) | Kind::ArrayCount => {
                let message = format!("expected a condition, found the value of `{}`", call.name);
                let hint = "compare it with a value".to_owned();
                self.wrong(Code::EqlType, call.span, message, Some(hint));
                Predicate::True
            }
        }
    }

    fn literal_text(&mut self, written: &Expr, function: &str) -> Option<tripline_ir::Text> {
        match written {
            Expr::Literal(Literal::Text(text), _) => Some(text.clone()),
            Expr::Error(span) => {
                self.lose(LossReason::SyntaxError, self.excerpt(*span), *span);
                None
            }
            _ => {
                let message = format!("`{function}` takes a string here");
                self.wrong(Code::EqlArguments, written.span(), message, None);
                None
            }
        }
    }

    /// `startsWith`, `endsWith`, `stringContains`. Elasticsearch runs them as index queries when
    /// they are case-sensitive and test a field for a constant, as scripts otherwise.
    fn affix(&mut self, call: &Call, relation: FieldRelation, negated: bool) -> Predicate {
        let [text, part, ..] = call.arguments.as_slice() else {
            return Predicate::True;
        };
        for argument in [text, part] {
            if matches!(argument.literal(), Some(literal) if !matches!(literal, Literal::Text(_))) {
                let message = format!("`{}` takes strings", call.name);
                self.wrong(Code::EqlArguments, argument.span(), message, None);
                return Predicate::True;
            }
        }
        let (subject, other) = (self.value(text), self.value(part));
        let (Some(subject), Some(other)) = (subject, other) else {
            return Predicate::True;
        };
        let case = if call.tilde {
            Case::Insensitive
        } else {
            Case::Sensitive
        };
        let field = matches!(subject, tripline_ir::Expr::Field(_));
        let constant = match &other {
            tripline_ir::Expr::Literal(value) => value.as_text(),
            _ => None,
        };
        let script = call.tilde || !field || constant.is_none();
        let test = match constant {
            Some(needle) => Test::Pattern(match relation {
                FieldRelation::StartsWith => Pattern::starts_with(needle, case),
                FieldRelation::EndsWith => Pattern::ends_with(needle, case),
                _ => Pattern::contains(needle, case),
            }),
            None => Test::Compare(FieldCompare {
                relation,
                other: other.clone(),
                case,
            }),
        };
        let atom = Predicate::atom(Atom::new(subject_of(subject.clone()), test, call.span));
        if negated && script {
            guarded(
                [exists(subject, text.span()), exists(other, part.span())],
                atom,
            )
        } else {
            polar(atom, negated)
        }
    }

    fn cidr(&mut self, address: &Expr, nets: &[Expr], span: Span, negated: bool) -> Predicate {
        let mut read = Vec::new();
        for net in nets {
            let Some(text) = self.literal_text(net, "cidrMatch") else {
                continue;
            };
            match network(&text) {
                Some(found) => read.push(Net(found)),
                None => self.bad_network(net.span()),
            }
        }
        let Some(subject) = self.value(address) else {
            return Predicate::True;
        };
        // A network that could not be read would make the test too narrow.
        if read.len() < nets.len() && !negated {
            return Predicate::True;
        }
        let field = matches!(subject, tripline_ir::Expr::Field(_));
        let test = Test::Cidr(read);
        let atom = Predicate::atom(Atom::new(subject_of(subject.clone()), test, span));
        if negated && !field {
            guarded([exists(subject, address.span())], atom)
        } else {
            polar(atom, negated)
        }
    }

    fn bad_network(&mut self, span: Span) {
        let message = "the network cannot be read: expected an address, `/` and a number of bits";
        let hint = "write `10.0.0.0/8` or `fe80::/10`".to_owned();
        self.wrong(Code::EqlNetwork, span, message, Some(hint));
    }

    /// `_arraysearch(array, $name, condition)`.
    fn array_search(&mut self, call: &Call, negated: bool) -> Predicate {
        let [array, variable, condition] = call.arguments.as_slice() else {
            return Predicate::True;
        };
        let (Some(array), Some(variable)) = (array.field(), variable.field()) else {
            let message = format!("`{}` takes an array, a `$name` and a condition", call.name);
            self.wrong(Code::EqlArguments, call.span, message, None);
            return Predicate::True;
        };
        let Some(name) = variable
            .variable
            .clone()
            .filter(|_| variable.path.is_empty())
        else {
            let message = "expected a variable such as `$entry`";
            self.wrong(Code::EqlArguments, variable.span, message, None);
            return Predicate::True;
        };
        let Some(field) = self.field_of(array) else {
            return Predicate::True;
        };
        let lost = self.losses.len();
        self.scope.variables.push((name, field.name.clone()));
        let inner = self.condition(condition, false);
        self.scope.variables.pop();
        // What was lost inside widens the inner condition; its negation would be too narrow.
        if negated && self.losses.len() > lost {
            return Predicate::True;
        }
        let test = Test::Nested(Box::new(inner));
        polar(
            Predicate::atom(Atom::field(field, test, call.span)),
            negated,
        )
    }

    /// `descendant of [..]`.
    pub(super) fn lineage(
        &mut self,
        relation: LineageRelation,
        of: &EventFilter,
        span: Span,
        negated: bool,
    ) -> Predicate {
        self.endpoint_only(span, "a process relation", None);
        let lost = self.losses.len();
        let field = self.field_ref("process.entity_id");
        let outer = self.scope.clone();
        let of = self.find(of);
        self.scope = outer;
        if negated && self.losses.len() > lost {
            return Predicate::True;
        }
        let test = Test::Lineage(Box::new(Lineage { relation, of }));
        polar(Predicate::atom(Atom::field(field, test, span)), negated)
    }
}

/// A network; an address alone is the network of that address.
fn network(text: &str) -> Option<ipnet::IpNet> {
    let text = text.trim();
    let address = || {
        text.parse::<std::net::IpAddr>()
            .ok()
            .map(ipnet::IpNet::from)
    };
    text.parse().ok().or_else(address)
}

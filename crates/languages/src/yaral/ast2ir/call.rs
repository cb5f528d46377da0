//! Functions: as conditions and as values.

use super::list::listed;
use super::predicate::{network, regex_test};
use super::subject::Tested;
use super::value::{is_number, or_zero};
use super::{Lowering, Scope};
use crate::yaral::ast::{Call, Expr, Kind};
use tripline_ir::{
    Atom, Case, Coerce, CompareOp, Dialect, Expr as Value, FieldCompare, FieldRelation, Function,
    Hash, LossReason, Pattern, Predicate, Round, Subject, Test, replacement,
};
use tripline_text::Code;

impl Lowering<'_> {
    /// A function that stands as a condition.
    pub(super) fn call_test(
        &mut self,
        call: &Call,
        whole: &Expr,
        scope: &Scope,
    ) -> Option<Predicate> {
        let arguments = call.arguments.as_slice();
        if let Some((of, list, how)) = listed(call) {
            let tested = self.tested_at(of, whole, scope)?;
            return Some(self.in_list(&tested, list, how, call.nocase, whole.span));
        }
        match (call.name.as_str(), arguments) {
            ("re.regex", [of, regex]) => {
                let (Kind::Str(text) | Kind::Regex { text, .. }) = &regex.kind else {
                    self.meaningless(regex, "expected a regular expression here");
                    return None;
                };
                let fold = matches!(regex.kind, Kind::Regex { nocase: true, .. });
                let tested = self.tested_at(of, whole, scope)?;
                let regex = self.regex(text, call.nocase || fold, &tested, regex.span)?;
                Some(regex_test(&tested, regex, false))
            }
            ("strings.contains", [of, part]) => {
                self.part_test(call, of, part, FieldRelation::Contains, whole, scope)
            }
            ("strings.starts_with", [of, part]) => {
                self.part_test(call, of, part, FieldRelation::StartsWith, whole, scope)
            }
            ("strings.ends_with", [of, part]) => {
                self.part_test(call, of, part, FieldRelation::EndsWith, whole, scope)
            }
            ("net.ip_in_range_cidr", [of, net]) => {
                let Kind::Str(text) = &net.kind else {
                    return self.computed_test(whole, scope);
                };
                let tested = self.tested_at(of, whole, scope)?;
                let Some(found) = network(text) else {
                    let message = format!("`{text}` is not a network");
                    self.report(Code::YaralNetwork, net.span, message);
                    self.loss(LossReason::SyntaxError, text.clone(), Some(net.span));
                    return None;
                };
                Some(tested.any(Test::Cidr(vec![found])))
            }
            _ => self.computed_test(whole, scope),
        }
    }

    /// One copy of an event fails a function that stands as a condition.
    pub(super) fn call_fails(
        &mut self,
        call: &Call,
        whole: &Expr,
        scope: &Scope,
    ) -> Option<Predicate> {
        let Scope::Event(event) = scope else {
            return self.call_test(call, whole, scope).map(Predicate::not);
        };
        let (name, event) = (call.name.as_str(), event.clone());
        if let Some((of, list, how)) = listed(call) {
            let tested = self.tested_at(of, whole, scope)?;
            return Some(self.not_in_list(&tested, list, how, call.nocase, whole.span));
        }
        let [of, second] = call.arguments.as_slice() else {
            return self.copy_fails(whole, &event);
        };
        let mut tested = self.tested_at(of, whole, scope)?;
        let (Kind::Str(text) | Kind::Regex { text, .. }) = &second.kind else {
            return self.copy_fails(whole, &event);
        };
        // A value that one of `any` and `all` stands before has a negation of its own.
        if !tested.is_any_of_several() || text.is_empty() {
            return self.call_test(call, whole, scope).map(Predicate::not);
        }
        tested.span = whole.span;
        let case = tested.case(call.nocase);
        let pattern = match name {
            "re.regex" => {
                let fold = matches!(second.kind, Kind::Regex { nocase: true, .. });
                let regex = self.regex(text, call.nocase || fold, &tested, second.span)?;
                return Some(regex_test(&tested, regex, true));
            }
            "net.ip_in_range_cidr" => match network(text) {
                Some(net) => return Some(tested.differs(Test::Cidr(vec![net]))),
                None => return self.call_test(call, whole, scope),
            },
            _ if tested.never(text, call.nocase) => return self.copy_fails(whole, &event),
            "strings.contains" => Pattern::contains(text.clone(), case),
            "strings.starts_with" => Pattern::starts_with(text.clone(), case),
            "strings.ends_with" => Pattern::ends_with(text.clone(), case),
            _ => return self.copy_fails(whole, &event),
        };
        Some(tested.differs(Test::Pattern(pattern)))
    }

    fn tested_at(&mut self, of: &Expr, whole: &Expr, scope: &Scope) -> Option<Tested> {
        let mut tested = self.tested(of, scope)?;
        tested.span = whole.span;
        Some(tested)
    }

    fn computed_test(&mut self, whole: &Expr, scope: &Scope) -> Option<Predicate> {
        let value = self.truth(whole, scope)?;
        let atom = Atom::new(Subject::Expr(value), Test::IsTrue, whole.span);
        Some(self.or_copy(Predicate::atom(atom), whole, scope))
    }

    /// One text holds, begins with or ends with another.
    fn part_test(
        &mut self,
        call: &Call,
        of: &Expr,
        part: &Expr,
        relation: FieldRelation,
        whole: &Expr,
        scope: &Scope,
    ) -> Option<Predicate> {
        let tested = self.tested_at(of, whole, scope)?;
        let case = tested.case(call.nocase);
        let Kind::Str(text) = &part.kind else {
            if tested.fold.is_some() {
                return self.computed_test(whole, scope);
            }
            let other = self.text(part, scope)?;
            let compare = FieldCompare {
                relation,
                other,
                case,
            };
            let found = tested.any(Test::Compare(compare));
            return Some(self.or_copy(found, whole, scope));
        };
        if text.is_empty() {
            return Some(Predicate::True);
        }
        if tested.never(text, call.nocase) {
            return Some(Predicate::False);
        }
        let pattern = match relation {
            FieldRelation::StartsWith => Pattern::starts_with(text.clone(), case),
            FieldRelation::EndsWith => Pattern::ends_with(text.clone(), case),
            _ => Pattern::contains(text.clone(), case),
        };
        Some(tested.any(Test::Pattern(pattern)))
    }

    /// A function's value.
    pub(super) fn call_value(&mut self, call: &Call, whole: &Expr, scope: &Scope) -> Option<Value> {
        let name = call.name.as_str();
        match name {
            "re.regex"
            | "strings.contains"
            | "strings.starts_with"
            | "strings.ends_with"
            | "net.ip_in_range_cidr"
            | "arrays.contains" => return self.truth(whole, scope),
            "if" => return self.choice(call, scope),
            "re.capture" | "re.capture_all" | "re.replace" | "re.count" => {
                return self.regex_value(call, scope);
            }
            _ if name.starts_with("timestamp.") => return self.time_value(call, whole, scope),
            _ => {}
        }
        if crate::yaral::facts::AGGREGATES.contains(&name) {
            return self.aggregate_value(call, whole, scope);
        }
        let Some((function, kind)) = plain(name) else {
            self.loss(
                LossReason::UnknownFunction,
                call.name.clone(),
                Some(whole.span),
            );
            return None;
        };
        let of_arrays = name.starts_with("arrays.");
        let mut arguments = Vec::new();
        for argument in &call.arguments {
            let value = if of_arrays {
                self.whole(|lowering| lowering.value(argument, scope))?
            } else {
                self.value(argument, scope)?
            };
            arguments.push(match kind {
                Zero::Kept => value,
                Zero::Text => or_zero(value, is_number(argument)),
                Zero::Number => or_zero(value, true),
            });
        }
        if let Some(found) = composed(name, &arguments) {
            return Some(found);
        }
        match name {
            "strings.split" if arguments.len() == 1 => arguments.push(Value::literal(",")),
            "arrays.join_string" if arguments.len() == 1 => arguments.push(Value::literal("")),
            _ => {}
        }
        Some(Value::call(function, arguments))
    }

    /// `if(condition, then, else)`; without `else` the zero value of `then`'s kind.
    fn choice(&mut self, call: &Call, scope: &Scope) -> Option<Value> {
        let condition = self.truth(call.arguments.first()?, scope)?;
        let then = call.arguments.get(1)?;
        let number = is_number(then);
        let then = self.value(then, scope)?;
        let otherwise = match call.arguments.get(2) {
            Some(otherwise) => self.value(otherwise, scope)?,
            None if number => Value::literal(0_i64),
            None => Value::literal(""),
        };
        Some(Value::call(Function::If, vec![condition, then, otherwise]))
    }

    fn regex_value(&mut self, call: &Call, scope: &Scope) -> Option<Value> {
        let regex = call.arguments.get(1)?;
        let text = match &regex.kind {
            Kind::Regex { text, nocase: true } => tripline_ir::format_smolstr!("(?i){text}"),
            Kind::Str(text) | Kind::Regex { text, .. } => text.clone(),
            _ => {
                self.meaningless(regex, "expected a regular expression here");
                return None;
            }
        };
        let of = self.text(call.arguments.first()?, scope)?;
        let groups = groups(&text);
        self.refused_groups(call, regex, groups);
        let group = i64::from(groups > 0);
        let pattern = Value::literal(text);
        let re2 = Dialect::Re2;
        Some(match call.name.as_str() {
            "re.replace" => {
                let Kind::Str(by) = &call.arguments.get(2)?.kind else {
                    self.meaningless(call.arguments.get(2)?, "expected a text here");
                    return None;
                };
                let by = Value::literal(replacement(by));
                Value::call(Function::RegexReplace(re2), vec![of, pattern, by])
            }
            "re.count" => Value::call(Function::RegexCount(re2), vec![of, pattern]),
            "re.capture_all" => {
                let group = Value::literal(group);
                Value::call(Function::RegexCaptureAll(re2), vec![of, pattern, group])
            }
            _ => {
                let group = Value::literal(group);
                Value::call(Function::RegexCapture(re2), vec![of, pattern, group])
            }
        })
    }
}

/// What an unset argument counts as.
#[derive(Clone, Copy)]
enum Zero {
    Kept,
    Text,
    Number,
}

/// Functions that are one function of the representation.
fn plain(name: &str) -> Option<(Function, Zero)> {
    Some(match name {
        "strings.concat" => (Function::Concat, Zero::Text),
        "strings.coalesce" => (Function::CoalesceNotEmpty, Zero::Kept),
        "strings.to_lower" => (Function::Lower, Zero::Text),
        "strings.to_upper" => (Function::Upper, Zero::Text),
        "strings.trim" => (Function::Trim, Zero::Text),
        "strings.ltrim" => (Function::TrimStart, Zero::Text),
        "strings.rtrim" => (Function::TrimEnd, Zero::Text),
        "strings.reverse" => (Function::Reverse, Zero::Text),
        "strings.substr" => (Function::SubstringOne, Zero::Text),
        "strings.split" => (Function::Split, Zero::Text),
        // Made of several functions: see `composed`.
        "strings.count_substrings" => (Function::CountText, Zero::Text),
        "strings.extract_hostname" => (Function::RegexCapture(Dialect::Re2), Zero::Text),
        "math.is_increasing" => (Function::And, Zero::Number),
        "math.geo_distance" => (Function::GeoDistance, Zero::Number),
        "strings.length" => (Function::LengthCharacters, Zero::Text),
        "strings.base64_decode" | "strings.from_base64" => (Function::Base64Decode, Zero::Text),
        "strings.utf8_to_base64" | "bytes.to_base64" => (Function::Base64Encode, Zero::Text),
        "strings.url_decode" => (Function::UrlDecode, Zero::Text),
        "strings.from_hex" => (Function::HexDecode, Zero::Text),
        "hash.sha256" => (Function::Hash(Hash::Sha256), Zero::Text),
        "arrays.index_to_str" | "arrays.index_to_int" | "arrays.index_to_float" => {
            (Function::Index, Zero::Kept)
        }
        "arrays.length" | "arrays.size" => (Function::ListLength, Zero::Kept),
        "arrays.concat" | "group" => (Function::ListConcat, Zero::Kept),
        "arrays.join_string" => (Function::Join, Zero::Kept),
        "arrays.min" => (Function::ListMin, Zero::Kept),
        "arrays.max" => (Function::ListMax, Zero::Kept),
        "math.abs" => (Function::Abs, Zero::Number),
        "math.ceil" => (Function::Ceiling, Zero::Number),
        "math.floor" => (Function::Floor, Zero::Number),
        "math.round" => (Function::Round, Zero::Number),
        "math.sqrt" => (Function::SquareRoot, Zero::Number),
        "math.pow" => (Function::Power, Zero::Number),
        "math.log" => (Function::Logarithm, Zero::Number),
        "cast.as_int" => (Function::ToInt(Round::Truncate), Zero::Kept),
        "cast.as_float" => (Function::ToFloat, Zero::Kept),
        "cast.as_bool" => (Function::ToBool, Zero::Kept),
        "cast.as_string" => (Function::ToText, Zero::Kept),
        _ => return None,
    })
}

/// Functions that are made of several.
fn composed(name: &str, arguments: &[Value]) -> Option<Value> {
    let (first, second) = (arguments.first()?.clone(), arguments.get(1).cloned());
    Some(match (name, second) {
        // Occurrences do not overlap.
        ("strings.count_substrings", Some(part)) => {
            let parts = Value::call(Function::Split, vec![first, part]);
            let parts = Value::call(Function::ListLength, vec![parts]);
            Value::call(Function::Subtract, vec![parts, Value::literal(1_i64)])
        }
        // What is no Base64 stays.
        ("strings.base64_decode", None) => {
            let decoded = Value::call(Function::Base64Decode, vec![first.clone()]);
            Value::call(Function::Coalesce, vec![decoded, first])
        }
        // Every other value is false.
        ("cast.as_bool", None) => {
            let is_in = Function::In(Case::Insensitive, Coerce::Typed);
            let truths = vec![first, Value::literal("true"), Value::literal(1_i64)];
            let found = Value::call(is_in, truths);
            Value::call(Function::IsTrue, vec![found])
        }
        ("math.is_increasing", Some(second)) => {
            let less = Function::Compare(CompareOp::Lt, Case::Sensitive, Coerce::Typed);
            let third = arguments.get(2)?.clone();
            let before = Value::call(less, vec![first, second.clone()]);
            let after = Value::call(less, vec![second, third]);
            Value::call(Function::And, vec![before, after])
        }
        // Longitude stands before latitude.
        ("math.geo_distance", Some(second)) => {
            let (third, fourth) = (arguments.get(2)?.clone(), arguments.get(3)?.clone());
            Value::call(Function::GeoDistance, vec![second, first, fourth, third])
        }
        ("strings.extract_hostname", None) => {
            let trimmed = Value::call(Function::Trim, vec![first]);
            let host = r"^(?:.*?://)?(?:[^/?#\\@\s]*@)?(\[[^\]]*\]|[^/?#\\:\s]*)";
            let capture = Function::RegexCapture(Dialect::Re2);
            let parts = vec![trimmed, Value::literal(host), Value::literal(1_i64)];
            Value::call(capture, parts)
        }
        _ => return None,
    })
}

/// How many groups of an expression capture.
fn groups(regex: &str) -> usize {
    let mut found = 0;
    let mut escaped = false;
    let mut class = false;
    let mut chars = regex.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '[' if !class => class = true,
            ']' => class = false,
            '(' if !class => {
                if chars.peek() != Some(&'?') {
                    found += 1;
                    continue;
                }
                let mut ahead = chars.clone().skip(1);
                let named = match (ahead.next(), ahead.next()) {
                    (Some('P'), Some('<')) => true,
                    (Some('<'), Some(next)) => !matches!(next, '=' | '!'),
                    _ => false,
                };
                found += usize::from(named);
            }
            _ => {}
        }
    }
    found
}

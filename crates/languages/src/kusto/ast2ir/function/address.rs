//! Functions of addresses.

use super::{Kind, Typed, Value, literal, number, plain, values};
use tripline_ir::{Case, Coerce, CompareOp, Function};

pub(super) fn special(name: &str, arguments: &[Typed]) -> Option<Typed> {
    match name {
        "ipv4_compare" | "ipv6_compare" => {
            Some(plain(Function::IpCompare, Kind::Number, arguments))
        }
        "ipv4_is_match" | "ipv6_is_match" => {
            let order = Value::call(Function::IpCompare, values(arguments));
            let equal = Function::Compare(CompareOp::Eq, Case::Sensitive, Coerce::Typed);
            let value = Value::call(equal, vec![order, number(0)]);
            Some(Typed::new(value, Kind::Bool))
        }
        "has_any_ipv4" | "has_any_ipv4_prefix" => {
            let (text, wanted) = arguments.split_first()?;
            let function = if name == "has_any_ipv4" {
                Function::HasIpv4
            } else {
                Function::HasIpv4Prefix
            };
            let wanted = Value::call(Function::List, values(wanted));
            let value = Value::call(function, vec![text.clone().known_text(), wanted]);
            Some(Typed::new(value, Kind::Bool))
        }
        "parse_ipv4_mask" => {
            let masked = Value::call(Function::FormatIpv4, values(arguments));
            let value = Value::call(Function::IpToNumber, vec![masked]);
            Some(Typed::new(value, Kind::Number))
        }
        "format_ipv4_mask" => {
            let ip = arguments.first()?.value.clone();
            let bits = match arguments.get(1) {
                Some(bits) => bits.value.clone(),
                None => Value::call(Function::NetworkBits, vec![ip.clone()]),
            };
            let masked = Value::call(Function::FormatIpv4, vec![ip, bits.clone()]);
            let parts = vec![masked, literal("/"), bits];
            Some(Typed::new(Value::call(Function::Concat, parts), Kind::Text))
        }
        _ => None,
    }
}

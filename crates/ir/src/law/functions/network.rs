//! IP addresses.

use super::{int, string, text};
use crate::{Function, Net, Value};
use ipnet::IpNet;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

pub(super) fn apply(function: Function, a: &[Value]) -> Option<Value> {
    match function {
        Function::InNetwork => in_network(a),
        Function::IsIp => Some(Value::Bool(address(a, 0).is_some())),
        Function::ToIp => address(a, 0).map(|ip| string(ip.to_canonical().to_string())),
        Function::IpToHex => address(a, 0).map(|ip| string(format!("{:032x}", mapped(ip)))),
        Function::IpFromHex => {
            let text = text(a, 0)?;
            let digits = text.len() == 32 && text.bytes().all(|b| b.is_ascii_hexdigit());
            let number = u128::from_str_radix(&text, 16).ok().filter(|_| digits);
            let ip = Ipv6Addr::from(number?);
            Some(string(ip.to_canonical().to_string()))
        }
        Function::IsPrivateV4 => match network(&text(a, 0)?)?.addr() {
            IpAddr::V4(ip) => Some(Value::Bool(ip.is_private())),
            IpAddr::V6(_) => None,
        },
        Function::IsPrivate => Some(Value::Bool(private(address(a, 0)?))),
        Function::IpPrefix => {
            let ip = address(a, 0)?;
            let bits = int(a, if ip.is_ipv4() { 1 } else { 2 })?;
            let net = IpNet::new(ip, u8::try_from(bits).ok()?).ok()?;
            Some(string(net.network().to_string()))
        }
        Function::IpCompare => compare(a),
        Function::IpToNumber => match network(&text(a, 0)?)?.network() {
            IpAddr::V4(ip) => Some(Value::Int(i64::from(u32::from(ip)))),
            IpAddr::V6(_) => None,
        },
        Function::NetworkBits => match network(&text(a, 0)?)? {
            IpNet::V4(net) => Some(Value::Int(i64::from(net.prefix_len()))),
            IpNet::V6(_) => None,
        },
        Function::FormatIpv4 => format_v4(a),
        Function::FormatIpv6 => format_v6(a),
        Function::RangeNetworks => {
            let end = |at| text(a, at)?.trim().parse::<Ipv4Addr>().ok();
            let (from, to) = (end(0)?, end(1)?);
            let nets = ipnet::Ipv4Subnets::new(from, to, 0);
            Some(Value::List(
                nets.map(|net| string(net.to_string())).collect(),
            ))
        }
        Function::HasIpv4 => {
            let listed = addresses(&text(a, 0)?);
            let wanted: Option<Ipv4Addr> = text(a, 1)?.parse().ok();
            let found = wanted.is_some_and(|ip| listed.contains(&ip));
            Some(Value::Bool(found))
        }
        Function::HasIpv4Prefix => {
            let prefix = text(a, 1)?;
            let whole: Option<Ipv4Addr> = prefix.parse().ok();
            let begins = |ip: Ipv4Addr| match whole {
                Some(whole) => ip == whole,
                None => prefix.ends_with('.') && ip.to_string().starts_with(prefix.as_str()),
            };
            let found = addresses(&text(a, 0)?).into_iter().any(begins);
            Some(Value::Bool(found))
        }
        _ => None,
    }
}

fn address(a: &[Value], at: usize) -> Option<IpAddr> {
    text(a, at)?.trim().parse().ok()
}

/// An address as a number, IPv4 mapped into IPv6.
fn mapped(ip: IpAddr) -> u128 {
    match ip {
        IpAddr::V4(ip) => u128::from(ip.to_ipv6_mapped()),
        IpAddr::V6(ip) => u128::from(ip),
    }
}

/// A network, or an address as a network of itself.
fn network(text: &str) -> Option<IpNet> {
    let text = text.trim();
    text.parse()
        .ok()
        .or_else(|| text.parse::<IpAddr>().ok().map(IpNet::from))
}

fn in_network(a: &[Value]) -> Option<Value> {
    let (first, nets) = a.split_first()?;
    let addresses: Vec<IpAddr> = first
        .elements()
        .into_iter()
        .filter_map(|value| value.as_text()?.trim().parse().ok())
        .collect();
    if addresses.is_empty() || nets.iter().any(Value::is_null) {
        return None;
    }
    let inside = nets.iter().flat_map(Value::elements).any(|net| {
        let net = net.as_text().and_then(|text| network(&text));
        net.is_some_and(|net| addresses.iter().any(|ip| net.contains(ip)))
    });
    Some(Value::Bool(inside))
}

/// An address, given as one or as a number, with its last bits cleared.
fn format_v4(a: &[Value]) -> Option<Value> {
    let bits = match a.get(1) {
        Some(_) => u8::try_from(int(a, 1)?).ok()?,
        None => 32,
    };
    let ip = match a.first()? {
        Value::Int(n) => Ipv4Addr::from(u32::try_from(*n).ok()?),
        _ => text(a, 0)?.trim().parse().ok()?,
    };
    let net = ipnet::Ipv4Net::new(ip, bits).ok()?;
    Some(string(net.network().to_string()))
}

/// An address with all its digits, its last bits cleared.
fn format_v6(a: &[Value]) -> Option<Value> {
    let (ip, most) = match network(&text(a, 0)?)? {
        IpNet::V4(net) => (net.addr().to_ipv6_mapped(), net.prefix_len() + 96),
        IpNet::V6(net) => (net.addr(), net.prefix_len()),
    };
    let bits = match a.get(1) {
        Some(_) => u8::try_from(int(a, 1)?).ok()?.min(most),
        None => most,
    };
    let first = ipnet::Ipv6Net::new(ip, bits).ok()?.network();
    let groups = first.segments().map(|group| format!("{group:04x}"));
    Some(string(groups.join(":")))
}

/// The IPv4 addresses in a text that no letter or digit touches.
fn addresses(text: &str) -> Vec<Ipv4Addr> {
    text.split(|c: char| !c.is_alphanumeric() && c != '.')
        .filter_map(|run| run.trim_matches('.').parse().ok())
        .collect()
}

fn private(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => ip.is_private() || ip.is_loopback() || ip.is_link_local(),
        IpAddr::V6(ip) => ip.is_loopback() || ip.is_unique_local() || ip.is_unicast_link_local(),
    }
}

/// The order of the first bits of two addresses, or of as many as the shorter network has; IPv4
/// counts as mapped into IPv6 when one is.
fn compare(a: &[Value]) -> Option<Value> {
    let (left, right) = (network(&text(a, 0)?)?, network(&text(a, 1)?)?);
    let bits_of = |net: IpNet, short: bool| match net {
        IpNet::V4(net) if !short => i64::from(net.prefix_len()) + 96,
        net => i64::from(net.prefix_len()),
    };
    let short = matches!((left, right), (IpNet::V4(_), IpNet::V4(_)));
    let most = bits_of(left, short).min(bits_of(right, short));
    let (left, right) = (left.addr(), right.addr());
    let bits = match a.get(2) {
        Some(_) => int(a, 2)?.clamp(0, most),
        None => most,
    };
    let number = |ip: IpAddr| match ip {
        IpAddr::V4(ip) if short => u128::from(u32::from(ip)) << 96,
        ip => mapped(ip),
    };
    let mask = match u32::try_from(128 - bits).ok()? {
        128 => 0,
        shift => u128::MAX << shift,
    };
    let order = (number(left) & mask).cmp(&(number(right) & mask));
    Some(Value::Int(order as i64))
}

/// Whether a text is an address inside one of the networks. An IPv4 address written in IPv6
/// (`::ffff:10.0.0.1`) is an IPv6 address and in no IPv4 network.
pub(crate) fn inside(nets: &[Net], text: &str) -> bool {
    text.parse::<IpAddr>()
        .is_ok_and(|address| nets.iter().any(|net| net.0.contains(&address)))
}

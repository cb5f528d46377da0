//! Addresses and networks.

use ipnet::{IpNet, Ipv4Net, Ipv4Subnets, Ipv6Net, Ipv6Subnets};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use tripline_ir::{CompareOp, Net};

/// The network that a value of an address field stands for; a single IPv6 address is one, since
/// its texts vary. `None` for a single IPv4 address and for text that is no address.
pub fn network(text: &str) -> Option<Net> {
    if text.contains('/') {
        return text.parse::<IpNet>().ok().map(|net| Net(net.trunc()));
    }
    let address: Ipv6Addr = text.parse().ok()?;
    Some(Net(IpNet::V6(Ipv6Net::from(address))))
}

/// The networks that hold exactly the addresses in this order relation to `text`. Elasticsearch
/// orders IPv4 addresses as `::ffff:a.b.c.d` among IPv6 ones.
pub fn networks(op: CompareOp, text: &str) -> Option<Vec<Net>> {
    let address: IpAddr = text.parse().ok()?;
    let bound = match address {
        IpAddr::V4(v4) => u128::from(v4.to_ipv6_mapped()),
        IpAddr::V6(v6) => u128::from(v6),
    };
    let (first, last) = match op {
        CompareOp::Eq => (bound, bound),
        CompareOp::Lt => (0, bound.checked_sub(1)?),
        CompareOp::Lte => (0, bound),
        CompareOp::Gt => (bound.checked_add(1)?, u128::MAX),
        CompareOp::Gte => (bound, u128::MAX),
    };
    Some(cover(first, last))
}

/// IPv6 addresses below the mapped IPv4 ones, the mapped ones as IPv4, and those above.
fn cover(first: u128, last: u128) -> Vec<Net> {
    let low = u128::from(Ipv4Addr::UNSPECIFIED.to_ipv6_mapped());
    let high = u128::from(Ipv4Addr::BROADCAST.to_ipv6_mapped());
    let mut nets = Vec::new();
    let mut six = |from: u128, to: u128| {
        if from <= to {
            let subnets = Ipv6Subnets::new(Ipv6Addr::from(from), Ipv6Addr::from(to), 0);
            nets.extend(subnets.map(|net| Net(IpNet::V6(net))));
        }
    };
    six(first, last.min(low - 1));
    six(first.max(high + 1), last);
    let (from, to) = (first.max(low), last.min(high));
    if from <= to {
        let four = |address: u128| Ipv4Addr::from(u32::try_from(address - low).unwrap_or(u32::MAX));
        let subnets = Ipv4Subnets::new(four(from), four(to), 0);
        nets.extend(subnets.map(|net: Ipv4Net| Net(IpNet::V4(net))));
    }
    nets
}

#[cfg(test)]
mod tests {
    use super::{network, networks};
    use std::net::IpAddr;
    use tripline_ir::CompareOp;

    #[test]
    fn networks_and_addresses() {
        assert_eq!(
            network("10.1.2.3/8")
                .map(|net| net.0.to_string())
                .as_deref(),
            Some("10.0.0.0/8")
        );
        assert_eq!(
            network("FE80::/10").map(|net| net.0.to_string()).as_deref(),
            Some("fe80::/10")
        );
        assert_eq!(
            network("::1").map(|net| net.0.to_string()).as_deref(),
            Some("::1/128")
        );
        assert_eq!(network("10.0.0.1"), None);
        assert_eq!(network("10.0.0.0/33"), None);
    }

    #[test]
    fn ranges_hold_exactly_their_addresses() {
        let holds = |op, bound: &str, address: &str| {
            let address: IpAddr = address.parse().unwrap();
            networks(op, bound)
                .unwrap()
                .iter()
                .any(|net| net.0.contains(&address))
        };
        assert!(holds(CompareOp::Gte, "10.0.0.5", "10.0.0.5"));
        assert!(!holds(CompareOp::Gt, "10.0.0.5", "10.0.0.5"));
        assert!(holds(CompareOp::Gt, "10.0.0.5", "10.0.0.6"));
        assert!(holds(CompareOp::Gt, "10.0.0.5", "2001:db8::1"));
        assert!(!holds(CompareOp::Lt, "10.0.0.5", "2001:db8::1"));
        assert!(holds(CompareOp::Lt, "10.0.0.5", "::1"));
        assert!(holds(CompareOp::Lt, "2001:db8::1", "255.255.255.255"));
    }
}

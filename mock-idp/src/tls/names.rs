//! The names that a certificate authority may certify.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use rcgen::{CidrSubnet, GeneralSubtree, NameConstraints};

/// Loopback, and these names with everything below them.
pub(super) fn limits(names: &[String]) -> NameConstraints {
    let loopback = [
        GeneralSubtree::DnsName("localhost".to_owned()),
        GeneralSubtree::IpAddress(CidrSubnet::from_addr_prefix(Ipv4Addr::LOCALHOST.into(), 8)),
        GeneralSubtree::IpAddress(CidrSubnet::from_addr_prefix(Ipv6Addr::LOCALHOST.into(), 128)),
    ];
    let others = names.iter().filter(|name| !is_loopback(name)).map(|name| match name.parse::<IpAddr>() {
        Ok(ip) => GeneralSubtree::IpAddress(CidrSubnet::from_addr_prefix(ip, if ip.is_ipv4() { 32 } else { 128 })),
        Err(_) => GeneralSubtree::DnsName(name.to_ascii_lowercase()),
    });
    NameConstraints { permitted_subtrees: loopback.into_iter().chain(others).collect(), excluded_subtrees: Vec::new() }
}

/// The encoded subtrees that contain a name, the name itself among them. RFC 5280 4.2.1.6: dNSName is \[2], iPAddress is \[7].
pub(super) fn subtrees_of(name: &str) -> Vec<Vec<u8>> {
    let encoded = |tag: u8, content: &[u8]| {
        let mut der = vec![tag, u8::try_from(content.len()).unwrap_or(u8::MAX)];
        der.extend_from_slice(content);
        der
    };
    match name.parse::<IpAddr>() {
        Ok(IpAddr::V4(ip)) if ip.is_loopback() => vec![encoded(0x87, &[127, 0, 0, 1, 255, 0, 0, 0])],
        Ok(IpAddr::V4(ip)) => vec![encoded(0x87, &[ip.octets(), [255; 4]].concat())],
        Ok(IpAddr::V6(ip)) => vec![encoded(0x87, &[ip.octets(), [255; 16]].concat())],
        Err(_) => {
            let name = name.to_ascii_lowercase();
            let below = name.match_indices('.').map(|(at, _)| &name[at + 1..]);
            std::iter::once(name.as_str()).chain(below).map(|name| encoded(0x82, name.as_bytes())).collect()
        }
    }
}

fn is_loopback(name: &str) -> bool {
    name == "localhost" || name.ends_with(".localhost") || name.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

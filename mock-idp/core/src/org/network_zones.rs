//! Network zones: which addresses they have, and which they block.

use std::net::IpAddr;

use serde_json::Value;

use super::tables::Tables;
use crate::model::{DirectoryKind, DirectoryObject};

/// The zone that blocks all requests from an address. Okta: before any policy is evaluated, unless `DefaultExemptIpZone` has the address.
pub(super) fn blocking_zone(org: &Tables, address: IpAddr) -> Option<&DirectoryObject> {
    let zone = blocklists(org).find(|zone| zone_has_address(zone, address))?;
    let mut zones = org.objects(DirectoryKind::NetworkZone);
    let exempt = zones.find(|zone| zone.is_active() && zone.name() == "DefaultExemptIpZone");
    (!exempt.is_some_and(|exempt| zone_has_address(exempt, address))).then_some(zone)
}

/// The zones that block addresses.
pub(super) fn blocklists(org: &Tables) -> impl Iterator<Item = &DirectoryObject> {
    org.objects(DirectoryKind::NetworkZone)
        .filter(|zone| zone.is_active() && zone.text("usage") == Some("BLOCKLIST") && ranges(zone).next().is_some())
}

fn ranges(zone: &DirectoryObject) -> impl Iterator<Item = &str> {
    let gateways = zone.members.get("gateways").and_then(Value::as_array).into_iter().flatten();
    gateways.filter_map(|gateway| gateway["value"].as_str())
}

/// Whether a list of addresses has this one.
pub fn zone_has_address(zone: &DirectoryObject, address: IpAddr) -> bool {
    let address = address.to_canonical();
    ranges(zone).any(|range| match range.split_once('-') {
        Some((first, last)) => match (first.trim().parse::<IpAddr>(), last.trim().parse::<IpAddr>()) {
            (Ok(first), Ok(last)) => first.is_ipv4() == address.is_ipv4() && (first..=last).contains(&address),
            _ => false,
        },
        None => in_block(range, address),
    })
}

/// Whether a block has an address. RFC 4632 3.1.
fn in_block(block: &str, address: IpAddr) -> bool {
    let (base, length) = block.split_once('/').unwrap_or((block, ""));
    let Ok(base) = base.trim().parse::<IpAddr>() else { return false };
    let prefix = |bits: u128, of: u32, length: u32| bits.checked_shr(of - length.min(of)).unwrap_or(0);
    let length =
        |of: u32| if length.is_empty() { Some(of) } else { length.parse().ok().filter(|length| *length <= of) };
    match (base, address) {
        (IpAddr::V4(base), IpAddr::V4(address)) => length(32).is_some_and(|length| {
            prefix(u32::from(base).into(), 32, length) == prefix(u32::from(address).into(), 32, length)
        }),
        (IpAddr::V6(base), IpAddr::V6(address)) => {
            length(128).is_some_and(|length| prefix(base.into(), 128, length) == prefix(address.into(), 128, length))
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_zone_has_its_ranges_and_ipv4_addresses_that_are_written_as_ipv6() {
        let zone: DirectoryObject = serde_json::from_value(json!({
            "id": "nzo", "name": "Office", "type": "IP",
            "gateways": [{ "type": "RANGE", "value": "192.0.2.10-192.0.2.20" }, { "type": "CIDR", "value": "198.51.100.0/24" }],
        }))
        .unwrap();
        for (address, expected) in [
            ("192.0.2.10", true),
            ("192.0.2.21", false),
            ("198.51.100.1", true),
            ("::ffff:192.0.2.11", true),
            ("::1", false),
        ] {
            assert_eq!(zone_has_address(&zone, address.parse().unwrap()), expected, "{address}");
        }
    }

    #[test]
    fn a_block_has_the_addresses_with_its_prefix() {
        for (block, address, expected) in [
            ("192.0.2.0/24", "192.0.2.255", true),
            ("192.0.2.0/24", "192.0.3.0", false),
            ("192.0.2.7", "192.0.2.7", true),
            ("192.0.2.7", "192.0.2.8", false),
            ("0.0.0.0/0", "203.0.113.9", true),
            ("2001:db8::/32", "2001:db8:1::1", true),
            ("2001:db8::/32", "2001:db9::1", false),
            ("::/0", "2001:db9::1", true),
            ("::/0", "192.0.2.7", false),
            ("192.0.2.0/33", "192.0.2.0", false),
            ("not an address/8", "192.0.2.0", false),
        ] {
            assert_eq!(in_block(block, address.parse().unwrap()), expected, "{block} {address}");
        }
    }
}

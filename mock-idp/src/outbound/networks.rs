//! The addresses that requests of the server may go to.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Where requests of the server may go besides public addresses. The URIs come from clients, and answers can be read off from
/// errors: who can reach the mock must not reach more through it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Networks {
    /// This machine.
    pub(crate) loopback: bool,
    /// Addresses that are not routed on the internet.
    pub(crate) private: bool,
}

/// What an address is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum AddressType {
    Loopback,
    Private,
    Public,
    /// Multicast, broadcast and reserved addresses.
    Unusable,
}

impl AddressType {
    pub(crate) fn of(ip: IpAddr) -> Self {
        match ip.to_canonical() {
            IpAddr::V4(ip) => Self::of_v4(ip),
            IpAddr::V6(ip) => Self::of_v6(ip),
        }
    }

    fn of_v4(ip: Ipv4Addr) -> Self {
        match ip.octets() {
            // RFC 1122 3.2.1.3: 0.0.0.0 is this host.
            [0 | 127, ..] => Self::Loopback,
            // RFC 1918, 3927, 6598, 6890, 2544.
            [10, ..] | [172, 16..=31, ..] | [192, 168, ..] | [169, 254, ..] | [100, 64..=127, ..] => Self::Private,
            [192, 0, 0, _] | [198, 18 | 19, ..] => Self::Private,
            [224..=255, ..] => Self::Unusable,
            _ => Self::Public,
        }
    }

    fn of_v6(ip: Ipv6Addr) -> Self {
        let segments = ip.segments();
        let embedded = |high: u16, low: u16| {
            let [a, b] = high.to_be_bytes();
            let [c, d] = low.to_be_bytes();
            Self::of_v4(Ipv4Addr::new(a, b, c, d))
        };
        match segments {
            _ if ip.is_loopback() || ip.is_unspecified() => Self::Loopback,
            // RFC 4193, RFC 4291 2.5.6, and the deprecated site-local addresses.
            [0xfc00..=0xfdff | 0xfe80..=0xfeff, ..] => Self::Private,
            [0xff00..=0xffff, ..] => Self::Unusable,
            // RFC 6052 and RFC 3056: an IPv4 address behind a gateway.
            [0x64, 0xff9b, 0, 0, 0, 0, high, low] => embedded(high, low),
            [0x2002, high, low, ..] => embedded(high, low),
            _ => Self::Public,
        }
    }
}

impl Networks {
    /// Whether a request may go there.
    pub(crate) fn permit(self, ip: IpAddr) -> bool {
        match AddressType::of(ip) {
            AddressType::Public => true,
            AddressType::Loopback => self.loopback,
            AddressType::Private => self.private,
            AddressType::Unusable => false,
        }
    }
}

/// For a mock that only this machine can reach.
impl Default for Networks {
    fn default() -> Self {
        Self { loopback: true, private: false }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_classified_in_every_notation() {
        for (expected, addresses) in [
            (AddressType::Loopback, &["127.0.0.1", "127.9.9.9", "0.0.0.0", "::1", "::", "::ffff:127.0.0.1"][..]),
            (AddressType::Private, &["10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "169.254.169.254"]),
            (
                AddressType::Private,
                &["100.64.0.1", "fd00::1", "fe80::1", "::ffff:10.1.1.1", "64:ff9b::a00:1", "2002:c0a8:1::"],
            ),
            (AddressType::Public, &["1.1.1.1", "172.32.0.1", "100.128.0.1", "2606:4700::1111", "2002:101:101::"]),
            (AddressType::Unusable, &["224.0.0.1", "255.255.255.255", "ff02::1"]),
        ] {
            for address in addresses {
                assert_eq!(AddressType::of(address.parse().unwrap()), expected, "{address}");
            }
        }
    }

    #[test]
    fn private_networks_are_closed_unless_they_are_allowed() {
        let private = "10.0.0.1".parse().unwrap();
        assert!(!Networks::default().permit(private));
        assert!(Networks { private: true, ..Networks::default() }.permit(private));
        let from_outside = Networks { loopback: false, private: false };
        assert!(!from_outside.permit("::1".parse().unwrap()) && from_outside.permit("1.1.1.1".parse().unwrap()));
    }
}

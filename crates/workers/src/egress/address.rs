//! Which addresses are outside, on the public internet.
//!
//! After the special-purpose registries of IANA, read strictly: where a range has a few addresses that are global, all of it is inside.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::{Ipv4Net, Ipv6Net};

/// Says what an address is, when it is not outside.
pub(super) type Inside = fn(IpAddr) -> Option<&'static str>;

/// What is not outside of IPv4.
pub(super) const INSIDE_V4: &[(Ipv4Net, &str)] = &[
    (v4([0, 0, 0, 0], 8), "this network"),
    (v4([10, 0, 0, 0], 8), "private"),
    (v4([100, 64, 0, 0], 10), "shared by a provider's customers"),
    (v4([127, 0, 0, 0], 8), "loopback"),
    (v4([168, 63, 129, 16], 32), "the metadata of Azure"),
    (v4([169, 254, 0, 0], 16), "link-local, and the metadata of clouds"),
    (v4([172, 16, 0, 0], 12), "private"),
    (v4([192, 0, 0, 0], 24), "for protocols"),
    (v4([192, 0, 2, 0], 24), "for documentation"),
    (v4([192, 88, 99, 0], 24), "a relay from IPv6 (6to4)"),
    (v4([192, 168, 0, 0], 16), "private"),
    (v4([198, 18, 0, 0], 15), "for benchmarks"),
    (v4([198, 51, 100, 0], 24), "for documentation"),
    (v4([203, 0, 113, 0], 24), "for documentation"),
    (v4([224, 0, 0, 0], 4), "multicast"),
    (v4([240, 0, 0, 0], 4), "reserved, and broadcast"),
];

/// Of IPv6 this alone is given out to the public. Outside it lie loopback, link-local, site-local, unique-local and multicast addresses,
/// and all that stand for an address of IPv4 (mapped, compatible, translated by NAT64).
pub(super) const GLOBAL_V6: Ipv6Net = v6([0x2000, 0], 3);

/// What is not outside within [`GLOBAL_V6`].
pub(super) const INSIDE_V6: &[(Ipv6Net, &str)] = &[
    (v6([0x2001, 0], 23), "for protocols, and a tunnel from IPv4 (Teredo)"),
    (v6([0x2001, 0xdb8], 32), "for documentation"),
    (v6([0x2002, 0], 16), "a tunnel from IPv4 (6to4)"),
    (v6([0x3fff, 0], 20), "for documentation"),
];

/// What an address is, when it is not outside.
pub(super) fn inside(address: IpAddr) -> Option<&'static str> {
    match address {
        IpAddr::V4(address) => {
            INSIDE_V4.iter().find(|(range, _)| range.contains(&address)).map(|(_, what)| *what)
        }
        IpAddr::V6(address) if !GLOBAL_V6.contains(&address) => Some("of no public range"),
        IpAddr::V6(address) => {
            INSIDE_V6.iter().find(|(range, _)| range.contains(&address)).map(|(_, what)| *what)
        }
    }
}

const fn v4([a, b, c, d]: [u8; 4], length: u8) -> Ipv4Net {
    Ipv4Net::new_assert(Ipv4Addr::new(a, b, c, d), length)
}

const fn v6([a, b]: [u16; 2], length: u8) -> Ipv6Net {
    Ipv6Net::new_assert(Ipv6Addr::new(a, b, 0, 0, 0, 0, 0, 0), length)
}

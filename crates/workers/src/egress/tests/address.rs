//! The ranges and their edges.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use proptest::prelude::{any, prop_assert, proptest};

use super::address;
use crate::egress::address::{GLOBAL_V6, INSIDE_V4, INSIDE_V6, inside};

/// One of each kind and both ends of each range. Every one of them is called in `refused.rs`.
pub(super) const INSIDE: &[&str] = &[
    "0.0.0.0",
    "0.255.255.255",
    "10.0.0.0",
    "10.255.255.255",
    "100.64.0.0",
    "100.100.100.200",
    "100.127.255.255",
    "127.0.0.0",
    "127.0.0.1",
    "127.255.255.255",
    "168.63.129.16",
    "169.254.0.0",
    "169.254.169.254",
    "169.254.170.2",
    "169.254.255.255",
    "172.16.0.0",
    "172.31.255.255",
    "192.0.0.0",
    "192.0.0.192",
    "192.0.0.255",
    "192.0.2.0",
    "192.0.2.255",
    "192.88.99.0",
    "192.88.99.255",
    "192.168.0.0",
    "192.168.255.255",
    "198.18.0.0",
    "198.19.255.255",
    "198.51.100.0",
    "198.51.100.255",
    "203.0.113.0",
    "203.0.113.255",
    "224.0.0.0",
    "239.255.255.255",
    "240.0.0.0",
    "255.255.255.255",
    "::",
    "::1",
    "::127.0.0.1",
    "::8.8.8.8",
    "::ffff:0.0.0.0",
    "::ffff:10.0.0.1",
    "::ffff:127.0.0.1",
    "::ffff:169.254.169.254",
    "::ffff:192.168.0.1",
    "::ffff:8.8.8.8",
    "::ffff:0:127.0.0.1",
    "64:ff9b::",
    "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b::808:808",
    "64:ff9b:1::",
    "64:ff9b:1::7f00:1",
    "64:ff9b:1:ffff:ffff:ffff:ffff:ffff",
    "100::",
    "100::ffff:ffff:ffff:ffff",
    "100:0:0:1::1",
    "1fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
    "2001::",
    "2001:0:7f00:1::",
    "2001:0:4136:e378:8000:63bf:80ff:fffe",
    "2001:2::1",
    "2001:10::1",
    "2001:20::1",
    "2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff",
    "2001:db8::",
    "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff",
    "2002::",
    "2002:7f00:1::",
    "2002:a9fe:a9fe::1",
    "2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
    "3fff::",
    "3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff",
    "4000::",
    "5f00::1",
    "fc00::",
    "fd00:ec2::254",
    "fd20:ce::254",
    "fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
    "fe80::",
    "fe80::1",
    "febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
    "fec0::",
    "fec0::1",
    "feff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
    "ff00::",
    "ff02::1",
    "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
];

/// Public servers, and whatever lies right before and after each range.
const OUTSIDE: &[&str] = &[
    "1.0.0.0",
    "1.1.1.1",
    "8.8.8.8",
    "9.255.255.255",
    "11.0.0.0",
    "100.63.255.255",
    "100.128.0.0",
    "126.255.255.255",
    "128.0.0.0",
    "168.63.129.15",
    "168.63.129.17",
    "169.253.255.255",
    "169.255.0.0",
    "172.15.255.255",
    "172.32.0.0",
    "191.255.255.255",
    "192.0.1.0",
    "192.0.1.255",
    "192.0.3.0",
    "192.88.98.255",
    "192.88.100.0",
    "192.167.255.255",
    "192.169.0.0",
    "198.17.255.255",
    "198.20.0.0",
    "198.51.99.255",
    "198.51.101.0",
    "203.0.112.255",
    "203.0.114.0",
    "223.255.255.255",
    "2000::",
    "2000:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
    "2001:200::",
    "2001:4860:4860::8888",
    "2001:db7:ffff:ffff:ffff:ffff:ffff:ffff",
    "2001:db9::",
    "2001:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
    "2003::",
    "2606:4700:4700::1111",
    "2a00:1450:4001:81b::200e",
    "3ffe:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
    "3fff:1000::",
];

#[test]
fn every_kind_of_address_is_on_its_side() {
    let passed: Vec<_> = INSIDE.iter().filter(|it| inside(address(it)).is_none()).collect();
    assert!(passed.is_empty(), "outside: {passed:?}");
    let refused: Vec<_> = OUTSIDE.iter().filter(|it| inside(address(it)).is_some()).collect();
    assert!(refused.is_empty(), "inside: {refused:?}");
}

#[test]
fn every_range_ends_where_the_next_address_is_another() {
    for (range, what) in INSIDE_V4 {
        let (first, last) = (u32::from(range.network()), u32::from(range.broadcast()));
        for at in [first, last] {
            assert_eq!(inside(Ipv4Addr::from_bits(at).into()), Some(*what), "{range}");
        }
        for beside in [first.checked_sub(1), last.checked_add(1)].into_iter().flatten() {
            let beside = Ipv4Addr::from_bits(beside);
            let next = INSIDE_V4.iter().any(|(other, _)| other != range && other.contains(&beside));
            assert_eq!(inside(beside.into()).is_some(), next, "{beside}, beside {range}");
        }
    }
    for (range, what) in INSIDE_V6 {
        let (first, last) = (u128::from(range.network()), u128::from(range.broadcast()));
        for at in [first, last] {
            assert_eq!(inside(Ipv6Addr::from_bits(at).into()), Some(*what), "{range}");
        }
        for beside in [first - 1, last + 1].map(Ipv6Addr::from_bits) {
            let next = INSIDE_V6.iter().any(|(other, _)| other != range && other.contains(&beside));
            assert_eq!(inside(beside.into()).is_some(), next, "{beside}, beside {range}");
        }
    }
    let (first, last) = (u128::from(GLOBAL_V6.network()), u128::from(GLOBAL_V6.broadcast()));
    assert_eq!([first, last].map(|it| inside(Ipv6Addr::from_bits(it).into())), [None, None]);
    assert!(
        [first - 1, last + 1].iter().all(|it| inside(Ipv6Addr::from_bits(*it).into()).is_some())
    );
}

proptest! {
    /// The standard library has a list of its own.
    #[test]
    fn nothing_is_outside_that_the_standard_library_knows_as_special(v4: u32, v6: u128, kind in 0..6_u8) {
        // A random address is seldom special: one in six is left as it is, the others are moved to where it matters.
        let v4 = Ipv4Addr::from_bits(match kind {
            0 => v4,
            1 => (v4 & 0x00ff_ffff) | 0x7f00_0000,
            2 => (v4 & 0x000f_ffff) | 0xac10_0000,
            3 => (v4 & 0x0000_ffff) | 0xc0a8_0000,
            4 => (v4 & 0x0000_ffff) | 0xa9fe_0000,
            _ => v4 | 0xe000_0000,
        });
        let special = v4.is_private() || v4.is_loopback() || v4.is_link_local() || v4.is_broadcast()
            || v4.is_documentation() || v4.is_multicast() || v4.is_unspecified();
        prop_assert!(!special || inside(v4.into()).is_some(), "{v4}");
        let v6 = Ipv6Addr::from_bits(match kind {
            0 => v6,
            1 => v6 >> 7 | 0xfc << 120,
            2 => v6 >> 10 | 0xfe80 << 112,
            3 => v6 >> 8 | 0xff << 120,
            4 => v6 >> 80 | 0xffff_0000_0000,
            _ => v6 >> 96,
        });
        let special = v6.is_loopback() || v6.is_multicast() || v6.is_unspecified() || v6.is_unique_local()
            || v6.is_unicast_link_local() || v6.to_ipv4().is_some();
        prop_assert!(!special || inside(v6.into()).is_some(), "{v6}");
    }

    /// An address of IPv4 within one of IPv6 may be inside, and is never asked.
    #[test]
    fn no_address_of_ipv4_gets_out_in_one_of_ipv6(v4 in any::<u32>(), rest in any::<u64>()) {
        let (v4, rest) = (u128::from(v4), u128::from(rest));
        for embedded in [
            v4,
            0xffff << 32 | v4,
            0xffff << 48 | v4,
            0x64_ff9b << 96 | v4,
            0x64_ff9b_0001 << 80 | v4,
            0x2002 << 112 | v4 << 80 | rest,
            0x2001 << 112 | v4 << 64 | rest,
            0x2001 << 112 | rest << 32 | v4,
        ] {
            let embedded = IpAddr::from(Ipv6Addr::from_bits(embedded));
            prop_assert!(inside(embedded).is_some(), "{embedded}");
        }
    }
}

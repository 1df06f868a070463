//! Where a request comes from: the other end of the connection, or what a proxy that is trusted says of it.

use std::fmt;
use std::net::{IpAddr, Ipv6Addr};

use actix_web::HttpRequest;
use actix_web::http::header::{HeaderMap, HeaderName};
pub use ipnet::IpNet as Network;

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// Who has one address of IPv6 has a whole network of them: the first 64 bits say who it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Address(IpAddr);

/// The networks whose word is taken.
#[derive(Clone, Debug, Default)]
pub(crate) struct Proxies(Vec<Network>);

impl Address {
    pub(crate) fn of(address: IpAddr) -> Self {
        Self(match address.to_canonical() {
            IpAddr::V6(address) => {
                let network = address.to_bits() >> 64 << 64;
                IpAddr::V6(Ipv6Addr::from_bits(network))
            }
            IpAddr::V4(address) => IpAddr::V4(address),
        })
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Proxies {
    pub(crate) fn new(networks: Vec<Network>) -> Self {
        Self(networks)
    }

    pub(crate) fn trusts(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.0.iter().any(|network| network.contains(&address))
    }

    /// The client of a request. Without a connection, as in a test, it is nobody in particular.
    pub(crate) fn client(&self, request: &HttpRequest) -> Address {
        let peer = request.peer_addr().map_or(IpAddr::V6(Ipv6Addr::UNSPECIFIED), |peer| peer.ip());
        Address::of(self.behind(peer, request.headers()))
    }

    /// Each proxy adds whom it heard from at the end, so the last one that is not trusted is as far as the words can be believed.
    fn behind(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let mut address = peer;
        let said: Vec<_> = headers.get_all(FORWARDED_FOR).collect();
        let hops = said.iter().rev().flat_map(|line| line.to_str().unwrap_or_default().rsplit(','));
        for hop in hops {
            if !self.trusts(address) {
                break;
            }
            let Ok(before) = hop.trim().parse::<IpAddr>() else { break };
            address = before;
        }
        address
    }
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    fn seen(trusted: &[&str], peer: &str, said: &[&str]) -> String {
        let networks = trusted.iter().map(|network| network.parse().unwrap());
        let mut request = TestRequest::get().peer_addr(format!("{peer}:1").parse().unwrap());
        for line in said {
            request = request.append_header((FORWARDED_FOR, *line));
        }
        Proxies::new(networks.collect()).client(&request.to_http_request()).to_string()
    }

    #[test]
    fn the_last_address_that_no_trusted_proxy_has_is_the_clients() {
        let own = ["10.0.0.0/8", "fd00::/8"];
        for (trusted, peer, said, client) in [
            (&[][..], "198.51.100.7", &["192.0.2.1"][..], "198.51.100.7"),
            (&own, "198.51.100.7", &["192.0.2.1"], "198.51.100.7"),
            (&own, "10.0.0.1", &[], "10.0.0.1"),
            (&own, "10.0.0.1", &["192.0.2.1"], "192.0.2.1"),
            (&own, "10.0.0.1", &["203.0.113.9, 192.0.2.1"], "192.0.2.1"),
            (&own, "10.0.0.1", &["203.0.113.9", "192.0.2.1, 10.0.0.2"], "192.0.2.1"),
            (&own, "10.0.0.1", &["10.0.0.3,10.0.0.2"], "10.0.0.3"),
            (&own, "10.0.0.1", &["192.0.2.1, nonsense"], "10.0.0.1"),
            (&own, "10.0.0.1", &["192.0.2.1, "], "10.0.0.1"),
            (&own, "10.0.0.1", &["::ffff:192.0.2.1"], "192.0.2.1"),
            (&own, "10.0.0.1", &["2001:db8:1:2:3:4:5:6"], "2001:db8:1:2::"),
            (&own, "[fd00::1]", &["2001:db8:1:2:ffff::"], "2001:db8:1:2::"),
            (&own, "[::ffff:10.0.0.1]", &["192.0.2.1"], "192.0.2.1"),
        ] {
            assert_eq!(seen(trusted, peer, said), client, "{peer} says {said:?}");
        }
    }
}

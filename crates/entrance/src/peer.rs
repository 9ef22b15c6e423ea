//! Where somebody comes from, as tries are counted.

use std::net::IpAddr;

/// Where a connection comes from: an IPv4 address, or the network of 64 bits of an IPv6 one.
#[derive(Debug, Clone, Default)]
pub struct Peer(pub String);

impl Peer {
    /// Of an address.
    #[must_use]
    pub fn of(address: IpAddr) -> Self {
        Self(match address.to_canonical() {
            IpAddr::V4(address) => address.to_string(),
            // RFC 4291 2.5.4: a host has a whole network of 64 bits to choose from.
            IpAddr::V6(address) => format!("{:x}", u128::from(address) >> 64),
        })
    }
}

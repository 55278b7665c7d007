//! Who makes a call: the address behind one's own proxies, and the addresses that are expected.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::str::FromStr;

use ipnet::IpNet;

/// The address from which the provider is known to call.
///
/// Six independent programs of publishers name it as documented. An older one names a different
/// address, so it can change.
const DOCUMENTED_RELAY: IpAddr = IpAddr::V4(Ipv4Addr::new(34, 69, 179, 33));

/// One address or a range of addresses, such as `10.0.0.0/8`.
///
/// ```
/// use cpalead::postbacks::Network;
///
/// let network: Network = "10.0.0.0/8".parse()?;
/// assert!(network.contains("10.1.2.3".parse().unwrap()));
/// assert!(network.contains("::ffff:10.1.2.3".parse().unwrap()));
/// # Ok::<(), cpalead::postbacks::ParseNetworkError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Network(IpNet);

impl Network {
    /// Whether the address is in the range. An IPv4 address written as IPv6 counts as IPv4.
    #[must_use]
    pub fn contains(&self, address: IpAddr) -> bool {
        self.0.contains(&address.to_canonical())
    }
}

impl From<IpAddr> for Network {
    fn from(address: IpAddr) -> Network {
        Network(address.to_canonical().into())
    }
}

impl FromStr for Network {
    type Err = ParseNetworkError;

    fn from_str(text: &str) -> Result<Network, ParseNetworkError> {
        if let Ok(address) = text.parse::<IpAddr>() {
            return Ok(address.into());
        }
        text.parse().map(Network).map_err(|_| ParseNetworkError {
            found: text.chars().take(64).collect(),
        })
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Text that is not an address or a range.
///
/// ```
/// let error = "10.0.0.0/40".parse::<cpalead::postbacks::Network>().unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "`10.0.0.0/40` is not a network: expected an address or a range such as 10.0.0.0/8"
/// );
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseNetworkError {
    found: String,
}

impl fmt::Display for ParseNetworkError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let found = &self.found;
        write!(
            f,
            "`{found}` is not a network: expected an address or a range such as 10.0.0.0/8"
        )
    }
}

impl std::error::Error for ParseNetworkError {}

/// The addresses from which the provider sends postbacks.
///
/// ```
/// use cpalead::postbacks::Relay;
///
/// let relay = Relay::documented();
/// let moved = Relay::new(["34.69.179.33".parse()?, "203.0.113.0/24".parse()?]);
/// # let _ = (relay, moved);
/// # Ok::<(), cpalead::postbacks::ParseNetworkError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Relay(Vec<Network>);

impl Relay {
    /// The one address that is known, 34.69.179.33.
    ///
    /// Source: six independent programs of publishers, which name it as documented. Nothing says
    /// how a change would be announced.
    #[must_use]
    pub fn documented() -> Relay {
        Relay(vec![DOCUMENTED_RELAY.into()])
    }

    /// Other addresses.
    #[must_use]
    pub fn new(networks: impl IntoIterator<Item = Network>) -> Relay {
        Relay(networks.into_iter().collect())
    }

    pub(super) fn includes(&self, address: IpAddr) -> bool {
        contains(&self.0, address)
    }
}

/// Who made a call, as the web server knows it.
///
/// ```
/// use cpalead::postbacks::Caller;
///
/// let peer = "10.0.0.7".parse().unwrap();
/// let caller = Caller::new(peer).forwarded(["203.0.113.5, 34.69.179.33"]);
/// # let _ = caller;
/// ```
#[derive(Clone, Debug)]
pub struct Caller {
    peer: IpAddr,
    forwarded: Vec<String>,
}

impl Caller {
    /// The address at the other end of the connection.
    #[must_use]
    pub fn new(peer: IpAddr) -> Caller {
        Caller {
            peer,
            forwarded: Vec::new(),
        }
    }

    /// Adds the `X-Forwarded-For` headers, all of them and in order.
    ///
    /// They count only as far as one's own proxies wrote them: see
    /// [`Postbacks::proxies`](super::Postbacks::proxies).
    #[must_use]
    pub fn forwarded(mut self, headers: impl IntoIterator<Item = impl AsRef<[u8]>>) -> Caller {
        for header in headers {
            let header = String::from_utf8_lossy(header.as_ref());
            self.forwarded
                .extend(header.split(',').map(|entry| entry.trim().to_owned()));
        }
        self
    }

    /// The address behind the proxies, or `None` where a proxy wrote something unreadable.
    ///
    /// Each proxy appends the address that called it. So the headers are read from the right, and
    /// only as long as the address so far is one of the proxies. Whoever calls can write the rest.
    pub(super) fn address(&self, proxies: &[Network]) -> Option<IpAddr> {
        let mut address = self.peer.to_canonical();
        for entry in self.forwarded.iter().rev() {
            if !contains(proxies, address) {
                break;
            }
            address = read(entry)?.to_canonical();
        }
        Some(address)
    }
}

fn contains(networks: &[Network], address: IpAddr) -> bool {
    networks.iter().any(|network| network.contains(address))
}

/// An address with or without a port; some proxies write one.
fn read(entry: &str) -> Option<IpAddr> {
    let bare = entry
        .strip_prefix('[')
        .and_then(|entry| entry.strip_suffix(']'));
    let address = bare.unwrap_or(entry).parse().ok();
    address.or_else(|| Some(entry.parse::<SocketAddr>().ok()?.ip()))
}

#[cfg(test)]
mod tests {
    use super::{Caller, Network, Relay};

    #[track_caller]
    fn check(peer: &str, forwarded: &[&str], address: &str) {
        let proxies: Vec<Network> = ["10.0.0.0/8", "2001:db8::/32", "192.0.2.1"]
            .map(|network| network.parse().unwrap())
            .into();
        let caller = Caller::new(peer.parse().unwrap()).forwarded(forwarded);
        let found = caller.address(&proxies);
        let found = found.map_or_else(|| "unreadable".to_owned(), |address| address.to_string());
        assert_eq!(found, address, "{peer} {forwarded:?}");
    }

    #[test]
    fn the_caller_is_the_last_address_that_no_proxy_of_ours_has() {
        check("203.0.113.5", &[], "203.0.113.5");
        check("203.0.113.5", &["34.69.179.33"], "203.0.113.5");
        check("10.0.0.7", &["34.69.179.33"], "34.69.179.33");
        check("::ffff:10.0.0.7", &["::ffff:34.69.179.33"], "34.69.179.33");
        check("10.0.0.7", &["34.69.179.33, 203.0.113.5"], "203.0.113.5");
        check("10.0.0.7", &["34.69.179.33", "203.0.113.5"], "203.0.113.5");
        check(
            "10.0.0.7",
            &["34.69.179.33, 192.0.2.1, 10.1.1.1"],
            "34.69.179.33",
        );
        check(
            "2001:db8::1",
            &["[2001:db8::2]:80, 34.69.179.33:5000"],
            "34.69.179.33",
        );
        check(
            "2001:db8::1",
            &["34.69.179.33, [2001:db8::2]"],
            "34.69.179.33",
        );
        check("10.0.0.7", &[], "10.0.0.7");
        check("10.0.0.7", &["10.0.0.8"], "10.0.0.8");
    }

    #[test]
    fn what_a_proxy_wrote_and_cannot_be_read_is_nobody() {
        check("10.0.0.7", &["34.69.179.33, unknown"], "unreadable");
        check("10.0.0.7", &["34.69.179.33,"], "unreadable");
        check("10.0.0.7", &[""], "unreadable");
        check("10.0.0.7", &["34.69.179.33 10.0.0.7"], "unreadable");
        check("10.0.0.7", &["unknown, 34.69.179.33"], "34.69.179.33");
    }

    #[test]
    fn the_relay_is_one_address() {
        let relay = Relay::documented();
        assert!(relay.includes("34.69.179.33".parse().unwrap()));
        assert!(!relay.includes("34.69.179.34".parse().unwrap()));
        assert_eq!(
            "10.0.0.0/8".parse::<Network>().unwrap().to_string(),
            "10.0.0.0/8"
        );
        assert!("".parse::<Network>().is_err());
    }
}

//! Whose conversions a request is for.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Whose conversions a request is for: a sub-id or an IP address.
///
/// ```
/// use std::net::Ipv4Addr;
/// use cpalead::Subject;
///
/// let by_subid = Subject::from("user-42");
/// let by_address = Subject::from(Ipv4Addr::new(203, 0, 113, 7));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Subject(pub(super) String);

impl From<&str> for Subject {
    fn from(subid: &str) -> Self {
        Self(subid.to_owned())
    }
}

impl From<String> for Subject {
    fn from(subid: String) -> Self {
        Self(subid)
    }
}

impl From<&String> for Subject {
    fn from(subid: &String) -> Self {
        Self(subid.clone())
    }
}

impl From<IpAddr> for Subject {
    fn from(address: IpAddr) -> Self {
        Self(address.to_string())
    }
}

impl From<Ipv4Addr> for Subject {
    fn from(address: Ipv4Addr) -> Self {
        Self(address.to_string())
    }
}

impl From<Ipv6Addr> for Subject {
    fn from(address: Ipv6Addr) -> Self {
        Self(address.to_string())
    }
}

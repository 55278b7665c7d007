//! Devices: the four that the provider documents, and the tokens it sends for them.

use std::fmt;
use std::str::FromStr;

use serde::de::{Deserialize, Deserializer, Error, SeqAccess, Visitor};
use serde::ser::{Serialize, SerializeSeq, Serializer};

use super::text::Text;

/// A device that a request for offers can name.
///
/// Source: Publisher API documentation, Offers, `device`.
///
/// ```
/// use cpalead::Device;
///
/// let device: Device = "ios".parse()?;
/// assert_eq!(device, Device::Ios);
/// # Ok::<(), cpalead::ParseDeviceError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Device {
    /// iPhones and iPads.
    Ios,
    /// Android telephones and tablets.
    Android,
    /// Any mobile device.
    Mobile,
    /// Computers.
    Desktop,
}

impl Device {
    /// All devices, in the order of the documentation.
    ///
    /// ```
    /// assert!(cpalead::Device::ALL.contains(&cpalead::Device::Ios));
    /// ```
    pub const ALL: &'static [Self] = &[Self::Ios, Self::Android, Self::Mobile, Self::Desktop];

    /// The provider's word for the device.
    ///
    /// ```
    /// assert_eq!(cpalead::Device::Desktop.as_str(), "desktop");
    /// ```
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Ios => "ios",
            Self::Android => "android",
            Self::Mobile => "mobile",
            Self::Desktop => "desktop",
        }
    }
}

impl fmt::Display for Device {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for Device {
    type Err = ParseDeviceError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let matches = |device: &Self| device.as_str().eq_ignore_ascii_case(text);
        Self::ALL
            .iter()
            .copied()
            .find(matches)
            .ok_or_else(|| ParseDeviceError {
                found: text.chars().take(24).collect(),
            })
    }
}

/// Text that is not one of the documented devices.
///
/// ```
/// let error = "fridge".parse::<cpalead::Device>().unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "`fridge` is not a device: expected ios, android, mobile or desktop",
/// );
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseDeviceError {
    found: String,
}

impl fmt::Display for ParseDeviceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "`{}` is not a device: expected ios, android, mobile or desktop",
            self.found
        )
    }
}

impl std::error::Error for ParseDeviceError {}

/// The kinds of devices that a word for devices means, one bit each.
const IOS: u8 = 1;
const ANDROID: u8 = 2;
const DESKTOP: u8 = 4;

/// Every word for devices whose meaning is known, and what it means.
///
/// `ios`, `android`, `mobile` and `desktop` are documented as values of the parameter. The others
/// were observed in consumers of the API. That `mobile` means iOS and Android is inferred from the
/// word; `all` and an empty list are read before.
const FAMILIES: [(&str, u8); 7] = [
    ("ios", IOS),
    ("android", ANDROID),
    ("mobile", IOS | ANDROID),
    ("desktop", DESKTOP),
    ("iphone", IOS),
    ("ipad", IOS),
    ("iphone_ipad", IOS),
];

fn family(word: &str) -> Option<u8> {
    let found = FAMILIES
        .iter()
        .find(|(known, _)| known.eq_ignore_ascii_case(word));
    found.map(|(_, family)| *family)
}

/// The devices of an offer: known ones as a set, unknown words as they came. An offer without any
/// is for every device.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Devices {
    known: u8,
    // Whether `all`, or a word that means the same, was in the list.
    all: bool,
    // Rare: a pointer costs an offer less than a list would.
    #[allow(clippy::box_collection)]
    unknown: Option<Box<Vec<Box<str>>>>,
}

impl Devices {
    pub(crate) fn known(&self) -> impl Iterator<Item = Device> + '_ {
        let included = |device: &Device| self.known & (1 << *device as u8) != 0;
        Device::ALL.iter().copied().filter(included)
    }

    pub(crate) fn unknown(&self) -> &[Box<str>] {
        self.unknown.as_deref().map_or(&[], Vec::as_slice)
    }

    /// Whether the offer is for every device: the provider says so, or names none.
    pub(crate) fn are_any(&self) -> bool {
        self.all || (self.known == 0 && self.unknown().is_empty())
    }

    /// Whether the offer is for a device; none if only words that nobody knows could mean it.
    pub(crate) fn include(&self, device: Device) -> Option<bool> {
        let words = self.known().map(|device| device.as_str());
        let words = words.chain(self.unknown().iter().map(AsRef::as_ref));
        let mut all_known = true;
        let mut families = 0;
        for word in words {
            match family(word) {
                Some(family) => families |= family,
                None => all_known = false,
            }
        }
        let asked = family(device.as_str()).unwrap_or_default();
        match self.are_any() || families & asked != 0 {
            true => Some(true),
            false => all_known.then_some(false),
        }
    }

    fn push(&mut self, token: &str) {
        let token = token.trim();
        if let Ok(device) = token.parse::<Device>() {
            self.known |= 1 << device as u8;
        } else if token.eq_ignore_ascii_case("all") || token.eq_ignore_ascii_case("all_devices") {
            self.all = true;
        } else if !token.is_empty() {
            self.unknown.get_or_insert_default().push(token.into());
        }
    }
}

impl<'de> Deserialize<'de> for Devices {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(DevicesVisitor)
    }
}

/// The normal form is a list: `all` first, then known devices, then unknown words.
impl Serialize for Devices {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut list = serializer.serialize_seq(None)?;
        if self.all {
            list.serialize_element("all")?;
        }
        for device in self.known() {
            list.serialize_element(device.as_str())?;
        }
        for token in self.unknown() {
            list.serialize_element(token)?;
        }
        list.end()
    }
}

struct DevicesVisitor;

impl<'de> Visitor<'de> for DevicesVisitor {
    type Value = Devices;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a device, or a list of devices")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Devices, E> {
        let mut devices = Devices::default();
        for token in text.split([',', '|']) {
            devices.push(token);
        }
        Ok(devices)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Devices, A::Error> {
        let mut devices = Devices::default();
        while let Some(token) = list.next_element::<Text>()? {
            devices.push(token.as_str());
        }
        Ok(devices)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Devices, E> {
        match value {
            false => Ok(Devices::default()),
            true => Err(E::invalid_type(serde::de::Unexpected::Bool(value), &self)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Device, Devices};

    #[track_caller]
    fn check(json: &str, normal: &str, any: &str) {
        let devices: Devices = serde_json::from_str(json).unwrap();
        assert_eq!(serde_json::to_string(&devices).unwrap(), normal, "{json}");
        assert_eq!(devices.are_any().to_string(), any, "{json}");
    }

    #[test]
    fn text_and_lists_are_the_same() {
        check(r#""ios""#, r#"["ios"]"#, "false");
        check(r#""Android, iOS""#, r#"["ios","android"]"#, "false");
        check(r#""ios|desktop""#, r#"["ios","desktop"]"#, "false");
        check(r#"["mobile"]"#, r#"["mobile"]"#, "false");
    }

    #[test]
    fn all_and_nothing_mean_any_device() {
        check(r#""all""#, r#"["all"]"#, "true");
        check(r#""all_devices""#, r#"["all"]"#, "true");
        check(r#""""#, "[]", "true");
        check("[]", "[]", "true");
        check("false", "[]", "true");
    }

    #[test]
    fn families_of_devices_include_each_other() {
        #[track_caller]
        fn includes(json: &str, expected: [Option<bool>; 4]) {
            let devices: Devices = serde_json::from_str(json).unwrap();
            let found: Vec<_> = Device::ALL
                .iter()
                .map(|device| devices.include(*device))
                .collect();
            assert_eq!(found, expected, "{json}");
        }

        let (yes, no) = (Some(true), Some(false));
        // In the order of the documentation: ios, android, mobile, desktop.
        includes(r#""ios""#, [yes, no, yes, no]);
        includes(r#""mobile""#, [yes, yes, yes, no]);
        includes(r#""iphone|ipad""#, [yes, no, yes, no]);
        includes(r#""iphone_ipad""#, [yes, no, yes, no]);
        includes(r#""desktop""#, [no, no, no, yes]);
        includes(r#""all""#, [yes; 4]);
        includes("[]", [yes; 4]);
        includes(r#""smart_tv""#, [None; 4]);
        includes(r#""android,kindle""#, [None, yes, yes, None]);
    }

    #[test]
    fn an_unknown_token_is_kept_and_is_not_any_device() {
        check(r#""iphone_ipad""#, r#"["iphone_ipad"]"#, "false");
    }
}

//! The tracking link of an offer: judged as a browser would read it, and changed without touching
//! the bytes that are not meant.

mod judge;

use std::fmt;

use self::judge::{is_named, judge_host, judge_length, judge_parameters, number, refused, split};
use super::offer::Offer;
use crate::error::{Error, Result};
use crate::query;

/// The longest value that can be set, in bytes. The provider documents no limit; this one is ours.
const MAX_VALUE: usize = 255;

/// The tracking link of an offer: where a user is sent, so that a conversion counts for the
/// publisher.
///
/// ```
/// use cpalead::TrackingLink;
///
/// let link = TrackingLink::parse(
///     "https://track.example/view.php?id=5546840&pub=3360001&_src=api&_src_sig=abc123",
/// )?;
/// link.check(5_546_840, 3_360_001)?;
///
/// let click = link.subid("click-7f3a")?.subid2("user 42")?;
/// assert_eq!(
///     click.as_str(),
///     "https://track.example/view.php?id=5546840&pub=3360001&_src=api&_src_sig=abc123\
///      &subid=click-7f3a&subid2=user%2042",
/// );
/// # Ok::<(), cpalead::Error>(())
/// ```
///
/// # May a signed link be changed?
///
/// A link of the API has a signature, `_src_sig`. What it covers is not documented.
///
/// - *Documented:* "Using the exact link returned by the API keeps the best attribution. If you
///   save or rebuild links in your own system, clicks still work." A sub-id is passed "at the end
///   of your affiliate links". (Publisher API documentation, Offers.)
/// - *Observed:* a publisher's program in production appends `subid` to signed links and sends
///   users there. Whether their conversions came back is not recorded.
/// - *Unknown:* whether the signature covers the sub-ids, and whether a changed link counts for
///   less.
///
/// So ask for the sub-id in the request where that is possible: with
/// [`OffersRequest::subid`](crate::OffersRequest::subid) the provider writes it into the links
/// itself. Set it here where each click has its own sub-id, or where one list is shared by all
/// users.
///
/// A sub-id is visible to the user, who can change it. A random id for each click, kept with the
/// user's account in your database, is better than the account's number.
///
/// # What is a link
///
/// [`parse`](Self::parse) accepts a link only if browsers and servers agree on where it leads. It
/// never pins a host, because the provider changes hosts. Setting a parameter replaces its value or
/// appends it, and keeps every other byte: a parser that writes a URL anew may change it, and with
/// it what was signed.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct TrackingLink {
    link: String,
    host: String,
    offer: u64,
    publisher: u64,
}

impl TrackingLink {
    /// Reads a link, for example one that was kept in a database.
    ///
    /// # Errors
    ///
    /// When the link
    ///
    /// - is not an `https` link, is longer than 8,192 bytes, or has more than 100 parameters;
    /// - contains blanks, control characters, invisible characters or `\`, which browsers drop or
    ///   turn into something different;
    /// - has a user name, a port or an IP address instead of a domain, or has a host that browsers
    ///   would write differently;
    /// - does not have exactly one `id` and one `pub` with a whole number;
    /// - writes one of its parameters so that some servers read it differently, such as `subid[]`.
    ///
    /// [`Error::is_configuration`] is true. The message says why, and does not contain the link.
    ///
    /// ```
    /// # use cpalead::TrackingLink;
    /// let hostile = "https://track.example%2f@evil.example/?id=1&pub=2";
    /// let error = TrackingLink::parse(hostile).unwrap_err();
    /// assert_eq!(error.to_string(), "the tracking link has a user name in front of its host");
    /// ```
    pub fn parse(link: impl Into<String>) -> Result<TrackingLink> {
        let link = link.into();
        let host = judge_host(&link)?;
        let pairs = judge_parameters(&link)?;
        let offer = number(&pairs, "id")?;
        let publisher = number(&pairs, "pub")?;
        Ok(TrackingLink {
            offer,
            publisher,
            host,
            link,
        })
    }

    /// Checks that the link leads to this offer and counts for this publisher.
    ///
    /// The API answers a wrong publisher id with links of that other publisher, who then gets the
    /// money. Such a mistake was observed in a program that ran for months.
    ///
    /// # Errors
    ///
    /// When the `id` of the link is not `offer_id`, or its `pub` is not `publisher_id`.
    pub fn check(&self, offer_id: u64, publisher_id: u64) -> Result<()> {
        let (offer, publisher) = (self.offer, self.publisher);
        if offer != offer_id {
            return Err(refused(format!(
                "leads to offer {offer}, and not to offer {offer_id}"
            )));
        }
        if publisher != publisher_id {
            return Err(refused(format!(
                "belongs to publisher {publisher}, and not to publisher {publisher_id}: its conversions would pay somebody else"
            )));
        }
        Ok(())
    }

    /// The same link with this sub-id.
    ///
    /// # Errors
    ///
    /// When the value is empty, longer than 255 bytes, contains control characters, or contains a
    /// placeholder such as `{user}` that was not replaced; or when the link would become too long.
    pub fn subid(&self, value: &str) -> Result<TrackingLink> {
        self.set("subid", value)
    }

    /// The same link with this second sub-id.
    ///
    /// # Errors
    ///
    /// The same as for [`subid`](Self::subid).
    pub fn subid2(&self, value: &str) -> Result<TrackingLink> {
        self.set("subid2", value)
    }

    /// The same link with this third sub-id.
    ///
    /// # Errors
    ///
    /// The same as for [`subid`](Self::subid).
    pub fn subid3(&self, value: &str) -> Result<TrackingLink> {
        self.set("subid3", value)
    }

    /// The same link with this Google Advertising ID.
    ///
    /// # Errors
    ///
    /// The same as for [`subid`](Self::subid).
    pub fn gaid(&self, value: &str) -> Result<TrackingLink> {
        self.set("gaid", value)
    }

    /// The same link with this Apple Identifier for Advertisers.
    ///
    /// # Errors
    ///
    /// The same as for [`subid`](Self::subid).
    pub fn idfa(&self, value: &str) -> Result<TrackingLink> {
        self.set("idfa", value)
    }

    /// The link, byte for byte.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.link
    }

    /// The host, in lower case.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The offer that the link leads to: its `id`.
    #[must_use]
    pub fn offer_id(&self) -> u64 {
        self.offer
    }

    /// The publisher that the link counts for: its `pub`.
    #[must_use]
    pub fn publisher_id(&self) -> u64 {
        self.publisher
    }

    /// The sub-id in the link. Of several, it is the last, as PHP reads it.
    ///
    /// Bytes that are not UTF-8 become U+FFFD.
    #[must_use]
    pub fn subid_value(&self) -> Option<String> {
        let found = query::pairs(split(&self.link).1).filter(|pair| is_named(pair, "subid"));
        let value = query::decode(found.last()?.value.unwrap_or_default());
        Some(String::from_utf8_lossy(&value).into_owned())
    }

    /// Replaces the first parameter of this name and removes the others, or appends one.
    fn set(&self, name: &str, value: &str) -> Result<TrackingLink> {
        check_value(name, value)?;
        let (before, query, after) = split(&self.link);
        let value = query::encode(value);
        let mut changed = String::with_capacity(self.link.len() + name.len() + value.len() + 2);
        let mut is_set = false;
        for (at, pair) in query::pairs(query).enumerate() {
            let is_meant = is_named(&pair, name);
            if is_meant && is_set {
                continue;
            }
            if at > 0 {
                changed.push('&');
            }
            changed.push_str(pair.name);
            let written = if is_meant { Some(&*value) } else { pair.value };
            if let Some(written) = written {
                changed.push('=');
                changed.push_str(written);
            }
            is_set |= is_meant;
        }
        if !is_set {
            changed.push_str(&format!("&{name}={value}"));
        }
        let link = format!("{before}{changed}{after}");
        judge_length(&link)?;
        judge_parameters(&link)?;
        Ok(TrackingLink {
            link,
            ..self.clone()
        })
    }
}

impl fmt::Display for TrackingLink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.link)
    }
}

impl fmt::Debug for TrackingLink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("TrackingLink").field(&self.link).finish()
    }
}

impl Offer {
    /// The tracking link, checked: to set sub-ids, and to see where it leads.
    ///
    /// It is byte for byte the provider's [`link`](Self::link), and its `id` is that of the offer.
    /// Check the publisher with [`TrackingLink::check`].
    ///
    /// # Errors
    ///
    /// When the offer has no link, when [`TrackingLink::parse`] refuses it, or when it leads to a
    /// different offer.
    pub fn tracking_link(&self) -> Result<TrackingLink> {
        let Some(link) = self.link() else {
            return Err(Error::configuration(format!(
                "offer {} has no tracking link: the request left out `link`, or the provider sent none",
                self.id()
            )));
        };
        let link = TrackingLink::parse(link)?;
        link.check(self.id(), link.publisher_id())?;
        Ok(link)
    }
}

fn check_value(name: &str, value: &str) -> Result<()> {
    let refused = |why: &str| Err(Error::configuration(format!("`{name}` {why}")));
    if value.is_empty() {
        return refused("is empty: leave it out, or give it a value");
    }
    if value.len() > MAX_VALUE {
        let length = value.len();
        return refused(&format!(
            "has {length} bytes: at most {MAX_VALUE} are allowed"
        ));
    }
    if value.chars().any(char::is_control) {
        return refused("contains control characters");
    }
    if has_placeholder(value) {
        return refused("contains a placeholder in braces that was not replaced");
    }
    Ok(())
}

/// Whether a template's `{name}` is left in the value.
fn has_placeholder(value: &str) -> bool {
    value.split('{').skip(1).any(|after| {
        let name = after.split('}').next().unwrap_or_default();
        let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
        name.len() < after.len() && !name.is_empty() && name.chars().all(is_name)
    })
}

#[cfg(test)]
mod tests {
    use super::TrackingLink;
    use crate::offers::list::OfferList;
    use proptest::prelude::{Strategy, TestCaseError, prop, prop_assert_eq, prop_oneof, proptest};
    use url::form_urlencoded;

    const LINK: &str = "https://track.example/view.php?id=7&pub=42&_src=api&_src_sig=aB%2f~'c";

    fn link(text: &str) -> TrackingLink {
        TrackingLink::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"))
    }

    #[test]
    fn a_link_says_where_it_leads_and_whom_it_pays() {
        let link = link("HTTPS://Track.Example/view.php?x&pub=%342&&id=7#top");
        assert_eq!(link.host(), "track.example");
        assert_eq!((link.offer_id(), link.publisher_id()), (7, 42));
        assert_eq!(link.subid_value(), None);
        assert_eq!(
            link.to_string(),
            "HTTPS://Track.Example/view.php?x&pub=%342&&id=7#top"
        );
        assert_eq!(format!("{link:?}"), format!("TrackingLink(\"{link}\")"));
    }

    #[test]
    fn a_link_to_somebody_else_is_refused() {
        let link = link(LINK);
        assert!(link.check(7, 42).is_ok());
        let message = |offer, publisher| link.check(offer, publisher).unwrap_err().to_string();
        assert_eq!(
            message(8, 42),
            "the tracking link leads to offer 7, and not to offer 8"
        );
        assert_eq!(
            message(7, 43),
            "the tracking link belongs to publisher 42, and not to publisher 43: its conversions \
             would pay somebody else"
        );
    }

    #[track_caller]
    fn check_set(before: &str, value: &str, after: &str) {
        let set = link(before).subid(value).unwrap();
        assert_eq!(set.as_str(), after);
        assert_eq!(set.subid_value().as_deref(), Some(value));
        assert_eq!(set.subid(value).unwrap(), set);
    }

    #[test]
    fn a_value_is_appended_before_the_fragment_or_replaces_the_one_that_is_there() {
        let signed = |rest: &str| format!("https://t.example/?id=7&pub=42{rest}");
        let check = |before, value, after| check_set(&signed(before), value, &signed(after));
        check("", "a", "&subid=a");
        check("#x?subid=9", "a", "&subid=a#x?subid=9");
        check("&", "a", "&&subid=a");
        check("&subid=old&c", "a b", "&subid=a%20b&c");
        check(
            "&subid&_=%e9;subid=2",
            "a&b=c",
            "&subid=a%26b%3Dc&_=%e9;subid=2",
        );
        check("&s%75bid=old&subid2=x", "é", "&s%75bid=%C3%A9&subid2=x");
        check("&subid=1&&subid=2&Subid=3", "4", "&subid=4&&Subid=3");
        check("&subid=%E9", "%E9", "&subid=%25E9");
        check_set(
            "https://t.example?pub=42&id=7",
            "a",
            "https://t.example?pub=42&id=7&subid=a",
        );
    }

    #[test]
    fn each_parameter_has_its_own_setter() {
        let set = link("https://t.example/?id=7&pub=42").subid("1").unwrap();
        let set = set.subid2("2").unwrap().subid3("3").unwrap();
        let set = set.gaid("4").unwrap().idfa("5").unwrap();
        assert_eq!(
            set.as_str(),
            "https://t.example/?id=7&pub=42&subid=1&subid2=2&subid3=3&gaid=4&idfa=5"
        );
    }

    #[test]
    fn of_several_sub_ids_the_last_is_read_and_odd_bytes_are_replaced() {
        let read = |rest: &str| link(&format!("{LINK}&{rest}")).subid_value();
        assert_eq!(read("subid=a&subid=b+c").as_deref(), Some("b c"));
        assert_eq!(read("subid=%E9").as_deref(), Some("\u{fffd}"));
        assert_eq!(read("subid").as_deref(), Some(""));
    }

    #[track_caller]
    fn refuses_value(value: &str, why: &str) {
        let error = link(LINK).gaid(value).unwrap_err();
        assert!(error.is_configuration());
        assert_eq!(error.to_string(), format!("`gaid` {why}"));
    }

    #[test]
    fn values_that_would_arrive_as_nothing_or_as_something_else_are_refused() {
        refuses_value("", "is empty: leave it out, or give it a value");
        refuses_value(&"x".repeat(256), "has 256 bytes: at most 255 are allowed");
        refuses_value("a\nb", "contains control characters");
        refuses_value("a\0", "contains control characters");
        let placeholder = "contains a placeholder in braces that was not replaced";
        refuses_value("{gaid}", placeholder);
        refuses_value("user-{user_id}", placeholder);
        for fine in ["{", "{}", "{a b}", "}{", "a{b", &"x".repeat(255)] {
            assert!(link(LINK).gaid(fine).is_ok(), "{fine}");
        }
    }

    #[test]
    fn a_link_does_not_grow_beyond_what_can_be_read_back() {
        let long = format!("{LINK}&x={}", "y".repeat(8_192 - LINK.len() - 3));
        assert_eq!(
            link(&long).subid("a").unwrap_err().to_string(),
            "the tracking link has 8200 bytes: at most 8192 are allowed"
        );
        let many = format!("{LINK}{}", "&".repeat(95));
        assert!(link(&many).subid("a").is_ok());
        let many = format!("{LINK}{}", "&".repeat(96));
        assert_eq!(
            link(&many).subid("a").unwrap_err().to_string(),
            "the tracking link has more than 100 parameters"
        );
    }

    #[track_caller]
    fn refuses(text: &str, why: &str) {
        match TrackingLink::parse(text) {
            Ok(link) => panic!("{text} was read as {link:?} of {}", link.host()),
            Err(error) => assert_eq!(
                error.to_string(),
                format!("the tracking link {why}"),
                "{text}"
            ),
        }
    }

    #[test]
    fn hostile_links_are_refused_by_name() {
        let user = "has a user name in front of its host";
        refuses("https://q.example%2f@evil.example/?id=7&pub=42", user);
        refuses("https://q.example:443@evil.example/?id=7&pub=42", user);
        refuses("https://@evil.example/?id=7&pub=42", user);
        let scheme = "does not begin with `https://`";
        for text in [
            "",
            "x",
            "http://t.example/?id=7&pub=42",
            "https:/t.example/?id=7&pub=42",
            "https:t.example/?id=7&pub=42",
            "//t.example/?id=7&pub=42",
            "javascript:alert(1)//?id=7&pub=42",
            "data:text/html,?id=7&pub=42",
            "https:\u{ff0f}/t.example/?id=7&pub=42",
        ] {
            refuses(text, scheme);
        }
        let port = "has a port";
        refuses("https://t.example:443/?id=7&pub=42", port);
        refuses("https://t.example:/?id=7&pub=42", port);
        let address = "has an IP address where a domain is expected";
        refuses("https://127.0.0.1/?id=7&pub=42", address);
        refuses("https://2130706433/?id=7&pub=42", address);
        refuses("https://0x7f.1/?id=7&pub=42", address);
        refuses("https://[::1]/?id=7&pub=42", address);
        let host = "has a host that browsers write differently";
        refuses("https://t%2Eexample/?id=7&pub=42", host);
        refuses("https://exämple.com/?id=7&pub=42", host);
        refuses("https://ｔ.example/?id=7&pub=42", host);
        refuses("https:///t.example/?id=7&pub=42", host);
        refuses("https://?id=7&pub=42", "is not valid: empty host");
        refuses(
            "https://t..ex%00ample/?id=7&pub=42",
            "is not valid: invalid international domain name",
        );
        for (odd, code) in [
            ("\t", "0009"),
            ("\n", "000A"),
            ("\r", "000D"),
            ("\0", "0000"),
            (" ", "0020"),
            ("\\", "005C"),
            ("\u{a0}", "00A0"),
            ("\u{202e}", "202E"),
            ("\u{200b}", "200B"),
        ] {
            let why = format!(
                "contains the character U+{code}, which browsers drop or turn into something different"
            );
            refuses(&format!("{LINK}&x={odd}"), &why);
            refuses(&format!("https://t.example{odd}/?id=7&pub=42"), &why);
            refuses(&format!("{odd}{LINK}"), &why);
        }
    }

    #[test]
    fn links_whose_numbers_are_missing_or_read_in_two_ways_are_refused() {
        let check = |query: &str, why: &str| refuses(&format!("https://t.example/{query}"), why);
        check("", "has no `id`");
        check("?", "has no `id`");
        check("#?id=7&pub=42", "has no `id`");
        check("?ID=7&pub=42", "has no `id`");
        check("?id=7;pub=42", "has an `id` that is not a whole number");
        check("?id=7&pub=42&id=7", "has more than one `id`");
        check("?id=7&pub=42&p%75b=43", "has more than one `pub`");
        for odd in [
            "",
            "=",
            "=+7",
            "=-7",
            "=7x",
            "=7.0",
            "=%00",
            "=0x7",
            "=99999999999999999999",
        ] {
            check(
                &format!("?id{odd}&pub=42"),
                "has an `id` that is not a whole number",
            );
        }
        for (written, name) in [
            ("id[]=8", "id"),
            ("%20id=8", "id"),
            ("+pub=43", "pub"),
            ("pub%00x=43", "pub"),
            ("subid%5B0%5D=x", "subid"),
            ("+%20idfa=1", "idfa"),
        ] {
            let why = format!("writes the parameter `{name}` so that servers read it differently");
            check(&format!("?id=7&pub=42&{written}"), &why);
        }
        refuses(
            &format!("{LINK}{}", "&".repeat(97)),
            "has more than 100 parameters",
        );
        refuses(
            &format!("{LINK}{}", "y".repeat(9_000)),
            "has 9069 bytes: at most 8192 are allowed",
        );
    }

    #[test]
    fn an_offer_gives_the_link_of_itself_only() {
        let answer = |fields: &str| {
            let body = format!(r#"{{"status":"success","offers":[{{"id":7{fields}}}]}}"#);
            OfferList::from_json(body.into_bytes()).unwrap()
        };
        let offers = answer(r#","link":"https:\/\/t.example\/?id=7&pub=42""#);
        let link = offers[0].tracking_link().unwrap();
        assert_eq!(Some(link.as_str()), offers[0].link());
        let refusal = |fields| answer(fields)[0].tracking_link().unwrap_err().to_string();
        assert_eq!(
            refusal(""),
            "offer 7 has no tracking link: the request left out `link`, or the provider sent none"
        );
        assert_eq!(
            refusal(r#","link":"https://t.example/?id=8&pub=42""#),
            "the tracking link leads to offer 8, and not to offer 7"
        );
        assert_eq!(
            refusal(r#","link":"http://t.example/?id=7&pub=42""#),
            "the tracking link does not begin with `https://`"
        );
    }

    /// Whether a reader that is not this one sees the parameter `subid` here.
    fn is_subid(written: &str) -> bool {
        form_urlencoded::parse(written.as_bytes()).any(|(name, _)| name == "subid")
    }

    fn segments(link: &str) -> (Vec<String>, Vec<String>) {
        let (rest, fragment) = link
            .split_once('#')
            .map_or((link, None), |(a, b)| (a, Some(b)));
        let (before, query) = rest.split_once('?').unwrap();
        let others = query.split('&').filter(|written| !is_subid(written));
        let others = others.chain([before]).chain(fragment).map(str::to_owned);
        let set = query.split('&').filter(|written| is_subid(written));
        (others.collect(), set.map(str::to_owned).collect())
    }

    fn links() -> impl Strategy<Value = String> {
        let parameter = prop_oneof![
            "[a-z_;.=%~'A-Z0-9é+]{0,8}",
            "(subid|s%75bid|subid2|Subid)(=[a-z%~A-F0-9=+;]{0,6})?",
        ];
        let parameters = prop::collection::vec(parameter, 0..6);
        let numbers = prop::sample::subsequence(vec!["id=7", "pub=42"], 2);
        let tail = "(#[a-z?&=]{0,5})?";
        (parameters, numbers, 0..6_usize, tail).prop_map(|(mut all, numbers, at, tail)| {
            for number in numbers {
                all.insert(at.min(all.len()), number.to_owned());
            }
            format!("https://t.example/view.php?{}{tail}", all.join("&"))
        })
    }

    proptest! {
        #[test]
        fn all_other_bytes_stay_and_setting_twice_is_setting_once(
            text in links(),
            value in "[^\\p{Cc}{]{1,60}",
        ) {
            let Ok(link) = TrackingLink::parse(&*text) else {
                return Err(TestCaseError::reject("not a link"));
            };
            let set = link.subid(&value).unwrap();
            let ((others, before), (others_after, after)) = (segments(&text), segments(set.as_str()));
            prop_assert_eq!(others, others_after);
            prop_assert_eq!(before.is_empty(), link.subid_value().is_none());
            prop_assert_eq!(after.len(), 1);
            let read: Vec<_> = form_urlencoded::parse(after[0].as_bytes()).collect();
            prop_assert_eq!(&*read[0].1, &*value);
            prop_assert_eq!(&set.subid(&value).unwrap(), &set);
            prop_assert_eq!(set.subid_value(), Some(value));
            prop_assert_eq!(TrackingLink::parse(set.as_str()).unwrap(), set);
        }
    }
}

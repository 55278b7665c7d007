//! Owns the list of faults: the name of each, what it does, and the source of the rule it breaks.

use std::fmt::{self, Display};
use std::str::FromStr;

macro_rules! faults {
    ($($variant:ident $name:literal, $breaks:literal, $source:literal;)*) => {
        /// A wrong behaviour that the sandbox shows on request.
        ///
        /// A fault either spoils an answer, as a broken server or network does, or breaks exactly
        /// one rule of the provider's documentation.
        ///
        /// ```
        /// use cpalead_sandbox::Fault;
        ///
        /// let fault: Fault = "country-ignored".parse()?;
        /// assert_eq!(fault, Fault::CountryIgnored);
        /// assert_eq!(fault.source(), "documented: Offers API, country");
        /// # Ok::<(), cpalead_sandbox::ParseFaultError>(())
        /// ```
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Fault {
            $(#[doc = $breaks] $variant,)*
        }

        impl Fault {
            /// Every fault, in the order of the documentation.
            pub const ALL: &'static [Fault] = &[$(Fault::$variant),*];

            /// The name that the option `--fault` takes.
            pub fn name(self) -> &'static str {
                match self { $(Fault::$variant => $name,)* }
            }

            /// One sentence on what the sandbox does wrong.
            pub fn breaks(self) -> &'static str {
                match self { $(Fault::$variant => $breaks,)* }
            }

            /// How we know the rule that is broken, or that the provider may do this: documented,
            /// with the section and the parameter of the Publisher API documentation, observed, or
            /// inferred.
            pub fn source(self) -> &'static str {
                match self { $(Fault::$variant => $source,)* }
            }
        }
    };
}

faults! {
    TooManyRequests "too-many-requests", "Answers 429 with `Retry-After`.", "inferred";
    TooManyRequestsWithoutRetryAfter "too-many-requests-without-retry-after",
        "Answers 429 without `Retry-After`.", "inferred";
    ServerError "server-error", "Answers 500 with an error in JSON.", "inferred";
    BadGateway "bad-gateway", "Answers 502 with the page of a proxy.", "inferred";
    Unavailable "unavailable", "Answers 503 with `Retry-After`.", "inferred";
    GatewayTimeout "gateway-timeout", "Answers 504 with the page of a proxy.", "inferred";
    CloudflareChallenge "cloudflare-challenge",
        "Answers 403 with Cloudflare's page that checks the browser.", "inferred";
    CloudflareRateLimit "cloudflare-rate-limit",
        "Answers 429 with Cloudflare's page for error 1015.", "inferred";
    CloudflareDown "cloudflare-down",
        "Answers 521 with Cloudflare's page for a server that is down.", "inferred";
    CloudflareTimeout "cloudflare-timeout",
        "Answers 524 with Cloudflare's page for a server that takes too long.", "inferred";
    Redirect "redirect", "Answers 302 with the address of the same request.", "inferred";
    RedirectElsewhere "redirect-elsewhere",
        "Answers 302 with the address of the same request at `localhost`, another origin.",
        "inferred";
    HtmlWith200 "html-with-200", "Answers 200 with a page for people.", "inferred";
    CutBody "cut-body", "Closes the connection after half of the body.", "inferred";
    CutJson "cut-json", "Sends only half of the JSON, as a complete answer.", "inferred";
    PhpWarning "php-warning", "Sends a warning of PHP before the JSON.", "inferred";
    SlowAnswer "slow-answer", "Answers after 10 seconds of the sandbox's clock.", "inferred";

    OddTime "odd-time", "Adds a row whose time is `2026-01-01 00:00:00`.", "inferred";
    ZeroDate "zero-date", "Adds a row whose time is `0000-00-00 00:00:00`.", "inferred";
    PhpDate "php-date", "Adds a row whose time is an object of PHP's `DateTime`.", "inferred";
    LongAmount "long-amount", "Adds a row whose amount has more than 28 digits.", "inferred";
    CurrencyAmount "currency-amount", "Adds a row whose amount is `$0.40`.", "inferred";
    UnreadableAmount "unreadable-amount", "Adds a row whose amount is `call us`.", "inferred";
    CutEmoji "cut-emoji", "Adds a row with a text that is cut inside an emoji.", "inferred";
    FloatText "float-text", "Adds a row whose sub-id or title is `1.2345678901235e+22`.",
        "inferred";
    OddValues "odd-values",
        "Adds a row with `N/A`, `unlimited`, `yes` and `false` in place of usual values.",
        "inferred";
    GapsInList "gaps-in-list", "Sends the rows as an object with the keys 0 and 2.", "inferred";
    PayoutForUk "payout-for-uk", "Adds an offer with a payout for `UK`.", "inferred";
    NotAnObject "not-an-object", "Adds a row that is a text.", "inferred";
    UnknownField "unknown-field", "Adds a row with a field that nobody knows.", "inferred";

    OffersIdOptional "offers-id-optional", "Offers do not require `id`.",
        "documented: Offers API, id";
    CountryIgnored "country-ignored", "Offers ignore `country`.",
        "documented: Offers API, country";
    CountryUserIgnored "country-user-ignored", "Offers ignore `country=user`.",
        "documented: Offers API, country";
    LimitIgnored "limit-ignored", "Offers ignore `limit`.", "documented: Offers API, limit";
    LimitDefault "limit-default", "Without `limit`, at most 100 offers are sent, not 2500.",
        "documented: Offers API, limit";
    LimitMaximum "limit-maximum", "A `limit` above 5000 is served.",
        "documented: Offers API, limit";
    TypeIgnored "type-ignored", "Offers ignore `type`.", "documented: Offers API, type";
    TypeList "type-list", "Only the first type of a list counts.", "documented: Offers API, type";
    TypeDefaultWithCpr "type-default-with-cpr", "Without `type`, CPR offers are sent too.",
        "documented: Offers API, type";
    TypeDefaultWithoutCpe "type-default-without-cpe", "Without `type`, CPE offers are left out.",
        "documented: Offers API, type";
    CprIgnored "cpr-ignored", "CPR offers are not sent even if `type` names them.",
        "documented: Offers API, type";
    CpcOffers "cpc-offers", "Without `type`, the last offer of an answer is a CPC offer.",
        "documented: Offers API, Offer API Notes";
    UpdatedSinceIgnored "updated-since-ignored", "Offers ignore `updated_since`.",
        "documented: Offers API, updated_since";
    UpdatedSinceExclusive "updated-since-exclusive",
        "`updated_since` leaves out offers that were updated exactly then.",
        "documented: Offers API, updated_since";
    UpdatedSinceTime "updated-since-time", "`updated_since` ignores the time of day.",
        "documented: Offers API, updated_since";
    FieldsIgnored "fields-ignored", "Offers ignore `fields`.", "documented: Offers API, fields";
    FieldsList "fields-list", "Only the first field of a list is sent.",
        "documented: Offers API, fields";
    OfferwallIgnored "offerwall-ignored", "Offers ignore `offerwall_offers`.",
        "documented: Offers API, offerwall_offers";
    OfferwallDefault "offerwall-default",
        "Without `offerwall_offers`, offers that are marked for offerwalls are sent too.",
        "documented: Offers API, offerwall_offers";
    DeviceIgnored "device-ignored", "Offers ignore `device`.", "documented: Offers API, device";
    DeviceList "device-list", "Only the first device of a list counts.",
        "documented: Offers API, device";
    RankOrder "rank-order", "Offers that are not featured come in descending order of rank.",
        "documented: Offers API, Ranking & Country Payouts";
    BoostFirst "boost-first", "Offers with boost clicks come first.",
        "documented: Offers API, Offer API Notes";
    OtherPayouts "other-payouts", "Each country has the payout of another country.",
        "documented: Offers API, Ranking & Country Payouts";
    SubidNotInLink "subid-not-in-link", "The link is without `subid`.",
        "documented: Offers API, subid";
    Subid2NotInLink "subid2-not-in-link", "The link is without `subid2`.",
        "documented: Offers API, subid2";
    Subid3NotInLink "subid3-not-in-link", "The link is without `subid3`.",
        "documented: Offers API, subid3";
    GaidNotInLink "gaid-not-in-link", "The link is without `gaid`.",
        "documented: Offers API, gaid";
    IdfaNotInLink "idfa-not-in-link", "The link is without `idfa`.",
        "documented: Offers API, idfa";
    OffersJsonpIgnored "offers-jsonp-ignored", "Offers ignore `format=JSONP`.",
        "documented: Offers API, format";
    OffersCallbackIgnored "offers-callback-ignored",
        "Offers as JSONP call a function named `callback`.", "documented: Offers API, callback";

    ConversionsIdOptional "conversions-id-optional", "Conversions do not require `id`.",
        "documented: Conversions API, id";
    ConversionsKeyOptional "conversions-key-optional", "Conversions do not require `api_key`.",
        "documented: Conversions API, api_key";
    SubidOptional "subid-optional", "Without `subid`, the conversions of `user-42` are sent.",
        "documented: Conversions API, subid";
    SubidIgnored "subid-ignored", "The conversions of `user-42` are sent for any sub-id.",
        "documented: Conversions API, subid";
    UserAsText "user-as-text", "`subid=user` means the sub-id `user`.",
        "documented: Conversions API, subid";
    OfferIdIgnored "offer-id-ignored", "Conversions ignore `offer_id`.",
        "documented: Conversions API, offer_id";
    ConversionsMinute "conversions-minute", "Conversions are sent more than once a minute.",
        "documented: Conversions API, Limit";
    ConversionsJsonpIgnored "conversions-jsonp-ignored", "Conversions ignore `format=JSONP`.",
        "documented: Conversions API, format";
    ConversionsCallbackIgnored "conversions-callback-ignored",
        "Conversions as JSONP call a function named `callback`.",
        "documented: Conversions API, callback";

    ReversalsIdOptional "reversals-id-optional", "Reversals do not require `id`.",
        "documented: Reversals API, id";
    ReversalsKeyOptional "reversals-key-optional", "Reversals do not require `api_key`.",
        "documented: Reversals API, api_key";
    StartDateIgnored "start-date-ignored", "Reversals ignore `start_date`.",
        "documented: Reversals API, start_date";
    EndDateIgnored "end-date-ignored", "Reversals ignore `end_date`.",
        "documented: Reversals API, end_date";
    MonthIgnored "month-ignored", "Reversals of more than one month are sent.",
        "documented: Reversals API, end_date";
    ReversalsMinute "reversals-minute", "Reversals are sent more than once a minute.",
        "documented: Reversals API, Limit";
    ReversalsJsonpIgnored "reversals-jsonp-ignored", "Reversals ignore `format=JSONP`.",
        "documented: Reversals API, format";
    ReversalsCallbackIgnored "reversals-callback-ignored",
        "Reversals as JSONP call a function named `callback`.",
        "documented: Reversals API, callback";
}

impl Fault {
    /// Whether the fault breaks a rule of the provider's documentation.
    pub fn is_documented_rule(self) -> bool {
        self.source().starts_with("documented")
    }

    /// Reads `NAME` or `NAME:PROBABILITY`, as the option `--fault` takes it. The probability is 1
    /// if there is none.
    ///
    /// ```
    /// use cpalead_sandbox::Fault;
    ///
    /// assert_eq!(Fault::parse_option("cut-body:0.2"), Ok((Fault::CutBody, 0.2)));
    /// assert_eq!(Fault::parse_option("cut-body"), Ok((Fault::CutBody, 1.0)));
    /// ```
    ///
    /// # Errors
    ///
    /// When there is no fault of this name, or the probability is not a number from 0 to 1.
    pub fn parse_option(text: &str) -> Result<(Fault, f64), ParseFaultError> {
        let Some((name, chance)) = text.split_once(':') else {
            return Ok((text.parse()?, 1.0));
        };
        let fault = name.parse()?;
        let probability = chance.parse().ok().filter(|p| (0.0..=1.0).contains(p));
        let wrong = || ParseFaultError(format!("\"{chance}\" is not a number from 0 to 1"));
        Ok((fault, probability.ok_or_else(wrong)?))
    }
}

impl Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Fault {
    type Err = ParseFaultError;

    fn from_str(name: &str) -> Result<Fault, ParseFaultError> {
        let found = Fault::ALL.iter().find(|fault| fault.name() == name);
        let unknown = || ParseFaultError(format!("there is no fault \"{name}\""));
        found.copied().ok_or_else(unknown)
    }
}

/// The text is not the name of a fault, or its probability cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParseFaultError(String);

impl Display for ParseFaultError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: --list-faults prints the names", self.0)
    }
}

impl std::error::Error for ParseFaultError {}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use crate::fault::list::Fault;

    #[track_caller]
    fn refused(text: &str, message: &str) {
        assert_eq!(Fault::parse_option(text).unwrap_err().to_string(), message);
    }

    #[test]
    fn every_name_is_read_back_and_none_is_taken_twice() {
        for fault in Fault::ALL {
            assert_eq!(fault.to_string().parse(), Ok(*fault));
        }
        let names: HashSet<_> = Fault::ALL.iter().map(|fault| fault.name()).collect();
        assert_eq!(names.len(), Fault::ALL.len());
    }

    #[test]
    fn at_least_25_faults_break_a_documented_rule() {
        let rules = Fault::ALL.iter().filter(|fault| fault.is_documented_rule());
        assert!(rules.count() >= 25);
    }

    #[test]
    fn the_readme_lists_every_fault() {
        let readme = include_str!("../../README.md");
        for fault in Fault::ALL {
            let row = format!("| `{}` | {} | {} |", fault, fault.breaks(), fault.source());
            assert!(readme.contains(&row), "README.md: {row}");
        }
    }

    #[test]
    fn a_wrong_name_or_probability_is_refused() {
        let list = "--list-faults prints the names";
        refused("x", &format!("there is no fault \"x\": {list}"));
        refused("", &format!("there is no fault \"\": {list}"));
        for chance in ["2", "-1", "nan", "", "half"] {
            let message = format!("\"{chance}\" is not a number from 0 to 1: {list}");
            refused(&format!("cut-body:{chance}"), &message);
        }
    }
}

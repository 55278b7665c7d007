//! The names that every effective document has, because the handwritten layer is written against
//! them.

/// One operation: its path, its id, the names of its response and rows, and its parameters.
///
/// ```
/// let offers = xtask::spec::OPERATIONS[0];
/// assert_eq!((offers.id, offers.response, offers.row), ("offers", "OffersResponse", "Offer"));
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Operation {
    /// The path, from the server's root. The method is GET.
    pub path: &'static str,
    /// The operation id.
    pub id: &'static str,
    /// The property of the response that holds the rows. It is also the last word of the path.
    pub rows: &'static str,
    /// The component that describes the response.
    pub response: &'static str,
    /// The component that describes a row.
    pub row: &'static str,
    /// The query parameters, in order.
    pub parameters: &'static [&'static str],
}

/// The three operations of the Publisher API.
pub const OPERATIONS: [Operation; 3] = [
    Operation {
        path: "/api/offers",
        id: "offers",
        rows: "offers",
        response: "OffersResponse",
        row: "Offer",
        parameters: &[
            "id",
            "country",
            "limit",
            "type",
            "updated_since",
            "fields",
            "offerwall_offers",
            "device",
            "subid",
            "subid2",
            "subid3",
            "gaid",
            "idfa",
            "format",
            "callback",
        ],
    },
    Operation {
        path: "/api/conversions",
        id: "conversions",
        rows: "conversions",
        response: "ConversionsResponse",
        row: "Conversion",
        parameters: &["id", "subid", "offer_id", "format", "callback"],
    },
    Operation {
        path: "/api/reversals",
        id: "reversals",
        rows: "reversals",
        response: "ReversalsResponse",
        row: "Reversal",
        parameters: &["id", "start_date", "end_date", "format", "callback"],
    },
];

/// The components that every effective document has.
pub const SCHEMAS: [&str; 32] = [
    "Amount",
    "Conversion",
    "ConversionMode",
    "ConversionStatus",
    "ConversionsResponse",
    "Count",
    "Countries",
    "CountryCode",
    "CountryIsoPayout",
    "CountryPayout",
    "Creative",
    "Creatives",
    "DailyCap",
    "Day",
    "Devices",
    "ErrorResponse",
    "Events",
    "Flag",
    "Offer",
    "OfferEvent",
    "OfferId",
    "OfferRank",
    "OffersResponse",
    "PayoutType",
    "PayoutsPerCountry",
    "Reversal",
    "ReversalsResponse",
    "Text",
    "UnixTime",
    "VerificationMethod",
    "WrappedConversions",
    "WrappedReversals",
];

/// The security scheme, and the query parameter of the same name.
pub(crate) const API_KEY: &str = "api_key";

//! The names that the handwritten layer is written against, and that every effective document therefore has.

/// One operation: where it is, what we call it, what its answer and a row of it are called, and what it is asked.
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
    /// The property of the answer that holds the rows; the path's last word as well.
    pub rows: &'static str,
    /// The component that describes the answer.
    pub response: &'static str,
    /// The component that describes a row.
    pub row: &'static str,
    /// The query parameters, in order.
    pub parameters: &'static [&'static str],
}

/// The three operations of the Publisher API.
///
/// ```
/// assert_eq!(xtask::spec::OPERATIONS[0].path, "/api/offers");
/// ```
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
///
/// ```
/// assert!(xtask::spec::SCHEMAS.contains(&"Offer"));
/// ```
pub const SCHEMAS: [&str; 27] = [
    "Amount",
    "Conversion",
    "ConversionMode",
    "ConversionStatus",
    "ConversionsResponse",
    "Count",
    "Countries",
    "CountryCode",
    "Creative",
    "Creatives",
    "DailyCap",
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
];

/// The security scheme, and the query parameter that it is.
pub(crate) const API_KEY: &str = "api_key";

//! The goals of the figures.

/// A figure and its highest allowed value.
#[derive(Debug)]
pub(super) struct Goal {
    pub(super) figure: &'static str,
    pub(super) at_most: f64,
}

const fn goal(figure: &'static str, at_most: f64) -> Goal {
    Goal { figure, at_most }
}

/// All of them are ratios or times, so less is better.
pub(super) const GOALS: &[Goal] = &[
    // A typed list may take three times as long as finding the end of each token. The aim is two
    // and a half.
    goal("decode_vs_floor", 3.0),
    goal("decode_vs_value", 0.5),
    // This includes the body, which the list keeps.
    goal("decode_peak_vs_body", 2.0),
    goal("lookup_ns", 10.0),
    goal("catalog_lookup_p999_ns", 1_000.0),
    goal("catalog_country_us", 100.0),
    // The body that the provider sends is included.
    goal("catalog_kept_vs_body", 1.5),
    goal("call_vs_by_hand", 0.7),
    goal("call_identity_vs_by_hand", 0.7),
    goal("jsonp_overhead", 0.01),
    goal("transport_overhead", 1.05),
    goal("slot_memory_ns", 1_000.0),
    goal("slot_file_us", 200.0),
];

/// The goal of a figure, if it has one.
pub(super) fn of(figure: &str) -> Option<&'static Goal> {
    GOALS.iter().find(|goal| goal.figure == figure)
}

//! Cases on the values that a request puts into the links of its offers.

use super::case::{Case, each};
use crate::answer::{Answer, Seen, link_parameters};
use crate::verdict::Outcome;

pub(super) const CASES: &[(&str, Case)] = &[
    ("offers/subid/in-link", |answers| in_links(answers, "subid")),
    ("offers/subid2/in-link", |answers| {
        in_links(answers, "subid2")
    }),
    ("offers/subid3/in-link", |answers| {
        in_links(answers, "subid3")
    }),
    ("offers/gaid/in-link", |answers| in_links(answers, "gaid")),
    ("offers/idfa/in-link", |answers| in_links(answers, "idfa")),
    ("offers/tracking/same-names", same_names),
];

fn in_links(answers: &[&Answer<'_>], name: &str) -> Outcome {
    each(answers, |answer| {
        let sent = answer.exchange.parameter(name).unwrap_or_default();
        let expected = format!("the {name} of the request in each link");
        answer.each_row(&expected, |row| match row.text("link") {
            None => Seen::Lacks,
            Some(link)
                if link_parameters(&link)
                    .iter()
                    .any(|(_, value)| value == sent) =>
            {
                Seen::Fits
            }
            Some(link) => Seen::Breaks("link", link),
        })
    })
}

fn same_names(answers: &[&Answer<'_>]) -> Outcome {
    each(answers, |answer| {
        let sent: Vec<_> = answer
            .exchange
            .query
            .iter()
            .filter(|(name, _)| name != "id")
            .collect();
        answer.each_row(
            "links with the parameters under the names of the request",
            |row| {
                let Some(link) = row.text("link") else {
                    return Seen::Lacks;
                };
                let pairs = link_parameters(&link);
                if sent.iter().all(|pair| pairs.contains(pair)) {
                    Seen::Fits
                } else {
                    Seen::Breaks("link", link)
                }
            },
        )
    })
}

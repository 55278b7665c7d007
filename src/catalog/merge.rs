//! Two answers into one body: rows are merged as they came, by the id of their offers.

use std::collections::{HashMap, HashSet};

use rust_decimal::Decimal;

use crate::decode::defect::Defect;
use crate::offers::list::OfferList;
use crate::offers::offer::Offer;

/// The most offers that a catalogue holds, as many as one answer can have.
const MOST: usize = 20_000;

/// Which of the offers that an answer does not list stay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stay {
    /// All of them.
    All,
    /// Those whose rows were rejected. If such a row does not show its id, it may be any of them,
    /// and all stay.
    Rejected,
}

/// One body made of two answers.
#[derive(Debug)]
pub(crate) struct Merged {
    /// The body; none if it would have the same rows in the same order as before.
    pub(crate) body: Option<String>,
    pub(crate) added: usize,
    pub(crate) changed: usize,
    pub(crate) removed: usize,
}

/// A row on its way into the body.
#[derive(Clone, Copy)]
struct Row<'a> {
    rank: Decimal,
    raw: &'a str,
    /// Whether the answer lists it.
    is_listed: bool,
}

/// Merges an answer into the offers that were there.
///
/// The rows are sorted by rank. Rows without a rank, or with the same one, are in the order of the
/// answer if `stay` is `Rejected`, and else in the order that they had, new ones last. If one
/// answer has an id twice, the first row counts. Above 20,000 rows, those that the answer does not
/// list are dropped from the end.
pub(crate) fn merge(old: Option<&OfferList>, answer: &OfferList, stay: Stay) -> Merged {
    let had = first_of_each(old.iter().flat_map(|old| old.raws()));
    let before: HashMap<u64, &str> = had.iter().map(|(id, row)| (*id, row.raw)).collect();
    let has = first_of_each(answer.raws());
    let listed: HashMap<u64, Row<'_>> = has.iter().copied().collect();
    let rejected: Vec<_> = answer.rejected().iter().map(Defect::offer_id).collect();
    let may_be_any = rejected.contains(&None) || rejected.len() < answer.rejected_count();
    let stays = |id: u64| stay == Stay::All || may_be_any || rejected.contains(&Some(id));

    let mut merged = Merged {
        body: None,
        added: 0,
        changed: 0,
        removed: 0,
    };
    for (id, row) in &has {
        match before.get(id) {
            None => merged.added += 1,
            Some(raw) if *raw != row.raw => merged.changed += 1,
            Some(_) => {}
        }
    }
    let mut rows: Vec<Row<'_>> = Vec::with_capacity(had.len() + has.len());
    if stay == Stay::Rejected {
        rows.extend(has.iter().map(|(_, row)| *row));
    }
    for (id, row) in &had {
        match (listed.get(id), stay) {
            (Some(row), Stay::All) => rows.push(*row),
            (Some(_), Stay::Rejected) => {}
            (None, _) if stays(*id) => rows.push(Row {
                is_listed: false,
                ..*row
            }),
            (None, _) => merged.removed += 1,
        }
    }
    if stay == Stay::All {
        let new = has.iter().filter(|(id, _)| !before.contains_key(id));
        rows.extend(new.map(|(_, row)| *row));
    }
    rows.sort_by_key(|row| row.rank);
    merged.removed += drop_surplus(&mut rows);

    let same = old.is_some_and(|old| {
        let raws = old.raws().map(|(_, raw)| raw);
        old.len() == rows.len() && raws.eq(rows.iter().map(|row| row.raw))
    });
    if !same {
        let country = answer
            .country_code()
            .or(old.and_then(OfferList::country_code));
        merged.body = Some(body(&rows, country));
    }
    merged
}

/// The first row of each id, in their order.
fn first_of_each<'a>(raws: impl Iterator<Item = (&'a Offer, &'a str)>) -> Vec<(u64, Row<'a>)> {
    let mut seen = HashSet::new();
    let first = raws.filter(|(offer, _)| seen.insert(offer.id()));
    let row = |(offer, raw): (&Offer, &'a str)| Row {
        rank: offer.offer_rank().unwrap_or(Decimal::MAX),
        raw,
        is_listed: true,
    };
    first
        .map(|(offer, raw)| (offer.id(), row((offer, raw))))
        .collect()
}

/// Drops the last rows that the answer does not list, and says how many.
fn drop_surplus(rows: &mut Vec<Row<'_>>) -> usize {
    let before = rows.len();
    let mut surplus = before.saturating_sub(MOST);
    let mut at = before;
    while surplus > 0 && at > 0 {
        at -= 1;
        if !rows[at].is_listed {
            rows.remove(at);
            surplus -= 1;
        }
    }
    before - rows.len()
}

/// An answer with these rows. Its room is measured, because the body is kept.
fn body(rows: &[Row<'_>], country: Option<&str>) -> String {
    let country = country.and_then(|country| serde_json::to_string(country).ok());
    let country = country.map_or(String::new(), |country| format!(r#""country":{country},"#));
    let head = format!(
        r#"{{"status":"success",{country}"number_offers":{},"offers":["#,
        rows.len()
    );
    let length: usize = rows.iter().map(|row| row.raw.len()).sum();
    let commas = rows.len().saturating_sub(1);
    let mut body = String::with_capacity(head.len() + length + commas + 2);
    body.push_str(&head);
    for (nth, row) in rows.iter().enumerate() {
        if nth > 0 {
            body.push(',');
        }
        body.push_str(row.raw);
    }
    body.push_str("]}");
    body
}

#[cfg(test)]
mod tests {
    use super::{Stay, merge};
    use crate::offers::list::OfferList;

    fn list(rows: &str) -> OfferList {
        let body = format!(r#"{{"status":"success","offers":[{rows}]}}"#);
        OfferList::from_json(body.into_bytes()).unwrap()
    }

    /// The rows after a merge, or `same`, and what the counts say.
    #[track_caller]
    fn check(old: &str, answer: &str, stay: Stay, expected: &str, counts: [usize; 3]) {
        let (old, answer) = (list(old), list(answer));
        let merged = merge(Some(&old), &answer, stay);
        let found = merged.body.as_ref().map_or("same", |body| {
            let rows = body.split_once("\"offers\":[").unwrap().1;
            rows.strip_suffix("]}").unwrap()
        });
        assert_eq!(found, expected);
        assert_eq!([merged.added, merged.changed, merged.removed], counts);
    }

    const OLD: &str = r#"{"id":1,"offer_rank":1},{"id":2,"offer_rank":2},{"id":3,"offer_rank":3}"#;

    #[test]
    fn an_increment_adds_and_changes_by_id_and_sorts_by_rank() {
        check(
            OLD,
            r#"{"id":9,"offer_rank":2.5},{"id":3,"offer_rank":0}"#,
            Stay::All,
            r#"{"id":3,"offer_rank":0},{"id":1,"offer_rank":1},{"id":2,"offer_rank":2},{"id":9,"offer_rank":2.5}"#,
            [1, 1, 0],
        );
        check(OLD, "", Stay::All, "same", [0, 0, 0]);
        check(
            OLD,
            r#"{"id":2,"offer_rank":2}"#,
            Stay::All,
            "same",
            [0, 0, 0],
        );
    }

    #[test]
    fn a_full_pull_removes_what_it_does_not_list() {
        check(
            OLD,
            r#"{"id":3,"offer_rank":3},{"id":1,"offer_rank":1}"#,
            Stay::Rejected,
            r#"{"id":1,"offer_rank":1},{"id":3,"offer_rank":3}"#,
            [0, 0, 1],
        );
        check(OLD, OLD, Stay::Rejected, "same", [0, 0, 0]);
    }

    #[test]
    fn rows_without_a_rank_keep_the_order_of_the_last_full_pull() {
        let old = r#"{"id":7},{"id":5},{"id":6}"#;
        check(
            old,
            r#"{"id":5,"title":"x"},{"id":1}"#,
            Stay::All,
            r#"{"id":7},{"id":5,"title":"x"},{"id":6},{"id":1}"#,
            [1, 1, 0],
        );
        check(
            old,
            r#"{"id":6},{"id":7},{"id":5}"#,
            Stay::Rejected,
            r#"{"id":6},{"id":7},{"id":5}"#,
            [0, 0, 0],
        );
    }

    #[test]
    fn a_rejected_row_keeps_its_previous_version() {
        check(
            OLD,
            r#"{"id":1,"offer_rank":1},{"offer_id":3,"id":"x"}"#,
            Stay::Rejected,
            r#"{"id":1,"offer_rank":1},{"id":3,"offer_rank":3}"#,
            [0, 0, 1],
        );
    }

    #[test]
    fn a_rejected_row_without_an_id_may_be_any_so_nothing_is_removed() {
        check(
            OLD,
            r#"{"id":1,"offer_rank":1},{"title":"no id"}"#,
            Stay::Rejected,
            "same",
            [0, 0, 0],
        );
    }

    #[test]
    fn the_first_of_two_rows_with_one_id_counts() {
        check(
            "",
            r#"{"id":1,"title":"a"},{"id":1,"title":"b"}"#,
            Stay::Rejected,
            r#"{"id":1,"title":"a"}"#,
            [1, 0, 0],
        );
    }

    #[test]
    fn rows_are_kept_byte_for_byte_and_the_body_can_be_read() {
        let old = list(r#"{"id":1, "novelty" : [1.50, "é"]}"#);
        let merged = merge(Some(&old), &list(r#"{"id":2}"#), Stay::All);
        let body = merged.body.unwrap();
        assert_eq!(body.len(), body.capacity());
        let read = OfferList::from_json(body.into_bytes()).unwrap();
        assert_eq!(
            read.raw(&read[0]),
            Some(r#"{"id":1, "novelty" : [1.50, "é"]}"#)
        );
    }

    #[test]
    fn a_catalogue_that_grows_over_its_bound_loses_what_the_answer_does_not_list() {
        let rows = |ids: std::ops::Range<u32>| {
            let rows: Vec<_> = ids.map(|id| format!(r#"{{"id":{id}}}"#)).collect();
            rows.join(",")
        };
        let (old, answer) = (list(&rows(1..19_001)), list(&rows(50_000..52_000)));
        let merged = merge(Some(&old), &answer, Stay::All);
        assert_eq!((merged.added, merged.removed), (2_000, 1_000));
        let read = OfferList::from_json(merged.body.unwrap().into_bytes()).unwrap();
        assert_eq!(read.len(), 20_000);
        assert_eq!(read[17_999].id(), 18_000);
        assert_eq!(read[18_000].id(), 50_000);
    }
}

//! What the three lists of the library have in common: rows, their JSON, and their defects.

use std::collections::HashMap;

use cpalead::{Conversion, Defect, Offer, OfferList, Report, Reversal};

/// The rows of one answer of the provider.
pub(crate) trait Answer {
    type Row;

    fn rows(&self) -> &[Self::Row];

    /// Dropped rows first, then the other defects.
    fn defects(&self) -> &[Defect];

    fn defect_count(&self) -> usize;

    fn dropped(&self) -> &[Defect];

    fn dropped_count(&self) -> usize;

    fn raw(&self, row: &Self::Row) -> Option<&str>;

    fn raw_dropped(&self, dropped: &Defect) -> Option<&str>;
}

// The library's trait for rows is private, so `impl<R> Answer for Report<R>` is not possible.
macro_rules! answer {
    ($list:ty, $row:ty) => {
        impl Answer for $list {
            type Row = $row;

            fn rows(&self) -> &[$row] {
                self.as_slice()
            }

            fn defects(&self) -> &[Defect] {
                self.defects()
            }

            fn defect_count(&self) -> usize {
                self.defect_count()
            }

            fn dropped(&self) -> &[Defect] {
                self.rejected()
            }

            fn dropped_count(&self) -> usize {
                self.rejected_count()
            }

            fn raw(&self, row: &$row) -> Option<&str> {
                self.raw(row)
            }

            fn raw_dropped(&self, dropped: &Defect) -> Option<&str> {
                self.raw_rejected(dropped)
            }
        }
    };
}

answer!(OfferList, Offer);
answer!(Report<Conversion>, Conversion);
answer!(Report<Reversal>, Reversal);

/// A place in the provider's list.
pub(crate) enum Entry<'a, R> {
    /// A row, and what is wrong with its fields.
    Row(&'a R, Vec<&'a Defect>),
    /// A row that was dropped.
    Dropped(&'a Defect),
}

/// Everything in the provider's list, in its order.
pub(crate) fn entries<A: Answer>(answer: &A) -> impl Iterator<Item = Entry<'_, A::Row>> {
    let (dropped, others) = answer.defects().split_at(answer.dropped().len());
    let mut of_rows: HashMap<usize, Vec<&Defect>> = HashMap::new();
    for defect in others {
        if let Some(index) = defect.index() {
            of_rows.entry(index).or_default().push(defect);
        }
    }
    let all_are_listed = dropped.len() == answer.dropped_count();
    let mut dropped = dropped.iter().peekable();
    let mut rows = answer.rows().iter();
    (0..).map_while(move |index| {
        if let Some(defect) = dropped.next_if(|defect| defect.index() == Some(index)) {
            return Some(Entry::Dropped(defect));
        }
        let row = rows.next()?;
        // A row does not say where it stood. Counting tells, as long as all dropped rows before it
        // are listed.
        let is_known = all_are_listed || dropped.peek().is_some();
        let defects = of_rows.remove(&index).filter(|_| is_known);
        Some(Entry::Row(row, defects.unwrap_or_default()))
    })
}

#[cfg(test)]
mod tests {
    use cpalead::OfferList;

    use super::{Entry, entries};

    /// The entries in words: `-` for a dropped row, else the id and the number of defects.
    #[track_caller]
    fn check(rows: &str, expected: &str) {
        let body = format!(r#"{{"status":"success","offers":[{rows}]}}"#);
        let offers = OfferList::from_json(body.into_bytes()).unwrap();
        let shown = entries(&offers).map(|entry| match entry {
            Entry::Row(offer, defects) => format!(" {}:{}", offer.id(), defects.len()),
            Entry::Dropped(_) => "-".to_owned(),
        });
        assert_eq!(
            shown.collect::<String>().replace(&"-".repeat(10_000), "…"),
            expected
        );
    }

    #[test]
    fn a_row_has_its_own_defects() {
        let odd = r#"{"id":2,"epc":"N/A","amount":"lots"}"#;
        check(
            &format!(r#"7,{{"id":1}},{odd},8,9,{odd}"#),
            "- 1:0 2:2-- 2:2",
        );
        check(&format!(r#"{odd},{{"id":1}},7"#), " 2:2 1:0-");
    }

    #[test]
    fn a_row_whose_place_is_unknown_has_no_defects_of_others() {
        let dropped = "7,".repeat(9_999);
        let odd = r#"{"id":2,"epc":"N/A"}"#;
        check(&format!("{odd},{dropped}7,{odd}"), " 2:1… 2:1");
        check(&format!("{odd},{dropped}7,7,{odd}"), " 2:1… 2:0");
    }
}

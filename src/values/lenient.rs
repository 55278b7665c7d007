//! What values leave out, or take on an assumption, while a row is read leniently.

use std::cell::RefCell;

/// How many oddities of one field are reported. A field with more is odd enough.
pub(crate) const MOST_REPORTED: usize = 100;

/// What a value reported about a part of itself.
#[derive(Debug)]
pub(crate) struct Oddity {
    /// The part, such as `.US`; empty for the whole value.
    pub(crate) path: String,
    /// What is wrong with it, or what it was taken for.
    pub(crate) message: String,
    /// Whether the part was read all the same.
    pub(crate) was_read: bool,
}

/// What was reported so far.
#[derive(Debug, Default)]
pub(crate) struct Oddities {
    pub(crate) list: Vec<Oddity>,
    /// An amount named US dollars as its currency.
    pub(crate) dollars: bool,
}

impl Oddities {
    fn add(&mut self, path: String, message: String, was_read: bool) {
        if self.list.len() < MOST_REPORTED {
            self.list.push(Oddity {
                path,
                message,
                was_read,
            });
        }
    }
}

thread_local! {
    /// Set while a row is read leniently on this thread. A value deep inside a generated model has
    /// no other way to report something.
    static ODDITIES: RefCell<Option<Oddities>> = const { RefCell::new(None) };
}

/// Reads with values that report what is odd in them instead of failing.
pub(crate) fn leniently<T>(read: impl FnOnce() -> T) -> (T, Oddities) {
    let before = ODDITIES.with(|current| current.replace(Some(Oddities::default())));
    let value = read();
    let reported = ODDITIES.with(|current| current.replace(before));
    (value, reported.unwrap_or_default())
}

/// Reports that a part of a value cannot be read. False if the value has to fail instead.
pub(crate) fn left_out(path: impl Into<String>, message: impl Into<String>) -> bool {
    report(|oddities| oddities.add(path.into(), message.into(), false))
}

/// Reports that a part of a value was read on an assumption. False if the value has to fail
/// instead.
pub(crate) fn assumed(path: impl Into<String>, message: impl Into<String>) -> bool {
    report(|oddities| oddities.add(path.into(), message.into(), true))
}

/// Reports an amount in US dollars. False if the value has to fail instead.
pub(crate) fn dollars() -> bool {
    report(|oddities| oddities.dollars = true)
}

fn report(add: impl FnOnce(&mut Oddities)) -> bool {
    ODDITIES.with_borrow_mut(|oddities| match oddities {
        Some(oddities) => {
            add(oddities);
            true
        }
        None => false,
    })
}

#[cfg(test)]
mod tests {
    use super::{left_out, leniently};

    #[test]
    fn oddities_are_collected_inside_of_the_scope_only() {
        assert!(!left_out(".a", "before"));
        let ((), reported) = leniently(|| {
            assert!(left_out(".b", "inside"));
            let ((), inner) = leniently(|| assert!(left_out(".c", "nested")));
            assert_eq!(inner.list.len(), 1);
        });
        assert_eq!(reported.list.len(), 1);
        assert_eq!(reported.list[0].path, ".b");
        assert!(!left_out(".d", "after"));
    }
}

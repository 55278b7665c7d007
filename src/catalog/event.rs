//! What happens to a catalogue, as its listener hears it.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

/// Where the offers of a view came from last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Origin {
    /// A pull of this process.
    Provider,
    /// The file of [`CatalogFile`](super::CatalogFile).
    File,
    /// The Redis server, where another process published them.
    Redis,
    /// A list that the program made; see [`Catalog::of_list`](super::Catalog::of_list).
    List,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Provider => "provider",
            Self::File => "file",
            Self::Redis => "redis",
            Self::List => "list",
        })
    }
}

/// What a pull asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PullKind {
    /// All offers of the request. Only such a pull shows which offers vanished.
    Full,
    /// The offers that were updated since the watermark.
    Increment,
}

impl fmt::Display for PullKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Full => "full pull",
            Self::Increment => "increment",
        })
    }
}

/// Something that happened to a catalogue, for a log.
///
/// ```
/// use cpalead::catalog::{CatalogEvent, PullKind};
///
/// let event = CatalogEvent::Unchanged { pull: PullKind::Increment, offers: 2_214 };
/// assert_eq!(event.to_string(), "increment: nothing changed, 2214 offers");
/// ```
///
/// Texts in an event are redacted and printable. None contains the api key or a sub-id.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CatalogEvent {
    /// A pull changed the offers, and a new generation is in place.
    Pulled {
        /// What was asked for.
        pull: PullKind,
        /// The new generation.
        generation: u64,
        /// How many offers there are now.
        offers: usize,
        /// How many of them are new.
        added: usize,
        /// How many of them changed.
        changed: usize,
        /// How many vanished.
        removed: usize,
        /// How many rows of the answer could not be read. Their previous versions were kept.
        rejected: usize,
    },
    /// A pull succeeded and changed nothing.
    Unchanged {
        /// What was asked for.
        pull: PullKind,
        /// How many offers there are.
        offers: usize,
    },
    /// A pull failed. The offers stay as they are.
    Failed {
        /// The error, in words.
        reason: String,
        /// How many pulls failed in a row.
        failures: u32,
        /// When the next one starts.
        next: Duration,
    },
    /// A full pull had no offers while there were some. They stay as they are.
    Emptied {
        /// How many offers there are.
        offers: usize,
    },
    /// A full pull had less than half of the offers. They stay as they are, unless the next full
    /// pull says the same.
    Shrunk {
        /// How many offers the answer had.
        answered: usize,
        /// How many offers there are.
        offers: usize,
    },
    /// An answer was as long as its limit, so that the provider may have had more. It added and
    /// changed offers, and removed none.
    Cut {
        /// What was asked for.
        pull: PullKind,
        /// The limit of the request.
        limit: u32,
    },
    /// The offers of a file, or of another process through Redis, are in place.
    Adopted {
        /// Where they came from.
        origin: Origin,
        /// Their generation.
        generation: u64,
        /// How many there are.
        offers: usize,
    },
    /// The offers could not be written to the file. They are in place all the same, and the next
    /// pull writes again.
    Unsaved {
        /// The file.
        path: PathBuf,
        /// What went wrong, and what to do.
        reason: String,
    },
    /// A file could not be used and was renamed, or, if that failed too, left alone.
    SetAside {
        /// The file.
        path: PathBuf,
        /// Its new name, if it was renamed.
        moved_to: Option<PathBuf>,
        /// What is wrong with it.
        reason: String,
    },
    /// Another process published while this one pulled. This pull was discarded.
    Overtaken,
    /// Redis is not available.
    Away {
        /// The error, in words.
        reason: String,
    },
    /// Redis is available again.
    Back,
    /// What Redis keeps for this catalogue cannot be used. The next pull replaces it.
    Unreadable {
        /// What is wrong with it.
        reason: String,
    },
}

impl fmt::Display for CatalogEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Pulled {
                pull,
                generation,
                offers,
                added,
                changed,
                removed,
                rejected,
            } => {
                write!(
                    f,
                    "{pull}: generation {generation} has {offers} offers: {added} new, {changed} changed, {removed} gone"
                )?;
                match rejected {
                    0 => Ok(()),
                    rejected => write!(
                        f,
                        "; {rejected} rows could not be read, and what was there before them was kept"
                    ),
                }
            }
            Self::Unchanged { pull, offers } => {
                write!(f, "{pull}: nothing changed, {offers} offers")
            }
            Self::Failed {
                reason,
                failures,
                next,
            } => write!(
                f,
                "pull failed: {reason}; failures in a row: {failures}; next try in {} s; the offers stay as they are",
                next.as_secs()
            ),
            Self::Emptied { offers } => write!(
                f,
                "full pull: the answer has no offers while there are {offers}; they stay as they are"
            ),
            Self::Shrunk { answered, offers } => write!(
                f,
                "full pull: the answer has {answered} offers while there are {offers}; they stay as they are unless the next full pull says the same"
            ),
            Self::Cut { pull, limit } => write!(
                f,
                "{pull}: the answer is as long as its limit of {limit}, so there may be more; nothing was removed; narrow the request"
            ),
            Self::Adopted {
                origin,
                generation,
                offers,
            } => write!(
                f,
                "generation {generation} with {offers} offers was read from {origin}"
            ),
            Self::Unsaved { path, reason } => write!(
                f,
                "the catalogue could not be written to {}: {reason}; it is in place all the same",
                path.display()
            ),
            Self::SetAside {
                path,
                moved_to: Some(moved_to),
                reason,
            } => write!(
                f,
                "cannot use {}: {reason}; it was renamed to {}",
                path.display(),
                moved_to.display()
            ),
            Self::SetAside { path, reason, .. } => {
                write!(f, "cannot use {}: {reason}", path.display())
            }
            Self::Overtaken => f.write_str(
                "another process published while this one pulled; this pull was discarded",
            ),
            Self::Away { reason } => write!(f, "redis is not available: {reason}"),
            Self::Back => f.write_str("redis is available again"),
            Self::Unreadable { reason } => write!(
                f,
                "what redis keeps for this catalogue cannot be used: {reason}; the next pull replaces it"
            ),
        }
    }
}

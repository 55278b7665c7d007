//! The store in a directory: one small file for each lane, shared by all processes of a machine and
//! kept across restarts.

mod record;

use std::collections::HashSet;
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use self::record::{Found, Moment, Record};
use super::account::Lane;
use super::{Listener, Store, StoreError, Warning};
use crate::clock::{BoxFuture, Clock};
use crate::private_files::{self, Failed};
use crate::rate_limits::ledger::{Ledger, Op, Reply};

/// How long to try to get the lock, which others usually hold for a fraction of a millisecond.
const PATIENCE: Duration = Duration::from_secs(5);

/// How long to wait between two tries. The pause does not grow, because that would favour
/// newcomers.
const PAUSE: Duration = Duration::from_millis(1);

/// Keeps the limits in a directory, across restarts and for all processes that use it.
///
/// ```
/// use cpalead::rate_limits::{FileStore, RateLimits};
///
/// let limits = RateLimits::default().store(FileStore::new("/var/lib/shop/cpalead"));
/// # let _ = limits;
/// ```
///
/// - The directory is created when it is first needed. Only its owner can read it (0700) and its
///   files (0600). File names are hashes. The files contain times and random tickets, but no
///   publisher id and no api key.
/// - A file is locked while it is read and written, for about a tenth of a millisecond, and never
///   while a caller sleeps. The work is done on the calling thread: handing it to another thread
///   would cost about as much, and could not be cancelled. If another process holds the lock, the
///   task waits on tokio's timer for up to five seconds, without blocking the thread. The lock of a
///   process that dies is released.
/// - A file is replaced by renaming, so it is always either the old one or the new one. It is not
///   synced to the disk. Nothing is lost when a process dies, and a file that a power failure has
///   damaged counts as just used.
/// - A file that is damaged or was not written by this library is renamed to the ending `.bad`, and
///   the lane counts as just used. A file of a newer version is never changed; the lane counts as
///   just used whenever that file changes. Both are reported to
///   [`on_warning`](FileStore::on_warning).
/// - On Linux the wall clock does not matter within one boot. Across a reboot, and on other
///   systems, a clock that is set back adds at most the wait that was due, and a clock that is set
///   forward may let one call start early. Across a reboot on Linux, at most the time that the
///   machine has been up counts as passed.
///
/// The directory must be on a local disk. Several machines can share their limits through Redis.
#[derive(Debug, Clone)]
pub struct FileStore {
    directory: Arc<Path>,
    listener: Listener,
    told: Arc<Mutex<HashSet<Warning>>>,
}

impl FileStore {
    /// Creates a store in `directory`, which need not exist.
    #[must_use]
    pub fn new(directory: impl Into<PathBuf>) -> FileStore {
        FileStore {
            directory: directory.into().into(),
            listener: Listener::default(),
            told: Arc::default(),
        }
    }

    /// Calls `listen` with each warning, once for a store and its clones together.
    #[must_use]
    pub fn on_warning(mut self, listen: impl Fn(&Warning) + Send + Sync + 'static) -> FileStore {
        self.listener = Listener::new(listen);
        self
    }

    /// Applies the operation; `None` if another process holds the lock at the moment.
    fn attempt(&self, lane: &Lane, op: Op, clock: &dyn Clock) -> Result<Option<Reply>, StoreError> {
        let paths = Paths::new(&self.directory, lane);
        if op == Op::Peek {
            // A file is always whole, because it is replaced by renaming: reading needs no lock.
            let mut warnings = Vec::new();
            let loaded = self.load(&paths, lane, clock, &mut warnings);
            self.tell(warnings);
            let mut loaded = loaded?;
            return Ok(Some(loaded.ledger.apply(loaded.now, lane.interval(), &op)));
        }
        let lock = private_files::try_lock(&self.directory, &paths.lock);
        let Some(lock) = lock.map_err(|Failed { what, path, error }| failed(what, &path, error))?
        else {
            return Ok(None);
        };
        let mut warnings = Vec::new();
        let reply = self.change(&paths, lane, op, clock, &mut warnings);
        let _ = lock.unlock();
        self.tell(warnings);
        reply.map(Some)
    }

    fn change(
        &self,
        paths: &Paths,
        lane: &Lane,
        op: Op,
        clock: &dyn Clock,
        warnings: &mut Vec<Warning>,
    ) -> Result<Reply, StoreError> {
        let mut loaded = self.load(paths, lane, clock, warnings)?;
        if let Some(reason) = loaded.unreadable.take() {
            fs::rename(&paths.main, &paths.bad)
                .map_err(|error| failed("move away", &paths.main, error))?;
            warnings.push(Warning::Unreadable {
                path: paths.main.clone(),
                moved_to: paths.bad.clone(),
                reason,
            });
        }
        let before = loaded.ledger.clone();
        let reply = loaded.ledger.apply(loaded.now, lane.interval(), &op);
        if loaded.stale || loaded.ledger != before {
            let path = if loaded.beside.is_some() {
                &paths.side
            } else {
                &paths.main
            };
            let record = Record::new(
                lane,
                loaded.moment,
                loaded.now,
                loaded.ledger,
                loaded.beside,
            );
            write(&record, path, &paths.temporary)?;
        }
        Ok(reply)
    }

    /// The ledger, and the time on the scale of the file.
    fn load(
        &self,
        paths: &Paths,
        lane: &Lane,
        clock: &dyn Clock,
        warnings: &mut Vec<Warning>,
    ) -> Result<Loaded, StoreError> {
        let moment = Moment::of(clock);
        let read = |path: &Path| {
            record::read(path, lane.interval()).map_err(|error| failed("read", path, error))
        };
        match read(&paths.main)? {
            Found::Ours(record) => Ok(Loaded::from(*record, moment)),
            // A newer file was here and has been removed: the ledger that was kept beside it still
            // counts.
            Found::Missing => Ok(match read(&paths.side)? {
                Found::Ours(record) => Loaded {
                    beside: None,
                    stale: true,
                    ..Loaded::from(*record, moment)
                },
                _ => Loaded::fresh(Ledger::default(), moment),
            }),
            Found::Unreadable(reason) => {
                let ledger = Ledger::just_used(Duration::ZERO, lane.interval());
                Ok(Loaded {
                    unreadable: Some(reason),
                    stale: true,
                    ..Loaded::fresh(ledger, moment)
                })
            }
            Found::Newer { version, print } => {
                warnings.push(Warning::Newer {
                    path: paths.main.clone(),
                    version,
                });
                let mut loaded = match read(&paths.side)? {
                    Found::Ours(record) => Loaded::from(*record, moment),
                    _ => Loaded::fresh(Ledger::default(), moment),
                };
                if loaded.beside.as_ref() != Some(&print) {
                    let floor = Op::Defer(lane.interval());
                    loaded.ledger.apply(loaded.now, lane.interval(), &floor);
                    loaded.stale = true;
                }
                loaded.beside = Some(print);
                Ok(loaded)
            }
        }
    }

    /// Reports each warning once. No lock is held, because the listener may take any time.
    fn tell(&self, warnings: Vec<Warning>) {
        for warning in warnings {
            let new = {
                let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
                told.insert(warning.clone())
            };
            if new {
                self.listener.tell(&warning);
            }
        }
    }
}

impl Store for FileStore {
    fn apply<'a>(
        &'a self,
        lane: &'a Lane,
        op: Op,
        clock: &'a dyn Clock,
    ) -> BoxFuture<'a, Result<Reply, StoreError>> {
        Box::pin(async move {
            let mut waited = Duration::ZERO;
            loop {
                // Nothing is awaited while the lock is held, so a caller cannot be dropped in
                // between.
                if let Some(reply) = self.attempt(lane, op, clock)? {
                    return Ok(reply);
                }
                if waited >= PATIENCE {
                    return Err(StoreError::new(format!(
                        "the rate limits in {} have been locked by another process for {} seconds; is it stopped?",
                        self.directory.display(),
                        PATIENCE.as_secs(),
                    )));
                }
                // Real time and not the given clock, because this waits for other processes.
                tokio::time::sleep(PAUSE).await;
                waited += PAUSE;
            }
        })
    }

    fn apply_now(
        &self,
        lane: &Lane,
        op: Op,
        clock: &dyn Clock,
    ) -> Option<Result<Reply, StoreError>> {
        self.attempt(lane, op, clock).transpose()
    }
}

struct Paths {
    main: PathBuf,
    side: PathBuf,
    bad: PathBuf,
    temporary: PathBuf,
    lock: PathBuf,
}

impl Paths {
    fn new(directory: &Path, lane: &Lane) -> Paths {
        let path = |ending: &str| directory.join(format!("{}.{ending}", lane.id()));
        Paths {
            main: path("json"),
            side: path(&format!("v{}.json", record::VERSION)),
            bad: path("bad"),
            temporary: path("new"),
            lock: path("lock"),
        }
    }
}

/// What was read, ready to be changed.
struct Loaded {
    ledger: Ledger,
    now: Duration,
    moment: Moment,
    /// Whether the file must be written even if the operation changes nothing.
    stale: bool,
    /// The fingerprint of the newer file beside which this ledger is kept.
    beside: Option<String>,
    /// What is wrong with the file, which must then be moved away.
    unreadable: Option<String>,
}

impl Loaded {
    fn from(record: Record, moment: Moment) -> Loaded {
        let passed = record.passed(&moment);
        Loaded {
            now: record.at.saturating_add(passed.unwrap_or_default()),
            stale: passed.is_none(),
            ledger: record.ledger,
            beside: record.beside,
            moment,
            unreadable: None,
        }
    }

    fn fresh(ledger: Ledger, moment: Moment) -> Loaded {
        Loaded {
            ledger,
            now: Duration::ZERO,
            moment,
            stale: false,
            beside: None,
            unreadable: None,
        }
    }
}

fn write(record: &Record, path: &Path, temporary: &Path) -> Result<(), StoreError> {
    let text = record
        .to_json()
        .map_err(|error| failed("write", path, error.into()))?;
    let mut file =
        private_files::create(temporary).map_err(|error| failed("create", temporary, error))?;
    file.write_all(&text)
        .and_then(|()| replace(temporary, path))
        .map_err(|error| failed("write", path, error))
}

/// Replaces `path` with `new`, so that `path` is a whole file at every moment.
///
/// Renaming onto an existing file makes ext4 write the new file to the disk at once. That costs
/// four times as much as everything else here, and this store does not need it. Exchanging the two
/// names and removing the old file avoids it.
#[cfg(target_os = "linux")]
fn replace(new: &Path, path: &Path) -> io::Result<()> {
    use rustix::fs::{CWD, RenameFlags, renameat_with};

    match renameat_with(CWD, new, CWD, path, RenameFlags::EXCHANGE) {
        Ok(()) => fs::remove_file(new),
        // There is no file yet, or the file system cannot exchange names.
        Err(_) => fs::rename(new, path),
    }
}

#[cfg(not(target_os = "linux"))]
fn replace(new: &Path, path: &Path) -> io::Result<()> {
    fs::rename(new, path)
}

fn failed(what: &str, path: &Path, error: io::Error) -> StoreError {
    StoreError::new(format!(
        "could not {what} {} for the rate limits; choose a directory that this user may write to",
        path.display(),
    ))
    .caused_by(error)
}

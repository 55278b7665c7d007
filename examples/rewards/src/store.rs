//! Owns the database: clicks, rewards and balances. A lead and its reward are in one transaction.

use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use cpalead::jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Result, TransactionBehavior, params};

/// `lead` is unique: this is what makes a repeated postback harmless.
const SCHEMA: &str = "
    CREATE TABLE IF NOT EXISTS users (
        name TEXT NOT NULL UNIQUE,
        points INTEGER NOT NULL
    ) STRICT;
    CREATE TABLE IF NOT EXISTS clicks (
        id TEXT NOT NULL UNIQUE,
        user TEXT NOT NULL,
        offer INTEGER NOT NULL,
        time INTEGER NOT NULL
    ) STRICT;
    CREATE TABLE IF NOT EXISTS rewards (
        lead TEXT NOT NULL UNIQUE,
        click TEXT NOT NULL,
        user TEXT NOT NULL,
        offer INTEGER,
        dollars TEXT NOT NULL,
        points INTEGER NOT NULL,
        time INTEGER NOT NULL,
        taken_back INTEGER
    ) STRICT;
    CREATE TABLE IF NOT EXISTS set_aside (
        lead TEXT NOT NULL UNIQUE,
        reason TEXT NOT NULL,
        query TEXT NOT NULL,
        time INTEGER NOT NULL
    ) STRICT;
    CREATE TABLE IF NOT EXISTS runs (
        time INTEGER NOT NULL
    ) STRICT;
";

/// The database. One connection serves all requests, one after the other.
#[derive(Debug)]
pub struct Store(Mutex<Connection>);

/// A reward to be paid.
#[derive(Clone, Debug)]
pub struct Reward {
    /// The lead id of the postback.
    pub lead: String,
    /// The click that led to it.
    pub click: Click,
    /// The offer that the postback names.
    pub offer: Option<u64>,
    /// What the provider pays, in dollars.
    pub dollars: String,
    /// What the user gets.
    pub points: u32,
}

/// A click of a user on an offer.
#[derive(Clone, Debug)]
pub struct Click {
    /// The sub-id of its link. It cannot be guessed.
    pub id: String,
    /// Who clicked.
    pub user: String,
}

/// Whether a reward was paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Paid {
    /// It was paid now.
    Now,
    /// The lead was rewarded before.
    Before,
}

/// A reward that was paid.
#[derive(Clone, Debug)]
pub struct Rewarded {
    /// The lead id of the postback.
    pub lead: String,
    /// The sub-id of the click.
    pub click: String,
    /// The offer that the postback names.
    pub offer: Option<u64>,
    /// What the provider paid, in dollars.
    pub dollars: String,
    /// When the postback arrived.
    pub time: Timestamp,
}

impl Store {
    /// Opens the database file, and creates it if it is not there.
    ///
    /// # Errors
    ///
    /// When the file cannot be opened or is not such a database.
    pub fn open(path: &Path) -> Result<Store> {
        Store::of(Connection::open(path)?)
    }

    /// Uses this connection.
    ///
    /// # Errors
    ///
    /// When the tables cannot be created.
    pub fn of(connection: Connection) -> Result<Store> {
        connection.busy_timeout(Duration::from_secs(5))?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        // A reward that was answered with 200 survives a loss of power.
        connection.pragma_update(None, "synchronous", "FULL")?;
        connection.execute_batch(SCHEMA)?;
        Ok(Store(Mutex::new(connection)))
    }

    fn lock(&self) -> MutexGuard<'_, Connection> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Records a click and returns the sub-id for its link: 32 random hexadecimal digits.
    ///
    /// # Errors
    ///
    /// When the database cannot be written.
    pub fn add_click(&self, user: &str, offer: u64) -> Result<String> {
        self.lock().query_row(
            "INSERT INTO clicks (id, user, offer, time)
             VALUES (lower(hex(randomblob(16))), ?1, ?2, ?3) RETURNING id",
            params![user, offer.cast_signed(), now()],
            |row| row.get(0),
        )
    }

    /// The click with this sub-id.
    ///
    /// # Errors
    ///
    /// When the database cannot be read.
    pub fn click(&self, subid: &str) -> Result<Option<Click>> {
        let connection = self.lock();
        let query = "SELECT id, user FROM clicks WHERE id = ?1";
        let click = |row: &rusqlite::Row<'_>| {
            let (id, user) = (row.get(0)?, row.get(1)?);
            Ok(Click { id, user })
        };
        connection.query_row(query, [subid], click).optional()
    }

    /// Pays a reward, once for a lead.
    ///
    /// # Errors
    ///
    /// When the database cannot be written. Nothing is paid then.
    pub fn pay(&self, reward: &Reward) -> Result<Paid> {
        let mut connection = self.lock();
        // Begins to write at once: of two calls with one lead, the second waits for the first.
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let inserted = transaction.execute(
            "INSERT INTO rewards (lead, click, user, offer, dollars, points, time)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT (lead) DO NOTHING",
            params![
                reward.lead,
                reward.click.id,
                reward.click.user,
                reward.offer.map(u64::cast_signed),
                reward.dollars,
                reward.points,
                now(),
            ],
        )?;
        if inserted == 0 {
            return Ok(Paid::Before);
        }
        transaction.execute(
            "INSERT INTO users (name, points) VALUES (?1, ?2)
             ON CONFLICT (name) DO UPDATE SET points = points + excluded.points",
            params![reward.click.user, reward.points],
        )?;
        transaction.commit()?;
        Ok(Paid::Now)
    }

    /// Keeps a postback that was not rewarded, for a person to look at. `query` is without the
    /// password.
    ///
    /// # Errors
    ///
    /// When the database cannot be written.
    pub fn set_aside(&self, lead: &str, reason: &str, query: &str) -> Result<()> {
        self.lock().execute(
            "INSERT INTO set_aside (lead, reason, query, time) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT (lead) DO NOTHING",
            params![lead, reason, query, now()],
        )?;
        Ok(())
    }

    /// The points of a user. They can be negative after a reversal.
    ///
    /// # Errors
    ///
    /// When the database cannot be read.
    pub fn points(&self, user: &str) -> Result<i64> {
        let query = "SELECT points FROM users WHERE name = ?1";
        let found = self
            .lock()
            .query_row(query, [user], |row| row.get(0))
            .optional()?;
        Ok(found.unwrap_or(0))
    }

    /// The rewards since this time, those that were taken back too.
    ///
    /// # Errors
    ///
    /// When the database cannot be read.
    pub fn rewards_since(&self, oldest: Timestamp) -> Result<Vec<Rewarded>> {
        let connection = self.lock();
        let mut query = connection
            .prepare("SELECT lead, click, offer, dollars, time FROM rewards WHERE time >= ?1")?;
        let rows = query.query_map([oldest.as_second()], |row| {
            Ok(Rewarded {
                lead: row.get(0)?,
                click: row.get(1)?,
                offer: row.get::<_, Option<i64>>(2)?.map(i64::cast_unsigned),
                dollars: row.get(3)?,
                time: Timestamp::from_second(row.get(4)?).unwrap_or_default(),
            })
        })?;
        rows.collect()
    }

    /// Takes back the reward of a lead. Returns whether there was one that was not taken back yet.
    ///
    /// # Errors
    ///
    /// When the database cannot be written.
    pub fn take_back(&self, lead: &str) -> Result<bool> {
        let mut connection = self.lock();
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let taken: Option<(String, i64)> = transaction
            .query_row(
                "UPDATE rewards SET taken_back = ?2 WHERE lead = ?1 AND taken_back IS NULL
                 RETURNING user, points",
                params![lead, now()],
                |row| Ok((row.get(0)?, row.get(1)?)),
            )
            .optional()?;
        let Some((user, points)) = taken else {
            return Ok(false);
        };
        let update = "UPDATE users SET points = points - ?2 WHERE name = ?1";
        transaction.execute(update, params![user, points])?;
        transaction.commit()?;
        Ok(true)
    }

    /// Records that the reconciliation was done.
    ///
    /// # Errors
    ///
    /// When the database cannot be written.
    pub fn add_run(&self) -> Result<()> {
        self.lock()
            .execute("INSERT INTO runs (time) VALUES (?1)", [now()])?;
        Ok(())
    }

    /// When the reconciliation was last done, or else when this was first asked.
    ///
    /// # Errors
    ///
    /// When the database cannot be read or written.
    pub fn last_run_or_start(&self) -> Result<Timestamp> {
        let connection = self.lock();
        let start = "INSERT INTO runs (time) SELECT ?1 WHERE NOT EXISTS (SELECT 1 FROM runs)";
        connection.execute(start, [now()])?;
        let last = connection.query_row("SELECT max(time) FROM runs", [], |row| row.get(0))?;
        Ok(Timestamp::from_second(last).unwrap_or_default())
    }
}

/// Seconds since 1970.
fn now() -> i64 {
    Timestamp::now().as_second()
}

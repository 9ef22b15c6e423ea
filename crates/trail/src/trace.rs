//! The trace (全程留痕): each act one entry, chained within its department (D13, R25).
//!
//! An entry is written in the transaction of its act; a refusal commits alone. Its digest covers
//! every column and the digest of the department's previous entry, and is a leaf of the trace's tree.

mod check;

use std::collections::BTreeMap;
use std::sync::Arc;

use catalogue::key::DepartmentKey;
use crypto::{KeyId, sha256};
use time::UtcDateTime;

use crate::asked::By;
use crate::log::{self, Log, PendingId};
use crate::secrets::hex;
use store::Store;
use store::StoreError;
use store::{Link, Row};

mod deed;
pub mod used;

/// What was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Deed {
    /// A licence or a document was reserved.
    Reserve,
    /// It waits for a release.
    AwaitRelease,
    /// A seal was released for it.
    Release,
    /// The release was refused.
    Refuse,
    /// A key was used: an entry of the key journal.
    Sign,
    /// A file was recorded: the licence is issued, the document sealed.
    Record,
    /// A job was given up.
    Fail,
    /// The state of a licence was changed.
    Change,
    /// A request was refused, or a caller had no right to it.
    Deny,
    /// A person or a machine was given or lost rights.
    Permit,
    /// A key was made, unlocked, locked or destroyed.
    Key,
    /// A certificate was issued or revoked.
    Certificate,
    /// A list was published.
    Publish,
    /// A catalogue was imported.
    Import,
    /// The configuration in effect, at a start.
    Configure,
    /// A backup was made or restored.
    Backup,
    /// Personal data was looked at.
    Look,
    /// A receiver of events began, changed or ended its subscription, or asked for events again.
    Subscribe,
    /// The state of a seal was changed.
    Seal,
    /// A version of a matter was written, or took a step of its life.
    Matter,
    /// A notice was written, published or ended.
    Notice,
    /// The state of a signature identity was changed.
    Signer,
    /// A document that several sign was brought, signed or declined.
    Round,
    /// An event of a case was taken, or waits for an earlier one.
    Case,
    /// A restriction of a holder was imposed or lifted.
    Restrict,
    /// A paper copy was issued, lost, surrendered or destroyed.
    Paper,
    /// Files were gone over, and evidence records renewed.
    Renew,
}

impl Deed {
    /// The stable code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Deed::Reserve => "reserve",
            Deed::AwaitRelease => "await-release",
            Deed::Release => "release",
            Deed::Refuse => "refuse",
            Deed::Sign => "sign",
            Deed::Record => "record",
            Deed::Fail => "fail",
            Deed::Change => "change",
            Deed::Deny => "deny",
            Deed::Permit => "permit",
            Deed::Key => "key",
            Deed::Certificate => "certificate",
            Deed::Publish => "publish",
            Deed::Import => "import",
            Deed::Configure => "configure",
            Deed::Backup => "backup",
            Deed::Look => "look",
            Deed::Subscribe => "subscribe",
            Deed::Seal => "seal",
            Deed::Matter => "matter",
            Deed::Notice => "notice",
            Deed::Signer => "signer",
            Deed::Round => "signing",
            Deed::Case => "case",
            Deed::Restrict => "restrict",
            Deed::Paper => "paper",
            Deed::Renew => "renew",
        }
    }
}

/// An act on its way into the trace. Nothing in it is personal (T-L6).
#[derive(Debug, Clone)]
pub struct Act {
    /// The department whose trace it belongs to.
    pub department: DepartmentKey,
    /// Who, and when.
    pub by: By,
    /// What.
    pub deed: Deed,
    /// On what: an identifier, a job, a key, a route.
    pub object: String,
    /// By what power or rule: a decision, a release, the code of a refusal.
    pub ground: String,
    /// Further facts, by name; no line breaks.
    pub detail: Vec<(&'static str, String)>,
    /// The key that was used, for an entry of the key journal.
    pub key: Option<KeyId>,
}

/// An entry as it stands in the trace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The department.
    pub department: String,
    /// Its running number, from 1.
    pub number: u64,
    /// When.
    pub moment: UtcDateTime,
    /// Who.
    pub actor: String,
    /// Code of the deed.
    pub deed: String,
    /// On what.
    pub object: String,
    /// By what power or rule.
    pub ground: String,
    /// Lines `name=value`.
    pub detail: String,
    /// The key that was used.
    pub key: Option<String>,
    /// Digest of the department's previous entry; zeros before the first.
    pub previous: [u8; 32],
    /// SHA-256 of [`Entry::bytes`], as stored.
    pub digest: [u8; 32],
}

impl Entry {
    /// The bytes that are chained and that go into the tree.
    ///
    /// # Shape
    /// The line `yinxin trace v1`, then for each member but the digest a line `name length value`,
    /// where length counts the octets of value: no value can imitate another line.
    #[must_use]
    pub fn bytes(&self) -> Vec<u8> {
        let mut out = b"yinxin trace v1\n".to_vec();
        for (name, value) in [
            ("department", self.department.as_str()),
            ("number", &self.number.to_string()),
            ("moment", &self.moment.unix_timestamp().to_string()),
            ("actor", &self.actor),
            ("deed", &self.deed),
            ("object", &self.object),
            ("ground", &self.ground),
            ("detail", &self.detail),
            ("key", self.key.as_deref().unwrap_or_default()),
            ("previous", &hex(&self.previous)),
        ] {
            let length = value.len().to_string();
            for part in [name, " ", &length, " ", value, "\n"] {
                out.extend_from_slice(part.as_bytes());
            }
        }
        out
    }
}

/// An entry and its leaf in the trace's log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Located {
    /// The entry.
    pub entry: Entry,
    /// Its leaf.
    pub leaf: PendingId,
}

/// What is wrong with a department's trace, and where (T-L4).
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum TraceFault {
    /// The entry is not the one that was written.
    Changed {
        /// Its number.
        number: u64,
    },
    /// There is no entry of this number.
    Missing {
        /// The number.
        number: u64,
    },
    /// The entry does not follow the one before it: one of them was put there.
    Moved {
        /// Its number.
        number: u64,
    },
    /// Entries after this number were written and are gone, or were added past the head.
    Truncated {
        /// The last entry that is there.
        number: u64,
        /// The last entry of the head.
        head: u64,
    },
}

/// The trace of every department.
#[derive(Debug, Clone)]
pub struct Trace {
    store: Arc<Store>,
}

/// Entries read at a time.
const PAGE: u64 = 1_000;

const COLUMNS_AFTER: &str = "SELECT department, number, moment, actor, act, object, ground, detail, \
     signing_key, previous, digest FROM trace WHERE department = $1 AND number > $2 ORDER BY number LIMIT $3";
const COLUMNS_OBJECT: &str = "SELECT department, number, moment, actor, act, object, ground, detail, \
     signing_key, previous, digest FROM trace WHERE object = $1 AND department = $2 AND number > $3 \
     ORDER BY number LIMIT $4";
const COLUMNS_KEY: &str = "SELECT department, number, moment, actor, act, object, ground, detail, \
     signing_key, previous, digest FROM trace WHERE signing_key = $1 AND department = $2 AND number > $3 \
     ORDER BY number LIMIT $4";
const UNLINKED: &str = "SELECT t.department, t.number FROM trace t \
     LEFT JOIN log_leaf l ON l.id = t.leaf AND l.log = $1 \
     WHERE l.leaf IS NULL OR l.leaf <> t.digest ORDER BY t.department, t.number LIMIT 100";
const STRAYS: &str = "SELECT l.entry_index FROM log_leaf l LEFT JOIN trace t ON t.leaf = l.id \
     WHERE l.log = $1 AND t.leaf IS NULL ORDER BY l.id LIMIT 100";
const LOCATED: &str = "SELECT department, number, moment, actor, act, object, ground, detail, \
     signing_key, previous, digest, leaf FROM trace WHERE object = $1 AND department = $2 ORDER BY number LIMIT $3";
const HEAD: &str = "SELECT number, digest FROM trace_head WHERE department = $1";
const DEPARTMENTS: &str = "SELECT department, number FROM trace_head ORDER BY department";
// The row of the head is locked from here to the commit: the chain has one writer per department. With
// rivals the numbers of the leaves are drawn in the same exchange.
const NEXT: &str = "INSERT INTO trace_head (department, number, digest) VALUES ($1, $2, $3) \
     ON CONFLICT (department) DO UPDATE SET number = trace_head.number + excluded.number \
     RETURNING number, digest";
const NEXT_DRAWN: &str = "INSERT INTO trace_head (department, number, digest) VALUES ($1, $2, $3) \
     ON CONFLICT (department) DO UPDATE SET number = trace_head.number + excluded.number \
     RETURNING number, digest, (SELECT string_agg(CAST(nextval(pg_get_serial_sequence('log_leaf', 'id')) \
     AS TEXT), ' ') FROM generate_series(1, $2))";
const WRITE: &str = "INSERT INTO trace (department, number, moment, actor, act, object, ground, detail, \
     signing_key, previous, digest, leaf) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";
// A row of each department, so that it is changed under the chain that its entry waits for anyway.
const COUNT: &str = "INSERT INTO key_total (signing_key, department, uses) VALUES ($1, $2, $3) \
     ON CONFLICT (signing_key, department) DO UPDATE SET uses = key_total.uses + excluded.uses";
const ADVANCE: &str = "UPDATE trace_head SET digest = $2 WHERE department = $1";

impl Trace {
    /// The trace in a store.
    #[must_use]
    pub fn new(store: Arc<Store>) -> Trace {
        Trace { store }
    }

    /// Writes an act that has no other effect, such as a refusal.
    ///
    /// # Errors
    /// The store; then the act was not recorded and must not be done (T-S8).
    pub async fn record(&self, act: Act) -> Result<u64, StoreError> {
        self.store
            .write(move |link| Box::pin(async move { write(link, &act).await }))
            .await
    }

    /// Entries of a department after `number`, at most 1,000.
    ///
    /// # Errors
    /// The store.
    pub async fn entries(
        &self,
        department: &DepartmentKey,
        number: u64,
    ) -> Result<Vec<Entry>, StoreError> {
        let department = department.clone();
        let mut link = self.store.reader().await?;
        after(&mut link, department.as_str(), number).await
    }

    /// Entries of a department about one object after `number`, at most 1,000.
    ///
    /// # Errors
    /// The store.
    pub async fn about(
        &self,
        department: &DepartmentKey,
        object: &str,
        number: u64,
    ) -> Result<Vec<Entry>, StoreError> {
        self.select(COLUMNS_OBJECT, object, department, number)
            .await
    }

    /// Entries of a department about one object with their leaves, the first first; at most 1,000.
    ///
    /// # Errors
    /// The store.
    pub async fn located(
        &self,
        department: &DepartmentKey,
        object: &str,
    ) -> Result<Vec<Located>, StoreError> {
        let mut link = self.store.reader().await?;
        let values = [object.into(), department.as_str().into(), PAGE.into()];
        let rows = link.rows(LOCATED, &values).await?;
        rows.into_iter().map(located).collect()
    }

    /// The ledger of a key: entries of its uses after `number`, at most 1,000.
    ///
    /// # Errors
    /// The store.
    pub async fn ledger(
        &self,
        department: &DepartmentKey,
        key: &KeyId,
        number: u64,
    ) -> Result<Vec<Entry>, StoreError> {
        self.select(COLUMNS_KEY, key.as_str(), department, number)
            .await
    }

    async fn select(
        &self,
        statement: &'static str,
        what: &str,
        department: &DepartmentKey,
        number: u64,
    ) -> Result<Vec<Entry>, StoreError> {
        let mut link = self.store.reader().await?;
        let values = [
            what.into(),
            department.as_str().into(),
            number.into(),
            PAGE.into(),
        ];
        let rows = link.rows(statement, &values).await?;
        rows.into_iter().map(read).collect()
    }

    /// The departments that have a trace, with the number of their last entry.
    ///
    /// # Errors
    /// The store.
    pub async fn departments(&self) -> Result<Vec<(String, u64)>, StoreError> {
        let mut link = self.store.reader().await?;
        let rows = link.rows(DEPARTMENTS, &[]).await?;
        rows.into_iter()
            .map(|mut row| Ok((row.text()?, row.count()?)))
            .collect()
    }

    /// Entries that are not the leaf of the trace's tree which they name, by department and number; at most 100 (T-L2).
    ///
    /// # Errors
    /// The store.
    pub async fn unlinked(&self) -> Result<Vec<(String, u64)>, StoreError> {
        let mut link = self.store.scanner().await?;
        let rows = link.rows(UNLINKED, &[Log::Trace.column().into()]).await?;
        rows.into_iter()
            .map(|mut row| Ok((row.text()?, row.count()?)))
            .collect()
    }

    /// Leaves of the trace's tree that no entry is, by their index, nothing while they wait; at most 100: their entries
    /// were removed.
    ///
    /// # Errors
    /// The store.
    pub async fn strays(&self) -> Result<Vec<Option<u64>>, StoreError> {
        let mut link = self.store.scanner().await?;
        let rows = link.rows(STRAYS, &[Log::Trace.column().into()]).await?;
        rows.into_iter()
            .map(|mut row| {
                let index = row.maybe_integer()?.map(u64::try_from).transpose();
                index.map_err(|_| StoreError::Damaged { table: "log_leaf" })
            })
            .collect()
    }
}

/// Writes one act in the transaction of its fact; gives its number. The last statement of a fact,
/// since it holds the department's chain until the commit.
///
/// # Errors
/// The store.
pub async fn write(link: &mut Link, act: &Act) -> Result<u64, StoreError> {
    write_all(link, std::slice::from_ref(act)).await
}

/// Writes acts of one department; gives the number of the last.
///
/// # Errors
/// The store.
pub async fn write_all(link: &mut Link, acts: &[Act]) -> Result<u64, StoreError> {
    let Some(first) = acts.first() else {
        return Ok(0);
    };
    let department = first.department.as_str();
    let count = u64::try_from(acts.len()).unwrap_or(u64::MAX);
    let (last, mut previous, drawn) = next(link, department, count).await?;
    for (place, act) in acts.iter().enumerate() {
        let number = last.saturating_sub(count) + 1 + u64::try_from(place).unwrap_or(u64::MAX);
        let entry = entry(act, department, number, previous);
        // T-L1: the leaf of the trace's tree, in the same transaction.
        let leaf = match drawn.get(place) {
            Some(leaf) => log::submit_as(link, *leaf, Log::Trace, &entry.digest).await?,
            None => log::submit(link, Log::Trace, &entry.digest, None).await?,
        };
        let values = [
            department.into(),
            number.into(),
            entry.moment.into(),
            entry.actor.as_str().into(),
            entry.deed.as_str().into(),
            entry.object.as_str().into(),
            entry.ground.as_str().into(),
            entry.detail.as_str().into(),
            entry.key.as_deref().into(),
            (&entry.previous).into(),
            (&entry.digest).into(),
            leaf.number().into(),
        ];
        link.later(WRITE, &values).await?;
        previous = entry.digest;
    }
    for (key, uses) in uses(acts) {
        let values = [key.as_str().into(), department.into(), uses.into()];
        link.later(COUNT, &values).await?;
    }
    link.later(ADVANCE, &[department.into(), (&previous).into()])
        .await?;
    // A second entry of the same fact finds the head where this one left it.
    link.flush().await?;
    Ok(last)
}

/// How many of these acts used each key.
fn uses(acts: &[Act]) -> BTreeMap<&KeyId, u64> {
    let mut uses = BTreeMap::new();
    for key in acts.iter().filter_map(|act| act.key.as_ref()) {
        *uses.entry(key).or_default() += 1;
    }
    uses
}

/// Moves a department's head on by `count`: the number of the last entry, the digest of the entry
/// before the first, and the numbers of their leaves where they are drawn here. What the fact put off
/// is not needed for it, and goes with the entries.
async fn next(
    link: &mut Link,
    department: &str,
    count: u64,
) -> Result<(u64, [u8; 32], Vec<i64>), StoreError> {
    const DAMAGED: StoreError = StoreError::Damaged { table: "log_leaf" };
    let rivals = link.has_rivals();
    let statement = if rivals { NEXT_DRAWN } else { NEXT };
    let values = [department.into(), count.into(), (&[0; 32]).into()];
    let mut head = link.one_aside(statement, &values, "trace_head").await?;
    let (last, previous) = (head.count()?, head.digest()?);
    if !rivals {
        return Ok((last, previous, Vec::new()));
    }
    let drawn: Result<Vec<i64>, _> = head.text()?.split(' ').map(str::parse).collect();
    let drawn = drawn.map_err(|_| DAMAGED)?;
    if drawn.len() != usize::try_from(count).unwrap_or(usize::MAX) {
        return Err(DAMAGED);
    }
    Ok((last, previous, drawn))
}

fn entry(act: &Act, department: &str, number: u64, previous: [u8; 32]) -> Entry {
    let detail: Vec<String> = act
        .detail
        .iter()
        .map(|(name, value)| format!("{name}={}", value.replace(['\n', '\r'], " ")))
        .collect();
    let mut entry = Entry {
        department: department.to_owned(),
        number,
        moment: act.by.at,
        actor: act.by.who.clone(),
        deed: act.deed.code().to_owned(),
        object: act.object.clone(),
        ground: act.ground.clone(),
        detail: detail.join("\n"),
        key: act.key.as_ref().map(|key| key.as_str().to_owned()),
        previous,
        digest: [0; 32],
    };
    entry.digest = sha256(&entry.bytes());
    entry
}

fn read(mut row: Row) -> Result<Entry, StoreError> {
    columns(&mut row)
}

fn located(mut row: Row) -> Result<Located, StoreError> {
    Ok(Located {
        entry: columns(&mut row)?,
        leaf: PendingId::new(row.integer()?),
    })
}

fn columns(row: &mut Row) -> Result<Entry, StoreError> {
    let place = (row.text()?, row.count()?);
    further(row, place)
}

/// The columns behind the place of an entry.
fn further(row: &mut Row, (department, number): (String, u64)) -> Result<Entry, StoreError> {
    Ok(Entry {
        department,
        number,
        moment: row.moment()?,
        actor: row.text()?,
        deed: row.text()?,
        object: row.text()?,
        ground: row.text()?,
        detail: row.text()?,
        key: row.maybe_text()?,
        previous: row.digest()?,
        digest: row.digest()?,
    })
}

async fn after(link: &mut Link, department: &str, number: u64) -> Result<Vec<Entry>, StoreError> {
    let values = [department.into(), number.into(), PAGE.into()];
    let rows = link.rows(COLUMNS_AFTER, &values).await?;
    rows.into_iter().map(read).collect()
}

//! Token status lists as facts: slots given out, values that are not *valid*, the signed tokens.
//!
//! A slot is the list's counter under a keyed permutation (D20); the permutation is `credential`'s, its
//! key is kept here encrypted. A slot is never given out twice, and an ended slot never changes again.

use std::sync::Arc;

use crypto::KeyId;
use thiserror::Error;
use time::UtcDateTime;
use zeroize::Zeroizing;

use crate::certificates::half_life;
use store::Store;
use store::StoreError;
use store::{Link, Row};
use trail::secrets::{Place, Secrets};

/// Slots of a list (D20).
pub const SLOTS: u32 = 1 << 20;
/// Slots of a list that are given out: 60 % (credentials 5).
pub const CAPACITY: u32 = SLOTS / 5 * 3;

/// Number of a list, as in its address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ListNumber(pub u32);

/// What a slot says (D20).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum StatusValue {
    /// 0: nothing against it.
    Valid,
    /// 1: ended or void. Final.
    Ended,
    /// 2: suspended, of whatever kind.
    Suspended,
    /// 3: its successor has taken effect.
    Superseded,
}

impl StatusValue {
    /// Its two bits.
    #[must_use]
    pub fn bits(self) -> u8 {
        match self {
            StatusValue::Valid => 0,
            StatusValue::Ended => 1,
            StatusValue::Suspended => 2,
            StatusValue::Superseded => 3,
        }
    }

    fn from_column(column: i64) -> Result<StatusValue, StoreError> {
        match column {
            0 => Ok(StatusValue::Valid),
            1 => Ok(StatusValue::Ended),
            2 => Ok(StatusValue::Suspended),
            3 => Ok(StatusValue::Superseded),
            _ => Err(DAMAGED),
        }
    }
}

/// A list to be begun.
#[derive(Debug)]
pub struct NewList {
    /// Its number.
    pub list: ListNumber,
    /// Its address, as credentials and files carry it.
    pub uri: String,
    /// The key that signs it.
    pub key: KeyId,
    /// The key of its permutation.
    pub permutation: Zeroizing<[u8; 32]>,
}

/// A list as it was begun.
#[derive(Debug)]
pub struct StatusList {
    /// Its number.
    pub list: ListNumber,
    /// Its address.
    pub uri: String,
    /// The key that signs it.
    pub key: KeyId,
    /// The key of its permutation.
    pub permutation: Zeroizing<[u8; 32]>,
    /// Slots given out so far.
    pub given: u32,
}

/// Everything that a list says at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Values {
    /// The slots that are not *valid*, by number. All others are 0.
    pub values: Vec<(u32, StatusValue)>,
    /// The changes so far; goes with the token that is signed over these values.
    changes: i64,
}

/// A signed token of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedStatus {
    /// The token.
    pub token: Vec<u8>,
    /// `iat`.
    pub issued: UtcDateTime,
    /// `exp`: never served after this.
    pub expires: UtcDateTime,
}

/// Why a fact of a status list was not recorded.
#[derive(Debug, Clone, Error)]
#[non_exhaustive]
pub enum StatusError {
    /// There is no such list.
    #[error("there is no status list {}", .0.0)]
    NoSuchList(ListNumber),
    /// A list of this number or address exists with other particulars.
    #[error("status list {} or its address is taken", .0.0)]
    Taken(ListNumber),
    /// The slot is none of the list's.
    #[error("a list has {SLOTS} slots, not {0}")]
    NoSuchSlot(u32),
    /// The slot says *ended*, which is final.
    #[error("slot {slot} has ended")]
    Ended {
        /// The slot.
        slot: u32,
    },
    /// A token over later values, or issued later, is kept already.
    #[error("a later token is kept")]
    Overtaken,
    /// The store could not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The status lists of a registry.
#[derive(Debug, Clone)]
pub struct StatusLists {
    store: Arc<Store>,
    secrets: Arc<Secrets>,
}

impl StatusLists {
    /// The book, in this store.
    #[must_use]
    pub fn new(store: Arc<Store>, secrets: Arc<Secrets>) -> StatusLists {
        StatusLists { store, secrets }
    }

    /// Begins a list. Beginning it again as it was changes nothing.
    ///
    /// # Errors
    /// `Taken`, `Store`.
    pub async fn begin(&self, list: NewList) -> Result<(), StatusError> {
        let number = list.list;
        let secrets = Arc::clone(&self.secrets);
        let before = match self.find(number).await? {
            None => self
                .store
                .write(move |link| Box::pin(async move { begin(link, &secrets, &list).await }))
                .await
                .map(|()| None),
            Some(found) => Ok(Some(
                found.uri == list.uri
                    && found.key == list.key
                    && found.permutation == list.permutation,
            )),
        }?;
        match before {
            Some(false) => Err(StatusError::Taken(number)),
            _ => Ok(()),
        }
    }

    /// One list.
    ///
    /// # Errors
    /// `Store`.
    pub async fn find(&self, list: ListNumber) -> Result<Option<StatusList>, StatusError> {
        const FIND: &str = "SELECT list, uri, key_id, permutation, next_index FROM status_list \
             WHERE list = $1";
        let mut link = self.store.reader().await?;
        let row = link.row(FIND, &[list.0.into()]).await?;
        row.map(|row| opened(row, &self.secrets)).transpose()
    }

    /// Every list, by number.
    ///
    /// # Errors
    /// `Store`.
    pub async fn list(&self) -> Result<Vec<StatusList>, StatusError> {
        const LIST: &str =
            "SELECT list, uri, key_id, permutation, next_index FROM status_list ORDER BY list";
        let mut link = self.store.reader().await?;
        let rows = link.rows(LIST, &[]).await?;
        rows.into_iter()
            .map(|row| opened(row, &self.secrets))
            .collect()
    }

    /// Sets a slot by itself; a change of a licence does so in its own transaction.
    ///
    /// # Errors
    /// `NoSuchList`, `NoSuchSlot`, `Ended`, `Store`.
    pub async fn set(
        &self,
        list: ListNumber,
        slot: u32,
        value: StatusValue,
    ) -> Result<(), StatusError> {
        self.store
            .write(move |link| Box::pin(set(link, list, slot, value)))
            .await
    }

    /// What the list says now.
    ///
    /// # Errors
    /// `NoSuchList`, `Store`.
    pub async fn values(&self, list: ListNumber) -> Result<Values, StatusError> {
        values(&mut self.store.reader().await?, list).await
    }

    /// Keeps the token signed over `values`. What was set meanwhile leaves the list due.
    ///
    /// # Errors
    /// `Overtaken` when a later one is kept: no rollback; `Store`.
    pub async fn keep(
        &self,
        list: ListNumber,
        values: &Values,
        token: SignedStatus,
    ) -> Result<(), StatusError> {
        const KEEP: &str = "UPDATE status_list SET token = $2, issued = $3, expires = $4, \
             renew = $5, signed_changes = $6 WHERE list = $1 AND signed_changes <= $6 \
             AND (issued IS NULL OR issued <= $3)";
        let changes = values.changes;
        self.store
            .write(move |link| {
                Box::pin(async move {
                    let values = [
                        list.0.into(),
                        (&token.token).into(),
                        token.issued.into(),
                        token.expires.into(),
                        half_life(token.issued, token.expires).into(),
                        changes.into(),
                    ];
                    match link.run(KEEP, &values).await? {
                        0 => Err(StatusError::Overtaken),
                        _ => Ok(()),
                    }
                })
            })
            .await
    }

    /// The token in force; nothing before the first.
    ///
    /// # Errors
    /// `Store`.
    pub async fn signed(&self, list: ListNumber) -> Result<Option<SignedStatus>, StatusError> {
        const SIGNED: &str = "SELECT token, issued, expires FROM status_list \
             WHERE list = $1 AND token IS NOT NULL";
        let mut link = self.store.reader().await?;
        let Some(mut row) = link.row(SIGNED, &[list.0.into()]).await? else {
            return Ok(None);
        };
        Ok(Some(SignedStatus {
            token: row.bytes()?,
            issued: row.moment()?,
            expires: row.moment()?,
        }))
    }

    /// Lists to be signed anew: never signed, changed since, or half the token's life over.
    ///
    /// # Errors
    /// `Store`.
    pub async fn due(&self, now: UtcDateTime) -> Result<Vec<ListNumber>, StatusError> {
        const DUE: &str = "SELECT list FROM status_list \
             WHERE token IS NULL OR changes > signed_changes OR renew <= $1 ORDER BY list";
        let mut link = self.store.reader().await?;
        let rows = link.rows(DUE, &[now.into()]).await?;
        rows.into_iter()
            .map(|mut row| Ok(number(row.integer()?)?))
            .collect()
    }
}

async fn begin(link: &mut Link, secrets: &Secrets, list: &NewList) -> Result<(), StatusError> {
    const BEGIN: &str = "INSERT INTO status_list (list, uri, key_id, permutation, capacity, \
         next_index, changes, signed_changes, renew) VALUES ($1, $2, $3, $4, $5, 0, 0, 0, 0) \
         ON CONFLICT DO NOTHING";
    let row = list.list.0.to_string();
    let sealed = secrets.seal(list.permutation.as_slice(), permutation_of(&row))?;
    let values = [
        list.list.0.into(),
        (&list.uri).into(),
        list.key.as_str().into(),
        (&sealed).into(),
        CAPACITY.into(),
    ];
    match link.run(BEGIN, &values).await? {
        0 => Err(StatusError::Taken(list.list)),
        _ => Ok(()),
    }
}

fn opened(mut row: Row, secrets: &Secrets) -> Result<StatusList, StatusError> {
    let list = number(row.integer()?)?;
    let uri = row.text()?;
    let key = KeyId::parse(&row.text()?).ok_or(DAMAGED)?;
    let name = list.0.to_string();
    let open = Zeroizing::new(secrets.open(&row.bytes()?, permutation_of(&name))?);
    let permutation: [u8; 32] = open.as_slice().try_into().map_err(|_| DAMAGED)?;
    let given = u32::try_from(row.integer()?).map_err(|_| DAMAGED)?;
    Ok(StatusList {
        list,
        uri,
        key,
        permutation: Zeroizing::new(permutation),
        given,
    })
}

/// The list's next counter; nothing when the list is full and another has to be begun.
///
/// D20: every licence version has a slot from its reservation on, so this runs in the reservation's
/// transaction. A counter that is never used is lost.
///
/// # Errors
/// As the store has it; a refusal by its name.
pub async fn next_index(link: &mut Link, list: ListNumber) -> Result<Option<u32>, StoreError> {
    const NEXT: &str = "UPDATE status_list SET next_index = next_index + 1 \
         WHERE list = $1 AND next_index < capacity RETURNING next_index - 1";
    match link.row(NEXT, &[list.0.into()]).await? {
        None => Ok(None),
        Some(mut row) => u32::try_from(row.integer()?).map(Some).map_err(|_| DAMAGED),
    }
}

/// Sets a slot in the transaction of the change that it tells of.
///
/// # Errors
/// As the store has it; a refusal by its name.
pub async fn set(
    link: &mut Link,
    list: ListNumber,
    slot: u32,
    value: StatusValue,
) -> Result<(), StatusError> {
    // Domain 4.1: ended states are final, so `1` is never replaced.
    const KEEP: &str = "INSERT INTO status_value (list, slot, value) VALUES ($1, $2, $3) \
         ON CONFLICT (list, slot) DO UPDATE SET value = excluded.value \
         WHERE status_value.value <> 1 OR excluded.value = 1";
    const CLEAR: &str = "DELETE FROM status_value WHERE list = $1 AND slot = $2 AND value <> 1";
    const STANDS: &str = "SELECT value FROM status_value WHERE list = $1 AND slot = $2";
    const CHANGED: &str = "UPDATE status_list SET changes = changes + 1 WHERE list = $1";
    if slot >= SLOTS {
        return Err(StatusError::NoSuchSlot(slot));
    }
    // The list's row first: it puts changes of one list in an order, and every token over them.
    if link.run(CHANGED, &[list.0.into()]).await? == 0 {
        return Err(StatusError::NoSuchList(list));
    }
    let place = [list.0.into(), slot.into()];
    let written = if value == StatusValue::Valid {
        link.run(CLEAR, &place).await?;
        link.row(STANDS, &place).await?.is_none()
    } else {
        let [list, slot] = place;
        let bits = u32::from(value.bits()).into();
        link.run(KEEP, &[list, slot, bits]).await? == 1
    };
    if written {
        Ok(())
    } else {
        Err(StatusError::Ended { slot })
    }
}

async fn values(link: &mut Link, list: ListNumber) -> Result<Values, StatusError> {
    // One statement, so that values and number of changes are of one moment.
    const VALUES: &str = "SELECT l.changes, v.slot, v.value FROM status_list l \
         LEFT JOIN status_value v ON v.list = l.list WHERE l.list = $1 ORDER BY v.slot";
    let rows = link.rows(VALUES, &[list.0.into()]).await?;
    if rows.is_empty() {
        return Err(StatusError::NoSuchList(list));
    }
    let mut found = Values {
        values: Vec::with_capacity(rows.len()),
        changes: 0,
    };
    for mut row in rows {
        found.changes = row.integer()?;
        if let (Some(slot), Some(value)) = (row.maybe_integer()?, row.maybe_integer()?) {
            let slot = u32::try_from(slot).map_err(|_| DAMAGED)?;
            found.values.push((slot, StatusValue::from_column(value)?));
        }
    }
    Ok(found)
}

fn number(column: i64) -> Result<ListNumber, StoreError> {
    u32::try_from(column).map(ListNumber).map_err(|_| DAMAGED)
}

fn permutation_of(row: &str) -> Place<'_> {
    Place {
        table: "status_list",
        column: "permutation",
        row,
        department: "",
    }
}

const DAMAGED: StoreError = StoreError::Damaged {
    table: "status_list",
};

//! Seals in numbers: what a page of a list asks for, in a few questions however many seals there are.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use catalogue::key::{DepartmentKey, SealCode};
use crypto::KeyId;
use seal::life::Stage;
use store::{Row, StoreError, Value};

use super::standing::{DAMAGED, object, read};
use super::{SealObject, SealRecord, Seals};

/// Seals of one question, at most.
const MOST: usize = 100;

static RECORDS: LazyLock<String> = LazyLock::new(|| {
    format!(
        "SELECT code, department, stage, since, events, last_person, last_duty, pending_event, pending_person, \
         pending_duty, pending_until FROM seal WHERE code IN ({})",
        places()
    )
});
static USED: LazyLock<String> = LazyLock::new(|| {
    format!(
        "SELECT signing_key, CAST(SUM(uses) AS BIGINT) FROM key_total WHERE signing_key IN ({}) GROUP BY signing_key",
        places()
    )
});
const AT_STAGE: &str =
    "SELECT code FROM seal WHERE stage = $1 AND code > $2 ORDER BY code LIMIT $3";
const AT_STAGE_OF: &str = "SELECT code FROM seal WHERE department = $4 AND stage = $1 AND code > $2 ORDER BY code LIMIT $3";
const CODES: &str = "SELECT code FROM seal";
const SCOPES: &str = "SELECT code, scope FROM seal WHERE scope > 0 AND stage NOT IN ('applied', 'reviewed', 'approved', 'rejected')";
const OBJECT: &str = "SELECT code, department, object, earlier FROM seal_object WHERE code = $1";

fn places() -> String {
    let places: Vec<String> = (1..=MOST).map(|number| format!("${number}")).collect();
    places.join(", ")
}

/// As many values as the question has places: the last one again where there are fewer.
fn filled<'a>(names: impl Iterator<Item = &'a str>) -> Option<Vec<Value<'a>>> {
    let mut values: Vec<&str> = names.take(MOST).collect();
    let last = *values.last()?;
    values.resize(MOST, last);
    Some(values.into_iter().map(Value::from).collect())
}

fn code(mut row: Row) -> Result<SealCode, StoreError> {
    SealCode::parse(&row.text()?).map_err(|_| DAMAGED)
}

fn numbered(mut row: Row) -> Result<(SealCode, u64), StoreError> {
    let code = SealCode::parse(&row.text()?).map_err(|_| DAMAGED)?;
    Ok((code, row.count()?))
}

fn counted(mut row: Row) -> Result<(KeyId, u64), StoreError> {
    let key = KeyId::parse(&row.text()?).ok_or(DAMAGED)?;
    Ok((key, row.count()?))
}

fn named(row: Row) -> Result<(SealCode, SealRecord), StoreError> {
    let record = read(row)?;
    Ok((record.code.clone(), record))
}

impl Seals {
    /// Where each of these seals stands, by code; at most 100 are looked for, and those that are not known are left out.
    ///
    /// # Errors
    /// The store.
    pub async fn records(
        &self,
        codes: &[SealCode],
    ) -> Result<BTreeMap<SealCode, SealRecord>, StoreError> {
        let Some(values) = filled(codes.iter().map(SealCode::as_str)) else {
            return Ok(BTreeMap::new());
        };
        let mut link = self.store.reader().await?;
        let rows = link.rows(RECORDS.as_str(), &values).await?;
        rows.into_iter().map(named).collect()
    }

    /// How often each of these keys was used, as [`Seals::uses`] has it; at most 100 are looked for, and one that was never
    /// used is left out.
    ///
    /// # Errors
    /// The store.
    pub async fn used(&self, keys: &[KeyId]) -> Result<BTreeMap<KeyId, u64>, StoreError> {
        let Some(values) = filled(keys.iter().map(KeyId::as_str)) else {
            return Ok(BTreeMap::new());
        };
        let mut link = self.store.reader().await?;
        let rows = link.rows(USED.as_str(), &values).await?;
        rows.into_iter().map(counted).collect()
    }

    /// The seals at a stage after the one of code `after`: of one department, or of all.
    ///
    /// # Errors
    /// The store.
    pub async fn at_stage(
        &self,
        (stage, of): (Stage, Option<&DepartmentKey>),
        (after, limit): (&str, u32),
    ) -> Result<Vec<SealCode>, StoreError> {
        let mut link = self.store.reader().await?;
        let values = [stage.code().into(), after.into(), limit.into()];
        let rows = match of {
            None => link.rows(AT_STAGE, &values).await?,
            Some(own) => {
                let [stage, after, limit] = values;
                let values = [stage, after, limit, own.as_str().into()];
                link.rows(AT_STAGE_OF, &values).await?
            }
        };
        rows.into_iter().map(code).collect()
    }

    /// Every seal that is known, at whatever stage.
    ///
    /// # Errors
    /// The store.
    pub async fn codes(&self) -> Result<BTreeSet<SealCode>, StoreError> {
        let mut link = self.store.reader().await?;
        let rows = link.rows(CODES, &[]).await?;
        rows.into_iter().map(code).collect()
    }

    /// The version of its scope that each seal has that was made and was ever given one.
    ///
    /// # Errors
    /// The store.
    pub async fn scope_numbers(&self) -> Result<BTreeMap<SealCode, u64>, StoreError> {
        let mut link = self.store.reader().await?;
        let rows = link.rows(SCOPES, &[]).await?;
        rows.into_iter().map(numbered).collect()
    }

    /// The electronic seal of a code, as its maker signed it.
    ///
    /// # Errors
    /// The store.
    pub async fn object(&self, seal: &SealCode) -> Result<Option<SealObject>, StoreError> {
        let mut link = self.store.reader().await?;
        let row = link.row(OBJECT, &[seal.as_str().into()]).await?;
        row.map(object).transpose()
    }
}

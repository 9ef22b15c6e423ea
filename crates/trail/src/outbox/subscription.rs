//! Who is told and where: one subscription a department, its secret sealed.

use std::fmt;

use catalogue::key::DepartmentKey;
use zeroize::Zeroizing;

use crate::asked::By;
use crate::secrets::{Place, Secrets};
use crate::trace::{self, Act, Deed};
use store::{Link, Row, StoreError};

/// A department's wish to be told.
#[derive(Clone, PartialEq, Eq)]
pub struct Subscription {
    /// Who is told.
    pub department: DepartmentKey,
    /// Where: an address of its own that was inspected at the edge.
    pub address: String,
    /// Codes of the events it wants; none for all.
    pub kinds: Vec<String>,
    /// The secret under which deliveries to it are signed, opened.
    pub secret: Zeroizing<Vec<u8>>,
}

impl Subscription {
    /// Whether it wants events of this kind.
    #[must_use]
    pub fn wants(&self, kind: &str) -> bool {
        self.kinds.is_empty() || self.kinds.iter().any(|wanted| wanted == kind)
    }
}

// T-P8: a secret reaches no log by way of `{:?}`.
impl fmt::Debug for Subscription {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Subscription")
            .field("department", &self.department)
            .field("kinds", &self.kinds)
            .finish_non_exhaustive()
    }
}

const PUT: &str = "INSERT INTO subscription (department, address, kinds, secret, changed) \
     VALUES ($1, $2, $3, $4, $5) ON CONFLICT (department) DO UPDATE SET address = excluded.address, \
     kinds = excluded.kinds, secret = excluded.secret, changed = excluded.changed";
const FIND: &str =
    "SELECT department, address, kinds, secret FROM subscription WHERE department = $1";
const ALL: &str = "SELECT department, address, kinds, secret FROM subscription ORDER BY department";
const DROP: &str = "DELETE FROM subscription WHERE department = $1";

pub(super) async fn put(
    link: &mut Link,
    secrets: &Secrets,
    subscription: &Subscription,
    by: &By,
) -> Result<(), StoreError> {
    let department = subscription.department.as_str();
    let secret = secrets.seal(&subscription.secret, place(department))?;
    let kinds = subscription.kinds.join(" ");
    let values = [
        department.into(),
        subscription.address.as_str().into(),
        kinds.as_str().into(),
        (&secret).into(),
        by.at.into(),
    ];
    link.later(PUT, &values).await?;
    let detail = vec![("address", subscription.address.clone()), ("kinds", kinds)];
    let act = act(&subscription.department, by, ("subscribe", detail));
    trace::write(link, &act).await.map(|_| ())
}

/// Whether there was one.
pub(super) async fn end(
    link: &mut Link,
    department: &DepartmentKey,
    by: &By,
) -> Result<bool, StoreError> {
    if link.run(DROP, &[department.as_str().into()]).await? == 0 {
        return Ok(false);
    }
    let act = act(department, by, ("unsubscribe", Vec::new()));
    trace::write(link, &act).await?;
    Ok(true)
}

pub(super) async fn find(
    link: &mut Link,
    secrets: &Secrets,
    department: &DepartmentKey,
) -> Result<Option<Subscription>, StoreError> {
    let row = link.row(FIND, &[department.as_str().into()]).await?;
    row.map(|row| read(row, secrets)).transpose()
}

pub(super) async fn all(
    link: &mut Link,
    secrets: &Secrets,
) -> Result<Vec<Subscription>, StoreError> {
    let rows = link.rows(ALL, &[]).await?;
    rows.into_iter().map(|row| read(row, secrets)).collect()
}

fn read(mut row: Row, secrets: &Secrets) -> Result<Subscription, StoreError> {
    const DAMAGED: StoreError = StoreError::Damaged {
        table: "subscription",
    };
    let department = row.text()?;
    Ok(Subscription {
        address: row.text()?,
        kinds: row.text()?.split_whitespace().map(str::to_owned).collect(),
        secret: Zeroizing::new(secrets.open(&row.bytes()?, place(&department))?),
        department: DepartmentKey::parse(&department).map_err(|_| DAMAGED)?,
    })
}

/// The trace entry of what a department does with its deliveries.
pub(super) fn act(
    department: &DepartmentKey,
    by: &By,
    (what, detail): (&str, Vec<(&'static str, String)>),
) -> Act {
    Act {
        department: department.clone(),
        by: by.clone(),
        deed: Deed::Subscribe,
        object: department.to_string(),
        ground: what.to_owned(),
        detail,
        key: None,
    }
}

fn place(department: &str) -> Place<'_> {
    Place {
        table: "subscription",
        column: "secret",
        row: department,
        department,
    }
}

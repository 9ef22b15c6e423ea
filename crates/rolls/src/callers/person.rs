//! People: account, department, roles, and the public key of who releases seals.

use catalogue::key::{DepartmentKey, PersonKey};
use crypto::PublicKey;
use thiserror::Error;
use time::UtcDateTime;

use store::StoreError;
use store::{Link, Row};
use trail::asked::By;
use trail::trace::{self, Act, Deed};

/// A person to be enrolled.
#[derive(Debug, Clone)]
pub struct NewPerson {
    /// The account; never a name or a number of the person.
    pub id: PersonKey,
    /// The department.
    pub department: DepartmentKey,
    /// Codes of what the person may do; the table of them is where requests are authorised.
    pub roles: Vec<String>,
    /// The key with which the person signs releases.
    pub public_key: Option<PublicKey>,
}

/// A person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// The account.
    pub id: PersonKey,
    /// The department.
    pub department: DepartmentKey,
    /// Codes of what the person may do.
    pub roles: Vec<String>,
    /// The key with which the person signs releases.
    pub public_key: Option<PublicKey>,
    /// When the person was enrolled.
    pub enrolled: UtcDateTime,
    /// Since when the person may do nothing.
    pub ended: Option<UtcDateTime>,
}

/// Nobody was enrolled or ended.
#[derive(Debug, Clone, Error)]
#[non_exhaustive]
pub enum EnrolRefused {
    /// The account or key id is in use, or was: it is never given again.
    #[error("the account is taken")]
    Taken,
    /// There is no such account in this department that has not ended.
    #[error("no such account")]
    Unknown,
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
}

const ENROL: &str = "INSERT INTO person (id, department, roles, public_key, enrolled) \
     VALUES ($1, $2, $3, $4, $5) ON CONFLICT (id) DO NOTHING";
const FIND: &str =
    "SELECT id, department, roles, public_key, enrolled, ended FROM person WHERE id = $1";
const LIST: &str = "SELECT id, department, roles, public_key, enrolled, ended FROM person \
     WHERE department = $1 ORDER BY id";
const END: &str =
    "UPDATE person SET ended = $3 WHERE id = $1 AND department = $2 AND ended IS NULL";

pub(crate) async fn enrol(
    link: &mut Link,
    person: &NewPerson,
    by: &By,
) -> Result<(), EnrolRefused> {
    let roles = person.roles.join(" ");
    let values = [
        person.id.as_str().into(),
        person.department.as_str().into(),
        roles.as_str().into(),
        person.public_key.as_ref().map(PublicKey::spki).into(),
        by.at.into(),
    ];
    if link.run(ENROL, &values).await? != 1 {
        return Err(EnrolRefused::Taken);
    }
    let act = permit(
        &person.department,
        by,
        person.id.as_str(),
        ("enrol", vec![("roles", roles)]),
    );
    trace::write(link, &act).await?;
    Ok(())
}

pub(crate) async fn end(
    link: &mut Link,
    department: &DepartmentKey,
    id: &str,
    by: &By,
) -> Result<(), EnrolRefused> {
    let values = [id.into(), department.as_str().into(), by.at.into()];
    if link.run(END, &values).await? != 1 {
        return Err(EnrolRefused::Unknown);
    }
    trace::write(link, &permit(department, by, id, ("end", Vec::new()))).await?;
    Ok(())
}

/// The trace entry of given or taken rights.
pub(crate) fn permit(
    department: &DepartmentKey,
    by: &By,
    id: &str,
    (ground, detail): (&str, Vec<(&'static str, String)>),
) -> Act {
    Act {
        department: department.clone(),
        by: by.clone(),
        deed: Deed::Permit,
        object: id.to_owned(),
        ground: ground.to_owned(),
        detail,
        key: None,
    }
}

pub(crate) async fn find(link: &mut Link, id: &str) -> Result<Option<Person>, StoreError> {
    link.row(FIND, &[id.into()]).await?.map(read).transpose()
}

pub(crate) async fn list(link: &mut Link, department: &str) -> Result<Vec<Person>, StoreError> {
    let rows = link.rows(LIST, &[department.into()]).await?;
    rows.into_iter().map(read).collect()
}

fn read(mut row: Row) -> Result<Person, StoreError> {
    const DAMAGED: StoreError = StoreError::Damaged { table: "person" };
    Ok(Person {
        id: PersonKey::parse(&row.text()?).map_err(|_| DAMAGED)?,
        department: DepartmentKey::parse(&row.text()?).map_err(|_| DAMAGED)?,
        roles: row.text()?.split_whitespace().map(str::to_owned).collect(),
        public_key: match row.maybe_bytes()? {
            None => None,
            Some(spki) => Some(PublicKey::parse(&spki).map_err(|_| DAMAGED)?),
        },
        enrolled: row.moment()?,
        ended: row.maybe_moment()?,
    })
}

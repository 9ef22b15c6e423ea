//! Passkeys of accounts: enrolled beside what else opens them, counted on with each use, gone with the password (T-P1).

use catalogue::key::DepartmentKey;
use crypto::PublicKey;
use crypto::mac::constant_time_eq;
use crypto::sha256;
use crypto::sign_in::passkey::{CHALLENGE, Passkey, PasskeyFault, goes_on};
use store::{Link, StoreError};
use time::{Duration, UtcDateTime};
use trail::asked::By;
use trail::secrets::{Secrets, hex};

use crate::accounts::account::write;
use crate::accounts::{Account, AccountKey, AccountRefused};

/// How long a question may be answered (T-S3).
pub const ASKED: Duration = Duration::minutes(5);
/// Most passkeys of an account that are in force (*default*).
const MOST: usize = 8;
/// Octets of a question that are random, and of its moment in seconds of 1970; the rest proves that it is ours.
const RANDOM: usize = 12;
const MOMENT: usize = 4;

/// A passkey of an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnPasskey {
    /// Its identifier.
    pub credential: Vec<u8>,
    /// Its public key.
    pub public: PublicKey,
    /// Since when.
    pub enrolled: UtcDateTime,
    /// When it was used last.
    pub used: Option<UtcDateTime>,
}

/// What somebody asks a passkey for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose<'a> {
    /// To let its person in: whoever that is.
    SignIn,
    /// To be enrolled for this account.
    Enrol(&'a AccountKey),
    /// To be brought back from the OpenID provider.
    Provider,
    /// To be brought back by who the provider knows as this account's person by this name, with a second factor.
    Provided(&'a AccountKey, &'a [u8; 32]),
}

/// A question that was answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Answered {
    question: [u8; CHALLENGE],
    until: UtcDateTime,
}

/// A use of a passkey, as its authenticator told it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PasskeyUse {
    /// The identifier.
    pub credential: Vec<u8>,
    /// The authenticator's counter.
    pub counter: u32,
    /// To what it answered.
    pub answered: Answered,
}

impl Purpose<'_> {
    /// What proves that a question is ours, for this purpose: nothing is kept of what was asked, for whoever asks has no account.
    fn proof(self, secrets: &Secrets, open: &[u8]) -> [u8; 32] {
        match self {
            Self::SignIn => secrets.lookup("passkey sign-in", &hex(open)),
            Self::Enrol(account) => {
                secrets.lookup("passkey enrolment", &format!("{} {account}", hex(open)))
            }
            Self::Provider => secrets.lookup("openid question", &hex(open)),
            Self::Provided(account, name) => {
                let whole = format!("{} {account} {}", hex(open), hex(name));
                secrets.lookup("openid ticket", &whole)
            }
        }
    }

    /// A question of this moment.
    pub(super) fn ask(
        self,
        secrets: &Secrets,
        random: [u8; RANDOM],
        now: UtcDateTime,
    ) -> [u8; CHALLENGE] {
        let seconds = u32::try_from(now.unix_timestamp()).unwrap_or_default();
        let mut out = [random.as_slice(), &seconds.to_be_bytes()].concat();
        let proof = self.proof(secrets, &out);
        out.extend_from_slice(&proof);
        let mut question = [0; CHALLENGE];
        question
            .iter_mut()
            .zip(out)
            .for_each(|(octet, from)| *octet = from);
        question
    }

    /// A question that comes back: asked by us, for this, and not too long ago.
    ///
    /// # Errors
    /// `Challenge`.
    pub(super) fn answered(
        self,
        secrets: &Secrets,
        question: [u8; CHALLENGE],
        now: UtcDateTime,
    ) -> Result<Answered, PasskeyFault> {
        let not_ours = PasskeyFault::Challenge;
        let (open, proof) = question.split_at_checked(RANDOM + MOMENT).ok_or(not_ours)?;
        let expected = self.proof(secrets, open);
        let expected = expected.get(..proof.len()).ok_or(not_ours)?;
        let seconds = open.last_chunk::<MOMENT>().ok_or(not_ours)?;
        let asked = i64::from(u32::from_be_bytes(*seconds));
        let asked = UtcDateTime::from_unix_timestamp(asked).map_err(|_| not_ours)?;
        let until = asked + ASKED;
        if !constant_time_eq(expected, proof) || now < asked || until <= now {
            return Err(not_ours);
        }
        Ok(Answered { question, until })
    }
}

const DAMAGED: StoreError = StoreError::Damaged { table: "passkey" };

const ANSWER: &str = "INSERT INTO passkey_answered (question, until) VALUES ($1, $2) \
     ON CONFLICT (question) DO NOTHING";
const FORGET: &str = "DELETE FROM passkey_answered WHERE until < $1";
const LIST: &str = "SELECT credential, public_key, enrolled, used FROM passkey \
     WHERE department = $1 AND account = $2 AND ended IS NULL ORDER BY enrolled, credential";
const ENROL: &str = "INSERT INTO passkey (credential, department, account, public_key, counter, enrolled) \
     VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (credential) DO NOTHING";
// Whoever enrols brings the code of the other factor, once.
const USE_STEP: &str = "UPDATE account SET factor_used = $3 WHERE id = $1 AND department = $2 AND ended IS NULL \
     AND password IS NOT NULL AND factor_used < $3";
// The row stays locked until the end of the fact: of two uses with one counter one counts.
const COUNT_ON: &str = "UPDATE passkey SET counter = $4, used = $5 WHERE credential = $1 AND department = $2 \
     AND ended IS NULL AND (counter < $4 OR (counter = 0 AND $4 = 0)) \
     AND account IN (SELECT id FROM account WHERE department = $2 AND person = $3 AND ended IS NULL)";
const COUNTED: &str = "SELECT p.counter FROM passkey p JOIN account a ON a.department = p.department AND a.id = p.account \
     WHERE p.credential = $1 AND p.department = $2 AND a.person = $3 AND p.ended IS NULL AND a.ended IS NULL";
const END: &str =
    "UPDATE passkey SET ended = $3 WHERE account = $1 AND department = $2 AND ended IS NULL";

/// Uses a question up.
pub(super) async fn answer(link: &mut Link, answered: &Answered) -> Result<(), AccountRefused> {
    let values = [(&answered.question).into(), answered.until.into()];
    match link.run(ANSWER, &values).await? {
        1 => Ok(()),
        _ => Err(PasskeyFault::Challenge.into()),
    }
}

/// Passkeys in force of an account, the oldest first.
pub(super) async fn list(
    link: &mut Link,
    (department, account): (&DepartmentKey, &AccountKey),
) -> Result<Vec<OwnPasskey>, StoreError> {
    let values = [department.as_str().into(), account.as_str().into()];
    let rows = link.rows(LIST, &values).await?;
    let read = |mut row: store::Row| {
        Ok(OwnPasskey {
            credential: row.bytes()?,
            public: PublicKey::parse(&row.bytes()?).map_err(|_| DAMAGED)?,
            enrolled: row.moment()?,
            used: row.maybe_moment()?,
        })
    };
    rows.into_iter().map(read).collect()
}

/// Enrols a passkey for an account whose person brought a code of the other factor, in answer to a question.
pub(super) async fn enrol(
    link: &mut Link,
    (account, step): (&Account, i64),
    (passkey, usage): (&Passkey, &PasskeyUse),
    by: &By,
) -> Result<(), AccountRefused> {
    let (id, department) = (account.id.as_str(), account.department.as_str());
    let values = [id.into(), department.into(), step.into()];
    if link.run(USE_STEP, &values).await? != 1 {
        return Err(AccountRefused::Unknown);
    }
    answer(link, &usage.answered).await?;
    let place = (&account.department, &account.id);
    if list(link, place).await?.len() >= MOST {
        return Err(AccountRefused::TooManyPasskeys);
    }
    let values = [
        passkey.credential.as_slice().into(),
        department.into(),
        id.into(),
        passkey.public.spki().into(),
        usage.counter.into(),
        by.at.into(),
    ];
    // WebAuthn 7.1 step 22: an identifier is enrolled once, over all accounts.
    if link.run(ENROL, &values).await? != 1 {
        return Err(PasskeyFault::Credential.into());
    }
    let detail = vec![("passkey", hex(&sha256(&passkey.credential)))];
    write(link, place, by, ("account.passkey", detail)).await?;
    Ok(())
}

/// Counts a use of a passkey of this person on, for facts that stand on it; what is wrong with it otherwise: `Credential`
/// where it is not in force for the person in this department, `Counter` where it did not go on.
///
/// # Errors
/// The store.
pub async fn count_on(
    link: &mut Link,
    (department, person): (&DepartmentKey, &str),
    (credential, counter): (&[u8], u32),
    at: UtcDateTime,
) -> Result<Result<(), PasskeyFault>, StoreError> {
    let department = department.as_str();
    let values = [
        credential.into(),
        department.into(),
        person.into(),
        counter.into(),
        at.into(),
    ];
    if link.run(COUNT_ON, &values).await? == 1 {
        return Ok(Ok(()));
    }
    let values = [credential.into(), department.into(), person.into()];
    let Some(mut row) = link.row(COUNTED, &values).await? else {
        return Ok(Err(PasskeyFault::Credential));
    };
    let kept = u32::try_from(row.integer()?).map_err(|_| DAMAGED)?;
    // Between the two looks it may have been counted on by another use, never back.
    Ok(goes_on(kept, counter).and(Err(PasskeyFault::Counter)))
}

/// Ends the passkeys of an account whose person is invited anew: as password and second factor, they are gone.
pub(super) async fn end(
    link: &mut Link,
    (department, id): (&DepartmentKey, &AccountKey),
    by: &By,
) -> Result<(), StoreError> {
    let values = [id.as_str().into(), department.as_str().into(), by.at.into()];
    link.run(END, &values).await.map(|_| ())
}

pub(super) async fn forget(link: &mut Link, now: UtcDateTime) -> Result<u64, StoreError> {
    link.run(FORGET, &[now.into()]).await
}

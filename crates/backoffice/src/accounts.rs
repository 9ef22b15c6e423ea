//! Accounts of people: opened by administrators, activated by the person, signed in to with a password and a second
//! factor, ended at once (D9, T-P1, T-P2).
//!
//! An administrator never knows a password: they hand out an invitation, and the person chooses. An account that
//! releases, decides or administers begins when a second administrator confirms it, or a day later (T-S4).

mod keeping;
pub mod passkeys;
pub mod provided;

use catalogue::key::{DepartmentKey, PersonKey};
use crypto::sign_in::one_time;
use crypto::sign_in::passkey::PasskeyFault;
use crypto::sign_in::password::{Kept, SALT};
use crypto::{Cost, Random};
use duties::Roles;
use registry::StoreError;
use registry::accounts::{
    ABSOLUTE, Account, AccountKey, AccountRefused, Attempt, Doors, Invitation, NewAccount, Second,
    Standing, Subject,
};
use registry::asked::By;
use registry::trace::{Act, Deed};
use thiserror::Error;
use time::{Duration, UtcDateTime};
use zeroize::Zeroizing;

use crate::asker::Asker;
use crate::office::Office;
use crate::said::hex;

pub use keeping::{Order, keep};
use passkeys::Answer;

/// How long an invitation is taken (*default*).
const INVITED: Duration = Duration::hours(72);
/// Characters of a password (*default*).
const PASSWORD: std::ops::RangeInclusive<usize> = 12..=128;
/// The five-bit letters of RFC 4648 6.
const BASE32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// Why nobody was let in, or nothing was done to an account.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum AccountError {
    /// Name, password, code or invitation is not good, or the account lets nobody in: one answer for all of it.
    #[error("name, password or code is not good")]
    Wrong,
    /// Too much failed here; nothing was looked at.
    #[error("no try is taken before {until}")]
    Wait {
        /// When one is again.
        until: UtcDateTime,
    },
    /// The person is right, and the account is not confirmed yet (T-S4).
    #[error("the account begins at {at}, unless a second administrator confirms it")]
    NotBegun {
        /// When it does.
        at: UtcDateTime,
    },
    /// The password is too short, too long, or says the account's name.
    #[error("a password has 12 to 128 characters and not the account's name in it")]
    Password,
    /// The register refuses.
    #[error(transparent)]
    Refused(#[from] AccountRefused),
    /// No randomness can be had.
    #[error("no randomness can be had")]
    Random(#[from] crypto::RandomUnavailable),
    /// Work on a thread of its own was cut off.
    #[error("the work was cut off")]
    CutOff,
    /// The key store does not take it.
    #[error(transparent)]
    Keys(#[from] crypto::KeyStoreError),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Somebody at the door.
#[derive(Debug)]
pub struct SignIn {
    /// The account's name, as typed.
    pub account: String,
    /// The password.
    pub password: Zeroizing<String>,
    /// The code of the second factor; empty where there is none.
    pub code: String,
    /// What a passkey answered, instead of a code.
    pub passkey: Option<Answer>,
    /// Where the request came from, for what is counted alone.
    pub address: String,
}

/// A session that began.
#[derive(Debug)]
pub struct SignedIn {
    /// What the person shows from now on: 256 random bits in hexadecimal. It is kept nowhere.
    pub token: Zeroizing<String>,
    /// The account.
    pub account: Account,
    /// When it ends at the latest.
    pub until: UtcDateTime,
}

/// An account that was opened, or whose person was invited anew.
#[derive(Debug)]
pub struct Invited {
    /// The account.
    pub account: Account,
    /// What the person activates it with, once: 128 random bits in hexadecimal.
    pub invitation: Zeroizing<String>,
    /// Until when.
    pub until: UtcDateTime,
}

/// Lets somebody in, or does not: an unknown account answers like a wrong password, after the same work.
///
/// # Errors
/// `Wrong`, `Wait`, `NotBegun`, `Store`.
pub async fn sign_in(office: &Office, who: SignIn) -> Result<SignedIn, AccountError> {
    let now = crate::answers::whole(office.clock.now());
    let accounts = office.registry.accounts();
    let (name, address) = (who.account.clone(), who.address.clone());
    let subjects = [Subject::Account(&name), Subject::Address(&address)];
    if let Attempt::Wait { until } = accounts.attempt(&subjects, now).await? {
        return Err(AccountError::Wait { until });
    }
    let found = match AccountKey::parse(&who.account) {
        Ok(id) => accounts.doors(&id, now).await?,
        Err(_) => None,
    };
    let (account, doors) = found.unzip();
    // T-P1: roles that ask for a second factor let nobody in who has none; a passkey stands beside another one.
    let is_bare = |doors: &Doors| doors.factor.is_none();
    let lacks = account
        .as_ref()
        .is_some_and(|account: &Account| account.roles.need_second_factor())
        && doors.as_ref().is_some_and(is_bare);
    let who_tries = account.as_ref().map_or("nobody", |one| one.id.as_str());
    let tried = By::new(who_tries, now);
    let opened = admitted(office, (account.as_ref(), doors), who, now).await?;
    let opened = opened.filter(|_| !lacks);
    let (account, second) = match (&account, opened) {
        (Some(account), Some(Ok(second))) => (account, second),
        (_, opened) => {
            let fault = opened.and_then(Result::err);
            let ground = fault.map_or("session.refused", PasskeyFault::code);
            let ground = (ground, tried);
            let refused = accounts.refused(account.as_ref(), &subjects, ground);
            refused.await?;
            return Err(AccountError::Wrong);
        }
    };
    if now < account.begins {
        return Err(AccountError::NotBegun { at: account.begins });
    }
    let token = fresh::<32>(office.random.as_ref())?;
    let by = By::new(account.person.as_str(), now);
    let begun = accounts.begin(account, (digest(&token), second), &subjects, by);
    match begun.await {
        Ok(()) => Ok(SignedIn {
            token,
            account: account.clone(),
            until: now + ABSOLUTE,
        }),
        Err(AccountRefused::Passkey(fault)) => {
            let ground = (fault.code(), tried);
            accounts.refused(Some(account), &subjects, ground).await?;
            Err(AccountError::Wrong)
        }
        // It ended meanwhile, or the code was used by somebody faster.
        Err(AccountRefused::Unknown) => Err(AccountError::Wrong),
        Err(refused) => Err(refused.into()),
    }
}

/// With what beside the password somebody comes in; none where the password or the code is not good, and what is wrong with the
/// passkey where that is all.
async fn admitted(
    office: &Office,
    (account, doors): (Option<&Account>, Option<Doors>),
    who: SignIn,
    now: UtcDateTime,
) -> Result<Option<Result<Second, PasskeyFault>>, AccountError> {
    let Some(answer) = &who.passkey else {
        let step = opened(doors, who.password, &who.code, now).await?;
        return Ok(step.map(|step| Ok(step.map_or(Second::None, Second::Step))));
    };
    let shown = match account {
        Some(account) => passkeys::shown(office, account, answer, now).await?,
        None => Err(PasskeyFault::Credential),
    };
    let doors = doors.map(|doors| Doors {
        factor: None,
        ..doors
    });
    let is = opened(doors, who.password, "", now).await?;
    Ok(is.map(|_| shown.map(Second::Passkey)))
}

/// Whether password and code open these doors; the inner value is the step of the second factor that was used. The work
/// is the same for no doors at all.
async fn opened(
    doors: Option<Doors>,
    password: Zeroizing<String>,
    code: &str,
    now: UtcDateTime,
) -> Result<Option<Option<i64>>, AccountError> {
    let factor = doors
        .as_ref()
        .and_then(|doors| Some((doors.factor.clone()?, doors.factor_used)));
    let kept = doors.and_then(|doors| doors.password);
    let kept = kept.unwrap_or_else(|| Kept::decoy(Cost::PASSWORD));
    let is = tokio::task::spawn_blocking(move || kept.is(password.as_bytes())).await;
    let is = is.map_err(|_| AccountError::CutOff)?;
    let step = match factor {
        None => Some(None),
        Some((secret, used)) => {
            one_time::find_step(&secret, code, (now.unix_timestamp(), used)).map(Some)
        }
    };
    Ok(step.filter(|_| is))
}

/// Who shows this token, while the session lasts.
///
/// # Errors
/// The store.
pub async fn standing(office: &Office, token: &str) -> Result<Option<Standing>, StoreError> {
    let now = crate::answers::whole(office.clock.now());
    let accounts = office.registry.accounts();
    accounts.session(&digest(token), now).await
}

/// The person of a session as one who asks.
#[must_use]
pub fn asker(standing: &Standing) -> Asker {
    Asker {
        account: standing.account.to_string(),
        person: standing.person.to_string(),
        department: standing.department.clone(),
    }
}

/// Ends the session of a token.
///
/// # Errors
/// The store.
pub async fn sign_out(office: &Office, standing: &Standing, token: &str) -> Result<(), StoreError> {
    let by = asker(standing).by(office.clock.now());
    let accounts = office.registry.accounts();
    accounts.end_session(standing, digest(token), by).await
}

/// The first account of a department, opened where the service runs: it begins at once.
///
/// # Errors
/// `Refused`, `Random`, `Store`.
pub async fn found(
    registry: &registry::Registry,
    random: &dyn Random,
    (department, id, person): (DepartmentKey, AccountKey, PersonKey),
    (roles, by): (Roles, By),
) -> Result<Invited, AccountError> {
    let (token, invitation) = invitation(random, (by.at, by.at))?;
    let new = NewAccount {
        id,
        department,
        person,
        roles,
        invitation,
    };
    let account = registry.accounts().open(new, by).await?;
    Ok(Invited {
        account,
        invitation: token,
        until: invitation.until,
    })
}

/// Ends every session that the person of an account has in this department; gives how many.
///
/// # Errors
/// `Refused`: no such account of this department; the store.
pub async fn end_sessions(
    office: &Office,
    by: &Asker,
    id: &AccountKey,
) -> Result<u64, AccountError> {
    let now = crate::answers::whole(office.clock.now());
    let accounts = office.registry.accounts();
    let ended = accounts.end_sessions(&by.department, id, by.by(now)).await;
    kept(office, by, id.as_str(), ended).await
}

/// The accounts of the asker's department.
///
/// # Errors
/// The store.
pub async fn list(office: &Office, by: &Asker) -> Result<Vec<Account>, StoreError> {
    let now = crate::answers::whole(office.clock.now());
    office.registry.accounts().list(&by.department, now).await
}

/// The person chooses a password with the invitation; the answer is what an authenticator takes, where the roles ask
/// for a second factor: it is shown this once.
///
/// # Errors
/// `Wrong`, `Wait`, `Password`, `Random`, `Store`.
pub async fn activate(
    office: &Office,
    who: SignIn,
    invitation: &str,
) -> Result<Option<Zeroizing<String>>, AccountError> {
    let now = crate::answers::whole(office.clock.now());
    let accounts = office.registry.accounts();
    inspect(&who.account, &who.password)?;
    let subjects = [
        Subject::Account(&who.account),
        Subject::Address(&who.address),
    ];
    if let Attempt::Wait { until } = accounts.attempt(&subjects, now).await? {
        return Err(AccountError::Wait { until });
    }
    let id = AccountKey::parse(&who.account).map_err(|_| AccountError::Wrong)?;
    let known = accounts.find(&id, now).await?;
    let needs = known.as_ref().is_some_and(Account::needs_second_factor);
    let mut secret = Zeroizing::new([0; one_time::SECRET]);
    office.random.fill(secret.as_mut())?;
    let password = chosen(office.random.as_ref(), who.password).await?;
    let factor = needs.then(|| secret.to_vec());
    let activated = accounts.activate(&id, digest(invitation), (password, factor), &subjects, now);
    match activated.await {
        Ok(account) => Ok(needs.then(|| provision(&account, secret.as_slice()))),
        Err(AccountRefused::Unknown) => {
            let by = By::new(id.as_str(), now);
            let ground = ("account.invitation-refused", by);
            accounts.refused(known.as_ref(), &subjects, ground).await?;
            Err(AccountError::Wrong)
        }
        Err(refused) => Err(refused.into()),
    }
}

/// The person of a session chooses another password; all other sessions of the account end.
///
/// # Errors
/// `Wrong` when the old one is not theirs, `Wait`, `Password`.
pub async fn change_password(
    office: &Office,
    (standing, token): (&Standing, &str),
    (old, new): (Zeroizing<String>, Zeroizing<String>),
) -> Result<(), AccountError> {
    let now = crate::answers::whole(office.clock.now());
    let accounts = office.registry.accounts();
    let name = standing.account.as_str();
    inspect(name, &new)?;
    let subjects = [Subject::Account(name)];
    if let Attempt::Wait { until } = accounts.attempt(&subjects, now).await? {
        return Err(AccountError::Wait { until });
    }
    let by = asker(standing).by(now);
    let (account, doors) = accounts.doors(&standing.account, now).await?.unzip();
    let kept = doors.and_then(|doors| doors.password);
    let kept = kept.unwrap_or_else(|| Kept::decoy(Cost::PASSWORD));
    let is = tokio::task::spawn_blocking(move || kept.is(old.as_bytes())).await;
    let Some(account) = account.filter(|_| is.unwrap_or(false)) else {
        let known = accounts.find(&standing.account, now).await?;
        let ground = ("account.password-refused", by);
        accounts.refused(known.as_ref(), &subjects, ground).await?;
        return Err(AccountError::Wrong);
    };
    let password = chosen(office.random.as_ref(), new).await?;
    let changed = accounts.change_password(&account, password, digest(token), &subjects, by);
    Ok(changed.await?)
}

/// T-L1: what is refused is an act.
async fn kept<T>(
    office: &Office,
    by: &Asker,
    object: &str,
    done: Result<T, AccountRefused>,
) -> Result<T, AccountError> {
    let refused = match done {
        Ok(done) => return Ok(done),
        Err(AccountRefused::Store(error)) => return Err(error.into()),
        Err(refused) => refused,
    };
    let act = Act {
        department: by.department.clone(),
        by: by.by(office.clock.now()),
        deed: Deed::Deny,
        object: object.to_owned(),
        ground: refused.code().to_owned(),
        detail: Vec::new(),
        key: None,
    };
    office.registry.trace().record(act).await?;
    Err(refused.into())
}

fn invitation(
    random: &dyn Random,
    (now, begins): (UtcDateTime, UtcDateTime),
) -> Result<(Zeroizing<String>, Invitation), crypto::RandomUnavailable> {
    let token = fresh::<16>(random)?;
    let invitation = Invitation {
        digest: digest(&token),
        until: now + INVITED,
        begins,
    };
    Ok((token, invitation))
}

/// Random octets in hexadecimal.
fn fresh<const N: usize>(
    random: &dyn Random,
) -> Result<Zeroizing<String>, crypto::RandomUnavailable> {
    let mut octets = Zeroizing::new([0; N]);
    random.fill(octets.as_mut())?;
    Ok(Zeroizing::new(hex(octets.as_slice())))
}

fn digest(token: &str) -> [u8; 32] {
    crypto::sha256(token.as_bytes())
}

/// A password under a salt of its own, made off the threads that answer.
async fn chosen(random: &dyn Random, password: Zeroizing<String>) -> Result<Kept, AccountError> {
    let mut salt = [0; SALT];
    random.fill(&mut salt)?;
    let made =
        tokio::task::spawn_blocking(move || Kept::new(password.as_bytes(), salt, Cost::PASSWORD));
    let made = made.await.map_err(|_| AccountError::CutOff)?;
    made.ok_or(AccountError::CutOff)
}

fn inspect(account: &str, password: &str) -> Result<(), AccountError> {
    let says_name = password.to_lowercase().contains(&account.to_lowercase());
    if !PASSWORD.contains(&password.chars().count()) || says_name {
        return Err(AccountError::Password);
    }
    Ok(())
}

/// What an authenticator reads.
fn provision(account: &Account, secret: &[u8]) -> Zeroizing<String> {
    Zeroizing::new(format!(
        "otpauth://totp/Yinxin:{}?secret={}&issuer=Yinxin",
        account.id,
        base32(secret)
    ))
}

/// RFC 4648 6, without filling: the secret has whole groups.
fn base32(octets: &[u8]) -> String {
    let mut out = String::new();
    for group in octets.chunks(5) {
        let mut word = group
            .iter()
            .fold(0_u64, |word, octet| (word << 8) | u64::from(*octet));
        word <<= 8 * (5 - group.len().min(5));
        for at in (0..8).rev() {
            let letter = usize::try_from((word >> (5 * at)) & 31).unwrap_or_default();
            out.push(BASE32.get(letter).copied().map_or('A', char::from));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base32_is_that_of_rfc_4648() {
        assert_eq!(base32(b"fooba"), "MZXW6YTB");
        assert_eq!(
            base32(b"12345678901234567890"),
            "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
        );
    }

    #[test]
    fn passwords_are_long_and_do_not_say_the_name() {
        let good = |password: &str| inspect("zhou", password).is_ok();
        assert!(good("twelve chars") && good("十二个字十二个字十二个字"));
        assert!(!good("eleven char") && !good(&"a".repeat(129)) && !good("ZHOU is my name"));
    }
}

//! People who sign in at the OpenID provider: sent there, taken back, let in (D9, T-P1).
//!
//! What the provider says is checked above; here it is known who it is, by a name that administrators linked. Roles that need a second
//! factor need the account's own, unless the provider's counts by the configuration.

use authority::ledger::service;
use crypto::sign_in::one_time;
use crypto::sign_in::passkey::{CHALLENGE, PasskeyFault};
use registry::accounts::passkeys::Purpose;
use registry::accounts::{
    ABSOLUTE, Account, AccountKey, AccountRefused, Attempt, Errand, Provided, Second, Subject,
};
use registry::asked::By;
use registry::trace::{Act, Deed};
use time::UtcDateTime;

use crate::accounts::passkeys::{Answer, shown};
use crate::accounts::{AccountError, SignedIn, digest, fresh};
use crate::office::Office;

/// Somebody whom the provider knows.
#[derive(Debug, Clone, Copy)]
pub struct Known<'a> {
    /// The provider.
    pub issuer: &'a str,
    /// Its name for them.
    pub subject: &'a str,
    /// Whether it asked them for what counts as a second factor here.
    pub has_factor: bool,
}

/// What became of somebody whom the provider knows.
#[derive(Debug)]
pub enum Arrived {
    /// They are in.
    In(SignedIn),
    /// They are asked for the account's own second factor, with what they bring back beside it.
    Asked(AccountKey, [u8; CHALLENGE]),
    /// They are not, on this ground; the trace has it.
    Nobody(&'static str),
}

/// Somebody who comes back with a second factor.
#[derive(Debug)]
pub struct Returning {
    /// The account.
    pub account: AccountKey,
    /// What they were given.
    pub ticket: [u8; CHALLENGE],
    /// Six digits.
    pub code: String,
    /// What a passkey answered, instead of a code.
    pub passkey: Option<Answer>,
    /// Where the request came from.
    pub address: String,
}

/// What somebody is sent to the provider with.
///
/// # Errors
/// No randomness.
pub fn sent(office: &Office) -> Result<Errand, AccountError> {
    let question = ask(office, Purpose::Provider)?;
    Ok(office.registry.accounts().errand(question))
}

fn ask(office: &Office, purpose: Purpose<'_>) -> Result<[u8; CHALLENGE], AccountError> {
    let mut random = [0; 12];
    office.random.fill(&mut random)?;
    let now = crate::answers::whole(office.clock.now());
    Ok(office.registry.accounts().ask(purpose, random, now))
}

/// What somebody was sent with who comes back with this question, once and within five minutes. Their address has tries as at any door.
///
/// # Errors
/// `Wait`; `Refused` for a question that is not ours, over or used.
pub async fn back(
    office: &Office,
    question: [u8; CHALLENGE],
    address: &str,
) -> Result<Errand, AccountError> {
    let now = crate::answers::whole(office.clock.now());
    let accounts = office.registry.accounts();
    if let Attempt::Wait { until } = accounts.attempt(&[Subject::Address(address)], now).await? {
        return Err(AccountError::Wait { until });
    }
    let answered = accounts.answered(Purpose::Provider, question, now);
    accounts
        .use_up(answered.map_err(AccountRefused::from)?)
        .await?;
    Ok(accounts.errand(question))
}

/// Nobody was let in, for what the provider said or the browser brought: an entry of the service's own trace (T-L1). An address has tries of
/// its own for this: what a stranger's page has a browser send keeps nobody behind it from signing in.
///
/// # Errors
/// `Wait`; the store.
pub async fn turned_away(
    office: &Office,
    ground: &'static str,
    address: &str,
) -> Result<(), AccountError> {
    let now = crate::answers::whole(office.clock.now());
    let door = format!("openid {address}");
    let accounts = office.registry.accounts();
    if let Attempt::Wait { until } = accounts.attempt(&[Subject::Address(&door)], now).await? {
        return Err(AccountError::Wait { until });
    }
    let act = Act {
        department: service(),
        by: By::new("nobody", now),
        deed: Deed::Deny,
        object: "sign-in".to_owned(),
        ground: ground.to_owned(),
        detail: Vec::new(),
        key: None,
    };
    office.registry.trace().record(act).await?;
    Ok(())
}

/// Why an account lets nobody in who has its name.
fn bar(account: &Account, is_confirmed: bool, now: UtcDateTime) -> Option<&'static str> {
    if account.ended.is_some() {
        return Some("openid.ended");
    }
    if !is_confirmed {
        return Some("openid.unconfirmed");
    }
    (now < account.begins).then_some("account.not-begun")
}

/// Lets somebody in whom the provider knows, or asks them for the account's second factor.
///
/// # Errors
/// `Wait`; `Wrong` for an account that changed meanwhile; the store.
pub async fn arrive(
    office: &Office,
    known: Known<'_>,
    address: &str,
) -> Result<Arrived, AccountError> {
    let now = crate::answers::whole(office.clock.now());
    let accounts = office.registry.accounts();
    let name = accounts.named(known.issuer, known.subject);
    let Some((account, is_confirmed)) = accounts.find_named(&name, now).await? else {
        turned_away(office, "openid.unknown", address).await?;
        return Ok(Arrived::Nobody("openid.unknown"));
    };
    if let Some(ground) = bar(&account, is_confirmed, now) {
        let by = By::new(account.id.as_str(), now);
        accounts.refused(Some(&account), &[], (ground, by)).await?;
        return Ok(Arrived::Nobody(ground));
    }
    // T-P1: the account's own factor, unless the configuration says that the provider's counts.
    if account.roles.need_second_factor() && !known.has_factor {
        let ticket = ask(office, Purpose::Provided(&account.id, &name))?;
        return Ok(Arrived::Asked(account.id, ticket));
    }
    let provided = Provided { name, ticket: None };
    let what = (provided, None);
    let begun = begin(office, &account, what, &[Subject::Address(address)], now).await?;
    Ok(Arrived::In(begun))
}

/// Lets somebody in whom the provider knew just now and who brings a second factor.
///
/// # Errors
/// `Wrong`, `Wait`, `NotBegun`; the trace has what was wrong.
pub async fn complete(office: &Office, who: Returning) -> Result<SignedIn, AccountError> {
    let now = crate::answers::whole(office.clock.now());
    let accounts = office.registry.accounts();
    let subjects = [
        Subject::Account(who.account.as_str()),
        Subject::Address(&who.address),
    ];
    if let Attempt::Wait { until } = accounts.attempt(&subjects, now).await? {
        return Err(AccountError::Wait { until });
    }
    let known = accounts.find(&who.account, now).await?;
    let known = known.filter(|account| account.ended.is_none());
    let provided = match &known {
        Some(account) => provided(office, account, who.ticket, now).await?,
        None => None,
    };
    let second = match (&known, provided) {
        (Some(account), Some(_)) => second(office, account, &who, now).await?,
        _ => Err("openid.ticket"),
    };
    match (known, provided, second) {
        (Some(account), Some(provided), Ok(second)) => {
            let what = (provided, Some(second));
            begin(office, &account, what, &subjects, now).await
        }
        (known, _, second) => {
            let ground = second.err().unwrap_or("openid.ticket");
            let by = By::new(who.account.as_str(), now);
            accounts
                .refused(known.as_ref(), &subjects, (ground, by))
                .await?;
            Err(AccountError::Wrong)
        }
    }
}

/// That the provider knew the person of this account, as the ticket says that was given then.
async fn provided(
    office: &Office,
    account: &Account,
    ticket: [u8; CHALLENGE],
    now: UtcDateTime,
) -> Result<Option<Provided>, AccountError> {
    let accounts = office.registry.accounts();
    let Some(name) = accounts.name_of(account).await? else {
        return Ok(None);
    };
    let answered = accounts.answered(Purpose::Provided(&account.id, &name), ticket, now);
    let provided = |ticket| Provided {
        name,
        ticket: Some(ticket),
    };
    Ok(answered.ok().map(provided))
}

/// The second factor that was brought, or why it is none.
async fn second(
    office: &Office,
    account: &Account,
    who: &Returning,
    now: UtcDateTime,
) -> Result<Result<Second, &'static str>, AccountError> {
    if let Some(answer) = &who.passkey {
        let shown = shown(office, account, answer, now).await?;
        return Ok(shown.map(Second::Passkey).map_err(PasskeyFault::code));
    }
    let doors = office.registry.accounts().doors(&account.id, now).await?;
    let step = doors.and_then(|(_, doors)| {
        let secret = doors.factor?;
        one_time::find_step(
            &secret,
            &who.code,
            (now.unix_timestamp(), doors.factor_used),
        )
    });
    Ok(step.map(Second::Step).ok_or("session.refused"))
}

async fn begin(
    office: &Office,
    account: &Account,
    (provided, second): (Provided, Option<Second>),
    subjects: &[Subject<'_>],
    now: UtcDateTime,
) -> Result<SignedIn, AccountError> {
    let accounts = office.registry.accounts();
    let token = fresh::<32>(office.random.as_ref())?;
    let by = By::new(account.person.as_str(), now);
    let what = (digest(&token), second);
    let begun = accounts.begin_provided(account, provided, what, subjects, by);
    let refused = match begun.await {
        Ok(()) => {
            return Ok(SignedIn {
                token,
                account: account.clone(),
                until: now + ABSOLUTE,
            });
        }
        Err(AccountRefused::Store(error)) => return Err(error.into()),
        Err(refused) => refused,
    };
    // A ticket or a code that was used, a name or roles that are others meanwhile.
    let ground = (refused.code(), By::new(account.id.as_str(), now));
    accounts.refused(Some(account), subjects, ground).await?;
    Err(AccountError::Wrong)
}

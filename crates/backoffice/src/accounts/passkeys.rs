//! Passkeys of people: asked for, enrolled beside the other factor, shown at the door (T-P1, T-S3).

use catalogue::key::{PersonKey, SealCode};
use crypto::sign_in::passkey::{CHALLENGE, Passkey, PasskeyFault, RelyingParty, Shown, made};
use crypto::{Signature, sha256};
use registry::StoreError;
use registry::accounts::passkeys::{OwnPasskey, PasskeyUse, Purpose};
use registry::accounts::{Account, AccountKey, AccountRefused, Attempt, Standing, Subject};
use registry::asked::By;
use registry::trace::{Act, Deed};
use time::UtcDateTime;
use zeroize::Zeroizing;

use crate::accounts::{AccountError, asker, opened};
use crate::keys::{national_seal_key, seal_key};
use crate::office::Office;

/// What a passkey answered at the door.
#[derive(Debug)]
pub struct Answer {
    /// Where it is good.
    pub party: RelyingParty,
    /// The question, as it was asked.
    pub question: [u8; CHALLENGE],
    /// What stands beside the signature.
    pub shown: Shown,
    /// The signature.
    pub signature: Signature,
    /// Whose the authenticator says it is, where it does.
    pub user: Option<Vec<u8>>,
}

/// What an authenticator made for an account.
#[derive(Debug)]
pub struct Making {
    /// Where it is good.
    pub party: RelyingParty,
    /// The question, as it was asked.
    pub question: [u8; CHALLENGE],
    /// What the browser says that it was asked: clientDataJSON.
    pub client: Vec<u8>,
    /// The attestation object.
    pub object: Vec<u8>,
    /// The account's password.
    pub password: Zeroizing<String>,
    /// A code of its other factor.
    pub code: String,
}

/// A question, and what of an account an authenticator has to know.
#[derive(Debug)]
pub struct Offered {
    /// The question.
    pub question: [u8; CHALLENGE],
    /// Whose it will be: says nothing of the person (WebAuthn 14.6.1).
    pub user: [u8; 32],
    /// What the account has.
    pub passkeys: Vec<OwnPasskey>,
}

/// A question for whoever wants to sign in; nothing is kept of it.
///
/// # Errors
/// No randomness.
pub fn question(office: &Office) -> Result<[u8; CHALLENGE], AccountError> {
    ask(office, Purpose::SignIn)
}

fn ask(office: &Office, purpose: Purpose<'_>) -> Result<[u8; CHALLENGE], AccountError> {
    let mut random = [0; 12];
    office.random.fill(&mut random)?;
    let now = crate::answers::whole(office.clock.now());
    Ok(office.registry.accounts().ask(purpose, random, now))
}

/// The user handle of an account.
fn user(account: &AccountKey) -> [u8; 32] {
    sha256(format!("yinxin account {account}").as_bytes())
}

/// What the person of a session is asked to enrol a passkey.
///
/// # Errors
/// `Random`, `Store`.
pub async fn offered(office: &Office, standing: &Standing) -> Result<Offered, AccountError> {
    let accounts = office.registry.accounts();
    let passkeys = accounts.passkeys(&standing.department, &standing.account);
    Ok(Offered {
        question: ask(office, Purpose::Enrol(&standing.account))?,
        user: user(&standing.account),
        passkeys: passkeys.await?,
    })
}

/// Enrols a passkey for the account of a session, whose person brings password and second factor again.
///
/// # Errors
/// `Wrong` where they are not theirs, `Wait`; `Refused` with what is wrong with the passkey.
pub async fn enrol(
    office: &Office,
    standing: &Standing,
    making: Making,
) -> Result<(), AccountError> {
    let now = crate::answers::whole(office.clock.now());
    let accounts = office.registry.accounts();
    let subjects = [Subject::Account(standing.account.as_str())];
    if let Attempt::Wait { until } = accounts.attempt(&subjects, now).await? {
        return Err(AccountError::Wait { until });
    }
    let by = asker(standing).by(now);
    let (account, doors) = accounts.doors(&standing.account, now).await?.unzip();
    let step = opened(doors, making.password, &making.code, now).await?;
    // T-P1: an account without another factor gets one with an invitation first.
    let (Some(account), Some(Some(step))) = (account, step) else {
        let known = accounts.find(&standing.account, now).await?;
        let ground = ("account.passkey-refused", by);
        accounts.refused(known.as_ref(), &subjects, ground).await?;
        return Err(AccountError::Wrong);
    };
    let purpose = Purpose::Enrol(&standing.account);
    let answered = accounts.answered(purpose, making.question, now);
    let read = answered.and_then(|answered| {
        let what = (making.client.as_slice(), making.object.as_slice());
        let (passkey, counter) = made(&making.party, &making.question, what)?;
        let credential = passkey.credential.clone();
        let usage = PasskeyUse {
            credential,
            counter,
            answered,
        };
        Ok((passkey, usage))
    });
    let enrolled = match read {
        Ok(what) => {
            let who = (&account, step);
            accounts.enrol(who, what, &subjects, by).await
        }
        Err(fault) => Err(fault.into()),
    };
    let done = super::kept(office, &asker(standing), account.id.as_str(), enrolled).await;
    match done {
        Err(AccountError::Refused(AccountRefused::Unknown)) => Err(AccountError::Wrong),
        done => done,
    }
}

/// Enrols the passkeys that an account has, as releasers of a seal, with its keys of every suite: an operator's act on the key
/// store, where no service runs on it. Gives the person and how many passkeys.
///
/// # Errors
/// `Refused` for no such account; `Keys` with what the key store says, also where the seal has no key here.
pub async fn entrust(
    office: &Office,
    (account, seal): (&AccountKey, &SealCode),
    party: &RelyingParty,
) -> Result<(PersonKey, usize), AccountError> {
    let now = crate::answers::whole(office.clock.now());
    let accounts = office.registry.accounts();
    let found = accounts.find(account, now).await?;
    let found = found.filter(|found| found.ended.is_none());
    let found = found.ok_or(AccountRefused::Unknown)?;
    let own = accounts.passkeys(&found.department, account).await?;
    let keys = seal_key(seal.as_str()).into_iter();
    let national = national_seal_key(seal.as_str()).into_iter();
    let national = national.filter(|key| office.keys.public_key(key).is_some());
    let act = Act {
        department: found.department.clone(),
        by: By::new("operator", now),
        deed: Deed::Permit,
        object: seal.to_string(),
        ground: "seal.passkeys".to_owned(),
        detail: vec![
            ("person", found.person.to_string()),
            ("passkeys", own.len().to_string()),
        ],
        key: seal_key(seal.as_str()),
    };
    // T-L1: what is done stands in the trace, also where the key store says no after all.
    office.registry.trace().record(act).await?;
    for key in keys.chain(national) {
        for one in &own {
            let passkey = Passkey::new(one.credential.clone(), one.public.clone(), party.clone());
            let passkey = passkey.map_err(AccountRefused::from)?;
            let (person, random) = (found.person.as_str(), office.random.as_ref());
            office.keys.enrol_passkey(&key, person, &passkey, random)?;
        }
    }
    Ok((found.person, own.len()))
}

/// The use of a passkey that somebody shows for this account, checked but for what the register alone knows.
pub(super) async fn shown(
    office: &Office,
    account: &Account,
    answer: &Answer,
    now: UtcDateTime,
) -> Result<Result<PasskeyUse, PasskeyFault>, StoreError> {
    let accounts = office.registry.accounts();
    let passkeys = accounts.passkeys(&account.department, &account.id).await?;
    let mut passkeys = passkeys.into_iter();
    let own = passkeys.find(|one| one.credential == answer.shown.credential);
    let check = || {
        let answered = accounts.answered(Purpose::SignIn, answer.question, now)?;
        // WebAuthn 7.2 step 6: the account was named before, and the credential is its own.
        let own = own.ok_or(PasskeyFault::Credential)?;
        let other = |said: &Vec<u8>| said.as_slice() != user(&account.id);
        if answer.user.as_ref().is_some_and(other) {
            return Err(PasskeyFault::Credential);
        }
        let passkey = Passkey::new(own.credential, own.public, answer.party.clone())?;
        let what = (&answer.shown, &answer.signature);
        Ok(PasskeyUse {
            counter: passkey.check(what, &answer.question)?,
            credential: passkey.credential,
            answered,
        })
    };
    Ok(check())
}

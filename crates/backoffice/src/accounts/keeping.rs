//! What administrators do to the accounts of their department: each once, traced, told (T-S4, T-D3).

use catalogue::key::PersonKey;
use duties::{ReadRoles, Role, Roles};
use registry::accounts::{
    self as book, Account, AccountKey, AccountRefused, Done, NewAccount, Said, Wanted,
};
use registry::asked::Response;
use registry::outbox::Outgoing;
use serde::Serialize;
use time::{Duration, UtcDateTime};

use crate::accounts::{AccountError, invitation, kept};
use crate::asker::{Asker, Once};
use crate::office::Office;
use crate::said::moment;

/// After how long an account begins, or has its other roles, that nobody confirmed (T-S4).
const UNCONFIRMED: Duration = Duration::hours(24);

/// What is to be done. Roles are given by their names.
#[derive(Debug, Clone)]
pub enum Order {
    /// Open an account for a person who is not the one who asks.
    Open(AccountKey, PersonKey, Vec<String>),
    /// Let it begin, or have its other roles, now: another administrator said so first.
    Confirm(AccountKey),
    /// Invite its person anew: a lost password, a lost device. Its sessions end.
    Invite(AccountKey),
    /// Give it other roles, instead of all that it has.
    Change(AccountKey, Vec<String>),
    /// Link it to the name that the provider of this issuer has for its person, or confirm that another administrator did.
    Link(AccountKey, String, String),
    /// Take that name away.
    Unlink(AccountKey),
    /// End it and its sessions, for good and at once.
    End(AccountKey),
}

impl Order {
    fn account(&self) -> &AccountKey {
        match self {
            Self::Open(id, ..)
            | Self::Confirm(id)
            | Self::Invite(id)
            | Self::Change(id, _)
            | Self::Link(id, ..)
            | Self::Unlink(id)
            | Self::End(id) => id,
        }
    }

    fn event(&self) -> &'static str {
        match self {
            Self::Open(..) => "account.opened",
            Self::Confirm(_) => "account.confirmed",
            Self::Invite(_) => "account.invited",
            Self::Change(..) => "account.roles",
            Self::Link(..) => "account.linked",
            Self::Unlink(_) => "account.unlinked",
            Self::End(_) => "account.ended",
        }
    }
}

/// What a department is told of its accounts.
#[derive(Serialize)]
struct Told<'a> {
    account: &'a str,
    person: &'a str,
    roles: Vec<&'static str>,
    /// From when on it lets in.
    begins: String,
    /// Roles that it is to have.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<NextTold>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ended: Option<String>,
    by: &'a str,
}

#[derive(Serialize)]
struct NextTold {
    roles: Vec<&'static str>,
    from: String,
}

fn codes(roles: &Roles) -> Vec<&'static str> {
    roles.iter().map(Role::code).collect()
}

fn told(account: &Account, kind: &'static str, by: &str) -> Outgoing {
    let next = account.next.as_ref().map(|next| NextTold {
        roles: codes(&next.roles),
        from: moment(next.from),
    });
    let told = Told {
        account: account.id.as_str(),
        person: account.person.as_str(),
        roles: codes(&account.roles),
        begins: moment(account.begins),
        next,
        ended: account.ended.map(moment),
        by,
    };
    Outgoing {
        kind: kind.to_owned(),
        receivers: vec![account.department.to_string()],
        // These values hold strings alone: they always write.
        payload: serde_json::to_vec(&told).unwrap_or_default(),
    }
}

/// Does it, once for each request. `answer` makes the answer of what was done, and of the invitation where there is
/// one; the same request is answered the same.
///
/// # Errors
/// `Refused`, `Random`, `Store`; what a rule refuses stands in the trace.
pub async fn keep(
    office: &Office,
    (asker, once): (&Asker, &Once),
    order: Order,
    answer: impl FnOnce(&Done, &str) -> Response + Send + 'static,
) -> Result<Response, AccountError> {
    let now = crate::answers::whole(office.clock.now());
    let (object, event) = (order.account().to_string(), order.event());
    let (token, what) = match ordered(office, asker, order, now) {
        Ok(ordered) => ordered,
        Err(AccountError::Refused(refused)) => {
            return kept(office, asker, &object, Err(refused)).await;
        }
        Err(error) => return Err(error),
    };
    let by = asker.by(now);
    let who = by.who.clone();
    let say = Box::new(move |done: &Done| Said {
        response: answer(done, &token),
        events: vec![told(&done.account, event, &who)],
    });
    let request = (asker.asked(once), by);
    let accounts = office.registry.accounts();
    let done = accounts.keep(&asker.department, what, request, say).await;
    let answered = match done {
        // A key is not an act on an account.
        Err(AccountRefused::KeyReused) => return Err(AccountRefused::KeyReused.into()),
        done => kept(office, asker, &object, done).await?,
    };
    office.push.notify_one();
    // One transaction notes a request and answers it.
    answered.ok_or(AccountError::CutOff)
}

/// The order with its roles read, and with what an invitation of it is opened by.
fn ordered(
    office: &Office,
    asker: &Asker,
    order: Order,
    now: UtcDateTime,
) -> Result<(zeroize::Zeroizing<String>, book::Order), AccountError> {
    let later = now + UNCONFIRMED;
    let (token, mut invitation) = invitation(office.random.as_ref(), (now, later))?;
    let what = match order {
        Order::Open(id, person, roles) => {
            let roles = read(&roles)?;
            // T-S4: at once, or a day later where a second administrator has to say so.
            if !roles.are_confirmed() {
                invitation.begins = now;
            }
            book::Order::Open(NewAccount {
                id,
                department: asker.department.clone(),
                person,
                roles,
                invitation,
            })
        }
        Order::Confirm(id) => book::Order::Confirm(id),
        Order::Invite(id) => book::Order::Invite(id, invitation),
        Order::Change(id, roles) => {
            let wanted = Wanted {
                roles: read(&roles)?,
                from: later,
                invitation,
            };
            book::Order::Change(id, wanted)
        }
        Order::Link(id, issuer, subject) => {
            let name = office.registry.accounts().named(&issuer, &subject);
            book::Order::Link(id, name)
        }
        Order::Unlink(id) => book::Order::Unlink(id),
        Order::End(id) => book::Order::End(id),
    };
    Ok((token, what))
}

fn read(roles: &[String]) -> Result<Roles, AccountRefused> {
    // A name with a blank in it is none, not two.
    if roles.iter().any(|code| code.contains(char::is_whitespace)) {
        return Err(ReadRoles::Unknown.into());
    }
    Ok(Roles::read(&roles.join(" "))?)
}

//! What administrators do to the accounts of their department, once for each request (T-D3).

use catalogue::key::DepartmentKey;
use store::{Link, StoreError};
use time::UtcDateTime;
use trail::asked::{self, Asked, By, Response, Seen};
use trail::outbox::{self, Outgoing};
use trail::secrets::Secrets;

use crate::accounts::account::{self, NewAccount};
use crate::accounts::provided;
use crate::accounts::roles::{self, Wanted};
use crate::accounts::{Account, AccountKey, AccountRefused, Invitation};

/// What is to be done.
#[derive(Debug, Clone)]
pub enum Order {
    /// Open an account: nobody can sign in before the person used the invitation and the account began.
    Open(NewAccount),
    /// Let it begin, or have its other roles, now: the second administrator does (T-S4).
    Confirm(AccountKey),
    /// Invite the person anew: password, second factor and sessions are gone.
    Invite(AccountKey, Invitation),
    /// Give it other roles.
    Change(AccountKey, Wanted),
    /// Link it to the provider's name for its person, whose keyed digest this is; the second administrator confirms it so (T-S4).
    Link(AccountKey, [u8; 32]),
    /// Take that name away.
    Unlink(AccountKey),
    /// End it and its sessions at once, for good.
    End(AccountKey),
}

/// What was done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Done {
    /// The account as it stands now.
    pub account: Account,
    /// Until when the invitation of the order is taken, where it invited the person.
    pub invited: Option<UtcDateTime>,
    /// Whether a second administrator has to say the same before it holds.
    pub waits: bool,
}

/// What is said of it: to who asked, and to others.
#[derive(Debug)]
pub struct Said {
    /// The answer, which is kept for the same request.
    pub response: Response,
    /// What is told.
    pub events: Vec<Outgoing>,
}

/// Says it.
pub type Say = Box<dyn FnOnce(&Done) -> Said + Send>;

const EVENTS: &str = "UPDATE account SET events = events + $2 WHERE id = $1 RETURNING events";

pub(super) async fn keep(
    link: &mut Link,
    secrets: &Secrets,
    (department, order): (&DepartmentKey, &Order),
    (asked, by): (&Asked, &By),
    say: Say,
) -> Result<Option<Response>, AccountRefused> {
    match asked::note(link, secrets, asked, (department.as_str(), None), by.at).await? {
        Seen::First => {}
        Seen::Other => return Err(AccountRefused::KeyReused),
        Seen::Same { response, .. } => return Ok(response),
    }
    let kept = act(link, (department, order), by).await?;
    let said = say(&kept);
    tell(link, secrets, &kept.account, (&said.events, by.at)).await?;
    let key = (
        asked.caller.as_str(),
        asked.key.as_str(),
        department.as_str(),
    );
    asked::answer(link, secrets, key, &said.response).await?;
    Ok(Some(said.response))
}

async fn act(
    link: &mut Link,
    (department, order): (&DepartmentKey, &Order),
    by: &By,
) -> Result<Done, AccountRefused> {
    let (account, invited) = match order {
        Order::Open(new) => {
            let until = Some(new.invitation.until);
            (account::open(link, new, by).await?, until)
        }
        Order::Confirm(id) => (roles::confirm(link, (department, id), by).await?, None),
        Order::Invite(id, invitation) => {
            let invited = account::invite(link, (department, id), invitation, by).await?;
            provided::end(link, (department, id)).await?;
            (invited, Some(invitation.until))
        }
        Order::Change(id, wanted) => roles::change(link, (department, id), wanted, by).await?,
        Order::Link(id, name) => {
            let (account, waits) = provided::link_to(link, (department, id), name, by).await?;
            return Ok(Done {
                account,
                invited: None,
                waits,
            });
        }
        Order::Unlink(id) => (provided::unlink(link, (department, id), by).await?, None),
        Order::End(id) => (account::end(link, (department, id), by).await?, None),
    };
    Ok(Done {
        account,
        invited,
        waits: false,
    })
}

/// Events of an account come in the order of their numbers.
async fn tell(
    link: &mut Link,
    secrets: &Secrets,
    account: &Account,
    (events, at): (&[Outgoing], UtcDateTime),
) -> Result<(), StoreError> {
    if events.is_empty() {
        return Ok(());
    }
    let count = u64::try_from(events.len()).unwrap_or(u64::MAX);
    let values = [account.id.as_str().into(), count.into()];
    let last = link.one(EVENTS, &values, "account").await?.count()?;
    let stream = format!("account {}", account.id);
    let first = last.saturating_sub(count) + 1;
    let stream = (account.department.as_str(), stream.as_str(), first);
    outbox::push(link, secrets, stream, events, at).await
}

//! Other roles for an account, and the second administrator's word (T-S4).

use catalogue::key::DepartmentKey;
use duties::{Roles, apart};
use store::Link;
use time::UtcDateTime;
use trail::asked::By;

use crate::accounts::account::{end_sessions, own, write};
use crate::accounts::held::{hold, roles_of};
use crate::accounts::{Account, AccountKey, AccountRefused, Invitation, NextRoles};

/// What an account is to be.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// All of its roles.
    pub roles: Roles,
    /// From when on, where it waits for a second administrator who says nothing.
    pub from: UtcDateTime,
    /// What the person chooses a second factor with, where the roles ask for one and the account has none.
    pub invitation: Invitation,
}

const CHANGE: &str = "UPDATE account SET roles = $3, next_roles = $4, next_from = $5, next_by = $6 \
     WHERE id = $1 AND department = $2 AND ended IS NULL";
// An account that has not begun begins with the roles that it is to have, a day after they were named.
const BEGIN_ANEW: &str = "UPDATE account SET opened = $3, opened_by = $4, begins = $5 \
     WHERE id = $1 AND department = $2 AND ended IS NULL";
const BEGIN: &str =
    "UPDATE account SET begins = $3 WHERE id = $1 AND department = $2 AND ended IS NULL";
// T-P1: who signed in with a password alone has to choose a second factor first.
const ASK_FACTOR: &str = "UPDATE account SET password = NULL, invitation = $3, invited_until = $4 \
     WHERE id = $1 AND department = $2 AND password IS NOT NULL AND factor IS NULL";

// A change that came by itself ended what had begun before it, also once another one is written over it.
const END_PAST: &str = "UPDATE session SET ended = $3 WHERE account = $1 AND department = $2 AND ended IS NULL \
     AND begun < (SELECT next_from FROM account WHERE id = $1 AND next_from <= $3)";

/// What is written of an account's roles: those that it has, and those that wait.
struct Written<'a> {
    roles: &'a Roles,
    next: Option<&'a NextRoles>,
}

/// Gives an account other roles, at once or later; the moment until which an invitation is taken, where one is needed.
pub(super) async fn change(
    link: &mut Link,
    (department, id): (&DepartmentKey, &AccountKey),
    wanted: &Wanted,
    by: &By,
) -> Result<(Account, Option<UtcDateTime>), AccountRefused> {
    let place = (department, id);
    let account = own(link, place, by.at).await?;
    inspect(link, &account, &wanted.roles, by).await?;
    let has_begun = account.begins <= by.at;
    let waits = has_begun && account.roles.are_changed_confirmed(&wanted.roles);
    let next = NextRoles {
        roles: wanted.roles.clone(),
        from: wanted.from,
        by: by.who.clone(),
    };
    let written = if waits {
        Written {
            roles: &account.roles,
            next: Some(&next),
        }
    } else {
        Written {
            roles: &wanted.roles,
            next: None,
        }
    };
    let values = [id.as_str().into(), department.as_str().into(), by.at.into()];
    link.run(END_PAST, &values).await?;
    put(link, place, &written).await?;
    if !has_begun {
        let values = [
            id.as_str().into(),
            department.as_str().into(),
            by.at.into(),
            by.who.as_str().into(),
            wanted.from.into(),
        ];
        link.run(BEGIN_ANEW, &values).await?;
    }
    let invited = ask_factor(link, place, wanted).await?;
    let is_other = !waits && account.roles != wanted.roles;
    if is_other || invited.is_some() {
        end_sessions(link, place, by).await?;
    }
    let from = if waits || !has_begun {
        wanted.from
    } else {
        by.at
    };
    let detail = vec![
        ("roles", wanted.roles.to_string()),
        ("before", account.roles.to_string()),
        ("from", from.unix_timestamp().to_string()),
    ];
    write(link, place, by, ("account.roles", detail)).await?;
    Ok((own(link, place, by.at).await?, invited))
}

/// Whether the account may have these roles, and from whom.
async fn inspect(
    link: &mut Link,
    account: &Account,
    roles: &Roles,
    by: &By,
) -> Result<(), AccountRefused> {
    // T-S4: nobody changes their own rights.
    if by.who == account.person.as_str() {
        return Err(AccountRefused::SamePerson);
    }
    hold(link, account.person.as_str(), 0).await?;
    let next = account.next.as_ref();
    if next.map_or(&account.roles, |next| &next.roles) == roles {
        return Err(AccountRefused::NothingToChange);
    }
    // R3: a person with several accounts is one person.
    let held = roles_of(link, &account.person, (&account.id, by.at)).await?;
    Ok(apart(held.into_iter().chain(roles.iter()))?)
}

async fn put(
    link: &mut Link,
    (department, id): (&DepartmentKey, &AccountKey),
    written: &Written<'_>,
) -> Result<(), AccountRefused> {
    let roles = written.roles.to_string();
    let next = written.next.map(|next| next.roles.to_string());
    let values = [
        id.as_str().into(),
        department.as_str().into(),
        roles.as_str().into(),
        next.as_deref().into(),
        written.next.map(|next| next.from).into(),
        written.next.map(|next| next.by.as_str()).into(),
    ];
    match link.run(CHANGE, &values).await? {
        1 => Ok(()),
        _ => Err(AccountRefused::Unknown),
    }
}

async fn ask_factor(
    link: &mut Link,
    (department, id): (&DepartmentKey, &AccountKey),
    wanted: &Wanted,
) -> Result<Option<UtcDateTime>, AccountRefused> {
    if !wanted.roles.need_second_factor() {
        return Ok(None);
    }
    let invitation = &wanted.invitation;
    let values = [
        id.as_str().into(),
        department.as_str().into(),
        (&invitation.digest).into(),
        invitation.until.into(),
    ];
    let asked = link.run(ASK_FACTOR, &values).await? == 1;
    Ok(asked.then_some(invitation.until))
}

/// Lets an account begin, or have its other roles, now: who began none of what waits, and is not the one it is for.
pub(super) async fn confirm(
    link: &mut Link,
    (department, id): (&DepartmentKey, &AccountKey),
    by: &By,
) -> Result<Account, AccountRefused> {
    let place = (department, id);
    let account = own(link, place, by.at).await?;
    let waits = account.begins > by.at;
    let own_word = (waits && by.who == account.opened_by)
        || account.next.as_ref().is_some_and(|next| next.by == by.who);
    if own_word || by.who == account.person.as_str() {
        return Err(AccountRefused::SamePerson);
    }
    if !waits && account.next.is_none() {
        return Err(AccountRefused::NothingToConfirm);
    }
    if waits {
        let values = [id.as_str().into(), department.as_str().into(), by.at.into()];
        link.run(BEGIN, &values).await?;
    }
    let mut detail = Vec::new();
    if let Some(next) = &account.next {
        let written = Written {
            roles: &next.roles,
            next: None,
        };
        put(link, place, &written).await?;
        end_sessions(link, place, by).await?;
        detail.push(("roles", next.roles.to_string()));
        detail.push(("before", account.roles.to_string()));
    }
    write(link, place, by, ("account.confirm", detail)).await?;
    own(link, place, by.at).await
}

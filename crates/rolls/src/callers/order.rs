//! What administrators do to the machines of their department, once for each request (T-D3).

use catalogue::key::DepartmentKey;
use store::Link;
use trail::asked::{self, Asked, By, Response, Seen};
use trail::secrets::Secrets;

use crate::callers::bound::{self, BoundKey, KeyDigest};
use crate::callers::machine::{self, Caller, NewCaller};
use crate::callers::refused::MachineRefused;

/// What is to be done.
#[derive(Debug, Clone)]
pub enum MachineOrder {
    /// Open an account, without a secret: it lets nobody in before two administrators have bound a key to it.
    Open(NewCaller),
    /// Bind a key, or confirm that another administrator did.
    Bind(String, KeyDigest),
    /// End a key at once, for good.
    Unbind(String, KeyDigest),
    /// End the account at once, for good.
    End(String),
}

impl MachineOrder {
    /// The account's key id.
    #[must_use]
    pub fn machine(&self) -> &str {
        match self {
            Self::Open(new) => &new.id,
            Self::Bind(id, _) | Self::Unbind(id, _) | Self::End(id) => id,
        }
    }
}

/// A machine with the keys of its certificates, ended ones too.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Machine {
    /// The account.
    pub caller: Caller,
    /// Its keys.
    pub keys: Vec<BoundKey>,
}

/// Says what was done.
pub type SayMachine = Box<dyn FnOnce(&Machine) -> Response + Send>;

/// Nothing is answered where the same request is still running.
pub(super) async fn keep(
    link: &mut Link,
    secrets: &Secrets,
    (department, order): (&DepartmentKey, &MachineOrder),
    (asked, by): (&Asked, &By),
    say: SayMachine,
) -> Result<Option<Response>, MachineRefused> {
    match asked::note(link, secrets, asked, (department.as_str(), None), by.at).await? {
        Seen::First => {}
        Seen::Other => return Err(MachineRefused::KeyReused),
        Seen::Same { response, .. } => return Ok(response),
    }
    match order {
        MachineOrder::Open(new) => machine::enrol(link, secrets, new, by).await?,
        MachineOrder::Bind(id, key) => bound::bind(link, (department, id), key, by).await?,
        MachineOrder::Unbind(id, key) => bound::unbind(link, (department, id), key, by).await?,
        MachineOrder::End(id) => machine::end(link, department, id, by).await?,
    }
    let id = order.machine();
    let caller = machine::find(link, secrets, id).await?;
    let machine = Machine {
        caller: caller.ok_or(MachineRefused::Unknown)?,
        keys: bound::of_caller(link, (department, id)).await?,
    };
    let response = say(&machine);
    let key = (
        asked.caller.as_str(),
        asked.key.as_str(),
        department.as_str(),
    );
    asked::answer(link, secrets, key, &response).await?;
    Ok(Some(response))
}

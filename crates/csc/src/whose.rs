//! Whose a credential is: a person's by the account at the provider to which their identity is bound, a seal's by the machine's account
//! that may ask for it. What is another's does not exist (T-P3).

use catalogue::key::SealCode;
use duties::access::Scope;
use issuance::{Asker, Office};
use registry::callers::{Caller, Quota};
use registry::signers::SignerRecord;
use registry::trace::{Act, Deed};

use crate::bearer::Bearer;
use crate::counter::Shown;
use crate::fault::Fault;

/// A credential of who calls.
#[derive(Debug)]
pub(crate) enum Credential {
    /// A person's.
    Person(Box<SignerRecord>, Asker),
    /// A seal's.
    Seal(SealCode, Asker),
}

impl Credential {
    pub(crate) fn asker(&self) -> &Asker {
        match self {
            Self::Person(_, asker) | Self::Seal(_, asker) => asker,
        }
    }

    pub(crate) fn id(&self) -> &str {
        match self {
            Self::Person(record, _) => &record.id,
            Self::Seal(seal, _) => seal.as_str(),
        }
    }
}

/// Who a person is in the trace: their identity, which names nobody (T-L6).
pub(crate) fn asker_of(record: &SignerRecord) -> Asker {
    let who = format!("signer-{}", record.id);
    Asker {
        account: who.clone(),
        person: who,
        department: record.department.clone(),
    }
}

/// The account of a machine: of the name that its client has at the provider, and with the scope by which seals are asked for.
///
/// # Errors
/// Its quota is used up; the store.
pub(crate) async fn machine(office: &Office, bearer: &Bearer) -> Result<Option<Asker>, Fault> {
    let Some(client) = &bearer.machine else {
        return Ok(None);
    };
    let found = office.registry.callers().find(client).await;
    let found = found.map_err(|error| Fault::server(&error))?;
    let may = |caller: &Caller| {
        let seals = caller.scopes.iter().any(|code| code == Scope::Seal.code());
        caller.ended.is_none() && seals
    };
    Ok(found.filter(may).map(|caller| Asker {
        person: caller.person().to_owned(),
        account: caller.id,
        department: caller.department,
    }))
}

/// T-A5: what comes by the provider's token counts as what comes signed by the account itself.
pub(crate) async fn count(office: &Office, bearer: &Bearer) -> Result<(), Fault> {
    let Some(client) = &bearer.machine else {
        return Ok(());
    };
    let callers = office.registry.callers();
    let found = callers.find(client).await;
    let Some(caller) = found.map_err(|error| Fault::server(&error))? else {
        return Ok(());
    };
    let mut random = [0; 16];
    let filled = office.random.fill(&mut random);
    filled.map_err(|error| Fault::server(&error))?;
    let nonce = backoffice::said::hex(&random);
    let counted = callers.admit(&caller, &nonce, office.clock.now()).await;
    match counted.map_err(|error| Fault::server(&error))? {
        (_, Quota::Exhausted { .. }) => Err(Fault::often()),
        _ => Ok(()),
    }
}

/// The credential of this name, if it is of who calls.
///
/// # Errors
/// `Invalid parameter credentialID`, with an entry of the trace where who calls is known here.
pub(crate) async fn find(shown: &Shown, id: &str) -> Result<Credential, Fault> {
    let office = shown.counter.office();
    match known(office, &shown.bearer, id).await? {
        Some(found) => Ok(found),
        None => {
            if let Some(asker) = standing(office, &shown.bearer).await? {
                deny(office, &asker, ("credential", "credential.unknown")).await?;
            }
            Err(Fault::invalid("credentialID"))
        }
    }
}

async fn known(office: &Office, bearer: &Bearer, id: &str) -> Result<Option<Credential>, Fault> {
    let server = |error: registry::StoreError| Fault::server(&error);
    if let Some(asker) = machine(office, bearer).await? {
        let desk = office.desk();
        let seal = SealCode::parse(id).ok();
        let seal = seal.and_then(|code| desk.catalogue.seal(&code));
        let own = seal.filter(|seal| seal.holder == asker.department);
        return Ok(own.map(|seal| Credential::Seal(seal.seal.clone(), asker)));
    }
    let book = office.registry.activations();
    let department = book.department_of(&bearer.user, id).await;
    let Some(department) = department.map_err(server)? else {
        return Ok(None);
    };
    let found = office.registry.signers().find(&department, id).await;
    Ok(found.map_err(server)?.map(|record| {
        let asker = asker_of(&record);
        Credential::Person(Box::new(record), asker)
    }))
}

/// Who calls, where they are known here at all.
pub(crate) async fn standing(office: &Office, bearer: &Bearer) -> Result<Option<Asker>, Fault> {
    if let Some(asker) = machine(office, bearer).await? {
        return Ok(Some(asker));
    }
    let book = office.registry.activations();
    let of = book.of_user(&bearer.user, ("", 1)).await;
    let of = of.map_err(|error| Fault::server(&error))?;
    Ok(of.into_iter().next().map(|(signer, department)| {
        let who = format!("signer-{signer}");
        Asker {
            account: who.clone(),
            person: who,
            department,
        }
    }))
}

/// T-L1: a refusal of somebody who is known is an act, and commits alone.
pub(crate) async fn deny(
    office: &Office,
    asker: &Asker,
    (object, ground): (&str, &str),
) -> Result<(), Fault> {
    let entry = Act {
        department: asker.department.clone(),
        by: asker.by(office.clock.now()),
        deed: Deed::Deny,
        object: object.to_owned(),
        ground: ground.to_owned(),
        detail: vec![("by", "csc".to_owned())],
        key: None,
    };
    let recorded = office.registry.trace().record(entry).await;
    recorded.map(|_| ()).map_err(|error| Fault::server(&error))
}

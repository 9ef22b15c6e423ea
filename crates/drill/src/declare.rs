//! The first half: two people declare the key compromised, the seal stops, the certificates are revoked, other keys are made.

use backoffice::custody::{self, Duty, Event};
use backoffice::found::Founding;
use backoffice::keys::{ServiceKey, national_seal_key, seal_key};
use catalogue::SealScope;
use catalogue::key::PersonKey;
use crypto::KeyId;
use issuance::{Asker, Office, Once};
use pki::certificate::{Certificate, SerialNumber};
use pki::crl::{Reason, Revoked};
use pki::profile::Profile;
use registry::asked::IdempotencyKey;
use registry::certificates::Standing;
use registry::drills::{Drill, NewDrill};
use seal::life::Stage;
use time::UtcDateTime;

use crate::fault::DrillError;
use crate::order::Order;
use crate::said::{hex, whole};

/// R3, T-S4: who releases the seal does not administer it, and both are known.
pub(crate) async fn inspect(
    office: &Office,
    scope: &SealScope,
    order: &Order<'_>,
) -> Result<(), DrillError> {
    for person in [order.administrator, order.custodian.person] {
        let found = office.registry.callers().person(person).await?;
        if found.is_none_or(|person| person.ended.is_some()) {
            return Err(DrillError::UnknownPerson(person.to_string()));
        }
    }
    for key in keys(scope, office) {
        let releasers = office.keys.releasers(&key);
        let find = |person: &PersonKey| releasers.iter().find(|one| one.person == person.as_str());
        if find(order.administrator).is_some() {
            return Err(DrillError::Administrator(order.administrator.to_string()));
        }
        let custodian = order.custodian.person;
        let enrolled = find(custodian).ok_or(DrillError::Custodian(custodian.to_string()))?;
        if enrolled.public != *order.custodian.key.public_key() {
            return Err(DrillError::CustodianKey);
        }
    }
    Ok(())
}

/// The seal's keys that are in the key store, one for each suite.
fn keys(scope: &SealScope, office: &Office) -> Vec<KeyId> {
    let code = scope.seal.as_str();
    let keys = seal_key(code).into_iter().chain(national_seal_key(code));
    keys.filter(|key| office.keys.public_key(key).is_some())
        .collect()
}

/// The drill, declared now or before. One that ended says for good what it did.
pub(crate) async fn declare(
    office: &Office,
    scope: &SealScope,
    order: &Order<'_>,
) -> Result<Drill, DrillError> {
    let drills = office.registry.drills();
    let before = drills.of(&scope.holder, &scope.seal).await?;
    let mut before = before.into_iter();
    let same = |drill: &Drill| drill.ended.is_some() && drill.since == whole(order.since);
    if let Some(ended) = before.find(same) {
        return Err(DrillError::Ended {
            id: ended.id,
            report: hex(&ended.report.unwrap_or_default()),
        });
    }
    let new = NewDrill {
        department: scope.holder.clone(),
        seal: scope.seal.clone(),
        since: whole(order.since),
        administrator: order.administrator.clone(),
        custodian: order.custodian.person.clone(),
        at: whole(office.clock.now()),
    };
    Ok(drills.declare(new).await?)
}

/// T-S6: nothing is sealed with it from here on, in any process.
pub(crate) async fn stop(
    office: &Office,
    scope: &SealScope,
    drill: &Drill,
) -> Result<(), DrillError> {
    let record = office.registry.seals().find(&scope.seal).await?;
    match record.ok_or(DrillError::UnknownSeal)?.stage {
        Stage::Suspended => return Ok(()),
        Stage::InUse => {}
        stage => return Err(DrillError::SealStage(stage.code())),
    }
    let asker = Asker {
        account: drill.custodian.to_string(),
        person: drill.custodian.to_string(),
        department: scope.holder.clone(),
    };
    let key = IdempotencyKey::parse(&format!("drill-{}-stops", drill.id));
    let once = Once {
        key: key.ok_or(DrillError::UnknownSeal)?,
        fingerprint: crypto::sha256(drill.id.as_bytes()),
    };
    let who = (&asker, &[Duty::Custodian][..]);
    let why = (Event::Suspend, "key-compromise");
    custody::act(office, who, &once, &scope.seal, why).await?;
    Ok(())
}

/// The certificates of the keys are revoked, with the moment since which they are not to be relied upon (T-C7). Once: the
/// keys that come after them are not meant.
pub(crate) async fn revoke(
    office: &Office,
    scope: &SealScope,
    drill: &Drill,
) -> Result<Vec<SerialNumber>, DrillError> {
    let before = revoked(office, scope, drill.since).await?;
    let standing = custody::certificates(office, &scope.seal).await?;
    let certificates = office.registry.certificates();
    let mut all: Vec<SerialNumber> = before.iter().map(|(_, serial)| *serial).collect();
    for (issuer, serial) in standing {
        // In this suite it was done, and this is the certificate of the key that replaced the other.
        if before.iter().any(|(by, _)| *by == issuer) {
            continue;
        }
        let now = whole(office.clock.now());
        let told = Revoked {
            serial,
            since: now,
            reason: Reason::KeyCompromise,
            invalid_since: Some(drill.since),
        };
        let asker = Asker {
            account: drill.administrator.to_string(),
            person: drill.administrator.to_string(),
            department: scope.holder.clone(),
        };
        let act = asker.certified(&serial, "revoked", now);
        certificates.revoke(&issuer, told, Some(act)).await?;
        office.responder.forget(&serial);
        if let Some(national) = &office.national {
            national.responder.forget(&serial);
        }
        all.push(serial);
    }
    // T-A3: lists and answers follow at once.
    office.upkeep.notify_one();
    Ok(all)
}

/// Certificates of keys that the seal has or had, revoked for a compromise since this moment, by issuer.
async fn revoked(
    office: &Office,
    scope: &SealScope,
    since: UtcDateTime,
) -> Result<Vec<(KeyId, SerialNumber)>, DrillError> {
    let own = office.keys.list().into_iter();
    let own = own.filter(|stored| stored.seal.as_deref() == Some(scope.seal.as_str()));
    let own: Vec<_> = own.map(|stored| stored.public).collect();
    let mut found = Vec::new();
    for by in [ServiceKey::Authority, ServiceKey::NationalAuthority] {
        let certificates = office.registry.certificates();
        let issued = certificates
            .of_profile(&by.id(), Profile::SEAL.name)
            .await?;
        for one in issued {
            let Standing::Revoked(told) = &one.standing else {
                continue;
            };
            if (told.reason, told.invalid_since) != (Reason::KeyCompromise, Some(since)) {
                continue;
            }
            let read = one.der.as_deref().map(Certificate::parse);
            let key = read.and_then(|read| read.ok()?.public_key().ok());
            if key.is_some_and(|key| own.contains(&key)) {
                found.push((by.id(), one.serial));
            }
        }
    }
    Ok(found)
}

/// Other keys, certificates and electronic seals, in force in this process.
pub(crate) async fn rekey(office: &Office, scope: &SealScope) -> Result<(), DrillError> {
    let desk = office.desk();
    let founding = Founding::over(office, &desk.catalogue);
    let national = office.national.as_ref().map(|national| &national.hierarchy);
    founding
        .rekey(&scope.seal, (&office.hierarchy, national))
        .await?;
    let catalogue = desk.catalogue.as_ref().clone();
    Ok(office.put_in_force((catalogue, desk.version)).await?)
}

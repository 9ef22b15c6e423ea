//! The record of a destruction: what it says, and the office's signature with a trusted time.

use backoffice::keys::ServiceKey;
use backoffice::office::Office;
use backoffice::said::{hex, moment};
use catalogue::key::SealCode;
use crypto::{Authorisation, Digest, DigestAlgorithm, Signature, StoredKey};
use evidence::cms::{Attribute, Draft, Extended, Material, SignedData, Time, oids};
use registry::applications::{Destruction, Statement};
use registry::asked::By;
use registry::journal::KeyUse as Use;
use serde::Serialize;

use crate::fault::MakingError;

/// What a record says, member by member; JSON, in this order.
#[derive(Debug, Serialize)]
struct Says<'a> {
    record: &'static str,
    seal: &'a str,
    name: &'a str,
    holder: &'a str,
    holder_code: &'a str,
    reason: &'a str,
    ordered_by: &'a [String],
    ordered: String,
    due: String,
    witnesses: &'a [String],
    witnessed: String,
    keys: &'a [KeySays],
    certificates: &'a [String],
    copies: &'static str,
}

#[derive(Debug, Serialize)]
struct KeySays {
    key: String,
    public: String,
    kept: &'static str,
}

/// What nobody can see from here.
const COPIES: &str =
    "erased where the service keeps keys; copies of that made before are their keepers' to destroy";

fn key(stored: &StoredKey) -> KeySays {
    KeySays {
        key: stored.id.to_string(),
        public: hex(&crypto::sha256(stored.public.spki())),
        kept: match stored.device {
            Some(_) => "token",
            None => "file",
        },
    }
}

/// What the record of a seal's destruction will say, once its witnesses are known: everything else is as it stands now.
pub(crate) fn says(office: &Office, seal: &SealCode) -> Result<Statement, MakingError> {
    let desk = office.desk();
    let scope = desk.catalogue.seal(seal).ok_or(MakingError::Unknown)?;
    let holder = desk.catalogue.department(&scope.holder);
    let holder = holder.ok_or(MakingError::Unknown)?;
    let (name, body) = (scope.name_zh.clone(), holder.name_zh.clone());
    let code = holder.code.as_str().to_owned();
    let own = |key: &StoredKey| key.seal.as_deref() == Some(seal.as_str());
    let keys: Vec<KeySays> = office
        .keys
        .list()
        .iter()
        .filter(|one| own(one))
        .map(key)
        .collect();
    let in_use = desk.seals.get(seal);
    let national = in_use.and_then(|seal| seal.national.as_ref());
    let certificates = in_use.map(|seal| &seal.certificate).into_iter();
    let certificates: Vec<String> = certificates
        .chain(national.map(|national| &national.certificate))
        .map(|one| hex(&crypto::sha256(one.der())))
        .collect();
    Ok(Box::new(move |one: &Destruction| {
        let says = Says {
            record: "yinxin seal destruction v1",
            seal: one.seal.as_str(),
            name: &name,
            holder: &body,
            holder_code: &code,
            reason: &one.reason,
            ordered_by: &one.people,
            ordered: moment(one.scheduled),
            due: moment(one.due),
            witnesses: &one.witnesses,
            witnessed: one.witnessed.map(moment).unwrap_or_default(),
            keys: &keys,
            certificates: &certificates,
            copies: COPIES,
        };
        // Texts alone: they always write.
        serde_json::to_vec(&says).unwrap_or_default()
    }))
}

/// The record, signed: by the key with which the office signs what it says itself, which is no seal's (D2), with a time-stamp and
/// the lists that prove both in later years (CAdES B-LT, EN 319 122-1 6.3). The journal knows of each signature before it is made.
pub(crate) async fn signed(office: &Office, begun: &Destruction) -> Result<Vec<u8>, MakingError> {
    let key = ServiceKey::Credential;
    let certificate = office.hierarchy.credential.current();
    let algorithm = office.algorithm(key).ok_or(MakingError::Unfinished)?;
    let now = backoffice::answers::whole(office.now());
    let draft = Draft::attached(
        oids::DATA,
        &begun.statement,
        &certificate,
        algorithm,
        Time::Signed(now),
    );
    let prepared = draft.prepare()?;
    let message = prepared.to_be_signed();
    let line = Use {
        department: begun.department.clone(),
        by: By::new("service", now),
        key: key.id(),
        purpose: "seal-destruction".to_owned(),
        digests: vec![crypto::sha256(&message)],
        object: begun.seal.to_string(),
    };
    office.registry.journal().append(vec![line]).await?;
    let under = Authorisation::journalled(key.id(), key.for_use(), &message, office.now());
    let signature = office.keys.sign(&message, &under)?;
    let token = stamp(office, (begun, &signature)).await?;
    let authority = &office.hierarchy.authority;
    let chain = [certificate.der().to_vec(), authority.der().to_vec()];
    let attributes = [Attribute::signature_time_stamp(&token)];
    let message = prepared.finish(&signature, &chain, &attributes);
    kept(office, &message)
}

/// R26: a trusted time over the signature's value.
async fn stamp(
    office: &Office,
    (begun, signature): (&Destruction, &Signature),
) -> Result<Vec<u8>, MakingError> {
    let digest = Digest::of(DigestAlgorithm::Sha256, signature.bytes());
    let (clock, random) = (office.clock.as_ref(), office.random.as_ref());
    let stamp = office
        .stamps
        .stamp_digest(&digest, clock, &office.keys, random)?;
    let line = Use {
        department: begun.department.clone(),
        by: By::new("service", stamp.moment),
        key: ServiceKey::TimeStamps.id(),
        purpose: "time-stamp".to_owned(),
        digests: vec![stamp.signed],
        object: begun.seal.to_string(),
    };
    office.registry.journal().append(vec![line]).await?;
    Ok(stamp.token)
}

/// With the certificates and lists by which it is judged later, where the lists are current.
fn kept(office: &Office, message: &[u8]) -> Result<Vec<u8>, MakingError> {
    let unit = office.hierarchy.time_stamps.current();
    let root = format!("{}.crl", ServiceKey::Root.name());
    let own = office.hierarchy.credential.current();
    let about = |certificate| office.lists.about(ServiceKey::Authority, certificate);
    let lists = [office.lists.revoked(&root), about(&own), about(&unit)];
    let mut crls: Vec<Vec<u8>> = Vec::new();
    for list in lists.into_iter().flatten() {
        if !crls.contains(&list.bytes) {
            crls.push(list.bytes.clone());
        }
    }
    let mut extended =
        Extended::of(SignedData::parse(message).map_err(|_| MakingError::Unfinished)?);
    extended.add_material(&Material {
        certificates: &[unit.der().to_vec()],
        crls: &crls,
        ocsp_responses: &[],
    });
    Ok(extended.encode())
}

//! Signatures of persons: bound to a document, a time, and the words of what is meant by signing (domain.md 4.3).
//!
//! The intent stands in the signature's dictionary under the bytes that are signed (/Reason), the time comes from the
//! office's time-stamps, the key is asked under the person's consent to exactly this.

mod layout;
pub(crate) mod mandated;
mod order;
mod standing;

use affix::dss::{Material, append_dss};
use affix::preflight::preflight;
use affix::seal::Joined;
use crypto::{Authorisation, Digest, DigestAlgorithm, Signature, sha256};
use dossier::Words;
use dossier::number::PaperDigest;
use dossier::signed::Signed;
use evidence::cms::Attribute;
use pki::certificate::Certificate;
use registry::asked::By;
use registry::asked::Response;
use registry::journal::KeyUse as Use;
use registry::objects::ObjectId;
use registry::signers::{
    Beginning, Begun, PreparedRefused, SignatureRecord, SignerRecord, Signing,
};
use registry::trace::{Act, Deed};
use seal::picture::Picture;
use serde::Serialize;
use verify::{Material as Known, Policy, Report, SignatureReport, Verdict};

use crate::own_key::is_in_force;
use crate::signers::{SignerError, SignerRefused, found, is_over};
use backoffice::asker::{Asker, Once};
use backoffice::keys::ServiceKey;
use backoffice::office::Office;
use backoffice::said::{hex, moment, response};
use backoffice::stamps::Stamp;
use issuance::SealingError;

use mandated::{represented, used};

pub(crate) use layout::{Admitted, Chosen, Prepared, algorithm, chain, choose, prepare};
pub use order::{Agreed, Joint, Mandated, Remote, SignError, SignOrder, Visible};
pub(crate) use standing::{behind, stands};

/// A signature, as its department is told of it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SignatureTold {
    /// The signature.
    pub signature: String,
    /// Who signed, at which level, on which paper, with which intent, when: as an event of a case takes it.
    pub signed: Signed,
    /// SHA-256 of the signed file, lower-case hexadecimal.
    pub file_digest: String,
    /// Where the file is had.
    pub file: String,
    /// The mandate under which they signed for another.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mandate: Option<String>,
}

/// Signs a document for a person.
///
/// # Errors
/// [`SignError`]; what a rule refuses stands in the trace.
pub async fn sign(
    office: &Office,
    asker: &Asker,
    once: &Once,
    order: &SignOrder,
    file: Vec<u8>,
) -> Result<Response, SignError> {
    match admitted(office, asker, order, &file).await {
        Ok((admitted, order)) => {
            let signed = signed(office, (asker, once), &order, admitted, file).await;
            match signed {
                // Asked again in the transaction that would have let the key sign.
                Err(refused) if refused.is_of_mandate() => {
                    Err(deny(office, asker, &order, refused).await?)
                }
                signed => signed,
            }
        }
        Err(refused) => Err(deny(office, asker, order, refused).await?),
    }
}

async fn admitted(
    office: &Office,
    asker: &Asker,
    order: &SignOrder,
    file: &Vec<u8>,
) -> Result<(Admitted, SignOrder), SignError> {
    Words::parse(&order.intent)?;
    let (signer, certificate) = admitted_signer(office, asker, &order.signer).await?;
    let order = represented(office, asker, order).await?;
    let intent = Words::parse(&order.intent)?;
    let sample = match order.visible {
        Some(Visible {
            handwriting: true, ..
        }) => Some(sample(office, (&signer, &certificate)).await?),
        _ => None,
    };
    fit(office, file).await?;
    let admitted = Admitted {
        signer,
        certificate,
        intent,
        sample,
    };
    Ok((admitted, order))
}

/// How the person writes, drawn: a sample that their key signed, or none.
pub(crate) async fn sample(
    office: &Office,
    (signer, certificate): (&SignerRecord, &Certificate),
) -> Result<Picture, SignError> {
    let book = office.registry.handwriting();
    let kept = book.find(&signer.department, &signer.id).await?;
    let kept = kept.ok_or(SignError::NoSample)?;
    let algorithm = algorithm(certificate)?;
    crate::strokes::drawn(&kept, (certificate, algorithm)).ok_or(SignError::NoSample)
}

/// An identity whose key is kept here and signs at this moment, and its certificate.
pub(crate) async fn admitted_signer(
    office: &Office,
    asker: &Asker,
    signer: &str,
) -> Result<(SignerRecord, Certificate), SignError> {
    let (signer, certificate) = active_signer(office, asker, signer).await?;
    match signer.own_key {
        None => Ok((signer, certificate)),
        Some(_) => Err(SignerRefused::HeldByPerson.into()),
    }
}

/// An identity that is active at this moment, whoever holds its key.
pub(crate) async fn active_signer(
    office: &Office,
    asker: &Asker,
    signer: &str,
) -> Result<(SignerRecord, Certificate), SignError> {
    stands(office).await?;
    let signer = found(office, &asker.department, signer).await?;
    let not_active = || SignerRefused::NotActive(signer.state);
    if signer.state != dossier::signed::signer::SignerState::Active
        || is_over(&signer, office.clock.now())
    {
        return Err(not_active().into());
    }
    let certificate = signer.certificate.as_deref().map(Certificate::parse);
    let Some(Ok(certificate)) = certificate else {
        return Err(not_active().into());
    };
    Ok((signer, certificate))
}

/// Refuses a certificate that the register has as revoked.
pub(crate) async fn in_force(office: &Office, certificate: &Certificate) -> Result<(), SignError> {
    let good = is_in_force(office, certificate).await;
    match good.map_err(SignerError::from)? {
        true => Ok(()),
        false => Err(SignerRefused::from(PreparedRefused::Revoked).into()),
    }
}

/// T-S5: nothing in a file may change its looks after it was signed.
pub(crate) async fn fit(office: &Office, file: &Vec<u8>) -> Result<(), SignError> {
    let _place = office.work.acquire().await;
    let found = preflight(file)?.findings;
    if found.is_empty() {
        Ok(())
    } else {
        Err(SignError::Active(found))
    }
}

async fn signed(
    office: &Office,
    (asker, once): (&Asker, &Once),
    order: &SignOrder,
    admitted: Admitted,
    file: Vec<u8>,
) -> Result<Response, SignError> {
    let document = sha256(&file);
    let chosen = choose(office, &admitted.certificate, order)?;
    let prepared = prepare(office, (&admitted, order), &chosen, &file)?;
    let signers = office.registry.signers();
    let key = admitted.signer.key().ok_or(SignError::Unknown)?;
    let begun = signers
        .begin(Beginning {
            asked: asker.asked(once),
            department: asker.department.clone(),
            signer: admitted.signer.id.clone(),
            key: key.clone(),
            case: order.case.clone(),
            document,
            digest: sha256(&prepared.to_be_signed),
            intent: admitted.intent.as_str().to_owned(),
            part: order.part(),
            under: order.remote.as_ref().map(|remote| remote.under.clone()),
            prepared: None,
            mandate: order
                .mandate
                .as_ref()
                .map(|named| used(office, named, prepared.claimed)),
            by: asker.by(prepared.claimed),
        })
        .await?;
    let id = match begun {
        Begun::Journalled { id } => id,
        Begun::Repeated(response) => return Ok(response),
    };
    let consent = order.consent(document, prepared.claimed);
    let under = Authorisation::consented(key, &prepared.to_be_signed, office.clock.now(), consent);
    let signature = office
        .keys
        .sign(&prepared.to_be_signed, &under)
        .map_err(SealingError::Sign)?;
    let by = (asker, once, order);
    recorded(office, by, (&admitted, prepared, file), (&id, &signature)).await
}

/// What follows from the signature's value: a trusted time, everything for later years, the inspector's own look, the record.
pub(crate) async fn recorded(
    office: &Office,
    (asker, once, order): (&Asker, &Once, &SignOrder),
    (admitted, prepared, file): (&Admitted, Prepared, Vec<u8>),
    (id, signature): (&str, &Signature),
) -> Result<Response, SignError> {
    let document = sha256(&file);
    let stamp = stamp(office, asker, (id, signature)).await?;
    let finished = finish(office, admitted, prepared, (signature, &stamp, file)).await?;
    // A key elsewhere cannot be stopped here: what was revoked before the time-stamp does not leave as good.
    if admitted.signer.own_key.is_some() {
        in_force(office, &admitted.certificate).await?;
    }
    let digest = sha256(&finished);
    let length = u64::try_from(finished.len()).unwrap_or(u64::MAX);
    let object = office.objects.put(finished).await?;
    let told = SignatureTold {
        file: format!("{}/v1/signatures/{id}/file", office.settings.address),
        signature: id.to_owned(),
        signed: Signed {
            by: admitted.signer.person.clone(),
            level: admitted.signer.level.unwrap_or(dossier::signed::LEAST),
            paper: PaperDigest::new(document),
            intent: admitted.intent.clone(),
            at: stamp.moment,
        },
        file_digest: hex(&digest),
        mandate: order.mandate.as_ref().map(|named| named.mandate.clone()),
    };
    let signing = Signing {
        asked: asker.asked(once),
        department: asker.department.clone(),
        id: id.to_owned(),
        object: object.to_string(),
        digest,
        length,
        round: order.joint.as_ref().map(|joint| joint.round.clone()),
        response: response(201, &told),
        by: asker.by(stamp.moment),
    };
    Ok(office.registry.signers().record(signing).await?)
}

/// R26: a trusted time over the signature's value, known to the journal before it leaves (T-S8).
async fn stamp(
    office: &Office,
    asker: &Asker,
    (id, signature): (&str, &Signature),
) -> Result<Stamp, SignError> {
    let digest = Digest::of(DigestAlgorithm::Sha256, signature.bytes());
    let stamp = office
        .stamps
        .stamp_digest(
            &digest,
            office.clock.as_ref(),
            &office.keys,
            office.random.as_ref(),
        )
        .map_err(SealingError::Stamp)?;
    let line = Use {
        department: asker.department.clone(),
        by: By::new("service", stamp.moment),
        key: ServiceKey::TimeStamps.id(),
        purpose: "time-stamp".to_owned(),
        digests: vec![stamp.signed],
        object: id.to_owned(),
    };
    office.registry.journal().append(vec![line]).await?;
    Ok(stamp)
}

/// Time-stamp into the message, chain and status into the file; what an inspector would not accept does not leave (D4).
async fn finish(
    office: &Office,
    admitted: &Admitted,
    prepared: Prepared,
    (signature, stamp, file): (&Signature, &Stamp, Vec<u8>),
) -> Result<Vec<u8>, SealingError> {
    let certificate = &admitted.certificate;
    let attributes = [Attribute::signature_time_stamp(&stamp.token)];
    let message = prepared
        .message
        .finish(signature, &chain(office, certificate), &attributes);
    let revision = prepared.revision.finish(&message)?;
    let hierarchy = &office.hierarchy;
    let of_signer = office.responder.newest(*certificate.serial()).await?;
    let unit = hierarchy.time_stamps.current();
    let of_stamps = office.responder.newest(*unit.serial()).await?;
    let lists = lists(office, certificate).ok_or(SealingError::NoList)?;
    let responder = hierarchy.responder.current();
    let certificates = [certificate, &hierarchy.authority, &unit, &responder]
        .map(|certificate| certificate.der().to_vec());
    let joined = Joined::new(&file, &revision);
    let evidence = append_dss(
        &joined,
        &Material {
            certificates: &certificates,
            ocsps: &[of_signer.to_vec(), of_stamps.to_vec()],
            crls: &lists,
        },
    )?;
    let mut finished = file;
    finished.extend_from_slice(&revision);
    finished.extend_from_slice(&evidence);
    recheck(office, &prepared.field, &finished)?;
    Ok(finished)
}

/// What the authorities themselves say of signer, unit and issuer: it counts for longer than any responder's answer.
fn lists(office: &Office, certificate: &Certificate) -> Option<Vec<Vec<u8>>> {
    let root = format!("{}.crl", ServiceKey::Root.name());
    let mut lists = vec![office.lists.revoked(&root)?.bytes.clone()];
    for one in [certificate, &office.hierarchy.time_stamps.current()] {
        let list = office.lists.about(ServiceKey::Authority, one)?;
        if !lists.contains(&list.bytes) {
            lists.push(list.bytes.clone());
        }
    }
    Some(lists)
}

fn recheck(office: &Office, field: &str, file: &[u8]) -> Result<(), SealingError> {
    let report = examined(office, file);
    let own = report
        .signatures
        .iter()
        .find(|signature| signature.field.as_deref() == Some(field));
    if report.verdict == Verdict::Valid && own.is_some() {
        return Ok(());
    }
    let signatures = report.signatures.iter();
    let further = signatures.flat_map(|signature| &signature.findings);
    let findings = report.findings.iter().chain(further);
    Err(SealingError::NotAccepted(
        findings.map(|finding| finding.code.to_string()).collect(),
    ))
}

fn examined(office: &Office, file: &[u8]) -> Report {
    let policy = Policy::named("form").unwrap_or_default();
    let now = office.clock.now();
    verify::examine(
        "signed.pdf",
        &file,
        &office.trust(),
        &Known::empty(),
        &policy,
        now,
    )
}

async fn deny(
    office: &Office,
    asker: &Asker,
    order: &SignOrder,
    refused: SignError,
) -> Result<SignError, SignError> {
    deny_by(office, asker, &order.signer, refused).await
}

/// What an identity is refused stands in the trace.
pub(crate) async fn deny_by(
    office: &Office,
    asker: &Asker,
    signer: &str,
    refused: SignError,
) -> Result<SignError, SignError> {
    // A key that was used before and what is not there are written down by who admitted the caller.
    if let SignError::Unknown
    | SignError::Signer(SignerError::Refused(
        SignerRefused::Unknown | SignerRefused::KeyReused,
    )) = refused
    {
        return Ok(refused);
    }
    let ground = match &refused {
        SignError::Signer(SignerError::Refused(SignerRefused::NotActive(_))) => "signer.not-active",
        SignError::Signer(SignerError::Refused(SignerRefused::Activation(refused))) => {
            refused.code()
        }
        SignError::Signer(SignerError::Refused(SignerRefused::HeldByPerson)) => {
            "signer.held-by-person"
        }
        SignError::Signer(SignerError::Refused(SignerRefused::Mandate(refused))) => refused.code(),
        SignError::Signer(_) => "signer.unknown",
        SignError::Intent(_) => "signature.intent",
        SignError::Active(_) => "document.active",
        SignError::Strokes(_) | SignError::NoSample => "signer.handwriting",
        refused => behind(refused).unwrap_or("document.unreadable"),
    };
    let known = registry::asked::IdempotencyKey::parse(signer).is_some();
    let act = Act {
        department: asker.department.clone(),
        by: asker.by(office.clock.now()),
        deed: Deed::Deny,
        object: if known {
            signer.to_owned()
        } else {
            "signature".to_owned()
        },
        ground: ground.to_owned(),
        detail: Vec::new(),
        key: None,
    };
    office.registry.trace().record(act).await?;
    Ok(refused)
}

/// A signature of the own department, and its file.
///
/// # Errors
/// `Unknown` when there is none.
pub async fn find(
    office: &Office,
    asker: &Asker,
    id: &str,
) -> Result<(SignatureSeen, Vec<u8>), SignError> {
    let signers = office.registry.signers();
    let record = signers.signature(&asker.department, id).await?;
    let record = record.ok_or(SignError::Unknown)?;
    let object: ObjectId = record.object.parse().map_err(|_| SignError::Unknown)?;
    let bytes = office.objects.read(&object).await?;
    if sha256(&bytes) != record.digest {
        return Err(SignError::Unknown);
    }
    Ok((SignatureSeen::of(&record), bytes))
}

/// Whether a signature of the own department is good, by its person's own certificate, and its file says these words under it.
///
/// # Errors
/// `Unknown` when there is none.
pub async fn says(
    office: &Office,
    asker: &Asker,
    (id, words): (&str, &str),
) -> Result<bool, SignError> {
    let (seen, file) = find(office, asker, id).await?;
    let signer = found(office, &asker.department, &seen.signer).await?;
    let _place = office.work.acquire().await;
    let report = examined(office, &file);
    let says = |one: &SignatureReport| {
        one.verdict == Verdict::Valid
            && one.intent.as_deref() == Some(words)
            && one.certificate.is_some()
            && one.certificate == signer.certificate
    };
    Ok(seen.intent == words && report.signatures.iter().any(says))
}

/// A signature as it is looked up: nothing in it names the person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SignatureSeen {
    /// The signature.
    pub signature: String,
    /// The identity.
    pub signer: String,
    /// The case, or empty.
    pub case: String,
    /// SHA-256 of the document as it was shown, lower-case hexadecimal.
    pub document: String,
    /// What the person meant by signing.
    pub intent: String,
    /// When, RFC 3339.
    pub signed: String,
    /// SHA-256 of the signed file, lower-case hexadecimal.
    pub file_digest: String,
    /// The mandate under which it was signed for another.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mandate: Option<String>,
}

impl SignatureSeen {
    fn of(record: &SignatureRecord) -> Self {
        Self {
            signature: record.id.clone(),
            signer: record.signer.clone(),
            case: record.case.clone(),
            document: hex(&record.document),
            intent: record.intent.clone(),
            signed: moment(record.signed),
            file_digest: hex(&record.digest),
            mandate: record.mandate.clone(),
        }
    }
}

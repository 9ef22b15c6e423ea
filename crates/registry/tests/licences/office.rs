//! An office with one seal, and the steps of a licence as the tests take them.

use std::sync::Arc;

use catalogue::key::{DepartmentKey, MatterCode, PersonKey, SealCode, TypeCode, TypeKey};
use catalogue::kind::Envelope;
use catalogue::{
    Catalogue, DocumentPurpose, Ending, EndingPower, HolderKind, OrganisationCode, Period, Sources,
    SuspensionPower,
};
use crypto::{KeyId, Release, Signature, SignatureAlgorithm};
use licence::life::Stop;
use licence::{Holder, Identifier, LicenceNumber, SerialText, Version};
use registry::Registry;
use registry::asked::{Asked, By, IdempotencyKey, Response};
use registry::jobs::{
    FileRecord, Grounds, Job, Jobs, Recorded, Recording, Signing, Unsealed, Witness,
};
use registry::licences::{Composed, NotComposed, Reservation, ReserveRefused, Reserved, Reserving};
use registry::outbox::Outgoing;
use registry::status::{ListNumber, NewList};
use time::UtcDateTime;
use time::macros::{date, utc_datetime};
use zeroize::Zeroizing;

use crate::stage::Stage;

/// A citizen's number that must be found nowhere in the clear.
pub(crate) const CANARY: &str = "990121198409071350";
/// The moment of the reservations.
pub(crate) const NOW: UtcDateTime = utc_datetime!(2026-06-10 08:40);
/// A holder's name that must be found nowhere in the clear.
pub(crate) const NAME: &str = "高远舟";

/// A registry with a status list, as an office uses it.
#[derive(Debug)]
pub(crate) struct Office {
    pub(crate) registry: Registry,
}

pub(crate) async fn office(stage: &Arc<Stage>) -> Office {
    let office = Office {
        registry: stage.open().await,
    };
    office.begin_list(1).await;
    let seals = vec![(grounds().seal, department())];
    let established = office.registry.seals().establish(seals, by(0)).await;
    established.expect("a seal in use");
    office
}

pub(crate) fn department() -> DepartmentKey {
    DepartmentKey::parse("Q-APR").expect("a department")
}

pub(crate) fn other_department() -> DepartmentKey {
    DepartmentKey::parse("C-APR").expect("a department")
}

pub(crate) fn by(seconds: i64) -> By {
    By::new("approval-system", NOW + time::Duration::seconds(seconds))
}

pub(crate) fn asked(key: &str) -> Asked {
    Asked {
        caller: "approval-system".to_owned(),
        key: IdempotencyKey::parse(&format!("request-number-{key}")).expect("long enough"),
        fingerprint: crypto::sha256(b"the body"),
    }
}

pub(crate) fn holder(code: &str) -> Holder {
    Holder::parse(HolderKind::Person, "person", (NAME, code)).expect("a person")
}

pub(crate) fn grounds() -> Grounds {
    Grounds {
        seal: SealCode::parse("990102-SPZYZ-01").expect("a seal"),
        purpose: DocumentPurpose::Licence,
        matter: Some(MatterCode::parse("990102-XK-0001").expect("a matter")),
        case: "BJ-990102-20260608-00017".to_owned(),
        decision: "XK-2026-17".to_owned(),
        decided_by: Some(PersonKey::parse("chen-zhiyuan").expect("a person")),
        requester: "approval-system".to_owned(),
    }
}

pub(crate) fn period() -> Period {
    Period {
        from: utc_datetime!(2026-06-09 16:00),
        until: Some(utc_datetime!(2028-06-09 16:00)),
    }
}

pub(crate) fn type_code() -> TypeCode {
    TypeCode::parse("11990000FAKE00013G003").expect("a type code")
}

pub(crate) fn issuer() -> OrganisationCode {
    OrganisationCode::parse("11990102FAKE000485").expect("an issuer")
}

/// A reservation that lets number and serial be drawn.
pub(crate) fn reservation(key: &str) -> Reservation {
    let handle = format!("handle-of-{key}");
    Reservation {
        asked: asked(key),
        by: by(0),
        department: department(),
        licence_type: (TypeKey::parse("ONE").expect("a type"), type_code()),
        issuer: issuer(),
        year: 2026,
        holder: holder(CANARY),
        period: period(),
        catalogue: 0,
        grounds: grounds(),
        number: None,
        serial: None,
        follows: None,
        status_list: ListNumber(1),
        payload: format!("payload with {CANARY}").into_bytes(),
        compose: Box::new(move |drawn| {
            let serial = SerialText::numbered(2026, drawn.running).map_err(|_| NotComposed)?;
            let number = LicenceNumber::parse(&format!("YZCY-990102-2026-{:06}", drawn.running));
            Ok(Composed {
                number: number.map_err(|_| NotComposed)?,
                identifier: Identifier::new(type_code(), issuer(), serial, Version::FIRST),
                status_index: drawn.status_counter,
                content: format!("{{\"holder\":\"{NAME} {CANARY}\"}}").into_bytes(),
                salts: vec![5; 16],
                handle: handle.clone(),
                uses: Vec::new(),
            })
        }),
    }
}

impl Office {
    pub(crate) async fn begin_list(&self, list: u32) {
        let list = NewList {
            list: ListNumber(list),
            uri: format!("https://licences.example/status/{list}"),
            key: KeyId::parse("status").expect("a name"),
            permutation: Zeroizing::new([9; 32]),
        };
        let lists = self.registry.status_lists();
        lists.begin(list).await.expect("a new list");
    }

    pub(crate) async fn reserve(&self, key: &str) -> Box<Reserved> {
        let reserving = self.registry.licences().reserve(reservation(key)).await;
        match reserving.expect("a fresh reservation") {
            Reserving::Reserved(reserved) => Some(reserved),
            Reserving::Repeated { .. } => None,
        }
        .expect("a key that was not used")
    }

    pub(crate) async fn try_reserve(
        &self,
        reservation: Reservation,
    ) -> Result<Reserving, ReserveRefused> {
        self.registry.licences().reserve(reservation).await
    }

    pub(crate) async fn waiting(&self, key: &str) -> Job {
        let reserved = self.reserve(key).await;
        self.registry
            .jobs()
            .await_release(&reserved.job, unsealed(), accepted(), by(1))
            .await
            .expect("reserved")
    }

    pub(crate) async fn released(&self, key: &str) -> Job {
        let job = self.waiting(key).await;
        let release = release(&job);
        self.registry
            .jobs()
            .release(&department(), &job.id, release, custodian(2))
            .await
            .expect("it waits")
    }

    pub(crate) async fn journalled(&self, key: &str) -> Job {
        let job = self.released(key).await;
        self.registry
            .jobs()
            .journal(&job.id, signing(), by(3))
            .await
            .expect("released");
        job
    }

    pub(crate) async fn issued(&self, key: &str) -> Recorded {
        let job = self.journalled(key).await;
        self.registry
            .jobs()
            .record(recording(&job))
            .await
            .expect("journalled")
    }
}

pub(crate) fn unsealed() -> Unsealed {
    Unsealed {
        digest: [8; 32],
        pdf: Some("0123456789abcdef0123456789abcdef".to_owned()),
        ofd: Some("fedcba9876543210fedcba9876543210".to_owned()),
        content: Some((
            Envelope::AsicE,
            "00112233445566778899aabbccddeeff".to_owned(),
        )),
    }
}

pub(crate) fn custodian(seconds: i64) -> By {
    By::new("he-shouzheng", NOW + time::Duration::seconds(seconds))
}

/// A release as the custodian gives it; the registry leaves the signature to others.
pub(crate) fn release(job: &Job) -> Release {
    Release {
        listing: None,
        statement: Jobs::statement(job, "he-shouzheng", NOW + time::Duration::DAY)
            .expect("rendered"),
        algorithm: SignatureAlgorithm::EcdsaP256Sha256,
        signature: Signature::new(vec![1, 2, 3]),
        passkey: None,
    }
}

pub(crate) fn signing() -> Signing {
    Signing {
        key: KeyId::parse("seal-990102-SPZYZ-01").expect("a name"),
        digest: [7; 32],
        beside: KeyId::parse("sm-seal-990102-SPZYZ-01").map(|key| (key, [9; 32])),
        purpose: "licence".to_owned(),
        scope: 0,
        catalogue: 0,
        witness: Witness::new(|_, _| true),
    }
}

/// The answer while a job waits.
pub(crate) fn accepted() -> Response {
    Response {
        status: 202,
        body: b"{}".to_vec(),
    }
}

pub(crate) fn response() -> Response {
    Response {
        status: 201,
        body: format!("{{\"holder\":\"{NAME}\"}}").into_bytes(),
    }
}

pub(crate) fn recording(job: &Job) -> Recording {
    Recording {
        job: job.id.clone(),
        attempt: 1,
        files: vec![FileRecord {
            format: "pdf".to_owned(),
            object: "fedcba9876543210fedcba9876543210".to_owned(),
            digest: [6; 32],
            length: 50_000,
            receipt: b"c2sp.org/tlog-proof@v1".to_vec(),
        }],
        stop: Stop::Clear,
        events: vec![outgoing("licence.issued", &["C-SAMR", "Q-ENF"])],
        superseding: registry::licences::Superseding::default(),
        response: response(),
        by: by(4),
    }
}

pub(crate) fn outgoing(kind: &str, receivers: &[&str]) -> Outgoing {
    Outgoing {
        kind: kind.to_owned(),
        receivers: receivers.iter().map(|name| (*name).to_owned()).collect(),
        payload: format!("{NAME} {CANARY}").into_bytes(),
    }
}

/// Powers that the sample catalogue grants.
pub(crate) fn powers() -> (SuspensionPower, EndingPower) {
    let catalogue = Catalogue::import(&Sources {
        departments: include_bytes!("../../../../tests/fixtures/sample/departments.json"),
        types: include_bytes!("../../../../tests/fixtures/sample/licence-types.json"),
        matters: include_bytes!("../../../../tests/fixtures/sample/matters-catalogue.json"),
        powers: None,
    })
    .expect("the sample imports");
    let food = TypeKey::parse("FOOD").expect("a type");
    let day = date!(2026 - 06 - 12);
    (
        catalogue
            .may_suspend(&department(), (&food, &department()), day)
            .expect("the issuer may suspend"),
        catalogue
            .may_end(&department(), (&food, &department()), Ending::Revoked, day)
            .expect("the issuer may revoke"),
    )
}

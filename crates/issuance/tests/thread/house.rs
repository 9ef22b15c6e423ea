//! An office founded on a fresh directory, with the sample catalogue, a caller and a custodian.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use catalogue::Zone;
use catalogue::key::DepartmentKey;
use crypto::aead::AeadKey;
use crypto::{
    Authorisation, Cost, Input, KeyAlgorithm, KeyId, KeyStore, KeyUse, Random, Signer,
    SoftwareSigner, SystemRandom,
};
use document::Edition;
use issuance::found::Founding;
use issuance::import::{Files, keep};
use issuance::office::Policies;
use issuance::release::Submitted;
use issuance::{Asker, Clock, FixedClock, Office, Once, Parts, Settings, seal_key};
use registry::Secrets;
use registry::asked::IdempotencyKey;
use registry::objects::{Objects, Wrapping};
use time::macros::utc_datetime;
use time::{Duration, UtcDateTime};

/// When scenarios begin.
pub(crate) const NOW: UtcDateTime = utc_datetime!(2026-07-03 01:00);

/// An office at work, and who may ask it.
pub(crate) struct House {
    pub(crate) office: Arc<Office>,
    pub(crate) clock: Arc<Hand>,
    custodian: SoftwareSigner,
    _folder: tempfile::TempDir,
}

fn sample(name: &str) -> Vec<u8> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../demo/assets/catalogue");
    std::fs::read(path.join(name)).expect("the demonstration's catalogue")
}

/// The person who releases every seal here.
pub(crate) const CUSTODIAN: &str = "P-HE-SHOUZHENG";

/// A clock that is put where a test wants it, and goes on by so many seconds at each look.
pub(crate) struct Hand {
    pub(crate) clock: FixedClock,
    pub(crate) step: AtomicI64,
}

impl Hand {
    fn at(moment: UtcDateTime) -> Hand {
        Hand {
            clock: FixedClock::new(moment),
            step: AtomicI64::new(0),
        }
    }
}

impl Clock for Hand {
    fn now(&self) -> UtcDateTime {
        let now = self.clock.now();
        self.clock
            .put(now + Duration::seconds(self.step.load(Ordering::SeqCst)));
        now
    }
}

impl House {
    pub(crate) async fn found() -> House {
        let folder = tempfile::tempdir().expect("a folder");
        let random: Arc<dyn Random> = Arc::new(SystemRandom::new());
        let clock = Arc::new(Hand::at(NOW));
        let secrets = Secrets::new(AeadKey::new([1; 32]), [2; 32], random.clone());
        let address = format!("sqlite:{}", folder.path().join("registry.db").display());
        let registry = registry::open(&address, secrets).await.expect("opens");
        let keys = KeyStore::create_at_cost(
            &folder.path().join("keys"),
            b"a passphrase of the tests",
            Cost::FOR_TESTS,
            random.as_ref(),
        )
        .expect("a key store");
        let catalogue = founded(&registry, &keys, clock.as_ref(), random.as_ref()).await;
        let custodian = custodian(&keys, &catalogue);
        let wrapping = Arc::new(Wrapping::new(1, AeadKey::new([4; 32])));
        let objects = Objects::open(
            &folder.path().join("objects"),
            1 << 30,
            wrapping,
            random.clone(),
        );
        let office = Office::open(Parts {
            settings: Settings {
                address: "https://licences.example".to_owned(),
                policies: Policies::SAMPLES,
                zone: Zone::SHANGHAI,
                edition: Edition::Sample,
                status_life: Duration::hours(48),
                release_life: Duration::hours(24),
                waiting_life: Duration::days(30),
                workers: 2,
                contact: None,
            },
            registry,
            objects: objects.expect("an object store"),
            keys: Arc::new(keys),
            clock: clock.clone(),
            random,
            shard_key: [3; 32],
        })
        .await
        .expect("opens");
        let office = Arc::new(office);
        tokio::spawn(office.log().clone().run());
        tokio::spawn(office.trace_log().clone().run());
        issuance::upkeep::round(&office)
            .await
            .expect("the first lists");
        House {
            office,
            clock,
            custodian,
            _folder: folder,
        }
    }

    /// The statement's signature by the custodian's own key.
    pub(crate) fn submitted(&self, offer: &issuance::release::Offer) -> Submitted {
        let statement = octets(&offer.statement);
        let under = Authorisation::journalled(
            KeyId::parse("custodian").expect("plain"),
            KeyUse::Release,
            &statement,
            self.clock.now(),
        );
        let signature = self.custodian.sign(Input::Message(&statement), &under);
        let form = time::format_description::well_known::Rfc3339;
        Submitted {
            expires: UtcDateTime::parse(&offer.expires, &form).expect("RFC 3339"),
            algorithm: self.custodian.algorithm(),
            signature: signature.expect("signs"),
            passkey: None,
            content_not_sent: false,
        }
    }
}

/// Imports the sample catalogue and makes keys, hierarchy and seals.
async fn founded(
    registry: &registry::Registry,
    keys: &KeyStore,
    clock: &dyn Clock,
    random: &dyn Random,
) -> catalogue::Catalogue {
    let files = [
        sample("departments.json"),
        sample("licence-types.json"),
        sample("matters-catalogue.json"),
        sample("powers.json"),
    ];
    let files = Files {
        departments: &files[0],
        types: &files[1],
        matters: &files[2],
        powers: Some(&files[3]),
    };
    let (catalogue, _) = keep(registry, &files, "P-ADMIN", NOW)
        .await
        .expect("imports");
    Founding {
        operator: "云洲省电子证照服务（样例）",
        address: "https://licences.example",
        policies: Policies::SAMPLES,
        catalogue: &catalogue,
        keys,
        registry,
        shard_key: &[3; 32],
        clock,
        national: false,
        random,
    }
    .found()
    .await
    .expect("founded");
    catalogue
}

fn custodian(keys: &KeyStore, catalogue: &catalogue::Catalogue) -> SoftwareSigner {
    let random = SystemRandom::new();
    let pkcs8 = crypto::generate_pkcs8(KeyAlgorithm::EcP256, &random).expect("a key");
    let signer = SoftwareSigner::from_pkcs8(&pkcs8, None).expect("reads its own");
    for seal in catalogue.seals() {
        let key = seal_key(seal.seal.as_str()).expect("plain codes");
        keys.enrol_releaser(&key, CUSTODIAN, signer.public_key(), &random)
            .expect("enrolled");
    }
    signer
}

/// A machine of this department.
pub(crate) fn caller(department: &str) -> Asker {
    Asker {
        account: format!("{department}-approvals"),
        person: format!("{department}-approvals"),
        department: DepartmentKey::parse(department).expect("a department"),
    }
}

/// The custodian's account in this department.
pub(crate) fn releaser(department: &str) -> Asker {
    Asker {
        account: format!("{department}-custodian"),
        person: CUSTODIAN.to_owned(),
        department: DepartmentKey::parse(department).expect("a department"),
    }
}

/// A request key and fingerprint of their own for each number.
pub(crate) fn once(number: u32) -> Once {
    Once {
        key: IdempotencyKey::parse(&format!("thread-test-{number:08}")).expect("16 characters"),
        fingerprint: crypto::sha256(&number.to_be_bytes()),
    }
}

pub(crate) fn octets(hex: &str) -> Vec<u8> {
    hex.as_bytes()
        .chunks(2)
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).expect("ASCII"), 16).expect("hex"))
        .collect()
}

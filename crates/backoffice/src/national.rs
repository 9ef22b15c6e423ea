//! The national suite of an office (D5): its hierarchy, time-stamps and certificate status in SM2 and SM3. An office may be
//! without it; then it makes the files of the other suite alone.

use pki::profile::{Issuer, Profile};
use registry::Registry;

use crate::answers::{self, Responder};
use crate::hierarchy::NationalHierarchy;
use crate::keys::ServiceKey;
use crate::ledger::{Heading, Ledger};
use crate::lists::ListIssuer;
use crate::opening::OpenOffice;
use crate::parts::{Parts, algorithm, certificate_of, certified_of, last_stamp};
use crate::stamps::{Stamping, TimeStamps};

/// How tokens for anybody stand in the journal.
const STAMPED: Heading = Heading {
    key: ServiceKey::NationalTimeStamps,
    purpose: "time-stamp",
    object: "tsa",
};
/// How answers for anybody stand in the journal.
const ANSWERED: Heading = Heading {
    key: ServiceKey::NationalResponder,
    purpose: "ocsp",
    object: "ocsp",
};

/// What an office has at hand in the national suite.
pub struct National {
    /// Certificates of the service's own keys.
    pub hierarchy: NationalHierarchy,
    /// Time-stamps with an SM3 imprint, signed in SM2.
    pub stamps: TimeStamps,
    /// The responder of the issuing CA.
    pub responder: Responder,
    /// Journal lines of tokens for anybody.
    pub stamped: Ledger,
    /// Journal lines of answers for anybody.
    pub answered: Ledger,
}

impl std::fmt::Debug for National {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("National")
    }
}

impl National {
    /// Opens the suite, where its root is in the key store and its seals, which are made last, are there.
    ///
    /// # Errors
    /// [`OpenOffice`]: a part of it is missing.
    pub(crate) async fn open(parts: &Parts) -> Result<Option<Self>, OpenOffice> {
        use ServiceKey as K;
        if parts.keys.public_key(&K::NationalRoot.id()).is_none() {
            return Ok(None);
        }
        if parts.registry.seals().objects().await?.is_empty() {
            return Ok(None);
        }
        let of = async |by: K, key: K, profile: Profile| {
            certificate_of(parts, (by, profile), &key.id()).await
        };
        let certified = async |key: K| {
            certified_of((&parts.registry, &parts.keys), K::NationalAuthority, key).await
        };
        let hierarchy = NationalHierarchy {
            root: of(K::NationalRoot, K::NationalRoot, Profile::ROOT).await?,
            authority: of(K::NationalRoot, K::NationalAuthority, Profile::ISSUING_CA).await?,
            responder: certified(K::NationalResponder).await?,
            time_stamps: certified(K::NationalTimeStamps).await?,
            maker: certified(K::SealMaker).await?,
            credential: certified(K::NationalCredential).await?,
        };
        let responder = responder(parts, &hierarchy)?;
        responder.load().await?;
        let last = last_stamp(&parts.registry, K::NationalTimeStamps).await?;
        Ok(Some(Self {
            stamps: TimeStamps::new(stamping(parts, &hierarchy)?, last),
            responder,
            stamped: ledger(STAMPED, &parts.registry),
            answered: ledger(ANSWERED, &parts.registry),
            hierarchy,
        }))
    }

    /// The CAs whose revocation lists are made here.
    ///
    /// # Errors
    /// `KeyAbsent`, `Key`.
    pub(crate) fn list_issuers(&self, parts: &Parts) -> Result<[ListIssuer; 2], OpenOffice> {
        let issuer = |key: ServiceKey, certificate: &pki::certificate::Certificate| {
            Ok::<_, OpenOffice>(ListIssuer {
                key: key.id(),
                issuer: Issuer::of(certificate, algorithm(parts, key)?)?,
                since: certificate.validity().from,
            })
        };
        Ok([
            issuer(ServiceKey::NationalRoot, &self.hierarchy.root)?,
            issuer(ServiceKey::NationalAuthority, &self.hierarchy.authority)?,
        ])
    }
}

fn ledger(heading: Heading, registry: &Registry) -> Ledger {
    Ledger::new(heading, registry.journal())
}

fn responder(parts: &Parts, hierarchy: &NationalHierarchy) -> Result<Responder, OpenOffice> {
    Ok(Responder::new(answers::Parts {
        of: (ServiceKey::NationalAuthority, ServiceKey::NationalResponder),
        authority: hierarchy.authority.clone(),
        certificate: hierarchy.responder.clone(),
        algorithm: algorithm(parts, ServiceKey::NationalResponder)?,
        life: parts.settings.status_life,
        keys: parts.keys.clone(),
        clock: parts.clock.clone(),
        registry: parts.registry.clone(),
    }))
}

fn stamping(parts: &Parts, hierarchy: &NationalHierarchy) -> Result<Stamping, OpenOffice> {
    Ok(Stamping {
        key: ServiceKey::NationalTimeStamps,
        certified: hierarchy.time_stamps.clone(),
        authority: hierarchy.authority.clone(),
        algorithm: algorithm(parts, ServiceKey::NationalTimeStamps)?,
        policies: vec![parts.settings.policies.stamps],
    })
}

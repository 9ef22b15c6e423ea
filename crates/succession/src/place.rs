//! One place among the keys of the service: whose certificates stand in it, and who issues them.

use backoffice::answers::whole;
use backoffice::asker::Asker;
use backoffice::hierarchy::Certified;
use backoffice::keys::ServiceKey;
use backoffice::office::Office;
use backoffice::rotation::certify;
use crypto::device::Order as KeyOrder;
use crypto::{Authorisation, KeyId, PublicKey, Signature, StoredKey, sha256};
use pki::certificate::Certificate;
use registry::certificates::Standing;
use registry::journal::KeyUse;

use crate::fault::SuccessionError;

/// Between the name of a place and the number of a key that had it.
const FORMER: &str = "retired";

/// One place among the keys of the service.
pub(crate) struct Place<'a> {
    pub(crate) office: &'a Office,
    pub(crate) key: ServiceKey,
    /// The name of the next key, until it is in its place.
    pub(crate) next: KeyId,
    certified: &'a Certified,
    issuer: (ServiceKey, &'a Certificate),
}

impl<'a> Place<'a> {
    /// The place of this key.
    ///
    /// # Errors
    /// `Absent` where the office is without the suite.
    pub(crate) fn of(office: &'a Office, key: ServiceKey) -> Result<Self, SuccessionError> {
        use ServiceKey as K;
        let own = &office.hierarchy;
        let usual = |certified| Some(((K::Authority, &own.authority), certified));
        let national = office.national.as_ref().map(|suite| &suite.hierarchy);
        let in_sm = |of: fn(&'a backoffice::hierarchy::NationalHierarchy) -> &'a Certified| {
            national.map(|own| ((K::NationalAuthority, &own.authority), of(own)))
        };
        let found = match key {
            K::Responder => usual(&own.responder),
            K::TimeStamps => usual(&own.time_stamps),
            K::Credential => usual(&own.credential),
            K::StatusList => usual(&own.status),
            K::TrustBundle => usual(&own.trust),
            K::NationalResponder => in_sm(|own| &own.responder),
            K::NationalTimeStamps => in_sm(|own| &own.time_stamps),
            K::NationalCredential => in_sm(|own| &own.credential),
            K::SealMaker => in_sm(|own| &own.maker),
            _ => None,
        };
        let (issuer, certified) = found.ok_or(SuccessionError::Absent)?;
        Ok(Self {
            office,
            key,
            next: named(key, "next").ok_or(SuccessionError::Use)?,
            certified,
            issuer,
        })
    }

    /// The keys that had this place and whose private halves are kept.
    pub(crate) fn formers(&self) -> Vec<StoredKey> {
        let own = format!("{}.{FORMER}-", self.key.name());
        let mut kept = self.office.keys.list();
        kept.retain(|key| key.former.is_some() && key.id.as_str().starts_with(&own));
        kept
    }

    /// The name under which the key in use is kept when it has given its place.
    pub(crate) fn former(&self) -> Result<KeyId, SuccessionError> {
        let known = self.office.keys.list();
        let is_free = |id: &KeyId| known.iter().all(|stored| stored.id != *id);
        let names = (1..=u32::MAX).filter_map(|n| named(self.key, &format!("{FORMER}-{n}")));
        names.into_iter().find(is_free).ok_or(SuccessionError::Use)
    }

    /// The next key's public half: made where keys are kept, of the kind of the one in use, unless it is there.
    pub(crate) fn made(&self) -> Result<PublicKey, SuccessionError> {
        let (keys, next) = (&self.office.keys, &self.next);
        if let Some((public, ..)) = keys.public_key(next) {
            return Ok(public);
        }
        let (own, algorithm, for_use) = self.in_use()?;
        let order = KeyOrder {
            id: next.clone(),
            for_use,
            kind: own.algorithm(),
            algorithm: Some(algorithm),
            seal: None,
        };
        keys.make(&[order], self.office.random.as_ref())?;
        let made = keys.public_key(next).map(|(public, ..)| public);
        made.ok_or(SuccessionError::Absent)
    }

    fn in_use(
        &self,
    ) -> Result<(PublicKey, crypto::SignatureAlgorithm, crypto::KeyUse), SuccessionError> {
        let found = self.office.keys.public_key(&self.key.id());
        found.ok_or(SuccessionError::Absent)
    }

    /// The next key's certificate, by the CA of the one in use, in its name: issued, unless one stands.
    pub(crate) async fn certified(
        &self,
        asker: &Asker,
        public: &PublicKey,
    ) -> Result<Certificate, SuccessionError> {
        let now = whole(self.office.clock.now());
        let before = self.certified.current();
        let profile = self.key.profile().ok_or(SuccessionError::Use)?;
        let issued = self.office.registry.certificates();
        let issuer = self.issuer.0.id();
        let known = issued.of_key(&issuer, profile.name, public).await?;
        let stands = known.iter().filter(|one| one.standing == Standing::Good);
        let mut stands = stands
            .filter_map(|one| one.der.as_deref())
            .filter_map(|der| Certificate::parse(der).ok())
            .filter(|one| now <= one.validity().last);
        if let Some(found) = stands.next() {
            return Ok(found);
        }
        let on = (before.as_ref(), public, now);
        let certificate = certify((self.office, Some(asker)), self.issuer, self.key, on).await?;
        Ok(certificate)
    }

    /// The next key signs once, what the journal knows before (T-S8): none comes in a place that does not sign, and by its
    /// certificate what it signs is good.
    pub(crate) async fn proven(
        &self,
        asker: &Asker,
        certificate: &Certificate,
    ) -> Result<(), SuccessionError> {
        let now = self.office.clock.now();
        // A line of text: no token, answer, list or code begins so.
        let serial = certificate.serial();
        let message = format!(
            "yinxin: {serial} comes in the place of {}\n",
            self.key.name()
        );
        let message = message.as_bytes();
        let line = KeyUse {
            department: asker.department.clone(),
            by: asker.by(now),
            key: self.next.clone(),
            purpose: "key-succession".to_owned(),
            digests: vec![sha256(message)],
            object: self.key.name().to_owned(),
        };
        self.office.registry.journal().append(vec![line]).await?;
        let (_, algorithm, for_use) = self.in_use()?;
        let under = Authorisation::journalled(self.next.clone(), for_use, message, now);
        let signature = self.office.keys.sign(message, &under)?;
        // As one that came from elsewhere, so that the certificate's key is asked.
        let received = Signature::new(signature.bytes().to_vec());
        let checked = certificate
            .public_key()?
            .check(algorithm, message, &received);
        checked.map_err(|_| SuccessionError::Unproven)
    }
}

fn named(key: ServiceKey, ending: &str) -> Option<KeyId> {
    KeyId::parse(&format!("{}.{ending}", key.name()))
}

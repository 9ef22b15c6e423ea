//! Another key for a seal whose key was compromised (T-C6): key, certificate, electronic seal. The seal stays the same:
//! code, picture, scope, and who may release it.

use catalogue::SealScope;
use catalogue::key::SealCode;
use crypto::device::Order;
use crypto::{KeyAlgorithm, KeyId, KeyUse};
use pki::certificate::Certificate;
use pki::profile::{Issuer, Profile};
use registry::asked::By;
use registry::certificates::Standing;
use registry::seals::SealObject;
use registry::trace::{Act, Deed};
use seal::ses::{Edition, Image, Seal};

use crate::found::{FoundError, Founding, key_of, national_key_of};
use crate::hierarchy::{Hierarchy, NationalHierarchy};
use crate::keys::ServiceKey;
use crate::seals::{VENDOR, is_drawn};

impl Founding<'_> {
    /// Gives a seal another key in each suite in which the certificate of its key was revoked. Broken off, it is done
    /// again: a key that is there and whose certificate stands is kept.
    ///
    /// # Errors
    /// [`FoundError`].
    pub async fn rekey(
        &self,
        code: &SealCode,
        (hierarchy, national): (&Hierarchy, Option<&NationalHierarchy>),
    ) -> Result<(), FoundError> {
        let scope = self.catalogue.seal(code);
        let scope = scope.ok_or_else(|| FoundError::SealCode(code.to_string()))?;
        let handed_in = self.handed_in(code).await?;
        self.certified(scope, (hierarchy, national), handed_in)
            .await
    }

    /// Makes a seal that was approved: its keys where they are to be kept, certificates, and the electronic seal with `picture`, or
    /// the drawn one. Broken off, it is done again: what is there is kept.
    ///
    /// # Errors
    /// [`FoundError`].
    pub async fn make_seal(
        &self,
        (code, picture): (&SealCode, Option<Vec<u8>>),
        (hierarchy, national): (&Hierarchy, Option<&NationalHierarchy>),
    ) -> Result<(), FoundError> {
        let scope = self.catalogue.seal(code);
        let scope = scope.ok_or_else(|| FoundError::SealCode(code.to_string()))?;
        self.first_key(scope, &key_of(scope)?, KeyAlgorithm::EcP256)
            .await?;
        if national.is_some() {
            self.first_key(scope, &national_key_of(scope)?, KeyAlgorithm::Sm2)
                .await?;
        }
        let image = match picture {
            Some(octets) => self
                .image(scope)?
                .map(|(_, drawn)| Image { octets, ..drawn }),
            None => None,
        };
        self.certified(scope, (hierarchy, national), image).await
    }

    /// T-L1: in the trace before it is there.
    async fn first_key(
        &self,
        scope: &SealScope,
        key: &KeyId,
        algorithm: KeyAlgorithm,
    ) -> Result<(), FoundError> {
        if self.keys.public_key(key).is_some() {
            return Ok(());
        }
        self.told(scope, key, ("seal-made", Vec::new())).await?;
        Ok(self
            .keys
            .make(&[order(scope, key, algorithm)], self.random)?)
    }

    /// Certificates for a seal's keys in each suite that it has, and its electronic seal with this picture or the drawn one.
    async fn certified(
        &self,
        scope: &SealScope,
        (hierarchy, national): (&Hierarchy, Option<&NationalHierarchy>),
        image: Option<Image>,
    ) -> Result<(), FoundError> {
        let by = (ServiceKey::Authority, &hierarchy.authority);
        self.another(scope, (&key_of(scope)?, KeyAlgorithm::EcP256), by)
            .await?;
        let Some(national) = national else {
            return Ok(());
        };
        let key = national_key_of(scope)?;
        // A seal that was never made in that suite is not made in it here.
        if self.keys.public_key(&key).is_none() {
            return Ok(());
        }
        let by = (ServiceKey::NationalAuthority, &national.authority);
        let certificate = self.another(scope, (&key, KeyAlgorithm::Sm2), by).await?;
        let image = match image {
            Some(image) => Some(image),
            None => self.image(scope)?.map(|(_, image)| image),
        };
        let (Some(certificate), Some(image)) = (certificate, image) else {
            return Ok(());
        };
        let on = (scope, &image);
        let maker = national.maker.current();
        let maker = maker.as_ref();
        let made = SealObject {
            code: scope.seal.clone(),
            department: scope.holder.clone(),
            object: self.object(maker, (Edition::V4, on), &certificate).await?,
            earlier: Some(self.object(maker, (Edition::V1, on), &certificate).await?),
        };
        let seals = self.registry.seals();
        seals.keep_objects(vec![made.clone()], self.now()).await?;
        let drills = self.registry.drills();
        Ok(drills.replace_object(made, self.now()).await?)
    }

    /// The picture that the holder of a seal handed in: it stays the same.
    async fn handed_in(&self, code: &SealCode) -> Result<Option<Image>, FoundError> {
        let kept = self.registry.seals().object(code).await?;
        let read = kept.and_then(|kept| Seal::parse(&kept.object).ok());
        let own = read.filter(|seal| seal.vendor() == VENDOR && !is_drawn(seal));
        Ok(own.map(|seal| seal.image().clone()))
    }

    /// The certificate of a seal's key in one suite: of another key where that of the key at hand was revoked.
    async fn another(
        &self,
        scope: &SealScope,
        (key, algorithm): (&KeyId, KeyAlgorithm),
        (by, authority): (ServiceKey, &Certificate),
    ) -> Result<Option<Certificate>, FoundError> {
        let public = self.public(key)?;
        let issued = self.registry.certificates();
        let issued = issued.of_key(&by.id(), Profile::SEAL.name, &public).await?;
        if let Some(stands) = issued.iter().find(|one| one.standing == Standing::Good) {
            let read = stands.der.as_deref().map(Certificate::parse);
            return Ok(read.and_then(Result::ok));
        }
        // None at all: the process that made this key was lost before its certificate.
        if !issued.is_empty() {
            self.replace_key(scope, key, algorithm).await?;
        }
        let issuer = Issuer::of(authority, self.algorithm(&by.id())?)?;
        self.seal((by, &issuer), scope, key).await
    }

    /// T-L1: in the trace before it is there.
    async fn replace_key(
        &self,
        scope: &SealScope,
        key: &KeyId,
        algorithm: KeyAlgorithm,
    ) -> Result<(), FoundError> {
        let known = self.keys.list();
        let taken = |id: &KeyId| known.iter().any(|stored| stored.id == *id);
        let names = (1..=u32::MAX).filter_map(|n| KeyId::parse(&format!("{key}.retired-{n}")));
        let retired = names.into_iter().find(|id| !taken(id));
        let retired = retired.ok_or_else(|| FoundError::SealCode(scope.seal.to_string()))?;
        let detail = vec![("retired", retired.to_string())];
        self.told(scope, key, ("key-compromise", detail)).await?;
        let new = order(scope, key, algorithm);
        Ok(self.keys.make_instead(&new, &retired, self.random)?)
    }

    async fn told(
        &self,
        scope: &SealScope,
        key: &KeyId,
        (ground, detail): (&str, Vec<(&'static str, String)>),
    ) -> Result<(), FoundError> {
        let act = Act {
            department: scope.holder.clone(),
            by: By::new("service", self.now()),
            deed: Deed::Key,
            object: key.to_string(),
            ground: ground.to_owned(),
            detail,
            key: None,
        };
        self.registry.trace().record(act).await?;
        Ok(())
    }
}

fn order<'a>(scope: &'a SealScope, key: &KeyId, algorithm: KeyAlgorithm) -> Order<'a> {
    Order {
        id: key.clone(),
        for_use: KeyUse::Seal,
        kind: algorithm,
        algorithm: None,
        seal: Some(scope.seal.as_str()),
    }
}

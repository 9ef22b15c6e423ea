//! How a desk is put together: whole when the office opens or another catalogue comes, and seal by seal where scopes were decided since.

use std::sync::Arc;

use catalogue::Catalogue;
use catalogue::key::SealCode;
use crypto::{KeyId, KeyStore};
use document::Imprint;
use pki::certificate::Certificate;
use pki::profile::Profile;
use registry::Registry;
use registry::seals::SealObject;

use crate::desk::{Desk, blanks, forms};
use crate::keys::{ServiceKey, national_seal_key, seal_key};
use crate::opening::OpenOffice;
use crate::parts::{Settings, issued, parsed};
use crate::sealed;
use crate::seals::{Stock, gather};

/// What a desk is put together from.
pub(crate) struct DeskSource<'a> {
    pub(crate) registry: &'a Registry,
    pub(crate) keys: &'a KeyStore,
    pub(crate) settings: &'a Settings,
}

impl DeskSource<'_> {
    /// A desk by this catalogue.
    pub(crate) async fn desk(
        &self,
        mut catalogue: Catalogue,
        version: u64,
    ) -> Result<Desk, OpenOffice> {
        let (made, scopes) = sealed::put_scopes(self.registry, &mut catalogue).await?;
        let certificates = issued(self.registry, ServiceKey::Authority, Profile::SEAL).await?;
        let national = issued(self.registry, ServiceKey::NationalAuthority, Profile::SEAL).await?;
        let objects = self.registry.seals().objects().await?;
        let stock = Stock {
            certificates: &certificates,
            national: &national,
            objects: &objects,
            scopes: &scopes,
        };
        let seals = gather(catalogue.seals(), (&catalogue, self.keys), &stock)?;
        let imprint = Imprint {
            address: self.settings.address.clone(),
            edition: self.settings.edition,
        };
        Ok(Desk {
            version,
            scopes: made,
            blanks: Arc::new(blanks(&catalogue, &imprint)?),
            forms: Arc::new(forms(&imprint)?),
            catalogue: Arc::new(catalogue),
            seals,
        })
    }

    /// The desk before, with the seals whose scopes were decided since: of 10,000 seals the others stay as they are.
    pub(crate) async fn after(&self, before: &Desk) -> Result<Desk, OpenOffice> {
        let book = self.registry.applications();
        // The number first: what comes in between is followed once more.
        let made = book.scopes_made().await?;
        let numbers = self.registry.seals().scope_numbers().await?;
        let known = |seal: &SealCode| before.seals.get(seal).map(|seal| seal.scope);
        let other = |(seal, number): &(&SealCode, &u64)| known(seal) != Some(**number);
        let changed: Vec<SealCode> = numbers
            .iter()
            .filter(other)
            .map(|(seal, _)| seal.clone())
            .collect();
        let mut catalogue = before.catalogue.as_ref().clone();
        for seal in &changed {
            if let Some(last) = book.scopes(seal).await?.last() {
                sealed::put(&mut catalogue, last);
            }
        }
        let mut seals = before.seals.clone();
        for seal in &changed {
            seals.remove(seal);
        }
        let kept = self.kept(&changed).await?;
        let stock = Stock {
            certificates: &kept.0,
            national: &kept.1,
            objects: &kept.2,
            scopes: &numbers,
        };
        let scopes = changed.iter().filter_map(|seal| catalogue.seal(seal));
        seals.append(&mut gather(scopes, (&catalogue, self.keys), &stock)?);
        Ok(Desk {
            version: before.version,
            scopes: made,
            blanks: Arc::clone(&before.blanks),
            forms: Arc::clone(&before.forms),
            catalogue: Arc::new(catalogue),
            seals,
        })
    }

    /// Certificates in each suite, and electronic seals, of these seals alone.
    async fn kept(&self, seals: &[SealCode]) -> Result<Kept, OpenOffice> {
        let mut kept = Kept::default();
        for seal in seals {
            let code = seal.as_str();
            kept.0
                .extend(self.of_key(ServiceKey::Authority, seal_key(code)).await?);
            let national = national_seal_key(code);
            kept.1
                .extend(self.of_key(ServiceKey::NationalAuthority, national).await?);
            kept.2.extend(self.registry.seals().object(seal).await?);
        }
        Ok(kept)
    }

    async fn of_key(
        &self,
        by: ServiceKey,
        key: Option<KeyId>,
    ) -> Result<Vec<Certificate>, OpenOffice> {
        let Some((public, ..)) = key.and_then(|key| self.keys.public_key(&key)) else {
            return Ok(Vec::new());
        };
        let book = self.registry.certificates();
        parsed(&book.of_key(&by.id(), Profile::SEAL.name, &public).await?)
    }
}

/// Certificates, those of the national suite, electronic seals.
type Kept = (Vec<Certificate>, Vec<Certificate>, Vec<SealObject>);

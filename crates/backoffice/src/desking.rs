//! How a desk is put together: whole when the office opens or another catalogue comes, and seal by seal where scopes were decided since.

use std::collections::BTreeMap;
use std::sync::Arc;

use catalogue::Catalogue;
use catalogue::key::SealCode;
use crypto::{KeyId, KeyStore};
use document::{Blank, Imprint};
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

/// Pages that were laid out.
struct Pages {
    blanks: Arc<BTreeMap<String, Blank>>,
    forms: Arc<BTreeMap<&'static str, Blank>>,
}

impl Pages {
    fn of(desk: &Desk) -> Self {
        Self {
            blanks: Arc::clone(&desk.blanks),
            forms: Arc::clone(&desk.forms),
        }
    }
}

impl DeskSource<'_> {
    /// A desk by this catalogue.
    pub(crate) async fn desk(
        &self,
        catalogue: Catalogue,
        version: u64,
    ) -> Result<Desk, OpenOffice> {
        let imprint = Imprint {
            address: self.settings.address.clone(),
            edition: self.settings.edition,
        };
        let pages = Pages {
            blanks: Arc::new(blanks(&catalogue, &imprint)?),
            forms: Arc::new(forms(&imprint)?),
        };
        self.over(pages, (catalogue, version)).await
    }

    /// The same after this one: of the catalogue that was in force before, no page is laid out again.
    pub(crate) async fn again(
        &self,
        before: &Desk,
        (catalogue, version): (Catalogue, u64),
    ) -> Result<Desk, OpenOffice> {
        match version == before.version {
            true => self.over(Pages::of(before), (catalogue, version)).await,
            false => self.desk(catalogue, version).await,
        }
    }

    async fn over(
        &self,
        pages: Pages,
        (mut catalogue, version): (Catalogue, u64),
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
        Ok(Desk {
            version,
            scopes: made,
            blanks: pages.blanks,
            forms: pages.forms,
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
        let desk = Desk {
            scopes: made,
            catalogue: Arc::new(catalogue),
            ..before.clone()
        };
        self.anew(desk, (&changed, &numbers)).await
    }

    /// The desk before, with the seals whose keys another process put in the place of others; nothing where there are none: most
    /// often somebody was enrolled.
    pub(crate) async fn rekeyed(&self, before: &Desk) -> Result<Option<Desk>, OpenOffice> {
        let scopes = before.catalogue.seals();
        let changed = scopes.filter(|scope| self.is_rekeyed(before, &scope.seal));
        let changed: Vec<SealCode> = changed.map(|scope| scope.seal.clone()).collect();
        if changed.is_empty() {
            return Ok(None);
        }
        let numbers = self.registry.seals().scope_numbers().await?;
        // Afterwards: were another scope decided meanwhile, its number would stand at the scope before.
        if self.registry.applications().scopes_made().await? != before.scopes {
            let catalogue = before.catalogue.as_ref().clone();
            let desk = self.again(before, (catalogue, before.version)).await?;
            return Ok(Some(desk));
        }
        let desk = self.anew(before.clone(), (&changed, &numbers)).await?;
        Ok(Some(desk))
    }

    /// Whether a certificate of the seal is not the one of its key, or one of both is missing.
    fn is_rekeyed(&self, before: &Desk, code: &SealCode) -> bool {
        let seal = before.seals.get(code);
        let national = seal.and_then(|seal| seal.national.as_ref());
        let differs = |key: Option<KeyId>, certificate: Option<&Certificate>| {
            let stored = key.and_then(|key| self.keys.public_key(&key));
            let stored = stored.as_ref().map(|(public, ..)| public.spki());
            stored != certificate.map(|one| one.spki())
        };
        let code = code.as_str();
        differs(seal_key(code), seal.map(|seal| &seal.certificate))
            || differs(
                national_seal_key(code),
                national.map(|own| &own.certificate),
            )
    }

    /// A desk with these seals put together anew.
    async fn anew(
        &self,
        mut desk: Desk,
        (changed, numbers): (&[SealCode], &BTreeMap<SealCode, u64>),
    ) -> Result<Desk, OpenOffice> {
        let kept = self.kept(changed).await?;
        let stock = Stock {
            certificates: &kept.0,
            national: &kept.1,
            objects: &kept.2,
            scopes: numbers,
        };
        for seal in changed {
            desk.seals.remove(seal);
        }
        let scopes = changed.iter().filter_map(|seal| desk.catalogue.seal(seal));
        let mut made = gather(scopes, (&desk.catalogue, self.keys), &stock)?;
        desk.seals.append(&mut made);
        Ok(desk)
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

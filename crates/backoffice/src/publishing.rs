//! Our own trusted list in the form of TS 119 612: written from what we trust of our own, signed by who signs bundles, kept as
//! it was signed.

use std::sync::Arc;

use crypto::{Authorisation, KeyUse, SignError, sha256};
use pki::Certificate;
use registry::StoreError;
use registry::own_lists::KeptList;
use thiserror::Error;
use time::{Duration, UtcDateTime};
use trustlist::{DraftList, ListDraft, Pointer, ReadList, Scheme};

use crate::answers::whole;
use crate::bundle::{Contents, LIFE};
use crate::certify::operator;
use crate::keys::ServiceKey;
use crate::office::Office;
use crate::own_list::OwnList;

/// Where it is published, below the address of the service.
pub const PATH: &str = "/trust/list.xml";
/// The territory: of the installation's certificates.
const TERRITORY: &str = "CN";

/// Why no list was published.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum PublishError {
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// There is no anchor to begin with.
    #[error("there is no anchor of our own")]
    Anchor,
    /// It cannot be written.
    #[error("the list cannot be written")]
    Draft(#[from] DraftList),
    /// The key store did not sign.
    #[error("the list was not signed")]
    Sign(#[from] SignError),
    /// What was written or kept is not what it has to be.
    #[error("the list does not read")]
    Read(#[from] ReadList),
}

/// The list that is to be handed out instead of the one that is, and whether it was signed just now; `None` where that one
/// stays.
pub(crate) async fn publish(
    office: &Office,
    contents: &Contents<'_>,
) -> Result<Option<(OwnList, bool)>, PublishError> {
    let lists = office.registry.regions().own_lists();
    let signer = office.hierarchy.trust.current();
    let signer = signer.as_ref();
    let signers = std::slice::from_ref(signer);
    let now = whole(office.clock.now());
    let writing = Writing {
        office,
        contents,
        signer,
    };
    let content = writing.content()?;
    let newest = lists.newest().await?;
    let shown = office.trusted.list();
    let number = newest.as_ref().map_or(0, |kept| kept.number);
    if let Some(kept) = newest
        && kept.content == content
        && now + LIFE / 2 < kept.next_update
    {
        if shown.is_some_and(|shown| shown.digest == sha256(&kept.document)) {
            return Ok(None);
        }
        // Another node published it. One that does not read is followed by another one.
        if let Ok(list) = OwnList::of(kept, signers) {
            return Ok(Some((list, false)));
        }
    }
    let number = number.saturating_add(1);
    let kept = KeptList {
        number,
        issued_at: now,
        next_update: now + LIFE,
        content,
        document: writing.signed(number, now)?,
    };
    let list = OwnList::of(kept.clone(), signers)?;
    // Where another node took the number, its list is taken in with the next round.
    Ok(lists.keep(kept).await?.then_some((list, true)))
}

struct Writing<'a> {
    office: &'a Office,
    contents: &'a Contents<'a>,
    signer: &'a Certificate,
}

impl Writing<'_> {
    /// SHA-256 over what a list would say beside its number and its moments.
    fn content(&self) -> Result<[u8; 32], PublishError> {
        let mut draft = self.draft(0)?;
        draft.issued_at = UtcDateTime::UNIX_EPOCH;
        draft.next_update = draft.issued_at + Duration::DAY;
        let prepared = draft.prepare(self.signer, self.algorithm()?, draft.issued_at)?;
        Ok(sha256(prepared.to_be_signed()))
    }

    fn algorithm(&self) -> Result<crypto::SignatureAlgorithm, PublishError> {
        let algorithm = self.office.algorithm(ServiceKey::TrustBundle);
        Ok(algorithm.ok_or(SignError::UnknownKey)?)
    }

    fn signed(&self, number: u64, now: UtcDateTime) -> Result<Vec<u8>, PublishError> {
        let mut draft = self.draft(number)?;
        draft.issued_at = now;
        draft.next_update = now + LIFE;
        let prepared = draft.prepare(self.signer, self.algorithm()?, now)?;
        let message = prepared.to_be_signed().to_vec();
        let id = ServiceKey::TrustBundle.id();
        let under = Authorisation::journalled(id, KeyUse::TrustBundle, &message, now);
        let signature = self.office.keys.sign(&message, &under)?;
        Ok(prepared.finish(&signature)?)
    }

    /// What we trust of our own, and who may sign the next list.
    fn draft(&self, number: u64) -> Result<ListDraft, PublishError> {
        let address = &self.office.settings.address;
        let own = self.contents.own();
        let mut draft = own
            .as_list(self.scheme(), number)
            .ok_or(PublishError::Anchor)?;
        draft.pointers.push(Pointer::to_itself(
            format!("{address}{PATH}"),
            TERRITORY.to_owned(),
            self.signers(),
        ));
        Ok(draft)
    }

    /// Who signs this list, and whose certificate holds of those who signed before or will sign next.
    fn signers(&self) -> Vec<Certificate> {
        let now = whole(self.office.clock.now());
        let others = self.office.hierarchy.trust.others();
        let holds = |other: &&Arc<Certificate>| other.validity().last >= now;
        let others = others
            .iter()
            .filter(holds)
            .map(|one| Certificate::clone(one));
        [self.signer.clone()].into_iter().chain(others).collect()
    }

    /// TS 119 612 5.3: the operator as the certificates name it, with what the configuration says of where it is reached.
    fn scheme(&self) -> Scheme {
        let page = format!("{}/", self.office.settings.address);
        let subject = self.office.hierarchy.root.subject();
        let operator = operator(subject).unwrap_or_else(|| subject.to_string());
        let contact = self.office.settings.contact.as_ref();
        let place = contact.map_or([operator.as_str(), TERRITORY, TERRITORY], |contact| {
            [&contact.street, &contact.locality, &contact.province].map(String::as_str)
        });
        let [street, locality, province] = place;
        let mail = contact.map(|contact| format!("mailto:{}", contact.mail));
        let rules = contact.and_then(|contact| contact.rules.clone());
        let rules = rules.unwrap_or_else(|| page.clone());
        Scheme {
            name: vec![("en".to_owned(), format!("{TERRITORY}:{operator}"))],
            territory: TERRITORY.to_owned(),
            address: [street, locality, province, TERRITORY].map(str::to_owned),
            contacts: mail.into_iter().chain([page.clone()]).collect(),
            information: page,
            policy: rules.clone(),
            rules,
            operator: vec![("zh".to_owned(), operator)],
        }
    }
}

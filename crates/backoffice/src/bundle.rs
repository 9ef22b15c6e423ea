//! The trust bundle: what a verifier needs to know of this installation, signed by it.

use std::sync::Arc;

use credential::{JwsDraft, ReadJws};
use crypto::{Authorisation, KeyUse, SignError, WrongForm};
use pki::certificate::Certificate;
use thiserror::Error;
use time::{Duration, UtcDateTime};
use verify::{Bundle, BundleAnchor, BundleLog, Office as Entitled, OfficeType};

use crate::answers::whole;
use crate::desk::Desk;
use crate::hierarchy::{Certified, Hierarchy, NationalHierarchy};
use crate::keys::ServiceKey;
use crate::regions::Decided;
use crate::sequencer::CheckpointSigner;

/// How long a bundle is good: a month, renewed when anything in it changes (*default*).
pub(crate) const LIFE: Duration = Duration::days(30);

/// How long before its next update a region is left out: what is put together again each hour at the latest is then never
/// stale because of it.
pub(crate) const AHEAD: Duration = Duration::hours(1);

/// Why there is no bundle.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum BundleError {
    /// It cannot be written.
    #[error("the bundle cannot be written")]
    Write(#[from] ReadJws),
    /// The key store did not sign.
    #[error("the bundle was not signed")]
    Sign(#[from] SignError),
    /// The signature cannot be written.
    #[error("the signature cannot be written")]
    Form(#[from] WrongForm),
}

/// What a bundle is made of.
#[derive(Debug)]
pub struct Contents<'a> {
    /// Certificates of the service's own keys.
    pub hierarchy: &'a Hierarchy,
    /// Those of the national suite, where the office has it.
    pub national: Option<&'a NationalHierarchy>,
    /// The catalogue and its seals.
    pub desk: &'a Desk,
    /// Who signs the log's checkpoints.
    pub log: &'a CheckpointSigner,
    /// Who signs those of the trace's log, which evidence of a case rests on.
    pub trace: &'a CheckpointSigner,
    /// What two people each decided: other regions, and anchors of our own.
    pub decided: &'a Decided,
    /// When it is made.
    pub now: UtcDateTime,
}

impl Contents<'_> {
    /// The bundle as data: also what the service itself trusts when it judges.
    pub fn bundle(&self) -> Bundle {
        let regions = self.decided.regions.iter();
        let regions = regions.map(|region| (&region.bundle, region.term));
        self.own().joined(regions, whole(self.now) + AHEAD)
    }

    /// Our own anchors: the roots of the installation and what two people added, each within its dates.
    pub(crate) fn anchors(&self) -> Vec<BundleAnchor> {
        let national = self.national.map(|national| &national.root);
        let roots = [&self.hierarchy.root].into_iter().chain(national);
        let mut anchors: Vec<BundleAnchor> = roots.map(anchor).collect();
        for decided in &self.decided.anchors {
            let known = |one: &&mut BundleAnchor| one.certificate == decided.certificate;
            match anchors.iter_mut().find(known) {
                Some(root) => {
                    root.from = root.from.max(decided.from);
                    root.until = decided.until;
                }
                None => anchors.push(decided.clone()),
            }
        }
        anchors
    }

    /// The bundle without what other regions say: what is ours to hand on (R32).
    pub(crate) fn own(&self) -> Bundle {
        let hierarchy = self.hierarchy;
        let now = whole(self.now);
        let mut candidates = vec![hierarchy.authority.clone()];
        let mut certified = vec![&hierarchy.responder, &hierarchy.status, &hierarchy.trust];
        // A printed code names the certificate under which it was signed, and carries none. A token may be asked for without
        // its unit's (RFC 3161 2.4.1, certReq).
        let mut named = vec![&hierarchy.time_stamps, &hierarchy.credential];
        if let Some(national) = self.national {
            candidates.push(national.authority.clone());
            certified.extend([&national.responder, &national.maker]);
            named.extend([&national.time_stamps, &national.credential]);
        }
        // What signed before, and what will sign next, is known too, as long as its certificate holds.
        let current = certified.iter().map(|keys| keys.current());
        let others = certified.iter().flat_map(|keys| keys.others());
        let others = others.filter(|other| other.validity().last >= now);
        let named = named.into_iter().flat_map(Certified::all);
        let all = current.chain(others).chain(named);
        candidates.extend(all.map(Arc::unwrap_or_clone));
        Bundle {
            issued_at: now,
            next_update: now + LIFE,
            anchors: self.anchors(),
            certificates: candidates,
            offices: self.offices(),
            logs: [self.log, self.trace]
                .map(|signer| BundleLog {
                    origin: signer.origin.clone(),
                    keys: vec![signer.note_key.vkey()],
                    witnesses: Vec::new(),
                    quorum: 0,
                    national_keys: national_keys(signer),
                    national_from: signer.national.as_ref().map_or(0, |own| own.from),
                })
                .to_vec(),
            time_stamp_policies: Vec::new(),
        }
    }

    /// Which body may issue which types: from the catalogue in force (R32).
    fn offices(&self) -> Vec<Entitled> {
        let catalogue = &self.desk.catalogue;
        let mut offices = Vec::new();
        for department in catalogue.departments() {
            let types: Vec<OfficeType> = catalogue
                .licence_types()
                .filter(|kind| kind.issuers.contains(&department.key))
                .map(|kind| OfficeType {
                    code: kind.code.to_string(),
                    from: None,
                    until: None,
                })
                .collect();
            if !types.is_empty() {
                offices.push(Entitled {
                    code: department.code.as_str().to_owned(),
                    name: department.name_zh.clone(),
                    types,
                    from: None,
                    until: None,
                    under: Vec::new(),
                });
            }
        }
        offices
    }

    /// The signed file for `--trust`.
    ///
    /// # Errors
    /// [`BundleError`], such as a locked key store.
    pub fn signed(&self, keys: &crypto::KeyStore) -> Result<String, BundleError> {
        let certificates = [
            Arc::unwrap_or_clone(self.hierarchy.trust.current()),
            self.hierarchy.authority.clone(),
        ];
        let id = ServiceKey::TrustBundle.id();
        let Some((_, algorithm, _)) = keys.public_key(&id) else {
            return Err(SignError::UnknownKey.into());
        };
        let draft = JwsDraft {
            kind: "",
            algorithm,
            kid: None,
            certificates: &certificates,
        };
        let prepared = self.bundle().prepare(draft)?;
        let message = prepared.to_be_signed().to_vec();
        let under = Authorisation::journalled(id, KeyUse::TrustBundle, &message, self.now);
        let signature = keys.sign(&message, &under)?;
        Ok(prepared.finish(&signature)?)
    }
}

fn national_keys(signer: &CheckpointSigner) -> Vec<String> {
    let national = signer.national.iter();
    national.map(|own| own.note_key.vkey()).collect()
}

/// A root that is trusted for every purpose from its first day on.
fn anchor(root: &Certificate) -> BundleAnchor {
    BundleAnchor {
        certificate: root.clone(),
        purposes: Vec::new(),
        from: Some(root.validity().from),
        until: None,
    }
}

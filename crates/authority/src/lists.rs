//! Lists that are published: revoked certificates, and the state of licences.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use credential::{JwsDraft, PrepareStatus, StatusClaims, StatusList};
use crypto::{Authorisation, KeyId, KeyStore, KeyUse, SignError, SignatureAlgorithm, WrongForm};
use pki::certificate::Certificate;
use pki::crl::{Coverage, CrlDraft, FinishCrl, PrepareCrl};
use pki::extension::{self, PointName};
use pki::general_name::GeneralName;
use pki::profile::Issuer;
use registry::Later;
use registry::Registry;
use registry::certificates::{CertificateError, Scope, SignedList};
use registry::status::{ListNumber, SignedStatus, StatusError, StatusValue};
use thiserror::Error;
use time::{Duration, UtcDateTime};

use crate::answers::whole;
use crate::certify::list_address;
use crate::clock::Clock;
use crate::hierarchy::Certified;
use crate::keys::ServiceKey;

/// How long a process may take over one list before another may take its turn.
const TURN: Duration = Duration::seconds(30);
/// For how many seconds a status list may be kept before a newer one is asked for: an hour (*default*).
const KEEP: u32 = 3_600;

/// Why a list was not published.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ListError {
    /// The list cannot be prepared.
    #[error("the list cannot be prepared")]
    Prepare(#[from] PrepareCrl),
    /// The signature makes no list.
    #[error("the signature makes no list")]
    Finish(#[from] FinishCrl),
    /// The status list cannot be prepared.
    #[error("the status list cannot be prepared")]
    Status(#[from] PrepareStatus),
    /// The signature cannot be written.
    #[error("the signature cannot be written")]
    Form(#[from] WrongForm),
    /// The key store did not sign.
    #[error("the list was not signed")]
    Sign(#[from] SignError),
    /// The register refuses.
    #[error("the register refuses")]
    Register(#[from] CertificateError),
    /// The registry of status refuses.
    #[error("the registry of status refuses")]
    Store(#[from] StatusError),
}

/// A list as it is served.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Published {
    /// Its octets.
    pub bytes: Vec<u8>,
    /// As of when.
    pub this_update: UtcDateTime,
    /// Never served from then on.
    pub next_update: UtcDateTime,
}

/// A CA whose lists are made here.
#[derive(Debug, Clone)]
pub struct ListIssuer {
    /// Its key.
    pub key: KeyId,
    /// Its name and key as lists hold them.
    pub issuer: Issuer,
    /// Since when its certificates exist: entries are kept from then on.
    pub since: UtcDateTime,
}

/// Who makes and serves lists.
pub struct Lists {
    issuers: Vec<ListIssuer>,
    address: String,
    status: Certified,
    authority: Certificate,
    algorithm: SignatureAlgorithm,
    life: Duration,
    keys: Arc<KeyStore>,
    clock: Arc<dyn Clock>,
    registry: Registry,
    revoked: RwLock<HashMap<String, Arc<Published>>>,
    states: RwLock<HashMap<u32, Arc<Published>>>,
}

impl std::fmt::Debug for Lists {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Lists")
    }
}

/// What lists are made of.
pub struct Parts {
    /// The CAs.
    pub issuers: Vec<ListIssuer>,
    /// Origin under which lists are had.
    pub address: String,
    /// The certificates of who signs status lists.
    pub status: Certified,
    /// Its CA.
    pub authority: Certificate,
    /// How status lists are signed.
    pub algorithm: SignatureAlgorithm,
    /// How long a list is good.
    pub life: Duration,
    /// Where the keys are.
    pub keys: Arc<KeyStore>,
    /// Now.
    pub clock: Arc<dyn Clock>,
    /// What is known of certificates and states.
    pub registry: Registry,
}

impl std::fmt::Debug for Parts {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Parts")
    }
}

impl Lists {
    /// Lists, none held yet.
    #[must_use]
    pub fn new(parts: Parts) -> Self {
        Self {
            issuers: parts.issuers,
            address: parts.address,
            status: parts.status,
            authority: parts.authority,
            algorithm: parts.algorithm,
            life: parts.life,
            keys: parts.keys,
            clock: parts.clock,
            registry: parts.registry,
            revoked: RwLock::default(),
            states: RwLock::default(),
        }
    }

    /// Takes what is stored into memory: what a start does, before anything is signed.
    ///
    /// # Errors
    /// `Register`, `Store`.
    pub async fn load(&self) -> Result<(), ListError> {
        for issuer in &self.issuers {
            for scope in scopes(issuer) {
                let lists = self.registry.revocation_lists();
                if let Some(list) = lists.latest(&issuer.key, scope).await? {
                    self.hold_revoked(name(&issuer.key, scope), list);
                }
            }
        }
        for list in self.registry.status_lists().list().await? {
            if let Some(token) = self.registry.status_lists().signed(list.list).await? {
                self.hold_state(list.list, &token);
            }
        }
        Ok(())
    }

    /// Makes the lists that are due; returns how many.
    ///
    /// # Errors
    /// [`ListError`]; what was published before stays published.
    pub fn renew(&self) -> Later<'_, Result<usize, ListError>> {
        Box::pin(async move {
            let now = whole(self.clock.now());
            let mut made = 0;
            for issuer in &self.issuers {
                let due = self
                    .registry
                    .revocation_lists()
                    .due(&issuer.key, now)
                    .await?;
                for scope in due {
                    self.publish_revoked(issuer, scope, now).await?;
                    made += 1;
                }
            }
            for list in self.registry.status_lists().due(now).await? {
                self.publish_states(list, now).await?;
                made += 1;
            }
            Ok(made)
        })
    }

    async fn publish_revoked(
        &self,
        issuer: &ListIssuer,
        scope: Scope,
        now: UtcDateTime,
    ) -> Result<(), ListError> {
        let lists = self.registry.revocation_lists();
        let turn = match lists.take_turn(&issuer.key, scope, now, now + TURN).await {
            // Another process makes this very list.
            Err(CertificateError::Leased) => return Ok(()),
            turn => turn?,
        };
        let entries = lists.revoked_in(&issuer.key, scope).await?;
        let uri = match scope {
            Scope::Complete => String::new(),
            Scope::Shard(shard) => list_address(&self.address, issuer.key.as_str(), Some(shard)),
        };
        let coverage = match scope {
            Scope::Complete => Coverage::Complete,
            Scope::Shard(_) => Coverage::Partition {
                uri: &uri,
                scope: extension::Scope::All,
            },
        };
        let draft = CrlDraft {
            issuer: &issuer.issuer,
            number: turn.number,
            this_update: now,
            next_update: now + self.life,
            coverage,
            expired_kept_since: Some(issuer.since),
        };
        let prepared = draft.prepare(entries)?;
        let under = Authorisation::journalled(
            issuer.key.clone(),
            KeyUse::Certificates,
            prepared.to_be_signed(),
            now,
        );
        let signature = self.keys.sign(prepared.to_be_signed(), &under)?;
        let list = SignedList {
            number: turn.number,
            der: prepared.finish(&signature)?.der().to_vec(),
            this_update: now,
            next_update: now + self.life,
        };
        lists
            .publish(&issuer.key, scope, turn, list.clone())
            .await?;
        self.hold_revoked(name(&issuer.key, scope), list);
        Ok(())
    }

    async fn publish_states(&self, number: ListNumber, now: UtcDateTime) -> Result<(), ListError> {
        let lists = self.registry.status_lists();
        let Some(list) = lists.find(number).await? else {
            return Ok(());
        };
        let values = lists.values(number).await?;
        let mut states = StatusList::new();
        for (slot, value) in &values.values {
            states.set(u64::from(*slot), value_of(*value));
        }
        let claims = StatusClaims {
            uri: list.uri,
            issued_at: now,
            expires: now + self.life,
            keep: KEEP,
        };
        let signer = self.status.current();
        let certificates = [Certificate::clone(&signer), self.authority.clone()];
        let draft = JwsDraft {
            kind: "",
            algorithm: self.algorithm,
            kid: None,
            certificates: &certificates,
        };
        let prepared = states.prepare(&claims, draft)?;
        let message = prepared.to_be_signed().to_vec();
        let under = Authorisation::journalled(list.key, KeyUse::StatusLists, &message, now);
        let signature = self.keys.sign(&message, &under)?;
        let token = SignedStatus {
            token: prepared.finish(&signature)?.into_bytes(),
            issued: now,
            expires: now + self.life,
        };
        lists.keep(number, &values, token.clone()).await?;
        self.hold_state(number, &token);
        Ok(())
    }

    /// The list at `/crl/NAME`, while it is current.
    #[must_use]
    pub fn revoked(&self, name: &str) -> Option<Arc<Published>> {
        let held = self.revoked.read().unwrap_or_else(PoisonError::into_inner);
        let list = held.get(name)?;
        (self.clock.now() < list.next_update).then(|| list.clone())
    }

    /// The current list of `issuer` that speaks of `certificate`: that of the partition which the certificate names
    /// (RFC 5280 4.2.1.13), else the whole one.
    #[must_use]
    pub fn about(&self, issuer: ServiceKey, certificate: &Certificate) -> Option<Arc<Published>> {
        let points = certificate.crl_distribution_points().unwrap_or_default();
        let named = points.into_iter().filter_map(|point| match point.name {
            Some(PointName::Full(names)) => Some(names),
            _ => None,
        });
        let uris = named.flatten().filter_map(|name| match name {
            GeneralName::Uri(uri) => uri.rsplit('/').next().map(str::to_owned),
            _ => None,
        });
        uris.filter_map(|name| self.revoked(&name))
            .next()
            .or_else(|| self.revoked(&name(&issuer.id(), Scope::Complete)))
    }

    /// The token at `/status/NUMBER`, while it is current.
    #[must_use]
    pub fn states(&self, number: u32) -> Option<Arc<Published>> {
        let held = self.states.read().unwrap_or_else(PoisonError::into_inner);
        let list = held.get(&number)?;
        (self.clock.now() < list.next_update).then(|| list.clone())
    }

    /// Everything that is held and current, named as status material is: what a verdict rests on while the register
    /// cannot be asked (T-A1, T-K1).
    #[must_use]
    pub fn held(&self) -> Vec<(String, Arc<Published>)> {
        let now = self.clock.now();
        let is_current = |list: &Published| now < list.next_update;
        let states = self.states.read().unwrap_or_else(PoisonError::into_inner);
        let states = states
            .iter()
            .filter(|(_, list)| is_current(list))
            .map(|(number, list)| (format!("{number}.statuslist"), list.clone()));
        let revoked = self.revoked.read().unwrap_or_else(PoisonError::into_inner);
        let revoked = revoked
            .iter()
            .filter(|(_, list)| is_current(list))
            .map(|(name, list)| (name.clone(), list.clone()));
        states.chain(revoked).collect()
    }

    /// Of these the revocation lists: what is told of certificates to an artefact that has no place for their status
    /// (GB/T 38540, GB/T 35275).
    #[must_use]
    pub fn held_revocations(&self) -> Vec<(String, Arc<Published>)> {
        let mut held = self.held();
        held.retain(|(name, _)| name.ends_with(".crl"));
        held
    }

    fn hold_revoked(&self, name: String, list: SignedList) {
        let mut held = self.revoked.write().unwrap_or_else(PoisonError::into_inner);
        let newer = held
            .get(&name)
            .is_none_or(|old| old.this_update <= list.this_update);
        if newer {
            let published = Published {
                bytes: list.der,
                this_update: list.this_update,
                next_update: list.next_update,
            };
            held.insert(name, Arc::new(published));
        }
    }

    fn hold_state(&self, number: ListNumber, token: &SignedStatus) {
        let mut held = self.states.write().unwrap_or_else(PoisonError::into_inner);
        let published = Published {
            bytes: token.token.clone(),
            this_update: token.issued,
            next_update: token.expires,
        };
        held.insert(number.0, Arc::new(published));
    }
}

fn scopes(issuer: &ListIssuer) -> impl Iterator<Item = Scope> {
    let authorities = [ServiceKey::Authority, ServiceKey::NationalAuthority];
    let shards = if authorities.iter().any(|key| issuer.key == key.id()) {
        crate::certify::SHARDS.get()
    } else {
        1
    };
    std::iter::once(Scope::Complete).chain((0..shards).map(Scope::Shard))
}

/// The name of a list in its address.
fn name(issuer: &KeyId, scope: Scope) -> String {
    let shard = match scope {
        Scope::Complete => None,
        Scope::Shard(shard) => Some(shard),
    };
    let address = list_address("", issuer.as_str(), shard);
    address.trim_start_matches("/crl/").to_owned()
}

fn value_of(value: StatusValue) -> credential::StatusValue {
    match value {
        StatusValue::Valid => credential::StatusValue::Valid,
        StatusValue::Ended => credential::StatusValue::Ended,
        StatusValue::Suspended => credential::StatusValue::Suspended,
        StatusValue::Superseded => credential::StatusValue::Superseded,
    }
}

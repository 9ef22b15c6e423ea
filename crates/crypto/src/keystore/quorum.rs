//! Seals that no single person releases: how many of which people do together (T-S1).

use std::collections::BTreeSet;

use time::UtcDateTime;

use super::file::PublicPart;
use super::several::Quorum;
use super::{KeyStore, KeyStoreError, StoredKey};
use crate::authorisation::{Authorisation, Release};
use crate::random::Random;
use crate::signer::SignError;
use crate::statement::ReleaseStatement;

impl KeyStore {
    /// Has as many of these people release a seal together from now on, in every suite: two at least, of sixteen at most. With nobody
    /// one person does again.
    ///
    /// # Errors
    /// `Locked`; `Quorum` where there cannot be so many; `NotEnrolled` where one of them may not release it, or there is no such
    /// seal; as [`KeyStore::add`].
    pub fn set_quorum(
        &self,
        seal: &str,
        (needed, people): (u8, &BTreeSet<String>),
        random: &dyn Random,
    ) -> Result<(), KeyStoreError> {
        self.rewrite(random, |public, _| {
            if people.is_empty() {
                public.quorums.remove(seal);
                return Ok(());
            }
            let quorum = Quorum::new(needed, people.clone()).ok_or(KeyStoreError::Quorum)?;
            if !people.iter().all(|one| public.may_release(seal, one)) {
                return Err(KeyStoreError::NotEnrolled);
            }
            public.quorums.insert(seal.to_owned(), quorum);
            Ok(())
        })
    }

    /// How many of which people release this seal together; none where one does.
    #[must_use]
    pub fn quorum(&self, seal: &str) -> Option<(u8, BTreeSet<String>)> {
        let state = self.read();
        let found = state.file.public.quorums.get(seal)?;
        Some((found.needed(), found.people().clone()))
    }

    /// Where a seal needs several: as many of its people released exactly this use, each by themselves (T-S1 to T-S3).
    pub(super) fn inspect_quorum(
        &self,
        (stored, public): (&StoredKey, &PublicPart),
        under: &Authorisation,
        release: &Release,
    ) -> Result<(), SignError> {
        let seal = stored.seal.as_deref().unwrap_or_default();
        let Some(quorum) = public.quorums.get(seal) else {
            return Ok(());
        };
        let mut given = BTreeSet::new();
        for one in std::iter::once(release).chain(&under.approvals) {
            let person = one.statement.releaser.as_str();
            let same = alike(&one.statement, &release.statement);
            let good = || self.inspect_one((stored, public), under.now, one).is_ok();
            if same && quorum.people().contains(person) && good() {
                given.insert(person);
            }
        }
        match given.len() >= usize::from(quorum.needed()) {
            true => Ok(()),
            false => Err(SignError::TooFewApprovals),
        }
    }

    /// What must be true of each person's release.
    pub(super) fn inspect_one(
        &self,
        (stored, public): (&StoredKey, &PublicPart),
        now: UtcDateTime,
        release: &Release,
    ) -> Result<(), SignError> {
        let statement = &release.statement;
        if stored.seal.as_deref() != Some(statement.seal.as_str()) {
            return Err(SignError::ReleaseForAnotherSeal);
        }
        if statement.requester == statement.releaser {
            return Err(SignError::ReleasedByRequester);
        }
        if now >= statement.expires {
            return Err(SignError::ReleaseExpired);
        }
        let enrolled = public.enrolled(&stored.id, release);
        let (key, passkey) = enrolled.ok_or(SignError::ReleaseUnsigned)?;
        self.releases.check(release, (key, passkey))
    }
}

impl PublicPart {
    /// Whether a person is enrolled for each key of a seal that is not erased or retired.
    fn may_release(&self, seal: &str, person: &str) -> bool {
        let keys = self.keys.values();
        let mut keys = keys
            .filter(|key| key.seal.as_deref() == Some(seal))
            .filter(|key| !key.erased && !key.id.as_str().contains(".retired-"))
            .peekable();
        let known = |key: &StoredKey| {
            let own = self.releasers.keys();
            let passkeys = self.passkeys.keys().map(|(key, who, _)| (key, who));
            let mut all = own.map(|(key, who)| (key, who)).chain(passkeys);
            all.any(|(of, who)| *of == key.id && who == person)
        };
        keys.peek().is_some() && keys.all(known)
    }
}

/// The same use: all but who releases it, and until when.
fn alike(one: &ReleaseStatement, other: &ReleaseStatement) -> bool {
    let of = |statement: &ReleaseStatement| ReleaseStatement {
        releaser: String::new(),
        expires: UtcDateTime::UNIX_EPOCH,
        ..statement.clone()
    };
    of(one) == of(other)
}

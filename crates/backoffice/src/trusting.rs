//! What the office trusts: its own anchors and bodies with what two people each decided, put together again when anything of it
//! changes.

use std::sync::Arc;

use verify::Trust;

use crate::bundle::{AHEAD, BundleError, Contents, LIFE};
use crate::desk::Desk;
use crate::office::Office;
use crate::own_list::OwnList;
use crate::publishing::{self, PublishError};
use crate::regions::{self, Decided, KeptRegion};

impl Office {
    /// What the service itself trusts: the contents of its bundle.
    #[must_use]
    pub fn trust(&self) -> Arc<Trust> {
        self.trusted.trust()
    }

    /// The signed trust bundle, for verifiers.
    ///
    /// # Errors
    /// [`BundleError`], when the key store is locked.
    pub fn trust_bundle(&self) -> Result<String, BundleError> {
        let (desk, decided) = (self.desk(), self.trusted.decided());
        self.contents(&desk, &decided).signed(&self.keys)
    }

    /// The same content without a signature: by it a process that judges for this one trusts what this one does. No key is
    /// asked for it.
    #[must_use]
    pub fn trust_contents(&self) -> Vec<u8> {
        let (desk, decided) = (self.desk(), self.trusted.decided());
        self.contents(&desk, &decided).bundle().payload()
    }

    /// The trusted list as it was last published and found good; served while the key store is locked and the store away.
    #[must_use]
    pub fn trusted_list(&self) -> Option<Arc<OwnList>> {
        self.trusted.list()
    }

    /// The same, to be handed out: what is past its next update is not, as if it were good (TS 119 612 5.3.15).
    #[must_use]
    pub fn current_list(&self) -> Option<Arc<OwnList>> {
        let now = self.now();
        self.trusted_list().filter(|list| now < list.next_update)
    }

    /// Whether trust is there and fresh: not past its next update, with an anchor of our own that is in force.
    #[must_use]
    pub fn is_trust_fresh(&self) -> bool {
        let now = self.clock.now();
        let (desk, decided) = (self.desk(), self.trusted.decided());
        let anchors = self.contents(&desk, &decided).anchors();
        let mut in_force = anchors.iter().filter(|anchor| {
            anchor.from.is_none_or(|from| from <= now)
                && anchor.until.is_none_or(|until| now < until)
        });
        let next_update = self.trust().next_update();
        next_update.is_none_or(|until| now < until) && in_force.next().is_some()
    }

    /// The regions whose bundle or list is past its next update: nothing of theirs is trusted until two people take in the
    /// next one.
    #[must_use]
    pub fn stale_regions(&self) -> Vec<String> {
        let until = self.clock.now() + AHEAD;
        let decided = self.trusted.decided();
        let regions = decided.regions.iter();
        regions
            .filter(|region| region.bundle.next_update <= until)
            .map(|region| region.name.clone())
            .collect()
    }

    /// Reads what two people decided again, in this process or another one, and puts what follows from it in force.
    /// Whether anything changed.
    ///
    /// # Errors
    /// What is kept does not read; then what was in force stays so.
    pub async fn take_regions(&self) -> Result<bool, KeptRegion> {
        let decided = regions::kept(&self.registry).await?;
        if *self.trusted.decided() == decided {
            return Ok(false);
        }
        let trust = Trust::of(&self.contents(&self.desk(), &decided).bundle());
        let trust = trust.map_err(KeptRegion::Whole)?;
        self.trusted.decide(decided);
        self.trusted.put(trust);
        Ok(true)
    }

    /// Makes what the service itself trusts anew when half of its time is over: a bundle is good for a time, and a
    /// service may run longer; and when two people decided about a region at another node. The list is published anew
    /// where it no longer says what is so. Whether what is trusted was made.
    ///
    /// # Errors
    /// It cannot be put together; then the trust before stays in force.
    pub async fn renew_trust(&self) -> Result<bool, KeptRegion> {
        let changed = self.take_regions().await? || self.renew_own()?;
        if let Err(error) = self.publish().await {
            tracing::warn!(error = %error, "the trusted list of before stays published");
        }
        Ok(changed)
    }

    fn renew_own(&self) -> Result<bool, KeptRegion> {
        let due = self.clock.now() + LIFE / 2;
        if self.trust().next_update().is_some_and(|until| due < until) {
            return Ok(false);
        }
        self.put_trust().map_err(KeptRegion::Whole)?;
        Ok(true)
    }

    /// Puts what follows from the desk and from what was decided in force.
    pub(crate) fn put_trust(&self) -> Result<(), verify::ReadTrust> {
        let (desk, decided) = (self.desk(), self.trusted.decided());
        let trust = Trust::of(&self.contents(&desk, &decided).bundle())?;
        self.trusted.put(trust);
        Ok(())
    }

    /// Publishes the trusted list anew where it no longer says what is so, or half of its time is over; or takes in what
    /// another node published. Whether a list was signed.
    ///
    /// # Errors
    /// [`PublishError`]; then the list before stays published.
    pub async fn publish(&self) -> Result<bool, PublishError> {
        let (desk, decided) = (self.desk(), self.trusted.decided());
        let contents = self.contents(&desk, &decided);
        let list = publishing::publish(self, &contents).await?;
        let Some((list, signed)) = list else {
            return Ok(false);
        };
        self.trusted.publish(list);
        Ok(signed)
    }

    pub(crate) fn contents<'a>(&'a self, desk: &'a Desk, decided: &'a Decided) -> Contents<'a> {
        Contents {
            decided,
            hierarchy: &self.hierarchy,
            national: self.national.as_ref().map(|national| &national.hierarchy),
            desk,
            log: self.log.signer(),
            trace: self.trace_log.signer(),
            now: self.clock.now(),
        }
    }
}

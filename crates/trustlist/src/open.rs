//! From octets to a list that is relied on: read once, checked, and read on from the same tree.

use pki::Certificate;

use crate::fault::ReadList;
use crate::limits::{MAX_PIVOTS, RULES};
use crate::list::TrustedList;
use crate::read;
use crate::signature;

impl TrustedList {
    /// Reads a list that one of `signers` signed.
    ///
    /// # Errors
    /// See [`ReadList`]: nothing of a list is relied on whose signature does not hold.
    pub fn parse(octets: &[u8], signers: &[Certificate]) -> Result<TrustedList, ReadList> {
        let root = xml::parse(octets, &RULES)?;
        read::inspect_root(&root)?;
        let signed = signature::check(&root, signers)?;
        read::list(&root, signed)
    }

    /// Reads the list of today under the signers that were pinned some time ago, or that the list in force (`before`)
    /// names: each list of `pivots`, the oldest first, says who may sign the next one (TS 119 615 4.2; those of a list of
    /// lists are named by [`TrustedList::pivots`]). All are of one kind and place, and their numbers rise from `before` on:
    /// a pivot that was out of date already would bring a signer back whom a later list dropped.
    ///
    /// # Errors
    /// See [`ReadList`]; `NoSelf` where a pivot does not say who may follow, `Order` where a number does not rise, `Other`
    /// where a list is of another kind or place than the one before it.
    pub fn follow(
        pivots: &[&[u8]],
        octets: &[u8],
        signers: &[Certificate],
        before: Option<&TrustedList>,
    ) -> Result<TrustedList, ReadList> {
        if pivots.len() > MAX_PIVOTS {
            return Err(ReadList::TooMany("pivots"));
        }
        let mut signers = signers.to_vec();
        let mut last: Option<TrustedList> = None;
        for pivot in pivots {
            let list = TrustedList::step(pivot, &signers, last.as_ref().or(before))?;
            signers = list.own_signers()?;
            last = Some(list);
        }
        TrustedList::step(octets, &signers, last.as_ref().or(before))
    }

    /// A list that takes the place of the one before it.
    fn step(
        octets: &[u8],
        signers: &[Certificate],
        before: Option<&TrustedList>,
    ) -> Result<TrustedList, ReadList> {
        let list = TrustedList::parse(octets, signers)?;
        let same =
            |before: &TrustedList| before.kind == list.kind && before.territory == list.territory;
        if !before.is_none_or(same) {
            return Err(ReadList::Other);
        }
        list.inspect_order(before.map(|before| before.sequence))?;
        Ok(list)
    }

    /// Who may sign the next edition: what its pointer to itself says.
    fn own_signers(&self) -> Result<Vec<Certificate>, ReadList> {
        let found = self.to_itself().next().ok_or(ReadList::NoSelf)?;
        Ok(found.signers.clone())
    }
}

//! From octets to a list that is relied on: read once, checked, and read on from the same tree.

use pki::Certificate;

use crate::fault::ReadList;
use crate::limits::{MAX_PIVOTS, RULES};
use crate::list::{Pointer, TrustedList};
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

    /// Reads the list of lists of today under the signers that were pinned some time ago: each list of `pivots`, the
    /// oldest first, says who may sign the next one (TS 119 615 4.2; the pivots are named by [`TrustedList::pivots`]).
    ///
    /// # Errors
    /// See [`ReadList`]; `NoSelf` where a pivot does not say who may follow, `Order` where a number does not rise.
    pub fn follow(
        pivots: &[&[u8]],
        octets: &[u8],
        signers: &[Certificate],
    ) -> Result<TrustedList, ReadList> {
        if pivots.len() > MAX_PIVOTS {
            return Err(ReadList::TooMany("pivots"));
        }
        let mut signers = signers.to_vec();
        let mut before: Option<u64> = None;
        for pivot in pivots {
            let list = TrustedList::parse(pivot, &signers)?;
            list.inspect_order(before)?;
            before = Some(list.sequence);
            signers = list.own_signers()?.to_vec();
        }
        let list = TrustedList::parse(octets, &signers)?;
        list.inspect_order(before)?;
        Ok(list)
    }

    /// Who may sign the next edition of a list of lists: what its pointer to itself says.
    fn own_signers(&self) -> Result<&[Certificate], ReadList> {
        let own = |pointer: &&Pointer| {
            pointer.kind.as_deref() == Some(&self.kind) && pointer.territory == self.territory
        };
        let found = self
            .pointers
            .iter()
            .find(own)
            .filter(|_| self.lists_lists());
        found
            .map(|pointer| pointer.signers.as_slice())
            .ok_or(ReadList::NoSelf)
    }
}

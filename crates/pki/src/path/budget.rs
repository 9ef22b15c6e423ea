//! T-I8: what one validation may cost, counted down as it is spent.

use crypto::PublicKey;

use super::memory::Memory;

/// Certificates of one chain, its leaf and its anchor among them.
const DEPTH: usize = 10;
/// Candidates that one question may bring.
const CANDIDATES: usize = 64;
/// Signatures of certificates and lists that are checked.
const SIGNATURES: usize = 200;
/// Names held against subtrees, and policies against those expected.
const COMPARISONS: usize = 250_000;
/// Issuers tried: in a mesh of cross-certificates there are more ways than signatures.
const STEPS: usize = 5_000;
/// Chains that reach an anchor and are judged whole: what reading their extensions again costs.
const CHAINS: usize = 50;

/// What is left of what a validation may cost (T-I8). One budget may serve several questions about one
/// document, which then share its signatures and comparisons.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Budget {
    depth: usize,
    candidates: usize,
    signatures: usize,
    comparisons: usize,
    memory: Option<Memory>,
}

/// Which limit was met.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Limit {
    /// Certificates of one chain.
    Depth,
    /// Candidates supplied.
    Candidates,
    /// Signatures checked.
    Signatures,
    /// Names held against subtrees, policies against those expected.
    Comparisons,
    /// Issuers tried.
    Steps,
    /// Chains judged for one question.
    Chains,
}

impl Default for Budget {
    fn default() -> Self {
        Self::new()
    }
}

impl Budget {
    /// The budget of T-I8.
    #[must_use]
    pub fn new() -> Self {
        Self {
            depth: DEPTH,
            candidates: CANDIDATES,
            signatures: SIGNATURES,
            comparisons: COMPARISONS,
            memory: None,
        }
    }

    /// The same budget with chains of at most `depth` certificates, leaf and anchor among them; never more
    /// than T-I8 allows.
    #[must_use]
    pub fn with_depth(self, depth: usize) -> Self {
        Self {
            depth: depth.min(DEPTH),
            ..self
        }
    }

    /// The same budget beside a memory: what held before is not computed again. It counts all the same.
    #[must_use]
    pub fn remembering(self, memory: &Memory) -> Self {
        Self {
            memory: Some(memory.clone()),
            ..self
        }
    }

    /// Certificates that one chain may have.
    #[must_use]
    pub fn depth(&self) -> usize {
        self.depth
    }

    /// Signature checks that are left.
    #[must_use]
    pub fn signatures(&self) -> usize {
        self.signatures
    }

    /// Comparisons of names that are left.
    #[must_use]
    pub fn comparisons(&self) -> usize {
        self.comparisons
    }

    pub(super) fn admit_candidates(&self, supplied: usize) -> Result<(), Limit> {
        if supplied > self.candidates {
            return Err(Limit::Candidates);
        }
        Ok(())
    }

    /// Checks a signature: `check` says whether `key` signed `object`.
    pub(super) fn signature<E>(
        &mut self,
        object: &[u8],
        key: &PublicKey,
        check: impl FnOnce() -> Result<(), E>,
    ) -> Result<Result<(), E>, Limit> {
        spend(&mut self.signatures, 1, Limit::Signatures)?;
        Ok(match &self.memory {
            None => check(),
            Some(memory) => memory.recall(object, key, check),
        })
    }

    pub(super) fn compare(&mut self, count: usize) -> Result<(), Limit> {
        spend(&mut self.comparisons, count, Limit::Comparisons)
    }
}

/// What one question may try, whatever is left of the budget.
#[derive(Debug)]
pub(super) struct Tries {
    steps: usize,
    chains: usize,
}

impl Tries {
    pub(super) fn new() -> Self {
        Self {
            steps: STEPS,
            chains: CHAINS,
        }
    }

    pub(super) fn step(&mut self) -> Result<(), Limit> {
        spend(&mut self.steps, 1, Limit::Steps)
    }

    pub(super) fn chain(&mut self) -> Result<(), Limit> {
        spend(&mut self.chains, 1, Limit::Chains)
    }
}

fn spend(left: &mut usize, count: usize, limit: Limit) -> Result<(), Limit> {
    *left = left.checked_sub(count).ok_or(limit)?;
    Ok(())
}

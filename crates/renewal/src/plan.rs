//! One renewal of many documents: laid out under one root, stamped once, given out again one by one.

use crypto::{Digest, DigestAlgorithm};
use evidence::cms::Material;
use records::{EvidenceRecord, Grow, Leaf, Plant, Tree, TreeBuilder};
use thiserror::Error;

/// A document, or a group of documents that belong together, to be renewed.
#[derive(Debug, Clone)]
pub struct Item {
    /// The digests of its documents by the algorithm of the renewal.
    pub documents: Vec<Digest>,
    /// What was proven before; `None` where this is the first record.
    pub record: Option<EvidenceRecord>,
}

/// Why no renewal is laid out or finished. No record was changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Plan {
    /// The record in this place cannot be carried on.
    #[error("the record in place {place} cannot be carried on")]
    Record {
        /// Its place.
        place: usize,
        /// Why.
        #[source]
        why: Grow,
    },
    /// The tree cannot be made, or the token is not over its root.
    #[error("no tree can be made or stamped")]
    Tree(#[from] Plant),
}

/// Which way a record goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Renewed {
    /// It begins.
    Begun,
    /// A time-stamp over the last one (RFC 4998 5.2, time-stamp renewal).
    Stamp,
    /// A new chain under a stronger digest (RFC 4998 5.2, hash-tree renewal).
    Tree,
}

/// A renewal that lacks its token. Used once.
#[derive(Debug)]
pub struct Prepared {
    tree: Tree,
    items: Vec<(Item, Renewed)>,
}

/// Lays out a renewal of all `items` under one root by `algorithm`. `material` proves the tokens on which they rest now:
/// certificates, lists and answers, which go into each last token before it is covered.
///
/// A record whose digest is `algorithm` gets a time-stamp over its last one, which does not need its documents; one by another
/// gets a new chain over its documents and all that was proven of them.
///
/// # Errors
/// [`Plan`].
pub fn prepare(
    algorithm: DigestAlgorithm,
    items: Vec<Item>,
    material: &Material<'_>,
) -> Result<Prepared, Plan> {
    let mut builder = TreeBuilder::new(algorithm);
    let mut laid = Vec::with_capacity(items.len());
    for (place, mut item) in items.into_iter().enumerate() {
        let (leaf, way) =
            leaf(algorithm, &mut item, material).map_err(|why| Plan::Record { place, why })?;
        builder.push(&leaf)?;
        laid.push((item, way));
    }
    let tree = builder.finish()?;
    Ok(Prepared { tree, items: laid })
}

fn leaf(
    algorithm: DigestAlgorithm,
    item: &mut Item,
    material: &Material<'_>,
) -> Result<(Leaf, Renewed), Grow> {
    let Some(record) = &mut item.record else {
        return Ok((item.documents.clone(), Renewed::Begun));
    };
    record.add_material(material)?;
    if record.algorithm()? == algorithm {
        Ok((record.stamp_leaf()?, Renewed::Stamp))
    } else {
        Ok((record.sequence_leaf(&item.documents)?, Renewed::Tree))
    }
}

impl Prepared {
    /// What is to be stamped.
    #[must_use]
    pub fn root(&self) -> &Digest {
        self.tree.root()
    }

    /// Documents and groups under it.
    #[must_use]
    pub fn size(&self) -> usize {
        self.items.len()
    }

    /// Each item's record, in the order in which they were given, with the way it went on: made one by one as they are taken.
    ///
    /// # Errors
    /// `Tree` where `token` is not over the root; then nothing is given out. An item's own error is its own.
    pub fn finish(
        &self,
        token: &[u8],
    ) -> Result<impl Iterator<Item = Result<(EvidenceRecord, Renewed), Plan>>, Plan> {
        let stamped = self.tree.stamped(token)?;
        let items = self.items.iter().enumerate();
        Ok(items.map(move |(place, (item, way))| {
            let next = stamped.archive_time_stamp(place).ok_or(Plant::Empty)?;
            let grown = match &item.record {
                None => Ok(EvidenceRecord::begin(next)),
                Some(record) => {
                    let mut record = record.clone();
                    let grown = match way {
                        Renewed::Tree => record.renew_tree(&item.documents, next),
                        Renewed::Stamp | Renewed::Begun => record.renew_stamp(next),
                    };
                    grown.map(|()| record)
                }
            };
            let grown = grown.map_err(|why| Plan::Record { place, why })?;
            Ok((grown, *way))
        }))
    }
}

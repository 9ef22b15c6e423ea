//! How licences hang together: old numbers that lead to a successor (三证合一), and permits that
//! presuppose another (domain.md 4.1).

use std::collections::{BTreeMap, BTreeSet};

use catalogue::key::{DepartmentKey, TypeKey};
use catalogue::{Catalogue, Rule};

use crate::identifier::Identifier;
use crate::number::LicenceNumber;
use crate::status::Phase;

/// A number under which a licence was known before its type was merged into another.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Alias {
    of: String,
    number: LicenceNumber,
}

impl Alias {
    /// The number of an old paper called `of`, such as 税务登记证, for a licence of the type
    /// `successor`.
    ///
    /// # Errors
    /// [`AliasRefused::NotMerged`] unless the catalogue says that papers of that name became
    /// this type.
    pub fn new(
        of: &str,
        number: LicenceNumber,
        (successor, catalogue): (&TypeKey, &Catalogue),
    ) -> Result<Self, AliasRefused> {
        let merged = catalogue.merged_types().iter().any(|merged| {
            merged.successor == *successor && merged.predecessors.iter().any(|name| name == of)
        });
        if merged {
            Ok(Self {
                of: of.to_owned(),
                number,
            })
        } else {
            Err(AliasRefused::NotMerged)
        }
    }

    /// What the old paper was called.
    #[must_use]
    pub fn of(&self) -> &str {
        &self.of
    }

    /// Its number.
    #[must_use]
    pub fn number(&self) -> &LicenceNumber {
        &self.number
    }
}

/// Why a number is no alias.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AliasRefused {
    /// No paper of that name became the type.
    #[error("no paper of that name became this type")]
    NotMerged,
    /// R12: that old number leads to another licence already.
    #[error("that old number leads to another licence")]
    Taken,
}

impl AliasRefused {
    /// The rule that refuses.
    #[must_use]
    pub fn rule(&self) -> Rule {
        match self {
            Self::NotMerged => Rule::R11,
            Self::Taken => Rule::R12,
        }
    }
}

/// Where old numbers lead; `L` is how the reader names a licence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Aliases<L>(BTreeMap<Alias, L>);

impl<L> Default for Aliases<L> {
    fn default() -> Self {
        Self(BTreeMap::new())
    }
}

impl<L: PartialEq> Aliases<L> {
    /// Lets an old number lead to a licence. Saying it twice changes nothing.
    ///
    /// # Errors
    /// [`AliasRefused::Taken`] when it leads to another licence already (R12).
    pub fn lead(&mut self, alias: Alias, to: L) -> Result<(), AliasRefused> {
        match self.0.get(&alias) {
            Some(known) if *known != to => Err(AliasRefused::Taken),
            _ => {
                self.0.insert(alias, to);
                Ok(())
            }
        }
    }

    /// The licences to which this old number leads, each with the name of the old paper.
    pub fn find<'a>(&'a self, number: &'a LicenceNumber) -> impl Iterator<Item = (&'a str, &'a L)> {
        self.0
            .iter()
            .filter(move |(alias, _)| alias.number == *number)
            .map(|(alias, to)| (alias.of.as_str(), to))
    }
}

/// A licence of the holder whose other licence ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// Its identifier.
    pub identifier: Identifier,
    /// Its type.
    pub licence_type: TypeKey,
    /// Who issued it.
    pub issuer: DepartmentKey,
    /// What it is.
    pub phase: Phase,
}

/// A dependant whose ground is gone: it does not end by itself, its authority is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AtRisk {
    /// The dependant.
    pub identifier: Identifier,
    /// Who is told.
    pub authority: DepartmentKey,
    /// The types of which the holder has none in force any more.
    pub lacking: BTreeSet<TypeKey>,
}

/// The licences among `held`, all of one holder, that presuppose a type of which the holder has
/// none in force. Computed, never stored: the flag goes when a predecessor is there again.
#[must_use]
pub fn at_risk(held: &[Held], catalogue: &Catalogue) -> Vec<AtRisk> {
    // Suspended for a time is not ended; expired, ended, void and superseded are.
    let stands = |phase| matches!(phase, Phase::Valid | Phase::Suspended | Phase::NotYetValid);
    let there: BTreeSet<&TypeKey> = held
        .iter()
        .filter(|licence| stands(licence.phase))
        .map(|licence| &licence.licence_type)
        .collect();
    held.iter()
        .filter(|licence| stands(licence.phase))
        .filter_map(|licence| {
            let kind = catalogue.licence_type(&licence.licence_type)?;
            let lacking: BTreeSet<_> = kind
                .predecessors
                .iter()
                .filter(|predecessor| !there.contains(predecessor))
                .cloned()
                .collect();
            (!lacking.is_empty()).then(|| AtRisk {
                identifier: licence.identifier.clone(),
                authority: licence.issuer.clone(),
                lacking,
            })
        })
        .collect()
}

//! Why the catalogue says no, and which rule says so.

use time::Date;

use crate::key::{DelegationKey, DepartmentKey, MatterCode, SealCode, TypeKey};
use crate::kind::Ending;
use crate::matter::MatterStatus;
use crate::scope::{DocumentPurpose, SealKind};

/// A rule of `domain.md` 5, by its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Rule {
    /// No seal use without published matter, decision, release, seal in use and in scope.
    R1,
    /// Transferred matters only, from their date; police matters never.
    R2,
    /// Decide, release and administer are three people; receive and decide are two.
    R3,
    /// A delegation ends at its date or on revocation.
    R4,
    /// An automatic decision carries a rule and its named owner.
    R5,
    /// A red card with stop blocks sealing until lifted.
    R6,
    /// A body ends a licence only by a power it holds.
    R7,
    /// What is shown and what is signed are made from the same fields and template version.
    R8,
    /// A type that must be electronic is not decided without its electronic licence.
    R9,
    /// State changes only by a listed transition.
    R10,
    /// Fields, codes and dates are checked before sealing.
    R11,
    /// Numbers are unique, identifiers never reused.
    R12,
    /// A restriction is shown before decision; only listed effects block by themselves.
    R13,
    /// Unlisted, exempt or twice-asked materials cannot be asked for.
    R14,
    /// Every use of another's data names purpose, matter, case, person and ground.
    R15,
    /// Show the least.
    R16,
    /// Look-up by citizen number uses a keyed digest.
    R17,
    /// Guardians and proxies are limited and revocable.
    R18,
    /// Commitments only where the matter allows them.
    R19,
    /// A broken commitment leads to correction or annulment.
    R20,
    /// Only listed materials may be deferred, each with a date.
    R21,
    /// Process and result go to the industry authority and to enforcement.
    R22,
    /// Delivery at least once, in order per licence.
    R23,
    /// Inbound supervision data carries ten elements.
    R24,
    /// Every act leaves a linked entry.
    R25,
    /// Signatures carry trusted time, and status evidence is kept.
    R26,
    /// A closed case becomes a package verifiable without the service.
    R27,
    /// Correction adds; nothing is overwritten.
    R28,
    /// Stock: dry run first, two people confirm, runs resume.
    R29,
    /// Conversion keeps the paper's state.
    R30,
    /// Bad rows go back with a code; doubtful ones are held.
    R31,
    /// Another region's licence is trusted only through the exchanged list.
    R32,
    /// The place of acceptance checks; the deciding authority decides and seals.
    R33,
}

#[rustfmt::skip]
const NUMBERS: [&str; 33] = [
    "R1", "R2", "R3", "R4", "R5", "R6", "R7", "R8", "R9", "R10", "R11",
    "R12", "R13", "R14", "R15", "R16", "R17", "R18", "R19", "R20", "R21", "R22",
    "R23", "R24", "R25", "R26", "R27", "R28", "R29", "R30", "R31", "R32", "R33",
];

impl Rule {
    /// The rule's number: `R1`.
    #[must_use]
    pub fn number(self) -> &'static str {
        NUMBERS.get(self as usize).copied().unwrap_or_default()
    }
}

/// Why the catalogue says no.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// The catalogue has no such department.
    #[error("no department {0}")]
    UnknownDepartment(DepartmentKey),
    /// The catalogue has no such licence type.
    #[error("no licence type {0}")]
    UnknownType(TypeKey),
    /// The catalogue has no such seal.
    #[error("no seal {0}")]
    UnknownSeal(SealCode),
    /// The catalogue has no such matter.
    #[error("no matter {0}")]
    UnknownMatter(MatterCode),
    /// A document of this purpose belongs to a matter, and none was named.
    #[error("a matter must be named")]
    MatterMissing,
    /// The matter is not published.
    #[error("matter {matter} is not published")]
    MatterNotPublished {
        /// The matter.
        matter: MatterCode,
        /// What it is instead.
        status: MatterStatus,
    },
    /// The body has published a power list, and the matter is not in it on that day.
    #[error("matter {matter} is not in the power list of {by} on that day")]
    PowerNotListed {
        /// The body.
        by: DepartmentKey,
        /// The matter.
        matter: MatterCode,
    },
    /// The matter's list has no material of that name.
    #[error("matter {matter} has no such material in its list")]
    MaterialNotListed {
        /// The matter.
        matter: MatterCode,
    },
    /// The material can be had otherwise, or is promised instead.
    #[error("material {number} of matter {matter} is had by {means}")]
    MaterialExempt {
        /// The matter.
        matter: MatterCode,
        /// Its place in the list.
        number: u16,
        /// The means, such as `e_licence`.
        means: &'static str,
    },
    /// The material was cancelled.
    #[error("material {number} of matter {matter} was cancelled")]
    MaterialCancelled {
        /// The matter.
        matter: MatterCode,
        /// Its place in the list.
        number: u16,
    },
    /// The day lies outside the seal's period.
    #[error("seal {seal} is out of its period")]
    SealOutOfPeriod {
        /// The seal.
        seal: SealCode,
    },
    /// The seal does not serve this purpose.
    #[error("seal {seal} does not serve the purpose {}", purpose.code())]
    PurposeOutOfScope {
        /// The seal.
        seal: SealCode,
        /// The purpose asked for.
        purpose: DocumentPurpose,
    },
    /// The matter is outside the seal's scope: another body's, or not listed.
    #[error("matter {matter} is outside the scope of seal {seal}")]
    MatterOutOfScope {
        /// The seal.
        seal: SealCode,
        /// The matter.
        matter: MatterCode,
    },
    /// Another kind of seal stands on the results of this matter.
    #[error("matter {matter} is sealed with another kind of seal")]
    WrongKindOfSeal {
        /// The matter.
        matter: MatterCode,
        /// The kind that stands on its results.
        expected: SealKind,
    },
    /// The approval seal works for transferred matters only.
    #[error("matter {matter} was not transferred")]
    NotTransferred {
        /// The matter.
        matter: MatterCode,
    },
    /// The transfer has not taken effect.
    #[error("matter {matter} is transferred from {from}")]
    BeforeTransfer {
        /// The matter.
        matter: MatterCode,
        /// First day of the new power.
        from: Date,
    },
    /// The body's power for this matter ended with the transfer.
    #[error("the power for matter {matter} was transferred away")]
    TransferredAway {
        /// The matter.
        matter: MatterCode,
        /// First day without the power.
        from: Date,
    },
    /// Matters of this body are never transferred.
    #[error("matter {matter} is never transferred")]
    NeverTransferred {
        /// The matter.
        matter: MatterCode,
    },
    /// The caller is not the seal's department and holds no delegation from it.
    #[error("{by} holds no delegation from {from}")]
    NoDelegation {
        /// Who asked.
        by: DepartmentKey,
        /// Whose seal it is.
        from: DepartmentKey,
    },
    /// A delegation exists but does not hold on that day.
    #[error("delegation {delegation} does not hold on that day")]
    DelegationOver {
        /// The delegation.
        delegation: DelegationKey,
    },
    /// The matter results in another type, or in none.
    #[error("matter {matter} does not result in {licence_type}")]
    NotTheResult {
        /// The matter.
        matter: MatterCode,
        /// The type asked for.
        licence_type: TypeKey,
    },
    /// The body is not among the type's issuers.
    #[error("{by} may not issue {licence_type}")]
    NotAnIssuer {
        /// Who asked.
        by: DepartmentKey,
        /// The type.
        licence_type: TypeKey,
    },
    /// The body does not decide this matter.
    #[error("{by} does not decide matter {matter}")]
    NotTheDecidingBody {
        /// Who asked.
        by: DepartmentKey,
        /// The matter.
        matter: MatterCode,
    },
    /// The type's law does not know this ending.
    #[error("{licence_type} knows no ending {}", ending.code())]
    EndingNotListed {
        /// The type.
        licence_type: TypeKey,
        /// The ending asked for.
        ending: Ending,
    },
    /// The body has no power over licences of this issuer and type.
    #[error("{by} holds no power over {licence_type}")]
    NoPower {
        /// Who asked.
        by: DepartmentKey,
        /// The type.
        licence_type: TypeKey,
    },
    /// The type may not be suspended.
    #[error("{0} may not be suspended")]
    NotSuspensible(TypeKey),
}

impl Refusal {
    /// The rule that says no.
    #[must_use]
    pub fn rule(&self) -> Rule {
        match self {
            Self::UnknownDepartment(_)
            | Self::UnknownSeal(_)
            | Self::UnknownMatter(_)
            | Self::MatterMissing
            | Self::MatterNotPublished { .. }
            | Self::SealOutOfPeriod { .. }
            | Self::PurposeOutOfScope { .. }
            | Self::MatterOutOfScope { .. }
            | Self::WrongKindOfSeal { .. }
            | Self::NotTheResult { .. }
            | Self::NotAnIssuer { .. }
            | Self::PowerNotListed { .. }
            | Self::NotTheDecidingBody { .. } => Rule::R1,
            Self::NotTransferred { .. }
            | Self::BeforeTransfer { .. }
            | Self::TransferredAway { .. }
            | Self::NeverTransferred { .. } => Rule::R2,
            Self::NoDelegation { .. } | Self::DelegationOver { .. } => Rule::R4,
            Self::EndingNotListed { .. } | Self::NoPower { .. } => Rule::R7,
            Self::NotSuspensible(_) => Rule::R10,
            Self::UnknownType(_) => Rule::R11,
            Self::MaterialNotListed { .. }
            | Self::MaterialExempt { .. }
            | Self::MaterialCancelled { .. } => Rule::R14,
        }
    }

    /// The stable code, such as `catalogue.matter-not-published`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::UnknownDepartment(_) => "catalogue.department-unknown",
            Self::UnknownType(_) => "catalogue.type-unknown",
            Self::UnknownSeal(_) => "catalogue.seal-unknown",
            Self::UnknownMatter(_) => "catalogue.matter-unknown",
            Self::MatterMissing => "catalogue.matter-missing",
            Self::MatterNotPublished { .. } => "catalogue.matter-not-published",
            Self::PowerNotListed { .. } => "catalogue.power-not-listed",
            Self::MaterialNotListed { .. } => "catalogue.material-not-listed",
            Self::MaterialExempt { .. } => "catalogue.material-exempt",
            Self::MaterialCancelled { .. } => "catalogue.material-cancelled",
            Self::SealOutOfPeriod { .. } => "catalogue.seal-out-of-period",
            Self::PurposeOutOfScope { .. } => "catalogue.purpose-out-of-scope",
            Self::MatterOutOfScope { .. } => "catalogue.matter-out-of-scope",
            Self::WrongKindOfSeal { .. } => "catalogue.wrong-kind-of-seal",
            Self::NotTransferred { .. } => "catalogue.not-transferred",
            Self::BeforeTransfer { .. } => "catalogue.before-transfer",
            Self::TransferredAway { .. } => "catalogue.transferred-away",
            Self::NeverTransferred { .. } => "catalogue.never-transferred",
            Self::NoDelegation { .. } => "catalogue.no-delegation",
            Self::DelegationOver { .. } => "catalogue.delegation-over",
            Self::NotTheResult { .. } => "catalogue.not-the-result",
            Self::NotAnIssuer { .. } => "catalogue.not-an-issuer",
            Self::NotTheDecidingBody { .. } => "catalogue.not-the-deciding-body",
            Self::EndingNotListed { .. } => "catalogue.ending-not-listed",
            Self::NoPower { .. } => "catalogue.no-power",
            Self::NotSuspensible(_) => "catalogue.not-suspensible",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_rule_has_its_own_number() {
        assert_eq!(Rule::R1.number(), "R1");
        assert_eq!(Rule::R10.number(), "R10");
        assert_eq!(Rule::R14.number(), "R14");
        assert_eq!(Rule::R33.number(), "R33");
    }
}

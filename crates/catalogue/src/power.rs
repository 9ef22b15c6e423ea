//! Who may do what on which day: the questions of rules R1, R2, R4 and R7.
//!
//! Pure. A day is a civil date in the office's zone. The answer is a proof that only this file
//! can make, or a refusal that names the rule.

use time::Date;

use crate::department::Duty;
use crate::holdings::Catalogue;
use crate::key::{DelegationKey, DepartmentKey, MatterCode, SealCode, TypeKey};
use crate::kind::{Ending, LicenceType};
use crate::matter::{Material, Matter, MatterStatus, Means};
use crate::refusal::Refusal;
use crate::scope::{DocumentPurpose, SealKind, SealScope};

/// A seal about to be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealUse {
    /// The seal.
    pub seal: SealCode,
    /// What the document is for.
    pub purpose: DocumentPurpose,
    /// The matter, where the purpose has one.
    pub matter: Option<MatterCode>,
    /// The department whose people ask.
    pub by: DepartmentKey,
}

/// Proof that the catalogue allows a seal use on a day. Decision, release and the seal's own
/// state are other people's to show (R1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealGrounds {
    sealing: SealUse,
    matter_version: Option<u32>,
    under: Option<DelegationKey>,
    on: Date,
}

impl SealGrounds {
    /// The use that is allowed.
    #[must_use]
    pub fn sealing(&self) -> &SealUse {
        &self.sealing
    }

    /// The version of the matter that was in force.
    #[must_use]
    pub fn matter_version(&self) -> Option<u32> {
        self.matter_version
    }

    /// The delegation that it rests on, if another department's people ask.
    #[must_use]
    pub fn under(&self) -> Option<&DelegationKey> {
        self.under.as_ref()
    }

    /// The day on which it is allowed.
    #[must_use]
    pub fn on(&self) -> Date {
        self.on
    }
}

/// Proof that a body may issue a licence type as the result of a matter on a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IssuePower {
    by: DepartmentKey,
    licence_type: TypeKey,
    matter: MatterCode,
    matter_version: u32,
    on: Date,
}

impl IssuePower {
    /// The issuer.
    #[must_use]
    pub fn by(&self) -> &DepartmentKey {
        &self.by
    }

    /// The type.
    #[must_use]
    pub fn licence_type(&self) -> &TypeKey {
        &self.licence_type
    }

    /// The matter and the version in force.
    #[must_use]
    pub fn matter(&self) -> (&MatterCode, u32) {
        (&self.matter, self.matter_version)
    }

    /// The day.
    #[must_use]
    pub fn on(&self) -> Date {
        self.on
    }
}

/// Proof that a body may end licences of an issuer and type in one way (R7).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EndingPower {
    by: DepartmentKey,
    ending: Ending,
}

impl EndingPower {
    /// Who holds the power.
    #[must_use]
    pub fn by(&self) -> &DepartmentKey {
        &self.by
    }

    /// The ending it is for.
    #[must_use]
    pub fn ending(&self) -> Ending {
        self.ending
    }
}

/// Proof that a body may suspend and resume licences of an issuer and type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SuspensionPower {
    by: DepartmentKey,
}

impl SuspensionPower {
    /// Who holds the power.
    #[must_use]
    pub fn by(&self) -> &DepartmentKey {
        &self.by
    }
}

impl Catalogue {
    /// The body that decides `matter` on `day`: before a transfer takes effect, the former one.
    #[must_use]
    pub fn deciding_body<'a>(&'a self, matter: &'a Matter, day: Date) -> &'a DepartmentKey {
        self.holding(matter, day).body
    }

    /// May this seal stand on such a document on this day (R1, R2, R4)?
    ///
    /// # Errors
    /// [`Refusal`], with the first rule that says no.
    pub fn may_seal(&self, sealing: &SealUse, day: Date) -> Result<SealGrounds, Refusal> {
        let seal = self
            .seals
            .get(&sealing.seal)
            .ok_or_else(|| Refusal::UnknownSeal(sealing.seal.clone()))?;
        // R1: the seal is in scope: period, purpose, then matter.
        if !seal.days.contains(day) {
            return Err(Refusal::SealOutOfPeriod {
                seal: seal.seal.clone(),
            });
        }
        if !seal.purposes.contains(&sealing.purpose) || !seal.kind.serves(sealing.purpose) {
            return Err(Refusal::PurposeOutOfScope {
                seal: seal.seal.clone(),
                purpose: sealing.purpose,
            });
        }
        let matter_version = match &sealing.matter {
            Some(code) => Some(self.matter_in_scope(seal, sealing.purpose, code, day)?),
            None if sealing.purpose.needs_matter() => return Err(Refusal::MatterMissing),
            None => None,
        };
        let under = self.delegated(seal, sealing, day)?;
        Ok(SealGrounds {
            sealing: sealing.clone(),
            matter_version,
            under,
            on: day,
        })
    }

    fn matter_in_scope(
        &self,
        seal: &SealScope,
        purpose: DocumentPurpose,
        code: &MatterCode,
        day: Date,
    ) -> Result<u32, Refusal> {
        let matter = self.published_on(code, day)?;
        self.never_transferred(matter)?;
        if !seal.matters.covers(code) {
            return Err(Refusal::MatterOutOfScope {
                seal: seal.seal.clone(),
                matter: code.clone(),
            });
        }
        self.in_power(&seal.holder, matter, day)
            .map_err(|refusal| match refusal {
                Refusal::NotTheDecidingBody { matter, .. } => Refusal::MatterOutOfScope {
                    seal: seal.seal.clone(),
                    matter,
                },
                other => other,
            })?;
        // R2: the approval seal works only for matters transferred to its bureau.
        let expected = self.holding(matter, day).seal;
        if seal.kind == SealKind::Approval && expected != SealKind::Approval {
            return Err(Refusal::NotTransferred {
                matter: code.clone(),
            });
        }
        // Before the transfer the former authority used its own department seal.
        if purpose == DocumentPurpose::Licence && seal.kind != expected {
            return Err(Refusal::WrongKindOfSeal {
                matter: code.clone(),
                expected,
            });
        }
        Ok(matter.version)
    }

    fn delegated(
        &self,
        seal: &SealScope,
        sealing: &SealUse,
        day: Date,
    ) -> Result<Option<DelegationKey>, Refusal> {
        if sealing.by == seal.holder {
            return Ok(None);
        }
        let mut over = None;
        let between = (seal.holder.clone(), sealing.by.clone());
        let keys = self.lent.get(&between).into_iter().flatten();
        for delegation in keys.filter_map(|key| self.delegations.get(key)) {
            let fits = delegation.purposes.contains(&sealing.purpose)
                && sealing
                    .matter
                    .as_ref()
                    .is_none_or(|matter| delegation.matters.covers(matter));
            if fits && delegation.holds_on(day) {
                return Ok(Some(delegation.key.clone()));
            }
            if fits {
                over = Some(delegation.key.clone());
            }
        }
        Err(match over {
            // R4: ended at its date, or at once on revocation.
            Some(delegation) => Refusal::DelegationOver { delegation },
            None => Refusal::NoDelegation {
                by: sealing.by.clone(),
                from: seal.holder.clone(),
            },
        })
    }

    /// May this body issue this type as the result of this matter on this day?
    ///
    /// # Errors
    /// [`Refusal`], with the first rule that says no.
    pub fn may_issue(
        &self,
        by: &DepartmentKey,
        licence_type: &TypeKey,
        matter: &MatterCode,
        day: Date,
    ) -> Result<IssuePower, Refusal> {
        let kind = self.known_type(licence_type)?;
        if !self.departments.contains_key(by) {
            return Err(Refusal::UnknownDepartment(by.clone()));
        }
        let published = self.published_on(matter, day)?;
        self.never_transferred(published)?;
        if published.result.as_ref() != Some(licence_type) {
            return Err(Refusal::NotTheResult {
                matter: matter.clone(),
                licence_type: licence_type.clone(),
            });
        }
        if !kind.issuers.contains(by) {
            return Err(Refusal::NotAnIssuer {
                by: by.clone(),
                licence_type: licence_type.clone(),
            });
        }
        self.in_power(by, published, day)?;
        Ok(IssuePower {
            by: by.clone(),
            licence_type: licence_type.clone(),
            matter: matter.clone(),
            matter_version: published.version,
            on: day,
        })
    }

    /// May this body end a licence that `issuer` issued, in this way, on this day (R7)?
    ///
    /// # Errors
    /// [`Refusal`], with the first rule that says no.
    pub fn may_end(
        &self,
        by: &DepartmentKey,
        (licence_type, issuer): (&TypeKey, &DepartmentKey),
        ending: Ending,
        day: Date,
    ) -> Result<EndingPower, Refusal> {
        let kind = self.known_type(licence_type)?;
        if !kind.endings.contains(&ending) {
            return Err(Refusal::EndingNotListed {
                licence_type: licence_type.clone(),
                ending,
            });
        }
        self.power_over(by, kind, issuer, day)?;
        Ok(EndingPower {
            by: by.clone(),
            ending,
        })
    }

    /// May this body suspend or resume a licence that `issuer` issued, on this day?
    ///
    /// # Errors
    /// [`Refusal`], with the first rule that says no.
    pub fn may_suspend(
        &self,
        by: &DepartmentKey,
        (licence_type, issuer): (&TypeKey, &DepartmentKey),
        day: Date,
    ) -> Result<SuspensionPower, Refusal> {
        let kind = self.known_type(licence_type)?;
        if !kind.may_suspend {
            return Err(Refusal::NotSuspensible(licence_type.clone()));
        }
        self.power_over(by, kind, issuer, day)?;
        Ok(SuspensionPower { by: by.clone() })
    }

    /// May this body have a further version made of a licence that `issuer` issued, on this day? A
    /// power that was transferred takes the licences with it (D17).
    ///
    /// # Errors
    /// [`Refusal`], with the first rule that says no.
    pub fn may_change(
        &self,
        by: &DepartmentKey,
        (licence_type, issuer): (&TypeKey, &DepartmentKey),
        day: Date,
    ) -> Result<(), Refusal> {
        let kind = self.known_type(licence_type)?;
        self.power_over(by, kind, issuer, day)
    }

    /// R7: the power over a type lies with its issuers and with the bodies that decide or
    /// supervise a matter resulting in it, within their region; a body whose power was
    /// transferred keeps it as supervisor only while it is the industry authority.
    fn power_over(
        &self,
        by: &DepartmentKey,
        kind: &LicenceType,
        issuer: &DepartmentKey,
        day: Date,
    ) -> Result<(), Refusal> {
        let actor = self
            .departments
            .get(by)
            .ok_or_else(|| Refusal::UnknownDepartment(by.clone()))?;
        let issued_by = self
            .departments
            .get(issuer)
            .ok_or_else(|| Refusal::UnknownDepartment(issuer.clone()))?;
        let holds = kind.issuers.contains(by)
            || self
                .bodies
                .get(&kind.key)
                .and_then(|bodies| bodies.get(by))
                .into_iter()
                .flatten()
                .filter_map(|code| self.matter_on(code, day))
                .any(|matter| {
                    *by == matter.industry_authority || by == self.deciding_body(matter, day)
                });
        if holds && actor.covers(issued_by) {
            Ok(())
        } else {
            Err(Refusal::NoPower {
                by: by.clone(),
                licence_type: kind.key.clone(),
            })
        }
    }

    /// May the applicant of this matter be asked for the material of this name on `day` (R14)?
    ///
    /// # Errors
    /// [`Refusal`]: the matter is not published, the material is not in its list, can be had
    /// otherwise, is promised instead, or was cancelled.
    pub fn may_ask(&self, code: &MatterCode, name: &str, day: Date) -> Result<&Material, Refusal> {
        let matter = self.published_on(code, day)?;
        let Some(material) = matter
            .materials
            .iter()
            .find(|material| material.name_zh == name)
        else {
            return Err(Refusal::MaterialNotListed {
                matter: code.clone(),
            });
        };
        let number = material.number;
        if material.means == Means::Cancelled || self.is_cancelled(name, day) {
            return Err(Refusal::MaterialCancelled {
                matter: code.clone(),
                number,
            });
        }
        match material.means {
            Means::Applicant => Ok(material),
            _ => Err(Refusal::MaterialExempt {
                matter: code.clone(),
                number,
                means: material.means.code(),
            }),
        }
    }

    fn known_type(&self, key: &TypeKey) -> Result<&LicenceType, Refusal> {
        self.types
            .get(key)
            .ok_or_else(|| Refusal::UnknownType(key.clone()))
    }

    /// The version of the matter that is in force on `day`.
    pub(crate) fn published_on(&self, code: &MatterCode, day: Date) -> Result<&Matter, Refusal> {
        let matter = self
            .matter_on(code, day)
            .ok_or_else(|| Refusal::UnknownMatter(code.clone()))?;
        // R1: an unpublished, suspended or abolished matter carries no seal.
        match matter.status_on(day) {
            MatterStatus::Published => Ok(matter),
            status => Err(Refusal::MatterNotPublished {
                matter: code.clone(),
                status,
            }),
        }
    }

    // R2: police matters are never transferred. Import refuses such an entry already.
    fn never_transferred(&self, matter: &Matter) -> Result<(), Refusal> {
        let bound = self
            .departments
            .get(&matter.industry_authority)
            .is_some_and(|department| department.has(Duty::NotTransferred));
        if bound && (matter.transferred_from.is_some() || self.moved.contains_key(&matter.code)) {
            return Err(Refusal::NeverTransferred {
                matter: matter.code.clone(),
            });
        }
        Ok(())
    }

    fn in_power(&self, by: &DepartmentKey, matter: &Matter, day: Date) -> Result<(), Refusal> {
        let code = || matter.code.clone();
        if by == self.holding(matter, day).body {
            // A power that was cancelled is gone from the list of its body.
            return if self.is_listed(by, &matter.code, day) {
                Ok(())
            } else {
                Err(Refusal::PowerNotListed {
                    by: by.clone(),
                    matter: code(),
                })
            };
        }
        let all = self.holdings(matter);
        // R2: the bureau's power begins with the transfer date ...
        if let Some(later) = all.iter().find(|held| held.body == by && held.from > day) {
            return Err(Refusal::BeforeTransfer {
                matter: code(),
                from: later.from,
            });
        }
        // ... and the former authority's stops on the same date.
        let ended = all
            .iter()
            .zip(all.iter().skip(1))
            .filter(|(held, _)| held.body == by)
            .map(|(_, next)| next.from)
            .next_back();
        // A transfer before the catalogue's memory: the industry authority decided before it.
        let ended = ended.or_else(|| {
            (*by == matter.industry_authority)
                .then_some(matter.transferred_from)
                .flatten()
        });
        Err(match ended {
            Some(from) => Refusal::TransferredAway {
                matter: code(),
                from,
            },
            None => Refusal::NotTheDecidingBody {
                by: by.clone(),
                matter: code(),
            },
        })
    }
}

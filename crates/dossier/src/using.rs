//! Use of another's data in a case: on which ground, and of whom (R15).

use catalogue::key::{DepartmentKey, TypeKey};
use time::Date;

use crate::dossier::Dossier;
use crate::mandate::{DataUse, MandateRefused, MandateState, Scope};
use crate::material::Ground;
use crate::person::Party;
use crate::refused::Refused;

impl Dossier {
    /// Those whose data the ground lets `by` use on `day`: who consented; under a law the case's own people, the
    /// applicant first. `kind` is the type of a licence, nothing of what is no licence.
    ///
    /// # Errors
    /// `UnknownMandate`, `Mandate` (R15). Whether the law allows it is not asked here.
    pub fn usable(
        &self,
        (ground, kind): (&Ground, Option<&TypeKey>),
        (by, day): (&DepartmentKey, Date),
    ) -> Result<Vec<&Party>, Refused> {
        let number = match ground {
            Ground::Law(_) => return Ok(self.own_people()),
            Ground::Consent(number) => number,
        };
        let mandate = self
            .mandates
            .iter()
            .find(|mandate| mandate.number == *number)
            .ok_or_else(|| Refused::UnknownMandate(number.clone()))?;
        let Some(kind) = kind else {
            // Of what is no licence only the body, the case and the day can be compared.
            return match (&mandate.scope, mandate.state(day)) {
                (
                    Scope::Use {
                        by: allowed, case, ..
                    },
                    MandateState::Active,
                ) if allowed == by && *case == self.case => Ok(vec![&mandate.subject]),
                (Scope::Use { .. }, MandateState::Active) | (Scope::Act { .. }, _) => {
                    Err(MandateRefused::OutOfScope.into())
                }
                (Scope::Use { .. }, state) => Err(MandateRefused::NotActive { state }.into()),
            };
        };
        mandate.allows_use(&DataUse {
            subject: mandate.subject.clone(),
            by: by.clone(),
            matter: self.terms.matter.clone(),
            case: self.case.clone(),
            licence_type: kind.clone(),
            on: day,
        })?;
        Ok(vec![&mandate.subject])
    }

    /// The applicant, and who stands for them.
    #[must_use]
    pub fn own_people(&self) -> Vec<&Party> {
        let mut parties = vec![&self.applicant];
        parties.extend(&self.represented_by);
        parties
    }
}

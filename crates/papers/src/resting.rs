//! On what a caller's own document rests: its case and its ground (D19, R1, R3).

use catalogue::DocumentPurpose;
use catalogue::key::{MatterCode, PersonKey};
use docket::CaseGround;
use dossier::number::CaseNumber;
use licence::request::{is_misspelt_case, is_reference};

use backoffice::asker::Asker;
use backoffice::office::Office;

use crate::stage;
use crate::waits::DocumentError;

/// What an order says that it rests on.
pub(crate) struct Resting<'a> {
    pub(crate) purpose: DocumentPurpose,
    pub(crate) matter: Option<&'a MatterCode>,
    /// The case, or empty.
    pub(crate) case: &'a str,
    pub(crate) ground: &'a str,
}

impl Resting<'_> {
    /// Who decided, where the document is one of a case that is known here and has come so far. Of a case of another system
    /// nothing is known but its number.
    pub(crate) async fn judge(
        &self,
        office: &Office,
        asker: &Asker,
    ) -> Result<Option<PersonKey>, DocumentError> {
        let named = self.case.is_empty() || is_reference(self.case);
        if !named || is_misspelt_case(self.case) || !is_reference(self.ground) {
            return Err(DocumentError::Reference);
        }
        if !stage::is_of_case(self.purpose) {
            return Ok(None);
        }
        let case = CaseNumber::parse(self.case).map_err(|_| DocumentError::Reference)?;
        match issuance::cases::grant(office, self.case).await? {
            CaseGround::Known(_) => self.of_known(office, asker, &case).await,
            CaseGround::Unknown => Ok(None),
        }
    }

    async fn of_known(
        &self,
        office: &Office,
        asker: &Asker,
        case: &CaseNumber,
    ) -> Result<Option<PersonKey>, DocumentError> {
        let paper = stage::paper(office, asker, (case, self.purpose)).await;
        let paper = paper.map_err(|refused| match refused {
            // T-P3: a body that a case does not concern has nothing to say in it.
            DocumentError::UnknownCase => DocumentError::NothingToSay,
            other => other,
        })?;
        match Some(&paper.document.matter) == self.matter {
            true => Ok(paper.decided_by),
            false => Err(DocumentError::NothingToSay),
        }
    }
}

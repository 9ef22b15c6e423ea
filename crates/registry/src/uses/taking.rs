//! A use on its way: judged on the case first, then on a licence of those whom the case names and nobody else, under the
//! locks of both, and kept with everything that follows from it in one transaction.

use catalogue::OrganisationCode;
use catalogue::key::{DepartmentKey, TypeKey};
use dossier::number::CaseNumber;
use licence::{HolderCode, Identifier, LicenceNumber};
use store::{Link, StoreError};
use thiserror::Error;
use time::UtcDateTime;
use trail::asked::{self, Asked, By, Response, Seen};
use trail::outbox::Outgoing;
use trail::secrets::Secrets;
use trail::trace::{self, Act};

use crate::cases::{CaseRecord, kept};
use crate::jobs::FileRecord;
use crate::jobs::record::files;
use crate::licences::version::{self, Content, Happened, Record};
use crate::licences::{tell, whole};
use crate::uses::kept::{DAMAGED, NewUse, UseRecord, find, place};

/// Which licence is asked for: of this type, and as far as more is said of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// Its type.
    pub kind: TypeKey,
    /// This version.
    pub identifier: Option<Identifier>,
    /// Of this number.
    pub number: Option<LicenceNumber>,
    /// Of this issuer.
    pub issuer: Option<OrganisationCode>,
}

/// A version that a use is judged on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeldVersion {
    /// The version.
    pub record: Record,
    /// Every version of its licence, each with what happened to it.
    pub whole: Vec<(Record, Vec<Happened>)>,
    /// What of it is sealed.
    pub content: Content,
    /// Its sealed files, the PDF first.
    pub files: Vec<FileRecord>,
}

/// Why a use is refused; nothing of it is kept but the entry of the trace.
#[derive(Debug, Clone)]
pub struct Denied {
    /// The entry.
    pub act: Box<Act>,
    /// The member of the request that is wrong.
    pub at: &'static str,
    /// The stable code.
    pub code: &'static str,
    /// In words, without a person's.
    pub text: String,
    /// The rule that refuses.
    pub rule: &'static str,
}

/// A use that is answered.
#[derive(Debug, Clone)]
pub struct Answered {
    /// What is kept of it.
    pub what: NewUse,
    /// The entry of the trace.
    pub act: Act,
    /// Whom to tell.
    pub events: Vec<Outgoing>,
    /// The answer.
    pub response: Response,
}

/// Judges the case, and gives those whose licences may be looked for.
pub type Admit = Box<dyn FnOnce(Option<&CaseRecord>) -> Result<Vec<HolderCode>, Denied> + Send>;
/// Judges the licence with the case, under the identifier that the use will have; no licence where those people have none
/// such.
pub type Judge = Box<
    dyn FnOnce(Option<&CaseRecord>, &str, Option<&HeldVersion>) -> Result<Answered, Denied> + Send,
>;
/// Judges whether a file may be taken, and gives the entry of the trace.
pub type JudgeFile =
    Box<dyn FnOnce(&UseRecord, Option<&HeldVersion>) -> Result<Act, Denied> + Send>;

/// A use on its way.
pub struct Using {
    /// The request, with its idempotency key.
    pub asked: Asked,
    /// Who uses.
    pub department: DepartmentKey,
    /// In which case.
    pub case: CaseNumber,
    /// Which licence.
    pub wanted: Wanted,
    /// Who, when.
    pub by: By,
    /// The first judgement.
    pub admit: Admit,
    /// The second.
    pub judge: Judge,
}

/// A file of a use on its way.
pub struct TakingFile {
    /// Who used.
    pub department: DepartmentKey,
    /// Which use.
    pub id: String,
    /// The type of its licence.
    pub kind: TypeKey,
    /// Which of the files; the first where nothing is said.
    pub format: Option<&'static str>,
    /// Who, when.
    pub by: By,
    /// The first judgement.
    pub admit: Admit,
    /// The second.
    pub judge: JudgeFile,
}

impl std::fmt::Debug for Using {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Using")
            .field("case", &self.case)
            .field("wanted", &self.wanted)
            .finish_non_exhaustive()
    }
}

impl std::fmt::Debug for TakingFile {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("TakingFile")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

/// What became of it.
#[derive(Debug, Clone)]
pub enum Taken {
    /// Answered now, or before to the same request.
    Answered(Response),
    /// Refused.
    Denied(Denied),
}

/// Nothing was judged.
#[derive(Debug, Clone, Error)]
#[non_exhaustive]
pub enum UseError {
    /// Another request was made under this key (422).
    #[error("another request was made under this key")]
    KeyReused,
    /// The same request is being carried out (409).
    #[error("the same request is being carried out")]
    Running,
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
}

const OF_PERSON: &str = "SELECT v.identifier FROM version AS v JOIN licence AS l ON l.id = v.licence \
     WHERE v.holder_digest = $1 AND v.licence_type = $2 AND v.recorded IS NOT NULL \
     AND ($3 IS NULL OR v.identifier = $3) AND ($4 IS NULL OR l.number = $4) \
     AND ($5 IS NULL OR l.issuer_code = $5) ORDER BY v.recorded DESC, v.version DESC LIMIT 64";
const HOLDER: &str = "SELECT holder_digest FROM version WHERE identifier = $1";
const KEEP: &str = "INSERT INTO licence_use (id, department, identifier, licence, holder_digest, matter, \
     case_number, material, person, state, used, content, file_until) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)";
const FILE_TAKEN: &str = "UPDATE licence_use SET file_taken = COALESCE(file_taken, $3) \
     WHERE id = $1 AND department = $2";

pub(super) async fn take(
    link: &mut Link,
    secrets: &Secrets,
    using: Using,
) -> Result<Taken, UseError> {
    let Using {
        asked,
        department,
        case,
        wanted,
        by,
        admit,
        judge,
    } = using;
    match asked::note(link, secrets, &asked, (department.as_str(), None), by.at).await? {
        Seen::First => {}
        Seen::Other => return Err(UseError::KeyReused),
        Seen::Same { response, .. } => {
            return response.map(Taken::Answered).ok_or(UseError::Running);
        }
    }
    let id = secrets.dated_id(by.at)?;
    let looking = Looking {
        case: &case,
        wanted: &wanted,
        now: by.at,
    };
    let judged = match looking.held(link, secrets, admit).await? {
        Ok((case, held)) => {
            let answered = judge(case.as_ref(), &id, held.as_ref());
            answered.map(|answered| (answered, held))
        }
        Err(denied) => Err(denied),
    };
    match judged {
        Err(denied) => {
            asked::take_back(link, &asked).await?;
            trace::write(link, &denied.act).await?;
            Ok(Taken::Denied(denied))
        }
        Ok((answered, held)) => {
            let held = held.ok_or(DAMAGED)?;
            let row = (id.as_str(), &department, &held.record);
            keep(link, secrets, row, (&answered.what, by.at)).await?;
            tell(link, secrets, &held.record, &answered.events, by.at).await?;
            let key = (
                asked.caller.as_str(),
                asked.key.as_str(),
                department.as_str(),
            );
            asked::answer(link, secrets, key, &answered.response).await?;
            trace::write(link, &answered.act).await?;
            Ok(Taken::Answered(answered.response))
        }
    }
}

pub(super) async fn take_file(
    link: &mut Link,
    secrets: &Secrets,
    taking: TakingFile,
) -> Result<Option<Result<FileRecord, Denied>>, StoreError> {
    let department = &taking.department;
    let Some(known) = find(link, secrets, (department, &taking.id)).await? else {
        return Ok(None);
    };
    let wanted = Wanted {
        kind: taking.kind,
        identifier: Some(known.identifier.clone()),
        number: None,
        issuer: None,
    };
    let looking = Looking {
        case: &known.what.case,
        wanted: &wanted,
        now: taking.by.at,
    };
    let judged = match looking.held(link, secrets, taking.admit).await? {
        Ok((_, held)) => (taking.judge)(&known, held.as_ref()).map(|act| (act, held)),
        Err(denied) => Err(denied),
    };
    Ok(Some(match judged {
        Err(denied) => {
            trace::write(link, &denied.act).await?;
            Err(denied)
        }
        Ok((act, held)) => {
            let values = [
                known.id.as_str().into(),
                department.as_str().into(),
                taking.by.at.into(),
            ];
            link.later(FILE_TAKEN, &values).await?;
            trace::write(link, &act).await?;
            let mut files = held.into_iter().flat_map(|held| held.files);
            let is_asked = |file: &FileRecord| taking.format.is_none_or(|of| file.format == of);
            Ok(files.find(is_asked).ok_or(DAMAGED)?)
        }
    }))
}

/// The case, and the licence that is meant.
type Found = (Option<CaseRecord>, Option<HeldVersion>);

/// What is looked for.
struct Looking<'a> {
    case: &'a CaseNumber,
    wanted: &'a Wanted,
    now: UtcDateTime,
}

impl Looking<'_> {
    /// The licence that is meant, of those whom the case allows: the one in force, or the latest. Others' licences are
    /// not looked at, so that nothing of the answer, its time neither, tells whether there is one (T-P3, T-P6).
    async fn held(
        &self,
        link: &mut Link,
        secrets: &Secrets,
        admit: Admit,
    ) -> Result<Result<Found, Denied>, StoreError> {
        // Shared with other uses; a consent that is being taken back is waited for.
        let case = kept(link, secrets, self.case).await?;
        let people = match admit(case.as_ref()) {
            Ok(people) => people,
            Err(denied) => return Ok(Err(denied)),
        };
        let mut found = None;
        for person in people {
            let digest = secrets.lookup("holder", person.reveal());
            for identifier in self.of_person(link, &digest).await? {
                let record = version::find(link, &identifier, None).await?;
                let record = record.ok_or(DAMAGED)?;
                let answer = record.life.status(&record.period, self.now).answer();
                let is_first = found.is_none();
                if answer == "valid" || is_first {
                    found = Some(identifier);
                }
                if answer == "valid" {
                    break;
                }
            }
        }
        let Some(identifier) = found else {
            return Ok(Ok((case, None)));
        };
        let held = self.opened(link, secrets, &identifier).await?;
        Ok(Ok((case, Some(held))))
    }

    async fn of_person(
        &self,
        link: &mut Link,
        digest: &[u8; 32],
    ) -> Result<Vec<String>, StoreError> {
        let wanted = self.wanted;
        let identifier = wanted.identifier.as_ref().map(ToString::to_string);
        let values = [
            digest.into(),
            wanted.kind.as_str().into(),
            identifier.as_deref().into(),
            wanted.number.as_ref().map(LicenceNumber::as_str).into(),
            wanted.issuer.as_ref().map(OrganisationCode::as_str).into(),
        ];
        let rows = link.rows(OF_PERSON, &values).await?;
        rows.into_iter().map(|mut row| row.text()).collect()
    }

    async fn opened(
        &self,
        link: &mut Link,
        secrets: &Secrets,
        identifier: &str,
    ) -> Result<HeldVersion, StoreError> {
        // A suspension that is being recorded is waited for.
        let record = version::lock(link, identifier, None).await?;
        let record = record.ok_or(DAMAGED)?;
        let content = version::content(link, secrets, identifier, None).await?;
        let mut files = files(link, &record.job, None).await?;
        files.sort_by_key(|file| file.format != "pdf");
        Ok(HeldVersion {
            whole: whole(link, record.licence.as_str()).await?,
            content: content.ok_or(DAMAGED)?,
            files,
            record,
        })
    }
}

async fn keep(
    link: &mut Link,
    secrets: &Secrets,
    (id, department, record): (&str, &DepartmentKey, &Record),
    (what, at): (&NewUse, UtcDateTime),
) -> Result<(), StoreError> {
    let identifier = record.identifier.to_string();
    let mut holder = link
        .one(HOLDER, &[identifier.as_str().into()], "version")
        .await?;
    let digest = holder.digest()?;
    let detail = serde_json::to_vec(&what.detail).map_err(|_| DAMAGED)?;
    let content = secrets.seal(&detail, place(id, department.as_str()))?;
    let values = [
        id.into(),
        department.as_str().into(),
        identifier.as_str().into(),
        record.licence.as_str().into(),
        (&digest).into(),
        what.matter.as_str().into(),
        what.case.as_str().into(),
        u32::from(what.material).into(),
        what.person.as_str().into(),
        what.state.as_str().into(),
        at.into(),
        (&content).into(),
        what.file_until.into(),
    ];
    link.later(KEEP, &values).await
}

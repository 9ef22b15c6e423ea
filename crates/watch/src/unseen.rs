//! Whether a seal may be used on content that nobody here has seen (T-S5): who said so, what waits, another person's word.

use backoffice::office::Office;
use backoffice::said::moment;
use catalogue::key::SealCode;
use issuance::Asker;
use registry::regions::Spoken;
use releasing::UnseenWord;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::desk::{Refused, apart, deny, person, seen};

/// Whether a seal may be used unseen.
#[derive(Debug, Clone, Copy, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct UnseenBody {
    /// `true` where content may be sealed by its digest alone.
    allowed: bool,
}

/// What waits for a second person.
#[derive(Debug, Serialize)]
pub(crate) struct WaitsTold {
    allowed: bool,
    /// Whose word it is.
    person: String,
    /// Until when it waits, RFC 3339.
    until: String,
}

/// Whether a seal may be used unseen, as it is told.
#[derive(Debug, Serialize)]
pub(crate) struct UnseenTold {
    seal: String,
    allowed: bool,
    /// The two who said so.
    people: Vec<String>,
    /// When the second of them did, RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    decided: Option<String>,
    /// What waits for a second person.
    #[serde(skip_serializing_if = "Option::is_none")]
    waits: Option<WaitsTold>,
}

pub(crate) async fn unseen(
    office: &Office,
    asker: &Asker,
    seal: &SealCode,
) -> Result<UnseenTold, Refused> {
    let scope = seen(office, asker, seal).await?;
    let unseen = office.registry().quorums().unseen();
    let said = unseen.people((seal, &scope.holder)).await?;
    let waits = unseen.waiting(seal, office.now()).await?;
    let allowed = said.is_some();
    let (people, decided) = said.unzip();
    Ok(UnseenTold {
        seal: seal.to_string(),
        allowed,
        people: people.unwrap_or_default(),
        decided: decided.map(moment),
        waits: waits.map(|(allowed, first)| WaitsTold {
            allowed,
            person: first.person.to_string(),
            until: moment(first.until),
        }),
    })
}

/// One person's word; neither of the two may release the seal, nor who takes it back.
pub(crate) async fn say(
    office: &Office,
    asker: &Asker,
    seal: &SealCode,
    body: UnseenBody,
) -> Result<Spoken, Refused> {
    let scope = seen(office, asker, seal).await?;
    let on = (seal.as_str(), "seal-unseen");
    let person = match person(asker) {
        Ok(person) => person,
        Err(refused) => return Err(deny(office, asker, on, refused).await),
    };
    if let Err(refused) = apart(office, asker, seal).await {
        return Err(deny(office, asker, on, refused).await);
    }
    let word = UnseenWord {
        seal: seal.clone(),
        department: scope.holder,
        allowed: body.allowed,
        person,
        at: backoffice::answers::whole(office.now()),
    };
    Ok(office.registry().quorums().unseen().say(word).await?)
}

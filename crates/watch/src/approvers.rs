//! Who releases a high-risk seal together (T-S1): which people, how many of them, and what waits for another person's word.
//!
//! The register asks at the release, the key store before it signs; each has its own record of it.

use std::collections::BTreeSet;

use backoffice::import;
use backoffice::keys::seal_key;
use backoffice::office::Office;
use backoffice::said::moment;
use catalogue::key::{PersonKey, SealCode};
use issuance::Asker;
use registry::jobs::JobId;
use registry::regions::Spoken;
use releasing::QuorumWord;
use releasing::approvals::Approvers;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::desk::{Refused, apart, deny, person, seen};

/// Most people of one seal, as the key store has it.
const MOST: usize = 16;

/// Who is to release a seal.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ApproversBody {
    /// How many release each use together, from 2 on; 1 where one person is to do again.
    needed: u8,
    /// Of whom; none for 1.
    people: BTreeSet<String>,
}

/// What waits for a second person.
#[derive(Debug, Serialize)]
pub(crate) struct WaitsTold {
    needed: usize,
    people: Vec<String>,
    /// Whose word it is.
    person: String,
    /// Until when it waits, RFC 3339.
    until: String,
}

/// Who releases a seal.
#[derive(Debug, Serialize)]
pub(crate) struct ApproversTold {
    seal: String,
    /// How many release each use together; 1 of a seal that is no high-risk one.
    needed: usize,
    /// Of whom; none for 1: whoever is enrolled for it.
    people: Vec<String>,
    /// The two who said so.
    said_by: Vec<String>,
    /// When the second of them did, RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    decided: Option<String>,
    /// Whether the key store asks the same.
    in_key_store: bool,
    /// What waits for a second person.
    #[serde(skip_serializing_if = "Option::is_none")]
    waits: Option<WaitsTold>,
}

pub(crate) async fn approvers(
    office: &Office,
    asker: &Asker,
    seal: &SealCode,
) -> Result<ApproversTold, Refused> {
    let scope = seen(office, asker, seal).await?;
    let quorums = office.registry().quorums();
    let found = quorums.of(seal).await?;
    let said = quorums.people((seal, &scope.holder)).await?;
    let waits = quorums.waiting(seal, office.now()).await?;
    let kept = office.keys().quorum(seal.as_str());
    let in_key_store = same(found.as_ref(), kept.as_ref());
    let (needed, people) = found.map_or((1, Vec::new()), |found| {
        (found.needed, found.members.into_iter().collect())
    });
    let (said_by, decided) = said.unzip();
    Ok(ApproversTold {
        seal: seal.to_string(),
        needed,
        people,
        said_by: said_by.unwrap_or_default(),
        decided: decided.map(moment),
        in_key_store,
        waits: waits.map(|(proposal, first)| {
            let mut words = proposal.split(' ');
            let needed = words.next().and_then(|one| one.parse().ok()).unwrap_or(1);
            WaitsTold {
                needed,
                people: words.map(str::to_owned).collect(),
                person: first.person.to_string(),
                until: moment(first.until),
            }
        }),
    })
}

fn same(found: Option<&Approvers>, kept: Option<&(u8, BTreeSet<String>)>) -> bool {
    match (found, kept) {
        (None, None) => true,
        (Some(found), Some((needed, people))) => {
            found.needed == usize::from(*needed) && found.members == *people
        }
        _ => false,
    }
}

/// One person's word; the second one's, which says the same, has both the register and the key store ask it. Neither of them may
/// release the seal. Said again once it holds, it is put into a key store that did not take it before.
pub(crate) async fn say(
    office: &Office,
    asker: &Asker,
    seal: &SealCode,
    body: ApproversBody,
) -> Result<Spoken, Refused> {
    let scope = seen(office, asker, seal).await?;
    let wanted = wanted(office, seal, body).await?;
    let on = (seal.as_str(), "seal-approvers");
    let person = match person(asker) {
        Ok(person) => person,
        Err(refused) => return Err(deny(office, asker, on, refused).await),
    };
    if let Err(refused) = apart(office, asker, seal).await {
        return Err(deny(office, asker, on, refused).await);
    }
    let quorums = office.registry().quorums();
    let holds = quorums.of(seal).await?;
    let spoken = match same(holds.as_ref(), wanted.as_ref()) {
        true => Spoken::Holds,
        false => {
            let word = QuorumWord {
                seal: seal.clone(),
                department: scope.holder,
                approvers: wanted.as_ref().map(|(needed, people)| Approvers {
                    needed: usize::from(*needed),
                    members: people.clone(),
                }),
                person,
                at: backoffice::answers::whole(office.now()),
            };
            quorums.say(word).await?
        }
    };
    if spoken == Spoken::Holds {
        let random = office.random.as_ref();
        let (needed, people) = wanted.unwrap_or_default();
        let set = office
            .keys()
            .set_quorum(seal.as_str(), (needed, &people), random);
        set.map_err(Refused::Keys)?;
    }
    Ok(spoken)
}

/// Each of them may release the seal now.
async fn wanted(
    office: &Office,
    seal: &SealCode,
    body: ApproversBody,
) -> Result<Option<(u8, BTreeSet<String>)>, Refused> {
    if body.needed == 1 && body.people.is_empty() {
        return Ok(None);
    }
    import::follow_keys(office).await;
    let key = seal_key(seal.as_str()).ok_or(Refused::Unknown)?;
    let releasers = office.keys().releasers(&key);
    let known = |one: &String| {
        PersonKey::parse(one).is_ok() && releasers.iter().any(|releaser| releaser.person == *one)
    };
    let all = body.people.iter().all(known);
    let count = body.people.len();
    let lawful = count <= MOST && (2..=count).contains(&usize::from(body.needed));
    match all && lawful {
        true => Ok(Some((body.needed, body.people))),
        false => Err(Refused::Approvers),
    }
}

/// Takes back what the asker released of a job that waits for others.
pub(crate) async fn withdraw(office: &Office, asker: &Asker, job: &str) -> Result<(), Refused> {
    let job = JobId::parse(job).ok_or(Refused::Unknown)?;
    let place = (&asker.department, &job);
    let by = asker.by(office.now());
    let quorums = office.registry().quorums();
    match quorums.withdraw(place, &asker.person, by).await? {
        true => Ok(()),
        false => Err(Refused::Unknown),
    }
}

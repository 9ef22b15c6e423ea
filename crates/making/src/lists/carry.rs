//! What the words on a list lead to, seal by seal: applications, examinations, grants, seals. Broken off, it goes on with what is left.

use backoffice::custody::{self, CustodyError, Duty, Event};
use backoffice::import;
use backoffice::office::Office;
use backoffice::said::{hex, response};
use catalogue::key::SealCode;
use issuance::Asker;
use registry::applications::{ListState, NewApplication, SealList};
use registry::asked::{Asked, By, IdempotencyKey};
use registry::seals::{SealAct, SealRecord, SealRefused};
use registry::trace::{Act, Deed};
use seal::life::{Consent, Stage};
use serde_json::json;

use super::check::check;
use super::order::{Handed, KeptList, ListOrder};
use super::refused::refuse;
use super::told::{ListTold, find, kept};
use crate::apply::keep;
use crate::decide::make;
use crate::fault::MakingError;
use crate::kept::Kept;

/// Seals that are asked about at once.
const TOGETHER: usize = 100;

/// Takes a list and makes the applications of its seals. The same list again has no other effect; where the first time was broken off it is
/// gone on with.
///
/// # Errors
/// `Order` with everything that is wrong, each with its line; `List` with `seal.list-other` where another list has this identifier. Nothing
/// of a list that is refused is kept.
pub async fn hand_in(
    office: &Office,
    asker: &Asker,
    order: &ListOrder,
) -> Result<ListTold, MakingError> {
    let handed = Handed::of(order);
    let book = office.registry.applications();
    let list = match book.list(&asker.department, &order.list).await? {
        Some(before) => before,
        None => book.keep_list(taken(office, asker, order).await?).await?,
    };
    if list.digest != handed.digest() {
        let other = (
            "seal.list-other",
            "another list was handed in under this identifier",
        );
        return Err(refuse(office, asker, (&order.list, "apply"), other).await?);
    }
    carry(office, &list).await?;
    find(office, asker, &order.list).await
}

/// A list that nothing refuses, with its files kept.
async fn taken(office: &Office, asker: &Asker, order: &ListOrder) -> Result<SealList, MakingError> {
    let look = check(office, asker, order).await?;
    if !look.is_clear() {
        let why = ("seal.list-refused", "");
        refuse(office, asker, (&order.list, "apply"), why).await?;
        return Err(MakingError::Order(look.all()));
    }
    let digest = look.digest;
    let (mut documents, mut pictures) = (Vec::new(), Vec::new());
    for one in &order.documents {
        let named = (one.name.as_str(), one.kind.as_str());
        documents.push(keep(office, named, one.content.clone()).await?);
    }
    for line in look.lines {
        pictures.push(match line.picture {
            Some(octets) => Some(keep(office, ("", "image/png"), octets).await?),
            None => None,
        });
    }
    let handed = Handed::of(order);
    let content = KeptList {
        handed,
        documents,
        pictures,
    };
    let by = asker.by(office.now());
    Ok(SealList {
        department: asker.department.clone(),
        id: order.list.clone(),
        digest,
        content: serde_json::to_vec(&content).unwrap_or_default(),
        state: ListState::Applied,
        applicant: by.who,
        applied: by.at,
        reviewer: None,
        approver: None,
        maker: None,
        changed: by.at,
        reason: String::new(),
    })
}

/// Goes on with every list of which something is left: what was broken off when a process ended. How many there are.
///
/// # Errors
/// [`MakingError`]; what was done before it stays done.
pub async fn resume(office: &Office) -> Result<usize, MakingError> {
    let open = office.registry.applications().open_lists().await?;
    for list in &open {
        carry(office, list).await?;
    }
    Ok(open.len())
}

/// Brings each seal of a list as far as the words on it go.
pub(super) async fn carry(office: &Office, list: &SealList) -> Result<(), MakingError> {
    let content = kept(list)?;
    let places = 0..content.handed.lines.len();
    let lines: Vec<Line> = places
        .filter_map(|place| Line::of(&content, place))
        .collect();
    for some in lines.chunks(TOGETHER) {
        carry_some(office, list, some).await?;
    }
    office.log.wake();
    match list.state {
        ListState::Ordered => done(office, list).await,
        _ => Ok(()),
    }
}

async fn carry_some(office: &Office, list: &SealList, lines: &[Line]) -> Result<(), MakingError> {
    let codes: Vec<SealCode> = lines.iter().map(|line| line.seal.clone()).collect();
    let records = office.registry.seals().records(&codes).await?;
    let digests = office.registry.applications().digests(&codes).await?;
    for line in lines {
        let standing = records.get(&line.seal).map(|record| record.stage);
        // Another one's since: told where the list is read.
        let is_own = digests.get(&line.seal) == Some(&line.digest);
        if standing.is_none() || is_own {
            go_on(office, list, (line, standing)).await?;
        }
    }
    Ok(())
}

/// Nothing of it is left to do.
async fn done(office: &Office, list: &SealList) -> Result<(), MakingError> {
    import::catch_up(office).await?;
    let by = By::new("service", office.now());
    let mut after = list.clone();
    after.state = ListState::Made;
    after.changed = by.at;
    let book = office.registry.applications();
    book.move_list(after, (ListState::Ordered, by)).await?;
    Ok(())
}

/// A line, and the application that it is.
struct Line {
    number: usize,
    seal: SealCode,
    application: Kept,
    content: Vec<u8>,
    digest: [u8; 32],
}

impl Line {
    fn of(list: &KeptList, place: usize) -> Option<Self> {
        let application = list.application(place)?;
        let content = serde_json::to_vec(&application).ok()?;
        Some(Self {
            number: place + 1,
            seal: SealCode::parse(&application.scope.seal_code).ok()?,
            digest: crypto::sha256(&content),
            application,
            content,
        })
    }
}

/// Whose word brings a seal on from where it stands, if one was given.
fn due(list: &SealList, stage: Stage) -> Option<(Event, &str, Duty)> {
    let reviewer = list.reviewer.as_deref();
    let approver = list.approver.as_deref();
    let (event, person, duty) = match stage {
        Stage::Applied if list.state == ListState::Rejected && approver.is_none() => {
            (Event::Reject, reviewer, Duty::Administrator)
        }
        Stage::Applied => (Event::Review, reviewer, Duty::Administrator),
        Stage::Reviewed if list.state == ListState::Rejected => {
            (Event::Reject, approver, Duty::Approver)
        }
        Stage::Reviewed => (Event::Approve, approver, Duty::Approver),
        Stage::Approved => (Event::Make, list.maker.as_deref(), Duty::Maker),
        _ => return None,
    };
    Some((event, person?, duty))
}

/// Brings one seal as far as it goes. What the table refuses stands in the trace, and the other lines go on.
async fn go_on(
    office: &Office,
    list: &SealList,
    (line, standing): (&Line, Option<Stage>),
) -> Result<(), MakingError> {
    let mut stage = match standing {
        Some(stage) => stage,
        None => match apply(office, list, line).await {
            Ok(()) => Stage::Applied,
            Err(error) => return refused(office, list, (line, "apply"), error).await,
        },
    };
    while let Some((event, person, duty)) = due(list, stage) {
        let consent = Consent {
            person: person.to_owned(),
            duty,
        };
        match step(office, list, line, (event, consent)).await {
            Ok(record) => stage = record.stage,
            Err(error) => return refused(office, list, (line, event.code()), error).await,
        }
    }
    Ok(())
}

async fn apply(office: &Office, list: &SealList, line: &Line) -> Result<(), MakingError> {
    let scope = office
        .desk()
        .catalogue
        .read_seal(&line.application.scope())?;
    let replaces = line.application.replaces.as_deref();
    let replaces = replaces.and_then(|code| SealCode::parse(code).ok());
    let digest = hex(&line.digest);
    let new = NewApplication {
        leaf: custody::leaf(office, &scope, ("apply", &digest))?,
        seal: scope.seal,
        department: scope.holder,
        replaces,
        content: line.content.clone(),
        scope: String::from_utf8(line.application.scope()).unwrap_or_default(),
        by: By::new(list.applicant.clone(), office.now()),
    };
    let key = format!("seal-list {} {:08}", list.id, line.number);
    let asked = Asked {
        caller: format!("list {}", list.department),
        key: IdempotencyKey::parse(&key).ok_or(MakingError::Unknown)?,
        fingerprint: list.digest,
    };
    let told = response(201, &json!({"digest": digest}));
    let applied = office.registry.applications().apply(new, asked, told).await;
    applied.map_err(CustodyError::from)?;
    Ok(())
}

async fn step(
    office: &Office,
    list: &SealList,
    line: &Line,
    (event, consent): (Event, Consent),
) -> Result<SealRecord, MakingError> {
    if event == Event::Make {
        make(office, &line.application).await?;
    }
    let desk = office.desk();
    let scope = desk.catalogue.read_seal(&line.application.scope())?;
    let reason = match event {
        Event::Reject => list.reason.clone(),
        _ => format!("list {}", list.id),
    };
    let act = SealAct {
        seal: line.seal.clone(),
        event,
        consent,
        leaf: custody::leaf(office, &scope, (event.code(), &reason))?,
        reason,
        revokes: Vec::new(),
        application: Some(line.digest),
        at: backoffice::answers::whole(office.now()),
    };
    let acted = office.registry.seals().act(act).await;
    Ok(acted.map_err(CustodyError::from)?)
}

/// A rule's refusal of one line is traced, and stops no other; what stops everything is given back.
async fn refused(
    office: &Office,
    list: &SealList,
    (line, event): (&Line, &str),
    error: MakingError,
) -> Result<(), MakingError> {
    let ground = match &error {
        MakingError::Custody(CustodyError::Refused(refused)) => match refused {
            SealRefused::Store(_) => return Err(error),
            SealRefused::Taken => "seal.code-taken",
            SealRefused::Altered => "seal.application-altered",
            // Another process went on with the same list.
            SealRefused::Life(_) => return Ok(()),
            _ => "seal.refused",
        },
        MakingError::Order(_) => "seal.scope",
        _ => return Err(error),
    };
    let act = Act {
        department: list.department.clone(),
        by: By::new(list.applicant.clone(), office.now()),
        deed: Deed::Deny,
        object: line.seal.to_string(),
        ground: ground.to_owned(),
        detail: vec![("event", event.to_owned()), ("list", list.id.clone())],
        key: None,
    };
    office.registry.trace().record(act).await?;
    Ok(())
}

//! The main job for many licences at once: each is cleared before any is reserved, all are reserved in one fact; from
//! there on each is a job like any other.

use std::collections::{BTreeMap, BTreeSet};

use crypto::Listing;
use issuance::issue::{Cleared, cleared, deny, reservation, unrestricted};
use issuance::office::Desk;
use issuance::{Asker, IssueError, IssueOrder, Office, Once, import};
use registry::StoreError;
use registry::batches::{Answering, BatchBegun, BatchRefused, NewBatch, NewLine};
use registry::licences::ReserveRefused;
use thiserror::Error;

/// Most licences of one batch: one release lists no more.
pub const MAX_LICENCES: usize = Listing::MAX;

/// A licence of a batch as it is asked for.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Wanted {
    /// The entry of the request that it comes from, from 0.
    pub(crate) entry: u32,
    /// The licence.
    pub(crate) order: IssueOrder,
}

/// A batch as it is asked for.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct BatchOrder {
    /// The licences.
    pub(crate) licences: Vec<Wanted>,
    /// The package whose results they are; empty for none.
    pub(crate) package: String,
}

/// Why no batch is begun.
#[derive(Debug, Error)]
pub(crate) enum TogetherError {
    /// What is wrong with each of its licences, by its place from 0.
    #[error("{} licences of the batch cannot be issued", .0.len())]
    Defective(Vec<(usize, IssueError)>),
    /// A licence stands under another seal than the first: one release is of one seal (D19).
    #[error("the licence at place {0} stands under another seal than the first")]
    OtherSeal(usize),
    /// No licence, or more than [`MAX_LICENCES`].
    #[error("a batch has 1 to {MAX_LICENCES} licences")]
    Count,
    /// Another request was made under this key.
    #[error("another request was made under this key")]
    KeyReused,
    /// It cannot be begun.
    #[error("the batch cannot be begun")]
    Issue(#[from] IssueError),
}

impl From<StoreError> for TogetherError {
    fn from(error: StoreError) -> Self {
        Self::Issue(error.into())
    }
}

/// Steps 2 and 3 for many: admits every one, or says of each what is wrong; reserves all of them, or none.
///
/// # Errors
/// [`TogetherError`]; a refusal stands in the trace once, with how many licences it refused.
pub(crate) async fn begin_together(
    office: &Office,
    asker: &Asker,
    once: &Once,
    order: &BatchOrder,
    respond: fn() -> Answering,
) -> Result<BatchBegun, TogetherError> {
    let desk = office.desk();
    let mut begun = begin(office, asker, once, order, respond).await;
    // T-S6: by what another process decided since.
    if is_moved_on(&begun) && import::heard(office, &desk).await {
        begun = begin(office, asker, once, order, respond).await;
    }
    let mut refused = match begun {
        Err(TogetherError::Defective(refused)) if !refused.is_empty() => refused,
        begun => return begun,
    };
    let (place, first) = refused.swap_remove(0);
    let object = format!("batch of {}", order.licences.len());
    let first = deny(office, asker, object, first).await?;
    refused.push((place, first));
    refused.sort_by_key(|(place, _)| *place);
    Err(TogetherError::Defective(refused))
}

/// Whether another catalogue came into force since all of it was cleared.
fn is_moved_on(begun: &Result<BatchBegun, TogetherError>) -> bool {
    let Err(TogetherError::Defective(refused)) = begun else {
        return false;
    };
    refused
        .iter()
        .any(|(_, refused)| matches!(refused, IssueError::Reserve(ReserveRefused::OtherCatalogue)))
}

async fn begin(
    office: &Office,
    asker: &Asker,
    once: &Once,
    order: &BatchOrder,
    respond: fn() -> Answering,
) -> Result<BatchBegun, TogetherError> {
    if !(1..=MAX_LICENCES).contains(&order.licences.len()) {
        return Err(TogetherError::Count);
    }
    let mut desk = office.desk();
    let mut all = cleared_all(office, &desk, asker, &order.licences).await;
    // T-S6: by what another process decided since, where that may change the answer.
    if all.is_err() && import::heard(office, &desk).await {
        desk = office.desk();
        all = cleared_all(office, &desk, asker, &order.licences).await;
    }
    let all = all?;
    let mut seals = all.iter().map(|(_, cleared)| &cleared.seal);
    let first = seals.next().cloned();
    let other = all
        .iter()
        .position(|(_, cleared)| Some(&cleared.seal) != first.as_ref());
    if let Some(other) = other {
        return Err(TogetherError::OtherSeal(other));
    }
    loop {
        let list = office.slots.newest();
        let list = list.ok_or(IssueError::Reserve(ReserveRefused::ListFull))?;
        let number = list.number;
        let mut lines = Vec::with_capacity(all.len());
        for (entry, cleared) in &all {
            lines.push(NewLine {
                entry: *entry,
                reservation: reservation(office, &desk, (asker, once), cleared, list.clone())?,
            });
        }
        let (Some(seal), Some(line)) = (first.clone(), lines.first()) else {
            return Err(TogetherError::Count);
        };
        let new = NewBatch {
            asked: asker.asked(once),
            by: line.reservation.by.clone(),
            department: asker.department.clone(),
            requester: asker.person.clone(),
            seal,
            package: order.package.clone(),
            lines,
            respond: respond(),
        };
        match office.registry.batches().begin(new).await {
            Err(BatchRefused::Line { refused, .. }) if is_full(&refused) => {
                let random = office.random.as_ref();
                let next = office.slots.go_on_after(number, &office.registry, random);
                next.await.map_err(IssueError::from)?;
                // The new list is published before anything names it.
                office.upkeep.notify_one();
            }
            begun => return begun.map_err(|refused| not_begun(office, refused)),
        }
    }
}

fn is_full(refused: &ReserveRefused) -> bool {
    matches!(refused, ReserveRefused::ListFull)
}

fn not_begun(office: &Office, refused: BatchRefused) -> TogetherError {
    match refused {
        BatchRefused::KeyReused => TogetherError::KeyReused,
        BatchRefused::Line { place, refused } => {
            TogetherError::Defective(vec![(place, refused.into())])
        }
        BatchRefused::Store(error) => {
            if let StoreError::Unavailable(_) = error {
                // Whether it stands is not known.
                office.dropped.doubt(office.clock.now());
            }
            error.into()
        }
        refused => TogetherError::Issue(IssueError::Batch(refused)),
    }
}

/// Every licence cleared, or what is wrong with each; numbers that stand twice in the batch are found here.
async fn cleared_all(
    office: &Office,
    desk: &Desk,
    asker: &Asker,
    wanted: &[Wanted],
) -> Result<Vec<(u32, Cleared)>, TogetherError> {
    let (mut all, mut wrong) = (Vec::with_capacity(wanted.len()), BTreeMap::new());
    let (mut numbers, mut serials) = (BTreeSet::new(), BTreeSet::new());
    for (place, one) in wanted.iter().enumerate() {
        let cleared = match cleared(office, desk, asker, &one.order) {
            Ok(cleared) => cleared,
            Err(refused) => {
                wrong.insert(place, refused);
                continue;
            }
        };
        if let Err(refused) = unrestricted(office, &cleared).await? {
            wrong.insert(place, refused.into());
            continue;
        }
        let admitted = &cleared.admitted;
        let key = admitted.licence_type().key.to_string();
        // R12: two of one batch have no number in common either.
        let number = admitted
            .number()
            .map(|number| (key.clone(), number.to_string()));
        let serial = admitted.serial().map(|serial| (key, serial.to_string()));
        if number.is_some_and(|number| !numbers.insert(number)) {
            wrong.insert(place, ReserveRefused::NumberTaken.into());
        } else if serial.is_some_and(|serial| !serials.insert(serial)) {
            wrong.insert(place, ReserveRefused::IdentifierTaken.into());
        }
        all.push((one.entry, cleared));
    }
    match wrong.is_empty() {
        true => Ok(all),
        false => Err(TogetherError::Defective(wrong.into_iter().collect())),
    }
}

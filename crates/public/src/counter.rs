//! What every public handler can reach.

use std::sync::Arc;
use std::time::Duration;

use issuance::Office;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use transcript::Judgement;
use verify::{Case, Finding, Kind, Material, Policy, Trust};
use wire::problem::{Code, Problem};

use cell::Ended;

use crate::asked::{Looked, Wanted};
use crate::bench::told;
use crate::judges::Judges;
use crate::pictures::Pictures;
use crate::text::{ReadText, Texts};

/// How the public faces of an office are set.
#[derive(Debug, Clone, Copy)]
pub struct Shown {
    /// Whether every page says that nothing here is real.
    pub is_sample: bool,
    /// Octets of a file that is judged, at most; the page says it.
    pub upload: usize,
    /// Files judged at once.
    pub judged: usize,
    /// How long a request waits for its place.
    pub patience: Duration,
}

/// The counter at which strangers are served, shared by all requests.
#[derive(Clone)]
pub struct Counter {
    pub(crate) office: Arc<Office>,
    pub(crate) texts: Arc<Texts>,
    pub(crate) shown: Shown,
    pub(crate) judges: Arc<Judges>,
    judged: Arc<Semaphore>,
}

impl std::fmt::Debug for Counter {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Counter")
    }
}

impl Counter {
    /// The counter of an open office.
    ///
    /// # Errors
    /// When the words that the binary carries are damaged.
    pub fn new(office: Arc<Office>, shown: Shown, judges: Judges) -> Result<Self, ReadText> {
        Ok(Self {
            office,
            texts: Arc::new(Texts::embedded()?),
            judges: Arc::new(judges),
            judged: Arc::new(Semaphore::new(shown.judged)),
            shown,
        })
    }

    /// T-A4, T-A5: a place among the files that are judged, or a busy answer; never a queue without bound.
    pub(crate) async fn place(&self) -> Result<OwnedSemaphorePermit, Problem> {
        let place = self.judged.clone().acquire_owned();
        match tokio::time::timeout(self.shown.patience, place).await {
            Ok(Ok(place)) => Ok(place),
            Ok(Err(_)) | Err(_) => Err(Problem::new(Code::Busy)),
        }
    }

    /// What is told of a document that took more than it gets: *not processed*, never *valid*.
    pub(crate) fn spent(
        &self,
        (file, kind): (&str, Kind),
        ended: Ended,
        (policy, form): (&Policy, Wanted),
    ) -> Vec<u8> {
        let finding = Finding::of("limit.spent").because(self.judges.why(ended));
        let report = verify::not_judged((file, kind), finding, policy, self.office.now());
        match form {
            Wanted::Told(form) => {
                let judgement = Judgement {
                    case: &Case::open(&Vec::new()),
                    trust: &Trust::absent(),
                    material: &Material::empty(),
                    policy,
                    report: &report,
                };
                told(form, &judgement).into_bytes()
            }
            Wanted::Page => {
                let looked = Looked {
                    report: report.to_json(),
                    pictures: Pictures::default(),
                };
                serde_json::to_vec(&looked).unwrap_or_default()
            }
        }
    }
}

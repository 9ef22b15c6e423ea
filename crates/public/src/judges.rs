//! Where documents are judged: in processes of their own, each ended when a document takes more than it gets (T-I3).

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use cell::{Cell, Cells, Ended, Limits, Program};
use issuance::Office;
use serde::de::DeserializeOwned;
use verify::Trust;
use verify::facts::NoDigest;
use wire::problem::{Code, Problem};

use crate::asked::{Asked, Fault, read};
use crate::bench::Bench;

/// The word by which the program is told that it judges for another process.
const JUDGE: &str = "judge";

/// Who judges for a service.
#[derive(Debug)]
pub struct Judges {
    cells: Option<Cells>,
    limits: Limits,
    said: Mutex<Said>,
}

/// The trust in force as other processes are told it.
#[derive(Debug, Clone, Default)]
struct Said {
    trust: Option<Arc<Trust>>,
    /// Which one it is, from 1: a process is told each once.
    number: u64,
    contents: Arc<Vec<u8>>,
}

impl Judges {
    /// The process itself, in which nothing ends what runs on: for tests, and where no program is at hand.
    #[must_use]
    pub fn here() -> Judges {
        Judges {
            cells: None,
            limits: Limits::OF_A_DOCUMENT,
            said: Mutex::default(),
        }
    }

    /// Processes of a program that calls [`judge_apart`](crate::judge_apart) where its one argument is `judge`. Each document gets so much processor time,
    /// in whole seconds, and octets of memory.
    #[must_use]
    pub fn apart(program: PathBuf, time: Duration, memory: usize) -> Judges {
        Judges {
            cells: Some(Cells::of(Program {
                path: program,
                arguments: vec![JUDGE.into()],
            })),
            limits: Limits {
                seconds: time.as_secs(),
                memory: memory as u64,
            },
            said: Mutex::default(),
        }
    }

    /// One who judges.
    pub(crate) fn seat(&self, office: &Office) -> Result<Seat, Problem> {
        let by = match &self.cells {
            None => By::Here(Box::new(Bench::trusting(office.trust()))),
            // What cannot be started is too much for the machine just now.
            Some(cells) => By::Apart(cells.take().map_err(|_| Problem::new(Code::Busy))?),
        };
        Ok(Seat {
            by,
            limits: self.limits,
        })
    }

    /// He is free again.
    pub(crate) fn leave(&self, seat: Seat) {
        if let (By::Apart(cell), Some(cells)) = (seat.by, &self.cells) {
            cells.give_back(cell);
        }
    }

    /// The trust in force, by its number.
    fn said(&self, office: &Office) -> Said {
        let mut said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
        let trust = office.trust();
        if !said
            .trust
            .as_ref()
            .is_some_and(|known| Arc::ptr_eq(known, &trust))
        {
            said.contents = Arc::new(office.trust_contents());
            said.trust = Some(trust);
            said.number += 1;
        }
        said.clone()
    }

    /// What is told of it.
    pub(crate) fn why(&self, ended: Ended) -> String {
        match ended {
            Ended::Time => format!("more than {} s of processor time", self.limits.seconds),
            Ended::Memory => format!("more than {} MiB of memory", self.limits.memory >> 20),
            Ended::Lost => "the process that judged it is gone".to_owned(),
        }
    }
}

/// Why there is no verdict.
#[derive(Debug)]
pub(crate) enum Unjudged {
    /// It was ended.
    Spent(Ended),
    /// Nothing that the document is to blame for.
    Problem(Problem),
}

impl From<Problem> for Unjudged {
    fn from(problem: Problem) -> Self {
        Unjudged::Problem(problem)
    }
}

impl From<Fault> for Unjudged {
    fn from(fault: Fault) -> Self {
        Unjudged::Problem(match fault {
            Fault::Digest(why) => no_digest(why),
            Fault::TooLarge => Problem::new(Code::RequestTooLarge),
            Fault::NotFound => Problem::new(Code::NotFound),
            Fault::Internal => Problem::new(Code::Internal),
        })
    }
}

/// A digest that does not stand for the content: nothing is judged.
pub(crate) fn no_digest(why: NoDigest) -> Problem {
    Problem::new(Code::RequestMalformed).saying(format!("content-digest: {why}"))
}

/// One who judges one document.
pub(crate) struct Seat {
    by: By,
    limits: Limits,
}

enum By {
    Apart(Cell),
    Here(Box<Bench>),
}

impl Seat {
    /// A document begins, and its limits with it.
    pub(crate) fn begin(&mut self, asked: &Asked, parts: &[&[u8]]) -> Result<Vec<u8>, Unjudged> {
        let limits = self.limits;
        self.put(asked, parts, |cell, parts| cell.ask(limits, parts))
    }

    /// It goes on.
    pub(crate) fn go_on(&mut self, asked: &Asked, parts: &[&[u8]]) -> Result<Vec<u8>, Unjudged> {
        self.put(asked, parts, Cell::ask_more)
    }

    /// A document is opened, by whom is told what is trusted now unless he was.
    pub(crate) fn open<T: DeserializeOwned>(
        &mut self,
        (judges, office): (&Judges, &Office),
        mut asked: Asked,
        parts: &[&[u8]],
    ) -> Result<T, Unjudged> {
        let mut contents = None;
        if let (By::Apart(cell), Asked::Open { trusts, .. }) = (&mut self.by, &mut asked) {
            let said = judges.said(office);
            *trusts = cell.known != said.number;
            cell.known = said.number;
            if *trusts {
                contents = Some(said.contents);
            }
        }
        let mut parts = parts.to_vec();
        parts.extend(contents.as_ref().map(|contents| contents.as_slice()));
        let known = self.begin(&asked, &parts)?;
        Ok(serde_json::from_slice(&known).map_err(|_| Fault::Internal)?)
    }

    fn put(
        &mut self,
        asked: &Asked,
        parts: &[&[u8]],
        ask: impl FnOnce(&mut Cell, &[&[u8]]) -> Result<Vec<u8>, Ended>,
    ) -> Result<Vec<u8>, Unjudged> {
        let asked = serde_json::to_vec(asked).map_err(|_| Fault::Internal)?;
        let mut all = vec![asked.as_slice()];
        all.extend(parts);
        let answer = match &mut self.by {
            By::Apart(cell) => ask(cell, &all).map_err(Unjudged::Spent)?,
            By::Here(bench) => bench.answer(all.into_iter().map(<[u8]>::to_vec).collect()),
        };
        Ok(read(answer)?)
    }
}

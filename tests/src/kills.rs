//! The service killed at random moments while departments use it (T-D1, T-D3), or its machine's power cut (T-D2).
//!
//! A child process serves an installation; customers ask for licences, release and remember what they were told. The
//! child is killed by a signal that it cannot catch, started again, and so on. In the end every request is repeated
//! three times, and what is found is compared with what was told. Moments come from a seed; the clock of each life
//! stands still, a minute after the one before. Where two processes serve one installation, they are killed in turn; a power cut
//! ends them all, and with them every write that was not synchronised.

mod customers;

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context as _;
use crypto::{Random, SeededRandom};
use time::UtcDateTime;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;

use crate::child::{Child, Serving};
use crate::customer::{Asked, Customer};
use crate::installation::{Installation, NOW};
use crate::judged;
use crate::power::Machine;

/// Whose licences are asked for.
const DEPARTMENT: &str = "Q-APR";
/// Microseconds from then on, at most.
const MOMENT: u32 = 40_000;
/// A life that gives no answer for so long is stuck.
const PATIENCE: Duration = Duration::from_secs(60);

/// What is to be done.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The program that serves, as `kill serve`.
    pub program: PathBuf,
    /// How often it is killed.
    pub kills: u32,
    /// Customers at once.
    pub customers: u32,
    /// Where the moments come from.
    pub seed: u64,
    /// A PostgreSQL database; an SQLite file when none is named.
    pub database: Option<String>,
    /// Answers between two kills.
    pub answers: Answers,
    /// Processes that serve the installation at once.
    pub servers: u32,
}

/// How many answers there are between two kills.
#[derive(Debug, Clone, Copy)]
pub enum Answers {
    /// A random number of them, at most so many.
    UpTo(u32),
    /// So many.
    Each(u32),
}

/// How a life ends.
#[derive(Debug)]
pub enum End<'a> {
    /// By a signal to one process, each in its turn.
    Kill,
    /// With the power of the machine on whose disk everything stands.
    Power(&'a mut Machine),
}

/// What came of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Outcome {
    /// Kills, or cuts.
    pub kills: u32,
    /// Request keys used, each of which has one licence.
    pub keys: usize,
    /// Licences that were acknowledged before a kill.
    pub acknowledged: usize,
    /// Signatures that a kill made worthless, each marked as abandoned.
    pub attempts: u64,
}

/// Where the service is, for its customers.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    /// Each process: its origin and its clock.
    pub(crate) servers: Vec<(String, UtcDateTime)>,
    /// No new requests; those that are open are carried to their end.
    pub(crate) last: bool,
}

/// Carries out a plan in an empty folder.
///
/// # Errors
/// What was lost, given twice or never finished.
pub async fn run(plan: &Plan, folder: &Path, mut end: End<'_>) -> anyhow::Result<Outcome> {
    let mut installation = Installation::found(folder, plan.database.as_deref(), NOW).await?;
    // Cycles follow each other more closely than people release.
    installation.without_limits()?;
    if let End::Power(machine) = &end {
        installation = installation.with_people_in(&machine.elsewhere())?;
    }
    let random = SeededRandom::new(plan.seed);
    let serving = Serving {
        program: plan.program.clone(),
        folder: folder.to_owned(),
        database: plan.database.clone(),
        environment: Vec::new(),
    };
    let mut fleet = Fleet::start(serving, plan.servers.max(1)).await?;
    let (tell, told) = watch::channel(fleet.place(false));
    let (answered, mut answers) = mpsc::channel(1_024);
    let mut customers = Vec::new();
    for number in 0..plan.customers {
        let work = customers::work(installation.clone(), number, told.clone(), answered.clone());
        customers.push(tokio::spawn(work));
    }
    drop(answered);
    let mut acknowledged = 0;
    for kill in 1..=plan.kills {
        let after = match plan.answers {
            Answers::UpTo(most) => draw(&random, most)?,
            Answers::Each(number) => number,
        };
        for _ in 0..after {
            match tokio::time::timeout(PATIENCE, answers.recv()).await {
                Ok(Some(issued)) => acknowledged += usize::from(issued),
                _ => return Err(why_nobody_asks(customers).await),
            }
        }
        let moment = u64::from(draw(&random, MOMENT)?);
        tokio::time::sleep(Duration::from_micros(moment)).await;
        fleet.end_a_life(&mut end, kill).await?;
        tell.send(fleet.place(kill == plan.kills))?;
    }
    tokio::spawn(async move { while answers.recv().await.is_some() {} });
    let mut asked = Vec::new();
    for customer in customers {
        asked.append(&mut customer.await??);
    }
    let (last, now) = fleet.children.first().context("one serves")?;
    let customer = Customer::new(&installation, last.base(), DEPARTMENT);
    judged::answers(&customer, &asked, *now).await?;
    drop(fleet);
    let attempts =
        judged::facts(&installation, DEPARTMENT, &asked, moment_of(plan.kills + 2)).await?;
    Ok(Outcome {
        kills: plan.kills,
        keys: asked.len(),
        acknowledged,
        attempts,
    })
}

/// What the first customer says who went away.
async fn why_nobody_asks(customers: Vec<JoinHandle<anyhow::Result<Vec<Asked>>>>) -> anyhow::Error {
    for customer in customers {
        if customer.is_finished() {
            match customer.await {
                Ok(Ok(_)) => {}
                Ok(Err(reason)) => return reason,
                Err(reason) => return reason.into(),
            }
        }
    }
    anyhow::anyhow!("the service gives no answers")
}

/// The processes that serve one installation, each with its clock.
struct Fleet {
    serving: Serving,
    children: Vec<(Child, UtcDateTime)>,
}

impl Fleet {
    async fn start(serving: Serving, processes: u32) -> anyhow::Result<Fleet> {
        let mut children = Vec::new();
        for _ in 0..processes {
            children.push((Child::start(&serving, moment_of(1)).await?, moment_of(1)));
        }
        Ok(Fleet { serving, children })
    }

    /// Ends a life and begins the next: of the process whose turn it is, or of the machine with all of them.
    async fn end_a_life(&mut self, end: &mut End<'_>, kill: u32) -> anyhow::Result<()> {
        let turn = usize::try_from(kill)? % self.children.len().max(1);
        let ending = match end {
            End::Kill => turn..turn + 1,
            End::Power(_) => 0..self.children.len(),
        };
        let ending = self.children.get_mut(ending);
        let ending = ending.context("each has its turn")?;
        if let End::Power(machine) = end {
            // Everything stops at once: a file system that was told to stop still answers, and may call durable what is not.
            for (child, _) in &mut *ending {
                child.halt().await?;
            }
            machine.cut()?;
        }
        for (child, _) in &mut *ending {
            child.kill()?;
        }
        if let End::Power(machine) = end {
            machine.back().await?;
        }
        let now = moment_of(kill + 1);
        for life in ending {
            *life = (Child::start(&self.serving, now).await?, now);
        }
        Ok(())
    }

    fn place(&self, last: bool) -> Place {
        let servers = self.children.iter();
        Place {
            servers: servers
                .map(|(child, now)| (child.base().to_owned(), *now))
                .collect(),
            last,
        }
    }
}

/// The clock of the life with this number.
fn moment_of(life: u32) -> UtcDateTime {
    NOW + time::Duration::minutes(i64::from(life))
}

/// A number from 1 to `most`.
fn draw(random: &SeededRandom, most: u32) -> anyhow::Result<u32> {
    let mut octets = [0; 4];
    random.fill(&mut octets)?;
    Ok(u32::from_be_bytes(octets) % most + 1)
}

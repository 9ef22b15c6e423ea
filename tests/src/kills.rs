//! The service killed at random moments while departments use it (T-D1, T-D3).
//!
//! A child process serves an installation; customers ask for licences, release and remember what they were told. The
//! child is killed by a signal that it cannot catch, started again, and so on. In the end every request is repeated
//! three times, and what is found is compared with what was told. Moments come from a seed; the clock of each life
//! stands still, a minute after the one before. Where two processes serve one installation, they are killed in turn.

mod customers;

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context as _;
use crypto::{Random, SeededRandom};
use time::UtcDateTime;
use tokio::sync::{mpsc, watch};

use crate::child::{Child, Serving};
use crate::customer::Customer;
use crate::installation::{Installation, NOW};
use crate::judged;

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

/// What came of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Outcome {
    /// Kills.
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
pub async fn run(plan: &Plan, folder: &Path) -> anyhow::Result<Outcome> {
    let installation = Installation::found(folder, plan.database.as_deref(), NOW).await?;
    let random = SeededRandom::new(plan.seed);
    let serving = Serving {
        program: plan.program.clone(),
        folder: folder.to_owned(),
        database: plan.database.clone(),
        environment: Vec::new(),
    };
    let mut children = Vec::new();
    for _ in 0..plan.servers.max(1) {
        children.push((Child::start(&serving, moment_of(1)).await?, moment_of(1)));
    }
    let (tell, told) = watch::channel(place(&children, false));
    let (answered, mut answers) = mpsc::channel(1_024);
    let mut customers = Vec::new();
    for number in 0..plan.customers {
        let work = customers::work(installation.clone(), number, told.clone(), answered.clone());
        customers.push(tokio::spawn(work));
    }
    let mut acknowledged = 0;
    for kill in 1..=plan.kills {
        let after = match plan.answers {
            Answers::UpTo(most) => draw(&random, most)?,
            Answers::Each(number) => number,
        };
        for _ in 0..after {
            let answer = tokio::time::timeout(PATIENCE, answers.recv()).await;
            let answer = answer.context("the service gives no answers")?;
            acknowledged += usize::from(answer.context("customers are at work")?);
        }
        let moment = u64::from(draw(&random, MOMENT)?);
        tokio::time::sleep(Duration::from_micros(moment)).await;
        let turn = usize::try_from(kill % plan.servers.max(1))?;
        let child = children.get_mut(turn).context("each has its turn")?;
        child.0.kill()?;
        *child = (
            Child::start(&serving, moment_of(kill + 1)).await?,
            moment_of(kill + 1),
        );
        tell.send(place(&children, kill == plan.kills))?;
    }
    tokio::spawn(async move { while answers.recv().await.is_some() {} });
    let mut asked = Vec::new();
    for customer in customers {
        asked.append(&mut customer.await??);
    }
    let (last, now) = children.first().context("one serves")?;
    let customer = Customer::new(&installation, last.base(), DEPARTMENT);
    judged::answers(&customer, &asked, *now).await?;
    drop(children);
    let attempts =
        judged::facts(&installation, DEPARTMENT, &asked, moment_of(plan.kills + 2)).await?;
    Ok(Outcome {
        kills: plan.kills,
        keys: asked.len(),
        acknowledged,
        attempts,
    })
}

fn place(children: &[(Child, UtcDateTime)], last: bool) -> Place {
    let servers = children
        .iter()
        .map(|(child, now)| (child.base().to_owned(), *now));
    Place {
        servers: servers.collect(),
        last,
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

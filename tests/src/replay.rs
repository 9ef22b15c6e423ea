//! The service killed at random moments while it carries out the story of many holders, and in the end compared with a
//! run that nobody disturbed: the same states, versions, papers, notices, ledgers; each event to each subscriber once
//! and in order.
//!
//! Everything but the holders' systems and the receivers is the service itself, in processes of its own that are killed by
//! a signal they cannot catch. The clock of each life stands still, a second after the one before; a new day begins with a new
//! life. Where two processes serve one database, they are killed in turn.

mod holders;
mod receivers;
mod story;
mod summary;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::time::Duration;

use anyhow::Context as _;
use catalogue::key::DepartmentKey;
use crypto::{Random as _, SeededRandom};
use registry::asked::By;
use registry::callers::NewCaller;
use serde_json::json;
use server::{Call, Client};
use time::UtcDateTime;
use time::macros::utc_datetime;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;
use zeroize::Zeroizing;

use crate::child::{Child, Serving};
use crate::installation::{Installation, secret};
use crate::kills::Place;

use holders::Holder;
use receivers::{RECEIVERS, Receivers};
use story::{DAYS, Issued, Work};

pub use summary::{Differs, Summary};

/// Shortly before the story begins.
const BEGINS: UtcDateTime = utc_datetime!(2026-06-08 01:00);
/// When the check of the last promise is asked for, and everything is told.
const ENDS: UtcDateTime = utc_datetime!(2026-08-10 02:00);
/// Bodies of the story that have no seal, and so no accounts yet.
const WITHOUT_SEAL: [&str; 3] = ["Q-ENF", "C-SUP", "CREDIT"];
/// Microseconds after the last answer, at most.
const MOMENT: u32 = 40_000;
/// A life that gives no answer for so long is stuck.
const PATIENCE: Duration = Duration::from_secs(60);
/// How often in the end it is looked whether everything was told, and how long in between.
const LOOKS: u32 = 100;
const BETWEEN: Duration = Duration::from_millis(200);
/// Lives that the end may take: what a kill left half told is told again after a minute of the clock.
const LAST_LIVES: i64 = 20;
const QUOTA: u64 = 10_000_000;

/// What is to be done.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The program that serves, as `kill serve`.
    pub program: PathBuf,
    /// Holders, fewer than 1,000.
    pub holders: usize,
    /// How often it is killed.
    pub kills: u32,
    /// Workers at once.
    pub workers: u32,
    /// Where the moments come from.
    pub seed: u64,
    /// A PostgreSQL database; an SQLite file when none is named.
    pub database: Option<String>,
    /// Processes that serve the installation at once.
    pub servers: u32,
}

/// Carries out a plan in an empty folder; what is true in the end.
///
/// # Errors
/// What was refused, lost or never finished.
pub async fn run(plan: &Plan, folder: &Path) -> anyhow::Result<Summary> {
    let installation = Installation::found(folder, plan.database.as_deref(), BEGINS).await?;
    // A year is played in minutes.
    installation.without_limits()?;
    for body in WITHOUT_SEAL {
        let account = format!("{body}-approvals");
        installation.enrol(&account, body, QUOTA).await?;
    }
    let holders: anyhow::Result<Vec<Holder>> = (0..plan.holders).map(Holder::of).collect();
    let holders = Arc::new(holders?);
    let receivers = Receivers::default();
    let mut house = House::new(plan, folder);
    house.open(BEGINS).await?;
    subscribe(&installation, &receivers, house.base()?).await?;
    let issued = Issued::default();
    let steps: usize = DAYS.iter().map(|day| day.steps.len()).sum();
    let (mut before, mut killed) = (0, 0);
    for day in DAYS {
        house.open(day.at).await?;
        let (tell, places) = watch::channel(house.place());
        let (answered, answers) = mpsc::channel(1_024);
        let mut workers = JoinSet::new();
        let work = Work {
            installation: installation.clone(),
            holders: holders.clone(),
            next: Arc::new(AtomicUsize::new(0)),
            issued: issued.clone(),
            places,
            answered,
        };
        for _ in 0..plan.workers.max(1) {
            workers.spawn(story::work(work.clone(), *day));
        }
        drop(work);
        before += day.steps.len();
        let due = u64::from(plan.kills) * u64::try_from(before)? / u64::try_from(steps)?;
        let due = u32::try_from(due)?;
        house.disturb(due - killed, (&tell, answers)).await?;
        killed = due;
        while let Some(done) = workers.join_next().await {
            done??;
        }
    }
    house.close(&installation, (&receivers, &holders)).await?;
    drop(house);
    summary::of(&installation, &holders, &receivers, ENDS).await
}

/// Lets every receiver be told of everything.
async fn subscribe(
    installation: &Installation,
    receivers: &Receivers,
    base: &str,
) -> anyhow::Result<()> {
    let address = receivers.listen().await?;
    let clock = Arc::new(issuance::FixedClock::new(BEGINS));
    let office = installation.open(clock).await?;
    for receiver in RECEIVERS {
        let id = format!("{receiver}-events");
        let caller = NewCaller {
            name: id.clone(),
            department: DepartmentKey::parse(receiver)?,
            scopes: vec!["subscribe".to_owned()],
            quota: QUOTA,
            person: None,
            secret: Zeroizing::new(secret(&id)),
            id: id.clone(),
        };
        let callers = office.registry().callers();
        callers.enrol(caller, By::new("P-FOUNDER", BEGINS)).await?;
        let body = json!({
            "address": format!("http://{address}/{receiver}"),
            "kinds": [], "secret": "a-secret-of-32-or-more-characters",
        });
        let put = "PUT".parse()?;
        let content = body.to_string().into_bytes();
        let call = Call::send(put, "/v1/subscription", "application/json", content);
        let client = Client::anonymous(base).account(&id, &secret(&id));
        let answer = client.call(call, BEGINS).await?;
        anyhow::ensure!(answer.status == 200, "{} {}", answer.status, answer.json());
    }
    Ok(())
}

/// The processes that serve.
struct House {
    serving: Serving,
    servers: u32,
    random: SeededRandom,
    /// Answers between two kills, at most.
    most: u32,
    children: Vec<(Child, UtcDateTime)>,
    /// The moment of the latest life.
    latest: UtcDateTime,
    kills: u32,
}

impl House {
    fn new(plan: &Plan, folder: &Path) -> Self {
        let steps: usize = DAYS.iter().map(|day| day.steps.len()).sum();
        // Papers take three answers, events one.
        let answers = (steps + 6) * plan.holders;
        let mean = answers / usize::try_from(plan.kills.max(1)).unwrap_or(1);
        Self {
            serving: Serving {
                program: plan.program.clone(),
                folder: folder.to_owned(),
                database: plan.database.clone(),
                environment: Vec::new(),
            },
            servers: plan.servers.max(1),
            random: SeededRandom::new(plan.seed),
            most: u32::try_from((2 * mean).max(2)).unwrap_or(u32::MAX) - 1,
            children: Vec::new(),
            latest: BEGINS,
            kills: 0,
        }
    }

    /// New lives, all at this moment. Nothing is under way when it is called.
    async fn open(&mut self, at: UtcDateTime) -> anyhow::Result<()> {
        self.children.clear();
        self.latest = at;
        for _ in 0..self.servers {
            let child = Child::start(&self.serving, at).await?;
            self.children.push((child, at));
        }
        Ok(())
    }

    fn base(&self) -> anyhow::Result<&str> {
        let (first, _) = self.children.first().context("one serves")?;
        Ok(first.base())
    }

    fn place(&self) -> Place {
        let servers = self.children.iter();
        let servers = servers.map(|(child, at)| (child.base().to_owned(), *at));
        Place {
            servers: servers.collect(),
            last: false,
        }
    }

    /// Kills so often while workers are answered, then lets them come to their end. Kills that are left when they have
    /// are done at once.
    async fn disturb(
        &mut self,
        kills: u32,
        (tell, mut answers): (&watch::Sender<Place>, mpsc::Receiver<()>),
    ) -> anyhow::Result<()> {
        for _ in 0..kills {
            for _ in 0..self.draw(self.most)? {
                let answer = tokio::time::timeout(PATIENCE, answers.recv()).await;
                if answer.context("the service gives no answers")?.is_none() {
                    break;
                }
            }
            let moment = u64::from(self.draw(MOMENT)?);
            tokio::time::sleep(Duration::from_micros(moment)).await;
            self.kill().await?;
            tell.send_replace(self.place());
        }
        loop {
            let answer = tokio::time::timeout(PATIENCE, answers.recv()).await;
            if answer.context("the service gives no answers")?.is_none() {
                return Ok(());
            }
        }
    }

    async fn kill(&mut self) -> anyhow::Result<()> {
        self.kills += 1;
        self.latest += time::Duration::SECOND;
        let turn = usize::try_from(self.kills % self.servers)?;
        let child = self.children.get_mut(turn).context("each has its turn")?;
        child.0.kill()?;
        *child = (Child::start(&self.serving, self.latest).await?, self.latest);
        Ok(())
    }

    /// Lets the last day come, until everything is told that the receivers subscribed to; the last that time brings is
    /// the check of the promises that were kept.
    async fn close(
        &mut self,
        installation: &Installation,
        (receivers, holders): (&Receivers, &[Holder]),
    ) -> anyhow::Result<()> {
        let mut open = 0;
        for life in 0..LAST_LIVES {
            self.open(ENDS + time::Duration::minutes(2 * life)).await?;
            for _ in 0..LOOKS {
                tokio::time::sleep(BETWEEN).await;
                let heard = receivers.heard("C-SAMR")?;
                let asked = |holder: &&Holder| {
                    let told = heard.get(&holder.case).into_iter().flatten();
                    told.clone().any(|(kind, _)| kind == "commitment.check_due")
                };
                open = summary::open(installation).await?;
                if open == 0 && holders.iter().filter(asked).count() == holders.len() {
                    return Ok(());
                }
            }
        }
        anyhow::bail!("{open} events and leaves, or the check of a promise, are still to come")
    }

    /// A number from 1 to `most`.
    fn draw(&self, most: u32) -> anyhow::Result<u32> {
        let mut octets = [0; 4];
        self.random.fill(&mut octets)?;
        Ok(u32::from_be_bytes(octets) % most + 1)
    }
}

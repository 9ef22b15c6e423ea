//! What every handler can reach.

use std::sync::Arc;

use axum::extract::FromRef;
use issuance::Office;
use public::{Counter, Judges, Shown};
use tokio::runtime::Handle;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::config::{Config, Mode};
use crate::problem::{Code, Problem};
use crate::spool::Spool;
use courier::Webhooks;
use entrance::Entrance;
use tls::Gate;

/// Documents of callers in memory at once: 50 MiB each, and what sealing makes of them (*default*).
const DOCUMENTS: u32 = 8;

/// Passwords checked at once (*default*).
const DOORS: u32 = 4;

/// The application, shared by all requests.
#[derive(Clone)]
pub(crate) struct App(Arc<Inner>);

pub(crate) struct Inner {
    pub(crate) office: Arc<Office>,
    /// Where departments are served.
    pub(crate) threads: Handle,
    pub(crate) config: Config,
    /// Where strangers are served.
    pub(crate) counter: Counter,
    /// Where who signs from afar is served.
    pub(crate) csc: csc::Counter,
    /// Places for jobs in flight; without one a request is shed (T-A5).
    pub(crate) jobs: Arc<Semaphore>,
    /// Places for documents of callers in memory, on their way to the seal.
    pub(crate) documents: Arc<Semaphore>,
    /// Places for passwords being checked: 19 MiB each (T-A5).
    pub(crate) doors: Arc<Semaphore>,
    /// Where documents wait for their place.
    pub(crate) spool: Spool,
    /// Carries events to their receivers.
    pub(crate) webhooks: Webhooks,
    /// Where people come in by a provider.
    pub(crate) entrance: Entrance,
    /// What protects connections, where it is not a proxy.
    pub(crate) gate: Option<Arc<Gate>>,
    /// The API document, as served.
    pub(crate) api: String,
    pub(crate) metrics: Option<metrics_exporter_prometheus::PrometheusHandle>,
}

impl App {
    pub(crate) fn new(
        office: Arc<Office>,
        config: Config,
        api: String,
        metrics: Option<metrics_exporter_prometheus::PrometheusHandle>,
    ) -> anyhow::Result<Self> {
        let shown = Shown {
            is_sample: config.mode == Mode::Example,
            upload: config.upload.0,
            judged: number(config.judged),
            patience: config.arrival.0,
        };
        let places = |of: u32| Arc::new(Semaphore::new(number(of)));
        Ok(Self(Arc::new(Inner {
            jobs: places(config.jobs),
            csc: csc::Counter::new(office.clone(), tokens(&config)?),
            counter: Counter::new(office.clone(), shown, judges(&config))?,
            webhooks: webhooks(&config),
            entrance: entrance(&office, &config)?,
            documents: places(DOCUMENTS),
            doors: places(DOORS),
            gate: gate(&config)?,
            spool: Spool::new(),
            threads: Handle::current(),
            office,
            config,
            api,
            metrics,
        })))
    }

    /// As pages of this service write it in `Origin`.
    pub(crate) fn origin(&self) -> &str {
        self.entrance.origin()
    }

    /// T-A4, T-A5: a place or a busy answer, never a queue without bound.
    ///
    /// # Errors
    /// `service.busy` where none is free in time.
    pub(crate) async fn place(
        &self,
        places: &Arc<Semaphore>,
    ) -> Result<OwnedSemaphorePermit, Problem> {
        let place = tokio::time::timeout(self.config.arrival.0, places.clone().acquire_owned());
        match place.await {
            Ok(Ok(place)) => Ok(place),
            Ok(Err(_)) | Err(_) => Err(Problem::new(Code::Busy)),
        }
    }
}

impl std::ops::Deref for App {
    type Target = Inner;

    fn deref(&self) -> &Inner {
        &self.0
    }
}

/// A number of places, within reason.
fn number(of: u32) -> usize {
    usize::try_from(of).unwrap_or(1).clamp(1, 10_000)
}

impl FromRef<App> for keeping::Desk {
    fn from_ref(app: &App) -> Self {
        Self(app.office.clone())
    }
}

impl FromRef<App> for ledger::Desk {
    fn from_ref(app: &App) -> Self {
        Self(app.office.clone())
    }
}

impl FromRef<App> for watch::Desk {
    fn from_ref(app: &App) -> Self {
        Self(app.office.clone())
    }
}

impl FromRef<App> for bulk::Desk {
    fn from_ref(app: &App) -> Self {
        Self(app.office.clone())
    }
}

impl FromRef<App> for pad::Desk {
    fn from_ref(app: &App) -> Self {
        Self {
            office: app.office.clone(),
            threads: app.threads.clone(),
            jobs: app.jobs.clone(),
            documents: app.documents.clone(),
            patience: app.config.arrival.0,
        }
    }
}

impl FromRef<App> for elsewhere::Desk {
    fn from_ref(app: &App) -> Self {
        Self {
            office: app.office.clone(),
            places: app.jobs.clone(),
        }
    }
}

impl FromRef<App> for proxies::Desk {
    fn from_ref(app: &App) -> Self {
        Self(app.office.clone())
    }
}

impl FromRef<App> for Counter {
    fn from_ref(app: &App) -> Self {
        app.counter.clone()
    }
}

impl FromRef<App> for csc::Counter {
    fn from_ref(app: &App) -> Self {
        app.csc.clone()
    }
}

impl FromRef<App> for Entrance {
    fn from_ref(app: &App) -> Self {
        app.entrance.clone()
    }
}

/// The way in, as configured.
fn entrance(office: &Arc<Office>, config: &Config) -> anyhow::Result<Entrance> {
    let openid = config.openid.as_ref();
    let provider = openid.map(|openid| openid.provider(&config.public_url));
    let factors = openid.map_or(&[][..], |openid| &openid.second_factor);
    let by = (provider.transpose()?, factors);
    Ok(Entrance::new(office.clone(), &config.public_url, by))
}

/// What protects connections, as configured.
fn gate(config: &Config) -> anyhow::Result<Option<Arc<Gate>>> {
    let gate = config.tls.clone().map(Gate::open).transpose()?;
    Ok(gate.map(Arc::new))
}

/// Whose tokens count, as configured.
fn tokens(config: &Config) -> anyhow::Result<Option<(String, Arc<csc::Check>)>> {
    let provider = config.remote_signing.as_ref();
    let opened = provider.map(|one| anyhow::Ok((one.issuer.clone(), one.open()?)));
    opened.transpose()
}

/// Who judges what is brought, as configured.
fn judges(config: &Config) -> Judges {
    let program = config.judge.clone();
    program.map_or_else(Judges::here, |program| {
        Judges::apart(program, config.judge_time.0, config.judge_memory.0)
    })
}

/// The carrier of events, as configured.
pub(crate) fn webhooks(config: &Config) -> Webhooks {
    Webhooks::of(&config.private_receivers, config.mode == Mode::Example)
}

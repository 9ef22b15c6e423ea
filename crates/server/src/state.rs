//! What every handler can reach.

use std::sync::Arc;

use issuance::Office;
use tokio::sync::Semaphore;

use crate::config::{Config, Mode};
use crate::text::Texts;

/// The application, shared by all requests.
#[derive(Clone)]
pub(crate) struct App(Arc<Inner>);

pub(crate) struct Inner {
    pub(crate) office: Arc<Office>,
    pub(crate) config: Config,
    pub(crate) texts: Texts,
    /// Places for jobs in flight; without one a request is shed (T-A5).
    pub(crate) jobs: Arc<Semaphore>,
    /// Places for documents being judged.
    pub(crate) judged: Arc<Semaphore>,
    /// The API document, as served.
    pub(crate) api: String,
    pub(crate) metrics: Option<metrics_exporter_prometheus::PrometheusHandle>,
}

impl App {
    pub(crate) fn new(
        office: Arc<Office>,
        config: Config,
        texts: Texts,
        api: String,
        metrics: Option<metrics_exporter_prometheus::PrometheusHandle>,
    ) -> Self {
        let places = |number: u32| {
            let number = usize::try_from(number).unwrap_or(1);
            Arc::new(Semaphore::new(number.clamp(1, 10_000)))
        };
        Self(Arc::new(Inner {
            jobs: places(config.jobs),
            judged: places(config.judged),
            office,
            config,
            texts,
            api,
            metrics,
        }))
    }

    pub(crate) fn is_sample(&self) -> bool {
        self.config.mode == Mode::Example
    }
}

impl std::ops::Deref for App {
    type Target = Inner;

    fn deref(&self) -> &Inner {
        &self.0
    }
}

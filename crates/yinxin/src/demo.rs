//! `yinxin demo`: founds a worthless installation in an empty folder, plays the story through its own HTTP API,
//! judges what came out, ends a licence, judges again, and goes on serving.

pub(crate) mod found;

use std::net::SocketAddr;
use std::path::PathBuf;

use anyhow::{Context as _, bail};
use demo::Told;
use tokio::net::TcpListener;
use tokio::runtime::Handle;

/// What the demonstration was asked for.
#[derive(Debug, Clone)]
pub(crate) struct Demo {
    /// The folder; it is empty or not there.
    pub(crate) folder: PathBuf,
    /// The port; 0 takes a free one.
    pub(crate) port: u16,
    /// Whether to end when everything was shown.
    pub(crate) exit: bool,
    /// A file with the table `[token]` of a configuration, where keys are to be made in one.
    pub(crate) token: Option<PathBuf>,
    /// Whether to print one JSON object instead of a story.
    pub(crate) json: bool,
}

impl Demo {
    /// Runs it.
    ///
    /// # Errors
    /// What stands in the way, with what to do: an occupied port, a folder that is not empty.
    pub(crate) async fn run(&self, front: Handle) -> anyhow::Result<()> {
        self.inspect_folder()?;
        let listener = self.bind().await?;
        let address = listener.local_addr()?;
        let base = format!("http://{address}");
        let told = Told::new(self.json);
        told.line(&format!(
            "印信 Yinxin · demonstration in {}",
            self.folder.display()
        ));
        told.line("every licence, key and person here is a sample 样例, and worthless");
        let config =
            found::config(&self.folder, &base, (address, self.token.as_deref()))?.judged_apart()?;
        let (office, cast) = found::found(&config, &self.folder).await?;
        told.line("founded: a hierarchy of keys, the seals of the sample catalogue, callers and custodians");
        let (end, ended) = tokio::sync::oneshot::channel::<()>();
        let told_to_end = async {
            tokio::select! {
                _ = ended => {}
                () = server::told_to_end() => {}
            }
        };
        let serving = server::run(office, config, listener, front, told_to_end);
        let playing = async {
            let outcome = demo::show(&base, &cast, &self.folder, &told).await;
            if self.exit || outcome.is_err() {
                let _ended = end.send(());
            } else {
                told.stay(&base, &self.folder);
                std::future::pending::<()>().await;
            }
            outcome
        };
        tokio::select! {
            outcome = playing => outcome,
            served = serving => served,
        }
    }

    fn inspect_folder(&self) -> anyhow::Result<()> {
        let folder = self.folder.display();
        if self.folder.join("yinxin.toml").exists() {
            bail!(
                "{folder} holds a demonstration already.\n\
                 To go on with it:      cargo run --release -- serve --config {folder}/yinxin.toml\n\
                 To begin another one:  cargo run --release -- demo --dir OTHER-FOLDER\n\
                 To begin anew here:    rm -r {folder}"
            );
        }
        let is_empty = match std::fs::read_dir(&self.folder) {
            Ok(mut entries) => entries.next().is_none(),
            Err(_) => !self.folder.exists(),
        };
        if !is_empty {
            bail!("{folder} is not empty; name a folder that is, or is not there yet, with --dir");
        }
        Ok(())
    }

    async fn bind(&self) -> anyhow::Result<TcpListener> {
        let address = SocketAddr::from(([127, 0, 0, 1], self.port));
        server::bind(address).await.with_context(|| {
            format!(
                "port {} is taken; name another with --port, or take a free one with --port 0",
                self.port
            )
        })
    }
}

//! The gate: what connections are protected with, and that it follows its files.

use std::io;
use std::sync::Arc;

use time::UtcDateTime;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use crate::fault::Fault;
use crate::files::Files;
use crate::presented::Presented;
use crate::read::InUse;
use crate::standing::{Now, Standing};

/// What connections are protected with.
#[derive(Debug)]
pub struct Gate {
    files: Files,
    standing: Arc<Standing>,
}

impl Gate {
    /// Reads the files.
    ///
    /// # Errors
    /// What is wrong with which of them.
    pub fn open(files: Files) -> Result<Self, Fault> {
        // Before they are read: what is changed meanwhile is read again.
        let seen = files.stamps();
        let standing = Standing::new(Now {
            seen,
            in_use: Arc::new(InUse::read(&files)?),
            fault: None,
        });
        Ok(Self { files, standing })
    }

    /// Takes over files that changed since they were looked at last, and gives whether it did. Where they cannot be used, the ones of
    /// before stay in use, and [`Self::fault`] says why.
    #[must_use]
    pub fn look(&self) -> bool {
        let seen = self.files.stamps();
        if self.standing.read(|now| now.seen == seen) {
            return false;
        }
        let read = InUse::read(&self.files);
        let is_taken = read.is_ok();
        self.standing.change(|now| {
            now.seen = seen;
            match read {
                Ok(in_use) => (now.in_use, now.fault) = (Arc::new(in_use), None),
                Err(fault) => now.fault = Some(fault.to_string()),
            }
        });
        is_taken
    }

    /// What is wrong with the files that lie there now.
    #[must_use]
    pub fn fault(&self) -> Option<String> {
        self.standing.read(|now| now.fault.clone())
    }

    /// When the certificate in use is valid for the last time.
    #[must_use]
    pub fn until(&self) -> UtcDateTime {
        self.standing.in_use().until
    }

    /// Protects a connection; the caller sees to it that it does not take for ever. Gives what the client presented, where it did.
    ///
    /// # Errors
    /// What is spoken is no TLS, or not ours; the client has not the key of its certificate.
    pub async fn protect<S>(&self, stream: S) -> io::Result<(TlsStream<S>, Option<Presented>)>
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        let acceptor = TlsAcceptor::from(self.standing.in_use().config.clone());
        let stream = acceptor.accept(stream).await?;
        let (_, session) = stream.get_ref();
        let chain = session.peer_certificates();
        let presented = chain.map(|chain| Presented::of(self.standing(), chain));
        Ok((stream, presented))
    }

    pub(crate) fn standing(&self) -> Arc<Standing> {
        self.standing.clone()
    }
}

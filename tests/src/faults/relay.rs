//! The address of a database that stays the same while the server behind it changes, as operators move one from a node to
//! another: a port that hands connections on.

use anyhow::Context as _;
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// The address; connections end with this value.
#[derive(Debug)]
pub(crate) struct Relay {
    port: u16,
    /// Where connections lead: a port of the loopback interface, 0 for nowhere.
    leads: watch::Sender<u16>,
}

impl Relay {
    /// Listens, and leads to this port.
    ///
    /// # Errors
    /// As the system has it.
    pub(crate) async fn to(port: u16) -> anyhow::Result<Relay> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let (leads, target) = watch::channel(port);
        let port = listener.local_addr()?.port();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(hand_on(stream, target.clone()));
            }
        });
        Ok(Relay { port, leads })
    }

    /// Ends all connections; new ones lead to this port, with 0 nowhere.
    ///
    /// # Errors
    /// When nobody listens any more.
    pub(crate) fn lead_to(&self, port: u16) -> anyhow::Result<()> {
        self.leads.send(port).context("it listens")
    }

    /// The same database by this address.
    ///
    /// # Errors
    /// When the address is not one of a server.
    pub(crate) fn instead_of(&self, address: &str) -> anyhow::Result<String> {
        let (who, rest) = address.rsplit_once(':').context("an address has a port")?;
        let (_, database) = rest.split_once('/').context("an address has a database")?;
        Ok(format!("{who}:{}/{database}", self.port))
    }
}

/// One connection, until either side ends it or it leads elsewhere.
async fn hand_on(mut stream: TcpStream, mut target: watch::Receiver<u16>) {
    let port = *target.borrow_and_update();
    if port == 0 {
        return;
    }
    if let Ok(mut there) = TcpStream::connect(("127.0.0.1", port)).await {
        tokio::select! {
            _ = copy_bidirectional(&mut stream, &mut there) => {}
            _ = target.changed() => {}
        }
    }
}

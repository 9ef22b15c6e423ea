//! The process that has a token's module, and does what its parent asks over standard input and output.

use std::fs::File;
use std::io;
use std::os::fd::AsFd;
use std::time::Duration;

use crypto::device::Fault;

use crate::line::Line;
use crate::protocol::{Answer, Request};
use crate::session::Session;

/// How long the process looks for the next request before it sleeps: who signs one thing after the other asks by then.
const AWAKE: Duration = Duration::from_micros(150);

/// Does what the parent asks, with the module loaded here, until the parent is gone: all that `yinxin-token` does. The
/// process is not dumpable from then on (T-K4).
///
/// # Errors
/// What is read is no request, or nobody reads the answers.
pub fn host() -> io::Result<()> {
    keep_memory_private()?;
    serve()
}

/// T-K4: it has the PIN.
fn keep_memory_private() -> io::Result<()> {
    use rustix::process::{DumpableBehavior, Resource, Rlimit, set_dumpable_behavior, setrlimit};
    set_dumpable_behavior(DumpableBehavior::NotDumpable)?;
    let none = Rlimit {
        current: Some(0),
        maximum: Some(0),
    };
    Ok(setrlimit(Resource::Core, none)?)
}

/// Answers until the parent is gone.
fn serve() -> io::Result<()> {
    let input = File::from(io::stdin().as_fd().try_clone_to_owned()?);
    let output = File::from(io::stdout().as_fd().try_clone_to_owned()?);
    let mut line = Line::over(input, output, AWAKE).map_err(io::Error::other)?;
    let mut session = None;
    while let Some(message) = line.take(None).map_err(io::Error::other)? {
        let request = Request::parse(&message);
        let request = request.ok_or(io::ErrorKind::InvalidData)?;
        let answer = Session::answer(&mut session, &request);
        line.send(&answer.encode(), None)
            .map_err(io::Error::other)?;
        if let Answer::Refused {
            fault: Fault::Lost, ..
        } = answer
        {
            return Ok(());
        }
    }
    Ok(())
}
